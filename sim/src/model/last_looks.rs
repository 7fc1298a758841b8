//! What was seen at the last looks at a run: the last so much of it is the difference.

use std::collections::VecDeque;

use patterns::{Duration, Time};

use super::abort::LOOKS;
use crate::observe::Record;

/// The records of the last looks, ten of which lie in the length of time that is looked at.
#[derive(Clone, Debug)]
pub(super) struct LastLooks {
    step: Duration,
    /// When it is looked at next; never again if that is none.
    pub(super) next: Option<Time>,
    records: VecDeque<Record>,
}

/// The time from one look to the next at what is about so much of a run.
pub(super) fn step(over: Duration) -> Duration {
    Duration::from_nanos(over.as_nanos().div_ceil(LOOKS))
}

impl LastLooks {
    /// Looks from a time on.
    pub(super) fn new(over: Duration, from: Time) -> Self {
        Self { step: step(over), next: Some(from), records: VecDeque::new() }
    }

    /// Nothing is looked at any more.
    pub(super) fn stop(&mut self) {
        (self.next, self.records) = (None, VecDeque::new());
    }

    /// What was seen is forgotten.
    pub(super) fn clear(&mut self) {
        self.records.clear();
    }

    /// When what is looked at began.
    pub(super) fn oldest_start(&self) -> Option<Time> {
        self.records.front().map(|record| record.ended)
    }

    /// The run has come to the next look; `record` is of all before it. Says what happened in the
    /// last so much of the run, once that much was seen.
    pub(super) fn look(&mut self, now: Time, record: Record) -> Option<Record> {
        self.next = Some(now + self.step);
        self.records.push_back(record);
        if self.records.len() as u64 <= LOOKS {
            return None;
        }
        let last = self.records.back().zip(self.records.front());
        let last = last.map(|(last, first)| last.since(first));
        self.records.pop_front();
        last
    }
}
