//! Cache: an answer is kept for a while, and given again to calls that ask for the same.
//!
//! What was asked a moment ago need not be asked again; and while a callee fails, an old answer is
//! often better than none.
//!
//! ```text
//!            a fresh copy
//!  call ──┬──────────────────────────────────────────► the copy: as good as the answer was
//!         │ none, or it is past its lifetime
//!         └──► send ──► good ──► kept ────────────────► passed on
//!                │
//!                └────► failed ─┬─ an old copy may do ► degraded
//!                               ├─ of a class to keep ► kept, and passed on
//!                               └─────────────────────► passed on
//! ```
//!
//! | knob | at the boundary |
//! |---|---|
//! | `capacity` | exactly as many are kept |
//! | `ttl` | a copy of exactly this age is not fresh any more |
//! | `stale-if-error` | one that is older than `ttl` by exactly this does not stand in |
//! | `negative` | a failure of exactly this age is not given any more |
//!
//! Calls are distinguished by [`CallInfo::key`](crate::CallInfo::key), and share answers with their
//! like only. What is new or was evicted is sent on, so a cold cache is slow, and never wrong. A
//! call that is not idempotent does something: it is never answered from here, and when it went
//! well the copy of its key is dropped (RFC 9111, section 4.4, for HTTP's unsafe methods). A
//! degraded answer is not kept, or a stand-in would outlive the trouble.
//!
//! # When the callee fails
//!
//! With `stale-if-error`, a copy whose lifetime is over stands in for a failure, as
//! [`Outcome::Degraded`](crate::Outcome::Degraded), until that time is over too: RFC 5861, section
//! 4. With `negative`, failures of some classes are kept as well, for a lifetime of their own, and
//! given again without asking. An old copy comes first: where it may stand in, the failure is not
//! kept. And a fresh copy, of another call that was quicker, is never overwritten by a failure.
//!
//! RFC 5861 has a second half, `stale-while-revalidate`: to answer with an old copy *and* ask
//! anew. It is not here, since what a layer has open below ends with its reply.
//!
//! Calls that miss at the same time are all sent: put [`coalesce`](crate::coalesce) below.

mod layer;
mod machine;
mod order;
mod report;
mod settings;

pub use machine::{Cache, Found};
pub use report::Counter;
pub use settings::{CountsFrom, Eviction, Lasting, LateResults, Settings};
