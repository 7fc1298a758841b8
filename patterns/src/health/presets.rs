//! Health checks of well-known systems, in their own numbers.

use super::settings::Settings;
use crate::settings;
use crate::settings::{Auto, Like, Preset};
use crate::time::Duration;

settings! {
    /// HAProxy's `check` of a server.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Haproxy {
        /// `rise`: successes in a row that make a server healthy.
        rise: u32 [.at_least(1.0)] = 2,
        /// `fall`: failures in a row that make it unhealthy.
        fall: u32 [.at_least(1.0)] = 3,
        /// `inter`: the pause between checks. The other pauses and the timeout are the same where
        /// nothing else is written.
        interval: Duration [.above(0.0)] = Duration::from_secs(2),
        /// `fastinter`: the pause while its state changes.
        fast: Auto<Duration> [.above(0.0).example("\"500ms\"")] = Auto::Auto,
        /// `downinter`: the pause while it is down.
        down: Auto<Duration> [.above(0.0).example("\"10s\"")] = Auto::Auto,
        /// `timeout check`: how long an answer may take.
        timeout: Auto<Duration> [.above(0.0).example("\"1s\"")] = Auto::Auto,
    }
}

settings! {
    /// A liveness probe of Kubernetes, which restarts a container.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Kubernetes {
        /// `successThreshold`.
        rise: u32 [.at_least(1.0)] = 1,
        /// `failureThreshold`.
        fall: u32 [.at_least(1.0)] = 3,
        /// `periodSeconds`: the pause between probes, in every state.
        interval: Duration [.above(0.0)] = Duration::from_secs(10),
        /// `timeoutSeconds`.
        timeout: Duration [.above(0.0)] = Duration::from_secs(1),
        /// `initialDelaySeconds`.
        first_after: Duration = Duration::ZERO,
    }
}

impl Like<Settings> for Haproxy {
    fn settings(&self) -> Settings {
        let Self { rise, fall, interval, fast, down, timeout } = *self;
        Settings {
            rise,
            fall,
            interval,
            fast: fast.or(interval),
            down: down.or(interval),
            timeout: timeout.or(interval),
            ..Settings::HAPROXY
        }
    }
}

impl Like<Settings> for Kubernetes {
    fn settings(&self) -> Settings {
        let Self { rise, fall, interval, timeout, first_after } = *self;
        let (fast, down) = (interval, interval);
        Settings { rise, fall, interval, fast, down, timeout, first_after, ..Settings::KUBERNETES }
    }
}

/// All of them.
pub(super) fn all() -> Vec<Preset<Settings>> {
    vec![
        Preset::of::<Haproxy>("haproxy", "`check`: rise 2, fall 3, inter 2 s"),
        Preset::of::<Kubernetes>(
            "kubernetes",
            "a liveness probe: every 10 s, 1 s to answer, three failures restart",
        ),
    ]
}
