//! Ramp: a share of failures that grows or shrinks.

use patterns::report::Severity;
use patterns::settings::{Fields, Reader};
use patterns::{Class, Duration};

use crate::fault::adding::Adding;
use crate::fault::kind::FaultKind;
use crate::fault::level::Level;

patterns::settings! {
    /// A share of requests fails, as `class`, that goes `from` one share `to` another.
    ///
    /// It goes in a straight line, `over` a time from the beginning of the fault, and stays at the
    /// end of it: a defect that spreads, or a repair that is rolled out.
    #[derive(Clone, Debug)]
    pub struct Ramp {
        /// The class of failure.
        class: Class [.example("\"network\"")],
        /// The share of requests that fail when the fault begins.
        from: f64 [.share().example("0.8")],
        /// The share at the end.
        to: f64 [.share().example("0.1")],
        /// How long it takes from one to the other.
        over: Duration [.above(0.0).example("\"10min\"")],
    }
    warns Self::warns;
}

impl Ramp {
    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if self.from <= 0.0 && self.to <= 0.0 {
            reader.no_effect(&fields.place_of("to"), "shares of 0 fail no request");
        }
    }
}

impl FaultKind for Ramp {
    const NAME: &'static str = "ramp";
    const SEVERITY: Severity = Severity::Limited;
    const HITS_EDGES: bool = true;

    fn add(&self, health: &mut Adding<'_>) {
        health.fail(Level::Line { from: self.from, to: self.to, over: self.over }, self.class);
    }
}
