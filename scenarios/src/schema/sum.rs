//! Schemas of settings of several named forms.

use patterns::settings::{Key, Shape, SumInfo, Variant};
use serde_json::{Map, Value, json};

use super::defs::{Schemas, Use, any_of, may_be_table, reference, word};
use super::pattern;
use crate::describe::{arguments, plain_field, prose, signature};

impl Schemas {
    /// One of several forms. Where something holds already (`is_partial`), the arguments of its
    /// form may be written alone.
    pub(super) fn sum(&mut self, sum: &SumInfo, is_partial: bool) -> Value {
        let variants = (sum.variants)();
        let name = self.names.name(sum.path);
        let whole = self.define(&name, |schemas| schemas.forms(sum, &variants, &name));
        if !is_partial || variants.iter().all(|variant| variant.keys.is_empty()) {
            return whole;
        }
        self.define(&format!("{name}.partial"), |_| {
            let with_keys = variants.iter().filter(|variant| !variant.keys.is_empty());
            let parts =
                with_keys.map(|variant| part_of(variant, &format!("{name}.{}", variant.name)));
            let mut all = vec![whole];
            all.extend(parts);
            json!({ "description": prose(&sum.doc()), "anyOf": all })
        })
    }

    fn forms(&mut self, sum: &SumInfo, variants: &[Variant], name: &str) -> Value {
        let words =
            variants.iter().filter(|variant| variant.keys.iter().all(|key| !key.is_required()));
        let words: Vec<Value> =
            words.map(|variant| word(&variant.name, &prose(&variant.doc()))).collect();
        if sum.is_choice() {
            return json!({ "description": prose(&sum.doc()), "oneOf": words });
        }
        let mut all = words;
        let literals = (sum.literals)();
        let signatures: Vec<String> = variants.iter().map(signature).collect();
        all.push(json!({
            "type": "string",
            "pattern": pattern::forms(variants, &literals),
            "description": format!("A form with its arguments: {}.", signatures.join(", ")),
        }));
        let extras = variants.first().map(arguments).unwrap_or_default();
        if extras.iter().all(|key| !key.is_required()) {
            all.extend(literals.iter().flat_map(|literal| self.literal(literal)));
        }
        let with_table = variants.iter();
        all.extend(
            with_table.map(|variant| self.object(variant, &format!("{name}.{}", variant.name))),
        );
        json!({ "description": prose(&sum.doc()), "anyOf": all })
    }

    /// What has no name. A text of any form may not look like a call.
    fn literal(&mut self, shape: &Shape) -> Vec<Value> {
        let mut all = self.alternatives(shape, Use { key: None, is_partial: false });
        for schema in &mut all {
            if schema.get("type") == Some(&json!("string")) && schema.get("pattern").is_none() {
                schema["pattern"] = "^[^()]*$".into();
            }
        }
        all
    }

    /// A table with the name of the form as its key. Arguments that need their keys may stand
    /// beside it.
    fn object(&mut self, variant: &Variant, name: &str) -> Value {
        let table = if variant.keys.is_empty() {
            json!({ "type": "object", "maxProperties": 0 })
        } else {
            self.define(name, |schemas| schemas.arguments(variant))
        };
        let mut values = vec![table];
        values.extend(self.first_argument(variant));
        let mut properties = Map::new();
        let mut rules = Vec::new();
        for key in arguments(variant) {
            let key_name = key.name();
            properties.insert(key_name.clone(), pointer(name, key));
            if key.is_required() {
                let inside = json!({ "type": "object", "required": [key_name] });
                let inside = json!({ "properties": { &variant.name: inside } });
                rules.push(json!({ "anyOf": [{ "required": [key_name] }, inside] }));
            }
        }
        properties.insert(variant.name.clone(), any_of(values));
        let mut schema = json!({
            "type": "object",
            "description": prose(&variant.doc()),
            "properties": properties,
            "required": [variant.name],
            "additionalProperties": false,
        });
        if !rules.is_empty() {
            schema["allOf"] = rules.into();
        }
        schema
    }

    /// The arguments of a form in a table.
    fn arguments(&mut self, variant: &Variant) -> Value {
        let mut properties = Map::new();
        let mut others = json!(false);
        let mut required = Vec::new();
        for (index, key) in variant.keys.iter().enumerate() {
            match key.shape() {
                Shape::Map(of) if key.is_rest() => {
                    others = self.value(&of());
                    continue;
                }
                _ => properties.insert(key.name(), self.property(&plain_field(key), false)),
            };
            if key.is_required() && index < variant.positional {
                required.push(key.name());
            }
        }
        let mut schema = json!({
            "type": "object",
            "description": prose(&variant.doc()),
            "properties": properties,
            "additionalProperties": others,
        });
        if !required.is_empty() {
            schema["required"] = required.into();
        }
        schema
    }

    /// The value that stands for the first argument: `{ constant = "1s" }`.
    fn first_argument(&mut self, variant: &Variant) -> Vec<Value> {
        let positional = &variant.keys[..variant.positional];
        let Some((first, others)) = positional.split_first() else { return Vec::new() };
        if first.is_times() || others.iter().any(|key| key.is_required()) {
            return Vec::new();
        }
        let of = Use { key: Some(first), is_partial: false };
        let mut all = self.alternatives(&first.shape(), of);
        if let (Shape::List(items), true) = (first.shape(), first.is_rest()) {
            all.extend(self.alternatives(&items(), Use { key: None, is_partial: false }));
        }
        all.retain(|schema| schema.get("type") != Some(&json!("object")));
        for schema in &mut all {
            // A table has the keys of the form, not those of its first argument.
            if may_be_table(schema) {
                schema["not"] = json!({ "type": "object" });
            }
        }
        all
    }
}

/// Some arguments of a form, where the form holds already.
fn part_of(variant: &Variant, name: &str) -> Value {
    let keys = variant.keys.iter().filter(|key| !key.is_rest());
    let properties: Map<String, Value> = keys.map(|key| (key.name(), pointer(name, key))).collect();
    json!({
        "type": "object",
        "description": format!("Arguments of {} to change.", variant.name),
        "properties": properties,
        "additionalProperties": false,
        "minProperties": 1,
    })
}

/// The schema of an argument, within the definition of its form.
fn pointer(name: &str, key: &Key) -> Value {
    reference(&format!("{name}/properties/{key}"))
}
