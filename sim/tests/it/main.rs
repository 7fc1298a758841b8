//! What the engine promises, seen from outside: the kernel piece by piece, then whole runs, which
//! are right, repeatable, and lose nothing.

mod call_info;
mod design;
mod distribution;
mod diverted;
mod kinds;
mod measures;
mod queue;
mod report;
mod scheduler;
mod sharing;
mod spending;
mod stream;

mod actions;
mod alarms;
mod counted;
mod course;
mod crowds;
mod episodes;
mod fault_kinds;
mod fault_reach;
mod faults;
mod golden;
mod health;
mod layers;
mod limits;
mod lines;
mod losses;
mod memory;
mod open_ends;
mod outages;
mod peaks;
mod replicas;
mod tank;
mod traces;
mod values;
mod waking;
mod windows;
