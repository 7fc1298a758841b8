//! Rules for what a report says of its experiments: comparisons, intervals, promises, alerts.

use super::evidence::{Evidence, wilson};
use super::metrics::METRICS;
use super::number::{Number, after, before, numbers};
use super::page::{Line, Page, cell};
use super::sums::traffic;
use crate::diagnostic::Diagnostic;
use crate::lint::finding::{finding, number};
use crate::lint::foreign::{alert, bound};

pub(super) fn look(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    prevention(page, found);
    faults(page, found);
    units(page, found);
    detection(page, found);
    alerts(page, found);
}

/// Words of a comparison with runs without a pattern.
const COMPARED: [&str; 9] = [
    "counterfactual",
    "paired",
    "ablat",
    "with and without",
    "same seeds",
    "equal seeds",
    "without it",
    "left out",
    "same random numbers",
];

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
    let differ = |line: &&Line<'_>| {
        let is_said = line.has(&["other faults", "different faults", "another fault mix"]);
        is_said && line.has(&["before"]) && line.has(&["after"]) && !line.has(&["no ", "not "])
    };
    if let Some(line) = page.prose().find(differ) {
        let message = "before and after were measured under different faults: what changed may be \
                       the faults alone";
        found.push(finding("different-faults", &line.at, message));
    }
    let mut clauses: Vec<(&Line<'_>, &str)> = Vec::new();
    for line in page.prose().filter(|line| !line.is_row()) {
        clauses.extend(line.small.split(';').map(|part| (line, part)));
    }
    let said = |when: &str| {
        clauses.iter().find_map(|(line, part)| {
            let part = part.trim_start_matches(['-', '*', ' ']);
            let (label, what) = part.split_once(':').filter(|_| part.starts_with(when))?;
            let is_named = label.contains("fault");
            let kinds = kinds_of(what);
            (is_named || !kinds.is_empty()).then_some((line, is_named, kinds, what.trim()))
        })
    };
    if let (Some((_, first, was_of, was)), Some((line, second, is_of, is))) =
        (said("before"), said("after"))
    {
        let (was, is) = (was.trim_end_matches('.'), is.trim_end_matches('.'));
        let is_other = if first && second { was != is } else { was_of != is_of };
        if is_other && (first && second || !was_of.is_empty() && !is_of.is_empty()) {
            push_faults(line, was, is, found);
        }
    }
}

/// Kinds of faults, each with words for it.
const KINDS: [&[&str]; 9] = [
    &["rate limit", "rate-limit", "429"],
    &["network", "connection"],
    &["timeout"],
    &["outage", "down"],
    &["hang"],
    &["corrupt"],
    &["slow", "latency"],
    &["crash"],
    &["overload"],
];

/// The kinds of faults of a text, and the numbers of those that have one, such as `tf-001`.
fn kinds_of(text: &str) -> Vec<String> {
    if !text.contains("fault") && !text.contains("error") && !text.contains("timeouts") {
        return Vec::new();
    }
    let kinds = KINDS.iter().filter(|words| words.iter().any(|word| text.contains(word)));
    let numbered = text.split(|c: char| c != '-' && !c.is_alphanumeric()).filter(|word| {
        let parts = word.split_once('-');
        parts.is_some_and(|(kind, count)| {
            !kind.is_empty() && kind.len() < 4 && count.parse::<u32>().is_ok()
        })
    });
    let mut all: Vec<String> = kinds.map(|words| words[0].to_owned()).collect();
    all.extend(numbered.map(str::to_owned));
    all.sort();
    all
}

fn push_faults(line: &Line<'_>, was: &str, is: &str, found: &mut Vec<Diagnostic>) {
    let message = format!("before: {was}; after: {is}: what changed may be the faults alone");
    found.push(finding("different-faults", &line.at, message));
}

/// Whether a label is the path of a setting.
fn is_path(label: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic();
    label.split('.').skip(1).any(|rest| rest.starts_with(is_letter))
        && label.split('.').any(|part| part.ends_with(is_letter))
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
        let is_setting = first.contains('`') || is_path(&first);
        if is_setting || !METRICS.iter().any(|name| first.contains(name)) {
            continue;
        }
        // A fraction of one is a share.
        let is_bare = |one: &&Number| {
            let text = &line.small[one.start..one.end];
            let is_fraction = one.value <= 1.0 && text.contains('.');
            let column = line.column(one.start);
            let is_count = column.is_some_and(|column| {
                ["n", "#"].contains(&line.heads.get(column).map_or("", String::as_str))
            });
            let is_alone = || column.is_some_and(|at| at > 0 && cells.get(at) == Some(&text));
            one.unit.is_empty() && !is_fraction && !is_count && is_alone()
        };
        if let Some(bare) = numbers(line).iter().find(is_bare) {
            let message = format!("`{}` has no unit", &line.small[bare.start..bare.end]);
            found.push(finding("number-without-unit", &bare.place(line), message));
        }
        let share = numbers(line).into_iter().find(|one| one.unit == "%" && !one.is_limit);
        let evidence = || {
            let beside = Evidence::of_row(line);
            (0..cells.len()).any(|column| beside.beside(&cell(line, column)).is_there())
        };
        if let Some(share) = share.filter(|_| !shares_said && !evidence()) {
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
        let wrong = alert(threshold.value, a_day, None, None);
        if let Some(wrong) = wrong.filter(|_| line.has(&["retries", "retry"])) {
            found.push(wrong.at(threshold.place(line)));
        }
    }
}
