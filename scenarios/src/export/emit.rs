//! Writes a tree as YAML or as JSON.

use patterns::settings::{Node, Value};

/// As YAML, in blocks.
pub(crate) fn yaml(node: &Node) -> String {
    let mut out = String::new();
    block(node, 0, &mut out);
    out
}

fn block(node: &Node, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match &node.value {
        Value::Table(entries) => {
            for entry in entries {
                out.push_str(&format!("{indent}{}:", scalar(&entry.key)));
                below(&entry.node, depth, out);
            }
        }
        Value::List(items) => {
            for item in items {
                let mut inner = String::new();
                block(item, depth + 1, &mut inner);
                // The first line of an item stands behind its dash.
                match inner.strip_prefix(&*"  ".repeat(depth + 1)) {
                    Some(inner) => out.push_str(&format!("{indent}- {inner}")),
                    None => out.push_str(&format!("{indent}- {inner}")),
                }
            }
        }
        _ => out.push_str(&format!("{}\n", value(node))),
    }
}

fn below(node: &Node, depth: usize, out: &mut String) {
    match &node.value {
        Value::Table(entries) if entries.is_empty() => out.push_str(" {}\n"),
        Value::List(items) if items.is_empty() => out.push_str(" []\n"),
        Value::List(items) if items.iter().all(is_scalar) => {
            let items: Vec<String> = items.iter().map(value).collect();
            out.push_str(&format!(" [{}]\n", items.join(", ")));
        }
        Value::Table(_) | Value::List(_) => {
            out.push('\n');
            block(node, depth + 1, out);
        }
        _ => out.push_str(&format!(" {}\n", value(node))),
    }
}

fn is_scalar(node: &Node) -> bool {
    !matches!(node.value, Value::Table(_) | Value::List(_))
}

fn value(node: &Node) -> String {
    match &node.value {
        Value::Text(text) | Value::Word(text) => scalar(text),
        _ => node.to_string(),
    }
}

/// A text, in quotes unless it would be read as itself.
fn scalar(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./$".contains(c);
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_word =
        ["true", "false", "null", "yes", "no", "on", "off"].contains(&&*text.to_lowercase());
    // Lengths of time are no numbers.
    let is_time = text.ends_with('s') && text.starts_with(|c: char| c.is_ascii_digit());
    if (starts || is_time) && text.chars().all(is_plain) && !is_word {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// As JSON, with its keys in their order.
pub(crate) fn json(node: &Node) -> String {
    let mut out = String::new();
    object(node, 0, &mut out);
    out.push('\n');
    out
}

fn object(node: &Node, depth: usize, out: &mut String) {
    match &node.value {
        Value::Table(entries) if !entries.is_empty() => {
            let each = entries.iter().map(|entry| (Some(&entry.key), &entry.node)).collect();
            lines(each, ("{", "}"), depth, out);
        }
        Value::List(items) if !items.iter().all(is_scalar) => {
            let each = items.iter().map(|item| (None, item)).collect();
            lines(each, ("[", "]"), depth, out);
        }
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(json_scalar).collect();
            out.push_str(&format!("[{}]", items.join(", ")));
        }
        Value::Table(_) => out.push_str("{}"),
        _ => out.push_str(&json_scalar(node)),
    }
}

fn lines(
    each: Vec<(Option<&String>, &Node)>,
    (open, close): (&str, &str),
    depth: usize,
    out: &mut String,
) {
    let count = each.len();
    out.push_str(&format!("{open}\n"));
    for (number, (key, node)) in each.into_iter().enumerate() {
        out.push_str(&"  ".repeat(depth + 1));
        if let Some(key) = key {
            out.push_str(&format!("{}: ", quoted(key)));
        }
        object(node, depth + 1, out);
        out.push_str(if number + 1 < count { ",\n" } else { "\n" });
    }
    out.push_str(&format!("{}{close}", "  ".repeat(depth)));
}

fn json_scalar(node: &Node) -> String {
    match &node.value {
        Value::Text(text) | Value::Word(text) => quoted(text),
        _ => node.to_string(),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use patterns::settings::entry;

    #[test]
    fn texts_are_quoted_where_they_would_be_something_else() {
        let table = |entries| Node::unwritten(Value::Table(entries));
        let list = |items| Node::unwritten(Value::List(items));
        let number = Node::unwritten(Value::Integer(5));
        let inner = table(vec![entry("a b", Node::word("10s")), entry("c", number)]);
        let tree = table(vec![
            entry("x", Node::word("yes")),
            entry("y", list(vec![inner, table(vec![entry("d", Node::word("1.5"))])])),
            entry("z", list(vec![Node::word("A"), Node::word("B: c")])),
        ]);
        let expected = "x: \"yes\"\ny:\n  - \"a b\": 10s\n    c: 5\n  - d: \"1.5\"\n\
                        z: [A, \"B: c\"]\n";
        assert_eq!(yaml(&tree), expected);
        let expected = [
            "{",
            "  \"x\": \"yes\",",
            "  \"y\": [",
            "    {",
            "      \"a b\": \"10s\",",
            "      \"c\": 5",
            "    },",
            "    {",
            "      \"d\": \"1.5\"",
            "    }",
            "  ],",
            "  \"z\": [\"A\", \"B: c\"]",
            "}\n",
        ];
        let expected = expected.join("\n");
        assert_eq!(json(&tree), expected);
    }
}
