//! A run event by event, with the state that it is in after each.

use patterns::Time;
use patterns::report::Counts;

use super::kind;
use super::limits::Watch;
use super::request::State as RequestState;
use super::role::RoleKind;
use super::system::System;
use super::world::World;
use crate::kernel::Event;
use crate::observe::{OutcomeCounts, Stop};

/// A run that goes on by one event at a time: the very run that [`run`](super::run) makes, abort
/// conditions included.
#[derive(Debug)]
pub struct Stepper {
    world: World,
    /// The names of the faults.
    faults: Vec<String>,
    /// The event that comes next, and when; none if the run is over.
    next: Option<(Event, Time)>,
    /// When an abort condition has stopped the run, and which.
    stopped: Option<(Time, u32)>,
}

/// An event that was handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// Its number, from 1 on.
    pub number: u64,
    /// When.
    pub at: Time,
    /// What, in words.
    pub what: String,
}

/// One part of a system, and what state it is in: names and their values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartState {
    /// A group of agents, an edge, an instance of a layer, a service.
    pub part: String,
    /// What there is to say of it; what it counts, counts from the beginning of the run.
    pub state: Vec<(String, String)>,
}

impl Stepper {
    /// A run that has not begun. Nothing is left out of what is counted as warm-up, unless
    /// something of the run goes by what is counted.
    ///
    /// # Panics
    ///
    /// As [`run`](super::run).
    pub fn new(system: &System, seed: u64) -> Self {
        // What is looked at is what counts.
        let is_looked_at = !(system.aborts.is_empty() && system.recoveries.is_empty());
        let warmup = if is_looked_at { system.warmup } else { Time::ZERO };
        let system = System { warmup, windows: Vec::new(), ..system.clone() };
        let mut world = World::new(&system, seed, Watch::Trace);
        world.schedule_first();
        if warmup == Time::ZERO {
            world.recorder.begin_counting();
        }
        // What is kept for a trace is of no use here.
        if let Some(tracer) = &mut world.recorder.tracer {
            tracer.to = Time::ZERO;
        }
        let faults = system.faults.iter().map(|fault| fault.name.clone());
        let mut stepper = Self { world, faults: faults.collect(), next: None, stopped: None };
        stepper.fetch();
        stepper
    }

    /// Finds the next event. On the way there, abort conditions are looked at when it is time.
    fn fetch(&mut self) {
        let world = &mut self.world;
        self.next = loop {
            let look = world.next_look_of_run();
            // Everything before a look comes before it.
            let end = look.map_or(Some(world.horizon), |look| {
                look.as_nanos().checked_sub(1).map(Time::from_nanos)
            });
            if let Some(event) = end.and_then(|end| world.scheduler.next(end)) {
                break Some((event, world.scheduler.now()));
            }
            let Some(look) = look else { break None };
            if look == world.recorder.warmup && world.recorder.now < look {
                world.recorder.now = look;
                world.recorder.begin_counting();
            }
            if let Some(Stop::Aborted(by)) = world.look(look, &[], None) {
                self.stopped = Some((look, by));
                break None;
            }
        };
    }

    /// When an abort condition has stopped the run, and which.
    pub fn stopped(&self) -> Option<(Time, u32)> {
        self.stopped
    }

    /// When an abort condition has taken the faults off, and which.
    pub fn faults_removed(&self) -> Option<(Time, u32)> {
        self.world.faults_removed
    }

    /// When the next event comes; none if the run is at its end, or time stands still.
    pub fn next_at(&self) -> Option<Time> {
        self.next.map(|(_, at)| at)
    }

    /// Handles the next event with all that follows from it at once.
    pub fn step(&mut self) -> Option<Happened> {
        let (event, at) = self.next.take()?;
        let world = &mut self.world;
        world.recorder.now = at;
        let number = world.scheduler.events();
        let what = describe(world, &self.faults, event.kind, event.index);
        if world.handle(event) || world.handle_more().is_continue() {
            self.fetch();
        }
        Some(Happened { number, at, what })
    }

    /// The fingerprint of the run; until it is over, with the event that comes next.
    pub fn fingerprint(&self) -> u64 {
        self.world.scheduler.fingerprint()
    }

    /// In what state all parts are.
    pub fn look(&self) -> Vec<PartState> {
        let world = &self.world;
        let recorder = &world.recorder;
        let mut all = Vec::new();
        for agents in &recorder.agents {
            let mut state = vec![pair("in hand or waiting", &agents.tasks.open())];
            state.extend(ended(&agents.tasks));
            all.push(PartState { part: agents.name.clone(), state });
        }
        for edge in &recorder.edges {
            let mut state = vec![
                pair("calls open", &edge.load.at_end()),
                pair("attempts sent", &edge.attempts.issued),
            ];
            if 0 < edge.diverted.issued {
                state.push(pair("attempts diverted", &edge.diverted.issued));
            }
            state.extend(ended(&edge.calls));
            all.push(PartState { part: format!("{} -> {}", edge.from, edge.to), state });
        }
        all.extend(self.layers());
        for (place, service) in recorder.services.iter().enumerate() {
            let (all_there, waiting) = (service.load.at_end(), service.line.load.at_end());
            let fault = recorder.standings[place].condition.shown;
            let mut state = vec![
                pair("in work", &(all_there - waiting)),
                pair("in the queue", &waiting),
                pair("fault", fault.map_or("none", |(name, _)| name)),
            ];
            state.extend(ended(&service.requests));
            all.push(PartState { part: service.name.clone(), state });
        }
        all.extend(world.spending.iter().flat_map(|spending| spending.rests()).map(
            |(name, left)| PartState { part: name.to_owned(), state: vec![pair("left", &left)] },
        ));
        all
    }

    /// Instances of layers, with their states and what each has counted.
    fn layers(&self) -> Vec<PartState> {
        let world = &self.world;
        let recorder = &world.recorder;
        let names = recorder.tracer.iter().flat_map(|tracer| &tracer.layers);
        let parts = world.calls.layers().zip(&recorder.instances).zip(names);
        let parts = parts.map(|((layer, instance), track)| {
            let report = recorder.layers[instance.record as usize].report;
            let mut counts = Counts::of(report);
            layer.count(world.scheduler.now(), &mut counts);
            let state = instance.state.map(|(id, _)| pair("state", report.state(id).name));
            let counters = report.counters.iter().zip(counts.all());
            let counters =
                counters.filter(|(counter, number)| counter.quantity.is_of_times() && **number > 0);
            let counters = counters.map(|(counter, number)| pair(counter.name, number));
            PartState {
                part: track.id.to_string(),
                state: state.into_iter().chain(counters).collect(),
            }
        });
        parts.collect()
    }
}

fn pair<T: ToString + ?Sized>(name: &str, value: &T) -> (String, String) {
    (name.to_owned(), value.to_string())
}

/// How many ended in which way, as far as some did.
fn ended(counts: &OutcomeCounts) -> impl Iterator<Item = (String, String)> {
    let all =
        [("good", counts.good()), ("degraded", counts.degraded()), ("failed", counts.failed())];
    let all = all.into_iter().chain([("given up", counts.given_up)]);
    all.filter(|(_, number)| 0 < *number).map(|(name, number)| pair(name, &number))
}

/// What an event is, before it is handled.
fn describe(world: &World, faults: &[String], kind: u8, index: u32) -> String {
    match kind {
        kind::ARRIVAL => format!("a task comes to {}", station(world, index)),
        kind::WORK => {
            let request = world.stations.request(index);
            let at = station(world, request.station);
            if request.station < world.arrivals.len() {
                return format!("{at} has done its own work");
            }
            format!("{at} has done its work for {}", caller(world, request.leaf))
        }
        kind::WAKE => {
            let layer = world.calls.instance(index) as usize;
            let tracks = world.recorder.tracer.iter().map(|tracer| &tracer.layers);
            let name = tracks.flatten().nth(layer).map(|track| track.id.to_string());
            let name = name.unwrap_or_default();
            format!("a timer of {name} is over, for {}", caller(world, index))
        }
        kind::FAULT => {
            let name = faults.get(index as usize).map_or("", String::as_str);
            let is = if world.faults.is_on(index) { "goes off" } else { "comes on" };
            format!("the fault {name} {is}")
        }
        kind::CROSS => "what was delayed on the way arrives".to_owned(),
        kind::GIVE_UP => {
            let request = world.stations.request(index);
            if request.state == RequestState::Gone {
                return "the patience of who sent a task that has ended is over".to_owned();
            }
            let at = station(world, request.station);
            format!("the patience of who sent a task to {at} is over")
        }
        kind::RECOVER if index == kind::ALL_FAULTS => "all faults are removed".to_owned(),
        kind::RECOVER => world.recovery_in_words(index - 1),
        kind::LIFE => world.life_in_words(index),
        _ => "something else".to_owned(),
    }
}

/// The agent or the replica that a station is.
fn station(world: &World, station: u32) -> String {
    let role = &world.roles[world.stations.role(station) as usize];
    let tracks = world.recorder.tracer.iter().flat_map(|tracer| &tracer.tracks);
    match role.kind {
        RoleKind::Agents(_) => {
            let mut tracks = tracks;
            tracks.nth(station as usize).map(|track| track.id.to_string()).unwrap_or_default()
        }
        RoleKind::Service(replica) => {
            let service = &world.services[replica as usize];
            let record = &world.recorder.services[service.number as usize];
            match record.by_replica.len() {
                0 | 1 => record.name.clone(),
                _ => format!("{}#{}", record.name, service.replica + 1),
            }
        }
    }
}

/// Who waits for what comes of a frame.
fn caller(world: &World, frame: u32) -> String {
    match world.calls.caller(frame) {
        Some(caller) => station(world, world.stations.request(caller).station),
        None => "a caller who no longer waits".to_owned(),
    }
}
