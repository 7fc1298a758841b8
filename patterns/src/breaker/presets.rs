//! Circuit breakers of libraries, in the libraries' own numbers.
//!
//! A failure is what a library takes for one if it is configured no further: mostly every failure.
//! Defects of the libraries are not copied, but for those of the course's listings.

mod course;
mod failsafe_go;
mod gobreaker;
mod hystrix;
mod look_back;
mod plain;
mod polly;
mod recloser;
mod resilience4j;

use super::settings::Settings;
use crate::preset::Library;
use crate::settings::Preset;

pub use course::{CourseMeant, CoursePrinted};
pub use failsafe_go::{FailsafeGo, FailsafeGoTrip};
pub use gobreaker::{Gobreaker, GobreakerTrip};
pub use hystrix::Hystrix;
pub use look_back::LookBack;
pub use polly::{Polly, PollyV7, PollyV7Trip};
pub use recloser::Recloser;
pub use resilience4j::Resilience4j;

impl Library {
    /// Its circuit breaker, if it has one without a number being given.
    pub fn breaker(self) -> Option<Settings> {
        self.of()
    }
}

/// All of them.
pub(super) fn all() -> Vec<Preset<Settings>> {
    vec![
        Preset::of::<Resilience4j>(
            "resilience4j",
            "`CircuitBreakerConfig`, `CircuitBreakerStateMachine`: opens for 60 s, the end \
             excluded, \
             when half of the last 100 failed or all of them took more than 60 s; of 10 probes in \
             all the same rates decide.",
        ),
        Preset::of::<Polly>(
            "polly",
            "`CircuitBreakerStrategyOptions`, `CircuitStateController`: opens for 5 s on a failure \
             when a tenth of at least 100 within 30 s failed; one probe, without end.",
        ),
        Preset::of::<PollyV7>(
            "polly-v7",
            "`CircuitBreakerSyntax`, `AdvancedCircuitBreakerSyntax`: opens after a number of \
             failures \
             in a row, or at a rate; one probe, and one more after each further wait.",
        ),
        Preset::of::<Hystrix>(
            "hystrix",
            "`HystrixCommandProperties`, `HystrixCircuitBreaker`: opens for 5 s, the end excluded, \
             when half of at least 20 within 10 s failed, which is looked at each 500 ms; one \
             probe, without end.",
        ),
        Preset::of::<Gobreaker>(
            "gobreaker",
            "`v2/gobreaker.go`: opens for 60 s, the end excluded, on more than 5 failures in \
             a row; \
             one probe in all.",
        ),
        Preset::of::<FailsafeGo>(
            "failsafe-go",
            "`circuitbreaker/builder.go`: opens for 1 min on a single failure; one probe.",
        ),
        Preset::of::<Recloser>(
            "recloser",
            "`recloser.rs`, `ring_buffer.rs`: opens for 30 s, the end excluded, when half of the \
             last 100 failed, and there were more; then lets all pass, and goes by the last 10 of \
             more than 10.",
        ),
        Preset::of::<CoursePrinted>(
            "course-printed",
            "Session 2, listings: opens for 60 s after the last of 5 failures, whatever succeeded \
             between them; then lets all pass, and goes by the first result.",
        ),
        Preset::of::<CourseMeant>(
            "course-meant",
            "Exercise 2.1: opens for 60 s on 5 failures in a row; one probe.",
        ),
    ]
}
