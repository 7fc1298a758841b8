//! What a breaker may be set to, and what may happen to it.

use patterns::backoff::{self, Curve, Jitter};
use patterns::breaker::{
    Align, Boundary, Cancelled, Close, Compare, Evaluate, HalfOpen, Late, Memory, Mode, OpenWait,
    Permits, Ramp, Settings, Then, Trip, Verdict, Window,
};
use patterns::{Classes, Duration};
use proptest::prelude::*;

/// What can happen to a breaker.
#[derive(Clone, Debug)]
pub(crate) enum Happening {
    Pass(u64),
    Admit,
    /// Settles the open permit at this index, counted round.
    Settle(usize, Verdict),
    /// Gives up the call of the open permit at this index, counted round.
    Cancel(usize),
    /// Somebody takes it in hand.
    Set(Mode),
}

pub(crate) fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let verdict = prop_oneof![
        3 => Just(Verdict::Failure),
        3 => Just(Verdict::Success),
        1 => Just(Verdict::Ignored),
    ];
    let one = prop_oneof![
        400 => (0..6_u64).prop_map(Happening::Pass),
        100 => (0..60_u64).prop_map(Happening::Pass),
        600 => Just(Happening::Admit),
        600 => (any::<usize>(), verdict).prop_map(|(which, how)| Happening::Settle(which, how)),
        100 => any::<usize>().prop_map(Happening::Cancel),
        1 => Just(Happening::Set(Mode::ForcedOpen)),
        1 => Just(Happening::Set(Mode::Disabled)),
        1 => Just(Happening::Set(Mode::MetricsOnly)),
        3 => Just(Happening::Set(Mode::Automatic)),
    ];
    prop::collection::vec(one, 1..200)
}

fn window() -> impl Strategy<Value = Window> {
    let size = |nanos| Duration::from_nanos(nanos);
    prop_oneof![
        // Around the width of a word, too.
        prop_oneof![1..8_u32, 63..67_u32].prop_map(Window::Calls),
        (1..40_u64).prop_map(move |nanos| Window::Time { size: size(nanos), align: Align::Exact }),
        (1..5_u32, 5..40_u64).prop_map(move |(buckets, nanos)| Window::Time {
            size: size(nanos),
            align: Align::Epoch { buckets },
        }),
        (1..5_u32, 5..40_u64).prop_map(move |(buckets, nanos)| Window::Time {
            size: size(nanos),
            align: Align::FirstEvent { buckets },
        }),
    ]
}

fn rate() -> impl Strategy<Value = (f64, Compare)> {
    let compare = prop_oneof![Just(Compare::AtLeast), Just(Compare::MoreThan)];
    (prop::sample::select(vec![0.1, 0.25, 0.5, 0.7, 0.9]), compare)
}

fn fits(window: Window, least: u32) -> bool {
    !matches!(window, Window::Calls(calls) if calls < least)
}

/// One condition.
pub(crate) fn rule() -> impl Strategy<Value = Trip> {
    let memory = prop_oneof![
        prop::sample::select(vec![0.1, 0.5, 1.0]).prop_map(Memory::Share),
        (1..40_u64).prop_map(|nanos| Memory::Time(Duration::from_nanos(nanos))),
    ];
    prop_oneof![
        2 => (1..5_u32).prop_map(|failures| Trip::Consecutive { failures }),
        2 => (1..5_u32, window())
            .prop_filter("can be reached", |(failures, window)| fits(*window, *failures))
            .prop_map(|(failures, window)| Trip::Count { failures, window }),
        4 => (rate(), 1..6_u32, window(), any::<bool>())
            .prop_filter("can be reached", |(_, calls, window, _)| fits(*window, calls - 1))
            .prop_map(|((rate, compare), min_calls, window, slow)| if slow {
                Trip::SlowRate { rate, compare, min_calls, window }
            } else {
                Trip::Rate { rate, compare, min_calls, window }
            }),
        1 => (memory, rate(), 1..6_u32).prop_map(|(memory, (rate, compare), min_calls)| {
            Trip::Average { memory, rate, compare, min_calls }
        }),
    ]
}

fn trip() -> impl Strategy<Value = Trip> {
    prop_oneof![
        6 => rule(),
        1 => prop::collection::vec(rule(), 1..4).prop_map(Trip::Any),
        1 => prop::collection::vec(rule(), 1..4).prop_map(Trip::All),
    ]
}

fn close() -> impl Strategy<Value = (Close, u32)> {
    prop_oneof![
        3 => (1..4_u32).prop_map(|k| (Close::Successes(k), k)),
        1 => (1..4_u32, 0..4_u32).prop_map(|(successes, more)| {
            (Close::Of { successes, probes: successes + more }, successes + more)
        }),
        1 => (1..5_u32, rate(), rate()).prop_map(|(probes, (failures, compare), (slow, _))| {
            (Close::Rate { probes, failures, slow, compare }, probes)
        }),
        1 => (1..4_u32, rate()).prop_map(|(probes, (failures, _))| {
            (Close::Latest { probes, failures }, probes + 1)
        }),
    ]
}

pub(crate) fn half_open() -> impl Strategy<Value = HalfOpen> {
    let permits = (close(), 0..3_u32, 0..5_u8).prop_map(|((close, least), more, kind)| {
        let permits = match kind {
            0 | 1 => Permits::Total(least + more),
            2 | 3 => Permits::Concurrent(more + 1),
            _ => Permits::Share([0.2, 0.5, 1.0][more as usize]),
        };
        (permits, close)
    });
    let half_open_timeout = prop::option::weighted(0.8, 1..50_u64);
    let then = prop_oneof![3 => Just(Then::Open), 1 => Just(Then::Close)];
    (permits, half_open_timeout, then).prop_map(|((permits, close), half_open_timeout, then)| {
        let half_open_timeout = half_open_timeout.map(Duration::from_nanos);
        HalfOpen { permits, close, half_open_timeout, then }
    })
}

/// An open wait that grows, and stays between two lengths.
pub(crate) fn growing(first: Duration, factor: f64, cap: Duration, jitter: Jitter) -> OpenWait {
    let curve = Curve::Exponential { base: first, factor };
    OpenWait::Backoff(backoff::Settings::of(curve).capped(cap).spread(jitter))
}

/// Settings in nanoseconds, so that happenings meet the boundaries.
pub(crate) fn settings() -> impl Strategy<Value = Settings> {
    let nanos = Duration::from_nanos;
    let evaluate = prop_oneof![
        3 => Just(Evaluate::EveryResult),
        3 => Just(Evaluate::Failures),
        1 => (1..30_u64).prop_map(move |period| Evaluate::Periodically(nanos(period))),
    ];
    let jitter = prop_oneof![
        3 => Just(Jitter::None),
        1 => Just(Jitter::Full),
        1 => Just(Jitter::Equal),
        1 => Just(Jitter::Decorrelated),
    ];
    let factor = prop::sample::select(vec![1.0, 1.5, 2.0]);
    let open = prop_oneof![
        (1..30_u64).prop_map(move |wait| OpenWait::Constant(nanos(wait))),
        (1..10_u64, factor, 1..60_u64, jitter).prop_map(move |(first, factor, cap, jitter)| {
            growing(nanos(first), factor, nanos(cap), jitter)
        }),
    ];
    let boundary = prop_oneof![Just(Boundary::Admits), Just(Boundary::Refuses)];
    let ramp = (prop::sample::select(vec![0.0, 0.3, 1.0]), 1..60_u64)
        .prop_map(move |(first, over)| Ramp { first, over: nanos(over) });
    let late = prop_oneof![
        Just(Late::Drop),
        Just(Late::CountCurrent),
        Just(Late::ActCurrent),
        Just(Late::ActClosed),
        Just(Late::CountOrigin),
    ];
    let cancelled = prop_oneof![
        Just(Cancelled::Ignore),
        Just(Cancelled::Failure),
        Just(Cancelled::FailureOfProbe),
        Just(Cancelled::Success),
    ];
    let ends = (open, boundary, half_open(), prop::option::weighted(0.3, ramp));
    (trip(), 0..20_u64, evaluate, ends, late, cancelled).prop_map(
        move |(trip, slow, evaluate, (open, boundary, half_open, ramp), late, cancelled)| {
            Settings {
                slow: Some(nanos(slow)),
                evaluate,
                count: Classes::ALL,
                ignore: Classes::NONE,
                open,
                boundary,
                half_open,
                ramp,
                late,
                cancelled,
                ..Settings::new(trip, nanos(1))
            }
        },
    )
}
