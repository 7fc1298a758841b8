//! The numbers below a place of a file, each with the path that leads to it.

use patterns::Duration;
use patterns::settings::{Call, Node, Value};

use crate::format::TokenCount;
use crate::path::{Finder, Known};

/// A number, a share or a length of time in a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Leaf {
    /// The keys that lead to it.
    pub(crate) keys: Vec<String>,
    /// Its value.
    pub(crate) value: Number,
}

/// The value of a leaf.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    /// A whole number.
    Whole(u64),
    /// A number with a fraction; a share among them.
    Fraction(f64),
    /// A length of time.
    Length(Duration),
}

impl Number {
    /// The number that a text spells, if it is one.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let percent = || Some(text.strip_suffix('%')?.trim().parse::<f64>().ok()? / 100.0);
        let whole = || text.parse().ok().map(Self::Whole);
        let fraction = || text.parse().ok().or_else(percent).map(Self::Fraction);
        let length = || text.parse().ok().map(Self::Length);
        let tokens = || TokenCount::parse(text).map(|number| Self::Whole(number.round() as u64));
        whole().or_else(fraction).or_else(length).or_else(tokens)
    }
}

impl Finder<'_> {
    /// All numbers at the place to which these keys lead, and below it; `kind` is that of the layer
    /// if it is one.
    pub(crate) fn leaves(&self, node: &Node, keys: &[String], kind: Option<&str>) -> Vec<Leaf> {
        let known = keys.iter().fold(Known::File, |known, key| known.below(key, self.registry));
        let known = match (known, kind) {
            (Known::Layer, Some(kind)) => Known::Layer.below(kind, self.registry),
            (known, _) => known,
        };
        let mut found = Vec::new();
        self.walk(node.clone(), &known, keys, &mut found);
        found
    }

    fn walk(&self, mut node: Node, known: &Known<'_>, keys: &[String], found: &mut Vec<Leaf>) {
        let mut add = |value| found.push(Leaf { keys: keys.to_vec(), value });
        if self.open(&mut node, known).is_err() {
            return;
        }
        match node.value {
            Value::Integer(number) => {
                if let Ok(number) = u64::try_from(number) {
                    add(Number::Whole(number));
                }
            }
            Value::Float(number) => add(Number::Fraction(number)),
            Value::Text(text) | Value::Word(text) => {
                if let Some(number) = Number::of(&text) {
                    add(number);
                }
            }
            Value::Call(call) => self.walk_call(call, known, keys, found),
            Value::Table(entries) => {
                for entry in entries {
                    let below = known.below(&entry.key, self.registry);
                    let keys = [keys, &[entry.key]].concat();
                    self.walk(entry.node, &below, &keys, found);
                }
            }
            Value::List(_) | Value::Bool(_) => {}
        }
    }

    fn walk_call(&self, call: Call, known: &Known<'_>, keys: &[String], found: &mut Vec<Leaf>) {
        let forms = known.forms();
        let form = forms.iter().find(|form| form.name == call.name);
        let times = forms.iter().flat_map(|form| &form.keys).find(|key| key.is_times());
        if let (Some(times), Some(key)) = (call.times, times) {
            self.walk(*times, &Known::of(key.shape()), &[keys, &[key.name()]].concat(), found);
        }
        if !call.has_arguments {
            // A word alone may be a number.
            let text = Node::word(&call.name);
            self.walk(text, &Known::Nothing, keys, found);
            return;
        }
        let Some(form) = form else { return };
        let is_named = |name: &str| {
            call.arguments.iter().any(|one| one.key.as_ref().is_some_and(|(of, _)| of == name))
        };
        let by_place: Vec<String> =
            form.keys.iter().take(form.positional).map(|k| k.name()).collect();
        let mut by_place =
            by_place.into_iter().filter(|name| !is_named(name)).collect::<Vec<_>>().into_iter();
        for argument in call.arguments {
            let name = match argument.key {
                Some((name, _)) => Some(name),
                None => by_place.next(),
            };
            let Some(name) = name else { continue };
            let key = form.keys.iter().find(|key| key.is_named(&name));
            let below = key.map_or(Known::Nothing, |key| Known::of(key.shape()));
            self.walk(argument.node, &below, &[keys, &[name]].concat(), found);
        }
    }
}
