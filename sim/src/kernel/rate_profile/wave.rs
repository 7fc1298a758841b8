//! A rate that swings around its mean.

use core::f64::consts::TAU;

use patterns::{Duration, Time};

use super::super::stream::RngStream;

/// A cosine around a mean.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wave {
    /// Per second.
    mean: f64,
    /// A share of the mean.
    amplitude: f64,
    period: Duration,
    /// How long after a peak the run begins.
    since_peak: Duration,
}

impl Wave {
    pub(super) fn new(mean: f64, amplitude: f64, period: Duration, peak: Duration) -> Self {
        let peak = Duration::from_nanos(peak.as_nanos() % period.as_nanos());
        Self { mean, amplitude, period, since_peak: period - peak }
    }

    /// The angle since the last peak.
    fn angle(&self, time: Time) -> f64 {
        let period = self.period.as_nanos();
        let since = u128::from(time.as_nanos()) + u128::from(self.since_peak.as_nanos());
        let within = since % u128::from(period);
        TAU * (within as f64 / period as f64)
    }

    pub(super) fn next(&self, now: Time, stream: &mut RngStream) -> Option<Time> {
        let most = self.mean * (1.0 + self.amplitude);
        let mut time = now;
        while time < Time::MAX {
            time = time + Duration::from_secs_f64(stream.exponential() / most);
            if stream.uniform() * most < self.rate_at(time) {
                return Some(time);
            }
        }
        None
    }

    pub(super) fn rate_at(&self, time: Time) -> f64 {
        self.mean * (1.0 + self.amplitude * libm::cos(self.angle(time)))
    }

    pub(super) fn expected(&self, end: Time) -> f64 {
        let sines = libm::sin(self.angle(end)) - libm::sin(self.angle(Time::ZERO));
        let swing = self.amplitude * self.period.as_secs_f64() / TAU * sines;
        self.mean * (end.as_secs_f64() + swing)
    }
}
