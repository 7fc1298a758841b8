//! resilience4j.

use super::look_back::LookBack;
use super::plain::plain;
use crate::breaker::half_open::{Close, Permits, Then};
use crate::breaker::open_wait::OpenWait;
use crate::breaker::settings::{Boundary, Evaluate, OnCancel, Settings};
use crate::breaker::trip::{Compare, Trip};
use crate::breaker::window::Window;
use crate::invalid::Findings;
use crate::settings;
use crate::settings::Like;
use crate::time::Duration;

const SECOND: u64 = 1_000_000_000;

settings! {
    /// resilience4j 2: `CircuitBreakerConfig`.
    ///
    /// `automaticTransitionFromOpenToHalfOpenEnabled` is not here: with it, the time in half-open
    /// would begin at the end of the wait, and not with the first call. A permit of a call that is
    /// given up comes back by `releasePermission` (`reactor`, `RxJava`), and its result is dropped.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Resilience4j {
        /// `failureRateThreshold`, of the closed and of the half-open state.
        rate: f64 [.share().above(0.0)] = 0.5,
        /// `slowCallRateThreshold`, of the closed and of the half-open state.
        slow_rate: f64 [.share().above(0.0)] = 1.0,
        /// `slowCallDurationThreshold`: a call that takes longer is slow.
        slow: Duration [.above(0.0)] = Duration::from_secs(60),
        /// `slidingWindowType` and `slidingWindowSize`: a number of calls is `COUNT_BASED`, whole
        /// seconds are `TIME_BASED`, in buckets of one second.
        window: LookBack = LookBack::Calls(100),
        /// `minimumNumberOfCalls`. Half-open decides after as many probes, or after all `permits`
        /// if those are fewer.
        min_calls: u32 [.at_least(1.0)] = 100,
        /// `waitDurationInOpenState`, or `waitIntervalFunctionInOpenState` if it grows.
        open: OpenWait [.at_least(1e6)] = OpenWait::from(Duration::from_secs(60)),
        /// `permittedNumberOfCallsInHalfOpenState`: probes in all.
        permits: u32 [.at_least(1.0)] = 10,
        /// `maxWaitDurationInHalfOpenState`; its 0 is `unlimited` here.
        half_open_timeout: Option<Duration> [.above(0.0)] = None,
        /// `transitionToStateAfterWaitDuration`.
        then: Then = Then::Open,
    }
    rules whole_seconds;
}

fn whole_seconds(own: &Resilience4j, found: &mut Findings) {
    if let LookBack::Time(time) = own.window {
        let valid = time.as_nanos().is_multiple_of(SECOND) && time.as_nanos() <= 100_000 * SECOND;
        found.unless(valid, "window", "calls, or whole seconds up to 100000");
    }
}

impl Like<Settings> for Resilience4j {
    fn settings(&self) -> Settings {
        let (window, least) = match self.window {
            // A window of calls needs no more calls than it holds.
            LookBack::Calls(calls) => (Window::Calls(calls), self.min_calls.min(calls)),
            LookBack::Time(size) => {
                let buckets = (size.as_nanos() / SECOND) as u32;
                (Window::Epoch { size, buckets }, self.min_calls)
            }
        };
        let trip = Trip::Rate {
            rate: Some(self.rate),
            slow_rate: Some(self.slow_rate),
            window,
            min_calls: Some(least),
            compare: Compare::AtLeast,
        };
        plain(trip, self.open.clone()).with(|settings| {
            settings.slow = Some(self.slow);
            // `checkIfThresholdsExceeded` follows every recorded result.
            settings.evaluate = Evaluate::EveryResult;
            // `clock.instant().isAfter(retryAfterWaitUntil)`
            settings.boundary = Boundary::Refuses;
            settings.half_open.permits = Permits::Total(self.permits);
            // `CircuitBreakerMetrics.forHalfOpen`
            settings.half_open.close = Close::Rate {
                probes: self.min_calls.min(self.permits),
                probe_rate: self.rate,
                probe_slow_rate: self.slow_rate,
                probe_compare: Compare::AtLeast,
            };
            settings.half_open.half_open_timeout = self.half_open_timeout;
            settings.half_open.then = self.then;
            settings.on_cancel = OnCancel::Forget;
        })
    }
}
