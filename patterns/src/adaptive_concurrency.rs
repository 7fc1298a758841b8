//! Adaptive concurrency: how many calls may be under way is learned from how long they take.
//!
//! A fixed limit is wrong as soon as the callee changes: too low and it stands idle, too high and
//! calls only wait there. This one is raised while calls are as quick as they can be, and lowered
//! when they begin to wait.
//!
//! ```text
//!           in flight < limit
//!  call ──┬───────────────────► sent ──► its time, or that it was dropped ──┐
//!         │ full                                                            ▼
//!         └──► rejected                           limit ◄── algorithm ◄── sample
//! ```
//!
//! | knob | at the boundary |
//! |---|---|
//! | `min`, `max` | the limit may be exactly either |
//! | `window` | a sample at exactly its end is within it; the next one closes it |
//! | `drops` | others but refusals are good samples |
//! | `timeout` of `aimd` | a sample of exactly this length is good |
//!
//! It has no queue: a call beyond the limit is rejected at once. A bulkhead in front of it, with as
//! many slots as `max`, does not wait for this limit; one whose callers retry does.
//!
//! A failure that a layer below made itself (a breaker, a bulkhead, another limit) says nothing of
//! the callee, and is ignored unless `drops` names its class.
//!
//! The limit changes by samples alone, but for [`Algorithm::Gradient`], which declares what it does
//! at which times. It looks at the time whenever a call comes or ends;
//! [`AdaptiveConcurrency::limit`] is the limit as it was then.

mod estimate;
mod estimator;
mod gather;
mod gradient;
mod layer;
mod machine;
mod report;
mod settings;

pub use machine::{AdaptiveConcurrency, Figures, Sent};
pub use report::{Counter, State};
pub use settings::{Algorithm, DROPS, MinRtt, OnCancel, Settings, Tracked, Window};
