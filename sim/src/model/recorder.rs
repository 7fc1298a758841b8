//! Writes down what happens in a run, as it happens.

use patterns::{Duration, Outcome, Time};

use super::limits::Watch;
use super::system::{Caller, System};
use crate::call::{CallEvent, Observer};
use crate::observe::{
    AgentRecord, CallSpan, EdgeRecord, Histogram, Interval, LayerRecord, OutcomeCounts,
    ServiceRecord, StateRecord, Trace, Track, TrackKind,
};

/// The most calls that a trace keeps; later ones are not recorded.
const CALLS_MAX: usize = 1 << 20;

/// Writes down what happens in a run.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// The current time; the world sets it with each event.
    pub(crate) now: Time,
    pub(crate) warmup: Time,
    pub(crate) agents: Vec<AgentRecord>,
    pub(crate) services: Vec<ServiceRecord>,
    pub(crate) edges: Vec<EdgeRecord>,
    /// By running edge, of which each agent of a group has its own: its record in `edges`.
    pub(crate) record_of: Vec<u32>,
    /// By instance of a layer: its name, and its state if it reports one.
    pub(crate) layers: Vec<LayerStates>,
    pub(crate) tracer: Option<Tracer>,
}

/// The states of one instance of a layer so far.
#[derive(Debug)]
pub(crate) struct LayerStates {
    pub(crate) record: LayerRecord,
    /// The state it is in, and since when.
    pub(crate) current: Option<(&'static str, Time)>,
    pub(crate) intervals: Vec<Interval>,
}

/// Tracks and calls of a run that is to be drawn.
#[derive(Debug, Default)]
pub(crate) struct Tracer {
    /// By agent, then by service.
    pub(crate) tracks: Vec<Track>,
    /// The track of the caller of each running edge, if it is an agent.
    pub(crate) track_of_edge: Vec<Option<u32>>,
    pub(crate) calls: Vec<CallSpan>,
}

impl Recorder {
    /// An empty record for each part of a system.
    pub(crate) fn of(system: &System, watch: Watch) -> Self {
        let agents = system.agents.iter().map(|agents| AgentRecord {
            name: agents.name.clone(),
            count: agents.count,
            tasks: OutcomeCounts::default(),
            latency_ok: Histogram::with_all_room(),
            latency_failed: Histogram::with_all_room(),
            frozen: 0,
            busy: 0,
        });
        let services = system.services.iter().map(|service| ServiceRecord {
            name: service.name.clone(),
            slots: service.slots,
            requests: OutcomeCounts::default(),
            waiting: Histogram::with_all_room(),
            sojourn: Histogram::with_all_room(),
            abandoned: 0,
            wasted: 0,
            busy: 0,
            queued: 0,
            down: 0,
            faulty: 0,
            fault_intervals: 0,
        });
        let edges = system.edges.iter().map(|edge| EdgeRecord {
            from: match edge.from {
                Caller::Agents(group) => system.agents[group].name.clone(),
                Caller::Service(service) => system.services[service].name.clone(),
            },
            to: system.services[edge.to].name.clone(),
            calls: OutcomeCounts::default(),
            attempts: OutcomeCounts::default(),
            latency_ok: Histogram::with_all_room(),
            latency_failed: Histogram::with_all_room(),
            late: 0,
        });
        Self {
            now: Time::ZERO,
            warmup: system.warmup,
            agents: agents.collect(),
            services: services.collect(),
            edges: edges.collect(),
            record_of: Vec::new(),
            layers: Vec::new(),
            tracer: (watch == Watch::Trace).then(Tracer::default),
        }
    }

    /// Whether what began at this time counts.
    #[inline]
    pub(crate) fn counts(&self, began: Time) -> bool {
        began >= self.warmup
    }

    /// The part of the time since `from` that counts.
    #[inline]
    pub(crate) fn counted_since(&self, from: Time) -> u128 {
        u128::from(self.now.since(from.max(self.warmup)).as_nanos())
    }

    /// An agent did something in its track from some time until now.
    #[inline]
    pub(crate) fn track(&mut self, track: u32, from: Time, state: &'static str) {
        let to = self.now;
        if let Some(tracer) = &mut self.tracer {
            tracer.tracks[track as usize].intervals.push(Interval { from, to, state });
        }
    }

    /// A service was in a state from some time until now.
    pub(crate) fn service_track(&mut self, service: usize, from: Time, state: &'static str) {
        let agents = self.agents.iter().map(|group| group.count).sum::<u32>();
        self.track(agents + service as u32, from, state);
    }

    /// Ends all states that are under way, and returns what was written down of layers and tracks.
    pub(crate) fn finish(&mut self) -> (Vec<LayerRecord>, Option<Trace>) {
        let mut layers = Vec::new();
        let mut tracks = Vec::new();
        for index in 0..self.layers.len() {
            let Some((state, _)) = self.layers[index].current else { continue };
            self.enter(index, state, false);
            let LayerStates { record, intervals, .. } = &mut self.layers[index];
            tracks.push(Track {
                name: record.name.clone(),
                kind: TrackKind::Layer,
                intervals: std::mem::take(intervals),
            });
            layers.push(record.clone());
        }
        let trace = self.tracer.take().map(|tracer| {
            let mut all = tracer.tracks;
            let services = all.iter().position(|track| track.kind == TrackKind::Service);
            let services = all.split_off(services.unwrap_or(all.len()));
            all.extend(tracks);
            all.extend(services);
            Trace { tracks: all, calls: tracer.calls }
        });
        (layers, trace)
    }

    /// A layer enters a state; `is_entry` is false if it only continues in its current one.
    fn enter(&mut self, layer: usize, state: &'static str, is_entry: bool) {
        let time = Duration::from_nanos(self.counted_since(Time::ZERO) as u64);
        let (now, warmup) = (self.now, self.warmup);
        let LayerStates { record, current, intervals } = &mut self.layers[layer];
        let Some((before, since)) = current.replace((state, now)) else { return };
        let spent = time.min(now.since(since.max(warmup)));
        state_record(record, before).time += spent;
        if self.tracer.is_some() && now > since {
            intervals.push(Interval { from: since, to: now, state: before });
        }
        if is_entry && now >= warmup {
            state_record(record, state).entered += 1;
        }
    }

    #[inline]
    fn call_span(&mut self, edge: u32, outcome: Outcome, from: Time) {
        let (record, to) = (self.record_of[edge as usize], self.now);
        if let Some(tracer) = &mut self.tracer
            && let Some(track) = tracer.track_of_edge[edge as usize]
            && tracer.calls.len() < CALLS_MAX
        {
            tracer.calls.push(CallSpan { track, edge: record, from, to, outcome });
            let state = if outcome.is_ok() { "waiting" } else { "frozen" };
            tracer.tracks[track as usize].intervals.push(Interval { from, to, state });
        }
    }
}

fn state_record<'a>(record: &'a mut LayerRecord, state: &'static str) -> &'a mut StateRecord {
    let states = &mut record.states;
    let index = states.iter().position(|known| known.state == state).unwrap_or_else(|| {
        states.push(StateRecord { state, entered: 0, time: Duration::ZERO });
        states.len() - 1
    });
    &mut states[index]
}

impl Observer for Recorder {
    #[expect(clippy::inline_always, reason = "which event it is, is known where it is given")]
    #[inline(always)]
    fn edge(&mut self, edge: u32, event: CallEvent) {
        let counts = self.counts(self.now);
        let warmup = self.warmup;
        let record = &mut self.edges[self.record_of[edge as usize] as usize];
        match event {
            CallEvent::Begun => record.calls.issued += u64::from(counts),
            CallEvent::Sent => record.attempts.issued += u64::from(counts),
            CallEvent::Ended(outcome, began) => {
                if began >= warmup {
                    record.calls.end(outcome);
                    let latency = self.now.since(began);
                    if outcome.is_ok() {
                        record.latency_ok.add(latency);
                    } else {
                        record.latency_failed.add(latency);
                    }
                }
                if self.tracer.is_some() {
                    self.call_span(edge, outcome, began);
                }
            }
            CallEvent::Answered(outcome, began) => {
                if began >= warmup {
                    record.attempts.end(outcome);
                }
            }
            CallEvent::GivenUp(began) => record.calls.given_up += u64::from(began >= warmup),
            CallEvent::Dropped(began) => record.attempts.given_up += u64::from(began >= warmup),
            CallEvent::Late(began) => record.late += u64::from(began >= warmup),
        }
    }

    fn layer(&mut self, layer: u32, state: &'static str) {
        self.enter(layer as usize, state, true);
    }
}
