//! What a fault does to the requests at a service when it comes on or goes off.

use patterns::{Class, Outcome};

use super::fault::{Fault, combine};
use super::request::State;
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
        let Fault { service, effect, on, .. } = *fault;
        let mut health = self.services[service as usize].health.clone();
        let (hung, was) = (health.hanging > 0, health.state());
        combine(self.faults.iter().filter(|fault| fault.service == service), &mut health);
        self.note_health(service, &mut health, was);
        let hangs = health.hanging > 0;
        self.services[service as usize].health = health;
        match effect {
            Effect::Down if on => self.lose_all(service),
            Effect::Hang { .. } if hangs && !hung => self.hold_all(service),
            Effect::Hang { resume: true } if hung && !hangs => self.let_go(service),
            Effect::Hang { resume: false } if hung && !hangs => self.lose_all(service),
            _ => {}
        }
        self.calls.next_command()
    }

    /// The requests at a service, in the order in which they came.
    fn at(&self, service: u32) -> Vec<u32> {
        self.stations.requests_at(self.arrivals.len() + service).collect()
    }

    /// All that a service holds is lost; callers learn of it in the order in which they came.
    fn lose_all(&mut self, service: u32) {
        let lost = self.at(service);
        for index in &lost {
            self.drop_work(*index);
        }
        self.stations.clear(self.arrivals.len() + service);
        // Callers are answered once the service is empty, so that what they do next finds it empty.
        let outcome = Outcome::failed(Class::Network);
        for index in lost {
            let request = self.stations.request(index);
            let leaf = request.leaf;
            self.recorder.note_lost(service, request, outcome);
            self.scheduler.fold(u64::from(outcome.code()));
            self.stations.forget(index);
            let next = self.calls.end(leaf, outcome, &mut self.scheduler, &mut self.recorder);
            self.put_back(next);
        }
    }

    /// Work at a service stands still from now on.
    fn hold_all(&mut self, service: u32) {
        let now = self.scheduler.now();
        for index in self.at(service) {
            let request = self.stations.request_mut(index);
            if request.state == State::Working {
                request.state = State::HeldWork;
                request.since = now;
                self.scheduler.cancel_timer(Event { kind: kind::WORK, index });
            }
        }
    }

    /// Work at a service goes on from where it stood.
    fn let_go(&mut self, service: u32) {
        let now = self.scheduler.now();
        for index in self.at(service) {
            let request = self.stations.request_mut(index);
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
                State::HeldReply => {
                    let outcome = request.reply;
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
