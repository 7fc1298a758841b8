//! What becomes of a request that has a slot, step by step, to its end.

use patterns::{Duration, Outcome};

use super::request::State;
use super::role::{Op, RoleKind};
use super::world::{World, kind};
use crate::call::Command;
use crate::kernel::Event;

impl World {
    /// A request to a service has got a slot: its first step is always the work that was drawn for
    /// it.
    #[inline]
    pub(super) fn begin(&mut self, index: u32, service: u32) {
        let now = self.scheduler.now();
        let request = self.stations.request_mut(index);
        request.started = now;
        self.recorder.note_begin(service, request.arrived);
        let health = &self.services[service as usize].health;
        if health.hanging > 0 {
            request.since = now;
            request.state = State::HeldStep;
            return;
        }
        request.state = State::Working;
        request.due = now + health.slowed(request.demand);
        self.scheduler.set_timer(request.due, Event { kind: kind::WORK, index });
    }

    /// The work on a request is done.
    #[inline]
    pub(super) fn worked(&mut self, index: u32) -> Option<Command> {
        self.stations.request_mut(index).step += 1;
        self.advance(index)
    }

    /// Takes the step that a request has come to.
    pub(super) fn advance(&mut self, index: u32) -> Option<Command> {
        let now = self.scheduler.now();
        let station = self.stations.request(index).station;
        let role = &self.roles[self.stations.role(station) as usize];
        let request = self.stations.request_mut(index);
        let step = role.program.get(usize::from(request.step));
        match role.kind {
            RoleKind::Service(service) => {
                let health = &self.services[service as usize].health;
                if health.hanging > 0 {
                    request.since = now;
                    request.state = State::HeldStep;
                    return None;
                }
                if step.is_none() {
                    let failed = request.error.or_else(|| health.failure(request.draw));
                    let outcome = match failed {
                        Some(class) => Outcome::failed(class),
                        None => done(request.degraded),
                    };
                    return self.end_request(index, service, outcome);
                }
            }
            RoleKind::Agents(group) => {
                if step.is_none() {
                    let outcome = done(request.degraded);
                    return self.end_task(index, group, outcome);
                }
            }
        }
        let span = match *step.expect("the others are at their end") {
            Op::Call(call) => {
                request.left = call.times;
                return self.call(index, call);
            }
            Op::Serve => request.demand,
            Op::Work { distribution } => {
                let rng = &mut self.work[station as usize];
                self.distributions[distribution as usize].sample(rng)
            }
        };
        self.work(index, span);
        None
    }

    /// A request is worked on for some time.
    fn work(&mut self, index: u32, span: Duration) {
        let now = self.scheduler.now();
        let station = self.stations.request(index).station;
        let span = match self.roles[self.stations.role(station) as usize].kind {
            RoleKind::Service(service) => self.services[service as usize].health.slowed(span),
            RoleKind::Agents(_) => span,
        };
        let request = self.stations.request_mut(index);
        request.state = State::Working;
        request.since = now;
        request.due = now + span;
        self.scheduler.set_timer(request.due, Event { kind: kind::WORK, index });
    }

    /// A request at a service that has a slot ends.
    #[inline]
    pub(super) fn end_request(
        &mut self,
        index: u32,
        service: u32,
        outcome: Outcome,
    ) -> Option<Command> {
        let request = self.stations.request(index);
        let leaf = request.leaf;
        self.recorder.note_request_end(service, request, outcome);
        self.scheduler.fold(u64::from(outcome.code()) | u64::from(index) << 8);
        if let Some(next) = self.stations.finish(index) {
            self.begin(next, service);
        }
        self.calls.end(leaf, outcome, &mut self.scheduler, &mut self.recorder)
    }

    /// A task ends.
    #[inline]
    pub(super) fn end_task(&mut self, index: u32, group: u32, outcome: Outcome) -> Option<Command> {
        let now = self.scheduler.now();
        let task = self.stations.request(index);
        let (agent, took) = (task.station, now.since(task.arrived));
        self.recorder.note_task_end(group, task, outcome);
        self.scheduler.fold(u64::from(outcome.code()) | u64::from(index) << 8);
        let next = self.stations.finish(index);
        let first = next.and_then(|next| self.begin_task(next));
        if let Some(gap) = self.arrivals.after_end(agent, group, took) {
            let next = Event { kind: kind::ARRIVAL, index: agent };
            self.scheduler.schedule(now + gap, next);
        }
        first
    }

    /// A task that waited has got a slot.
    fn begin_task(&mut self, index: u32) -> Option<Command> {
        self.stations.request_mut(index).started = self.scheduler.now();
        self.advance(index)
    }
}

/// How a program ends that has come to its end.
#[inline]
fn done(degraded: bool) -> Outcome {
    if degraded { Outcome::Degraded } else { Outcome::Ok }
}
