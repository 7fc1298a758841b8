//! Limits that follow from one sample at a time.

use super::settings::Settings;
use crate::layer::Rng;
use crate::time::Duration;

/// What one call, or a window of calls, has shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) rtt: Duration,
    /// How many calls were under way when it began, itself among them.
    pub(super) in_flight: u32,
    pub(super) dropped: bool,
}

impl Sample {
    /// Its time in nanoseconds; no call is quicker than one, so that ratios are defined.
    fn nanos(self) -> f64 {
        self.rtt.as_nanos().max(1) as f64
    }

    /// Whether less than half of the limit was in use.
    fn is_app_limited(self, limit: f64) -> bool {
        f64::from(self.in_flight) * 2.0 < limit
    }
}

/// See [`Algorithm::Vegas`](super::settings::Algorithm::Vegas).
#[derive(Clone, Debug)]
pub(super) struct Vegas {
    limit: f64,
    min: f64,
    max: f64,
    smoothing: f64,
    probe_multiplier: f64,
    /// The time without load in nanoseconds; zero before there is one.
    base: f64,
    samples: u64,
    /// From 0.5 to 1; none before the first sample.
    jitter: Option<f64>,
}

impl Vegas {
    pub(super) fn new(settings: &Settings, smoothing: f64, probe_multiplier: u32) -> Self {
        Self {
            limit: settings.first_limit().into(),
            min: settings.min.into(),
            max: settings.max.into(),
            smoothing,
            probe_multiplier: probe_multiplier.into(),
            base: 0.0,
            samples: 0,
            jitter: None,
        }
    }

    pub(super) fn add(&mut self, sample: Sample, rng: &mut impl Rng) {
        let rtt = sample.nanos();
        self.samples = self.samples.saturating_add(1);
        // At most one draw a sample: the first sample is its own measurement.
        let Some(jitter) = self.jitter else {
            self.jitter = Some(0.5 + 0.5 * rng.uniform());
            self.base = rtt;
            return;
        };
        if jitter * self.probe_multiplier * self.limit <= self.samples as f64 {
            self.jitter = Some(0.5 + 0.5 * rng.uniform());
            self.samples = 0;
            self.base = rtt;
            return;
        }
        if rtt < self.base {
            self.base = rtt;
            return;
        }

        let step = f64::from(self.limit().max(1).ilog10().max(1));
        let (alpha, beta) = (3.0 * step, 6.0 * step);
        let queue = libm::ceil(self.limit * (1.0 - self.base / rtt));
        let new = if sample.dropped {
            self.limit - step
        } else if sample.is_app_limited(self.limit) {
            return;
        } else if queue <= step {
            self.limit + beta
        } else if queue < alpha {
            self.limit + step
        } else if beta < queue {
            self.limit - step
        } else {
            return;
        };
        let new = new.clamp(self.min, self.max);
        self.limit = (1.0 - self.smoothing) * self.limit + self.smoothing * new;
        // Two shares that make up one may miss a bound by a rounding.
        self.limit = self.limit.clamp(self.min, self.max);
    }

    pub(super) fn limit(&self) -> u32 {
        self.limit as u32
    }

    pub(super) fn set_limit(&mut self, limit: u32) {
        self.limit = limit.into();
    }

    pub(super) fn unloaded(&self) -> Option<Duration> {
        self.jitter.map(|_| Duration::from_nanos(self.base as u64))
    }
}

/// How many samples the long average takes as a plain mean.
const WARM_UP: u32 = 10;

/// See [`Algorithm::Gradient2`](super::settings::Algorithm::Gradient2).
#[derive(Clone, Debug)]
pub(super) struct Gradient2 {
    limit: f64,
    min: f64,
    max: f64,
    smoothing: f64,
    queue: f64,
    /// How much one sample weighs in the long average.
    weight: f64,
    tolerance: f64,
    long: f64,
    sum: f64,
    samples: u32,
}

impl Gradient2 {
    pub(super) fn new(
        settings: &Settings,
        smoothing: f64,
        queue: u32,
        long_window: u32,
        tolerance: f64,
    ) -> Self {
        Self {
            limit: settings.first_limit().into(),
            min: settings.min.into(),
            max: settings.max.into(),
            smoothing,
            queue: queue.into(),
            weight: 2.0 / (f64::from(long_window) + 1.0),
            tolerance,
            long: 0.0,
            sum: 0.0,
            samples: 0,
        }
    }

    pub(super) fn add(&mut self, sample: Sample) {
        let short = sample.nanos();
        if self.samples < WARM_UP {
            self.samples += 1;
            self.sum += short;
            self.long = self.sum / f64::from(self.samples);
        } else {
            self.long = self.long * (1.0 - self.weight) + short * self.weight;
        }
        let long = self.long;
        if 2.0 < long / short {
            self.long *= 0.95;
        }
        if sample.is_app_limited(self.limit) {
            return;
        }
        let gradient = (self.tolerance * long / short).clamp(0.5, 1.0);
        let new = self.limit * gradient + self.queue;
        let new = self.limit * (1.0 - self.smoothing) + new * self.smoothing;
        self.limit = new.clamp(self.min, self.max);
    }

    pub(super) fn limit(&self) -> u32 {
        self.limit as u32
    }
    pub(super) fn set_limit(&mut self, limit: u32) {
        self.limit = limit.into();
    }
}
