//! Rules for MTBF, MTTR and availability, which follow from one another.

use core::ops::Range;

use super::number::{Number, numbers};
use super::page::{Line, Page, cell};
use super::statements::{Statement, When};
use crate::diagnostic::Diagnostic;
use crate::lint::finding::{finding, rounded, time};

/// The words that name each measure.
const NAMES: [&[&str]; 6] = [
    &["mtbf", "mean time between failures"],
    &["mttr", "mean time to re"],
    &["availab", "uptime"],
    &["success"],
    &["graceful"],
    &["heal"],
];

/// The same, in short.
pub(super) const METRICS: [&str; 6] = ["success", "mtbf", "mttr", "availab", "graceful", "heal"];

/// Words of columns and lines that tell of a change.
pub(super) const CHANGES: [&str; 7] =
    ["change", "improve", "increase", "delta", "growth", "rose", "grew"];

/// A value of a measure, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) value: f64,
    pub(super) at: Range<usize>,
}

/// The value of a measure in a report, and its target.
#[derive(Debug, Default)]
pub(super) struct Measure {
    pub(super) value: Option<Value>,
    pub(super) target: Option<Value>,
}

/// The numbers of a line that are of a measure: behind its name, until another measure is named, or
/// below it in a table. Changes are none.
pub(super) fn numbers_of(line: &Line<'_>, name: &str) -> Vec<Number> {
    let is_own = |names: &&&[&str]| names[0] == name;
    let own = NAMES.iter().find(is_own).map_or(&[][..], |names| *names);
    let find = |names: &[&str], text: &str| {
        let ends = names.iter().filter_map(|name| Some((text.find(name)?, name.len())));
        ends.min().map(|(start, length)| start + length)
    };
    let behind = find(own, &line.small);
    let end = behind.map(|behind| {
        let others = NAMES.iter().filter(|names| !is_own(names));
        let starts = others.flat_map(|names| *names).filter_map(|n| line.small[behind..].find(n));
        starts.min().map_or(line.small.len(), |end| behind + end)
    });
    let mut all = numbers(line);
    all.retain(|one| {
        let head = line.head(one.start);
        let is_within = match behind.zip(end) {
            Some((behind, end)) => (behind..end).contains(&one.start),
            None => find(own, head).is_some(),
        };
        is_within && !one.has_sign && !CHANGES.iter().any(|word| head.contains(word))
    });
    all
}

/// Finds a measure by its name: the first line that has numbers for it; the last of them that is no
/// limit, as tables have what was before in front.
pub(super) fn measure(page: &Page<'_>, name: &str, read: fn(&Number) -> Option<f64>) -> Measure {
    let mut found = Measure::default();
    for line in page.prose() {
        let (mut value, mut target) = (None, None);
        for one in numbers_of(line, name) {
            let Some(read) = read(&one).filter(|_| !is_of_alert(line, &one)) else { continue };
            let at = one.place(line);
            let read = Value { value: read, at };
            let says_target = line.small[..one.start].trim_end().ends_with("target")
                || line.head(one.start).contains("target");
            if one.is_limit || says_target { target = Some(read) } else { value = Some(read) }
        }
        found.value = found.value.or(value);
        found.target = found.target.or(target);
    }
    found
}

/// Whether a number is that at which somebody is alerted, which is no target.
pub(super) fn is_of_alert(line: &Line<'_>, one: &Number) -> bool {
    let has = |text: &str| text.contains("alert");
    if line.is_row() {
        let own = line.column(one.start).map(|column| cell(line, column));
        return has(line.head(one.start))
            || has(&cell(line, 0))
            || own.is_some_and(|own| has(&own));
    }
    let last = numbers(line).iter().rev().find(|last| last.end <= one.start).map(|last| last.end);
    let front = &line.small[last.unwrap_or(0)..one.start];
    let behind = one.behind(&line.small);
    let behind = behind.split([',', ';', '.', '(']).next().unwrap_or_default();
    let behind = behind.split(|c: char| c.is_ascii_digit()).next().unwrap_or_default();
    has(front) || has(behind.split(" and ").next().unwrap_or_default())
}

pub(super) fn look(page: &Page<'_>, statements: &[Statement], found: &mut Vec<Diagnostic>) {
    let between = measure(page, "mtbf", Number::seconds);
    let repair = measure(page, "mttr", Number::seconds);
    let availability = measure(page, "availab", Number::share);
    of_tables(statements, found);
    of_sentences(statements, found);
    if let (Some(between), Some(repair), Some(said)) =
        (&between.target, &repair.target, &availability.target)
    {
        let implied = between.value / (between.value + repair.value);
        if implied > said.value + 1e-6 {
            let message = format!(
                "MTBF above {} and MTTR below {} are an availability above {} %: the target of {} \
                 % says nothing more",
                time(between.value),
                time(repair.value),
                percent(implied),
                percent(said.value)
            );
            let proof = arithmetic(between.value, repair.value, implied);
            found.push(finding("targets-redundant", &said.at, message).proof(proof));
        }
    }
}

/// The same for what was before, and for each of the services of a table.
fn of_tables(statements: &[Statement], found: &mut Vec<Diagnostic>) {
    for said in statements.iter().filter(|one| one.name == "availab" && one.is_of_table) {
        let beside = |name: &str| {
            let is_beside =
                |one: &&Statement| one.name == name && one.is_beside(said) && one.when == said.when;
            statements.iter().find(is_beside).map(|one| one.value)
        };
        let is_target = said.when == When::Target;
        let Some((between, repair)) = beside("mtbf").zip(beside("mttr")).filter(|_| !is_target)
        else {
            continue;
        };
        let is_known = found.iter().any(|one| one.place().start == said.at.start);
        if !is_known {
            let said = Value { value: said.value, at: said.at.clone() };
            follows(between, repair, &said, found);
        }
    }
}

/// The same for what sentences say, of one thing at one time.
fn of_sentences(statements: &[Statement], found: &mut Vec<Diagnostic>) {
    let is_now = |one: &&Statement| one.when != When::Target;
    for said in statements.iter().filter(is_now).filter(|one| one.name == "availab") {
        let beside = |name: &str| {
            let is_beside = |one: &&Statement| {
                (one.name, one.when, &one.subject) == (name, said.when, &said.subject)
            };
            let all = || statements.iter().filter(is_beside);
            all().find(|one| one.block == said.block).or_else(|| all().next())
        };
        let Some((between, repair)) = beside("mtbf").zip(beside("mttr")) else { continue };
        let is_of_table = [said, between, repair].iter().all(|one| one.is_of_table);
        let is_known = found.iter().any(|one| one.code() == "availability-does-not-follow");
        if !is_of_table && !is_known {
            let said = Value { value: said.value, at: said.at.clone() };
            follows(between.value, repair.value, &said, found);
        }
    }
}

/// Whether an availability follows from the times; a rounded one does.
fn follows(between: f64, repair: f64, said: &Value, found: &mut Vec<Diagnostic>) {
    let implied = between / (between + repair).max(f64::MIN_POSITIVE);
    if (implied - said.value).abs() > 0.001 + 0.05 * (1.0 - implied) {
        let needed = between * (1.0 - said.value) / said.value;
        let message = format!(
            "MTBF {} and MTTR {} are an availability of {} %, not {} %: that takes an MTTR of {}",
            time(between),
            time(repair),
            percent(implied),
            percent(said.value),
            time(needed)
        );
        let proof = arithmetic(between, repair, implied);
        found.push(finding("availability-does-not-follow", &said.at, message).proof(proof));
    }
}

fn arithmetic(between: f64, repair: f64, implied: f64) -> String {
    format!("arithmetic: {0} / ({0} + {1}) = {2} %", time(between), time(repair), percent(implied))
}

/// A share in percent, with as many digits as tell it from all and from nothing.
pub(super) fn percent(share: f64) -> String {
    let least = if share > 0.99 { 2 } else { 1 };
    let is_told = |text: &String| share >= 1.0 || text != "100";
    let mut texts = (least..8).map(|digits| rounded(100.0 * share, digits));
    texts.find(is_told).unwrap_or_else(|| rounded(100.0 * share, least))
}
