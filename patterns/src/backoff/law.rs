//! Waits drawn from a distribution of a known law, by the inverse of its distribution function.

use super::curve::Curve;
use super::quantiles;
use crate::time::Duration;

/// The 99 % quantile of the standard normal distribution.
const NORMAL_P99: f64 = 2.326_347_874_040_841;

/// The wait that a uniform draw from `[0, 1)` stands for; none of a curve that draws nothing.
pub(super) fn wait(curve: &Curve, draw: f64) -> Option<Duration> {
    Some(match curve {
        Curve::Drawn(points) => quantiles::wait(points, draw),
        Curve::DrawnExponential { mean } => mean.scale(-libm::log1p(-draw)),
        Curve::DrawnLognormal { median, p99 } => {
            let sigma = libm::log(p99.as_secs_f64() / median.as_secs_f64()) / NORMAL_P99;
            median.scale(libm::exp(sigma * normal(draw)))
        }
        Curve::DrawnWeibull { shape, scale } => {
            scale.scale(libm::pow(-libm::log1p(-draw), 1.0 / shape))
        }
        Curve::DrawnPareto { shape, least } => least.scale(libm::pow(1.0 - draw, -1.0 / shape)),
        _ => return None,
    })
}

/// The shortest and the longest wait; none of a curve that draws nothing.
pub(super) fn bounds(curve: &Curve) -> Option<(Duration, Duration)> {
    Some(match curve {
        Curve::Drawn(points) => {
            let [least, most] = [points.first(), points.last()];
            let wait =
                |point: Option<&quantiles::Quantile>| point.map_or(Duration::ZERO, |p| p.wait);
            (wait(least), wait(most))
        }
        Curve::DrawnPareto { least, .. } => (*least, without_end(*least)),
        Curve::DrawnExponential { mean: size }
        | Curve::DrawnLognormal { median: size, .. }
        | Curve::DrawnWeibull { scale: size, .. } => (Duration::ZERO, without_end(*size)),
        _ => return None,
    })
}

/// The longest wait of a law without a longest one, unless all its waits are zero.
fn without_end(size: Duration) -> Duration {
    if size.is_zero() { Duration::ZERO } else { Duration::MAX }
}

/// The quantile of the standard normal distribution at a share between 0 and 1.
///
/// M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", Applied
/// Statistics 37 (3), 1988, `PPND16`: to some 1e-16 of itself.
fn normal(share: f64) -> f64 {
    let from_middle = share - 0.5;
    if from_middle.abs() <= 0.425 {
        let r = 0.180_625 - from_middle * from_middle;
        return from_middle * ratio(r, &MIDDLE);
    }
    // A draw may be exactly zero.
    let tail = share.min(1.0 - share).max(f64::MIN_POSITIVE);
    let r = libm::sqrt(-libm::log(tail));
    let far = if r <= 5.0 { ratio(r - 1.6, &TAIL) } else { ratio(r - 5.0, &FAR_TAIL) };
    if from_middle < 0.0 { -far } else { far }
}

/// A polynomial over another one, each from its highest power on.
fn ratio(r: f64, [above, below]: &[[f64; 8]; 2]) -> f64 {
    let polynomial = |of: &[f64; 8]| of.iter().fold(0.0, |sum, factor| sum * r + factor);
    polynomial(above) / polynomial(below)
}

const MIDDLE: [[f64; 8]; 2] = [
    [
        2_509.080_928_730_122_7,
        33_430.575_583_588_13,
        67_265.770_927_008_7,
        45_921.953_931_549_87,
        13_731.693_765_509_46,
        1_971.590_950_306_551_3,
        133.141_667_891_784_38,
        3.387_132_872_796_366_5,
    ],
    [
        5_226.495_278_852_854,
        28_729.085_735_721_943,
        39_307.895_800_092_71,
        21_213.794_301_586_597,
        5_394.196_021_424_751,
        687.187_007_492_057_9,
        42.313_330_701_600_91,
        1.0,
    ],
];

const TAIL: [[f64; 8]; 2] = [
    [
        7.745_450_142_783_414e-4,
        0.022_723_844_989_269_184,
        0.241_780_725_177_450_6,
        1.270_458_252_452_368_4,
        3.647_848_324_763_204_5,
        5.769_497_221_460_691,
        4.630_337_846_156_546,
        1.423_437_110_749_683_5,
    ],
    [
        1.050_750_071_644_416_9e-9,
        5.475_938_084_995_345e-4,
        0.015_198_666_563_616_457,
        0.148_103_976_427_480_08,
        0.689_767_334_985_1,
        1.676_384_830_183_803_8,
        2.053_191_626_637_759,
        1.0,
    ],
];

const FAR_TAIL: [[f64; 8]; 2] = [
    [
        2.010_334_399_292_288_1e-7,
        2.711_555_568_743_487_6e-5,
        0.001_242_660_947_388_078_4,
        0.026_532_189_526_576_124,
        0.296_560_571_828_504_87,
        1.784_826_539_917_291_3,
        5.463_784_911_164_114,
        6.657_904_643_501_103,
    ],
    [
        2.044_263_103_389_939_8e-15,
        1.421_511_758_316_446e-7,
        1.846_318_317_510_054_8e-5,
        7.868_691_311_456_133e-4,
        0.014_875_361_290_850_615,
        0.136_929_880_922_735_8,
        0.599_832_206_555_887_9,
        1.0,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    /// By tables of the normal distribution: 1.96 is the one that everybody knows.
    #[test]
    fn normal_quantiles_are_those_of_the_tables() {
        for (share, quantile) in [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.99, NORMAL_P99),
            (0.999, 3.090_232_306_167_813_5),
            (1e-9, -5.997_807_015_007_687),
            (1e-15, -7.941_345_326_170_997),
            (0.25, -0.674_489_750_196_081_7),
        ] {
            let found = normal(share);
            assert!((found - quantile).abs() <= 1e-14 * quantile.abs(), "{share}: {found}");
        }
    }
}
