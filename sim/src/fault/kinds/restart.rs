//! Restart: the service is begun anew, and all that it had is lost.

use patterns::Duration;
use patterns::report::Severity;

use crate::fault::adding::Adding;
use crate::fault::kind::{Change, FaultKind, Shock};

patterns::settings! {
    /// The service is stopped and started again: all that it had in work and in its queue fails as
    /// `network`, and for `takes` it refuses everything.
    ///
    /// What is wrong with the process ends with it: a `hang` there is over, and a `leak` is empty.
    /// What is wrong elsewhere goes on. A service that is slow at first has a fault `cold-start`
    /// `after` this one. One replica alone is `"github#2"`.
    #[derive(Clone, Debug)]
    pub struct Restart {
        /// How long it takes until the service is there again.
        takes: Duration [.example("\"30s\"")] = Duration::ZERO,
    }
}

impl FaultKind for Restart {
    const NAME: &'static str = "restart";
    const SEVERITY: Severity = Severity::Bad;
    const IS_ACTION: bool = true;

    fn add(&self, health: &mut Adding<'_>) {
        health.go_down();
    }

    fn lasts(&self) -> Option<Duration> {
        Some(self.takes)
    }

    fn ends(&self, kind: &str) -> bool {
        kind == "hang"
    }

    fn shock(&self, change: Change) -> Shock {
        if change.is_on { Shock::LoseAll } else { change.usual() }
    }
}
