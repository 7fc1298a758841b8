//! Sentences that subtitles of sweeps have in common.

use super::{finding, words};
use crate::sweep_result::SweepResult;

/// In place of the upper end of an interval that has none.
pub(crate) const NO_END: &str = "no upper end";

/// What is said of a finding that `summary.csv` calls unreliable.
pub(crate) const UNRELIABLE: &str = " (too few runs to rely on)";

/// Where the axes are held that are not shown; nothing if all are.
pub(crate) fn held(result: &SweepResult, is_shown: impl Fn(usize) -> bool) -> String {
    let own = finding::own(result);
    let held = result.axes.iter().zip(own).enumerate().filter(|(axis, _)| !is_shown(*axis));
    let held = held.map(|(_, (axis, place))| words::at(axis, &axis.values[place]));
    named("Held", &held.collect::<Vec<_>>())
}

/// ` What: a, b.`; nothing if there is none.
pub(crate) fn named(what: &str, names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!(" {what}: {}.", names.join(", ")) }
}

/// The variants that are not shown.
pub(crate) fn not_shown(result: &SweepResult, what: &str, shown: &[usize]) -> String {
    let rest = result.variants.iter().enumerate().filter(|(variant, _)| !shown.contains(variant));
    named(what, &rest.map(|(_, name)| name.clone()).collect::<Vec<_>>())
}

/// How often each cell was run: `30 runs`.
pub(crate) fn runs(result: &SweepResult) -> String {
    match result.replications {
        1 => "one run".to_owned(),
        runs => format!("{runs} runs"),
    }
}
