//! Runs that would not end are stopped, and say why; a run can be stopped from outside.

use std::sync::atomic::AtomicBool;

use patterns::Time;
use sim::fault::kinds::down::Down;
use sim::kernel::Distribution;
use sim::measure::Measure;
use sim::model::system::{Arrivals, Caller, Cost, Does, Edge, Step};
use sim::{Limits, Record, RunOptions, Stop, System, run_until};

use crate::tank::{agents, call, edge, millis, once, policy, secs, service, system, timeout};

/// A task each `gap`, each of which takes a second.
fn busy(gap: Distribution) -> System {
    let mut system = system(secs(10_000));
    system.agents = vec![agents("a", 1, Arrivals::Open(gap), vec![call(0)])];
    system.services = vec![service("s", u32::MAX, 0, Distribution::constant(secs(1)))];
    system.edges = vec![Edge { from: Caller::Agents(0), to: 0, policy: None }];
    system
}

fn limited(system: &System, limits: Limits) -> Record {
    run_until(system, 1, &RunOptions { limits, ..RunOptions::default() })
}

#[test]
fn a_run_of_too_many_events_is_stopped_after_exactly_those() {
    let system = busy(Distribution::constant(millis(10)));
    for events in [0, 1, 8_191, 8_192, 100_000] {
        let record = limited(&system, Limits { events, ..Limits::default() });
        assert_eq!((record.stopped, record.events), (Some(Stop::TooManyEvents), events));
        assert!(record.ended < record.horizon);
    }
    let record = limited(&system, Limits { events: 10_000_000, ..Limits::default() });
    assert_eq!((record.stopped, record.ended), (None, record.horizon));
}

#[test]
fn a_run_in_which_too_much_is_open_is_stopped() {
    // A million tasks a second, each of which takes one.
    let system = busy(Distribution::constant(patterns::Duration::from_nanos(1000)));
    let record = limited(&system, Limits { open: 50_000, ..Limits::default() });
    assert_eq!(record.stopped, Some(Stop::TooManyOpen));
    let open = record.agents[0].tasks.open();
    assert!((25_000..100_000).contains(&open), "stopped with {open} tasks open");
}

#[test]
fn a_run_in_which_too_many_tasks_or_calls_at_layers_are_open_is_stopped() {
    // A task each millisecond, which calls nothing and stays.
    let mut system = busy(Distribution::constant(millis(1)));
    system.agents[0].steps = vec![Step::Work(Distribution::constant(secs(20_000)))];
    let record = limited(&system, Limits { open: 10_000, ..Limits::default() });
    assert_eq!(record.stopped, Some(Stop::TooManyOpen));
    let open = record.agents[0].tasks.open();
    assert!((5_000..20_000).contains(&open), "stopped with {open} tasks open");

    // Now it calls, and with it there is a call at each of ten layers.
    let mut system = busy(Distribution::constant(millis(1)));
    system.services[0].latency = Distribution::constant(secs(20_000));
    let layers = (0..10).map(|_| timeout(secs(20_000))).collect();
    system.policies = vec![policy(layers)];
    system.edges[0].policy = Some(0);
    let record = limited(&system, Limits { open: 100_000, ..Limits::default() });
    assert_eq!(record.stopped, Some(Stop::TooManyOpen));
    let open = record.agents[0].tasks.open();
    assert!((5_000..20_000).contains(&open), "stopped with {open} tasks open");
}

#[test]
fn a_run_in_which_time_stands_still_is_stopped() {
    let system = busy(Distribution::constant(patterns::Duration::ZERO));
    let record = limited(&system, Limits { open: usize::MAX, ..Limits::default() });
    // All are open in one instant, more than fit, whatever is allowed.
    assert_eq!((record.stopped, record.ended), (Some(Stop::TooManyOpen), Time::ZERO));

    // What ended then did so at no rate at all, and not at an infinite one.
    let mut done = busy(Distribution::constant(patterns::Duration::ZERO));
    done.services[0].latency = Distribution::constant(patterns::Duration::ZERO);
    let record = limited(&done, Limits { events: 100_000, ..Limits::default() });
    assert!(record.ended == Time::ZERO && record.agents[0].tasks.good() > 0);
    let goodput = Measure::parse("agents.a.goodput", &done).expect("it is a measure");
    assert!(goodput.of(&record).is_nan(), "{}", goodput.of(&record));

    let mut idle = busy(Distribution::constant(patterns::Duration::ZERO));
    idle.services[0].latency = Distribution::constant(patterns::Duration::ZERO);
    idle.services[0].slots = 0;
    let record = limited(&idle, Limits::default());
    assert_eq!((record.stopped, record.ended), (Some(Stop::TimeStandsStill), Time::ZERO));
    assert!((9_000_000..=11_000_000).contains(&record.events), "{} events", record.events);
}

#[test]
fn an_interrupted_run_says_so_and_a_limited_one_is_repeatable() {
    let system = busy(Distribution::constant(millis(10)));
    let flag = AtomicBool::new(true);
    let options = RunOptions { interrupt: Some(&flag), ..RunOptions::default() };
    let record = run_until(&system, 1, &options);
    assert_eq!(record.stopped, Some(Stop::Interrupted));
    assert!(record.events < 100_000);

    let limits = Limits { events: 12_345, ..Limits::default() };
    assert_eq!(limited(&system, limits), limited(&system, limits));
}

#[test]
fn a_run_in_which_one_event_goes_on_for_ever_is_stopped() {
    // A service that is down answers on the spot, and the task calls again.
    let mut system = busy(Distribution::constant(secs(1)));
    let step = Step::Call {
        service: 0,
        times: u32::MAX,
        optional: true,
        keys: None,
        idempotent: true,
        does: Does::Other,
        cost: Cost::default(),
    };
    system.agents[0].steps = vec![step];
    system.faults = vec![once(0, Down {}, secs(0), secs(10_000))];
    let record = limited(&system, Limits::default());
    assert_eq!((record.stopped, record.events), (Some(Stop::TimeStandsStill), 2));
}

#[test]
fn a_stop_has_a_name_for_tables_and_a_sentence_for_people() {
    let all = [
        Stop::TimeStandsStill,
        Stop::TooManyOpen,
        Stop::TooManyEvents,
        Stop::Interrupted,
        Stop::Aborted(0),
    ];
    let names = ["time-stands-still", "too-many-open", "too-many-events", "interrupted", "aborted"];
    assert_eq!(all.map(Stop::name), names);
    let sentences = all.map(|stop| stop.to_string());
    assert_eq!(sentences[2], "more events happened than the limit allows");
    assert!(sentences.iter().all(|text| text.len() > 10), "{sentences:?}");
}

/// A task of many calls that are answered on the spot is one event, but as much work as many.
#[test]
fn what_follows_at_once_from_an_event_counts_as_events() {
    let mut system = system(secs(100));
    let step = Step::Call {
        service: 0,
        times: 5_000,
        optional: true,
        keys: None,
        idempotent: true,
        does: Does::Other,
        cost: Cost::default(),
    };
    let every = Arrivals::Open(Distribution::constant(secs(1)));
    system.agents = vec![agents("a", 1, every, vec![step])];
    system.services = vec![service("s", 1, 0, Distribution::constant(secs(1)))];
    system.edges = vec![edge(0, 0, None)];
    system.faults = vec![once(0, Down {}, secs(0), secs(1_000))];
    let whole = limited(&system, Limits::default());
    assert_eq!((whole.stopped, whole.agents[0].tasks.answered()), (None, 100));
    let limits = Limits { events: 50_000, ..Limits::default() };
    let stopped = limited(&system, limits);
    assert_eq!(stopped.stopped, Some(Stop::TooManyEvents));
    assert!(
        (5..=11).contains(&stopped.agents[0].tasks.answered()),
        "{:?}",
        stopped.agents[0].tasks
    );
}
