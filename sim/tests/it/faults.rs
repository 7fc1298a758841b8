//! Faults that overlap: what is recorded and shown of them, against a look at every second; and
//! kinds of fault, ours and those of others.

use std::collections::BTreeMap;

use patterns::report::Severity;
use patterns::settings::Key;
use patterns::{Class, Duration};
use proptest::prelude::*;
use sim::fault::kinds::{drain::Drain, hang::Hang, loss::Loss, slots::Slots};
use sim::fault::{Adding, Effect, FaultKind, KINDS, Permanent};
use sim::kernel::Distribution;
use sim::model::system::{Arrivals, Caller, Fault, Place, System};
use sim::observe::{Interval, Record, TrackKind};
use sim::{Limits, RunOptions, Watch, run, run_until};

use crate::tank::{self, at, exponential, millis, secs};

/// The end of a run, in seconds.
const END: u64 = 40;

/// A fault that is on from one second to another.
type Outage = (Effect, u64, u64);

/// Faults that begin and end at different times.
fn outages() -> impl Strategy<Value = Vec<Outage>> {
    // Nothing changes in the instant in which the run ends.
    let times: Vec<u64> = (0..END).chain(END + 1..END + 5).collect();
    let times = prop::sample::subsequence(times, 2..=12);
    // Those that end others have tests of their own.
    let mut effects = tank::every_effect();
    effects.retain(|effect| !["restart", "fix"].contains(&effect.info().name));
    let effects = prop::collection::vec(prop::sample::select(effects), 6);
    (times.prop_shuffle(), effects).prop_map(|(times, effects)| {
        let pairs = times.chunks_exact(2).map(|pair| (pair[0].min(pair[1]), pair[0].max(pair[1])));
        pairs.zip(effects).map(|((from, to), effect)| (effect, from, to)).collect()
    })
}

/// A service that is hit by these faults, and nobody calls.
fn hit_by(outages: &[Outage]) -> System {
    let mut system = tank::system(secs(END));
    system.warmup = at(secs(10));
    system.services = vec![tank::service("service", 1, 0, exponential(secs(1)))];
    system.faults.extend(outages.iter().zip(0..).map(|((effect, from, to), number)| Fault {
        name: format!("{number}"),
        ..tank::once(0, effect.clone(), secs(*from), secs(to - from))
    }));
    system
}

fn shown(record: &Record) -> Vec<Interval> {
    let tracks = &record.trace.as_ref().expect("it was watched").tracks;
    let track = tracks.iter().find(|track| track.kind() == TrackKind::Service);
    track.expect("there is a service").intervals.clone()
}

/// The gravest fault that is on in a second.
fn gravest(outages: &[Outage], second: u64) -> Option<(&'static str, Severity)> {
    let on = outages.iter().filter(|(_, from, to)| (*from..*to).contains(&second));
    let kinds = on.map(|(effect, ..)| effect.info().name);
    let place = |name: &str| KINDS.iter().position(|kind| kind.name == name);
    let first = kinds.min_by_key(|name| place(name))?;
    KINDS.iter().find(|kind| kind.name == first).map(|kind| (kind.name, kind.severity))
}

/// Whether some fault is on in a second that leaves no request alone.
fn answers_nothing(outages: &[Outage], second: u64) -> bool {
    let on = outages.iter().filter(|(_, from, to)| (*from..*to).contains(&second));
    let mut shown = on.map(|(effect, ..)| (effect.info().name, format!("{effect:?}")));
    shown.any(|(name, it)| name == "down" || name == "hang" && it.contains("share: 1.0"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn faults_that_overlap_are_recorded_as_a_look_at_every_second_finds_them(
        outages in outages()
    ) {
        let record = run(&hit_by(&outages), 1, Watch::Trace);
        let mut expected: Vec<Interval> = Vec::new();
        let (mut faulty, mut down, mut begun) = (0, 0, 0);
        let (mut first, mut was) = (None, None);
        for second in 0..END {
            let is = gravest(&outages, second);
            let counts = second >= 10;
            faulty += u64::from(counts && is.is_some());
            down += u64::from(counts && answers_nothing(&outages, second));
            begun += u64::from(counts && is.is_some() && was.is_none());
            let (from, to) = (at(secs(second)), at(secs(second + 1)));
            match (&mut first, is) {
                (None, Some(_)) => first = Some((from, to)),
                (Some((_, until)), Some(_)) if *until == from => *until = to,
                _ => {}
            }
            match (expected.last_mut(), is) {
                (Some(last), Some((state, _))) if last.to == from && last.state == state => {
                    last.to = to;
                }
                (_, Some((state, severity))) => {
                    expected.push(Interval { from, to, state, severity });
                }
                _ => {}
            }
            was = is;
        }
        let service = &record.services[0];
        let seconds = |nanos: u128| nanos / u128::from(secs(1).as_nanos());
        prop_assert_eq!(seconds(service.faulty), u128::from(faulty));
        prop_assert_eq!(seconds(service.down), u128::from(down));
        prop_assert_eq!(service.fault_intervals, begun);
        prop_assert_eq!(service.first_fault, first);
        prop_assert_eq!(shown(&record), expected);
    }
}

#[test]
fn kinds_of_fault_have_names_of_their_own_and_stand_the_gravest_first() {
    let mut names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), KINDS.len());
    assert!(KINDS.is_sorted_by_key(|kind| core::cmp::Reverse(kind.severity)), "{KINDS:?}");
}

/// They stand in one table, so that `share` is a share whatever the fault does.
#[test]
fn keys_of_one_name_take_the_same_values_in_every_kind_of_fault() {
    let mut seen: BTreeMap<String, (&str, &Key)> = BTreeMap::new();
    for (kind, key) in
        KINDS.iter().flat_map(|kind| kind.keys().into_iter().map(move |key| (kind, key)))
    {
        let (other, first) = *seen.entry(key.name()).or_insert((kind.name, key));
        let values = |key: &Key| format!("{:?} {:?}", key.shape(), key.range());
        assert_eq!(values(key), values(first), "{key} of {} and {other}", kind.name);
    }
}

patterns::settings! {
    /// Work takes twice as long, and some of it fails.
    #[derive(Clone, Debug)]
    struct Brownout {
        /// The share of requests that fail.
        share: f64 [.share()],
    }
}

impl FaultKind for Brownout {
    const NAME: &'static str = "brownout";
    const SEVERITY: Severity = Severity::Limited;

    fn add(&self, health: &mut Adding<'_>) {
        health.slow(2.0);
        health.fail(self.share, Class::Validation);
    }
}

/// A kind from outside does what it adds, and is recorded and shown as any other.
#[test]
fn kind_of_fault_from_outside_works_as_ours_do() {
    let system = called_every_second(&[(Brownout { share: 1.0 }.into(), 10, 20)]);
    let record = run(&system, 1, Watch::Trace);
    let edge = &record.edges[0];
    assert_eq!(edge.calls.failed_as(Class::Validation), 10);
    assert_close(edge.latency_failed.mean_secs(), 0.6);
    assert_close(edge.latency_ok.mean_secs(), 0.3);
    let states: Vec<_> = shown(&record).iter().map(|interval| interval.state).collect();
    assert_eq!(states, ["brownout"]);
}

/// The service goes on when the last of them ends.
#[test]
fn service_hangs_as_long_as_any_fault_lets_it_hang() {
    for resume in [true, false] {
        let hangs = [(10, 20), (15, 25)].map(|(from, to)| {
            (Hang { resume, share: 1.0, permanent: Permanent::Attempt }.into(), from, to)
        });
        let record = run(&called_every_second(&hangs), 1, Watch::Counts);
        let edge = &record.edges[0];
        // The calls of the seconds 10 to 24 are held until second 25.
        if resume {
            assert_eq!(edge.calls.failed_as(Class::Network), 0);
            assert_close(edge.latency_ok.mean_secs(), (24.0 * 0.3 + 15.0 * 8.3) / 39.0);
        } else {
            assert_eq!(edge.calls.failed_as(Class::Network), 15);
            assert_close(edge.latency_failed.mean_secs(), 8.0);
        }
    }
}

/// Those that hang end with the fault, or go on; the others see nothing of it.
#[test]
fn requests_that_hang_are_lost_or_go_on_when_the_fault_ends() {
    for resume in [true, false] {
        let hang = Hang { resume, share: 0.5, permanent: Permanent::Attempt };
        let record = run(&called_every_second(&[(hang.into(), 10, 20)]), 1, Watch::Counts);
        let edge = &record.edges[0];
        assert_eq!(edge.calls.answered(), 39);
        let (lost, longest) = (edge.calls.failed(), edge.latency_ok.max());
        if resume {
            assert_eq!(lost, 0);
            assert!(longest > Some(secs(5)), "{longest:?}");
        } else {
            assert!((2..9).contains(&lost), "{lost} of ten");
            assert_eq!(longest, Some(millis(300)));
            assert!(edge.latency_failed.max() <= Some(secs(10)));
        }
        // None keeps its slot; there is the one of the last instant.
        assert_eq!(record.services[0].requests.open(), 1);
    }
}

/// What is in work goes on, and what waits is let in when the slots are back.
#[test]
fn slots_that_are_gone_are_not_filled_and_those_that_are_back_are_at_once() {
    let mut system = called_every_second(&[(Slots { slots: 1 }.into(), 10, 20)]);
    system.services[0] = tank::service("service", 4, u32::MAX, Distribution::constant(secs(3)));
    let record = run(&system, 1, Watch::Counts);
    let edge = &record.edges[0];
    // Those of the seconds 8 and 9 go on. Those of 10, 11 and 12 begin in the seconds 12, 15 and
    // 18, and three more in second 20: that of 13 has waited longest. Then four slots work off the
    // rest.
    assert_eq!(edge.calls.failed(), 0);
    assert_eq!(edge.calls.answered(), 36);
    assert_eq!(edge.latency_ok.max(), Some(secs(7 + 3)));
    assert_eq!(record.services[0].queued, u128::from(secs(91).as_nanos()));
}

/// What is there is finished.
#[test]
fn service_that_drains_finishes_what_it_has_and_takes_nothing_new() {
    let mut system = called_every_second(&[(Drain {}.into(), 10, 20)]);
    system.services[0] = tank::service("service", 1, u32::MAX, Distribution::constant(secs(2)));
    let record = run(&system, 1, Watch::Counts);
    let edge = &record.edges[0];
    assert_eq!(edge.calls.failed_as(Class::Overload), 10);
    assert_eq!(edge.calls.failed(), 10);
    assert_eq!(edge.latency_failed.max(), Some(Duration::ZERO));
    // Nine had come, one each second, and take two seconds each: the last one ends in second 19.
    assert!(edge.latency_ok.max() >= Some(secs(19 - 9)));
}

/// An attempt that was lost leaves nothing behind once its caller has given it up.
#[test]
fn losses_that_are_given_up_take_no_room() {
    let lost = Loss { share: 1.0, permanent: Permanent::Attempt };
    let mut system = called_every_second(&[]);
    system.horizon = at(secs(20_000));
    system.policies = vec![tank::policy(vec![tank::timeout(millis(200))])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    let on_edge = Place::Edge { from: Caller::Agents(0), to: 0 };
    for place in [Place::Service(0), on_edge] {
        let always = tank::once(0, lost.clone(), Duration::ZERO, secs(30_000));
        system.faults = vec![Fault { hits: vec![place], ..always }];
        let limits = Limits { open: 64, ..Limits::default() };
        let options = RunOptions { limits, ..RunOptions::default() };
        let record = run_until(&system, 1, &options);
        assert_eq!(record.stopped, None);
        assert_eq!(record.edges[0].attempts.given_up, record.edges[0].calls.issued - 1);
        assert_eq!(record.services[0].requests.issued, 0);
    }
}

/// A service that is hit by these faults, and called once in each second but the first.
fn called_every_second(outages: &[Outage]) -> System {
    let mut system = hit_by(outages);
    system.warmup = at(Duration::ZERO);
    let latency = Distribution::constant(millis(300));
    system.services[0] = tank::service("service", u32::MAX, 0, latency);
    let arrivals = Arrivals::Open(Distribution::constant(secs(1)));
    system.agents = vec![tank::agents("agent", 1, arrivals, vec![tank::call(0)])];
    system.edges = vec![tank::edge(0, 0, None)];
    system
}

#[track_caller]
fn assert_close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} and not {expected}");
}
