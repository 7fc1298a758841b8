//! Reliability patterns as pure state machines.
//!
//! Nothing here has a clock, a random generator, a thread or any I/O: the time and the draws are
//! arguments. So a pattern behaves the same in a simulation, in a test and in production.
//!
//! Each pattern has two faces: a machine in its natural words, to be used alone, and an
//! implementation of [`Layer`], by which it can stand in the path of a call in any order with the
//! others. Read [`layer`] first, then any pattern.
//!
//! # By hand
//!
//! The machines of patterns that let calls through have one vocabulary:
//!
//! - `try_acquire(now, ..)` gives a [`Permit`], or says by [`Rejected`] why not and until when;
//! - `record(permit, result, now)` and `cancel(permit, now)` settle it, once;
//! - methods `.._with(.., rng)` take a source of draws; `uses_chance()` says whether one is needed,
//!   and if not the methods without it will do;
//! - `figures` says how the machine stands, and `set_limit` changes a limit while it is used.
//!
//! A clock takes three lines, for lengths of time convert to and from those of `std`:
//!
//! ```
//! use std::time::Instant;
//!
//! use patterns::Time;
//!
//! struct Clock(Instant);
//!
//! impl Clock {
//!     fn now(&self) -> Time {
//!         Time::ZERO + self.0.elapsed().into()
//!     }
//! }
//! ```
//!
//! Two examples make calls so: `examples/real_clock.rs` in one thread, and `examples/with_tokio.rs`
//! in tasks that share the machines, with a guard for permits of calls that are dropped.

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
pub mod intervention;
pub mod invalid;
pub mod layer;
pub mod load_shedder;
pub mod outcome;
pub mod outlier;
pub mod permit;
pub mod preset;
pub mod process;
pub mod rate_limiter;
pub mod report;
pub mod retry;
pub mod settings;
pub mod stats;
pub mod supervise;
pub mod testing;
pub mod time;
pub mod timeout;

pub use call_info::CallInfo;
pub use intervention::{Hold, Intervention};
pub use invalid::Invalid;
pub use layer::{Action, CallId, Context, Effects, Layer, PerCall, Rng, Target};
pub use outcome::{Class, Classes, Classification, Classifier, Outcome};
pub use permit::{Permit, Reason, Rejected};
pub use time::{Duration, Time};
