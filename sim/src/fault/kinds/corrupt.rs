//! Corrupt: checkpoints that cannot be read again.

use patterns::report::Severity;
use patterns::settings::{Fields, Reader};

use crate::fault::adding::Adding;
use crate::fault::kind::FaultKind;

patterns::settings! {
    /// A share of the checkpoints that agents write are broken, which is found out when they are
    /// read: then the one before is used.
    #[derive(Clone, Debug)]
    pub struct Corrupt {
        /// The share of checkpoints that are written while the fault is on.
        share: f64 [.share().example("0.1")],
    }
    warns Self::warns;
}

impl Corrupt {
    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if self.share <= 0.0 {
            reader.no_effect(&fields.place_of("share"), "a share of 0 breaks no checkpoint");
        }
    }
}

impl FaultKind for Corrupt {
    const NAME: &'static str = "corrupt";
    const SEVERITY: Severity = Severity::Limited;
    const HITS_AGENTS: bool = true;

    fn add(&self, health: &mut Adding<'_>) {
        health.corrupt(self.share);
    }
}
