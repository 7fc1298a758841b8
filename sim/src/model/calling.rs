//! The calls that requests make, from beginning to end, and what becomes of requests whose caller
//! gave up.

use patterns::{CallInfo, Class, Outcome, Time};

use super::kind;
use super::request::{LOST, NONE, Request, State};
use super::role::{CallStep, Keys, Op, RoleKind};
use super::serving::{begin, done};
use super::station::Finished;
use super::system::Abandoned;
use super::world::World;
use crate::call::Command;
use crate::kernel::Event;

impl World {
    /// A request that waits for a call makes it.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub(super) fn call(
        &mut self,
        request: u32,
        edge: u32,
        keys: Option<Keys>,
        mut info: CallInfo,
    ) -> Option<Command> {
        info.key = match keys {
            None => {
                self.calls_made = self.calls_made.wrapping_add(1);
                self.calls_made | 1 << 31
            }
            Some(Keys { first, count }) => {
                let rare = self.edges[edge as usize].rare.as_mut();
                let rng = rare.and_then(|rare| rare.keys.as_mut());
                let draw = rng.expect("a step with keys has a stream for them").uniform();
                first + (draw * f64::from(count)) as u32
            }
        };
        self.calls.begin(edge, request, info, &mut self.scheduler, &mut self.recorder)
    }

    /// A request makes a call, not at once when it came.
    #[inline(never)]
    pub(super) fn call_later(&mut self, index: u32, step: CallStep) -> Option<Command> {
        let request = self.stations.request_mut(index);
        request.wait_for(&step, self.calls.next_top(), self.scheduler.now());
        let Request { station, deadline, priority, .. } = *request;
        let caller = self.roles[self.stations.role(station) as usize].caller;
        let edge = self.stations.edges(station) + step.edge;
        self.call_about(index, edge, &step, step.info(caller, priority, deadline))
    }

    /// The call of a request has ended.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub(super) fn call_ended(&mut self, index: u32, outcome: Outcome) -> Option<Command> {
        let request = self.stations.request_mut(index);
        if request.station >= self.arrivals.len() {
            return self.call_of_service_ended(index, outcome);
        }
        // By its code: what is not only good for all that can be seen, but right.
        if outcome.code() == Outcome::Ok.code() && request.is_last {
            let outcome = done(request);
            return self.end_task(index, outcome);
        }
        self.resume(index, outcome)
    }

    /// The call of a request at a service has ended.
    #[inline(never)]
    fn call_of_service_ended(&mut self, index: u32, outcome: Outcome) -> Option<Command> {
        let request = self.stations.request_mut(index);
        request.call = NONE;
        let service = request.station - self.arrivals.len();
        let (fate, now) = (request.fate, self.scheduler.now());
        if self.services[service as usize].health.holds(fate, now) {
            let request = self.stations.request_mut(index);
            request.state = State::HeldReply;
            request.reply = outcome;
            return None;
        }
        self.resume(index, outcome)
    }

    /// A request goes on after its call has ended.
    #[inline(never)]
    pub(super) fn resume(&mut self, index: u32, outcome: Outcome) -> Option<Command> {
        if self.spending.is_some() {
            self.settle(index);
        }
        let request = self.stations.request_mut(index);
        request.call = NONE;
        if self.lives.is_some() && self.hold_agent(index, State::HeldReply) {
            self.stations.request_mut(index).reply = outcome;
            return None;
        }
        let request = self.stations.request_mut(index);
        request.use_answer(outcome);
        request.left -= 1;
        let goes_on = outcome.is_ok() || request.is_optional;
        let is_done = request.left == 0;
        let role = &self.roles[self.stations.role(self.stations.request(index).station) as usize];
        match role.kind {
            RoleKind::Agents(_) if !goes_on => return self.fail(index, outcome),
            RoleKind::Service(service) if !goes_on => {
                // Refusals are between a caller and its own layers: who called this service sees
                // one that can do no more.
                let is_refusal = outcome.class().is_some_and(Class::is_refusal);
                let seen = if is_refusal { Outcome::failed(Class::Overload) } else { outcome };
                self.services[service as usize].health.note_end(self.scheduler.now());
                return self.end_request(index, service, seen);
            }
            _ => {}
        }
        let request = self.stations.request_mut(index);
        if is_done {
            request.step += 1;
            return self.advance(index);
        }
        let (left, step) = (request.left, request.step);
        match role.program[usize::from(step)] {
            Op::Call(step) => self.call_later(index, CallStep { times: left, ..step }),
            Op::Costly(step, cost) => self.spend(index, CallStep { times: left, ..step }, cost),
            Op::Serve | Op::Work { .. } | Op::Begin | Op::Mark { .. } | Op::Flow(_) => {
                unreachable!("only a step that calls has a call")
            }
        }
    }

    /// The caller of a request no longer waits for it.
    pub(super) fn abandon(&mut self, leaf: u32, index: u32) {
        if index == LOST {
            return self.forget_lost(leaf);
        }
        let request = self.stations.request_mut(index);
        if !self.calls.is_abandoned(leaf, index) || request.abandoned < Time::MAX {
            return;
        }
        request.abandoned = self.scheduler.now();
        // The stations of services come after those of agents.
        let (arrived, number) = (request.arrived, request.station - self.arrivals.len());
        let service = &self.services[number as usize];
        let (service, abandoned) = (service.number, service.abandoned);
        self.recorder.note_abandoned(service, arrived);
        if abandoned == Abandoned::RunsOn {
            return;
        }
        self.drop_work(index, None);
        self.services[number as usize].health.note_end(self.scheduler.now());
        let request = self.stations.request(index);
        self.recorder.note_given_up(service, request);
        if request.state == State::InLine {
            self.stations.drop_waiting(index);
        } else if let Finished { next: Some((next, request)), busy } = self.stations.finish(index) {
            let service = &mut self.services[number as usize];
            begin(next, request, (busy, true), service, &mut self.recorder, &mut self.scheduler);
        }
        self.calls.forget(leaf);
    }

    /// Stops what is under way for a request: its work, or its call, which has ended in some way
    /// for who waited for it if that is said.
    pub(super) fn drop_work(&mut self, index: u32, ended: Option<Outcome>) {
        let request = self.stations.request(index);
        match request.state {
            State::Working => self.scheduler.cancel_timer(Event { kind: kind::WORK, index }),
            // The answer may have just come.
            State::Calling if request.call != NONE => {
                let (scheduler, recorder) = (&mut self.scheduler, &mut self.recorder);
                self.calls.cancel(request.call, index, ended, scheduler, recorder);
            }
            _ => {}
        }
    }
}
