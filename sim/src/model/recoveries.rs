//! The recoveries and the humans of a run: what each of them is about to do.

use std::collections::VecDeque;

use patterns::Time;
use patterns::report::Severity;

use super::abort::LOOKS;
use super::build::Builder;
use super::last_looks::{LastLooks, step};
use super::recovery::{Condition, Human, Recovery};
use super::sites::instances;
use crate::kernel::{RngStream, StreamName};

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

    /// The humans who are at something, and since when.
    pub(super) fn at_work(&self) -> impl Iterator<Item = (usize, Time)> {
        let all = self.humans.iter().enumerate();
        all.filter_map(|(human, staff)| Some((human, staff.at_work?.1)))
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

impl Builder<'_> {
    /// The recoveries of the system, if it has any.
    pub(super) fn recoveries(&mut self) -> Option<Box<Recoveries>> {
        let system = self.system;
        if system.recoveries.is_empty() {
            return None;
        }
        let all = system.recoveries.iter().map(|recovery| {
            let watch = match recovery.when.as_ref().map(|when| &when.condition) {
                None => Watch::Nothing,
                Some(Condition::Over { over, .. }) => {
                    Watch::Over { looks: LastLooks::new(*over, system.warmup), holds: false }
                }
                Some(Condition::Results { group, last }) => {
                    let number = self.recorder.groups[*group].episodes.watch(last.clone());
                    Watch::Results { group: *group, number }
                }
                Some(Condition::States { layers, .. }) => {
                    let edges = (&self.edges[..], &self.recorder.record_of[..]);
                    let found = layers.iter().flat_map(|place| instances(system, edges, *place));
                    let mut instances: Vec<u32> = found.map(|link| link.instance).collect();
                    instances.sort_unstable();
                    instances.dedup();
                    Watch::States { instances, next: system.warmup, held: 0, seen: 0 }
                }
            };
            Watched { recovery: recovery.clone(), watch, incident: None, done: None }
        });
        let all: Vec<Watched> = all.collect();
        let humans = system.humans.iter().map(|human| Staff {
            human: human.clone(),
            rng: self.streams.stream(StreamName::of("response").text(&human.name)),
            waiting: VecDeque::new(),
            at_work: None,
            is_called: false,
        });
        let humans: Vec<Staff> = humans.collect();
        let (shown, horizon) = (vec![None; all.len() + humans.len()], system.horizon);
        Some(Box::new(Recoveries { all, humans, shown, horizon }))
    }
}
