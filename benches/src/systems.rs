//! The systems that are run.

use patterns::backoff::{self, Curve, Jitter};
use patterns::breaker::{self, Breaker, Trip};
use patterns::retry::{self, Retry, RetryAfter, Rule, Rules};
use patterns::timeout::{self, Timeout};
use patterns::{Class, Classes, Duration};
use scenarios::{LayerRegistry, ScenarioFile};
use sim::fault::Schedule;
use sim::fault::kinds::down::Down;
use sim::kernel::Distribution;
use sim::model::World;
use sim::model::system::{
    Abandoned, Agents, Arrivals, Caller, Edge, Fault, LayerFactory, Order, Overflow, Per, Place,
    Policy, Price, Replicas, Service, Step,
};
use sim::observe::EpisodeRule;
use sim::{RunOptions, System, Watch};

use crate::measuring::{nanos_each, user_time_of};
use crate::workload::{Calls, Customers};

/// The system of a scenario file.
pub(crate) fn scenario(text: &str) -> System {
    let file = ScenarioFile::parse("benches", text);
    let scenario = file.and_then(|file| file.scenario(&LayerRegistry::builtin()));
    scenario.unwrap_or_else(|problems| panic!("{problems}")).system
}

/// What a task of the first agents costs, in nanoseconds of user time, in a world that is ready.
pub(crate) fn cost_of_a_call(system: &System, seed: u64) -> f64 {
    let world = World::new(system, seed, Watch::Counts);
    let (took, record) = user_time_of(|| world.run(&RunOptions::default()));
    nanos_each(took, record.agents[0].tasks.answered())
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
        hits: vec![Place::Service(0)],
        effect: Down {}.into(),
        schedule: Schedule::Once { at: settings.down_at, lasts: settings.down_for },
    }];
    system
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
        patience: None,
        gives_up: false,
        episode: EpisodeRule::default(),
        life: None,
        context: None,
        worth: None,
        finds_out: None,
    }
}

fn service(slots: u32, latency: Distribution) -> Service {
    Service {
        name: "shop".to_owned(),
        slots,
        queue: u32::MAX,
        latency,
        errors: Vec::new(),
        wrong: 0.0,
        rate_limit: None,
        token_limits: Vec::new(),
        price: Price::default(),
        abandoned: Abandoned::RunsOn,
        steps: Vec::new(),
        refuses_stale: true,
        replicas: Replicas::default(),
        order: Order::Fifo,
        overflow: Overflow::Newcomer,
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

pub(crate) fn exponential(mean: Duration) -> Distribution {
    Distribution::exponential(mean).expect("a mean above zero")
}
