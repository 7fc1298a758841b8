//! Shed: what waits is dropped.

use patterns::Duration;
use patterns::report::Severity;

use crate::fault::kind::{Change, FaultKind, Shock};

patterns::settings! {
    /// What waits for a slot is dropped at the instant when it begins, and fails as `overload`;
    /// what is in work goes on.
    ///
    /// It hits services, and groups of agents, whose tasks that wait are dropped. After an overload
    /// the queue is full of requests that are too late: what comes next need not wait behind them.
    #[derive(Clone, Debug)]
    pub struct Shed {}
}

impl FaultKind for Shed {
    const NAME: &'static str = "shed";
    const SEVERITY: Severity = Severity::Limited;
    const IS_ACTION: bool = true;

    fn lasts(&self) -> Option<Duration> {
        Some(Duration::ZERO)
    }

    fn shock(&self, change: Change) -> Shock {
        if change.is_on { Shock::DropLine } else { Shock::Nothing }
    }
}
