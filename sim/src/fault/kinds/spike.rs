//! Spike: a delay that fades, and comes again.

use patterns::Duration;
use patterns::report::Severity;
use patterns::settings::Findings;

use crate::fault::adding::Adding;
use crate::fault::kind::FaultKind;
use crate::fault::level::Level;

patterns::settings! {
    /// Work that begins takes longer, `by` a time that fades as `exp(-t/tau)`.
    ///
    /// With a `gap`, further spikes come by chance while the fault is on, and each stands on what
    /// is left of those before: shot noise, whose mean comes to `by · tau / gap` (N. R. Campbell,
    /// "The study of discontinuous phenomena", 1909). On an edge, requests come to the service
    /// later by that time.
    #[derive(Clone, Debug)]
    pub struct Spike {
        /// How much longer work takes when a spike comes.
        by: Duration [.above(0.0).example("\"2s\"")],
        /// The time after which 1/e of it is left.
        tau: Duration [.above(0.0).example("\"20s\"")],
        /// The mean time from one spike to the next, an exponential one; with `none`, there is only
        /// the one with which the fault begins.
        gap: Option<Duration> [.at_least(1e6).example("\"30s\"")] = None,
    }
    rules Self::rules;
}

impl Spike {
    fn rules(&self, found: &mut Findings) {
        let fade = self.tau.as_secs_f64();
        let is_wide = self.gap.is_none_or(|gap| gap.as_secs_f64() * Level::SPIKES_MAX >= fade);
        found.unless(is_wide, "gap", "at least a thousandth of `tau`");
    }
}

impl FaultKind for Spike {
    const NAME: &'static str = "spike";
    const SEVERITY: Severity = Severity::Limited;
    const HITS_EDGES: bool = true;
    const DRAWS: bool = true;

    fn add(&self, health: &mut Adding<'_>) {
        let (height, tau) = (self.by.as_secs_f64(), self.tau);
        let extra = match self.gap {
            None => Level::Decay { from: height, to: 0.0, tau },
            Some(gap) => Level::Spikes { height, tau, gap },
        };
        health.stretch(1.0, 1.0, extra);
    }
}
