//! Rate limiters of libraries, in their own numbers.
//!
//! Polly, failsafe-go, Envoy and governor have limiters too, but no defaults: there every number
//! has to be given, so `kind` says all. Which kind is whose is written there.

use super::settings::{Kind, OnCancel, Settings, THROTTLES};
use crate::preset::Library;
use crate::settings;
use crate::settings::{Like, Preset};
use crate::time::Duration;

settings! {
    /// resilience4j's `RateLimiterConfig`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Resilience4j {
        /// `limitForPeriod`: how many calls there are in a period.
        limit_for_period: u32 [.at_least(1.0)] = 50,
        /// `limitRefreshPeriod`: how long a period is.
        limit_refresh_period: Duration [.above(0.0)] = Duration::from_nanos(500),
        /// `timeoutDuration`: how long a call may wait for its permit.
        max_wait: Duration [.unlimited()] = Duration::from_secs(5),
    }
}

impl Like<Settings> for Resilience4j {
    fn settings(&self) -> Settings {
        let (limit, period) = (self.limit_for_period, self.limit_refresh_period);
        Settings::of(Kind::RefreshPeriod { limit, period }).with(|settings| {
            settings.max_wait = self.max_wait;
            settings.on_cancel = OnCancel::Keeps;
        })
    }
}

settings! {
    /// The adaptive mode of the AWS clients (botocore `retries/adaptive.py`). It has no numbers
    /// that could be changed: a call waits for its turn as long as it takes.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Aws {
        /// How long a call may wait for its permit. There is no such limit there.
        max_wait: Duration [.unlimited()] = Duration::MAX,
    }
}

impl Like<Settings> for Aws {
    fn settings(&self) -> Settings {
        Settings::of(Kind::Cubic { throttles: THROTTLES }).with(|settings| {
            settings.max_wait = self.max_wait;
            settings.on_cancel = OnCancel::Keeps;
        })
    }
}

/// All of them.
pub(super) fn all() -> Vec<Preset<Settings>> {
    vec![
        Preset::of::<Resilience4j>(
            "resilience4j",
            "`RateLimiterConfig`: 50 calls in each 500 ns, waits of up to 5 s",
        ),
        Preset::of::<Aws>("aws", "botocore's adaptive mode: as fast as the callee lets, any wait"),
    ]
}

impl Library {
    /// Its rate limiter, if it has one by default.
    pub fn rate_limiter(self) -> Option<Settings> {
        self.of()
    }
}
