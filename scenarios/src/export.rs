//! From policies to configurations of libraries: the way back of [`import`](crate::import()).
//!
//! A policy is written by the tables of a format (`formats`), and then imported again: what comes
//! back differently is what cannot be said there, and is named.

mod formats;
mod layers;

pub use layers::dump_layers;
