//! Resilience patterns as pure state machines.
//!
//! Nothing here has a clock, a random generator, a thread or any I/O: the time and the draws are
//! arguments. So a pattern behaves the same in a simulation, in a test and in production.
//!
//! Each pattern has two faces: a machine in its natural words, to be used alone, and an
//! implementation of [`Layer`], by which it can stand in the path of a call in any order with the
//! others. Read [`layer`] first, then any pattern.

pub mod adaptive_concurrency;
pub mod adaptive_throttle;
pub mod backoff;
pub mod balance;
pub mod breaker;
pub mod budget;
pub mod bulkhead;
pub mod cache;
pub mod call_info;
pub mod checkpoint;
pub mod coalesce;
pub mod deadline;
pub mod fallback;
pub mod health;
pub mod hedge;
mod index;
pub mod invalid;
pub mod layer;
pub mod load_shedder;
pub mod outcome;
pub mod outlier;
pub mod permit;
pub mod preset;
pub mod process;
pub mod rate_limiter;
pub mod retry;
pub mod settings;
pub mod stats;
pub mod supervise;
pub mod testing;
pub mod time;
pub mod timeout;

pub use call_info::CallInfo;
pub use invalid::Invalid;
pub use layer::{Action, CallId, Context, Effects, Layer, PerCall, Rng, Target};
pub use outcome::{Class, Classes, Classification, Classifier, Failure, Outcome};
pub use permit::{Permit, Reason, Rejected};
pub use time::{Duration, Time};
