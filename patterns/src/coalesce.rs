//! Coalescing: calls that ask for the same at the same time are sent once, and share the answer.
//!
//! When many callers miss a cache at once, they all ask the callee the same question, just when it
//! has most to do. One question is enough.
//!
//! ```text
//!         no call is on the way for this key
//!  call ──┬──────────────► leader ──► send ──► answer ──► passed on ─┐
//!         │ a leader is                                              │ the same answer
//!         ├──────────────► follower ──► waits ◄──────────────────────┘
//!         │ too many follow it
//!         └──────────────► rejected
//! ```
//!
//! | knob | at the boundary |
//! |---|---|
//! | `max-followers` | exactly as many may follow one leader |
//! | `leader-gone` | looked at when the leader is given up, before it has an answer |
//!
//! Also called single flight (Go's `singleflight`, whose `Do` shares values and errors alike);
//! opossum and tower-resilience call it `coalesce`. Whatever the leader's attempt ends in is the
//! answer of all of them, a failure too. The flight ends in that instant: a call that comes later
//! in it is sent anew, and nothing is kept. To keep answers, put a [`cache`](crate::cache) above.
//!
//! A follower that is given up leaves the others alone. Calls that are not idempotent do something,
//! each for itself: they are sent without looking at the others.
//!
//! # What a follower takes on
//!
//! The attempt is the leader's: it has its deadline, its caller and its priority. A follower that
//! came late, or has more time, gets the leader's `timeout` all the same; so bound the time *below*
//! this layer, where it is the same for all, rather than above. A hedge from above would follow its
//! own first attempt and never help, so put hedging below, too.

mod layer;
mod machine;
mod report;
mod settings;

pub use machine::{Coalesce, Joined, Turn};
pub use report::Counter;
pub use settings::{LeaderGone, Settings};
