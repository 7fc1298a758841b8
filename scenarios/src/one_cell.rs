//! One cell of a sweep, found without looking at all others.

use sim::design::SweepDesign;

use crate::axes::forgive_baselines;
use crate::diagnostic::{Diagnostic, Diagnostics, mistakes};
use crate::idle_axes::warn_of_axes;
use crate::registry::LayerRegistry;
use crate::scenario::{Draft, Scenario};
use crate::scenario_file::ScenarioFile;
use crate::variations::{HYPOTHESES, Variations, is_of_hypotheses};

/// What a file varies. Each of its cells can be had, and none was looked at.
#[derive(Clone, Debug)]
pub struct Outline {
    design: SweepDesign,
    /// The file as it is written.
    scenario: Scenario,
    file: ScenarioFile,
    varied: Variations,
    /// What has no effect, whichever cell is asked for.
    warnings: Vec<Diagnostic>,
}

impl ScenarioFile {
    /// What the file varies.
    ///
    /// # Errors
    ///
    /// With what is wrong with the file as it is written, and with its axes and variants; but not
    /// with the values that these put into it.
    pub fn outline(&self, registry: &LayerRegistry) -> Result<Outline, Diagnostics> {
        let mut found = Vec::new();
        let outline = self.read_outline(registry, &mut found);
        self.unless_wrong(found, |file, found| {
            file.read_outline(registry, found);
        })?;
        Ok(outline.expect("without mistakes there is an outline"))
    }

    fn read_outline(
        &self,
        registry: &LayerRegistry,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Outline> {
        let scenario = self.draft(registry, found).and_then(Draft::scenario);
        let (written, varied) = self.variations(found)?;
        let mut warnings = Vec::new();
        warn_of_axes(self, registry, &varied, &mut warnings);
        let (scenario, written) = (scenario?, written?);
        if mistakes(found) > 0 {
            return None;
        }
        let design = self.full_design(&written, &scenario, &varied, registry)?;
        let file = self.clone();
        Some(Outline { design, scenario, file, varied, warnings })
    }
}

impl Outline {
    /// How many cells there are.
    pub fn cells(&self) -> usize {
        self.design.cells()
    }

    /// How many cells each variant has.
    pub fn per_variant(&self) -> usize {
        self.design.per_variant()
    }

    /// The names of all variants; the first is the file as it is written.
    pub fn variants(&self) -> &[String] {
        &self.design.variants
    }

    /// The scenario of a cell, as the sweep numbers them, with the hypotheses of the file.
    ///
    /// # Errors
    ///
    /// With everything that is wrong with it.
    ///
    /// # Panics
    ///
    /// If there is no such cell.
    pub fn cell(&self, registry: &LayerRegistry, cell: usize) -> Result<Scenario, Diagnostics> {
        assert!(cell < self.cells(), "there is such a cell");
        let Self { file, varied, design, .. } = self;
        let mut found = Vec::new();
        let scenario = file.cell(varied, (design, cell), registry, &mut found);
        self.whole(scenario, found)
    }

    /// The scenario of a variant with the file's own values, and its hypotheses.
    ///
    /// # Errors
    ///
    /// With everything that is wrong with it.
    ///
    /// # Panics
    ///
    /// If there is no such variant.
    pub fn variant(
        &self,
        registry: &LayerRegistry,
        variant: usize,
    ) -> Result<Scenario, Diagnostics> {
        let mut found = Vec::new();
        let draft = self.file.changed(&self.varied.of_variant(variant), registry, &mut found);
        self.whole(draft.and_then(Draft::scenario), found)
    }

    /// The file with the changes of a variant, and without its other variants. Hypotheses that
    /// make no sense in it are left out, unless the variant writes them.
    ///
    /// # Errors
    ///
    /// If its changes lead nowhere.
    ///
    /// # Panics
    ///
    /// If there is no such variant.
    pub fn file_of(
        &self,
        registry: &LayerRegistry,
        variant: usize,
    ) -> Result<ScenarioFile, Diagnostics> {
        let changes = self.varied.of_variant(variant);
        let mut file = self.file.clone();
        let set = file.set_all(&changes, registry);
        Diagnostics::new(&file.source, set.err().into_iter().collect()).unless_wrong()?;
        file.drop_section("variants");
        let mut found = Vec::new();
        let _draft = file.draft(registry, &mut found);
        if mistakes(&found) > 0 && !changes.iter().any(|(path, ..)| is_of_hypotheses(path)) {
            file.drop_section(HYPOTHESES);
        }
        Ok(file)
    }

    /// What must hold is said of the file, and asked of every cell.
    fn whole(
        &self,
        scenario: Option<Scenario>,
        mut found: Vec<Diagnostic>,
    ) -> Result<Scenario, Diagnostics> {
        found.extend(self.warnings.iter().cloned());
        forgive_baselines(&self.varied.axes, &mut found);
        let warnings = Diagnostics::new(&self.file.source, found).unless_wrong()?;
        let scenario = scenario.expect("without mistakes there is a scenario");
        let hypotheses = self.scenario.hypotheses.clone();
        let mut scenario = Scenario { hypotheses, warnings, ..scenario };
        let mut asked = self.scenario.shares();
        self.scenario.add_windows(&mut asked);
        scenario.watch(&asked);
        Ok(scenario)
    }
}
