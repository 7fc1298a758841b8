//! Values of settings as JSON.

use patterns::settings::{Node, Value};

/// A default as JSON.
pub(crate) fn from_node(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Bool(truth) => (*truth).into(),
        Value::Integer(number) => match i64::try_from(*number) {
            Ok(number) => number.into(),
            Err(_) => (*number as f64).into(),
        },
        Value::Float(number) => (*number).into(),
        Value::Text(text) | Value::Word(text) => text.clone().into(),
        Value::List(items) => items.iter().map(from_node).collect(),
        Value::Table(entries) => {
            let entries = entries.iter().map(|entry| (entry.key.clone(), from_node(&entry.node)));
            serde_json::Value::Object(entries.collect())
        }
        // The text that spells the call, without its quotes.
        Value::Call(_) => {
            let quoted = node.to_string();
            from_toml(&quoted).unwrap_or_else(|| quoted.trim_matches('"').into())
        }
    }
}

/// A value as it stands in a file, as JSON; nothing if it is not TOML.
pub(crate) fn from_toml(text: &str) -> Option<serde_json::Value> {
    let table: toml::Table = toml::from_str(&format!("value = {text}")).ok()?;
    serde_json::to_value(table.get("value")?).ok()
}
