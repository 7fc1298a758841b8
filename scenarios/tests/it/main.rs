//! What authors of scenario files are told, and that the library is what it was.

mod golden;
mod laws;
mod problems;
mod runner;
mod stacks;
mod sweeps;
