//! Faults: what each does, and when.

use std::collections::BTreeSet;
use std::ops::Range;

use patterns::{Class, Time};
use sim::kernel::Law;
use sim::model::system::{Effect, Fault, Schedule};
use toml::Spanned;

use super::links::is_share;
use crate::problem::Problem;
use crate::spec;

/// One fault, if nothing is wrong with it.
pub(super) fn fault(
    index: usize,
    spec: &spec::Fault,
    place: &Range<usize>,
    services: &[String],
    taken: &mut BTreeSet<String>,
    problems: &mut Vec<Problem>,
) -> Option<Fault> {
    let name = spec.name.as_ref().map_or(format!("fault-{}", index + 1), |n| n.get_ref().clone());
    if !taken.insert(name.clone()) {
        let span = spec.name.as_ref().map_or(place.clone(), Spanned::span);
        problems.push(Problem::new(span, format!("there is a fault `{name}` already")));
    }
    let service = services.iter().position(|service| service == spec.hit.get_ref());
    if service.is_none() {
        let known = services.iter().map(String::as_str);
        problems.push(Problem::unknown(spec.hit.span(), "service", spec.hit.get_ref(), known));
    }
    let effect = effect(spec, problems);
    let schedule = schedule(spec, place, problems);
    Some(Fault { name, service: service?, effect: effect?, schedule: schedule? })
}

fn effect(spec: &spec::Fault, problems: &mut Vec<Problem>) -> Option<Effect> {
    use spec::Effect as Kind;
    let kind = *spec.effect.get_ref();
    let mut stray = |span: Option<Range<usize>>, key: &str, of: Kind| {
        if let Some(span) = span.filter(|_| kind != of) {
            let told = format!("`{key}` says nothing about a fault of this kind");
            problems.push(Problem::new(span, told));
        }
    };
    stray(spec.factor.as_ref().map(Spanned::span), "factor", Kind::Slow);
    stray(spec.class.as_ref().map(Spanned::span), "class", Kind::Errors);
    stray(spec.share.as_ref().map(Spanned::span), "share", Kind::Errors);
    stray(spec.resume.as_ref().map(Spanned::span), "resume", Kind::Hang);
    let mut missing = |key: &str| {
        let told = format!("a fault of this kind needs `{key}`");
        problems.push(Problem::new(spec.effect.span(), told));
    };
    match kind {
        Kind::Down => Some(Effect::Down),
        Kind::Hang => {
            Some(Effect::Hang { resume: spec.resume.as_ref().is_some_and(|r| *r.get_ref()) })
        }
        Kind::Slow => {
            let Some(factor) = &spec.factor else {
                missing("factor");
                return None;
            };
            let value = *factor.get_ref();
            if !(value.is_finite() && value > 0.0) {
                problems.push(Problem::new(factor.span(), "`factor` must be more than 0"));
            }
            Some(Effect::Slow(value))
        }
        Kind::Errors => {
            let (Some(class), Some(share)) = (&spec.class, &spec.share) else {
                missing(if spec.class.is_none() { "class" } else { "share" });
                return None;
            };
            let share = is_share(share, problems);
            let Ok(class) = spec::class(class.get_ref()) else {
                let known = Class::ALL.map(Class::name);
                problems.push(Problem::unknown(class.span(), "class", class.get_ref(), known));
                return None;
            };
            Some(Effect::Errors(class, share))
        }
    }
}

fn schedule(
    spec: &spec::Fault,
    place: &Range<usize>,
    problems: &mut Vec<Problem>,
) -> Option<Schedule> {
    let mut mean = |length: &Option<Spanned<spec::Length>>| {
        let length = length.as_ref()?;
        let law = Law::exponential(length.get_ref().0);
        let told = |_| problems.push(Problem::new(length.span(), "it must be more than zero"));
        law.map_err(told).ok()
    };
    let up = mean(&spec.mtbf).or(spec.up.as_ref().map(|law| law.0.clone()));
    let down = mean(&spec.mttr).or(spec.down.as_ref().map(|law| law.0.clone()));
    match (spec.at, spec.lasts, up, down) {
        (Some(at), Some(lasts), None, None) => {
            Some(Schedule::Once { at: Time::ZERO + at.0, lasts: lasts.0 })
        }
        (None, None, Some(up), Some(down)) => Some(Schedule::Renewal { up, down }),
        _ => {
            let told = "a fault is on once, by `at` and `for`, or again and again, by `mtbf` and \
                        `mttr` (or the laws `up` and `down`)";
            problems.push(Problem::new(place.clone(), told));
            None
        }
    }
}
