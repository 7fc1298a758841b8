//! The recoveries and the humans of a run: what each of them is about to do.

use std::collections::VecDeque;

use patterns::Time;
use patterns::report::Severity;

use super::abort::LOOKS;
use super::last_looks::{LastLooks, step};
use super::recovery::{Human, Recovery};
use crate::kernel::RngStream;

/// All recoveries and humans of a run.
#[derive(Debug)]
pub(super) struct Recoveries {
    pub(super) all: Vec<Watched>,
    pub(super) humans: Vec<Staff>,
    /// In which state each is shown, and since when: recoveries, then humans.
    pub(super) shown: Vec<Option<(Shown, Time)>>,
    horizon: Time,
}

/// A state, and how bad it is.
pub(super) type Shown = (&'static str, Severity);

/// A recovery waits until it is done.
pub(super) const DUE: Shown = ("due", Severity::Limited);
/// It is done.
pub(super) const DONE: Shown = ("done", Severity::Normal);
/// It is done, and whether it has helped is seen later.
pub(super) const WATCHED: Shown = ("watched", Severity::Normal);
/// Something waits for a human.
pub(super) const CALLED: Shown = ("called", Severity::Limited);
/// A human is at something.
pub(super) const AT_WORK: Shown = ("at work", Severity::Normal);

/// A recovery, and what has been seen for it.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) recovery: Recovery,
    pub(super) watch: Watch,
    /// What goes on since its condition was seen to hold.
    pub(super) incident: Option<Incident>,
    /// When it was done last.
    pub(super) done: Option<Time>,
}

/// How its condition is looked at.
#[derive(Debug)]
pub(super) enum Watch {
    Nothing,
    Over {
        looks: LastLooks,
        /// What was seen last.
        holds: bool,
    },
    Results {
        group: usize,
        /// Their number among those that are watched of the group.
        number: usize,
    },
    States {
        /// The instances of the layers.
        instances: Vec<u32>,
        next: Time,
        /// Looks in a row at which they were in the state, and those since it is looked at anew.
        held: u64,
        seen: u64,
    },
}

/// Something is wrong.
#[derive(Debug)]
pub(super) struct Incident {
    /// Since when that is known.
    pub(super) since: Time,
    /// The recovery whose turn it is, and how often it was done.
    pub(super) turn: usize,
    pub(super) tried: u32,
    /// When it will be done, if it is to be, and by a machine.
    pub(super) due: Option<Time>,
    /// Since when it is done, so that its effect can be seen.
    pub(super) done: Option<Time>,
}

/// A human, and what they have to do.
#[derive(Debug)]
pub(super) struct Staff {
    pub(super) human: Human,
    pub(super) rng: RngStream,
    /// Incidents that wait for them, by the recoveries whose conditions hold, and since when.
    pub(super) waiting: VecDeque<(usize, Time)>,
    /// What they are at, and since when.
    pub(super) at_work: Option<(usize, Time)>,
    /// Whether they are about to take something up.
    pub(super) is_called: bool,
}

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// What goes on for this recovery has come to a step.
    Step(usize),
    /// This recovery is done in any case.
    ByHand(usize),
    /// This human has come, or has done something.
    Human(usize),
}

impl Recoveries {
    /// Those of a run that ends at the horizon.
    pub(super) fn new(all: Vec<Watched>, humans: Vec<Staff>, horizon: Time) -> Self {
        let shown = vec![None; all.len() + humans.len()];
        Self { all, humans, shown, horizon }
    }

    /// The next time at which something is to be looked at.
    pub(super) fn next(&self) -> Option<Time> {
        let next = |watched: &Watched| match &watched.watch {
            Watch::Over { looks, .. } => looks.next,
            Watch::States { next, .. } => Some(*next),
            Watch::Nothing | Watch::Results { .. } => None,
        };
        self.all.iter().filter_map(next).min().filter(|next| *next < self.horizon)
    }

    /// The first of the times since which something is watched.
    pub(super) fn oldest_start(&self) -> Option<Time> {
        let start = |watched: &Watched| match &watched.watch {
            Watch::Over { looks, .. } => looks.oldest_start(),
            _ => None,
        };
        self.all.iter().filter_map(start).min()
    }

    /// What an event of this index is about.
    pub(super) fn due(&self, index: u32) -> Due {
        let (index, count) = (index as usize, self.all.len());
        match index / count.max(1) {
            0 if count > 0 => Due::Step(index),
            1 => Due::ByHand(index - count),
            _ => Due::Human(index - 2 * count),
        }
    }

    /// The index of an event that is about something.
    pub(super) fn event(&self, due: Due) -> u32 {
        let count = self.all.len();
        let index = match due {
            Due::Step(recovery) => recovery,
            Due::ByHand(recovery) => count + recovery,
            Due::Human(human) => 2 * count + human,
        };
        index as u32
    }
}

impl Watch {
    /// What is seen from a time on counts, and nothing before.
    pub(super) fn clear(&mut self) {
        match self {
            Self::Over { looks, .. } => looks.clear(),
            Self::States { held, seen, .. } => (*held, *seen) = (0, 0),
            Self::Nothing | Self::Results { .. } => {}
        }
    }

    /// The layers are looked at, and are in their state or not: says whether they have been so for
    /// as long as that is asked, and whether they are looked at for as long.
    pub(super) fn look_at_states(&mut self, is: bool, lasts: patterns::Duration) -> (bool, bool) {
        let Self::States { next, held, seen, .. } = self else { return (false, false) };
        *next = *next + step(lasts);
        *held = if is { *held + 1 } else { 0 };
        *seen += 1;
        (*held > LOOKS, *seen > LOOKS)
    }
}
