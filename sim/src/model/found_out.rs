//! Wrong values that come to light some time after their tasks have ended.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use patterns::Time;

use super::system::FindsOut;
use crate::kernel::RngStream;

/// What is wrong and will be found out.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    /// When, and by which group of agents.
    all: BinaryHeap<Reverse<(Time, u32)>>,
    /// By group, how many more were found out.
    known: Vec<u64>,
}

impl Hidden {
    /// A task of a group has ended with a wrong value, which may be found out.
    pub(super) fn add(&mut self, group: u32, by: &FindsOut, rng: &mut RngStream, now: Time) {
        // Whether it is and when are drawn for each, so that the share shifts no times.
        let is_found = rng.uniform() < by.share;
        let after = by.after.sample(rng);
        // Those that are known by now make room.
        while let Some(&Reverse((at, group))) = self.all.peek()
            && at < now
        {
            let place = group as usize;
            if self.known.len() <= place {
                self.known.resize(place + 1, 0);
            }
            self.known[place] += 1;
            self.all.pop();
        }
        if is_found {
            self.all.push(Reverse((now + after, group)));
        }
    }

    /// How often a group has found out before a time that a value was wrong.
    pub(super) fn known(&self, group: u32, before: Time) -> u64 {
        let is_known = |Reverse((at, by)): &&Reverse<(Time, u32)>| *by == group && *at < before;
        let more = self.all.iter().filter(is_known).count() as u64;
        self.known.get(group as usize).copied().unwrap_or(0) + more
    }
}
