//! The same workloads through the engine, with everything on.

use patterns::backoff::{self, Curve, Jitter};
use patterns::breaker::{self, Breaker, Trip};
use patterns::retry::{self, Retry, RetryAfter, Rule, Rules};
use patterns::timeout::{self, Timeout};
use patterns::{Class, Classes, Duration, Time};
use sim::kernel::{Distribution, Event, RngStreams, Scheduler};
use sim::model::system::{
    Abandoned, Agents, Arrivals, Caller, Edge, Effect, Fault, LayerFactory, Per, Policy, Schedule,
    Service, Step, System,
};
use sim::{Record, Watch};
use std::hint::black_box;

use crate::workload::{Answer, Calls, Customers, Run};

/// How an event of the hold model is put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// As a timer, which could be cancelled.
    Timer,
    /// Posted for good.
    Schedule,
}

/// W2: the hold model on the scheduler.
pub fn hold(by: By, pending: u32, holds: u64, seed: u64) -> Run {
    let distribution = exponential(Duration::from_secs(1));
    let mut rng = RngStreams::new(seed).stream("holds");
    let mut scheduler = Scheduler::new();
    let put = move |scheduler: &mut Scheduler, at: Time, event: Event| match by {
        By::Timer => scheduler.set_timer(at, event),
        By::Schedule => scheduler.schedule(at, event),
    };
    for index in 0..pending {
        put(&mut scheduler, Time::ZERO + distribution.sample(&mut rng), Event { kind: 0, index });
    }
    Box::new(move || {
        for _ in 0..holds {
            let event = scheduler.next(Time::MAX).expect("as many go in as come out");
            let again = scheduler.now() + distribution.sample(&mut rng);
            put(&mut scheduler, again, event);
        }
        black_box(scheduler.fingerprint());
        let each = f64::from(pending) / holds as f64;
        Answer { operations: holds, figure: scheduler.now().as_secs_f64() * each }
    })
}

/// W1: an agent that takes every task at once and makes one call for it, and a service that works
/// on one request at a time.
pub fn mm1(settings: Customers, seed: u64) -> Run {
    run(queue(settings), seed, |record| record.agents[0].latency_ok.mean_secs())
}

/// W3: agents with think time, a service of a few slots, and between them retries outside a shared
/// breaker outside a timeout.
pub fn calls(settings: Calls, seed: u64) -> Run {
    run(shop(settings), seed, |record| {
        let tasks = &record.agents[0].tasks;
        tasks.good() as f64 / tasks.answered() as f64
    })
}

/// The system of W1.
pub fn queue(settings: Customers) -> System {
    let mut system = System { horizon: settings.horizon, ..System::default() };
    system.agents = vec![agents(1, Arrivals::Open(exponential(settings.between)))];
    system.services = vec![service(1, exponential(settings.service))];
    system.edges = vec![Edge { from: Caller::Agents(0), to: 0, policy: None }];
    system
}

/// The system of W3.
pub fn shop(settings: Calls) -> System {
    let Calls { clients, horizon, .. } = settings;
    let mut system = System { horizon, ..System::default() };
    let think = exponential(settings.think);
    system.agents =
        vec![agents(clients, Arrivals::Closed { think, pause: Duration::from_secs(1) })];
    let mut service = service(settings.slots, exponential(settings.service));
    service.errors = vec![(Class::Network, settings.errors)];
    system.services = vec![service];
    system.policies = vec![Policy {
        name: "guarded".to_owned(),
        layers: vec![
            LayerFactory::of(Per::Agent, move || retries(settings)),
            LayerFactory::of(Per::Policy, move || shared_breaker(settings)),
            LayerFactory::of(Per::Agent, move || deadline(settings)),
        ],
        targets: Vec::new(),
    }];
    system.edges = vec![Edge { from: Caller::Agents(0), to: 0, policy: Some(0) }];
    system.faults = vec![Fault {
        name: "outage".to_owned(),
        service: 0,
        effect: Effect::Down,
        schedule: Schedule::Once { at: settings.down_at, lasts: settings.down_for },
    }];
    system
}

fn run(system: System, seed: u64, figure: fn(&Record) -> f64) -> Run {
    Box::new(move || {
        let record = sim::run(&system, seed, Watch::Counts);
        Answer { operations: record.agents[0].tasks.answered(), figure: figure(&record) }
    })
}

fn agents(count: u32, arrivals: Arrivals) -> Agents {
    let steps = vec![Step::call(0)];
    Agents {
        name: "clients".to_owned(),
        count,
        arrivals,
        slots: u32::MAX,
        steps,
        deadline: None,
        priority: 0,
    }
}

fn service(slots: u32, latency: Distribution) -> Service {
    Service {
        name: "shop".to_owned(),
        slots,
        queue: u32::MAX,
        latency,
        errors: Vec::new(),
        rate_limit: None,
        abandoned: Abandoned::RunsOn,
        steps: Vec::new(),
    }
}

fn retries(settings: Calls) -> Retry {
    let curve = Curve::Exponential { base: settings.backoff, factor: 2.0 };
    let rule = Rule::of(settings.retries, backoff::Settings::of(curve).spread(Jitter::Full))
        .with(|rule| rule.retry_after = Some(RetryAfter::Ignore));
    let settings = retry::Settings::of(Rules::alike(Classes::ALL, &rule))
        .with(|retry| retry.max_retries = settings.retries);
    Retry::new(settings).expect("valid settings")
}

fn shared_breaker(settings: Calls) -> Breaker {
    let trip = Trip::Consecutive { failures: settings.failures, within: None };
    let settings = breaker::Settings::of(trip, settings.open)
        .with(|breaker| breaker.half_open.half_open_timeout = None);
    Breaker::new(settings).expect("valid settings")
}

fn deadline(settings: Calls) -> Timeout {
    Timeout::new(timeout::Settings::of(settings.timeout)).expect("valid settings")
}

fn exponential(mean: Duration) -> Distribution {
    Distribution::exponential(mean).expect("a mean above zero")
}
