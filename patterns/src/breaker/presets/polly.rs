//! Polly, versions 8 and 7.

use super::plain::plain;
use crate::breaker::half_open::{OnIgnored, Permits};
use crate::breaker::open_wait::OpenWait;
use crate::breaker::settings::{OnCancel, Settings};
use crate::breaker::trip::{Compare, Trip};
use crate::breaker::window::Window;
use crate::outcome::{Class, Classes};
use crate::settings;
use crate::settings::Like;
use crate::time::Duration;

settings! {
    /// Polly 8: `CircuitBreakerStrategyOptions`.
    ///
    /// A call that is given up above is a success, as `OperationCanceledException` is not handled;
    /// it may close a half-open circuit. A probe that never ends leaves it half-open for ever.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Polly {
        /// `FailureRatio`. With 0 each failure opens it.
        rate: f64 [.share()] = 0.1,
        /// `MinimumThroughput`.
        min_calls: u32 [.at_least(2.0)] = 100,
        /// `SamplingDuration`, in ten windows that begin with their first result.
        window: Duration [.at_least(5e8).at_most(86_400e9)] = Duration::from_secs(30),
        /// `BreakDuration`, or `BreakDurationGenerator` if it grows.
        open: OpenWait [.at_least(5e8).at_most(86_400e9)] = OpenWait::from(Duration::from_secs(5)),
    }
}

impl Like<Settings> for Polly {
    fn settings(&self) -> Settings {
        let trip = Trip::Rate {
            rate: Some(self.rate),
            slow_rate: None,
            window: Window::FirstEvent { size: self.window, buckets: 10 },
            min_calls: Some(self.min_calls),
            // `failureRate >= _failureThreshold`, asked on failures alone.
            compare: if self.rate > 0.0 { Compare::AtLeast } else { Compare::MoreThan },
        };
        plain(trip, self.open.clone()).with(|settings| settings.on_cancel = OnCancel::Success)
    }
}

settings! {
    /// What opens a circuit of Polly 7.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub keyed enum PollyV7Trip {
        /// `CircuitBreaker`: a number of failures in a row.
        Consecutive {
            /// `exceptionsAllowedBeforeBreaking`, `handledEventsAllowedBeforeBreaking`: it opens
            /// at exactly this number in a row.
            failures: u32 [.at_least(1.0).example("5")],
        },
        /// `AdvancedCircuitBreaker`: a share of failures.
        Rate {
            /// `failureThreshold`.
            rate: f64 [.share().above(0.0).example("\"50%\"")],
            /// `minimumThroughput`.
            min_calls: u32 [.at_least(2.0).example("20")],
            /// `samplingDuration`, in ten windows that begin with their first result; in one if it
            /// is shorter than 200 ms.
            window: Duration [.at_least(2e7).example("\"10s\"")],
        },
    }
}

settings! {
    /// Polly 7: `CircuitBreakerSyntax`, `AdvancedCircuitBreakerSyntax`. It has no defaults.
    ///
    /// One probe may pass when the break is over, and one more after each further break, whatever
    /// became of those before. An exception that is not handled settles no probe. Of a library that
    /// handles `Exception`, a cancellation is a failure.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct PollyV7 {
        /// What opens it.
        @flat trip: PollyV7Trip,
        /// `durationOfBreak`.
        open: Duration [.above(0.0).example("\"30s\"")],
        /// `Handle<E>`, `OrResult`: what counts as a failure; all else counts as neither. If it is
        /// not written, every failure counts.
        count: Option<Classes> [.at_least(1.0)] = None,
    }
}

impl PollyV7 {
    /// Opens on this condition, and for this time.
    pub const fn of(trip: PollyV7Trip, open: Duration) -> Self {
        Self { trip, open, count: None }
    }
}

impl Like<Settings> for PollyV7 {
    fn settings(&self) -> Settings {
        let trip = match self.trip {
            PollyV7Trip::Consecutive { failures } => Trip::failures(failures),
            PollyV7Trip::Rate { rate, min_calls, window: size } => {
                // `AdvancedCircuitController`: no windows within one shorter than 200 ms.
                let buckets = if size < Duration::from_millis(200) { 1 } else { 10 };
                Trip::rate(rate, Window::FirstEvent { size, buckets }).at_min_calls(min_calls)
            }
        };
        plain(trip, self.open).with(|settings| {
            // `PermitHalfOpenCircuitTest`
            settings.half_open.permits = Permits::OneEvery(self.open);
            settings.half_open.on_ignored = OnIgnored::Keep;
            // `OnActionSuccess` resets the metrics, and then counts this success.
            settings.half_open.count_last = matches!(self.trip, PollyV7Trip::Rate { .. });
            settings.on_cancel = OnCancel::Failure;
            if let Some(count) = self.count {
                settings.count = count;
                let others = Class::ALL.into_iter().filter(|class| !count.contains(*class));
                settings.ignore = others.collect();
            }
        })
    }
}
