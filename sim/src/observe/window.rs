//! Windows: parts of a run that are measured apart.

use std::fmt;

use patterns::{Duration, Time};

/// A part of a run. As text it is what stands behind a measure: `from 10min until 20min`,
/// `during fault "github-hang"`, `from 20s after fault "github-hang"`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// How long after its anchor it begins; with it if it is none.
    pub from: Option<Duration>,
    /// How long after its anchor it ends; as late as possible if it is none.
    pub until: Option<Duration>,
    /// What it is fixed to.
    pub anchor: Anchor,
}

/// What a window is fixed to. What repeats has a part of the window for each time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Anchor {
    /// The beginning of the run; it ends with the run.
    Run,
    /// The end of the warm-up; it ends with the first beginning of a fault.
    Before(String),
    /// Each beginning of a fault; it ends with its end.
    During(String),
    /// Each end of a fault; it ends with its next beginning.
    After(String),
}

impl Window {
    /// Its parts in a run that counts from the warm-up to the horizon, in order; `times` says from
    /// when to when its fault is on.
    pub(crate) fn parts(
        &self,
        (warmup, horizon): (Time, Time),
        times: &[(Time, Time)],
    ) -> Vec<(Time, Time)> {
        let anchors = match &self.anchor {
            Anchor::Run => vec![(Time::ZERO, horizon)],
            Anchor::Before(_) => {
                let first = times.first().map_or(horizon, |(from, _)| *from);
                vec![(warmup, first)]
            }
            Anchor::During(_) => times.to_vec(),
            Anchor::After(_) => {
                let next = times.iter().skip(1).map(|(from, _)| *from).chain([horizon]);
                times.iter().map(|(_, to)| *to).zip(next).collect()
            }
        };
        let part = |(begins, ends): (Time, Time)| {
            let from = self.from.map_or(begins, |after| begins + after);
            let until = self.until.map_or(ends, |after| (begins + after).min(ends));
            (from.max(warmup), until.min(horizon))
        };
        // What comes after a fault of the warm-up had begun before anything counts.
        let is_after = matches!(self.anchor, Anchor::After(_));
        let counts = |(begins, _): &(Time, Time)| !is_after || warmup <= *begins;
        anchors.into_iter().filter(counts).map(part).filter(|(from, until)| from < until).collect()
    }
}

impl Anchor {
    /// The fault that it names.
    pub fn fault(&self) -> Option<&str> {
        match self {
            Self::Run => None,
            Self::Before(fault) | Self::During(fault) | Self::After(fault) => Some(fault),
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        for (word, time) in [("from", self.from), ("until", self.until)] {
            if let Some(time) = time {
                write!(f, "{gap}{word} {time}")?;
                gap = " ";
            }
        }
        match &self.anchor {
            Anchor::Run => Ok(()),
            Anchor::Before(fault) => write!(f, "{gap}before fault \"{fault}\""),
            Anchor::During(fault) => write!(f, "{gap}during fault \"{fault}\""),
            Anchor::After(fault) => write!(f, "{gap}after fault \"{fault}\""),
        }
    }
}
