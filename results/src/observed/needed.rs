//! How many real runs it takes to tell a difference, with 80 % power at the 5 % level.
//!
//! What is simulated is taken as known, since thousands of runs cost nothing. Of n independent
//! runs whose mean has the variance v₀ / n if the simulation is right and v₁ / n if it is not, a
//! difference d is told from n = ((z₀.₉₇₅ √v₀ + z₀.₈ √v₁) / d)² on (J. L. Fleiss, Statistical
//! Methods for Rates and Proportions, 1981; of one sample, where nothing but its own variance
//! counts). Ratios of times are differences of their logarithms.

use super::intervals::NORMAL;

/// The 80 % quantile of the normal distribution.
const POWER: f64 = 0.841_621_234;

/// The difference of shares that matters.
pub(super) const POINTS: f64 = 0.05;

/// The ratio of times that matters.
pub(super) const RATIO: f64 = 1.2;

/// How many it takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Needed {
    /// To tell a difference as large as the one seen, or one that matters if that is smaller.
    pub(super) as_seen: f64,
    /// To tell one that just matters.
    pub(super) as_matters: f64,
}

/// The number from which on a difference is told, by the variances without it and with it.
fn number([without, with]: [f64; 2], difference: f64) -> f64 {
    let root = (NORMAL * without.sqrt() + POWER * with.sqrt()) / difference;
    root * root
}

/// Of a share that is simulated and measured.
pub(super) fn of_shares(simulated: f64, measured: f64) -> Option<Needed> {
    if !simulated.is_finite() || !measured.is_finite() {
        return None;
    }
    let towards = measured - simulated;
    let towards = if towards == 0.0 { 0.5 - simulated } else { towards };
    let away = |size: f64| {
        let there = simulated + size.copysign(towards);
        if (0.0..=1.0).contains(&there) { there } else { simulated - size.copysign(towards) }
    };
    let of = |other: f64| {
        let variances = [simulated, other].map(|share| share * (1.0 - share));
        let difference = (other - simulated).abs();
        let found = number(variances, difference);
        // What never happens is refuted by one case: it comes among so many with a chance of 80 %.
        let is_never = variances[0] <= 0.0;
        let first = libm::log(0.2) / libm::log1p(-difference);
        if is_never { found.max(first) } else { found }
    };
    let matters = of(away(POINTS));
    let is_large = POINTS <= (measured - simulated).abs();
    let as_seen = if is_large { of(measured) } else { matters };
    Some(Needed { as_seen, as_matters: matters })
}

/// Of a positive number, by the variance of the logarithm of what one run says of it.
pub(super) fn of_ratio(simulated: f64, measured: f64, variance: f64) -> Option<Needed> {
    let log = libm::log(measured / simulated);
    let least = libm::log(RATIO);
    let is_there = log.is_finite() && variance.is_finite();
    let of = |difference: f64| number([variance; 2], difference);
    is_there.then(|| Needed { as_seen: of(log.abs().max(least)), as_matters: of(least) })
}

/// How wide half an interval from `n` is, where a difference that matters is 1.
pub(super) fn width(needed: f64, n: u64) -> f64 {
    NORMAL / (NORMAL + POWER) * (needed / n as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::intervals::share;
    use super::*;

    #[test]
    fn the_number_of_runs_is_that_of_the_standard_formula() {
        // Two samples: both add to the variance of the difference, with it and without it.
        let both = 0.87 * 0.13 + 0.96 * 0.04;
        assert_eq!(number([both; 2], 0.09).ceil() as u64, 147);
        // One sample against 0.96, which is known.
        let root: f64 = (1.959_964 * (0.0384_f64).sqrt() + 0.841_621 * (0.1131_f64).sqrt()) / 0.09;
        let found = of_shares(0.96, 0.87).unwrap();
        assert!((found.as_seen - root * root).abs() < 1e-3, "{found:?}");
        // Means of exponential times: (2.8016 / ln 1.2)².
        let found = of_ratio(100.0, 100.0, 1.0).unwrap();
        assert_eq!((found.as_seen.ceil() as u64, found.as_matters.ceil() as u64), (237, 237));
        assert!(of_ratio(100.0, 200.0, 1.0).unwrap().as_seen < 17.0);
    }

    #[test]
    fn a_difference_that_is_tiny_counts_as_one_that_matters() {
        let found = of_shares(0.9, 0.91).unwrap();
        assert_eq!(found, Needed { as_seen: found.as_matters, ..found });
        assert_eq!(found, of_shares(0.9, 0.94).unwrap());
        // Beyond 1 there is nothing: it is looked for on the other side.
        assert!(of_shares(0.98, 0.99).unwrap().as_seen.is_finite());
        // What never happens: 1 − 0.95ⁿ ≥ 0.8.
        assert_eq!(of_shares(1.0, 1.0).unwrap().as_seen.ceil() as u64, 32);
        assert_eq!(of_shares(f64::NAN, 0.5), None);
        assert_eq!(of_ratio(0.0, 1.0, 1.0), None);
        assert_eq!(of_ratio(1.0, f64::NAN, 1.0), None);
    }

    #[test]
    fn an_interval_is_as_wide_as_what_matters_where_half_of_it_is() {
        // 0.05 = 1.96 √(0.9 · 0.1 / n).
        let n = (NORMAL / 0.05) * (NORMAL / 0.05) * 0.09;
        let needed = of_shares(0.9, 0.9).unwrap().as_matters;
        assert!((width(needed, n as u64) - 1.0).abs() < 0.1);
    }

    #[test]
    fn so_many_runs_tell_the_difference_in_80_of_100_cases() {
        use sim::kernel::{RngStreams, StreamName};

        let mut rng = RngStreams::new(1).stream(StreamName::of("runs"));
        let pairs = [(0.96, 0.87), (0.87, 0.96), (0.5, 0.6), (0.8, 0.65), (0.3, 0.25), (0.1, 0.3)];
        let powers = pairs.map(|(simulated, truth)| {
            let runs = of_shares(simulated, truth).unwrap().as_seen.ceil() as u64;
            let told = (0..2000).filter(|_| {
                let good = (0..runs).filter(|_| rng.uniform() < truth).count() as u64;
                let seen = share(good, runs);
                seen.high < simulated || simulated < seen.low
            });
            told.count() as f64 / 2000.0
        });
        // Of few runs the power jumps from one number to the next.
        let mean = powers.iter().sum::<f64>() / 6.0;
        let are_near = powers.iter().all(|power| (0.7..0.9).contains(power));
        assert!(are_near && (0.77..0.83).contains(&mean), "{powers:?}");
    }
}
