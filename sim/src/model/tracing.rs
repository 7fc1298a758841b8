//! How a run that is to be drawn begins: the lanes of its overviews, and which track is of which.

use patterns::Time;

use super::recorder::{Instance, Recorder};
use crate::observe::{LayerOwner, LayerScope, Overview, TrackId};

impl Recorder {
    /// Begins what is drawn of the run: all of it at a glance, and a window more closely.
    pub(crate) fn begin_trace(&mut self, window: Option<(Time, Time)>) {
        let Some(tracer) = &mut self.tracer else { return };
        let mut whole = Overview::new(Time::ZERO, self.horizon);
        for group in &self.agents {
            let lane = whole.lane(TrackId::Agent(group.name.clone()), group.count) as u32;
            tracer.lane_of_track.extend((0..group.count).map(|_| lane));
        }
        let mut lane_of_record: Vec<Option<u32>> = Vec::new();
        for (index, record) in self.layers.iter().enumerate() {
            let is_of_it = |instance: &Instance| instance.record as usize == index;
            let first = self.instances.iter().position(is_of_it);
            let Some(TrackId::Layer { kind, number, report, .. }) =
                first.and_then(|first| tracer.layers.get(first)).map(|track| track.id.clone())
            else {
                lane_of_record.push(None);
                continue;
            };
            let owner = match record.scope {
                LayerScope::Callers(edge) | LayerScope::Edge(edge) => {
                    let edge = &self.edges[edge as usize];
                    LayerOwner::edge(&edge.from, &edge.to)
                }
                LayerScope::Policy => LayerOwner::Policy(record.policy.clone()),
            };
            let id = TrackId::Layer { kind, number, owner, report };
            lane_of_record.push(Some(whole.lane(id, record.instances) as u32));
        }
        tracer.lane_of_layer = (self.instances.iter())
            .map(|instance| lane_of_record.get(instance.record as usize).copied().flatten())
            .collect();
        let places = tracer.lane_of_track.len()..tracer.tracks.len();
        for place in places {
            let lane = whole.lane(tracer.tracks[place].id.clone(), 1) as u32;
            tracer.lane_of_track.push(lane);
        }
        for replica in &mut tracer.replicas {
            // The only one of a service is the service.
            let is_alone = tracer.tracks.iter().any(|track| track.id == replica.track.id);
            replica.lane = (!is_alone).then(|| whole.lane(replica.track.id.clone(), 1) as u32);
        }
        if let Some((from, to)) = window {
            (tracer.from, tracer.to) = (from, to);
            let to = to.min(self.horizon);
            tracer
                .overviews
                .push(Overview { lanes: whole.lanes.clone(), ..Overview::new(from, to) });
        }
        tracer.overviews.insert(0, whole);
    }
}
