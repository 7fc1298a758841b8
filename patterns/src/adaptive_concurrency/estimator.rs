//! Whichever algorithm it is that a limit follows.

use super::estimate::{Gradient2, Sample, Vegas};
use super::gradient::Gradient;
use super::settings::{Algorithm, Settings};
use crate::layer::Rng;
use crate::time::{Duration, Time};

#[derive(Clone, Debug)]
pub(super) enum Estimator {
    Aimd(Aimd),
    Vegas(Vegas),
    Gradient2(Gradient2),
    Gradient(Box<Gradient>),
}

/// See [`Algorithm::Aimd`].
#[derive(Clone, Debug)]
pub(super) struct Aimd {
    limit: u32,
    min: u32,
    max: u32,
    backoff: f64,
    timeout: Duration,
}

impl Estimator {
    /// The algorithm of settings that were checked.
    pub(super) fn new(settings: &Settings) -> Self {
        match settings.algorithm {
            Algorithm::Aimd { backoff, timeout } => {
                let Settings { min, max, .. } = *settings;
                let limit = settings.first_limit();
                Self::Aimd(Aimd { limit, min, max, backoff, timeout })
            }
            Algorithm::Vegas { smoothing, probe_multiplier } => {
                Self::Vegas(Vegas::new(settings, smoothing, probe_multiplier))
            }
            Algorithm::Gradient2 { smoothing, queue, long_window, tolerance } => {
                let gradient = Gradient2::new(settings, smoothing, queue, long_window, tolerance);
                Self::Gradient2(gradient)
            }
            Algorithm::Gradient { .. } => Self::Gradient(Box::new(Gradient::new(settings))),
        }
    }

    /// Takes a sample of a call that began then and ends now.
    pub(super) fn add(&mut self, sample: Sample, began: Time, now: Time, rng: &mut impl Rng) {
        match self {
            Self::Aimd(aimd) => aimd.add(sample),
            Self::Vegas(vegas) => vegas.add(sample, rng),
            Self::Gradient2(gradient) => gradient.add(sample),
            Self::Gradient(gradient) => gradient.add(sample.rtt, began, now, rng),
        }
    }

    /// Does what was due up to now.
    pub(super) fn tick(&mut self, now: Time) {
        if let Self::Gradient(gradient) = self {
            gradient.tick(now);
        }
    }

    pub(super) fn limit(&self) -> u32 {
        match self {
            Self::Aimd(aimd) => aimd.limit,
            Self::Vegas(vegas) => vegas.limit(),
            Self::Gradient2(gradient) => gradient.limit(),
            Self::Gradient(gradient) => gradient.limit(),
        }
    }

    /// Sets a limit that is within the bounds.
    pub(super) fn set_limit(&mut self, limit: u32) {
        match self {
            Self::Aimd(aimd) => aimd.limit = limit,
            Self::Vegas(vegas) => vegas.set_limit(limit),
            Self::Gradient2(gradient) => gradient.set_limit(limit),
            Self::Gradient(gradient) => gradient.set_limit(limit),
        }
    }

    /// Whether it measures the time without load; none if it never does.
    pub(super) fn is_measuring(&self) -> Option<bool> {
        match self {
            Self::Gradient(gradient) => Some(gradient.is_measuring()),
            Self::Aimd(_) | Self::Vegas(_) | Self::Gradient2(_) => None,
        }
    }

    /// What it takes for the time without load.
    pub(super) fn unloaded(&self) -> Option<Duration> {
        match self {
            Self::Vegas(vegas) => vegas.unloaded(),
            Self::Gradient(gradient) => gradient.unloaded(),
            Self::Aimd(_) | Self::Gradient2(_) => None,
        }
    }
}

impl Aimd {
    fn add(&mut self, sample: Sample) {
        let Self { limit, .. } = *self;
        let new = if sample.dropped || self.timeout < sample.rtt {
            (f64::from(limit) * self.backoff) as u32
        } else if limit <= sample.in_flight.saturating_mul(2) {
            limit.saturating_add(1)
        } else {
            limit
        };
        self.limit = new.clamp(self.min, self.max);
    }
}
