//! Drift: work gets slower and slower.

use patterns::Duration;
use patterns::report::Severity;

use super::slow::no_factor;
use crate::fault::health::Adding;
use crate::fault::kind::FaultKind;
use crate::fault::level::Level;

patterns::settings! {
    /// Work that begins takes longer, by a factor that grows from 1 to `factor` `over` a time.
    ///
    /// A leak, or a service that ages; the end of the fault is its restart.
    #[derive(Clone, Debug)]
    pub struct Drift {
        /// How many times as long work takes in the end.
        factor: f64 [.above(0.0).example("3.0")],
        /// How long it takes until then, in a straight line.
        over: Duration [.above(0.0).example("\"10min\"")],
    }
    warns |drift: &Drift, fields, reader| no_factor(drift.factor, fields, reader);
}

impl FaultKind for Drift {
    const NAME: &'static str = "drift";
    const SEVERITY: Severity = Severity::Limited;

    fn add(&self, health: &mut Adding<'_>) {
        let factor = Level::Line { from: 1.0, to: self.factor, over: self.over };
        health.stretch(1.0, factor, 0.0);
    }
}
