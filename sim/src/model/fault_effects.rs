//! What a fault does to the requests at a service when it comes on or goes off.

use patterns::{Class, Outcome};

use super::fault::{Fault, combine};
use super::request::{Request, State};
use super::system::Effect;
use super::world::{World, kind};
use crate::call::Command;
use crate::kernel::Event;

impl World {
    /// A fault comes on or goes off.
    pub(super) fn toggle(&mut self, index: u32) -> Option<Command> {
        let now = self.scheduler.now();
        let fault = &mut self.faults[index as usize];
        if let Some(span) = fault.toggle() {
            self.scheduler.schedule(now + span, Event { kind: kind::FAULT, index });
        }
        let Fault { node, effect, on, .. } = *fault;
        let mut health = self.nodes[node as usize].health.clone();
        let (hung, was) = (health.hanging > 0, health.state());
        combine(self.faults.iter().filter(|fault| fault.node == node), &mut health);
        self.note_health(node, &mut health, was);
        let hangs = health.hanging > 0;
        self.nodes[node as usize].health = health;
        match effect {
            Effect::Down if on => self.lose_all(node),
            Effect::Hang { .. } if hangs && !hung => self.hold_all(node),
            Effect::Hang { resume: true } if hung && !hangs => self.let_go(node),
            Effect::Hang { resume: false } if hung && !hangs => self.lose_all(node),
            _ => {}
        }
        self.calls.next_command()
    }

    /// The requests at a node, in the queue or in a slot.
    fn at(&self, node: u32) -> Vec<u32> {
        self.requests.iter().filter(|(_, r)| r.node == node).map(|(index, _)| index).collect()
    }

    /// All that a node holds is lost.
    fn lose_all(&mut self, node: u32) {
        let lost = self.at(node);
        let held: Vec<Request> = lost.iter().map(|index| self.requests[*index]).collect();
        for (index, request) in lost.into_iter().zip(&held) {
            self.drop_work(index);
            if request.state == State::InLine {
                let wait_queue = &mut self.nodes[node as usize].wait_queue;
                wait_queue.remove(&mut self.requests, index);
            } else {
                self.nodes[node as usize].busy -= 1;
            }
            self.requests.remove(index);
        }
        // Callers are answered once the node is empty, so that what they do next finds it empty.
        let outcome = Outcome::failed(Class::Network);
        for request in held {
            self.recorder.note_end(self.nodes[node as usize].kind, &request, outcome);
            self.scheduler.fold(u64::from(outcome.code()));
            let next = self.answer(node, request.leaf, request.arrived, outcome);
            self.put_back(next);
        }
    }

    /// Work at a node stands still from now on.
    fn hold_all(&mut self, node: u32) {
        let now = self.scheduler.now();
        for index in self.at(node) {
            let request = &mut self.requests[index];
            if request.state == State::Working {
                request.state = State::HeldWork;
                request.since = now;
                self.scheduler.cancel_timer(Event { kind: kind::WORK, index });
            }
        }
    }

    /// Work at a node goes on from where it stood.
    fn let_go(&mut self, node: u32) {
        let now = self.scheduler.now();
        for index in self.at(node) {
            let request = &mut self.requests[index];
            match request.state {
                State::HeldWork => {
                    request.state = State::Working;
                    request.due = now + request.due.since(request.since);
                    request.since = now;
                    self.scheduler.set_timer(request.due, Event { kind: kind::WORK, index });
                }
                State::HeldStep => {
                    let next = self.advance(index);
                    self.put_back(next);
                }
                State::HeldReply(outcome) => {
                    let next = self.resume(index, outcome);
                    self.put_back(next);
                }
                State::Gone | State::InLine | State::Working | State::Calling => {}
            }
        }
    }

    /// What is to be done first has to wait.
    fn put_back(&mut self, next: Option<Command>) {
        if let Some(next) = next {
            self.calls.put_back(next);
        }
    }
}
