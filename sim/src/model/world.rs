//! The world: everything that is simulated, and the one match over its events.

use patterns::{About, Class, Outcome, Time};

use super::fault::Fault;
use super::node::{Keys, Member, Node, Op};
use super::request::{NONE, Request, Requests, State};
use super::source::Source;
use super::system::Abandoned;
use crate::call::{Calls, Command};
use crate::kernel::{Agenda, Event, Law, MAX_INDEX, Stream};
use crate::observe::Record;
use crate::observe::recorder::Recorder;

/// Kinds of event; the index says which.
pub(super) mod kind {
    /// A task comes from a source.
    pub(crate) const ARRIVAL: u8 = 0;
    /// The work on a request is done.
    pub(crate) const WORK: u8 = 1;
    /// A frame is woken.
    pub(crate) const WAKE: u8 = 2;
    /// A fault comes on or goes off.
    pub(crate) const FAULT: u8 = 3;
}

/// Events in one instant after which a run is stopped: time stands still.
const INSTANT_MAX: u32 = 10_000_000;

/// Requests or frames at which a run is stopped: the system is without bound.
const OPEN_MAX: usize = MAX_INDEX as usize - (1 << 16);

/// Everything that is simulated.
#[derive(Debug)]
pub struct World {
    pub(super) seed: u64,
    pub(super) horizon: Time,
    pub(super) agenda: Agenda,
    pub(super) calls: Calls,
    pub(super) nodes: Vec<Node>,
    pub(super) requests: Requests,
    pub(super) sources: Vec<Source>,
    pub(super) faults: Vec<Fault>,
    pub(super) laws: Vec<Law>,
    /// Streams for work that is drawn when it begins.
    pub(super) work: Vec<Stream>,
    pub(super) ways: Vec<Way>,
    pub(super) recorder: Recorder,
    /// How many calls without a key were made.
    pub(super) calls_made: u32,
}

/// What a link leads to, and the luck of the requests that travel on it.
#[derive(Debug)]
pub(super) struct Way {
    /// The node called.
    pub(super) to: u32,
    /// The law of its service, in the list of laws.
    pub(super) latency: u32,
    pub(super) demand: Stream,
    /// A request fails in the first class whose number is above its draw.
    pub(super) errors: Box<[(Class, f64)]>,
    /// Whether errors are drawn at all: of the service itself, by a fault.
    pub(super) draws: [bool; 2],
    pub(super) error: Stream,
}

impl World {
    /// Runs to the horizon, and says what happened.
    pub fn run(mut self) -> Record {
        for index in 0..self.sources.len() as u32 {
            let gap = self.sources[index as usize].first();
            self.agenda.post(Time::ZERO + gap, Event { kind: kind::ARRIVAL, index });
        }
        for index in 0..self.faults.len() as u32 {
            let at = self.faults[index as usize].first();
            self.agenda.post(at, Event { kind: kind::FAULT, index });
        }
        let mut stopped = None;
        let mut in_instant = 0;
        while let Some(event) = self.agenda.next(self.horizon) {
            let now = self.agenda.now();
            in_instant = if now == self.recorder.now { in_instant + 1 } else { 0 };
            self.recorder.now = now;
            self.handle(event);
            if self.requests.room() > OPEN_MAX || self.calls.room() > OPEN_MAX {
                stopped = Some("more than four million requests were open at once");
            } else if in_instant == INSTANT_MAX {
                stopped = Some("ten million events happened in one instant");
            }
            if stopped.is_some() {
                break;
            }
        }
        self.finish(stopped)
    }

    #[inline]
    fn handle(&mut self, event: Event) {
        match event.kind {
            kind::ARRIVAL => self.arrive(event.index),
            kind::WORK => {
                self.requests[event.index].step += 1;
                self.advance(event.index);
            }
            kind::WAKE => self.calls.wake(event.index, &mut self.agenda, &mut self.recorder),
            kind::FAULT => self.toggle(event.index),
            _ => unreachable!("there is no other kind"),
        }
        while let Some(command) = self.calls.next_command() {
            match command {
                Command::Launch { leaf, link } => self.launch(leaf, link),
                Command::Abandon { leaf, request } => self.abandon(leaf, request),
                Command::Done { caller, outcome } => self.call_ended(caller, outcome),
            }
        }
    }

    /// A task comes from a source.
    fn arrive(&mut self, index: u32) {
        let now = self.agenda.now();
        let source = &mut self.sources[index as usize];
        let node = source.node;
        if let Some(gap) = source.after_arrival() {
            self.agenda.post(now + gap, Event { kind: kind::ARRIVAL, index });
        }
        if let Member::Agent { group, .. } = self.nodes[node as usize].party
            && self.recorder.counts(now)
        {
            self.recorder.agents[group as usize].tasks.issued += 1;
        }
        let Node { priority, deadline, .. } = self.nodes[node as usize];
        let task = Request { priority, deadline: now + deadline, ..Request::new(node, NONE, now) };
        let task = self.requests.insert(task);
        self.admit(node, task);
    }

    /// An attempt comes to a service.
    fn launch(&mut self, leaf: u32, link: u32) {
        let now = self.agenda.now();
        let way = &mut self.ways[link as usize];
        let to = way.to;
        // Luck is drawn for each attempt, whatever becomes of it: so it does not depend on the
        // state of the service.
        let demand = self.laws[way.latency as usize].sample(&mut way.demand);
        let error = if way.draws[0] {
            let draw = way.error.draw();
            way.errors.iter().find(|(_, below)| draw < *below).map(|(class, _)| *class)
        } else {
            None
        };
        let luck = if way.draws[1] { way.error.draw() } else { 1.0 };
        let About { deadline, priority, .. } = self.calls.about(leaf);
        if !self.calls.is_wanted(leaf) {
            return;
        }
        let node = &mut self.nodes[to as usize];
        let counts = self.recorder.counts(now);
        let record = &mut self.recorder.services[node.party.service()];
        record.requests.issued += u64::from(counts);
        let refused = if node.health.down > 0 {
            Some(Outcome::failed(Class::Network))
        } else if let Some(Err(refused)) = node.door.as_mut().map(|door| door.admit(now)) {
            Some(refused)
        } else if node.busy >= node.slots && node.line.len >= node.queue {
            Some(Outcome::failed(Class::Overload))
        } else {
            None
        };
        match refused {
            Some(outcome) => {
                if counts {
                    record.requests.end(outcome);
                }
                self.calls.end(leaf, outcome, &mut self.agenda, &mut self.recorder);
            }
            None => {
                let request = Request {
                    demand,
                    error,
                    luck,
                    deadline,
                    priority,
                    ..Request::new(to, leaf, now)
                };
                let request = self.requests.insert(request);
                self.admit(to, request);
                self.calls.launched(leaf, request);
            }
        }
    }

    /// A request gets a slot, or stands in line.
    #[inline]
    fn admit(&mut self, node: u32, request: u32) {
        let node = &mut self.nodes[node as usize];
        if node.busy < node.slots {
            node.busy += 1;
            self.begin(request);
        } else {
            node.line.push(&mut self.requests, request);
        }
    }

    /// A request has got a slot.
    #[inline]
    fn begin(&mut self, index: u32) {
        let now = self.agenda.now();
        let request = &mut self.requests[index];
        request.started = now;
        if let Member::Service { service } = self.nodes[request.node as usize].party {
            let counts = self.recorder.counts(request.arrived);
            let queued = self.recorder.counted_since(request.arrived);
            let service = &mut self.recorder.services[service as usize];
            if counts {
                service.waiting.add(now.since(request.arrived));
            }
            service.queued += queued;
        }
        self.advance(index);
    }

    /// Takes the step that a request has come to.
    pub(super) fn advance(&mut self, index: u32) {
        let now = self.agenda.now();
        let request = &mut self.requests[index];
        let node = &self.nodes[request.node as usize];
        request.since = now;
        if node.health.hanging > 0 {
            request.state = State::HeldStep;
            return;
        }
        let span = match node.program.get(usize::from(request.step)).copied() {
            None => {
                let failed = request.error.or_else(|| node.health.failure(request.luck));
                let outcome = match failed {
                    Some(class) => Outcome::failed(class),
                    None if request.degraded => Outcome::Degraded,
                    None => Outcome::Ok,
                };
                return self.end(index, outcome);
            }
            Some(Op::Call { times, .. }) => {
                request.left = times;
                return self.call(index);
            }
            Some(Op::Serve) => request.demand,
            Some(Op::Work { law }) => {
                self.laws[law as usize].sample(&mut self.work[node.work as usize])
            }
        };
        let span = if node.health.on > 0 { span.scale(node.health.slow) } else { span };
        request.state = State::Working;
        request.due = now + span;
        self.agenda.arm(request.due, Event { kind: kind::WORK, index });
    }

    /// A request makes the call of its present step.
    #[inline]
    fn call(&mut self, index: u32) {
        let request = &mut self.requests[index];
        request.state = State::Calling;
        request.since = self.agenda.now();
        let node = &self.nodes[request.node as usize];
        let Op::Call { link, keys, repeatable, .. } = node.program[usize::from(request.step)] else {
            unreachable!("only a step that calls has a call")
        };
        let link = node.links[usize::from(link)];
        let about = About {
            deadline: request.deadline,
            key: match keys {
                None => {
                    self.calls_made = self.calls_made.wrapping_add(1);
                    self.calls_made | 1 << 31
                }
                Some(Keys { first, count }) => {
                    let draw = self.work[node.work as usize].draw();
                    first + (draw * f64::from(count)) as u32
                }
            },
            caller: node.caller,
            priority: request.priority,
            is_extra: false,
            is_repeatable: repeatable,
        };
        let call = self.calls.begin(link, index, about, &mut self.agenda, &mut self.recorder);
        self.requests[index].call = call;
    }

    /// The call of a request has ended.
    fn call_ended(&mut self, index: u32, outcome: Outcome) {
        let request = &mut self.requests[index];
        request.call = NONE;
        let node = &self.nodes[request.node as usize];
        if let Member::Agent { group, .. } = node.party
            && !outcome.is_ok()
        {
            let frozen = self.recorder.counted_since(request.since);
            self.recorder.agents[group as usize].frozen += frozen;
        }
        if node.health.hanging > 0 {
            request.state = State::HeldReply(outcome);
        } else {
            self.resume(index, outcome);
        }
    }

    /// A request goes on after its call has ended.
    pub(super) fn resume(&mut self, index: u32, outcome: Outcome) {
        let request = &mut self.requests[index];
        let node = &self.nodes[request.node as usize];
        let Op::Call { optional, .. } = node.program[usize::from(request.step)] else {
            unreachable!("only a step that calls has a call")
        };
        if !outcome.is_ok() && !optional {
            let seen = match (node.party, outcome.class()) {
                // Refusals are between a caller and its own layers: who called this service sees
                // one that can do no more.
                (Member::Service { .. }, Some(class)) if class.is_refusal() => {
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
        self.advance(index);
    }

    /// A request that has a slot ends.
    fn end(&mut self, index: u32, outcome: Outcome) {
        let request = &self.requests[index];
        let Request { node, leaf, arrived, .. } = *request;
        self.recorder.note_end(self.nodes[node as usize].party, request, outcome);
        self.agenda.fold(u64::from(outcome.code()) | u64::from(index) << 8);
        self.requests.remove(index);
        self.free_slot(node);
        self.answer(node, leaf, arrived, outcome);
    }

    /// A slot has become free: the next in line gets it.
    #[inline]
    fn free_slot(&mut self, node: u32) {
        let node = &mut self.nodes[node as usize];
        match node.line.pop(&mut self.requests) {
            Some(next) => self.begin(next),
            None => node.busy -= 1,
        }
    }

    /// Tells whoever waits for a request that it has ended.
    #[inline]
    pub(super) fn answer(&mut self, node: u32, leaf: u32, arrived: Time, outcome: Outcome) {
        if let Member::Agent { source, .. } = self.nodes[node as usize].party {
            let now = self.agenda.now();
            let took = now.since(arrived);
            if let Some(gap) = self.sources[source as usize].after_end(took) {
                self.agenda.post(now + gap, Event { kind: kind::ARRIVAL, index: source });
            }
        } else {
            self.calls.end(leaf, outcome, &mut self.agenda, &mut self.recorder);
        }
    }

    /// The caller of a request no longer waits for it.
    fn abandon(&mut self, leaf: u32, index: u32) {
        if !self.calls.is_abandoned(leaf, index) || self.requests[index].abandoned < Time::MAX {
            return;
        }
        let now = self.agenda.now();
        let request = &mut self.requests[index];
        request.abandoned = now;
        let node = &mut self.nodes[request.node as usize];
        if self.recorder.counts(request.arrived) {
            self.recorder.services[node.party.service()].abandoned += 1;
        }
        if node.abandoned == Abandoned::Stops {
            let request = *request;
            self.drop_work(index);
            if request.state == State::InLine {
                let node = &mut self.nodes[request.node as usize];
                node.line.remove(&mut self.requests, index);
                self.requests.remove(index);
            } else {
                self.requests.remove(index);
                self.free_slot(request.node);
            }
            self.note_given_up(&request);
            self.calls.forget(leaf);
        }
    }

    /// Stops what is under way for a request: its work, or its call.
    pub(super) fn drop_work(&mut self, index: u32) {
        match self.requests[index].state {
            State::Working => self.agenda.disarm(Event { kind: kind::WORK, index }),
            State::Calling => {
                let call = self.requests[index].call;
                self.calls.cancel(call, index, &mut self.agenda, &mut self.recorder);
            }
            _ => {}
        }
    }
}
