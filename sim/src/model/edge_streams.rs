//! Edges as requests travel on them: where they lead, and the random streams of what travels there.

use super::system::Pick;
use crate::call::Calls;
use crate::fault::Fate;
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
    /// What faults on the way need.
    pub(super) link: Option<Link>,
    /// By which the fate of a call follows from what it asks for, and else from when it began.
    pub(super) salts: Option<[u64; 2]>,
}

/// What an edge has on which faults can happen.
#[derive(Debug)]
pub(super) struct Link {
    /// Its place among all such links: those of one group of agents have one together.
    pub(super) index: u32,
    pub(super) bits: RngStream,
}

impl RareStreams {
    /// Whether faults hit an attempt at its service.
    #[inline(never)]
    pub(super) fn fate(&mut self, leaf: u32, calls: &Calls) -> Fate {
        let attempt = self.fault.as_mut().map_or(0, RngStream::next_u64);
        Fate { attempt, call: self.of_call(leaf, calls) }
    }

    /// Which link it is, and whether faults on it hit an attempt.
    pub(super) fn on_link(&mut self, leaf: u32, calls: &Calls) -> Option<(u32, Fate)> {
        let call = self.of_call(leaf, calls);
        let link = self.link.as_mut()?;
        Some((link.index, Fate { attempt: link.bits.next_u64(), call }))
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
