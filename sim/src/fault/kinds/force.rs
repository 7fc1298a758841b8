//! Force: a layer is held in a state.

use patterns::report::Severity;
use patterns::{Hold, Intervention};

use crate::fault::kind::FaultKind;

patterns::settings! {
    /// A breaker is held in a `state`, whatever it sees.
    ///
    /// When the fault ends it is closed, and has forgotten all results. It hits layers:
    /// `policies.NAME.breaker`, or `research -> github.breaker`. Calls that are open go on.
    #[derive(Clone, Debug)]
    pub struct Force {
        /// In which state.
        state: Forced [.example("\"open\"")],
    }
}

patterns::settings! {
    /// In which state a breaker is held.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Forced {
        /// It refuses every call.
        Open,
        /// It lets probes pass, and nothing follows from their results: it is stuck.
        HalfOpen,
        /// It lets every call pass, and never opens.
        Closed,
    }
}

impl FaultKind for Force {
    const NAME: &'static str = "force";
    const SEVERITY: Severity = Severity::Limited;
    const IS_ACTION: bool = true;
    const HITS_LAYERS: bool = true;

    fn word(&self) -> String {
        let state = match self.state {
            Forced::Open => "open",
            Forced::HalfOpen => "half-open",
            Forced::Closed => "closed",
        };
        format!("forced-{state}")
    }

    fn intervention(&self, is_on: bool) -> Option<Intervention> {
        let hold = match self.state {
            Forced::Open => Hold::Open,
            Forced::HalfOpen => Hold::HalfOpen,
            Forced::Closed => Hold::Closed,
        };
        Some(if is_on { Intervention::Hold(hold) } else { Intervention::Release })
    }
}
