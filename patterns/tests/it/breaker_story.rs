//! What a breaker may be set to, and what may happen to it.

use patterns::backoff::{self, Curve, Jitter};
use patterns::breaker::{
    Boundary, Close, Compare, CountAt, Evaluate, HalfOpen, LateResults, Memory, Mode, OnCancel,
    OnIgnored, OpenWait, Permits, Settings, Then, Trip, Window,
};
use patterns::{Classes, Classification, Duration};
use proptest::prelude::*;

/// What can happen to a breaker.
#[derive(Clone, Debug)]
pub(crate) enum Happening {
    Pass(u64),
    Admit,
    /// Settles the open permit at this index, counted round.
    Settle(usize, Classification),
    /// Gives up the call of the open permit at this index, counted round.
    Cancel(usize),
    /// Somebody takes it in hand.
    Set(Mode),
    OpenFor(u64),
    HalfOpen,
    Close,
}

pub(crate) fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let verdict = prop_oneof![
        3 => Just(Classification::Failure),
        3 => Just(Classification::Success),
        1 => Just(Classification::Ignored),
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
        10 => (1..40_u64).prop_map(Happening::OpenFor),
        10 => Just(Happening::HalfOpen),
        3 => Just(Happening::Close),
    ];
    prop::collection::vec(one, 1..200)
}

fn window_of_time() -> impl Strategy<Value = Window> {
    let size = |nanos| Duration::from_nanos(nanos);
    prop_oneof![
        (1..40_u64).prop_map(move |nanos| Window::Sliding { size: size(nanos) }),
        (1..5_u32, 5..40_u64)
            .prop_map(move |(buckets, nanos)| Window::Epoch { size: size(nanos), buckets }),
        (1..5_u32, 5..40_u64)
            .prop_map(move |(buckets, nanos)| Window::FirstEvent { size: size(nanos), buckets }),
        (1..5_u32, 5..40_u64)
            .prop_map(move |(buckets, nanos)| Window::SinceClosed { size: size(nanos), buckets }),
    ]
}

fn window() -> impl Strategy<Value = Window> {
    prop_oneof![
        // Around the width of a word, too.
        3 => prop_oneof![1..8_u32, 63..67_u32].prop_map(Window::Calls),
        6 => window_of_time(),
        1 => Just(Window::All),
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
    let rates = prop_oneof![
        rate().prop_map(|(rate, compare)| (Some(rate), None, compare)),
        rate().prop_map(|(rate, compare)| (None, Some(rate), compare)),
        (rate(), rate()).prop_map(|((rate, compare), (slow, _))| (Some(rate), Some(slow), compare)),
    ];
    let within = prop::option::weighted(0.4, window_of_time());
    prop_oneof![
        2 => (1..5_u32, within)
            .prop_map(|(failures, within)| Trip::Consecutive { failures, within }),
        2 => (1..5_u32, window())
            .prop_filter("can be reached", |(failures, window)| fits(*window, *failures))
            .prop_map(|(failures, window)| Trip::Count { failures, window }),
        4 => (rates, 1..6_u32, window())
            .prop_filter("can be reached", |(_, calls, window)| fits(*window, calls - 1))
            .prop_map(|((rate, slow_rate, compare), min_calls, window)| {
                Trip::Rate { rate, slow_rate, window, min_calls: Some(min_calls), compare }
            }),
        1 => (memory, rate(), 1..6_u32).prop_map(|(memory, (rate, compare), min_calls)| {
            Trip::Average { memory, rate, compare, min_calls: Some(min_calls) }
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
        1 => (1..5_u32, rate(), rate()).prop_map(|(probes, (probe_rate, compare), (slow, _))| {
            let (probe_slow_rate, probe_compare) = (slow, compare);
            (Close::Rate { probes, probe_rate, probe_slow_rate, probe_compare }, probes)
        }),
        1 => (1..4_u32, rate()).prop_map(|(latest_probes, (probe_rate, _))| {
            (Close::Latest { latest_probes, probe_rate }, latest_probes + 1)
        }),
    ]
}

pub(crate) fn half_open() -> impl Strategy<Value = HalfOpen> {
    let permits = (close(), 0..3_u32, 0..6_u8).prop_map(|((close, least), more, kind)| {
        let permits = match kind {
            0 | 1 => Permits::Total(least + more),
            2 | 3 => Permits::Concurrent(more + 1),
            4 => Permits::Share([0.2, 0.5, 1.0][more as usize]),
            _ => Permits::OneEvery(Duration::from_nanos([1, 5, 20][more as usize])),
        };
        (permits, close)
    });
    let half_open_timeout = prop::option::weighted(0.8, 1..50_u64);
    let then = prop_oneof![3 => Just(Then::Open), 1 => Just(Then::Close)];
    let on_ignored = prop_oneof![
        2 => Just(OnIgnored::GiveBack),
        1 => Just(OnIgnored::Open),
        1 => Just(OnIgnored::Keep),
    ];
    (permits, half_open_timeout, then, on_ignored, any::<bool>()).prop_map(
        |((permits, close), half_open_timeout, then, on_ignored, count_last)| {
            HalfOpen::default().with(|half_open| {
                half_open.permits = permits;
                half_open.close = close;
                half_open.half_open_timeout = half_open_timeout.map(Duration::from_nanos);
                half_open.then = then;
                half_open.on_ignored = on_ignored;
                half_open.count_last = count_last;
            })
        },
    )
}

/// An open wait that grows, and stays between two lengths.
pub(crate) fn growing(base: Duration, factor: f64, cap: Duration, jitter: Jitter) -> OpenWait {
    let curve = Curve::Exponential { base, factor };
    backoff::Settings::of(curve).capped(cap).spread(jitter).into()
}

/// Settings in nanoseconds, so that happenings meet the boundaries.
pub(crate) fn settings() -> impl Strategy<Value = Settings> {
    let nanos = Duration::from_nanos;
    let evaluate = prop_oneof![
        3 => Just(Evaluate::EveryResult),
        3 => Just(Evaluate::Failures),
        1 => (1..30_u64).prop_map(move |period| Evaluate::Periodically(nanos(period))),
        1 => (1..30_u64).prop_map(move |period| Evaluate::Ticks(nanos(period))),
    ];
    let jitter = prop_oneof![
        3 => Just(Jitter::None),
        1 => Just(Jitter::Full),
        1 => Just(Jitter::Equal),
        1 => Just(Jitter::Decorrelated),
    ];
    let factor = prop::sample::select(vec![1.0, 1.5, 2.0]);
    let open = prop_oneof![
        (1..30_u64).prop_map(move |wait| OpenWait::from(nanos(wait))),
        (1..10_u64, factor, 1..60_u64, jitter).prop_map(move |(first, factor, cap, jitter)| {
            growing(nanos(first), factor, nanos(cap), jitter)
        }),
    ];
    let boundary = prop_oneof![Just(Boundary::Admits), Just(Boundary::Refuses)];
    let ramp = prop_oneof![
        2 => Just((0, 0.1)),
        1 => (1..60_u64, prop::sample::select(vec![0.0, 0.3, 1.0])),
    ];
    let late = prop_oneof![
        Just(LateResults::Drop),
        Just(LateResults::CountCurrent),
        Just(LateResults::ActCurrent),
        Just(LateResults::ActClosed),
        Just(LateResults::CountOrigin),
        Just(LateResults::Extend),
    ];
    let on_cancel = prop_oneof![
        Just(OnCancel::Ignore),
        Just(OnCancel::Forget),
        Just(OnCancel::Failure),
        Just(OnCancel::FailureOfProbe),
        Just(OnCancel::Success),
    ];
    let ends = (open, boundary, half_open(), ramp);
    let record = (prop::option::weighted(0.2, 1..60_u64), prop::bool::weighted(0.3));
    (trip(), 0..20_u64, evaluate, ends, record, late, on_cancel).prop_map(
        move |(trip, slow, evaluate, ends, (interval, at_admission), late, on_cancel)| {
            let (open, boundary, half_open, (ramp, ramp_first)) = ends;
            let at_admission = at_admission && !begins_with_events(&trip);
            Settings::of(trip, nanos(1)).with(|settings| {
                settings.slow = Some(nanos(slow));
                settings.evaluate = evaluate;
                settings.count = Classes::ALL;
                settings.ignore = Classes::NONE;
                settings.open = open;
                settings.boundary = boundary;
                settings.half_open = half_open;
                settings.ramp = nanos(ramp);
                settings.ramp_first = ramp_first;
                settings.interval = interval.map(nanos);
                if at_admission {
                    settings.count_at = CountAt::Admission;
                }
                settings.late = late;
                settings.on_cancel = on_cancel;
            })
        },
    )
}

/// Whether it has buckets that begin at their first result.
fn begins_with_events(trip: &Trip) -> bool {
    match trip {
        Trip::Consecutive { within, .. } => matches!(within, Some(Window::FirstEvent { .. })),
        Trip::Count { window, .. } | Trip::Rate { window, .. } => {
            matches!(window, Window::FirstEvent { .. })
        }
        Trip::Average { .. } => false,
        Trip::Any(trips) | Trip::All(trips) => trips.iter().any(begins_with_events),
    }
}
