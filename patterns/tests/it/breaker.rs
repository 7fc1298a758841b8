//! What a circuit breaker promises, whatever happens to it.

use patterns::backoff::{Curve, Jitter};
use patterns::breaker::{
    Align, Boundary, Breaker, Close, Compare, Evaluate, HalfOpen, Memory, OpenWait, Permit,
    Permits, Ramp, Settings, State, Trip, Verdict, Window,
};
use patterns::{Duration, Time};
use proptest::prelude::*;

use crate::breaker_story::{Happening, growing, half_open, happenings, settings};

/// Opens on so many failures in a row, for 20 s; one probe at a time, for at most 60 s.
pub(crate) fn in_a_row(failures: u32) -> Settings {
    Settings::new(Trip::Consecutive { failures }, Duration::from_secs(20))
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
pub(crate) fn call(breaker: &mut Breaker, verdict: Verdict, now: Time) -> bool {
    breaker.admit(now, half).map(|permit| breaker.settle(permit, verdict, now, half)).is_ok()
}

/// What a breaker decided at each happening of a story, told in times since its beginning.
fn decisions(
    breaker: &mut Breaker,
    story: &[Happening],
    start: u64,
    scale: u64,
) -> Vec<(Option<u64>, &'static str, u64)> {
    let mut now = start;
    let mut permits: Vec<Permit> = Vec::new();
    let mut told = Vec::new();
    for happening in story {
        let time = Time::from_nanos(now);
        let mut refused = None;
        match *happening {
            Happening::Pass(nanos) => now += nanos * scale,
            Happening::Admit => match breaker.admit(time, half) {
                Ok(permit) => permits.push(permit),
                Err(until) => refused = Some((until.until.as_nanos() - start) / scale),
            },
            Happening::Settle(_, _) | Happening::Cancel(_) if permits.is_empty() => {}
            Happening::Settle(which, verdict) => {
                let permit = permits.swap_remove(which % permits.len());
                breaker.settle(permit, verdict, time, half);
            }
            Happening::Cancel(which) => {
                let permit = permits.swap_remove(which % permits.len());
                permits.extend(breaker.cancel(permit, time, half));
            }
            Happening::Set(mode) => breaker.set_mode(mode, time),
        }
        let failures = breaker.counts(Time::from_nanos(now)).failures;
        told.push((refused, breaker.state().name(), failures));
    }
    told
}

/// The windows of a condition, and the times after which its averages forget.
fn windows(trip: &mut Trip) -> (Vec<&mut Window>, Vec<&mut Duration>) {
    match trip {
        Trip::Consecutive { .. } | Trip::Average { memory: Memory::Share(_), .. } => {
            (Vec::new(), Vec::new())
        }
        Trip::Average { memory: Memory::Time(span), .. } => (Vec::new(), vec![span]),
        Trip::Count { window, .. } | Trip::Rate { window, .. } | Trip::SlowRate { window, .. } => {
            (vec![window], Vec::new())
        }
        Trip::Any(trips) | Trip::All(trips) => {
            let (all, spans): (Vec<_>, Vec<_>) = trips.iter_mut().map(windows).unzip();
            (all.into_iter().flatten().collect(), spans.into_iter().flatten().collect())
        }
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
            Window::Time { size, align: Align::Epoch { buckets } } => {
                size.as_nanos().div_ceil((*buckets).into())
            }
            _ => 1,
        });
        let period: u64 = widths.product();
        let here = decisions(&mut breaker(settings.clone()), &story, 0, 1);
        let there = decisions(&mut breaker(settings), &story, periods * period, 1);
        prop_assert_eq!(here, there);
    }

    /// With every length of time doubled, the same is decided.
    #[test]
    fn a_breaker_knows_no_unit_of_time(settings in settings(), story in happenings()) {
        let mut short = Settings { boundary: Boundary::Admits, ..settings };
        if let OpenWait::Backoff(backoff) = &mut short.open {
            // Growing by a half would round, and so would jitter.
            backoff.curve = Curve::Exponential { base: Duration::from_nanos(3), factor: 2.0 };
            backoff.jitter = Jitter::None;
        }
        for window in windows(&mut short.trip).0 {
            match window {
                Window::Time { align: Align::Exact, .. } => return Ok(()),
                Window::Time { size, align } => {
                    let (Align::Epoch { buckets } | Align::FirstEvent { buckets }) = align else {
                        unreachable!("the other kind is treated above")
                    };
                    *size = *size * u64::from(*buckets);
                }
                Window::Calls(_) => {}
            }
        }
        let mut long = short.clone();
        match &mut long.open {
            OpenWait::Constant(wait) => *wait = *wait * 2,
            OpenWait::Backoff(backoff) => {
                backoff.curve = Curve::Exponential { base: Duration::from_nanos(6), factor: 2.0 };
                backoff.cap = backoff.cap.map(|cap| cap * 2);
            }
        }
        long.half_open.half_open_timeout = short.half_open.half_open_timeout.map(|wait| wait * 2);
        long.slow = short.slow.map(|slow| slow * 2);
        if let Evaluate::Periodically(period) = &mut long.evaluate {
            *period = *period * 2;
        }
        long.ramp = short.ramp.map(|ramp| Ramp { over: ramp.over * 2, ..ramp });
        let (in_windows, in_averages) = windows(&mut long.trip);
        for window in in_windows {
            if let Window::Time { size, .. } = window {
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

    /// Lost, cancelled and ignored probes keep nobody out for longer than the longest wait.
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
        let half_open = HalfOpen { half_open_timeout: longest, ..half_open };
        // Decided now and then, it might open at the very call that is made below.
        let evaluate = Evaluate::EveryResult;
        let mut breaker = breaker(Settings { half_open, evaluate, ..settings });
        let told = decisions(&mut breaker, &story, 0, 1);
        let passed: u64 = story
            .iter()
            .map(|happening| if let Happening::Pass(nanos) = happening { *nanos } else { 0 })
            .sum();
        prop_assert_eq!(told.len(), story.len());
        // No wait and no ramp of the generated settings is longer than 60 ns, and refusal at the
        // end of a wait 1 more.
        let later = Time::from_nanos(passed + half_open_timeout + 61);
        prop_assert!(breaker.admit(later, || 0.0).is_ok());
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
        prop_assert!(breaker.admit(now, half).is_err());
        let earlier = Time::from_nanos(now.as_nanos().saturating_sub(back));
        prop_assert!(breaker.admit(earlier, half).is_err());
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
            prop_assert!(call(&mut breaker, Verdict::Success, now));
            prop_assert_eq!(breaker.state(), State::Closed);
        }
    }

    /// However few or many fail, fewer calls than the minimum say nothing.
    #[test]
    fn below_the_minimum_nothing_opens(min_calls in 2..20_u32, window in 20..40_u32) {
        let trip = Trip::Rate {
            rate: 0.01,
            compare: Compare::AtLeast,
            min_calls,
            window: Window::Calls(window),
        };
        let mut breaker = breaker(Settings { trip, ..in_a_row(1) });
        for _ in 1..min_calls {
            prop_assert!(call(&mut breaker, Verdict::Failure, at(0)));
            prop_assert_eq!(breaker.state(), State::Closed);
        }
        prop_assert!(call(&mut breaker, Verdict::Failure, at(0)));
        prop_assert_eq!(breaker.state(), State::Open { until: at(20) });
    }
}

/// The end of half-open time is noticed late, but it was then that the breaker opened.
#[test]
fn an_hour_without_calls_is_no_reason_to_wait_more() {
    let mut breaker = breaker(in_a_row(1));
    assert!(call(&mut breaker, Verdict::Failure, at(0)));
    let _lost = breaker.admit(at(20), half).expect("a probe");
    assert_eq!(breaker.state_at(at(3_600)).name(), "half-open");
    assert!(call(&mut breaker, Verdict::Success, at(3_600)));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn an_ignored_probe_makes_room_for_another() {
    for permits in [Permits::Total(1), Permits::Concurrent(1)] {
        let mut settings = in_a_row(1);
        settings.half_open.permits = permits;
        let mut breaker = breaker(settings);
        assert!(call(&mut breaker, Verdict::Failure, at(0)));
        for _ in 0..10 {
            assert!(call(&mut breaker, Verdict::Ignored, at(20)), "{permits:?}");
            assert!(
                breaker
                    .admit(at(20), half)
                    .map(|given_up| breaker.cancel(given_up, at(20), half))
                    .is_ok()
            );
        }
        assert_eq!(breaker.state().name(), "half-open");
    }
}

#[test]
fn the_open_wait_grows_until_it_closes() {
    let open = growing(Duration::from_secs(10), 2.0, Duration::from_secs(30), Jitter::None);
    let mut breaker = breaker(Settings { open, ..in_a_row(1) });
    let mut now = at(0);
    for wait in [10, 20, 30, 30] {
        assert!(call(&mut breaker, Verdict::Failure, now));
        let until = now + Duration::from_secs(wait);
        assert_eq!(breaker.state(), State::Open { until });
        now = until;
    }
    assert!(call(&mut breaker, Verdict::Success, now));
    assert_eq!(breaker.state(), State::Closed);
    assert!(call(&mut breaker, Verdict::Failure, now));
    assert_eq!(breaker.state(), State::Open { until: now + Duration::from_secs(10) });
}

#[test]
fn half_open_closes_after_so_many_successes_and_one_failure_opens() {
    let mut settings = in_a_row(1);
    settings.half_open.permits = Permits::Total(5);
    settings.half_open.close = Close::Successes(3);
    let mut breaker = breaker(settings);
    assert!(call(&mut breaker, Verdict::Failure, at(0)));
    assert!(call(&mut breaker, Verdict::Success, at(20)));
    assert!(call(&mut breaker, Verdict::Success, at(21)));
    assert!(call(&mut breaker, Verdict::Failure, at(22)));
    assert_eq!(breaker.state(), State::Open { until: at(42) });
    for secs in 42..45 {
        assert_eq!(breaker.state_at(at(secs)).name(), "half-open");
        assert!(call(&mut breaker, Verdict::Success, at(secs)));
    }
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_total_of_permits_is_not_renewed_by_successes() {
    let mut settings = in_a_row(1);
    settings.half_open.permits = Permits::Total(2);
    settings.half_open.close = Close::Successes(2);
    let mut breaker = breaker(settings);
    assert!(call(&mut breaker, Verdict::Failure, at(0)));
    assert!(call(&mut breaker, Verdict::Success, at(20)));
    let last = breaker.admit(at(20), half).expect("the second of two");
    assert!(breaker.admit(at(20), half).is_err());
    breaker.settle(last, Verdict::Success, at(20), half);
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn without_a_max_wait_half_open_lasts_to_the_end_of_time() {
    let mut settings = in_a_row(1);
    settings.half_open.half_open_timeout = None;
    let mut breaker = breaker(settings);
    assert!(call(&mut breaker, Verdict::Failure, at(0)));
    let probe = breaker.admit(at(20), half).expect("a probe");
    assert!(breaker.admit(Time::MAX, half).is_err());
    assert_eq!(breaker.state().name(), "half-open");
    breaker.settle(probe, Verdict::Success, Time::MAX, half);
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_clock_that_stands_still_stops_nothing_but_waits() {
    let align = Align::Epoch { buckets: 3 };
    let window = Window::Time { size: Duration::from_secs(9), align };
    let trip = Trip::Count { failures: 1_000, window };
    let mut breaker = breaker(Settings { trip, ..in_a_row(1) });
    for _ in 0..999 {
        assert!(call(&mut breaker, Verdict::Failure, at(7)));
    }
    assert_eq!(breaker.state(), State::Closed);
    assert!(call(&mut breaker, Verdict::Failure, at(7)));
    assert!(!call(&mut breaker, Verdict::Success, at(7)));
}
