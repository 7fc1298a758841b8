//! Which requests a fault can hit, of those at the places that it hits.

use std::ops::Range;

use patterns::settings::{Code, NameKind, Node, Reader, Setting, Shape, Unit};

/// The name of a group of agents, which is looked up later, and where it is written.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) at: Range<usize>,
}

impl Setting for Named {
    fn shape() -> Shape {
        Shape::Name(NameKind::Caller)
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let name = String::read(node, None, reader)?;
        Some(Self { name, at: node.at.clone() })
    }

    fn write(&self) -> Node {
        self.name.write()
    }
}

/// The first and the last of some things that calls ask for, counted from 1 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyRange(pub(crate) u32, pub(crate) u32);

impl Setting for KeyRange {
    fn shape() -> Shape {
        Shape::Either(vec![u32::shape(), Shape::Form { what: "a range", example: "1 to 10" }])
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let Some((first, last)) = node.text().and_then(|text| text.split_once(" to ")) else {
            let dashed = node.text().and_then(|text| text.split_once('-'));
            let number = |text: &str| text.trim().parse::<u32>().ok();
            if let Some((first, last)) = dashed
                && let (Some(first), Some(last)) = (number(first), number(last))
            {
                let message = format!("a range of keys is written `\"{first} to {last}\"`");
                reader.mistake(&node.at, Code::Unreadable, message);
                return None;
            }
            let key = u32::read(node, None, reader)?;
            return Some(Self(key, key));
        };
        let range = [first, last].map(|number| number.trim().parse().ok());
        let [Some(first), Some(last)] = range else {
            let message = "a range of keys is written `\"1 to 10\"`";
            reader.mistake(&node.at, Code::Unreadable, message);
            return None;
        };
        if last < first {
            let message = "the last key of a range comes after its first";
            reader.mistake(&node.at, Code::OutOfRange, message);
            return None;
        }
        Some(Self(first, last))
    }

    fn write(&self) -> Node {
        let Self(first, last) = self;
        if first == last { first.write() } else { Node::word(format!("{first} to {last}")) }
    }

    fn magnitude(&self) -> Option<(f64, Unit)> {
        self.0.magnitude()
    }
}
