//! The measures that a sweep names: its objective, and what it shows over time.

use core::ops::Range;
use std::collections::BTreeMap;

use patterns::settings::{Node, Value};
use sim::measure::{Measure, split_window};

use crate::codes::FileCode;
use crate::diagnostic::Diagnostic;
use crate::format::Design;
use crate::scenario::{Draft, Scenario, measure};
use crate::scenario_file::ScenarioFile;

/// What a sweep asks for.
pub(crate) struct Asked {
    /// What is looked at.
    pub(crate) objective: Measure,
    /// What is shown over time.
    pub(crate) series: Vec<Measure>,
}

/// The paths of all measures that a sweep names.
pub(crate) fn asked(design: &Design) -> Vec<String> {
    let series = design.series.iter().flatten();
    design.objective.iter().chain(series).cloned().collect()
}

/// Measures that a sweep names and that no scenario has that was looked in.
pub(crate) struct Unknown(Vec<(String, Diagnostic)>);

impl Unknown {
    /// Of measures by their paths, each with where it is named, those that a scenario does not
    /// have.
    pub(crate) fn of(
        draft: Option<&Draft>,
        named: impl IntoIterator<Item = (String, Range<usize>)>,
    ) -> Self {
        let unknown = |(path, at): (String, Range<usize>)| {
            let (path, _) = split_window(&path);
            let message = draft?.unknown(path)?;
            Some((path.to_owned(), message.into_diagnostic(at)))
        };
        Self(named.into_iter().filter_map(unknown).collect())
    }

    /// Forgets what this scenario has.
    pub(crate) fn look_in(&mut self, draft: Option<&Draft>) {
        if let Some(draft) = draft {
            self.0.retain(|(path, _)| measure(path, draft.system()).is_err());
        }
    }

    /// Reports what is left.
    pub(crate) fn report(self, found: &mut Vec<Diagnostic>) {
        found.extend(self.0.into_iter().map(|(_, message)| message));
    }
}

impl ScenarioFile {
    /// What the sweep names and the file does not have; nothing of what may be in parts that cannot
    /// be read. That of some part of a run may be in cells in which that part comes.
    pub(crate) fn unknown(&self, draft: Option<&Draft>) -> Unknown {
        let node = |key: &str| self.root.get("sweep").and_then(|sweep| sweep.get(key));
        let series = match node("series").map(|node| &node.value) {
            Some(Value::List(items)) => &items[..],
            _ => &[],
        };
        let named = node("objective").into_iter().chain(series);
        let named = named.filter_map(|node| Some((node.text()?.to_owned(), node.at.clone())));
        Unknown::of(draft, named)
    }

    /// What the sweep asks for: measures of the file, or of some cell, by their paths.
    pub(crate) fn asked(
        &self,
        design: &Design,
        scenario: &Scenario,
        of_cells: &BTreeMap<String, Measure>,
        default: &Measure,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Asked> {
        let node = |key: &str| self.root.get("sweep").and_then(|sweep| sweep.get(key));
        let mut read = |path: &str, at: Range<usize>| {
            let of_file = measure(path, &scenario.system);
            let known = of_file.or_else(|message| of_cells.get(path).cloned().ok_or(message));
            let known = known.map_err(|message| message.into_diagnostic(at));
            known.map_err(|wrong| found.push(wrong)).ok()
        };
        let at = |node: Option<&Node>| node.map_or(0..0, |node| node.at.clone());
        let objective = match &design.objective {
            None => Some(default.clone()),
            Some(path) => read(path, at(node("objective"))),
        };
        let items = match node("series").map(|node| &node.value) {
            Some(Value::List(items)) => &items[..],
            _ => &[],
        };
        let mut series = Vec::new();
        for (path, item) in design.series.iter().flatten().zip(items) {
            series.push(read(path, item.at.clone()));
        }
        let mut series: Vec<Measure> = series.into_iter().collect::<Option<_>>()?;
        let objective = objective?;
        for (measure, item) in series.iter().zip(items) {
            if measure.window().is_some() {
                let message = format!("`{}` is of a window, and not over time", measure.path());
                found.push(Diagnostic::new(item.at.clone(), FileCode::UnknownMeasure, message));
            }
        }
        if design.series.is_none() {
            let hypotheses = scenario.hypotheses.iter().map(|one| &one.measure);
            series = hypotheses.chain([&objective]).map(Measure::of_whole_run).collect();
            series.rotate_right(1);
        }
        let mut each: Vec<Measure> = Vec::new();
        series.retain(|one| {
            let is_new = !each.contains(one);
            each.extend(is_new.then(|| one.clone()));
            is_new
        });
        let is_right = series.iter().all(|measure| measure.window().is_none());
        is_right.then_some(Asked { objective, series })
    }
}
