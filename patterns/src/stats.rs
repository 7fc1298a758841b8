//! Statistics of late: what happened within a time, among the latest calls, on average, and how
//! long it took.
//!
//! Every pattern that learns from results counts them in one of these, so that a window means the
//! same everywhere: the same grid, the same boundary, the same rounding.
//!
//! | statistic | what it keeps | cost of a result | grows |
//! |---|---|---|---|
//! | [`TimeWindow`] | counts of the latest time | constant | [`Align::Exact`]: with instants |
//! | [`CallWindow`] | marks of the latest calls, a bit each | constant | never |
//! | [`MovingAverage`] | one value that forgets | constant | never |
//! | [`Histogram`] | how often each length was seen | constant | with the longest length |
//! | [`Ranks`] | the same, from which lengths can be taken out again | twelve steps | never |
//!
//! None of them reads a clock. Time that goes back stands still: nothing becomes younger, and
//! nothing that was forgotten comes back.

mod average;
mod call_window;
mod histogram;
mod ranks;
mod scale;
mod time_window;

pub use average::{MovingAverage, faded};
pub use call_window::CallWindow;
pub use histogram::Histogram;
pub use ranks::Ranks;
pub use scale::{Bucket, Scale};
pub use time_window::{Align, TimeWindow};
