//! Schemas of values, keys and tables. What has a name is a definition of its own.

use std::collections::BTreeMap;

use patterns::settings::{Choice, GroupInfo, Key, NameKind, Shape, TableInfo};
use serde_json::{Map, Value, json};

use super::names::DefNames;
use super::pattern;
use super::tagged::rules_by_word;
use crate::describe::{
    self, Field, Need, clean, example_of, from_node, from_toml, prose, range_of,
};
use crate::kind::Described;
use crate::profiles;

/// Whether a schema is a reference to something that may be a table.
pub(super) fn may_be_table(schema: &Value) -> bool {
    let to = schema.get("$ref").and_then(Value::as_str);
    to.is_some_and(|to| !to.starts_with("#/$defs/duration"))
}

/// Schemas, and the definitions that they refer to.
pub(super) struct Schemas {
    pub(super) names: DefNames,
    defs: BTreeMap<String, Value>,
}

/// The lengths of time without zero.
const ABOVE_ZERO: &str = "duration.above-zero";

/// For what a shape stands.
#[derive(Clone, Copy)]
pub(super) struct Use<'k> {
    /// The key whose range, shares and words count.
    pub(super) key: Option<&'k Key>,
    /// Whether something holds already, so that a part may be written alone.
    pub(super) is_partial: bool,
}

impl Use<'_> {
    const ANY: Self = Self { key: None, is_partial: false };
}

/// One of several schemas.
pub(super) fn any_of(mut all: Vec<Value>) -> Value {
    let mut index = 0;
    while index < all.len() {
        if all[..index].contains(&all[index]) {
            all.remove(index);
        } else {
            index += 1;
        }
    }
    if all.len() == 1 { all.remove(0) } else { json!({ "anyOf": all }) }
}

/// A word, and what it stands for.
pub(super) fn word(word: &str, doc: &str) -> Value {
    match doc {
        "" => json!({ "const": word }),
        doc => json!({ "const": word, "description": doc }),
    }
}

pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

impl Schemas {
    /// Without definitions but those that every file needs.
    pub(super) fn of(described: &Described) -> Self {
        let mut schemas = Self { names: DefNames::default(), defs: BTreeMap::new() };
        let duration = json!({
            "type": "string",
            "description": "A length of time: numbers with units (ns, us, ms, s, min, h, d).",
            "pattern": pattern::whole(pattern::DURATION),
            "examples": ["30s", "1h 30min", "250ms"],
        });
        schemas.defs.insert("duration".to_owned(), duration);
        let above_zero = json!({
            "description": "A length of time that is not zero.",
            "allOf": [reference("duration")],
            "not": { "pattern": pattern::whole(pattern::ZERO) },
        });
        schemas.defs.insert(ABOVE_ZERO.to_owned(), above_zero);
        for name in ["duration", ABOVE_ZERO, "layer"] {
            schemas.names.reserve(name);
        }
        for kind in &described.layers {
            schemas.names.reserve(kind.name);
        }
        schemas
    }

    pub(super) fn finish(self) -> Map<String, Value> {
        self.defs.into_iter().collect()
    }

    /// Makes a definition, unless there is one of this name.
    pub(super) fn define(&mut self, name: &str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.defs.contains_key(name) {
            // It may lead back to itself.
            self.defs.insert(name.to_owned(), Value::Null);
            let schema = make(self);
            self.defs.insert(name.to_owned(), schema);
        }
        reference(name)
    }

    /// What can be written, whoever asks.
    pub(super) fn value(&mut self, shape: &Shape) -> Value {
        any_of(self.alternatives(shape, Use::ANY))
    }

    /// What can be written for a key, with all that is known of it. In `partial` tables, settings
    /// of a library may hold for everything below.
    pub(super) fn property(&mut self, field: &Field, is_partial: bool) -> Value {
        let Field { key, default, doc, .. } = field;
        let shape = key.shape();
        let is_held = default.as_ref().is_some_and(|default| match &shape {
            Shape::Optional(_, words) => !default.text().is_some_and(|text| words.contains(&text)),
            _ => true,
        });
        let all =
            self.alternatives(&shape, Use { key: Some(key), is_partial: is_partial || is_held });
        let mut schema = any_of(all);
        let mut description = prose(doc);
        if let Some(range) = range_of(key) {
            description = format!("{description}\n\nRange: {range}.");
        }
        schema["description"] = description.trim().into();
        if let Some(default) = default {
            schema["default"] = from_node(default);
        }
        if let Some(example) = from_toml(&example_of(key)) {
            schema["examples"] = json!([example]);
        }
        schema
    }

    /// The ways to write something.
    pub(super) fn alternatives(&mut self, shape: &Shape, of: Use<'_>) -> Vec<Value> {
        let mut all = match shape {
            Shape::Bool => vec![json!({ "type": "boolean" })],
            Shape::Integer => vec![number("integer", of.key)],
            Shape::Number => {
                let is_share = of.key.is_some_and(Key::is_share);
                let mut all = vec![number("number", of.key)];
                all.extend(is_share.then(percentage));
                all
            }
            Shape::Share => {
                vec![json!({ "type": "number", "minimum": 0, "maximum": 1 }), percentage()]
            }
            Shape::Duration => {
                let min = of.key.and_then(|key| key.range().min);
                let is_above = min.is_some_and(|(min, with)| min > 0.0 || !with);
                vec![reference(if is_above { ABOVE_ZERO } else { "duration" })]
            }
            Shape::Text => vec![json!({ "type": "string" })],
            Shape::Form { what, example } => vec![json!({
                "type": "string", "description": format!("{what}."), "examples": [example],
            })],
            Shape::Name(kind) => vec![name_of(*kind)],
            Shape::Optional(inner, words) => {
                let mut all = self.alternatives(inner, of);
                all.extend(words.iter().map(|none| word(none, "")));
                all
            }
            Shape::Either(all) => all.iter().flat_map(|one| self.alternatives(one, of)).collect(),
            Shape::List(items) => vec![self.list(&items(), of.key)],
            Shape::Map(of) => {
                vec![json!({ "type": "object", "additionalProperties": self.value(&of()) })]
            }
            Shape::Table(table) => self.table_or_short(table, of.is_partial),
            Shape::Sum(sum) => vec![self.sum(sum, of.is_partial)],
        };
        if let Some(key) = of.key {
            let words = if key.has_unlimited() { &["unlimited", "forever"][..] } else { &[] };
            all.extend(words.iter().map(|unlimited| word(unlimited, "")));
        }
        all
    }

    fn list(&mut self, items: &Shape, key: Option<&Key>) -> Value {
        let mut schema = json!({ "type": "array", "items": self.value(items) });
        let range = key.map(Key::range);
        if let Some((min, with)) = range.and_then(|range| range.min) {
            schema["minItems"] = ((min as u64) + u64::from(!with)).into();
        }
        if let Some((max, with)) = range.and_then(|range| range.max) {
            schema["maxItems"] = ((max as u64).saturating_sub(u64::from(!with))).into();
        }
        schema
    }

    /// A table, or the value that stands for its most important key.
    fn table_or_short(&mut self, table: &TableInfo, is_partial: bool) -> Vec<Value> {
        let is_partial = is_partial && needs_something(table);
        let mut name = self.names.name(table.path);
        if is_partial {
            name.push_str(".partial");
        }
        let mut all = vec![self.define(&name, |schemas| schemas.table(table, is_partial))];
        if let Some(short) = table.short {
            all.extend(self.short(table, short, is_partial));
        }
        all
    }

    /// What can be written for the key that a value alone stands for.
    pub(super) fn short(&mut self, table: &TableInfo, short: &str, is_partial: bool) -> Vec<Value> {
        let fields = describe::fields(table);
        let others = fields.iter().filter(|field| !field.key.is_named(short));
        let is_enough = others.into_iter().all(|field| field.need != Need::Required);
        let found = fields.iter().find(|field| field.key.is_named(short));
        let Some(field) = found.filter(|_| is_enough || is_partial) else { return Vec::new() };
        let of = Use { key: Some(field.key), is_partial };
        let mut all = self.alternatives(&field.key.shape(), of);
        // A table is read as the table of settings itself.
        for schema in &mut all {
            if may_be_table(schema) {
                schema["not"] = json!({ "type": "object" });
            }
        }
        all.retain(|schema| schema.get("type") != Some(&json!("object")));
        all
    }

    /// A table with known keys.
    pub(super) fn table(&mut self, table: &TableInfo, is_partial: bool) -> Value {
        let fields = describe::fields(table);
        let info = table.group_info();
        let libraries = (table.libraries)();
        let is_relaxed = is_partial || !libraries.is_empty();
        let mut properties = self.properties(&fields, is_relaxed);
        if !libraries.is_empty() {
            properties.insert("like".to_owned(), like(&libraries));
        }
        for key in &info.own_keys {
            properties.insert(key.name(), self.property(&describe::plain_field(key), false));
        }
        let mut schema = json!({
            "type": "object",
            "description": prose(&table.doc()),
            "properties": properties,
            "additionalProperties": false,
        });
        let rules = rules(&fields, &info, is_partial);
        if libraries.is_empty() || is_partial {
            add(&mut schema, rules);
        } else {
            let mut with = self::rules(&fields, &info, true);
            let is_given = |key: &Key| profiles::may_give(&libraries, &key.name());
            let needed = fields.iter().filter(|field| field.need == Need::Required);
            let needed: Vec<String> =
                needed.map(|field| field.key).filter(|key| !is_given(key)).map(Key::name).collect();
            if !needed.is_empty() {
                with.insert("required".to_owned(), needed.into());
            }
            add(&mut schema, beside_like(rules, with));
        }
        schema
    }

    pub(super) fn properties(&mut self, fields: &[Field], is_partial: bool) -> Map<String, Value> {
        let properties =
            fields.iter().map(|field| (field.key.name(), self.property(field, is_partial)));
        properties.collect()
    }
}

/// Whether a table cannot be left empty.
fn needs_something(table: &TableInfo) -> bool {
    let is_open = |choice: &Choice| !choice.has_default;
    describe::fields(table).iter().any(|field| field.need == Need::Required)
        || table.group_info().choices.iter().any(is_open)
}

/// Adds keywords to a schema.
pub(super) fn add(schema: &mut Value, rules: Map<String, Value>) {
    for (keyword, value) in rules {
        schema[keyword] = value;
    }
}

/// Rules of which the first hold without `like`, and the others with it.
pub(super) fn beside_like(
    without: Map<String, Value>,
    with: Map<String, Value>,
) -> Map<String, Value> {
    if with == without {
        return with;
    }
    let mut rules = Map::new();
    rules.insert("if".to_owned(), json!({ "required": ["like"] }));
    if !with.is_empty() {
        rules.insert("then".to_owned(), with.into());
    }
    rules.insert("else".to_owned(), without.into());
    rules
}

/// The libraries that something can be like.
pub(super) fn like(libraries: &[(&str, &str)]) -> Value {
    let words: Vec<Value> = libraries.iter().map(|(name, about)| word(name, about)).collect();
    json!({ "description": clean(&patterns::settings::LIKE.doc()), "oneOf": words })
}

/// Which keys must be written, and which exclude each other.
pub(super) fn rules(fields: &[Field], info: &GroupInfo, is_partial: bool) -> Map<String, Value> {
    let mut rules = Map::new();
    let required = fields.iter().filter(|field| field.need == Need::Required && !is_partial);
    let required: Vec<String> = required.map(|field| field.key.name()).collect();
    if !required.is_empty() {
        rules.insert("required".to_owned(), required.into());
    }
    let choices = info.choices.iter().flat_map(|choice| match rules_by_word(choice, is_partial) {
        Some(rules) => rules,
        None => Vec::from_iter(rule_of(choice, info, is_partial)),
    });
    let choices: Vec<Value> = choices.collect();
    if !choices.is_empty() {
        rules.insert("allOf".to_owned(), choices.into());
    }
    rules
}

/// That the keys of one form are there, and none of the others; nothing if that is always so.
fn rule_of(choice: &Choice, info: &GroupInfo, is_partial: bool) -> Option<Value> {
    let held = |key: &Key| info.defaults.iter().any(|entry| key.is_named(&entry.key));
    let base = choice.forms.iter().position(|form| {
        choice.has_default && form.keys.iter().all(|key| !key.is_required() || held(key))
    });
    let of_form = |(index, form): (usize, &patterns::settings::Form)| {
        let mut rule = Map::new();
        let needed = form.keys.iter().filter(|key| key.is_required());
        let needed: Vec<String> = needed.map(|key| key.name()).collect();
        if !needed.is_empty() && !is_partial && base != Some(index) {
            rule.insert("required".to_owned(), needed.into());
        }
        let mut others: Vec<String> = Vec::new();
        for key in choice.forms.iter().flat_map(|form| &form.keys) {
            if !describe::has(form, key) && !others.contains(&key.name()) {
                others.push(key.name());
            }
        }
        let others: Vec<Value> =
            others.into_iter().map(|key| json!({ "required": [key] })).collect();
        if !others.is_empty() {
            rule.insert("not".to_owned(), any_of(others));
        }
        Value::Object(rule)
    };
    let forms: Vec<Value> = choice.forms.iter().enumerate().map(of_form).collect();
    let is_empty = |rule: &Value| rule.as_object().is_some_and(Map::is_empty);
    (!forms.iter().any(is_empty)).then(|| any_of(forms))
}

/// A number in the range of a key.
fn number(kind: &str, key: Option<&Key>) -> Value {
    let mut schema = json!({ "type": kind });
    let bound = |value: f64| match kind {
        "integer" => json!(value as i64),
        _ => json!(value),
    };
    let range = key.map(Key::range);
    let min = range.and_then(|range| range.min);
    // Whole numbers are counts.
    if let Some((min, with)) = min.or_else(|| (kind == "integer").then_some((0.0, true))) {
        schema[if with { "minimum" } else { "exclusiveMinimum" }] = bound(min);
    }
    if let Some((max, with)) = range.and_then(|range| range.max) {
        schema[if with { "maximum" } else { "exclusiveMaximum" }] = bound(max);
    }
    schema
}

fn percentage() -> Value {
    json!({ "type": "string", "pattern": pattern::whole(pattern::PERCENT) })
}

fn name_in_words(kind: NameKind) -> &'static str {
    match kind {
        NameKind::Service => "a service",
        NameKind::Caller => "an agent or a service",
        NameKind::Agents => "a group of agents",
    }
}

fn name_of(kind: NameKind) -> Value {
    json!({ "type": "string", "description": format!("The name of {}.", name_in_words(kind)) })
}
