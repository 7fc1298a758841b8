//! Attempts that a layer sends to another service and that end after they were given up.

use patterns::{Action, CallId, Class, Context, Duration, Layer, Outcome, Target};
use sim::kernel::Distribution;
use sim::model::system::{Arrivals, LayerFactory};
use sim::{Record, Watch, run};

use crate::tank::{self, secs};

/// Sends a second attempt elsewhere after half a second; the first answer counts.
#[derive(Clone, Debug)]
struct Elsewhere;

impl Layer for Elsewhere {
    fn on_call(&mut self, _call: CallId, cx: &mut Context<'_>) -> Action {
        Action::SendAndWake(cx.now + tank::millis(500))
    }

    fn on_wake(&mut self, _call: CallId, _cx: &mut Context<'_>) -> Action {
        Action::SendTo(Target(0))
    }

    fn on_reply(&mut self, _call: CallId, outcome: Outcome, _cx: &mut Context<'_>) -> Action {
        Action::Reply(outcome)
    }
}

/// An agent that calls a service every ten seconds, which fails after a second; a spare service
/// takes as long as `takes`, and has layers of its own.
fn record(layers: Vec<LayerFactory>, takes: Duration, below: Vec<LayerFactory>) -> Record {
    let mut system = tank::system(secs(105));
    let arrivals = Arrivals::Open(Distribution::constant(secs(10)));
    system.agents = vec![tank::agents("agent", 1, arrivals, vec![tank::call(0)])];
    let mut main = tank::service("main", u32::MAX, 0, Distribution::constant(secs(1)));
    main.errors = vec![(Class::Network, 1.0)];
    let spare = tank::service("spare", u32::MAX, 0, Distribution::constant(takes));
    system.services = vec![main, spare];
    let mut policy = tank::policy(layers);
    policy.targets = vec![1];
    system.policies = vec![policy, tank::policy(below)];
    system.edges = vec![tank::edge(0, 0, Some(0)), tank::edge(0, 1, Some(1))];
    run(&system, 1, Watch::Counts)
}

fn fallback() -> LayerFactory {
    tank::fallback(Target(0))
}

#[test]
fn an_attempt_sent_elsewhere_that_ends_late_is_late_on_the_edge_that_sent_it() {
    // Of ten calls each is given up after 3 s; the last answer comes after the end.
    let record = record(vec![tank::timeout(secs(3)), fallback()], secs(5), Vec::new());
    let [main, spare] = [&record.edges[0], &record.edges[1]];
    assert_eq!((main.diverted.given_up, main.attempts.given_up, main.late), (10, 0, 9));
    assert_eq!((spare.calls.given_up, spare.attempts.given_up, spare.late), (10, 10, 9));
}

#[test]
fn an_attempt_sent_elsewhere_is_late_whatever_stands_between() {
    let layers = vec![tank::timeout(secs(3)), tank::bulkhead(10, 0, None), fallback()];
    let record = record(layers, secs(5), vec![tank::bulkhead(10, 0, None)]);
    assert_eq!([record.edges[0].late, record.edges[1].late], [9, 9]);
}

#[test]
fn an_attempt_given_up_by_the_very_layer_that_sent_it_elsewhere_is_late_on_its_edge() {
    let record = record(vec![tank::plain("elsewhere", Elsewhere)], secs(5), Vec::new());
    let [main, spare] = [&record.edges[0], &record.edges[1]];
    assert_eq!((main.diverted.given_up, main.attempts.given_up, main.late), (10, 0, 9));
    assert_eq!((spare.calls.given_up, spare.attempts.given_up, spare.late), (10, 10, 9));
}

#[test]
fn an_attempt_given_up_by_the_policy_of_its_own_edge_is_late_there_alone() {
    let record = record(vec![fallback()], secs(5), vec![tank::timeout(secs(3))]);
    let [main, spare] = [&record.edges[0], &record.edges[1]];
    assert_eq!((main.diverted.failed_as(Class::Timeout), main.late), (10, 0));
    assert_eq!((spare.attempts.given_up, spare.late), (10, 9));
}
