//! The pictures of a report.

use std::fs;

use results::SweepResult;
use results::page::Picture;
use results::stored::Kept;
use scenarios::Scenario;
use sim::design::SweepDesign;
use sim::trial::{Trial, TrialOf};
use sim::{Limits, RunOptions, run_until};

use crate::output::{Folder, Journal, Unwritten};
use crate::pictures::{Pictures, asked_about};

/// What is drawn, and of which run.
pub(super) struct Drawn<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) result: &'a SweepResult,
    pub(super) trials: &'a [Trial],
    pub(super) limits: Limits,
}

impl Drawn<'_> {
    /// Draws the system, what each of its patterns is worth, and its first run.
    pub(super) fn draw(
        &self,
        journal: &Journal,
        pictures: &mut Pictures<'_>,
    ) -> Result<(), Unwritten> {
        let Self { scenario, result, limits, .. } = self;
        let system = &scenario.system;
        let first = asked_about(system, std::iter::once(result.objective()));
        pictures.system(&scenario.title, system, first)?;
        if let Some(patterns) = self.of_patterns(journal)? {
            pictures.of_variants(&patterns)?;
        }
        let again = result.run_again(0, 0);
        let mut pictures = Pictures { command: &again, folder: &mut *pictures.folder, ..*pictures };
        let interrupt = Some(pictures.time_is_up);
        let options = RunOptions { limits: *limits, interrupt, ..RunOptions::default() };
        let record = run_until(system, result.seed_of(0), &options);
        let trace = pictures.trace(system, &record, *limits);
        pictures.timeline(&scenario.title, trace.as_ref(), &record, first)
    }

    /// The result of the trials in which patterns are left out, beside the system as it is.
    fn of_patterns(&self, journal: &Journal) -> Result<Option<SweepResult>, Unwritten> {
        let is_of_patterns = |of: &TrialOf| {
            matches!(
                of,
                TrialOf::AsWritten | TrialOf::Bare | TrialOf::Own | TrialOf::Without { .. }
            )
        };
        let places: Vec<usize> = (0..self.result.variants.len())
            .filter(|place| {
                let name = &self.result.variants[*place];
                let trial = self.trials.iter().find(|trial| trial.name == *name);
                trial.is_some_and(|trial| is_of_patterns(&trial.of))
            })
            .collect();
        if places.len() < 2 {
            return Ok(None);
        }
        let variants = places.iter().map(|place| self.result.variants[*place].clone()).collect();
        let design = SweepDesign { variants, ..self.result.design.clone() };
        let (measures, command) = (self.result.measures.clone(), self.result.command.clone());
        let mut picked = SweepResult::new(design, measures, command);
        picked.run_command.clone_from(&self.result.run_command);
        picked.picks = places.iter().map(|place| self.result.picks[*place].clone()).collect();
        let mut all = journal.read(false)?;
        let replications = u64::from(self.result.replications);
        while let Some((number, run)) = all.next()? {
            let cell = (number / replications) as usize;
            let place = places.iter().position(|place| *place == cell);
            if let (Some(place), Some(kept)) = (place, Kept::from_bytes(&run)) {
                picked.add(place, (number % replications) as u32, &kept.run);
            }
        }
        Ok(Some(picked))
    }
}

/// The pictures that a folder has.
pub(super) fn pictures(folder: &Folder) -> Vec<Picture> {
    let all = folder.written().iter().filter_map(|path| {
        let name = path.file_name()?.to_str()?.strip_suffix(".svg")?;
        Some(Picture::new(name, fs::read_to_string(path).ok()?, Vec::new()))
    });
    all.collect()
}
