//! Rules for what a report says of its experiments: comparisons, intervals, promises, alerts.

use super::metrics::METRICS;
use super::number::{Number, after, before, numbers, of};
use super::page::{Line, Page};
use super::sums::traffic;
use crate::diagnostic::Diagnostic;
use crate::lint::finding::{finding, number};
use crate::lint::foreign::{CALLS, RETRIES, alert, bound};

pub(super) fn look(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    prevention(page, found);
    faults(page, found);
    units(page, found);
    page.prose().for_each(|line| interval(line, found));
    detection(page, found);
    alerts(page, found);
}

/// Words of a comparison with runs without a pattern.
const COMPARED: [&str; 5] = ["counterfactual", "paired", "ablat", "with and without", "same seeds"];

fn prevention(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    if page.prose().any(|line| line.has(&COMPARED)) {
        return;
    }
    for line in page.prose().filter(|line| line.has(&["prevented", "prevents", "avoided"])) {
        let word = if line.has(&["avoided"]) { "avoided" } else { "prevent" };
        let Some(count) = after(line, word).filter(|one| one.unit != "%") else { continue };
        let message = format!(
            "{} prevented, and no run without the pattern to compare with: how often a breaker \
             opened is not what it prevented",
            number(count.value)
        );
        found.push(finding("prevention-without-comparison", &line.place(word), message));
    }
}

/// Before and after under different faults.
fn faults(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    for line in page.prose() {
        let first = line.cells().and_then(|cells| cells.first().map(|cell| cell.to_lowercase()));
        let (was, is) = (line.below("before"), line.below("after"));
        if let (Some(first), Some(was), Some(is)) = (first, was, is)
            && first.contains("fault")
            && was != is
        {
            push_faults(line, was, is, found);
        }
    }
    let said = |when: &str| {
        page.prose().find_map(|line| {
            let start = line.small.trim_start_matches(['-', '*', ' ']).starts_with(when);
            let at = line.small.find("fault").filter(|_| start && line.cells().is_none())?;
            let (_, what) = line.text[at..].split_once(':')?;
            Some((line, what.trim().trim_end_matches('.')))
        })
    };
    if let (Some((_, was)), Some((line, is))) = (said("before"), said("after"))
        && was != is
    {
        push_faults(line, was, is, found);
    }
}

fn push_faults(line: &Line<'_>, was: &str, is: &str, found: &mut Vec<Diagnostic>) {
    let message = format!("before: {was}; after: {is}: what changed may be the faults alone");
    found.push(finding("different-faults", &line.at, message));
}

/// Values without a unit, and shares without what they are shares of.
fn units(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    let has_n = page.prose().any(|line| {
        line.has(&["n = ", "n=", "(n ", "seeds "]) || {
            let counted = ["runs", "executions", "operations", "calls", "replications"];
            numbers(line).iter().any(|one| counted.contains(&&*one.unit))
        }
    });
    let mut shares_said = has_n;
    for line in page.prose() {
        let Some(cells) = line.cells() else { continue };
        let Some(first) = cells.first().map(|cell| cell.to_ascii_lowercase()) else { continue };
        if !METRICS.iter().any(|name| first.contains(name)) {
            continue;
        }
        // A fraction of one is a share.
        let is_bare = |one: &&Number| {
            let text = &line.small[one.start..one.end];
            let is_fraction = one.value <= 1.0 && text.contains('.');
            one.unit.is_empty() && !is_fraction && cells[1..].contains(&text)
        };
        if let Some(bare) = numbers(line).iter().find(is_bare) {
            let message = format!("`{}` has no unit", &line.small[bare.start..bare.end]);
            found.push(finding("number-without-unit", &bare.place(line), message));
        }
        let share = numbers(line).into_iter().find(|one| one.unit == "%" && !one.is_limit);
        if let Some(share) = share.filter(|_| !shares_said) {
            shares_said = true;
            let at = share.place(line);
            let message = format!(
                "{} % of how many runs? The report says no n and no interval",
                number(share.value)
            );
            let (low, high) = wilson(share.value / 100.0, 20.0);
            let proof = format!(
                "arithmetic: of 20 runs, {} % is anything from {} to {} % (Wilson, 95 %)",
                number(share.value),
                number(100.0 * low),
                number(100.0 * high)
            );
            found.push(finding("number-without-unit", &at, message).proof(proof));
        }
    }
}

/// The interval of Wilson for a share of some runs, at 95 %.
fn wilson(share: f64, runs: f64) -> (f64, f64) {
    let z = 1.96_f64;
    let middle = share + z * z / (2.0 * runs);
    let half = z * (share * (1.0 - share) / runs + z * z / (4.0 * runs * runs)).sqrt();
    let whole = 1.0 + z * z / runs;
    ((middle - half) / whole, (middle + half) / whole)
}

/// A value with an interval, `96 % [93, 98]`, beside a target that its bound does not meet.
fn interval(line: &Line<'_>, found: &mut Vec<Diagnostic>) {
    let Some(open) = line.small.find('[') else { return };
    let Some(close) = line.small[open..].find(']').map(|end| open + end) else { return };
    let [low, high] = &of(&line.small[open..close])[..] else { return };
    let all = numbers(line);
    let value = all.iter().rfind(|one| one.end <= open);
    let target = all.iter().find(|one| one.is_limit && one.start > close);
    let (Some(value), Some(target)) = (value, target) else { return };
    let sign = line.small[..target.start].trim_end();
    let is_above = [">", "≥", ">=", "at least", "more than", "above", "longer than"]
        .iter()
        .any(|one| sign.ends_with(one));
    let (met, bound) = if is_above {
        (value.value > target.value, low.value)
    } else {
        (value.value < target.value, high.value)
    };
    let is_missed = if is_above { bound < target.value } else { bound > target.value };
    if met && is_missed {
        let at = line.at.start + open..line.at.start + close + 1;
        let message = format!(
            "the mean of {} meets the target of {}, and the bound of {} does not",
            number(value.value),
            number(target.value),
            number(bound)
        );
        found.push(finding("target-on-mean-only", &at, message));
    }
}

/// Promises to see a failure sooner than a call can.
fn detection(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    let promised = page.prose().filter(|line| line.has(&["detect"])).find_map(|line| {
        let within = |one: &Number| line.small[..one.start].trim_end().ends_with("within");
        let mut limits = numbers(line).into_iter().filter(|one| one.is_limit || within(one));
        limits.find_map(|one| Some((line, one.seconds()?, one)))
    });
    let Some((line, promised, one)) = promised else { return };
    let waits = page.prose().filter(|line| line.has(&["timeout", "freeze", "frozen"]));
    let limit = waits.flat_map(|line| numbers(line)).find_map(|one| one.seconds());
    let threshold = page.prose().filter(|line| line.has(&["breaker", "threshold"]));
    let threshold =
        threshold.filter_map(|line| before(line, "failures")).map(|one| one.value).next();
    if let Some(wrong) = limit.and_then(|limit| bound(promised, limit, threshold.unwrap_or(1.0))) {
        found.push(wrong.at(one.place(line)));
    }
}

/// Alerts that this traffic cannot set off.
fn alerts(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    let Some((runs, seconds)) = traffic(page) else { return };
    for line in page.prose().filter(|line| line.has(&["/min", "per minute", "a minute"])) {
        let Some(threshold) = numbers(line).into_iter().find(|one| one.is_limit) else { continue };
        let a_day = runs * 86_400.0 / seconds;
        let wrong = alert(threshold.value, a_day, CALLS, RETRIES);
        if let Some(wrong) = wrong.filter(|_| line.has(&["retries", "retry"])) {
            found.push(wrong.at(threshold.place(line)));
        }
    }
}
