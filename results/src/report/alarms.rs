//! The alerts of a report: what each finds, how soon, and how often for nothing.

use std::io::Write;

use csv::Writer;
use patterns::Duration;
use sim::measure::{Measure, Unit};

use super::alert_choice::RULES;
use super::alerts::{Alert, Finds, Of, SILENT};
use super::document::{Document, code};
use super::facts::Facts;
use super::words;
use crate::chart::level;
use crate::table::number;

/// Hours, of which a few have fractions.
fn hours(hours: f64) -> String {
    if hours < 10.0 { format!("{hours:.2}") } else { format!("{hours:.0}") }
}

/// The rule of an alert.
pub(super) fn rule(alert: &Alert) -> String {
    let below = level(alert.below, Unit::Share);
    let path = path(&alert.signal);
    if alert.below == SILENT {
        return code(format!("no outcome of {path} over {}", alert.window));
    }
    code(format!("{path} < {below} over {}, of {} or more", alert.window, alert.least))
}

/// The path of a signal, as files write it.
fn path(signal: &Measure) -> String {
    let (path, whom) = (signal.path(), signal.of_whom());
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match path.strip_prefix(&format!("agents.{whom}.")) {
        Some(name) if !whom.chars().all(is_plain) => format!("agents.{whom:?}.{name}"),
        _ => path.to_owned(),
    }
}

/// How often a fault is found: `97 % of 30 runs`.
pub(super) fn seen(finds: &Finds) -> String {
    let of = match finds.of {
        Of::Runs(number) => words::counted(number, "run"),
        Of::Times(number) => format!("the {} that it came", words::counted(number, "time")),
    };
    format!("{:.0} % of {of}", 100.0 * finds.share)
}

pub(super) fn add(facts: &Facts<'_>, out: &mut Document) {
    out.heading(2, "Alerts");
    if facts.alerts.is_empty() {
        out.say(format!("Nothing of {} was watched for alerts.", code(facts.source)));
        return;
    }
    let working = facts.alerts.iter().filter(|alert| !alert.finds.is_empty());
    let rows = working.map(|alert| {
        let finds = alert.finds.iter().filter(|finds| 0.0 < finds.share).map(|finds| {
            let times = match finds.after {
                [Some(half), Some(most)] => format!(", p50 {half}, p95 {most}"),
                [Some(half), None] => format!(", p50 {half}"),
                _ => String::new(),
            };
            format!("{} in {}{times}", code(&finds.fault), seen(finds))
        });
        let (seen, most) = alert.a_month();
        vec![
            rule(alert),
            format!("{:.1} outcomes", alert.outcomes),
            finds.collect::<Vec<_>>().join("; "),
            format!("{seen:.1} a month, at most {most:.1}"),
        ]
    });
    let caption = format!(
        "Alerts for {} at this traffic, of {} rules each: the one that finds most of the faults, \
         soonest, with at most one false alarm a month in {} simulated hours without a fault. \
         Shares count where a window has at least {} outcomes.",
        code(facts.source),
        RULES,
        hours(facts.alerts[0].hours),
        facts.alerts[0].least
    );
    out.say(format!(
        "{} has a row for each alert and each fault; {} makes it again.",
        code("alerts.csv"),
        code(&facts.command)
    ));
    let columns = ["Alert", "In a window", "Finds", "False alarms, and their bound"];
    out.table(caption, &columns, rows.collect());
    for (why, is_it) in [
        ("Too few outcomes for any rule at this traffic", true),
        ("No rule finds any fault in half of its runs with at most one false alarm a month", false),
    ] {
        let idle = facts
            .alerts
            .iter()
            .filter(|alert| alert.finds.is_empty() && (alert.outcomes < alert.least) == is_it);
        let told = idle.map(|alert| {
            let path = code(path(&alert.signal));
            format!("{path} ({:.1} outcomes in {})", alert.outcomes, alert.window)
        });
        let told: Vec<String> = told.collect();
        if !told.is_empty() {
            out.say(format!("{why}: {}.", words::listed(&told)));
        }
    }
}

/// Writes `alerts.csv`: a row for each alert and each fault that it was tried on.
///
/// - `signal`, `below`, `window`: the rule: the measure, the share of good outcomes below which it
///   fires (0: where there is no outcome at all), and over how many seconds; `least`: of how many
///   outcomes at least;
/// - `outcomes`: how many such a window has on average;
/// - `false_alarms`, `hours`: how often it fired in how many hours without a fault;
/// - `fault`: in runs in which it alone comes, nothing where no rule on this signal works; `found`:
///   the share of the times at which it comes that the alert finds, of `times` in all runs; `p50`,
///   `p95`: how many seconds after it begins in half of them, and in 95 of 100.
///
/// The command of the report makes it again.
///
/// # Errors
///
/// If `out` cannot be written to.
pub fn alerts_table<W: Write>(all: &[Alert], out: W) -> csv::Result<W> {
    let mut out = Writer::from_writer(out);
    out.write_record([
        "signal",
        "below",
        "window",
        "least",
        "outcomes",
        "false_alarms",
        "hours",
        "fault",
        "found",
        "times",
        "p50",
        "p95",
    ])?;
    for alert in all {
        let rule = [
            alert.signal.path().to_owned(),
            number(alert.below),
            number(alert.window.as_secs_f64()),
            number(alert.least),
            number(alert.outcomes),
            alert.false_alarms.to_string(),
            number(alert.hours),
        ];
        let seconds = |time: Option<Duration>| time.map_or(f64::NAN, Duration::as_secs_f64);
        let found = alert.finds.iter().map(|finds| {
            let [half, most] = finds.after.map(|time| number(seconds(time)));
            let (Of::Runs(of) | Of::Times(of)) = finds.of;
            [finds.fault.clone(), number(finds.share), of.to_string(), half, most]
        });
        let found: Vec<[String; 5]> = found.collect();
        let mut nothing = [const { String::new() }; 5];
        nothing[1..].fill(number(f64::NAN));
        let found = if found.is_empty() { vec![nothing] } else { found };
        for finds in found {
            out.write_record(rule.iter().chain(&finds))?;
        }
    }
    out.into_inner().map_err(|error| error.into_error().into())
}
