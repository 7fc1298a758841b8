//! The same workloads through the engine, with everything on.

use std::hint::black_box;

use patterns::{Duration, Time};
use sim::kernel::{Event, RngStreams, Scheduler};
use sim::observe::AgentRecord;
use sim::{Record, System, Watch};

use crate::systems::{exponential, queue, shop};
use crate::team::Team;
use crate::workload::{Answer, Calls, Customers, Run};

/// How an event of the hold model is put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// As a timer, which could be cancelled.
    Timer,
    /// Posted for good.
    Schedule,
}

/// W2: the hold model on the scheduler.
pub fn hold(by: By, pending: u32, holds: u64, seed: u64) -> Run {
    let distribution = exponential(Duration::from_secs(1));
    let mut rng = RngStreams::new(seed).stream("holds");
    let mut scheduler = Scheduler::new();
    let put = move |scheduler: &mut Scheduler, at: Time, event: Event| match by {
        By::Timer => scheduler.set_timer(at, event),
        By::Schedule => scheduler.schedule(at, event),
    };
    for index in 0..pending {
        put(&mut scheduler, Time::ZERO + distribution.sample(&mut rng), Event { kind: 0, index });
    }
    Box::new(move || {
        for _ in 0..holds {
            let event = scheduler.next(Time::MAX).expect("as many go in as come out");
            let again = scheduler.now() + distribution.sample(&mut rng);
            put(&mut scheduler, again, event);
        }
        black_box(scheduler.fingerprint());
        let each = f64::from(pending) / holds as f64;
        Answer { operations: holds, figure: scheduler.now().as_secs_f64() * each }
    })
}

/// W1: an agent that takes every task at once and makes one call for it, and a service that works
/// on one request at a time.
pub fn mm1(settings: Customers, seed: u64) -> Run {
    run(queue(settings), seed, |record| record.agents[0].latency_ok.mean_secs())
}

/// W3: agents with think time, a service of a few slots, and between them retries outside a shared
/// breaker outside a timeout.
pub fn calls(settings: Calls, seed: u64) -> Run {
    run(shop(settings), seed, |record| {
        let tasks = &record.agents[0].tasks;
        tasks.good() as f64 / tasks.answered() as f64
    })
}

/// W4: agents who crash and come back, save what they have done, and spend.
pub fn lives(team: Team, seed: u64) -> Run {
    let system = team.system();
    Box::new(move || {
        let record = sim::run(&system, seed, Watch::Counts);
        let sum = |of: fn(&AgentRecord) -> u64| record.agents.iter().map(of).sum::<u64>() as f64;
        let figure = sum(|agents| agents.tasks.good()) / sum(|agents| agents.tasks.answered());
        let calls = record.edges.iter().map(|edge| edge.calls.answered());
        Answer { operations: calls.sum(), figure }
    })
}

fn run(system: System, seed: u64, figure: fn(&Record) -> f64) -> Run {
    Box::new(move || {
        let record = sim::run(&system, seed, Watch::Counts);
        Answer { operations: record.agents[0].tasks.answered(), figure: figure(&record) }
    })
}
