//! Timeouts, bulkheads and rate limiters as libraries have them.

use super::Library;
use crate::bulkhead;
use crate::outcome::{Class, Classes};
use crate::rate_limiter::{self, Kind};
use crate::time::Duration;

impl Library {
    /// Its bulkhead.
    ///
    /// - resilience4j (`BulkheadConfig`): 25 calls, nobody waits.
    /// - polly (`RateLimiterStrategyOptions`, concurrency limiter): 1000 calls, nobody waits.
    /// - hystrix (`HystrixCommandProperties`): a semaphore of 10 calls, nobody waits.
    /// - envoy (`CircuitBreakers.Thresholds`): 1024 requests, and 1024 that wait.
    pub fn bulkhead(self) -> Option<bulkhead::Settings> {
        Some(match self {
            // maxConcurrentCalls, maxWaitDuration 0
            Self::Resilience4j => bulkhead::Settings::of(25),
            // DefaultRateLimiterOptions: PermitLimit, QueueLimit
            Self::Polly => bulkhead::Settings::of(1000),
            // execution.isolation.semaphore.maxConcurrentRequests
            Self::Hystrix => bulkhead::Settings::of(10),
            // max_requests, max_pending_requests
            Self::Envoy => bulkhead::Settings { queue: 1024, ..bulkhead::Settings::of(1024) },
            _ => return None,
        })
    }

    /// Its rate limiter.
    ///
    /// - resilience4j (`RateLimiterConfig`): cycles of 50 each 500 ns, waits of up to 5 s.
    /// - aws (botocore `retries/adaptive.py`, the adaptive mode): as fast as the callee lets, and
    ///   a call waits for its turn as long as it takes.
    ///
    /// The others have limiters, but no defaults: their numbers have to be given.
    pub fn rate_limiter(self) -> Option<rate_limiter::Settings> {
        let of = |kind, max_wait| rate_limiter::Settings {
            kind,
            max_wait,
            drain_on: Classes::NONE,
            cancelled: rate_limiter::Cancelled::Keeps,
        };
        Some(match self {
            // limitForPeriod, limitRefreshPeriod, timeoutDuration
            Self::Resilience4j => {
                let cycles = Kind::RefreshPeriod { limit: 50, period: Duration::from_nanos(500) };
                of(cycles, Duration::from_secs(5))
            }
            Self::Aws => {
                let throttles = Classes::NONE.with(Class::RateLimit).with(Class::Overload);
                of(Kind::Cubic { throttles }, Duration::MAX)
            }
            _ => return None,
        })
    }

    /// How long it waits for an answer.
    ///
    /// - resilience4j (`TimeLimiterConfig`): 1 s.
    /// - polly (`TimeoutStrategyOptions`): 30 s.
    /// - hystrix (`HystrixCommandProperties`): 1 s.
    /// - envoy (`RouteAction.timeout`): 15 s.
    /// - openai, anthropic (`_constants.py`): 10 min.
    /// - mcp (`DEFAULT_REQUEST_TIMEOUT_MSEC` of the TypeScript SDK): 60 s.
    /// - course-printed, course-meant (session 1: a dead server holds a call for 30 s): 30 s.
    pub fn timeout(self) -> Option<Duration> {
        Some(match self {
            Self::Resilience4j | Self::Hystrix => Duration::from_secs(1),
            Self::Polly | Self::CoursePrinted | Self::CourseMeant => Duration::from_secs(30),
            Self::Envoy => Duration::from_secs(15),
            Self::Openai | Self::Anthropic => Duration::from_secs(600),
            Self::Mcp => Duration::from_secs(60),
            _ => return None,
        })
    }
}
