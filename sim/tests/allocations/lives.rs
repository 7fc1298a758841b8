//! Agents who live: a system for the test of memory.

use patterns::checkpoint::{self, When};
use patterns::{Duration, Time, backoff, supervise};
use sim::fault::kinds::{corrupt::Corrupt, crash::Crash, stuck::Stuck};
use sim::fault::{Effect, Schedule};
use sim::model::system::{
    Durability, Fault, Flow, Life, LoopEnd, Needs, Place, Saving, Step, System,
};

use crate::tank::{self, millis, secs};

/// Twenty agents of two groups who crash, save, come back and spend, with loops and steps side by
/// side; those of one group need what those of the other find out.
pub(crate) fn lives(spending: System) -> System {
    let mut system = spending;
    let find = Flow::Parallel { branches: vec![2, 4], need: 1, end: 6 };
    let again = Flow::Again { to: 0, depth: 0, escape: 0.5, limit: 8, at_limit: LoopEnd::Fail };
    let call = system.agents[0].steps[0].clone();
    let work = |mean| Step::Work(tank::exponential(millis(mean)));
    let steps = vec![
        call.clone(),
        Step::Flow(find),
        call.clone(),
        Step::Flow(Flow::Join),
        work(50),
        Step::Flow(Flow::Join),
        Step::Flow(again),
        Step::Flow(Flow::Checkpoint(tank::exponential(millis(5)))),
        Step::Flow(Flow::RiskAhead),
        work(20),
        Step::Flow(Flow::Crash(0.01)),
    ];
    let checkpoint = Saving {
        settings: checkpoint::Settings::of(vec![When::Steps(2), When::Every(secs(1))]),
        takes: tank::exponential(millis(5)),
        restore: tank::exponential(millis(20)),
        durability: Durability::Sync,
    };
    let backoff = backoff::Settings::constant(millis(100));
    let supervise = supervise::Settings::of(u32::MAX, secs(60))
        .with(|settings| (settings.backoff, settings.beats_within) = (backoff, Some(secs(2))));
    let life = Life {
        supervise: Some(supervise),
        checkpoint: Some(checkpoint),
        start: tank::exponential(millis(100)),
        tries: 4,
        ..Life::default()
    };
    let research = &mut system.agents[0];
    research.slots = 2;
    (research.count, research.steps, research.life) = (10, steps, Some(Box::new(life.clone())));
    let needs =
        Needs { group: 0, within: secs(60), fresh: secs(1), wait: secs(1), changes: secs(600) };
    let mut write = research.clone();
    "write".clone_into(&mut write.name);
    write.steps = vec![Step::Flow(Flow::Needs(needs)), call, work(100)];
    let beside = |saving| Saving { durability: Durability::Async, ..saving };
    write.life = Some(Box::new(Life { checkpoint: life.checkpoint.map(beside), ..life }));
    system.agents.push(write);
    system.edges.push(tank::edge(1, 0, Some(0)));
    for budget in &mut system.budgets {
        budget.groups = vec![0, 1];
    }
    let always = Schedule::Once { at: Time::ZERO, lasts: Duration::MAX };
    let fault = |name: &str, effect: Effect| Fault {
        name: name.to_owned(),
        hits: vec![Place::Agents(0), Place::Agents(1)],
        effect,
        schedule: always.clone(),
    };
    let mut stuck = fault("stuck", Stuck { share: 0.03 }.into());
    stuck.hits.pop();
    system.faults = vec![
        fault("crash", Crash { each: Some(secs(20)), again: 0.1 }.into()),
        fault("corrupt", Corrupt { share: 0.3 }.into()),
        stuck,
    ];
    system
}
