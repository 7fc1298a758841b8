//! What another group of agents has found out: its latest result, which has an age.

use patterns::{Class, Outcome};

use super::lives::Latest;
use super::task::Phase;
use super::timers::Timer;
use crate::call::Command;
use crate::model::request::{NONE, State};
use crate::model::system::Needs;
use crate::model::world::World;

impl World {
    /// A task needs a result.
    pub(super) fn need(&mut self, index: u32, needs: Needs) -> Option<Command> {
        let now = self.scheduler.now();
        let latest = self.group_life(needs.group).latest;
        let young = latest.filter(|latest| now.since(latest.at) <= needs.within);
        if let Some(latest) = young {
            return self.take_result(index, needs, latest);
        }
        if needs.wait.is_zero() {
            let outcome = Outcome::failed(Class::Timeout);
            self.stations.request_mut(index).use_answer(outcome);
            return self.fail(index, outcome);
        }
        self.stations.request_mut(index).state = State::Awaiting;
        let life = self.life(index);
        life.enter(Phase::Awaiting, now);
        life.awaits = needs.group as u32;
        self.group_life(needs.group).waiting.push(index);
        self.set_life(Timer::Task(index), now + needs.wait);
        None
    }

    /// A task goes on with a result of this age.
    fn take_result(&mut self, index: u32, needs: Needs, latest: Latest) -> Option<Command> {
        let age = self.scheduler.now().since(latest.at);
        let step = self.stations.request(index).step;
        let group = self.group_of(index) as u32;
        let life = self.life(index);
        let draw = life.luck.draw(step, u64::from(life.tries) << 40 | latest.at.as_nanos());
        let changed = -libm::expm1(-(age.as_secs_f64() / needs.changes.as_secs_f64()));
        let is_wrong = latest.is_wrong || draw < changed;
        let is_degraded = latest.is_degraded || needs.fresh < age;
        let outcome = if is_degraded { Outcome::Degraded } else { Outcome::Ok };
        let outcome = if is_wrong { outcome.wrong() } else { outcome };
        self.recorder.note_result_used(group, age);
        self.stations.request_mut(index).use_answer(outcome);
        self.next_step(index)
    }

    /// A task no longer waits for a result, if it did.
    pub(super) fn stop_waiting(&mut self, index: u32) {
        let now = self.scheduler.now();
        let life = self.life(index);
        let group = life.awaits;
        if group == NONE {
            return;
        }
        life.awaits = NONE;
        life.enter(Phase::Going, now);
        self.cancel_life(Timer::Task(index));
        self.group_life(group as usize).waiting.retain(|waiting| *waiting != index);
    }

    /// No result has come in time.
    pub(super) fn need_failed(&mut self, index: u32) -> Option<Command> {
        self.stop_waiting(index);
        if self.hold_agent(index, State::HeldStep) {
            return None;
        }
        let outcome = Outcome::failed(Class::Timeout);
        self.stations.request_mut(index).use_answer(outcome);
        self.fail(index, outcome)
    }

    /// A task of a group that others need has ended.
    pub(super) fn note_result(&mut self, group: usize, outcome: Outcome) {
        let now = self.scheduler.now();
        if !outcome.is_ok() || !self.group_life(group).is_needed {
            return;
        }
        let is_degraded = outcome.with_value_of(Outcome::Ok) == Outcome::Degraded;
        let latest = Latest { at: now, is_wrong: outcome.is_wrong(), is_degraded };
        self.group_life(group).latest = Some(latest);
        // They go on as events of their own.
        for nth in 0..self.group_life(group).waiting.len() {
            let waiting = self.group_life(group).waiting[nth];
            let life = self.life(waiting);
            life.awaits = NONE;
            life.enter(Phase::Going, now);
            self.set_life(Timer::Task(waiting), now);
        }
        self.group_life(group).waiting.clear();
    }
}
