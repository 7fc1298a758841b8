//! Deadline: do not send calls whose caller has stopped waiting.
//!
//! A caller that waits no longer than 10 s gains nothing from an answer that comes later, but work
//! on it delays the answers that are still wanted. In an overload this is most of the work.
//!
//! ```text
//!             time is left
//!  call ──┬──────────────────► send ──┬── a result comes first ────► the result
//!         │ too little                └── the deadline comes first ► failed: timeout
//!         └──► failed: timeout
//! ```
//!
//! The deadline is that of the call ([`CallInfo::deadline`](crate::CallInfo::deadline)): a timeout
//! that propagates, or the task that it is made for, has set it, and it has come down from caller
//! to callee. It never grows on the way.
//!
//! | setting | at the boundary |
//! |---|---|
//! | `min_remaining` | with exactly this much left a call is sent, unless it is none |
//! | `reject` | a share is of the calls of the window so far, this one included |
//! | `gives_up` | at the deadline the order of events decides |
//!
//! A call without a deadline passes.

mod layer;
mod machine;
mod presets;
mod report;
mod settings;

pub use machine::{Deadline, Figures};
pub use presets::Finagle;
pub use report::Counter;
pub use settings::{Reject, Settings};
