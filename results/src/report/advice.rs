//! What to do next, and whether the system is ready.

use std::cmp::Ordering;

use sim::measure::Unit;
use sim::trial::{Assumption, Trial, TrialOf};

use super::document::{Document, code, strong};
use super::facts::{Facts, is_change};
use super::patterns::by_chance;
use super::verdict::Readiness;
use super::words::listed;

/// Recommendations of one kind beyond which no more are told.
const TOLD_MAX: usize = 5;

/// Changes of one kind that are better and not advised beyond which no more are told.
const HELD_MAX: usize = 3;

pub(super) fn recommend(facts: &Facts<'_>, out: &mut Document) {
    out.heading(2, "Recommendations");
    if !facts.numbered(is_change).is_empty() {
        out.say(facts.rule_of_advice());
    }
    out.heading(3, "Immediate: settings");
    settings(facts, out);
    out.heading(3, "Within 30 days: what is built in");
    layers(facts, out);
    out.heading(3, "Within 90 days: what has to be known");
    out.list(to_be_known(facts));
}

fn settings(facts: &Facts<'_>, out: &mut Document) {
    let is_it = |of: &TrialOf| matches!(of, TrialOf::Setting { .. });
    let settings = points(facts, first_of_each(better(facts, is_it), |(_, trial)| trial));
    if settings.is_empty() {
        out.say(none_of(facts, facts.numbered(is_it).len(), VALUES));
    }
    if settings.len() > 1 {
        out.say(format!("Each was tried in {} by itself, and not together.", code(facts.source)));
    }
    out.list(settings);
    held_back(facts, is_it, out);
}

/// What is better and not advised, and why.
fn held_back(facts: &Facts<'_>, is_it: impl Fn(&TrialOf) -> bool, out: &mut Document) {
    let all = facts.numbered(is_it).into_iter().filter_map(|(variant, trial)| {
        let (gain, is_clear) = facts.gain(variant);
        let why = facts.held_back(variant, &trial.of).filter(|_| is_clear && 0.0 < gain)?;
        Some((variant, trial, gain, why))
    });
    let mut all: Vec<(usize, &Trial, f64, String)> = all.collect();
    if all.is_empty() {
        return;
    }
    all.sort_by(|a, b| b.2.total_cmp(&a.2));
    let number = all.len();
    let all = first_of_each(all, |(_, trial, ..)| trial);
    let points = all.into_iter().take(HELD_MAX).map(|(variant, trial, _, why)| {
        format!("{}: {}; {why}", what(trial), facts.effects_at_price(variant))
    });
    let points: Vec<String> = points.collect();
    let more = match number - points.len() {
        0 => String::new(),
        1 => " (one more gains less)".to_owned(),
        more => format!(" ({more} more gain less)"),
    };
    let source = code(facts.source);
    out.say(format!("Better in {source}, and not advised, each with the reason{more}:"));
    out.list(points);
}

fn layers(facts: &Facts<'_>, out: &mut Document) {
    let is_added = |of: &TrialOf| matches!(of, TrialOf::Added { .. });
    let is_left_out = |of: &TrialOf| matches!(of, TrialOf::Without { .. });
    let mut layers = points(facts, better(facts, is_added));
    // Of what nothing was injected into, nothing shows what a pattern is for.
    let is_tested = facts.readiness(0) != Readiness::Undecided;
    if is_tested {
        layers.extend(points(facts, better(facts, is_left_out)));
    }
    let is_tried = |of: &TrialOf| is_added(of) || is_tested && is_left_out(of);
    if layers.is_empty() {
        out.say(none_of(facts, facts.numbered(is_tried).len(), LAYERS));
    }
    out.list(layers);
    held_back(facts, is_tried, out);
}

fn points(facts: &Facts<'_>, all: Vec<(usize, &Trial)>) -> Vec<String> {
    all.into_iter().take(TOLD_MAX).map(|(variant, trial)| point(facts, variant, trial)).collect()
}

/// What may be tried: one of it, and several.
type Tried = (&'static str, &'static str);

const VALUES: Tried = ("other value of a setting", "other values of settings");
const LAYERS: Tried = ("change of layers", "changes of layers (one added, or one left out)");

/// That nothing of what was tried is advised.
fn none_of(facts: &Facts<'_>, tried: usize, (one, several): Tried) -> String {
    let source = code(facts.source);
    match tried {
        0 => format!("Of {source} there was no {one} to try."),
        1 => format!("The one {one} that was tried in {source} is not advised by that rule."),
        _ => format!("None of the {tried} {several} tried in {source} is advised by that rule."),
    }
}

/// The trials that do better beyond chance, the best first.
fn better<'f>(facts: &'f Facts<'_>, is_it: impl Fn(&TrialOf) -> bool) -> Vec<(usize, &'f Trial)> {
    let all = facts.numbered(is_it).into_iter();
    let mut better: Vec<(usize, &Trial, f64)> = all
        .filter_map(|(variant, trial)| {
            let gain = facts.gain(variant).0;
            facts.is_advisable(variant, &trial.of).then_some((variant, trial, gain))
        })
        .collect();
    better.sort_by(|a, b| b.2.total_cmp(&a.2));
    better.into_iter().map(|(variant, trial, _)| (variant, trial)).collect()
}

/// The path of the setting that a trial changes; the name of another trial.
fn path(trial: &Trial) -> String {
    match &trial.of {
        TrialOf::Setting { path, .. } => path.clone(),
        _ => trial.name.clone(),
    }
}

/// Of several values of one setting the first.
fn first_of_each<T>(all: Vec<T>, trial: impl Fn(&T) -> &Trial) -> Vec<T> {
    let mut known: Vec<String> = Vec::new();
    let is_first = |one: &T| {
        let path = path(trial(one));
        let is_new = !known.contains(&path);
        known.push(path);
        is_new
    };
    all.into_iter().filter(is_first).collect()
}

/// What a change does, in words.
fn what(trial: &Trial) -> String {
    match &trial.of {
        TrialOf::Setting { path, own, value } => {
            format!("{} from {own} to {value}", code(path))
        }
        TrialOf::Added { to, kind, layer } if kind == "policy" => {
            format!("put {} under the policy {}", code(to), code(layer))
        }
        TrialOf::Added { to, layer, .. } => format!("add {} to {}", code(layer), code(to)),
        TrialOf::Without { policy, kind } if kind == "recovery" => {
            format!("do without the recovery {}", code(policy))
        }
        TrialOf::Without { policy, kind } => {
            format!("leave {} out of {}", code(kind), code(policy))
        }
        _ => code(&trial.name),
    }
}

fn point(facts: &Facts<'_>, variant: usize, trial: &Trial) -> String {
    let what = what(trial);
    let (effects, again) = (facts.effects_at_price(variant), facts.figures.command(variant));
    let second = facts.stand_ins(variant, &trial.of).map_or(String::new(), |told| {
        format!(" What is gained is second best: {told} are degraded then.")
    });
    let same = same_as_left_out(facts, variant, &trial.of);
    format!("{what}: {effects}.{second}{same} {}", code(again))
}

/// That a value does what it does to leave the layer out, if it does.
fn same_as_left_out(facts: &Facts<'_>, variant: usize, of: &TrialOf) -> String {
    let TrialOf::Setting { path, .. } = of else { return String::new() };
    let all = facts.numbered(|of| matches!(of, TrialOf::Without { .. }));
    let same = all.into_iter().find(|(_, trial)| {
        let TrialOf::Without { policy, kind } = &trial.of else { return false };
        let begins = [format!("policies.{policy}.{kind}."), format!("agents.{policy}.{kind}.")];
        begins.iter().any(|begin| path.starts_with(begin))
    });
    let is_same = |(left_out, _): &(usize, &Trial)| facts.is_same(variant, *left_out);
    match same.filter(is_same) {
        Some((_, Trial { name, .. })) => {
            format!(" It comes to the same as {}, run by run.", code(name))
        }
        None => String::new(),
    }
}

/// Something assumed that moves what is looked at.
struct Moving<'f> {
    of: &'f Assumption,
    most: (bool, f64),
    trials: Vec<(usize, &'f Trial)>,
}

/// How much an assumption moves: whether the verdict changes with it, and by how much the share of
/// tasks does that is looked at, beyond chance. More agents do more work, which says nothing of how
/// well they do it.
fn moves(facts: &Facts<'_>, variant: usize, of: &Assumption) -> (bool, f64) {
    let measures = &facts.figures.result().measures;
    let asked = facts.asked().into_iter();
    let shares = asked.filter(|place| measures[*place].unit() == Unit::Share).map(|place| {
        let is_clear = facts.turn(variant, place) != 0.0;
        if is_clear { facts.figures.difference(variant, place).mean.abs() } else { 0.0 }
    });
    let share = shares.fold(0.0, f64::max);
    let (gain, is_clear) = facts.gain(variant);
    let level = |place: &usize| facts.figures.estimate(0, *place).mean.abs();
    let part = gain.abs() / facts.losses().iter().map(level).sum::<f64>();
    let is_of_load = matches!(of, Assumption::NumberOf(_));
    let part = if is_clear && !is_of_load && part.is_finite() { part } else { 0.0 };
    (facts.is_flipped(variant), share.max(part))
}

fn more(a: (bool, f64), b: (bool, f64)) -> Ordering {
    a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
}

/// What the verdict hangs on and nobody has measured.
fn to_be_known(facts: &Facts<'_>) -> Vec<String> {
    let assumed = facts.numbered(|of| matches!(of, TrialOf::Assumed(_)));
    let mut moving: Vec<Moving<'_>> = Vec::new();
    for (variant, trial) in assumed {
        let TrialOf::Assumed(of) = &trial.of else { continue };
        let moved = moves(facts, variant, of);
        if moved == (false, 0.0) {
            continue;
        }
        match moving.iter_mut().find(|one| one.of == of) {
            Some(Moving { most, trials, .. }) => {
                *most = if more(*most, moved).is_lt() { moved } else { *most };
                trials.push((variant, trial));
            }
            None => moving.push(Moving { of, most: moved, trials: vec![(variant, trial)] }),
        }
    }
    moving.sort_by(|a, b| more(b.most, a.most));
    let points = moving.iter().take(TOLD_MAX).map(|Moving { of, trials, .. }| {
        let what = match of {
            Assumption::NumberOf(agents) => format!("how many of {} there are", code(agents)),
            Assumption::WorkOf(service) => format!("how long {} takes", code(service)),
            Assumption::LengthOf(fault) => format!("how long {} lasts", code(fault)),
        };
        let verb = match of {
            Assumption::NumberOf(_) => "decide",
            _ => "measure on the real system",
        };
        let effects = trials.iter().map(|(variant, trial)| {
            format!("if {}, {}", code(&trial.name), facts.effects(*variant))
        });
        format!("{verb} {what}: {}", effects.collect::<Vec<_>>().join("; "))
    });
    let mut points: Vec<String> = points.collect();
    if points.is_empty() {
        points.push(format!(
            "nothing that was assumed of {} and tried otherwise moves what is looked at",
            code(facts.source)
        ));
    }
    points
}

pub(super) fn readiness(facts: &Facts<'_>, out: &mut Document) {
    out.heading(2, "Readiness");
    let now = facts.readiness(0);
    let go = match now {
        Readiness::Ready => "go",
        Readiness::WithCaveats => "go with the caveats above",
        Readiness::NotReady => "no go",
        Readiness::Undecided => "no decision",
    };
    let (own, _) = facts.own_promises();
    let by = if facts.promised(&own).is_empty() {
        "the targets of the course, since the scenario has none".to_owned()
    } else {
        listed(&own.iter().map(|one| code(&one.text)).collect::<Vec<_>>())
    };
    out.say(format!("{}, judged by {by}: {}.", strong(now.word()), strong(go)));
    let assumed = facts.numbered(|of| matches!(of, TrialOf::Assumed(_)));
    let rows = assumed.into_iter().filter_map(|(variant, trial)| {
        let TrialOf::Assumed(of) = &trial.of else { return None };
        let then = facts.readiness(variant);
        let flips = match (then == now, facts.is_flipped(variant)) {
            (true, _) => "same".to_owned(),
            (false, true) => then.word().to_owned(),
            (false, false) => format!("{}, by no more than chance", then.word()),
        };
        let row = vec![code(&trial.name), facts.effects(variant), flips];
        Some((moves(facts, variant, of), row))
    });
    let mut rows: Vec<((bool, f64), Vec<String>)> = rows.collect();
    rows.sort_by(|a, b| more(b.0, a.0));
    let caption = format!(
        "What the verdict on {} hangs on: each assumption by itself, first what changes the \
         verdict, then what moves success most. {}",
        code(facts.source),
        by_chance(rows.len())
    );
    let rows = rows.into_iter().map(|(_, row)| row).collect();
    out.table(caption, &["If", "Then", "Verdict"], rows);
}
