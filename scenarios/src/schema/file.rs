//! The schema of a whole file.

use patterns::settings::{Key, Shape};
use serde_json::{Map, Value, json};

use super::defs::Schemas;
use crate::describe::{fields, prose};
use crate::kind::Described;

/// A JSON Schema (2020-12) of scenario files, as text.
///
/// Editors use it for completion and checks: put `#:schema scenario.schema.json` in the first
/// line of a file.
pub(crate) fn json_schema(described: &Described) -> String {
    let mut schemas = Schemas::of(described);
    let mut properties = Map::new();
    let mut required = Vec::new();
    if let Shape::Table(head) = &described.head {
        for field in fields(head) {
            if field.default.is_none() {
                required.push(field.key.name());
            }
            properties.insert(field.key.name(), schemas.property(&field, false));
        }
    }
    for section in &described.sections {
        let mut schema = of_section(section, described, &mut schemas);
        schema["description"] = prose(&section.doc()).into();
        if section.is_named("agents") {
            required.push(section.name());
            schema["minProperties"] = 1.into();
        }
        properties.insert(section.name(), schema);
    }
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A Wavetank scenario",
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": false,
        "$defs": schemas.finish(),
    });
    format!("{schema:#}\n")
}

/// Sections whose keys are not names alone have a schema of their own.
fn of_section(section: &Key, described: &Described, schemas: &mut Schemas) -> Value {
    match section.name().as_str() {
        "policies" => {
            let layer = schemas.layer(&described.layers, described.per);
            json!({
                "type": "object",
                "additionalProperties": {
                    "type": "array",
                    "description": "A policy: layers, the outermost first.",
                    "items": layer,
                },
            })
        }
        "variants" => json!({
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "description": "A variant: paths into the file, and the values to put there.",
            },
        }),
        "sweep" => {
            let mut sweep = match section.shape() {
                Shape::Table(table) => schemas.table(&table, false),
                _ => json!({ "type": "object" }),
            };
            sweep["additionalProperties"] = json!({
                "type": "array",
                "minItems": 1,
                "description": "An axis: a path into the file, and the values to put there.",
            });
            sweep
        }
        _ => schemas.value(&section.shape()),
    }
}
