//! Exponential and normal draws by the ziggurat method.
//!
//! The area under the density is covered by 256 layers of one size. A layer is chosen by eight
//! bits, a point along it by 53 others of the same 64; in some 98 of 100 cases that point lies
//! under the density for certain, and nothing more is needed.
//!
//! G. Marsaglia and W. W. Tsang, "The ziggurat method for generating random variables", Journal of
//! Statistical Software 5 (8), 2000; the bits of layer and point are kept apart as J. A. Doornik,
//! "An improved ziggurat method to generate normal random samples", 2005, shows to be necessary.
//! The edges of the layers are constants, so that they are the same everywhere; a test computes
//! each again.

use table::{EXPONENTIAL_X, EXPONENTIAL_Y, NORMAL_X, NORMAL_Y};

mod table;

/// A number of layers.
const LAYERS: usize = 256;
/// Where the tail of the exponential density begins.
const EXPONENTIAL_TAIL: f64 = 7.697_117_470_131_05;
/// Where the tail of the normal density begins.
const NORMAL_TAIL: f64 = 3.654_152_885_361_009;

/// Where random bits come from.
pub(super) trait Bits {
    /// The next 64 of them.
    fn bits(&mut self) -> u64;
}

/// A uniform draw from `[0, 1)`: a multiple of 2⁻⁵³.
#[inline]
pub(super) fn uniform(rng: &mut impl Bits) -> f64 {
    unit(rng.bits())
}

/// The upper 53 bits as a multiple of 2⁻⁵³ in `[0, 1)`.
#[inline]
pub fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}

/// An exponential draw of mean 1.
#[inline]
pub(super) fn exponential(rng: &mut impl Bits) -> f64 {
    let bits = rng.bits();
    let layer = (bits & 0xff) as usize;
    let x = unit(bits) * EXPONENTIAL_X[layer];
    if x < EXPONENTIAL_X[layer + 1] { x } else { exponential_edge(rng, layer, x) }
}

/// What is to be done if the point does not lie under the density for certain.
#[cold]
#[inline(never)]
fn exponential_edge(rng: &mut impl Bits, mut layer: usize, mut x: f64) -> f64 {
    loop {
        if layer == 0 {
            return EXPONENTIAL_TAIL - libm::log(1.0 - uniform(rng));
        }
        if is_under(EXPONENTIAL_Y, layer, uniform(rng), libm::exp(-x)) {
            return x;
        }
        let bits = rng.bits();
        layer = (bits & 0xff) as usize;
        x = unit(bits) * EXPONENTIAL_X[layer];
        if x < EXPONENTIAL_X[layer + 1] {
            return x;
        }
    }
}

/// A normal draw of mean 0 and variance 1.
#[inline]
pub(super) fn normal(rng: &mut impl Bits) -> f64 {
    let bits = rng.bits();
    let layer = (bits & 0xff) as usize;
    let x = (2.0 * unit(bits) - 1.0) * NORMAL_X[layer];
    if x.abs() < NORMAL_X[layer + 1] { x } else { normal_edge(rng, layer, x) }
}

#[cold]
#[inline(never)]
fn normal_edge(rng: &mut impl Bits, mut layer: usize, mut x: f64) -> f64 {
    loop {
        if layer == 0 {
            return normal_tail(rng).copysign(x);
        }
        if is_under(NORMAL_Y, layer, uniform(rng), libm::exp(-0.5 * x * x)) {
            return x;
        }
        let bits = rng.bits();
        layer = (bits & 0xff) as usize;
        x = (2.0 * unit(bits) - 1.0) * NORMAL_X[layer];
        if x.abs() < NORMAL_X[layer + 1] {
            return x;
        }
    }
}

/// A draw from the upper tail (G. Marsaglia, Technometrics 6, 1964).
fn normal_tail(rng: &mut impl Bits) -> f64 {
    loop {
        let x = -libm::log(1.0 - uniform(rng)) / NORMAL_TAIL;
        let y = -libm::log(1.0 - uniform(rng));
        if 2.0 * y >= x * x {
            return NORMAL_TAIL + x;
        }
    }
}

/// Whether a point at the height `share` of its layer is under the density, which is `y` there.
fn is_under(ys: &[f64; LAYERS + 1], layer: usize, share: f64, y: f64) -> bool {
    ys[layer] + share * (ys[layer + 1] - ys[layer]) < y
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::split_mix::split_mix;

    /// Computes the edges from the top of the tail up: each layer has the size of the lowest.
    fn check(
        (xs, ys): (&[f64; LAYERS + 1], &[f64; LAYERS + 1]),
        tail: f64,
        area_beyond: f64,
        density: fn(f64) -> f64,
        inverse: fn(f64) -> f64,
    ) {
        let size = tail * density(tail) + area_beyond;
        let mut expected = vec![size / density(tail), tail];
        while expected.len() < LAYERS {
            let last = expected[expected.len() - 1];
            expected.push(inverse(size / last + density(last)));
        }
        // The last layer ends at the top of the density, if the tail begins where it should.
        let last = expected[LAYERS - 1];
        assert!((size / last + density(last) - 1.0).abs() < 1e-14);
        expected.push(0.0);

        assert_eq!(bits(xs), bits(&expected));
        let heights: Vec<f64> = expected.iter().map(|&x| density(x)).collect();
        assert_eq!(bits(&ys[1..]), bits(&heights[1..]));
        assert_eq!(bits(&ys[..1]), [0]);
    }

    fn bits(numbers: &[f64]) -> Vec<u64> {
        numbers.iter().map(|number| number.to_bits()).collect()
    }

    #[test]
    fn the_edges_of_the_exponential_layers_are_right() {
        let tables = (EXPONENTIAL_X, EXPONENTIAL_Y);
        let beyond = libm::exp(-EXPONENTIAL_TAIL);
        check(tables, EXPONENTIAL_TAIL, beyond, |x| libm::exp(-x), |y| -libm::log(y));
    }

    #[test]
    fn the_edges_of_the_normal_layers_are_right() {
        let tables = (NORMAL_X, NORMAL_Y);
        let whole = (core::f64::consts::PI / 2.0).sqrt();
        let beyond = whole * libm::erfc(NORMAL_TAIL / core::f64::consts::SQRT_2);
        let inverse = |y: f64| (-2.0 * libm::log(y)).sqrt();
        check(tables, NORMAL_TAIL, beyond, |x| libm::exp(-0.5 * x * x), inverse);
    }

    /// How often it was asked.
    struct Asked(u64);

    impl Bits for Asked {
        fn bits(&mut self) -> u64 {
            self.0 += 1;
            split_mix(5, self.0)
        }
    }

    #[test]
    fn most_draws_take_64_bits() {
        for draw in [exponential as fn(&mut Asked) -> f64, normal] {
            let mut rng = Asked(0);
            for _ in 0..100_000 {
                draw(&mut rng);
            }
            let more = rng.0 as f64 / 100_000.0 - 1.0;
            assert!(0.0 < more && more < 0.04, "{more}");
        }
    }
}
