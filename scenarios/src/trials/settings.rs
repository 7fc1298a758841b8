//! Numbers of layers: each is tried a little smaller, and a little larger.

use patterns::Duration;
use patterns::settings::{Node, Value};
use sim::trial::TrialOf;

use super::Maker;
use crate::export::policies;
use crate::leaves::{Leaf, Number};
use crate::path::Finder;
use crate::path_keys::{keys, path_of};

/// Settings beyond which no more are tried: each is tried at several values.
const SETTINGS_MAX: usize = 24;

/// By how much a number is tried otherwise.
const FACTORS: [f64; 4] = [0.25, 0.5, 2.0, 4.0];

impl Maker<'_> {
    /// Tries every number that is written of a layer, and those that it has of a library.
    pub(super) fn settings(&mut self) {
        let policies = policies(&self.file, self.registry);
        let mut leaves = Vec::new();
        for name in self.used_policies() {
            let Some(policy) = policies.iter().find(|policy| policy.name == name) else { continue };
            for (layer, (kind, path)) in policy.layers.iter().zip(self.layers_of(&name)) {
                let Ok(keys) = keys(&path) else { continue };
                leaves.extend(self.finder().leaves(&layer.written, &keys, Some(&kind)));
                let library = layer.written.get("like").and_then(Node::text);
                let library = library.map_or(Vec::new(), |library| self.of_library(&kind, library));
                // What is written counts more.
                let is_new = |leaf: &Leaf| layer.written.get(&leaf.keys[0]).is_none();
                leaves.extend(
                    library
                        .into_iter()
                        .filter(is_new)
                        .map(|leaf| Leaf { keys: [&keys[..], &leaf.keys].concat(), ..leaf }),
                );
            }
        }
        for leaf in leaves.into_iter().take(SETTINGS_MAX) {
            let path = path_of(&leaf.keys);
            let own = leaf.value.to_string();
            for value in leaf.value.others() {
                let of = TrialOf::Setting {
                    path: path.clone(),
                    own: own.clone(),
                    value: value.to_string(),
                };
                let change = vec![(path.clone(), value.to_string())];
                self.add(format!("{path} = {value}"), of, change);
            }
        }
    }

    /// The numbers that a layer has of a library, by their keys.
    fn of_library(&self, kind: &str, library: &str) -> Vec<Leaf> {
        let info = self.registry.kind(kind);
        let preset = info.and_then(|info| info.presets.iter().find(|one| one.library == library));
        let keys = preset.map_or(&[][..], |preset| &preset.keys);
        let numbers = keys.iter().filter_map(|key| {
            let value = Number::of(key.default()?.to_string().trim_matches('"'))?;
            Some(Leaf { keys: vec![key.name()], value })
        });
        numbers.collect()
    }

    pub(super) fn finder(&self) -> Finder<'_> {
        Finder { registry: self.registry, faults: &self.file.fault_names, at: 0..0, creates: false }
    }

    /// The numbers of a part of a file, by the path to it.
    pub(super) fn leaves_at(&self, path: &str) -> Vec<Leaf> {
        let node: Option<Node> = self.file.get(self.registry, path);
        let keys = keys(path);
        node.zip(keys.ok())
            .map_or(Vec::new(), |(node, keys)| self.finder().leaves(&node, &keys, None))
    }
}

impl Number {
    /// What is tried in its place.
    fn others(self) -> Vec<Self> {
        let mut all: Vec<Self> = match self {
            Self::Whole(number) => {
                let scaled =
                    FACTORS.map(|factor| Self::Whole((number as f64 * factor).round() as u64));
                scaled.into_iter().filter(|one| *one != Self::Whole(0)).collect()
            }
            Self::Fraction(share) if 0.0 < share && share < 1.0 => {
                let more = 1.0 - (1.0 - share) / 2.0;
                let less = (share / 2.0, share / 4.0);
                [less.1, less.0, more].map(Self::Fraction).into()
            }
            _ => FACTORS.map(|factor| self.times(factor)).into(),
        };
        all.retain(|one| *one != self);
        all.dedup();
        all
    }

    /// So many times as much.
    pub(super) fn times(self, factor: f64) -> Self {
        match self {
            Self::Whole(number) => Self::Whole((number as f64 * factor).round() as u64),
            Self::Fraction(number) => Self::Fraction(number * factor),
            Self::Length(length) => {
                let nanos = length.as_nanos() as f64 * factor;
                // Of what is long nobody writes what is less than a millisecond.
                let step = if nanos < 1e9 { 1.0 } else { 1e6 };
                Self::Length(Duration::from_nanos(((nanos / step).round() * step) as u64))
            }
        }
    }
}

impl core::fmt::Display for Number {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Whole(number) => write!(f, "{number}"),
            Self::Fraction(number) => {
                let node = Node::unwritten(Value::Float((number * 1e6).round() / 1e6));
                write!(f, "{node}")
            }
            Self::Length(length) => {
                let text = length.to_string();
                f.write_str(&text.replace(' ', ""))
            }
        }
    }
}
