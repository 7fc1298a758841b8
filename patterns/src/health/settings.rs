//! What a health check can be set to.

use crate::settings;
use crate::settings::{Fields, Reader};
use crate::time::Duration;

settings! {
    /// Asks a process now and then whether it is well, and believes what was said several times in
    /// a row. The defaults are HAProxy's: `rise 2 fall 3 inter 2s`.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Settings {
        /// How many successes in a row make it healthy. (Kubernetes: `successThreshold`.)
        rise: u32 [.at_least(1.0)] = 2,
        /// How many failures in a row make it unhealthy. More find fewer false alarms, and real
        /// failures later. (Kubernetes: `failureThreshold`.)
        fall: u32 [.at_least(1.0)] = 3,
        /// The pause between probes while results agree with the state. (HAProxy: `inter`;
        /// Kubernetes: `periodSeconds`.)
        interval: Duration [.above(0.0)] = Duration::from_secs(2),
        /// The pause while they do not, or nothing is known. Shorter finds a failure sooner
        /// without asking more at other times. (HAProxy: `fastinter`.)
        fast: Duration [.above(0.0)] = Duration::from_secs(2),
        /// The pause while it is unhealthy and results agree. (HAProxy: `downinter`.)
        down: Duration [.above(0.0)] = Duration::from_secs(2),
        /// How long an answer may take. The driver sees to it.
        timeout: Duration [.above(0.0)] = Duration::from_secs(2),
        /// By what share of itself a pause may be longer, by chance, so that checks do not all
        /// come at once.
        jitter: f64 [.percent().at_least(0.0)] = 0.0,
        /// How long after the start the first probe is. (Kubernetes: `initialDelaySeconds`.)
        first_after: Duration = Duration::ZERO,
        /// How long after the start failures do not count, unless it has been healthy before.
        /// (Kubernetes: the start-up probe.)
        grace: Duration = Duration::ZERO,
        /// When a healthy process is degraded.
        degraded: Option<Degraded> [.example("{ window = 10, slow = \"1s\" }")] = None,
        /// Whether to restart the process when it becomes unhealthy. (Kubernetes: a liveness
        /// probe, not a readiness probe.)
        restarts: bool = false,
    }
    none ["off"];
    warns without_effect;
    like presets;
}

settings! {
    /// When a healthy process is degraded: too many of its latest results were failures, or slow.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Degraded {
        /// How many results are looked at.
        window: u32 [.at_least(1.0).at_most(64.0)] = 10,
        /// The share of bad ones.
        share: f64 [.share().above(0.0)] = 0.5,
        /// An answer that took longer than this is bad.
        slow: Duration [.unlimited()] = Duration::MAX,
    }
}

impl Settings {
    /// HAProxy's defaults: `rise 2 fall 3 inter 2s`, and no difference between its intervals.
    pub const HAPROXY: Self = Self {
        rise: 2,
        fall: 3,
        interval: Duration::from_secs(2),
        fast: Duration::from_secs(2),
        down: Duration::from_secs(2),
        timeout: Duration::from_secs(2),
        jitter: 0.0,
        first_after: Duration::ZERO,
        grace: Duration::ZERO,
        degraded: None,
        restarts: false,
    };

    /// The defaults of a liveness probe of Kubernetes: every 10 s, 1 s to answer, three failures
    /// restart.
    pub const KUBERNETES: Self = Self {
        rise: 1,
        fall: 3,
        interval: Duration::from_secs(10),
        fast: Duration::from_secs(10),
        down: Duration::from_secs(10),
        timeout: Duration::from_secs(1),
        restarts: true,
        ..Self::HAPROXY
    };
}

impl Default for Settings {
    fn default() -> Self {
        Self::HAPROXY
    }
}

impl Degraded {
    /// This share of the latest results, of which slow ones are those longer than this.
    pub const fn of(window: u32, share: f64, slow: Duration) -> Self {
        Self { window, share, slow }
    }
}

fn without_effect(settings: &Settings, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    let Settings { rise, fall, grace, first_after, .. } = *settings;
    let is_written = |key: &str| fields.node(key).is_some();
    if (rise, fall) == (1, 1) && grace.is_zero() && is_written("fast") {
        let why = "`fast` has no effect after the first result: each one is enough for a change";
        reader.no_effect(&fields.place_of("fast"), why);
    }
    if !grace.is_zero() && grace <= first_after && is_written("grace") {
        let why = "`grace` has no effect: it is over before the first probe of `first-after`";
        reader.no_effect(&fields.place_of("grace"), why);
    }
}
