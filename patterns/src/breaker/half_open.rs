//! Half-open: how a circuit breaker finds out whether to close again.

use super::settings::Compare;
use super::window::{Counts, Mark};
use crate::invalid::Invalid;
use crate::time::Duration;

/// How a breaker finds out whether to close again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HalfOpen {
    /// Which calls may pass as probes.
    pub permits: Permits,
    /// Which results of probes close it, and which open it again.
    pub close: Close,
    /// How long it may stay half-open, more than zero. Without such an end, probes that are lost
    /// keep the others out for ever.
    pub half_open_timeout: Option<Duration>,
    /// What it becomes at that end.
    pub then: Then,
}

/// Which calls may pass a half-open breaker.
///
/// A probe that is ignored or given up gives its place back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Permits {
    /// So many in all, at least 1 (resilience4j, gobreaker).
    Total(u32),
    /// So many at a time, at least 1 (failsafe; with 1: Polly, Hystrix, Sentinel; with
    /// `u32::MAX`, all: recloser).
    Concurrent(u32),
    /// A share of them, each by chance: more than 0, and at most 1.
    Share(f64),
}

/// Which results of probes close a half-open breaker, and which open it again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Close {
    /// So many successes close it, at least 1; a single failure opens it again (Polly, Hystrix,
    /// gobreaker, Sentinel, pybreaker).
    Successes(u32),
    /// So many successes among so many probes close it; it opens again as soon as they cannot be
    /// reached any more (failsafe).
    Of {
        /// At least 1, and no more than `probes`.
        successes: u32,
        /// The probes that are looked at.
        probes: u32,
    },
    /// After so many probes it opens if a share of them is reached, and closes otherwise
    /// (resilience4j).
    Rate {
        /// The probes that are looked at; at least 1.
        probes: u32,
        /// The share of failures, from 0 to 1.
        failures: f64,
        /// The share of slow calls, from 0 to 1.
        slow: f64,
        /// Whether exactly the share is enough.
        compare: Compare,
    },
    /// After more than so many probes, each further one looks at the share of failures among the
    /// latest of them: a success at a share of no more than the rate closes, a failure at a share
    /// of no less opens again, and with any other result it goes on (recloser).
    Latest {
        /// The probes that are looked at; from 1 to 1,000,000.
        probes: u32,
        /// The share of failures, from 0 to 1.
        failures: f64,
    },
}

/// What a breaker becomes that was half-open for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Open: nobody knows that the callee is well.
    Open,
    /// Closed: nobody knows that it is not.
    Close,
}

/// How calls are let in again after a half-open breaker has found the callee well.
///
/// The share let in grows with time in a straight line, to all of them. The trip condition holds
/// meanwhile, as if closed. (Asked for in resilience4j's issue 985; Envoy's slow start does the
/// same for hosts.)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ramp {
    /// The share let in at first, from 0 to 1.
    pub first: f64,
    /// How long it takes until all are let in; longer than zero.
    pub over: Duration,
}

/// What the results of probes amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Close,
    Open,
    GoOn,
}

impl Close {
    /// What follows when the probes so far have ended so, the last of them with `mark`.
    ///
    /// `latest` counts the latest probes, and is asked for by [`Close::Latest`] alone.
    pub(super) fn decide(self, all: Counts, latest: Counts, mark: Mark) -> Decision {
        let successes = all.calls - all.failures;
        let either = |opens| if opens { Decision::Open } else { Decision::Close };
        match self {
            Self::Successes(_) if mark.failed => Decision::Open,
            Self::Successes(least) if u64::from(least) <= successes => Decision::Close,
            Self::Of { successes: least, .. } if u64::from(least) <= successes => Decision::Close,
            Self::Of { successes: least, probes } if u64::from(probes - least) < all.failures => {
                Decision::Open
            }
            Self::Rate { probes, failures, slow, compare } if u64::from(probes) <= all.calls => {
                let failed = compare.reaches(all.failure_rate(), failures);
                either(failed || compare.reaches(all.slow_rate(), slow))
            }
            Self::Latest { probes, failures } if u64::from(probes) < all.calls => {
                match (mark.failed, latest.failure_rate()) {
                    (false, rate) if rate <= failures => Decision::Close,
                    (true, rate) if failures <= rate => Decision::Open,
                    _ => Decision::GoOn,
                }
            }
            Self::Successes(_) | Self::Of { .. } | Self::Rate { .. } | Self::Latest { .. } => {
                Decision::GoOn
            }
        }
    }

    /// How many probes it may take to decide.
    fn most_probes(self) -> u64 {
        match self {
            Self::Successes(successes) => successes.into(),
            Self::Of { probes, .. } | Self::Rate { probes, .. } => probes.into(),
            Self::Latest { probes, .. } => u64::from(probes) + 1,
        }
    }

    fn check(self) -> Result<(), Invalid> {
        let is_share = |share: f64| (0.0..=1.0).contains(&share);
        match self {
            Self::Successes(successes) => {
                Invalid::unless(1 <= successes, "successes", "at least 1")
            }
            Self::Of { successes, probes } => {
                Invalid::unless(1 <= successes, "successes", "at least 1")?;
                Invalid::unless(successes <= probes, "successes", "no more than the probes")
            }
            Self::Rate { probes, failures, slow, .. } => {
                Invalid::unless(1 <= probes, "probes", "at least 1")?;
                Invalid::unless(is_share(failures), "probe_rate", "from 0 to 1")?;
                Invalid::unless(is_share(slow), "probe_slow_rate", "from 0 to 1")
            }
            Self::Latest { probes, failures } => {
                let valid = (1..=1_000_000).contains(&probes);
                Invalid::unless(valid, "probes", "from 1 to 1000000")?;
                Invalid::unless(is_share(failures), "probe_rate", "from 0 to 1")
            }
        }
    }
}

impl HalfOpen {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        self.close.check()?;
        match self.permits {
            Permits::Total(permits) => {
                Invalid::unless(1 <= permits, "permits", "at least 1")?;
                let enough = self.close.most_probes() <= u64::from(permits);
                let setting = match self.close {
                    Close::Successes(_) => "successes",
                    Close::Of { .. } | Close::Rate { .. } | Close::Latest { .. } => "probes",
                };
                Invalid::unless(enough, setting, "no more than the permits")?;
            }
            Permits::Concurrent(permits) => {
                Invalid::unless(1 <= permits, "permits", "at least 1")?;
            }
            Permits::Share(share) => {
                let valid = 0.0 < share && share <= 1.0;
                Invalid::unless(valid, "share", "more than 0 and at most 1")?;
            }
        }
        let valid = self.half_open_timeout.is_none_or(|wait| !wait.is_zero());
        Invalid::unless(valid, "half_open_timeout", "longer than zero")
    }
}

impl Ramp {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        let valid = (0.0..=1.0).contains(&self.first);
        Invalid::unless(valid, "ramp_first", "from 0 to 1")?;
        Invalid::unless(!self.over.is_zero(), "ramp", "longer than zero")
    }

    /// The share let in when so much of the time has passed.
    pub(super) fn share(&self, passed: Duration) -> f64 {
        let part = passed.as_secs_f64() / self.over.as_secs_f64();
        self.first + (1.0 - self.first) * part
    }
}
