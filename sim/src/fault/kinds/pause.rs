//! Pause: nothing new is begun.

use patterns::report::Severity;

use crate::fault::adding::Adding;
use crate::fault::kind::FaultKind;

patterns::settings! {
    /// Nothing new is begun: what is in work is finished, and what comes waits until the fault
    /// ends.
    ///
    /// It hits groups of agents, which begin no tasks, and services. A service that shall refuse
    /// what comes has `drain`.
    #[derive(Clone, Debug)]
    pub struct Pause {}
}

impl FaultKind for Pause {
    const NAME: &'static str = "pause";
    const SEVERITY: Severity = Severity::Limited;
    const IS_ACTION: bool = true;

    fn add(&self, health: &mut Adding<'_>) {
        health.limit_slots(0);
    }
}
