//! Drain: the service finishes what it has, and takes nothing new.

use patterns::report::Severity;

use crate::fault::adding::Adding;
use crate::fault::kind::FaultKind;

patterns::settings! {
    /// New requests are refused at once, as `overload`; those that are there are finished. The
    /// health check of a balancer in front of replicas sees it.
    ///
    /// What a server does that is taken out of service in good order: it fails its readiness check
    /// (Kubernetes takes a pod that terminates out of its endpoints, Envoy fails its health check).
    #[derive(Clone, Debug)]
    pub struct Drain {}
}

impl FaultKind for Drain {
    const NAME: &'static str = "drain";
    const SEVERITY: Severity = Severity::Limited;
    const IS_ACTION: bool = true;

    fn add(&self, health: &mut Adding<'_>) {
        health.drain();
    }
}
