//! Errors: work is done, and fails.

use patterns::Class;
use patterns::report::Severity;
use patterns::settings::{Fields, Reader};

use crate::fault::health::Adding;
use crate::fault::hit::Permanent;
use crate::fault::kind::FaultKind;

patterns::settings! {
    /// A `share` of requests fails when their work is done, as `class`.
    #[derive(Clone, Debug)]
    pub struct Errors {
        /// The class of failure.
        class: Class [.example("\"network\"")],
        /// The share of requests that fail.
        share: f64 [.share().example("0.5")],
        /// Whether all attempts of a call meet the same fate, and those of calls that ask for the
        /// same thing: a defect that no retry cures. With `task` all calls do that are made for
        /// one task, however deep. Otherwise each attempt fails or not by itself.
        permanent: Permanent [.example("true")] = Permanent::Attempt,
    }
    warns Self::warns;
}

impl Errors {
    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if self.share <= 0.0 {
            reader.no_effect(&fields.place_of("share"), "a share of 0 fails no request");
        }
        if self.share >= 1.0 && self.permanent != Permanent::Attempt {
            reader.no_effect(&fields.place_of("permanent"), "all requests fail");
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
