//! Agents that crash, save and come back, and steps side by side and in loops.
//!
//! Order statistics: H. A. David and H. N. Nagaraja, "Order Statistics", 3rd edition, Wiley, 2003,
//! section 2.5. Work that begins anew after each failure, and checkpoints: A. Duda, "The effects of
//! checkpointing on program execution time", Information Processing Letters 16 (5), 1983; J. T.
//! Daly, Future Generation Computer Systems 22 (3), 2006, equation 13.

use patterns::checkpoint::{Settings as Checkpoints, When};
use patterns::supervise::Settings as Supervise;
use patterns::{Class, Duration};
use sim::Record;
use sim::fault::Schedule;
use sim::fault::kinds::crash::Crash;
use sim::kernel::Distribution;
use sim::model::system::{
    Durability, Fault, Flow, Life, LoopEnd, Needs, Place, Saving, Step, System,
};

use crate::support::{Estimate, counted, rate, replicate};
use crate::table::case;
use crate::tank::{self, at, secs};

const MEAN_RUNS: f64 = 1000.0;
const STARTS_IN: f64 = 10.0;

fn constant(seconds: f64) -> Distribution {
    Distribution::constant(Duration::from_secs_f64(seconds))
}

/// One agent that does one task after the other.
fn worker(steps: Vec<Step>, horizon: Duration) -> System {
    let mut system = tank::system(horizon);
    let mut agents = tank::agents("worker", 1, tank::closed(constant(1.0)), steps);
    agents.slots = 1;
    system.agents = vec![agents];
    system
}

/// The same, which crashes by itself, and starts again at once.
fn mortal(steps: Vec<Step>, saving: Option<Saving>, horizon: Duration) -> System {
    let mut system = worker(steps, horizon);
    let supervise = Supervise::of(u32::MAX, secs(1));
    let start = constant(STARTS_IN);
    let life = Life { supervise: Some(supervise), checkpoint: saving, start, ..Life::default() };
    system.agents[0].life = Some(Box::new(life));
    let each = Some(Duration::from_secs_f64(MEAN_RUNS));
    system.faults = vec![always(Crash { each, again: 0.0 })];
    system
}

fn always(crash: Crash) -> Fault {
    let schedule = Schedule::Once { at: at(Duration::ZERO), lasts: Duration::MAX };
    let hits = vec![Place::Agents(0)];
    Fault { name: "crash".to_owned(), hits, effect: crash.into(), schedule }
}

fn mean_task(system: &System, seeds: u64) -> Estimate {
    let [mean] = replicate(system, seeds, |record| [record.agents[0].latency_ok.mean_secs()]);
    mean
}

/// The mean time until a piece of work of this length is done that begins anew after each crash.
fn until_done(length: f64) -> f64 {
    (libm::exp(length / MEAN_RUNS) - 1.0) * (MEAN_RUNS + STARTS_IN)
}

/// `n` branches of memoryless work, of which `need` are waited for: the mean of an order statistic,
/// the sum of 1 / ((n - j) μ) for j from 0 to need - 1.
#[test]
fn the_first_some_and_all_of_several_branches() {
    case!();
    let (count, work) = (8_usize, 0.5);
    for need in [1, 3, 8] {
        let mut steps = vec![Step::Flow(Flow::Parallel {
            branches: (0..count).map(|branch| 1 + 2 * branch).collect(),
            need: need as u32,
            end: 1 + 2 * count,
        })];
        for _ in 0..count {
            steps.extend([Step::Work(rate(work)), Step::Flow(Flow::Join)]);
        }
        let system = worker(steps, secs(40_000));
        let terms = (0..need).map(|done| 1.0 / ((count - done) as f64 * work));
        let quantity = format!("time until {need} of {count} branches are done, s");
        mean_task(&system, 200 + need as u64).is(&quantity, terms.sum(), 0.02);
    }
}

/// Branches that fail with the chance `p`, of which `need` must not: a binomial tail.
#[test]
fn enough_branches_of_several_must_not_fail() {
    case!();
    let (count, need, share) = (4_u32, 3_u32, 0.2);
    let mut system = worker(Vec::new(), secs(60_000));
    let end = 1 + 2 * count as usize;
    let branches = (0..count as usize).map(|branch| 1 + 2 * branch).collect();
    system.agents[0].steps = vec![Step::Flow(Flow::Parallel { branches, need, end })];
    for _ in 0..count {
        system.agents[0].steps.extend([tank::call(0), Step::Flow(Flow::Join)]);
    }
    let mut service = tank::service("service", u32::MAX, 0, rate(4.0));
    service.errors = vec![(Class::Network, share)];
    system.services = vec![service];
    system.edges = vec![tank::edge(0, 0, None)];
    let [good] = replicate(&system, 210, |record| {
        let tasks = &record.agents[0].tasks;
        [tasks.good() as f64 / tasks.answered() as f64]
    });
    let fine: f64 = 1.0 - share;
    let all = libm::pow(fine, 4.0) + 4.0 * libm::pow(fine, 3.0) * share;
    good.is("share of tasks with 3 of 4 calls well", all, 0.01);
}

/// A loop that is over after each pass with the chance `p`, and after `limit` passes at the latest:
/// (1 - (1 - p)^limit) / p passes on average, and the share (1 - p)^limit comes to the limit.
#[test]
fn a_loop_is_an_absorbing_walk() {
    case!();
    let (escape, limit) = (0.25, 6);
    let again = |to, depth, escape| {
        Step::Flow(Flow::Again { to, depth, escape, limit, at_limit: LoopEnd::Fail })
    };
    let steps = vec![Step::Work(constant(1.0)), again(0, 0, escape)];
    let system = worker(steps, secs(60_000));
    let [passes, at_limit] = replicate(&system, 220, |record| {
        let group = &record.agents[0];
        let all = group.tasks.answered() as f64;
        [group.busy as f64 / 1e9 / all, group.tasks.failed() as f64 / all]
    });
    let still: f64 = libm::pow(1.0 - escape, f64::from(limit));
    // What is in hand at the end is not among those that ended: less than one task in 10,000.
    passes.is_near("passes of a loop", (1.0 - still) / escape, 1e-4, 0.01);
    at_limit.is("share of loops that come to their limit", still, 0.03);

    // One in another: the walks do not depend on each other.
    let inner = vec![Step::Work(constant(1.0)), again(0, 1, 0.5), again(0, 0, escape)];
    let mut system = worker(inner, secs(60_000));
    for step in &mut system.agents[0].steps {
        if let Step::Flow(Flow::Again { at_limit, .. }) = step {
            *at_limit = LoopEnd::GoOn;
        }
    }
    let [passes] = replicate(&system, 221, |record| {
        let group = &record.agents[0];
        [group.busy as f64 / 1e9 / group.tasks.answered() as f64]
    });
    let within = |escape: f64| (1.0 - libm::pow(1.0 - escape, f64::from(limit))) / escape;
    let both = within(escape) * within(0.5);
    passes.is_near("passes of a loop in a loop", both, 2e-4, 0.01);
}

/// A process crashes after working for an exponential time, and a share `q` of its starts at once:
/// a renewal process whose good times are 0 with the chance `q`.
#[test]
fn crashes_of_a_process_and_a_crash_loop() {
    case!();
    let again = 0.4;
    let mut system = mortal(vec![Step::Work(constant(1.0))], None, secs(2_000_000));
    let each = Some(Duration::from_secs_f64(MEAN_RUNS));
    system.faults = vec![always(Crash { each, again })];
    let [crashes, up, restarts] = replicate(&system, 230, |record| {
        let process = &record.agents[0].process;
        let time = counted(record);
        let up = 1.0 - process.down as f64 / 1e9 / time;
        [process.crashes as f64 / time, up, process.restarts as f64 / time]
    });
    let cycle = (1.0 - again) * MEAN_RUNS + STARTS_IN;
    crashes.is("crashes by the second", 1.0 / cycle, 0.02);
    restarts.is("restarts by the second", 1.0 / cycle, 0.02);
    up.is("share of time in which a process works", 1.0 - STARTS_IN / cycle, 0.001);
}

/// Work that is lost at each crash takes (exp(λ w) - 1) (1/λ + R) on average.
#[test]
fn work_that_begins_anew_after_each_crash() {
    case!();
    for (seeds, length) in [(240, 500.0), (241, 2000.0)] {
        let system = mortal(vec![Step::Work(constant(length))], None, secs(6_000_000));
        let quantity = format!("time until {length} s of work are done without a crash, s");
        mean_task(&system, seeds).is(&quantity, until_done(length), 0.07);
    }
}

/// With a checkpoint of `cost` after each `interval` of work, each piece with its checkpoint is a
/// piece of work of its own.
#[test]
fn work_that_goes_on_from_its_last_checkpoint() {
    case!();
    let (length, cost) = (3300.0, 5.0);
    let saved_every = |interval: f64| {
        let every = When::Every(Duration::from_secs_f64(interval));
        // Each checkpoint is resumed from as often as need be.
        let settings = Checkpoints::of(vec![every]).with(|settings| settings.resumes = u32::MAX);
        let takes = constant(cost);
        let restore = constant(0.0);
        Saving { settings, takes, restore, durability: Durability::Sync }
    };
    let expected = |interval: f64| {
        let pieces = libm::floor(length / interval);
        pieces * until_done(interval + cost) + until_done(length - pieces * interval)
    };
    // Young's best interval is the square root of 2 C M, here 100 s: half and double are worse.
    let intervals = [(250, 50.0), (251, 98.0), (252, 400.0)];
    let work = || vec![Step::Work(constant(length))];
    let means = intervals.map(|(seeds, interval)| {
        let system = mortal(work(), Some(saved_every(interval)), secs(6_000_000));
        let mean = mean_task(&system, seeds);
        let quantity =
            format!("time until {length} s of work are done, saved every {interval} s, s");
        mean.is(&quantity, expected(interval), 0.02);
        mean
    });
    let [[_, best], others @ ..] = [1, 0, 2].map(|place: usize| means[place].ends());
    assert!(others.iter().all(|[least, _]| best < *least), "{means:?}");
}

/// A task that crashes its process with the chance `r` when a step of it is done does that step a
/// geometric number of times; before a risky step what came before is saved.
#[test]
fn a_risky_step_is_done_a_geometric_number_of_times() {
    case!();
    let risk = 0.2;
    let steps = vec![
        Step::Work(constant(30.0)),
        Step::Flow(Flow::RiskAhead),
        Step::Work(constant(2.0)),
        Step::Flow(Flow::Crash(risk)),
    ];
    let before = Checkpoints::of(vec![When::BeforeRisk]);
    let durability = Durability::Sync;
    let settings = before.with(|settings| settings.resumes = u32::MAX);
    let saving = Saving { settings, takes: constant(1.0), restore: constant(0.5), durability };
    let mut system = mortal(steps, Some(saving), secs(200_000));
    system.faults.clear();
    let crashes = risk / (1.0 - risk);
    let theory = 30.0 + 1.0 + 2.0 + crashes * (STARTS_IN + 0.5 + 2.0);
    mean_task(&system, 260).is("time of a task with a risky step, s", theory, 0.02);
}

/// What another group found out a time ago `a` is wrong with the chance 1 - exp(-a / m); the age of
/// the latest result of a Poisson process is exponential, so that the share a / (a + m) is wrong,
/// with `a` the mean age.
#[test]
fn results_of_others_age() {
    case!();
    let (found, changes) = (0.1, 30.0);
    let mut system = tank::system(secs(200_000));
    system.warmup = at(secs(1000));
    let instant = || vec![Step::Work(constant(0.0))];
    let poisson = |rate_of| sim::model::system::Arrivals::Open(rate(rate_of));
    let needs = Needs {
        group: 0,
        within: Duration::MAX,
        fresh: Duration::MAX,
        wait: Duration::ZERO,
        changes: Duration::from_secs_f64(changes),
    };
    system.agents = vec![
        tank::agents("finds", 1, poisson(found), instant()),
        tank::agents("uses", 1, poisson(0.5), vec![Step::Flow(Flow::Needs(needs))]),
    ];
    let [wrong, age] = replicate(&system, 270, |record: &Record| {
        let uses = &record.agents[1];
        let ages = uses.process.result_ages as f64 / 1e9;
        [
            uses.tasks.wrong() as f64 / uses.tasks.answered() as f64,
            ages / uses.process.results as f64,
        ]
    });
    let mean = 1.0 / found;
    age.is("age of the latest result, s", mean, 0.02);
    wrong.is("share of results that are wrong by now", mean / (mean + changes), 0.03);
}
