//! Independent runs, what they say about a mean, and the systems most tests begin with.

use patterns::Duration;
use sim::kernel::Distribution;
use sim::model::system::{Arrivals, Service, System};
use sim::{Record, Watch, run};

use crate::table::Comparison;
use crate::tank::{self, at};

/// Independent runs behind each estimate.
pub(crate) const RUNS: u64 = 20;

/// The quantile 0.995 of Student's t distribution with `RUNS - 1` degrees of freedom.
///
/// NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, line 19.
const STUDENT_T: f64 = 2.861;

/// A mean over independent runs, and half the width of its 99 % confidence interval.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Estimate {
    mean: f64,
    half_width: f64,
    /// The seed of the first run; those of the others follow.
    first_seed: u64,
}

impl Estimate {
    /// The mean of what independent runs, [`RUNS`] of them, have measured.
    pub(crate) fn of(seeds: u64, values: &[f64]) -> Self {
        assert_eq!(values.len() as u64, RUNS);
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
        let half_width = STUDENT_T * (squares / (count - 1.0) / count).sqrt();
        Self { mean, half_width, first_seed: seed(seeds, 0) }
    }

    /// Asserts that theory is within the interval, and that half of the interval is no wider than
    /// the share `sharpness` of what theory says; it is a row of the table.
    #[track_caller]
    pub(crate) fn is(self, quantity: &str, theory: f64, sharpness: f64) {
        self.is_near(quantity, theory, 0.0, sharpness);
    }

    /// The same for what is measured to within the share `slack` only.
    #[track_caller]
    pub(crate) fn is_near(self, quantity: &str, theory: f64, slack: f64, sharpness: f64) {
        let Self { mean, half_width, first_seed } = self;
        let shown = format!("{mean:.6} ± {half_width:.6} where theory says {theory:.6}");
        assert!((mean - theory).abs() <= half_width + slack * theory, "{quantity}: {shown}");
        assert!(half_width <= sharpness * theory, "{quantity} is too vague: {shown}");
        let seeds = first_seed..first_seed + RUNS;
        Comparison { quantity, theory, mean, half_width, slack, seeds }.record();
    }

    /// The ends of the interval.
    pub(crate) fn ends(self) -> [f64; 2] {
        [self.mean - self.half_width, self.mean + self.half_width]
    }

    /// Asserts that all of the interval is below a bound.
    #[track_caller]
    pub(crate) fn is_at_most(self, bound: f64) {
        assert!(self.mean + self.half_width <= bound, "{self:?} is above {bound}");
    }
}

/// The seed of the run of this index.
pub(crate) fn seed(seeds: u64, index: u64) -> u64 {
    seeds * 1000 + index
}

/// Runs a system with seeds of its own, and estimates the means of what is measured.
pub(crate) fn replicate<const N: usize>(
    system: &System,
    seeds: u64,
    measure: impl Fn(&Record) -> [f64; N],
) -> [Estimate; N] {
    let runs: Vec<[f64; N]> = (0..RUNS)
        .map(|index| {
            let record = run(system, seed(seeds, index), Watch::Counts);
            assert_eq!(record.stopped, None);
            measure(&record)
        })
        .collect();
    std::array::from_fn(|n| Estimate::of(seeds, &runs.iter().map(|run| run[n]).collect::<Vec<_>>()))
}

/// The counted time of a run, in seconds.
pub(crate) fn counted(record: &Record) -> f64 {
    record.counted().as_secs_f64()
}

/// A sum of time over requests, given in nanoseconds, as a mean over time.
pub(crate) fn time_average(nanos: u128, record: &Record) -> f64 {
    nanos as f64 / 1e9 / counted(record)
}

/// Gaps of a Poisson process, or memoryless work, at a rate per second.
pub(crate) fn rate(per_second: f64) -> Distribution {
    tank::exponential(Duration::from_secs(1).scale(1.0 / per_second))
}

/// Tasks that come by this distribution of gaps, each of which calls one service; counted for a
/// time after a tenth of that time.
pub(crate) fn stream_to(service: Service, gaps: Distribution, counted: Duration) -> System {
    let warmup = counted.scale(0.1);
    let mut system = tank::system(warmup + counted);
    system.warmup = at(warmup);
    system.agents = vec![tank::agents("source", 1, Arrivals::Open(gaps), vec![tank::call(0)])];
    system.services = vec![service];
    system.edges = vec![tank::edge(0, 0, None)];
    system
}
