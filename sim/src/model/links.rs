//! The way from a caller to a service, where more than the usual can happen on it or at its end.

use patterns::{Duration, Outcome};

use super::balancer::Draws;
use super::edge_streams::Around;
use super::kind;
use super::request::{Coming, LOST, NONE};
use super::world::World;
use crate::call::Command;
use crate::fault::{Fate, Turned};
use crate::kernel::Event;

impl World {
    /// An attempt sets out on an edge that has more than the streams that all have.
    #[inline(never)]
    pub(super) fn launch_rarely(
        &mut self,
        leaf: u32,
        edge: u32,
        has_link: bool,
    ) -> Option<Command> {
        if has_link { self.set_out(leaf, edge) } else { self.come(leaf, edge, Outcome::Ok) }
    }

    /// An attempt comes to the service on such an edge. What becomes of its answer on the way back
    /// is known beforehand.
    pub(super) fn come(&mut self, leaf: u32, edge: u32, on_way: Outcome) -> Option<Command> {
        let streams = &mut self.edges[edge as usize];
        let (number, station) = (streams.service, streams.station);
        let (demand, ending) = streams.draw(&self.services[number as usize]);
        let ending = match (ending.is_ok(), on_way.is_ok()) {
            (true, true) => ending.with_value_of(on_way),
            (true, false) => on_way,
            (false, _) => ending,
        };
        let mut coming = Coming { leaf, edge, demand, ending, fate: Fate::default() };
        let (mut draws, mut costs) = (None, false);
        if let Some(rare) = &mut streams.rare {
            let (calls, origins) = (&self.calls, self.origins.as_deref_mut());
            coming.fate = rare.fate(leaf, &mut Around { calls, stations: &self.stations, origins });
            if rare.remembers {
                self.memories.ask(leaf, &self.calls, &self.stations, &self.roles);
            }
            draws = rare.route.as_mut().map(|(pick, rng)| Draws::of(*pick, rng));
            costs = rare.costs;
        }
        if costs {
            self.announce(leaf, edge, number);
        }
        let next = match draws {
            Some(draws) => self.deal_out(coming, number, draws),
            None => self.enter(coming, number, station, true),
        };
        if costs {
            self.pay(leaf, edge, number);
        }
        next
    }

    /// An attempt sets out on a way on which faults can happen.
    #[inline(never)]
    pub(super) fn set_out(&mut self, leaf: u32, edge: u32) -> Option<Command> {
        let (now, (link, fate)) = (self.scheduler.now(), self.on_link(leaf, edge));
        self.calls.launch(leaf, NONE)?;
        let health = &mut self.links[link as usize];
        match health.at_door(fate, now) {
            Some(Turned::Lost) => return self.lose(leaf),
            Some(Turned::Refused(class)) => {
                let outcome = Outcome::failed(class);
                return self.calls.refuse(leaf, outcome, &mut self.scheduler, &mut self.recorder);
            }
            Some(Turned::Twice) | None => {}
        }
        let late = health.slowed(Duration::ZERO, 0, fate, now);
        if late.is_zero() {
            return self.cross(leaf);
        }
        self.scheduler.schedule(now + late, Event { kind: kind::CROSS, index: leaf });
        None
    }

    /// An attempt comes to the end of such a way.
    #[inline(never)]
    pub(super) fn cross(&mut self, leaf: u32) -> Option<Command> {
        let (now, edge) = (self.scheduler.now(), self.calls.edge(leaf));
        let (link, fate) = self.on_link(leaf, edge);
        let on_way = self.links[link as usize].ending(fate, now, Outcome::Ok);
        self.come(leaf, edge, on_way)
    }

    /// Which link it is, and whether faults on it hit an attempt.
    fn on_link(&mut self, leaf: u32, edge: u32) -> (u32, Fate) {
        let Self { edges, calls, stations, origins, .. } = self;
        let rare = edges[edge as usize].rare.as_mut().expect("it has a link");
        let mut around = Around { calls, stations, origins: origins.as_deref_mut() };
        rare.on_link(leaf, &mut around).expect("it has a link")
    }

    /// An attempt is lost: it never ends.
    #[inline(never)]
    pub(super) fn lose(&mut self, leaf: u32) -> Option<Command> {
        self.calls.launch(leaf, LOST);
        None
    }

    /// An attempt that was lost is no longer waited for.
    #[cold]
    pub(super) fn forget_lost(&mut self, leaf: u32) {
        if self.calls.is_abandoned(leaf, LOST) {
            self.calls.forget(leaf);
        }
    }
}
