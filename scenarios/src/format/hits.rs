//! What a fault hits: services, and ways from callers to services.

use std::ops::Range;

use patterns::settings::{Code, NameKind, Node, Reader, Setting, Shape, Unit, Value};

/// One of the things that a fault hits, and where that is written.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    /// The number by which settings know the caller, if it is the way from one.
    pub(crate) caller: Option<u16>,
    /// The place of the service.
    pub(crate) service: usize,
    /// Which of its replicas, from 0 on, if it is one of them alone.
    pub(crate) replica: Option<u32>,
    pub(crate) at: Range<usize>,
}

/// All that a fault hits.
#[derive(Clone, Debug)]
pub(crate) struct Hits(pub(crate) Vec<Hit>);

impl Setting for Hits {
    fn shape() -> Shape {
        Shape::Either(vec![
            Shape::Name(NameKind::Service),
            Shape::Form { what: "a replica", example: "github#2" },
            Shape::Form { what: "an edge", example: "research -> github" },
            Shape::List(of_one),
        ])
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let Value::List(items) = &node.value else {
            return Some(Self(vec![read_one(node, reader)?]));
        };
        // Each one is read, so that every mistake is reported.
        let read: Vec<_> = items.iter().map(|item| read_one(item, reader)).collect();
        let all: Vec<Hit> = read.into_iter().collect::<Option<_>>()?;
        for (index, hit) in all.iter().enumerate() {
            let is_same = |other: &Hit| {
                (other.caller, other.service) == (hit.caller, hit.service)
                    && (other.replica == hit.replica
                        || other.replica.is_none()
                        || hit.replica.is_none())
            };
            if all[..index].iter().any(is_same) {
                reader.mistake(&hit.at, Code::Twice, "this is hit twice by one fault");
                return None;
            }
        }
        Some(Self(all))
    }

    fn write(&self) -> Node {
        let one = |hit: &Hit| {
            let replica = hit.replica.map_or(String::new(), |replica| format!("#{}", replica + 1));
            let service = format!("service-{}{replica}", hit.service);
            Node::word(hit.caller.map_or(service.clone(), |from| format!("{from} -> {service}")))
        };
        match self.0.as_slice() {
            [hit] => one(hit),
            all => Node::unwritten(Value::List(all.iter().map(one).collect())),
        }
    }

    fn magnitude(&self) -> Option<(f64, Unit)> {
        Some((self.0.len() as f64, Unit::Items))
    }
}

fn of_one() -> Shape {
    Shape::Either(vec![
        Shape::Name(NameKind::Service),
        Shape::Form { what: "a replica", example: "github#2" },
        Shape::Form { what: "an edge", example: "research -> github" },
    ])
}

/// A service by name, one replica of it (`api#2`), or `caller -> service`.
fn read_one(node: &Node, reader: &mut Reader<'_>) -> Option<Hit> {
    let mut replica = None;
    let mut resolve = |kind, name: &str| {
        let name = Node::new(node.at.clone(), Value::Word(name.trim().to_owned()));
        reader.resolve(kind, &name)
    };
    let (caller, service) = match node.text().and_then(|text| text.split_once("->")) {
        Some((from, to)) => {
            let caller = resolve(NameKind::Caller, from);
            let service = resolve(NameKind::Service, to);
            (Some(caller?), service?)
        }
        None => match node.text().and_then(|text| text.split_once('#')) {
            Some((service, number)) => {
                let service = resolve(NameKind::Service, service)?;
                let Some(number) = number.parse().ok().and_then(|n: u32| n.checked_sub(1)) else {
                    let message = "a replica is a number from 1 on, as in `api#2`";
                    reader.mistake(&node.at, Code::OutOfRange, message);
                    return None;
                };
                replica = Some(number);
                (None, service)
            }
            None => (None, reader.resolve(NameKind::Service, node)?),
        },
    };
    Some(Hit { caller, service: service.into(), replica, at: node.at.clone() })
}
