//! What a kind of fault is.

use std::fmt;

use patterns::report::Severity;
use patterns::settings::{Group, Setting};
use patterns::{Duration, Intervention};

use super::adding::Adding;

/// A kind of fault: its settings, described with [`patterns::settings!`], and what it does.
pub trait FaultKind: Group + Setting + fmt::Debug + Send + Sync {
    /// Its name in files, `do = "slow"`, and what a trace calls it.
    const NAME: &'static str;

    /// How bad it is for a service.
    const SEVERITY: Severity;

    /// Whether it can hit the way from a caller to a service, too.
    const HITS_EDGES: bool = false;

    /// Whether it hits layers of policies, and nothing else.
    const HITS_LAYERS: bool = false;

    /// Whether it hits processes of agents, and nothing else.
    const HITS_AGENTS: bool = false;
    /// Whether people do it on purpose, to mend something.
    const IS_ACTION: bool = false;

    /// Whether something is drawn for it each time that it comes on.
    const DRAWS: bool = false;

    /// What a fault of this kind is called, after the service that it hits, if it has no name:
    /// `github-slow`.
    fn word(&self) -> String {
        Self::NAME.to_owned()
    }

    /// What it does to the service or the edge that it hits, while it is on.
    fn add(&self, _health: &mut Adding<'_>) {}

    /// What is done to the layers that it hits when it comes on or goes off.
    fn intervention(&self, _is_on: bool) -> Option<Intervention> {
        None
    }

    /// How long it lasts, if that is a part of what it does; none if who injects it says so.
    fn lasts(&self) -> Option<Duration> {
        None
    }

    /// Whether a fault of this kind, at a place that it hits, is over there when it comes on.
    fn ends(&self, _kind: &str) -> bool {
        false
    }

    /// What becomes of the requests at the service that it hits when it comes on or goes off.
    fn shock(&self, change: Change) -> Shock {
        change.usual()
    }
}

/// A fault comes on or goes off.
#[expect(clippy::struct_excessive_bools, reason = "facts of their own")]
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// Whether it comes on.
    pub is_on: bool,
    /// Whether nothing moved at the service before.
    pub hung: bool,
    /// Whether nothing moves there from now on.
    pub hangs: bool,
    /// Whether it hits but a part of the requests, by its scope.
    pub is_scoped: bool,
}

impl Change {
    /// What becomes of requests where nothing is lost: they stand still, and go on.
    pub fn usual(self) -> Shock {
        match (self.hung, self.hangs) {
            (false, true) => Shock::HoldAll,
            (true, false) => Shock::LetGo,
            _ => Shock::Nothing,
        }
    }
}

/// What becomes of the requests at a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shock {
    /// They go on.
    Nothing,
    /// All are lost, with [`patterns::Class::Network`]; their callers learn of it in the order in
    /// which they came.
    LoseAll,
    /// Work stands still from now on.
    HoldAll,
    /// Work goes on from where it stood.
    LetGo,
    /// Those that stood still and would go on are lost, with [`patterns::Class::Network`].
    LoseHeld,
    /// Those that wait for a slot are refused after all, with [`patterns::Class::Overload`].
    DropLine,
}
