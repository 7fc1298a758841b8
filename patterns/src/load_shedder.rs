//! Load shedding: when there is too much to do, reject at once what could not be done in time.
//!
//! A server that takes on more than it can do answers everything too late, and so does nothing of
//! use. One that rejects the surplus does the rest in time.
//!
//! ```text
//!            not overloaded, or few under way
//!  call ──┬───────────────────────────────────► send ──► how long it took
//!         │ overloaded, and more under way            │
//!         │ than passed at best                       ▼
//!         └──────────────────────► rejected     most passed, shortest time
//! ```
//!
//! The rule is that of BBR (Cardwell and others, "BBR: Congestion-Based Congestion Control", ACM
//! Queue 14(5), 2016), as kratos (`ratelimit/bbr`), its successor aegis and Sentinel
//! (`SystemRuleManager`) have it: what a callee can hold is what it passed in its best bucket times
//! how long a call takes at best. More than that only waits. It rejects
//!
//! > iff overloaded, and more than 1 under way, and more than `⌊most passed · shortest time ·
//! > buckets a second + 1/2⌋` under way.
//!
//! That number is exact, in whole nanoseconds: what can be held is rounded to the nearest whole
//! call, and exactly one half is rounded up, as kratos does. (Sentinel compares with the number as
//! it is; aegis adds the half after it has rounded down, where it changes nothing.)
//!
//! | knob | at the boundary |
//! |---|---|
//! | `threshold` | at exactly this load it is overloaded |
//! | `window`, `buckets` | on a grid from time zero; a bucket leaves as a whole |
//! | `cool-off` | over at exactly its end |
//!
//! Only buckets that are over count, so nothing is rejected before the first one is. With the
//! priorities of calls, 0 first, the threshold is lower by `step` for each: so if a call is
//! rejected, so is at that instant every one that matters less.
//!
//! # Load
//!
//! The machine is given the load, whatever that is: of the processor, of a queue. As a layer it
//! knows only how long calls take, and makes of that the share of their time that they wait:
//! `1 − shortest / recent`, where `recent` is a moving average. So 0 is no load, 0.5 is twice as
//! long as at best, and 0.8 five times.

mod layer;
mod machine;
mod report;
mod settings;

pub use machine::{Figures, LoadShedder, Sent};
pub use report::{Counter, State};
pub use settings::Settings;
