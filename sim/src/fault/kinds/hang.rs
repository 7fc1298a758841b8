//! Hang: the service is there, and nothing moves.

use patterns::report::Severity;

use crate::fault::health::Adding;
use crate::fault::kind::{Change, FaultKind, Shock};

patterns::settings! {
    /// Requests are taken and never answered; work stands still.
    #[derive(Clone, Debug)]
    pub struct Hang {
        /// Whether work goes on where it stood when the fault ends. Otherwise the service comes
        /// back empty, and what it held fails as `network`.
        resume: bool [.example("true")] = false,
    }
}

impl FaultKind for Hang {
    const NAME: &'static str = "hang";
    const SEVERITY: Severity = Severity::Bad;

    fn add(&self, health: &mut Adding<'_>) {
        health.hang();
    }

    fn shock(&self, change: Change) -> Shock {
        match change.usual() {
            Shock::LetGo if !self.resume => Shock::LoseAll,
            usual => usual,
        }
    }
}
