//! What is done to mend something: restart, shed, pause and fix, by the requests that they meet.

use patterns::{Class, Duration};
use sim::fault::kinds::{fix::Fix, leak::Leak, pause::Pause, restart::Restart, shed::Shed};
use sim::fault::{Effect, Schedule};
use sim::kernel::Distribution;
use sim::model::system::{Arrivals, Fault, Place, System};
use sim::observe::{Interval, TrackKind};
use sim::{Record, Watch, run};

use crate::tank::{self, at, secs};

/// A task each second, from the first on, for a minute; each is a call, and takes a second there.
fn ticking(slots: u32) -> System {
    let mut system = tank::system(secs(60));
    let ticks = Arrivals::Open(Distribution::constant(secs(1)));
    system.agents = vec![tank::agents("a", 1, ticks, vec![tank::call(0)])];
    let second = Distribution::constant(Duration::from_millis(900));
    system.services = vec![tank::service("s", slots, u32::MAX, second)];
    system.edges = vec![tank::edge(0, 0, None)];
    system
}

fn fault(effect: impl Into<Effect>, hits: Place, from: u64, lasts: u64) -> Fault {
    let schedule =
        Schedule::Once { at: at(Duration::from_millis(1000 * from + 500)), lasts: secs(lasts) };
    Fault { name: format!("at {from}"), hits: vec![hits], effect: effect.into(), schedule }
}

const SERVICE: Place = Place::Service(0);

fn failed(record: &Record, class: Class) -> u64 {
    record.agents[0].tasks.failed_as(class)
}

fn states(record: &Record) -> Vec<(&'static str, u64, u64)> {
    let mut tracks = record.trace.iter().flat_map(|trace| &trace.tracks);
    let track = tracks.find(|track| track.kind() == TrackKind::Service);
    let shown = |one: &Interval| {
        (one.state, one.from.as_nanos() / 1_000_000, one.to.as_nanos() / 1_000_000)
    };
    track.expect("there is a service").intervals.iter().map(shown).collect()
}

#[test]
fn a_restart_loses_what_is_there_and_refuses_what_comes_until_it_is_over() {
    let mut system = ticking(u32::MAX);
    system.faults = vec![fault(Restart { takes: secs(3) }, SERVICE, 10, 3)];
    let record = run(&system, 1, Watch::Trace);
    // The one of second 10 is lost, those of 11, 12 and 13 are refused.
    assert_eq!(failed(&record, Class::Network), 4);
    assert_eq!(record.agents[0].tasks.failed(), 4);
    assert_eq!(states(&record), [("restart", 10_500, 13_500)]);
}

#[test]
fn a_restart_ends_a_hang_and_empties_a_leak_and_no_more() {
    // Full after twenty requests: from then on all fail.
    let leak = Leak {
        full_after: Duration::MAX,
        full_after_requests: 20,
        factor: 1.0,
        fails_from: 1.0,
        class: Class::Overload,
    };
    let errors = tank::errors(Class::Validation, 1.0);
    let mut system = ticking(u32::MAX);
    let leaking = fault(leak, SERVICE, 0, 100);
    system.faults = vec![leaking.clone()];
    let alone = failed(&run(&system, 1, Watch::Counts), Class::Overload);
    let restart = fault(Restart { takes: Duration::ZERO }, SERVICE, 29, 0);
    system.faults = vec![leaking, restart.clone()];
    let mended = failed(&run(&system, 1, Watch::Counts), Class::Overload);
    // Twenty more are served, one of which was lost.
    assert!(alone - mended >= 20 && mended > 0, "{alone} and then {mended}");

    for (effect, is_over) in [(tank::hang(false), true), (tank::hang(true), true), (errors, false)]
    {
        let mut system = ticking(u32::MAX);
        system.faults = vec![fault(effect, SERVICE, 10, 40), restart.clone()];
        let tasks = run(&system, 1, Watch::Counts).agents[0].tasks.clone();
        // Twenty of a hang are lost with it; what comes afterwards is served.
        let good = if is_over { 9 + 30 } else { 9 + 10 };
        assert_eq!(tasks.good(), good, "{tasks:?}");
    }
}

#[test]
fn a_fix_ends_what_is_wrong_at_a_place_and_nowhere_else() {
    for (effect, lost) in [
        (tank::down(), 10),
        (tank::hang(false), 10),
        (tank::hang(true), 0),
        (tank::errors(Class::Network, 1.0), 10),
    ] {
        let mut system = ticking(u32::MAX);
        system.faults = vec![fault(effect, SERVICE, 10, 40), fault(Fix {}, SERVICE, 20, 0)];
        let record = run(&system, 1, Watch::Trace);
        let tasks = &record.agents[0].tasks;
        // Of those of second 10 on, the first had begun before, and the last ends after.
        assert!(tasks.failed().abs_diff(lost) <= 1, "{lost}: {tasks:?}");
        assert_eq!(tasks.open(), 1, "{tasks:?}");
        let [(_, 10_500, 20_500)] = states(&record)[..] else { panic!("{:?}", states(&record)) };
    }
    // What comes again comes again.
    let mut system = ticking(u32::MAX);
    let every = Schedule::Every { at: at(secs(10)), lasts: secs(10), every: secs(20), chance: 1.0 };
    let down = Fault { schedule: every, ..fault(tank::down(), SERVICE, 10, 10) };
    system.faults = vec![down, fault(Fix {}, SERVICE, 12, 0)];
    let record = run(&system, 1, Watch::Trace);
    let down = [("down", 10_000, 12_500), ("down", 30_000, 40_000), ("down", 50_000, 60_000)];
    assert_eq!(states(&record), down);
    // Another service is not mended by it.
    system.services.push(tank::service("t", 1, 0, Distribution::constant(secs(1))));
    system.agents[0].steps = vec![tank::optional(0), tank::optional(1)];
    system.edges.push(tank::edge(0, 1, None));
    system.faults[0].hits.push(Place::Service(1));
    let record = run(&system, 1, Watch::Counts);
    let down = record.services.iter().map(|service| service.down / 1_000_000_000);
    assert_eq!(down.collect::<Vec<_>>(), [22, 30]);
}

#[test]
fn what_waits_is_shed_and_what_is_in_work_goes_on() {
    let mut system = ticking(1);
    // A second and a half for each that comes in a second: a third of them waits in the end.
    system.services[0].latency = Distribution::constant(Duration::from_millis(1500));
    let alone = run(&system, 1, Watch::Counts);
    system.faults = vec![fault(Shed {}, SERVICE, 30, 0)];
    let shed = run(&system, 1, Watch::Counts);
    // By then 30 have come, 19 are done, and one is in work.
    assert_eq!(shed.agents[0].tasks.failed_as(Class::Overload), 10);
    assert_eq!(shed.services[0].requests.failed_as(Class::Overload), 10);
    assert_eq!(shed.agents[0].tasks.good(), alone.agents[0].tasks.good());
    assert_eq!(alone.agents[0].tasks.open() - shed.agents[0].tasks.open(), 10);
    // The same of tasks that wait for an agent.
    let mut system = ticking(u32::MAX);
    system.services[0].latency = Distribution::constant(Duration::from_millis(1500));
    system.agents[0].slots = 1;
    system.faults = vec![fault(Shed {}, Place::Agents(0), 30, 0)];
    let tasks = run(&system, 1, Watch::Counts).agents[0].tasks.clone();
    assert_eq!((tasks.failed_as(Class::Overload), tasks.failed()), (10, 10));
}

#[test]
fn nothing_is_begun_while_it_is_paused_and_all_that_waited_afterwards() {
    for slots in [1, 5, u32::MAX] {
        for (hits, of_agents) in [(SERVICE, false), (Place::Agents(0), true)] {
            let mut system = ticking(slots);
            system.agents[0].slots = slots;
            system.faults = vec![fault(Pause {}, hits, 10, 5)];
            let record = run(&system, 1, Watch::Counts);
            let [agents, service] = [&record.agents[0].latency_ok, &record.services[0].waiting];
            assert_eq!(record.agents[0].tasks.failed(), 0);
            // Those of seconds 11 to 15 wait until 15.5; that of 10 is in work, and goes on.
            if slots > 1 {
                let longest = agents.max().map(Duration::as_secs_f64).expect("some ended");
                assert!((5.39..5.41).contains(&longest), "{longest}");
                // With five slots, the next one waits for those that all began at once.
                let all = if slots == 5 { 6.0 } else { 5.0 };
                let late = agents.share_above(Duration::from_millis(950)) * agents.count() as f64;
                assert!((late - all).abs() < 0.1, "{late}");
            }
            let waited = service.max().is_some_and(|max| max > secs(4));
            assert_eq!(waited, !of_agents);
            let requests = record.services[0].requests.issued;
            assert_eq!(requests, 60, "all come in the end");
        }
    }
}
