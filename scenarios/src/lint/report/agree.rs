//! Rules for statements beside one another: two values of one thing, targets that are missed.

use super::evidence::wilson;
use super::metrics::percent;
use super::number::numbers;
use super::page::{Line, Page, cell};
use super::statements::{Statement, When};
use crate::diagnostic::Diagnostic;
use crate::lint::finding::{finding, number, time};

pub(super) fn look(page: &Page<'_>, statements: &[Statement], found: &mut Vec<Diagnostic>) {
    disagree(page, statements, found);
    targets(page, statements, found);
    hypotheses(page, found);
}

fn shown(one: &Statement, value: f64) -> String {
    if is_time(one) { time(value) } else { format!("{} %", percent(value)) }
}

fn is_time(one: &Statement) -> bool {
    ["mtbf", "mttr"].contains(&one.name)
}

/// Two values of one measure.
fn disagree(page: &Page<'_>, statements: &[Statement], found: &mut Vec<Diagnostic>) {
    let mut seen: Vec<&Statement> = Vec::new();
    for (at, later) in statements.iter().enumerate() {
        let is_open = later.when != When::Target && !seen.iter().any(|one| one.name == later.name);
        let mut earlier = statements[..at].iter().filter(|_| is_open);
        let Some(first) = earlier.find(|first| later.contradicts(first)) else { continue };
        let before = if later.when == When::Before { ", both before" } else { "" };
        let message = format!(
            "{} is {} here, and {} in line {}{before}",
            later.label.trim(),
            shown(later, later.value),
            shown(first, first.value),
            page.number_of(first.at.start)
        );
        found.push(finding("statements-disagree", &later.at, message));
        seen.push(later);
    }
}

/// Words that say of all targets that they are met.
const ALL_MET: [&str; 6] = [
    "all targets are met",
    "all targets were met",
    "all targets met",
    "all targets have been met",
    "every target is met",
    "meets all targets",
];

/// Whether a row says that its target is met.
fn is_said_met(line: &Line<'_>) -> bool {
    let cells = line.cells().map_or(0, |cells| cells.len());
    (1..cells).map(|column| (line.heads.get(column), cell(line, column))).any(|(head, cell)| {
        let cell = cell.trim_matches(['*', '_']);
        let is_asked = head.is_some_and(|head| ["met", "met?"].contains(&head.trim()));
        is_asked && ["yes", "y"].contains(&cell)
            || ["met", "target met", "✓", "✅", "pass", "passed", "achieved"].contains(&cell)
            || cell.contains("(met)")
    })
}

/// Values beside targets: those that are missed, though they are said to be met, and those that are
/// met with too little behind them.
fn targets(page: &Page<'_>, statements: &[Statement], found: &mut Vec<Diagnostic>) {
    let all_met =
        page.prose().find(|line| line.has(&ALL_MET) && !line.has(&["not ", "if ", "once "]));
    let is_honest = page.prose().any(|line| line.has(&["mean only", "on the mean"]));
    for target in statements.iter().filter(|one| one.when == When::Target) {
        let is_value = |one: &&Statement| one.when == When::Now && one.is_in_row_of(target);
        let Some(is_above) = target.is_above else { continue };
        let Some(value) = statements.iter().find(is_value) else { continue };
        let is_met = |value: f64| {
            if is_above { value >= target.value } else { value <= target.value }
        };
        let own = page.prose().find(|line| line.at.contains(&value.at.start));
        let said = own.filter(|line| is_said_met(line)).or(all_met);
        if !is_met(value.value) {
            let Some(said) = said else { continue };
            let message = format!(
                "{} misses the target of {}, and line {} says that it is met",
                shown(value, value.value),
                shown(target, target.value),
                page.number_of(said.at.start)
            );
            found.push(finding("target-not-met", &value.at, message));
        } else if !is_honest
            && let Some((bound, proof)) = bound(value, is_above)
            && !is_met(bound)
        {
            let message = format!(
                "the mean of {} meets the target of {}, and the bound of {} does not",
                shown(value, value.value),
                shown(target, target.value),
                shown(value, bound)
            );
            found.push(finding("target-on-mean-only", &value.at, message).proof(proof));
        }
    }
}

/// The end of the interval of a value that is nearer to a miss.
fn bound(one: &Statement, is_above: bool) -> Option<(f64, Option<String>)> {
    if let Some((low, high)) = one.evidence.interval {
        let end = if is_above { low } else { high };
        // The ends are written as the value is.
        let unit = if is_time(one) { return None } else { 0.01 };
        return Some((end * unit, None));
    }
    let runs = one.evidence.runs.filter(|_| !is_time(one))?;
    let (low, high) = wilson(one.value, runs);
    let proof = format!(
        "arithmetic: of {} runs, {} % is anything from {} to {} % (Wilson, 95 %)",
        number(runs),
        percent(one.value),
        number(100.0 * low),
        number(100.0 * high)
    );
    Some((if is_above { low } else { high }, Some(proof)))
}

/// A sentence that has all hypotheses confirmed, and a table that has not.
fn hypotheses(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    let is_said = |line: &&Line<'_>| {
        let all = ["all hypotheses", "every hypothesis", "all of the hypotheses"];
        let is_counted = numbers(line).iter().any(|one| {
            let front = line.small[..one.start].trim_end();
            one.unit == "hypotheses" && (front.ends_with("all") || front.ends_with("all of the"))
        });
        !line.is_row()
            && (line.has(&all) || is_counted)
            && line.has(&["confirmed"])
            && !line.has(&["not "])
    };
    let Some(said) = page.prose().find(is_said) else { return };
    let denied = page.prose().filter(|line| line.is_data()).find_map(|line| {
        let column = line.heads.iter().position(|head| head.contains("confirmed"))?;
        let cell = cell(line, column);
        let is_denied = ["no", "partial", "partially", "partly", "refuted", "✗", "❌"];
        is_denied.contains(&cell.trim_matches(['*', '_'])).then_some((line, cell))
    });
    if let Some((line, cell)) = denied {
        let message = format!(
            "all hypotheses were confirmed, and line {} says `{cell}`",
            page.number_of(line.at.start)
        );
        found.push(finding("statements-disagree", &said.at, message));
    }
}
