//! Which part did it: from none to all, each part with its share.

use sim::measure::{Better, Unit};

use super::scale::{self, NBSP};
use super::scene::{self, Scene};
use super::waterfall::{Step, Waterfall};
use super::{phrases, words};
use crate::ablation::{Ablation, Effects};
use crate::estimate::Estimate;
use crate::sweep_result::SweepResult;

/// Parts that a title names with their numbers.
const NAMED_MAX: usize = 3;

/// What is said of parts that do nothing that can be shown.
const NOTHING: &str = "no clear share";

/// The shares of all parts in what they did to a measure, the largest first; none if the measure is
/// undefined.
pub fn shares(result: &SweepResult, ablation: &Ablation) -> Option<Scene> {
    let parts = by_size(ablation);
    let mut at = ablation.with_none.mean;
    let steps = parts.iter().map(|part| {
        let from = at;
        at += part.share.mean;
        Step { name: part.name.clone(), from, to: at, change: part.share, is_from_first: false }
    });
    let waterfall = Waterfall {
        measure: &ablation.measure,
        better: better(ablation),
        has_intervals: result.replications > 1,
        first: ("none of them".to_owned(), ablation.with_none.mean),
        steps: steps.collect(),
        last: Some(("all of them".to_owned(), ablation.with_all.mean)),
    };
    if !ablation.total.mean.is_finite() {
        return None;
    }
    waterfall.draw(&title(ablation), &subtitle(result, ablation), &result.command)
}

/// The parts, those that did most for the better first.
fn by_size(ablation: &Ablation) -> Vec<&Effects> {
    let mut parts: Vec<&Effects> = ablation.parts.iter().collect();
    let sign = better(ablation).sign();
    parts.sort_by(|a, b| (sign * b.share.mean).total_cmp(&(sign * a.share.mean)));
    parts
}

fn better(ablation: &Ablation) -> Better {
    ablation.measure.better().unwrap_or(Better::Higher)
}

/// What there is to be seen: what all did, and who did most of it.
pub fn finding(ablation: &Ablation) -> String {
    let unit = ablation.measure.unit();
    let name = words::measure(&ablation.measure);
    let [none, all] = [&ablation.with_none, &ablation.with_all].map(|of| level(of.mean, unit));
    let begin = format!("{name}: {none} with none of the parts, {all} with all");
    let (clear, rest): (Vec<&Effects>, Vec<&Effects>) =
        by_size(ablation).into_iter().partition(|part| part.share.is_clear());
    if clear.is_empty() {
        let is_idle = !rest.iter().any(|part| part.share.is_unsure());
        let what = if is_idle {
            "no part changes it in a way that can be shown"
        } else {
            "there are too few runs to rely on any share"
        };
        return format!("{begin}; {what}");
    }
    let told = |part: &&Effects| {
        // Where others take from it, a part may have more than all of it.
        let portion = ablation.portion(part).filter(|of| (0.0..=1.0).contains(of));
        let portion = portion.map(|of| format!(", {:.0}{NBSP}% of it", 100.0 * of));
        format!("{} {}{}", part.name, change(&part.share, unit), portion.unwrap_or_default())
    };
    // The worst has something to say as well.
    let mut named: Vec<&Effects> = clear.iter().copied().take(NAMED_MAX).collect();
    let sign = better(ablation).sign();
    if let Some(last) = clear.last().filter(|last| sign * last.share.mean < 0.0)
        && NAMED_MAX < clear.len()
    {
        named[NAMED_MAX - 1] = last;
    }
    let smaller = match clear.len() - named.len() {
        0 => String::new(),
        smaller => format!("; {smaller} more"),
    };
    let (unsure, nothing): (Vec<&Effects>, Vec<&Effects>) =
        rest.into_iter().partition(|part| part.share.is_unsure());
    let listed = |what: &str, parts: &[&Effects]| {
        let all: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        if all.is_empty() { String::new() } else { format!("; {what}: {}", all.join(", ")) }
    };
    let nothing = listed(NOTHING, &nothing) + &listed("too few runs to tell of", &unsure);
    let named: Vec<String> = named.iter().map(told).collect();
    format!("{begin}; {}{smaller}{nothing}", named.join("; "))
}

/// From as many seconds on lengths of time are told in minutes, and from how many on in hours.
const LONG: [(f64, f64, &str); 2] = [(36_000.0, 3600.0, "h"), (600.0, 60.0, "min")];

/// In what a length of time is told if not in seconds: how many seconds that is, and its name.
fn longer_unit(value: f64, unit: Unit) -> Option<(f64, &'static str)> {
    let is_time = matches!(unit, Unit::Seconds | Unit::WorkSeconds);
    let (_, seconds, name) = LONG.into_iter().find(|(from, ..)| *from <= value.abs())?;
    is_time.then_some((seconds, name))
}

/// What a measure is.
pub fn level(value: f64, unit: Unit) -> String {
    match longer_unit(value, unit) {
        Some((seconds, name)) => format!("{}{NBSP}{name}", scale::digits(value / seconds)),
        None => scale::value(value, unit),
    }
}

/// A measure in the unit in which another value of it is told, such as the middle of its interval.
pub fn level_like(value: f64, like: f64, unit: Unit) -> String {
    if value.is_nan() || !matches!(unit, Unit::Seconds | Unit::WorkSeconds) {
        return level(value, unit);
    }
    let (seconds, name) = longer_unit(like, unit).unwrap_or_else(|| match like.abs() {
        size if 120.0 <= size && unit == Unit::Seconds => (60.0, "min"),
        size if 1.0 <= size || size == 0.0 || unit == Unit::WorkSeconds => (1.0, "s"),
        size if 1e-3 <= size => (1e-3, "ms"),
        _ => (1e-6, "µs"),
    });
    format!("{}{NBSP}{name}", scale::digits(value / seconds))
}

/// By how much a measure is more, with its interval.
pub fn change(of: &Estimate, unit: Unit) -> String {
    if of.n == 0 || of.mean.is_nan() {
        return "undefined".to_owned();
    }
    if [of.mean, of.low, of.high].iter().all(|end| *end == 0.0) {
        return "0, in every run".to_owned();
    }
    let Some((seconds, name)) = longer_unit(of.mean, unit) else {
        return scale::difference(of.mean, of.low, of.high, unit);
    };
    let [mean, low, high] = [of.mean, of.low, of.high].map(|secs| secs / seconds);
    let text = scale::difference(mean, low, high, Unit::Count);
    match text.split_once(NBSP) {
        Some((mean, interval)) => format!("{mean}{NBSP}{name}{NBSP}{interval}"),
        None => format!("{text}{NBSP}{name}"),
    }
}

/// The finding, or as much of it as a sheet has room for.
fn title(ablation: &Ablation) -> String {
    let whole = finding(ablation);
    if scene::has_room(&whole) {
        return whole;
    }
    let cut = whole.split_once(&format!("; {NOTHING}")).map_or(&*whole, |(first, _)| first);
    cut.to_owned()
}

fn subtitle(result: &SweepResult, ablation: &Ablation) -> String {
    format!(
        "{}. {} Each step is what a part adds to those before it, on average over all orders \
         (Shapley): steps add up to the whole. {} of each combination, with the same random \
         numbers.",
        result.title.trim_end_matches('.'),
        ablation.measure.definition(),
        phrases::runs(result),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_of_an_interval_are_told_in_one_unit() {
        let shown = |value: f64, like: f64| level_like(value, like, Unit::Seconds);
        for (like, value, expected) in [
            (44_640.0, 27_840.0, "7.73 h"),
            (44_640.0, 44_640.0, "12.4 h"),
            (1200.0, 45.0, "0.75 min"),
            (130.0, 75.0, "1.25 min"),
            (117.0, 182.0, "182 s"),
            (0.5, 1.25, "1250 ms"),
            (0.0, 4.0, "4 s"),
        ] {
            assert_eq!(shown(value, like), expected.replace(' ', "\u{a0}"), "{value} like {like}");
        }
        assert_eq!(level_like(0.5, 9000.0, Unit::Share), "50\u{a0}%");
        assert_eq!(level(36_000.0, Unit::Seconds), "10\u{a0}h");
        assert_eq!(level(35_940.0, Unit::Seconds), "599\u{a0}min");
    }
}
