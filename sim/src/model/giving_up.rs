//! Tasks of which who sent them gives up.

use patterns::{Class, Outcome};

use super::kind;
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
        self.stations.drop_waiting(index);
        let task = Request { started: now, ..task };
        self.recorder.note_task_end(group, (index, &task), outcome);
        self.scheduler.fold(u64::from(outcome.code()) | u64::from(index) << 8);
        let took = now.since(task.arrived);
        if let Some(gap) = self.arrivals.after_end(task.station, group, took) {
            let next = Event { kind: kind::ARRIVAL, index: task.station };
            self.scheduler.schedule(now + gap, next);
        }
        None
    }
}
