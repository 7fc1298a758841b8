//! The sections of a scenario file, described: what an author may write, key for key.

mod agents;
mod arrivals;
mod budgets;
mod claim;
mod clock;
mod distribution;
mod fault_names;
mod faults;
mod halves;
mod head;
mod hits;
mod loads;
mod names;
mod narrow;
mod process;
mod rate;
mod recoveries;
mod row;
mod services;
mod steps;
mod sweep;
mod tokens;
mod worth;

pub(crate) use agents::Agents;
pub(crate) use budgets::Budget;
pub(crate) use claim::Claim;
pub(crate) use fault_names::{fault_names, written_fault_names};
pub(crate) use faults::Fault;
pub(crate) use halves::halves;
pub(crate) use head::{Abort, Head, Hypothesis, PER, Per, SECTIONS, section_of};
pub(crate) use hits::{Hit, Hits, LayerName, Target};
pub(crate) use loads::{TIMES_MAX, is_file};
pub(crate) use names::{FaultName, FileNames, PolicyNames, is_name, is_seen};
pub(crate) use recoveries::{BY_HAND, Human, Recovery, condition_of};
pub(crate) use services::Service;
pub(crate) use sweep::{Better, Design};
pub(crate) use tokens::TokenCount;

pub use head::{sections, seed};
