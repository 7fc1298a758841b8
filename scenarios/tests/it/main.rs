//! What authors of scenario files are told, and that the library is what it was.

mod cases;
mod description;
mod diagnostics;
mod distributions;
mod golden;
mod mistakes;
mod runner;
mod stacks;
mod sweeps;
