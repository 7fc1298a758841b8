//! Keys with dots, as Spring has them: in YAML, and in files of properties.

use core::ops::Range;

use patterns::settings::{Code, Entry, Node, Value};

use crate::diagnostic::Diagnostic;

/// How many keys may stand in one another.
const DEPTH_MAX: usize = 32;

/// A file as a tree for each document, and what is wrong with it.
pub(super) type Read = (Vec<Node>, Vec<Diagnostic>);

/// A line with its key and its value, and where they stand.
struct Pair<'a> {
    key: &'a str,
    key_at: Range<usize>,
    value: String,
    value_at: Range<usize>,
}

/// The trees of a file of properties, if the text looks like one: lines of `some.key = value`.
/// Documents are divided by `#---`, as Spring has it.
pub(super) fn properties(text: &str) -> Option<Read> {
    let mut documents = vec![Vec::new()];
    let mut wrong = Vec::new();
    // A mark of the order of bytes belongs to no key.
    let mut start = text.len() - text.trim_start_matches('\u{feff}').len();
    while start < text.len() {
        let end = text[start..].find('\n').map_or(text.len(), |end| start + end + 1);
        let line = &text[start..end];
        let at = start + (line.len() - line.trim_start().len());
        start = end;
        let line = line.trim();
        if ["#---", "!---"].contains(&line) {
            documents.push(Vec::new());
        } else if !line.is_empty() && !line.starts_with(['#', '!']) {
            let (pair, end) = pair(text, at, end)?;
            start = end;
            let node = Node::new(pair.value_at, plain_value(&pair.value));
            let root = documents.last_mut()?;
            wrong.extend(put(root, pair.key, pair.key_at, node));
        }
    }
    let is_table = |entry: &Entry| entry.node.entries().is_some();
    let has_dots = documents.iter().flatten().any(is_table);
    let documents = documents.into_iter().map(|root| Node::new(0..text.len(), Value::Table(root)));
    has_dots.then(|| (documents.collect(), wrong))
}

/// The key and the value that begin at a byte, and where the line ends: a value goes on in the next
/// line after a `\`.
fn pair(text: &str, at: usize, mut end: usize) -> Option<(Pair<'_>, usize)> {
    let line = text[at..end].trim_end();
    // Between a colon and a value of YAML there is a space.
    let between = line.find(['=', ':'])?;
    let (key, first) = (&line[..between], &line[between + 1..]);
    if line[between..].starts_with(':') && !first.starts_with(|c: char| !c.is_whitespace()) {
        return None;
    }
    let (written, name) = (key.len(), key.trim());
    let is_part = |c: char| c.is_alphanumeric() || "._-[]".contains(c);
    if name.is_empty() || !name.chars().all(is_part) {
        return None;
    }
    let value_at = at + written + 1 + (first.len() - first.trim_start().len());
    let mut value = first.trim().to_owned();
    let mut until = at + line.len();
    while let Some(kept) = value.strip_suffix('\\') {
        if end >= text.len() {
            break;
        }
        let next = text[end..].find('\n').map_or(text.len(), |next| end + next + 1);
        let more = text[end..next].trim();
        value = format!("{kept}{more}");
        until = end + text[end..next].trim_end().len();
        end = next;
    }
    let (key_at, value_at) = (at..at + name.len(), value_at..until.max(value_at));
    Some((Pair { key: name, key_at, value, value_at }, end))
}

fn plain_value(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => text.parse().map_or_else(|_| Value::Text(text.to_owned()), Value::Integer),
    }
}

/// The same tree with each key that has dots as tables in one another.
/// What is there twice is added to what is wrong.
pub(super) fn undotted(node: &Node, wrong: &mut Vec<Diagnostic>) -> Node {
    let value = match &node.value {
        Value::Table(entries) => {
            let mut whole = Vec::new();
            for Entry { key, key_at, node } in entries {
                let node = undotted(node, wrong);
                wrong.extend(put(&mut whole, key, key_at.clone(), node));
            }
            Value::Table(whole)
        }
        Value::List(items) => Value::List(items.iter().map(|item| undotted(item, wrong)).collect()),
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

/// Puts a value where a key leads to; something else may not be there.
fn put(entries: &mut Vec<Entry>, key: &str, key_at: Range<usize>, node: Node) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    if let [first, rest @ ..] = &parts(key)[..] {
        let mut put = Put { key: key.to_owned(), key_at, wrong: &mut wrong };
        put.below(entries, first, rest, node);
    }
    wrong
}

/// A key whose value is put into a tree.
struct Put<'a> {
    key: String,
    key_at: Range<usize>,
    wrong: &'a mut Vec<Diagnostic>,
}

impl Put<'_> {
    fn below(&mut self, entries: &mut Vec<Entry>, first: &str, rest: &[&str], node: Node) {
        let at = entries.iter().position(|entry| entry.key == first);
        // Numbers of a list: its items in the order of the file.
        let is_item = rest.len() == 1 && rest[0].parse::<u16>().is_ok();
        let Some(at) = at else {
            let at = node.at.clone();
            let value = match rest {
                [] => node.value,
                _ if is_item => Value::List(vec![node]),
                [next, rest @ ..] => {
                    let mut inner = Vec::new();
                    self.below(&mut inner, next, rest, node);
                    Value::Table(inner)
                }
            };
            let (key, key_at) = (first.to_owned(), self.key_at.clone());
            return entries.push(Entry { key, key_at, node: Node::new(at, value) });
        };
        match (&mut entries[at].node.value, rest) {
            (Value::List(items), [_]) if is_item => items.push(node),
            (Value::Table(inner), [next, rest @ ..]) => self.below(inner, next, rest, node),
            // Both are tables: `a.b: {…}` beside `a: {…}`.
            (Value::Table(inner), []) if node.entries().is_some() => {
                for entry in node.entries().unwrap_or_default() {
                    let (key, key_at) = (entry.key.clone(), entry.key_at.clone());
                    let mut put = Put { key, key_at, wrong: self.wrong };
                    put.below(inner, &entry.key, &[], entry.node.clone());
                }
            }
            // Nothing is there that could be in the way.
            (Value::Word(_), _) => {
                entries.remove(at);
                self.below(entries, first, rest, node);
            }
            _ => {
                let message = format!("`{}` is written twice, or below a value", self.key);
                self.wrong.push(Diagnostic::new(self.key_at.clone(), Code::Twice, message));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_tables_in_one_another() {
        let text = "# comment\na.b.c=10s\na.b.d = 5\na.list[0]=x\na.list[1]=y\n";
        let (documents, wrong) = properties(text).expect("they are properties");
        let tree = &documents[0];
        assert_eq!((documents.len(), wrong.len()), (1, 0));
        let shown = "{ a = { b = { c = \"10s\", d = 5 }, list = [\"x\", \"y\"] } }";
        assert_eq!(tree.to_string(), shown);
        let d = tree.get("a").and_then(|a| a.get("b")?.get("d")).expect("it is there");
        assert_eq!(&text[d.at.clone()], "5");
        assert!(properties("a: 1\n").is_none());
        assert!(properties("a=1\n").is_none(), "without a dot it may be anything");
    }

    #[test]
    fn a_colon_without_a_space_is_of_properties_and_one_with_a_space_of_yaml() {
        let read = |text: &str| properties(text).map(|(all, wrong)| (all.len(), wrong.len()));
        assert_eq!(read("a.b:3\na.c=4\n"), Some((1, 0)));
        assert_eq!(read("a.b=http://c:80\n"), Some((1, 0)));
        assert_eq!(read("a:\n  b.c: 3\n"), None);
        assert_eq!(read("a.b: 3\n"), None);
    }

    #[test]
    fn lines_go_on_and_documents_are_divided() {
        let text = "\u{feff}a.b=x,\\\r\n  y\r\na.b=z\r\na.b.c=1\r\n#---\r\na.b=2\r\n";
        let (documents, wrong) = properties(text).expect("they are properties");
        assert_eq!(documents.len(), 2);
        assert_eq!(documents[0].to_string(), "{ a = { b = \"x,y\" } }");
        assert_eq!(documents[1].to_string(), "{ a = { b = 2 } }");
        let places: Vec<&str> = wrong.iter().map(|one| &text[one.place()]).collect();
        assert_eq!(places, ["a.b", "a.b.c"]);
    }

    #[test]
    fn what_stands_in_brackets_keeps_its_dots() {
        assert_eq!(parts("a.b[0]"), ["a", "b", "0"]);
        assert_eq!(parts("a.[b.c].d"), ["a", "b.c", "d"]);
        assert_eq!(parts("..a"), ["..a"]);
    }
}
