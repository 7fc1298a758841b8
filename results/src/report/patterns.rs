//! The patterns: what each is set to and worth, and why each number is what it is.

use ::patterns::Duration;
use sim::trial::TrialOf;

use super::document::{Document, code};
use super::facts::Facts;
use super::words::{self, listed};

pub(super) fn add(facts: &Facts<'_>, out: &mut Document) {
    out.heading(2, "Patterns");
    facts.picture("system", out);
    worth(facts, out);
    facts.picture("variants", out);
    numbers(facts, out);
}

/// The layers of which nothing was seen in any run, by the edge or the policy.
pub(super) fn idle(facts: &Facts<'_>) -> Vec<String> {
    let all = facts.idle().into_iter();
    all.map(|(of, kind)| format!("{} on {}", code(kind), code(of))).collect()
}

fn worth(facts: &Facts<'_>, out: &mut Document) {
    let without = facts.numbered(|of| matches!(of, TrialOf::Without { .. }));
    let rows = without.iter().map(|(variant, trial)| {
        let TrialOf::Without { policy, kind } = &trial.of else { return Vec::new() };
        vec![
            code(kind),
            code(policy),
            facts.setting_of(policy, kind),
            facts.effects_at_price(*variant),
        ]
    });
    let caption = format!(
        "What each pattern of {} is worth beside all others: left out, with the same random \
         numbers.",
        code(facts.source)
    );
    out.table(caption, &["Pattern", "Of", "Set to", "Left out, it changes"], rows.collect());
    if without.is_empty() {
        out.say(format!("No call of {} passes any pattern.", code(facts.source)));
    }
    let idle = idle(facts);
    if !idle.is_empty() {
        let runs = facts.figures.result().replications as usize;
        out.say(format!(
            "Never acted in {}: {}. Nothing was verified of these.",
            words::counted(runs, "run"),
            listed(&idle)
        ));
    }
}

/// A value of a setting that was tried.
struct Tried<'f> {
    value: &'f str,
    variant: Option<usize>,
}

/// Why each number is what it is: what others would do in its place.
fn numbers(facts: &Facts<'_>, out: &mut Document) {
    let all = facts.numbered(|of| matches!(of, TrialOf::Setting { .. }));
    let mut paths: Vec<(&str, &str)> = Vec::new();
    for (_, trial) in &all {
        if let TrialOf::Setting { path, own, .. } = &trial.of
            && !paths.iter().any(|(known, _)| known == path)
        {
            paths.push((path, own));
        }
    }
    let rows = paths.iter().map(|(path, own)| {
        let others = all.iter().filter_map(|(variant, trial)| match &trial.of {
            TrialOf::Setting { path: of, value, .. } if of == path => {
                Some(Tried { value, variant: Some(*variant) })
            }
            _ => None,
        });
        let tried: Vec<Tried<'_>> = others.collect();
        vec![code(path), (*own).to_owned(), plateau(facts, own, &tried), best(facts, &tried)]
    });
    let name = asked(facts);
    let compared = by_chance(all.len());
    let caption = format!(
        "Why these numbers: each with other values in its place, judged by {name}; on a plateau \
         are all values of which the interval of the difference has zero in it. {compared}"
    );
    out.table(caption, &["Setting", "Is", "Plateau", "Best, and regret"], rows.collect());
    if !facts.untried.is_empty() {
        let untried: Vec<String> = facts.untried.iter().map(code).collect();
        out.say(format!(
            "Not tried with other values, since a report tries no more than {} numbers: {}. \
             {} tries one of them.",
            paths.len(),
            listed(&untried),
            code("--set PATH=VALUE")
        ));
    }
}

/// How many of so many intervals leave out zero by chance.
pub(super) fn by_chance(number: usize) -> String {
    format!(
        "Of {} at 95 %, {:.1} would look like a change by chance alone.",
        words::counted(number, "interval"),
        0.05 * number as f64
    )
}

/// What is looked at to say which value is best.
fn asked(facts: &Facts<'_>) -> String {
    let names = facts.asked().into_iter();
    let names = names.map(|place| facts.name(place));
    listed(&names.collect::<Vec<_>>())
}

/// Whether a value is worse or better than the own one in something that is looked at.
fn is_other(facts: &Facts<'_>, variant: usize) -> (bool, bool) {
    let mut found = (false, false);
    for place in facts.asked().into_iter().chain(facts.prices(variant)) {
        let turn = facts.turn(variant, place);
        found = (found.0 || turn < 0.0, found.1 || 0.0 < turn);
    }
    found
}

fn plateau(facts: &Facts<'_>, own: &str, tried: &[Tried<'_>]) -> String {
    let same = tried.iter().filter(|one| {
        one.variant.is_some_and(|variant| is_other(facts, variant) == (false, false))
    });
    let same: Vec<String> = same.map(|one| one.value.to_owned()).collect();
    let worse = tried
        .iter()
        .filter(|one| one.variant.is_some_and(|variant| is_other(facts, variant) == (true, false)));
    let worse: Vec<String> = worse
        .filter_map(|one| Some(format!("{} ({})", one.value, facts.effects_at_price(one.variant?))))
        .collect();
    let mut all = same;
    all.push(own.to_owned());
    all.sort_by(|a, b| size(a).total_cmp(&size(b)));
    let begin = if all.len() == 1 { format!("{own} alone") } else { all.join(", ") };
    if worse.is_empty() { begin } else { format!("{begin}; worse: {}", worse.join("; ")) }
}

fn best(facts: &Facts<'_>, tried: &[Tried<'_>]) -> String {
    let better = tried.iter().filter_map(|one| {
        let variant = one.variant.filter(|variant| is_other(facts, *variant).1)?;
        Some((one.value, variant, facts.gain(variant).0))
    });
    let best = better.max_by(|a, b| a.2.total_cmp(&b.2));
    match best {
        None => "as it is".to_owned(),
        Some((value, variant, _)) => format!("{value}: {}", facts.effects_at_price(variant)),
    }
}

/// How large a value is: a number, a share, or seconds.
fn size(value: &str) -> f64 {
    let seconds = || value.parse::<Duration>().ok().map(Duration::as_secs_f64);
    value.parse().ok().or_else(seconds).unwrap_or(f64::MAX)
}
