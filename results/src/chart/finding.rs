//! What there is to be seen, as a sentence computed from the data.
//!
//! What is best is said of choices alone, under one condition at a time: nobody chooses the
//! weather.

use super::outcomes::{two_outcomes, well_at_end};
use super::{scale, words};
use crate::estimate::Estimate;
use crate::sweep_result::SweepResult;

/// The cells among which there is a choice under one condition, and what is best of them.
pub(crate) struct Choice {
    /// All of them.
    pub(crate) cells: Vec<usize>,
    /// The best, the first of equals.
    pub(crate) best: usize,
    /// Those that may be as good.
    pub(crate) tied: Vec<usize>,
    /// Whether it can be relied on that the others are not.
    is_reliable: bool,
}

impl Choice {
    /// The choice under a condition: a place on each axis, of which those of conditions count.
    /// None if the objective is undefined in all its cells.
    pub(crate) fn under(result: &SweepResult, condition: &[usize]) -> Option<Self> {
        // Every variant with every value on each axis that is a choice.
        let mut places = vec![condition.to_vec()];
        for (index, axis) in result.axes.iter().enumerate() {
            if !axis.is_condition() {
                places = with_each(places, index, axis.values.len());
            }
        }
        let variants = 0..result.variants.len();
        let cells = variants
            .flat_map(|variant| places.iter().map(move |places| result.cell(variant, places)));
        let cells: Vec<usize> = cells.collect();
        let merit = |cell: usize| result.merit(cell);
        let known = cells.iter().copied().filter(|cell| !merit(*cell).is_nan());
        let best =
            known.reduce(|best, cell| if merit(best) < merit(cell) { cell } else { best })?;
        let (mut tied, mut is_reliable) = (Vec::new(), true);
        for cell in cells.iter().copied().filter(|cell| *cell != best) {
            let change =
                result.difference_of_several(cell, best, result.objective, cells.len() - 1);
            if change.may_be_zero() {
                tied.push(cell);
            } else {
                is_reliable &= change.is_reliable;
            }
        }
        Some(Self { cells, best, tied, is_reliable })
    }

    /// Whether nothing that can be chosen makes a difference that could be shown.
    pub(crate) fn is_idle(&self) -> bool {
        1 < self.cells.len() && self.tied.len() + 1 == self.cells.len()
    }
}

/// The cells that say most of a sweep, each with what it is, and what is said of it in words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// Under the file's own condition the best and the worst choice, or where nothing can be chosen
    /// the highest and the lowest of all; and the file's own.
    pub cells: Vec<(&'static str, usize)>,
    /// Sentences.
    pub said: Vec<String>,
}

/// What a sweep says in a few words. Nothing if the objective is undefined everywhere.
pub fn told(result: &SweepResult) -> Told {
    let Some(found) = Choice::under(result, &own(result)) else { return Told::default() };
    let merit = |cell: usize| result.merit(cell);
    let least = |cells: &[usize]| {
        let known = cells.iter().copied().filter(|cell| !merit(*cell).is_nan());
        known.reduce(|worst, cell| if merit(cell) < merit(worst) { cell } else { worst })
    };
    let is_choice = 1 < found.cells.len();
    let all: Vec<usize> = (0..result.cells()).collect();
    let (best, worst, names) = if is_choice {
        (Some(found.best), least(&found.cells), ["best", "worst"])
    } else {
        (result.best(None), least(&all), ["best case", "worst case"])
    };
    let file = result.default_cell(0);
    let mut cells = Vec::new();
    if best == worst {
        let number = (0..result.cells()).filter(|cell| !merit(*cell).is_nan()).count();
        cells
            .extend(best.map(|cell| (if number > 1 { "all alike" } else { "the only one" }, cell)));
    } else {
        cells.extend(best.map(|cell| (names[0], cell)));
        cells.extend(file.map(|cell| ("the file's own", cell)));
        cells.extend(worst.map(|cell| (names[1], cell)));
    }
    let mut said = Vec::new();
    if result.default.is_none() {
        said.push("the file has no value on every axis: no cell is its own".to_owned());
    }
    if is_choice && result.replications > 1 {
        said.push(self::best(result));
        said.extend(best_elsewhere(result));
    }
    for variant in 0..result.variants.len() {
        let cell = result.cell(variant, &own(result));
        let whose = format!("{}{}", result.variants[variant], condition(result, cell));
        said.extend(two_outcomes(result, cell).map(|outcomes| format!("{whose}: {outcomes}")));
        if let Some((well, known)) = well_at_end(result, cell).filter(|(well, all)| well < all) {
            said.push(format!("{whose}: {well} of {known} runs are well at the end"));
        }
    }
    Told { cells, said }
}

/// The file's own values, or the first.
pub(crate) fn own(result: &SweepResult) -> Vec<usize> {
    result.default.clone().unwrap_or(vec![0; result.axes.len()])
}

/// Every condition there is, as a place on each axis.
pub(crate) fn conditions(result: &SweepResult) -> Vec<Vec<usize>> {
    let mut all = vec![own(result)];
    for (index, axis) in result.axes.iter().enumerate() {
        if axis.is_condition() {
            all = with_each(all, index, axis.values.len());
        }
    }
    all
}

/// Each of these with every place on an axis.
fn with_each(all: Vec<Vec<usize>>, axis: usize, values: usize) -> Vec<Vec<usize>> {
    let with = |places: Vec<usize>| {
        (0..values).map(move |place| {
            let mut places = places.clone();
            places[axis] = place;
            places
        })
    };
    all.into_iter().flat_map(with).collect()
}

/// What is looked at, and its mean in a cell.
fn objective(result: &SweepResult) -> String {
    words::measure(result.objective())
}

pub(crate) fn mean(result: &SweepResult, cell: usize) -> String {
    scale::value(result.estimate(cell, result.objective).mean, result.objective().unit())
}

/// Where a cell is among the choices: `no breaker; failures 3`; `as written` if there is nothing
/// else to say.
pub(crate) fn choice(result: &SweepResult, cell: usize) -> String {
    let on_axes = result
        .settings(cell)
        .filter(|(axis, _)| !axis.is_condition())
        .map(|(axis, value)| words::at(axis, value))
        .collect::<Vec<_>>()
        .join(", ");
    let on_axes = Some(on_axes).filter(|of| !of.is_empty());
    let (variant, _) = result.place(cell);
    let named = (variant > 0).then(|| result.variants[variant].clone());
    let parts: Vec<String> = named.into_iter().chain(on_axes).collect();
    if parts.is_empty() { result.variants[variant].clone() } else { parts.join("; ") }
}

/// Under which condition a cell was run: ` at fault length 1 min`; nothing if there is one alone.
pub(crate) fn condition(result: &SweepResult, cell: usize) -> String {
    let conditions = result.settings(cell).filter(|(axis, _)| axis.is_condition());
    let named: Vec<String> = conditions.map(|(axis, value)| words::at(axis, value)).collect();
    if named.is_empty() { String::new() } else { format!(" at {}", named.join(", ")) }
}

/// What is best under the file's own condition, whether it is so under the others, and what the
/// file's own setting loses.
pub(crate) fn best(result: &SweepResult) -> String {
    let name = objective(result);
    let Some(found) = Choice::under(result, &own(result)) else {
        return format!("Nothing can be said of the {name}: it is undefined in every cell");
    };
    let at = condition(result, found.best);
    if found.cells.len() == 1 {
        return range(result);
    }
    if found.is_idle() {
        return format!(
            "These runs tell none of the {} settings from the best{at}, of which the {name} is {}",
            found.cells.len(),
            mean(result, found.best),
        );
    }
    let own = result.default_cell(0).map(|own| against(result, own, &found));
    let is = mean(result, found.best);
    let best = match found.tied.len() {
        0 => format!("{} is the best{at}: the {name} is {is}", choice(result, found.best)),
        tied if 2 * (tied + 1) > found.cells.len() => format!(
            "{} of {} settings may be the best{at}: the {name} is up to {is}",
            tied + 1,
            found.cells.len(),
        ),
        tied => format!(
            "{} is the best{at}: the {name} is {is} ({tied} {} may be as good)",
            choice(result, found.best),
            if tied == 1 { "other" } else { "others" },
        ),
    };
    let unsure = if found.is_reliable { "" } else { words::UNRELIABLE };
    format!("{best}{unsure}{}{}", own.unwrap_or_default(), elsewhere(result, &found))
}

/// What the file's own setting is against the best.
fn against(result: &SweepResult, own: usize, found: &Choice) -> String {
    if own == found.best {
        return "; it is the file's own".to_owned();
    }
    if found.tied.contains(&own) {
        return "; the file's own may be one of them".to_owned();
    }
    let loss = result.difference(own, found.best, result.objective);
    let unit = result.objective().unit();
    let loss = scale::difference(loss.mean, loss.low, loss.high, unit);
    format!("; the file's own: {} ({loss})", mean(result, own))
}

/// Under how many of the conditions the same choice may be the best.
fn elsewhere(result: &SweepResult, found: &Choice) -> String {
    let all = conditions(result);
    if all.len() < 2 {
        return String::new();
    }
    let (variant, places) = result.place(found.best);
    let is_best = |condition: &&Vec<usize>| {
        let mut there = places.clone();
        for (index, _) in result.axes.iter().enumerate().filter(|(_, axis)| axis.is_condition()) {
            there[index] = condition[index];
        }
        let cell = result.cell(variant, &there);
        Choice::under(result, condition)
            .is_some_and(|other| other.best == cell || other.tied.contains(&cell))
    };
    let number = all.iter().filter(is_best).count();
    format!("; the best one may be so under {number} of {} conditions", all.len())
}

/// The most conditions of which is said what is best there.
const CONDITIONS_MAX: usize = 8;

/// What is best under each condition that is not the file's own.
fn best_elsewhere(result: &SweepResult) -> Vec<String> {
    let mut others = conditions(result);
    others.retain(|condition| *condition != own(result));
    let best = |places: &Vec<usize>| {
        let found = Choice::under(result, places)?;
        let (at, is) = (condition(result, found.best), mean(result, found.best));
        Some(match found.tied.len() {
            _ if found.is_idle() => format!("None can be told from the best{at}: {is}"),
            0 => format!("Best{at}: {}, {is}", choice(result, found.best)),
            tied => {
                format!("Best{at}: {}, {is} ({tied} may be as good)", choice(result, found.best))
            }
        })
    };
    let mut said: Vec<String> = others.iter().take(CONDITIONS_MAX).filter_map(best).collect();
    if CONDITIONS_MAX < others.len() {
        let left = others.len() - CONDITIONS_MAX;
        said.push(format!("Under {left} more conditions: see summary.csv"));
    }
    said
}

/// From where to where the objective goes, and where it is so.
fn range(result: &SweepResult) -> String {
    let name = objective(result);
    match (result.best(None), result.worst(None)) {
        (Some(best), Some(worst)) if best != worst => format!(
            "The {name} runs from {}{} to {}{}",
            mean(result, best),
            condition(result, best),
            mean(result, worst),
            condition(result, worst),
        ),
        (Some(best), _) => format!("The {name} is {}", mean(result, best)),
        _ => format!("Nothing can be said of the {name}: it is undefined in every cell"),
    }
}

/// The file as it is written, and what each variant changes, under the file's own condition.
pub(crate) fn along(result: &SweepResult) -> String {
    let places = own(result);
    if result.variants.len() < 2 {
        return best(result);
    }
    let unit = result.objective().unit();
    let base = result.cell(0, &places);
    let change = |variant: usize| {
        let cell = result.cell(variant, &places);
        (variant, result.difference(cell, base, result.objective))
    };
    let all: Vec<(usize, Estimate)> = (1..result.variants.len()).map(change).collect();
    let mut clear: Vec<&(usize, Estimate)> =
        all.iter().filter(|(_, change)| change.is_clear()).collect();
    let sign = -result.better.sign();
    clear.sort_by(|(_, a), (_, b)| (sign * a.mean).total_cmp(&(sign * b.mean)));
    let is =
        format!("The {} is {}{}", objective(result), mean(result, base), condition(result, base));
    let told = |(variant, change): &(usize, Estimate)| {
        let change = scale::difference(change.mean, change.low, change.high, unit);
        format!("{} {change}", result.variants[*variant])
    };
    let are_unsure = all.iter().any(|(_, change)| !change.may_be_zero() && !change.is_clear());
    let number = all.len();
    if clear.is_empty() && !are_unsure {
        return match number {
            1 => format!("{is}; {} changes nothing that can be shown", result.variants[1]),
            all => format!("{is}; none of {all} variants changes it in a way that can be shown"),
        };
    }
    if clear.is_empty() && 3 < number {
        return format!("{is}; there are too few runs to rely on a change by {number} variants");
    }
    // A title has room for three; of more, the best and the worst.
    if all.len() > 3 {
        let is_better = |change: &Estimate| sign * change.mean < 0.0;
        let (best, worst) = (clear[0], clear[clear.len() - 1]);
        let best = if is_better(&best.1) {
            format!("best of {} variants: {}", all.len(), told(best))
        } else {
            format!("none of {} variants is clearly better", all.len())
        };
        let worst = if clear.len() > 1 || !is_better(&worst.1) {
            format!("; worst: {}", told(worst))
        } else {
            String::new()
        };
        return format!("{is} as written; {best}{worst}");
    }
    let mut parts: Vec<String> = clear.iter().map(|found| told(found)).collect();
    let unclear = all.iter().filter(|(_, change)| !change.is_clear());
    parts.extend(unclear.map(|found| {
        if found.1.may_be_zero() {
            format!("{}: no clear change", result.variants[found.0])
        } else {
            format!("{}{}", told(found), words::UNRELIABLE)
        }
    }));
    format!("{is} as written; {}", parts.join("; "))
}
