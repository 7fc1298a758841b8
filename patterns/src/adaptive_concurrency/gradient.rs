//! The gradient of Envoy, and how it measures the time without load.

use super::settings::{Algorithm, MinRtt, Settings};
use crate::layer::Rng;
use crate::stats::Histogram;
use crate::time::{Duration, Time};

/// Times of calls, each kept to about 3 %.
const PARTS: u64 = 32;

/// How often in a row the limit may be set to its minimum before the time without load is
/// doubted.
const MINIMA: u32 = 5;

/// See [`Algorithm::Gradient`].
#[derive(Clone, Debug)]
pub(super) struct Gradient {
    min: u32,
    max: u32,
    percentile: f64,
    interval: Duration,
    buffer: f64,
    /// How it is measured; none if it is known.
    measuring: Option<Measuring>,
    limit: u32,
    /// The time without load; zero before it was measured.
    min_rtt: Duration,
    phase: Phase,
    /// What began before is no sample.
    epoch: Time,
    minima: u32,
    histogram: Histogram<PARTS>,
}

#[derive(Clone, Copy, Debug)]
struct Measuring {
    samples: u32,
    every: Duration,
    jitter: f64,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    Measuring { limit_before: u32 },
    Limiting { window_ends: Time, measures: Time },
}

impl Gradient {
    pub(super) fn new(settings: &Settings) -> Self {
        let Algorithm::Gradient {
            percentile,
            interval,
            buffer,
            min_rtt,
            samples,
            measured_every: every,
            jitter,
        } = settings.algorithm
        else {
            unreachable!("the settings of a gradient limit")
        };
        let initial = settings.first_limit();
        let (limit, known, phase, measuring) = match min_rtt {
            MinRtt::Fixed(known) => {
                let window_ends = Time::ZERO + interval;
                (initial, known, Phase::Limiting { window_ends, measures: Time::MAX }, None)
            }
            MinRtt::Measured => {
                let phase = Phase::Measuring { limit_before: initial };
                let measuring = Measuring { samples, every, jitter };
                (settings.min, Duration::ZERO, phase, Some(measuring))
            }
        };
        Self {
            min: settings.min,
            max: settings.max,
            percentile,
            interval,
            buffer,
            measuring,
            limit,
            min_rtt: known,
            phase,
            epoch: Time::ZERO,
            minima: 0,
            histogram: Histogram::with_all_room(),
        }
    }

    pub(super) fn limit(&self) -> u32 {
        self.limit
    }

    /// Sets the limit, or what it is after the measurement that is under way.
    pub(super) fn set_limit(&mut self, limit: u32) {
        match &mut self.phase {
            Phase::Measuring { limit_before } => *limit_before = limit,
            Phase::Limiting { .. } => self.limit = limit,
        }
    }

    pub(super) fn unloaded(&self) -> Option<Duration> {
        (!self.min_rtt.is_zero()).then_some(self.min_rtt)
    }

    pub(super) fn is_measuring(&self) -> bool {
        matches!(self.phase, Phase::Measuring { .. })
    }

    /// Does what was due up to now.
    pub(super) fn tick(&mut self, now: Time) {
        let Phase::Limiting { window_ends, measures } = self.phase else { return };
        // Only the first window that has ended can have samples: what comes is reported at once.
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
    pub(super) fn add(&mut self, rtt: Duration, began: Time, now: Time, rng: &mut impl Rng) {
        if began < self.epoch {
            return;
        }
        self.histogram.add(rtt);
        let Phase::Measuring { limit_before } = self.phase else { return };
        let Some(Measuring { samples, every, jitter }) = self.measuring else { return };
        if self.histogram.count() < samples.into() {
            return;
        }
        self.min_rtt = self.take_percentile();
        self.limit = limit_before;
        self.minima = 0;
        self.phase = Phase::Limiting {
            window_ends: now + self.interval,
            measures: now + (every + every.scale(jitter * rng.uniform())),
        };
    }

    fn calculate(&mut self, at: Time) {
        if self.histogram.count() == 0 {
            return;
        }
        let rtt = self.take_percentile().as_nanos().max(1) as f64;
        let unloaded = self.min_rtt.as_nanos().max(1) as f64 * (1.0 + self.buffer);
        let wanted = f64::from(self.limit) * (unloaded / rtt).clamp(0.5, 2.0);
        let new = ((wanted + libm::sqrt(wanted)) as u32).clamp(self.min, self.max);
        let stays_low = self.limit == self.min && new == self.min;
        self.minima = if stays_low { self.minima + 1 } else { 0 };
        self.limit = new;
        if MINIMA <= self.minima && self.measuring.is_some() {
            self.measure(at);
        }
    }

    /// The time that the percentile of the samples does not exceed, and forgets them all: the
    /// shortest of its bucket, but none that was not reached.
    fn take_percentile(&mut self) -> Duration {
        let samples = self.histogram.count();
        let rank = (libm::ceil(self.percentile * samples as f64) as u64).max(1);
        let lengths = self.histogram.min().zip(self.histogram.max());
        let found = self.histogram.at_rank(rank).zip(lengths);
        self.histogram.clear();
        found.map_or(Duration::ZERO, |(bucket, (min, max))| bucket.shortest.max(min).min(max))
    }

    fn measure(&mut self, at: Time) {
        self.phase = Phase::Measuring { limit_before: self.limit };
        self.limit = self.min;
        self.minima = 0;
        self.epoch = at;
        self.histogram.clear();
    }
}
