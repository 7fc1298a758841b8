//! Calls that a layer diverts to another service are attempts of the edge whose policy sent them.

use patterns::fallback::Targets;
use patterns::{Class, Duration, Outcome, Target};
use sim::kernel::Distribution;
use sim::model::system::{LayerFactory, System};
use sim::{Record, Watch, run};

use crate::tank::{self, secs};

/// An agent that calls every ten seconds, and falls back to a spare service that takes as long as
/// `spare`.
fn record(outside: Vec<LayerFactory>, spare: Duration) -> Record {
    let mut system: System = tank::system(secs(105));
    let arrivals = sim::model::system::Arrivals::Open(Distribution::constant(secs(10)));
    system.agents = vec![tank::agents("agent", 1, arrivals, vec![tank::call(0)])];
    let mut main = tank::service("main", u32::MAX, 0, Distribution::constant(secs(1)));
    main.errors = vec![(Class::Network, 1.0)];
    let spare = tank::service("spare", u32::MAX, 0, Distribution::constant(spare));
    system.services = vec![main, spare];
    let mut layers = outside;
    layers.push(tank::fallback(Target(0)));
    let mut policy = tank::policy(layers);
    policy.targets = vec![1];
    system.policies = vec![policy];
    system.edges = vec![tank::edge(0, 0, Some(0)), tank::edge(0, 1, None)];
    run(&system, 1, Watch::Trace)
}

#[test]
fn a_diverted_call_is_an_attempt_of_the_edge_that_sent_it() {
    let record = record(Vec::new(), secs(2));
    let [main, spare] = [&record.edges[0], &record.edges[1]];
    // Ten calls: each fails at the service, and is answered by the spare one.
    assert_eq!((main.calls.issued, main.calls.degraded(), main.diverted), (10, 10, 0));
    assert_eq!(main.attempts.issued, 20);
    assert_eq!(main.attempts.failed_as(Class::Network), 10);
    assert_eq!((main.attempts.good(), main.attempts.open(), main.late), (10, 0, 0));
    assert_eq!((spare.calls.issued, spare.diverted, spare.calls.good()), (10, 10, 10));
    assert_eq!((spare.attempts.issued, spare.attempts.good()), (10, 10));
    let calls = &record.trace.as_ref().expect("it was asked for").calls;
    assert_eq!(calls.len(), 20);
    for call in calls {
        let seen = if call.diverted { Outcome::Ok } else { Outcome::Degraded };
        assert_eq!((call.diverted, call.outcome), (call.edge == 1, seen));
    }
}

#[test]
fn a_diverted_call_that_is_given_up_ends_late_on_the_edge_that_sent_it() {
    let record = record(vec![tank::timeout(secs(3))], secs(5));
    let [main, spare] = [&record.edges[0], &record.edges[1]];
    assert_eq!(main.calls.failed_as(Class::Timeout), 10);
    assert_eq!((main.attempts.issued, main.attempts.given_up, main.late), (20, 10, 9));
    assert_eq!((spare.calls.given_up, spare.diverted), (10, 10));
    assert_eq!((spare.attempts.given_up, spare.late), (10, 9));
}

#[test]
fn a_diverted_call_is_answered_as_the_policy_of_its_target_answers() {
    let mut system: System = tank::system(secs(105));
    let arrivals = sim::model::system::Arrivals::Open(Distribution::constant(secs(10)));
    system.agents = vec![tank::agents("agent", 1, arrivals, vec![tank::call(0)])];
    let service = |name| {
        let mut service = tank::service(name, u32::MAX, 0, Distribution::constant(secs(1)));
        service.errors = vec![(Class::Network, 1.0)];
        service
    };
    system.services = vec![service("main"), service("spare")];
    let mut policy = tank::policy(vec![tank::fallback(Target(0))]);
    policy.targets = vec![1];
    // The fallback of the spare service has a value at once.
    system.policies = vec![policy, tank::policy(vec![tank::fallback(Targets::VALUE)])];
    system.edges = vec![tank::edge(0, 0, Some(0)), tank::edge(0, 1, Some(1))];
    let record = run(&system, 1, Watch::Counts);
    let [main, spare] = [&record.edges[0], &record.edges[1]];
    assert_eq!((main.attempts.degraded(), main.attempts.failed()), (10, 10));
    assert_eq!((spare.calls.degraded(), spare.attempts.failed()), (10, 10));
}
