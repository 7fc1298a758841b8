//! Balancing: send each call to one of several targets, and leave out those that cannot help.
//!
//! ```text
//!                           ┌─► target 0 ─┐
//!  call ──► pick one that ──┼─► target 1 ─┼──► answered, or failed: passed on
//!           may be used     └─► target 2 ─┘
//!                ▲                 │
//!                └─────────────────┘ refused on the caller's side: another target at once
//! ```
//!
//! | what | at the boundary |
//! |---|---|
//! | `panic-percent` | with exactly this share in, no panic |
//! | `reselect` | exactly this many more are tried |
//! | `respect-retry-after` | a target is used again at exactly the end of its hint |
//! | `slow-start` | at exactly the end of the window all is as before |
//!
//! A *refusal* is a failure that a layer on the caller's side made ([`Class::is_refusal`]), such as
//! a breaker in the policy for one target. The target never saw the call, so that it counts
//! neither for nor against its health. The call goes on to another target at once, to none twice,
//! and when none is left or `reselect` is used up the last refusal is passed on.
//!
//! When no target may be used, a call is refused ([`Class::Rejected`]), with the time until one
//! may, if that is known.
//!
//! A pick looks at each target once or twice, so that it takes time in proportion to their number.
//!
//! A call that was given up is not under way any more, whatever goes on unseen at the target.
//!
//! Observers see three states if targets can be ejected: `all-in`, `some-out`, and `panic`, in
//! which ejections are not respected.
//!
//! [`Class::is_refusal`]: crate::Class::is_refusal
//! [`Class::Rejected`]: crate::Class::Rejected

mod layer;
mod machine;
mod pick;
mod report;
mod settings;

pub use machine::{Balance, Sent};
pub use report::{Counter, State};
pub use settings::{LateResults, MAX_RESELECT, OnCancel, Picker, Settings, SlowStart};
