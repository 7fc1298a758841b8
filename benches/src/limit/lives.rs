//! W4: twenty agents who crash and come back, save what they have done, and spend.
//!
//! Ten look things up and ten write; both call services, six in all, of which two have few slots.
//! Ten faults: the errors of three services, the outages of five, crashes of each agent by itself
//! and of all who write at once. An agent that has crashed is started again after a time, and its
//! task goes on from its last checkpoint. One comes after every second step, and work stands still
//! for it. Calls of the LLM cost tokens and money: all agents share the tokens of an hour, and wait
//! when they are used up; each who writes has money for an hour, and does without when it is.
//!
//! No retries, timeouts or breakers: those are in W3.

use patterns::Outcome;
use sim::kernel::{Distribution, Queue};

use super::key::{exponential, key, serial, time, what};
use crate::team::Team;
use crate::workload::Answer;
use purse::Purse;
use settings::{AGENTS, FAULTS, OF_GROUP, PROGRAMS, Settings, THINK, WORK};
use state::{Agent, Fault, NONE, Phase, Process, Request, Service};
use streams::AgentStreams;

mod process;
mod purse;
mod recording;
mod service;
mod settings;
mod state;
mod streams;
mod totals;

pub use purse::BudgetTotal;
pub use recording::{Call, Recording, Stay, Task};
pub use settings::{GROUPS, SERVICES};
pub use totals::{CallTotal, Full, GroupTotal, ServiceTotal};

const ARRIVAL: u32 = 0;
const DONE: u32 = 1;
const TASK: u32 = 2;
const CRASH: u32 = 3;
const RESTART: u32 = 4;
const STARTED: u32 = 5;
const FAULT: u32 = 6;

struct Loop<R> {
    horizon: u64,
    queue: Queue,
    serial: u64,
    streams: Vec<AgentStreams>,
    tokens_of_call: Distribution,
    settings: [Settings; SERVICES.len()],
    services: [Service; SERVICES.len()],
    agents: [Agent; AGENTS],
    requests: Vec<Request>,
    free: u32,
    faults: [Fault; FAULTS.len()],
    crashes_each: bool,
    tokens: Purse,
    money: [Purse; OF_GROUP],
    totals: [BudgetTotal; 2],
    ended: u64,
    tasks: [u64; 2],
    recording: R,
}

/// W4: what it comes to, its record, and what became of the budgets, of tokens and of money.
pub fn lives<R: Recording>(team: Team, seed: u64) -> (Answer, R, [BudgetTotal; 2]) {
    let mut all = Loop::<R>::new(team, seed);
    for agent in 0..AGENTS {
        all.think(0, agent);
    }
    for fault in 0..FAULTS.len() {
        let at = all.first_time_of(fault);
        all.push(at, FAULT, fault as u32);
    }
    all.run();
    all.close();
    let [good, tasks] = all.tasks;
    let answer = Answer { operations: all.ended, figure: good as f64 / tasks as f64 };
    (answer, all.recording, all.totals)
}

impl<R: Recording> Loop<R> {
    fn new(team: Team, seed: u64) -> Self {
        let horizon = team.horizon.as_nanos();
        let task = Task { arrived: 0, started: 0 };
        let agent = Agent {
            phase: Phase::Idle,
            process: Process::Up,
            step: 0,
            unsaved: 0,
            tries: 0,
            is_degraded: false,
            has_tokens: false,
            tokens: 0,
            request: NONE,
            wake: 0,
            turns: 0,
            down_since: 0,
            task,
            since: 0,
            progress: 0,
            moving: 0,
            effects: 0,
            saved: None,
        };
        let faults = streams::of_faults(seed);
        Self {
            horizon,
            queue: Queue::default(),
            serial: 0,
            streams: (0..AGENTS).map(|agent| AgentStreams::of(seed, agent)).collect(),
            tokens_of_call: settings::tokens(),
            settings: settings::services(),
            services: Default::default(),
            agents: [agent; AGENTS],
            requests: Vec::new(),
            free: NONE,
            faults: faults.map(|(rng, salt)| Fault { rng, salt, is_on: false }),
            crashes_each: false,
            tokens: Purse::new(team.tokens),
            money: [Purse::new(team.usd * sim::observe::NANO_USD); OF_GROUP],
            totals: [BudgetTotal::default(); 2],
            ended: 0,
            tasks: [0; 2],
            recording: R::new(horizon),
        }
    }

    /// Says which of all events it is.
    fn push(&mut self, at: u64, kind: u32, index: u32) -> u64 {
        self.queue.push(key(at, &mut self.serial, kind << 20 | index));
        self.serial
    }

    fn run(&mut self) {
        while let Some(next) = self.queue.pop() {
            let now = time(next);
            if now > self.horizon {
                return;
            }
            let (kind, index) = (what(next) >> 20, (what(next) & ((1 << 20) - 1)) as usize);
            // What was called off or put off is passed over.
            let awaited = match kind {
                DONE => self.requests[index].due,
                TASK => self.agents[index].wake,
                CRASH | STARTED => self.agents[index].turns,
                _ => serial(next),
            };
            if awaited != serial(next) {
                continue;
            }
            self.recording.event(now, what(next));
            match kind {
                ARRIVAL => self.arrive(now, index),
                DONE => self.done(now, index),
                TASK => self.wake(now, index),
                CRASH => self.crash(now, index),
                RESTART => self.start(now, index),
                STARTED => self.started(now, index),
                _ => self.turn(now, index),
            }
        }
    }

    fn streams(&mut self, agent: usize) -> &mut AgentStreams {
        &mut self.streams[R::streams(agent)]
    }

    fn think(&mut self, now: u64, agent: usize) {
        let at = now + exponential(&mut self.streams(agent).think, THINK);
        self.push(at, ARRIVAL, agent as u32);
    }

    fn arrive(&mut self, now: u64, agent: usize) {
        self.recording.task_came(agent);
        let at = &mut self.agents[agent];
        at.task.arrived = now;
        at.phase = Phase::InLine;
        if at.process == Process::Up {
            self.begin(now, agent);
        }
    }

    fn begin(&mut self, now: u64, agent: usize) {
        let at = &mut self.agents[agent];
        at.task.started = now;
        (at.step, at.unsaved, at.tries) = (0, 0, 1);
        (at.is_degraded, at.effects, at.progress, at.moving) = (false, 0, 0, now);
        at.saved = None;
        self.advance(now, agent);
    }

    /// The next step of a task.
    fn advance(&mut self, now: u64, agent: usize) {
        let at = &mut self.agents[agent];
        match PROGRAMS[agent / OF_GROUP].get(usize::from(at.step)) {
            Some(Some(settings::LLM)) => self.ask(now, agent),
            Some(Some(service)) => self.call(now, agent, *service),
            Some(None) => {
                at.phase = Phase::Working;
                let work = exponential(&mut self.streams(agent).work, WORK);
                self.wait(now + work, agent);
            }
            None => {
                let outcome = if at.is_degraded { Outcome::Degraded } else { Outcome::Ok };
                self.end(now, agent, outcome);
            }
        }
    }

    fn wait(&mut self, until: u64, agent: usize) {
        self.agents[agent].wake = self.push(until, TASK, agent as u32);
    }

    /// A call of the LLM is to be made, if there is something left for it.
    fn ask(&mut self, now: u64, agent: usize) {
        if !self.agents[agent].has_tokens {
            let rng = &mut self.streams[R::streams(agent)].tokens;
            let tokens = self.tokens_of_call.sample(rng).as_nanos();
            let at = &mut self.agents[agent];
            (at.has_tokens, at.tokens) = (true, tokens);
        }
        let at = &mut self.agents[agent];
        if let Some(own) = agent.checked_sub(OF_GROUP)
            && self.money[own].ask(now, &mut self.totals[1]).is_err()
        {
            (at.has_tokens, at.is_degraded) = (false, true);
            return self.step_done(now, agent);
        }
        if let Err(full_at) = self.tokens.ask(now, &mut self.totals[0]) {
            at.phase = Phase::Broke;
            return self.wait(full_at, agent);
        }
        at.has_tokens = false;
        self.call(now, agent, settings::LLM);
    }

    /// An agent learns what has come of its call.
    fn answered(&mut self, now: u64, agent: usize, service: usize, outcome: Outcome) {
        self.ended += 1;
        if !outcome.is_ok() && service != settings::MAIL {
            return self.end(now, agent, outcome);
        }
        let at = &mut self.agents[agent];
        at.is_degraded |= !outcome.is_ok();
        // A mail that is sent again does harm.
        at.effects += u64::from(service == settings::MAIL);
        self.step_done(now, agent);
    }

    fn end(&mut self, now: u64, agent: usize, outcome: Outcome) {
        let at = &mut self.agents[agent];
        at.phase = Phase::Idle;
        self.tasks[0] += u64::from(outcome == Outcome::Ok);
        self.tasks[1] += 1;
        self.recording.task_ended(now, agent, at.task, outcome);
        self.think(now, agent);
    }

    /// Adds what is there when the run ends.
    fn close(&mut self) {
        let end = self.horizon;
        for (agent, at) in self.agents.iter().enumerate() {
            if at.phase != Phase::Idle {
                self.recording.task_open(end, agent, at.task, at.phase != Phase::InLine);
            }
            if let Some(process) = self.recording.process(agent) {
                process.down +=
                    if at.process == Process::Up { 0 } else { u128::from(end - at.down_since) };
                let is_saving = at.phase == Phase::Saving;
                process.saving += if is_saving { u128::from(end - at.since) } else { 0 };
            }
        }
        self.close_services(end);
        self.tokens.close(end, &mut self.totals[0]);
        for purse in &mut self.money {
            purse.close(end, &mut self.totals[1]);
        }
        self.recording.finish(end);
    }
}
