//! Arrivals that come in bursts: a Poisson process whose rate changes between two values.

use patterns::{Duration, Invalid, Time};

use super::stream::RngStream;

/// A Markov-modulated Poisson process of two states, each with a rate of arrivals and a mean
/// length of stay; stays are exponential.
///
/// W. Fischer and K. Meier-Hellstern, "The Markov-modulated Poisson process (MMPP) cookbook",
/// Performance Evaluation 18 (2), 1993.
#[derive(Clone, Debug, PartialEq)]
pub struct Bursts {
    states: [State; 2],
}

#[derive(Clone, Debug, PartialEq)]
struct State {
    /// Arrivals per second.
    rate: f64,
    /// The mean stay in seconds.
    stay: f64,
}

/// Where one source of bursts stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BurstState {
    /// Which of the two states it is in.
    index: bool,
    /// When it leaves it.
    until: Time,
}

/// How many times a source may change its state between two arrivals, on average: each change
/// takes time to simulate.
const CHANGES_MAX: f64 = 1e6;

impl Bursts {
    /// Changes between a low rate and a high one, both per second, with a mean stay in each.
    pub fn new(
        low: f64,
        high: f64,
        low_stay: Duration,
        high_stay: Duration,
    ) -> Result<Self, Invalid> {
        Invalid::unless(low >= 0.0 && low.is_finite(), "low", "a number that is not below 0")?;
        Invalid::unless(high > 0.0 && high.is_finite(), "high", "a number above 0")?;
        Invalid::unless(low <= high, "low", "at most `high`")?;
        Invalid::unless(!low_stay.is_zero(), "low-for", "longer than 0s")?;
        Invalid::unless(!high_stay.is_zero(), "high-for", "longer than 0s")?;
        let state = |rate, stay: Duration| State { rate, stay: stay.as_secs_f64() };
        let bursts = Self { states: [state(low, low_stay), state(high, high_stay)] };
        let cycle = bursts.states[0].stay + bursts.states[1].stay;
        let is_slow = bursts.mean_rate() * cycle * CHANGES_MAX >= 2.0;
        let must_be = "such that fewer than a million changes come between two tasks";
        Invalid::unless(is_slow, "high-for", must_be)?;
        Ok(bursts)
    }

    /// The mean rate per second.
    pub fn mean_rate(&self) -> f64 {
        let [low, high] = &self.states;
        (low.rate * low.stay + high.rate * high.stay) / (low.stay + high.stay)
    }

    /// The index of dispersion for counts: the variance of how many come in a time, over their
    /// mean. It is 1 for a Poisson process.
    pub fn index_of_dispersion(&self, time: Duration) -> f64 {
        let [low, high] = &self.states;
        let (leave_low, leave_high) = (1.0 / low.stay, 1.0 / high.stay);
        let both = leave_low + leave_high;
        let apart = (high.rate - low.rate) * (high.rate - low.rate) * leave_low * leave_high;
        let weight = 2.0 * apart / (both * both * (low.rate * leave_high + high.rate * leave_low));
        let passed = both * time.as_secs_f64();
        if passed == 0.0 {
            return 1.0;
        }
        1.0 + weight * (1.0 + libm::expm1(-passed) / passed)
    }

    /// Where a source stands at the beginning, as if it had begun long before.
    pub fn begin(&self, stream: &mut RngStream) -> BurstState {
        let [low, high] = &self.states;
        let index = stream.uniform() * (low.stay + high.stay) < high.stay;
        BurstState { index, until: self.leaves(index, Time::ZERO, stream) }
    }

    /// The next arrival after `now`; none if none comes in all of time.
    pub fn next(&self, at: &mut BurstState, now: Time, stream: &mut RngStream) -> Option<Time> {
        let mut time = now;
        while time < Time::MAX {
            let rate = self.states[usize::from(at.index)].rate;
            if rate > 0.0 {
                let then = time + Duration::from_secs_f64(stream.exponential() / rate);
                if then < at.until {
                    return Some(then);
                }
            }
            // What would come after the change is drawn anew: nothing has memory.
            time = at.until;
            at.index = !at.index;
            at.until = self.leaves(at.index, time, stream);
        }
        None
    }

    fn leaves(&self, index: bool, from: Time, stream: &mut RngStream) -> Time {
        let stay = self.states[usize::from(index)].stay * stream.exponential();
        from + Duration::from_secs_f64(stay)
    }
}
