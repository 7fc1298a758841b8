//! Building the faults of a world: where they can happen, and the windows around them.

use std::ops::Range;

use super::build::Builder;
use super::edge_streams::Link;
use super::system::{Place, System};
use super::who::Who;
use super::windows::Windows;
use crate::fault::{Draws, TIMES_MAX};
use crate::kernel::StreamName;

impl Builder<'_> {
    pub(super) fn faults(&mut self) {
        let system = self.system;
        for fault in &system.faults {
            let name = StreamName::of("fault").text(&fault.name);
            let mut places: Vec<u32> = Vec::new();
            for place in fault.hits.iter().flat_map(|hit| self.places(*hit)) {
                if !places.contains(&place) {
                    places.push(place);
                }
            }
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

    /// Replicas of services are places, and links after them.
    fn places(&self, hit: Place) -> Range<u32> {
        match hit {
            Place::Service(service) => self.replicas(service),
            Place::Replica { service, replica } => {
                let place = self.first_replicas[service] + replica;
                place..place + 1
            }
            Place::Edge { .. } => {
                let edge = self.system.edge_of(hit);
                let link = self.links.iter().position(|link| Some(*link) == edge);
                let place = self.place_of_link(link.expect("there is such an edge") as u32);
                place..place + 1
            }
        }
    }

    fn replicas(&self, service: usize) -> Range<u32> {
        self.first_replicas[service]..self.first_replicas[service + 1]
    }

    fn place_of_link(&self, link: u32) -> u32 {
        self.first_replicas.last().copied().unwrap_or_default() + link
    }

    /// What random bits the requests to a service must have.
    pub(super) fn draws(&self, service: usize) -> Draws {
        let all = self.replicas(service).map(|place| self.faults.draws(place as usize));
        all.fold(Draws::default(), Draws::and)
    }

    /// By which the fate of a call follows, if some fault goes by calls.
    pub(super) fn salts(
        &self,
        service: usize,
        link: Option<&Link>,
        who: Who<'_>,
    ) -> Option<[u64; 2]> {
        let of_link = link.map(|link| self.faults.draws(self.place_of_link(link.index) as usize));
        (self.draws(service).by_call || of_link.is_some_and(|draws| draws.by_call)).then(|| {
            let names = [StreamName::of("fate of keys"), who.stream("fate of calls")];
            names.map(|name| self.streams.stream(name).next_u64())
        })
    }
}
