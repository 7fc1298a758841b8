//! From a scenario file to what can be run.

mod budgets;
mod circles;
mod claim;
mod claim_names;
mod claims;
mod conditions;
mod edges;
mod faults;
mod hypothesis;
mod idle;
mod lives;
mod looking;
mod part;
mod parts;
mod policies;
mod reach;
mod read;
mod records;
mod recoveries;
mod room;
mod triggers;
mod unsure;
mod warnings;

pub use claim::{Claim, Figure, Rule};
pub use hypothesis::Hypothesis;
pub(crate) use hypothesis::measure;
pub(crate) use read::Draft;
pub use read::Scenario;
pub(crate) use warnings::NEVER;
