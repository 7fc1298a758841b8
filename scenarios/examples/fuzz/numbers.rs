//! Numbers and lengths of time: ordinary ones, those at the ends of ranges, and extreme ones.

use patterns::Duration;
use patterns::settings::Range;

use crate::draw::Draw;

const NANOS: [u64; 12] = [
    0,
    1,
    2,
    999,
    1_000_000,
    1_000_000_000,
    60_000_000_000,
    86_400_000_000_000,
    864_000_000_000_000_000,
    i64::MAX as u64,
    u64::MAX - 1,
    u64::MAX,
];

const WHOLE: [f64; 14] = [
    0.0,
    1.0,
    2.0,
    16.0,
    255.0,
    256.0,
    65_535.0,
    1_048_576.0,
    1e9,
    2_147_483_647.0,
    4_294_967_295.0,
    4_294_967_295.0,
    4_294_967_296.0,
    9_007_199_254_740_992.0,
];

const NUMBERS: [f64; 12] =
    [0.0, 5e-324, 1e-300, 1e-9, 0.1, 1.0, 1.000_000_1, 2.0, 1e9, 1e18, 1e300, f64::MAX];

impl Draw {
    pub(crate) fn whole(&mut self, range: Range) -> u64 {
        let (min, max) = ends(range);
        let low = min.max(1.0);
        match self.below(100) {
            0..7 => min as u64,
            7..10 if max.is_finite() => max as u64,
            10..20 => self.extreme(&WHOLE, range) as u64,
            20..25 => self.log_uniform(low, max.min(low * 1000.0)) as u64,
            _ => self.log_uniform(low, max.min(low * 20.0)).round() as u64,
        }
    }

    pub(crate) fn number(&mut self, range: Range, ordinary: f64) -> f64 {
        let (min, max) = ends(range);
        let max = if ordinary <= 1.0 { max.min(1.0) } else { max };
        match self.below(100) {
            0..7 => min,
            7..14 if max.is_finite() => max,
            14..24 => self.extreme(&NUMBERS, Range { max: Some((max, true)), ..range }),
            _ => {
                let high = max.min(min.max(ordinary));
                (self.rng.uniform() * (high - min) * 1000.0).round() / 1000.0 + min
            }
        }
    }

    pub(crate) fn duration(&mut self, range: Range) -> String {
        let (min, max) = ends(range);
        let nanos = match self.below(100) {
            0..5 => min as u64,
            5..8 if max.is_finite() => max as u64,
            8..18 => {
                let fits: Vec<u64> =
                    NANOS.into_iter().filter(|nanos| range.contains(*nanos as f64)).collect();
                self.pick(&fits).copied().unwrap_or(1)
            }
            _ => self.log_uniform(1e6_f64.max(min), max.min(7.2e12)) as u64,
        };
        // Most numbers that people write are round.
        let unit = [1, 1_000_000, 1_000_000_000][self.below(3)];
        let nanos = if nanos > unit { nanos - nanos % unit } else { nanos };
        match self.below(3) {
            0 => format!("{nanos}ns"),
            1 if nanos % 1_000_000 == 0 => format!("{}ms", nanos / 1_000_000),
            _ => Duration::from_nanos(nanos).to_string(),
        }
    }

    fn extreme(&mut self, all: &[f64], range: Range) -> f64 {
        let fits: Vec<f64> = all.iter().copied().filter(|number| range.contains(*number)).collect();
        let fits = if self.chance(self.wrong) { all.to_vec() } else { fits };
        self.pick(&fits).copied().unwrap_or(1.0)
    }

    /// A number between these, of any order of magnitude alike.
    fn log_uniform(&mut self, low: f64, high: f64) -> f64 {
        let doubled = core::iter::successors(Some(low.max(1e-9)), |at| Some(at * 2.0));
        let steps: Vec<f64> = doubled.take_while(|at| *at <= high).collect();
        let from = self.pick(&steps).copied().unwrap_or(low);
        (from * (1.0 + self.rng.uniform())).min(high.max(low))
    }
}

/// The smallest and the largest number that a range allows, or nearly so.
fn ends(range: Range) -> (f64, f64) {
    let end = |end: Option<(f64, bool)>, none: f64, step: f64| {
        end.map_or(none, |(end, with)| if with { end } else { end + step })
    };
    let step = if range.max.is_some_and(|(max, _)| max <= 1.0) { 1e-9 } else { 1.0 };
    (end(range.min, 0.0, step), end(range.max, f64::INFINITY, -step))
}
