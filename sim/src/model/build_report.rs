//! Building what is written down of layers.

use patterns::Time;
use patterns::report::{Counts, StateId};

use super::build::Builder;
use super::recorder::Instance;
use super::system::{LayerFactory, Per};
use crate::observe::{
    AlarmRecord, LayerOwner, LayerRecord, LayerScope, StateRecord, Track, TrackId,
};

impl Builder<'_> {
    /// Makes room for what a new instance of a layer reports.
    pub(super) fn report(
        &mut self,
        policy: usize,
        place: usize,
        edge: usize,
        owner: LayerOwner,
        state: Option<StateId>,
    ) {
        let stack = &self.system.policies[policy];
        let factory = &stack.layers[place];
        let is_alike = |other: &&LayerFactory| other.kind == factory.kind;
        let number = stack.layers[..place].iter().filter(is_alike).count() as u32 + 1;
        let scope = match factory.per {
            Per::Agent => LayerScope::Callers(edge as u32),
            Per::Edge => LayerScope::Edge(edge as u32),
            Per::Policy => LayerScope::Policy,
        };
        let shared = (policy, place, (scope != LayerScope::Policy).then_some(edge));
        let records = &mut self.recorder.layers;
        let record = *self.records.entry(shared).or_insert(records.len());
        if record == records.len() {
            records.push(LayerRecord {
                policy: stack.name.clone(),
                kind: factory.kind.clone(),
                place: place as u32,
                number,
                scope,
                report: factory.report,
                instances: 0,
                with_states: 0,
                states: vec![StateRecord::default(); factory.report.states.len()],
                counts: Counts::of(factory.report),
                alarms: AlarmRecord::default(),
            });
            let behind = self.system.edges.iter().enumerate().filter(|(number, other)| {
                let is_alone = scope != LayerScope::Policy;
                if is_alone { *number == edge } else { other.policy == Some(policy) }
            });
            self.recorder.callees.push(behind.map(|(_, edge)| edge.to as u32).collect());
            self.recorder.alarm_of.push(None);
        }
        records[record].instances += 1;
        records[record].with_states += u32::from(state.is_some());
        let state = state.map(|state| (state, Time::ZERO));
        self.recorder.instances.push(Instance {
            record: record as u32,
            state,
            alarm: None,
            fault: None,
        });
        if let Some(tracer) = &mut self.recorder.tracer {
            let number = (1 < stack.layers.iter().filter(is_alike).count()).then_some(number);
            let id = TrackId::Layer {
                kind: factory.kind.clone(),
                number,
                owner,
                report: factory.report,
            };
            tracer.layers.push(Track { id, intervals: Vec::new() });
        }
    }
}
