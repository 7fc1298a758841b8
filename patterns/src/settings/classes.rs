//! Classes of failure as settings: words, and lists of them.

use super::node::Node;
use super::range::Unit;
use super::reader::Reader;
use super::setting::Setting;
use super::shape::{Shape, SumInfo, Variant};
use crate::outcome::{Class, Classes};

/// One word of several.
fn word(name: &str, doc: &'static [&'static str]) -> Variant {
    Variant { name: name.to_owned(), doc, keys: Vec::new(), positional: 0 }
}

const fn class_doc(class: Class) -> &'static [&'static str] {
    match class {
        Class::Network => &[" The callee could not be reached, or broke off."],
        Class::Timeout => &[" No answer came in time."],
        Class::RateLimit => &[" The callee refuses this caller for its rate (HTTP 429)."],
        Class::Overload => &[" The callee has too much to do (HTTP 503, 529)."],
        Class::Validation => &[" The answer, or the question, is not of the right form."],
        Class::BreakerOpen => &[" A circuit breaker on the way refused the call."],
        Class::BulkheadFull => &[" A bulkhead on the way refused the call."],
        Class::Rejected => &[" Some other layer on the way refused the call."],
    }
}

impl Setting for Class {
    fn shape() -> Shape {
        let variants = || Self::ALL.map(|class| word(class.name(), class_doc(class))).to_vec();
        let doc = &[" A class of failure."];
        Shape::Sum(SumInfo { path: "patterns::outcome::Class", doc, variants, literals: Vec::new })
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(word) = node.text() else {
            reader.wrong_type(node, "a class of failure such as \"network\"");
            return None;
        };
        let found = Self::ALL.into_iter().find(|class| class.name() == word);
        if found.is_none() {
            let known = Self::ALL.map(|class| class.name().to_owned()).to_vec();
            reader.unknown_word(&node.at, "class of failure", word, known);
        }
        found
    }

    fn write(&self) -> Node {
        Node::word(self.name())
    }
}

impl Setting for Classes {
    fn shape() -> Shape {
        let variants = || {
            vec![
                word("all", &[" Every class of failure."]),
                word("none", &[" No class of failure."]),
            ]
        };
        let doc = &[" All classes of failure, or none."];
        let path = "patterns::outcome::AllOrNone";
        let words = Shape::Sum(SumInfo { path, doc, variants, literals: Vec::new });
        Shape::Either(vec![Shape::List(Class::shape), words])
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        match node.text() {
            Some("all") => return Some(Self::ALL),
            Some("none") => return Some(Self::NONE),
            _ => {}
        }
        let classes: Vec<Class> = Vec::read(node, None, reader)?;
        Some(classes.into_iter().fold(Self::NONE, Self::with))
    }

    fn write(&self) -> Node {
        match *self {
            Self::ALL => return Node::word("all"),
            Self::NONE => return Node::word("none"),
            _ => {}
        }
        let classes = Class::ALL.into_iter().filter(|class| self.contains(*class));
        classes.collect::<Vec<_>>().write()
    }

    fn magnitude(&self) -> Option<(f64, Unit)> {
        let count = Class::ALL.into_iter().filter(|class| self.contains(*class)).count();
        Some((count as f64, Unit::Items))
    }
}
