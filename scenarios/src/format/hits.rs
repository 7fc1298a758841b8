//! What a fault hits: services, agents, ways from callers to services, and layers.

use std::ops::Range;

use patterns::settings::{Code, NameKind, Node, Reader, Setting, Shape, Unit, Value};

use crate::path_keys;

/// One of the things that a fault hits, and where that is written.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub(crate) target: Target,
    pub(crate) at: Range<usize>,
}

/// What is hit. Callers are known by the numbers by which settings know them, and services by their
/// places.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    Service(usize),
    /// One replica of a service, from 0 on.
    Replica {
        service: usize,
        replica: u32,
    },
    Agents(u16),
    Edge {
        caller: u16,
        service: usize,
    },
    Layer {
        policy: String,
        layer: LayerName,
    },
    LayerOfEdge {
        caller: u16,
        service: usize,
        layer: LayerName,
    },
}

impl Target {
    /// Whether both have a place in common, as far as that shows without looking them up.
    fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Service(service), Self::Replica { service: of, .. })
            | (Self::Replica { service: of, .. }, Self::Service(service)) => service == of,
            _ => self == other,
        }
    }
}

/// The layers of a kind in a policy, or one of them by its number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LayerName {
    pub(crate) kind: String,
    pub(crate) number: Option<u32>,
}

impl LayerName {
    pub(crate) fn in_words(&self) -> String {
        let number = self.number.map_or(String::new(), |number| format!("#{number}"));
        format!("{}{number}", self.kind)
    }
}

/// All that a fault hits.
#[derive(Clone, Debug)]
pub(crate) struct Hits(pub(crate) Vec<Hit>);

fn one() -> Vec<Shape> {
    vec![
        Shape::Name(NameKind::Caller),
        Shape::Form { what: "a replica", example: "github#2" },
        Shape::Form { what: "an edge", example: "research -> github" },
        Shape::Form { what: "a layer", example: "policies.guarded.cache" },
    ]
}

impl Setting for Hits {
    fn shape() -> Shape {
        let mut shapes = one();
        shapes.push(Shape::List(|| Shape::Either(one())));
        Shape::Either(shapes)
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let Value::List(items) = &node.value else {
            return Some(Self(vec![read_one(node, reader)?]));
        };
        // Each one is read, so that every mistake is reported.
        let read: Vec<_> = items.iter().map(|item| read_one(item, reader)).collect();
        let all: Vec<Hit> = read.into_iter().collect::<Option<_>>()?;
        for (index, hit) in all.iter().enumerate() {
            if all[..index].iter().any(|other| other.target.meets(&hit.target)) {
                reader.mistake(&hit.at, Code::Twice, "this is hit twice by one fault");
                return None;
            }
        }
        Some(Self(all))
    }

    fn write(&self) -> Node {
        let one = |hit: &Hit| {
            Node::word(match &hit.target {
                Target::Service(service) => format!("service-{service}"),
                Target::Replica { service, replica } => {
                    format!("service-{service}#{}", replica + 1)
                }
                Target::Agents(group) => group.to_string(),
                Target::Edge { caller, service } => format!("{caller} -> service-{service}"),
                Target::Layer { policy, layer } => {
                    format!("policies.{policy}.{}", layer.in_words())
                }
                Target::LayerOfEdge { caller, service, layer } => {
                    format!("{caller} -> service-{service}.{}", layer.in_words())
                }
            })
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

/// A service or a group of agents by name, `caller -> service`, or a layer of a policy or an edge.
fn read_one(node: &Node, reader: &mut Reader<'_>) -> Option<Hit> {
    let target = match node.text() {
        Some(text) if text.contains("->") => read_edge(node, text, reader)?,
        Some(text) if text.starts_with("policies.") && !is_name(node, text, reader) => {
            read_layer(node, text, reader)?
        }
        Some(text) if text.contains('#') && !is_name(node, text, reader) => {
            read_replica(node, text, reader)?
        }
        _ => match reader.tentative(|reader| reader.resolve(NameKind::Service, node)) {
            Ok(service) => Target::Service(service.into()),
            Err(_) => Target::Agents(reader.resolve(NameKind::Caller, node)?),
        },
    };
    Some(Hit { target, at: node.at.clone() })
}

fn word(node: &Node, name: &str) -> Node {
    Node::new(node.at.clone(), Value::Word(name.trim().to_owned()))
}

/// Whether something has just this name, however it looks.
fn is_name(node: &Node, name: &str, reader: &mut Reader<'_>) -> bool {
    let found = reader.tentative(|reader| reader.resolve(NameKind::Caller, &word(node, name)));
    found.is_ok()
}

/// `service#2`, the second replica of a service.
fn read_replica(node: &Node, text: &str, reader: &mut Reader<'_>) -> Option<Target> {
    let (service, number) = text.split_once('#')?;
    let service = reader.resolve(NameKind::Service, &word(node, service))?;
    let Some(replica) = number.parse().ok().and_then(|n: u32| n.checked_sub(1)) else {
        let message = "a replica is a number from 1 on, as in `api#2`";
        reader.mistake(&node.at, Code::OutOfRange, message);
        return None;
    };
    Some(Target::Replica { service: service.into(), replica })
}

/// `caller -> service`, and behind it a layer if no service is called so.
fn read_edge(node: &Node, text: &str, reader: &mut Reader<'_>) -> Option<Target> {
    // No name has quotes: `'a -> s'.breaker` can only be this.
    let text = text.replace(['"', '\''], "");
    let (from, to) = text.split_once("->")?;
    if is_turned_round(node, (from, to), reader) {
        let (from, to) = (from.trim(), to.trim());
        let message = format!("an edge leads from who calls to the service: `{to} -> {from}`");
        reader.mistake(&node.at, Code::UnknownName, message);
        return None;
    }
    let layer = to.rsplit_once('.').filter(|_| {
        let to = word(node, to);
        reader.tentative(|reader| reader.resolve(NameKind::Service, &to)).is_err()
    });
    let caller = reader.resolve(NameKind::Caller, &word(node, from));
    let to = layer.map_or(to, |(service, _)| service);
    if let Some((name, number)) = to.split_once('#')
        && number.trim().parse::<u32>().is_ok()
        && reader.tentative(|r| r.resolve(NameKind::Service, &word(node, to))).is_err()
    {
        let (from, to) = (from.trim(), name.trim());
        let message = format!("an edge leads to all replicas: `{from} -> {to}`");
        reader.mistake(&node.at, Code::Conflict, message);
        return None;
    }
    let service = reader.resolve(NameKind::Service, &word(node, to)).map(usize::from);
    let Some((_, layer)) = layer else {
        return Some(Target::Edge { caller: caller?, service: service? });
    };
    let layer = layer_name(node, layer.trim(), reader);
    Some(Target::LayerOfEdge { caller: caller?, service: service?, layer: layer? })
}

/// Whether an edge is one only if it is read from right to left.
fn is_turned_round(node: &Node, (from, to): (&str, &str), reader: &mut Reader<'_>) -> bool {
    let mut is = |kind: NameKind, name: &str| {
        reader.tentative(|reader| reader.resolve(kind, &word(node, name))).is_ok()
    };
    !is(NameKind::Service, to) && is(NameKind::Caller, to) && is(NameKind::Service, from)
}

/// `policies.NAME.KIND`, as paths into the file are written.
fn read_layer(node: &Node, text: &str, reader: &mut Reader<'_>) -> Option<Target> {
    let keys = path_keys::keys(text).unwrap_or_default();
    let [_, policy, layer] = keys.as_slice() else {
        let message = format!("`{text}` is no layer: write `policies.NAME.KIND`");
        let mistake = reader.mistake(&node.at, Code::Unreadable, message);
        if let [_, name @ .., layer] = keys.as_slice()
            && name.len() > 1
        {
            let name = name.join(".");
            mistake.help =
                Some(format!("a name with dots stands in quotes: `policies.'{name}'.{layer}`"));
        }
        return None;
    };
    let layer = layer_name(node, layer, reader)?;
    Some(Target::Layer { policy: policy.clone(), layer })
}

/// `breaker`, or `breaker#2` for the second of its kind.
fn layer_name(node: &Node, text: &str, reader: &mut Reader<'_>) -> Option<LayerName> {
    let Some((kind, number)) = text.split_once('#') else {
        return Some(LayerName { kind: text.to_owned(), number: None });
    };
    let number = number.parse().ok().filter(|number| *number > 0);
    if number.is_none() {
        let message = format!("`{text}` is no layer: behind `#` stands a number from 1 on");
        reader.mistake(&node.at, Code::OutOfRange, message);
    }
    Some(LayerName { kind: kind.to_owned(), number: Some(number?) })
}
