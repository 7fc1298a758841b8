//! Building what is written down of layers.

use patterns::Time;
use patterns::report::{Counts, StateId};

use super::build::Builder;
use super::recorder::{Instance, Recorder};
use super::system::{Per, Policy};
use crate::call::ChainLink;
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
                    Per::Agent => LayerScope::Callers(edge as u32),
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
            let edges = &self.system.edges;
            let services = self.system.services.len();
            let of_edge = |edge: usize| {
                let link = self.links.iter().position(|link| *link == edge);
                let link = link.map(|link| (services + link) as u32);
                [Some(edges[edge].to as u32), link].into_iter().flatten()
            };
            let behind = match factory.per {
                _ if !can_alarm(factory.report) => Vec::new(),
                Per::Agent | Per::Edge => of_edge(edge).collect(),
                Per::Policy => {
                    let under = (0..edges.len()).filter(|edge| edges[*edge].policy == Some(policy));
                    under.flat_map(of_edge).collect()
                }
            };
            self.recorder.callees.push(behind);
            self.recorder.alarm_of.push(None);
        }
        records[record as usize].instances += 1;
        records[record as usize].with_states += u32::from(state.is_some());
        let state = state.map(|state| (state, Time::ZERO));
        self.recorder.instances.push(Instance { record, state, alarm: None, fault: None });
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
