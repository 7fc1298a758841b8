//! Rules for retries: caps that no wait reaches.

use core::ops::Range;

use patterns::retry::Settings;
use patterns::{Class, Duration};

use super::read::settings;
use super::waits::Waits;
use crate::diagnostic::Diagnostic;
use crate::export::{Form, Layer, Policy};
use crate::lint::finding::{finding, time};

pub(super) fn look(policy: &Policy, found: &mut Vec<Diagnostic>) {
    for layer in &policy.layers {
        let Some(settings) = settings(layer) else { continue };
        caps(layer, &settings, found);
    }
}

/// Caps that are written and that no wait reaches.
fn caps(layer: &Layer, settings: &Settings, found: &mut Vec<Diagnostic>) {
    let mut seen: Vec<Range<usize>> = Vec::new();
    for class in Class::ALL {
        let Some(waits) = Waits::of(settings, class) else { continue };
        let Some(cap) = waits.rule.backoff.cap else { continue };
        let lengths = waits.lengths(false);
        let Some(largest) = lengths.iter().copied().reduce(f64::max) else { continue };
        let grows = waits.rule.backoff.is_cap_reached(u32::MAX);
        let is_reached = waits.rule.backoff.is_cap_reached(waits.retries);
        if !grows || is_reached || largest >= cap.as_secs_f64() {
            continue;
        }
        let Some((key, at)) = written(layer, class, cap).filter(|(_, at)| !seen.contains(at))
        else {
            continue;
        };
        let message = format!(
            "{} retries from {} end before the cap of {}: the largest wait is {}",
            waits.retries,
            time(lengths[0]),
            time(cap.as_secs_f64()),
            time(largest)
        );
        let mut shown: Vec<String> = lengths.iter().map(|wait| time(*wait)).collect();
        if shown.len() > 6 {
            shown.splice(3..shown.len() - 1, ["…".to_owned()]);
        }
        let proof = format!("arithmetic: the waits are {}", shown.join(", "));
        // A cap of the largest wait has no effect either.
        let smaller = lengths.iter().copied().filter(|wait| *wait < largest).reduce(f64::max);
        let smaller = Duration::from_secs_f64(smaller.unwrap_or(largest / 2.0)).to_string();
        let path = format!("{}.{key}", layer.path);
        found.push(finding("cap-never-reached", &at, message).proof(proof).set(path, smaller));
        seen.push(at);
    }
}

/// Where a cap is written, as the keys below the layer: in a rule, or among the numbers of a
/// library. Nobody is told of a cap that only the library has.
fn written(layer: &Layer, class: Class, cap: Duration) -> Option<(String, Range<usize>)> {
    let entries = layer.written.entries()?;
    let rule = [class.name(), "others"].iter().find_map(|key| {
        let entry = entries.iter().find(|entry| entry.key == *key)?;
        let at = entry.key_at.start..entry.node.at.end.max(entry.key_at.end);
        Form::of(&entry.node)?.get("cap").map(|_| (format!("{key}.cap"), at))
    });
    let is_cap = |text: &str| text.parse() == Ok(cap);
    rule.or_else(|| {
        let has_cap = |key: &str| key.contains("cap") || key.contains("max");
        let of_library = entries
            .iter()
            .find(|entry| has_cap(&entry.key) && entry.node.text().is_some_and(is_cap))?;
        Some((of_library.key.clone(), of_library.key_at.clone()))
    })
}
