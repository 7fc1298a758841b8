//! Drain: the service finishes what it has, and takes nothing new.

use patterns::Class;
use patterns::report::Severity;

use crate::fault::adding::Adding;
use crate::fault::kind::FaultKind;

patterns::settings! {
    /// New requests are refused at once, as `overload`; those that are there are finished.
    ///
    /// What a server does that is taken out of service in good order.
    #[derive(Clone, Debug)]
    pub struct Drain {}
}

impl FaultKind for Drain {
    const NAME: &'static str = "drain";
    const SEVERITY: Severity = Severity::Limited;

    fn add(&self, health: &mut Adding<'_>) {
        health.refuse(1.0, Class::Overload);
    }
}
