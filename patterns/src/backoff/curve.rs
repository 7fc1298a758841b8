//! How waits grow.

use super::law;
use super::quantiles::{self, Quantile};
use crate::invalid::Findings;
use crate::settings;
use crate::settings::Auto;
use crate::time::Duration;

settings! {
    /// How waits grow from one to the next, before the cap and jitter. A length of time alone is
    /// always the same wait: `60s`.
    #[derive(Clone, Debug, PartialEq)]
    pub enum Curve {
        /// Always the same wait.
        Constant(
            /// The wait.
            wait: Duration [.example("\"1s\"")],
        ),
        /// Each wait is longer than the one before by the same step: 1 s, 2 s, 3 s.
        Linear {
            /// The first wait.
            base: Duration [.was(&["first"]).example("\"1s\"")],
            /// How much longer each further wait is; `auto` is as long as `base`.
            step: Auto<Duration> = Auto::Auto,
        },
        /// Each wait is the one before times a factor: 1 s, 2 s, 4 s. What most libraries do.
        Exponential {
            /// The first wait.
            base: Duration [.was(&["first"]).example("\"1s\"")],
            /// What each further wait is multiplied by. Libraries take 1.5 to 2; AWS's
            /// decorrelated jitter takes 3.
            factor: f64 [.at_least(1.0)] = 2.0,
        },
        /// Each wait is the sum of the two before it: 1 s, 1 s, 2 s, 3 s, 5 s (backon,
        /// tokio-retry).
        Fibonacci {
            /// The first wait, and the second.
            base: Duration [.was(&["first"]).example("\"1s\"")],
        },
        /// As listed; the last wait stays.
        List(
            /// The waits, in order; at least one.
            waits: Vec<Duration> [.rest().at_least(1.0).example("[\"1s\", \"5s\", \"30s\"]")],
        ),
        /// Each drawn anew from a distribution that is given by shares: `drawn(0% 0s, 50% 2s, 99%
        /// 20s, 100% 30s)`. Half of these waits are no longer than 2 s; between two of the points
        /// all waits are alike.
        Drawn(
            /// In rising order from 0% to 100%, which share of all waits is no longer than which
            /// wait.
            points: Vec<Quantile>
                [.rest().at_least(2.0).example("[\"0% 0s\", \"50% 2s\", \"100% 30s\"]")],
        ),
        /// Each drawn anew from an exponential distribution.
        DrawnExponential {
            /// The mean.
            mean: Duration [.example("\"2s\"")],
        },
        /// Each drawn anew from a lognormal distribution.
        DrawnLognormal {
            /// Half of all waits are no longer.
            median: Duration [.above(0.0).example("\"2s\"")],
            /// 99 % of all waits are no longer; at least the median.
            p99: Duration [.example("\"20s\"")],
        },
        /// Each drawn anew from a Weibull distribution.
        DrawnWeibull {
            /// Below 1 long waits are commoner than with an exponential distribution, above 1 rarer.
            shape: f64 [.above(0.0).example("0.7")],
            /// 63 % of all waits are no longer.
            scale: Duration [.example("\"2s\"")],
        },
        /// Each drawn anew from a Pareto distribution.
        DrawnPareto {
            /// The smaller it is, the commoner are long waits; from 1 down their mean is infinite.
            shape: f64 [.above(0.0).example("2.5")],
            /// The shortest wait.
            least: Duration [.example("\"1s\"")],
        },
    }
    rules Self::rules;
    literals { Duration => Self::Constant }
}

impl Curve {
    fn rules(&self, found: &mut Findings) {
        match self {
            Self::Drawn(points) => {
                if let Err(must_be) = quantiles::check(points) {
                    found.add("points", must_be, None);
                }
            }
            Self::DrawnLognormal { median, p99 } => {
                found.unless(median <= p99, "p99", "at least the median");
            }
            _ => {}
        }
    }

    /// A wait that doubles each time.
    pub const fn doubling(base: Duration) -> Self {
        Self::Exponential { base, factor: 2.0 }
    }

    /// Whether each wait is drawn, and none follows from those before.
    pub(super) fn is_drawn(&self) -> bool {
        law::bounds(self).is_some()
    }

    /// The wait after `waits` other waits, before cap and jitter; the longest, if it is drawn.
    pub(super) fn length(&self, waits: u32) -> Duration {
        match self {
            Self::Constant(wait) => *wait,
            Self::Linear { base, step } => *base + step.or(*base) * u64::from(waits),
            Self::Exponential { base, factor } => base.scale(power(*factor, waits)),
            Self::Fibonacci { base } => *base * fibonacci(waits),
            Self::List(list) => list[(waits as usize).min(list.len() - 1)],
            drawn => law::bounds(drawn).map_or(Duration::ZERO, |(_, most)| most),
        }
    }

    /// A wait that is reached again and again: zero only if all waits but some first ones are.
    pub(super) fn late(&self) -> Duration {
        match self {
            Self::Linear { base, step } => *base + step.or(*base),
            Self::List(waits) => waits.last().copied().unwrap_or_default(),
            _ => self.length(0),
        }
    }
}

/// The number of Fibonacci at this index, from `F(0) = F(1) = 1` on; the largest `u64` from where
/// they do not fit.
fn fibonacci(index: u32) -> u64 {
    let (mut number, mut next) = (1_u64, 1_u64);
    for _ in 0..index.min(100) {
        (number, next) = (next, number.saturating_add(next));
    }
    number
}

/// `base` to the power of `exponent`, by squaring.
///
/// Only multiplies, so it gives the same bits everywhere, which `f64::powi` does not. It grows
/// with `exponent` unless `base` is closer to 1 than some 1e-7, where rounding is coarser than a
/// step.
pub(super) fn power(base: f64, exponent: u32) -> f64 {
    let (mut result, mut square, mut rest) = (1.0, base, exponent);
    while rest > 0 {
        if rest & 1 == 1 {
            result *= square;
        }
        square *= square;
        rest >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_those_of_repeated_multiplication() {
        for base in [1.0, 1.5, 2.0, 3.0] {
            let mut product = 1.0;
            for exponent in 0..20 {
                assert!((power(base, exponent) - product).abs() <= product * 1e-15);
                product *= base;
            }
        }
        assert_eq!(power(2.0, 63).to_bits(), ((1_u64 << 63) as f64).to_bits());
        assert!(power(2.0, u32::MAX).is_infinite());
        assert_eq!(power(1.0, u32::MAX).to_bits(), 1.0_f64.to_bits());
    }
}
