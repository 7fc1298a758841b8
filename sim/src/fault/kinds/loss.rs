//! Loss: some requests never arrive.

use patterns::report::Severity;
use patterns::settings::{Fields, Reader};

use crate::fault::health::Adding;
use crate::fault::hit::Permanent;
use crate::fault::kind::FaultKind;

patterns::settings! {
    /// A `share` of requests is lost on the way: the service never sees them, and no answer comes.
    ///
    /// Without a timeout, whoever made such a call waits for ever. With a share of 1 on an edge it
    /// is a partition in which nothing says so.
    #[derive(Clone, Debug)]
    pub struct Loss {
        /// The share of requests that are lost.
        share: f64 [.share().example("0.01")],
        /// Whether all attempts of a call meet the same fate, and those of calls that ask for the
        /// same thing: a defect that no retry cures. With `task` all calls do that are made for
        /// one task, however deep. Otherwise each attempt is lost or not by itself.
        permanent: Permanent [.example("true")] = Permanent::Attempt,
    }
    warns Self::warns;
}

impl Loss {
    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if self.share <= 0.0 {
            reader.no_effect(&fields.place_of("share"), "a share of 0 loses no request");
        }
        if self.share >= 1.0 && self.permanent != Permanent::Attempt {
            reader.no_effect(&fields.place_of("permanent"), "all requests are lost");
        }
    }
}

impl FaultKind for Loss {
    const NAME: &'static str = "loss";
    const SEVERITY: Severity = Severity::Limited;
    const HITS_EDGES: bool = true;

    fn add(&self, health: &mut Adding<'_>) {
        health.permanent(self.permanent);
        health.lose(self.share);
    }
}
