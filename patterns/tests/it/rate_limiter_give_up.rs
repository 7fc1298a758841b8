//! What becomes of the permits of those that give up while they wait.

use patterns::rate_limiter::{Kind, OnCancel, RateLimiter, Reservation, Settings};
use patterns::{Duration, Permit, Time};
use proptest::prelude::*;

use crate::rate_limiter_model::{Admit, Decision, burst, debt_kinds, fits, plain_kinds};

fn limiter(kind: Kind, max_wait: u64, on_cancel: OnCancel) -> RateLimiter {
    let max_wait = Duration::from_nanos(max_wait);
    let settings = Settings::of(kind).with(|s| (s.max_wait, s.on_cancel) = (max_wait, on_cancel));
    RateLimiter::new(settings).expect("valid")
}

/// The permit of a request that has to wait.
fn reserved(limiter: &mut RateLimiter, now: Time, permits: u32) -> Option<Permit<Reservation>> {
    limiter.try_acquire(now, permits).ok().filter(|permit| now < permit.at())
}

/// One request: the time since the one before, how many permits, and which of those that wait
/// gives up after it, if there are so many.
type Story = Vec<(u64, u32, Option<usize>)>;

fn story() -> impl Strategy<Value = Story> {
    let gives_up = prop::option::weighted(0.4, 0..4_usize);
    prop::collection::vec((0..12_u64, 1..7_u32, gives_up), 1..40)
}

/// What grants permits, and has them given up.
trait Grants {
    type Place;

    /// When so many may be used, if they are granted.
    fn ask(&mut self, now: u64, permits: u32) -> Option<(u64, Self::Place)>;

    fn give_up(&mut self, place: Self::Place, now: u64);
}

impl Grants for RateLimiter {
    type Place = Permit<Reservation>;

    fn ask(&mut self, now: u64, permits: u32) -> Option<(u64, Self::Place)> {
        let permit = self.try_acquire(Time::from_nanos(now), permits).ok()?;
        Some((permit.at().as_nanos(), permit))
    }

    fn give_up(&mut self, place: Self::Place, now: u64) {
        self.cancel(place, Time::from_nanos(now));
    }
}

/// Whether all that is used keeps to the limit, whoever gives up; if not, which grant did not.
fn used_keeps_to(kind: Kind, limits: &mut impl Grants, story: &Story) -> Result<(), String> {
    let mut used = Vec::new();
    let mut now = 0;
    for (passes, permits, gives_up) in story {
        now += passes;
        if let Some((at, place)) = limits.ask(now, *permits) {
            used.push(((at, *permits), place));
        }
        if let Some(nth_last) = gives_up
            && let Some(index) = used.len().checked_sub(nth_last + 1)
            && now < used[index].0.0
        {
            let (_, place) = used.remove(index);
            limits.give_up(place, now);
        }
    }
    let mut before = Vec::new();
    for ((at, permits), _) in used {
        if before.last().is_some_and(|(last, _)| at < *last) {
            return Err(format!("{permits} at {at} overtake {before:?}"));
        }
        if !fits(kind, &before, at, permits) {
            return Err(format!("{permits} at {at} are too many after {before:?}"));
        }
        before.push((at, permits));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_used_keeps_to_the_limit_whoever_gives_up(
        kind in plain_kinds(),
        max_wait in 0..60_u64,
        story in story(),
        on_cancel in prop_oneof![Just(OnCancel::Keeps), Just(OnCancel::GivesBack)],
    ) {
        // Its bound depends on when it was dry.
        prop_assume!(!matches!(kind, Kind::LazyBucket { .. }));
        let kept = used_keeps_to(kind, &mut limiter(kind, max_wait, on_cancel), &story);
        prop_assert_eq!(kept, Ok(()));
    }

    #[test]
    fn who_gives_up_last_leaves_the_place_to_the_next(
        kind in prop_oneof![plain_kinds(), debt_kinds()],
        story in story(),
    ) {
        let mut limiter = limiter(kind, 60, OnCancel::GivesBack);
        let mut now = 0;
        for (passes, permits, gives_up) in story {
            now += passes;
            let time = Time::from_nanos(now);
            let debt = limiter.figures(time).debt;
            let first = reserved(&mut limiter, time, permits);
            if let (Some(place), Some(_)) = (first, gives_up) {
                let at = place.at();
                prop_assert_eq!(limiter.figures(time).debt, debt + u64::from(permits));
                limiter.cancel(place, time);
                prop_assert_eq!(limiter.figures(time).debt, debt);
                prop_assert_eq!(limiter.admit(time, permits), Decision::Reserved(at));
            }
        }
    }

    #[test]
    fn who_keeps_changes_nothing_by_giving_up(
        kind in prop_oneof![plain_kinds(), debt_kinds()],
        story in story(),
    ) {
        let mut limiter = limiter(kind, 60, OnCancel::Keeps);
        let mut calm = limiter.clone();
        let mut now = 0;
        for (passes, permits, gives_up) in story {
            now += passes;
            let time = Time::from_nanos(now);
            let decision = limiter.try_acquire(time, permits);
            prop_assert_eq!(&decision, &calm.try_acquire(time, permits));
            if let (Ok(permit), Some(_)) = (decision, gives_up) {
                limiter.cancel(permit, time);
            }
        }
    }

    #[test]
    fn a_place_whose_time_has_come_is_used(
        kind in prop_oneof![plain_kinds(), debt_kinds()],
        permits in 1..7_u32,
    ) {
        let mut limiter = limiter(kind, 200, OnCancel::GivesBack);
        let granted = (0..60).find_map(|_| reserved(&mut limiter, Time::ZERO, permits));
        if let Some(place) = granted {
            let at = place.at();
            let mut other = limiter.clone();
            limiter.cancel(place, at);
            prop_assert_eq!(limiter.figures(at), other.figures(at));
        } else {
            // Costs that are rounded to nothing keep nobody waiting.
            let free = matches!(kind, Kind::LeakyBucket { .. });
            prop_assert!(free || burst(kind) < permits);
        }
    }
}

/// A bucket of one that gives back whoever stands behind.
struct GivesBackToAll {
    interval: u64,
    next: u64,
}

impl Grants for GivesBackToAll {
    type Place = ();

    fn ask(&mut self, now: u64, _permits: u32) -> Option<(u64, ())> {
        let at = now.max(self.next);
        self.next = at + self.interval;
        Some((at, ()))
    }

    fn give_up(&mut self, (): (), _now: u64) {
        self.next -= self.interval;
    }
}

#[test]
fn to_give_back_what_others_stand_behind_is_found() {
    let kind = Kind::gcra(1, Duration::from_nanos(10), 1);
    let gives_up_second = vec![(0, 1, None), (0, 1, None), (0, 1, Some(1)), (0, 1, None)];
    let mut faulty = GivesBackToAll { interval: 10, next: 0 };
    let found = used_keeps_to(kind, &mut faulty, &gives_up_second);
    assert_eq!(found, Err("1 at 20 are too many after [(0, 1), (20, 1)]".to_owned()));

    let mut right = limiter(kind, 100, OnCancel::GivesBack);
    assert_eq!(used_keeps_to(kind, &mut right, &gives_up_second), Ok(()));
}
