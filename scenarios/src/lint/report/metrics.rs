//! Rules for MTBF, MTTR and availability, which follow from one another.

use core::ops::Range;

use super::number::{Number, numbers};
use super::page::Page;
use crate::diagnostic::Diagnostic;
use crate::lint::finding::{finding, rounded, time};

/// Words that name a measure, by which the numbers of one end where another begins.
const NAMES: [&str; 6] = ["mtbf", "mttr", "availab", "success", "graceful", "heal"];

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

/// Finds a measure by its name: the first line that has numbers for it; the last of them that is no
/// limit, as tables have what was before in front.
pub(super) fn measure(page: &Page<'_>, name: &str, read: fn(&Number) -> Option<f64>) -> Measure {
    let mut found = Measure::default();
    for line in page.prose() {
        let Some(start) = line.small.find(name) else { continue };
        let behind = start + name.len();
        let others = NAMES.iter().filter(|other| **other != name);
        let ends = others.filter_map(|other| line.small[behind..].find(other));
        let end = ends.min().map_or(line.small.len(), |end| behind + end);
        let (mut value, mut target) = (None, None);
        for one in numbers(line) {
            let is_within = (behind..end).contains(&one.start) && !one.has_sign;
            let Some(read) = read(&one).filter(|_| is_within) else { continue };
            let at = one.place(line);
            let read = Value { value: read, at };
            let says_target = line.small[..one.start].trim_end().ends_with("target");
            if one.is_limit || says_target { target = Some(read) } else { value = Some(read) }
        }
        found.value = found.value.or(value);
        found.target = found.target.or(target);
    }
    found
}

pub(super) fn look(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    let between = measure(page, "mtbf", Number::seconds);
    let repair = measure(page, "mttr", Number::seconds);
    let availability = measure(page, "availab", Number::share);
    if let (Some(between), Some(repair), Some(said)) =
        (&between.value, &repair.value, &availability.value)
    {
        follows(between.value, repair.value, said, found);
    }
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

/// Whether an availability follows from the times; a rounded one does.
fn follows(between: f64, repair: f64, said: &Value, found: &mut Vec<Diagnostic>) {
    let implied = between / (between + repair);
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

pub(super) fn percent(share: f64) -> String {
    let digits = if share > 0.99 { 2 } else { 1 };
    rounded(100.0 * share, digits)
}
