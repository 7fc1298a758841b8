//! Runs put together: ratios of sums, and intervals that stay within what is possible.
//!
//! Runs are the independent units. Of a ratio R = Σ part / Σ of they give the variance
//! k / (k − 1) · Σ (part − R · of)² / (Σ of)² (the ratio estimator: Cochran, Sampling Techniques,
//! 1977, section 6.4), whatever happens within a run. From it follow, with Student's t:
//!
//! - of a share, Wilson's interval (JASA, 1927) with the effective number of trials R (1 − R) /
//!   variance (Korn and Graubard, Survey Methodology, 1998);
//! - of all else, none of which can be negative, the interval on a scale of logarithms: R · exp(± t
//!   · √variance / R). Of counted events it is near Poisson's, for the rate as for its reciprocal;
//! - of a difference, the interval of the paired differences of part − R · of.
//!
//! Where few runs have much more than the others, the end of the interval on that side is further
//! away: a sum that missed some of them is too small, and so is its variance. See `long_side`.
//!
//! Where nothing was seen, runs say nothing of their variance. A share then has Wilson's interval
//! as if trials were independent (of time, as if each run were one trial), and a rate or a mean
//! time between events the bound of a Poisson process. Such intervals are marked as unreliable.

use sim::measure::{Pooling, Sample, Unit};

use crate::estimate::{Estimate, students_t};

/// The 97.5 % quantile of the normal distribution.
const NORMAL: f64 = 1.959_963_985;

/// How many events may be expected, at most, where none came: −ln 0.025, which is half the 97.5 %
/// quantile of the chi-square distribution with two degrees of freedom.
const NONE_SEEN: f64 = 3.688_879_454;

/// Several runs together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pool {
    runs: usize,
    part: f64,
    of: f64,
    pub(crate) value: f64,
    pub(crate) variance: f64,
    /// On how many events it seems to rest, by the skewness of what runs add to it.
    events: f64,
    /// That skewness.
    skewness: f64,
    /// The same of its denominator, by its variance alone.
    base: f64,
}

impl Pool {
    pub(crate) fn of(samples: impl Iterator<Item = Sample> + Clone) -> Self {
        let known = samples.filter(says_something);
        let runs = known.clone().count();
        let part: f64 = known.clone().map(|sample| sample.part).sum();
        let of: f64 = known.clone().map(|sample| sample.of).sum();
        // What is equal in all runs is that value, to the last bit.
        let first = known.clone().next().map_or(f64::NAN, |sample| sample.value());
        if known.clone().all(|sample| sample.value().to_bits() == first.to_bits()) {
            let (variance, events) = (0.0, f64::INFINITY);
            let (value, base, skewness) = (first, events, 0.0);
            return Self { runs, part, of, value, variance, events, skewness, base };
        }
        let value = Sample { part, of }.value();
        let departures = known.clone().map(|one| one.part - value * one.of);
        let count = runs as f64;
        let around = sum_of_squares(known.map(|one| one.of - of / count));
        let base = (count - 1.0) / count * of * of / around;
        let squares = sum_of_squares(departures.clone());
        let variance = count / (count - 1.0) * squares / (of * of);
        let (events, skewness) = (events(departures.clone()), skewness(departures));
        Self { runs, part, of, value, variance, events, skewness, base }
    }

    /// How many independent trials give a share this variance.
    pub(crate) fn trials(&self) -> f64 {
        self.value * (1.0 - self.value) / self.variance
    }
}

/// Whether a run has anything to do with a number: not if nothing came of nothing.
pub(crate) fn says_something(sample: &Sample) -> bool {
    !sample.part.is_nan() && !sample.of.is_nan() && (sample.part != 0.0 || sample.of != 0.0)
}

/// On how many events a sum seems to rest: as many as a Poisson process of the same skewness has
/// (the standardised sum of n terms of skewness G has skewness G / √n, that of m events 1 / √m). It
/// is told by few terms that are far from all others; W. G. Cochran (Sampling Techniques, 1977,
/// section 2.15) asks for 25, for normal intervals that are not exact at zero as these are.
fn events(departures: impl Iterator<Item = f64> + Clone) -> f64 {
    let count = departures.clone().count() as f64;
    let skewness = skewness(departures);
    count / (skewness * skewness)
}

/// The skewness of terms with mean zero.
fn skewness(departures: impl Iterator<Item = f64> + Clone) -> f64 {
    let count = departures.clone().count() as f64;
    let squares = sum_of_squares(departures.clone());
    let cubes: f64 = departures.map(|departure| departure * departure * departure).sum();
    cubes / squares * (count / squares).sqrt()
}

/// The skewness of a few dozen terms is much less than that of what they are drawn from, since it
/// is the rare large terms that make it: so it is taken this many times. By simulation, intervals
/// from 30 normal, exponential, lognormal (σ up to 1) and compound Poisson terms then hold the mean
/// in 93 to 97 of 100 cases, and most of those of terms that are more skewed are marked.
const OF_MEANS: f64 = 2.0;
/// The same of differences, whose intervals are on no scale of logarithms.
const OF_DIFFERENCES: f64 = 1.5;

/// How many deviations the end of an interval is away on the side on which the skewed terms have
/// their long tail, from t on either side without it: by Edgeworth's expansion of the studentised
/// mean (N. J. Johnson, JASA, 1978; P. Hall, The Bootstrap and Edgeworth Expansion, 1992, section
/// 2.6), of its logarithm if the terms have a coefficient of variation.
fn long_side(t: f64, terms: usize, skewness: f64, variation: f64) -> f64 {
    let bend = t * t * (2.0 * skewness - 3.0 * variation) + skewness;
    t.max(t + bend / (6.0 * (terms as f64).sqrt()))
}

pub(crate) fn sum_of_squares(terms: impl Iterator<Item = f64>) -> f64 {
    terms.map(|term| term * term).sum()
}

fn is_share(pooling: Pooling) -> bool {
    matches!(pooling, Pooling::Share | Pooling::ShareOfTime)
}

/// What runs say of a measure that is put together so, and has this unit. Quantiles are taken as
/// numbers of their runs.
pub fn estimate(
    pooling: Pooling,
    unit: Unit,
    samples: impl Iterator<Item = Sample> + Clone,
) -> Estimate {
    let pool = Pool::of(samples);
    let bare = Estimate::bare(pool.runs, pool.value);
    if pool.runs < 2 {
        return bare;
    }
    if let Some(bound) = none_seen(&pool, pooling, unit) {
        return bare.within(bound, 0.0);
    }
    if pool.variance == 0.0 {
        return bare.within((pool.value, pool.value), f64::INFINITY);
    }
    let t = students_t(pool.runs, 1);
    if is_share(pooling) {
        let trials = pool.trials();
        let events = pool.events.min(trials * pool.value.min(1.0 - pool.value));
        return bare.by_variance(wilson(pool.value, trials, t), events);
    }
    let error = pool.variance.sqrt() / pool.value;
    let upper =
        long_side(t, pool.runs, OF_MEANS * pool.skewness, error * (pool.runs as f64).sqrt());
    let [below, above] = [t, upper].map(|t| libm::exp(t * error));
    let events = pool.events.min(1.0 / (error * error));
    bare.by_variance((pool.value / below, pool.value * above), events)
}

/// The interval of what happened never, or always.
fn none_seen(pool: &Pool, pooling: Pooling, unit: Unit) -> Option<(f64, f64)> {
    if is_share(pooling) {
        let trials = if pooling == Pooling::Share { pool.of } else { pool.runs as f64 };
        let is_at_end = pool.value <= 0.0 || pool.value >= 1.0;
        return is_at_end.then(|| wilson(pool.value, trials, NORMAL));
    }
    match unit {
        Unit::Seconds if pool.of == 0.0 => Some((pool.part / NONE_SEEN, f64::INFINITY)),
        Unit::Count | Unit::PerHour if pool.part == 0.0 => Some((0.0, NONE_SEEN / pool.of)),
        _ if pool.of == 0.0 => Some((f64::NAN, f64::NAN)),
        _ if pool.part == 0.0 => Some((0.0, 0.0)),
        _ => None,
    }
}

/// Wilson's interval of a share that was seen in so many trials, `z` deviations wide on either
/// side: what is not refuted by a test with the variance of the true share.
pub(crate) fn wilson(share: f64, trials: f64, z: f64) -> (f64, f64) {
    let square = z * z / trials;
    let middle = (share + square / 2.0) / (1.0 + square);
    let half = (square * (share * (1.0 - share) + square / 4.0)).sqrt() / (1.0 + square);
    // Rounding must not take the ends beyond the share itself: at 0 and 1 they are equal.
    ((middle - half).max(0.0).min(share), (middle + half).min(1.0).max(share))
}

/// By how much a measure is greater in the runs `a` than in the runs `b`, pair by pair with the
/// same random numbers, so that what is in both cancels; of pairs in which both runs say something,
/// which are as many as it is made of: pooled, with an interval that holds
/// together with so many others in 95 of 100 cases. Zero where both are equal bit for bit.
pub fn difference(
    pooling: Pooling,
    unit: Unit,
    pairs: impl Iterator<Item = (Sample, Sample)> + Clone,
    intervals: usize,
) -> Estimate {
    let pairs = pairs.filter(|(a, b)| says_something(a) && says_something(b));
    let (a, b) = (pairs.clone().map(|(a, _)| a), pairs.clone().map(|(_, b)| b));
    let (left, right) = (Pool::of(a.clone()), Pool::of(b.clone()));
    let change = left.value - right.value;
    let count = pairs.clone().count();
    let bare = Estimate::bare(count, change);
    if count < 2 || !change.is_finite() {
        return bare;
    }
    let [one, other] = [estimate(pooling, unit, a), estimate(pooling, unit, b)];
    if pairs.clone().all(|(a, b)| a == b) {
        return combined(bare.within((0.0, 0.0), f64::INFINITY), &one, &other);
    }
    if is_share(pooling) && left.variance == 0.0 && right.variance == 0.0 {
        // Where runs do not vary, the intervals of both still do (Newcombe, Statistics in
        // Medicine, 1998).
        let low = change - libm::hypot(one.mean - one.low, other.high - other.mean);
        let high = change + libm::hypot(one.high - one.mean, other.mean - other.low);
        let interval = (low.max(-1.0), high.min(1.0));
        return combined(bare.within(interval, f64::INFINITY), &one, &other);
    }
    let runs = count as f64;
    let of = |one: Sample, pool: &Pool| (one.part - pool.value * one.of) / pool.of * runs;
    let departures = pairs.map(|(a, b)| of(a, &left) - of(b, &right));
    let ((mut low, mut high), mut events) = around(change, departures.clone(), intervals);
    if is_share(pooling) {
        // What a run adds to a share has no long tail.
        let half = students_t(count, intervals) * deviation_of_mean(departures);
        (low, high) = (change - half, change + half);
    }
    if is_share(pooling) || unit == Unit::Share {
        (low, high) = (low.max(-1.0), high.min(1.0));
    }
    // A ratio is near its tangent where its denominator is known to within a fifth (Cochran,
    // section 6.5, says a tenth, for its bias to be negligible).
    events = events.min(left.base / 4.0).min(right.base / 4.0);
    combined(bare.by_variance((low, high), events), &one, &other)
}

/// A difference, and how much it counts among others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weighted {
    pub(crate) weight: f64,
    /// The place of what is more.
    pub(crate) to: usize,
    /// The place of what it is more than.
    pub(crate) from: usize,
}

/// A sum of weighted differences between samples of several systems, run by run with the same
/// random numbers; of runs in which all say something. It is linear in what is pooled: so sums of
/// such sums are sums of their numbers, and what is equal bit for bit adds zero. The interval of
/// what is a share does not go beyond all of it.
pub(crate) fn sum_of_differences(terms: &[Weighted], of: &[Vec<Sample>], unit: Unit) -> Estimate {
    let used = |place: &usize| terms.iter().any(|term| term.to == *place || term.from == *place);
    let places: Vec<usize> = (0..of.len()).filter(used).collect();
    let runs = places.iter().map(|place| of[*place].len()).min().unwrap_or(0);
    let says = |run: &usize| places.iter().all(|place| says_something(&of[*place][*run]));
    let runs: Vec<usize> = (0..runs).filter(says).collect();
    let pool =
        |samples: &Vec<Sample>| Pool::of(runs.iter().filter_map(|run| samples.get(*run).copied()));
    let pools: Vec<Pool> = of.iter().map(pool).collect();
    let sum = |value: &dyn Fn(usize) -> f64| {
        terms.iter().map(|term| term.weight * (value(term.to) - value(term.from))).sum::<f64>()
    };
    let (count, change) = (runs.len(), sum(&|place| pools[place].value));
    let bare = Estimate::bare(count, change);
    if count < 2 || !change.is_finite() {
        return bare;
    }
    let departure = |run: usize, place: usize| {
        let (sample, pool) = (of[place][run], &pools[place]);
        match sample.part - pool.value * sample.of {
            0.0 => 0.0,
            departure => departure / pool.of * count as f64,
        }
    };
    let departures: Vec<f64> =
        runs.iter().map(|run| sum(&|place| departure(*run, place))).collect();
    let ((mut low, mut high), mut events) = around(change, departures.iter().copied(), 1);
    if unit == Unit::Share {
        let most: f64 = terms.iter().map(|term| term.weight.abs()).sum();
        (low, high) = (low.max(-most), high.min(most));
    }
    for place in places {
        events = events.min(pools[place].base / 4.0);
    }
    bare.by_variance((low, high), events)
}

/// The interval of a difference from what units depart from it, and on how many events it rests.
pub(crate) fn around(
    change: f64,
    departures: impl Iterator<Item = f64> + Clone,
    intervals: usize,
) -> ((f64, f64), f64) {
    let error = deviation_of_mean(departures.clone());
    if error == 0.0 {
        return ((change, change), f64::INFINITY);
    }
    let units = departures.clone().count();
    let t = students_t(units, intervals);
    let skewed = OF_DIFFERENCES * skewness(departures.clone());
    let [below, above] = [-skewed, skewed].map(|skewness| long_side(t, units, skewness, 0.0));
    ((change - below * error, change + above * error), events(departures))
}

/// The standard deviation of the mean of terms with mean zero.
fn deviation_of_mean(departures: impl Iterator<Item = f64> + Clone) -> f64 {
    let count = departures.clone().count() as f64;
    (sum_of_squares(departures) / count / (count - 1.0)).sqrt()
}

/// A difference is at most as reliable as both of what it is taken from.
pub(crate) fn combined(difference: Estimate, a: &Estimate, b: &Estimate) -> Estimate {
    let all = [difference, *a, *b];
    let is_reliable = all.iter().all(|one| one.is_reliable);
    let runs_needed = all.iter().filter_map(|one| one.runs_needed).max();
    Estimate { is_reliable, runs_needed, ..difference }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilsons_interval_has_the_share_and_stays_within_what_is_possible() {
        for trials in 1..2000 {
            for part in [0.0, 0.5, 1.0] {
                let (low, high) = wilson(part, f64::from(trials), NORMAL);
                assert!(0.0 <= low && low <= part && part <= high && high <= 1.0, "{trials}");
            }
        }
    }
}
