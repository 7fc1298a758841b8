//! Settings that are right by themselves and change nothing beside others of the file.

use std::collections::{BTreeMap, BTreeSet};

use patterns::backoff::{Backoff, Progress};
use patterns::retry::Rule;
use patterns::settings::{Entry, NoNames, Node, Reader, Setting, Value};
use patterns::{Class, Duration, Time};
use sim::System;
use sim::model::system::{Arrivals, Fault, Place};

use super::reach::{called, keys_at};
use crate::diagnostic::Diagnostic;
use crate::scenario_file::ScenarioFile;

impl ScenarioFile {
    /// Warns of what changes nothing.
    pub(super) fn warn_of_idle(&self, system: &System, found: &mut Vec<Diagnostic>) {
        let mut warn = |at: Option<&Node>, message: String| {
            if let Some(node) = at {
                found.push(Diagnostic::no_effect(node.at.clone(), message));
            }
        };
        self.idle_services(system, &mut warn);
        for agents in &system.agents {
            if agents.finds_out.is_some() && !self.may_be_wrong(system) {
                let written = self.part("agents", &agents.name);
                let at = written.and_then(|table| table.get("finds-out"));
                warn(at, "no answer is ever wrong, so there is nothing to find out".to_owned());
            }
            if matches!(agents.arrivals, Arrivals::Closed { .. }) {
                let written = self.part("agents", &agents.name);
                let at = written.and_then(|table| table.get("slots"));
                warn(at, "in a closed loop an agent never has more than one task".to_owned());
            }
        }
        for (fault, item) in system.faults.iter().zip(self.items("faults")) {
            idle_fault(system, fault, item, &mut warn);
        }
        for policy in self.root.get("policies").and_then(Node::entries).unwrap_or_default() {
            idle_rules(&policy.node, system.horizon, &mut warn);
        }
    }

    /// Whether some answer may be wrong, if not in this cell of a sweep, then in another one.
    fn may_be_wrong(&self, system: &System) -> bool {
        let misleads = |fault: &Fault| ["wrong", "stale"].contains(&fault.effect.info().name);
        let services = self.root.get("services").and_then(Node::entries).unwrap_or_default();
        services.iter().any(|service| service.node.get("wrong").is_some())
            || system.faults.iter().any(misleads)
    }

    fn idle_services(&self, system: &System, warn: &mut impl FnMut(Option<&Node>, String)) {
        let groups = 0..system.agents.len();
        let all_called: BTreeSet<usize> = groups.flat_map(|group| called(system, group)).collect();
        let entries = self.root.get("services").and_then(Node::entries).unwrap_or_default();
        let entries = entries.iter().map(|entry| (&*entry.key, entry));
        let entries: BTreeMap<&str, &Entry> = entries.collect();
        for (index, service) in system.services.iter().enumerate() {
            let Some(entry) = entries.get(&*service.name) else { continue };
            let written = &entry.node;
            if !all_called.contains(&index) {
                let message = format!("nobody calls the service `{}`", service.name);
                let key = Node::new(entry.key_at.clone(), Value::Text(entry.key.clone()));
                warn(Some(&key), message);
            }
            let may_be_limited = |fault: &Fault| {
                let is_here = |place: &Place| service_of(*place) == Some(index);
                fault.effect.slots().is_some() && fault.hits.iter().any(is_here)
            };
            let is_limited = service.slots < u32::MAX || system.faults.iter().any(may_be_limited);
            if !is_limited && service.queue > 0 {
                let message = "no request ever waits: `slots` are unlimited".to_owned();
                warn(written.get("queue"), message);
            }
            let horizon = system.horizon;
            let every = service.replicas.health_check;
            if every.is_some_and(|every| horizon.as_nanos() <= every.as_nanos()) {
                let message =
                    format!("the run ends before the first check: its horizon is {horizon}");
                warn(written.get("health-check"), message);
            }
        }
    }
}

/// The service at a place.
fn service_of(place: Place) -> Option<usize> {
    match place {
        Place::Service(service) | Place::Replica { service, .. } => Some(service),
        _ => None,
    }
}

fn idle_fault(
    system: &System,
    fault: &Fault,
    item: &Node,
    warn: &mut impl FnMut(Option<&Node>, String),
) {
    let takes_no_time = |place: &Place| {
        let latency = service_of(*place).map(|service| &system.services[service].latency);
        latency.is_some_and(|latency| latency.as_constant() == Some(Duration::ZERO))
    };
    if fault.effect.info().name == "slow" && fault.hits.iter().all(takes_no_time) {
        let message = "the work there takes no time, and no multiple of it does".to_owned();
        warn(item.get("factor"), message);
    }
    let is_agents = |place: &Place| matches!(place, Place::Agents(_));
    if fault.effect.info().name == "leak" && fault.hits.iter().all(is_agents) {
        for key in ["fails-from", "class"] {
            let message = format!("`{key}` has no effect on agents: they crash when they are full");
            warn(item.get(key), message);
        }
    }
    if let Some((_, last)) = fault.effect.scope().keys {
        let most = fault.hits.iter().map(|place| keys_at(system, *place)).max().unwrap_or(0);
        if most > 0 && most < last {
            warn(item.get("key"), format!("no step asks there for more than {most} things"));
        }
    }
    let length = |key: &str| item.get(key)?.text()?.parse::<Duration>().ok();
    if let (Some(over), Some(lasts)) = (length("over"), length("for"))
        && lasts < over
    {
        let message = format!("the fault ends after {lasts}, and never comes to its full size");
        warn(item.get("over"), message);
    }
}

/// Rules of no retries (who writes `never` says so), or of retries that come after the end.
fn idle_rules(policy: &Node, horizon: Time, warn: &mut impl FnMut(Option<&Node>, String)) {
    let Value::List(layers) = &policy.value else { return };
    let retries = layers.iter().filter_map(|layer| layer.get("retry")?.entries());
    for rule in retries.flatten() {
        let text = rule.node.text().unwrap_or_default();
        if text.trim_start().starts_with("0 x ") {
            let message = format!("nothing is retried: write `{} = \"never\"`", rule.key);
            warn(Some(&rule.node), message);
        }
        let is_of_class = Class::ALL.iter().any(|class| class.name() == rule.key);
        let wait = is_of_class.then(|| typical_wait(&rule.node)).flatten();
        if let Some(wait) = wait.filter(|wait| horizon <= Time::ZERO + *wait) {
            let message = format!(
                "few calls are retried, or none: half of all first waits are {wait} or longer, and \
                 the horizon is {horizon}"
            );
            warn(Some(&rule.node), message);
        }
    }
}

/// Half of all first waits of a rule of retries are no longer.
fn typical_wait(rule: &Node) -> Option<Duration> {
    let rule = Rule::read(rule, None, &mut Reader::new(&mut NoNames))?;
    let backoff = Backoff::new(rule.backoff).ok()?;
    Some(backoff.next_with(&mut Progress::default(), &mut || 0.5))
}
