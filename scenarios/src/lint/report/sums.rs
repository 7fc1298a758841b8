//! Rules for numbers of a report that make others: runs and failures, mixes, budgets.

use core::ops::Range;

use super::metrics::{METRICS, Value, is_of_alert, measure, numbers_of, percent};
use super::number::{Number, numbers};
use super::page::{Line, Page};
use crate::diagnostic::Diagnostic;
use crate::lint::finding::{finding, number, time};

/// How long a repair takes that no human has a part in, in seconds: generous.
const BY_MACHINE: f64 = 30.0;

pub(super) fn look(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    failures(page, found);
    repair(page, found);
    error_budgets(page, found);
    for line in page.prose() {
        total(line, found);
    }
}

/// How many runs there are in how many seconds, if a report says so.
pub(super) fn traffic(page: &Page<'_>) -> Option<(f64, f64)> {
    page.prose().flat_map(|line| numbers(line).into_iter().map(move |one| (line, one))).find_map(
        |(line, one)| {
            let rest = line.small[one.end..].trim_start();
            let is_runs = ["runs", "executions", "tasks", "operations"].contains(&&*one.unit);
            let rest = rest.strip_prefix(&*one.unit).filter(|_| is_runs)?.trim_start();
            let rest =
                ["/", "per ", "a ", "each "].iter().find_map(|word| rest.strip_prefix(word))?;
            let rest = rest.trim_start();
            let units = [("day", 86_400.0), ("week", 604_800.0), ("hour", 3600.0)];
            let (_, seconds) = units.into_iter().find(|(unit, _)| rest.starts_with(unit))?;
            (one.value > 0.0).then_some((one.value, seconds))
        },
    )
}

/// Whether failures come as seldom as the MTBF says.
fn failures(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    let success = measure(page, "success", Number::share).value;
    let between = measure(page, "mtbf", Number::seconds).value;
    let (Some(success), Some(between), Some((runs, seconds))) = (success, between, traffic(page))
    else {
        return;
    };
    let failures = runs * (1.0 - success.value);
    if failures > 0.0 && between.value > 1.5 * seconds / failures {
        let gap = seconds / failures;
        let needed = 1.0 - seconds / (between.value * runs);
        let message = format!(
            "{} runs of which {} % succeed fail {} times, once in {}, and the MTBF is {}: that \
             takes a success of {} %",
            number(runs),
            percent(success.value),
            number(failures),
            time(gap),
            time(between.value),
            percent(needed)
        );
        let proof = format!("arithmetic: {} / {} = {}", time(seconds), number(failures), time(gap));
        found.push(finding("failures-do-not-follow", &between.at, message).proof(proof));
    }
}

/// How long a repair took before, or takes by hand; and how long it takes now: as far as a line
/// says so.
fn repairs(line: &Line<'_>) -> Option<(f64, Value)> {
    let (mut before, mut now) = (None, None);
    for one in numbers_of(line, "mttr") {
        let (Some(value), false) = (one.seconds(), one.is_limit) else { continue };
        let (front, head) = (line.small[..one.start].trim_end(), line.head(one.start));
        let is_there = |words: &[&str]| words.iter().any(|word| head.contains(word));
        let is_before = is_there(&["before", "baseline", "manual", "by hand"])
            || ["from", "before", "before:", "by hand"].iter().any(|word| front.ends_with(word));
        if is_before {
            before = before.or(Some(value));
        } else if !is_there(&["target", "goal"]) {
            now = now.or_else(|| Some(Value { value, at: one.place(line) }));
        }
    }
    before.zip(now)
}

/// Whether the repairs that no machine does leave so short a mean.
fn repair(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    let Some(share) = measure(page, "heal", Number::share).value else { return };
    let Some((before, after)) = page.prose().find_map(repairs) else { return };
    let mixed = share.value * BY_MACHINE + (1.0 - share.value) * before;
    if before > after.value && after.value < 0.8 * mixed {
        let needed = (before - after.value) / (before - BY_MACHINE);
        let message = format!(
            "with {} % healed by machine and the others in {} as before, the MTTR is {}, not {}: \
             that takes {} %",
            percent(share.value),
            time(before),
            time(mixed),
            time(after.value),
            percent(needed)
        );
        let proof = format!(
            "arithmetic: {0} % x {1} + {2} % x {3} = {4}",
            percent(share.value),
            time(BY_MACHINE),
            percent(1.0 - share.value),
            time(before),
            time(mixed)
        );
        found.push(finding("repair-does-not-follow", &after.at, message).proof(proof));
    }
}

/// Words of lines that tell what became of a budget, not how large it is.
const SPENT: [&str; 7] = ["spent", "spend", "left", "remain", "consum", "burn", "used"];

/// Error budgets that are not the same, or not what the objective leaves.
fn error_budgets(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    // One minus an objective is written with the objective.
    let budget = |share: f64| if share > 0.5 { 1.0 - share } else { share };
    let is_other = |one: f64, other: f64| (one - other).abs() > 1e-6;
    let mut first: Option<(f64, Range<usize>)> = None;
    for line in page.prose().filter(|line| !line.has(&SPENT)) {
        let Some(start) = line.small.find("error budget") else { continue };
        let behind = numbers(line).into_iter();
        let behind = behind.filter(|one| one.start > start && !is_of_alert(line, one));
        let mut shares = behind.filter_map(|one| Some((one.share()?, one.place(line))));
        let Some((share, at)) = shares.next() else { continue };
        let own = budget(share);
        let (other, _) = first.get_or_insert_with(|| (own, at.clone()));
        let mut here = core::iter::once(share).chain(shares.map(|(share, _)| share));
        let differs = |share: &f64| is_other(budget(*share), *other);
        let wrong = here
            .next()
            .filter(differs)
            .or_else(|| here.find(|share| *share > 0.5 && differs(share)));
        if let Some(share) = wrong {
            let message = format!(
                "an error budget of {} % here, and of {} % as well",
                percent(budget(share)),
                percent(*other)
            );
            found.push(finding("two-error-budgets", &line.place("error budget"), message));
            return;
        }
    }
    let Some((own, at)) = first else { return };
    let all = objectives(page);
    let objective = all.first().filter(|_| all.iter().all(|one| is_other(1.0 - one, own)));
    if let Some(objective) = objective {
        let message = format!(
            "an error budget of {} %, and an objective of {} %, which leaves {} %",
            percent(own),
            percent(*objective),
            percent(1.0 - objective)
        );
        found.push(finding("two-error-budgets", &at, message));
    }
}

/// The objectives of a report: those it calls so; else its targets.
fn objectives(page: &Page<'_>) -> Vec<f64> {
    let is_of = |line: &&Line<'_>| {
        line.has(&["objective", "service level"])
            || line.small.split(|c: char| !c.is_alphanumeric()).any(|word| word == "slo")
    };
    let said = page.prose().filter(is_of).filter(|line| !line.has(&["error budget"]));
    let said: Vec<f64> = said
        .filter_map(|line| {
            let all = numbers(line).into_iter().filter(|one| !is_of_alert(line, one));
            all.filter_map(|one| one.share()).find(|one| *one > 0.5)
        })
        .collect();
    if !said.is_empty() {
        return said;
    }
    let target = |name| Some(measure(page, name, Number::share).target?.value);
    ["availab", "success"].into_iter().filter_map(target).collect()
}

/// A total over things that cannot be added.
fn total(line: &Line<'_>, found: &mut Vec<Diagnostic>) {
    let improves = line.has(&["improve"]);
    let has_name = METRICS.iter().any(|name| line.has(&[name])) || line.has(&["latency", "cost"]);
    let is_total = line.has(&["overall", "in total", "combined"])
        && (line.has(&["reliab", "resilien"]) || improves && !has_name);
    let share = numbers(line).into_iter().find(|one| one.unit == "%" && !one.is_limit);
    if let Some(share) = share.filter(|one| is_total && (one.has_sign || improves)) {
        let at = share.place(line);
        let message =
            format!("{} % of what? Measures of several units have no sum", number(share.value));
        found.push(finding("undefined-total", &at, message));
    }
}
