//! Overload: the more there is to do, the longer it takes.

use patterns::report::Severity;

use crate::fault::adding::Adding;
use crate::fault::kind::FaultKind;

patterns::settings! {
    /// Work that begins takes longer, by `per-request` of its time for each other request that is
    /// in work then.
    ///
    /// Context switches, garbage collection, locks: what makes a service slower under load, so that
    /// more load comes of it.
    #[derive(Clone, Debug)]
    pub struct Overload {
        /// By which share of its time work takes longer for each other request in work.
        per_request: f64 [.above(0.0).example("0.1")],
    }
}

impl FaultKind for Overload {
    const NAME: &'static str = "overload";
    const SEVERITY: Severity = Severity::Limited;

    fn add(&self, health: &mut Adding<'_>) {
        health.slow_by_load(self.per_request);
    }
}
