//! Delay: work takes a fixed time more.

use patterns::Duration;
use patterns::report::Severity;

use crate::fault::health::Adding;
use crate::fault::kind::FaultKind;

patterns::settings! {
    /// Work that begins takes longer, `by` a fixed time.
    ///
    /// It comes after all factors: beside a `slow` fault it is not multiplied.
    #[derive(Clone, Debug)]
    pub struct Delay {
        /// How much longer work takes.
        by: Duration [.above(0.0).example("\"2s\"")],
    }
}

impl FaultKind for Delay {
    const NAME: &'static str = "delay";
    const SEVERITY: Severity = Severity::Limited;

    fn add(&self, health: &mut Adding<'_>) {
        health.delay(self.by);
    }
}
