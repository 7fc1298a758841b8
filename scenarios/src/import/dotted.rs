//! Keys with dots, as Spring has them: in YAML, and in files of properties.

use core::ops::Range;
use std::collections::BTreeMap;

use patterns::settings::{Code, Entry, Node, Value};

use crate::diagnostic::Diagnostic;

/// How many keys may stand in one another.
const DEPTH_MAX: usize = 32;

/// The same tree with each key that has dots as tables in one another.
/// What is there twice is added to what is wrong.
pub(super) fn undotted(node: &Node, wrong: &mut Vec<Diagnostic>) -> Node {
    let value = match &node.value {
        Value::Table(entries) => {
            let mut whole = Tree::default();
            for Entry { key, key_at, node } in entries {
                let node = undotted(node, wrong);
                whole.put(&parts(key), (key, key_at.clone()), node, wrong);
            }
            Value::Table(whole.into_entries())
        }
        Value::List(items) => Value::List(items.iter().map(|item| undotted(item, wrong)).collect()),
        other => other.clone(),
    };
    Node::new(node.at.clone(), value)
}

/// The parts of a key, each as a key that has these parts: what has dots within keeps its brackets.
pub(super) fn keys_of(key: &str) -> Vec<String> {
    let written = |part: &str| {
        if part.contains(['.', '[']) { format!("[{part}]") } else { part.to_owned() }
    };
    parts(key).into_iter().map(written).collect()
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

/// A table that grows. It knows where its keys are: files may have thousands.
#[derive(Default)]
pub(super) struct Tree {
    branches: Vec<Branch>,
    places: BTreeMap<String, usize>,
}

/// A key of a table that grows.
struct Branch {
    key: String,
    key_at: Range<usize>,
    at: Range<usize>,
    grown: Grown,
}

enum Grown {
    Value(Value),
    Table(Tree),
}

/// What is put into a tree: the key as it was written, and its value.
struct Put<'a> {
    key: &'a str,
    key_at: Range<usize>,
    node: Node,
}

impl Tree {
    fn of(entries: Vec<Entry>) -> Self {
        let mut tree = Self::default();
        for Entry { key, key_at, node } in entries {
            let Node { at, value } = node;
            tree.push(Branch { key, key_at, at, grown: Grown::Value(value) });
        }
        tree
    }

    fn push(&mut self, branch: Branch) {
        self.places.entry(branch.key.clone()).or_insert(self.branches.len());
        self.branches.push(branch);
    }

    pub(super) fn into_entries(self) -> Vec<Entry> {
        let entries = self.branches.into_iter().map(|Branch { key, key_at, at, grown }| {
            let value = match grown {
                Grown::Value(value) => value,
                Grown::Table(tree) => Value::Table(tree.into_entries()),
            };
            Entry { key, key_at, node: Node::new(at, value) }
        });
        entries.collect()
    }

    /// Whether a table stands in it.
    pub(super) fn has_tables(&self) -> bool {
        let is_table = |branch: &Branch| match &branch.grown {
            Grown::Value(value) => matches!(value, Value::Table(_)),
            Grown::Table(_) => true,
        };
        self.branches.iter().any(is_table)
    }

    /// Puts a value where the parts of a key lead to; something else may not be there.
    pub(super) fn put(
        &mut self,
        parts: &[&str],
        (key, key_at): (&str, Range<usize>),
        node: Node,
        wrong: &mut Vec<Diagnostic>,
    ) {
        if let [first, rest @ ..] = parts {
            self.below(first, rest, Put { key, key_at, node }, wrong);
        }
    }

    fn below(&mut self, first: &str, rest: &[&str], put: Put<'_>, wrong: &mut Vec<Diagnostic>) {
        let Some(&at) = self.places.get(first) else {
            return self.push(put.branch(first, rest));
        };
        let branch = &mut self.branches[at];
        if let (Grown::Value(Value::Table(entries)), [_, ..]) = (&mut branch.grown, rest) {
            branch.grown = Grown::Table(Self::of(core::mem::take(entries)));
        }
        match (&mut branch.grown, rest) {
            (Grown::Value(Value::List(items)), [item]) if is_item(item) => items.push(put.node),
            (Grown::Table(inner), [next, rest @ ..]) => inner.below(next, rest, put, wrong),
            // Both are tables: `a.b: {…}` beside `a: {…}`.
            (Grown::Table(inner), []) if put.node.entries().is_some() => {
                inner.merge(put.node, wrong);
            }
            (Grown::Value(Value::Table(entries)), []) if put.node.entries().is_some() => {
                let mut inner = Self::of(core::mem::take(entries));
                inner.merge(put.node, wrong);
                branch.grown = Grown::Table(inner);
            }
            // Nothing is there that could be in the way.
            (Grown::Value(Value::Word(_)), _) => *branch = put.branch(first, rest),
            _ => {
                let message = format!("`{}` is written twice, or below a value", put.key);
                wrong.push(Diagnostic::new(put.key_at, Code::Twice, message));
            }
        }
    }

    fn merge(&mut self, table: Node, wrong: &mut Vec<Diagnostic>) {
        let Value::Table(entries) = table.value else { return };
        for Entry { key, key_at, node } in entries {
            self.below(&key, &[], Put { key: &key, key_at, node }, wrong);
        }
    }
}

impl Put<'_> {
    /// All that is below a key that is not there yet.
    fn branch(self, first: &str, rest: &[&str]) -> Branch {
        let (key, key_at, at) = (first.to_owned(), self.key_at.clone(), self.node.at.clone());
        let grown = match rest {
            [] => Grown::Value(self.node.value),
            [item] if is_item(item) => Grown::Value(Value::List(vec![self.node])),
            [next, rest @ ..] => {
                let mut inner = Tree::default();
                inner.push(self.branch(next, rest));
                Grown::Table(inner)
            }
        };
        Branch { key, key_at, at, grown }
    }
}

/// Whether a part of a key is a number of a list: its items are in the order of the file.
fn is_item(part: &str) -> bool {
    part.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_brackets_keeps_its_dots() {
        assert_eq!(parts("a.b[0]"), ["a", "b", "0"]);
        assert_eq!(parts("a.[b.c].d"), ["a", "b.c", "d"]);
        assert_eq!(parts("..a"), ["..a"]);
        assert_eq!(keys_of("a[b.c].d[0]"), ["a", "[b.c]", "d", "0"]);
    }
}
