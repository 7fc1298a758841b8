//! gobreaker.

use super::plain::plain;
use crate::breaker::half_open::{Close, Permits};
use crate::breaker::settings::{Boundary, CountAt, LateResults, OnCancel, Settings};
use crate::breaker::trip::Trip;
use crate::breaker::window::Window;
use crate::invalid::Findings;
use crate::settings;
use crate::settings::Like;
use crate::time::Duration;

settings! {
    /// `ReadyToTrip` of gobreaker.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub keyed enum GobreakerTrip {
        /// `counts.ConsecutiveFailures > 5`, as it is by default.
        Consecutive {
            /// How many failures in a row open it.
            failures: u32 [.at_least(1.0)] = 6,
        },
        /// `counts.Requests >= 3 && failureRatio >= 0.6`, as its manual has it. gobreaker's
        /// `Requests` counts calls when they are admitted, and results are counted here: that is
        /// the same where one call is under way at a time.
        Rate {
            /// The share of failures that opens it.
            rate: f64 [.share().above(0.0).example("\"60%\"")],
            /// How many calls there must be.
            min_calls: u32 [.at_least(1.0).example("3")],
        },
    }
}

settings! {
    /// gobreaker 2: `Settings` of `v2/gobreaker.go`. What its `Counts` are, is `figures`.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Gobreaker {
        /// `ReadyToTrip`.
        @flat trip: GobreakerTrip = GobreakerTrip::Consecutive { failures: 6 },
        /// `MaxRequests`: how many probes may pass in all, and how many successes close it. Its 0
        /// is 1.
        permits: u32 [.at_least(1.0)] = 1,
        /// `Timeout`: how long it stays open. Its 0 is 60 s.
        open: Duration [.above(0.0)] = Duration::from_secs(60),
        /// `Interval`: after this time its counts begin anew while closed. Its 0 is `unlimited`.
        interval: Option<Duration> [.above(0.0)] = None,
        /// `BucketPeriod`: with it, the counts of `interval` leave in portions of this length.
        bucket_period: Option<Duration> [.above(0.0)] = None,
    }
    rules rules;
}

fn rules(own: &Gobreaker, found: &mut Findings) {
    let valid = own.bucket_period.is_none() || own.interval.is_some();
    found.unless(valid, "bucket-period", "left out without `interval`");
    if let (Some(interval), Some(period)) = (own.interval, own.bucket_period)
        && !period.is_zero()
    {
        let fits = interval.as_nanos().div_ceil(period.as_nanos()) <= 100_000;
        found.unless(fits, "bucket-period", "longer, for there may be 100000 buckets");
    }
}

impl Gobreaker {
    /// How long its counts last, and in how many buckets.
    fn generation(&self) -> Option<(Duration, u32)> {
        let interval = self.interval?;
        let period = self.bucket_period.unwrap_or(interval);
        let buckets = interval.as_nanos().div_ceil(period.as_nanos());
        Some((period * buckets, buckets as u32))
    }
}

impl Like<Settings> for Gobreaker {
    fn settings(&self) -> Settings {
        let rolling = self.generation().filter(|(_, buckets)| *buckets >= 2);
        let rolling = rolling.map(|(size, buckets)| Window::SinceClosed { size, buckets });
        let trip = match self.trip {
            GobreakerTrip::Consecutive { failures } => {
                Trip::Consecutive { failures, within: rolling }
            }
            GobreakerTrip::Rate { rate, min_calls } => {
                Trip::rate(rate, rolling.unwrap_or(Window::All)).at_min_calls(min_calls)
            }
        };
        plain(trip, self.open).with(|settings| {
            // `cb.expiry.Before(now)`
            settings.boundary = Boundary::Refuses;
            settings.half_open.permits = Permits::Total(self.permits);
            settings.half_open.close = Close::Successes(self.permits);
            match rolling {
                None => settings.interval = self.generation().map(|(whole, _)| whole),
                Some(_) => settings.count_at = CountAt::Admission,
            }
            // A result of another generation is dropped.
            settings.late = LateResults::Drop;
            // A context that was cancelled is an error like any other.
            settings.on_cancel = OnCancel::Failure;
        })
    }
}
