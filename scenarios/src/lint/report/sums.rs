//! Rules for numbers of a report that make others: runs and failures, mixes, budgets.

use super::metrics::{Value, measure, percent};
use super::number::{Number, after, numbers};
use super::page::{Line, Page};
use crate::diagnostic::Diagnostic;
use crate::lint::finding::{finding, number, time};
use crate::lint::foreign::spent;

/// How long a repair takes that no human has a part in, in seconds: generous.
const BY_MACHINE: f64 = 30.0;

pub(super) fn look(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    failures(page, found);
    repair(page, found);
    error_budgets(page, found);
    for line in page.prose() {
        total(line, found);
        context(line, found);
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

/// Whether the repairs that no machine does leave so short a mean.
fn repair(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    let Some(share) = measure(page, "heal", Number::share).value else { return };
    let both = page.prose().filter(|line| line.has(&["mttr"])).find_map(|line| {
        let values = numbers(line).into_iter().filter(|one| !one.is_limit && !one.has_sign);
        let values: Vec<Value> = values
            .filter_map(|one| {
                let at = one.place(line);
                Some(Value { value: one.seconds()?, at })
            })
            .collect();
        Some((values.first()?.value, values.get(1)?.clone()))
    });
    let Some((before, after)) = both else { return };
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

/// Error budgets that are not the same.
fn error_budgets(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    let mut first: Option<f64> = None;
    for line in page.prose() {
        let Some(start) = line.small.find("error budget") else { continue };
        let mut shares = numbers(line).into_iter().filter(|one| one.start > start);
        let Some(share) = shares.find_map(|one| one.share()) else { continue };
        // One minus an objective is written with the objective.
        let budget = if share > 0.5 { 1.0 - share } else { share };
        match first {
            Some(other) if (other - budget).abs() > 1e-9 => {
                let message = format!(
                    "an error budget of {} % here, and of {} % elsewhere",
                    percent(budget),
                    percent(other)
                );
                found.push(finding("two-error-budgets", &line.place("error budget"), message));
                return;
            }
            Some(_) => {}
            None => first = Some(budget),
        }
    }
}

/// A total over things that cannot be added.
fn total(line: &Line<'_>, found: &mut Vec<Diagnostic>) {
    let is_total =
        line.has(&["overall", "in total", "combined"]) && line.has(&["reliab", "resilien"]);
    let share = numbers(line).into_iter().find(|one| one.unit == "%" && !one.is_limit);
    if let Some(share) = share.filter(|one| is_total && (one.has_sign || line.has(&["improve"]))) {
        let at = share.place(line);
        let message =
            format!("{} % of what? Measures of several units have no sum", number(share.value));
        found.push(finding("undefined-total", &at, message));
    }
}

/// A budget of tokens that one call uses up.
fn context(line: &Line<'_>, found: &mut Vec<Diagnostic>) {
    let (Some(context), Some(budget)) = (after(line, "context"), after(line, "budget")) else {
        return;
    };
    if line.has(&["token"]) && context.value >= 1000.0 {
        let wrong = spent(budget.value, context.value);
        found.extend(wrong.map(|wrong| wrong.at(budget.place(line))));
    }
}
