//! Half-open: how a circuit breaker finds out whether to close again.

use super::trip::Compare;
use crate::invalid::Findings;
use crate::settings;
use crate::time::Duration;

settings! {
    /// How a breaker finds out whether to close again.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct HalfOpen {
        /// Which calls may pass as probes.
        @flat permits: Permits = Permits::Concurrent(1),
        /// Which results of probes close it, and which open it again.
        @flat close: Close = Close::Successes(1),
        /// How long it may stay half-open, from the first probe on; what it becomes then, `then`
        /// says. The usual choice is `unlimited`: a half-open breaker waits for its probes, however
        /// slow they are. A limit is for callers that may lose a probe and never report it, which
        /// would keep all others out. At exactly its end it is over.
        half_open_timeout: Option<Duration> [.above(0.0).was(&["max-wait"])] = None,
        /// What it becomes if that time runs out.
        then: Then = Then::Open,
        /// What a probe does whose result counts as neither success nor failure.
        on_ignored: OnIgnored = OnIgnored::GiveBack,
        /// Whether the success that closes it is also the first result of the closed breaker
        /// (Hystrix, Polly 7).
        count_last: bool = false,
    }
    rules rules;
}

settings! {
    /// Which calls may pass a half-open breaker as probes. A probe whose call is given up without
    /// a result returns its place, and so does one whose result is ignored, unless `on-ignored`
    /// says otherwise.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub keyed enum Permits {
        /// A number at a time.
        Concurrent(
            /// Half-open: how many calls may pass at a time; `unlimited` lets all pass (recloser).
            /// Most libraries take 1.
            permits: u32 [.at_least(1.0).unlimited()] = 1,
        ),
        /// A number in all (resilience4j, gobreaker).
        Total(
            /// Half-open: how many calls may pass in all, instead of `permits`.
            permits_total: u32 [.at_least(1.0).example("10")],
        ),
        /// A share of them, each by chance.
        Share(
            /// Half-open: the share of calls that may pass, instead of `permits`.
            permits_share: f64 [.share().above(0.0).example("\"10%\"")],
        ),
        /// One, and one more each time that a wait has passed since the last one was let through
        /// (Polly 7). Places are never given back.
        OneEvery(
            /// Half-open: how long after one probe the next may pass, instead of `permits`.
            permits_every: Duration [.above(0.0).example("\"5s\"")],
        ),
    }
}

settings! {
    /// Which results of probes close a half-open breaker, and which open it again.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub keyed enum Close {
        /// A number of successes closes it; a single failure opens it again (Polly, Hystrix,
        /// gobreaker, Sentinel, pybreaker).
        Successes(
            /// Half-open: how many successes close it. Without `probes`, any failure opens it
            /// again.
            successes: u32 [.at_least(1.0)] = 1,
        ),
        /// A number of successes among a number of probes closes it; it opens again as soon as
        /// they cannot be reached any more (failsafe).
        Of {
            /// Half-open: how many successes close it.
            successes: u32 [.at_least(1.0).example("2")],
            /// Half-open: among how many probes `successes` are needed, or `probe-rate` must not be
            /// reached.
            probes: u32 [.at_least(1.0).example("3")],
        },
        /// After a number of probes it opens if a share of them is reached, and closes otherwise
        /// (resilience4j).
        Rate {
            /// Half-open: how many probes are looked at.
            probes: u32 [.at_least(1.0)] = 10,
            /// Half-open: the share of failures among the probes that opens it again.
            probe_rate: f64 [.share()] = 0.5,
            /// Half-open: the share of slow calls among the probes that opens it again.
            probe_slow_rate: f64 [.share()] = 1.0,
            /// Half-open: whether exactly that share opens it again.
            probe_compare: Compare = Compare::AtLeast,
        },
        /// After more than a number of probes, each further one looks at the share of failures
        /// among the latest of them: a success at a share of no more than the rate closes, a
        /// failure at a share of no less opens again, and with any other result it goes on
        /// (recloser).
        Latest {
            /// Half-open: how many of the latest probes are looked at, once there were more.
            latest_probes: u32 [.at_least(1.0).at_most(1_000_000.0).example("10")],
            /// Half-open: the share of failures among them that decides.
            probe_rate: f64 [.share()] = 0.5,
        },
    }
    rules no_more_successes_than_probes;
}

settings! {
    /// What a breaker becomes that was half-open for too long.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Then {
        /// Open: it is not known that the callee works.
        Open,
        /// Closed: it is not known that it does not.
        Close,
    }
}

settings! {
    /// What a probe does whose result counts as neither success nor failure.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum OnIgnored {
        /// It gives its place back, so that another call may pass (resilience4j, gobreaker).
        GiveBack,
        /// It opens the breaker again (Hystrix).
        Open,
        /// It keeps its place (Polly 7).
        Keep,
    }
}

impl Default for HalfOpen {
    /// One probe at a time, of which one success closes and one failure opens again.
    fn default() -> Self {
        Self {
            permits: Permits::Concurrent(1),
            close: Close::Successes(1),
            half_open_timeout: None,
            then: Then::Open,
            on_ignored: OnIgnored::GiveBack,
            count_last: false,
        }
    }
}

fn no_more_successes_than_probes(close: &Close, found: &mut Findings) {
    if let Close::Of { successes, probes } = *close {
        found.unless(successes <= probes, "successes", "no more than the probes");
    }
}

fn rules(half_open: &HalfOpen, found: &mut Findings) {
    if let Permits::Total(permits) = half_open.permits {
        let setting = match half_open.close {
            Close::Successes(_) => "successes",
            Close::Of { .. } | Close::Rate { .. } => "probes",
            Close::Latest { .. } => "latest-probes",
        };
        let enough = half_open.close.most_probes() <= u64::from(permits);
        found.unless(enough, setting, "no more than the permits");
    }
}

impl Close {
    /// How many probes it may take to decide.
    fn most_probes(self) -> u64 {
        match self {
            Self::Successes(successes) => successes.into(),
            Self::Of { probes, .. } | Self::Rate { probes, .. } => probes.into(),
            Self::Latest { latest_probes, .. } => u64::from(latest_probes) + 1,
        }
    }
}
