//! Building the faults of a world: where they can happen, and the windows around them.

use std::ops::Range;

use super::build::Builder;
use super::edge_streams::Link;
use super::origins::{Fates, Origins};
use super::own_work::OwnWork;
use super::sites::{Hit, Site, hit_layers};
use super::system::{Place, System};
use super::who::Who;
use super::windows::Windows;
use crate::fault::{Draws, Health, Scopes, TIMES_MAX};
use crate::kernel::StreamName;

impl Builder<'_> {
    pub(super) fn faults(&mut self) {
        let system = self.system;
        for fault in &system.faults {
            let name = StreamName::of("fault").text(&fault.name);
            // Those of layers come as the layers do.
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

    /// Whether tasks of a group may wait for a slot though there is one for each.
    pub(super) fn is_held_up(&self, group: usize) -> bool {
        let mut faults = self.system.faults.iter();
        faults.any(|fault| {
            fault.hits.contains(&Place::Agents(group)) && fault.effect.slots().is_some()
        })
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

    /// The numbers of a place: a service is all of its replicas.
    fn places(&self, hit: Place) -> Range<u32> {
        let site = match hit {
            Place::Service(service) => return self.replicas(service),
            Place::Replica { service, replica } => {
                Site::Service(self.first_replicas[service] + replica)
            }
            Place::Edge { .. } => {
                let edge = self.system.edge_of(hit);
                let link = self.links.iter().position(|link| Some(*link) == edge);
                Site::Link(link.expect("there is such an edge"))
            }
            Place::Agents(group) => Site::Agents(group),
            Place::Layer { .. } => return 0..0,
        };
        let place = self.sites.place(site);
        place..place + 1
    }

    /// The layers that faults hit, and the own work of agents.
    pub(super) fn hit(&mut self) -> Hit {
        let (layers, hits) = hit_layers(self.system, &self.edges, &self.recorder.record_of);
        for (fault, layer) in hits {
            self.faults.add_place(fault, self.sites.place(Site::Layer(layer)));
        }
        let mut places = self.system.faults.iter().flat_map(|fault| &fault.hits);
        let is_work = places.any(|place| matches!(place, Place::Agents(_)));
        let work = is_work.then(|| {
            let health = self.system.agents.iter().map(|_| Health::default()).collect();
            Box::new(OwnWork { health, fates: self.fates(), scopes: self.faults.scopes().clone() })
        });
        Hit { layers, work }
    }

    /// For which tasks requests are made, if some fault goes by that.
    pub(super) fn origins(&self) -> Option<Box<Origins>> {
        self.faults.by_tasks().then(|| Box::new(Origins::new(self.fates())))
    }

    fn fates(&self) -> Fates {
        let mut first = 0;
        let groups = self.system.agents.iter().map(|agents| {
            let station = first;
            first += agents.count;
            let name = StreamName::of("fate of tasks").text(&agents.name);
            (self.streams.stream(name).next_u64(), station)
        });
        Fates { groups: groups.collect() }
    }

    /// The scopes of faults at a service and on the way to it, and whether an edge has to do with
    /// them at all: all edges have if some fault goes by tasks, wherever it is.
    pub(super) fn scopes(&self, service: usize, link: Option<usize>) -> (bool, Scopes) {
        let link = link.map(|link| self.sites.place(Site::Link(link)) as usize);
        let by_link = |place| self.faults.draws(place).by_scope;
        let is_scoped = self.draws(service).by_scope || link.is_some_and(by_link);
        let scopes = if is_scoped { self.faults.scopes().clone() } else { Scopes::default() };
        (is_scoped || self.faults.by_tasks(), scopes)
    }

    fn replicas(&self, service: usize) -> Range<u32> {
        self.first_replicas[service]..self.first_replicas[service + 1]
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
        let of_link = link.map(|link| {
            let place = self.sites.place(Site::Link(link.index as usize));
            self.faults.draws(place as usize)
        });
        (self.draws(service).by_call || of_link.is_some_and(|draws| draws.by_call)).then(|| {
            let names = [StreamName::of("fate of keys"), who.stream("fate of calls")];
            names.map(|name| self.streams.stream(name).next_u64())
        })
    }
}
