//! What a supervisor can be set to.

use crate::backoff;
use crate::settings;
use crate::settings::{Fields, Reader};
use crate::time::Duration;

settings! {
    /// Starts a process again that has crashed, later each time, and gives up if it crashes too
    /// often.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Settings {
        /// How many restarts there may be within that time. With one more it escalates. Few, where
        /// a crash that comes again needs more than a restart.
        restarts: u32 [.at_most(10_000.0).unlimited()] = 1,
        /// For how long a restart counts.
        within: Duration = Duration::from_secs(5),
        /// After which ends it is started again.
        kind: Kind = Kind::Permanent,
        /// How long to wait before each restart.
        backoff: backoff::Settings = backoff::Settings::constant(Duration::ZERO),
        /// After how long a time of running the waits start over.
        reset_after: Option<Duration> [.none(&["never"]).example("\"10min\"")] = None,
        /// Without a sign of life for this long, a running process is as good as crashed: it ends
        /// and is started again. A simulated agent gives one at the end of each call and of each
        /// piece of work, so none of these may take as long; without a task in hand it gives them
        /// always.
        beats_within: Option<Duration> [.above(0.0).none(&["never"]).example("\"30s\"")] = None,
    }
    none ["off"];
    warns without_effect;
    like presets;
}

settings! {
    /// After which ends a process is started again.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Kind {
        /// After any (OTP `permanent`, Kubernetes `Always`).
        Permanent,
        /// After a crash (OTP `transient`, Kubernetes `OnFailure`).
        Transient,
        /// Never (OTP `temporary`, Kubernetes `Never`).
        Temporary,
    }
}

impl Settings {
    /// This many restarts within this time, at once and after any end.
    pub const fn of(restarts: u32, within: Duration) -> Self {
        Self {
            restarts,
            within,
            kind: Kind::Permanent,
            backoff: backoff::Settings::constant(Duration::ZERO),
            reset_after: None,
            beats_within: None,
        }
    }

    /// Whether there may be too many restarts.
    pub(super) const fn is_limited(&self) -> bool {
        self.restarts < u32::MAX
    }
}

fn without_effect(settings: &Settings, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    let never_waits = settings.backoff == backoff::Settings::constant(Duration::ZERO);
    let temporary = "since a temporary process is never started again";
    let none: &[(&str, &str)] = if settings.kind == Kind::Temporary {
        &["restarts", "within", "backoff", "reset-after"].map(|key| (key, temporary))
    } else {
        &[
            (if settings.is_limited() { "" } else { "within" }, "since restarts are not limited"),
            (if never_waits { "reset-after" } else { "" }, "without waits that could start over"),
        ]
    };
    for (key, why) in none.iter().filter(|(key, _)| fields.node(key).is_some()) {
        reader.no_effect(&fields.place_of(key), format!("`{key}` has no effect {why}"));
    }
}
