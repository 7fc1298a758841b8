//! Looks at abort conditions while a run goes on.

use patterns::Time;

use super::abort::{Abort, Then};
use super::last_looks::LastLooks;
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
    /// Never again once the faults were removed.
    looks: LastLooks,
}

impl Aborts {
    /// Those of a run that counts from the warm-up to the horizon.
    pub(super) fn new(aborts: &[Abort], warmup: Time, horizon: Time) -> Self {
        let watched = |abort: &Abort| Watched {
            abort: abort.clone(),
            looks: LastLooks::new(abort.over, warmup),
        };
        Self { all: aborts.iter().map(watched).collect(), horizon }
    }

    /// The next time at which [`look`](Self::look) is to be called.
    pub(super) fn next(&self) -> Option<Time> {
        let all = self.all.iter().filter_map(|watched| watched.looks.next);
        all.min().filter(|next| *next < self.horizon)
    }

    /// The first of the times since which something is watched.
    pub(super) fn oldest_start(&self) -> Option<Time> {
        self.all.iter().filter_map(|watched| watched.looks.oldest_start()).min()
    }

    /// The run has come to a time; `record` is of all before it. Says which condition holds, the
    /// first of several, and what is to be done.
    pub(super) fn look(
        &mut self,
        now: Time,
        mut record: impl FnMut(&Parts) -> Record,
    ) -> Option<(u32, Then)> {
        let mut met = None;
        for (index, Watched { abort, looks }) in self.all.iter_mut().enumerate() {
            if looks.next != Some(now) {
                continue;
            }
            let last = looks.look(now, record(&abort.parts));
            let is_met = last.is_some_and(|last| abort.condition.is_met(&last));
            if is_met && met.is_none() {
                met = Some((index as u32, abort.then));
            }
        }
        if let Some((_, Then::RemoveFaults)) = met {
            for watched in self.all.iter_mut().filter(|one| one.abort.then == Then::RemoveFaults) {
                watched.looks.stop();
            }
        }
        met
    }
}
