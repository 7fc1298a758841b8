//! The pictures of a sweep that are drawn where its data call for them.

use sim::measure::Measure;

use super::ablation::ablation;
use super::pareto_front::{is_second, pareto_front};
use super::phase_diagram::phase_diagram;
use super::recovery::recovery;
use super::s_curve::s_curve;
use super::scene::Scene;
use super::starvation::starvation;
use super::threshold_roc::{is_of_alarms, threshold_roc};
use crate::sweep_result::SweepResult;

/// A picture of a sweep; none where the sweep has nothing for it.
pub type OfSweep = fn(&SweepResult) -> Option<Scene>;

/// Each with its name.
pub const OF_SWEEPS: [(&str, OfSweep); 7] = [
    ("ablation", ablation),
    ("pareto-front", pareto_front),
    ("phase-diagram", phase_diagram),
    ("recovery", recovery),
    ("s-curve", s_curve),
    ("starvation", starvation),
    ("threshold-roc", threshold_roc),
];

/// Whether these pictures look at a measure in every cell, if this is the objective.
pub fn is_drawn_in_all(measure: &Measure, objective: &Measure) -> bool {
    is_second(measure, objective) || is_of_alarms(measure)
}
