//! How the runs of a cell end: in two ways that a mean would hide, and well or not.

use super::scale;
use crate::sweep_result::SweepResult;

/// Two outcomes that a mean would hide: `19 of 20 runs end below 20 %, one at 100 %`.
pub(crate) fn two_outcomes(result: &SweepResult, cell: usize) -> Option<String> {
    let unit = result.objective().unit();
    let mut values: Vec<f64> =
        result.values(cell, result.objective).filter(|value| value.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    let gap = gap(&values, unit)?;
    let (low, high) = values.split_at(gap);
    let shown = |value: f64| scale::value(value, unit);
    let some = |group: &[f64], limit: f64, side: &str| {
        let number = if group.len() == 1 { "one".to_owned() } else { group.len().to_string() };
        let ends = if group.len() == 1 { "ends" } else { "end" };
        let is_one = shown(group[0]) == shown(group[group.len() - 1]);
        let side = if is_one { "" } else { side };
        format!("{number} {ends} at {}{side}", shown(limit))
    };
    let low = some(low, low[low.len() - 1], " or below");
    let high = some(high, high[0], " or above");
    Some(format!("of {} runs {low}, {high}", values.len()))
}

/// In how many of the runs of a cell no failure episode of the agents that are asked about was
/// under way at the end, and of how many that is known.
pub(crate) fn well_at_end(result: &SweepResult, cell: usize) -> Option<(usize, usize)> {
    let whom = result.objective().caller();
    let of = |name: &str| {
        let agents = result.measures.iter().enumerate().filter(|(_, measure)| {
            measure.name() == name && measure.path().starts_with("agents.") && measure.is_plain()
        });
        let asked = agents.clone().find(|(_, measure)| measure.of_whom() == whom);
        asked.or(agents.clone().next()).map(|(index, _)| index)
    };
    let (healed, tasks) = (of("healed")?, of("tasks")?);
    let runs = result.values(cell, healed).zip(result.values(cell, tasks));
    // Without an episode there is nothing to heal.
    let known = runs.filter(|(_, tasks)| tasks.is_finite());
    let well = known.clone().filter(|(healed, _)| healed.is_nan() || *healed >= 1.0);
    Some((well.count(), known.count()))
}

/// Where two groups of values part, none in between: the gap is at least half of the range, and
/// the range is large enough to matter.
fn gap(sorted: &[f64], unit: sim::measure::Unit) -> Option<usize> {
    let (low, high) = (*sorted.first()?, *sorted.last()?);
    let matters = match unit {
        sim::measure::Unit::Share => 0.1,
        _ => 0.25 * high.abs().max(low.abs()),
    };
    if sorted.len() < 4 || high <= low || high - low < matters {
        return None;
    }
    let gaps = sorted.windows(2).map(|pair| pair[1] - pair[0]).enumerate();
    let (at, widest) = gaps.max_by(|a, b| a.1.total_cmp(&b.1))?;
    (widest >= 0.5 * (high - low)).then_some(at + 1)
}
