//! Retry budget: however many calls fail, only a limited number of extra attempts is sent.
//!
//! ```text
//!  calls, successes ───► ┌─────────┐ ◄─── an extra attempt asks
//!                        │ balance │
//!    time, or results ─► └─────────┘ ───► granted, or refused
//! ```
//!
//! A retry multiplies the load just when there is too much of it; a limit on each call does not
//! help, since there are many calls. First attempts never need a budget.
//!
//! | kind | gives | takes | who |
//! |---|---|---|---|
//! | [`Kind::Tokens`] | a success | a failure, whether retried or not | gRPC |
//! | [`Kind::Quota`] | a success, and perhaps time | a retry, by the failure before it | AWS |
//! | [`Kind::Deposits`] | a call, and time | a retry; all is forgotten after a while | Finagle |
//! | [`Kind::Bucket`] | time | a retry | tower-resilience |
//! | [`Kind::Share`] | its end | a retry under way | Envoy |
//! | [`Kind::Rate`] | its end | a retry under way | failsafe-go |
//! | [`Kind::Fixed`] | its end | a retry under way | Envoy's `max_retries` |
//!
//! # Two places
//!
//! As a setting of [`retry`](crate::retry) a budget is asked for its retries alone, before or after
//! their wait. As a layer ([`RetryBudget`]) it stands *below* a retry and a hedge, and is asked for
//! every extra attempt of either, when that is sent: so they share it. The layer sees attempts and
//! not calls: each first attempt is a call to it, which ends with the attempt. In a retry a call
//! that is tried again is one call under way, from its first attempt to its answer; so of 25 calls
//! a fifth is 5.
//!
//! | | at the boundary |
//! |---|---|
//! | [`Kind::Tokens`] | exactly half of the tokens is not enough |
//! | [`Kind::Quota`] | exactly the cost is enough |
//! | [`Kind::Share`] | `29%` of 100 under way are 28, as `f64` and Envoy have it |
//! | [`Kind::Rate`] | exactly the rate is within it |
//! | [`Kind::Bucket`] | a token comes back exactly after its time |

mod balance;
mod layer;
mod machine;
mod presets;
mod report;
mod settings;

pub use layer::RetryBudget;
pub use machine::{Budget, Extra, Figures};
pub use presets::{Aws, Envoy, FailsafeGo, Finagle, Grpc};
pub use report::Counter;
pub use settings::{Kind, Settings};
