//! Messages about scenario files, and the library of scenarios with its results.

mod ablation;
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
mod lives;
mod mistakes;
mod paths;
mod profiles;
mod report;
mod runner;
mod same_luck;
mod seen_by_users;
mod spending;
mod stacks;
mod stories;
mod sweeps;
mod together;
mod trace_files;
mod windows;
