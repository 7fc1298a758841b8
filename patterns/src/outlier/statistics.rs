//! Success rates of hosts, compared without rounding.

/// Calls that were counted in an interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) calls: u32,
    pub(super) failures: u32,
}

impl Tally {
    pub(super) fn add(&mut self, failed: bool) {
        // Both stop together, so that there are never more failures than calls.
        if self.calls < u32::MAX {
            self.calls += 1;
            self.failures += u32::from(failed);
        }
    }

    /// Whether there are enough calls, and any at all.
    pub(super) fn has(self, min_calls: u32) -> bool {
        min_calls.max(1) <= self.calls
    }

    /// The success rate, for people to read.
    pub(super) fn success_rate(self) -> f64 {
        f64::from(self.calls - self.failures) / f64::from(self.calls.max(1))
    }

    /// The success rate in units of 2⁻³², rounded down: the same for equal fractions.
    fn rate(self) -> u128 {
        let successes = u64::from(self.calls - self.failures);
        ((successes << 32) / u64::from(self.calls.max(1))).into()
    }
}

/// The rates of all hosts that take part: their number, sum, and sum of squares.
///
/// Rates have 33 bits and there are fewer than 2¹⁶ of them, so that every product below stays
/// within 118 bits, but for the square of the factor, which may end at the largest number.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fleet {
    hosts: u128,
    sum: u128,
    squares: u128,
}

impl Fleet {
    pub(super) fn add(&mut self, tally: Tally) {
        let rate = tally.rate();
        self.hosts += 1;
        self.sum += rate;
        self.squares += rate * rate;
    }

    pub(super) fn hosts(&self) -> u128 {
        self.hosts
    }

    /// Whether this host's rate is below the mean by more than `thousandths` of the standard
    /// deviation.
    ///
    /// `rate < sum/n − f·σ` with `σ² = squares/n − (sum/n)²` is, times n and squared,
    /// `0 < sum − n·rate` and `f² · (n·squares − sum²) < (sum − n·rate)²`: no root, no fraction.
    pub(super) fn is_below(&self, tally: Tally, thousandths: u32) -> bool {
        let Some(below) = self.sum.checked_sub(self.hosts * tally.rate()) else {
            return false;
        };
        let spread = self.hosts * self.squares - self.sum * self.sum;
        let factor = u128::from(thousandths);
        (factor * factor).saturating_mul(spread) < 1_000_000 * below * below
    }

    /// The rate that [`Fleet::is_below`] compares with, for people to read: the mean less this many
    /// thousandths of the standard deviation.
    pub(super) fn limit(&self, thousandths: u32) -> f64 {
        let spread = self.hosts * self.squares - self.sum * self.sum;
        let deviations = libm::sqrt(spread as f64) * f64::from(thousandths) / 1_000.0;
        (self.sum as f64 - deviations) / self.hosts.max(1) as f64 / 4_294_967_296.0
    }
}
