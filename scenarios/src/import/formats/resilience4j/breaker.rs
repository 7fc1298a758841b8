//! The circuit breaker of resilience4j.

use patterns::settings::{Code, Entry, Node, Value};

use super::super::exceptions::EXCEPTIONS;
use crate::diagnostic::{Diagnostic, nearest_or_all};
use crate::import::draft::{Draft, From, Layer};
use crate::import::section::{Taken, take};
use crate::import::table::{Row, Section};
use crate::import::times::Times;
use crate::import::unit::Unit;

const SHOWN: &str = "it says what is shown, not what is done";
const WINDOW: &str = "type and size together: a number of calls, or of seconds";
const OPEN: &str = "together: a wait that may grow and be spread";
/// `CircuitBreaker.State`.
const STATES: Unit = Unit::Word(&[
    ("CLOSED", "closed"),
    ("OPEN", "open"),
    ("HALF_OPEN", "half-open"),
    ("FORCED_OPEN", "forced-open"),
    ("DISABLED", "disabled"),
    ("METRICS_ONLY", "metrics-only"),
]);
const OLD: &str = "a key from before 1.0: `slidingWindowSize` and others took its place";

pub(crate) static BREAKER: Section = Section {
    place: "resilience4j.circuitbreaker.instances.NAME",
    layer: "breaker",
    like: "resilience4j",
    rows: &[
        Row::of("failureRateThreshold", "rate", Unit::Percent).at_least(1.0),
        Row::of("slowCallRateThreshold", "slow-rate", Unit::Percent).at_least(1.0),
        Row::of("slowCallDurationThreshold", "slow", Unit::Time(Times::Spring)).more_than(0.0),
        Row::with("slidingWindowType", "window", WINDOW),
        Row::with("slidingWindowSize", "window", WINDOW).at_least(1.0),
        Row::of("minimumNumberOfCalls", "min-calls", Unit::Whole).at_least(1.0),
        Row::with("waitDurationInOpenState", "open", OPEN).at_least(0.001),
        Row::with("enableExponentialBackoff", "open", OPEN),
        Row::with("exponentialBackoffMultiplier", "open", OPEN).at_least(1.0),
        Row::with("exponentialMaxWaitDurationInOpenState", "open", OPEN).at_least(0.001),
        Row::with("enableRandomizedWait", "open", OPEN),
        Row::with("randomizedWaitFactor", "open", OPEN).less_than(1.0),
        Row::of("permittedNumberOfCallsInHalfOpenState", "permits", Unit::Whole).at_least(1.0),
        Row::with("maxWaitDurationInHalfOpenState", "half-open-timeout", "0 is `unlimited` here"),
        Row::of(
            "transitionToStateAfterWaitDuration",
            "then",
            Unit::Word(&[("OPEN", "open"), ("CLOSED", "close")]),
        ),
        Row::of("recordExceptions", "count", Unit::Classes(&EXCEPTIONS)),
        Row::of("ignoreExceptions", "ignore", Unit::Classes(&EXCEPTIONS)),
        Row::with("initialState", "mode", "only what a breaker can be held in"),
        Row::with("baseConfig", "", "its keys count where the instance has none"),
        Row::out(
            "automaticTransitionFromOpenToHalfOpenEnabled",
            "a breaker here becomes half-open with the first call after the wait",
        ),
        Row::out("registerHealthIndicator", SHOWN),
        Row::out("allowHealthIndicatorToFail", SHOWN),
        Row::out("eventConsumerBufferSize", SHOWN),
        Row::out("writableStackTraceEnabled", SHOWN),
        Row::out("ignoreClassBindingExceptions", SHOWN),
        Row::out("recordFailurePredicate", "what a program decides no file says"),
        Row::out("recordResultPredicate", "what a program decides no file says"),
        Row::out("ignoreExceptionPredicate", "what a program decides no file says"),
        Row::out("ringBufferSizeInClosedState", OLD),
        Row::out("ringBufferSizeInHalfOpenState", OLD),
        Row::out("waitInterval", OLD),
    ],
};

pub(super) fn breaker(tables: &[&Node], from: From, draft: &mut Draft) -> Layer {
    let mut taken = take(&BREAKER, tables, true, from, draft);
    window(&mut taken, draft);
    if let Some((open, from)) = wait(
        &taken,
        "waitDurationInOpenState",
        "exponentialMaxWaitDurationInOpenState",
        "60s",
        draft,
    ) {
        taken.layer.set("open", open, from);
    }
    let key = "maxWaitDurationInHalfOpenState";
    if let Some(wait) = taken.value(key, Unit::Time(Times::Spring), draft) {
        let value = if wait.text() == Some("0s") { Node::word("unlimited") } else { wait };
        set(&mut taken, "half-open-timeout", value, key);
    }
    if let Some(entry) = taken.entry("initialState") {
        match taken.value("initialState", STATES, draft) {
            Some(state) if state.text() == Some("closed") => {}
            Some(state) if ["open", "half-open"].contains(&state.text().unwrap_or_default()) => {
                draft.leave_entry(entry, "a breaker begins closed here");
            }
            Some(mode) => set(&mut taken, "mode", mode, "initialState"),
            None => {}
        }
    }
    taken.layer
}

/// Sets a key from what several say together.
fn set(taken: &mut Taken<'_>, key: &str, value: Node, theirs: &str) {
    if let Some(from) = taken.from(theirs) {
        taken.layer.set(key, value, from);
    }
}

fn window(taken: &mut Taken<'_>, draft: &mut Draft) {
    let kinds = &[("COUNT_BASED", "calls"), ("TIME_BASED", "time")];
    let kind = taken.value("slidingWindowType", Unit::Word(kinds), draft);
    let is_time = kind.as_ref().and_then(Node::text) == Some("time");
    let size = taken.value("slidingWindowSize", Unit::Whole, draft);
    let Some(key) = ["slidingWindowSize", "slidingWindowType"]
        .into_iter()
        .find(|key| taken.entry(key).is_some())
    else {
        return;
    };
    let Value::Integer(size) = size.map_or(Value::Integer(100), |size| size.value) else { return };
    let value = if is_time {
        Node::word(format!("{size}s"))
    } else {
        Node::unwritten(Value::Integer(size))
    };
    set(taken, "window", value, key);
}

/// A wait that may grow and be spread, and where it comes from.
pub(super) fn wait(
    taken: &Taken<'_>,
    base: &str,
    longest: &str,
    default: &str,
    draft: &mut Draft,
) -> Option<(Node, From)> {
    let mut is_on = |key: &str| {
        taken.value(key, Unit::Flag, draft).is_some_and(|node| node.value == Value::Bool(true))
    };
    let (grows, spreads) = (is_on("enableExponentialBackoff"), is_on("enableRandomizedWait"));
    let time = Unit::Time(Times::Spring);
    let wait = taken.value(base, time, draft);
    let wait = wait.as_ref().and_then(Node::text).unwrap_or(default).to_owned();
    for (key, is_used, needs) in [
        ("exponentialBackoffMultiplier", grows, "enableExponentialBackoff"),
        (longest, grows, "enableExponentialBackoff"),
        ("randomizedWaitFactor", spreads, "enableRandomizedWait"),
    ] {
        if let Some(entry) = taken.entry(key).filter(|_| !is_used) {
            draft.leave_entry(entry, &format!("it has no effect without `{needs}: true`"));
        }
    }
    let mut text = wait.clone();
    if grows {
        let factor = number(taken, "exponentialBackoffMultiplier", 1.5, draft);
        text = format!("exponential({wait}, factor={factor}");
        if let Some(cap) = taken.value(longest, time, draft) {
            text += &format!(", cap={}", cap.text().unwrap_or_default());
            if spreads {
                text += ", cap-when=after";
            }
        }
    } else if spreads {
        text = format!("constant({wait}");
    }
    if spreads {
        let share = number(taken, "randomizedWaitFactor", 0.5, draft);
        text += &format!(", jitter=between(from={}, to={})", 1.0 - share, 1.0 + share);
    }
    if grows || spreads {
        text.push(')');
    }
    let keys =
        [(base, true), ("enableExponentialBackoff", grows), ("enableRandomizedWait", spreads)];
    let from = keys.into_iter().filter(|(_, is_on)| *is_on);
    let from = { from }.find_map(|(key, _)| taken.from(key))?;
    Some((Node::word(text), from))
}

pub(super) fn number(taken: &Taken<'_>, key: &str, default: f64, draft: &mut Draft) -> f64 {
    match taken.value(key, Unit::Factor, draft).map(|node| node.value) {
        Some(Value::Float(number)) => number,
        _ => default,
    }
}

/// A base that there is not.
pub(super) fn no_config(node: &Node, name: &str, configs: &[&Entry]) -> Diagnostic {
    let known: Vec<&str> = configs.iter().map(|entry| entry.key.as_str()).collect();
    let message = format!("there is no `{name}` in `configs`");
    let help = nearest_or_all(name, &known);
    Diagnostic::new(node.at.clone(), Code::UnknownName, message).help(help)
}
