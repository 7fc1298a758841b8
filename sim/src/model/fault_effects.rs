//! What a fault does to the requests at a service when it comes on or goes off.

use patterns::{Class, Outcome};

use super::kind;
use super::request::State;
use super::serving::begin;
use super::sites::Site;
use super::world::World;
use crate::call::Command;
use crate::fault::{Shock, Toggled};
use crate::kernel::Event;

impl World {
    /// A fault comes on or goes off.
    pub(super) fn toggle(&mut self, index: u32) -> Option<Command> {
        if self.faults_removed.is_none() || self.faults.is_on_demand(index) {
            self.turn(index);
        }
        self.calls.next_command()
    }

    /// All faults go off for good.
    pub(super) fn remove_faults(&mut self) -> Option<Command> {
        for index in 0..self.faults.len() {
            if self.faults.is_on(index) && !self.faults.is_on_demand(index) {
                self.turn(index);
            }
        }
        self.calls.next_command()
    }

    /// A fault that is off comes on, or one that is on goes off.
    fn turn(&mut self, index: u32) {
        let now = self.scheduler.now();
        if let Some(span) = self.faults.toggle(index, now) {
            self.scheduler.schedule(now + span, Event { kind: kind::FAULT, index });
        }
        for nth in 0..self.faults.followers(index) {
            if let Some(index) = self.faults.follow(index, nth) {
                self.scheduler.schedule(now, Event { kind: kind::FAULT, index });
            }
        }
        for nth in 0..self.faults.places(index).len() {
            let place = self.faults.places(index)[nth];
            self.turn_at(index, place);
            while let Some(over) = self.faults.end_at(index, place) {
                self.turn_at(over, place);
            }
        }
    }

    /// The same at one of its places.
    fn turn_at(&mut self, index: u32, place: u32) {
        let now = self.scheduler.now();
        match self.sites.site(place) {
            Site::Service(service) => self.toggle_at(service, index),
            Site::Link(link) => {
                let toggled = self.faults.take(index, place, now, &mut self.links[link]);
                let known = self.recorder.services.len() + link;
                self.recorder.note_condition(known, toggled.condition);
            }
            Site::Agents(group) => self.toggle_agents(group, index, place),
            Site::Layer(layer) => self.intervene(index, place, layer),
        }
    }

    /// A fault of a replica of a service has come on or gone off.
    fn toggle_at(&mut self, service: u32, index: u32) {
        let now = self.scheduler.now();
        let health = &mut self.services[service as usize].health;
        let Toggled { shock, condition } = self.faults.take(index, service, now, health);
        let slots = health.slots();
        let condition = self.condition_of_all(service, condition);
        let number = self.services[service as usize].number;
        self.recorder.note_condition(number as usize, condition);
        match shock {
            Shock::Nothing => {}
            Shock::LoseAll => self.lose_all(service),
            Shock::HoldAll => self.hold_all(service),
            Shock::LetGo => self.let_go(service),
            Shock::LoseHeld => self.lose_held(service),
            Shock::DropLine => self.drop_line(service),
        }
        self.limit_slots(service, slots);
    }

    /// A fault of a group of agents has come on or gone off.
    fn toggle_agents(&mut self, group: usize, index: u32, place: u32) {
        let now = self.scheduler.now();
        let Some(work) = &mut self.hit.work else { return };
        let health = &mut work.health[group];
        let slots = health.slots();
        let Toggled { shock, .. } = self.faults.take(index, place, now, health);
        let (slots, is_other) = (health.slots(), health.slots() != slots);
        let ills = health.ills();
        let is_by_hand = self.faults.kind(index).is_action;
        self.hit_agents(group, ills, shock, is_by_hand);
        if is_other || shock == Shock::DropLine {
            let agents = self.recorder.agents.iter().map(|agents| agents.count);
            let first = agents.clone().take(group).sum::<u32>();
            for agent in first..first + self.recorder.agents[group].count {
                self.change_agent(agent, shock, slots);
            }
        }
    }

    /// What waits at an agent is dropped, or it begins no more tasks than it may.
    fn change_agent(&mut self, agent: u32, shock: Shock, slots: u32) {
        while shock == Shock::DropLine
            && let Some(task) = self.stations.next_up(agent)
        {
            self.end_waiting(task, Outcome::failed(Class::Overload));
        }
        // One that is not there begins nothing, until it is.
        let is_there = self.lives.as_ref().is_none_or(|lives| !lives.holds(agent));
        self.stations.limit_slots(agent, if is_there { slots } else { 0 });
        while let Some((index, ..)) = self.stations.fill(agent) {
            let next = self.begin_waiting_task(index);
            self.put_back(next);
        }
    }

    /// A fault of a layer has come on or gone off.
    fn intervene(&mut self, index: u32, place: u32, layer: usize) {
        let Some(intervention) = self.faults.intervention(index, place) else { return };
        let link = self.hit.layers[layer];
        let kind = self.faults.kind(index);
        self.recorder.note_intervention(link.instance, kind, intervention);
        self.recorder.instances[link.instance as usize].by_hand = true;
        self.calls.intervene(link, intervention, &mut self.scheduler, &mut self.recorder);
        self.recorder.instances[link.instance as usize].by_hand = false;
    }

    /// A service has no more slots than these.
    fn limit_slots(&mut self, service: u32, slots: u32) {
        let station = self.arrivals.len() + service;
        self.stations.limit_slots(station, slots);
        while let Some((index, busy, request)) = self.stations.fill(station) {
            let service = &mut self.services[service as usize];
            begin(index, request, (busy, true), service, &mut self.recorder, &mut self.scheduler);
        }
    }

    /// Requests that stood still at a service and would go on now are lost.
    fn lose_held(&mut self, service: u32) {
        let now = self.scheduler.now();
        let mut next = self.stations.first(self.arrivals.len() + service);
        while let Some(index) = next {
            next = self.stations.after(index);
            let request = self.stations.request(index);
            let is_held = matches!(request.state, State::HeldStep | State::HeldReply);
            let health = &mut self.services[service as usize].health;
            if is_held && !health.holds(request.fate, now) {
                let lost = Outcome::failed(Class::Network);
                let next = self.end_request(index, service, lost);
                self.put_back(next);
            }
        }
    }

    /// What waits for a slot is refused after all; its callers learn of it in the order in which it
    /// would have got one.
    fn drop_line(&mut self, service: u32) {
        let station = self.arrivals.len() + service;
        let outcome = Outcome::failed(Class::Overload);
        while let Some(index) = self.stations.next_up(station) {
            let request = self.stations.request(index);
            let leaf = request.leaf;
            let number = self.services[service as usize].number;
            self.recorder.note_lost(number, request, outcome);
            self.scheduler.fold(u64::from(outcome.code()));
            self.stations.drop_waiting(index);
            let next = self.calls.end(leaf, outcome, &mut self.scheduler, &mut self.recorder);
            self.put_back(next);
        }
    }

    /// All that a service holds is lost; callers learn of it in the order in which they have or get
    /// a slot.
    fn lose_all(&mut self, service: u32) {
        let station = self.arrivals.len() + service;
        let mut next = self.stations.first(station);
        while let Some(index) = next {
            next = self.stations.after(index);
            self.drop_work(index, None);
        }
        self.services[service as usize].health.note_end(self.scheduler.now());
        // Callers are answered once the service is empty, so that what they do next finds it empty.
        let mut next = self.stations.clear(station);
        let outcome = Outcome::failed(Class::Network);
        while let Some(index) = next {
            next = self.stations.after(index);
            let request = self.stations.request(index);
            let leaf = request.leaf;
            let number = self.services[service as usize].number;
            self.recorder.note_lost(number, request, outcome);
            self.scheduler.fold(u64::from(outcome.code()));
            self.stations.forget(index);
            let next = self.calls.end(leaf, outcome, &mut self.scheduler, &mut self.recorder);
            self.put_back(next);
        }
    }

    /// Work at a service stands still from now on.
    fn hold_all(&mut self, service: u32) {
        let now = self.scheduler.now();
        let mut next = self.stations.first(self.arrivals.len() + service);
        while let Some(index) = next {
            next = self.stations.after(index);
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
        let mut next = self.stations.first(self.arrivals.len() + service);
        while let Some(index) = next {
            next = self.stations.after(index);
            self.go_on(index);
        }
    }

    /// A request goes on from where it stood.
    pub(super) fn go_on(&mut self, index: u32) {
        let now = self.scheduler.now();
        let request = self.stations.request_mut(index);
        let next = match request.state {
            State::HeldWork => {
                request.state = State::Working;
                request.due = now + request.due.since(request.since);
                request.since = now;
                self.scheduler.set_timer(request.due, Event { kind: kind::WORK, index });
                None
            }
            State::HeldStep => self.advance(index),
            State::HeldReply => {
                let outcome = request.reply;
                self.resume(index, outcome)
            }
            State::Gone | State::InLine | State::Working | State::Calling | State::Awaiting => None,
        };
        self.put_back(next);
    }

    /// What is to be done first has to wait.
    fn put_back(&mut self, next: Option<Command>) {
        if let Some(next) = next {
            self.calls.put_back(next);
        }
    }
}
