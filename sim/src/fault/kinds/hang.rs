//! Hang: the service is there, and nothing moves, or some requests do not.

use patterns::report::Severity;
use patterns::settings::{Fields, Reader};

use crate::fault::health::Adding;
use crate::fault::hit::Permanent;
use crate::fault::kind::{Change, FaultKind, Shock};

patterns::settings! {
    /// Requests are taken and never answered; work stands still.
    #[derive(Clone, Debug)]
    pub struct Hang {
        /// Whether work goes on where it stood when the fault ends. Otherwise the service comes
        /// back empty, and what it held fails as `network`.
        resume: bool [.example("true")] = false,
        /// The share of requests that hang, each in its slot and from its next step on. Others go
        /// on. With all of them the service itself hangs, and counts as down.
        share: f64 [.share().example("0.05")] = 1.0,
        /// Whether all attempts of a call meet the same fate, and those of calls that ask for the
        /// same thing: a defect that no retry cures. With `task` all calls do that are made for
        /// one task, however deep. Otherwise each attempt hangs or not by itself.
        permanent: Permanent [.example("true")] = Permanent::Attempt,
    }
    warns Self::warns;
}

impl Hang {
    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if self.share <= 0.0 {
            reader.no_effect(&fields.place_of("share"), "a share of 0 lets no request hang");
        }
        if self.share >= 1.0 && self.permanent != Permanent::Attempt {
            reader.no_effect(&fields.place_of("permanent"), "all requests hang");
        }
    }
}

impl FaultKind for Hang {
    const NAME: &'static str = "hang";
    const SEVERITY: Severity = Severity::Bad;

    fn add(&self, health: &mut Adding<'_>) {
        if self.share >= 1.0 {
            health.hang();
        } else {
            health.permanent(self.permanent);
            health.hang_some(self.share);
        }
    }

    fn shock(&self, change: Change) -> Shock {
        if self.share < 1.0 || change.is_scoped {
            return match (change.is_on, self.resume) {
                (true, _) => Shock::Nothing,
                (false, true) => Shock::LetGo,
                (false, false) => Shock::LoseHeld,
            };
        }
        match change.usual() {
            Shock::LetGo if !self.resume => Shock::LoseAll,
            usual => usual,
        }
    }
}
