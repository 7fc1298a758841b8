//! Hystrix.

use super::plain::plain;
use crate::breaker::half_open::OnIgnored;
use crate::breaker::settings::{Boundary, Evaluate, OnCancel, Settings};
use crate::breaker::trip::Trip;
use crate::breaker::window::Window;
use crate::invalid::Findings;
use crate::outcome::{Class, Classes};
use crate::settings;
use crate::settings::Like;
use crate::time::Duration;

settings! {
    /// Netflix Hystrix 1.5: `HystrixCommandProperties`.
    ///
    /// `metrics.rollingStats.numBuckets` is not here: the breaker goes by snapshots. Nor is a
    /// defect of 1.5.12: there every command that ends while half-open, also a rejected one, opens
    /// it again, so that under steady traffic it may never close (Netflix/Hystrix issues 1781, 1853
    /// and 1861).
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Hystrix {
        /// `circuitBreaker.errorThresholdPercentage`: a whole percentage.
        rate: f64 [.share().above(0.0)] = 0.5,
        /// `circuitBreaker.requestVolumeThreshold`.
        min_calls: u32 [.at_least(1.0)] = 20,
        /// `metrics.rollingStats.timeInMilliseconds`: how far it looks back, in whole snapshots.
        window: Duration [.above(0.0)] = Duration::from_secs(10),
        /// `metrics.healthSnapshot.intervalInMilliseconds`: how often it is decided whether to
        /// open.
        snapshot_interval: Duration [.above(0.0)] = Duration::from_millis(500),
        /// `circuitBreaker.sleepWindowInMilliseconds`.
        open: Duration [.above(0.0)] = Duration::from_secs(5),
    }
    rules rules;
}

impl Hystrix {
    /// How many snapshots make up the window.
    const fn snapshots(&self) -> u64 {
        let snapshots = self.window.as_nanos() / self.snapshot_interval.as_nanos();
        if snapshots == 0 { 1 } else { snapshots }
    }
}

fn rules(own: &Hystrix, found: &mut Findings) {
    let percent = own.rate * 100.0;
    let is_whole = (percent - percent.round()).abs() < 1e-9;
    found.unless(is_whole, "rate", "a whole percentage");
    if !own.snapshot_interval.is_zero() {
        found.unless(
            own.snapshots() <= 100_000,
            "snapshot-interval",
            "longer, or `window` shorter",
        );
    }
}

impl Like<Settings> for Hystrix {
    fn settings(&self) -> Settings {
        // `HealthCountsStream.getInstance`: one bucket a snapshot, anew from each closing on.
        let window = Window::SinceClosed {
            size: self.snapshot_interval * self.snapshots(),
            buckets: self.snapshots() as u32,
        };
        let trip = Trip::rate(self.rate, window).at_min_calls(self.min_calls);
        plain(trip, self.open).with(|settings| {
            settings.evaluate = Evaluate::Ticks(self.snapshot_interval);
            // `HystrixBadRequestException` is in no figures, but `handleFallback` calls
            // `markNonSuccess` first: of a probe, it opens the circuit again.
            settings.ignore = Classes::NONE.with(Class::Validation);
            settings.half_open.on_ignored = OnIgnored::Open;
            // `markSuccess` subscribes anew to the health counts before the success is emitted.
            settings.half_open.count_last = true;
            // `currentTime > circuitOpenTime + sleepWindowTime`
            settings.boundary = Boundary::Refuses;
            // A probe that is unsubscribed goes back to open.
            settings.on_cancel = OnCancel::FailureOfProbe;
        })
    }
}
