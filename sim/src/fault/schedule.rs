//! When a fault is on.

use patterns::{Duration, Time};

use crate::kernel::{Distribution, RngStream};

/// The most times of one fault that a window has a part for.
pub(crate) const TIMES_MAX: usize = 1000;

/// When a fault is on.
#[derive(Clone, Debug)]
pub enum Schedule {
    /// Once: from a time on, for a length.
    Once {
        /// When it begins.
        at: Time,
        /// How long it lasts.
        lasts: Duration,
    },
    /// Again and again at fixed times.
    Every {
        /// When it begins for the first time.
        at: Time,
        /// How long it lasts each time.
        lasts: Duration,
        /// From one beginning to the next; more than it lasts.
        every: Duration,
    },
    /// Again and again, an alternating renewal process: good for a time of the first distribution
    /// (mean: MTBF), then bad for a time of the second (mean: MTTR). The run begins good.
    Renewal {
        /// The time from the end of one fault to the beginning of the next.
        up: Distribution,
        /// How long one lasts.
        down: Distribution,
    },
}

impl Schedule {
    /// From when to when the fault is on until the horizon, the first [`TIMES_MAX`] times, unless
    /// that is up to chance.
    pub fn fixed_times(&self, horizon: Time) -> Option<Vec<(Time, Time)>> {
        let (at, lasts, every) = match self {
            Self::Once { at, lasts } => (*at, *lasts, Duration::MAX),
            Self::Every { at, lasts, every } => (*at, *lasts, *every),
            Self::Renewal { .. } => return None,
        };
        let begins = std::iter::successors(Some(at), |at| Some(*at + every));
        let begins = begins.take_while(|at| *at < horizon).take(TIMES_MAX);
        Some(begins.map(|at| (at, (at + lasts).min(horizon))).collect())
    }

    /// When the fault comes on for the first time.
    pub(super) fn first(&self, rng: &mut RngStream) -> Time {
        match self {
            Self::Once { at, .. } | Self::Every { at, .. } => *at,
            Self::Renewal { up, .. } => Time::ZERO + up.sample(rng),
        }
    }

    /// After how long a fault that has just come on goes off, or one that has gone off comes on
    /// again, if it does.
    pub(super) fn next(&self, is_on: bool, rng: &mut RngStream) -> Option<Duration> {
        match (self, is_on) {
            (Self::Once { lasts, .. } | Self::Every { lasts, .. }, true) => Some(*lasts),
            (Self::Once { .. }, false) => None,
            (Self::Every { lasts, every, .. }, false) => Some(*every - *lasts),
            (Self::Renewal { down, .. }, true) => Some(down.sample(rng)),
            (Self::Renewal { up, .. }, false) => Some(up.sample(rng)),
        }
    }
}
