//! The world: everything that is simulated, and the one match over its events.

use patterns::{Class, Outcome, Time};

use super::arrivals::Arrivals;
use super::fault::Fault;
use super::kind;
use super::limits::{OPEN_MAX, RunOptions};
use super::recorder::Recorder;
use super::request::NONE;
use super::role::{Role, Service};
use super::serving::begin;
use super::station::Stations;

use crate::call::{Calls, Command};
use crate::kernel::{Distribution, Event, RngStream, Scheduler};
use crate::observe::{Record, Stop};

/// Events after which the limits of a run are looked at.
const LOOK_EVERY: u64 = 1 << 13;

/// Looks in one instant after which a run is stopped: some ten million events, time stands still.
const INSTANT_MAX: u32 = 1221;

/// What may follow from one event at once, after which a run is stopped: calls that are answered on
/// the spot can go on in one event for ever.
const COMMANDS_MAX: u32 = 10_000_000;

/// Everything that is simulated.
#[derive(Debug)]
pub struct World {
    pub(super) seed: u64,
    pub(super) horizon: Time,
    pub(super) scheduler: Scheduler,
    pub(super) calls: Calls,
    /// Groups of agents, then services.
    pub(super) roles: Vec<Role>,
    /// By service.
    pub(super) services: Vec<Service>,
    /// Agents, then services.
    pub(super) stations: Stations,
    pub(super) arrivals: Arrivals,
    pub(super) faults: Vec<Fault>,
    /// Of steps of work.
    pub(super) distributions: Vec<Distribution>,
    /// Streams for work and keys, which are drawn when their steps begin, by station.
    pub(super) work: Vec<RngStream>,
    pub(super) edges: Vec<EdgeStreams>,
    pub(super) recorder: Recorder,
    /// How many calls without a key were made.
    pub(super) calls_made: u32,
}

/// What an edge leads to, and the random streams of the requests that travel on it.
#[derive(Debug)]
pub(super) struct EdgeStreams {
    /// The service called.
    pub(super) service: u32,
    /// Its station.
    pub(super) station: u32,
    pub(super) demand: RngStream,
    pub(super) error: RngStream,
    /// The bits by which requests fail by faults, if there are such faults.
    pub(super) fault: Option<RngStream>,
    /// What calls ask for, if that is one of several things.
    pub(super) keys: Option<RngStream>,
}

impl World {
    /// Runs to the horizon, or until something stops it, and says what happened.
    pub fn run(mut self, options: &RunOptions<'_>) -> Record {
        if let (Some(tracer), Some((from, to))) = (&mut self.recorder.tracer, options.window) {
            (tracer.from, tracer.to) = (from, to);
        }
        for index in 0..self.arrivals.len() {
            let gap = self.arrivals.first(index, self.stations.role(index));
            self.scheduler.schedule(Time::ZERO + gap, Event { kind: kind::ARRIVAL, index });
        }
        for index in 0..self.faults.len() as u32 {
            let at = self.faults[index as usize].first();
            self.scheduler.schedule(at, Event { kind: kind::FAULT, index });
        }
        // What happens at the very end of the warm-up counts.
        let warmup = self.recorder.warmup.min(self.horizon);
        let before = warmup.as_nanos().checked_sub(1).map(Time::from_nanos);
        let stopped = before.and_then(|end| self.run_to(end, options));
        let now = if stopped.is_some() { self.scheduler.now() } else { warmup };
        let at_warmup = self.counted_by_layers(now);
        let stopped = stopped.or_else(|| self.run_to(self.horizon, options));
        self.finish(stopped, &at_warmup)
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
                if !self.handle(event) {
                    return Some(Stop::TimeStandsStill);
                }
            }
            in_instant = if self.scheduler.now() == from { in_instant + 1 } else { 0 };
            if options.is_interrupted() {
                return Some(Stop::Interrupted);
            } else if self.stations.room().max(self.calls.room())
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

    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    fn handle(&mut self, event: Event) -> bool {
        let mut next = match event.kind {
            // Most tasks begin with a call, and most calls with an attempt.
            kind::ARRIVAL => match self.arrive(event.index) {
                Some(Command::Launch { leaf, edge }) => self.launch(leaf, edge),
                other => other,
            },
            kind::WORK => self.worked(event.index),
            kind::WAKE => self.calls.wake(event.index, &mut self.scheduler, &mut self.recorder),
            kind::FAULT => self.toggle(event.index),
            _ => unreachable!("there is no other kind"),
        };
        let mut commands = 0;
        while let Some(command) = next.or_else(|| self.calls.next_command()) {
            commands += 1;
            if commands == COMMANDS_MAX {
                return false;
            }
            next = match command {
                Command::Launch { leaf, edge } => self.launch(leaf, edge),
                Command::Abandon { leaf, request } => {
                    self.abandon(leaf, request);
                    None
                }
                Command::Done { caller, outcome } => self.call_ended(caller, outcome),
            };
        }
        true
    }

    /// A task comes from its source.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    fn arrive(&mut self, agent: u32) -> Option<Command> {
        let now = self.scheduler.now();
        // The roles of agents are their groups, in order, and come first; so do their stations.
        let group = self.stations.role(agent);
        if let Some(gap) = self.arrivals.after_arrival(agent, group) {
            let next = Event { kind: kind::ARRIVAL, index: agent };
            self.scheduler.schedule(now + gap, next);
        }
        self.recorder.note_arrival(group);
        let role = &self.roles[group as usize];
        let (index, has_slot, task) = self.stations.admit(agent, NONE, now);
        task.priority = role.priority;
        task.deadline = now + role.deadline;
        if has_slot { self.begin_task(index, group) } else { None }
    }

    /// An attempt comes to a service.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    fn launch(&mut self, leaf: u32, edge: u32) -> Option<Command> {
        let now = self.scheduler.now();
        let edge = &mut self.edges[edge as usize];
        let EdgeStreams { service: number, station, .. } = *edge;
        let service = &mut self.services[number as usize];
        // Random numbers are drawn for each attempt, whatever becomes of it: so it does not depend
        // on the state of the service.
        let demand = service.latency.sample(&mut edge.demand);
        let error = if service.errors.is_empty() {
            None
        } else {
            let draw = edge.error.uniform();
            service.errors.iter().find(|(_, below)| draw < *below).map(|(class, _)| *class)
        };
        let fault_bits = edge.fault.as_mut().map_or(0, RngStream::next_u64);
        let (deadline, priority) = self.calls.launch(leaf, self.stations.next_request())?;
        let refused = if service.health.down > 0 {
            Some(Outcome::failed(Class::Network))
        } else if let Some(Err(refused)) =
            service.rate_limiter.as_mut().map(|rate_limiter| rate_limiter.admit(now))
        {
            Some(refused)
        } else if self.stations.is_full(station) {
            Some(Outcome::failed(Class::Overload))
        } else {
            None
        };
        self.recorder.note_request(number, refused);
        if let Some(outcome) = refused {
            return self.calls.refuse(leaf, outcome, &mut self.scheduler, &mut self.recorder);
        }
        let (index, has_slot, request) = self.stations.admit(station, leaf, now);
        request.demand = demand;
        request.error = error;
        request.priority = priority;
        request.deadline = deadline;
        request.fault_bits = fault_bits;
        request.is_last = service.is_plain;
        if has_slot {
            begin(index, request, service, &mut self.recorder, &mut self.scheduler);
        }
        None
    }
}
