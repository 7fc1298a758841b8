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
    /// Tries every number that is written of a layer, those that it has of a library, and those of
    /// budgets and of what keeps agents alive. Where they are too many, each part has its share.
    pub(super) fn settings(&mut self) {
        let parts: Vec<Vec<Leaf>> = self
            .of_policies()
            .into_iter()
            .chain(self.of_budgets())
            .chain(self.of_lives())
            .collect();
        let (tried, untried) = shared(parts, SETTINGS_MAX);
        self.untried = untried.iter().map(|leaf| path_of(&leaf.keys)).collect();
        for leaf in tried {
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

    /// The numbers of each policy.
    fn of_policies(&self) -> Vec<Vec<Leaf>> {
        let policies = policies(&self.file, self.registry);
        let of = |name: String| {
            let policy = policies.iter().find(|policy| policy.name == name)?;
            let mut leaves = Vec::new();
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
            Some(leaves)
        };
        self.used_policies().into_iter().filter_map(of).collect()
    }

    /// How much may be spent of each budget.
    fn of_budgets(&self) -> Vec<Vec<Leaf>> {
        let names = self.system.budgets.iter().map(|budget| &budget.name);
        names.map(|name| self.numbers_below(&["budgets", name], &SPENT)).collect()
    }

    /// How each group of agents is kept alive.
    fn of_lives(&self) -> Vec<Vec<Leaf>> {
        let of = |agents: &sim::model::system::Agents| {
            let all = ["supervise", "health"].into_iter();
            let all = all.flat_map(|key| self.leaves_at(&path_of(&["agents", &agents.name, key])));
            let mut all: Vec<Leaf> = all.collect();
            all.extend(self.numbers_below(&["agents", &agents.name, "checkpoint"], &["every"]));
            all
        };
        self.system.agents.iter().map(of).collect()
    }

    /// The numbers of a part under some of its keys.
    fn numbers_below(&self, part: &[&str], names: &[&str]) -> Vec<Leaf> {
        let at = |name: &&str| self.leaves_at(&path_of(&[part, &[*name]].concat()));
        names.iter().flat_map(at).collect()
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

/// What can be spent of a budget.
const SPENT: [&str; 4] = ["tokens", "usd", "calls", "time"];

/// So many of all, each part in turn, in the order of the parts; and the others.
fn shared(parts: Vec<Vec<Leaf>>, most: usize) -> (Vec<Leaf>, Vec<Leaf>) {
    let mut room = vec![0; parts.len()];
    let mut left = most;
    while 0 < left && parts.iter().zip(&room).any(|(part, room)| *room < part.len()) {
        for (part, room) in parts.iter().zip(&mut room) {
            if *room < part.len() && 0 < left {
                (*room, left) = (*room + 1, left - 1);
            }
        }
    }
    let (mut tried, mut untried) = (Vec::new(), Vec::new());
    for (mut part, room) in parts.into_iter().zip(room) {
        untried.extend(part.split_off(room));
        tried.extend(part);
    }
    (tried, untried)
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
