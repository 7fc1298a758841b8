//! What several runs say of a number, and how far that can be trusted.

use std::cell::RefCell;
use std::collections::BTreeMap;

use statrs::distribution::{ContinuousCDF, StudentsT};

/// A number with its two-sided 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// How many runs it is made of; those that say nothing are left out.
    pub n: usize,
    /// The number; not a number if there is none.
    pub mean: f64,
    /// The lower end of the interval; not a number below two runs.
    pub low: f64,
    /// The upper end of the interval, infinite if there is none; not a number below two runs.
    pub high: f64,
    /// Whether enough was seen for the interval to hold the truth in 95 of 100 cases.
    pub is_reliable: bool,
    /// How many runs would do, where that can be said of one that is not reliable.
    pub runs_needed: Option<u64>,
}

/// Of what an interval is told, so much has to be seen: as many events as a Poisson process with
/// the same relative error has. It is the rule for proportions of W. G. Cochran (Sampling
/// Techniques, 1977, section 3.8) at its lower end.
const EVENTS_MIN: f64 = 5.0;

/// Of fewer runs the variance is too uncertain, and how skewed they are cannot be seen: the
/// skewness of k terms is at most (k − 2) / √(k − 1) (J. E. Wilkins, Annals of Mathematical
/// Statistics, 1944), so that two or three never look too skewed, whatever they are drawn from.
const RUNS_MIN: u64 = 5;

impl Estimate {
    /// Of what no run says anything.
    pub const UNDEFINED: Self = Self {
        n: 0,
        mean: f64::NAN,
        low: f64::NAN,
        high: f64::NAN,
        is_reliable: false,
        runs_needed: None,
    };

    /// A number without an interval.
    pub(crate) fn bare(n: usize, mean: f64) -> Self {
        let runs_needed = (n == 1).then_some(2);
        Self { n, mean, runs_needed, ..Self::UNDEFINED }
    }

    /// The same with an interval that rests on this number of events.
    pub(crate) fn within(self, (low, high): (f64, f64), events: f64) -> Self {
        let is_reliable = EVENTS_MIN <= events;
        let needed = (self.n as f64 * EVENTS_MIN / events).ceil();
        let can_be_told = !is_reliable && needed.is_finite();
        let runs_needed = can_be_told.then(|| (needed as u64).max(self.n as u64 + 1));
        Self { low, high, is_reliable, runs_needed, ..self }
    }

    /// The same of one that rests on how much its runs vary, if they do.
    pub(crate) fn by_variance(self, interval: (f64, f64), events: f64) -> Self {
        let found = self.within(interval, events);
        let (low, high) = interval;
        if RUNS_MIN <= self.n as u64 || high <= low {
            return found;
        }
        let needed = if found.is_reliable { Some(RUNS_MIN) } else { found.runs_needed };
        let runs_needed = needed.map(|runs| runs.max(RUNS_MIN));
        Self { is_reliable: false, runs_needed, ..found }
    }

    /// Whether the sign is known, by an interval that can be relied on.
    pub fn is_clear(&self) -> bool {
        self.is_reliable && !self.may_be_zero()
    }

    /// Whether there are too few runs to tell anything by: neither its size, nor that there is no
    /// change.
    pub fn is_unsure(&self) -> bool {
        !(self.is_reliable || self.low == 0.0 && self.high == 0.0)
    }

    /// Whether zero is in the interval, so that the sign may be random. It is in undefined
    /// intervals.
    pub fn may_be_zero(&self) -> bool {
        !(self.low > 0.0 || self.high < 0.0)
    }
}

/// Values of Student's t, by units and intervals.
type Known = BTreeMap<(usize, usize), f64>;

/// Student's t for a two-sided 95 % interval from this number of independent units; of several
/// intervals, for all of them to hold together (Bonferroni).
pub(crate) fn students_t(units: usize, intervals: usize) -> f64 {
    thread_local! {
        /// Few are needed, and each takes as long as all the rest of an estimate.
        static KNOWN: RefCell<Known> = const { RefCell::new(Known::new()) };
    }
    let find = || {
        let distribution = StudentsT::new(0.0, 1.0, (units - 1) as f64);
        let distribution = distribution.expect("there are at least two units");
        distribution.inverse_cdf(1.0 - 0.025 / intervals.max(1) as f64)
    };
    KNOWN.with_borrow_mut(|known| *known.entry((units, intervals)).or_insert_with(find))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_reliable_from_five_events_on() {
        let within = |events: f64| Estimate::bare(10, 1.0).within((0.0, 2.0), events);
        assert!(within(5.0).is_reliable && within(5.0).runs_needed.is_none());
        assert!(!within(4.9).is_reliable);
        assert_eq!([4.9, 2.5].map(|events| within(events).runs_needed), [Some(11), Some(20)]);
        assert_eq!(within(0.0).runs_needed, None, "of nothing seen nothing follows");
    }

    #[test]
    fn an_interval_from_less_than_five_runs_that_vary_is_never_reliable() {
        let of = |runs: usize, events: f64| {
            let found = Estimate::bare(runs, 1.0).by_variance((0.0, 2.0), events);
            (found.is_reliable, found.runs_needed)
        };
        for runs in 2..5 {
            assert_eq!(of(runs, 1e9), (false, Some(5)));
            assert_eq!(of(runs, f64::INFINITY), (false, Some(5)));
            assert_eq!(of(runs, 0.0), (false, None));
        }
        assert_eq!(of(4, 1.0), (false, Some(20)));
        assert_eq!(of(5, 1e9), (true, None));
        let alike = Estimate::bare(2, 1.0).by_variance((1.0, 1.0), f64::INFINITY);
        assert!(alike.is_reliable && alike.runs_needed.is_none());
    }
}
