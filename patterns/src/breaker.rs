//! Circuit breaker: stop calling what keeps failing, and probe before calling again.
//!
//! ```text
//!               the trip condition holds
//!  ┌────────┐ ─────────────────────────► ┌──────┐
//!  │ closed │                            │ open │◄──┐
//!  └────────┘◄─┐                         └──┬───┘   │ probes failed, or
//!              │ the first call after the wait │    │ half-open-timeout is over
//!  ┌───────────┴┐                       ┌───▼──┴────┐
//!  │ recovering │◄──────────────────────┤ half-open │
//!  └────────────┘  enough succeeded     └───────────┘
//! ```
//!
//! The state `recovering` is passed through only if there is a `ramp`. By its [`Mode`] a breaker is
//! held in `forced-open`, `disabled` or `metrics-only`; by hand it can be opened, made half-open
//! and closed.
//!
//! What can be set, and what happens by default, is described at [`Settings`]. At the boundaries:
//!
//! | setting | at exactly its value |
//! |---|---|
//! | `failures` | opens |
//! | `rate`, `slow-rate`, `probe-rate` | as `compare` and `probe-compare` say |
//! | `min-calls` | is enough |
//! | the size of a window of time | a result of that age has left; with buckets, its bucket's age |
//! | `slow` | is not slow |
//! | `open` | as `boundary` says |
//! | `half-open-timeout` | half-open is over |
//! | `permits-every` | the next probe may pass |
//! | `ramp` | all calls are let in |
//! | `interval` | still belongs to the record |
//! | `evaluate = "ticks(…)"` | what comes at a tick belongs to the time after it |
//!
//! A degraded answer is a success.
//!
//! Each change of state but the end of a ramp starts a new *generation*, and so does an `interval`
//! that is over. A result whose permit is of an older one is late, and so is that of a call that
//! was given up; `late` says what it does.
//!
//! The end of the half-open state is noticed when the next call or result comes, but it opens or
//! closes as of that end: if half-open time ran out during an hour without calls, the open wait
//! began then, and is over. [`Breaker::state_at`] says such changes beforehand.
//!
//! Two kinds of figures can be read. [`Breaker::counts`] has what the trip condition looks at: the
//! results in its window. [`Breaker::figures`] has all that came in the present state, and while
//! open all that came in the state before. [`Breaker::changes`] has the changes of state that the
//! last call or result brought, and why they came.
//!
//! Chance matters to an open wait with jitter (one draw when a closed breaker opens, and one when
//! it becomes half-open, for the wait that may follow), to a share of probes and to a ramp (one
//! draw for each call that comes meanwhile), and to nothing else.

mod access;
mod buckets;
mod change;
mod counts;
mod half_open;
mod judge;
mod layer;
mod machine;
mod open_wait;
mod presets;
mod probing;
mod record;
mod report;
mod results;
mod settings;
#[cfg(test)]
mod short_ways;
mod state;
mod trip;
mod warnings;
mod window;

pub use counts::{Counts, Figures};
pub use half_open::{Close, HalfOpen, OnIgnored, Permits, Then};
pub use machine::Breaker;
pub use open_wait::OpenWait;
pub use presets::{
    CourseMeant, CoursePrinted, FailsafeGo, FailsafeGoTrip, Gobreaker, GobreakerTrip, Hystrix,
    LookBack, Polly, PollyV7, PollyV7Trip, Recloser, Resilience4j,
};
pub use report::{Counter, StateName};
pub use settings::{
    Boundary, CountAt, Evaluate, FAILURES, IGNORED, LateResults, Mode, OnCancel, Settings,
};
pub use state::{Cause, Change, ImpossibleChange, Measure, State, Token, Tripped};
pub use trip::{Compare, Memory, Trip};
pub use window::Window;
