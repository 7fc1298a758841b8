//! What the world writes down: the ends of requests, the health of nodes, and the record.

use patterns::report::Counts;
use patterns::{Outcome, Time};

use super::node::{Health, NodeKind};
use super::recorder::Recorder;
use super::request::{Request, State};
use super::world::World;
use crate::observe::{Record, Stop};

impl Recorder {
    /// Writes down that a request that has a slot, or had none and is lost, has ended.
    #[inline]
    pub(super) fn note_end(&mut self, kind: NodeKind, request: &Request, outcome: Outcome) {
        let now = self.now;
        let counts = self.counts(request.arrived);
        let in_line = request.state == State::InLine;
        let in_slot = if in_line { 0 } else { self.counted_since(request.started) };
        match kind {
            NodeKind::Agent { group, track, .. } => {
                let agents = &mut self.agents[group as usize];
                agents.busy += in_slot;
                if counts {
                    agents.tasks.end(outcome);
                    let latency = now.since(request.arrived);
                    if outcome.is_ok() {
                        agents.latency_ok.add(latency);
                    } else {
                        agents.latency_failed.add(latency);
                    }
                }
                self.track(track, request.started, "working");
            }
            NodeKind::Service { service } => {
                let in_line = if in_line { self.counted_since(request.arrived) } else { 0 };
                let wasted = self.wasted(request);
                let service = &mut self.services[service as usize];
                service.busy += in_slot;
                service.queued += in_line;
                service.wasted += wasted;
                if counts {
                    service.requests.end(outcome);
                    if request.state != State::InLine {
                        service.sojourn.add(now.since(request.arrived));
                    }
                }
            }
        }
    }

    /// Work on a request after its caller gave up.
    fn wasted(&self, request: &Request) -> u128 {
        match request.state {
            State::InLine => 0,
            _ => self.counted_since(request.abandoned.max(request.started)),
        }
    }
}

impl World {
    /// Writes down that a request was dropped because its caller had given up.
    pub(super) fn note_given_up(&mut self, request: &Request) {
        let counts = self.recorder.counts(request.arrived);
        let in_line = request.state == State::InLine;
        let from = if in_line { request.arrived } else { request.started };
        let time = self.recorder.counted_since(from);
        let service = &mut self.recorder.services[self.nodes[request.node as usize].kind.service()];
        service.requests.given_up += u64::from(counts);
        *if in_line { &mut service.queued } else { &mut service.busy } += time;
    }

    /// Writes down a change of what faults do to a node.
    pub(super) fn note_health(
        &mut self,
        node: u32,
        health: &mut Health,
        was: Option<&'static str>,
    ) {
        let now = self.scheduler.now();
        let before = &self.nodes[node as usize].health;
        let service = self.nodes[node as usize].kind.service();
        let record = &mut self.recorder.services[service];
        match (before.on > 0, health.on > 0) {
            (false, true) => {
                health.faulty_since = now;
                record.fault_intervals += u64::from(now >= self.recorder.warmup);
            }
            (true, false) => {
                record.faulty += counted(self.recorder.warmup, health.faulty_since, now);
            }
            _ => {}
        }
        match (before.is_down(), health.is_down()) {
            (false, true) => health.down_since = now,
            (true, false) => {
                record.down += counted(self.recorder.warmup, health.down_since, now);
            }
            _ => {}
        }
        if was != health.state() {
            if let Some(state) = was {
                self.recorder.service_track(service, health.shown_since, state);
            }
            health.shown_since = now;
        }
    }

    /// The record of a run that ends now, or at the horizon if nothing stopped it.
    pub(super) fn finish(mut self, stopped: Option<Stop>, at_warmup: &[Counts]) -> Record {
        let ended = if stopped.is_some() { self.scheduler.now() } else { self.horizon };
        self.recorder.now = ended;
        self.note_open();
        for node in 0..self.nodes.len() as u32 {
            let health = self.nodes[node as usize].health.clone();
            if health.on > 0 {
                let service = self.nodes[node as usize].kind.service();
                let record = &mut self.recorder.services[service];
                let warmup = self.recorder.warmup;
                record.faulty += counted(warmup, health.faulty_since, ended);
                if health.is_down() {
                    record.down += counted(warmup, health.down_since, ended);
                }
                if let Some(state) = health.state() {
                    self.recorder.service_track(service, health.shown_since, state);
                }
            }
        }
        let trace = self.recorder.finish();
        let counted = self.counted_by_layers(ended);
        for ((layer, mut counts), earlier) in
            self.recorder.layers.iter_mut().zip(counted).zip(at_warmup)
        {
            counts.subtract(earlier);
            layer.counts = counts;
        }
        Record {
            seed: self.seed,
            horizon: self.horizon,
            warmup: self.recorder.warmup,
            ended,
            stopped,
            events: self.scheduler.events(),
            fingerprint: self.scheduler.fingerprint(),
            agents: self.recorder.agents,
            services: self.recorder.services,
            edges: self.recorder.edges,
            layers: self.recorder.layers,
            trace,
        }
    }

    /// What layers have counted until now, by their record.
    pub(super) fn counted_by_layers(&self, now: Time) -> Vec<Counts> {
        let records = self.recorder.layers.iter();
        let mut counts: Vec<Counts> = records.map(|layer| Counts::of(layer.report)).collect();
        for (layer, instance) in self.calls.layers().zip(&self.recorder.instances) {
            layer.count(now, &mut counts[instance.record as usize]);
        }
        counts
    }

    /// Adds up the time of what is still open at the end.
    fn note_open(&mut self) {
        for (_, request) in self.requests.iter() {
            let in_line = request.state == State::InLine;
            let from = if in_line { request.arrived } else { request.started };
            let time = self.recorder.counted_since(from);
            let wasted = self.recorder.wasted(request);
            let node = &self.nodes[request.node as usize];
            match node.kind {
                NodeKind::Agent { group, track, .. } if !in_line => {
                    self.recorder.agents[group as usize].busy += time;
                    self.recorder.track(track, request.started, "working");
                    if request.state == State::Calling {
                        self.recorder.track(track, request.since, "waiting");
                    }
                }
                NodeKind::Agent { .. } => {}
                NodeKind::Service { service } => {
                    let service = &mut self.recorder.services[service as usize];
                    *if in_line { &mut service.queued } else { &mut service.busy } += time;
                    service.wasted += wasted;
                }
            }
        }
    }
}

/// The part of the time between two points that lies after the warm-up.
fn counted(warmup: Time, from: Time, to: Time) -> u128 {
    u128::from(to.since(from.max(warmup)).as_nanos())
}
