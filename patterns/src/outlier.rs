//! Outlier ejection: leave out hosts that do worse than they should, for a while, but never too
//! many at a time.
//!
//! ```text
//!            a rule finds it, chance and the cap agree
//!  ┌──────┐ ──────────────────────────────────────────► ┌─────────┐
//!  │  in  │                                             │ ejected │◄──┐
//!  └──────┘ ◄────────────────────────────────────────── └────┬────┘   │
//!      ▲      its time is over: at once, or at the end       │        │ an error
//!      │      of the interval                                │        │
//!      │                          ┌─────────┐  its time      │        │
//!      └──────────────────────────┤ probing │◄──── is over ──┘        │
//!             a success           └────┬────┘  (with `ByProbe`)       │
//!                                      └─────────────────────────────┘
//! ```
//!
//! | what | at the boundary |
//! |---|---|
//! | a class in `ignore` and in another set | ignored wins; a class in none is a success |
//! | `failures` in a row | exactly this many are enough |
//! | a success rate, or a moving average | a host at exactly the limit stays in |
//! | a failure percentage | as [`Compare`] says |
//! | `min-hosts`, `min-calls` | exactly this many are enough |
//! | `enforce-percent` | 0 never ejects, 100 always |
//! | the end of an ejection | as [`EjectionEnd`] says, and [`Back`] |
//! | `ejection-jitter` | added after the longest; less than the whole is added |
//! | `max-ejection-percent` | as [`CapReading`] says |
//!
//! Rules on failures in a row and on the moving average decide at each result. The success rate and
//! the failure percentage are looked at when an interval ends, over the results of that interval.
//! Intervals end at whole multiples of `interval` since time zero. Such an end is noticed when
//! something happens next, but it acts as of that end: hosts come back, then the rules look at
//! those that are in, then the multipliers shrink (Envoy `onIntervalTimer`; but see [`Back`]). A
//! result at exactly the end belongs to the next interval.
//!
//! When a rule finds an outlier, one draw is taken, whatever comes of it: it decides whether the
//! ejection is enforced, and what is left of it gives the jitter. A rule on single results that has
//! found a host begins to count anew. A host that is ejected already is found by no rule; calls
//! sent before still count for the interval in which they end.
//!
//! A clock that steps back ends no interval again and brings no host back earlier.

mod ejection;
mod host;
mod judge;
mod machine;
mod presets;
mod rules;
mod settings;
mod statistics;

pub use ejection::{Counts, Ejection, Finding, HostClassification, Rule};
pub use machine::Outliers;
pub use presets::{Envoy, Grpc};
pub use rules::{
    Compare, Consecutive, Ema, FailurePercentage, HostsCounted, LOCAL, Memory, SplitLocal,
    SuccessRate,
};
pub use settings::{Back, CapReading, ERRORS, EjectionEnd, GATEWAY, Growth, IGNORED, Settings};
