//! Quantiles and the standard deviation of the times of several runs, taken together.
//!
//! The interval of a quantile is R. S. Woodruff's (JASA, 1952): the share of times below it is a
//! ratio like others, with runs as independent units; the ends of its interval are ranks, and the
//! times of these ranks are the ends of the interval of the quantile. Runs are dealt out to at most
//! 20 groups, which are the units then, so that not every run has to be kept.
//!
//! The variance of times is a ratio as well, of their squared distances from the mean of all; the
//! ends of the interval of the deviation are the roots of those of its interval.

use sim::measure::{Pooling, Sample, Unit};
use sim::observe::Histogram;

use crate::estimate::{Estimate, students_t};
use crate::pooled::{Pool, around, combined, estimate, wilson};

/// The most groups of runs.
const GROUPS_MAX: usize = 20;

/// The times of runs, by group.
#[derive(Clone, Debug, Default)]
pub struct Times {
    groups: Vec<Histogram>,
    all: Histogram,
    runs: usize,
}

/// A quantile or the standard deviation of times.
#[derive(Clone, Debug)]
pub struct OfTimes {
    /// The number, with its interval.
    pub estimate: Estimate,
    /// By how much each group moves it, so that pairs of groups can be compared.
    moves: Box<[f64]>,
}

impl Times {
    /// Adds the times of a run.
    pub fn add(&mut self, replication: u32, times: &Histogram) {
        let group = replication as usize % GROUPS_MAX;
        if self.groups.len() <= group {
            self.groups.resize_with(group + 1, Histogram::default);
        }
        self.groups[group].merge(times);
        self.all.merge(times);
        self.runs += usize::from(0 < times.count());
    }

    /// A number of all times; none that is not of times.
    pub fn number(&self, pooling: Pooling) -> Option<OfTimes> {
        match pooling {
            Pooling::Quantile(q) => Some(self.quantile(q)),
            Pooling::Deviation => Some(self.deviation()),
            _ => None,
        }
    }

    fn units(&self) -> usize {
        self.groups.iter().filter(|group| 0 < group.count()).count()
    }

    /// The standard deviation of all times.
    fn deviation(&self) -> OfTimes {
        let all = &self.all;
        if self.units() < 2 {
            let estimate = Estimate::bare(self.runs, all.deviation_secs());
            return OfTimes { estimate, moves: vec![0.0; self.groups.len()].into() };
        }
        let mean = all.mean_secs();
        let are_equal = all.min() == all.max();
        let squares = |group: &Histogram| if are_equal { 0.0 } else { group.squares_around(mean) };
        let of = |group: &Histogram| Sample { part: squares(group), of: group.count() as f64 };
        let samples: Vec<Sample> = self.groups.iter().map(of).collect();
        let variance = estimate(Pooling::Ratio, Unit::Ratio, samples.iter().copied());
        let [deviation, low, high] = [variance.mean, variance.low, variance.high].map(libm::sqrt);
        let of_each = all.count() as f64 / self.groups.len() as f64;
        let move_of = |one: &Sample| {
            let departure = (one.part - variance.mean * one.of) / of_each;
            if departure == 0.0 { 0.0 } else { departure / (2.0 * deviation) }
        };
        let moves = samples.iter().map(move_of).collect();
        // Units are groups of runs.
        let runs_needed = variance
            .runs_needed
            .map(|groups| groups.saturating_mul(self.runs as u64).div_ceil(variance.n as u64));
        let bare = Estimate { n: self.runs, mean: deviation, low, high, ..variance };
        OfTimes { estimate: Estimate { runs_needed, ..bare }, moves }
    }

    /// A quantile of all times.
    fn quantile(&self, q: f64) -> OfTimes {
        let all = &self.all;
        let moves = vec![0.0; self.groups.len()].into();
        let units = self.units();
        if units < 2 {
            // As it is told of one run.
            let mean = all.quantile(q).map_or(f64::NAN, patterns::Duration::as_secs_f64);
            return OfTimes { estimate: Estimate::bare(self.runs, mean), moves };
        }
        let count = all.count() as f64;
        let place = Place::of_rank(all, q * count);
        let below =
            |group: &Histogram| Sample { part: place.times_below(group), of: group.count() as f64 };
        let below: Vec<Sample> = self.groups.iter().map(below).collect();
        let pool = Pool::of(below.iter().copied());
        let bare = Estimate::bare(self.runs, place.secs);
        let trials = pool.trials();
        if !trials.is_finite() {
            let interval = (place.secs, place.secs);
            return OfTimes { estimate: bare.within(interval, f64::INFINITY), moves };
        }
        let (from, to) = wilson(q, trials, students_t(units, 1));
        let [low, high] = [from, to].map(|share| Place::of_rank(all, share * count).secs);
        let estimate = bare.by_variance((low, high), trials * q.min(1.0 - q));
        let slope = (high - low) / (to - from);
        let mean = count / self.groups.len() as f64;
        let move_of = |of: &Sample| (pool.value * of.of - of.part) / mean * slope;
        OfTimes { estimate, moves: below.iter().map(move_of).collect() }
    }
}

impl OfTimes {
    /// By how much it is greater than another, group by group.
    pub fn above(&self, other: &Self, intervals: usize) -> Estimate {
        let (one, two) = (&self.estimate, &other.estimate);
        let bare = Estimate::bare(one.n.min(two.n), one.mean - two.mean);
        let units = self.moves.len().min(other.moves.len());
        if units < 2 || bare.n < 2 || bare.mean.is_nan() {
            return bare;
        }
        let moves = self.moves.iter().zip(&other.moves).map(|(a, b)| a - b);
        let (interval, events) = around(bare.mean, moves, intervals);
        combined(bare.by_variance(interval, events), one, two)
    }
}

/// A place among times: within a bucket they are taken to lie evenly.
struct Place {
    secs: f64,
    /// The shortest time of its bucket, in nanoseconds.
    bucket: u64,
    /// How much of its bucket is below it.
    share: f64,
}

impl Place {
    fn of_rank(times: &Histogram, rank: f64) -> Self {
        let ends = [times.min(), times.max()].map(Option::unwrap_or_default);
        let mut before = 0.0;
        let mut place = Self { secs: f64::NAN, bucket: 0, share: 0.0 };
        for (bucket, count) in times.buckets() {
            let count = count as f64;
            let share = ((rank - before) / count).clamp(0.0, 1.0);
            let from = bucket.shortest.max(ends[0]).as_secs_f64();
            let to = bucket.longest.min(ends[1]).as_secs_f64();
            let secs = from + (to - from) * share;
            place = Self { secs, bucket: bucket.shortest.as_nanos(), share };
            before += count;
            if rank <= before {
                break;
            }
        }
        place
    }

    /// How many of a group's times are below.
    fn times_below(&self, group: &Histogram) -> f64 {
        let of = |(bucket, count): (patterns::stats::Bucket, u64)| {
            let share = match bucket.shortest.as_nanos().cmp(&self.bucket) {
                std::cmp::Ordering::Less => 1.0,
                std::cmp::Ordering::Equal => self.share,
                std::cmp::Ordering::Greater => 0.0,
            };
            share * count as f64
        };
        group.buckets().map(of).sum()
    }
}
