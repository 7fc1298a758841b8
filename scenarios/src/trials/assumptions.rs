//! What is assumed, a little otherwise: more work, slower services, longer faults.

use sim::fault::Schedule;
use sim::trial::TrialOf;

use super::Maker;
use crate::leaves::Number;
use crate::path_keys::path_of;

impl Maker<'_> {
    pub(super) fn assumptions(&mut self) {
        for factor in [2.0, 0.5] {
            let times = if factor > 1.0 { "twice as" } else { "half as" };
            for agents in &self.system.agents {
                let (name, count) = (&agents.name, agents.count);
                let many = (f64::from(count) * factor).round() as u32;
                if 0 < many && many != count {
                    let path = path_of(&["agents", name, "count"]);
                    let what = format!("{times} many agents {name}");
                    self.assume(what, vec![(path, many.to_string())]);
                }
            }
            for service in &self.system.services {
                let path = path_of(&["services", &service.name, "latency"]);
                let changes = self.scaled(&path, factor);
                self.assume(format!("{} takes {times} long", service.name), changes);
            }
            for fault in self.fault_names() {
                if self.is_throughout(&fault) {
                    continue;
                }
                let changes = ["for", "down", "mttr"]
                    .into_iter()
                    .flat_map(|key| self.scaled(&path_of(&["faults", &fault, key]), factor));
                let changes = changes.collect();
                self.assume(format!("{fault} lasts {times} long"), changes);
            }
        }
    }

    /// Whether a fault is on until the end of every run.
    fn is_throughout(&self, name: &str) -> bool {
        let fault = self.system.faults.iter().find(|fault| fault.name == name);
        let schedule = fault.map(|fault| &fault.schedule);
        matches!(schedule, Some(Schedule::Once { at, lasts })
            if self.system.horizon <= *at + *lasts)
    }

    fn assume(&mut self, what: String, changes: Vec<(String, String)>) {
        let is_lever = what.starts_with("lever: ") || what.starts_with("check: ");
        if !changes.is_empty() && !is_lever {
            self.add(what.clone(), TrialOf::Assumed { what }, changes);
        }
    }

    /// All lengths of time at a path, so many times as long.
    fn scaled(&self, path: &str, factor: f64) -> Vec<(String, String)> {
        let leaves = self.leaves_at(path).into_iter();
        let lengths = leaves.filter(|leaf| matches!(leaf.value, Number::Length(_)));
        lengths.map(|leaf| (path_of(&leaf.keys), leaf.value.times(factor).to_string())).collect()
    }
}
