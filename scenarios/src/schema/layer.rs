//! Schemas of layers.

use patterns::settings::Key;
use serde_json::{Map, Value, json};

use super::defs::{Schemas, add, any_of, beside_like, like, rules, word};
use crate::describe::{fields, own_fields, plain_field, prose};
use crate::kind::KindInfo;
use crate::profiles;

impl Schemas {
    /// One layer of a policy: its kind, and its settings or `off`.
    pub(super) fn layer(&mut self, kinds: &[KindInfo], per: &'static Key) -> Value {
        self.define("layer", |schemas| {
            let mut properties = Map::new();
            for kind in kinds {
                let schema = schemas.layer_value(kind, per);
                properties.insert(kind.name.to_owned(), schema);
            }
            properties.insert("like".to_owned(), like(&profiles::of_policies()));
            json!({
                "type": "object",
                "description": "One layer: its kind, and its settings or \"off\"; or a profile.",
                "properties": properties,
                "additionalProperties": false,
                "minProperties": 1,
                "maxProperties": 1,
            })
        })
    }

    fn layer_value(&mut self, kind: &KindInfo, per: &'static Key) -> Value {
        let mut all = vec![word("off", "The layer is left out.")];
        if let Some(table) = kind.table() {
            all.push(self.define(kind.name, |schemas| schemas.layer_table(kind, per)));
            if let Some(short) = kind.short {
                all.extend(self.short(&table, short, false));
            }
        }
        let mut schema = any_of(all);
        let doc = kind.table().map(|table| prose(&table.doc())).unwrap_or_default();
        schema["description"] = doc.into();
        schema
    }

    /// The settings of a layer: its own keys, `per`, `like`, and the numbers of libraries.
    fn layer_table(&mut self, kind: &KindInfo, per: &'static Key) -> Value {
        let Some(table) = kind.table() else { return json!({ "type": "object" }) };
        let fields = fields(&table);
        let info = table.group_info();
        let has_presets = !kind.presets.is_empty();
        let mut properties = self.properties(&fields, has_presets);
        properties.insert(per.name(), self.property(&plain_field(per), false));
        let mut schema = json!({
            "type": "object",
            "description": prose(&table.doc()),
            "additionalProperties": false,
        });
        if has_presets {
            let libraries = kind.presets.iter().map(|preset| (preset.library, preset.about));
            properties.insert("like".to_owned(), like(&libraries.collect::<Vec<_>>()));
            let own = self.own_numbers(kind, &mut properties);
            if !own.is_empty() {
                schema["dependentSchemas"] = own.into();
            }
            let relaxed = rules(&fields, &info, true);
            add(&mut schema, beside_like(rules(&fields, &info, false), relaxed));
            self.beside_libraries(kind, &properties, &mut schema);
        } else {
            add(&mut schema, rules(&fields, &info, false));
        }
        schema["properties"] = properties.into();
        schema
    }

    /// Adds what holds beside one library: its own numbers stand for the keys of the layer, and
    /// some of them must be written.
    fn beside_libraries(
        &mut self,
        kind: &KindInfo,
        properties: &Map<String, Value>,
        schema: &mut Value,
    ) {
        let mut all: Vec<Value> =
            schema.get("allOf").and_then(Value::as_array).cloned().unwrap_or_default();
        for preset in &kind.presets {
            let fields = own_fields(preset);
            let mut then = rules(&fields, &preset.info, false);
            let mut own = Map::new();
            for field in &fields {
                let name = field.key.name();
                let property = without_notes(self.property(field, false));
                let known = properties.get(&name).cloned().map(without_notes);
                if known.as_ref() != Some(&property) {
                    own.insert(name, property);
                }
            }
            if !own.is_empty() {
                then.insert("properties".to_owned(), own.into());
            }
            if !then.is_empty() {
                let like = json!({ "like": { "const": preset.library } });
                let is_meant = json!({ "properties": like, "required": ["like"] });
                all.push(json!({ "if": is_meant, "then": then }));
            }
        }
        if !all.is_empty() {
            schema["allOf"] = all.into();
        }
    }

    /// Adds the numbers of libraries. Each stands only beside the library that has it.
    fn own_numbers(
        &mut self,
        kind: &KindInfo,
        properties: &mut Map<String, Value>,
    ) -> Map<String, Value> {
        let mut libraries: Vec<(String, Vec<&'static str>, Vec<Value>)> = Vec::new();
        for preset in &kind.presets {
            for field in own_fields(preset) {
                let name = field.key.name();
                let schema = self.property(&field, false);
                match libraries.iter_mut().find(|(other, ..)| *other == name) {
                    Some((_, names, schemas)) => {
                        names.push(preset.library);
                        schemas.push(schema);
                    }
                    None => libraries.push((name, vec![preset.library], vec![schema])),
                }
            }
        }
        let mut rules = Map::new();
        for (name, libraries, mut schemas) in libraries {
            if let Some(ours) = properties.remove(&name) {
                schemas.insert(0, ours);
            } else {
                let like = json!({ "properties": { "like": { "enum": libraries } } });
                let mut rule = like;
                rule["required"] = json!(["like"]);
                rules.insert(name.clone(), rule);
            }
            properties.insert(name, one_of_several(schemas));
        }
        rules
    }
}

/// What describes a schema, and does not restrict it.
const NOTES: [&str; 3] = ["description", "default", "examples"];

fn without_notes(mut schema: Value) -> Value {
    if let Some(schema) = schema.as_object_mut() {
        schema.retain(|key, _| !NOTES.contains(&key.as_str()));
    }
    schema
}

/// A key that several have under one name: what each of them takes, described as the first has it.
fn one_of_several(schemas: Vec<Value>) -> Value {
    let first = schemas[0].clone();
    let mut schema = any_of(schemas.into_iter().map(without_notes).collect());
    for note in NOTES {
        if let Some(value) = first.get(note) {
            schema[note] = value.clone();
        }
    }
    schema
}
