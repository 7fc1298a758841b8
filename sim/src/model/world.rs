//! The world: everything that is simulated, and the one match over its events.

use std::ops::ControlFlow;

use patterns::{Class, Outcome, Time};

use super::aborts::Aborts;
use super::arrivals::Arrivals;
use super::edge_streams::EdgeStreams;
use super::kind;
use super::life::Lives;
use super::limits::{Looks, OPEN_MAX, RunOptions};
use super::memory::Memories;
use super::origins::Origins;
use super::recorder::Recorder;
use super::recoveries::Recoveries;
use super::request::{Coming, NONE};
use super::role::{Op, Role, Service};
use super::serving::begin;
use super::sites::{Hit, Sites};
use super::spending::Spending;
use super::station::Stations;
use super::windows::Windows;

use crate::call::{Calls, Command};
use crate::fault::{Fate, Faults, Health, Turned};
use crate::kernel::{Distribution, Event, RngStream, Scheduler};
use crate::observe::{Record, Stop, middle};

/// Events after which the limits of a run are looked at.
const LOOK_EVERY: u64 = 1 << 13;

/// Looks in one instant after which a run is stopped: some ten million events, time stands still.
const INSTANT_MAX: u32 = 1221;

/// What may follow from one event at once, after which a run is stopped: calls that are answered on
/// the spot can go on in one event for ever.
const COMMANDS_MAX: u32 = 10_000_000;

/// What may follow from one event without being counted as events.
const COMMANDS_FREE: u32 = 1000;

/// Everything that is simulated.
#[derive(Debug)]
pub struct World {
    pub(super) seed: u64,
    pub(super) horizon: Time,
    pub(super) scheduler: Scheduler,
    pub(super) calls: Calls,
    /// Groups of agents, then services.
    pub(super) roles: Vec<Role>,
    /// By replica: those of each service one after the other.
    pub(super) services: Vec<Service>,
    /// Agents, then replicas of services.
    pub(super) stations: Stations,
    pub(super) arrivals: Arrivals,
    pub(super) faults: Faults,
    pub(super) memories: Memories,
    /// What agents with a life have beside, if there are some.
    pub(super) lives: Option<Box<Lives>>,
    /// Of steps of work.
    pub(super) distributions: Vec<Distribution>,
    /// Streams for work and keys, which are drawn when their steps begin, by station.
    pub(super) work: Vec<RngStream>,
    pub(super) edges: Vec<EdgeStreams>,
    /// What faults do on the way from callers to services, where some do.
    pub(super) links: Vec<Health>,
    /// How places are numbered.
    pub(super) sites: Sites,
    /// What else faults hit.
    pub(super) hit: Hit,
    /// For which tasks requests are made, if some fault goes by that.
    pub(super) origins: Option<Box<Origins>>,
    pub(super) recorder: Recorder,
    /// How many calls without a key were made.
    pub(super) calls_made: u32,
    pub(super) windows: Windows,
    pub(super) aborts: Aborts,
    /// What is spent, if anything is.
    pub(super) spending: Option<Box<Spending>>,
    pub(super) recoveries: Option<Box<Recoveries>>,
    /// When the faults were removed, and by which abort condition.
    pub(super) faults_removed: Option<(Time, u32)>,
    /// What followed from events of which very much followed: it counts as events.
    pub(super) beyond_events: u64,
}

impl World {
    /// Runs to the horizon, or until something stops it, and says what happened.
    pub fn run(self, options: &RunOptions<'_>) -> Record {
        self.run_watched(options, None)
    }

    /// The same; at each of some times the record of all that was before is looked at.
    pub fn run_watched(mut self, options: &RunOptions<'_>, mut looks: Option<Looks<'_>>) -> Record {
        self.recorder.begin_trace(options.window);
        self.schedule_first();
        // What happens at the very end of the warm-up counts.
        let warmup = self.recorder.warmup.min(self.horizon);
        let mut stopped = self.run_before(warmup, options);
        let now = if stopped.is_some() { self.scheduler.now() } else { warmup };
        // Before the first event nothing has been counted.
        let at_warmup = match now {
            Time::ZERO => Vec::new(),
            now => self.counted_by_layers(&self.recorder, now),
        };
        self.recorder.now = now;
        self.recorder.begin_counting();
        self.count_open(|open| &mut open.warmup);
        let mut next = Some(warmup);
        let middle = middle(warmup, self.horizon);
        let mut is_middle_over = false;
        let mut ended = None;
        while let Some(time) = next.filter(|time| *time < self.horizon && stopped.is_none()) {
            if middle < time && !is_middle_over {
                stopped = self.run_to_middle(middle, options);
                is_middle_over = true;
            }
            stopped = stopped.or_else(|| self.run_before(time, options));
            if stopped.is_none() {
                stopped = self.look(time, &at_warmup, looks.as_mut());
                ended = stopped.map(|_| time);
            }
            next = self.next_look(time, looks.as_ref());
        }
        if !is_middle_over {
            stopped = stopped.or_else(|| self.run_to_middle(middle, options));
        }
        let stopped = stopped.or_else(|| self.run_to(self.horizon, options));
        self.count_open(|open| &mut open.end);
        let now = if stopped.is_some() { self.scheduler.now() } else { self.horizon };
        let windows = std::mem::take(&mut self.windows);
        let mut record = self.finish(ended.unwrap_or(now), stopped, &at_warmup);
        record.windows = windows.finish(&record);
        record
    }

    /// Schedules the first task of each source, and when each fault comes on first.
    pub(super) fn schedule_first(&mut self) {
        for index in 0..self.arrivals.len() {
            let gap = self.arrivals.first(index, self.stations.role(index));
            self.scheduler.schedule(Time::ZERO + gap, Event { kind: kind::ARRIVAL, index });
        }
        self.begin_lives();
        for index in 0..self.faults.len() {
            let at = self.faults.first(index);
            self.scheduler.schedule(at, Event { kind: kind::FAULT, index });
        }
        self.schedule_recoveries();
    }

    /// Handles all events until the middle of what is counted, and counts what is open then.
    fn run_to_middle(&mut self, middle: Time, options: &RunOptions<'_>) -> Option<Stop> {
        let stopped = self.run_to(middle, options);
        if stopped.is_none() {
            self.count_open(|open| &mut open.middle);
        }
        stopped
    }

    /// Handles all events before a time.
    fn run_before(&mut self, time: Time, options: &RunOptions<'_>) -> Option<Stop> {
        let last = time.as_nanos().checked_sub(1).map(Time::from_nanos)?;
        self.run_to(last, options)
    }

    /// Handles all events until a time; says why not, if something stopped the run.
    fn run_to(&mut self, end: Time, options: &RunOptions<'_>) -> Option<Stop> {
        let mut in_instant = 0;
        loop {
            let from = self.scheduler.now();
            let events = self.scheduler.events();
            let left = options.limits.events.saturating_sub(events + self.beyond_events);
            // Wherever this begins, the limits are looked at after the same events.
            let until_look = LOOK_EVERY - events % LOOK_EVERY;
            if let ControlFlow::Break(why) = self.handle_some(left.min(until_look), end) {
                return why;
            }
            let is_whole = self.scheduler.events().is_multiple_of(LOOK_EVERY);
            in_instant =
                if self.scheduler.now() == from { in_instant + u32::from(is_whole) } else { 0 };
            if options.is_interrupted() {
                return Some(Stop::Interrupted);
            } else if self.stations.room().max(self.calls.room())
                > options.limits.open.min(OPEN_MAX)
            {
                return Some(Stop::TooManyOpen);
            } else if in_instant == INSTANT_MAX {
                return Some(Stop::TimeStandsStill);
            } else if options.limits.events <= self.scheduler.events() + self.beyond_events {
                return Some(Stop::TooManyEvents);
            }
        }
    }

    /// Handles the next events, as many as are asked for, unless a time comes, something stops the
    /// run, or very much follows from one of them.
    fn handle_some(&mut self, mut left: u64, end: Time) -> ControlFlow<Option<Stop>> {
        while left > 0 {
            let together = if self.looks_ahead() { self.look_ahead().min(left) } else { left };
            for _ in 0..together {
                let Some(event) = self.scheduler.next(end) else { return ControlFlow::Break(None) };
                self.recorder.now = self.scheduler.now();
                if !self.handle(event) {
                    return match self.handle_more() {
                        ControlFlow::Break(why) => ControlFlow::Break(Some(why)),
                        ControlFlow::Continue(()) => ControlFlow::Continue(()),
                    };
                }
            }
            left -= together;
        }
        ControlFlow::Continue(())
    }

    /// Handles an event and what follows from it at once; says whether that is all of it.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub(super) fn handle(&mut self, event: Event) -> bool {
        let mut next = match event.kind {
            // Most tasks begin with a call, and most calls with an attempt.
            kind::ARRIVAL => match self.arrive(event.index) {
                Some(Command::Launch { leaf, edge }) => self.launch(leaf, edge),
                other => other,
            },
            kind::WORK => self.worked(event.index),
            kind::WAKE => self.calls.wake(event.index, &mut self.scheduler, &mut self.recorder),
            kind::FAULT => self.toggle(event.index),
            kind::CROSS => self.cross(event.index),
            kind::GIVE_UP => self.give_up(event.index),
            kind::RECOVER if event.index == kind::ALL_FAULTS => self.remove_faults(),
            kind::RECOVER => self.recover(event.index - 1),
            kind::LIFE => self.life_due(event.index),
            _ => unreachable!("there is no other kind"),
        };
        for _ in 0..COMMANDS_FREE {
            let Some(command) = next.or_else(|| self.calls.next_command()) else { return true };
            next = self.carry_out(command);
        }
        if let Some(next) = next {
            self.calls.put_back(next);
        }
        false
    }

    /// Handles very much that follows from an event at once: it counts as events.
    #[cold]
    #[inline(never)]
    pub(super) fn handle_more(&mut self) -> ControlFlow<Stop> {
        let mut commands = COMMANDS_FREE;
        while let Some(command) = self.calls.next_command() {
            commands += 1;
            if commands == COMMANDS_MAX {
                self.beyond_events += u64::from(commands);
                return ControlFlow::Break(Stop::TimeStandsStill);
            }
            if let Some(next) = self.carry_out(command) {
                self.calls.put_back(next);
            }
        }
        if COMMANDS_FREE < commands {
            self.beyond_events += u64::from(commands);
        }
        ControlFlow::Continue(())
    }

    /// Does what a call has come to.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    fn carry_out(&mut self, command: Command) -> Option<Command> {
        match command {
            Command::Launch { leaf, edge } => self.launch(leaf, edge),
            Command::Abandon { leaf, request } => {
                self.abandon(leaf, request);
                None
            }
            Command::Done { caller, outcome } => self.call_ended(caller, outcome),
        }
    }

    /// A task comes from its source.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    fn arrive(&mut self, agent: u32) -> Option<Command> {
        let now = self.scheduler.now();
        let entry = self.stations.entry(agent);
        // The roles of agents are their groups, in order, and come first; so do their stations.
        let (group, edges) = (entry.role(), entry.edges());
        let role = &mut self.roles[group as usize];
        let (index, has_slot, task) = entry.admit(NONE, role.priority, now);
        task.deadline = now + role.deadline;
        if let Some(patience) = &mut role.patience {
            task.demand = patience.begin(index, agent, &mut self.scheduler);
        }
        if let Some(gap) = self.arrivals.after_arrival(agent, group, now) {
            let next = Event { kind: kind::ARRIVAL, index: agent };
            self.scheduler.schedule(now + gap, next);
        }
        if self.recorder.note_arrival(group) {
            self.recorder.expect_end(group, index, task.demand);
        }
        if !has_slot {
            return None;
        }
        // Nearly every task begins with a call.
        let Some(Op::Call(step)) = role.program.first() else { return self.advance(index) };
        task.wait_for(step, self.calls.next_top(), now);
        let info = step.info(role.caller, task.priority, task.deadline);
        let (edge, keys) = (edges + step.edge, step.keys);
        self.call(index, edge, keys, info)
    }

    /// An attempt sets out for a service.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    fn launch(&mut self, leaf: u32, edge: u32) -> Option<Command> {
        let streams = &mut self.edges[edge as usize];
        if let Some(rare) = &streams.rare {
            let has_link = rare.link.is_some();
            return self.launch_rarely(leaf, edge, has_link);
        }
        let (service, station) = (streams.service, streams.station);
        let (demand, ending) = streams.draw(&self.services[service as usize]);
        let coming = Coming { leaf, edge, demand, ending, fate: Fate::default() };
        self.enter(coming, service, station, true)
    }

    /// An attempt is at the door of a service, or of one of its replicas, which may turn it away.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub(super) fn enter(
        &mut self,
        coming: Coming,
        replica: u32,
        station: u32,
        is_limited: bool,
    ) -> Option<Command> {
        let now = self.scheduler.now();
        let Coming { leaf, edge, demand, ending, fate } = coming;
        let service = &mut self.services[replica as usize];
        let entry = self.stations.entry(station);
        let (deadline, priority) = self.calls.launch(leaf, entry.next_request())?;
        let turned = service.health.at_door(fate, now);
        let refused = if let Some(Turned::Refused(class)) = turned {
            Some(Outcome::failed(class))
        } else if turned == Some(Turned::Lost) {
            return self.lose(leaf);
        } else if is_limited
            && let Some(limits) = &mut service.rate_limiter
            && let Err(refused) = limits.admit(self.recorder.record_of[edge as usize], now)
        {
            Some(refused)
        } else if entry.is_full() {
            if entry.has_order() {
                return self.at_full_line(coming, replica, station, priority);
            }
            Some(Outcome::failed(Class::Overload))
        } else {
            None
        };
        if let Some(outcome) = refused {
            self.recorder.note_refused(service.number, outcome);
            return self.calls.refuse(leaf, outcome, &mut self.scheduler, &mut self.recorder);
        }
        let busy = entry.busy() + 1;
        let (index, has_slot, request) = entry.admit(leaf, priority, now);
        request.demand = demand;
        request.ending = ending.code();
        request.deadline = deadline;
        request.fate = fate;
        request.is_last = service.is_plain;
        self.recorder.note_request(service.number, has_slot);
        if has_slot {
            begin(index, request, (busy, false), service, &mut self.recorder, &mut self.scheduler);
        }
        if turned.is_some() {
            self.deliver_again(index);
        }
        None
    }
}
