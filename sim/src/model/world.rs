//! The world: everything that is simulated, and the one match over its events.

use patterns::{CallInfo, Class, Outcome, Time};

use super::fault::Fault;
use super::limits::{OPEN_MAX, RunOptions};
use super::node::{Node, NodeKind, Op};
use super::recorder::Recorder;
use super::request::{NONE, Request, Requests, State};
use super::source::Source;
use crate::call::{Calls, Command};
use crate::kernel::{Distribution, Event, RngStream, Scheduler};
use crate::observe::{Record, Stop};

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

/// Events after which the limits of a run are looked at.
const LOOK_EVERY: u64 = 1 << 13;

/// Looks in one instant after which a run is stopped: some ten million events, time stands still.
const INSTANT_MAX: u32 = 1221;

/// Everything that is simulated.
#[derive(Debug)]
pub struct World {
    pub(super) seed: u64,
    pub(super) horizon: Time,
    pub(super) scheduler: Scheduler,
    pub(super) calls: Calls,
    pub(super) nodes: Vec<Node>,
    pub(super) requests: Requests,
    pub(super) sources: Vec<Source>,
    pub(super) faults: Vec<Fault>,
    pub(super) distributions: Vec<Distribution>,
    /// Streams for work that is drawn when it begins.
    pub(super) work: Vec<RngStream>,
    pub(super) edges: Vec<EdgeStreams>,
    pub(super) recorder: Recorder,
    /// How many calls without a key were made.
    pub(super) calls_made: u32,
}

/// What an edge leads to, and the random streams of the requests that travel on it.
#[derive(Debug)]
pub(super) struct EdgeStreams {
    /// The node called.
    pub(super) to: u32,
    /// The distribution of its service, in the list of distributions.
    pub(super) latency: u32,
    pub(super) demand: RngStream,
    /// A request fails in the first class whose number is above its draw.
    pub(super) errors: Box<[(Class, f64)]>,
    /// Whether errors are drawn at all: of the service itself, by a fault.
    pub(super) draws: [bool; 2],
    pub(super) error: RngStream,
}

impl World {
    /// Runs to the horizon, or until something stops it, and says what happened.
    pub fn run(mut self, options: &RunOptions<'_>) -> Record {
        for index in 0..self.sources.len() as u32 {
            let gap = self.sources[index as usize].first();
            self.scheduler.schedule(Time::ZERO + gap, Event { kind: kind::ARRIVAL, index });
        }
        for index in 0..self.faults.len() as u32 {
            let at = self.faults[index as usize].first();
            self.scheduler.schedule(at, Event { kind: kind::FAULT, index });
        }
        let stopped = self.run_to(self.horizon, options);
        self.finish(stopped)
    }

    /// Handles all events until a time; says why not, if something stopped the run.
    fn run_to(&mut self, end: Time, options: &RunOptions<'_>) -> Option<Stop> {
        let mut in_instant = 0;
        loop {
            let from = self.scheduler.now();
            let left = options.limits.events.saturating_sub(self.scheduler.events());
            for _ in 0..left.min(LOOK_EVERY) {
                let event = self.scheduler.next(end)?;
                self.recorder.now = self.scheduler.now();
                self.handle(event);
            }
            in_instant = if self.scheduler.now() == from { in_instant + 1 } else { 0 };
            if options.is_interrupted() {
                return Some(Stop::Interrupted);
            } else if self.requests.room().max(self.calls.room())
                > options.limits.open.min(OPEN_MAX)
            {
                return Some(Stop::TooManyOpen);
            } else if in_instant == INSTANT_MAX {
                return Some(Stop::TimeStandsStill);
            } else if left <= LOOK_EVERY {
                return Some(Stop::TooManyEvents);
            }
        }
    }

    #[inline]
    fn handle(&mut self, event: Event) {
        let mut next = match event.kind {
            kind::ARRIVAL => self.arrive(event.index),
            kind::WORK => {
                self.requests[event.index].step += 1;
                self.advance(event.index)
            }
            kind::WAKE => self.calls.wake(event.index, &mut self.scheduler, &mut self.recorder),
            kind::FAULT => self.toggle(event.index),
            _ => unreachable!("there is no other kind"),
        };
        while let Some(command) = next.or_else(|| self.calls.next_command()) {
            next = match command {
                Command::Launch { leaf, edge } => self.launch(leaf, edge),
                Command::Abandon { leaf, request } => self.abandon(leaf, request),
                Command::Done { caller, outcome } => self.call_ended(caller, outcome),
            };
        }
    }

    /// A task comes from a source.
    fn arrive(&mut self, index: u32) -> Option<Command> {
        let now = self.scheduler.now();
        let source = &mut self.sources[index as usize];
        let node = source.node;
        if let Some(gap) = source.after_arrival() {
            self.scheduler.schedule(now + gap, Event { kind: kind::ARRIVAL, index });
        }
        if let NodeKind::Agent { group, .. } = self.nodes[node as usize].kind
            && self.recorder.counts(now)
        {
            self.recorder.agents[group as usize].tasks.issued += 1;
        }
        let Node { priority, deadline, .. } = self.nodes[node as usize];
        let task = Request { priority, deadline: now + deadline, ..Request::new(node, NONE, now) };
        let task = self.requests.insert(task);
        self.admit(node, task)
    }

    /// An attempt comes to a service.
    fn launch(&mut self, leaf: u32, edge: u32) -> Option<Command> {
        let now = self.scheduler.now();
        let edge = &mut self.edges[edge as usize];
        let to = edge.to;
        // Random numbers are drawn for each attempt, whatever becomes of it: so it does not depend
        // on the state of the service.
        let demand = self.distributions[edge.latency as usize].sample(&mut edge.demand);
        let error = if edge.draws[0] {
            let draw = edge.error.uniform();
            edge.errors.iter().find(|(_, below)| draw < *below).map(|(class, _)| *class)
        } else {
            None
        };
        let draw = if edge.draws[1] { edge.error.uniform() } else { 1.0 };
        let CallInfo { deadline, priority, .. } = self.calls.info(leaf);
        if !self.calls.is_wanted(leaf) {
            return None;
        }
        let node = &mut self.nodes[to as usize];
        let counts = self.recorder.counts(now);
        let record = &mut self.recorder.services[node.kind.service()];
        record.requests.issued += u64::from(counts);
        let refused = if node.health.down > 0 {
            Some(Outcome::failed(Class::Network))
        } else if let Some(Err(refused)) =
            node.rate_limiter.as_mut().map(|rate_limiter| rate_limiter.admit(now))
        {
            Some(refused)
        } else if node.busy >= node.slots && node.wait_queue.len >= node.queue {
            Some(Outcome::failed(Class::Overload))
        } else {
            None
        };
        match refused {
            Some(outcome) => {
                if counts {
                    record.requests.end(outcome);
                }
                self.calls.end(leaf, outcome, &mut self.scheduler, &mut self.recorder)
            }
            None => {
                let request = Request {
                    demand,
                    deadline,
                    error,
                    draw,
                    priority,
                    ..Request::new(to, leaf, now)
                };
                let request = self.requests.insert(request);
                self.calls.launched(leaf, request);
                self.admit(to, request)
            }
        }
    }

    /// A request gets a slot, or waits in the queue.
    #[inline]
    fn admit(&mut self, node: u32, request: u32) -> Option<Command> {
        let node = &mut self.nodes[node as usize];
        if node.busy < node.slots {
            node.busy += 1;
            self.begin(request)
        } else {
            node.wait_queue.push(&mut self.requests, request);
            None
        }
    }

    /// A request has got a slot.
    #[inline]
    fn begin(&mut self, index: u32) -> Option<Command> {
        let now = self.scheduler.now();
        let request = &mut self.requests[index];
        request.started = now;
        if let NodeKind::Service { service } = self.nodes[request.node as usize].kind {
            let counts = self.recorder.counts(request.arrived);
            let queued = self.recorder.counted_since(request.arrived);
            let service = &mut self.recorder.services[service as usize];
            if counts {
                service.waiting.add(now.since(request.arrived));
            }
            service.queued += queued;
        }
        self.advance(index)
    }

    /// Takes the step that a request has come to.
    pub(super) fn advance(&mut self, index: u32) -> Option<Command> {
        let now = self.scheduler.now();
        let request = &mut self.requests[index];
        let node = &self.nodes[request.node as usize];
        request.since = now;
        if node.health.hanging > 0 {
            request.state = State::HeldStep;
            return None;
        }
        let span = match node.program.get(usize::from(request.step)).copied() {
            None => {
                let failed = request.error.or_else(|| node.health.failure(request.draw));
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
            Some(Op::Work { distribution }) => {
                self.distributions[distribution as usize].sample(&mut self.work[node.work as usize])
            }
        };
        let span = if node.health.on > 0 { span.scale(node.health.slow) } else { span };
        request.state = State::Working;
        request.due = now + span;
        self.scheduler.set_timer(request.due, Event { kind: kind::WORK, index });
        None
    }

    /// A request that has a slot ends.
    pub(super) fn end(&mut self, index: u32, outcome: Outcome) -> Option<Command> {
        let request = &self.requests[index];
        let Request { node, leaf, arrived, .. } = *request;
        self.recorder.note_end(self.nodes[node as usize].kind, request, outcome);
        self.scheduler.fold(u64::from(outcome.code()) | u64::from(index) << 8);
        self.requests.remove(index);
        if let Some(first) = self.free_slot(node) {
            self.calls.put_back(first);
        }
        self.answer(node, leaf, arrived, outcome)
    }

    /// A slot has become free: the next request in the queue gets it.
    #[inline]
    pub(super) fn free_slot(&mut self, node: u32) -> Option<Command> {
        let node = &mut self.nodes[node as usize];
        match node.wait_queue.pop(&mut self.requests) {
            Some(next) => self.begin(next),
            None => {
                node.busy -= 1;
                None
            }
        }
    }

    /// Passes the outcome of a request to its source or its caller.
    #[inline]
    pub(super) fn answer(
        &mut self,
        node: u32,
        leaf: u32,
        arrived: Time,
        outcome: Outcome,
    ) -> Option<Command> {
        if let NodeKind::Agent { source, .. } = self.nodes[node as usize].kind {
            let now = self.scheduler.now();
            let took = now.since(arrived);
            if let Some(gap) = self.sources[source as usize].after_end(took) {
                self.scheduler.schedule(now + gap, Event { kind: kind::ARRIVAL, index: source });
            }
            self.calls.next_command()
        } else {
            self.calls.end(leaf, outcome, &mut self.scheduler, &mut self.recorder)
        }
    }
}
