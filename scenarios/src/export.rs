//! From policies to configurations of libraries: the way back of `import`.
//!
//! A policy is written by the tables of a format (`formats`), and then imported again: what comes
//! back differently is what cannot be said there, and is named (`compare`).

mod compare;
mod emit;
mod exporter;
mod formats;
mod forms;
mod layers;
mod put;
mod services;
mod write;

pub(crate) use forms::Form;
pub(crate) use layers::{Layer, Policy, policies};
pub use write::{Exported, export, export_formats};
