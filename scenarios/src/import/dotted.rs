//! Keys with dots, as Spring has them: in YAML, and in files of properties.

use core::ops::Range;

use patterns::settings::{Entry, Node, Value};

/// How many keys may stand in one another.
const DEPTH_MAX: usize = 32;

/// The tree of a file of properties, if the text looks like one: lines of `some.key = value`.
pub(super) fn properties(text: &str) -> Option<Node> {
    let mut root = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start + (line.len() - line.trim_start().len());
        start += line.len();
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let (key, value) = line.split_once('=')?;
        let (written, name) = (key.len(), key.trim());
        let is_part = |c: char| c.is_alphanumeric() || "._-[]".contains(c);
        if name.is_empty() || !name.chars().all(is_part) {
            return None;
        }
        let value_at = at + written + 1 + (value.len() - value.trim_start().len());
        let node = Node::new(value_at..value_at + value.trim().len(), plain_value(value.trim()));
        put(&mut root, name, at..at + name.len(), node);
    }
    let has_dots = root.iter().any(|entry| entry.node.entries().is_some());
    let end = text.len();
    has_dots.then(|| Node::new(0..end, Value::Table(root)))
}

fn plain_value(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => text.parse().map_or_else(|_| Value::Text(text.to_owned()), Value::Integer),
    }
}

/// The same tree with each key that has dots as tables in one another.
pub(super) fn undotted(node: &Node) -> Node {
    let value = match &node.value {
        Value::Table(entries) => {
            let mut whole = Vec::new();
            for Entry { key, key_at, node } in entries {
                put(&mut whole, key, key_at.clone(), undotted(node));
            }
            Value::Table(whole)
        }
        Value::List(items) => Value::List(items.iter().map(undotted).collect()),
        other => other.clone(),
    };
    Node::new(node.at.clone(), value)
}

/// The parts of a key: `a.b[0].[c.d]` has `a`, `b`, the first of a list, and `c.d`.
fn parts(key: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = key;
    while !rest.is_empty() {
        let (part, after) = match rest.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
            Some((inside, after)) => (inside, after.strip_prefix('.').unwrap_or(after)),
            None => {
                let end = rest.find(['.', '[']).filter(|end| *end > 0).unwrap_or(rest.len());
                let after = &rest[end..];
                (&rest[..end], after.strip_prefix('.').unwrap_or(after))
            }
        };
        parts.push(part);
        rest = after;
    }
    // What is deeper says nothing to anybody.
    parts.truncate(DEPTH_MAX);
    parts
}

/// Puts a value where a key leads to; what is there already counts more.
fn put(entries: &mut Vec<Entry>, key: &str, key_at: Range<usize>, node: Node) {
    let parts = parts(key);
    match &parts[..] {
        [] => {}
        [first, rest @ ..] => put_below(entries, first, rest, &key_at, node),
    }
}

fn put_below(
    entries: &mut Vec<Entry>,
    first: &str,
    rest: &[&str],
    key_at: &Range<usize>,
    node: Node,
) {
    let at = entries.iter().position(|entry| entry.key == first);
    // Numbers of a list: its items in the order of the file.
    let is_item = rest.len() == 1 && rest[0].parse::<u16>().is_ok();
    let entry = match at {
        Some(at) => &mut entries[at],
        None => {
            let value = match rest {
                [] => node.value.clone(),
                _ if is_item => Value::List(Vec::new()),
                _ => Value::Table(Vec::new()),
            };
            let node = Node::new(node.at.clone(), value);
            entries.push(Entry { key: first.to_owned(), key_at: key_at.clone(), node });
            if rest.is_empty() {
                return;
            }
            let last = entries.len() - 1;
            &mut entries[last]
        }
    };
    match (&mut entry.node.value, rest) {
        (Value::List(items), [_]) if is_item => items.push(node),
        (Value::Table(inner), [next, rest @ ..]) => put_below(inner, next, rest, key_at, node),
        // Both are tables: `a.b: {…}` beside `a: {…}`.
        (Value::Table(inner), []) => {
            for entry in node.entries().unwrap_or_default() {
                put_below(inner, &entry.key, &[], &entry.key_at, entry.node.clone());
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_tables_in_one_another() {
        let text = "# comment\na.b.c=10s\na.b.d = 5\na.list[0]=x\na.list[1]=y\n";
        let tree = properties(text).expect("they are properties");
        let shown = "{ a = { b = { c = \"10s\", d = 5 }, list = [\"x\", \"y\"] } }";
        assert_eq!(tree.to_string(), shown);
        let d = tree.get("a").and_then(|a| a.get("b")?.get("d")).expect("it is there");
        assert_eq!(&text[d.at.clone()], "5");
        assert!(properties("a: 1\n").is_none());
        assert!(properties("a=1\n").is_none(), "without a dot it may be anything");
    }

    #[test]
    fn what_stands_in_brackets_keeps_its_dots() {
        assert_eq!(parts("a.b[0]"), ["a", "b", "0"]);
        assert_eq!(parts("a.[b.c].d"), ["a", "b.c", "d"]);
        assert_eq!(parts("..a"), ["..a"]);
    }
}
