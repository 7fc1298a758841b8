//! What a circuit breaker counts, and can be asked for.

/// How many calls a record holds, how many of them failed, and how many were slow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Results of every kind.
    pub calls: u64,
    /// Failures among them.
    pub failures: u64,
    /// Slow ones among them, failed or not.
    pub slow: u64,
}

/// What came since the record of the present state was begun: since it closed, or became half-open.
/// While open, what came in the state before; a late result that counts while open is added to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Calls that were admitted.
    pub admitted: u64,
    /// Results that were successes.
    pub successes: u64,
    /// Results that were failures.
    pub failures: u64,
    /// Results that counted as neither.
    pub ignored: u64,
    /// Slow calls among the successes and failures.
    pub slow: u64,
    /// Successes since the last failure.
    pub successes_in_a_row: u64,
    /// Failures since the last success.
    pub failures_in_a_row: u64,
}

/// How one call ended, as a record keeps it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub(super) failed: bool,
    pub(super) slow: bool,
}

impl Counts {
    /// The share of failures; none if there are no calls.
    pub fn failure_rate(self) -> Option<f64> {
        self.share(self.failures)
    }

    /// The share of slow calls; none if there are no calls.
    pub fn slow_rate(self) -> Option<f64> {
        self.share(self.slow)
    }

    // Divided rather than multiplied: 7 of 10 are then exactly the number written 0.7.
    fn share(self, of: u64) -> Option<f64> {
        (self.calls > 0).then(|| of as f64 / self.calls as f64)
    }

    pub(super) fn add(&mut self, mark: Mark) {
        self.calls += 1;
        self.failures += u64::from(mark.failed);
        self.slow += u64::from(mark.slow);
    }

    pub(super) fn remove(&mut self, other: Self) {
        self.calls -= other.calls;
        self.failures -= other.failures;
        self.slow -= other.slow;
    }
}

impl Figures {
    /// Successes and failures together.
    pub const fn counts(self) -> Counts {
        let Self { successes, failures, slow, .. } = self;
        Counts { calls: successes + failures, failures, slow }
    }

    #[inline]
    pub(super) fn add(&mut self, mark: Mark) {
        self.slow += u64::from(mark.slow);
        if mark.failed {
            self.failures += 1;
            self.failures_in_a_row += 1;
            self.successes_in_a_row = 0;
        } else {
            self.successes += 1;
            self.successes_in_a_row += 1;
            self.failures_in_a_row = 0;
        }
    }
}
