//! Building the faults of a world: where they can happen, and the windows around them.

use super::build::Builder;
use super::edge_streams::Link;
use super::system::{Place, System};
use super::who::Who;
use super::windows::{TIMES_MAX, Windows};
use crate::kernel::StreamName;

impl Builder<'_> {
    pub(super) fn faults(&mut self) {
        let system = self.system;
        for fault in &system.faults {
            let name = StreamName::of("fault").text(&fault.name);
            let places = fault.hits.iter().map(|place| self.place(*place)).collect();
            let (effect, schedule) = (fault.effect.clone(), fault.schedule.clone());
            self.faults.add(places, effect, schedule, self.streams, name);
        }
    }

    /// The windows of the system. When faults are on is known beforehand.
    pub(super) fn windows(&self) -> Windows {
        let System { windows, warmup, horizon, .. } = self.system;
        Windows::new(windows, (*warmup, *horizon), |name| {
            let fault = self.system.faults.iter().position(|fault| fault.name == name);
            let fault = fault.expect("a window names a fault of the system");
            self.faults.times(fault as u32, *horizon, TIMES_MAX)
        })
    }

    /// Services are places, and links after them.
    fn place(&self, place: Place) -> u32 {
        match place {
            Place::Service(service) => service as u32,
            Place::Edge { .. } => {
                let edge = self.system.edge_of(place);
                let link = self.links.iter().position(|link| Some(*link) == edge);
                (self.system.services.len() + link.expect("there is such an edge")) as u32
            }
        }
    }

    /// By which the fate of a call follows, if some fault goes by calls.
    pub(super) fn salts(
        &self,
        service: usize,
        link: Option<&Link>,
        who: Who<'_>,
    ) -> Option<[u64; 2]> {
        let of_link = link.map(|link| self.system.services.len() + link.index as usize);
        let by_call = |place| self.faults.draws(place).by_call;
        (by_call(service) || of_link.is_some_and(by_call)).then(|| {
            let names = [StreamName::of("fate of keys"), who.stream("fate of calls")];
            names.map(|name| self.streams.stream(name).next_u64())
        })
    }
}
