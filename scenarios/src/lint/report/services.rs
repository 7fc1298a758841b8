//! Rules for what a report says of one service: two breakers of it, budgets of tokens.

use core::ops::Range;

use super::number::{Number, after, numbers};
use super::page::{Line, Page, cell};
use crate::diagnostic::Diagnostic;
use crate::lint::finding::{finding, number, time};
use crate::lint::foreign::spent;

pub(super) fn look(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    breakers(page, found);
    page.prose().for_each(|line| tokens(line, found));
}

/// What is said of a breaker of a service.
struct Breaker {
    service: String,
    failures: Option<f64>,
    open: Option<f64>,
    at: Range<usize>,
}

/// Words of what was or may be.
const OTHERWISE: [&str; 9] = [
    "before",
    "after hardening",
    "previous",
    "changed",
    "from ",
    "instead",
    "was ",
    "proposed",
    "if ",
];

/// Breakers of one service with two sets of numbers.
fn breakers(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    let mut all: Vec<Breaker> =
        page.prose().filter(|line| line.is_data()).filter_map(of_row).collect();
    let names: Vec<String> = all.iter().map(|one| one.service.clone()).collect();
    all.extend(
        page.prose().filter(|line| !line.is_row()).filter_map(|line| of_sentence(line, &names)),
    );
    all.sort_by_key(|one| one.at.start);
    let mut told: Vec<&str> = Vec::new();
    for (at, later) in all.iter().enumerate() {
        let differs = |one: Option<f64>, other: Option<f64>| {
            one.zip(other).is_some_and(|(one, other)| (one - other).abs() > 1e-6)
        };
        let is_other = |first: &&Breaker| {
            first.service == later.service
                && (differs(first.failures, later.failures) || differs(first.open, later.open))
        };
        let Some(first) = all[..at].iter().find(is_other) else { continue };
        if told.contains(&&*later.service) {
            continue;
        }
        told.push(&later.service);
        let shown = |one: &Breaker| {
            let failures = one.failures.map(|count| format!("{} failures", number(count)));
            let both = failures.into_iter().chain(one.open.map(time));
            both.collect::<Vec<_>>().join(" and ")
        };
        let message = format!(
            "the breaker of `{}` has {} here, and {} in line {}",
            later.service,
            shown(later),
            shown(first),
            page.number_of(first.at.start)
        );
        found.push(finding("breakers-disagree", &later.at, message));
    }
}

/// The name of a service, whatever kind of interface it has.
fn base(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric());
    let kinds = ["", "mcp", "api", "service", "server", "tools", "breaker", "the", "for"];
    words.filter(|word| !kinds.contains(word)).collect::<Vec<_>>().join(" ")
}

fn of_row(line: &Line<'_>) -> Option<Breaker> {
    let column = |words: &[&str]| {
        line.heads.iter().position(|head| words.iter().any(|word| head.contains(word)))
    };
    let threshold = column(&["threshold"])?;
    let wait = column(&["timeout", "reset", "open"])?;
    let is_of_services = ["service", "breaker", "dependency", "server", "name", "edge"]
        .iter()
        .any(|word| line.heads[0].contains(word));
    let apart = ["before", "after", "previous", "proposed", "baseline", "tried", "sweep"];
    let mut above = line.heads.iter().map(String::as_str).chain([&*line.section]);
    let is_now = above.all(|head| !apart.iter().any(|word| head.contains(word)));
    let service = base(&cell(line, 0));
    if !is_of_services || !is_now || service.is_empty() || wait == threshold {
        return None;
    }
    let values = numbers(line);
    let of = |column: usize| values.iter().find(move |one| line.column(one.start) == Some(column));
    let failures = of(threshold)?;
    Some(Breaker {
        service,
        failures: Some(failures.value),
        open: of(wait).and_then(Number::seconds),
        at: failures.place(line),
    })
}

fn of_sentence(line: &Line<'_>, names: &[String]) -> Option<Breaker> {
    if !line.has(&["breaker", "threshold"]) || line.has(&OTHERWISE) || line.has(&["%"]) {
        return None;
    }
    let words: Vec<&str> = line.small.split(|c: char| !c.is_alphanumeric()).collect();
    let said = ["breaker for ", "breaker of "].iter().find_map(|front| {
        let rest = line.small.split_once(front)?.1;
        let rest = rest.strip_prefix("the ").unwrap_or(rest);
        rest.split(|c: char| c.is_whitespace() || ",.:;".contains(c)).next().map(base)
    });
    let label = line
        .small
        .rsplit_once(": threshold")
        .map(|(front, _)| base(front.rsplit([' ', ':']).next().unwrap_or(front)));
    let mut known =
        names.iter().filter(|name| words.contains(&&***name)).cloned().collect::<Vec<_>>();
    known.dedup();
    let known = if known.len() == 1 { known.pop() } else { None };
    let service = said.or(label).or(known).filter(|name| !name.is_empty())?;
    let all = numbers(line);
    let failures = all.iter().find(|one| {
        let front = line.small[..one.start].trim_end();
        let behind = line.small[one.end..].trim_start();
        let counts = ["failures", "consecutive failures", "errors"];
        counts.iter().any(|word| behind.starts_with(word))
            || front.ends_with("threshold")
            || front.ends_with("threshold of")
            || front.ends_with("threshold:")
    })?;
    let open = all.iter().find(|one| one.start > failures.end && one.seconds().is_some());
    Some(Breaker {
        service,
        failures: Some(failures.value),
        open: open.and_then(Number::seconds),
        at: failures.place(line),
    })
}

/// A budget of tokens that one call uses up, in a sentence or in a row.
fn tokens(line: &Line<'_>, found: &mut Vec<Diagnostic>) {
    let of_column = |word: &str| {
        let column = line.heads.iter().position(|head| head.contains(word))?;
        numbers(line).into_iter().find(|one| line.column(one.start) == Some(column))
    };
    let is_of_tokens = line.has(&["token"]) || line.heads.iter().any(|head| head.contains("token"));
    let context = of_column("context").or_else(|| after(line, "context"));
    let budget = of_column("budget").or_else(|| after(line, "budget"));
    if let (Some(context), Some(budget)) = (context, budget)
        && is_of_tokens
        && context.value >= 1000.0
    {
        let wrong = spent(budget.value, context.value);
        found.extend(wrong.map(|wrong| wrong.at(budget.place(line))));
    }
}
