//! The gradient of Envoy, and how it measures the time without load.

use super::histogram::Histogram;
use super::{Algorithm, Settings};
use crate::invalid::Invalid;
use crate::time::{Duration, Time};

/// Where [`Algorithm::Gradient`] has the time without load from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MinRtt {
    /// It is known; more than zero.
    Fixed(Duration),
    /// It is measured, first of all and then every now and then, with the limit at `min` until
    /// there are enough samples (Envoy: 50, 60 s and 15 %). What began before is no sample.
    ///
    /// The fifth time in a row that the limit stays at `min` begins a measurement as well.
    Measured {
        /// How many samples it takes; at least 1.
        samples: u32,
        /// How long after the end of one measurement the next begins; more than zero.
        interval: Duration,
        /// The interval is longer by up to this share of it, by one draw at the end of each
        /// measurement; from 0.
        jitter: f64,
    },
}

/// How often in a row the limit may be set to its minimum before the time without load is
/// doubted.
const MINIMA: u32 = 5;

#[derive(Clone, Debug)]
pub(super) struct Gradient {
    min: u32,
    max: u32,
    percentile: f64,
    interval: Duration,
    buffer: f64,
    source: MinRtt,
    limit: u32,
    min_rtt: Duration,
    phase: Phase,
    /// What began before is no sample.
    epoch: Time,
    minima: u32,
    histogram: Histogram,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    Measuring { limit_before: u32 },
    Limiting { window_ends: Time, measures: Time },
}

impl Gradient {
    pub(super) fn new(settings: &Settings) -> Result<Self, Invalid> {
        let Algorithm::Gradient { percentile, interval, buffer, min_rtt } = settings.algorithm
        else {
            unreachable!("the settings of a gradient limit")
        };
        let valid = (0.0..=1.0).contains(&percentile);
        Invalid::unless(valid, "percentile", "from 0 to 1")?;
        Invalid::unless(!interval.is_zero(), "interval", "longer than zero")?;
        Invalid::unless(0.0 <= buffer && buffer.is_finite(), "buffer", "at least 0")?;
        let initial = settings.initial;
        let (limit, known, phase) = match min_rtt {
            MinRtt::Fixed(known) => {
                Invalid::unless(!known.is_zero(), "min_rtt", "longer than zero")?;
                let window_ends = Time::ZERO + interval;
                (initial, known, Phase::Limiting { window_ends, measures: Time::MAX })
            }
            MinRtt::Measured { samples, interval, jitter } => {
                Invalid::unless(1 <= samples, "min_rtt.samples", "at least 1")?;
                Invalid::unless(!interval.is_zero(), "min_rtt.interval", "longer than zero")?;
                let valid = 0.0 <= jitter && jitter.is_finite();
                Invalid::unless(valid, "min_rtt.jitter", "at least 0")?;
                (settings.min, Duration::ZERO, Phase::Measuring { limit_before: initial })
            }
        };
        Ok(Self {
            min: settings.min,
            max: settings.max,
            percentile,
            interval,
            buffer,
            source: min_rtt,
            limit,
            min_rtt: known,
            phase,
            epoch: Time::ZERO,
            minima: 0,
            histogram: Histogram::new(),
        })
    }

    pub(super) fn limit(&self) -> u32 {
        self.limit
    }

    pub(super) fn is_measuring(&self) -> bool {
        matches!(self.phase, Phase::Measuring { .. })
    }

    /// Does what was due up to now.
    pub(super) fn tick(&mut self, now: Time) {
        let Phase::Limiting { window_ends, measures } = self.phase else { return };
        // Only the first window that has ended can have samples: whatever comes is told at once.
        if window_ends <= now && window_ends < measures {
            let past = now.since(window_ends).as_nanos() / self.interval.as_nanos();
            let next = window_ends + self.interval * past.saturating_add(1);
            self.phase = Phase::Limiting { window_ends: next, measures };
            self.calculate(window_ends);
        }
        if measures <= now && !self.is_measuring() {
            self.measure(measures);
        }
    }

    /// A call that began then has ended now.
    pub(super) fn add(
        &mut self,
        rtt: Duration,
        began: Time,
        now: Time,
        draw: impl FnOnce() -> f64,
    ) {
        if began < self.epoch {
            return;
        }
        self.histogram.add(rtt);
        let Phase::Measuring { limit_before } = self.phase else { return };
        let MinRtt::Measured { samples, interval, jitter } = self.source else { return };
        if self.histogram.samples() < samples.into() {
            return;
        }
        self.min_rtt = self.histogram.take(self.percentile);
        self.limit = limit_before;
        self.minima = 0;
        self.phase = Phase::Limiting {
            window_ends: now + self.interval,
            measures: now + (interval + interval.scale(jitter * draw())),
        };
    }

    fn calculate(&mut self, at: Time) {
        if self.histogram.samples() == 0 {
            return;
        }
        let rtt = self.histogram.take(self.percentile).as_nanos().max(1) as f64;
        let unloaded = self.min_rtt.as_nanos().max(1) as f64 * (1.0 + self.buffer);
        let wanted = f64::from(self.limit) * (unloaded / rtt).clamp(0.5, 2.0);
        let new = ((wanted + libm::sqrt(wanted)) as u32).clamp(self.min, self.max);
        let stays_low = self.limit == self.min && new == self.min;
        self.minima = if stays_low { self.minima + 1 } else { 0 };
        self.limit = new;
        if MINIMA <= self.minima && matches!(self.source, MinRtt::Measured { .. }) {
            self.measure(at);
        }
    }

    fn measure(&mut self, at: Time) {
        self.phase = Phase::Measuring { limit_before: self.limit };
        self.limit = self.min;
        self.minima = 0;
        self.epoch = at;
        self.histogram.clear();
    }
}
