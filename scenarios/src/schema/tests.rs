//! The schema has what is described, and says only what JSON Schema knows.

use std::collections::BTreeSet;

use expect_test::expect;
use serde_json::{Map, Value, json};

use super::json_schema;
use crate::describe::{fields_of, fixture, from_node};
use crate::kind::Described;

fn schema_of(described: &Described) -> Value {
    serde_json::from_str(&json_schema(described)).expect("it is JSON")
}

/// Calls with every schema within a schema.
fn each(schema: &Value, check: &mut dyn FnMut(&Map<String, Value>)) {
    let Value::Object(keywords) = schema else {
        assert!(schema.is_boolean(), "{schema} is no schema");
        return;
    };
    check(keywords);
    for (keyword, value) in keywords {
        match keyword.as_str() {
            "properties" | "$defs" | "dependentSchemas" => {
                let inner = value.as_object().expect("a table of schemas");
                for schema in inner.values() {
                    each(schema, check);
                }
            }
            "anyOf" | "allOf" | "oneOf" => {
                let inner = value.as_array().expect("a list of schemas");
                assert!(!inner.is_empty(), "{schema} allows nothing");
                for schema in inner {
                    each(schema, check);
                }
            }
            "items" | "additionalProperties" | "not" | "if" | "then" | "else" => {
                each(value, check);
            }
            _ => {}
        }
    }
}

/// Whether the value of a keyword is of the right kind.
fn is_right(keyword: &str, value: &Value) -> bool {
    match keyword {
        "$ref" | "$schema" | "title" | "description" | "pattern" => value.is_string(),
        "type" => {
            let types = ["object", "array", "string", "number", "integer", "boolean"];
            value.as_str().is_some_and(|kind| types.contains(&kind))
        }
        "required" => {
            let names: Vec<&str> =
                value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            !names.is_empty() && names.iter().collect::<BTreeSet<_>>().len() == names.len()
        }
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => value.is_number(),
        "minItems" | "maxItems" | "minProperties" | "maxProperties" => value.is_u64(),
        "enum" | "examples" | "anyOf" | "allOf" | "oneOf" => value.is_array(),
        "properties" | "$defs" | "dependentSchemas" => value.is_object(),
        "const" | "default" | "items" | "additionalProperties" | "not" | "if" | "then" | "else" => {
            true
        }
        _ => false,
    }
}

#[test]
fn every_keyword_is_one_of_json_schema_and_every_reference_leads_somewhere() {
    for described in fixture::worlds() {
        let schema = schema_of(&described);
        each(&schema, &mut |keywords| {
            for (keyword, value) in keywords {
                assert!(is_right(keyword, value), "{keyword}: {value}");
            }
            if let Some(to) = keywords.get("$ref").and_then(Value::as_str) {
                let to = to.strip_prefix('#').expect("a place in the schema itself");
                assert!(schema.pointer(to).is_some_and(Value::is_object), "{to} leads nowhere");
            }
        });
    }
}

#[test]
fn every_key_of_every_layer_is_there_with_its_default() {
    for described in fixture::worlds() {
        let schema = schema_of(&described);
        for kind in &described.layers {
            let table = &schema["$defs"][kind.name];
            assert_eq!(table["additionalProperties"], json!(false));
            for field in fields_of(kind) {
                let property = &table["properties"][field.key.name()];
                assert!(property["description"].is_string(), "{}.{}", kind.name, field.key);
                assert!(property["examples"][0] != Value::Null, "{}.{}", kind.name, field.key);
                let default = field.default.as_ref().map_or(Value::Null, from_node);
                assert_eq!(property["default"], default, "{}.{}", kind.name, field.key);
            }
            assert_eq!(table["properties"]["like"].is_object(), !kind.presets.is_empty());
            for key in kind.presets.iter().flat_map(|preset| &preset.keys) {
                assert!(table["properties"][key.name()].is_object(), "{}.{key}", kind.name);
            }
        }
    }
}

#[test]
fn names_say_what_they_are_for() {
    for described in fixture::worlds() {
        let schema = schema_of(&described);
        for name in schema["$defs"].as_object().expect("a table").keys() {
            // Only forms may be called so by their authors: `gradient2`.
            let last = name.rsplit('.').next().unwrap_or(name);
            let is_numbered = last.ends_with(|c: char| c.is_ascii_digit());
            assert!(!is_numbered || last.starts_with(char::is_lowercase), "{name}");
            assert!(!name.contains("::") && !name.starts_with("settings."), "{name}");
        }
    }
}

#[test]
fn a_layer_takes_off_its_settings_or_its_most_important_key() {
    let schema = schema_of(&fixture::described());
    let layer = &schema["$defs"]["layer"]["properties"]["timeout"]["anyOf"];
    let table = schema["$defs"]["timeout"].as_object().expect("a table");
    let forms = layer.as_array().expect("a list of schemas").iter().map(Value::to_string);
    // What libraries allow for the key is the subject of other tests.
    let is_rule = |word: &str| !["properties", "description", "allOf"].contains(&word);
    let rules = table.iter().filter(|(keyword, _)| is_rule(keyword));
    let rules = rules.map(|(keyword, value)| format!("{keyword}: {value}"));
    let lines: Vec<String> = forms.chain(rules).collect();
    expect![[r##"
        {"const":"off","description":"The layer is left out."}
        {"$ref":"#/$defs/timeout"}
        {"$ref":"#/$defs/duration.above-zero"}
        {"const":"unlimited"}
        {"const":"forever"}
        additionalProperties: false
        else: {"required":["limit"]}
        if: {"required":["like"]}
        type: "object"
    "##]]
    .assert_eq(&(lines.join("\n") + "\n"));
}

#[test]
fn forms_are_words_texts_literals_or_tables() {
    let schema = schema_of(&fixture::described());
    let jitter = &schema["$defs"]["describe.Jitter"]["anyOf"];
    let ways = jitter.as_array().expect("a list").iter().map(|way| {
        let keywords = ["const", "pattern", "$ref", "maximum", "required"];
        let keyword = keywords.iter().find(|keyword| way.get(**keyword).is_some());
        let keyword = keyword.expect("one of them");
        format!("{keyword}: {}\n", way[*keyword])
    });
    expect![[r#"
        const: "none"
        const: "full"
        pattern: "^\\s*(none|full|between)\\s*\\(.*\\)\\s*$"
        maximum: 1
        pattern: "^\\s*(100(\\.0*)?|\\d{1,2}(\\.\\d*)?|\\.\\d+)\\s*%\\s*$"
        required: ["none"]
        required: ["full"]
        required: ["between"]
    "#]]
    .assert_eq(&ways.collect::<String>());
}
