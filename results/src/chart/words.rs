//! Measures and axes as people speak of them: no paths.

use patterns::Time;
use sim::Record;
use sim::design::Axis;
use sim::measure::Measure;

/// In place of the upper end of an interval that has none.
pub(crate) const NO_END: &str = "no upper end";

/// What is said of a finding that `summary.csv` calls unreliable.
pub(crate) const UNRELIABLE: &str = " (too few runs to rely on)";

/// Which seed a run has, and from when on it is counted.
pub fn counted(record: &Record) -> String {
    let after = if record.warmup > Time::ZERO { ", counted after the warm-up" } else { "" };
    format!("Seed 0x{:x}{after}.", record.seed)
}

/// What is measured, of whom, and when: `success of client`, `95th percentile of the latency of
/// agent`.
pub(crate) fn measure(measure: &Measure) -> String {
    let (of, name) = (measure.of_whom().replace("->", "→"), number(&measure.name()));
    let when = measure.window().map_or(String::new(), |window| format!(" {window}"));
    if of.is_empty() { format!("{name}{when}") } else { format!("{name} of {of}{when}") }
}

/// The name of a number.
fn number(name: &str) -> String {
    let percentile = |times: &str, which: &str| {
        let which = match which {
            "p50" => "median".to_owned(),
            "mean" => "mean".to_owned(),
            "max" => "maximum".to_owned(),
            "sd" => "standard deviation".to_owned(),
            percentile => format!("{}th percentile", percentile.trim_start_matches('p')),
        };
        format!("{which} of the {times}")
    };
    match name.split_once('.') {
        Some(("latency", which)) => percentile("latency", which),
        Some(("latency-ok", which)) => percentile("latency of good tasks", which),
        Some((kind, rest)) => format!("{} {}", plain(kind), plain(rest)),
        None if name == "frozen" => "frozen time".to_owned(),
        None if name == "open" => "open tasks".to_owned(),
        None => plain(name),
    }
}

fn plain(name: &str) -> String {
    match name {
        "mtbf" | "mttr" => name.to_uppercase(),
        _ => name.replace(['-', '.'], " "),
    }
}

/// What an axis is about: `breaker failures`, `fault length`.
pub(crate) fn axis(axis: &Axis) -> String {
    let parts: Vec<&str> = axis.path.split('.').collect();
    match parts[..] {
        ["faults", which, ref key @ ..] => {
            let number: usize = which.parse().unwrap_or(0);
            let number = if number == 0 { String::new() } else { format!(" {}", number + 1) };
            let key = match key.join(" ").as_str() {
                "for" => "length".to_owned(),
                "at" => "begin".to_owned(),
                "mttr" => "MTTR".to_owned(),
                "mtbf" => "MTBF".to_owned(),
                other => plain(other),
            };
            format!("fault{number} {key}")
        }
        ["agents" | "services", whose, ref key @ ..] => {
            format!("{whose} {}", plain(&key.join(" ")))
        }
        _ => plain(axis.name()),
    }
}

/// The short name of a place on an axis: `failures 3`, `fault length 1 min`.
pub(crate) fn at(of: &Axis, value: &str) -> String {
    let name = axis(of);
    let short = name.rsplit(' ').next().unwrap_or(&name);
    let name = if of.is_condition() { &name } else { short };
    format!("{name}\u{a0}{}", value_with_unit(value))
}

/// A value of an axis, with a space before its unit: `60 s`, `1 h 30 min`.
pub(crate) fn value_with_unit(value: &str) -> String {
    let is_length = value.parse::<patterns::Duration>().is_ok() && !value.contains(' ');
    if !is_length {
        return value.to_owned();
    }
    let mut out = String::new();
    let mut before: Option<char> = None;
    for c in value.chars() {
        let was_digit = before.is_some_and(|c| c.is_ascii_digit());
        let is_letter = c.is_alphabetic();
        if before.is_some() && was_digit == is_letter && c != '.' && before != Some('.') {
            out.push('\u{a0}');
        }
        out.push(c);
        before = Some(c);
    }
    out
}
