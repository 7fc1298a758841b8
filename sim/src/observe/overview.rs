//! A run at a glance: what share of its time each part was in which state, column by column.
//!
//! However long a run is and however much happens, there are as many columns as a picture has.

use patterns::report::Severity;
use patterns::{Duration, Outcome, Time};

use super::track::{Interval, TaskSpan, TrackId};

/// Columns of an overview.
pub const COLUMNS: usize = 520;

/// A run, or a part of one, at a glance.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overview {
    /// From when on.
    pub from: Time,
    /// Until when.
    pub to: Time,
    /// How much time a column stands for; the last one may have less.
    pub column: Duration,
    /// Groups of agents first, then layers, then services, then edges on which faults can happen,
    /// then budgets.
    pub lanes: Vec<Lane>,
}

/// A group of agents, the instances of a layer, a service or an edge.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Whose it is.
    pub id: TrackId,
    /// How many agents or instances there are.
    pub members: u32,
    /// The states that were seen, in the order in which they were seen first.
    pub states: Vec<StateSeen>,
    /// Of a group of agents: tasks that ended, by column.
    pub ended: Vec<Ended>,
    /// Of a layer that faults have held in a state: by column, how long they held all instances
    /// together, in nanoseconds; empty if none has.
    pub held: Vec<u64>,
}

/// A state, and when a part was in it.
#[derive(Clone, Debug, PartialEq)]
pub struct StateSeen {
    /// What it is called.
    pub state: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// How often it began.
    pub times: u64,
    /// When it was seen first.
    pub first: (Time, Time),
    /// When it was seen last.
    pub last: (Time, Time),
    /// By column: how long all members were in it together, in nanoseconds.
    pub nanos: Vec<u64>,
}

/// How tasks ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Good and in time.
    pub good: u32,
    /// With a stand-in for an answer, in time.
    pub degraded: u32,
    /// In time with a wrong value, which nothing shows.
    pub wrong: u32,
    /// Good or degraded, but too late.
    pub late: u32,
    /// Failed.
    pub failed: u32,
}

impl Overview {
    /// An empty one from a time until another.
    pub fn new(from: Time, to: Time) -> Self {
        let column =
            Duration::from_nanos(to.since(from).as_nanos().div_ceil(COLUMNS as u64).max(1));
        Self { from, to, column, lanes: Vec::new() }
    }

    /// Adds a lane, and returns its place.
    pub fn lane(&mut self, id: TrackId, members: u32) -> usize {
        let ended = match id {
            TrackId::Agent(_) => vec![Ended::default(); COLUMNS],
            _ => Vec::new(),
        };
        let (states, held) = (Vec::new(), Vec::new());
        self.lanes.push(Lane { id, members, states, ended, held });
        self.lanes.len() - 1
    }

    /// A member of a lane was in a state. What lies outside is left out or cut off.
    pub fn add(&mut self, lane: usize, interval: Interval) {
        let Interval { from, to, state, severity } = interval;
        let Some((from, to)) = self.inside(from, to) else { return };
        let states = &mut self.lanes[lane].states;
        let known = states.iter().position(|seen| seen.state == state && seen.severity == severity);
        let at = known.unwrap_or_else(|| {
            let (times, first, nanos) = (0, (from, to), vec![0; COLUMNS]);
            states.push(StateSeen { state, severity, times, first, last: first, nanos });
            states.len() - 1
        });
        let seen = &mut states[at];
        seen.times += 1;
        seen.first = seen.first.min((from, to));
        seen.last = seen.last.max((from, to));
        spread(&mut seen.nanos, self.column, from.since(self.from), to.since(self.from));
    }

    /// A fault has held a member of a lane in a state. What lies outside is left out or cut off.
    pub fn hold(&mut self, lane: usize, from: Time, to: Time) {
        let Some((from, to)) = self.inside(from, to) else { return };
        let held = &mut self.lanes[lane].held;
        held.resize(COLUMNS, 0);
        spread(held, self.column, from.since(self.from), to.since(self.from));
    }

    /// The part of a time that is shown.
    fn inside(&self, from: Time, to: Time) -> Option<(Time, Time)> {
        let is_inside = self.from <= to && from <= self.to;
        is_inside.then(|| (from.max(self.from), to.min(self.to)))
    }

    /// A task of a group of agents has ended.
    pub fn end(&mut self, lane: usize, task: &TaskSpan) {
        if task.to < self.from || self.to < task.to {
            return;
        }
        let at = task.to.since(self.from).as_nanos() / self.column.as_nanos();
        let ended = &mut self.lanes[lane].ended[(at as usize).min(COLUMNS - 1)];
        let number = match task.outcome {
            outcome if !outcome.is_ok() => &mut ended.failed,
            _ if task.is_late => &mut ended.late,
            outcome if outcome.is_wrong() => &mut ended.wrong,
            outcome if outcome == Outcome::Degraded => &mut ended.degraded,
            _ => &mut ended.good,
        };
        *number += 1;
    }
}

/// Adds a time to the columns that it is in.
fn spread(nanos: &mut [u64], column: Duration, from: Duration, to: Duration) {
    let column = column.as_nanos();
    let (mut from, to) = (from.as_nanos(), to.as_nanos());
    while from < to {
        let at = from / column;
        let end = ((at + 1) * column).min(to);
        nanos[at as usize] += end - from;
        from = end;
    }
}

impl Ended {
    /// How many ended, however they did.
    pub fn all(&self) -> u32 {
        self.good + self.degraded + self.wrong + self.late + self.failed
    }

    /// These and others together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            good: self.good + other.good,
            degraded: self.degraded + other.degraded,
            wrong: self.wrong + other.wrong,
            late: self.late + other.late,
            failed: self.failed + other.failed,
        }
    }
}

impl Lane {
    /// The tasks of all columns.
    pub fn tasks(&self) -> Ended {
        self.ended.iter().fold(Ended::default(), |sum, column| sum.and(*column))
    }
}
