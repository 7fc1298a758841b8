//! What a circuit breaker promises, whatever happens to it.

use patterns::backoff::{Curve, Jitter};
use patterns::breaker::{
    Boundary, Breaker, Close, Compare, Evaluate, Memory, Permits, Settings, State, Token, Trip,
    Window,
};
use patterns::{Classification, Duration, Permit, Reason, Rejected, Time};
use proptest::prelude::*;

use crate::breaker_story::{Happening, growing, half_open, happenings, settings};

/// Opens on this number of failures in a row, for 20 s; one probe at a time, for at most 60 s.
pub(crate) fn in_a_row(failures: u32) -> Settings {
    Settings::of(Trip::failures(failures), Duration::from_secs(20))
        .with(|settings| settings.half_open.half_open_timeout = Some(Duration::from_secs(60)))
}

/// A draw, for those that matter not.
pub(crate) fn half() -> f64 {
    0.5
}

pub(crate) fn breaker(settings: Settings) -> Breaker {
    Breaker::new(settings).expect("valid")
}

pub(crate) fn at(secs: u64) -> Time {
    Time::ZERO + Duration::from_secs(secs)
}

/// Makes one call that ends at once.
pub(crate) fn call(breaker: &mut Breaker, verdict: Classification, now: Time) -> bool {
    breaker
        .try_acquire_with(now, &mut half)
        .map(|permit| breaker.record_with(permit, verdict, now, &mut half))
        .is_ok()
}

/// What a breaker decided at each happening of a story, in times since its beginning.
fn decisions(
    breaker: &mut Breaker,
    story: &[Happening],
    start: u64,
    scale: u64,
) -> Vec<(Option<Rejection>, &'static str, u64)> {
    let mut now = start;
    let mut permits: Vec<Permit<Token>> = Vec::new();
    let mut decided = Vec::new();
    for happening in story {
        let time = Time::from_nanos(now);
        let mut refused = None;
        match *happening {
            Happening::Pass(nanos) => now += nanos * scale,
            Happening::Admit => match breaker.try_acquire_with(time, &mut half) {
                Ok(permit) => permits.push(permit),
                Err(Rejected { reason, until }) => {
                    let until = until.map(|until| (until.as_nanos() - start) / scale);
                    refused = Some((reason, until));
                }
            },
            Happening::Settle(_, _) | Happening::Cancel(_) if permits.is_empty() => {}
            Happening::Settle(which, verdict) => {
                let permit = permits.swap_remove(which % permits.len());
                breaker.record_with(permit, verdict, time, &mut half);
            }
            Happening::Cancel(which) => {
                let permit = permits.swap_remove(which % permits.len());
                permits.extend(breaker.cancel_with(permit, time, &mut half));
            }
            Happening::Set(mode) => breaker.set_mode(mode, time),
            Happening::OpenFor(nanos) => {
                let _done = breaker.open_for(Duration::from_nanos(nanos * scale), time);
            }
            Happening::HalfOpen => {
                let _done = breaker.half_open_with(time, &mut half);
            }
            Happening::Close => {
                let _done = breaker.close(time);
            }
        }
        let failures = breaker.counts(Time::from_nanos(now)).failures;
        decided.push((refused, breaker.state().name(), failures));
    }
    decided
}

type Rejection = (Reason, Option<u64>);

/// The windows of a condition, and the times after which its averages forget.
fn windows(trip: &mut Trip) -> (Vec<&mut Window>, Vec<&mut Duration>) {
    match trip {
        Trip::Consecutive { within, .. } => (within.iter_mut().collect(), Vec::new()),
        Trip::Average { memory: Memory::Share(_), .. } => (Vec::new(), Vec::new()),
        Trip::Average { memory: Memory::Time(span), .. } => (Vec::new(), vec![span]),
        Trip::Count { window, .. } | Trip::Rate { window, .. } => (vec![window], Vec::new()),
        Trip::Any(trips) | Trip::All(trips) => {
            let (all, spans): (Vec<_>, Vec<_>) = trips.iter_mut().map(windows).unzip();
            (all.into_iter().flatten().collect(), spans.into_iter().flatten().collect())
        }
    }
}

/// The size of a window of time, and in how many buckets it is.
fn parts(window: &mut Window) -> Option<(&mut Duration, u32)> {
    match window {
        Window::Epoch { size, buckets }
        | Window::FirstEvent { size, buckets }
        | Window::SinceClosed { size, buckets } => Some((size, *buckets)),
        Window::Sliding { size } => Some((size, 1)),
        Window::Calls(_) | Window::All => None,
    }
}

proptest! {
    /// Nothing but the time since the beginning matters, but for whole periods of a grid.
    #[test]
    fn a_breaker_has_no_time_of_its_own(
        settings in settings(),
        periods in 0..1_000_u64,
        story in happenings(),
    ) {
        let mut settings = settings;
        let widths = windows(&mut settings.trip).0.into_iter().map(|window| match window {
            Window::Epoch { size, buckets } => size.as_nanos().div_ceil((*buckets).into()),
            _ => 1,
        });
        let period: u64 = widths.product();
        let [here, there] = [0, periods * period].map(|start| {
            let mut breaker = breaker(settings.clone());
            breaker.close(Time::from_nanos(start)).expect("not held");
            decisions(&mut breaker, &story, start, 1)
        });
        prop_assert_eq!(here, there);
    }

    /// With every length of time doubled, the same is decided.
    #[test]
    fn a_breaker_knows_no_unit_of_time(settings in settings(), story in happenings()) {
        let mut short = settings.with(|settings| settings.boundary = Boundary::Admits);
        if short.open.constant().is_none() {
            // Growing by a half would round, and so would jitter.
            short.open.0.curve = Curve::doubling(Duration::from_nanos(3));
            short.open.0.jitter = Jitter::None;
        }
        for window in windows(&mut short.trip).0 {
            if let Window::Sliding { .. } = window {
                return Ok(());
            }
            if let Some((size, buckets)) = parts(window) {
                *size = *size * u64::from(buckets);
            }
        }
        let mut long = short.clone();
        match &mut long.open.0.curve {
            Curve::Constant(wait) => *wait = *wait * 2,
            curve => *curve = Curve::doubling(Duration::from_nanos(6)),
        }
        long.open.0.cap = short.open.0.cap.map(|cap| cap * 2);
        long.half_open.half_open_timeout = short.half_open.half_open_timeout.map(|wait| wait * 2);
        if let Permits::OneEvery(wait) = &mut long.half_open.permits {
            *wait = *wait * 2;
        }
        long.slow = short.slow.map(|slow| slow * 2);
        if let Evaluate::Periodically(period) | Evaluate::Ticks(period) = &mut long.evaluate {
            *period = *period * 2;
        }
        long.ramp = short.ramp * 2;
        long.interval = short.interval.map(|interval| interval * 2);
        let (in_windows, in_averages) = windows(&mut long.trip);
        for window in in_windows {
            if let Some((size, _)) = parts(window) {
                *size = *size * 2;
            }
        }
        for span in in_averages {
            *span = *span * 2;
        }
        let of_short = decisions(&mut breaker(short), &story, 0, 1);
        let of_long = decisions(&mut breaker(long), &story, 0, 2);
        prop_assert_eq!(of_short, of_long);
    }

    /// A copy goes on as the original does.
    #[test]
    fn a_copy_has_all_there_is(
        settings in settings(),
        story in happenings(),
        rest in happenings(),
    ) {
        let mut one = breaker(settings);
        let _told = decisions(&mut one, &story, 0, 1);
        let mut other = one.clone();
        let far = 100_000;
        prop_assert_eq!(
            decisions(&mut one, &rest, far, 1),
            decisions(&mut other, &rest, far, 1)
        );
    }

    /// Lost, cancelled and ignored probes keep no call out for longer than the longest wait.
    #[test]
    fn half_open_never_lasts(
        settings in settings(),
        half_open in half_open(),
        half_open_timeout in 1..50_u64,
        story in happenings(),
    ) {
        let mut story = story;
        story.retain(|happening| !matches!(happening, Happening::Set(_)));
        let longest = Some(Duration::from_nanos(half_open_timeout));
        let half_open = half_open.with(|s| s.half_open_timeout = longest);
        // Decided now and then, it might open at the very call that is made below.
        let evaluate = Evaluate::EveryResult;
        let mut breaker = breaker(settings.with(|s| { s.half_open = half_open; s.evaluate = evaluate; }));
        let decided = decisions(&mut breaker, &story, 0, 1);
        let passed: u64 = story
            .iter()
            .map(|happening| if let Happening::Pass(nanos) = happening { *nanos } else { 0 })
            .sum();
        prop_assert_eq!(decided.len(), story.len());
        // No wait and no ramp of the generated settings is longer than 60 ns, and refusal at the
        // end of a wait 1 more.
        let later = Time::from_nanos(passed + half_open_timeout + 61);
        prop_assert!(breaker.try_acquire_with(later, &mut || 0.0).is_ok());
    }

    /// A clock that is set back may not admit what would be refused where it stood.
    #[test]
    fn a_clock_that_goes_back_admits_no_more(
        settings in settings(),
        story in happenings(),
        back in 1..100_u64,
    ) {
        let mut breaker = breaker(settings);
        let _told = decisions(&mut breaker, &story, 1_000, 1);
        let now = match breaker.state() {
            State::Open { until } if until > Time::ZERO => {
                Time::from_nanos(until.as_nanos() - 1)
            }
            _ => return Ok(()),
        };
        prop_assert!(breaker.try_acquire_with(now, &mut half).is_err());
        let earlier = Time::from_nanos(now.as_nanos().saturating_sub(back));
        prop_assert!(breaker.try_acquire_with(earlier, &mut half).is_err());
    }

    #[test]
    fn successes_alone_never_open(
        settings in settings(),
        pauses in prop::collection::vec(0..50_u64, 1..200),
    ) {
        let mut breaker = breaker(settings);
        let mut now = Time::ZERO;
        for pause in pauses {
            now = now + Duration::from_nanos(pause);
            prop_assert!(call(&mut breaker, Classification::Success, now));
            prop_assert_eq!(breaker.state(), State::Closed);
        }
    }

    /// However few or many fail, fewer calls than the minimum say nothing.
    #[test]
    fn below_the_minimum_nothing_opens(min_calls in 2..20_u32, window in 20..40_u32) {
        let trip = Trip::rate(0.01, Window::Calls(window)).compared(Compare::AtLeast).at_min_calls(min_calls);
        let mut breaker = breaker(in_a_row(1).with(|s| s.trip = trip));
        for _ in 1..min_calls {
            prop_assert!(call(&mut breaker, Classification::Failure, at(0)));
            prop_assert_eq!(breaker.state(), State::Closed);
        }
        prop_assert!(call(&mut breaker, Classification::Failure, at(0)));
        prop_assert_eq!(breaker.state(), State::Open { until: at(20) });
    }
}

/// The end of half-open time is noticed late, but it was then that the breaker opened.
#[test]
fn an_hour_without_calls_is_no_reason_to_wait_more() {
    let mut breaker = breaker(in_a_row(1));
    assert!(call(&mut breaker, Classification::Failure, at(0)));
    let _lost = breaker.try_acquire(at(20)).expect("a probe");
    assert_eq!(breaker.state_at(at(3_600)).name(), "half-open");
    assert!(call(&mut breaker, Classification::Success, at(3_600)));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn an_ignored_probe_makes_room_for_another() {
    for permits in [Permits::Total(1), Permits::Concurrent(1)] {
        let mut settings = in_a_row(1);
        settings.half_open.permits = permits;
        let mut breaker = breaker(settings);
        assert!(call(&mut breaker, Classification::Failure, at(0)));
        for _ in 0..10 {
            assert!(call(&mut breaker, Classification::Ignored, at(20)), "{permits:?}");
            assert!(
                breaker
                    .try_acquire(at(20))
                    .map(|given_up| breaker.cancel(given_up, at(20)))
                    .is_ok()
            );
        }
        assert_eq!(breaker.state().name(), "half-open");
    }
}

#[test]
fn the_open_wait_grows_until_it_closes() {
    let open = growing(Duration::from_secs(10), 2.0, Duration::from_secs(30), Jitter::None);
    let mut breaker = breaker(in_a_row(1).with(|s| s.open = open));
    let mut now = at(0);
    for wait in [10, 20, 30, 30] {
        assert!(call(&mut breaker, Classification::Failure, now));
        let until = now + Duration::from_secs(wait);
        assert_eq!(breaker.state(), State::Open { until });
        now = until;
    }
    assert!(call(&mut breaker, Classification::Success, now));
    assert_eq!(breaker.state(), State::Closed);
    assert!(call(&mut breaker, Classification::Failure, now));
    assert_eq!(breaker.state(), State::Open { until: now + Duration::from_secs(10) });
}

#[test]
fn half_open_closes_after_so_many_successes_and_one_failure_opens() {
    let mut settings = in_a_row(1);
    settings.half_open.permits = Permits::Total(5);
    settings.half_open.close = Close::Successes(3);
    let mut breaker = breaker(settings);
    assert!(call(&mut breaker, Classification::Failure, at(0)));
    assert!(call(&mut breaker, Classification::Success, at(20)));
    assert!(call(&mut breaker, Classification::Success, at(21)));
    assert!(call(&mut breaker, Classification::Failure, at(22)));
    assert_eq!(breaker.state(), State::Open { until: at(42) });
    for secs in 42..45 {
        assert_eq!(breaker.state_at(at(secs)).name(), "half-open");
        assert!(call(&mut breaker, Classification::Success, at(secs)));
    }
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_total_of_permits_is_not_renewed_by_successes() {
    let mut settings = in_a_row(1);
    settings.half_open.permits = Permits::Total(2);
    settings.half_open.close = Close::Successes(2);
    let mut breaker = breaker(settings);
    assert!(call(&mut breaker, Classification::Failure, at(0)));
    assert!(call(&mut breaker, Classification::Success, at(20)));
    let last = breaker.try_acquire(at(20)).expect("the second of two");
    assert!(breaker.try_acquire(at(20)).is_err());
    breaker.record(last, Classification::Success, at(20));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn without_a_max_wait_half_open_lasts_to_the_end_of_time() {
    let mut settings = in_a_row(1);
    settings.half_open.half_open_timeout = None;
    let mut breaker = breaker(settings);
    assert!(call(&mut breaker, Classification::Failure, at(0)));
    let probe = breaker.try_acquire(at(20)).expect("a probe");
    assert!(breaker.try_acquire(Time::MAX).is_err());
    assert_eq!(breaker.state().name(), "half-open");
    breaker.record(probe, Classification::Success, Time::MAX);
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_clock_that_stands_still_stops_nothing_but_waits() {
    let window = Window::Epoch { size: Duration::from_secs(9), buckets: 3 };
    let trip = Trip::Count { failures: 1_000, window };
    let mut breaker = breaker(in_a_row(1).with(|s| s.trip = trip));
    for _ in 0..999 {
        assert!(call(&mut breaker, Classification::Failure, at(7)));
    }
    assert_eq!(breaker.state(), State::Closed);
    assert!(call(&mut breaker, Classification::Failure, at(7)));
    assert!(!call(&mut breaker, Classification::Success, at(7)));
}
