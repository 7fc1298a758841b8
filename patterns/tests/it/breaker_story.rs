//! What a breaker may be set to, and what may happen to it.

use patterns::breaker::{
    Align, Cancelled, Compare, Evaluate, HalfOpen, Late, OpenEnd, OpenWait, Permits, Settings,
    Then, Trip, Verdict, Window,
};
use patterns::{Classes, Span};
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
}

pub(crate) fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let verdict = prop_oneof![
        3 => Just(Verdict::Failure),
        3 => Just(Verdict::Success),
        1 => Just(Verdict::Ignored),
    ];
    let one = prop_oneof![
        4 => (0..6_u64).prop_map(Happening::Pass),
        1 => (0..60_u64).prop_map(Happening::Pass),
        6 => Just(Happening::Admit),
        6 => (any::<usize>(), verdict).prop_map(|(which, how)| Happening::Settle(which, how)),
        1 => any::<usize>().prop_map(Happening::Cancel),
    ];
    prop::collection::vec(one, 1..200)
}

fn window() -> impl Strategy<Value = Window> {
    let size = |nanos| Span::from_nanos(nanos);
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

fn trip() -> impl Strategy<Value = Trip> {
    let compare = prop_oneof![Just(Compare::AtLeast), Just(Compare::MoreThan)];
    let rate = prop::sample::select(vec![0.1, 0.25, 0.5, 0.7, 0.9]);
    prop_oneof![
        (1..5_u32).prop_map(|failures| Trip::Consecutive { failures }),
        (1..5_u32, window()).prop_map(|(failures, window)| Trip::Count { failures, window }),
        (rate, compare, 1..6_u32, window()).prop_map(|(rate, compare, min_calls, window)| {
            Trip::Rate { rate, compare, min_calls, window }
        }),
    ]
}

pub(crate) fn half_open() -> impl Strategy<Value = HalfOpen> {
    let permits = prop_oneof![
        (1..4_u32, 0..3_u32).prop_map(|(k, more)| (Permits::Total(k + more), k)),
        (1..4_u32, 1..4_u32).prop_map(|(k, most)| (Permits::Concurrent(most), k)),
    ];
    let max_wait = prop::option::weighted(0.8, 1..50_u64);
    let then = prop_oneof![3 => Just(Then::Open), 1 => Just(Then::Close)];
    (permits, max_wait, then).prop_map(|((permits, successes), max_wait, then)| {
        let max_wait = max_wait.map(Span::from_nanos);
        HalfOpen { permits, successes, max_wait, then }
    })
}

/// Settings in nanoseconds, so that happenings meet the boundaries.
pub(crate) fn settings() -> impl Strategy<Value = Settings> {
    let fits = |trip: &Trip| match *trip {
        Trip::Consecutive { .. } => true,
        Trip::Count { failures: least, window } | Trip::Rate { min_calls: least, window, .. } => {
            !matches!(window, Window::Calls(calls) if calls < least)
        }
    };
    let trip = trip().prop_filter("can be reached", fits);
    let evaluate = prop_oneof![Just(Evaluate::EveryResult), Just(Evaluate::Failures)];
    let nanos = Span::from_nanos;
    let open = prop_oneof![
        (1..30_u64).prop_map(move |wait| OpenWait::Constant(nanos(wait))),
        (1..10_u64, prop::sample::select(vec![1.0, 1.5, 2.0]), 1..60_u64).prop_map(
            move |(first, factor, cap)| OpenWait::Growing {
                first: nanos(first),
                factor,
                cap: nanos(cap),
            },
        ),
    ];
    let open_end = prop_oneof![Just(OpenEnd::Admits), Just(OpenEnd::Refuses)];
    let late = prop_oneof![
        Just(Late::Drop),
        Just(Late::CountCurrent),
        Just(Late::ActCurrent),
        Just(Late::CountOrigin),
    ];
    let cancelled = prop_oneof![Just(Cancelled::Ignore), Just(Cancelled::Failure)];
    (trip, evaluate, open, open_end, half_open(), late, cancelled).prop_map(
        |(trip, evaluate, open, open_end, half_open, late, cancelled)| Settings {
            trip,
            evaluate,
            failures: Classes::ALL,
            ignored: Classes::NONE,
            open,
            open_end,
            half_open,
            late,
            cancelled,
        },
    )
}
