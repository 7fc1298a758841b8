//! What every kind of limiter promises.

use patterns::rate_limiter::{Kind, RateLimiter};
use patterns::settings::Auto;
use patterns::{Class, Classes, Duration, Outcome, Time};
use proptest::prelude::*;

use crate::rate_limiter_model::{Admit, Decision, burst, debt_kinds, limiter, plain_kinds};

const THROTTLED: Outcome = Outcome::failed(Class::RateLimit);

fn span(nanos: u64) -> Duration {
    Duration::from_nanos(nanos)
}

fn warm_kinds() -> impl Strategy<Value = Kind> {
    (3..20_u32, 1..5_u32, 2..4_u32).prop_map(|(rate, secs, cold_factor)| Kind::WarmUp {
        rate,
        secs,
        cold_factor,
    })
}

/// Kinds, and how long some steps of time are for them.
fn kinds() -> impl Strategy<Value = (Kind, u64)> {
    let throttles = Classes::NONE.with(Class::RateLimit);
    prop_oneof![
        8 => plain_kinds().prop_map(|kind| (kind, 1)),
        4 => debt_kinds().prop_map(|kind| (kind, 1)),
        1 => warm_kinds().prop_map(|kind| (kind, 100_000_000)),
        1 => Just((Kind::Cubic { throttles }, 100_000_000)),
    ]
}

/// One request: the time since the one before, how many permits, and how the call ends.
fn story() -> impl Strategy<Value = Vec<(u64, u32, bool)>> {
    prop::collection::vec((0..12_u64, 1..7_u32, prop::bool::weighted(0.2)), 1..40)
}

/// Makes a request, and settles it at once.
fn ask(limiter: &mut RateLimiter, now: Time, permits: u32, throttled: bool) -> Decision {
    let decision = limiter.admit(now, permits);
    if decision == Decision::Granted {
        limiter.observe(if throttled { THROTTLED } else { Outcome::Ok }, now);
    }
    decision
}

fn waits_exactly(kind: Kind, permits: u32) -> bool {
    match kind {
        Kind::RefreshPeriod { limit, .. } | Kind::Bursty { limit, .. } => permits <= limit,
        Kind::Smooth { .. } => permits == 1,
        Kind::Cubic { .. } => false,
        _ => true,
    }
}

/// Whether each look brings up to date what would differ if it were done in one go later.
fn looks_matter(kind: Kind) -> bool {
    matches!(kind, Kind::Bursty { .. } | Kind::WarmUp { .. })
}

fn counts_singly(kind: Kind) -> bool {
    !matches!(kind, Kind::LeakyBucket { .. } | Kind::Smooth { .. } | Kind::Cubic { .. })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn waits_are_exact_and_refusals_change_nothing(
        (kind, unit) in kinds(),
        max_wait in 0..9_u64,
        story in story(),
    ) {
        let mut one = limiter(kind, max_wait * unit);
        let mut other = one.clone();
        let mut now = Time::ZERO;
        for (passes, permits, throttled) in story {
            now = now + span(passes * unit);
            let decision = ask(&mut one, now, permits, throttled);
            match decision {
                Decision::Refused(until) => {
                    let wait = until.since(now);
                    prop_assert!(span(max_wait * unit) < wait);
                    if waits_exactly(kind, permits) {
                        let mut patient = one.clone();
                        let early = now + (wait - span(1));
                        let granted = patient.clone().admit(now + wait, permits);
                        prop_assert_eq!(granted, Decision::Granted);
                        prop_assert_ne!(patient.admit(early, permits), Decision::Granted);
                    }
                }
                Decision::TooLarge => {
                    let varies = matches!(kind, Kind::WarmUp { .. } | Kind::Cubic { .. });
                    prop_assert!(varies || burst(kind) < permits);
                }
                Decision::Granted | Decision::Reserved(_) => {
                    let alone = ask(&mut other, now, permits, throttled);
                    let looks_matter = looks_matter(kind);
                    prop_assert!(looks_matter || alone == decision);
                }
            }
            // Else to look at it is to change it.
            if !looks_matter(kind) {
                prop_assert_eq!(one.clone().figures(now), other.clone().figures(now));
            }
            if burst(kind) < u32::MAX {
                let more = one.admit(now, burst(kind) + 1);
                prop_assert_eq!(more, Decision::TooLarge);
            }
        }
    }

    #[test]
    fn to_set_the_same_limit_changes_nothing(
        (kind, unit) in kinds(),
        max_wait in 0..9_u64,
        story in story(),
        sets in any::<[bool; 40]>(),
    ) {
        let mut calm = limiter(kind, max_wait * unit);
        let mut set = calm.clone();
        let mut now = Time::ZERO;
        for ((passes, permits, throttled), sets) in story.into_iter().zip(sets) {
            now = now + span(passes * unit);
            if sets {
                set.set_limit(kind, now).expect("valid");
            }
            if !looks_matter(kind) {
                prop_assert_eq!(set.figures(now), calm.figures(now));
            } else if sets {
                // To set it is to look at it.
                let _figures = calm.figures(now);
            }
            let decision = ask(&mut set, now, permits, throttled);
            prop_assert_eq!(decision, ask(&mut calm, now, permits, throttled));
        }
    }

    #[test]
    fn many_at_once_are_many_singly((kind, unit) in kinds(), story in story()) {
        prop_assume!(counts_singly(kind));
        let mut at_once = limiter(kind, 0);
        let mut now = Time::ZERO;
        for (passes, permits, _) in story {
            now = now + span(passes * unit);
            let permits = permits.min(burst(kind));
            let mut singly = at_once.clone();
            let all = (0..permits).all(|_| singly.admit(now, 1) == Decision::Granted);
            prop_assert_eq!(at_once.admit(now, permits) == Decision::Granted, all);
            if all {
                for later in [0, 1, 5, 100] {
                    let then = now + span(later * unit);
                    prop_assert_eq!(singly.clone().figures(then), at_once.clone().figures(then));
                }
            }
        }
    }

    #[test]
    fn idle_time_only_adds((kind, unit) in kinds(), story in story(), idle in 0..99_u64) {
        prop_assume!(!matches!(kind, Kind::WarmUp { .. } | Kind::Bursty { .. }));
        let mut limiter = limiter(kind, 20 * unit);
        let mut now = Time::ZERO;
        for (passes, permits, throttled) in story {
            now = now + span(passes * unit);
            ask(&mut limiter, now, permits, throttled);
            let before = limiter.figures(now);
            let later = now + span(idle * unit);
            let after = limiter.clone().figures(later);
            prop_assert!(before.free <= after.free, "{before:?}, later {after:?}");
            let wait = |next: Option<Time>, now| next.map(|next| next.since(now));
            prop_assert!(wait(after.next, later) <= wait(before.next, now));
        }
    }

    #[test]
    fn a_clock_that_steps_back_gives_nothing_back(
        (kind, unit) in kinds(),
        story in story(),
        back in 1..200_u64,
    ) {
        let mut steady = limiter(kind, 0);
        let mut now = Time::from_nanos(50 * unit);
        for (passes, permits, throttled) in story {
            now = now + span(passes * unit);
            ask(&mut steady, now, permits, throttled);
            let mut stepping = steady.clone();
            let earlier = Time::ZERO + (now.since(Time::ZERO) - span(back * unit));
            for permits in [1, permits] {
                let at_now = steady.clone().admit(now, permits);
                prop_assert_eq!(stepping.clone().admit(earlier, permits), at_now);
            }
            prop_assert_eq!(stepping.figures(earlier), steady.clone().figures(now));
        }
    }

    #[test]
    fn what_was_drained_is_gone((kind, unit) in kinds(), story in story()) {
        let mut limiter = limiter(kind, 0);
        let mut now = Time::ZERO;
        for (passes, permits, throttled) in story {
            now = now + span(passes * unit);
            ask(&mut limiter, now, permits, throttled);
            let unlimited = limiter.figures(now).free == u32::MAX
                && matches!(kind, Kind::Cubic { .. });
            let mut drained = limiter.clone();
            drained.drain(now);
            if !unlimited && !matches!(kind, Kind::LeakyBucket { .. } | Kind::LazyBucket { .. }) {
                prop_assert_eq!(drained.figures(now).free, 0);
                prop_assert_ne!(drained.admit(now, 1), Decision::Granted);
            }
        }
    }

    #[test]
    fn twice_as_slow_decides_the_same(
        (limit, length, more) in (1..6_u32, 1..20_u64, 1..6_u32),
        story in story(),
    ) {
        for which in 0..9 {
            let [mut slow, mut fast] =
                [2, 1].map(|factor| limiter(scaled(which, limit, more, length * factor), 0));
            let mut now = 0;
            for (passes, permits, _) in &story {
                now += passes;
                let slow = slow.admit(Time::from_nanos(2 * now), *permits);
                let fast = fast.admit(Time::from_nanos(now), *permits);
                prop_assert_eq!(slow == Decision::Granted, fast == Decision::Granted);
            }
        }
    }

    #[test]
    fn no_time_and_no_length_is_too_long(
        which in 0..9_u32,
        limit in prop_oneof![Just(1_u32), Just(1 << 20)],
        more in prop_oneof![Just(1_u32), Just(u32::MAX)],
        length in prop_oneof![Just(1_u64), Just(u64::MAX)],
        times in prop::collection::vec(prop::sample::select(vec![0, 1, u64::MAX - 1, u64::MAX]), 8),
        permits in prop_oneof![Just(1_u32), Just(1 << 20), Just(u32::MAX)],
        max_wait in prop_oneof![Just(0), Just(u64::MAX)],
    ) {
        let mut limiter = limiter(scaled(which, limit, more, length), max_wait);
        for time in times {
            let now = Time::from_nanos(time);
            if let Decision::Reserved(place) = limiter.admit(now, permits) {
                prop_assert!(now < place && place < Time::MAX);
            }
            let free = limiter.figures(now).free;
            if 0 < free {
                prop_assert_eq!(limiter.clone().admit(now, free), Decision::Granted);
            }
        }
    }
}

fn scaled(which: u32, limit: u32, more: u32, length: u64) -> Kind {
    let length = span(length);
    match which {
        0 => Kind::FixedWindow { limit, window: length },
        1 => Kind::SlidingLog { limit, window: length },
        2 => Kind::SlidingCounter { limit, window: length },
        3 => Kind::TokenBucket {
            permits: more,
            per: length,
            burst: Auto::Is(limit),
            first: Auto::Is(0),
        },
        4 => Kind::gcra(more, length, limit),
        5 => Kind::IntervalBucket { fill: more, every: length, burst: Auto::Is(limit) },
        6 => Kind::LazyBucket { interval: length, burst: limit },
        7 => Kind::RefreshPeriod { limit, period: length },
        _ => Kind::SlidingWindow { limit, window: length, segments: 1 },
    }
}
