//! A JSON Schema of scenario files, from the types that read them.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::format;
use crate::registry::LayerRegistry;

/// A JSON Schema (2020-12) of scenario files whose policies may name the layers of the registry.
///
/// Editors use it for completion and checks: put `#:schema scenario.schema.json` in the first
/// line of a file.
pub fn schema(registry: &LayerRegistry) -> String {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let layers = registry.schemas(&mut generator).into_iter().map(|(kind, settings)| {
        let settings = json!({ "anyOf": [{ "const": "off" }, settings] });
        (kind.to_owned(), settings)
    });
    let layers: Map<String, Value> = layers.collect();
    let layer = json!({
        "type": "object",
        "description": "One layer: its kind, and its settings or \"off\". A table of settings may \
            say by `per` who shares the layer: agent (each its own), edge or policy.",
        "properties": layers,
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
    });
    let all = |generator: &mut SchemaGenerator| {
        json!({
            "title": { "type": "string", "description": "What it is about, in a line." },
            "about": { "type": "string", "description": "What it is about, at length." },
            "horizon": generator.subschema_for::<format::Length>(),
            "warmup": generator.subschema_for::<format::Length>(),
            "seed": { "type": ["integer", "string"], "description": "The root of all chance." },
            "agents": table(generator.subschema_for::<format::Agents>().into()),
            "services": table(generator.subschema_for::<format::Service>().into()),
            "policies": table(json!({ "type": "array", "items": layer })),
            "edges": table(json!({ "type": "string", "description": "A policy." })),
            "faults": list(generator.subschema_for::<format::Fault>().into()),
            "hypotheses": list(generator.subschema_for::<format::Hypothesis>().into()),
            "sweep": {
                "type": "object",
                "properties": {
                    "replications": { "type": "integer", "minimum": 1 },
                    "objective": { "type": "string" },
                    "better": { "enum": ["higher", "lower"] },
                },
                "additionalProperties": {
                    "type": "array",
                    "minItems": 1,
                    "description": "An axis: a path into the file, and the values to put there.",
                },
            },
            "variants": table(json!({ "type": "object" })),
        })
    };
    let properties = all(&mut generator);
    let mut definitions = generator.take_definitions(true);
    for definition in definitions.values_mut() {
        allow_per(definition);
    }
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A Wavetank scenario",
        "type": "object",
        "required": ["title", "horizon", "agents"],
        "properties": properties,
        "additionalProperties": false,
        "$defs": definitions,
    });
    format!("{schema:#}\n")
}

#[expect(clippy::needless_pass_by_value, reason = "every caller has just made it")]
fn table(of: Value) -> Value {
    json!({ "type": "object", "additionalProperties": of })
}

#[expect(clippy::needless_pass_by_value, reason = "every caller has just made it")]
fn list(of: Value) -> Value {
    json!({ "type": "array", "items": of })
}

/// Who shares a layer is taken from its table before the layer sees it.
fn allow_per(definition: &mut Value) {
    let Some(properties) = definition.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    // Parts of a scenario are told from layers by keys that no layer has.
    if ["arrivals", "latency", "call", "hit", "that", "per"]
        .iter()
        .all(|key| !properties.contains_key(*key))
    {
        properties.insert("per".to_owned(), json!({ "enum": ["agent", "edge", "policy"] }));
    }
}
