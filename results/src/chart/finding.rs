//! What there is to be seen, as a sentence computed from the data.

use sim::measure::Better;

use super::scale;
use crate::estimate::Estimate;
use crate::sweep_result::SweepResult;

/// Where a cell is: `failures 3, open 15s`; a variant is named first, if it is one.
pub(crate) fn place(result: &SweepResult, cell: usize) -> String {
    let on_axes = result.settings(cell).map(|(axis, value)| {
        let name = axis.name().rsplit('.').next().unwrap_or(axis.name());
        format!("{name} {value}")
    });
    let (variant, _) = result.place(cell);
    let named = (variant > 0).then(|| result.variants[variant].clone());
    named.into_iter().chain(on_axes).collect::<Vec<_>>().join(", ")
}

/// The best cell of each variant, compared with the best of the file as it is written.
pub(crate) fn variants(result: &SweepResult) -> String {
    let Some(base) = result.best(Some(0)) else { return String::new() };
    let unit = result.objective().unit();
    let parts = (1..result.variants.len()).filter_map(|variant| {
        let best = result.best(Some(variant))?;
        let change = result.difference(best, base, result.objective);
        let name = &result.variants[variant];
        if change.may_be_zero() {
            return Some(format!("With {name}: no clear change of the best. "));
        }
        let change = scale::difference(change.mean, change.low, change.high, unit);
        Some(format!("With {name}, the best changes by {change}. "))
    });
    parts.collect()
}

/// The best cell, and what the file's own setting loses against it.
pub(crate) fn best_against_default(result: &SweepResult) -> String {
    let (objective, unit) = (result.objective().path(), result.objective().unit());
    let Some(best) = result.best(None) else {
        return format!("Nothing can be said of {objective}: it is undefined in every cell");
    };
    let mean = result.estimate(best, result.objective).mean;
    let reached = scale::value(mean, unit);
    let ties = (0..result.cells()).filter(|cell| result.is_tied(*cell, best)).count();
    let among = match ties {
        0 => String::new(),
        1 => " (one other may be as good)".to_owned(),
        ties => format!(" ({ties} others may be as good)"),
    };
    let place = place(result, best);
    if result.cells() == ties + 1 && ties > 0 {
        return format!("No setting stands out: {objective} is {reached} or nearly so everywhere");
    }
    match result.default_cell(0) {
        Some(default) if default == best => {
            format!("The file's own setting, {place}, is the best: {objective} is {reached}{among}")
        }
        Some(default) if result.is_tied(default, best) => {
            format!("{place} is the best: {objective} is {reached}; the file's own may be as good")
        }
        Some(default) => {
            let from = result.difference(default, best, result.objective);
            let loss = scale::difference(from.mean, from.low, from.high, unit);
            format!("{place} is the best: {objective} is {reached}{among}; the file's own: {loss}")
        }
        None => format!("{place} is the best: {objective} is {reached}{among}"),
    }
}

/// The file's own setting in each variant; without variants, the range of the objective.
pub(crate) fn along(result: &SweepResult) -> String {
    let (objective, unit) = (result.objective().path(), result.objective().unit());
    let mean = |cell: usize| scale::value(result.estimate(cell, result.objective).mean, unit);
    if let (Some(own), true) = (result.default_cell(0), result.variants.len() > 1) {
        let change = |variant: usize| {
            Some((variant, result.difference(result.default_cell(variant)?, own, result.objective)))
        };
        let mut changes: Vec<(usize, Estimate)> =
            (1..result.variants.len()).filter_map(change).collect();
        // A title has room for three; of more, the best and the worst.
        let all = changes.len();
        if all > 3 {
            let better = if result.better == Better::Higher { -1.0 } else { 1.0 };
            changes.sort_by(|(_, a), (_, b)| (better * a.mean).total_cmp(&(better * b.mean)));
            changes = vec![changes[0], changes[all - 1]];
        }
        let parts = changes.iter().map(|(variant, change)| {
            let change = scale::difference(change.mean, change.low, change.high, unit);
            format!("{} {change}", result.variants[*variant])
        });
        let parts: Vec<String> = parts.collect();
        let parts = if all > 3 {
            format!("best of {all} variants: {}; worst: {}", parts[0], parts[1])
        } else {
            parts.join(", ")
        };
        let place = place(result, own);
        return format!("{objective} is {} at {place}; {parts}", mean(own));
    }
    match (result.best(None), result.worst(None)) {
        (Some(best), Some(worst)) if best != worst => format!(
            "{objective} runs from {} ({}) to {} ({})",
            mean(worst),
            place(result, worst),
            mean(best),
            place(result, best),
        ),
        _ => best_against_default(result),
    }
}
