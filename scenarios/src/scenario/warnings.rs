//! What was written and has no effect, across the parts of a scenario.

use std::ops::Range;

use patterns::settings::{Node, Value};
use patterns::{Duration, Time};
use sim::System;
use sim::fault::Schedule;
use sim::kernel::{Distribution, RngStreams};
use sim::model::system::{Arrivals, Fault, Order, Place, Service};

use super::recoveries;
use crate::codes::FileCode;
use crate::diagnostic::Diagnostic;
use crate::runner::EVENTS_MAX;
use crate::scenario_file::ScenarioFile;

/// When a fault comes that is meant never to come, unless a variant lets it.
pub(crate) const NEVER: &str = "800000h";

/// Whether it is meant that this time never comes.
fn is_never(at: Time) -> bool {
    NEVER.parse().is_ok_and(|never: Duration| Time::ZERO + never <= at)
}

impl ScenarioFile {
    /// Warns of what has no effect.
    pub(super) fn warn(&self, system: &System, found: &mut Vec<Diagnostic>) {
        self.warn_of_length(system, found);
        self.warn_of_faults(system, found);
        self.warn_of_agents(system, found);
        self.warn_of_arrivals(system, found);
        self.warn_of_latencies(system, found);
        self.warn_of_policies(system, found);
        self.warn_of_lives(system, found);
        self.warn_of_idle(system, found);
        recoveries::warn(self, system, found);
    }

    fn warn_of_length(&self, system: &System, found: &mut Vec<Diagnostic>) {
        for agents in &system.agents {
            let Some(each) = agents.arrivals.expected(system.horizon) else { continue };
            let tasks = f64::from(agents.count) * each;
            if tasks > EVENTS_MAX as f64 {
                let written = self.part("agents", &agents.name);
                let place = written.and_then(|table| table.get("arrivals"));
                let at = place.map_or(0..0, |node| node.at.clone());
                let many = if tasks.is_finite() {
                    format!("about {tasks:.1e}")
                } else {
                    "no end of".to_owned()
                };
                let message = format!(
                    "{many} tasks come until the horizon, and a run is stopped after {EVENTS_MAX} \
                     events"
                );
                let help = "a shorter horizon, or `--max-events` if this is meant";
                found.push(Diagnostic::new(at, FileCode::TooLong, message).help(help));
            }
        }
    }

    fn warn_of_faults(&self, system: &System, found: &mut Vec<Diagnostic>) {
        for (index, (fault, item)) in system.faults.iter().zip(self.items("faults")).enumerate() {
            let at_key = |key: &str| item.get(key).map_or(&item.at, |node| &node.at).clone();
            let at = at_key;
            let events = toggles(&system.faults, index, system.horizon);
            if events > EVENTS_MAX as f64 {
                let key = ["every", "mtbf", "up", "after"];
                let key = key.into_iter().find(|key| item.get(key).is_some()).unwrap_or("at");
                let message = format!(
                    "the fault begins and ends about {events:.1e} times until the horizon, and a \
                     run is stopped after {EVENTS_MAX} events"
                );
                let help = "rarer faults, a shorter horizon, or `--max-events` if this is meant";
                found.push(Diagnostic::new(at(key), FileCode::TooLong, message).help(help));
            }
            let is_called = |place: &Place| match place {
                Place::Service(to) | Place::Replica { service: to, .. } => {
                    system.edges.iter().any(|edge| edge.to == *to)
                }
                _ => true,
            };
            if !fault.hits.is_empty() && !fault.hits.iter().any(is_called) {
                let message = "no edge leads to what this fault hits";
                found.push(Diagnostic::no_effect(at("hit"), message));
            }
            if let Schedule::After { fault, .. } = fault.schedule
                && first_end(&system.faults, fault).is_some_and(|end| end >= system.horizon)
            {
                let message = "the fault that this one follows does not end before the run does";
                let end = format!("the horizon is {}", system.horizon);
                found.push(Diagnostic::no_effect(at("after"), message).help(end));
            }
            if let Schedule::Once { at, .. } | Schedule::Every { at, .. } = fault.schedule
                && system.horizon <= at
                && !is_never(at)
            {
                let message = "the run ends before this fault begins";
                let end = format!("the horizon is {}", system.horizon);
                found.push(Diagnostic::no_effect(at_key("at"), message).help(end));
            }
            warn_of_times(system, fault, &at_key, found);
        }
    }

    fn warn_of_agents(&self, system: &System, found: &mut Vec<Diagnostic>) {
        let by_priority = |service: &Service| service.order == Order::Priority;
        let mut scopes = system.faults.iter().map(|fault| fault.effect.scope());
        let orders = self.orders_by_priority()
            || system.services.iter().any(by_priority)
            || scopes.any(|scope| scope.priority.is_some());
        for agents in &system.agents {
            let written = self.part("agents", &agents.name);
            let place = |key: &str| written.and_then(|table| table.get(key)).map(|n| n.at.clone());
            if let Some(at) = place("priority").filter(|_| !orders) {
                let message = "no layer of any policy knows priorities, nor does a service";
                let help = "give a bulkhead `priorities` or a service `order = \"priority\"`, or \
                            leave this out";
                found.push(Diagnostic::no_effect(at, message).help(help));
            }
        }
    }

    /// Warns of tasks that would come only after the end.
    fn warn_of_arrivals(&self, system: &System, found: &mut Vec<Diagnostic>) {
        let horizon = system.horizon;
        for agents in &system.agents {
            let written = self.part("agents", &agents.name);
            let Some(place) = written.and_then(|table| table.get("arrivals")) else { continue };
            let expected = agents.arrivals.expected(horizon);
            let beyond = |times: &[Time]| times.iter().filter(|time| horizon <= **time).count();
            let are_steps = place.text().is_some_and(|text| text.trim().starts_with("steps"))
                || place.get("steps").is_some();
            let message = match &agents.arrivals {
                Arrivals::Trace(times) if beyond(times) > 0 => {
                    let (beyond, all) = (beyond(times), times.len());
                    format!("{beyond} of the {all} times of the trace lie beyond the horizon")
                }
                Arrivals::Varying(profile) => {
                    let changes = profile.changes();
                    let number = beyond(&changes);
                    if number == 0 || (number < changes.len() && !are_steps) {
                        continue;
                    }
                    let last = changes[changes.len() - number];
                    format!("the run ends before the rate changes at {last}")
                }
                Arrivals::Open(gap) if may_come_early(gap, horizon) => continue,
                _ if expected.is_some_and(|each| each * f64::from(agents.count) < 1.0) => {
                    "fewer than one task comes before the run ends, on average".to_owned()
                }
                _ => continue,
            };
            let end = format!("the horizon is {horizon}");
            found.push(Diagnostic::no_effect(place.at.clone(), message).help(end));
        }
    }

    /// Warns of services that answer nothing before the end.
    fn warn_of_latencies(&self, system: &System, found: &mut Vec<Diagnostic>) {
        let horizon = system.horizon;
        for service in &system.services {
            let latency = &service.latency;
            let is_long = horizon.as_secs_f64() <= latency.mean_secs();
            if is_long && !is_some_shorter(latency, horizon) {
                let written = self.part("services", &service.name);
                let place = written.and_then(|table| table.get("latency"));
                let at = place.map_or(0..0, |node| node.at.clone());
                let message = "no request is answered before the run ends";
                let end = format!("the horizon is {horizon}");
                found.push(Diagnostic::no_effect(at, message).help(end));
            }
        }
    }

    /// Whether any layer of the file goes by priorities.
    fn orders_by_priority(&self) -> bool {
        let policies = self.root.get("policies").and_then(Node::entries).unwrap_or_default();
        let layers = policies.iter().filter_map(|policy| match &policy.node.value {
            Value::List(items) => Some(items),
            _ => None,
        });
        let mut settings = layers.flatten().filter_map(|item| item.entries()?.first());
        settings.any(|layer| {
            let has = |key: &str| layer.node.get(key).is_some();
            has("priorities") || has("overflow") || has("priority") || layer.key == "load-shedder"
        })
    }

    fn warn_of_policies(&self, system: &System, found: &mut Vec<Diagnostic>) {
        let entries = self.root.get("policies").and_then(Node::entries).unwrap_or_default();
        for entry in entries {
            let index = system.policies.iter().position(|policy| policy.name == entry.key);
            let is_used = system.edges.iter().any(|edge| edge.policy == index);
            warn_of_probes(&entry.node, found);
            if !is_used {
                let message = format!("no edge uses the policy `{}`", entry.key);
                let help = "add it to `[edges]`: \"caller -> service\" = \"policy\"";
                found.push(Diagnostic::no_effect(entry.key_at.clone(), message).help(help));
            }
        }
    }
}

/// Warns of a fault whose first time is always too late to be seen, or too early to count.
fn warn_of_times(
    system: &System,
    fault: &Fault,
    at: &dyn Fn(&str) -> Range<usize>,
    found: &mut Vec<Diagnostic>,
) {
    let (warmup, horizon) = (system.warmup, system.horizon);
    match &fault.schedule {
        Schedule::Once { at: begin, lasts } if warmup > Time::ZERO && *begin + *lasts <= warmup => {
            let message =
                "the fault is over before the warm-up is: only what it leaves behind counts";
            let help = format!("what counts begins at {warmup}");
            found.push(Diagnostic::no_effect(at("at"), message).help(help));
        }
        Schedule::Renewal { up, .. } => {
            let is_late = up.as_constant().is_some_and(|up| Time::ZERO + up >= horizon);
            let is_meant = up.as_constant().is_some_and(|up| is_never(Time::ZERO + up));
            if is_late && !is_meant {
                let message = "the run ends before this fault begins";
                let end = format!("the horizon is {horizon}");
                found.push(Diagnostic::no_effect(at("up"), message).help(end));
            }
        }
        _ => {}
    }
}

/// Whether a gap that varies much, and so is mostly far shorter than its mean, may end before the
/// horizon.
fn may_come_early(gap: &Distribution, horizon: Time) -> bool {
    let varies_little = gap.cv2() <= 1.0 + 1e-9;
    !varies_little && is_some_shorter(gap, horizon)
}

/// Whether any of many lengths ends before the horizon.
fn is_some_shorter(length: &Distribution, horizon: Time) -> bool {
    const SAMPLES: usize = 1000;
    let mut rng = RngStreams::new(0).stream("gaps");
    (0..SAMPLES).any(|_| Time::ZERO + length.sample(&mut rng) < horizon)
}

/// How often a fault begins or ends until the horizon, on average.
fn toggles(faults: &[Fault], index: usize, horizon: Time) -> f64 {
    let cycles = |from: Time, secs: f64| horizon.since(from).as_secs_f64() / secs;
    match &faults[index].schedule {
        Schedule::Once { .. } => 2.0,
        Schedule::After { fault, .. } => toggles(faults, *fault, horizon),
        Schedule::Every { at, every, chance, .. } if *at < horizon => {
            2.0 * chance * cycles(*at, every.as_secs_f64())
        }
        Schedule::Every { .. } | Schedule::OnDemand { .. } => 0.0,
        Schedule::Renewal { up, down } => {
            2.0 * cycles(Time::ZERO, up.mean_secs() + down.mean_secs())
        }
    }
}

/// When a fault ends for the first time at the earliest, if that is not up to chance.
fn first_end(faults: &[Fault], index: usize) -> Option<Time> {
    match faults[index].schedule {
        Schedule::Once { at, lasts } | Schedule::Every { at, lasts, .. } => Some(at + lasts),
        Schedule::After { fault, lasts } => Some(first_end(faults, fault)? + lasts),
        Schedule::Renewal { .. } | Schedule::OnDemand { .. } => None,
    }
}

/// Warns of a breaker that gives up being half-open before its probe can have answered.
fn warn_of_probes(policy: &Node, found: &mut Vec<Diagnostic>) {
    let Value::List(layers) = &policy.value else { return };
    let settings = |layer: &Node, kind: &str| -> Option<Node> {
        layer.entries()?.first().filter(|entry| entry.key == kind).map(|entry| entry.node.clone())
    };
    let length = |node: &Node| node.text().and_then(|text| text.parse::<Duration>().ok());
    for (place, layer) in layers.iter().enumerate() {
        let Some(breaker) = settings(layer, "breaker") else { continue };
        let Some(written) = breaker.get("half-open-timeout") else { continue };
        let Some(lasts) = length(written) else { continue };
        let below = layers[place + 1..].iter().filter_map(|layer| settings(layer, "timeout"));
        let limits = below.filter_map(|timeout| length(timeout.get("limit").unwrap_or(&timeout)));
        let message = match limits.min() {
            Some(limit) if limit <= lasts => continue,
            Some(limit) => format!("a probe may take longer than this: its timeout is {limit}"),
            None => "a probe may take longer than this: no timeout below ends it".to_owned(),
        };
        let help = "a good probe that is slower does not close the breaker";
        found.push(Diagnostic::no_effect(written.at.clone(), message).help(help));
    }
}
