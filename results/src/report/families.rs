//! Which faults are alike, what a layer is there for, and what stands in the way of a fault.

use patterns::Duration;
use patterns::settings::{Group, Value};
use sim::model::system::{Edge, Fault, Flow, Step};
use sim::trial::TrialOf;

use super::document::code;
use super::facts::Facts;
use super::words::{self, listed};

/// Ways in which a service can fail, each with the kinds of faults by which it does.
pub(super) const WAYS: [(&str, &[&str]); 4] = [
    ("down", &["down", "refuse", "drain"]),
    ("hang", &["hang", "loss", "pause"]),
    ("slow", &["slow", "drift", "cold-start", "delay", "spike", "overload", "slots", "leak"]),
    ("errors", &["errors", "ramp", "bursts", "cut", "refuse", "leak"]),
];

/// Kinds of layers, and the ways to fail of which each is there for any.
const FOR: [(&[&str], &[&str]); 6] = [
    (&["timeout", "deadline"], &["hang"]),
    (&["hedge"], &["slow"]),
    (&["bulkhead", "adaptive-concurrency"], &["hang", "slow"]),
    (&["breaker"], &["down", "hang"]),
    (&["retry"], &["down", "errors", "hang", "slow"]),
    (&["fallback", "cache"], &["down", "hang", "errors"]),
];

/// Kinds of faults whose answers nobody can tell from right ones.
const WRONG: [&str; 2] = ["wrong", "stale"];

/// Layers that handle what a service does badly.
const HANDLERS: [&str; 7] =
    ["retry", "fallback", "breaker", "timeout", "hedge", "cache", "balance"];

/// Whether a fault is of a kind that makes a service fail in a way.
pub(super) fn is_of_way(fault: &Fault, way: &str) -> bool {
    let kinds = WAYS.iter().find(|(name, _)| *name == way).map_or(&[][..], |(_, kinds)| kinds);
    kinds.contains(&fault.effect.info().name)
}

/// Whether a fault makes answers wrong.
pub(super) fn is_wrong(fault: &Fault) -> bool {
    WRONG.contains(&fault.effect.info().name)
}

/// Whether no layer can see what a fault does: answers are wrong, and no form shows that.
fn is_unseen(fault: &Fault) -> bool {
    let mut settings = Vec::new();
    fault.effect.write_fields(&mut settings);
    let is_found = settings.iter().filter(|entry| entry.key == "detect").any(|entry| {
        matches!(entry.node.value, Value::Float(share) if 0.0 < share)
            || matches!(entry.node.value, Value::Integer(share) if 0 < share)
    });
    is_wrong(fault) && !is_found
}

impl Facts<'_> {
    /// What a layer is there for and nothing has tested, if a trial leaves one out.
    pub(super) fn untested_purpose(&self, of: &TrialOf) -> Option<String> {
        let TrialOf::Without { policy, kind } = of else { return None };
        let layer = words::kind(kind);
        if ["supervise", "health", "checkpoint"].contains(&layer) {
            let group = self.system.agents.iter().position(|one| one.name == *policy)?;
            let is_it = |fault: &&Fault| {
                words::is_of_processes(fault) && words::groups_hit(fault).contains(&group)
            };
            let is_tested = self.faults().iter().any(is_it);
            return (!is_tested).then(|| {
                format!("no crash of {} was tested, which {} is for", code(policy), code(layer))
            });
        }
        let (_, ways) = FOR.iter().find(|(kinds, _)| kinds.contains(&layer))?;
        let edges = self.system.edges.iter().filter(|edge| {
            edge.policy.is_some_and(|place| self.system.policies[place].name == *policy)
        });
        let is_tested = |edge: &Edge| {
            let errs = layer == "retry" && !self.system.services[edge.to].errors.is_empty();
            let is_it = |fault: &&Fault| {
                words::edges_hit(self.system, fault).iter().any(|one| std::ptr::eq(*one, edge))
                    && ways.iter().any(|way| is_of_way(fault, way))
            };
            errs || self.faults().iter().any(is_it)
        };
        let mut lacking: Vec<String> = Vec::new();
        for edge in edges.filter(|edge| !is_tested(edge)) {
            let name = code(&self.system.services[edge.to].name);
            if !lacking.contains(&name) {
                lacking.push(name);
            }
        }
        let ways: Vec<String> = ways.iter().map(code).collect();
        let no = if ways.len() == 1 { "no" } else { "neither" };
        (!lacking.is_empty()).then(|| {
            format!(
                "{no} {} of {} was tested, which {} is for",
                ways.join(" nor "),
                listed(&lacking),
                code(layer)
            )
        })
    }

    /// The layers that were never seen to act, each with its edge or policy.
    pub(super) fn idle(&self) -> Vec<(String, String)> {
        let value = |measure: &sim::measure::Measure| {
            let place = self.figures.place_of(measure);
            place.map_or(f64::NAN, |place| self.figures.estimate(0, place).mean)
        };
        sim::causes::idle_layers(self.system, value)
    }

    /// The layers of an edge that have acted in some run: those that are not [idle](Self::idle).
    pub(super) fn acting(&self, edge: &Edge, idle: &[(String, String)]) -> Vec<&str> {
        let Some(policy) = edge.policy.map(|place| &self.system.policies[place]) else {
            return Vec::new();
        };
        let name = self.system.edge_name(edge);
        let is_idle = |kind: &str| {
            idle.iter().any(|(of, one)| one == kind && (*of == name || *of == policy.name))
        };
        let kinds = policy.layers.iter().map(|layer| &*layer.kind);
        kinds.filter(|kind| !is_idle(kind)).collect()
    }

    /// What stands in the way of a fault: of calls the layers that act, of processes what starts
    /// them again, and of agents that go round in circles what bounds them.
    pub(super) fn in_its_way(&self, fault: &Fault, idle: &[(String, String)]) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        let mut add = |name: String| {
            if !all.contains(&name) {
                all.push(name);
            }
        };
        if !is_unseen(fault) {
            for edge in words::edges_hit(self.system, fault) {
                self.acting(edge, idle).into_iter().for_each(|kind| add(code(kind)));
            }
        }
        for group in words::groups_hit(fault) {
            self.keepers(fault, group).into_iter().for_each(&mut add);
        }
        all
    }

    /// What keeps a group of agents going that a fault hits.
    fn keepers(&self, fault: &Fault, group: usize) -> Vec<String> {
        let agents = &self.system.agents[group];
        if fault.effect.info().name != "stuck" {
            let life = agents.life.as_deref();
            let is_kept = life.is_some_and(|life| life.supervise.is_some());
            return if is_kept { vec![code("supervise")] } else { Vec::new() };
        }
        // What goes round in circles is alive: it must be bounded.
        let budgets = self.system.budgets.iter().filter(|one| one.groups.contains(&group));
        let mut all: Vec<String> =
            budgets.map(|one| format!("the budget {}", code(&one.name))).collect();
        if agents.limit().is_some_and(|limit| limit < Duration::MAX) {
            let key = if agents.patience.is_some() { "patience" } else { "deadline" };
            all.push(code(key));
        }
        let is_limited = |step: &Step| match step {
            Step::Flow(Flow::Again { limit, .. }) => *limit < u32::MAX,
            _ => false,
        };
        if agents.steps.iter().any(is_limited) {
            all.push(format!("the {} of its loop", code("limit")));
        }
        all
    }

    /// Where nothing handles a fault: edges without a layer that does, and groups that nothing
    /// keeps going.
    pub(super) fn unhandled(&self, fault: &Fault, idle: &[(String, String)]) -> Vec<String> {
        let is_unseen = is_unseen(fault);
        let edges = words::edges_hit(self.system, fault);
        let is_bare = |edge: &&&Edge| {
            is_unseen || !self.acting(edge, idle).iter().any(|it| HANDLERS.contains(it))
        };
        let bare = edges.iter().filter(is_bare);
        let mut bare: Vec<String> = bare.map(|edge| code(self.system.edge_name(edge))).collect();
        let alone = words::groups_hit(fault).into_iter();
        let alone = alone.filter(|group| self.keepers(fault, *group).is_empty());
        bare.extend(alone.map(|group| code(&self.system.agents[group].name)));
        bare
    }
}
