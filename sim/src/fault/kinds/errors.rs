//! Errors: work is done, and fails.

use patterns::Class;
use patterns::report::Severity;
use patterns::settings::{Fields, Reader};

use crate::fault::health::Adding;
use crate::fault::kind::FaultKind;

patterns::settings! {
    /// A `share` of requests fails when their work is done, as `class`.
    #[derive(Clone, Debug)]
    pub struct Errors {
        /// The class of failure.
        class: Class [.example("\"network\"")],
        /// The share of requests that fail.
        share: f64 [.share().example("0.5")],
        /// Whether all attempts of a call meet the same fate: a defect that no retry cures. Calls
        /// that ask for the same thing fare alike, too. Otherwise each attempt fails or not by
        /// itself.
        permanent: bool [.example("true")] = false,
    }
    warns Self::warns;
}

impl Errors {
    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if self.share <= 0.0 {
            reader.no_effect(&fields.place_of("share"), "a share of 0 fails no request");
        }
    }
}

impl FaultKind for Errors {
    const NAME: &'static str = "errors";
    const SEVERITY: Severity = Severity::Limited;
    const HITS_EDGES: bool = true;

    fn word(&self) -> String {
        self.class.to_string()
    }

    fn add(&self, health: &mut Adding<'_>) {
        health.permanent(self.permanent);
        health.fail(self.share, self.class);
    }
}
