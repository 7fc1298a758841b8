//! Which change did it: variants that add to each other, step by step, or that each leave out
//! something else.

use super::scene::Scene;
use super::waterfall::{self, STEPS_MAX, Waterfall};
use super::{finding, phrases, scale, words};
use crate::estimate::Estimate;
use crate::sweep_result::SweepResult;

/// Steps that a title has room for.
const TOLD_MAX: usize = 3;

/// A step from one variant to another.
struct Step {
    from: usize,
    to: usize,
    change: Estimate,
}

/// How variants belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Each changes what the one before does, and more.
    Ladder,
    /// Each leaves out some layer of the file.
    Without,
}

/// The objective from variant to variant, with the paired difference of each step, at the file's
/// own values. Variants are a ladder if what each changes has all that the one before changes, to
/// the same values, from the file as it is written on: the longest such row of at least three is
/// drawn. If there is none, the variants that turn layers off are drawn, each against the file;
/// none if there are not two of them.
pub(crate) fn ablation(result: &SweepResult) -> Option<Scene> {
    let (kind, rungs) = rungs(&result.changes)?;
    let rungs = &rungs[..rungs.len().min(STEPS_MAX + 1)];
    let own = finding::own(result);
    let cell = |variant: usize| result.cell(variant, &own);
    let steps = (1..rungs.len()).map(|at| {
        let (to, from) = (rungs[at], if kind == Kind::Ladder { rungs[at - 1] } else { rungs[0] });
        Step { from, to, change: result.difference(cell(to), cell(from), result.objective) }
    });
    let steps: Vec<Step> = steps.collect();
    let mean = |variant: usize| result.estimate(cell(variant), result.objective).mean;
    let title = title(result, kind, &steps, &mean);
    let subtitle = subtitle(result, kind, rungs);
    let drawn = steps.iter().map(|step| waterfall::Step {
        name: result.variants[step.to].clone(),
        from: mean(step.from),
        to: mean(step.to),
        change: step.change,
        is_from_first: step.from == 0,
    });
    let waterfall = Waterfall {
        measure: result.objective(),
        better: result.better,
        has_intervals: result.replications > 1,
        first: (result.variants[rungs[0]].clone(), mean(rungs[0])),
        steps: drawn.collect(),
        last: None,
    };
    waterfall.draw(&phrases::short(result, &title), &subtitle, &result.command)
}

/// The variants that belong together, the file as it is written first.
fn rungs(changes: &[Vec<(String, String)>]) -> Option<(Kind, Vec<usize>)> {
    let adds_to = |more: usize, less: usize| {
        let (more, less) = (&changes[more], &changes[less]);
        less.len() < more.len() && less.iter().all(|change| more.contains(change))
    };
    // The longest row that ends with each, from few changes to many.
    let mut order: Vec<usize> = (1..changes.len()).collect();
    order.sort_by_key(|variant| changes[*variant].len());
    let mut rows: Vec<Vec<usize>> = vec![vec![0]];
    for variant in order {
        let below = rows.iter().filter(|row| adds_to(variant, row[row.len() - 1]));
        // The first of those that are as long.
        let longest = below.reduce(|a, b| if a.len() < b.len() { b } else { a });
        if let Some(mut row) = longest.cloned() {
            row.push(variant);
            rows.push(row);
        }
    }
    let longest = rows.into_iter().reduce(|a, b| if a.len() < b.len() { b } else { a })?;
    if 3 <= longest.len() {
        return Some((Kind::Ladder, longest));
    }
    let is_without = |variant: &usize| {
        let changes = &changes[*variant];
        !changes.is_empty() && changes.iter().all(|(_, value)| value == "off")
    };
    let without = (1..changes.len()).filter(is_without);
    let all: Vec<usize> = std::iter::once(0).chain(without).collect();
    (3 <= all.len()).then_some((Kind::Without, all))
}

fn title(result: &SweepResult, kind: Kind, steps: &[Step], mean: &dyn Fn(usize) -> f64) -> String {
    let unit = result.objective().unit();
    let name = words::measure(result.objective());
    let shown = |change: &Estimate| scale::difference(change.mean, change.low, change.high, unit);
    let value = |variant: usize| scale::value(mean(variant), unit);
    let mut clear: Vec<&Step> = steps.iter().filter(|step| step.change.is_clear()).collect();
    clear.sort_by(|a, b| b.change.mean.abs().total_cmp(&a.change.mean.abs()));
    let of = |step: &&Step| format!("{} {}", result.variants[step.to], shown(&step.change));
    let unsure = steps.iter().filter(|step| step.change.is_unsure()).count();
    let rest = |number: usize, what: &str| match number {
        0 => String::new(),
        number => format!("; {what} {number} of {} steps", steps.len()),
    };
    let rest = rest(steps.len() - clear.len() - unsure, "no clear change by")
        + &rest(unsure, "too few runs to tell of");
    let begin = match kind {
        Kind::Ladder => {
            let (first, last) = (&steps[0], &steps[steps.len() - 1]);
            format!("Step by step the {name} goes from {} to {}", value(first.from), value(last.to))
        }
        Kind::Without => format!("The {name} is {} with all layers", value(steps[0].from)),
    };
    if clear.is_empty() {
        let what = if unsure == 0 {
            "no step changes it in a way that can be shown"
        } else {
            "there are too few runs to rely on any step"
        };
        return format!("{begin}; {what}");
    }
    let smaller = match clear.len().saturating_sub(TOLD_MAX) {
        0 => String::new(),
        smaller => format!("; {smaller} clear but smaller"),
    };
    clear.truncate(TOLD_MAX);
    clear.sort_by_key(|step| steps.iter().position(|other| other.to == step.to));
    let most: Vec<String> = clear.iter().map(of).collect();
    format!("{begin}: {}{smaller}{rest}", most.join("; "))
}

fn subtitle(result: &SweepResult, kind: Kind, rungs: &[usize]) -> String {
    let held = phrases::held(result, |_| false);
    let rest = phrases::named("No step of it", &phrases::others(result, rungs));
    let what = match kind {
        Kind::Ladder => "Each variant changes all that the one before it does, and more",
        Kind::Without => "Each variant leaves something out of the file as it is written",
    };
    format!(
        "{}. {} {what}: the difference is taken run by run, {} of each.{held}{rest}",
        result.title.trim_end_matches('.'),
        result.objective().definition(),
        phrases::runs(result),
    )
}
