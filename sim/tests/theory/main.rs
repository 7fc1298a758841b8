//! The simulation against theory: whole systems of which mathematics says how they behave in the
//! long run.
//!
//! Each number is the mean of independent runs, with the interval that covers the true mean with
//! 99 % confidence. Theory must lie within it, and it must be narrow: a wide one would agree with
//! anything. `README.md` has the table of all comparisons. All rates are by the second, all lengths
//! in seconds.

mod arrivals;
mod availability;
mod balance;
mod fault_kinds;
mod fault_memory;
mod fault_reach;
mod fault_scope;
mod faults;
mod layers;
mod lines;
mod lives;
mod losses;
mod memory;
mod patience;
mod queues;
mod races;
mod rates;
mod recoveries;
mod replicas;
mod spending;
mod support;
mod table;
mod values;
mod windows;

#[path = "../it/tank.rs"]
#[expect(dead_code, reason = "the other test binary uses the rest")]
mod tank;
