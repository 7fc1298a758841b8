//! The calls that requests make, from beginning to end, and what becomes of requests whose caller
//! gave up.

use patterns::{CallInfo, Class, Outcome, Time};

use super::request::{NONE, State};
use super::role::{CallStep, Keys, Op, RoleKind};
use super::system::Abandoned;
use super::world::{World, kind};
use crate::call::Command;
use crate::kernel::Event;

impl World {
    /// A request makes the call of its present step.
    #[inline]
    pub(super) fn call(&mut self, index: u32, step: CallStep) -> Option<Command> {
        let request = self.stations.request_mut(index);
        request.state = State::Calling;
        request.since = self.scheduler.now();
        request.call = self.calls.next_top();
        let (station, deadline, priority) = (request.station, request.deadline, request.priority);
        let info = CallInfo {
            deadline,
            key: match step.keys {
                None => {
                    self.calls_made = self.calls_made.wrapping_add(1);
                    self.calls_made | 1 << 31
                }
                Some(Keys { first, count }) => {
                    let draw = self.work[station as usize].uniform();
                    first + (draw * f64::from(count)) as u32
                }
            },
            // Agents of one group have the same number as callers.
            caller: self.stations.role(station) as u16,
            priority,
            is_extra: false,
            is_idempotent: step.idempotent,
        };
        let edge = self.stations.edges(station) + step.edge;
        self.calls.begin(edge, index, info, &mut self.scheduler, &mut self.recorder)
    }

    /// The call of a request has ended.
    #[inline]
    pub(super) fn call_ended(&mut self, index: u32, outcome: Outcome) -> Option<Command> {
        let role = self.stations.role(self.stations.request(index).station);
        let request = self.stations.request_mut(index);
        request.call = NONE;
        match self.roles[role as usize].kind {
            RoleKind::Agents(group) if !outcome.is_ok() => {
                self.recorder.note_frozen(group, request.since);
            }
            RoleKind::Service(service) if self.services[service as usize].health.hanging > 0 => {
                request.state = State::HeldReply;
                request.reply = outcome;
                return None;
            }
            RoleKind::Agents(_) | RoleKind::Service(_) => {}
        }
        self.resume(index, outcome)
    }

    /// A request goes on after its call has ended.
    #[inline]
    pub(super) fn resume(&mut self, index: u32, outcome: Outcome) -> Option<Command> {
        let role = self.stations.role(self.stations.request(index).station);
        let role = &self.roles[role as usize];
        let request = self.stations.request_mut(index);
        let Op::Call(step) = role.program[usize::from(request.step)] else {
            unreachable!("only a step that calls has a call")
        };
        if !outcome.is_ok() && !step.optional {
            return match role.kind {
                RoleKind::Agents(group) => self.end_task(index, group, outcome),
                RoleKind::Service(service) => {
                    // Refusals are between a caller and its own layers: who called this service
                    // sees one that can do no more.
                    let is_refusal = outcome.class().is_some_and(Class::is_refusal);
                    let seen = if is_refusal { Outcome::failed(Class::Overload) } else { outcome };
                    self.end_request(index, service, seen)
                }
            };
        }
        request.degraded |= outcome != Outcome::Ok;
        request.left -= 1;
        if request.left > 0 {
            return self.call(index, step);
        }
        request.step += 1;
        self.advance(index)
    }

    /// The caller of a request no longer waits for it.
    pub(super) fn abandon(&mut self, leaf: u32, index: u32) {
        let request = self.stations.request_mut(index);
        if !self.calls.is_abandoned(leaf, index) || request.abandoned < Time::MAX {
            return;
        }
        request.abandoned = self.scheduler.now();
        // The stations of services come after those of agents.
        let (arrived, number) = (request.arrived, request.station - self.arrivals.len());
        self.recorder.note_abandoned(number, arrived);
        if self.services[number as usize].abandoned == Abandoned::RunsOn {
            return;
        }
        self.drop_work(index);
        let request = self.stations.request(index);
        self.recorder.note_given_up(number, request);
        if request.state == State::InLine {
            self.stations.drop_waiting(index);
        } else if let Some(next) = self.stations.finish(index) {
            self.begin(next, number);
        }
        self.calls.forget(leaf);
    }

    /// Stops what is under way for a request: its work, or its call.
    pub(super) fn drop_work(&mut self, index: u32) {
        let request = self.stations.request(index);
        match request.state {
            State::Working => self.scheduler.cancel_timer(Event { kind: kind::WORK, index }),
            State::Calling => {
                self.calls.cancel(request.call, index, &mut self.scheduler, &mut self.recorder);
            }
            _ => {}
        }
    }
}
