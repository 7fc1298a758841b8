//! The alerts of a report: what each finds, how soon, and how often for nothing.

use sim::measure::Unit;

use super::alerts::Alert;
use super::document::{Document, code};
use super::facts::Facts;
use super::words;
use crate::chart::level;

/// The rule of an alert.
pub(super) fn rule(alert: &Alert) -> String {
    let below = level(alert.below, Unit::Share);
    code(format!("{} < {below} over {}", alert.signal.path(), alert.window))
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
            format!("{} {:.0} %{times}", code(&finds.fault), 100.0 * finds.share)
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
         soonest, with at most one false alarm a month in {:.0} simulated hours without a fault, \
         where a window has at least {} outcomes.",
        code(facts.source),
        8 * 6,
        facts.alerts[0].hours,
        facts.alerts[0].least
    );
    let columns = ["Alert", "In a window", "Finds", "False alarms, and their bound"];
    out.table(caption, &columns, rows.collect());
    let idle: Vec<String> = facts
        .alerts
        .iter()
        .filter(|alert| alert.finds.is_empty())
        .map(|alert| {
            format!(
                "{} ({:.1} outcomes in {})",
                code(alert.signal.path()),
                alert.outcomes,
                alert.window
            )
        })
        .collect();
    if !idle.is_empty() {
        out.say(format!(
            "No rule can work at this traffic, or nothing moves, on {}.",
            words::listed(&idle)
        ));
    }
}
