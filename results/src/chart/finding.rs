//! What there is to be seen, as a sentence computed from the data.

use super::scale;
use crate::study::Study;

/// Where a cell is: `failures 3, open 15s`.
pub(crate) fn place(study: &Study, cell: usize) -> String {
    let (variant, places) = study.place(cell);
    let on_axes = study.axes.iter().zip(places).map(|(axis, place)| {
        let name = axis.name().rsplit('.').next().unwrap_or(axis.name());
        format!("{name} {}", axis.values[place])
    });
    let mut parts: Vec<String> = on_axes.collect();
    if study.variants.len() > 1 {
        parts.insert(0, study.variants[variant].clone());
    }
    parts.join(", ")
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
        1 => " (one other setting may be as good)".to_owned(),
        ties => format!(" ({ties} others may be as good)"),
    };
    let place = place(study, best);
    if study.cells() == ties + 1 && ties > 0 {
        return format!("No setting stands out: {objective} is {reached} or nearly so everywhere");
    }
    match study.default_cell(0) {
        Some(default) if default == best => {
            format!("The file's own setting is the best: {objective} {reached} at {place}{among}")
        }
        Some(default) if study.is_tied(default, best) => {
            format!("Best at {place}: {objective} {reached}; the file's own setting may be as good")
        }
        Some(default) => {
            let from = study.difference(default, best, study.objective);
            let loss = scale::difference(from.mean, from.low, from.high, unit);
            format!("Best at {place}: {objective} {reached}{among}; the file's own setting: {loss}")
        }
        None => format!("Best at {place}: {objective} {reached}{among}"),
    }
}

/// What the first axis does to the objective, from one end to the other.
pub(crate) fn along(study: &Study) -> String {
    let (objective, unit) = (study.objective().path(), study.objective().unit());
    let told = |cell: Option<usize>| {
        cell.map_or(f64::NAN, |cell| study.estimate(cell, study.objective).mean)
    };
    let (best, worst) = (study.best(None), study.worst(None));
    let (Some(best_cell), Some(worst_cell)) = (best, worst) else {
        return best_against_default(study);
    };
    format!(
        "{objective} runs from {} ({}) to {} ({})",
        scale::value(told(worst), unit),
        place(study, worst_cell),
        scale::value(told(best), unit),
        place(study, best_cell),
    )
}
