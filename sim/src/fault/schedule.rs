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
        /// With which chance it begins at each of these times; above 0.
        chance: f64,
    },
    /// Whenever another fault has ended, unless it is still on.
    After {
        /// The index of the other one.
        fault: usize,
        /// How long it lasts.
        lasts: Duration,
    },
    /// Whenever a recovery does it: when that is is not known beforehand.
    OnDemand {
        /// How long it lasts.
        lasts: Duration,
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
    /// From when to when the fault is on until the horizon, the first 1000 times, unless
    /// that is up to chance or to another fault.
    pub fn fixed_times(&self, horizon: Time) -> Option<Vec<(Time, Time)>> {
        let (at, lasts, every) = match self {
            Self::Once { at, lasts } => (*at, *lasts, Duration::MAX),
            Self::Every { at, lasts, every, chance } if *chance >= 1.0 => (*at, *lasts, *every),
            _ => return None,
        };
        let begins = std::iter::successors(Some(at), |at| Some(*at + every));
        let begins = begins.take_while(|at| *at < horizon).take(TIMES_MAX);
        Some(begins.map(|at| (at, (at + lasts).min(horizon))).collect())
    }

    /// When the fault comes on for the first time.
    pub(super) fn first(&self, rng: &mut RngStream) -> Time {
        match self {
            Self::Once { at, .. } => *at,
            Self::Every { at, every, chance, .. } => *at + *every * missed(*chance, rng),
            // It is begun by the other one, or by a recovery.
            Self::After { .. } | Self::OnDemand { .. } => Time::MAX,
            Self::Renewal { up, .. } => Time::ZERO + up.sample(rng),
        }
    }

    /// After how long a fault that has just come on goes off, or one that has gone off comes on
    /// again, if it does.
    pub(super) fn next(&self, is_on: bool, rng: &mut RngStream) -> Option<Duration> {
        match (self, is_on) {
            (
                Self::Once { lasts, .. }
                | Self::Every { lasts, .. }
                | Self::After { lasts, .. }
                | Self::OnDemand { lasts },
                true,
            ) => Some(*lasts),
            (Self::Once { .. } | Self::After { .. } | Self::OnDemand { .. }, false) => None,
            (Self::Every { lasts, every, chance, .. }, false) => {
                Some(*every - *lasts + *every * missed(*chance, rng))
            }
            (Self::Renewal { down, .. }, true) => Some(down.sample(rng)),
            (Self::Renewal { up, .. }, false) => Some(up.sample(rng)),
        }
    }
}

/// How many times pass at which a fault does not begin that begins with this chance.
fn missed(chance: f64, rng: &mut RngStream) -> u64 {
    if chance >= 1.0 {
        return 0;
    }
    (libm::log1p(-rng.uniform()) / libm::log1p(-chance)) as u64
}
