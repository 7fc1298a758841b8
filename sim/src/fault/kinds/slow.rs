//! Slow: work takes a multiple of its time.

use patterns::report::Severity;

use crate::fault::health::Adding;
use crate::fault::kind::FaultKind;

patterns::settings! {
    /// Work that begins takes longer, by `factor`.
    #[derive(Clone, Debug)]
    pub struct Slow {
        /// How many times as long work takes.
        factor: f64 [.above(0.0).example("3.0")],
    }
}

impl FaultKind for Slow {
    const NAME: &'static str = "slow";
    const SEVERITY: Severity = Severity::Limited;

    fn add(&self, health: &mut Adding<'_>) {
        health.slow(self.factor);
    }
}
