//! Systems for tests, in few words.

use std::sync::Arc;

use patterns::backoff::{self, CapWhen, Curve, Jitter};
use patterns::breaker::{self, Trip};
use patterns::retry::{self, RetryAfter, Rule};
use patterns::{Class, Layer, Span, Time, bulkhead, fallback, timeout};
use sim::kernel::Law;
use sim::model::system::{
    Abandoned, Agents, Arrivals, Edge, Effect, Fault, LayerMaker, Party, Per, Policy, Schedule,
    Service, Step, System,
};

pub(crate) fn secs(secs: u64) -> Span {
    Span::from_secs(secs)
}

pub(crate) fn millis(millis: u64) -> Span {
    Span::from_millis(millis)
}

pub(crate) fn at(span: Span) -> Time {
    Time::ZERO + span
}

pub(crate) fn exponential(mean: Span) -> Law {
    Law::exponential(mean).expect("a mean above zero")
}

/// A system without parts.
pub(crate) fn system(horizon: Span) -> System {
    System { horizon: at(horizon), ..System::default() }
}

pub(crate) fn agents(name: &str, count: u32, arrivals: Arrivals, steps: Vec<Step>) -> Agents {
    Agents {
        name: name.to_owned(),
        count,
        arrivals,
        slots: u32::MAX,
        steps,
        deadline: None,
        priority: 0,
    }
}

pub(crate) fn closed(think: Law) -> Arrivals {
    Arrivals::Closed { think, pause: secs(1) }
}

pub(crate) fn call(service: usize) -> Step {
    Step::call(service)
}

pub(crate) fn service(name: &str, slots: u32, queue: u32, latency: Law) -> Service {
    Service {
        name: name.to_owned(),
        slots,
        queue,
        latency,
        errors: Vec::new(),
        rate_limit: None,
        abandoned: Abandoned::RunsOn,
        steps: Vec::new(),
    }
}

/// From a group of agents to a service.
pub(crate) fn edge(agents: usize, to: usize, policy: Option<usize>) -> Edge {
    Edge { from: Party::Agents(agents), to, policy }
}

pub(crate) fn once(service: usize, effect: Effect, from: Span, lasts: Span) -> Fault {
    let schedule = Schedule::Once { at: at(from), lasts };
    Fault { name: "outage".to_owned(), service, effect, schedule }
}

pub(crate) fn policy(layers: Vec<LayerMaker>) -> Policy {
    Policy { name: "policy".to_owned(), layers, targets: Vec::new() }
}

pub(crate) fn maker<L: Layer + Clone + Send + Sync + 'static>(kind: &str, layer: L) -> LayerMaker {
    let make = Arc::new(move || Box::new(layer.clone()) as Box<dyn Layer>);
    LayerMaker { kind: kind.to_owned(), per: Per::Agent, make }
}

pub(crate) fn timeout(limit: Span) -> LayerMaker {
    let settings = timeout::Settings::of(limit);
    maker("timeout", timeout::Timeout::new(settings).expect("valid"))
}

pub(crate) fn bulkhead(slots: u32, queue: u32, patience: Option<Span>) -> LayerMaker {
    let settings = bulkhead::Settings { queue, patience, ..bulkhead::Settings::of(slots) };
    maker("bulkhead", bulkhead::Bulkhead::new(settings).expect("valid"))
}

pub(crate) fn fallback(to: fallback::Instead) -> LayerMaker {
    let settings = fallback::Settings { on: patterns::Classes::ALL, to };
    maker("fallback", fallback::Fallback::new(settings).expect("valid"))
}

/// Opens after so many failures in a row, for so long; one probe at a time.
pub(crate) fn breaker(failures: u32, open: Span) -> LayerMaker {
    let mut settings = breaker::Settings::new(Trip::Consecutive { failures }, open);
    settings.half_open.max_wait = Some(open);
    maker("breaker", breaker::Breaker::new(settings).expect("valid"))
}

/// Retries failures of every class, doubling the wait.
pub(crate) fn retry(retries: u32, first: Span, jitter: Jitter) -> LayerMaker {
    let rule = Rule {
        retries,
        backoff: backoff::Settings {
            curve: Curve::Exponential { first, factor: 2.0 },
            cap: None,
            cap_when: CapWhen::BeforeJitter,
            jitter,
        },
        retry_after: RetryAfter::Ignore,
    };
    let rules = Class::ALL.into_iter().map(|class| (class, rule.clone())).collect();
    let settings = retry::Settings::of(rules);
    maker("retry", retry::Retry::new(settings).expect("valid"))
}
