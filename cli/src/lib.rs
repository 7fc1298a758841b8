//! The `wavetank` command, as a library: for those who add layers of their own.
//!
//! A program whose scenario files know one more kind of layer is three lines:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! fn main() -> ExitCode {
//!     let registry = scenarios::LayerRegistry::builtin(); // .register("mine", Mine::new)
//!     wavetank::main(&registry)
//! }
//! ```

mod command;
mod failure;
mod interrupt;
mod output;
mod page;
mod pictures;
mod source;
mod terminal;
mod unknown;

pub use command::main;
