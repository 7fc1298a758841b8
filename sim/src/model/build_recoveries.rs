//! Building the recoveries of a world: how the condition of each is looked at.

use std::collections::VecDeque;

use super::build::Builder;
use super::last_looks::LastLooks;
use super::recoveries::{Recoveries, Staff, Watch, Watched};
use super::recovery::Condition;
use super::sites::instances;
use crate::kernel::StreamName;

impl Builder<'_> {
    /// The recoveries of the system, if it has any.
    pub(super) fn recoveries(&mut self) -> Option<Box<Recoveries>> {
        let system = self.system;
        if system.recoveries.is_empty() {
            return None;
        }
        let all = system.recoveries.iter().map(|recovery| {
            let watch = match recovery.when.as_ref().map(|when| &when.condition) {
                None => Watch::Nothing,
                Some(Condition::Over { over, .. }) => {
                    Watch::Over { looks: LastLooks::new(*over, system.warmup), holds: false }
                }
                Some(Condition::Results { group, last }) => {
                    let number = self.recorder.groups[*group].episodes.watch(last.clone());
                    Watch::Results { group: *group, number }
                }
                Some(Condition::States { layers, .. }) => {
                    let edges = (&self.edges[..], &self.recorder.record_of[..]);
                    let found = layers.iter().flat_map(|place| instances(system, edges, *place));
                    let mut instances: Vec<u32> = found.map(|link| link.instance).collect();
                    instances.sort_unstable();
                    instances.dedup();
                    Watch::States { instances, next: system.warmup, held: 0, seen: 0 }
                }
            };
            Watched { recovery: recovery.clone(), watch, incident: None, done: None }
        });
        let all: Vec<Watched> = all.collect();
        let humans = system.humans.iter().map(|human| Staff {
            human: human.clone(),
            rng: self.streams.stream(StreamName::of("response").text(&human.name)),
            waiting: VecDeque::new(),
            at_work: None,
            is_called: false,
        });
        Some(Box::new(Recoveries::new(all, humans.collect(), system.horizon)))
    }
}
