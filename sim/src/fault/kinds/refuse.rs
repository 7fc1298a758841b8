//! Refuse: some requests are turned away at the door.

use patterns::Class;
use patterns::report::Severity;
use patterns::settings::{Fields, Reader};

use crate::fault::health::Adding;
use crate::fault::hit::Permanent;
use crate::fault::kind::FaultKind;

patterns::settings! {
    /// A `share` of requests is refused at once, as `class`: they take neither a slot nor time.
    ///
    /// A service that sheds load does so, or a gateway in front of it that is broken. Requests that
    /// are there already go on.
    #[derive(Clone, Debug)]
    pub struct Refuse {
        /// The class of failure.
        class: Class [.example("\"rate-limit\"")] = Class::Overload,
        /// The share of requests that are refused.
        share: f64 [.share().example("0.5")],
        /// Whether all attempts of a call meet the same fate, and those of calls that ask for the
        /// same thing: a defect that no retry cures. With `task` all calls do that are made for
        /// one task, however deep. Otherwise each attempt is refused or not by itself.
        permanent: Permanent [.example("true")] = Permanent::Attempt,
    }
    warns Self::warns;
}

impl Refuse {
    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if self.share <= 0.0 {
            reader.no_effect(&fields.place_of("share"), "a share of 0 refuses no request");
        }
        if self.share >= 1.0 && self.permanent != Permanent::Attempt {
            reader.no_effect(&fields.place_of("permanent"), "all requests are refused");
        }
    }
}

impl FaultKind for Refuse {
    const NAME: &'static str = "refuse";
    const SEVERITY: Severity = Severity::Limited;
    const HITS_EDGES: bool = true;

    fn add(&self, health: &mut Adding<'_>) {
        health.permanent(self.permanent);
        health.refuse(self.share, self.class);
    }
}
