//! Intervals hold the truth as often as they say: draws of which the truth is known go straight
//! into what is kept of runs.

use patterns::Duration;
use results::{Measured, SweepResult};
use sim::design::{Axis, AxisRole, SweepDesign};
use sim::kernel::{RngStream, RngStreams, StreamName};
use sim::measure::{Better, Measure, Sample};
use sim::observe::Histogram;

use crate::table;

const REPLICATIONS: u32 = 30;
const SWEEPS: u64 = 1000;

/// What is drawn is this many times as much in the second cell.
const FACTOR: f64 = 1.5;

/// What a run says, by draws.
enum Drawn {
    Sample(f64, f64),
    Times(Histogram),
}

/// Asserts that the intervals of a measure, and of its difference between two cells, hold the truth
/// as often as they say, or are marked as unreliable.
fn covered(path: &str, truths: [f64; 2], draw: impl Fn(&mut RngStream, f64) -> Drawn) {
    let measure = Measure::parse(path, &table::system(2)).unwrap();
    let (mut held, mut marked) = ([0; 2], [0; 2]);
    for seed in 0..SWEEPS {
        let result = sweep(&measure, seed, &draw);
        let found = [result.estimate(0, 0), result.difference(1, 0, 0)];
        for (place, (found, truth)) in
            found.iter().zip([truths[0], truths[1] - truths[0]]).enumerate()
        {
            held[place] += u64::from(found.low <= truth && truth <= found.high);
            marked[place] += u64::from(!found.is_reliable);
        }
    }
    for (place, of) in ["the measure", "its difference"].into_iter().enumerate() {
        let [held, marked] = [held[place], marked[place]].map(|n| n as f64 / SWEEPS as f64);
        let is_right = (0.93..=0.97).contains(&held) || 0.5 < marked;
        assert!(is_right, "{path}, {of}: {held:.3} held, {marked:.3} marked");
    }
}

/// Two cells of one measure from the same draws.
fn sweep(measure: &Measure, seed: u64, draw: impl Fn(&mut RngStream, f64) -> Drawn) -> SweepResult {
    let mut result = empty(measure, &["1", "1.5"]);
    for (cell, factor) in [1.0, FACTOR].into_iter().enumerate() {
        for replication in 0..REPLICATIONS {
            let name = StreamName::of("draws").number(replication.into());
            let drawn = draw(&mut RngStreams::new(seed).stream(name), factor);
            result.add(cell, replication, &measured(drawn));
        }
    }
    result
}

fn empty(measure: &Measure, cells: &[&str]) -> SweepResult {
    let values = cells.iter().map(ToString::to_string).collect();
    let design = SweepDesign {
        title: "Draws".to_owned(),
        variants: vec!["as written".to_owned()],
        axes: vec![Axis { path: "factor".to_owned(), values, role: AxisRole::Condition }],
        default: Some(vec![0]),
        replications: REPLICATIONS,
        seed: 1,
        objective: measure.clone(),
        better: Better::Lower,
    };
    SweepResult::new(design, vec![measure.clone()], String::new())
}

fn measured(drawn: Drawn) -> Measured {
    let (sample, times) = match drawn {
        Drawn::Sample(part, of) => (Sample { part, of }, Vec::new()),
        Drawn::Times(times) => (Sample::plain(0.0), vec![times]),
    };
    Measured { times, ..table::measured(vec![sample]) }
}

/// How many events come in a time at this rate.
fn poisson(stream: &mut RngStream, mean: f64) -> f64 {
    let (mut time, mut events) = (stream.exponential(), 0.0);
    while time < mean {
        time += stream.exponential();
        events += 1.0;
    }
    events
}

/// How many trials of about this number succeed, and how many there are.
fn trials(stream: &mut RngStream, of: f64, share: f64) -> Drawn {
    let of = poisson(stream, of);
    let good = (0..of as u64).filter(|_| stream.uniform() < share).count();
    Drawn::Sample(good as f64, of)
}

fn times(stream: &mut RngStream, mean: f64) -> Drawn {
    let mut times = Histogram::default();
    for _ in 0..100 {
        times.add(Duration::from_nanos((stream.exponential() * mean * 1e9) as u64));
    }
    Drawn::Times(times)
}

#[test]
fn means_of_runs_are_covered() {
    let count = |stream: &mut RngStream, factor| Drawn::Sample(poisson(stream, 20.0 * factor), 1.0);
    covered("agents.a.tasks", [20.0, 20.0 * FACTOR], count);
}

#[test]
fn shares_are_covered_common_and_rare() {
    for share in [0.5, 0.05] {
        let draw = |stream: &mut RngStream, factor| trials(stream, 50.0, share * factor);
        covered("agents.a.success", [share, share * FACTOR], draw);
    }
    let rare = |stream: &mut RngStream, factor| Drawn::Sample(poisson(stream, factor), 1_000.0);
    covered("agents.a.failed", [0.001, 0.001 * FACTOR], rare);
}

#[test]
fn shares_whose_trials_stand_and_fall_together_are_covered() {
    // In each run another share, evenly from 0 to twice the mean.
    let draw = |stream: &mut RngStream, factor| {
        let share = 0.6 * stream.uniform() * factor;
        trials(stream, 50.0, share)
    };
    covered("agents.a.success", [0.3, 0.3 * FACTOR], draw);
}

#[test]
fn rates_are_covered() {
    let draw = |stream: &mut RngStream, factor| Drawn::Sample(poisson(stream, 2.0 * factor), 0.5);
    covered("agents.a.goodput", [4.0, 4.0 * FACTOR], draw);
}

#[test]
fn times_between_failures_are_covered_though_most_runs_have_none() {
    // A failure in 24 hours, and runs of 8 hours.
    let draw = |stream: &mut RngStream, factor: f64| {
        Drawn::Sample(28_800.0, poisson(stream, 1.0 / 3.0 / factor))
    };
    covered("services.s.fault-mtbf", [86_400.0, 86_400.0 * FACTOR], draw);
}

#[test]
fn mean_times_are_covered() {
    let draw = |stream: &mut RngStream, factor| {
        let of = poisson(stream, 20.0);
        Drawn::Sample((0..of as u64).map(|_| stream.exponential() * factor).sum(), of)
    };
    covered("agents.a.latency.mean", [1.0, FACTOR], draw);
}

#[test]
fn quantiles_are_covered() {
    for (path, q) in [("agents.a.latency.p50", 0.5_f64), ("agents.a.latency.p99", 0.99)] {
        let truth = -libm::log(1.0 - q);
        covered(path, [truth, truth * FACTOR], times);
    }
}

#[test]
fn means_of_skewed_numbers_are_covered_or_marked() {
    // Lognormal, exponential, and sums of a number of exponential ones, which may be none.
    for deviation in [0.5, 1.0, 2.0] {
        let truth = libm::exp(deviation * deviation / 2.0);
        let draw = |stream: &mut RngStream, factor: f64| {
            Drawn::Sample(libm::exp(deviation * stream.normal()) * factor, 1.0)
        };
        covered("agents.a.frozen", [truth, truth * FACTOR], draw);
    }
    let one = |stream: &mut RngStream, factor| Drawn::Sample(stream.exponential() * factor, 1.0);
    covered("agents.a.frozen", [1.0, FACTOR], one);
    for often in [0.2, 0.5, 1.0] {
        let draw = |stream: &mut RngStream, factor: f64| {
            let number = poisson(stream, often) as u64;
            Drawn::Sample((0..number).map(|_| stream.exponential() * factor).sum(), 1.0)
        };
        covered("agents.a.frozen", [often, often * FACTOR], draw);
    }
}

#[test]
fn standard_deviations_are_covered() {
    // That of exponential times is their mean.
    covered("agents.a.latency.sd", [1.0, FACTOR], times);
    // Of runs whose means are 1 or 2: a variance of (2 + 8) / 2 − 1.5².
    let truth = (5.0_f64 - 2.25).sqrt();
    covered("agents.a.latency.sd", [truth, truth * FACTOR], |stream, factor| {
        let mean = if stream.uniform() < 0.5 { 1.0 } else { 2.0 };
        times(stream, mean * factor)
    });
}

#[test]
fn a_standard_deviation_is_that_of_all_times_and_zero_of_constants() {
    let measure = Measure::parse("agents.a.latency.sd", &table::system(2)).unwrap();
    let of = |secs: &dyn Fn(u64) -> f64| {
        sweep(&measure, 1, |stream, factor| {
            let mut times = Histogram::default();
            let run = stream.next_u64();
            for at in 0..50 {
                times.add(Duration::from_nanos((secs(run + at) * factor * 1e9) as u64));
            }
            Drawn::Times(times)
        })
    };
    let constant = of(&|_| 0.3).estimate(0, 0);
    assert_eq!([constant.mean, constant.low, constant.high].map(f64::to_bits), [0; 3]);
    // Each run has 1 s or 3 s alone, half of them each; so the deviation of all is 1 s.
    let mut result = empty(&measure, &["x"]);
    for replication in 0..REPLICATIONS {
        let mut times = Histogram::default();
        let secs = if replication.is_multiple_of(2) { 1 } else { 3 };
        (0..20).for_each(|_| times.add(Duration::from_secs(secs)));
        result.add(0, replication, &measured(Drawn::Times(times)));
    }
    let found = result.estimate(0, 0);
    assert!((found.mean - 1.0).abs() < 1e-2 && found.n == 30, "{found:?}");
}

#[test]
fn differences_of_what_some_runs_lack_are_those_of_the_runs_that_have_both() {
    // Every third run of the first cell, and every second of the other one, has nothing. A run has
    // its number as its value, the other cell one more.
    for path in ["agents.a.busy", "agents.a.latency.mean", "agents.a.latency.p50"] {
        let measure = Measure::parse(path, &table::system(2)).unwrap();
        let is_of_times = path.ends_with("p50");
        let mut result = empty(&measure, &["x", "y"]);
        for replication in 0..REPLICATIONS {
            for (cell, lacking) in [3, 2].into_iter().enumerate() {
                let secs = u64::from(replication) + cell as u64;
                let is_lacking = replication.is_multiple_of(lacking);
                let mut times = Histogram::default();
                (0..u64::from(!is_lacking) * 9).for_each(|_| times.add(Duration::from_secs(secs)));
                let mut run = measured(match (is_of_times, is_lacking) {
                    (true, _) => Drawn::Times(times),
                    (false, true) if path.ends_with("busy") => Drawn::Sample(f64::NAN, 1.0),
                    (false, true) => Drawn::Sample(0.0, 0.0),
                    (false, false) => Drawn::Sample(secs as f64, 1.0),
                });
                if is_of_times {
                    let value = if is_lacking { f64::NAN } else { secs as f64 };
                    run.samples = vec![Sample { part: value, of: 1.0 }];
                }
                result.add(cell, replication, &run);
            }
        }
        let found = result.difference(1, 0, 0);
        let both = (0..REPLICATIONS).filter(|n| n % 2 != 0 && n % 3 != 0).count();
        assert_eq!((found.n, both), (both, 10), "{path}: {found:?}");
        assert!((found.mean - 1.0).abs() < 1e-9, "{path}: {found:?}");
    }
}

#[test]
fn quantiles_of_runs_that_differ_are_covered() {
    // Times of half of the runs are twice as long: 1 − F(x) = (y² + y) / 2 with y = exp(−x / 2).
    let draw = |stream: &mut RngStream, factor| {
        let mean = if stream.uniform() < 0.5 { 1.0 } else { 2.0 };
        times(stream, mean * factor)
    };
    for (path, q) in [("agents.a.latency.p50", 0.5_f64), ("agents.a.latency.p99", 0.99)] {
        let truth = -2.0 * libm::log(((1.0 + 8.0 * (1.0 - q)).sqrt() - 1.0) / 2.0);
        covered(path, [truth, truth * FACTOR], draw);
    }
}

#[test]
fn what_is_too_rare_for_its_runs_is_marked_with_the_number_that_would_do() {
    // One failure expected in all runs together.
    let measure = Measure::parse("agents.a.failed", &table::system(2)).unwrap();
    let draw = |stream: &mut RngStream, _| trials(stream, 100.0, 1.0 / 3_000.0);
    let found = (0..100).map(|seed| sweep(&measure, seed, draw).estimate(0, 0));
    for found in found {
        let failures = (found.mean * 3_000.0).round();
        assert!(!found.is_reliable || 4.0 < failures, "{found:?}");
        let needed = found.runs_needed.map(|runs| runs as f64 * failures / 30.0);
        assert!(needed.is_none_or(|failures| (3.0..12.0).contains(&failures)), "{found:?}");
    }
}

#[test]
fn the_best_in_truth_is_the_best_that_was_found_or_may_be_as_good() {
    // Of 20 cells that are equal any may be called the best in truth: here the first.
    let measure = Measure::parse("agents.a.busy", &table::system(2)).unwrap();
    let lost = (0..SWEEPS).filter(|seed| {
        let mut result = empty(&measure, &["x"; 20]);
        let mut stream = RngStreams::new(*seed).stream(StreamName::of("draws"));
        for cell in 0..result.cells() {
            for replication in 0..REPLICATIONS {
                let drawn = Drawn::Sample(10.0 + stream.normal(), 1.0);
                result.add(cell, replication, &measured(drawn));
            }
        }
        let best = result.best(None).unwrap();
        best != 0 && !result.is_tied(0, best)
    });
    let lost = lost.count() as f64 / SWEEPS as f64;
    assert!(lost < 0.05, "{lost:.3} of the best are lost");
}

#[test]
fn a_quantile_is_that_of_all_times_in_whatever_order_runs_come() {
    let measure = Measure::parse("agents.a.latency.p50", &table::system(2)).unwrap();
    let of_order = |order: &dyn Fn(u32) -> u32| {
        let mut result = empty(&measure, &["x", "y"]);
        for at in 0..REPLICATIONS {
            let replication = order(at);
            // One run in three has ten times as many times, all of them of ten seconds.
            let is_long = replication.is_multiple_of(3);
            let mut all = Histogram::default();
            let count = if is_long { 100 } else { 10 };
            let secs = if is_long { 10 } else { 1 };
            (0..count).for_each(|_| all.add(Duration::from_secs(secs)));
            let run = measured(Drawn::Times(all));
            for cell in [1, 0] {
                result.add(cell, replication, &run);
            }
            assert_eq!(result.estimate(0, 0).n as u32, at + 1, "also when some are missing");
        }
        let change = result.difference(1, 0, 0);
        assert_eq!([change.low, change.high].map(f64::to_bits), [0; 2]);
        result.estimate(0, 0)
    };
    let found = of_order(&|at| at);
    assert!((found.mean / 10.0 - 1.0).abs() < 1.0 / 128.0, "{found:?}");
    assert_eq!(found, of_order(&|at| REPLICATIONS - 1 - at));
}
