//! Retries and their budgets as libraries have them.

use super::Library;
use crate::backoff::{self, Curve, Jitter};
use crate::budget::{self, Kind};
use crate::outcome::Class;
use crate::retry::{RetryAfter, Rule, Settings};
use crate::time::Duration;

impl Library {
    /// Its retries.
    ///
    /// - resilience4j (`RetryConfig`): 3 attempts, 500 ms apart, after any failure.
    /// - polly (`RetryStrategyOptions`): 3 retries, 2 s apart, after any failure.
    /// - failsafe-go (`retrypolicy/builder.go`): 3 attempts, one right after the other.
    /// - envoy (`RetryPolicy`, when a route retries on `5xx`): 1 retry after up to 25 ms; at most 3
    ///   retries at a time.
    /// - grpc (the example of A6): 4 attempts, 100 ms doubling to 1 s, spread by 20 %, when the
    ///   callee is unavailable; 10 tokens, a tenth for each success; a pushback is obeyed to the
    ///   letter.
    /// - aws (botocore `retries/standard.py`): 3 attempts, up to 1 s doubling to 20 s, and the
    ///   quota.
    /// - openai, anthropic (`_constants.py`, `_calculate_retry_timeout`): 2 retries, 500 ms
    ///   doubling to 8 s and up to a quarter less; a hint of up to 60 s is obeyed to the letter.
    /// - mcp (TypeScript, streams over HTTP): 2 retries, 1 s growing by half to 30 s.
    /// - course-printed: network errors 5 attempts, 1 s doubling to 30 s; timeouts 3 from 1 s; 5xx
    ///   3 from 2 s to 60 s; rate limits 3 after 60 s each, whatever they ask for; no jitter.
    /// - course-meant: the same with 5 retries, full jitter, and hints obeyed as a floor.
    pub fn retry(self) -> Option<Settings> {
        Some(match self {
            Self::Resilience4j => {
                // maxAttempts 3 counts the first; waitDuration; every exception
                alike(2, Curve::Constant(Duration::from_millis(500)))
            }
            // MaxRetryAttempts, Delay, BackoffType Constant, UseJitter false
            Self::Polly => alike(3, Curve::Constant(Duration::from_secs(2))),
            // maxRetries 2, delay 0
            Self::FailsafeGo => alike(2, Curve::Constant(Duration::ZERO)),
            Self::Envoy => envoy(),
            Self::Grpc => grpc(),
            Self::Aws => aws(),
            Self::Openai | Self::Anthropic => model_client(),
            Self::Mcp => mcp(),
            Self::CoursePrinted => course(4, Jitter::None, RetryAfter::Ignore),
            Self::CourseMeant => course(5, Jitter::Full, RetryAfter::Floor),
            _ => return None,
        })
    }

    /// Its retry budget.
    ///
    /// - envoy (`RetryBudget`): a fifth of the requests under way, at least 3.
    /// - grpc (`retryThrottling`, the example of A6): 10 tokens, a tenth for each success.
    /// - aws (botocore `retries/quota.py`): 500, of which a retry takes 5, or 10 after a timeout.
    /// - failsafe-go (`budget`): a fifth of the executions under way, at least 3.
    pub fn budget(self) -> Option<budget::Settings> {
        Some(budget::Settings::of(match self {
            // budget_percent, min_retry_concurrency
            Self::Envoy => Kind::Share { share: 0.2, least: 3 },
            // maxTokens, tokenRatio
            Self::Grpc => Kind::Tokens { max: 10, ratio: 0.1 },
            Self::Aws => Kind::Quota {
                capacity: 500,    // INITIAL_RETRY_TOKENS
                cost: 5,          // RETRY_COST
                timeout_cost: 10, // TIMEOUT_RETRY_REQUEST
                throttle_cost: 5,
                reward: 1, // NO_RETRY_INCREMENT
                refill: None,
            },
            // maxRate, minConcurrency
            Self::FailsafeGo => Kind::Rate { rate: 0.2, least: 3 },
            _ => return None,
        }))
    }
}

/// A backoff without cap and jitter.
fn plain(curve: Curve) -> backoff::Settings {
    backoff::Settings::of(curve)
}

fn exponential(first: Duration, cap: Duration, jitter: Jitter) -> backoff::Settings {
    let curve = Curve::doubling(first);
    backoff::Settings { cap: Some(cap), jitter, ..plain(curve) }
}

/// The same rule for these classes, and as many retries over all of them.
fn for_classes(
    classes: &[Class],
    retries: u32,
    backoff: &backoff::Settings,
    retry_after: RetryAfter,
) -> Settings {
    let rule = |class: &Class| (*class, Rule { retries, backoff: backoff.clone(), retry_after });
    let rules = classes.iter().map(rule).collect();
    // None of these libraries knows whether a call may be repeated: who uses them has to.
    Settings { max_retries: Some(retries), only_idempotent: false, ..Settings::of(rules) }
}

/// The same rule for every class; hints are not known.
fn alike(retries: u32, curve: Curve) -> Settings {
    for_classes(&Class::ALL, retries, &plain(curve), RetryAfter::Ignore)
}

fn envoy() -> Settings {
    let classes = [Class::Network, Class::Timeout, Class::Overload];
    // retry_back_off: U[0, 25 ms · (2^(n+1) − 1)), at most 250 ms
    let waits = [25, 75, 175, 250].map(Duration::from_millis).to_vec();
    let backoff = backoff::Settings { jitter: Jitter::Full, ..plain(Curve::List(waits)) };
    // num_retries
    let settings = for_classes(&classes, 1, &backoff, RetryAfter::Ignore);
    // CircuitBreakers.Thresholds.max_retries; waiting retries count.
    Settings { budget: Some(budget::Settings::of(Kind::Fixed(3))), ..settings }
}

fn grpc() -> Settings {
    // maxAttempts 4, initialBackoff, maxBackoff; min(init · mⁿ, max) · (0.8 to 1.2)
    let jitter = Jitter::Between { from: 0.8, to: 1.2 };
    let backoff = exponential(Duration::from_millis(100), Duration::from_secs(1), jitter);
    // retryableStatusCodes: UNAVAILABLE
    let settings = for_classes(&[Class::Network, Class::Overload], 3, &backoff, RetryAfter::Exact);
    Settings { budget: Library::Grpc.budget(), ..settings }
}

fn aws() -> Settings {
    let classes = [Class::Network, Class::Timeout, Class::Overload, Class::RateLimit];
    // r · min(2ⁿ, 20) seconds
    let backoff = exponential(Duration::from_secs(1), Duration::from_secs(20), Jitter::Full);
    // max_attempts 3
    let settings = for_classes(&classes, 2, &backoff, RetryAfter::Ignore);
    Settings { budget: Library::Aws.budget(), ..settings }
}

fn model_client() -> Settings {
    // Connection errors, 408, 409, 429 and from 500 on.
    let classes = [Class::Network, Class::Timeout, Class::Overload, Class::RateLimit];
    // INITIAL_RETRY_DELAY, MAX_RETRY_DELAY; `1 - 0.25 * random()`
    let jitter = Jitter::Between { from: 0.75, to: 1.0 };
    let backoff = exponential(Duration::from_millis(500), Duration::from_secs(8), jitter);
    // DEFAULT_MAX_RETRIES; `0 < retry_after <= 60`
    let settings = for_classes(&classes, 2, &backoff, RetryAfter::Exact);
    Settings { max_retry_after: Some(Duration::from_secs(60)), ..settings }
}

fn mcp() -> Settings {
    // maxRetries, initialReconnectionDelay, reconnectionDelayGrowFactor, maxReconnectionDelay
    let curve = Curve::Exponential { base: Duration::from_secs(1), factor: 1.5 };
    let backoff = backoff::Settings { cap: Some(Duration::from_secs(30)), ..plain(curve) };
    for_classes(&[Class::Network], 2, &backoff, RetryAfter::Ignore)
}

/// The retry policies of the course's guide, by class of failure. One of its listings makes five
/// attempts of "five retries", the other six.
fn course(network: u32, jitter: Jitter, retry_after: RetryAfter) -> Settings {
    let secs = Duration::from_secs;
    let rule = |retries, backoff| Rule { retries, backoff, retry_after };
    let rules = [
        (Class::Network, rule(network, exponential(secs(1), secs(30), jitter))),
        (Class::Overload, rule(3, exponential(secs(2), secs(60), jitter))),
        (Class::Timeout, rule(3, exponential(secs(1), Duration::MAX, jitter))),
        (Class::RateLimit, rule(3, plain(Curve::Constant(secs(60))))),
    ];
    Settings::of(rules.into())
}
