//! Schemas of layers.

use patterns::settings::Key;
use serde_json::{Map, Value, json};

use super::defs::{Schemas, add, any_of, beside_like, like, rules, word};
use crate::describe::{fields, plain_field, prose};
use crate::kind::KindInfo;

impl Schemas {
    /// One layer of a policy: its kind, and its settings or `off`.
    pub(super) fn layer(&mut self, kinds: &[KindInfo], per: &'static Key) -> Value {
        self.define("layer", |schemas| {
            let mut properties = Map::new();
            for kind in kinds {
                let schema = schemas.layer_value(kind, per);
                properties.insert(kind.name.to_owned(), schema);
            }
            json!({
                "type": "object",
                "description": "One layer: its kind, and its settings or \"off\".",
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
        } else {
            add(&mut schema, rules(&fields, &info, false));
        }
        schema["properties"] = properties.into();
        schema
    }

    /// Adds the numbers of libraries. Each stands only beside the library that has it.
    fn own_numbers(
        &mut self,
        kind: &KindInfo,
        properties: &mut Map<String, Value>,
    ) -> Map<String, Value> {
        let mut libraries: Vec<(String, Vec<&'static str>, Vec<Value>)> = Vec::new();
        for preset in &kind.presets {
            for key in &preset.keys {
                let name = key.name();
                let schema = self.property(&plain_field(key), false);
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

/// A key that several have under one name: what each of them takes, described as the first has it.
fn one_of_several(mut schemas: Vec<Value>) -> Value {
    let notes = ["description", "default", "examples"];
    let first = schemas[0].clone();
    for schema in &mut schemas {
        if let Some(schema) = schema.as_object_mut() {
            schema.retain(|key, _| !notes.contains(&key.as_str()));
        }
    }
    let mut schema = any_of(schemas);
    for note in notes {
        if let Some(value) = first.get(note) {
            schema[note] = value.clone();
        }
    }
    schema
}
