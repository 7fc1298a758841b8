//! What is measured, part by part.

use crate::measuring::Measuring;
use crate::table::Table;

mod agents;
mod coverage;
mod horizon;
mod instructions;
mod layers;
mod lives;
mod ratios;
mod sweep;
mod tiny;

pub use instructions::{CHILD, child};

/// One thing that is measured.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// The name by which it is asked for.
    pub name: &'static str,
    /// Measures it.
    pub measure: fn(&Measuring) -> Table,
}

/// All parts, in the order in which they are printed.
pub const PARTS: [Part; 9] = [
    Part { name: "ratios", measure: ratios::measure },
    Part { name: "instructions", measure: instructions::measure },
    Part { name: "layers", measure: layers::measure },
    Part { name: "agents", measure: agents::measure },
    Part { name: "lives", measure: lives::measure },
    Part { name: "horizon", measure: horizon::measure },
    Part { name: "tiny", measure: tiny::measure },
    Part { name: "sweep", measure: sweep::measure },
    Part { name: "coverage", measure: coverage::measure },
];
