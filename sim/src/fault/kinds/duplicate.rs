//! Duplicate: a request is delivered twice.

use patterns::report::Severity;
use patterns::settings::{Fields, Reader};

use crate::fault::health::Adding;
use crate::fault::kind::FaultKind;

patterns::settings! {
    /// A `share` of requests is delivered twice: the second is worked on unseen, and takes a slot
    /// or a place in line as the first does.
    ///
    /// It counts as a request of the service, and its work as wasted; its answer goes nowhere. A
    /// second one that finds no room, or is beyond a rate limit, is dropped.
    #[derive(Clone, Debug)]
    pub struct Duplicate {
        /// The share of requests that are delivered twice.
        share: f64 [.share().example("0.05")],
    }
    warns Self::warns;
}

impl Duplicate {
    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if self.share <= 0.0 {
            reader.no_effect(&fields.place_of("share"), "a share of 0 delivers no request twice");
        }
    }
}

impl FaultKind for Duplicate {
    const NAME: &'static str = "duplicate";
    const SEVERITY: Severity = Severity::Limited;

    fn add(&self, health: &mut Adding<'_>) {
        health.deliver_twice(self.share);
    }
}
