//! Rules for retries: caps, and attempts that nobody waits for.

use patterns::settings::Node;
use patterns::{Class, Duration};

use crate::diagnostic::Diagnostic;
use crate::export::{Form, Layer, Policy};
use crate::import::{decimal, whole};
use crate::lint::finding::{finding, power, time};

pub(super) fn look(policy: &Policy, found: &mut Vec<Diagnostic>) {
    for layer in policy.layers.iter().filter(|layer| layer.kind == "retry") {
        caps(layer, found);
    }
    deadline(policy, found);
}

/// Caps that no wait reaches.
fn caps(layer: &Layer, found: &mut Vec<Diagnostic>) {
    let mut seen: Vec<String> = Vec::new();
    for entry in layer.written.entries().unwrap_or_default() {
        let Some(waits) = Waits::of(&entry.node) else { continue };
        let (Some(cap), true) = (waits.cap, waits.grows) else { continue };
        let largest = waits.uncapped(waits.retries);
        if largest < cap && !seen.contains(&entry.node.to_string()) {
            seen.push(entry.node.to_string());
            let (retries, first) = (waits.retries, time(waits.first));
            let message = format!(
                "{retries} retries from {first} end before the cap of {}: the largest wait is {}",
                time(cap),
                time(largest)
            );
            let proof = format!(
                "arithmetic: {first} x {}^{} = {}",
                waits.factor,
                retries - 1,
                time(largest)
            );
            let at = entry.key_at.start..entry.node.at.end.max(entry.key_at.end);
            found.push(finding("cap-never-reached", &at, message).proof(proof));
        }
    }
}

/// Attempts and waits that take longer than the limit around them.
fn deadline(policy: &Policy, found: &mut Vec<Diagnostic>) {
    let (Some(outer), Some(inner)) = policy.timeouts() else { return };
    let (Some(limit), Some(each)) = (limit(outer), limit(inner)) else { return };
    let Some(retry) = policy.layer("retry") else { return };
    let Some(waits) = retry.get("timeout").and_then(Waits::of) else { return };
    let attempts = waits.retries + 1;
    let between: f64 = (1..=waits.retries.min(1000)).map(|number| waits.wait(number)).sum();
    let total = attempts as f64 * each + between;
    if total > limit {
        let message = format!(
            "{attempts} attempts of up to {} and {} between them are {}, and the limit around them \
             is {}",
            time(each),
            time(between),
            time(total),
            time(limit)
        );
        let mut before = 0.0;
        let kept = (0..=waits.retries)
            .take_while(|done| {
                before += if *done > 0 { waits.wait(*done) } else { 0.0 };
                (*done as f64 + 1.0) * each + before <= limit
            })
            .count();
        let proof = format!("arithmetic: {kept} of the {attempts} attempts can come to their end");
        found.push(finding("timeout-beyond-deadline", &outer.at, message).proof(proof));
    }
}

fn limit(layer: &Layer) -> Option<f64> {
    layer.get("limit").and_then(seconds)
}

/// How often something is tried again, and the waits before that.
struct Waits {
    retries: i128,
    first: f64,
    factor: f64,
    cap: Option<f64>,
    grows: bool,
}

impl Waits {
    /// The waits of a rule, if it is one with an end.
    fn of(rule: &Node) -> Option<Self> {
        let form = Form::of(rule)?;
        let retries = whole(form.times.as_ref()?)?;
        let first = form.base().or_else(|| form.first()).as_ref().and_then(seconds)?;
        let factor = decimal(&form.factor())?;
        let cap = form.get("cap").and_then(seconds);
        (retries > 0).then_some(Self { retries, first, factor, cap, grows: form.grows() })
    }

    /// The wait before a retry, from 1, as it would be without a cap.
    fn uncapped(&self, retry: i128) -> f64 {
        if self.grows { self.first * power(self.factor, retry - 1) } else { self.first }
    }

    fn wait(&self, retry: i128) -> f64 {
        self.uncapped(retry).min(self.cap.unwrap_or(f64::INFINITY))
    }
}

/// The most retries of a layer, over all classes of failure; nothing if they have no end.
pub(super) fn most(layer: &Layer) -> Option<i128> {
    let rules = Class::ALL.into_iter().filter_map(|class| layer.get(class.name()));
    let of_rules = rules.filter_map(|rule| whole(Form::of(rule)?.times.as_ref()?)).max()?;
    let bound = layer.get("max-retries").and_then(whole).unwrap_or(of_rules);
    Some(of_rules.min(bound))
}

/// A length of time, in seconds.
fn seconds(node: &Node) -> Option<f64> {
    Some(node.text()?.parse::<Duration>().ok()?.as_secs_f64())
}
