//! Services of W4, and the calls to them.

use patterns::{Class, Outcome};
use sim::kernel::{split_mix, unit};

use super::recording::{Call, Recording};
use super::settings::{LLM, OF_GROUP, PRICE, Settings};
use super::state::{NONE, Phase, Request};
use super::{DONE, Loop};

/// As it ends whose service is down.
const LOST: Outcome = Outcome::failed(Class::Network);

impl<R: Recording> Loop<R> {
    pub(super) fn call(&mut self, now: u64, agent: usize, service: usize) {
        let call = Call { agent, service };
        self.recording.call_began(call);
        let Settings { latency, slots, endings, has_errors } = &self.settings[service];
        let streams = &mut self.streams[R::streams(agent)].calls[service];
        let work = latency.sample(&mut streams.work).as_nanos();
        let mut ending = Outcome::Ok;
        if !endings.is_empty() {
            let draw = streams.errors.uniform();
            let found = endings.iter().find(|(_, below)| draw < *below);
            ending = found.map_or(Outcome::Ok, |(ending, _)| *ending);
        }
        let bits = if *has_errors { streams.by_faults.next_u64() } else { 0 };
        let at = &mut self.services[service];
        if at.is_down {
            self.recording.request_refused(now, service, LOST);
            self.recording.call_ended(now, call, now, LOST);
            return self.answered(now, agent, service, LOST);
        }
        let has_slot = at.busy < *slots;
        let never = u64::MAX;
        let started = if has_slot { now } else { never };
        let request = Request {
            call,
            ending,
            work,
            bits,
            arrived: now,
            started,
            due: 0,
            given_up: never,
            next_free: NONE,
        };
        let index = self.add(request);
        self.recording.request_came(now, service, has_slot);
        let at = &mut self.services[service];
        if has_slot {
            at.busy += 1;
            self.recording.request_began(now, service, now, false);
            self.requests[index as usize].due = self.push(now + work, DONE, index);
        } else {
            at.line.push_back(index);
        }
        let at = &mut self.agents[agent];
        (at.phase, at.request) = (Phase::Calling, index);
        if service == LLM {
            self.pay(now, call);
        }
    }

    fn add(&mut self, request: Request) -> u32 {
        let index = self.free;
        if let Some(place) = self.requests.get_mut(index as usize) {
            self.free = place.next_free;
            *place = request;
            return index;
        }
        self.requests.push(request);
        self.requests.len() as u32 - 1
    }

    fn pay(&mut self, now: u64, call: Call) {
        let tokens = self.agents[call.agent].tokens;
        let cost = PRICE[0] + tokens * PRICE[1];
        self.recording.paid(call, tokens, cost);
        self.tokens.spend(now, tokens, &mut self.totals[0]);
        if let Some(own) = call.agent.checked_sub(OF_GROUP) {
            self.money[own].spend(now, cost, &mut self.totals[1]);
        }
    }

    /// The work on a request is done.
    pub(super) fn done(&mut self, now: u64, index: usize) {
        let request = self.remove(index);
        let service = request.call.service;
        let at = &mut self.services[service];
        let mut ending = request.ending;
        if let Some((salt, share, failed)) = at.failing
            && ending.is_ok()
            && unit(split_mix(request.bits ^ salt, 0)) < share
        {
            ending = failed;
        }
        self.recording.request_ended(now, service, request.stay(), ending);
        if let Some(next) = at.line.pop_front() {
            let first = &mut self.requests[next as usize];
            first.started = now;
            let (arrived, due) = (first.arrived, now + first.work);
            self.recording.request_began(now, service, arrived, true);
            self.requests[next as usize].due = self.push(due, DONE, next);
        } else {
            at.busy -= 1;
        }
        self.request_ended(now, &request, ending);
    }

    fn remove(&mut self, index: usize) -> Request {
        let request = self.requests[index];
        (self.requests[index].due, self.requests[index].arrived) = (0, u64::MAX);
        self.requests[index].next_free = self.free;
        self.free = index as u32;
        request
    }

    fn request_ended(&mut self, now: u64, request: &Request, ending: Outcome) {
        let call = request.call;
        if request.given_up < u64::MAX {
            return self.recording.call_late(call);
        }
        self.recording.call_ended(now, call, request.arrived, ending);
        self.answered(now, call.agent, call.service, ending);
    }

    /// The agent of a call has crashed; the service goes on with it.
    pub(super) fn give_up(&mut self, now: u64, agent: usize) {
        let request = &mut self.requests[self.agents[agent].request as usize];
        request.given_up = now;
        let (call, began) = (request.call, request.arrived);
        self.recording.call_given_up(now, call, began);
    }

    /// All that a service has in work and in line is lost.
    pub(super) fn lose_all(&mut self, now: u64, service: usize) {
        let is_there =
            |request: &Request| request.call.service == service && request.arrived < u64::MAX;
        let all = (0..self.requests.len()).filter(|index| is_there(&self.requests[*index]));
        let all: Vec<usize> = all.collect();
        self.services[service].line.clear();
        self.services[service].busy = 0;
        let lost: Vec<Request> = all.into_iter().map(|index| self.remove(index)).collect();
        for request in &lost {
            self.recording.request_ended(now, service, request.stay(), LOST);
        }
        for request in &lost {
            self.request_ended(now, request, LOST);
        }
    }

    pub(super) fn note_faults(&mut self, now: u64, service: usize) {
        let at = &self.services[service];
        let faults = u32::from(at.is_down) + u32::from(at.failing.is_some());
        self.recording.faults(now, service, faults, at.is_down);
    }

    /// Adds what is there when the run ends.
    pub(super) fn close_services(&mut self, end: u64) {
        for request in self.requests.iter().filter(|request| request.arrived < u64::MAX) {
            self.recording.request_open(end, request.call.service, request.stay());
            if request.given_up == u64::MAX {
                self.recording.call_open(end, request.call, request.arrived);
            }
        }
    }
}
