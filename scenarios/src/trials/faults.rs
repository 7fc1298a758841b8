//! Faults: none of them, one alone, all but one; and all patterns left out.

use patterns::settings::{Node, Value};
use sim::trial::TrialOf;

use super::Maker;
use crate::axes::shown;
use crate::format::BY_HAND;
use crate::path_keys::path_of;
use crate::scenario::NEVER;

/// What keeps agents alive: keys of agents.
const KEPT_ALIVE: [&str; 3] = ["supervise", "health", "checkpoint"];

/// What a recovery is called among layers.
const RECOVERY: &str = "recovery";

impl Maker<'_> {
    pub(super) fn faults(&mut self) {
        let names = self.fault_names();
        if names.is_empty() {
            return;
        }
        self.add("no fault", TrialOf::Quiet, self.never(&names, None));
        if names.len() > 1 {
            for name in &names {
                let only = self.never(&names, Some(name));
                self.add(format!("only {name}"), TrialOf::Only(name.clone()), only);
            }
            for name in &names {
                let spared = self.never(std::slice::from_ref(name), None);
                self.add(format!("no {name}"), TrialOf::Spared(name.clone()), spared);
            }
        }
    }

    /// The faults that come by themselves: what people do to mend something is none, and what
    /// follows another fault comes and goes with it.
    pub(super) fn fault_names(&self) -> Vec<String> {
        let items = self.file.items("faults").iter().zip(&self.file.fault_names);
        let is_action = |name: &str| {
            let of_name = self.system.faults.iter().find(|fault| fault.name == name);
            of_name.is_none_or(|fault| fault.effect.info().is_action)
        };
        let names = items.filter(|(item, name)| item.get("after").is_none() && !is_action(name));
        names.map(|(_, name)| name.clone()).collect()
    }

    /// The changes by which none of these faults ever comes, but for one.
    pub(super) fn never(&self, names: &[String], but: Option<&String>) -> Vec<(String, String)> {
        let items: Vec<_> = self.file.items("faults").iter().zip(&self.file.fault_names).collect();
        let those =
            items.into_iter().filter(|(_, name)| names.contains(name) && Some(*name) != but);
        let changes = those.filter_map(|(item, name)| {
            let key = ["at", "up", "mtbf"].into_iter().find(|key| item.get(key).is_some())?;
            Some((path_of(&["faults", name, key]), NEVER.to_owned()))
        });
        changes.collect()
    }

    /// What a layer is worth, and all patterns together.
    pub(super) fn layers(&mut self) {
        let mut all = Vec::new();
        for policy in self.used_policies() {
            for (_, path) in self.layers_of(&policy) {
                let kind = layer_of(&policy, &path);
                let change = (path.clone(), "off".to_owned());
                all.push(change.clone());
                let of = TrialOf::Without { policy: policy.clone(), kind };
                self.add_without(format!("{path} = off"), of, vec![change]);
            }
        }
        for agents in &self.system.agents {
            for key in KEPT_ALIVE {
                let is_there = self.file.part("agents", &agents.name);
                if is_there.is_some_and(|node| node.get(key).is_some()) {
                    let path = path_of(&["agents", &agents.name, key]);
                    let change = (path.clone(), "off".to_owned());
                    all.push(change.clone());
                    let (policy, kind) = (agents.name.clone(), key.to_owned());
                    let of = TrialOf::Without { policy, kind };
                    self.add(format!("{path} = off"), of, vec![change]);
                }
            }
        }
        for name in self.recoveries() {
            let changes = self.not_carried_out(&name);
            all.extend(changes.clone());
            let of = TrialOf::Without { policy: name.clone(), kind: RECOVERY.to_owned() };
            self.add(format!("the recovery {name} is never carried out"), of, changes);
        }
        if !all.is_empty() {
            self.add_without("no pattern".to_owned(), TrialOf::Bare, all);
        }
    }

    /// The recoveries that come by themselves.
    fn recoveries(&self) -> Vec<String> {
        let items = self.file.items("recoveries").iter();
        let comes = |item: &&Node| {
            let by_itself = item.get("when").and_then(Node::text).is_some_and(|it| it != BY_HAND);
            by_itself || item.get("at").is_some()
        };
        let names = items.filter(comes).filter_map(|item| item.get("name").and_then(Node::text));
        names.map(str::to_owned).collect()
    }

    /// The changes by which a recovery is never carried out.
    fn not_carried_out(&self, name: &str) -> Vec<(String, String)> {
        let items = self.file.items("recoveries").iter();
        let item = { items }.find(|item| item.get("name").and_then(Node::text) == Some(name));
        let of = |key: &str, value: &str| {
            let is_there = item.is_some_and(|item| item.get(key).is_some());
            is_there.then(|| (path_of(&["recoveries", name, key]), value.to_owned()))
        };
        of("when", BY_HAND).into_iter().chain(of("at", "[]")).collect()
    }

    /// How each of them is set.
    pub(super) fn written(&self) -> Vec<(String, String, String)> {
        let mut all = Vec::new();
        for policy in self.used_policies() {
            for (_, path) in self.layers_of(&policy) {
                let kind = layer_of(&policy, &path);
                let node = self.file.get(self.registry, &path);
                all.push((policy.clone(), kind, node.map_or(String::new(), |node| shown(&node))));
            }
        }
        for agents in &self.system.agents {
            for key in KEPT_ALIVE {
                let node = self.file.part("agents", &agents.name).and_then(|part| part.get(key));
                let node = node.map(|node| (agents.name.clone(), key.to_owned(), shown(node)));
                all.extend(node);
            }
        }
        for item in self.file.items("recoveries") {
            let name = item.get("name").and_then(Node::text).unwrap_or_default();
            if let Value::Table(entries) = &item.value {
                let others = entries.iter().filter(|entry| entry.key != "name").cloned();
                let others = Node::unwritten(Value::Table(others.collect()));
                all.push((name.to_owned(), RECOVERY.to_owned(), shown(&others)));
            }
        }
        all
    }

    /// The layers of a policy that are not off: the kind of each, and the path to its settings.
    pub(super) fn layers_of(&self, policy: &str) -> Vec<(String, String)> {
        let all = self.file.layers_of(policy).into_iter().map(|(kind, path)| {
            // Of several of a kind each goes by its number, below which it is.
            let is_number = path.rsplit('.').next().is_some_and(|last| last.parse::<u32>().is_ok());
            let path = if is_number { format!("{path}.{kind}") } else { path };
            (kind, path)
        });
        all.collect()
    }

    /// The policies that edges use, in the order of the edges.
    pub(super) fn used_policies(&self) -> Vec<String> {
        let mut used: Vec<String> = Vec::new();
        for policy in self.system.edges.iter().filter_map(|edge| edge.policy) {
            let name = &self.system.policies[policy].name;
            if !used.contains(name) {
                used.push(name.clone());
            }
        }
        used
    }
}

/// A layer within its policy: its kind, and before it the number by which it goes if there are
/// several of its kind.
fn layer_of(policy: &str, path: &str) -> String {
    let begin = path_of(&["policies", policy]) + ".";
    path.strip_prefix(&begin).unwrap_or(path).to_owned()
}
