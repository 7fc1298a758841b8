//! Supervisors of well-known systems, in their own numbers.

use super::settings::{Kind, Settings};
use crate::backoff::{self, Curve};
use crate::settings;
use crate::settings::{Like, Preset};
use crate::time::Duration;

settings! {
    /// A supervisor of Erlang/OTP (`supervisor.erl`): restarts at once.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Erlang {
        /// `intensity`: how many restarts there may be within `within`.
        restarts: u32 [.at_most(10_000.0)] = 1,
        /// `period`: for how long a restart counts.
        within: Duration = Duration::from_secs(5),
        /// `restart` of the child.
        kind: Kind = Kind::Permanent,
    }
}

settings! {
    /// The kubelet of Kubernetes, as it restarts containers (`CrashLoopBackOff`): for ever, and
    /// later each time.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Kubernetes {
        /// `restartPolicy`.
        kind: Kind = Kind::Permanent,
        /// `backOffPeriod` of the kubelet: the first wait, which doubles each time.
        base: Duration = Duration::from_secs(10),
        /// `MaxContainerBackOff`: the longest wait.
        cap: Duration [.above(0.0)] = Duration::from_secs(300),
        /// How long a container must have run for the waits to start over.
        reset_after: Duration = Duration::from_secs(600),
    }
}

impl Like<Settings> for Erlang {
    fn settings(&self) -> Settings {
        let Self { restarts, within, kind } = *self;
        Settings { kind, ..Settings::of(restarts, within) }
    }
}

impl Like<Settings> for Kubernetes {
    fn settings(&self) -> Settings {
        let Self { kind, base, cap, reset_after } = *self;
        Settings {
            kind,
            backoff: backoff::Settings::of(Curve::doubling(base)).capped(cap),
            reset_after: Some(reset_after),
            ..Settings::of(u32::MAX, Duration::ZERO)
        }
    }
}

/// All of them.
pub(super) fn all() -> Vec<Preset<Settings>> {
    vec![
        Preset::of::<Erlang>("erlang", "`supervisor`: one restart within 5 s, at once"),
        Preset::of::<Kubernetes>(
            "kubernetes",
            "the kubelet: 10 s doubling to 5 min, starting over after 10 min of running",
        ),
    ]
}
