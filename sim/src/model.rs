//! What is simulated: agents and services, sources and faults.
//!
//! An agent and a service are the same thing to the engine, a *station* with a *role*: requests
//! come in, a program of steps runs, an outcome goes out. An agent's requests are tasks that
//! arrive from outside; a service's come from calls. So a service that calls other services needs
//! nothing of its own.

pub mod abort;
pub mod recovery;
pub mod system;
pub mod week;

mod aborts;
mod accounting;
mod accounts;
mod ahead;
mod alarms;
mod arrivals;
mod balancer;
mod build;
mod build_faults;
mod build_life;
mod build_recoveries;
mod build_report;
mod build_services;
mod build_spending;
mod build_streams;
mod calling;
mod calls_seen;
mod dealing;
mod duplicates;
mod edge_streams;
mod expiry;
mod fault_effects;
mod fault_times;
mod found_out;
mod giving_up;
mod healing;
mod kind;
mod last_looks;
mod life;
mod limits;
mod line;
mod links;
mod lives_so_far;
mod looks;
mod memory;
mod origins;
mod overdue;
mod own_work;
mod patience;
mod paying;
mod place;
mod purses;
mod rate_limit;
mod recorder;
mod records;
mod recoveries;
mod remembering;
mod request;
mod role;
mod serving;
mod sites;
mod spend;
mod spending;
mod station;
mod stepping;
mod still_open;
mod tracer;
mod tracing;
mod who;
mod windows;
mod working;
mod world;

pub use limits::{Limits, Looks, OPEN_MAX, RunOptions, Watch};
pub use stepping::{Happened, PartState, Stepper};
pub use system::System;
pub use who::caller_numbers;
pub use world::World;

use crate::observe::Record;

/// Runs a system once, from time zero to its horizon.
///
/// Equal systems and seeds give equal records, to the last bit.
///
/// # Panics
///
/// If the system refers to parts that it does not have, or lacks an edge for a call.
pub fn run(system: &System, seed: u64, watch: Watch) -> Record {
    run_until(system, seed, &RunOptions { watch, ..RunOptions::default() })
}

/// Runs a system once, from time zero to its horizon or until a limit or an interruption.
///
/// Equal systems, seeds and limits give equal records, but for interruptions.
///
/// # Panics
///
/// As [`run`].
pub fn run_until(system: &System, seed: u64, options: &RunOptions<'_>) -> Record {
    World::new(system, seed, options.watch).run(options)
}
