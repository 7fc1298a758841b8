//! How large what a fault does is at a time: fixed, rising, decaying, or in bursts.

use patterns::{Duration, Time};

use crate::kernel::{split_mix, unit};

/// How large something is while a fault is on: a share of requests, a factor, seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Level {
    /// Always the same.
    Fixed(f64),
    /// Goes from one number to another in a straight line, and stays there.
    Line {
        /// The number when the fault comes on.
        from: f64,
        /// The number at the end of the line.
        to: f64,
        /// How long that takes.
        over: Duration,
    },
    /// Goes from one number towards another, as `exp(-t/tau)`.
    Decay {
        /// The number when the fault comes on.
        from: f64,
        /// The number that it comes close to.
        to: f64,
        /// The time after which 1/e of the difference is left.
        tau: Duration,
    },
    /// One of two numbers, each for an exponential time: a Markov chain with two states in
    /// continuous time, in which it is as in the long run from the beginning.
    Bursts {
        /// The number in the good state, and in the bad one.
        levels: [f64; 2],
        /// How long each state lasts on average.
        stays: [Duration; 2],
    },
}

impl From<f64> for Level {
    fn from(number: f64) -> Self {
        Self::Fixed(number)
    }
}

impl Level {
    /// Whether it is never less than this.
    pub(super) fn is_at_least(&self, bound: f64) -> bool {
        match *self {
            Self::Fixed(number) => number >= bound,
            Self::Line { from, to, .. } | Self::Decay { from, to, .. } => from.min(to) >= bound,
            Self::Bursts { levels, .. } => levels.iter().all(|level| *level >= bound),
        }
    }

    /// How large it is this long after its fault came on.
    pub(super) fn at(&self, after: Duration, chain: &mut Chain) -> f64 {
        match *self {
            Self::Fixed(number) => number,
            Self::Line { to, over, .. } if after >= over => to,
            Self::Line { from, to, over } => {
                from + (to - from) * (after.as_secs_f64() / over.as_secs_f64())
            }
            Self::Decay { from, to, tau } => {
                to + (from - to) * libm::exp(-after.as_secs_f64() / tau.as_secs_f64())
            }
            Self::Bursts { levels, stays } => levels[usize::from(chain.is_bad(after, stays))],
        }
    }
}

/// Where a chain of two states is. Its stays follow from the seed alone, so that it is in the same
/// state wherever it is asked, and however often.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    seed: u64,
    /// How many draws were made.
    draws: u64,
    is_bad: bool,
    /// When the present state ends.
    until: Duration,
}

impl Chain {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, draws: 0, is_bad: false, until: Duration::ZERO }
    }

    /// Whether it is of this seed.
    pub(super) fn is_of(&self, seed: u64) -> bool {
        self.seed == seed
    }

    fn draw(&mut self) -> f64 {
        self.draws += 1;
        unit(split_mix(self.seed, self.draws))
    }

    fn is_bad(&mut self, after: Duration, stays: [Duration; 2]) -> bool {
        if self.draws == 0 {
            let [good, bad] = stays.map(Duration::as_secs_f64);
            self.is_bad = self.draw() * (good + bad) < bad;
            self.until = self.stay(stays);
        }
        while self.until <= after {
            self.is_bad = !self.is_bad;
            let stay = self.stay(stays);
            self.until += stay;
        }
        self.is_bad
    }

    /// How long the present state lasts; more than no time, so that time goes on.
    fn stay(&mut self, stays: [Duration; 2]) -> Duration {
        let mean = stays[usize::from(self.is_bad)];
        mean.scale(-libm::log(1.0 - self.draw())).max(Duration::from_nanos(1))
    }
}

/// Since when a fault is on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Onset {
    pub(super) at: Time,
    /// A number of this fault.
    pub(super) salt: u64,
    /// A number of this time that it is on, in this run.
    pub(super) seed: u64,
}
