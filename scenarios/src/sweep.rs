//! Sweeps: axes are paths into the file, variants are named changes to it.

use core::iter;
use std::collections::BTreeMap;

use patterns::Duration;
use patterns::settings::Node;
use sim::design::{Axis, SweepDesign};
use sim::measure::{Better, Measure};
use sim::series::SeriesDesign;

use crate::axes::{axis, forgive_baselines, shown};
use crate::diagnostic::{Diagnostic, Diagnostics, mistakes};
use crate::format;
use crate::idle_axes::{Idle, warn_of_axes};
use crate::over_time::{self, Asked, Unknown};
use crate::registry::LayerRegistry;
use crate::scenario::{Claim, Scenario, measure};
use crate::scenario_file::ScenarioFile;
use crate::size;
use crate::variants::{Blame, Change};
use crate::variations::{Variations, is_of_hypotheses};

/// A sweep that can be run: every one of its cells was checked.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// What is varied, and how often each cell is run.
    pub design: SweepDesign,
    /// All that can be measured in some cell, and the hypotheses of the file.
    pub measures: Vec<Measure>,
    /// What is measured over time.
    pub series: SeriesDesign,
    /// About how many bytes of memory a run takes at the most, without what is open in it.
    pub room: u64,
    /// What somebody claims, and what decides it, if the file says so.
    pub claim: Option<Claim>,
    /// What was written and has no effect.
    pub warnings: Diagnostics,
    file: ScenarioFile,
    varied: Variations,
}

impl Sweep {
    /// The scenario of a cell, as the design numbers them. It is read anew each time: the scenarios
    /// of all cells together may be large.
    ///
    /// # Panics
    ///
    /// If the design has no such cell, or another registry has checked the sweep.
    pub fn cell(&self, registry: &LayerRegistry, cell: usize) -> Scenario {
        let Self { file, varied, design, .. } = self;
        let scenario = file.cell(varied, (design, cell), registry, &mut Vec::new());
        let mut scenario = scenario.expect("every cell was checked");
        // What must hold is said of the file, and asked of every cell.
        scenario.watch(&self.measures);
        scenario
    }

    /// By variant: the paths that it changes but those of hypotheses, with their values as text.
    pub fn changes(&self) -> Vec<Vec<(String, String)>> {
        let is_system = |(path, ..): &Change<'_>| !is_of_hypotheses(path);
        let texts = |(path, _, value): Change<'_>| (path.to_owned(), shown(value));
        let of = |variant| self.varied.of_variant(variant).into_iter().filter(is_system);
        (0..self.design.variants.len()).map(|variant| of(variant).map(texts).collect()).collect()
    }
}

/// What is found in all cells.
struct Cells {
    /// All that can be measured in some of them.
    measures: Vec<Measure>,
    /// By their paths, what was asked for and can be measured in some of them.
    asked: BTreeMap<String, Measure>,
    /// The most memory that a run of one takes.
    room: u64,
    /// The most time that counts in one.
    longest: Duration,
}

impl Cells {
    /// Reads all cells, of which there are so many, unless something is wrong with one.
    fn read(
        scenario: &Scenario,
        number: usize,
        paths: &[String],
        read: impl Fn(usize, &mut Vec<Diagnostic>) -> Option<Scenario>,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let mut asked = BTreeMap::new();
        let (mut is_right, mut room, mut longest) = (true, 0, Duration::ZERO);
        let cells = (0..number).map_while(|cell| {
            let cell = read(cell, found);
            is_right &= cell.is_some();
            let Scenario { system, room: of_cell, .. } = cell?;
            room = room.max(of_cell);
            longest = longest.max(system.horizon.since(system.warmup));
            for path in paths {
                if !asked.contains_key(path)
                    && let Ok(found) = measure(path, &system)
                {
                    asked.insert(path.clone(), found);
                }
            }
            Some(system)
        });
        let measures = Measure::all_of(iter::once(scenario.system.clone()).chain(cells));
        is_right.then_some(Self { measures, asked, room, longest })
    }
}

impl ScenarioFile {
    /// The sweep of the file, with every cell checked. A file without `[sweep]` has one cell for
    /// each variant, and measures the success of its first group of agents.
    ///
    /// # Errors
    ///
    /// With everything that is wrong.
    pub fn sweep(&self, registry: &LayerRegistry) -> Result<Sweep, Diagnostics> {
        let mut found = Vec::new();
        let sweep = self.read_sweep(registry, &mut found);
        let warnings = self.unless_wrong(found, |file, found| {
            file.read_sweep(registry, found);
        })?;
        let sweep = sweep.expect("without mistakes there is a sweep");
        Ok(Sweep { warnings, ..sweep })
    }

    fn read_sweep(&self, registry: &LayerRegistry, found: &mut Vec<Diagnostic>) -> Option<Sweep> {
        let mut of_file = Vec::new();
        let draft = self.draft(registry, &mut of_file);
        let known = of_file.clone();
        let mut idle = Idle::of(of_file, found);
        let (written, varied) = self.variations(found)?;
        let Variations { axes, .. } = &varied;
        let mut unknown = [
            self.unknown(draft.as_ref()),
            // Of a file in which nothing is wrong the whole claim is resolved below.
            Unknown::of(draft.as_ref(), self.claimed()),
        ];
        self.look_at_each(&varied, registry, (&known, &mut idle, &mut unknown), found);
        let claim = self.written_claim(found);
        if mistakes(found) > 0 {
            for all in unknown {
                all.report(found);
            }
            let axes: Vec<Axis> = axes.iter().map(axis).collect();
            self.look_at_claim(&axes, draft.as_ref(), found);
            return None;
        }
        idle.report(found);
        warn_of_axes(self, registry, &varied, found);
        let written = written?;
        let scenario = draft?.scenario()?;
        let design = self.full_design(&written, &scenario, &varied, registry)?;
        let cells = |cell, found: &mut Vec<Diagnostic>| {
            // What has no effect is known from each change alone.
            let mut of_cell = Vec::new();
            let cell = self.cell(&varied, (&design, cell), registry, &mut of_cell);
            Idle::of(of_cell, found);
            cell
        };
        let claimed = self.claimed().into_iter().map(|(path, _)| path).collect();
        let paths = [over_time::asked(&written), claimed].concat();
        let Cells { mut measures, asked, room, longest } =
            Cells::read(&scenario, design.cells(), &paths, cells, found)?;
        let of_cell = |cell| self.cell(&varied, (&design, cell), registry, &mut Vec::new());
        let own = self.own_places(axes, registry);
        let claim = self.claim_in(claim, (&design, &own), (&scenario, &of_cell), found).ok()?;
        forgive_baselines(axes, found);
        let Asked { objective, series } =
            self.asked(&written, &scenario, &asked, &design.objective, found)?;
        scenario.add_windows(&mut measures);
        if let Some(claim) = &claim {
            claim.add_measures(&mut measures);
        }
        if !measures.contains(&objective) {
            measures.push(objective.clone());
        }
        measures.extend(scenario.shares());
        let node = |key| self.root.get("sweep").and_then(|sweep| sweep.get(key));
        let at = |node: Option<&Node>| node.map_or_else(|| self.size_at(axes), |n| n.at.clone());
        size::check_numbers(&design, measures.len(), &at(node("replications")), found)?;
        let of_series = at(node("series-every").or_else(|| node("series")));
        let every = written.series_every;
        let series = size::check_series(design.cells(), longest, every, series, &of_series, found)?;
        let better = written.better.map(Better::from).or(objective.better());
        let better = better.unwrap_or(Better::Higher);
        let design = SweepDesign { objective, better, ..design };
        let warnings = Diagnostics::new(&self.source, Vec::new());
        let file = self.clone();
        Some(Sweep { design, measures, series, room, claim, warnings, file, varied })
    }
}

impl ScenarioFile {
    /// Looks at each value of an axis and each variant alone, so that what is wrong with it is
    /// shown where it is written.
    fn look_at_each(
        &self,
        Variations { axes, variants }: &Variations,
        registry: &LayerRegistry,
        (known, idle, unknown): (&[Diagnostic], &mut Idle, &mut [Unknown]),
        found: &mut Vec<Diagnostic>,
    ) {
        let mut blame = Blame::new(known);
        let values = axes.iter().flat_map(|axis| {
            let named = |value: &Node| format!("with `{}` = {value}", axis.path);
            let change = |value| vec![(axis.path.as_str(), &axis.at, value)];
            axis.values.iter().map(move |value| (named(value), change(value)))
        });
        let of_variants = variants
            .iter()
            .map(|variant| (format!("with the variant `{}`", variant.name), variant.changes()));
        for (what, changes) in values.chain(of_variants) {
            let mut of_change = Vec::new();
            let changed = self.changed(&changes, registry, &mut of_change);
            for all in &mut *unknown {
                all.look_in(changed.as_ref());
            }
            blame.on(&what, &changes, &mut of_change);
            idle.look_at(&changes, of_change, found);
        }
    }
}

impl From<format::Better> for Better {
    fn from(better: format::Better) -> Self {
        match better {
            format::Better::Higher => Self::Higher,
            format::Better::Lower => Self::Lower,
        }
    }
}
