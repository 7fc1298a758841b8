//! Fix: what is wrong somewhere is over.

use patterns::Duration;
use patterns::report::Severity;

use crate::fault::kind::FaultKind;

patterns::settings! {
    /// All faults that are on at a service, or on the way to it, are over there: the cause is
    /// found, and a change is rolled back.
    ///
    /// They are as if their time had come, and come again as they would have. Parts of a run that
    /// measures are asked of (`during fault "x"`) still go by the times that they would have had.
    #[derive(Clone, Debug)]
    pub struct Fix {}
}

impl FaultKind for Fix {
    const NAME: &'static str = "fix";
    const SEVERITY: Severity = Severity::Limited;
    const IS_ACTION: bool = true;
    const HITS_EDGES: bool = true;

    fn lasts(&self) -> Option<Duration> {
        Some(Duration::ZERO)
    }

    fn ends(&self, _kind: &str) -> bool {
        true
    }
}
