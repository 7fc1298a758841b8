//! Retry: when an attempt fails, wait and try again.
//!
//! ```text
//!            ┌────────────────── wait ◄─────────────────┐
//!            ▼                                          │ the rule of its class allows another
//!  call ──► send ──► failed ────────────────────────────┤
//!            │                                          │ no rule, used up, or too late
//!            └─────► good ──► passed on                 └───► the failure is passed on
//! ```
//!
//! | | at the boundary |
//! |---|---|
//! | `retries` of a rule | 3 makes at most 4 attempts |
//! | `max-elapsed` | a wait may end exactly then; with `after-attempt` exactly then is too late |
//! | `min-retry-after`, `max-retry-after` | a hint of exactly this length is respected |
//! | the deadline of the call | a wait that ends exactly then is not begun |
//!
//! What a failure asks for (`Retry-After`) is undercut by no jitter, no cap and no clipping, unless
//! it is ignored: a hint that would end too late ends the call. Nor is a wait begun that would end
//! at the deadline of the call or after it: by then an answer is not awaited.
//!
//! A failure that asks never to come again
//! ([`Outcome::failed_for_good`](crate::Outcome::failed_for_good)) is not retried, unless hints are
//! ignored.
//!
//! Each class counts its own retries over the whole call and has its own backoff, which goes on
//! where it stood: as with one retry strategy for each kind of failure, one inside the other
//! (Polly). `max-retries` is the one count over all classes that most libraries have
//! (resilience4j's `maxAttempts` minus one, Polly's `MaxRetryAttempts`), and with
//! `per-class = false` there is one backoff over all classes as well.
//!
//! Used up, the last failure is passed on. But if a layer below refused the retry itself
//! ([`Class::Rejected`](crate::Class::Rejected), without a rule for it), what is passed on is the
//! failure that asked for the retry: so a budget below hides no failure.

mod attempts;
mod layer;
mod machine;
mod presets;
mod report;
mod rules;
mod settings;
#[cfg(test)]
mod short_ways;

pub use attempts::Attempts;
pub use machine::Retry;
pub use presets::{
    Aws, CourseMeant, CoursePrinted, Envoy, FailsafeGo, Finagle, FinagleJitter, Growth, Grpc, Mcp,
    ModelClient, Polly, PollyGrowth, Resilience4j, Tenacity,
};
pub use report::Counter;
pub use rules::{FOREVER, RetryAfter, Rule, Rules};
pub use settings::{Account, Settings, TooLate};
