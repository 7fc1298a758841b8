//! Rate limiter: no more than a number of calls in a time.
//!
//! A callee that charges by the call, or that slows down for everyone when it is asked too often,
//! says how many calls it takes. A caller that goes beyond that only collects refusals. A limiter
//! keeps it below, and spreads calls that may wait.
//!
//! ```text
//!             there is a permit
//!  call ──┬──────────────────────────────────────► sent
//!         │ there will be one soon       its time ▲
//!         ├───────────────────► reserved ─────────┘
//!         │ not within `max_wait`
//!         └────────────────────────► rejected, with the exact wait
//! ```
//!
//! | setting | at the boundary |
//! |---|---|
//! | `kind` | see [`Kind`] and below |
//! | `max_wait` | a wait of exactly this length is granted |
//! | `drain_on` | takes all that could be had at once then |
//! | `on_cancel` | at the time of the permit or later, nothing is given back |
//!
//! What is granted after a wait is taken at once, and its time stays whatever comes after: a
//! reservation. No later call overtakes it.
//!
//! # What holds
//!
//! For every kind but `Bursty` and `WarmUp` a refused request changes nothing. For every kind,
//! requests for no permit are granted; a clock that steps back stands still here until it has
//! caught up, so that it gives nothing back; what would come at the end of time never comes.
//!
//! | kind | never more than | in | wait exact | n at once as n singly | too large |
//! |---|---|---|---|---|---|
//! | `FixedWindow` | limit (2 · limit in any) | a window | yes | yes | > limit |
//! | `SlidingLog` | limit | any window | yes | yes | > limit |
//! | `SlidingWindow` | limit | as many segments | yes | yes | > limit |
//! | `SlidingCounter` | limit (2 · limit in any) | a window | yes | yes | > limit |
//! | `TokenBucket`, `Gcra` | burst + rate · t | any t | yes | yes | > burst |
//! | `IntervalBucket` | burst + fill for each filling | any t | yes | yes | > burst |
//! | `LazyBucket` | 2 · burst + t / interval | any t | yes | yes | > burst |
//! | `LeakyBucket` | 1 for its cost | between two of 1 | yes | no | never |
//! | `RefreshPeriod` | limit | a cycle | to the limit | yes | never |
//! | `Bursty` | no bound after a debt | | to the limit | yes | never |
//! | `Smooth` | 1 | a slot | of one | no | never |
//! | `WarmUp` | rate | a second | yes | yes | > what the next second allows |
//! | `Cubic` | its rate, while unchanged | | to rounding | to rounding | > a second's |
//!
//! A wait is exact if the same request is granted at its end and not a nanosecond before, when
//! nothing else comes. The larger requests of `RefreshPeriod` and `Bursty` (the limit and more) and
//! those of `Smooth` (two and more) are only ever granted as reservations. A `LazyBucket` grants
//! more singly than at once when it is emptied and filled at one `now`, so it is not dry when
//! drained.
//!
//! Idle time takes permits away from none but `WarmUp`, which gets cold, and `Bursty`, which may
//! have more than its limit for one period after a debt. Both bring their balance up to date with
//! each look at it, in one go for the time since the last, so there even a refused request may
//! matter (as in failsafe and Sentinel).

mod any;
mod bucket;
mod cubic;
mod debt;
mod layer;
mod machine;
mod presets;
mod report;
mod rule;
mod settings;
mod warm_up;
mod window;

pub use cubic::{Cubic, CubicCurve, MeasuredRate};
pub use machine::{Figures, RateLimiter, Reservation};
pub use presets::{Aws, Resilience4j};
pub use report::Counter;
pub use settings::{Kind, LONGEST_LOG, MOST_SEGMENTS, OnCancel, Settings, THROTTLES};
