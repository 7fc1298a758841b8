//! Looks at abort conditions while a run goes on.

use std::collections::VecDeque;

use patterns::Time;

use super::abort::{Abort, LOOKS, Then};
use crate::observe::{Parts, Record};

/// The abort conditions of a run, and what has been seen for them.
#[derive(Debug, Default)]
pub(super) struct Aborts {
    all: Vec<Watched>,
    horizon: Time,
}

#[derive(Debug)]
struct Watched {
    abort: Abort,
    /// When it is looked at next; never again once the faults were removed.
    next: Option<Time>,
    /// The records of the last looks.
    records: VecDeque<Record>,
}

impl Aborts {
    /// Those of a run that counts from the warm-up to the horizon.
    pub(super) fn new(aborts: &[Abort], warmup: Time, horizon: Time) -> Self {
        let watched = |abort: &Abort| Watched {
            abort: abort.clone(),
            next: Some(warmup),
            records: [].into(),
        };
        Self { all: aborts.iter().map(watched).collect(), horizon }
    }

    /// The next time at which [`look`](Self::look) is to be called.
    pub(super) fn next(&self) -> Option<Time> {
        let all = self.all.iter().filter_map(|watched| watched.next);
        all.min().filter(|next| *next < self.horizon)
    }

    /// The first of the times since which something is watched.
    pub(super) fn oldest_start(&self) -> Option<Time> {
        self.all.iter().filter_map(|watched| Some(watched.records.front()?.ended)).min()
    }

    /// The run has come to a time; `record` is of all before it. Says which condition holds, the
    /// first of several, and what is to be done.
    pub(super) fn look(
        &mut self,
        now: Time,
        mut record: impl FnMut(&Parts) -> Record,
    ) -> Option<(u32, Then)> {
        let mut met = None;
        for (index, Watched { abort, next, records }) in self.all.iter_mut().enumerate() {
            if *next != Some(now) {
                continue;
            }
            *next = Some(now + abort.step());
            records.push_back(record(&abort.parts));
            if records.len() as u64 <= LOOKS {
                continue;
            }
            let last = records.back().zip(records.front()).map(|(last, first)| last.since(first));
            records.pop_front();
            let is_met = last.is_some_and(|last| abort.condition.is_met(&last));
            if is_met && met.is_none() {
                met = Some((index as u32, abort.then));
            }
        }
        if let Some((_, Then::RemoveFaults)) = met {
            for watched in self.all.iter_mut().filter(|one| one.abort.then == Then::RemoveFaults) {
                (watched.next, watched.records) = (None, VecDeque::new());
            }
        }
        met
    }
}
