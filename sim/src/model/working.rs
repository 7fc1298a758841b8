//! What becomes of a request that has a slot, step by step, to its end.

use patterns::{Duration, Outcome};

use super::kind;
use super::request::State;
use super::role::{Op, RoleKind};
use super::serving::{begin, done, ending, hindered};
use super::station::Finished;
use super::world::World;
use crate::call::Command;
use crate::kernel::Event;

impl World {
    /// The work on a request is done.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub(super) fn worked(&mut self, index: u32) -> Option<Command> {
        let now = self.scheduler.now();
        let request = self.stations.request_mut(index);
        if request.is_last
            && let Some(service) = request.station.checked_sub(self.arrivals.len())
            && let Some(outcome) = ending(request, &mut self.services[service as usize], now)
        {
            return self.end_request(index, service, outcome);
        }
        // A step that had to wait begins now.
        request.step = request.step.wrapping_add(1);
        self.advance(index)
    }

    /// Takes the step that a request has come to.
    pub(super) fn advance(&mut self, index: u32) -> Option<Command> {
        if self.lives.is_some() && self.hold_agent(index, State::HeldStep) {
            return None;
        }
        let request = self.stations.request(index);
        let station = request.station;
        let role = &self.roles[self.stations.role(station) as usize];
        let request = self.stations.request_mut(index);
        let step = usize::from(request.step);
        request.is_last = step + 1 >= role.program.len();
        let op = role.program.get(step).copied();
        let now = self.scheduler.now();
        match role.kind {
            RoleKind::Service(service) => {
                let at = &mut self.services[service as usize];
                if at.health.holds(request.fate, now) {
                    request.state = State::HeldStep;
                    return None;
                }
                if op.is_none() {
                    let remembers = at.remembers;
                    let outcome = ending(request, at, now).expect("it moves");
                    let outcome =
                        if remembers { self.remember(index, service, outcome) } else { outcome };
                    return self.end_request(index, service, outcome);
                }
            }
            RoleKind::Agents(_) => {
                if op.is_none() {
                    let outcome = done(request);
                    return self.end_task(index, outcome);
                }
            }
        }
        let span = match op.expect("the others are at their end") {
            Op::Call(step) => return self.call_later(index, step),
            Op::Costly(step, cost) => return self.spend(index, step, cost),
            Op::Serve => request.demand,
            Op::Work { distribution } => {
                let rng = &mut self.work[station as usize];
                self.distributions[distribution as usize].sample(rng)
            }
            op @ (Op::Begin | Op::Mark { .. } | Op::Flow(_)) => return self.flow(index, op),
        };
        let span = match role.kind {
            RoleKind::Service(service) => {
                let busy = self.stations.busy(station);
                let request = self.stations.request_mut(index);
                hindered(span, request, busy, &mut self.services[service as usize], now)
            }
            RoleKind::Agents(group) => match &mut self.hit.work {
                None => span,
                Some(work) => {
                    let (busy, task) = (self.stations.busy(station), self.stations.request(index));
                    work.slowed(group, task, span, busy, now)
                }
            },
        };
        self.work(index, span);
        None
    }

    /// A request is worked on for some time.
    pub(super) fn work(&mut self, index: u32, span: Duration) {
        let request = self.stations.request_mut(index);
        request.state = State::Working;
        request.due = self.scheduler.now() + span;
        self.scheduler.set_timer(request.due, Event { kind: kind::WORK, index });
    }

    /// A request at a service that has a slot ends.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub(super) fn end_request(
        &mut self,
        index: u32,
        service: u32,
        outcome: Outcome,
    ) -> Option<Command> {
        let at = &mut self.services[service as usize];
        let request = self.stations.request(index);
        let leaf = request.leaf;
        self.recorder.note_request_end(at.number, request, outcome);
        self.scheduler.fold(u64::from(outcome.code()) | u64::from(index) << 8);
        let Finished { next, busy } = self.stations.finish(index);
        if let Some((next, first)) = next {
            begin(next, first, (busy, true), at, &mut self.recorder, &mut self.scheduler);
        }
        self.calls.end(leaf, outcome, &mut self.scheduler, &mut self.recorder)
    }

    /// A task ends.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub(super) fn end_task(&mut self, index: u32, outcome: Outcome) -> Option<Command> {
        let now = self.scheduler.now();
        if self.lives.is_some() {
            self.end_life(index, outcome);
        }
        let task = self.stations.request(index);
        let (agent, took) = (task.station, now.since(task.arrived));
        let group = self.stations.role(agent);
        if self.recorder.groups[group as usize].expires < now {
            self.expire(group as usize, now);
        }
        if self.spending.is_some() {
            self.close_account(index, outcome);
        }
        let task = self.stations.request(index);
        let is_news = self.recorder.note_task_end(group, (index, task), outcome);
        if is_news {
            self.results_have_news(group);
        }
        self.scheduler.fold(u64::from(outcome.code()) | u64::from(index) << 8);
        let next = self.stations.finish(index).next.map(|(next, _)| next);
        let first = next.and_then(|next| self.begin_waiting_task(next));
        if let Some(gap) = self.arrivals.after_end(agent, group, took) {
            let next = Event { kind: kind::ARRIVAL, index: agent };
            self.scheduler.schedule(now + gap, next);
        }
        first
    }

    /// A task that waited has got a slot.
    #[inline(never)]
    pub(super) fn begin_waiting_task(&mut self, index: u32) -> Option<Command> {
        self.stations.request_mut(index).started = self.scheduler.now();
        self.advance(index)
    }
}
