//! Builds the tree of another format by its table.

use patterns::settings::{Entry, Node, Value, entry};

use crate::import::{Section, decimal, section_of};

/// A table that is being built.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<Entry>);

impl Table {
    /// What a section says of these keys of ours; those that it cannot say are not there.
    pub(crate) fn of(format: &str, place: &str, ours: &[(&str, Option<Node>)]) -> Self {
        let mut table = Self::default();
        table.add(format, place, ours);
        table
    }

    /// Adds what a section says of these keys of ours.
    pub(crate) fn add(&mut self, format: &str, place: &str, ours: &[(&str, Option<Node>)]) {
        let section: &Section = section_of(format, place);
        for (key, node) in ours {
            let Some(node) = node else { continue };
            let row = section.rows.iter().find(|row| row.ours == *key && row.speaks());
            if let Some(row) = row
                && let Some(value) = row.unit.write(node)
            {
                self.put(row.theirs, value);
            }
        }
    }

    /// Puts a value where a path leads to.
    pub(crate) fn put(&mut self, path: &str, value: Node) {
        put(&mut self.0, path, value);
    }

    /// Puts a value, if there is one.
    pub(crate) fn put_some(&mut self, path: &str, value: Option<Node>) {
        if let Some(value) = value {
            self.put(path, value);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The table, as a value.
    pub(crate) fn node(self) -> Node {
        Node::unwritten(Value::Table(self.0))
    }
}

fn put(entries: &mut Vec<Entry>, path: &str, value: Node) {
    let Some((first, rest)) = path.split_once('.') else {
        entries.retain(|entry| entry.key != path);
        entries.push(entry(path, value));
        return;
    };
    if entries.iter().all(|entry| entry.key != first) {
        entries.push(entry(first, Node::unwritten(Value::Table(Vec::new()))));
    }
    let found = entries.iter_mut().find(|entry| entry.key == first);
    if let Some(Value::Table(inner)) = found.map(|entry| &mut entry.node.value) {
        put(inner, rest, value);
    }
}

/// A list.
pub(crate) fn list(items: impl IntoIterator<Item = Node>) -> Node {
    Node::unwritten(Value::List(items.into_iter().collect()))
}

/// A whole number.
pub(crate) fn whole(number: i128) -> Node {
    Node::unwritten(Value::Integer(number))
}

/// A share, in percent.
pub(crate) fn percent(share: Option<&Node>) -> Option<Node> {
    let share = decimal(share?)?;
    Some(Node::unwritten(Value::Float((share * 1e9).round() / 1e7)))
}

/// True.
pub(crate) fn yes() -> Node {
    Node::unwritten(Value::Bool(true))
}

/// A table whose keys are names: they may have dots.
pub(crate) fn named(entries: impl IntoIterator<Item = (String, Node)>) -> Node {
    let entries = entries.into_iter().map(|(name, node)| entry(&name, node));
    Node::unwritten(Value::Table(entries.collect()))
}
