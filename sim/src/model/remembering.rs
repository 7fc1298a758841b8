//! Requests at services that remember, and the calls that make them.

use patterns::{CallInfo, Class, Outcome, Time};

use super::memory::Effect;
use super::role::{CallStep, Keys};
use super::system::Does;
use super::world::World;
use crate::call::Command;

impl World {
    /// A request makes a call that may be about what it has read.
    pub(super) fn call_about(
        &mut self,
        index: u32,
        edge: u32,
        step: &CallStep,
        info: CallInfo,
    ) -> Option<Command> {
        let known = match (step.does, step.keys) {
            (Does::Write, Some(Keys { first, count })) => {
                let request = self.stations.request(index);
                self.memories.key_of_write(index, request, (first, count))
            }
            _ => None,
        };
        // What is not read is drawn all the same.
        let keys = known.map_or(step.keys, |first| Some(Keys { first, count: 1 }));
        self.call(index, edge, keys, info)
    }

    /// How a request ends at a service that remembers.
    #[inline(never)]
    pub(super) fn remember(&mut self, index: u32, replica: u32, outcome: Outcome) -> Outcome {
        if !outcome.is_ok() {
            return outcome;
        }
        let request = self.stations.request(index);
        let (leaf, arrived, waits) =
            (request.leaf, request.arrived, request.abandoned == Time::MAX);
        let caller = self.calls.caller(leaf).filter(|_| waits);
        let caller = caller.map(|caller| (caller, self.stations.request(caller).arrived));
        let service = self.services[replica as usize].number;
        let effect = self.memories.take_effect(service, leaf, caller);
        self.recorder.note_effect(service, arrived, effect);
        if effect == Effect::Refused { Outcome::failed(Class::Validation) } else { outcome }
    }
}
