//! Stale: what is asked for has changed, and the answer has not.

use patterns::Duration;
use patterns::report::Severity;

use crate::fault::adding::Adding;
use crate::fault::kind::FaultKind;
use crate::fault::level::Level;

patterns::settings! {
    /// Answers are as old as the fault, since nothing is refreshed while it is on: more and more of
    /// them have a wrong value, `1 - exp(-age / change)` of all.
    ///
    /// Each thing that is asked for changes for the first time after an exponential time, and stays
    /// wrong from then on. The end of the fault is a refresh; with `every`, refreshes come at fixed
    /// times. As with `wrong`, nothing shows it.
    ///
    /// J. Cho and H. Garcia-Molina, "Synchronizing a database to improve freshness", SIGMOD 2000.
    #[derive(Clone, Debug)]
    pub struct Stale {
        /// The mean time until a thing that is asked for changes.
        change: Duration [.above(0.0).example("\"10min\"")],
    }
}

impl FaultKind for Stale {
    const NAME: &'static str = "stale";
    const SEVERITY: Severity = Severity::Limited;

    fn add(&self, health: &mut Adding<'_>) {
        health.permanent(true);
        health.mislead(Level::Decay { from: 0.0, to: 1.0, tau: self.change });
    }
}
