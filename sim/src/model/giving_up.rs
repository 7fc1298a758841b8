//! Tasks that take too long: who sent them is let down, or gives up.

use patterns::{Class, Outcome, Time};

use super::expiry::fail;
use super::kind;
use super::recorder::Recorder;
use super::request::{NONE, Request, State};
use super::world::World;
use crate::call::Command;
use crate::kernel::Event;

impl World {
    /// The patience of who sent a task is over, if it is that task that is still there.
    pub(super) fn give_up(&mut self, index: u32) -> Option<Command> {
        let now = self.scheduler.now();
        let task = *self.stations.request(index);
        // If it is another one, its patience is over now as well.
        let is_open = task.state != State::Gone && task.leaf == NONE;
        if !is_open || task.arrived + task.demand != now {
            return None;
        }
        let group = self.stations.role(task.station);
        let patience = self.roles[group as usize].patience.as_ref();
        if !patience.is_some_and(|patience| patience.gives_up) {
            return None;
        }
        let outcome = Outcome::failed(Class::Timeout);
        self.recorder.note_gave_up(group, &task);
        self.expire(group as usize, now);
        if task.state != State::InLine {
            self.drop_work(index, Some(outcome));
            return self.end_task(index, outcome);
        }
        self.end_waiting(index, outcome);
        None
    }

    /// A task that waits for a slot ends.
    pub(super) fn end_waiting(&mut self, index: u32, outcome: Outcome) {
        let (now, task) = (self.scheduler.now(), *self.stations.request(index));
        let group = self.stations.role(task.station);
        self.stations.drop_waiting(index);
        let task = Request { started: now, ..task };
        if self.recorder.note_task_end(group, (index, &task), outcome) {
            self.results_have_news(group);
        }
        self.scheduler.fold(u64::from(outcome.code()) | u64::from(index) << 8);
        let took = now.since(task.arrived);
        if let Some(gap) = self.arrivals.after_end(task.station, group, took) {
            let next = Event { kind: kind::ARRIVAL, index: task.station };
            self.scheduler.schedule(now + gap, next);
        }
    }

    /// Notes which tasks of a group have failed before now by taking too long.
    #[cold]
    #[inline(never)]
    pub(super) fn expire(&mut self, group: usize, now: Time) {
        let Recorder { groups, expiries, .. } = &mut self.recorder;
        let (watch, expiries) = (&mut groups[group], &mut expiries[group]);
        let is_open = |index, began| is_open(self.stations.request(index), began);
        expiries.sweep(is_open);
        expiries.fail_before(now, is_open, |at| fail(&mut watch.episodes, at));
        watch.expires = expiries.next();
    }

    /// The same of all groups.
    pub(super) fn expire_all(&mut self, now: Time) {
        for group in 0..self.recorder.expiries.len() {
            self.expire(group, now);
        }
    }
}

/// Whether it is still this task that is here.
fn is_open(task: &Request, began: Time) -> bool {
    task.state != State::Gone && task.leaf == NONE && task.arrived == began
}
