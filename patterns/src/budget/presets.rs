//! Retry budgets of libraries, in their own numbers.

use super::settings::{Kind, Settings};
use crate::outcome::{Class, Classes};
use crate::preset::Library;
use crate::settings;
use crate::settings::{Auto, Like, Preset};
use crate::time::Duration;

settings! {
    /// Envoy's `RetryBudget` of a cluster.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Envoy {
        /// The share of the requests under way that may be retries (`budget_percent`).
        share: f64 [.share()] = 0.2,
        /// How many retries are allowed in any case (`min_retry_concurrency`).
        least: u32 = 3,
    }
}

settings! {
    /// gRPC's `retryThrottling` (A6): the numbers of its example, as there are no defaults.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Grpc {
        /// The most tokens (`maxTokens`).
        max: u32 [.at_least(1.0).at_most(1000.0)] = 10,
        /// Tokens for each success (`tokenRatio`); digits behind the third are cut off.
        ratio: f64 [.at_least(0.001)] = 0.1,
        /// The failures that cost a token: those that the client's policy would retry
        /// (`retryableStatusCodes`), or that are not fatal to its hedging.
        retry_on: Classes = Classes::NONE.with(Class::Network).with(Class::Overload),
    }
}

settings! {
    /// The quota of the AWS SDKs in standard mode (botocore `retries/quota.py` and `standard.py`).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Aws {
        /// The quota at first, and the most there can be (`INITIAL_CAPACITY`).
        capacity: u32 [.at_least(1.0)] = 500,
        /// What a retry costs (`_RETRY_COST`).
        cost: u32 = 5,
        /// What it costs after a timeout (`_TIMEOUT_RETRY_REQUEST`).
        timeout_cost: u32 = 10,
        /// What a call gives that succeeds at first (`_NO_RETRY_INCREMENT`).
        reward: u32 = 1,
    }
}

settings! {
    /// failsafe-go's `budget`. There a call under way is an execution with all its attempts, here
    /// as a layer each attempt is a call of its own: so fewer are under way.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct FailsafeGo {
        /// The rate of extra attempts to everything under way (`maxRate`).
        rate: f64 [.percent().at_least(0.0).at_most(1000.0)] = 0.2,
        /// How many are allowed in any case (`minConcurrency`).
        least: u32 = 3,
    }
}

settings! {
    /// Finagle's `RetryBudget`.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Finagle {
        /// The share of the calls that may be retried (`percentCanRetry`).
        share: f64 [.percent().at_least(0.0).at_most(1000.0)] = 0.2,
        /// Retries for each second, however few calls there are (`minRetriesPerSec`).
        least_per_sec: u32 = 10,
        /// How long calls and retries are remembered (`ttl`).
        ttl: Duration [.at_least(1e9).at_most(60e9)] = Duration::from_secs(10),
    }
}

impl Like<Settings> for Envoy {
    fn settings(&self) -> Settings {
        let Self { share, least } = *self;
        Settings::of(Kind::Share { share, least })
    }
}

impl Like<Settings> for Grpc {
    fn settings(&self) -> Settings {
        let Self { max, ratio, retry_on } = *self;
        Settings::of(Kind::Tokens { max, ratio }).counting(retry_on)
    }
}

impl Like<Settings> for Aws {
    fn settings(&self) -> Settings {
        let Self { capacity, cost, timeout_cost, reward } = *self;
        let mut kind = Kind::quota(capacity, cost);
        if let Kind::Quota { timeout_cost: timeouts, reward: gives, .. } = &mut kind {
            *timeouts = Auto::Is(timeout_cost);
            *gives = reward;
        }
        Settings::of(kind)
    }
}

impl Like<Settings> for FailsafeGo {
    fn settings(&self) -> Settings {
        let Self { rate, least } = *self;
        Settings::of(Kind::Rate { rate, least })
    }
}

impl Like<Settings> for Finagle {
    fn settings(&self) -> Settings {
        let Self { share, least_per_sec, ttl } = *self;
        Settings::of(Kind::Deposits { share, least_per_sec, ttl })
    }
}

/// All of them.
pub(super) fn all() -> Vec<Preset<Settings>> {
    vec![
        Preset::of::<Envoy>(
            "envoy",
            "`RetryBudget`: a fifth of the requests under way, at least 3",
        ),
        Preset::of::<Grpc>("grpc", "A6 `retryThrottling`: 10 tokens, a tenth for each success"),
        Preset::of::<Aws>("aws", "botocore, standard mode: 500, of which a retry takes 5"),
        Preset::of::<FailsafeGo>("failsafe-go", "`budget`: a fifth of the executions, at least 3"),
        Preset::of::<Finagle>("finagle", "`RetryBudget`: a fifth of the calls, and 10 a second"),
    ]
}

impl Library {
    /// Its retry budget, if it has one.
    pub fn budget(self) -> Option<Settings> {
        self.of()
    }
}
