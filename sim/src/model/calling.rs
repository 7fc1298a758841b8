//! The calls that requests make, from beginning to end, and what becomes of requests whose caller
//! gave up.

use patterns::{CallInfo, Class, Outcome, Time};

use super::node::{Keys, NodeKind, Op};
use super::request::{NONE, State};
use super::system::Abandoned;
use super::world::{World, kind};
use crate::call::Command;
use crate::kernel::Event;

impl World {
    /// A request makes the call of its present step.
    #[inline]
    pub(super) fn call(&mut self, index: u32) -> Option<Command> {
        let request = &mut self.requests[index];
        request.state = State::Calling;
        request.call = self.calls.next_top();
        request.since = self.scheduler.now();
        let node = &self.nodes[request.node as usize];
        let Op::Call { edge, keys, idempotent, .. } = node.program[usize::from(request.step)]
        else {
            unreachable!("only a step that calls has a call")
        };
        let edge = node.edges[usize::from(edge)];
        let info = CallInfo {
            deadline: request.deadline,
            key: match keys {
                None => {
                    self.calls_made = self.calls_made.wrapping_add(1);
                    self.calls_made | 1 << 31
                }
                Some(Keys { first, count }) => {
                    let draw = self.work[node.work as usize].uniform();
                    first + (draw * f64::from(count)) as u32
                }
            },
            caller: node.caller,
            priority: request.priority,
            is_extra: false,
            is_idempotent: idempotent,
        };
        self.calls.begin(edge, index, info, &mut self.scheduler, &mut self.recorder)
    }

    /// The call of a request has ended.
    pub(super) fn call_ended(&mut self, index: u32, outcome: Outcome) -> Option<Command> {
        let request = &mut self.requests[index];
        request.call = NONE;
        let node = &self.nodes[request.node as usize];
        if let NodeKind::Agent { group, .. } = node.kind
            && !outcome.is_ok()
        {
            let frozen = self.recorder.counted_since(request.since);
            self.recorder.agents[group as usize].frozen += frozen;
        }
        if node.health.hanging > 0 {
            request.state = State::HeldReply(outcome);
            None
        } else {
            self.resume(index, outcome)
        }
    }

    /// A request goes on after its call has ended.
    pub(super) fn resume(&mut self, index: u32, outcome: Outcome) -> Option<Command> {
        let request = &mut self.requests[index];
        let node = &self.nodes[request.node as usize];
        let Op::Call { optional, .. } = node.program[usize::from(request.step)] else {
            unreachable!("only a step that calls has a call")
        };
        if !outcome.is_ok() && !optional {
            let seen = match (node.kind, outcome.class()) {
                // Refusals are between a caller and its own layers: who called this service sees
                // one that can do no more.
                (NodeKind::Service { .. }, Some(class)) if class.is_refusal() => {
                    Outcome::failed(Class::Overload)
                }
                _ => outcome,
            };
            return self.end(index, seen);
        }
        request.degraded |= outcome != Outcome::Ok;
        request.left -= 1;
        if request.left > 0 {
            return self.call(index);
        }
        request.step += 1;
        self.advance(index)
    }

    /// The caller of a request no longer waits for it.
    pub(super) fn abandon(&mut self, leaf: u32, index: u32) -> Option<Command> {
        if !self.calls.is_abandoned(leaf, index) || self.requests[index].abandoned < Time::MAX {
            return None;
        }
        let now = self.scheduler.now();
        let request = &mut self.requests[index];
        request.abandoned = now;
        let node = &mut self.nodes[request.node as usize];
        if self.recorder.counts(request.arrived) {
            self.recorder.services[node.kind.service()].abandoned += 1;
        }
        if node.abandoned == Abandoned::RunsOn {
            return None;
        }
        {
            let request = *request;
            self.drop_work(index);
            let next = if request.state == State::InLine {
                let node = &mut self.nodes[request.node as usize];
                node.wait_queue.remove(&mut self.requests, index);
                self.requests.remove(index);
                None
            } else {
                self.requests.remove(index);
                self.free_slot(request.node)
            };
            self.note_given_up(&request);
            self.calls.forget(leaf);
            next
        }
    }

    /// Stops what is under way for a request: its work, or its call.
    pub(super) fn drop_work(&mut self, index: u32) {
        match self.requests[index].state {
            State::Working => self.scheduler.cancel_timer(Event { kind: kind::WORK, index }),
            State::Calling => {
                let call = self.requests[index].call;
                self.calls.cancel(call, index, &mut self.scheduler, &mut self.recorder);
            }
            _ => {}
        }
    }
}
