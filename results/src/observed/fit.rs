//! Laws that fit what was measured, and how well.
//!
//! How far a law is off is the greatest distance between its distribution function and that of the
//! data (Kolmogorov and Smirnov). As its parameters are taken from the same data, 1.36 / √n would
//! be far too kind; the bounds of 5 % are those of H. W. Lilliefors for a normal law (JASA, 1967)
//! and an exponential one (JASA, 1969), as M. A. Stephens writes them for every n (JASA, 1974).

use statrs::function::erf::erfc;

/// Fewer say nothing of a law.
const FEWEST: usize = 5;

/// The 99 % quantile of the normal distribution.
const P99: f64 = 2.326_347_874;

/// How well a law fits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// What the law is called.
    pub law: &'static str,
    /// Of how many times.
    pub n: u64,
    /// The greatest distance between the two distribution functions.
    pub distance: f64,
    /// The distance that is exceeded in 5 of 100 cases if the law is the right one.
    pub bound: f64,
}

impl Fit {
    /// Whether nothing speaks against the law, as far as so many can tell.
    pub fn holds(&self) -> bool {
        self.distance <= self.bound
    }
}

/// A lognormal law: its median and its 99th percentile, in seconds, and how well it fits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lognormal {
    pub(super) median: f64,
    pub(super) p99: f64,
    pub(super) fit: Fit,
}

/// The lognormal law of times, shortest first; none of too few, and none if some took no time.
pub(super) fn lognormal(times: &[f64]) -> Option<Lognormal> {
    let logs: Vec<f64> = times.iter().map(|secs| libm::log(*secs)).collect();
    if logs.len() < FEWEST || logs.iter().any(|log| !log.is_finite()) {
        return None;
    }
    let n = logs.len() as f64;
    let mean = logs.iter().sum::<f64>() / n;
    let squares: f64 = logs.iter().map(|log| (log - mean) * (log - mean)).sum();
    let deviation = (squares / (n - 1.0)).sqrt();
    if deviation <= 0.0 {
        return None;
    }
    let below = |log: &f64| erfc((mean - log) / deviation / std::f64::consts::SQRT_2) / 2.0;
    let bound = 0.895 / (n.sqrt() - 0.01 + 0.85 / n.sqrt());
    let distance = distance(logs.iter().map(below));
    let fit = Fit { law: "lognormal", n: logs.len() as u64, distance, bound };
    Some(Lognormal { median: libm::exp(mean), p99: libm::exp(mean + P99 * deviation), fit })
}

/// How well an exponential law of the mean of these times fits; none of too few.
pub(super) fn exponential(times: &[f64]) -> Option<Fit> {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    let n = times.len() as f64;
    let mean = times.iter().sum::<f64>() / n;
    if times.len() < FEWEST || mean <= 0.0 {
        return None;
    }
    let distance = distance(times.iter().map(|secs| -libm::expm1(-secs / mean)));
    let bound = 1.094 / (n.sqrt() + 0.26 + 0.5 / n.sqrt()) + 0.2 / n;
    Some(Fit { law: "exponential", n: times.len() as u64, distance, bound })
}

/// The greatest distance of shares, which rise, from those of their ranks.
fn distance(shares: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = shares.len() as f64;
    let of = |(at, share): (usize, f64)| {
        let (before, after) = (at as f64 / n, (at + 1) as f64 / n);
        (share - before).max(after - share)
    };
    shares.enumerate().map(of).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use sim::kernel::{RngStream, RngStreams, StreamName};

    use super::*;

    /// Times from a fixed seed, shortest first.
    fn drawn(n: usize, case: u64, draw: impl Fn(&mut RngStream) -> f64) -> Vec<f64> {
        let name = StreamName::of("times").number(case);
        let mut stream = RngStreams::new(1).stream(name);
        let mut times: Vec<f64> = (0..n).map(|_| draw(&mut stream)).collect();
        times.sort_by(f64::total_cmp);
        times
    }

    #[test]
    fn bounds_are_those_of_the_tables_of_lilliefors() {
        for (n, normal, other) in [(10, 0.258, 0.325), (20, 0.190, 0.234), (30, 0.161, 0.192)] {
            let times = drawn(n, 0, RngStream::exponential);
            let found = [lognormal(&times).unwrap().fit, exponential(&times).unwrap()];
            for (fit, expected) in found.iter().zip([normal, other]) {
                assert!((fit.bound - expected).abs() < 0.005, "{fit:?} is not {expected}");
            }
        }
    }

    #[test]
    fn the_right_law_is_refuted_in_five_of_a_hundred_cases_and_a_wrong_one_in_most() {
        const CASES: u64 = 8000;
        let share = |holds: &dyn Fn(u64) -> bool| {
            (0..CASES).filter(|case| !holds(*case)).count() as f64 / CASES as f64
        };
        let log = |rng: &mut RngStream| libm::exp(0.5 + 0.8 * rng.normal());
        let two = |rng: &mut RngStream| if rng.uniform() < 0.5 { 1.0 } else { 9.0 } + rng.uniform();
        let right = share(&|case| lognormal(&drawn(20, case, log)).unwrap().fit.holds());
        let wrong = share(&|case| lognormal(&drawn(30, case, two)).unwrap().fit.holds());
        assert!((0.04..0.06).contains(&right) && 0.95 < wrong, "{right} {wrong}");
        let right =
            share(&|case| exponential(&drawn(20, case, RngStream::exponential)).unwrap().holds());
        let wrong = share(&|case| {
            exponential(&drawn(20, case, |rng| 9.0 + rng.uniform())).unwrap().holds()
        });
        assert!((0.04..0.06).contains(&right) && 0.95 < wrong, "{right} {wrong}");
    }

    #[test]
    fn a_lognormal_law_is_found_again() {
        let times = drawn(20_000, 1, |rng| libm::exp(0.5 + 0.8 * rng.normal()));
        let law = lognormal(&times).unwrap();
        assert!((law.median / libm::exp(0.5) - 1.0).abs() < 0.02, "{law:?}");
        assert!((law.p99 / libm::exp(0.5 + 0.8 * 2.326_348) - 1.0).abs() < 0.03, "{law:?}");
        assert_eq!(lognormal(&[0.0, 1.0, 2.0, 3.0, 4.0]), None);
        assert_eq!(lognormal(&[1.0; 9]), None);
        assert_eq!(lognormal(&times[..4]), None);
        assert_eq!(exponential(&[0.0; 9]), None);
    }
}
