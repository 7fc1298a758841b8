//! Messages about scenario files, and the library of scenarios with its results.

mod aborts;
mod arrivals;
mod cases;
mod codes;
mod description;
mod diagnostics;
mod distributions;
mod faults;
mod first_hours;
mod golden;
mod mistakes;
mod paths;
mod recoveries;
mod report;
mod runner;
mod same_luck;
mod seen_by_users;
mod stacks;
mod stories;
mod sweeps;
mod together;
mod trace_files;
mod windows;
