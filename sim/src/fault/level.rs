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
    /// Spikes, the first when the fault comes on and others after it by chance, each of which fades
    /// as `exp(-t/tau)` and stands on what is left of those before: shot noise.
    Spikes {
        /// How high each one is.
        height: f64,
        /// The time after which 1/e of it is left.
        tau: Duration,
        /// The mean time from one to the next; at least [`Level::SPIKES_MAX`]th of `tau`.
        gap: Duration,
    },
}

impl From<f64> for Level {
    fn from(number: f64) -> Self {
        Self::Fixed(number)
    }
}

impl Level {
    /// How many spikes may come on average while one fades to 1/e.
    pub const SPIKES_MAX: f64 = 1000.0;

    /// Whether it is never less than this.
    pub(super) fn is_at_least(&self, bound: f64) -> bool {
        match *self {
            Self::Fixed(number) => number >= bound,
            Self::Line { from, to, .. } | Self::Decay { from, to, .. } => from.min(to) >= bound,
            Self::Bursts { levels, .. } => levels.iter().all(|level| *level >= bound),
            Self::Spikes { .. } => 0.0 >= bound,
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
                let after = after - chain.last;
                to + (from - to) * libm::exp(-after.as_secs_f64() / tau.as_secs_f64())
            }
            Self::Bursts { levels, stays } => levels[usize::from(chain.is_bad(after, stays))],
            Self::Spikes { height, tau, gap } => height * chain.spikes(after, tau, gap),
        }
    }
}

/// Rounds of both states after which a chain is begun anew, so that it takes no longer to look far
/// ahead. It has long forgotten how it was begun before.
const ROUNDS: u64 = 4096;

/// Lengths of `tau` after which nothing is left of a spike: less than a part in 10^27.
const FADED: u64 = 64;

/// Where a chain of two states is, or a series of spikes. All that is drawn for it follows from the
/// seed alone, so that it is in the same state wherever it is asked, and however often.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    seed: u64,
    /// How often it was begun before, and how many draws were made since.
    begun: u64,
    draws: u64,
    is_bad: bool,
    /// When the present state ends, or the next spike comes.
    until: Duration,
    /// How high spikes stood when the last one had come.
    stood: f64,
    /// When the last spike came, or a decay was begun anew.
    last: Duration,
}

impl Chain {
    pub(super) fn new(seed: u64) -> Self {
        let (until, last) = (Duration::ZERO, Duration::ZERO);
        Self { seed, begun: 0, draws: 0, is_bad: false, until, stood: 0.0, last }
    }

    /// Whether it is somewhere else than it was at first, so that it is to be kept.
    pub(super) fn has_begun(&self) -> bool {
        self.draws > 0
    }

    /// Whether it is of this seed.
    pub(super) fn is_of(&self, seed: u64) -> bool {
        self.seed == seed
    }

    /// A decay begins anew.
    pub(super) fn restart(&mut self, after: Duration) {
        (self.draws, self.last) = (1, after);
    }

    fn draw(&mut self) -> f64 {
        self.draws += 1;
        unit(split_mix(split_mix(self.seed, self.begun), self.draws))
    }

    fn is_bad(&mut self, after: Duration, stays: [Duration; 2]) -> bool {
        let length = (stays[0] + stays[1]) * ROUNDS;
        let begun = after.as_nanos() / length.as_nanos();
        if self.draws == 0 || begun != self.begun {
            (self.begun, self.draws) = (begun, 0);
            let [good, bad] = stays.map(Duration::as_secs_f64);
            self.is_bad = self.draw() * (good + bad) < bad;
            self.until = length * begun + self.stay(stays);
        }
        while self.until <= after && self.until < Duration::MAX {
            self.is_bad = !self.is_bad;
            let stay = self.stay(stays);
            self.until += stay;
        }
        self.is_bad
    }

    /// How long the present state lasts.
    fn stay(&mut self, stays: [Duration; 2]) -> Duration {
        self.exponential(stays[usize::from(self.is_bad)])
    }

    /// How high spikes of height 1 stand.
    fn spikes(&mut self, after: Duration, tau: Duration, gap: Duration) -> f64 {
        let length = (gap * ROUNDS).max(tau * FADED);
        let begun = after.as_nanos() / length.as_nanos();
        if self.draws == 0 || begun != self.begun {
            (self.stood, self.last) = (0.0, Duration::ZERO);
            // Of what came before the last part, nothing is left.
            if let Some(before) = begun.checked_sub(1) {
                self.begin_spikes(before, length, gap);
                self.add_spikes(length * begun - Duration::from_nanos(1), tau, gap);
            }
            self.begin_spikes(begun, length, gap);
        }
        self.add_spikes(after, tau, gap);
        self.left(after, tau)
    }

    /// Begins a part of a series of spikes: between parts, it has no memory.
    fn begin_spikes(&mut self, part: u64, length: Duration, gap: Duration) {
        (self.begun, self.draws) = (part, 0);
        self.until = length * part + self.exponential(gap);
        if part == 0 {
            (self.stood, self.last) = (1.0, Duration::ZERO);
        }
    }

    /// Adds all spikes until a time.
    fn add_spikes(&mut self, to: Duration, tau: Duration, gap: Duration) {
        while self.until <= to && self.until < Duration::MAX {
            self.stood = self.left(self.until, tau) + 1.0;
            self.last = self.until;
            let gap = self.exponential(gap);
            self.until += gap;
        }
    }

    /// What is left at a time of the spikes that have come.
    fn left(&self, at: Duration, tau: Duration) -> f64 {
        let since = at - self.last;
        self.stood * libm::exp(-since.as_secs_f64() / tau.as_secs_f64())
    }

    /// An exponential time, longer than none, so that time goes on.
    fn exponential(&mut self, mean: Duration) -> Duration {
        mean.scale(-libm::log(1.0 - self.draw())).max(Duration::from_nanos(1))
    }
}

/// Since when a fault is on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Onset {
    pub(super) at: Time,
    /// A number of this fault.
    pub(super) salt: u64,
    /// A number of this time that it is on, in this run.
    pub(super) seed: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chain_is_in_the_same_state_whoever_asks_and_however_far_ahead() {
        let stays = [Duration::from_millis(1), Duration::from_millis(2)];
        let mut often = Chain::new(7);
        let (mut bad, mut changes, mut was) = (0, 0, false);
        for tenths in 0..400_000_u64 {
            let after = Duration::from_micros(100 * tenths);
            let is = often.is_bad(after, stays);
            changes += u32::from(is != was);
            (bad, was) = (bad + u32::from(is), is);
            if tenths % 9_973 == 0 {
                assert_eq!(Chain::new(7).is_bad(after, stays), is, "{after}");
            }
        }
        // Two thirds of the time, in some 40 s / 3 ms rounds of two changes.
        assert!((260_000..273_000).contains(&bad), "{bad}");
        assert!((24_000..26_500).contains(&changes), "{changes}");
        // A hundred years are as far as two minutes.
        let far = Duration::from_secs(100 * 365 * 86_400);
        assert_eq!(Chain::new(7).is_bad(far, stays), often.is_bad(far, stays));
    }

    #[test]
    fn spikes_stand_as_high_whoever_asks_and_however_far_ahead() {
        let (tau, gap) = (Duration::from_millis(20), Duration::from_millis(5));
        let mut often = Chain::new(7);
        assert!((often.spikes(Duration::ZERO, tau, gap) - 1.0).abs() < 1e-12);
        let mut sum = 0.0;
        for tenths in 0..1_000_000_u64 {
            let after = Duration::from_micros(100 * tenths);
            let stands = often.spikes(after, tau, gap);
            sum += stands;
            if tenths % 9_973 == 0 {
                let other = Chain::new(7).spikes(after, tau, gap);
                assert!((stands - other).abs() <= 0.0, "{after}: {stands} and {other}");
            }
        }
        // Campbell's theorem: tau / gap of them on average.
        let mean = sum / 1e6;
        assert!((3.9..4.1).contains(&mean), "{mean}");
        let far = Duration::from_secs(100 * 365 * 86_400);
        assert!((Chain::new(7).spikes(far, tau, gap) - often.spikes(far, tau, gap)).abs() <= 0.0);
    }
}
