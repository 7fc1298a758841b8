//! Edges as requests travel on them: where they lead, and the random streams of what travels there.

use patterns::{Duration, Outcome};

use super::origins::Origins;
use super::role::Service;
use super::station::Stations;
use super::system::{KEYS_MAX, Pick};
use crate::call::Calls;
use crate::fault::{Asked, Fate, Scopes};
use crate::kernel::{RngStream, split_mix};

/// What an edge leads to, and the random streams of the requests that travel on it.
///
/// In one line of the cache, which each request reads.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct EdgeStreams {
    /// The service called: its first replica.
    pub(super) service: u32,
    /// The station of that.
    pub(super) station: u32,
    pub(super) demand: RngStream,
    pub(super) error: RngStream,
    /// Streams that most edges do not have.
    pub(super) rare: Option<Box<RareStreams>>,
}

/// Streams that most edges do not have.
#[derive(Debug)]
pub(super) struct RareStreams {
    /// The bits by which requests fail by faults, if there are such faults.
    pub(super) fault: Option<RngStream>,
    /// What calls ask for, if that is one of several things.
    pub(super) keys: Option<RngStream>,
    /// How attempts are dealt out to the replicas of the service, if it has several.
    pub(super) route: Option<(Pick, RngStream)>,
    /// Whether the service has records.
    pub(super) remembers: bool,
    /// Whether attempts cost something, or what is done for them does.
    pub(super) costs: bool,
    /// What faults on the way need.
    pub(super) link: Option<Link>,
    /// By which the fate of a call follows from what it asks for, and else from when it began.
    pub(super) salts: Option<[u64; 2]>,
    /// The scopes of faults at the service or on the way, if there are any.
    pub(super) scopes: Scopes,
}

/// All that is under way when an attempt sets out, as far as faults go by it.
#[derive(Debug)]
pub(super) struct Around<'a> {
    pub(super) calls: &'a Calls,
    pub(super) stations: &'a Stations,
    pub(super) origins: Option<&'a mut Origins>,
}

/// What an edge has on which faults can happen.
#[derive(Debug)]
pub(super) struct Link {
    /// Its place among all such links: those of one group of agents have one together.
    pub(super) index: u32,
    pub(super) bits: RngStream,
}

impl EdgeStreams {
    /// The work of an attempt, and how it ends of itself. They are drawn for each, whatever becomes
    /// of it: so they do not depend on the state of the service.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub(super) fn draw(&mut self, service: &Service) -> (Duration, Outcome) {
        let demand = service.latency.sample(&mut self.demand);
        if service.endings.is_empty() {
            return (demand, Outcome::Ok);
        }
        let draw = self.error.uniform();
        let ending = service.endings.iter().find(|(_, below)| draw < *below);
        (demand, ending.map_or(Outcome::Ok, |(ending, _)| *ending))
    }
}

impl RareStreams {
    /// Whether faults hit an attempt at its service, which will be the request that comes next.
    #[inline]
    pub(super) fn fate(&mut self, leaf: u32, around: &mut Around<'_>) -> Fate {
        let is_all_alike = self.fault.is_none() && self.salts.is_none() && self.scopes.is_empty();
        if is_all_alike && around.origins.is_none() {
            return Fate::default();
        }
        self.drawn_fate(leaf, around)
    }

    #[inline(never)]
    fn drawn_fate(&mut self, leaf: u32, around: &mut Around<'_>) -> Fate {
        let attempt = self.fault.as_mut().map_or(0, RngStream::next_u64);
        let call = self.of_call(leaf, around.calls);
        let (task, scopes) = self.of_task(leaf, around);
        Fate { attempt, call, task, scopes }
    }

    /// Which link it is, and whether faults on it hit an attempt.
    pub(super) fn on_link(&mut self, leaf: u32, around: &mut Around<'_>) -> Option<(u32, Fate)> {
        let call = self.of_call(leaf, around.calls);
        let (task, scopes) = self.of_task(leaf, around);
        let link = self.link.as_mut()?;
        Some((link.index, Fate { attempt: link.bits.next_u64(), call, task, scopes }))
    }

    /// The bits of a task, and those of the scopes that an attempt made for it is in.
    fn of_task(&self, leaf: u32, around: &mut Around<'_>) -> (u32, u32) {
        let Around { calls, stations, origins } = around;
        let origin = origins.as_mut().and_then(|origins| {
            let origin = origins.of_leaf(leaf, calls, stations)?;
            origins.note(stations.next_request(), origin);
            Some(origin)
        });
        let task = origin.map_or(0, |origin| origin.task);
        if self.scopes.is_empty() {
            return (task, 0);
        }
        let (key, priority) = calls.asked(leaf);
        // The upper half of all keys is for calls that ask for something of their own.
        let key = (key >> 31 == 0).then_some(key % KEYS_MAX + 1);
        let asked = Asked { tasks: origin.map(|origin| origin.group), priority, key };
        (task, self.scopes.bits(&asked))
    }

    /// The bits of a call: those that ask for the same have the same; else those of one caller that
    /// begin in the same instant.
    fn of_call(&self, leaf: u32, calls: &Calls) -> u64 {
        let Some([by_key, by_time]) = self.salts else { return 0 };
        let (key, began) = calls.call_of(leaf);
        if key >> 31 == 0 {
            split_mix(by_key, key.into())
        } else {
            split_mix(by_time, began.as_nanos())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_streams_of_an_edge_take_one_line_of_the_cache() {
        assert_eq!(size_of::<EdgeStreams>(), 64);
    }
}
