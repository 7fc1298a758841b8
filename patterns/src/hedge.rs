//! Hedging: when an answer takes long, ask once more, and take the one that comes first.
//!
//! ```text
//!            first attempt    delay    hedge     delay    hedge
//!  call ──────────●─────────────────────●───────────────────●──────────► time
//!                 │                     │      good         │
//!                 └─────────────────────┴──────▲            └─ never sent
//!                        the first good answer wins, and ends all the others
//! ```
//!
//! | event | at the boundary |
//! |---|---|
//! | an answer in the instant of a launch | the order of events decides |
//! | an attempt fails | [`OnFailure`]; `fatal` failures end the call whatever that says |
//! | a failure says when to come again | [`Pushback`] |
//! | a hedge came early | [`CountsFrom`] says where the next delay begins |
//! | a hedge is refused below | [`OnRefusal`] |
//! | all have failed | [`AllFailed`] |
//!
//! Calls that are not idempotent are sent once. What is still under way when the call ends is given
//! up, by whoever drives the layers; and a call that is given up launches nothing more. A hedge is
//! an extra attempt to the layers below, so that a budget there can refuse it.
//!
//! An outcome does not say which attempt it is of. So a hedge counts as refused if one of
//! `refusals` comes in the instant in which it was sent, as a budget's answer does; one that comes
//! later is a failure like others. And the answer of a call whose attempts have all failed can be
//! the failure that came first, but not the failure of the attempt that was sent first.
//!
//! # Delays by recent answers
//!
//! Counted is how long each *call* took, from its first attempt to the answer, whichever attempt
//! gave it. For a quantile that is no less than right: hedges change only what takes longer than
//! the delay, so the share of answers below the delay is that of single attempts, and a delay that
//! is right stays where it is. A mean does shrink as hedges help. (To measure only calls that had
//! no hedge would leave out the slow ones: the delay sinks until it hedges everything.) A call that
//! is given up is not counted, since it is not known how long it would have taken.
//!
//! The quantile is that of the nearest rank, over exactly the answers in the window, and rounded up
//! to a bucket: at most 1/64 too long, and never too short. A mean is exact to the nanosecond.
//! Each answer takes a constant time and, once warm, no new memory.

mod latencies;
mod layer;
mod machine;
mod presets;
mod report;
mod settings;

pub use machine::{Hedge, Next, Race};
pub use presets::{FailsafeGo, Grpc, Polly, Resilience4j, Resilience4jDelay};
pub use report::Counter;
pub use settings::{
    AllFailed, CountsFrom, Delay, MOST_HEDGES, MOST_SAMPLES, Measured, OnFailure, OnRefusal,
    Percentile, Pushback, Recent, Settings,
};
