//! Faults: what each does, and when.

use std::collections::BTreeSet;
use std::ops::Range;

use patterns::{Class, Time};
use sim::kernel::Distribution;
use sim::model::system::{Effect, Fault, Schedule};
use toml::Spanned;

use super::resolve::is_share;
use crate::diagnostic::Diagnostic;
use crate::format;

/// One fault, if nothing is wrong with it.
pub(super) fn fault(
    index: usize,
    written: &format::Fault,
    place: &Range<usize>,
    services: &[String],
    taken: &mut BTreeSet<String>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Fault> {
    let name =
        written.name.as_ref().map_or(format!("fault-{}", index + 1), |n| n.get_ref().clone());
    if !taken.insert(name.clone()) {
        let span = written.name.as_ref().map_or(place.clone(), Spanned::span);
        diagnostics.push(Diagnostic::new(span, format!("there is a fault `{name}` already")));
    }
    let service = services.iter().position(|service| service == written.hit.get_ref());
    if service.is_none() {
        let known = services.iter().map(String::as_str);
        diagnostics.push(Diagnostic::unknown(
            written.hit.span(),
            "service",
            written.hit.get_ref(),
            known,
        ));
    }
    let effect = effect(written, diagnostics);
    let schedule = schedule(written, place, diagnostics);
    Some(Fault { name, service: service?, effect: effect?, schedule: schedule? })
}

fn effect(written: &format::Fault, diagnostics: &mut Vec<Diagnostic>) -> Option<Effect> {
    use format::Effect as Kind;
    let kind = *written.effect.get_ref();
    let mut stray = |span: Option<Range<usize>>, key: &str, of: Kind| {
        if let Some(span) = span.filter(|_| kind != of) {
            let told = format!("`{key}` says nothing about a fault of this kind");
            diagnostics.push(Diagnostic::new(span, told));
        }
    };
    stray(written.factor.as_ref().map(Spanned::span), "factor", Kind::Slow);
    stray(written.class.as_ref().map(Spanned::span), "class", Kind::Errors);
    stray(written.share.as_ref().map(Spanned::span), "share", Kind::Errors);
    stray(written.resume.as_ref().map(Spanned::span), "resume", Kind::Hang);
    let mut missing = |key: &str| {
        let told = format!("a fault of this kind needs `{key}`");
        diagnostics.push(Diagnostic::new(written.effect.span(), told));
    };
    match kind {
        Kind::Down => Some(Effect::Down),
        Kind::Hang => {
            Some(Effect::Hang { resume: written.resume.as_ref().is_some_and(|r| *r.get_ref()) })
        }
        Kind::Slow => {
            let Some(factor) = &written.factor else {
                missing("factor");
                return None;
            };
            let value = *factor.get_ref();
            if !(value.is_finite() && value > 0.0) {
                diagnostics.push(Diagnostic::new(factor.span(), "`factor` must be more than 0"));
            }
            Some(Effect::Slow(value))
        }
        Kind::Errors => {
            let (Some(class), Some(share)) = (&written.class, &written.share) else {
                missing(if written.class.is_none() { "class" } else { "share" });
                return None;
            };
            let share = is_share(share, diagnostics);
            let Ok(class) = format::class(class.get_ref()) else {
                let known = Class::ALL.map(Class::name);
                diagnostics.push(Diagnostic::unknown(
                    class.span(),
                    "class",
                    class.get_ref(),
                    known,
                ));
                return None;
            };
            Some(Effect::Errors(class, share))
        }
    }
}

fn schedule(
    written: &format::Fault,
    place: &Range<usize>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Schedule> {
    let mut mean = |length: &Option<Spanned<format::Length>>| {
        let length = length.as_ref()?;
        let distribution = Distribution::exponential(length.get_ref().0);
        let told =
            |_| diagnostics.push(Diagnostic::new(length.span(), "it must be more than zero"));
        distribution.map_err(told).ok()
    };
    let up = mean(&written.mtbf).or(written.up.as_ref().map(|distribution| distribution.0.clone()));
    let down =
        mean(&written.mttr).or(written.down.as_ref().map(|distribution| distribution.0.clone()));
    match (written.at, written.lasts, up, down) {
        (Some(at), Some(lasts), None, None) => {
            Some(Schedule::Once { at: Time::ZERO + at.0, lasts: lasts.0 })
        }
        (None, None, Some(up), Some(down)) => Some(Schedule::Renewal { up, down }),
        _ => {
            let told = "a fault is on once, by `at` and `for`, or again and again, by `mtbf` and \
                        `mttr` (or the distributions `up` and `down`)";
            diagnostics.push(Diagnostic::new(place.clone(), told));
            None
        }
    }
}
