//! Delay: work takes a fixed time more.

use patterns::Duration;
use patterns::report::Severity;
use patterns::settings::{Fields, Reader};

use crate::fault::adding::Adding;
use crate::fault::kind::FaultKind;

patterns::settings! {
    /// Work that begins takes longer, `by` a fixed time.
    ///
    /// It comes after all factors: beside a `slow` fault it is not multiplied. On an edge, requests
    /// come to the service later by that time, and hold no slot in it.
    #[derive(Clone, Debug)]
    pub struct Delay {
        /// How much longer work takes.
        by: Duration [.above(0.0).example("\"2s\"")],
        /// The share of requests that are delayed.
        share: f64 [.share().example("0.1")] = 1.0,
    }
    warns Self::warns;
}

impl Delay {
    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if self.share <= 0.0 {
            reader.no_effect(&fields.place_of("share"), "a share of 0 delays no request");
        }
    }
}

impl FaultKind for Delay {
    const NAME: &'static str = "delay";
    const SEVERITY: Severity = Severity::Limited;
    const HITS_EDGES: bool = true;

    fn add(&self, health: &mut Adding<'_>) {
        if self.share >= 1.0 {
            health.delay(self.by);
        } else {
            health.stretch(self.share, 1.0, self.by.as_secs_f64());
        }
    }
}
