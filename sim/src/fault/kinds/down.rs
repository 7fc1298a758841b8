//! Down: the service is not there.

use patterns::report::Severity;

use crate::fault::adding::Adding;
use crate::fault::kind::{Change, FaultKind, Shock};

patterns::settings! {
    /// Requests are refused at once, and those under way are lost.
    ///
    /// All that the service had in work and in its queue fails as `network` when it begins. On an
    /// edge, requests of this caller are refused, and what is at the service goes on: a partition
    /// in one direction.
    #[derive(Clone, Debug)]
    pub struct Down {}
}

impl FaultKind for Down {
    const NAME: &'static str = "down";
    const SEVERITY: Severity = Severity::Bad;
    const HITS_EDGES: bool = true;

    fn add(&self, health: &mut Adding<'_>) {
        health.go_down();
    }

    fn shock(&self, change: Change) -> Shock {
        if change.is_on { Shock::LoseAll } else { change.usual() }
    }
}
