//! Rules for breakers beside one another: of one service, and of services that matter more.

use patterns::Duration;
use patterns::breaker::{Settings, Trip};
use patterns::settings::Node;
use sim::System;

use super::read::{policy_of, settings};
use crate::diagnostic::Diagnostic;
use crate::export::{Layer, Policy};
use crate::lint::finding::{finding, number, power, time};

/// A breaker that counts failures, in front of a service.
struct Breaker<'a> {
    service: &'a str,
    layer: &'a Layer,
    failures: u32,
    /// How long it stays open, in seconds.
    open: f64,
}

impl<'a> Breaker<'a> {
    fn of(service: &'a str, layer: &'a Layer) -> Option<Self> {
        let (Trip::Consecutive { failures, .. } | Trip::Count { failures, .. }) =
            settings::<Settings>(layer)?.trip
        else {
            return None;
        };
        let open = layer.get("open").and_then(Node::text)?.parse::<Duration>().ok()?;
        Some(Self { service, layer, failures, open: open.as_secs_f64() })
    }

    /// What it is a breaker of, whatever kind of interface that is.
    fn base(&self) -> String {
        let mut name = self.service.to_lowercase().replace('-', "_");
        for ending in ["_mcp", "_api", "_tools", "_service", "_server"] {
            name = name.strip_suffix(ending).unwrap_or(&name).to_owned();
        }
        name
    }

    fn is_critical(&self) -> bool {
        let name = self.service.to_lowercase();
        name.contains("critical") && !name.contains("non")
    }

    fn shown(&self) -> String {
        format!("{} failures and {}", self.failures, time(self.open))
    }

    /// What makes it as another one.
    fn as_other(&self, other: &Self, mut one: Diagnostic) -> Diagnostic {
        let path = &self.layer.path;
        if self.failures != other.failures {
            one = one.set(format!("{path}.failures"), other.failures.to_string());
        }
        if (self.open - other.open).abs() > 0.0 {
            let open = Duration::from_secs_f64(other.open);
            one = one.set(format!("{path}.open"), open.to_string());
        }
        one
    }
}

pub(super) fn look(all: &[Policy], system: &System, found: &mut Vec<Diagnostic>) {
    let mut breakers: Vec<Breaker<'_>> = Vec::new();
    for edge in &system.edges {
        let layer = policy_of(edge, all, system).and_then(|policy| policy.layer("breaker"));
        let one = layer.and_then(|layer| Breaker::of(&system.services[edge.to].name, layer));
        breakers.extend(one);
    }
    // In the order of the file, each once.
    breakers.sort_by_key(|one| one.layer.at.start);
    breakers.dedup_by_key(|one| one.layer.at.start);
    twice(&breakers, found);
    critical(&breakers, found);
}

/// Breakers of one service with different numbers.
fn twice(breakers: &[Breaker<'_>], found: &mut Vec<Diagnostic>) {
    for (at, one) in breakers.iter().enumerate() {
        let is_same =
            |other: &&Breaker<'_>| other.base() == one.base() && other.service != one.service;
        let Some(first) = breakers[..at].iter().find(is_same) else { continue };
        if (first.failures, first.open) != (one.failures, one.open) {
            let message = format!(
                "`{}` opens on {}, and `{}` on {}: they are the same service",
                first.service,
                first.shown(),
                one.service,
                one.shown()
            );
            let wrong = finding("breakers-disagree", &one.layer.at, message);
            found.push(one.as_other(first, wrong));
        }
    }
}

/// Breakers that are the stricter the more their service is needed.
fn critical(breakers: &[Breaker<'_>], found: &mut Vec<Diagnostic>) {
    let Some(strict) = breakers.iter().find(|breaker| breaker.is_critical()) else { return };
    let others = breakers.iter().filter(|other| !other.is_critical());
    let laxer = others.filter(|other| other.failures > strict.failures && other.open < strict.open);
    let Some(other) = laxer.max_by_key(|other| other.failures) else { return };
    let message = format!(
        "`{}` is shut off after {}, `{}` after {}: what is needed most is away first and longest",
        strict.service,
        strict.shown(),
        other.service,
        other.shown()
    );
    let more = (other.failures - strict.failures).min(30);
    let proof = format!(
        "arithmetic: at 10 % errors {} failures in a row come {} times as often as {}",
        strict.failures,
        number(power(10.0, more.into())),
        other.failures
    );
    let wrong = finding("critical-inverted", &strict.layer.at, message).proof(proof);
    found.push(strict.as_other(other, wrong));
}
