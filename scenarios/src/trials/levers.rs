//! Levers: what people can do by hand while a fault is on, and what breakers do when what they
//! guard is down.

use patterns::settings::{Entry, Node, Value, entry};
use patterns::{Duration, Time};
use sim::model::system::{Caller, Fault, Place};
use sim::trial::TrialOf;

use super::Maker;
use crate::format::BY_HAND;
use crate::path_keys::path_of;
use crate::scenario::NEVER;

/// How long after the beginning of a fault somebody acts, at the latest.
const ACTS_AFTER: Duration = Duration::from_secs(120);

/// How long something that was done by hand lasts, where it lasts.
const LASTS: Duration = Duration::from_secs(600);

/// How long a restart takes.
const TAKES: Duration = Duration::from_secs(30);

/// What the names of levers begin with, and those of faults that check breakers.
const LEVER: &str = "lever: ";
const CHECK: &str = "check: ";

/// Whether a fault is none of the file's own.
pub(super) fn is_made(fault: &str) -> bool {
    fault.starts_with(LEVER) || fault.starts_with(CHECK)
}

/// What can be done: the kind, what it hits, and settings.
struct Lever {
    kind: &'static str,
    hits: String,
    settings: Vec<Entry>,
    lasts: Option<Duration>,
}

impl Maker<'_> {
    /// Pulls every lever that has to do with a fault, some time after it has begun.
    pub(super) fn levers(&mut self) {
        for name in self.fault_names() {
            let Some(fault) = self.system.faults.iter().find(|fault| fault.name == name) else {
                continue;
            };
            let times = fault.schedule.fixed_times(self.system.horizon).unwrap_or_default();
            let warmup = self.system.warmup;
            let first = times.iter().find(|(at, _)| warmup <= *at);
            // One that is on when counting begins is met then.
            let first = first.or_else(|| times.iter().find(|(_, end)| warmup < *end));
            let Some((begin, end)) = first.map(|(at, end)| (warmup.max(*at), *end)) else {
                continue;
            };
            let until = end.since(begin);
            let wait = ACTS_AFTER.min(Duration::from_nanos(until.as_nanos() / 4));
            for lever in self.of_fault(fault) {
                self.pull(&name, lever, begin + wait);
            }
            // What a fault leaves behind is mended when it is over.
            if end + ACTS_AFTER < self.system.horizon {
                let restarts = self.of_fault(fault).into_iter().filter(|one| one.kind == "restart");
                for lever in restarts.collect::<Vec<Lever>>() {
                    self.pull(&name, lever, end + ACTS_AFTER);
                }
            }
        }
    }

    fn of_fault(&self, fault: &Fault) -> Vec<Lever> {
        let mut services: Vec<usize> = Vec::new();
        let mut agents: Vec<usize> = Vec::new();
        for place in &fault.hits {
            match *place {
                Place::Service(service) | Place::Replica { service, .. } => services.push(service),
                Place::Edge { from, to } => {
                    services.push(to);
                    // What waits for answers that never come is who asked.
                    if let Caller::Service(from) = from {
                        services.push(from);
                    }
                }
                Place::Agents(group) => agents.push(group),
                Place::Layer { .. } => {}
            }
        }
        let plain = |kind, hits: &str| Lever {
            kind,
            hits: hits.to_owned(),
            settings: Vec::new(),
            lasts: None,
        };
        let mut all = Vec::new();
        for service in services {
            let name = &self.system.services[service].name;
            let takes = entry("takes", Node::word(TAKES));
            all.push(Lever { settings: vec![takes], ..plain("restart", name) });
            all.push(plain("shed", name));
            for edge in self.system.edges.iter().filter(|edge| edge.to == service) {
                if let Caller::Agents(group) = edge.from
                    && !agents.contains(&group)
                {
                    agents.push(group);
                }
                let Some(policy) = edge.policy.map(|policy| &self.system.policies[policy]) else {
                    continue;
                };
                if policy.layers.iter().any(|layer| layer.kind == "breaker") {
                    let path = path_of(&["policies", &policy.name, "breaker"]);
                    all.push(plain("reset", &path));
                    let state = entry("state", Node::word("open"));
                    let lasts = Some(LASTS);
                    all.push(Lever { settings: vec![state], lasts, ..plain("force", &path) });
                }
            }
        }
        for group in agents {
            let name = &self.system.agents[group].name;
            all.push(Lever { lasts: Some(LASTS), ..plain("pause", name) });
        }
        all
    }

    fn pull(&mut self, fault: &str, lever: Lever, at: Time) {
        let Lever { kind, hits, settings, lasts } = lever;
        let action = match kind {
            "force" => format!("force {hits} open"),
            _ => format!("{kind} {hits}"),
        };
        let name = format!("{LEVER}{action}");
        if !self.file.fault_names.contains(&name) {
            let mut element = vec![
                entry("name", Node::word(&name)),
                entry("hit", Node::word(&hits)),
                entry("do", Node::word(kind)),
                entry("at", Node::word(NEVER)),
            ];
            element.extend(settings);
            element.extend(lasts.map(|lasts| entry("for", Node::word(lasts))));
            let before = self.file.clone();
            self.put("faults", element);
            if !self.can_be_run(&[]) {
                self.file = before;
                return;
            }
        }
        let change = (path_of(&["faults", &name, "at"]), at.since(Time::ZERO).to_string());
        let how = match (kind, lasts) {
            ("restart", _) => format!("takes {TAKES}"),
            (_, Some(lasts)) => format!("for {lasts}"),
            _ => String::new(),
        };
        let of = TrialOf::Lever { fault: fault.to_owned(), action: action.clone(), how, at };
        let when = at.since(Time::ZERO);
        self.add(format!("{action} at {when}, {fault}"), of, vec![change]);
    }

    /// The changes by which nothing hits a layer: no lever, no fault and no recovery does anything
    /// to one.
    pub(super) fn without_hits_on_layers(&self) -> Vec<(String, String)> {
        let Some(service) = self.system.services.first() else { return Vec::new() };
        let is_of_layers = |item: &Node| {
            let hit = item.get("hit");
            let names = hit.map_or(Vec::new(), |hit| match &hit.value {
                Value::List(all) => all.iter().filter_map(Node::text).collect(),
                _ => hit.text().into_iter().collect(),
            });
            names.iter().any(|name| name.starts_with("policies."))
        };
        let nothing = |name: &str, when: (&str, &str)| {
            let never = vec![
                entry("name", Node::word(name)),
                entry("hit", Node::word(&service.name)),
                entry("do", Node::word("shed")),
                entry(when.0, Node::word(when.1)),
            ];
            Node::unwritten(Value::Table(never)).to_string()
        };
        let faults = self.file.items("faults").iter().zip(&self.file.fault_names);
        let faults = faults
            .filter(|(item, _)| is_of_layers(item))
            .map(|(_, name)| (path_of(&["faults", name]), nothing(name, ("at", NEVER))));
        let recoveries = self.file.items("recoveries").iter();
        let recoveries = recoveries.filter(|item| is_of_layers(item)).filter_map(|item| {
            let name = item.get("name").and_then(Node::text)?;
            Some((path_of(&["recoveries", name]), nothing(name, ("when", BY_HAND))))
        });
        faults.chain(recoveries).collect()
    }

    /// Has all that each breaker guards fail for a while, with no other fault.
    pub(super) fn checks(&mut self) {
        for edge in &self.system.edges {
            let Some(policy) = edge.policy.map(|policy| &self.system.policies[policy]) else {
                continue;
            };
            if !policy.layers.iter().any(|layer| layer.kind == "breaker") {
                continue;
            }
            let service = self.system.services[edge.to].name.clone();
            let (from, until) = (self.at(0.1), self.at(0.6));
            let fault = format!("{CHECK}{service} fails");
            if !self.file.fault_names.contains(&fault) {
                self.put(
                    "faults",
                    vec![
                        entry("name", Node::word(&fault)),
                        entry("hit", Node::word(&service)),
                        // An answer takes its time, so that a probe is seen.
                        entry("do", Node::word("errors")),
                        entry("class", Node::word("network")),
                        entry("share", Node::unwritten(Value::Float(1.0))),
                        entry("at", Node::word(NEVER)),
                        entry("for", Node::word(until.since(from))),
                    ],
                );
            }
            let names = self.fault_names();
            let mut changes = self.never(&names, None);
            changes.retain(|(path, _)| *path != path_of(&["faults", &fault, "at"]));
            let begin = from.since(Time::ZERO).to_string();
            changes.push((path_of(&["faults", &fault, "at"]), begin));
            let of = TrialOf::Check { policy: policy.name.clone(), service, from, until };
            let name = format!("check of {}: {fault}", policy.name);
            self.add(name, of, changes);
        }
    }
}
