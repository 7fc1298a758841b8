//! Building what is written down of layers.

use std::collections::BTreeSet;

use patterns::report::{Counts, StateId};
use patterns::{Target, Time};

use super::build::Builder;
use super::recorder::{Instance, Recorder};
use super::system::{Per, Policy};
use crate::call::{ChainLink, EdgeState};
use crate::observe::{
    AlarmRecord, LayerOwner, LayerRecord, LayerScope, StateRecord, Track, TrackId, can_alarm,
};

impl Builder<'_> {
    /// Says of an edge which layers it has, as its first caller has them.
    pub(super) fn report_chain(&mut self, edge: usize, chain: &[ChainLink]) {
        let Recorder { edges, instances, .. } = &mut self.recorder;
        if edges[edge].layers.is_empty() {
            let records = chain.iter().map(|link| instances[link.instance as usize].record);
            edges[edge].layers = records.collect();
        }
    }

    /// Makes room for what a new instance of a layer reports; `at` is where its record is named.
    pub(super) fn report(
        &mut self,
        (policy, place, edge): (usize, usize, usize),
        at: usize,
        state: Option<StateId>,
    ) {
        let stack = &self.system.policies[policy];
        let factory = &stack.layers[place];
        let records = &mut self.recorder.layers;
        let record = *self.records[at].get_or_insert(records.len() as u32);
        if record as usize == records.len() {
            records.push(LayerRecord {
                policy: stack.name.clone(),
                kind: factory.kind.clone(),
                place: place as u32,
                number: number(stack, place),
                scope: match factory.per {
                    Per::Agent | Per::Run => LayerScope::Callers(edge as u32),
                    Per::Edge => LayerScope::Edge(edge as u32),
                    Per::Policy => LayerScope::Policy,
                },
                report: factory.report,
                instances: 0,
                with_states: 0,
                states: vec![StateRecord::default(); factory.report.states.len()],
                counts: Counts::of(factory.report),
                alarms: AlarmRecord::default(),
            });
            self.recorder.callees.push(Vec::new());
            self.recorder.alarm_of.push(None);
        }
        records[record as usize].instances += 1;
        records[record as usize].with_states += u32::from(state.is_some());
        let state = state.map(|state| (state, Time::ZERO));
        self.recorder.instances.push(Instance {
            record,
            state,
            alarm: None,
            fault: None,
            by_hand: false,
        });
    }

    /// Finds the services and links behind each layer that can raise alarms.
    pub(super) fn callees(&mut self) {
        let layers = &self.recorder.layers;
        let mut callees = std::mem::take(&mut self.recorder.callees);
        let mut seen = vec![false; self.system.edges.len()];
        for (edge, state) in self.edges.iter().enumerate() {
            // All agents of a group have the same behind them.
            let record = self.recorder.record_of[edge] as usize;
            if std::mem::replace(&mut seen[record], true) {
                continue;
            }
            for (place, link) in state.chain.iter().enumerate() {
                let record = self.recorder.instances[link.instance as usize].record as usize;
                if can_alarm(layers[record].report) {
                    self.add_behind(edge, place + 1, &mut BTreeSet::new(), &mut callees[record]);
                }
            }
        }
        self.recorder.callees = callees;
    }

    /// Adds what calls on an edge can reach that have come to a place in its policy.
    fn add_behind(
        &self,
        edge: usize,
        place: usize,
        seen: &mut BTreeSet<usize>,
        found: &mut Vec<u32>,
    ) {
        let record = self.recorder.record_of[edge] as usize;
        let link = self.links.iter().position(|link| *link == record);
        let link = link.map(|link| (self.system.services.len() + link) as u32);
        for callee in [Some(self.system.edges[record].to as u32), link].into_iter().flatten() {
            if !found.contains(&callee) {
                found.push(callee);
            }
        }
        let EdgeState { chain, targets } = &self.edges[edge];
        for link in &chain[place..] {
            let layer = self.layers[link.instance as usize].layer();
            for (target, next) in targets.iter().enumerate() {
                let next = *next as usize;
                if layer.sends_to(Target(target)) && seen.insert(next) {
                    self.add_behind(next, 0, seen, found);
                }
            }
        }
    }

    /// The empty track of an instance of a layer.
    pub(super) fn track(stack: &Policy, place: usize, owner: LayerOwner) -> Track {
        let factory = &stack.layers[place];
        let alike = stack.layers.iter().filter(|other| other.kind == factory.kind).count();
        let id = TrackId::Layer {
            kind: factory.kind.clone(),
            number: (1 < alike).then(|| number(stack, place)),
            owner,
            report: factory.report,
        };
        Track { id, intervals: Vec::new() }
    }
}

/// Which of the layers of its kind in a policy one is, from 1 on.
fn number(stack: &Policy, place: usize) -> u32 {
    let kind = &stack.layers[place].kind;
    stack.layers[..=place].iter().filter(|other| other.kind == *kind).count() as u32
}
