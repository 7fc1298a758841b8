//! Kinds of failure of other worlds, and the classes that they are here.

use patterns::Class;
use patterns::settings::{Node, Value};

use super::words::{classes, classes_of, loose};

/// Names of failures.
#[derive(Debug)]
pub(crate) struct Names {
    /// Each name with the classes that it stands for; those first that are written out.
    pub(crate) all: &'static [(&'static str, &'static [Class])],
    /// How many of these are written out; the others are read alone.
    pub(crate) written: usize,
    /// Names that there are, and that stand for no class of failure.
    pub(crate) classless: &'static [&'static str],
    /// Whether the other world takes no others.
    pub(crate) is_all: bool,
    /// Whether they are written as one text with commas.
    pub(crate) in_one_text: bool,
    /// Whether the last part of a name that has dots is what counts: `java.io.IOException`.
    pub(crate) dotted: bool,
}

impl Names {
    pub(crate) fn example(&self) -> &'static str {
        self.all.first().map_or("", |(name, _)| name)
    }

    /// All names that there are, as far as they are known.
    pub(crate) fn known(&self) -> impl Iterator<Item = &'static str> {
        let named = self.all.iter().map(|(name, _)| *name);
        let words = named.filter(|name| name.parse::<u32>().is_err());
        words.chain(self.classless.iter().copied())
    }

    /// Whether the other world takes a name.
    pub(crate) fn is_known(&self, name: &str) -> bool {
        !self.is_all || self.find(name).is_some() || {
            let number = name.parse::<u32>();
            let is_code = number.is_ok_and(|code| (100..600).contains(&code));
            self.in_one_text && is_code
                || self.classless.iter().any(|known| loose(known) == loose(name))
        }
    }

    fn find(&self, name: &str) -> Option<&'static [Class]> {
        let known = self.all.iter();
        let is_same = |known: &str| {
            let last = |name: &str| loose(name.rsplit(['.', '$']).next().unwrap_or(name));
            if self.dotted { last(known) == last(name) } else { loose(known) == loose(name) }
        };
        { known }.find(|(known, _)| is_same(known)).map(|(_, classes)| *classes)
    }

    /// The classes that are written, and the names that are not known; nothing if it is no list of
    /// names.
    pub(crate) fn read(&self, node: &Node) -> Option<(Node, Vec<Node>)> {
        let one = |node: &Node| match &node.value {
            Value::Integer(number) => Some(number.to_string()),
            Value::Text(text) | Value::Word(text) => Some(text.clone()),
            _ => None,
        };
        let names: Vec<(String, Node)> = match &node.value {
            Value::List(items) => {
                let named = items.iter().map(|item| Some((one(item)?, item.clone())));
                named.collect::<Option<_>>()?
            }
            _ => {
                let text = one(node)?;
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                parts.map(|part| (part.to_owned(), node.clone())).collect()
            }
        };
        let mut found: Vec<Class> = Vec::new();
        let mut unknown = Vec::new();
        for (name, node) in names {
            match self.find(&name) {
                Some(of_name) => found.extend(of_name),
                None => unknown.push(Node::new(node.at, Value::Text(name))),
            }
        }
        Some((classes(found), unknown))
    }

    /// Names that together stand for these classes: for no others, if that can be said.
    pub(crate) fn write(&self, node: &Node) -> Option<Node> {
        let wanted = classes_of(node);
        let mut said: Vec<Class> = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        let known = &self.all[..self.written.min(self.all.len())];
        let mut by_size: Vec<_> = known.iter().collect();
        by_size.sort_by_key(|(_, of_name)| core::cmp::Reverse(of_name.len()));
        for (name, of_name) in by_size {
            let fits = of_name.iter().all(|class| wanted.contains(class));
            if fits && of_name.iter().any(|class| !said.contains(class)) {
                said.extend(*of_name);
                names.push(name);
            }
        }
        // What cannot be said alone is said with more.
        for class in &wanted {
            let has = |of_name: &[Class]| of_name.contains(class);
            if !said.contains(class)
                && let Some((name, of_name)) = known.iter().find(|(_, of_name)| has(of_name))
            {
                said.extend(*of_name);
                names.push(name);
            }
        }
        if names.is_empty() {
            return None;
        }
        Some(Node::unwritten(if self.in_one_text {
            Value::Text(names.join(","))
        } else {
            Value::List(names.into_iter().map(Node::word).collect())
        }))
    }
}
