//! A file as TOML, section by section.

use patterns::settings::{Entry, Node, Value};

use crate::tree::key;

/// Characters beyond which a list has a line for each of its elements.
const LINE_MAX: usize = 90;

/// A whole file.
pub(super) fn toml(root: &Node) -> String {
    let mut out = String::new();
    let entries = root.entries().unwrap_or_default();
    let (plain, sections): (Vec<&Entry>, Vec<&Entry>) =
        entries.iter().partition(|entry| !is_section(&entry.node));
    for entry in plain {
        line(entry, &mut out);
    }
    for entry in sections {
        section(entry, &mut out);
    }
    out
}

/// Whether something is written below a heading: a table, or a list of tables.
fn is_section(node: &Node) -> bool {
    match &node.value {
        Value::Table(_) => true,
        Value::List(items) => !items.is_empty() && items.iter().all(|one| one.entries().is_some()),
        _ => false,
    }
}

fn section(section: &Entry, out: &mut String) {
    let name = key(&section.key);
    if let Value::List(items) = &section.node.value {
        for item in items {
            *out += &format!("\n[[{name}]]\n");
            lines(item.entries().unwrap_or_default(), out);
        }
        return;
    }
    let entries = section.node.entries().unwrap_or_default();
    let is_of_parts = !entries.is_empty() && entries.iter().all(|e| e.node.entries().is_some());
    if !is_of_parts {
        *out += &format!("\n[{name}]\n");
        lines(entries, out);
        return;
    }
    for part in entries {
        *out += &format!("\n[{name}.{}]\n", key(&part.key));
        lines(part.node.entries().unwrap_or_default(), out);
    }
}

fn lines(entries: &[Entry], out: &mut String) {
    for entry in entries {
        line(entry, out);
    }
}

fn line(Entry { key: name, node, .. }: &Entry, out: &mut String) {
    let (name, whole) = (key(name), node.to_string());
    match &node.value {
        Value::List(items) if LINE_MAX < whole.chars().count() => {
            let items: Vec<String> = items.iter().map(|item| format!("    {item},\n")).collect();
            *out += &format!("{name} = [\n{}]\n", items.concat());
        }
        _ => *out += &format!("{name} = {whole}\n"),
    }
}
