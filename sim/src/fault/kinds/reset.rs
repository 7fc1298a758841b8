//! Reset: a layer begins anew.

use patterns::report::Severity;
use patterns::{Duration, Intervention};

use crate::fault::kind::FaultKind;

patterns::settings! {
    /// A layer is as at the beginning, at the instant when the fault begins: a breaker is closed
    /// and has forgotten all results, a cache is empty.
    ///
    /// What an operator does by hand, or a deployment. To reset all breakers together lets all
    /// traffic through at once. It hits layers: `policies.NAME.breaker`, or `research ->
    /// github.breaker`. Calls that are open go on.
    #[derive(Clone, Debug)]
    pub struct Reset {}
}

impl FaultKind for Reset {
    const NAME: &'static str = "reset";
    const SEVERITY: Severity = Severity::Limited;
    const IS_ACTION: bool = true;
    const HITS_LAYERS: bool = true;

    fn intervention(&self, is_on: bool) -> Option<Intervention> {
        is_on.then_some(Intervention::Reset)
    }
    fn lasts(&self) -> Option<Duration> {
        Some(Duration::ZERO)
    }
}
