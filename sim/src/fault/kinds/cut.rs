//! Cut: an answer that is on its way breaks off.

use patterns::Duration;
use patterns::report::Severity;

use crate::fault::adding::Adding;
use crate::fault::kind::FaultKind;

patterns::settings! {
    /// Work is cut off midway, by a constant hazard: the longer it would take, the likelier.
    ///
    /// The request fails as `network` in the instant of the cut. Of work that would take a time S,
    /// the share `1 - E[exp(-S / mean)]` is cut. An answer that is streamed, over a connection
    /// that does not hold.
    #[derive(Clone, Debug)]
    pub struct Cut {
        /// After how much work it is cut on average, were there no end to it.
        mean: Duration [.above(0.0).example("\"2min\"")],
    }
}

impl FaultKind for Cut {
    const NAME: &'static str = "cut";
    const SEVERITY: Severity = Severity::Limited;

    fn add(&self, health: &mut Adding<'_>) {
        health.cut(self.mean);
    }
}
