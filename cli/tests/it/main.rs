//! The program as its users meet it, and the rules of the house.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod causes;
mod circles;
mod explained;
mod first_hours;
#[cfg(unix)]
mod folders;
mod judged;
mod limits;
mod page;
mod picked;
mod printed;
mod program;
mod run_tables;
#[cfg(unix)]
mod signals;
mod tank;
mod tidy;
