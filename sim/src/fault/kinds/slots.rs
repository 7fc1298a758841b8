//! Slots: the service has fewer of them.

use patterns::report::Severity;

use crate::fault::adding::Adding;
use crate::fault::kind::FaultKind;

patterns::settings! {
    /// No more than `slots` requests are in work at a time.
    ///
    /// Those that are in work when it begins go on, and no slot is filled anew until there are as
    /// few. When it ends, those that wait get the free slots at once. A pool that leaks, workers
    /// that are busy elsewhere.
    #[derive(Clone, Debug)]
    pub struct Slots {
        /// How many slots are left, if the service has more.
        slots: u32 [.at_least(1.0).example("2")],
    }
}

impl FaultKind for Slots {
    const NAME: &'static str = "slots";
    const SEVERITY: Severity = Severity::Limited;

    fn add(&self, health: &mut Adding<'_>) {
        health.limit_slots(self.slots);
    }
}
