//! The signs of a fault, and what else looks like it.

use sim::causes::{Cause, CauseOf, causes};
use sim::model::system::Fault;

use super::document::code;
use super::facts::{Facts, Ranked};
use super::words::{self, listed};

/// Ways in which something fails where a fault comes alone, above what fails without it.
fn rising(facts: &Facts<'_>, one: &Ranked) -> Vec<(Cause, usize)> {
    let all = causes(facts.system).into_iter().filter(|cause| cause.of != CauseOf::Tasks);
    all.filter_map(|cause| rises(facts, one, &cause).map(|place| (cause, place))).collect()
}

/// Where something is measured that is seen more often where a fault comes alone than without it:
/// beyond chance, and by a good deal.
pub(super) fn rises(facts: &Facts<'_>, one: &Ranked, cause: &Cause) -> Option<usize> {
    let quiet = facts.quiet();
    let place = facts.figures.place_of(&cause.measure)?;
    let [now, before] = [one.only, quiet].map(|of| facts.figures.estimate(of, place).mean);
    let more = facts.figures.result().difference(one.only, quiet, place);
    let is_clear = words::is_clear(&more) && CLEARLY * before < now;
    let is_more = is_clear || before + LEAST < now && RISES * before < now;
    (one.only != quiet && is_more).then_some(place)
}

/// By how much more often than without a fault something has to happen to be a sign of it.
const RISES: f64 = 1.5;

/// The same where it is beyond chance that it happens more often.
const CLEARLY: f64 = 1.1;

/// How often in a run something is there that few runs can show.
const LEAST: f64 = 0.5;

/// What comes of a fault that no call shows: wrong answers, and processes that do not work.
fn of_groups(facts: &Facts<'_>, one: &Ranked, fault: &Fault) -> Vec<String> {
    let quiet = facts.quiet();
    let of = |group: &str, name: &str| facts.figures.of_group(group, name);
    let wrong = words::names_that_meet(facts.system, fault).into_iter().filter_map(|name| {
        let place = of(&name, "wrong")?;
        let more = facts.figures.result().difference(one.only, quiet, place);
        (words::is_clear(&more) && 0.0 < more.mean).then(|| {
            let level = facts.figures.level(one.only, place);
            format!("{level} of the tasks of {} are wrong, and look right", code(&name))
        })
    });
    let down = words::groups_hit(fault).into_iter().filter_map(|group| {
        let name = &facts.system.agents[group].name;
        let place = of(name, "process-availability")?;
        let less = facts.figures.result().difference(one.only, quiet, place);
        (words::is_clear(&less) && less.mean < 0.0).then(|| {
            let up = facts.figures.level(one.only, place);
            format!("processes of {} are up {up} of the time", code(name))
        })
    });
    wrong.chain(down).collect()
}

pub(super) fn signs(facts: &Facts<'_>, one: &Ranked, fault: &Fault) -> String {
    let told = rising(facts, one).into_iter().map(|(cause, place)| {
        let level = facts.figures.level(one.only, place);
        let before = facts.figures.estimate(facts.quiet(), place).mean;
        let usual = if LEAST < before {
            format!(" (without any fault {})", facts.figures.level(facts.quiet(), place))
        } else {
            String::new()
        };
        format!("{level} {}{usual}", words::sign(&cause))
    });
    let told: Vec<String> = told.collect();
    let mut all = of_groups(facts, one, fault);
    if !told.is_empty() {
        all.insert(0, format!("in a run {}", listed(&told)));
    }
    if all.is_empty() {
        return format!(
            "none: nothing fails more often on any edge while {} comes, and no more answers are \
             wrong",
            code(&one.name)
        );
    }
    all.join("; ")
}

/// Other failure modes with the same signs, and what tells them apart. What is there with another
/// one as often as without any fault is no sign of that, and tells nothing apart.
pub(super) fn look_alikes(facts: &Facts<'_>, one: &Ranked, fault: &Fault) -> String {
    let own = rising(facts, one);
    let others = facts.ranked_faults().into_iter().filter(|other| other.name != one.name);
    let others: Vec<Ranked> = others.collect();
    let told = others.iter().filter_map(|other| {
        let is_shared = |cause: &Cause| rises(facts, other, cause).is_some();
        let is_alike = own.iter().any(|(cause, _)| is_shared(cause));
        is_alike.then(|| {
            let apart = own.iter().filter(|(_, place)| is_lacking(facts, other, *place));
            let apart: Vec<String> = apart.map(|(cause, _)| words::sign(cause)).collect();
            let of_other = rising(facts, other).into_iter();
            let of_other = of_other.filter(|(_, place)| is_lacking(facts, one, *place));
            let of_other: Vec<String> = of_other.map(|(cause, _)| words::sign(&cause)).collect();
            let only = |name: &str, signs: &[String]| {
                let told = format!("only {} has {}", code(name), listed(signs));
                (!signs.is_empty()).then_some(told)
            };
            let told = [only(&one.name, &apart), only(&other.name, &of_other)];
            let told: Vec<String> = told.into_iter().flatten().collect();
            let apart = if told.is_empty() {
                "nothing but how often tells them apart".to_owned()
            } else {
                listed(&told)
            };
            format!("{}: {apart}", code(&other.name))
        })
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        return nothing_alike(facts, fault, (&own, &others));
    }
    told.join("; ")
}

/// Whether something is hardly ever there where a fault comes alone.
fn is_lacking(facts: &Facts<'_>, other: &Ranked, place: usize) -> bool {
    facts.figures.estimate(other.only, place).mean <= LEAST
}

/// Why nothing else looks like it.
fn nothing_alike(
    facts: &Facts<'_>,
    fault: &Fault,
    (own, others): (&[(Cause, usize)], &[Ranked]),
) -> String {
    let names: Vec<String> = others.iter().map(|other| code(&other.name)).collect();
    let hit: Vec<String> = words::hit(facts.system, fault).iter().map(code).collect();
    if others.is_empty() {
        return format!("nothing else was tried that could look like it at {}", listed(&hit));
    }
    if own.is_empty() {
        return format!("no call shows it, by which {} could be taken for it", names.join(" or "));
    }
    let is_alone = |place: usize| others.iter().all(|other| is_lacking(facts, other, place));
    let (alone, usual): (Vec<_>, Vec<_>) = own.iter().partition(|(_, place)| is_alone(*place));
    let [alone, usual] = [alone, usual]
        .map(|all| all.into_iter().map(|(cause, _)| words::sign(cause)).collect::<Vec<String>>());
    let mut told = Vec::new();
    if !alone.is_empty() {
        told.push(match &names[..] {
            [name] => format!("{name} has no {}", alone.join(" and no ")),
            _ => format!("none of {} has {}", listed(&names), alone.join(" or ")),
        });
    }
    if !usual.is_empty() {
        told.push(format!(
            "{} {} there with others as well, but no more than without any fault",
            listed(&usual),
            if usual.len() == 1 { "is" } else { "are" }
        ));
    }
    told.join("; ")
}
