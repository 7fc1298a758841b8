//! How far faults reach: a layer, the ways out of a group of agents, their own work, and some
//! requests of all.

use patterns::backoff::Jitter;
use patterns::{Class, Duration};
use sim::fault::kinds::force::{Force, Forced};
use sim::fault::kinds::{down::Down, errors::Errors, slow::Slow};
use sim::fault::{Effect, Permanent, Schedule, Scope};
use sim::kernel::Distribution;
use sim::model::system::{Caller, Edge, Fault, Place, Step, System};

use crate::support::{rate, replicate, stream_to};
use crate::table::case;
use crate::tank::{self, millis, secs};

/// A service without limits at the end of a stream of one task a second.
fn system() -> System {
    let service = tank::service("service", u32::MAX, 0, Distribution::constant(millis(1)));
    stream_to(service, rate(1.0), secs(40_000))
}

fn always(place: Place, effect: impl Into<Effect>, scope: Scope) -> Fault {
    let fault = tank::once(0, effect, Duration::ZERO, secs(1_000_000));
    Fault { hits: vec![place], effect: fault.effect.within(scope), ..fault }
}

fn by_chance(name: &str, hits: Vec<Place>, effect: impl Into<Effect>, up: u64, down: u64) -> Fault {
    let [up, down] = [up, down].map(|mean| tank::exponential(secs(mean)));
    let schedule = Schedule::Renewal { up, down };
    Fault { name: name.to_owned(), hits, effect: effect.into(), schedule }
}

fn errors(share: f64, permanent: Permanent) -> Errors {
    Errors { class: Class::Validation, share, permanent }
}

/// The way from the first group to a service.
fn way(to: usize) -> Place {
    Place::Edge { from: Caller::Agents(0), to }
}

/// Poisson arrivals see time averages.
#[test]
fn a_breaker_that_is_forced_open_refuses_the_share_of_that_time() {
    case!();
    let mut system = system();
    system.policies = vec![tank::policy(vec![tank::breaker(5, secs(10))])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    let place = Place::Layer { policy: 0, layer: 0, edge: None };
    let force = Force { state: Forced::Open };
    system.faults = vec![by_chance("forced", vec![place], force, 90, 30)];
    let [refused, time] = replicate(&system, 301, |record| {
        let calls = &record.edges[0].calls;
        let refused = calls.failed_as(Class::BreakerOpen) as f64 / calls.answered() as f64;
        let state = record.layers[0].state("forced-open").expect("a state of breakers");
        [refused, state.time as f64 / record.counted().as_nanos() as f64]
    });
    refused.is("share of calls refused", 30.0 / 120.0, 0.05);
    time.is("share of time forced open", 30.0 / 120.0, 0.05);
}

/// Shocks of each way out of a group, and one of all ways: of the network of the agents.
#[test]
fn faults_of_all_ways_out_of_a_group_come_together() {
    case!();
    let mut system = stream_to(system().services.remove(0), rate(0.2), secs(200_000));
    let mut other = system.services[0].clone();
    other.name = "other".to_owned();
    system.services.push(other);
    system.edges.push(tank::edge(0, 1, None));
    let optional = tank::optional(0);
    system.agents[0].steps = vec![optional, tank::call(1)];
    system.faults = vec![
        by_chance("first", vec![way(0)], Down {}, 270, 30),
        by_chance("second", vec![way(1)], Down {}, 160, 40),
        by_chance("network", vec![way(0), way(1)], Down {}, 380, 20),
    ];
    let [first, second, both, time] = replicate(&system, 302, |record| {
        let tasks = record.agents[0].tasks.answered() as f64;
        let failed = |edge: usize| record.edges[edge].calls.failed() as f64 / tasks;
        let degraded = record.agents[0].tasks.degraded() as f64 / tasks;
        let faulty = record.edges[0].faults.faulty as f64 / record.counted().as_nanos() as f64;
        [failed(0), failed(1), failed(0) - degraded, faulty]
    });
    let (one, two, shared) = (0.1, 0.2, 0.05);
    let either = 1.0 - (1.0 - one) * (1.0 - shared);
    first.is("share of the first that fails", either, 0.03);
    second.is("share of the second that fails", 1.0 - (1.0 - two) * (1.0 - shared), 0.03);
    both.is("share of both that fails", shared + (1.0 - shared) * one * two, 0.06);
    time.is("share of time with a fault on the first", either, 0.03);
}

/// A Poisson stream of which each request asks for one of eight things is thinned.
#[test]
fn faults_of_a_key_hit_its_share_of_requests() {
    case!();
    for (place, what) in [(Place::Service(0), "at the service"), (way(0), "on the edge")] {
        let mut system = system();
        system.agents[0].steps = vec![tank::one_of(0, 8)];
        let scope = Scope { keys: Some((2, 4)), ..Scope::ALL };
        system.faults = vec![always(place, errors(0.5, Permanent::Attempt), scope)];
        let [failed] = replicate(&system, 303, |record| {
            let calls = &record.edges[0].calls;
            [calls.failed() as f64 / calls.answered() as f64]
        });
        failed.is(&format!("share that fails {what}"), 0.5 * 3.0 / 8.0, 0.03);
    }
}

/// Two groups, whose tasks come by way of a gateway to a database.
fn behind_a_gateway() -> System {
    let mut system = system();
    let mut group = system.agents[0].clone();
    "other".clone_into(&mut group.name);
    group.priority = 3;
    system.agents.push(group);
    let mut database = system.services[0].clone();
    "database".clone_into(&mut database.name);
    system.services.push(database);
    system.services[0].steps = vec![tank::call(1)];
    system.edges.push(tank::edge(1, 0, None));
    system.edges.push(Edge { from: Caller::Service(0), to: 1, policy: None });
    system
}

/// However deep, and nothing for the tasks of others.
#[test]
fn faults_of_tasks_or_priorities_hit_what_is_done_for_these() {
    case!();
    let within = Place::Edge { from: Caller::Service(0), to: 1 };
    for (place, what) in [(Place::Service(1), "a service"), (within, "an edge")] {
        for (scope, of) in [
            (Scope { tasks: Some(1), ..Scope::ALL }, "tasks"),
            (Scope { priority: Some(3), ..Scope::ALL }, "priority"),
        ] {
            let mut system = behind_a_gateway();
            system.faults = vec![always(place, errors(0.3, Permanent::Attempt), scope)];
            let [failed] = replicate(&system, 304, |record| {
                assert_eq!(record.agents[0].tasks.failed(), 0, "it is not hit");
                let tasks = &record.agents[1].tasks;
                [tasks.failed() as f64 / tasks.answered() as f64]
            });
            failed.is(&format!("share that fails by {of} at {what}"), 0.3, 0.02);
        }
    }
}

/// A task calls a gateway twice, which calls a database twice, and each call is tried three times.
/// With one fate for the task, as many fail as are poison; with one for each call of the database,
/// a further attempt at the gateway makes new ones.
#[test]
fn poison_tasks_fail_however_often_and_deep_they_call() {
    case!();
    let share: f64 = 0.1;
    let at_gateway = 1.0 - (1.0 - share) * (1.0 - share);
    let tried = 1.0 - at_gateway * at_gateway * at_gateway;
    for (permanent, expected, what) in
        [(Permanent::Task, share, "of tasks"), (Permanent::Call, 1.0 - tried * tried, "of calls")]
    {
        let mut system = behind_a_gateway();
        let retry = tank::retry(2, millis(10), Jitter::None);
        system.policies = vec![tank::policy(vec![retry])];
        for edge in &mut system.edges {
            edge.policy = Some(0);
        }
        system.agents[0].steps = vec![tank::call(0), tank::call(0)];
        system.services[0].steps =
            vec![tank::call(1), Step::Work(Distribution::constant(millis(1))), tank::call(1)];
        let fault = always(Place::Service(1), errors(share, permanent), Scope::ALL);
        // Refusals would be tried again in vain as well.
        let class = Class::Network;
        let effect = Errors { class, share, permanent }.into();
        system.faults = vec![Fault { effect, ..fault }];
        let [failed] = replicate(&system, 315, |record| {
            let tasks = &record.agents[0].tasks;
            [tasks.failed() as f64 / tasks.answered() as f64]
        });
        failed.is(&format!("share of tasks that fail, one fate {what}"), expected, 0.03);
    }
}

/// Each task is slow in all of its work, or not at all.
#[test]
fn slow_agents_take_longer_for_their_own_work() {
    case!();
    let mut system = system();
    let work = || Step::Work(Distribution::constant(secs(1)));
    system.agents[0].steps = vec![work(), tank::call(0), work()];
    let slow = Slow { factor: 4.0, share: 0.25 };
    system.faults = vec![always(Place::Agents(0), slow, Scope::ALL)];
    let [latency, deviation] = replicate(&system, 306, |record| {
        let latency = record.agents[0].latency();
        [latency.mean_secs(), latency.deviation_secs()]
    });
    let (share, more) = (0.25, 6.0);
    latency.is("latency, s", 2.001 + share * more, 0.01);
    deviation.is("its deviation, s", more * libm::sqrt(share * (1.0 - share)), 0.01);
}
