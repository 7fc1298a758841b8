//! A trace in the JSON encoding of the OpenTelemetry protocol.
//!
//! <https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>: ids are hexadecimal, enums
//! are numbers, and 64-bit numbers are text.

use std::collections::BTreeMap;
use std::io::{self, Write};

use patterns::Outcome;
use patterns::report::Severity;
use serde_json::{Value, json};
use sim::Record;
use sim::observe::{Interval, Trace, Track};

use super::processes::states;
use super::spans::{Kind, Span, ended, groups, spans};

/// `SPAN_KIND_INTERNAL` and `SPAN_KIND_CLIENT`.
const INTERNAL: u32 = 1;
const CLIENT: u32 = 3;

/// `STATUS_CODE_ERROR`.
const ERROR: u32 = 2;

/// Something that is shown as a span.
enum Shown<'a> {
    Span(usize),
    /// With a place behind those of all spans.
    State(usize, &'a Track, &'a Interval),
}

/// Writes tasks, calls and attempts as spans, by group of agents and by service, and how processes
/// of agents are that do not work. The beginning of the run is the beginning of the Unix epoch.
pub fn otlp<W: Write>(trace: &Trace, record: &Record, mut out: W) -> io::Result<W> {
    let spans = spans(trace, record);
    let mut by_group: BTreeMap<&str, Vec<Shown<'_>>> = BTreeMap::new();
    for (place, span) in spans.iter().enumerate() {
        by_group.entry(&span.group).or_default().push(Shown::Span(place));
    }
    // How processes are that do not work, behind all spans.
    let agents = trace.tracks.iter().zip(groups(record));
    let away = agents.flat_map(|(track, group)| states(track).map(move |one| (track, group, one)));
    for (place, (track, group, state)) in (spans.len()..).zip(away) {
        by_group.entry(group).or_default().push(Shown::State(place, track, state));
    }
    write!(out, "{{\"resourceSpans\":[")?;
    for (number, (group, all)) in by_group.into_iter().enumerate() {
        let resource = json!({ "attributes": [text("service.name", group)] });
        let scope = json!({ "name": "wavetank", "version": env!("CARGO_PKG_VERSION") });
        let comma = if number == 0 { "" } else { "," };
        write!(out, "{comma}\n{{\"resource\":{resource},")?;
        write!(out, "\"scopeSpans\":[{{\"scope\":{scope},\"spans\":[")?;
        for (number, shown) in all.into_iter().enumerate() {
            out.write_all(if number == 0 { b"\n" } else { b",\n" })?;
            let shown = match shown {
                Shown::Span(place) => span(&spans, place, record),
                Shown::State(place, of, state) => of_process((place, of, state), record),
            };
            serde_json::to_writer(&mut out, &shown)?;
        }
        write!(out, "\n]}}]}}")?;
    }
    writeln!(out, "\n]}}")?;
    Ok(out)
}

fn span(spans: &[Span], place: usize, record: &Record) -> Value {
    let one = &spans[place];
    let mut root = place;
    while let Some(parent) = spans[root].parent {
        root = parent;
    }
    let name = match &one.callee {
        Some(callee) => format!("{} {callee}", one.kind.name()),
        None => one.kind.name().to_owned(),
    };
    let mut attributes =
        vec![text("wavetank.who", &one.who), text("wavetank.outcome", &ended(one.outcome))];
    attributes.extend(one.callee.as_ref().map(|callee| text("peer.service", callee)));
    if one.is_late {
        attributes.push(json!({ "key": "wavetank.late", "value": { "boolValue": true } }));
    }
    let mut span = json!({
        "traceId": trace_id(record, root),
        "spanId": id(place),
        "name": name,
        "kind": if one.kind == Kind::Task { INTERNAL } else { CLIENT },
        "startTimeUnixNano": one.from.as_nanos().to_string(),
        "endTimeUnixNano": one.to.as_nanos().to_string(),
        "attributes": attributes,
    });
    if let Some(parent) = one.parent {
        span["parentSpanId"] = id(parent).into();
    }
    if !one.outcome.is_some_and(Outcome::is_ok) {
        span["status"] = json!({ "code": ERROR, "message": ended(one.outcome) });
    }
    span
}

/// A process that does not work.
fn of_process((place, track, state): (usize, &Track, &Interval), record: &Record) -> Value {
    let mut span = json!({
        "traceId": trace_id(record, place),
        "spanId": id(place),
        "name": state.state,
        "kind": INTERNAL,
        "startTimeUnixNano": state.from.as_nanos().to_string(),
        "endTimeUnixNano": state.to.as_nanos().to_string(),
        "attributes": [text("wavetank.who", &track.id.to_string())],
    });
    if state.severity == Severity::Bad {
        span["status"] = json!({ "code": ERROR, "message": state.state });
    }
    span
}

/// The run, and the place of the span that all others of a trace are made for.
fn trace_id(record: &Record, root: usize) -> String {
    format!("{:016x}{:016x}", record.fingerprint, root + 1)
}

/// Eight bytes, not all of which may be zero.
fn id(place: usize) -> String {
    format!("{:016x}", place + 1)
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}
