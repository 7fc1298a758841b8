//! From TOML to the tree that settings are read from.

use core::ops::Range;

use patterns::settings::{Entry, Node, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A key as TOML takes it: in quotes, unless it is plain.
pub(crate) fn key(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let is_bare = !name.is_empty() && name.chars().all(is_plain);
    if is_bare { name.to_owned() } else { Node::word(name).to_string() }
}

/// A table and everything in it, in the order of the file.
pub(crate) fn table(table: &DeTable<'_>, at: Range<usize>) -> Node {
    let entries = table.iter().map(|(key, value)| Entry {
        key: key.get_ref().clone().into_owned(),
        key_at: key.span(),
        node: node(value),
    });
    let mut entries: Vec<Entry> = entries.collect();
    entries.sort_by_key(|entry| entry.key_at.start);
    Node::new(at, Value::Table(entries))
}

/// A value and everything in it.
pub(crate) fn node(value: &Spanned<DeValue<'_>>) -> Node {
    let at = value.span();
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.clone().into_owned()),
        DeValue::Integer(number) => {
            let digits = number.as_str().replace('_', "");
            match i128::from_str_radix(&digits, number.radix()) {
                Ok(number) => Value::Integer(number),
                // Larger than any whole number that a key takes.
                Err(_) => Value::Word(number.to_string()),
            }
        }
        DeValue::Float(number) => {
            Value::Float(number.as_str().replace('_', "").parse().unwrap_or(f64::NAN))
        }
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(time) => Value::Text(time.to_string()),
        DeValue::Array(items) => Value::List(items.iter().map(node).collect()),
        DeValue::Table(inner) => return table(inner, at),
    };
    Node::new(at, value)
}

/// A value that was written by itself: as TOML, or as a bare word.
pub(crate) fn value(text: &str) -> Node {
    match DeValue::parse(text) {
        Ok(value) => node(&value),
        Err(_) => Node::new(0..text.len(), Value::Text(text.to_owned())),
    }
}

/// Where a value and everything in it stands.
pub(crate) fn places(node: &Node) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    node.clone().each_place(&mut |at| all.push(at.clone()));
    all
}
