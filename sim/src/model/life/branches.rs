//! Steps side by side: each branch is a request of its own that has no slot and no line.

use patterns::{Duration, Outcome};

use super::lives::flow_at;
use super::task::{Phase, TaskLife};
use super::timers::Timer;
use crate::call::Command;
use crate::model::request::{BRANCH, NONE, State};
use crate::model::system::Flow;
use crate::model::world::World;

impl World {
    /// A task or a branch begins its branches.
    pub(super) fn fork(&mut self, index: u32, flow: u32) -> Option<Command> {
        let now = self.scheduler.now();
        self.stations.request_mut(index).state = State::Awaiting;
        let parent = *self.stations.request(index);
        let lives = self.lives.as_deref_mut().expect("who has such steps has a life");
        let life = *lives.task(index);
        (lives.task(index).joined, lives.task(index).failed) = (0, 0);
        let Flow::Parallel { branches, .. } = &lives.flows[flow as usize] else {
            unreachable!("it is a fork")
        };
        let count = branches.len();
        let mut first = NONE;
        // The last one first, so that they stand in their order.
        for nth in (0..count).rev() {
            let lives = self.lives.as_deref_mut().expect("it has a life");
            let Flow::Parallel { branches, .. } = &lives.flows[flow as usize] else {
                unreachable!("it is a fork")
            };
            let step = branches[nth] as u16;
            let branch = self.stations.next_request();
            let request = self.stations.branch(parent.station, BRANCH, now);
            // Faults hit it as they hit the task.
            request.arrived = parent.arrived;
            (request.priority, request.deadline) = (parent.priority, parent.deadline);
            (request.demand, request.fate) = (Duration::ZERO, parent.fate);
            (request.step, request.state) = (step, State::Awaiting);
            let of_branch = TaskLife {
                parent: index,
                next: first,
                from: step,
                loops: life.loops,
                tries: life.tries,
                ..TaskLife::new(life.luck, life.group, now)
            };
            lives.begin(branch, of_branch);
            if let Some(spending) = &mut self.spending {
                spending.own(index);
                spending.fork(index, branch);
            }
            lives.task(branch).phase = Phase::Beginning;
            first = branch;
        }
        self.life(index).first = first;
        // Each begins as an event of its own: one may end at once, and give up the others.
        let mut branch = first;
        while branch != NONE {
            self.set_life(Timer::Task(branch), now);
            branch = self.life(branch).next;
        }
        None
    }

    /// A branch has ended well, or failed.
    pub(super) fn join(&mut self, index: u32, failed: Option<Outcome>) -> Option<Command> {
        let ending = Outcome::of_code(self.stations.request(index).ending);
        let parent = self.life(index).parent;
        self.unlink(index);
        self.end_branch(index);
        let step = self.stations.request(parent).step;
        let group = self.stations.role(self.stations.request(parent).station);
        let lives = self.lives.as_deref_mut().expect("it has a life");
        let flow = flow_at(&self.roles[group as usize].program, step);
        let Flow::Parallel { branches, need, end } = &lives.flows[flow as usize] else {
            unreachable!("it waits for its branches")
        };
        let (count, need, end) = (branches.len() as u32, *need, *end as u16);
        let life = lives.task(parent);
        if let Some(outcome) = failed {
            life.failed += 1;
            if life.failed + need <= count {
                return None;
            }
            self.drop_branches(parent);
            self.stations.request_mut(parent).use_answer(outcome);
            return self.fail(parent, outcome);
        }
        life.joined += 1;
        let is_done = life.joined == need;
        self.stations.request_mut(parent).use_answer(ending);
        if !is_done {
            return None;
        }
        self.drop_branches(parent);
        self.stations.request_mut(parent).step = end;
        // That they are done is a step of the task.
        self.advance(parent)
    }

    /// Takes a branch out of the row of those that its parent waits for.
    fn unlink(&mut self, index: u32) {
        let (parent, next) = (self.life(index).parent, self.life(index).next);
        if self.life(parent).first == index {
            self.life(parent).first = next;
            return;
        }
        let mut one = self.life(parent).first;
        while self.life(one).next != index {
            one = self.life(one).next;
        }
        self.life(one).next = next;
    }

    /// All branches that a task or a branch still waits for are given up.
    pub(super) fn drop_branches(&mut self, index: u32) {
        while self.life(index).first != NONE {
            let branch = self.life(index).first;
            self.life(index).first = self.life(branch).next;
            self.end_branch(branch);
        }
    }

    /// A branch is over, or given up.
    fn end_branch(&mut self, index: u32) {
        self.stop(index);
        let (parent, now) = (self.life(index).parent, self.scheduler.now());
        let station = self.stations.request(index).station;
        let group = self.stations.role(station);
        if let Some(spending) = &mut self.spending {
            spending.join(parent, index, (group, station), now);
        }
        self.stations.forget(index);
    }

    /// All that is under way for a task or a branch is given up, and it stands still.
    pub(super) fn stop(&mut self, index: u32) {
        self.drop_branches(index);
        self.drop_work(index, None);
        self.stop_waiting(index);
        self.cancel_life(Timer::Task(index));
    }

    /// What is known of a task.
    pub(super) fn life(&mut self, index: u32) -> &mut TaskLife {
        self.lives.as_deref_mut().expect("it has a life").task(index)
    }

    /// The task that a branch belongs to.
    pub(crate) fn root(&mut self, mut index: u32) -> u32 {
        while self.life(index).parent != NONE {
            index = self.life(index).parent;
        }
        index
    }
}
