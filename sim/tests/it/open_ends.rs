//! The time of what is cut short: by the end of a run, by a caller that gives up.

use patterns::Time;
use sim::kernel::Distribution;
use sim::measure::Measure;
use sim::model::system::{Abandoned, Arrivals, Step, System};
use sim::observe::{Anchor, OpenAt, Track, Window};
use sim::{Limits, Record, RunOptions, Watch, run, run_until};

use crate::tank::{self, at, secs};

const SECOND: u128 = 1_000_000_000;

/// Agents that have a task each 10 s, which asks for 100 s of work and waits for 5 s, from 12 s to
/// 43 s after the beginning.
fn cut_short(agents: u32, abandoned: Abandoned) -> System {
    let mut system = tank::system(secs(43));
    system.warmup = at(secs(12));
    let arrivals = Arrivals::Open(Distribution::constant(secs(10)));
    system.agents = vec![tank::agents("a", agents, arrivals, vec![tank::call(0)])];
    let mut service = tank::service("s", 1, u32::MAX, Distribution::constant(secs(100)));
    service.abandoned = abandoned;
    system.services = vec![service];
    system.policies = vec![tank::policy(vec![tank::timeout(secs(5))])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    system
}

fn of(system: &System) -> Record {
    run(system, 1, Watch::Counts)
}

#[test]
fn what_is_open_at_the_end_has_its_time_until_then() {
    let record = of(&cut_short(1, Abandoned::RunsOn));
    let service = &record.services[0];
    // The first request has the slot from 10 s on, and no caller from 15 s on.
    assert_eq!(service.busy, 31 * SECOND);
    assert_eq!(service.wasted, 28 * SECOND);
    // The others wait from 20, 30 and 40 s on.
    assert_eq!(service.queued, (23 + 13 + 3) * SECOND);
    // The one of the warm-up is still open.
    assert_eq!((service.requests.issued, service.requests.open()), (3, 4));
    // Tasks took from 10 to 15 s, from 20 to 25 s, from 30 to 35 s, and one is open since 40 s.
    let agents = &record.agents[0];
    assert_eq!(agents.busy, (3 + 5 + 5 + 3) * SECOND);
    // None of their calls ended well.
    assert_eq!(agents.frozen, (3 + 5 + 5 + 3) * SECOND);
    assert_eq!((agents.tasks.issued, agents.tasks.failed(), agents.tasks.open()), (3, 2, 1));
    let edge = &record.edges[0];
    assert_eq!((edge.attempts.issued, edge.attempts.given_up, edge.late), (3, 2, 0));
}

#[test]
fn what_is_open_is_counted_at_three_moments_whenever_it_came() {
    // At 12 s, at 27.5 s and at 43 s.
    let system = cut_short(1, Abandoned::RunsOn);
    let record = of(&system);
    let moments = |open: OpenAt| [open.warmup, open.middle, open.end];
    assert_eq!(moments(record.services[0].open), [1, 2, 4]);
    assert_eq!(moments(record.agents[0].open), [1, 0, 1]);
    // Of a run that is stopped after the first of nine events there is no middle.
    let limits = Limits { events: 1, ..Limits::default() };
    let stopped = run_until(&system, 1, &RunOptions { limits, ..RunOptions::default() });
    assert_eq!(stopped.ended, at(secs(10)));
    assert_eq!(moments(stopped.services[0].open), [1, 0, 1]);
}

#[test]
fn what_stops_as_its_caller_gives_up_has_its_time_until_then() {
    let record = of(&cut_short(2, Abandoned::Stops));
    let service = &record.services[0];
    // Of two requests at 10, 20, 30 and 40 s one has the slot and one waits, for 5 s each.
    assert_eq!(service.busy, (3 + 5 + 5 + 3) * SECOND);
    assert_eq!(service.queued, (3 + 5 + 5 + 3) * SECOND);
    assert_eq!(service.wasted, 0);
    // Those of 10 s came in the warm-up, and those of 40 s are open.
    let requests = &service.requests;
    assert_eq!((requests.issued, requests.given_up, requests.open()), (6, 4, 2));
    assert_eq!((service.abandoned, requests.answered()), (4, 0));
}

#[test]
fn work_without_a_caller_is_wasted_until_it_is_done() {
    let mut system = cut_short(1, Abandoned::RunsOn);
    system.services[0].slots = u32::MAX;
    system.services[0].latency = Distribution::constant(secs(20));
    let record = of(&system);
    let service = &record.services[0];
    // Requests of 10 and 20 s end at 30 and 40 s, the others are open; each has a caller for 5 s.
    assert_eq!(service.busy, (18 + 20 + 13 + 3) * SECOND);
    assert_eq!(service.wasted, (15 + 15 + 8) * SECOND);
    assert_eq!((service.requests.answered(), service.requests.open()), (1, 2));
    assert_eq!((service.abandoned, record.edges[0].late), (2, 1));
}

#[test]
fn a_task_that_waits_for_a_slot_is_no_work_of_its_agent() {
    let mut system = cut_short(1, Abandoned::RunsOn);
    system.agents[0].slots = 1;
    system.agents[0].steps = vec![tank::call(0), Step::Work(Distribution::constant(secs(20)))];
    system.services[0].latency = Distribution::constant(secs(3));
    let options = RunOptions { watch: Watch::Trace, ..RunOptions::default() };
    let record = run_until(&system, 1, &options);
    // The task of 10 s has the agent until 33 s, and that of 20 s from then on; it is at work from
    // 36 s on.
    assert_eq!(record.agents[0].busy, (43 - 12) * SECOND);
    assert_eq!(record.agents[0].tasks.open(), 3);
    let trace = record.trace.expect("it was asked for");
    let shown = |track: &Track| -> Vec<_> {
        let secs = |time: Time| time.since(Time::ZERO).as_secs_f64() as u64;
        let all = track.intervals.iter();
        all.map(|interval| (interval.state, secs(interval.from), secs(interval.to))).collect()
    };
    let tasks =
        [("waiting", 10, 13), ("working", 10, 33), ("waiting", 33, 36), ("working", 33, 43)];
    assert_eq!(shown(&trace.tracks[0]), tasks);

    // A call that is open at the end is waited for.
    system.services[0].latency = Distribution::constant(secs(100));
    system.policies.clear();
    system.edges[0].policy = None;
    let trace = run_until(&system, 1, &options).trace.expect("it was asked for");
    assert_eq!(shown(&trace.tracks[0]), [("working", 10, 43), ("waiting", 10, 43)]);
}

/// Agents whose calls go to a service that hangs for good since the warm-up.
fn hung_since_warmup(agents: u32) -> System {
    let mut system = tank::system(secs(1100));
    system.warmup = at(secs(100));
    let each = tank::closed(Distribution::constant(secs(1)));
    system.agents = vec![tank::agents("a", agents, each, vec![tank::call(0)])];
    system.services = vec![tank::service("s", u32::MAX, 0, Distribution::constant(secs(1)))];
    system.edges = vec![tank::edge(0, 0, None)];
    system.faults = vec![tank::once(0, tank::hang(true), secs(50), secs(10_000))];
    system
}

#[test]
fn what_hangs_since_the_warm_up_is_open_and_overdue() {
    let mut system = hung_since_warmup(5);
    let value = |record: &Record, system: &System, path: &str| {
        Measure::parse(path, system).expect(path).of(record)
    };
    let patience = Distribution::uniform(secs(20), secs(30)).expect("in order");
    for patience in [None, Some(Distribution::constant(secs(30))), Some(patience)] {
        system.agents[0].patience = patience;
        let record = of(&system);
        assert_eq!(record.agents[0].tasks.issued, 0, "all had begun in the warm-up");
        let all = [
            ("agents.a.success", 0.0),
            ("agents.a.failed", 1.0),
            ("agents.a.ungraceful", 1.0),
            ("agents.a.overdue", 5.0),
            ("agents.a.open", 5.0),
            ("agents.a.blast-radius", 1.0),
            ("agents.a.availability", 0.0),
            ("system.success", 0.0),
            ("services.s.open", 5.0),
            ("edges.\"a -> s\".open", 5.0),
            ("edges.\"a -> s\".availability", 0.0),
        ];
        for (path, expected) in all {
            let found = value(&record, &system, path);
            assert!((found - expected).abs() < 1e-9, "{path}: {found}");
        }
    }
}

#[test]
fn what_ends_after_the_warm_up_in_which_it_began_is_not_open() {
    let mut system = hung_since_warmup(5);
    // Until 600 s: then the five tasks end, and others follow, each of which takes a second.
    system.faults = vec![tank::once(0, tank::hang(true), secs(50), secs(550))];
    let window = Window { from: Some(secs(200)), until: Some(secs(400)), anchor: Anchor::Run };
    system.windows = vec![window.clone()];
    let record = of(&system);
    let tasks = &record.agents[0].tasks;
    assert!(tasks.issued > 1000 && tasks.open() <= 5, "{tasks:?}");
    assert_eq!((record.agents[0].overdue, tasks.failed()), (0, 0));
    // While they hang they are open.
    let hung = record.window(&window).expect("it came");
    assert_eq!((hung.agents[0].tasks.open(), hung.agents[0].overdue), (5, 5));
    assert_eq!(hung.services[0].requests.open(), 5);
    assert_eq!(hung.edges[0].calls.open(), 5);
}
