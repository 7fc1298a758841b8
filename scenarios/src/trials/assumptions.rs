//! What is assumed, a little otherwise: more work, slower services, longer faults.

use sim::fault::Schedule;
use sim::trial::{Assumption, TrialOf};

use super::Maker;
use super::levers::is_made;
use crate::leaves::{Leaf, Number};
use crate::path_keys::path_of;

impl Maker<'_> {
    pub(super) fn assumptions(&mut self) {
        for agents in &self.system.agents {
            let (name, count) = (&agents.name, agents.count);
            let path = path_of(&["agents", name, "count"]);
            let scaled = |factor: f64| {
                let many = (f64::from(count) * factor).round() as u32;
                let is_new = 0 < many && many != count;
                is_new.then(|| (path.clone(), many.to_string())).into_iter().collect()
            };
            self.assume(&Assumption::NumberOf(name.clone()), scaled);
        }
        for service in &self.system.services {
            let path = path_of(&["services", &service.name, "latency"]);
            let of = Assumption::WorkOf(service.name.clone());
            let leaves = self.leaves_at(&path);
            self.assume(&of, |factor| scaled(&leaves, factor));
        }
        for fault in self.fault_names() {
            if is_made(&fault) || self.is_throughout(&fault) {
                continue;
            }
            let keys = ["for", "down", "mttr"].into_iter();
            let leaves = keys.flat_map(|key| self.leaves_at(&path_of(&["faults", &fault, key])));
            let leaves: Vec<Leaf> = leaves.collect();
            self.assume(&Assumption::LengthOf(fault), |factor| scaled(&leaves, factor));
        }
    }

    /// Whether a fault is on until the end of every run.
    fn is_throughout(&self, name: &str) -> bool {
        let fault = self.system.faults.iter().find(|fault| fault.name == name);
        let schedule = fault.map(|fault| &fault.schedule);
        matches!(schedule, Some(Schedule::Once { at, lasts })
            if self.system.horizon <= *at + *lasts)
    }

    fn assume(&mut self, of: &Assumption, changes: impl Fn(f64) -> Vec<(String, String)>) {
        for factor in [2.0, 0.5] {
            let changes = changes(factor);
            if !changes.is_empty() {
                self.add(what(of, factor), TrialOf::Assumed(of.clone()), changes);
            }
        }
    }
}

/// What is assumed, in words.
fn what(of: &Assumption, factor: f64) -> String {
    let times = if factor > 1.0 { "twice as" } else { "half as" };
    match of {
        Assumption::NumberOf(agents) => format!("{times} many of {agents}"),
        Assumption::WorkOf(service) => format!("{service} takes {times} long"),
        Assumption::LengthOf(fault) => format!("{fault} lasts {times} long"),
    }
}

/// All lengths of time among these, so many times as long.
fn scaled(leaves: &[Leaf], factor: f64) -> Vec<(String, String)> {
    let lengths = leaves.iter().filter(|leaf| matches!(leaf.value, Number::Length(_)));
    lengths.map(|leaf| (path_of(&leaf.keys), leaf.value.times(factor).to_string())).collect()
}
