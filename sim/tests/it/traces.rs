//! Traces hold what they say, and not more than fits.

use patterns::{Duration, Time};
use sim::fault::Permanent;
use sim::fault::kinds::{down::Down, hang::Hang, slow::Slow};
use sim::model::system::{Arrivals, System};
use sim::observe::{AttemptSpan, CallSpan, Interval, Trace, TrackKind};
use sim::{RunOptions, Watch, run, run_until};

use crate::tank::{self, at, exponential, millis, secs};

fn busy(horizon: Duration, gap: Duration) -> System {
    let mut system = tank::system(horizon);
    let arrivals = Arrivals::Open(exponential(gap));
    system.agents = vec![tank::agents("a", 3, arrivals, vec![tank::call(0)])];
    system.services = vec![tank::service("s", 2, u32::MAX, exponential(millis(400)))];
    system.policies = vec![tank::policy(vec![tank::breaker(3, secs(5)), tank::timeout(secs(2))])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    system.faults = vec![
        tank::once(
            0,
            Hang { resume: false, share: 1.0, permanent: Permanent::Attempt },
            secs(20),
            secs(20),
        ),
        tank::once(0, Down {}, secs(60), secs(20)),
    ];
    system
}

fn traced(system: &System, window: Option<(Time, Time)>) -> Trace {
    let options = RunOptions { watch: Watch::Trace, window, ..RunOptions::default() };
    run_until(system, 1, &options).trace.expect("it was asked for")
}

/// What lies in a window, cut off at its ends.
fn cut(intervals: &[Interval], from: Time, to: Time) -> Vec<Interval> {
    let inside = intervals.iter().filter(|e| from <= e.to && e.from <= to);
    inside.map(|e| Interval { from: e.from.max(from), to: e.to.min(to), ..*e }).collect()
}

#[test]
fn a_window_of_a_trace_is_that_part_of_the_whole() {
    let system = busy(secs(100), secs(1));
    let whole = traced(&system, None);
    assert_eq!((whole.from, whole.to), (Time::ZERO, at(secs(100))));
    for (from, to) in [(0, 10), (15, 35), (50, 100), (99, 100)] {
        let (from, to) = (at(secs(from)), at(secs(to)));
        let part = traced(&system, Some((from, to)));
        assert_eq!((part.from, part.to), (from, to));
        assert_eq!(part.tracks.len(), whole.tracks.len());
        for (part, whole) in part.tracks.iter().zip(&whole.tracks) {
            assert_eq!(part.id, whole.id);
            assert_eq!(part.intervals, cut(&whole.intervals, from, to), "{}", part.id);
        }
        let calls = whole.calls.iter().filter(|call| from <= call.to && call.to <= to);
        // Pieces are numbered from the beginning of each trace.
        let bare = |call: &CallSpan| CallSpan { order: 0, ..*call };
        let of_part: Vec<CallSpan> = part.calls.iter().map(bare).collect();
        assert_eq!(of_part, calls.map(bare).collect::<Vec<_>>());
    }
}

/// Each attempt is there once, with the call that it was made for.
#[test]
fn attempts_of_a_trace_are_those_that_are_counted() {
    let system = System { warmup: Time::ZERO, ..busy(secs(100), secs(1)) };
    let trace = traced(&system, None);
    let attempts = &run(&system, 1, Watch::Counts).edges[0].attempts;
    let (ended, given_up): (Vec<&AttemptSpan>, Vec<_>) =
        trace.attempts.iter().partition(|attempt| attempt.outcome.is_some());
    assert_eq!(ended.len() as u64, attempts.answered());
    assert_eq!(given_up.len() as u64, attempts.given_up);
    assert!(10 < ended.len() && 10 < given_up.len());
    for attempt in &trace.attempts {
        let is_its_call = |call: &&CallSpan| {
            call.task == attempt.caller && call.order > attempt.order && call.to == attempt.to
        };
        let call = trace.calls.iter().find(is_its_call).expect("its call ends with it");
        assert!(call.from <= attempt.from && attempt.track == Some(call.track));
    }
}

#[test]
fn a_trace_that_is_full_says_until_when_it_goes() {
    // Some three million intervals and calls.
    let mut system = busy(secs(20_000), millis(40));
    system.services[0].slots = u32::MAX;
    system.faults.clear();
    let trace = traced(&system, None);
    assert!(Time::ZERO < trace.to && trace.to < at(secs(20_000)), "until {}", trace.to);
    let spans = trace.calls.len() + trace.tasks.len() + trace.attempts.len();
    let pieces = spans + trace.tracks.iter().map(|track| track.intervals.len()).sum::<usize>();
    assert!((1 << 20..(1 << 20) + 10_000).contains(&pieces), "{pieces} pieces");
    // Until then nothing is missing.
    let shorter = System { horizon: trace.to, ..system.clone() };
    let record = run(&shorter, 1, Watch::Counts);
    let ended: u64 = record.edges.iter().map(|edge| edge.calls.answered()).sum();
    assert_eq!(trace.calls.len() as u64, ended);
}

#[test]
fn the_first_fault_is_in_the_record_even_of_the_warm_up() {
    let mut system = busy(secs(100), secs(1));
    system.warmup = at(secs(50));
    let first = |system: &System| run(system, 1, Watch::Counts).services[0].first_fault;
    assert_eq!(first(&system), Some((at(secs(20)), at(secs(40)))));
    // One that begins as another is on goes on with it.
    system.faults.push(tank::once(0, Slow { factor: 2.0, share: 1.0 }, secs(30), secs(20)));
    assert_eq!(first(&system), Some((at(secs(20)), at(secs(50)))));
    // It may be on at the end.
    system.horizon = at(secs(45));
    assert_eq!(first(&system), Some((at(secs(20)), at(secs(45)))));
    system.faults.clear();
    assert_eq!(first(&system), None);
}

#[test]
fn an_agent_waits_in_its_own_track_within_its_tasks() {
    let trace = traced(&busy(secs(100), secs(1)), None);
    let agents = trace.tracks.iter().filter(|track| track.kind() == TrackKind::Agent);
    assert_eq!(agents.clone().count(), 3);
    for agent in agents {
        let (tasks, waits): (Vec<&Interval>, Vec<&Interval>) =
            agent.intervals.iter().partition(|interval| interval.state == "working");
        assert!(tasks.len() > 50 && waits.len() > 50, "{}", agent.id);
        for wait in waits {
            let mut around =
                tasks.iter().filter(|task| task.from <= wait.from && wait.to <= task.to);
            assert!(around.next().is_some(), "{}: {wait:?}", agent.id);
        }
    }
}
