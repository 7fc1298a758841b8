//! Windows: parts of a run that are measured apart.

use std::fmt;

use patterns::Duration;

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
