//! How long runs take to recover, those as well that had not when they ended.
//!
//! The share of runs that have not recovered after some time is the product-limit estimate (E. L.
//! Kaplan and P. Meier, JASA, 1958): a run that is not well at its end counts for as long as it was
//! seen. Its interval is that of Greenwood's variance on the scale log(−log S) (J. D. Kalbfleisch
//! and R. L. Prentice, The Statistical Analysis of Failure Time Data, 1980, section 1.3), which
//! stays between 0 and 1, and the interval of the median is where that of the share crosses one
//! half (R. Brookmeyer and J. Crowley, Biometrics, 1982). Runs are independent.

use patterns::Time;
use sim::Record;
use sim::observe::{AgentRecord, Histogram};

/// The 97.5 % quantile of the normal distribution.
const NORMAL: f64 = 1.959_963_985;

/// How long runs took to recover: from the beginning of the fault until the last failure episode of
/// a group of agents was over. Without a fault it is from the first failure on. A run in which the
/// agents did not fail has recovered at once.
///
/// Of a run with several faults nothing is said, since what fails may be of the next one; nor of
/// one whose fault does not end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Repairs {
    /// Of runs that recovered.
    pub ended: Histogram,
    /// Of runs that were not well at their end, as far as they were seen.
    pub open: Histogram,
    /// How long the faults were.
    pub faults: Histogram,
    /// Runs of which nothing is said.
    pub unclear: u64,
}

/// From a time on, what share of runs has not recovered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// In seconds from the beginning of the fault.
    pub at: f64,
    /// The share.
    pub share: f64,
    /// The ends of its 95 % interval.
    pub interval: (f64, f64),
}

impl Repairs {
    /// That of a group of agents in one run.
    pub fn of(record: &Record, agents: &AgentRecord) -> Self {
        let mut all = Self::default();
        let services = record.services.iter().map(|one| (one.fault_intervals, one.first_fault));
        let edges = record.edges.iter().map(|one| (one.faults.intervals, one.faults.first));
        let faults = || services.clone().chain(edges.clone());
        let all_first = || faults().filter_map(|(_, first)| first);
        let fault = all_first().min();
        let episodes = &agents.episodes;
        // One that hits several parts is one.
        let are_several = faults().any(|(number, _)| 1 < number)
            || all_first().any(|first| Some(first) != fault)
            || fault.is_some_and(|(_, to)| record.ended <= to);
        if are_several || 0 < episodes.further.count {
            all.unclear = 1;
            return all;
        }
        if let Some((from, to)) = fault {
            all.faults.add(to.since(from));
        }
        let first = episodes.all.first().map_or(Time::ZERO, |episode| episode.began);
        let from = fault.map_or(first, |(from, _)| from);
        let last = episodes.all.iter().rfind(|episode| from < episode.ended());
        let length = last.map_or(patterns::Duration::ZERO, |last| last.ended().since(from));
        let is_over = last.is_none_or(|last| last.verified.is_some());
        if is_over { &mut all.ended } else { &mut all.open }.add(length);
        all
    }

    /// Adds those of another run.
    pub fn merge(&mut self, other: &Self) {
        self.ended.merge(&other.ended);
        self.open.merge(&other.open);
        self.faults.merge(&other.faults);
        self.unclear += other.unclear;
    }

    /// Of how many runs it is known.
    pub fn count(&self) -> u64 {
        self.ended.count() + self.open.count()
    }

    /// What share has not recovered: a step at each time at which some did.
    pub fn survival(&self) -> Vec<Step> {
        let lengths = |of: &Histogram| {
            // In the middle of the bucket, as far as it goes.
            let ends = [of.min(), of.max()].map(|end| end.unwrap_or_default().as_secs_f64());
            let of_bucket = |(bucket, count): (patterns::stats::Bucket, u64)| {
                let [from, to] =
                    [bucket.shortest, bucket.longest].map(patterns::Duration::as_secs_f64);
                (f64::midpoint(from.max(ends[0]), to.min(ends[1])), count)
            };
            of.buckets().map(of_bucket).collect::<Vec<_>>()
        };
        let open = lengths(&self.open);
        let mut steps = Vec::new();
        let (mut share, mut greenwood) = (1.0, 0.0);
        let mut before = 0;
        for (at, ended) in lengths(&self.ended) {
            // What was seen for as long is at risk.
            let lost: u64 = open.iter().filter(|(other, _)| *other < at).map(|(_, n)| n).sum();
            let at_risk = (self.count() - before - lost) as f64;
            let events = ended as f64;
            share *= 1.0 - events / at_risk;
            greenwood += events / (at_risk * (at_risk - events));
            before += ended;
            let interval = log_log(share, greenwood, self.count());
            steps.push(Step { at, share, interval });
        }
        steps
    }

    /// The interval of the share that has not recovered after so many seconds; none if too few runs
    /// were seen for as long.
    fn interval_at(&self, at: f64, steps: &[Step]) -> Option<(f64, f64)> {
        let passed = steps.iter().rfind(|step| step.at <= at);
        let seen = [self.open.max(), self.ended.max().filter(|_| passed.is_none())];
        let seen = seen.into_iter().flatten().max().map_or(0.0, patterns::Duration::as_secs_f64);
        match passed {
            Some(step) if step.share <= 0.0 || at <= seen => Some(step.interval),
            // None of these has recovered yet.
            None if at <= seen => {
                let longer = |of: &Histogram| {
                    let all = of.buckets().filter(|(one, _)| at <= one.longest.as_secs_f64());
                    all.map(|(_, number)| number).sum::<u64>()
                };
                let seen = longer(&self.open) + longer(&self.ended);
                Some((libm::pow(0.025, 1.0 / seen as f64), 1.0))
            }
            _ => None,
        }
    }

    /// When the shares that have not recovered of two differ most, of the times at which their
    /// intervals are apart, and the two shares then; none if they never are.
    pub(crate) fn apart(&self, other: &Self) -> Option<(f64, [f64; 2])> {
        let all = [self.survival(), other.survival()];
        let share = |steps: &[Step], at: f64| {
            steps.iter().rfind(|step| step.at <= at).map_or(1.0, |step| step.share)
        };
        let of = |at: f64| {
            let one = self.interval_at(at, &all[0])?;
            let two = other.interval_at(at, &all[1])?;
            let are_apart = one.1 < two.0 || two.1 < one.0;
            are_apart.then(|| (at, [share(&all[0], at), share(&all[1], at)]))
        };
        let found = all.iter().flatten().filter_map(|step| of(step.at));
        let size = |found: &(f64, [f64; 2])| (found.1[0] - found.1[1]).abs();
        found.reduce(|a, b| if size(&a) < size(&b) { b } else { a })
    }

    /// After how many seconds half of the runs have recovered, and the ends of its interval:
    /// infinite if so many never have.
    pub fn median(&self) -> [f64; 3] {
        let steps = self.survival();
        let first = |of: &dyn Fn(&Step) -> f64| {
            let found = steps.iter().find(|step| of(step) <= 0.5);
            found.map_or(f64::INFINITY, |step| step.at)
        };
        [first(&|step| step.share), first(&|step| step.interval.0), first(&|step| step.interval.1)]
    }
}

/// The interval of a share whose Greenwood sum is known. Where none is left the variance says
/// nothing: then it is that of none among so many.
fn log_log(share: f64, greenwood: f64, count: u64) -> (f64, f64) {
    if share <= 0.0 || !greenwood.is_finite() {
        return (0.0, 1.0 - libm::pow(0.025, 1.0 / count as f64));
    }
    let log = libm::log(share);
    let half = NORMAL * greenwood.sqrt() / log.abs();
    let [low, high] = [half, -half].map(|half| libm::exp(log * libm::exp(half)));
    (low, high)
}

#[cfg(test)]
mod tests {
    use patterns::Duration;

    use super::*;

    fn of(ended: &[u64], open: &[u64]) -> Repairs {
        let mut all = Repairs::default();
        for secs in ended {
            all.ended.add(Duration::from_secs(*secs));
        }
        for secs in open {
            all.open.add(Duration::from_secs(*secs));
        }
        all
    }

    /// The remission times under 6-MP of Freireich et al., 1963, which the textbooks work through
    /// (D. Collett, Modelling Survival Data in Medical Research).
    #[test]
    fn what_has_not_recovered_is_the_product_limit_of_the_textbook() {
        let all =
            of(&[6, 6, 6, 7, 10, 13, 16, 22, 23], &[6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]);
        let steps = all.survival();
        let expected = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448];
        assert_eq!(steps.len(), expected.len());
        for (step, share) in steps.iter().zip(expected) {
            assert!((step.share - share).abs() < 5e-4, "{step:?} is not {share}");
        }
        // By the log-log transformation; standard error of the first 0.0764.
        let (low, high) = steps[0].interval;
        assert!((low - 0.620).abs() < 2e-3 && (high - 0.952).abs() < 2e-3, "{low} {high}");
        let [median, low, high] = all.median();
        assert!((median - 23.0).abs() < 0.2, "{median}");
        assert!((low - 13.0).abs() < 0.2 && high.is_infinite(), "{low} {high}");
    }

    #[test]
    fn what_recovers_at_once_is_apart_from_what_never_does_from_six_runs_on() {
        let (at_once, never) = (|runs| of(&vec![0; runs], &[]), |runs| of(&[], &vec![100; runs]));
        assert_eq!(at_once(6).apart(&never(6)), Some((0.0, [0.0, 1.0])));
        assert_eq!(at_once(5).apart(&never(5)), None);
        assert_eq!(at_once(6).apart(&at_once(6)), None);
        // Runs that were not seen for as long say nothing.
        let late = of(&[200; 20], &[]);
        assert_eq!(late.apart(&never(20)), None);
        assert!(late.apart(&of(&[], &[300; 20])).is_some());
    }

    #[test]
    fn what_never_ends_has_no_median() {
        assert!(of(&[5], &[100, 100]).median()[0].is_infinite());
        assert!(of(&[], &[100]).survival().is_empty());
        assert!((of(&[3, 3, 3], &[]).median()[0] - 3.0).abs() < 0.05);
    }
}
