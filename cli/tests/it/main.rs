//! The program as its users meet it, and the rules of the house.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod ablate;
mod causes;
mod circles;
mod claims;
mod explained;
mod first_hours;
#[cfg(unix)]
mod folders;
mod healed;
mod import;
mod judged;
mod limits;
#[cfg(target_os = "linux")]
mod memory;
mod names;
mod of_sweeps;
mod page;
mod picked;
mod pictures;
mod printed;
mod program;
mod report;
mod reported;
#[cfg(unix)]
mod resume;
mod run_tables;
mod shown;
#[cfg(unix)]
mod signals;
mod tank;
mod tidy;
