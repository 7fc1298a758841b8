//! Cold start: work is slow at first.

use patterns::Duration;
use patterns::report::Severity;

use crate::fault::adding::Adding;
use crate::fault::kind::FaultKind;
use crate::fault::level::Level;

patterns::settings! {
    /// Work that begins takes longer, by `factor` at first: `1 + (factor - 1) · exp(-t/tau)`.
    ///
    /// It begins where a service comes back: at the end of the fault that it comes back from. With
    /// `idle` it begins anew whenever the service has had nothing in work for longer than that: an
    /// instance that is taken away when it is not needed.
    #[derive(Clone, Debug)]
    pub struct ColdStart {
        /// How many times as long work takes when the fault begins.
        factor: f64 [.above(0.0).example("3.0")],
        /// The time after which 1/e of the difference is left.
        tau: Duration [.above(0.0).example("\"20s\"")],
        /// After how long without work a service is cold again, if ever.
        idle: Option<Duration> [.above(0.0).example("\"5min\"")] = None,
    }
}

impl FaultKind for ColdStart {
    const NAME: &'static str = "cold-start";
    const SEVERITY: Severity = Severity::Limited;
    const DRAWS: bool = true;

    fn add(&self, health: &mut Adding<'_>) {
        let factor = Level::Decay { from: self.factor, to: 1.0, tau: self.tau };
        match self.idle {
            None => health.stretch(1.0, factor, 0.0),
            Some(idle) => health.stretch_after(idle, factor),
        }
    }
}
