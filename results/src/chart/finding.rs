//! What there is to be seen, as a sentence computed from the data.

use sim::observe::measure::Better;

use super::scale;
use crate::estimate::Estimate;
use crate::study::Study;

/// Where a cell is: `failures 3, open 15s`; a variant is named first, if it is one.
pub(crate) fn place(study: &Study, cell: usize) -> String {
    let (variant, places) = study.place(cell);
    let on_axes = study.axes.iter().zip(places).map(|(axis, place)| {
        let name = axis.name().rsplit('.').next().unwrap_or(axis.name());
        format!("{name} {}", axis.values[place])
    });
    let named = (variant > 0).then(|| study.variants[variant].clone());
    named.into_iter().chain(on_axes).collect::<Vec<_>>().join(", ")
}

/// What each variant makes of the best that can be had, against the file as it is written.
pub(crate) fn variants(study: &Study) -> String {
    let Some(base) = study.best(Some(0)) else { return String::new() };
    let unit = study.objective().unit();
    let told = (1..study.variants.len()).filter_map(|variant| {
        let best = study.best(Some(variant))?;
        let change = study.difference(best, base, study.objective);
        let name = &study.variants[variant];
        if change.may_be_zero() {
            return Some(format!("With {name}: no clear change of the best. "));
        }
        let change = scale::difference(change.mean, change.low, change.high, unit);
        Some(format!("With {name}, the best changes by {change}. "))
    });
    told.collect()
}

/// The best cell, and what the file's own setting loses against it.
pub(crate) fn best_against_default(study: &Study) -> String {
    let (objective, unit) = (study.objective().path(), study.objective().unit());
    let Some(best) = study.best(None) else {
        return format!("Nothing can be said of {objective}: it is undefined in every cell");
    };
    let mean = study.estimate(best, study.objective).mean;
    let reached = scale::value(mean, unit);
    let ties = (0..study.cells()).filter(|cell| study.is_tied(*cell, best)).count();
    let among = match ties {
        0 => String::new(),
        1 => " (one other may be as good)".to_owned(),
        ties => format!(" ({ties} others may be as good)"),
    };
    let place = place(study, best);
    if study.cells() == ties + 1 && ties > 0 {
        return format!("No setting stands out: {objective} is {reached} or nearly so everywhere");
    }
    match study.default_cell(0) {
        Some(default) if default == best => {
            format!("The file's own setting, {place}, is the best: {objective} is {reached}{among}")
        }
        Some(default) if study.is_tied(default, best) => {
            format!("{place} is the best: {objective} is {reached}; the file's own may be as good")
        }
        Some(default) => {
            let from = study.difference(default, best, study.objective);
            let loss = scale::difference(from.mean, from.low, from.high, unit);
            format!("{place} is the best: {objective} is {reached}{among}; the file's own: {loss}")
        }
        None => format!("{place} is the best: {objective} is {reached}{among}"),
    }
}

/// What the variants make of the file's own setting; without variants, how far the objective runs.
pub(crate) fn along(study: &Study) -> String {
    let (objective, unit) = (study.objective().path(), study.objective().unit());
    let mean = |cell: usize| scale::value(study.estimate(cell, study.objective).mean, unit);
    if let (Some(own), true) = (study.default_cell(0), study.variants.len() > 1) {
        let change = |variant: usize| {
            Some((variant, study.difference(study.default_cell(variant)?, own, study.objective)))
        };
        let mut changes: Vec<(usize, Estimate)> =
            (1..study.variants.len()).filter_map(change).collect();
        // A title has room for three; of more, the best and the worst.
        let all = changes.len();
        if all > 3 {
            let better = if study.better == Better::Higher { -1.0 } else { 1.0 };
            changes.sort_by(|(_, a), (_, b)| (better * a.mean).total_cmp(&(better * b.mean)));
            changes = vec![changes[0], changes[all - 1]];
        }
        let told = changes.iter().map(|(variant, change)| {
            let change = scale::difference(change.mean, change.low, change.high, unit);
            format!("{} {change}", study.variants[*variant])
        });
        let told: Vec<String> = told.collect();
        let told = if all > 3 {
            format!("best of {all} variants: {}; worst: {}", told[0], told[1])
        } else {
            told.join(", ")
        };
        let place = place(study, own);
        return format!("{objective} is {} at {place}; {told}", mean(own));
    }
    match (study.best(None), study.worst(None)) {
        (Some(best), Some(worst)) => format!(
            "{objective} runs from {} ({}) to {} ({})",
            mean(worst),
            place(study, worst),
            mean(best),
            place(study, best),
        ),
        _ => best_against_default(study),
    }
}
