//! What little data say: numbers with their 95 % intervals.
//!
//! - A share has E. B. Wilson's interval (JASA, 1927).
//! - A quantile lies between two order statistics: of n independent times, the number below the
//!   quantile q is binomial (n, q), so that the r-th shortest is above it with the chance that
//!   fewer than r are below (W. J. Conover, Practical Nonparametric Statistics, 1999, section 3.2).
//!   No law of the times is assumed. Of few times none may be long enough for an upper end.
//! - A mean length of exponential times, total time T over r of them: 2 T / mean is chi-square with
//!   2 r degrees of freedom. Where the last is cut, as it is when something was watched until a
//!   fixed time, the lower end takes 2 r + 2 (B. Epstein, Technometrics, 1960; NIST/SEMATECH
//!   e-Handbook of Statistical Methods, section 8.4.5.1). Without any, only the lower end is left.
//! - Availability is 1 / (1 + MTTR / MTBF). By the same two chi-squares, the ratio of the total
//!   times down and up over MTTR / MTBF is one of two gamma variables, the odds of a beta
//!   variable (or Fisher's F, scaled); ends are taken on the safe side as above.

use statrs::function::beta::beta_reg;
use statrs::function::gamma::gamma_lr;

use crate::pooled::wilson;

/// The 97.5 % quantile of the normal distribution.
pub(super) const NORMAL: f64 = 1.959_963_985;

/// What lies beyond either end.
const TAIL: f64 = 0.025;

/// A number that was measured, with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Of how many runs, calls or incidents.
    pub n: u64,
    /// The number; not a number if there is none.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end, infinite if so few have none.
    pub high: f64,
    /// How many it takes for an upper end, where there is none.
    pub n_for_high: Option<u64>,
}

/// The share of `part` in `n`, which is not 0.
pub(super) fn share(part: u64, n: u64) -> Seen {
    let value = part as f64 / n as f64;
    let (low, high) = wilson(value, n as f64, NORMAL);
    Seen { n, value, low, high, n_for_high: None }
}

/// A quantile of times, of which there is one at least, shortest first. The number is the shortest
/// time that a share `q` of all does not exceed.
pub(super) fn quantile(times: &[f64], q: f64) -> Seen {
    let n = times.len() as u64;
    let value = times[rank(times.len(), q) - 1];
    let (low, high) = ranks(n, q);
    let at = |rank: u64| times[rank as usize - 1];
    Seen {
        n,
        value,
        low: low.map_or(0.0, at),
        high: high.map_or(f64::INFINITY, at),
        n_for_high: high.is_none().then(|| n_for_high(q)),
    }
}

/// Which of `n` in order is the quantile, from 1 on.
fn rank(n: usize, q: f64) -> usize {
    // A product such as 0.95 · 20 may be just above what it is.
    ((q * n as f64 - 1e-9).ceil() as usize).clamp(1, n)
}

/// The ranks between which a quantile lies, if there are such.
fn ranks(n: u64, q: f64) -> (Option<u64>, Option<u64>) {
    // The chance that at most so many are below the quantile.
    let at_most =
        |k: u64| if k < n { beta_reg((n - k) as f64, (k + 1) as f64, 1.0 - q) } else { 1.0 };
    // From some number on the chance is above a bound: the first such number.
    let first_above = |bound: f64| {
        let (mut from, mut to) = (0, n);
        while from < to {
            let middle = u64::midpoint(from, to);
            if bound < at_most(middle) { to = middle } else { from = middle + 1 }
        }
        from
    };
    // The r-th is above with the chance of at most r − 1.
    let low = first_above(TAIL);
    // The s-th is below with the chance of at least s.
    let high = first_above(1.0 - TAIL - f64::EPSILON) + 1;
    ((0 < low).then_some(low), (high <= n).then_some(high))
}

/// How many it takes until the longest is above a quantile with the chance of 97.5 %.
fn n_for_high(q: f64) -> u64 {
    (libm::log(TAIL) / libm::log(q)).ceil() as u64
}

/// The mean of exponential times: of so many that came to `total` together, beside what lasted
/// longer than it was seen if the last is cut.
pub(super) fn mean_time(total: f64, n: u64, is_cut: bool) -> Seen {
    let shape = n as f64;
    let value = if n == 0 { f64::NAN } else { total / shape };
    let low = match n {
        0 if !is_cut => 0.0,
        _ => total / gamma_quantile(1.0 - TAIL, shape + f64::from(u8::from(is_cut))),
    };
    let high = if n == 0 { f64::INFINITY } else { total / gamma_quantile(TAIL, shape) };
    Seen { n, value, low, high, n_for_high: (n == 0).then_some(1) }
}

/// The share of time in which something was well: of so many times up, cut at the end, that came to
/// a total, and as many times down, the last one cut or not.
pub(super) fn availability(
    (up, ups): (f64, u64),
    (down, downs): (f64, u64),
    is_open: bool,
) -> Seen {
    let (ups_shape, downs_shape) = (ups as f64, downs as f64);
    let share = |odds: f64| 1.0 / (1.0 + odds);
    let least = odds_quantile(TAIL, downs_shape, ups_shape + 1.0);
    let low = share(down / up / least);
    let high = if ups == 0 {
        1.0
    } else {
        let cut = f64::from(u8::from(is_open));
        share(down / up / odds_quantile(1.0 - TAIL, downs_shape + cut, ups_shape))
    };
    let n = downs + u64::from(is_open);
    Seen { n, value: up / (up + down), low, high, n_for_high: None }
}

/// A quantile of the gamma distribution of scale 1: half of that of chi-square with twice as many
/// degrees of freedom.
pub(super) fn gamma_quantile(p: f64, shape: f64) -> f64 {
    let mut high = 1.0;
    while gamma_lr(shape, high) < p {
        high *= 2.0;
    }
    bisected((0.0, high), |x| 0.0 < x && p <= gamma_lr(shape, x))
}

/// A quantile of the ratio of two independent gamma variables of scale 1.
fn odds_quantile(p: f64, one: f64, other: f64) -> f64 {
    if one == 0.0 {
        return 0.0;
    }
    let share = bisected((0.0, 1.0), |x| p <= beta_reg(one, other, x));
    share / (1.0 - share)
}

/// Where something begins to be so.
fn bisected((mut low, mut high): (f64, f64), is_so: impl Fn(f64) -> bool) -> f64 {
    // As many halves as a float has bits.
    for _ in 0..64 {
        let middle = f64::midpoint(low, high);
        if is_so(middle) { high = middle } else { low = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use sim::kernel::{RngStream, RngStreams, StreamName};

    use super::*;

    fn near(found: f64, expected: f64) {
        let is_near = (found - expected).abs() < 6e-4 * expected.abs();
        assert!(is_near, "{found} is not {expected}");
    }

    #[test]
    fn a_share_of_seventeen_in_twenty_is_64_to_95_percent() {
        let seen = share(17, 20);
        near(seen.low, 0.6396);
        near(seen.high, 0.9476);
        let all = share(20, 20);
        assert!(all.value >= 1.0 && all.high >= 1.0);
        near(all.low, 0.8389);
    }

    #[test]
    fn quantiles_of_chi_square_and_f_are_those_of_tables() {
        for (degrees, p, expected) in [
            (2.0, 0.975, 7.378),
            (2.0, 0.025, 0.050_64),
            (10.0, 0.975, 20.483),
            (10.0, 0.025, 3.247),
            (60.0, 0.975, 83.298),
            (200.0, 0.025, 162.728),
        ] {
            near(2.0 * gamma_quantile(p, degrees / 2.0), expected);
        }
        // F of 10 and 10, and of 10 and 12 degrees: 12 and 10, upside down.
        near(odds_quantile(0.975, 5.0, 5.0), 3.717);
        near(odds_quantile(0.025, 5.0, 6.0) * 6.0 / 5.0, 1.0 / 3.621);
    }

    #[test]
    fn a_mean_time_has_the_interval_of_the_handbook() {
        // 5 in 1000 hours: 2000 over 23.337, 3.247 and, where the last is whole, 20.483.
        let cut = mean_time(1000.0, 5, true);
        near(cut.value, 200.0);
        near(cut.low, 85.70);
        near(cut.high, 615.9);
        near(mean_time(1000.0, 5, false).low, 97.64);
        let none = mean_time(1000.0, 0, true);
        assert!(none.value.is_nan() && none.high.is_infinite());
        near(none.low, 1000.0 / 3.688_9);
        assert_eq!(none.n_for_high, Some(1));
    }

    #[test]
    fn quantiles_lie_between_the_ranks_of_the_binomial() {
        for (n, q, expected) in [
            (5, 0.5, (None, None)),
            (6, 0.5, (Some(1), Some(6))),
            (10, 0.5, (Some(2), Some(9))),
            (20, 0.5, (Some(6), Some(15))),
            (100, 0.5, (Some(40), Some(61))),
            (10, 0.95, (Some(8), None)),
            (71, 0.95, (Some(63), None)),
            (72, 0.95, (Some(64), Some(72))),
            (100, 0.95, (Some(90), Some(100))),
            (1000, 0.95, (Some(936), Some(964))),
        ] {
            assert_eq!(ranks(n, q), expected, "{n} {q}");
        }
        let times: Vec<f64> = (1..=20).map(f64::from).collect();
        let [median, p95] = [0.5, 0.95].map(|q| quantile(&times, q));
        assert_eq!((median.value, median.low, median.high), (10.0, 6.0, 15.0));
        assert_eq!((median.n_for_high, p95.n_for_high), (None, Some(72)));
        assert_eq!((p95.value, p95.low, p95.high), (19.0, 17.0, f64::INFINITY));
        assert_eq!(quantile(&[3.0], 0.5).low.to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn availability_lies_where_the_ratio_of_mean_times_does() {
        // 5 times up of 950 together, 5 down of 50: F of 10 and 10 degrees is 3.717, of 10 and 12
        // 1 / 3.621.
        let seen = availability((950.0, 5), (50.0, 5), false);
        let ratio = 50.0 / 950.0;
        near(seen.value, 0.95);
        near(seen.high, 1.0 / (1.0 + ratio / 3.717));
        near(seen.low, 1.0 / (1.0 + ratio * 3.621 * 6.0 / 5.0));
        // An incident that is still on may last for long.
        assert!(availability((950.0, 5), (50.0, 4), true).low < seen.low);
        assert!(availability((950.0, 5), (50.0, 5), true).high > seen.high);
        // On from the beginning to the end: nothing is known.
        let always = availability((0.0, 0), (100.0, 0), true);
        assert_eq!((always.value, always.low, always.high), (0.0, 0.0, 1.0));
    }

    const CASES: u32 = 4000;

    /// In what share of cases the interval holds the truth.
    fn held(truth: f64, mut draw: impl FnMut(&mut RngStream) -> Seen) -> f64 {
        let mut stream = RngStreams::new(1).stream(StreamName::of("cases"));
        let holds = (0..CASES).filter(|_| {
            let seen = draw(&mut stream);
            seen.low <= truth && truth <= seen.high
        });
        holds.count() as f64 / f64::from(CASES)
    }

    #[test]
    fn shares_and_quantiles_hold_the_truth_as_often_as_they_say() {
        // Wilson's are right on average over shares.
        let of_share = |truth: f64| {
            held(truth, |rng| share((0..20).filter(|_| rng.uniform() < truth).count() as u64, 20))
        };
        let shares: Vec<f64> = (1..20).map(|part| of_share(f64::from(part) / 20.0)).collect();
        let mean = shares.iter().sum::<f64>() / shares.len() as f64;
        assert!((0.94..0.97).contains(&mean), "{shares:?}");
        // These are never too narrow.
        for (q, truth, n) in [(0.5, 1.0, 11), (0.95, 5.180_26, 20), (0.95, 5.180_26, 150)] {
            let held = held(truth, |rng| {
                let mut times: Vec<f64> = (0..n).map(|_| libm::exp(rng.normal())).collect();
                times.sort_by(f64::total_cmp);
                quantile(&times, q)
            });
            assert!((0.945..0.995).contains(&held), "{q} of {n}: {held}");
        }
    }

    /// Times up with the mean 10 and down with the mean 2, until 60 have passed.
    fn watched(rng: &mut RngStream) -> [(f64, u64); 2] {
        let (mut now, mut is_up) = (0.0, true);
        let mut seen = [(0.0, 0); 2];
        while now < 60.0 {
            let length = rng.exponential() * if is_up { 10.0 } else { 2.0 };
            let own = &mut seen[usize::from(!is_up)];
            own.0 += length.min(60.0 - now);
            own.1 += u64::from(now + length < 60.0);
            now += length;
            is_up = !is_up;
        }
        seen
    }

    #[test]
    fn mean_times_and_availability_hold_the_truth_at_least_as_often_as_they_say() {
        let mtbf = held(10.0, |rng| {
            let [up, _] = watched(rng);
            mean_time(up.0, up.1, true)
        });
        let mttr = held(2.0, |rng| {
            let [up, down] = watched(rng);
            mean_time(down.0, down.1, down.1 < up.1)
        });
        let share = held(10.0 / 12.0, |rng| {
            let [up, down] = watched(rng);
            if up.1 == 0 {
                return Seen { low: 0.0, high: 1.0, ..mean_time(up.0, 0, true) };
            }
            availability(up, down, down.1 < up.1)
        });
        for held in [mtbf, mttr, share] {
            assert!((0.945..0.99).contains(&held), "{mtbf} {mttr} {share}");
        }
    }
}
