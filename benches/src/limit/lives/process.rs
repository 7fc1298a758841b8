//! Crashes, restarts and checkpoints of W4, and its faults.

use patterns::{Class, Duration, Outcome};

use super::recording::Recording;
use super::settings::{
    AGENTS, CRASH_EACH, Effect, FAULTS, MAIL, OF_GROUP, PROGRAMS, RESTART_AFTER, RESTORING, SAVING,
    STARTS_IN, STEPS, TRIES, WRITE,
};
use super::state::{Agent, Phase, Process, Saved};
use super::{CRASH, FAULT, Loop, RESTART, STARTED};
use crate::limit::key::exponential;

impl<R: Recording> Loop<R> {
    /// A step is done: a checkpoint is due after some of them.
    pub(super) fn step_done(&mut self, now: u64, agent: usize) {
        let at = &mut self.agents[agent];
        at.unsaved += 1;
        if at.unsaved < STEPS {
            at.step += 1;
            return self.advance(now, agent);
        }
        at.phase = Phase::Saving;
        at.progress += now - at.moving;
        at.since = now;
        if let Some(process) = self.recording.process(agent) {
            process.checkpoints += 1;
        }
        self.wait(now + SAVING, agent);
    }

    /// What a task has waited for is over.
    pub(super) fn wake(&mut self, now: u64, agent: usize) {
        let at = &mut self.agents[agent];
        match at.phase {
            Phase::Working => self.step_done(now, agent),
            Phase::Broke => self.advance(now, agent),
            Phase::Saving => {
                at.step += 1;
                (at.unsaved, at.moving) = (0, now);
                let &mut Agent { step, is_degraded, effects, progress, .. } = at;
                at.saved = Some(Saved { step, is_degraded, effects, progress });
                self.stood_still(now, agent);
                self.advance(now, agent);
            }
            Phase::Down => self.resume(now, agent),
            Phase::Restoring => {
                if let Some(process) = self.recording.process(agent) {
                    process.restored += 1;
                }
                self.begin_again(now, agent);
            }
            Phase::Idle | Phase::InLine | Phase::Calling => unreachable!("it waits for no time"),
        }
    }

    fn stood_still(&mut self, now: u64, agent: usize) {
        let since = self.agents[agent].since;
        if let Some(process) = self.recording.process(agent) {
            process.saving += u128::from(now - since);
        }
    }

    /// An agent is back whose task was in hand.
    fn resume(&mut self, now: u64, agent: usize) {
        let at = &mut self.agents[agent];
        at.tries += 1;
        if TRIES < at.tries {
            if let Some(process) = self.recording.process(agent) {
                process.dead_letters += 1;
            }
            return self.end(now, agent, Outcome::failed(Class::Network));
        }
        if at.saved.is_none() {
            return self.begin_again(now, agent);
        }
        at.phase = Phase::Restoring;
        self.wait(now + RESTORING, agent);
    }

    /// A task goes on from where it was saved, or from its beginning.
    fn begin_again(&mut self, now: u64, agent: usize) {
        let at = &mut self.agents[agent];
        let from = Saved { step: 0, is_degraded: false, effects: 0, progress: 0 };
        let from = at.saved.unwrap_or(from);
        let (lost, again) = (at.progress - from.progress, at.effects - from.effects);
        (at.step, at.unsaved, at.moving) = (from.step, 0, now);
        (at.is_degraded, at.effects, at.progress) = (from.is_degraded, from.effects, from.progress);
        if let Some(process) = self.recording.process(agent) {
            process.lost += u128::from(lost);
            process.duplicates += again;
        }
        self.advance(now, agent);
    }

    pub(super) fn crash(&mut self, now: u64, agent: usize) {
        let at = &mut self.agents[agent];
        if at.process == Process::Down {
            return;
        }
        if let Some(process) = self.recording.process(agent) {
            process.crashes += 1;
        }
        if at.process == Process::Starting {
            // It has waited before.
            return self.start(now, agent);
        }
        (at.process, at.down_since) = (Process::Down, now);
        (at.turns, at.wake) = (0, 0);
        at.has_tokens = false;
        let was = at.phase;
        if !matches!(was, Phase::Idle | Phase::InLine) {
            at.phase = Phase::Down;
        }
        match was {
            Phase::Working | Phase::Broke => at.progress += now - at.moving,
            Phase::Calling => {
                at.progress += now - at.moving;
                // One that is under way may have been done.
                let step = PROGRAMS[agent / OF_GROUP][usize::from(at.step)];
                at.effects += u64::from(step == Some(MAIL));
                self.give_up(now, agent);
            }
            Phase::Saving => self.stood_still(now, agent),
            Phase::Idle | Phase::InLine | Phase::Down | Phase::Restoring => {}
        }
        self.push(now + RESTART_AFTER, RESTART, agent as u32);
    }

    /// An agent that has crashed is started again.
    pub(super) fn start(&mut self, now: u64, agent: usize) {
        self.agents[agent].process = Process::Starting;
        if let Some(process) = self.recording.process(agent) {
            process.restarts += 1;
        }
        self.agents[agent].turns = self.push(now + STARTS_IN, STARTED, agent as u32);
    }

    pub(super) fn started(&mut self, now: u64, agent: usize) {
        let at = &mut self.agents[agent];
        at.process = Process::Up;
        let (phase, down) = (at.phase, now - at.down_since);
        if let Some(process) = self.recording.process(agent) {
            process.down += u128::from(down);
        }
        if self.crashes_each {
            self.draw_crash(now, agent);
        }
        match phase {
            // Once all that are back in this instant are.
            Phase::Down => self.wait(now, agent),
            Phase::InLine => self.begin(now, agent),
            _ => {}
        }
    }

    /// When an agent crashes by itself.
    fn draw_crash(&mut self, now: u64, agent: usize) {
        let rate = 1.0 / CRASH_EACH.as_secs_f64();
        let mean = Duration::from_secs(1).scale(1.0 / rate);
        let at = now + exponential(&mut self.streams(agent).process, mean);
        self.agents[agent].turns = self.push(at, CRASH, agent as u32);
    }

    /// How long a fault is off or on.
    fn lasts(&mut self, fault: usize, is_on: bool) -> u64 {
        let (_, effect, minutes) = FAULTS[fault];
        match (effect, is_on) {
            (Effect::CrashEach, true) => self.horizon,
            (Effect::CrashEach, false) | (Effect::CrashAll, true) => 0,
            _ => {
                let mean = Duration::from_secs(60 * minutes[usize::from(is_on)]);
                exponential(&mut self.faults[fault].rng, mean)
            }
        }
    }

    /// When a fault comes on for the first time.
    pub(super) fn first_time_of(&mut self, fault: usize) -> u64 {
        self.lasts(fault, false)
    }

    /// A fault comes on or goes off.
    pub(super) fn turn(&mut self, now: u64, fault: usize) {
        let is_on = !self.faults[fault].is_on;
        self.faults[fault].is_on = is_on;
        let (_, effect, _) = FAULTS[fault];
        if is_on || !matches!(effect, Effect::CrashEach) {
            let at = now + self.lasts(fault, is_on);
            self.push(at, FAULT, fault as u32);
        }
        match effect {
            Effect::Errors(service, share, class) => {
                let salt = self.faults[fault].salt;
                let failing = is_on.then_some((salt, share, Outcome::failed(class)));
                self.services[service].failing = failing;
                self.note_faults(now, service);
            }
            Effect::Down(service) => {
                self.services[service].is_down = is_on;
                self.note_faults(now, service);
                if is_on {
                    self.lose_all(now, service);
                }
            }
            Effect::CrashEach => {
                self.crashes_each = is_on;
                for agent in (0..AGENTS).filter(|_| is_on) {
                    self.draw_crash(now, agent);
                }
            }
            Effect::CrashAll => {
                for agent in (OF_GROUP * WRITE..AGENTS).filter(|_| is_on) {
                    self.crash(now, agent);
                }
            }
        }
    }
}
