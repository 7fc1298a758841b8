//! Spike: a delay that fades.

use patterns::Duration;
use patterns::report::Severity;

use crate::fault::health::Adding;
use crate::fault::kind::FaultKind;
use crate::fault::level::Level;

patterns::settings! {
    /// Work that begins takes longer, `by` a time that fades as `exp(-t/tau)`.
    ///
    /// With `mtbf` and an `mttr` of many `tau` it is shot noise: spikes that come by chance. On an
    /// edge, requests come to the service later by that time.
    #[derive(Clone, Debug)]
    pub struct Spike {
        /// How much longer work takes when the fault begins.
        by: Duration [.above(0.0).example("\"2s\"")],
        /// The time after which 1/e of it is left.
        tau: Duration [.above(0.0).example("\"20s\"")],
    }
}

impl FaultKind for Spike {
    const NAME: &'static str = "spike";
    const SEVERITY: Severity = Severity::Limited;
    const HITS_EDGES: bool = true;

    fn add(&self, health: &mut Adding<'_>) {
        let from = self.by.as_secs_f64();
        health.stretch(1.0, 1.0, Level::Decay { from, to: 0.0, tau: self.tau });
    }
}
