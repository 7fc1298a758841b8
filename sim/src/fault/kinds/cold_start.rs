//! Cold start: work is slow at first.

use patterns::Duration;
use patterns::report::Severity;

use crate::fault::health::Adding;
use crate::fault::kind::FaultKind;
use crate::fault::level::Level;

patterns::settings! {
    /// Work that begins takes longer, by `factor` at first: `1 + (factor - 1) · exp(-t/tau)`.
    ///
    /// It begins where a service comes back: at the end of the fault that it comes back from.
    #[derive(Clone, Debug)]
    pub struct ColdStart {
        /// How many times as long work takes when the fault begins.
        factor: f64 [.above(0.0).example("3.0")],
        /// The time after which 1/e of the difference is left.
        tau: Duration [.above(0.0).example("\"20s\"")],
    }
}

impl FaultKind for ColdStart {
    const NAME: &'static str = "cold-start";
    const SEVERITY: Severity = Severity::Limited;

    fn add(&self, health: &mut Adding<'_>) {
        let factor = Level::Decay { from: self.factor, to: 1.0, tau: self.tau };
        health.stretch(1.0, factor, 0.0);
    }
}
