//! What failed, whatever the cause: faults, services of themselves, budgets, layers.

use sim::causes::Cause;

use super::document::{Document, code};
use super::facts::Facts;
use super::words;
use crate::causes;

/// Rows beyond which no more are told.
const TOLD_MAX: usize = 12;

pub(super) fn add(facts: &Facts<'_>, out: &mut Document) {
    let all = of_variant(facts, 0);
    let quiet = (!facts.faults().is_empty()).then(|| facts.quiet());
    let rows = all.iter().take(TOLD_MAX).map(|(cause, place, _)| {
        let by = cause.by.as_deref().unwrap_or("–");
        let mut row = vec![
            code(&cause.name),
            causes::failed(cause.of).to_owned(),
            if cause.by.is_some() { code(by) } else { by.to_owned() },
            code(cause.what),
            facts.figures.level(0, *place),
        ];
        row.extend(quiet.map(|quiet| facts.figures.level(quiet, *place)));
        row
    });
    let left = all.len().saturating_sub(TOLD_MAX);
    let left = if left == 0 {
        String::new()
    } else {
        format!(" {} that come less often are left out.", words::counted(left, "way"))
    };
    let caption = format!(
        "Ways in which something of {} failed, by how often in a run; what is left without any \
         fault comes from the system itself.{left}",
        code(facts.source)
    );
    let columns = ["Where", "Failed", "By", "How", "As it is", "Without any fault"];
    let columns = &columns[..if quiet.is_some() { 6 } else { 5 }];
    out.table(caption, columns, rows.collect());
}

/// In what ways something fails in a variant, each with where it is measured and how often it comes
/// in a run; what comes most often first.
pub(super) fn of_variant(facts: &Facts<'_>, variant: usize) -> Vec<(Cause, usize, f64)> {
    let all = sim::causes::causes(facts.system).into_iter().filter_map(|cause| {
        let place = facts.figures.place_of(&cause.measure)?;
        let mean = facts.figures.estimate(variant, place).mean;
        (0.0 < mean).then_some((cause, place, mean))
    });
    let mut all: Vec<(Cause, usize, f64)> = all.collect();
    all.sort_by(|a, b| b.2.total_cmp(&a.2));
    all
}
