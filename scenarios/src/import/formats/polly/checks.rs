//! What Polly asks of settings together.

use patterns::Duration;
use patterns::settings::{Code, Node};

use crate::diagnostic::Diagnostic;
use crate::import::draft::{Draft, From, Layer, Line};
use crate::import::section::{same, twice};

/// Keys that differ by their case alone are one.
pub(super) fn doubles(node: &Node, draft: &mut Draft) {
    let entries = node.entries().unwrap_or_default();
    for (number, entry) in entries.iter().enumerate() {
        let earlier = entries[..number].iter().find(|other| same(&other.key, &entry.key, true));
        if let Some(earlier) = earlier {
            draft.wrong(twice(entry, earlier));
        }
    }
}

/// Reports what the standard handler does not take (`HttpStandardResilienceOptionsCustomValidator`
/// of `Microsoft.Extensions.Http.Resilience`).
pub(super) fn together(node: &Node, layers: &[Layer], is_standard: bool, draft: &mut Draft) {
    if !is_standard {
        return;
    }
    let line = |kind: &str, key: &str, is_last: bool| {
        let mut found = layers.iter().filter(|layer| layer.kind == kind);
        let layer = if is_last { found.next_back() } else { found.next() }?;
        layer.line(key)
    };
    let total = line("timeout", "limit", false);
    let attempt = line("timeout", "limit", true);
    let window = line("breaker", "window", true);
    let (Some(total), Some(attempt)) = (total, attempt) else { return };
    let (Some(all), Some(one)) = (time(total), time(attempt)) else { return };
    if all <= one {
        let message = format!(
            "the timeout of an attempt, {one}, must be shorter than `TotalRequestTimeout`, {all}"
        );
        draft.wrong(Diagnostic::new(place(&[attempt, total], node), Code::Conflict, message));
    }
    let sampled = window.map_or(Some(SAMPLED), time);
    if let Some(sampled) = sampled.filter(|sampled| *sampled < one.scale(2.0)) {
        let message = format!(
            "`SamplingDuration`, {sampled}, must be at least twice the timeout of an attempt, {one}"
        );
        let lines: Vec<&Line> = window.into_iter().chain([attempt]).collect();
        draft.wrong(Diagnostic::new(place(&lines, node), Code::Conflict, message));
    }
}

/// The default of `SamplingDuration`.
const SAMPLED: Duration = Duration::from_secs(30);

fn time(line: &Line) -> Option<Duration> {
    line.value.text()?.parse().ok()
}

/// Where the first of these is written; the section if none is.
fn place(lines: &[&Line], node: &Node) -> core::ops::Range<usize> {
    let written = lines.iter().find_map(|line| match &line.from {
        From::Entry { value_at, .. } => Some(value_at.clone()),
        _ => None,
    });
    written.unwrap_or(node.at.start..node.at.start)
}
