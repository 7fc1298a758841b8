//! Fallback: when the answer is a failure, give another one instead.
//!
//! Something is often better than nothing: yesterday's prices, a smaller model, an empty list.
//!
//! ```text
//!  call ──► send ──► good, or a failure not handled ──► passed on
//!             │
//!             └────► a failure handled ──► first target ──► good ──► degraded
//!                                               │
//!                                               ├─► a failure not handled ──► passed on
//!                                               │
//!                                               └─► a failure handled ──► next target ──► …
//!                                                                              none left │
//!                             a value: degraded ◄── Then::Value ────────────────────────┤
//!                    the failure of the callee ◄── Then::FirstFailure ──────────────────┤
//!               the failure of the last target ◄── Then::LastFailure ───────────────────┘
//! ```
//!
//! | knob | at the boundary |
//! |---|---|
//! | `on` | at least one class |
//! | `to` | each service is asked once at most, one that is named twice twice |
//! | `then` | looked at when the last service has failed; at once where there is none |
//!
//! A fallback is never recursive: each entry is asked once at most, and what the last one answers
//! is not replaced by asking again. A target that fails in a class outside `on` ends the chain, as
//! such a failure of the callee would have: asking elsewhere does not help.
//!
//! That the fallback itself has failed is shown by [`Next::Failed`]; the outcome alone cannot
//! say so. `Then::LastFailure` passes on the failure of the fallback and hides that of the callee
//! (Polly's `FallbackAction`, failsafe's `Fallback`: what the action throws is what the caller
//! gets). `Then::FirstFailure` keeps the one that began it (Hystrix: the exception tells of the
//! failed command, and carries that of the fallback within). Chains are those of Hystrix, whose
//! fallback may be a command with a fallback of its own.

mod layer;
mod machine;
mod report;
mod settings;

pub use machine::{Fallback, Next, Tried};
pub use report::Counter;
pub use settings::{Settings, Targets, Then};
