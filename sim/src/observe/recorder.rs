//! Writes down what happens in a run, as it happens.

use patterns::{Outcome, Span, Time};

use super::trace::{Episode, Lane, LaneKind, Tick, Trace};
use super::{AgentRecord, EdgeRecord, LayerRecord, ServiceRecord, StateRecord};
use crate::call::{Notice, Observer};

/// The most calls that a trace keeps; what comes after is not in the picture.
const TICKS_MAX: usize = 1 << 20;

/// Writes down what happens in a run.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// The current time; the world sets it with each event.
    pub(crate) now: Time,
    pub(crate) warmup: Time,
    pub(crate) agents: Vec<AgentRecord>,
    pub(crate) services: Vec<ServiceRecord>,
    pub(crate) edges: Vec<EdgeRecord>,
    /// The edge of each link.
    pub(crate) edge_of: Vec<u32>,
    /// By instance of a layer: what it is called, and its state if it tells of one.
    pub(crate) layers: Vec<LayerStates>,
    pub(crate) tracer: Option<Tracer>,
}

/// The states of one instance of a layer so far.
#[derive(Debug)]
pub(crate) struct LayerStates {
    pub(crate) record: LayerRecord,
    /// The state it is in, and since when.
    pub(crate) current: Option<(&'static str, Time)>,
    pub(crate) episodes: Vec<Episode>,
}

/// Lanes and ticks of a run that is to be drawn.
#[derive(Debug, Default)]
pub(crate) struct Tracer {
    /// By agent, then by service.
    pub(crate) lanes: Vec<Lane>,
    /// The lane of the caller of each link, if it is an agent.
    pub(crate) lane_of_link: Vec<Option<u32>>,
    pub(crate) ticks: Vec<Tick>,
}

impl Recorder {
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

    /// An agent did something in its lane from some time until now.
    #[inline]
    pub(crate) fn lane(&mut self, lane: u32, from: Time, state: &'static str) {
        let to = self.now;
        if let Some(tracer) = &mut self.tracer {
            tracer.lanes[lane as usize].episodes.push(Episode { from, to, state });
        }
    }

    /// A service was in a state from some time until now.
    pub(crate) fn service_lane(&mut self, service: usize, from: Time, state: &'static str) {
        let agents = self.agents.iter().map(|group| group.count).sum::<u32>();
        self.lane(agents + service as u32, from, state);
    }

    /// Ends all states that are under way, and returns what was written down of layers and lanes.
    pub(crate) fn finish(&mut self) -> (Vec<LayerRecord>, Option<Trace>) {
        let mut layers = Vec::new();
        let mut lanes = Vec::new();
        for index in 0..self.layers.len() {
            let Some((state, _)) = self.layers[index].current else { continue };
            self.enter(index, state, false);
            let LayerStates { record, episodes, .. } = &mut self.layers[index];
            lanes.push(Lane {
                name: record.name.clone(),
                kind: LaneKind::Layer,
                episodes: std::mem::take(episodes),
            });
            layers.push(record.clone());
        }
        let trace = self.tracer.take().map(|tracer| {
            let mut all = tracer.lanes;
            let services = all.iter().position(|lane| lane.kind == LaneKind::Service);
            let services = all.split_off(services.unwrap_or(all.len()));
            all.extend(lanes);
            all.extend(services);
            Trace { lanes: all, calls: tracer.ticks }
        });
        (layers, trace)
    }

    /// A layer enters a state; `anew` is false if it only goes on in the one it is in.
    fn enter(&mut self, layer: usize, state: &'static str, anew: bool) {
        let time = Span::from_nanos(self.counted_since(Time::ZERO) as u64);
        let (now, warmup) = (self.now, self.warmup);
        let LayerStates { record, current, episodes } = &mut self.layers[layer];
        let Some((before, since)) = current.replace((state, now)) else { return };
        let spent = time.min(now.since(since.max(warmup)));
        state_record(record, before).time += spent;
        if self.tracer.is_some() && now > since {
            episodes.push(Episode { from: since, to: now, state: before });
        }
        if anew && now >= warmup {
            state_record(record, state).entered += 1;
        }
    }

    #[inline]
    fn tick(&mut self, link: u32, outcome: Outcome, from: Time) {
        let (edge, to) = (self.edge_of[link as usize], self.now);
        if let Some(tracer) = &mut self.tracer
            && let Some(lane) = tracer.lane_of_link[link as usize]
            && tracer.ticks.len() < TICKS_MAX
        {
            tracer.ticks.push(Tick { lane, edge, from, to, outcome });
            let state = if outcome.is_ok() { "waiting" } else { "frozen" };
            tracer.lanes[lane as usize].episodes.push(Episode { from, to, state });
        }
    }
}

fn state_record<'a>(record: &'a mut LayerRecord, state: &'static str) -> &'a mut StateRecord {
    let states = &mut record.states;
    let index = states.iter().position(|known| known.state == state).unwrap_or_else(|| {
        states.push(StateRecord { state, entered: 0, time: Span::ZERO });
        states.len() - 1
    });
    &mut states[index]
}

impl Observer for Recorder {
    #[expect(clippy::inline_always, reason = "which notice it is, is known where it is given")]
    #[inline(always)]
    fn link(&mut self, link: u32, notice: Notice) {
        let counts = self.counts(self.now);
        let warmup = self.warmup;
        let edge = &mut self.edges[self.edge_of[link as usize] as usize];
        match notice {
            Notice::Begun => edge.calls.issued += u64::from(counts),
            Notice::Sent => edge.attempts.issued += u64::from(counts),
            Notice::Ended(outcome, began) => {
                if began >= warmup {
                    edge.calls.end(outcome);
                    let latency = self.now.since(began);
                    if outcome.is_ok() {
                        edge.latency_ok.add(latency);
                    } else {
                        edge.latency_failed.add(latency);
                    }
                }
                if self.tracer.is_some() {
                    self.tick(link, outcome, began);
                }
            }
            Notice::Answered(outcome, began) => {
                if began >= warmup {
                    edge.attempts.end(outcome);
                }
            }
            Notice::GivenUp(began) => edge.calls.given_up += u64::from(began >= warmup),
            Notice::Dropped(began) => edge.attempts.given_up += u64::from(began >= warmup),
            Notice::Late(began) => edge.late += u64::from(began >= warmup),
        }
    }

    fn layer(&mut self, layer: u32, state: &'static str) {
        self.enter(layer as usize, state, true);
    }
}
