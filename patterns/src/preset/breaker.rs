//! Circuit breakers as libraries have them.

use super::Library;
use crate::breaker::{
    Align, Boundary, Cancelled, Close, Compare, Evaluate, HalfOpen, Late, Permits, Settings, Then,
    Trip, Window,
};
use crate::outcome::{Class, Classes};
use crate::time::Duration;

impl Library {
    /// Its circuit breaker.
    ///
    /// - resilience4j (`CircuitBreakerConfig`, `CircuitBreakerStateMachine`): opens for 60 s, the
    ///   end excluded, when half of the last 100 failed or all of them took more than 60 s; of 10
    ///   probes in all the same rates decide.
    /// - polly (`CircuitBreakerStrategyOptions`, `CircuitStateController`): opens for 5 s on a
    ///   failure when a tenth of at least 100 within 30 s failed; one probe, without end.
    /// - hystrix (`HystrixCommandProperties`, `HystrixCircuitBreaker`): opens for 5 s, the end
    ///   excluded, when half of at least 20 within 10 s failed, which is looked at each 500 ms; one
    ///   probe, without end.
    /// - gobreaker (`v2/gobreaker.go`): opens for 60 s, the end excluded, on more than 5 failures
    ///   in a row; one probe in all.
    /// - failsafe-go (`circuitbreaker/builder.go`): opens for 1 min on a single failure; one probe.
    /// - recloser (`recloser.rs`, `ring_buffer.rs`): opens for 30 s, the end excluded, when half of
    ///   the last 100 failed, and there were more; then lets all pass, and goes by the last 10 of
    ///   more than 10.
    /// - course-printed (session 2, listing): opens for 60 s on 5 failures, whatever succeeded
    ///   between them; then lets all pass, and goes by the first result.
    /// - course-meant (exercise 2.1): opens for 60 s on 5 failures in a row; one probe.
    ///
    /// A failure is what the library takes for one if it is told nothing else: mostly every
    /// failure.
    pub fn breaker(self) -> Option<Settings> {
        Some(match self {
            Self::Resilience4j => resilience4j(),
            Self::Polly => polly(),
            Self::Hystrix => hystrix(),
            Self::Gobreaker => gobreaker(),
            Self::FailsafeGo => failsafe_go(),
            Self::Recloser => recloser(),
            Self::CoursePrinted => course_printed(),
            Self::CourseMeant => course_meant(),
            _ => return None,
        })
    }
}

const ALL_CALLS: Permits = Permits::Concurrent(u32::MAX);

/// Every failure counts, no end of the half-open state, and late results act as any other.
fn plain(trip: Trip, open: Duration) -> Settings {
    let settings = Settings::new(trip, open);
    Settings {
        count: Classes::ALL,
        ignore: Classes::NONE,
        late: Late::ActCurrent,
        half_open: HalfOpen { half_open_timeout: None, ..settings.half_open },
        ..settings
    }
}

fn resilience4j() -> Settings {
    // slidingWindowType, slidingWindowSize, minimumNumberOfCalls
    let (window, min_calls, compare) = (Window::Calls(100), 100, Compare::AtLeast);
    let trip = Trip::Any(vec![
        // failureRateThreshold, slowCallRateThreshold
        Trip::Rate { rate: 0.5, compare, min_calls, window },
        Trip::SlowRate { rate: 1.0, compare, min_calls, window },
    ]);
    Settings {
        // slowCallDurationThreshold: more than that is slow.
        slow: Some(Duration::from_secs(60)),
        // checkIfThresholdsExceeded follows every recorded result.
        evaluate: Evaluate::EveryResult,
        // `clock.instant().isAfter(retryAfterWaitUntil)`
        boundary: Boundary::Refuses,
        half_open: HalfOpen {
            // permittedNumberOfCallsInHalfOpenState; a decision once min(minCalls, permitted) are
            // in
            permits: Permits::Total(10),
            close: Close::Rate { probes: 10, failures: 0.5, slow: 1.0, compare },
            // maxWaitDurationInHalfOpenState, transitionToStateAfterWaitDuration
            half_open_timeout: None,
            then: Then::Open,
        },
        // waitDurationInOpenState
        ..plain(trip, Duration::from_secs(60))
    }
}

fn polly() -> Settings {
    let trip = Trip::Rate {
        rate: 0.1,                 // FailureRatio
        compare: Compare::AtLeast, // `failureRate >= _failureThreshold`
        min_calls: 100,            // MinimumThroughput
        window: Window::Time {
            size: Duration::from_secs(30), // SamplingDuration, in up to ten windows
            align: Align::FirstEvent { buckets: 10 },
        },
    };
    Settings {
        evaluate: Evaluate::Failures,
        // Whatever is not handled is a success, and cancellation is not.
        cancelled: Cancelled::Success,
        // BreakDuration
        ..plain(trip, Duration::from_secs(5))
    }
}

fn hystrix() -> Settings {
    let trip = Trip::Rate {
        rate: 0.5,                 // errorThresholdPercentage
        compare: Compare::AtLeast, // less than the threshold changes nothing
        min_calls: 20,             // requestVolumeThreshold
        window: Window::Time {
            size: Duration::from_secs(10), // metrics.rollingStats.timeInMilliseconds, numBuckets
            align: Align::Epoch { buckets: 10 },
        },
    };
    Settings {
        // metrics.healthSnapshot.intervalInMilliseconds
        evaluate: Evaluate::Periodically(Duration::from_millis(500)),
        // HystrixBadRequestException is neither success nor failure.
        ignore: Classes::NONE.with(Class::Validation),
        // `currentTime > circuitOpenTime + sleepWindowTime`
        boundary: Boundary::Refuses,
        // A probe that is unsubscribed goes back to open.
        cancelled: Cancelled::FailureOfProbe,
        // sleepWindowInMilliseconds
        ..plain(trip, Duration::from_secs(5))
    }
}

fn gobreaker() -> Settings {
    // ReadyToTrip: `counts.ConsecutiveFailures > 5`
    let trip = Trip::Consecutive { failures: 6 };
    let mut settings = plain(trip, Duration::from_secs(60)); // Timeout
    // `cb.expiry.Before(now)`
    settings.boundary = Boundary::Refuses;
    // MaxRequests of 0 stands for 1: so many are let in, and as many must succeed.
    settings.half_open.permits = Permits::Total(1);
    // A result of another generation is dropped.
    settings.late = Late::Drop;
    // A context that was cancelled is an error like any other.
    settings.cancelled = Cancelled::Failure;
    settings
}

fn failsafe_go() -> Settings {
    // failureThreshold, delay; half-open permits as many as the threshold looks at.
    let settings = plain(Trip::Consecutive { failures: 1 }, Duration::from_secs(60));
    Settings { evaluate: Evaluate::EveryResult, cancelled: Cancelled::Failure, ..settings }
}

fn recloser() -> Settings {
    let trip = Trip::Rate {
        rate: 0.5, // error_rate
        compare: Compare::AtLeast,
        // The ring of closed_len must be full before a further result is judged.
        min_calls: 101,
        window: Window::Calls(100),
    };
    Settings {
        evaluate: Evaluate::EveryResult,
        boundary: Boundary::Refuses,
        half_open: HalfOpen {
            permits: ALL_CALLS,
            // half_open_len
            close: Close::Latest { probes: 10, failures: 0.5 },
            half_open_timeout: None,
            then: Then::Open,
        },
        // open_wait
        ..plain(trip, Duration::from_secs(30))
    }
}

/// The listing counts failures up and clears the count on closing alone, and never enforces
/// `half_open_max_calls`.
fn course_printed() -> Settings {
    let trip = Trip::Count { failures: 5, window: Window::Calls(1_000_000) };
    let mut settings = plain(trip, Duration::from_secs(60));
    settings.half_open.permits = ALL_CALLS;
    settings
}

/// "Open after 5 failures in a row, wait 60 seconds, try one request." What the text leaves open
/// is set as is usual.
fn course_meant() -> Settings {
    Settings::new(Trip::Consecutive { failures: 5 }, Duration::from_secs(60))
}
