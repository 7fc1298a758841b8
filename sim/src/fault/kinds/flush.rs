//! Flush: a layer loses what it keeps.

use patterns::report::Severity;
use patterns::{Duration, Intervention};

use crate::fault::kind::FaultKind;

patterns::settings! {
    /// A cache is emptied, at the instant when the fault begins; each time if it comes again.
    ///
    /// A deployment, a restart, a bad key: all that callers asked for comes to the service behind
    /// it at once. It hits layers: `policies.NAME.cache`, or `research -> github.cache`.
    #[derive(Clone, Debug)]
    pub struct Flush {}
}

impl FaultKind for Flush {
    const NAME: &'static str = "flush";
    const SEVERITY: Severity = Severity::Limited;
    const IS_ACTION: bool = true;
    const HITS_LAYERS: bool = true;

    fn intervention(&self, is_on: bool) -> Option<Intervention> {
        is_on.then_some(Intervention::Flush)
    }
    fn lasts(&self) -> Option<Duration> {
        Some(Duration::ZERO)
    }
}
