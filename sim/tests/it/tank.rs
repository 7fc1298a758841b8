//! Systems for tests, in few words.

use std::sync::Arc;

use patterns::backoff::{self, Curve, Jitter};
use patterns::breaker::{self, Trip};
use patterns::report::Report;
use patterns::retry::{self, RetryAfter, Rule, Rules};
use patterns::settings::{
    ConfiguredLayer, Fields, Group, Key, NoNames, Node, Reader, Value, entry,
};
use patterns::{Class, Classes, Duration, Layer, Time, bulkhead, fallback, timeout};
use sim::fault::kinds::{down::Down, errors::Errors, hang::Hang, slow::Slow};
use sim::fault::{Effect, KINDS, Permanent, Schedule};
use sim::kernel::Distribution;
use sim::model::recovery::{Condition, Human, Recovery, Trigger};
use sim::model::system::{
    Abandoned, Agents, Arrivals, Caller, Cost, Does, Edge, Fault, LayerFactory, Order, Overflow,
    Per, Place, Policy, Price, Replicas, Service, Step, System,
};
use sim::model::week::Hours;
use sim::observe::{EpisodeRule, LastResults};

pub(crate) fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(crate) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) fn at(span: Duration) -> Time {
    Time::ZERO + span
}

pub(crate) fn exponential(mean: Duration) -> Distribution {
    Distribution::exponential(mean).expect("a mean above zero")
}

/// A system without parts.
pub(crate) fn system(horizon: Duration) -> System {
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
        patience: None,
        gives_up: false,
        episode: EpisodeRule::default(),
        life: None,
        context: None,
        worth: None,
        finds_out: None,
    }
}

pub(crate) fn closed(think: Distribution) -> Arrivals {
    Arrivals::Closed { think, pause: secs(1) }
}

pub(crate) fn call(service: usize) -> Step {
    Step::call(service)
}

/// A call whose failure leaves its task degraded.
pub(crate) fn optional(service: usize) -> Step {
    let (keys, does) = (None, Does::Other);
    Step::Call {
        service,
        times: 1,
        optional: true,
        keys,
        idempotent: true,
        does,
        cost: Cost::default(),
    }
}

/// A call that asks for one of several things.
pub(crate) fn one_of(service: usize, keys: u32) -> Step {
    let (keys, does) = (Some(keys), Does::Other);
    Step::Call {
        service,
        times: 1,
        optional: false,
        keys,
        idempotent: true,
        does,
        cost: Cost::default(),
    }
}

pub(crate) fn service(name: &str, slots: u32, queue: u32, latency: Distribution) -> Service {
    Service {
        name: name.to_owned(),
        slots,
        queue,
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

/// From a group of agents to a service.
pub(crate) fn edge(agents: usize, to: usize, policy: Option<usize>) -> Edge {
    Edge { from: Caller::Agents(agents), to, policy }
}

pub(crate) fn down() -> Effect {
    Down {}.into()
}

pub(crate) fn hang(resume: bool) -> Effect {
    Hang { resume, share: 1.0, permanent: Permanent::Attempt }.into()
}

pub(crate) fn slow(factor: f64) -> Effect {
    Slow { factor, share: 1.0 }.into()
}

pub(crate) fn errors(class: Class, share: f64) -> Effect {
    Errors { class, share, permanent: Permanent::Attempt }.into()
}

pub(crate) fn once(
    service: usize,
    effect: impl Into<Effect>,
    from: Duration,
    lasts: Duration,
) -> Fault {
    let schedule = Schedule::Once { at: at(from), lasts };
    Fault {
        name: "outage".to_owned(),
        hits: vec![Place::Service(service)],
        effect: effect.into(),
        schedule,
    }
}

/// Faults of every kind there is: with what must be set, and with all that can be, as the examples
/// of its settings have it.
pub(crate) fn every_effect() -> Vec<Effect> {
    let of_kind = |name: &str, keys: &[&'static Key]| {
        let set = |key: &&Key| {
            let example = key.example_text().expect("every setting of a fault has an example");
            let word = Value::Word(example.trim_matches('"').to_owned());
            entry(&key.name(), Node::unwritten(word))
        };
        let mut entries = vec![entry("do", Node::word(name))];
        entries.extend(keys.iter().map(set));
        let mut names = NoNames;
        let mut reader = Reader::new(&mut names);
        let mut fields = Fields::of_table(0..0, "fault", &entries);
        let effect = Effect::read_fields(&mut fields, None, &mut reader);
        let mistakes = reader.finish();
        assert!(mistakes.is_empty(), "{mistakes:?}");
        effect.expect("nothing is wrong with it")
    };
    let of_kinds = KINDS.iter().flat_map(|kind| {
        let needed: Vec<&Key> = kind.keys().into_iter().filter(|key| key.is_required()).collect();
        [of_kind(kind.name, &needed), of_kind(kind.name, &kind.keys())]
    });
    of_kinds.collect()
}

pub(crate) fn policy(layers: Vec<LayerFactory>) -> Policy {
    Policy { name: "policy".to_owned(), layers, targets: Vec::new() }
}

/// For a layer of a test that has no settings.
pub(crate) fn plain<L: Layer + Clone + Send + Sync + 'static>(
    kind: &str,
    layer: L,
) -> LayerFactory {
    let make = Arc::new(move || Box::new(layer.clone()) as Box<dyn Layer>);
    LayerFactory { kind: kind.to_owned(), report: &Report::NONE, per: Per::Agent, make }
}

pub(crate) fn factory<L: ConfiguredLayer + Clone + Send + Sync>(layer: L) -> LayerFactory {
    LayerFactory::of(Per::Agent, move || layer.clone())
}

/// For a layer that cannot be cloned: each is made from the same settings.
pub(crate) fn from_settings<L: ConfiguredLayer>(settings: L::Settings) -> LayerFactory {
    LayerFactory::of(Per::Agent, move || {
        L::with_settings(settings.clone()).expect("valid settings")
    })
}

pub(crate) fn timeout(limit: Duration) -> LayerFactory {
    let settings = timeout::Settings::of(limit);
    factory(timeout::Timeout::new(settings).expect("valid"))
}

pub(crate) fn bulkhead(slots: u32, queue: u32, max_wait: Option<Duration>) -> LayerFactory {
    let settings = bulkhead::Settings::of(slots).with(|settings| {
        settings.queue = queue;
        settings.max_wait = max_wait;
    });
    factory(bulkhead::Bulkhead::new(settings).expect("valid"))
}

pub(crate) fn fallback(to: impl Into<fallback::Targets>) -> LayerFactory {
    let settings = fallback::Settings::of(to).with(|settings| settings.on = Classes::ALL);
    factory(fallback::Fallback::new(settings).expect("valid"))
}

/// Opens after a number of failures in a row, for a given time; one probe at a time.
pub(crate) fn breaker(failures: u32, open: Duration) -> LayerFactory {
    let trip = Trip::Consecutive { failures, within: None };
    let settings = breaker::Settings::of(trip, open)
        .with(|settings| settings.half_open.half_open_timeout = Some(open));
    factory(breaker::Breaker::new(settings).expect("valid"))
}

/// Retries failures of every class, doubling the wait.
pub(crate) fn retry(retries: u32, base: Duration, jitter: Jitter) -> LayerFactory {
    let curve = Curve::Exponential { base, factor: 2.0 };
    let rule = Rule::of(retries, backoff::Settings::of(curve).spread(jitter))
        .with(|rule| rule.retry_after = Some(RetryAfter::Ignore));
    let settings = retry::Settings::of(Rules::alike(Classes::ALL, &rule));
    from_settings::<retry::Retry>(settings)
}

/// A recovery that does what this fault does when one of the last three tasks of the first group
/// has failed, and the human who does it within a minute.
pub(crate) fn mended(fault: usize) -> (Vec<Recovery>, Vec<Human>) {
    let condition = Condition::Results { group: 0, last: LastResults::new(3, 0) };
    let recovery = Recovery {
        name: "mend".to_owned(),
        when: Some(Trigger { text: String::new(), condition }),
        fault,
        at: Vec::new(),
        wait: Duration::ZERO,
        cooldown: Duration::ZERO,
        by: Some(0),
        tries: u32::MAX,
        then: None,
    };
    let response = Distribution::constant(secs(60));
    let human = Human { name: "oncall".to_owned(), response, hours: Hours::default() };
    (vec![recovery], vec![human])
}
