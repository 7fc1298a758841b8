//! Sweeps: axes are paths into the file, variants are named changes to it.

use core::iter;
use core::ops::Range;
use std::collections::BTreeMap;

use patterns::Duration;
use patterns::settings::{Code, Entry, Fields, Group, Key, Node, Reader, Value};
use sim::design::SweepDesign;
use sim::measure::{Better, Measure};
use sim::series::SeriesDesign;

use crate::axes::{Varied, axis, refuse_fixed, shown, varied};
use crate::codes::FileCode;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::format::{self, Design, FileNames, SECTIONS};
use crate::over_time::{self, Asked};
use crate::plain::plain;
use crate::registry::LayerRegistry;
use crate::scenario::{Scenario, measure};
use crate::scenario_file::ScenarioFile;
use crate::size;

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
    /// What was written and has no effect.
    pub warnings: Diagnostics,
    file: ScenarioFile,
    variants: Vec<Variant>,
    axes: Vec<Varied>,
}

impl Sweep {
    /// The scenario of a cell, as the design numbers them. It is read anew each time: the scenarios
    /// of all cells together may be large.
    ///
    /// # Panics
    ///
    /// If the design has no such cell, or another registry has checked the sweep.
    pub fn cell(&self, registry: &LayerRegistry, cell: usize) -> Scenario {
        let Self { file, variants, axes, design, .. } = self;
        let mut found = Vec::new();
        let scenario = file.cell(variants, axes, design, cell, registry, &mut found);
        self.watched(scenario.expect("every cell was checked"))
    }

    /// The scenario of a variant with the file's own values, which need not be on the axes; the
    /// first variant is the file as it is written.
    ///
    /// # Panics
    ///
    /// As [`cell`](Self::cell).
    pub fn variant(&self, registry: &LayerRegistry, variant: usize) -> Scenario {
        let changes = variant.checked_sub(1).map(|index| changes(&self.variants[index]));
        let mut found = Vec::new();
        let scenario = self.file.changed(&changes.unwrap_or_default(), registry, &mut found);
        self.watched(scenario.expect("every variant was checked"))
    }

    /// By variant: the paths that it changes but those of hypotheses, with their values as text.
    pub fn changes(&self) -> Vec<Vec<(String, String)>> {
        let is_system = |(path, ..): &Change<'_>| !path.starts_with(HYPOTHESES);
        let texts = |(path, _, value): Change<'_>| (path.to_owned(), shown(value));
        let of = |one| changes(one).into_iter().filter(is_system).map(texts).collect();
        iter::once(Vec::new()).chain(self.variants.iter().map(of)).collect()
    }

    /// What must hold is said of the file, and asked of every cell.
    fn watched(&self, mut scenario: Scenario) -> Scenario {
        scenario.watch(&self.measures);
        scenario
    }
}

/// How paths to what must hold begin.
const HYPOTHESES: &str = "hypotheses";

/// What a variant is called that changes nothing.
pub const AS_WRITTEN: &str = "as written";

#[derive(Clone, Debug)]
struct Variant {
    name: String,
    changes: Vec<(String, Range<usize>, Node)>,
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

/// One change to a file.
type Change<'a> = (&'a str, &'a Range<usize>, &'a Node);

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
        let warnings = Diagnostics::new(&self.source, found).unless_wrong()?;
        let sweep = sweep.expect("without mistakes there is a sweep");
        Ok(Sweep { warnings, ..sweep })
    }

    fn read_sweep(&self, registry: &LayerRegistry, found: &mut Vec<Diagnostic>) -> Option<Sweep> {
        let scenario = self.read_scenario(registry, found);
        let (design, axes) = self.design(found);
        let variants = self.variants(found);
        let lengths = axes.iter().map(|axis| axis.values.len()).chain([variants.len() + 1]);
        size::check_cells(lengths, &self.size_at(&axes), found)?;
        // Each value alone, so that what is wrong with it is shown where it is written.
        for axis in &axes {
            for value in &axis.values {
                self.changed(&[(&axis.path, &axis.at, value)], registry, found);
            }
        }
        for variant in &variants {
            self.changed(&changes(variant), registry, found);
        }
        self.warn_of_axes(&axes, registry, found);
        let scenario = scenario?;
        let design = design?;
        if found.iter().any(|one| !one.is_warning()) {
            return None;
        }
        let written = design;
        let design = self.draft(&written, &scenario, &variants, &axes, registry)?;
        let cells = |cell, found: &mut Vec<Diagnostic>| {
            self.cell(&variants, &axes, &design, cell, registry, found)
        };
        let Cells { mut measures, asked, room, longest } =
            Cells::read(&scenario, design.cells(), &over_time::asked(&written), cells, found)?;
        let Asked { objective, series } =
            self.asked(&written, &scenario, &asked, &design.objective, found)?;
        scenario.add_windows(&mut measures);
        if !measures.contains(&objective) {
            measures.push(objective.clone());
        }
        measures.extend(scenario.shares());
        let node = |key| self.root.get("sweep").and_then(|sweep| sweep.get(key));
        let at = |node: Option<&Node>| node.map_or_else(|| self.size_at(&axes), |n| n.at.clone());
        size::check_numbers(&design, measures.len(), &at(node("replications")), found)?;
        let of_series = at(node("series-every").or_else(|| node("series")));
        let every = written.series_every;
        let series = size::check_series(design.cells(), longest, every, series, &of_series, found)?;
        let better = written.better.map(Better::from).or(objective.better());
        let better = better.unwrap_or(Better::Higher);
        let design = SweepDesign { objective, better, ..design };
        let warnings = Diagnostics::new(&self.source, Vec::new());
        let file = self.clone();
        Some(Sweep { design, measures, series, room, warnings, file, variants, axes })
    }

    /// The design, with what is looked at if the file does not say it.
    fn draft(
        &self,
        written: &Design,
        scenario: &Scenario,
        variants: &[Variant],
        axes: &[Varied],
        registry: &LayerRegistry,
    ) -> Option<SweepDesign> {
        let mut names = vec![AS_WRITTEN.to_owned()];
        names.extend(variants.iter().map(|variant| plain(&variant.name).into()));
        let default = axes.iter().map(|axis| {
            let own = shown(&self.get(registry, &axis.path)?);
            axis.values.iter().position(|value| shown(value) == own)
        });
        let success = Measure::of_agents(&scenario.system.agents.first()?.name, "success")?;
        Some(SweepDesign {
            title: scenario.title.clone(),
            variants: names,
            axes: axes.iter().map(axis).collect(),
            default: default.collect(),
            replications: written.replications,
            seed: scenario.seed,
            better: success.better().unwrap_or(Better::Higher),
            objective: success,
        })
    }

    /// The design, and the axes.
    fn design(&self, found: &mut Vec<Diagnostic>) -> (Option<Design>, Vec<Varied>) {
        let nothing = Vec::new();
        let node = self.root.get("sweep");
        let entries = match node.map(|node| &node.value) {
            None => &nothing,
            Some(Value::Table(entries)) => entries,
            Some(_) => {
                let node = node.expect("it was found just now");
                let message = format!("`sweep` must be a table, not {}", node.kind());
                found.push(Diagnostic::new(node.at.clone(), Code::WrongType, message));
                &nothing
            }
        };
        let at = node.map_or(0..0, |node| node.at.clone());
        let mut names = FileNames::default();
        let mut reader = Reader::new(&mut names);
        let mut fields = Fields::of_table(at, "`sweep`", entries);
        let design = Design::read_fields(&mut fields, None, &mut reader);
        let mut keys: Vec<&'static Key> = Vec::new();
        Design::keys(&mut keys);
        let mut axes = Vec::new();
        for entry in entries {
            let is_axis = entry.key.contains('.') || matches!(entry.node.value, Value::List(_));
            if keys.iter().any(|key| key.is_named(&entry.key)) {
                continue;
            }
            if !is_axis && SECTIONS.iter().any(|section| section.is_named(&entry.key)) {
                let _axis = fields.take_node(&entry.key);
                let path = path_below(entry);
                let message = format!("the path `{path}` is not in quotes");
                let message = Diagnostic::new(entry.key_at.clone(), FileCode::BadPath, message);
                found.push(message.help(format!("for example: \"{path}\" = [1, 5]")));
                continue;
            }
            if !is_axis {
                continue;
            }
            let _axis = fields.take_node(&entry.key);
            axes.extend(varied(entry, found));
        }
        fields.finish(&keys, &mut reader);
        found.extend(reader.finish().into_iter().map(Diagnostic::from));
        (design, axes)
    }

    /// Warns of axes over a layer that the file leaves out, and of what they overrule.
    fn warn_of_axes(&self, axes: &[Varied], registry: &LayerRegistry, found: &mut Vec<Diagnostic>) {
        for axis in axes {
            if self.is_off(registry, &axis.path) {
                let message = format!("the layer of `{}` is left out here", axis.path);
                let help = "the axis changes nothing but variants that put the layer in";
                found.push(Diagnostic::no_effect(axis.at.clone(), message).help(help));
            }
            if let Some(at) = self.change_at(registry, &axis.path) {
                let message = format!("the axis over `{}` has values of its own", axis.path);
                let help = "what is set here says only which cell is the file's own";
                found.push(Diagnostic::no_effect(at, message).help(help));
            }
        }
    }

    fn variants(&self, found: &mut Vec<Diagnostic>) -> Vec<Variant> {
        let Some(node) = self.root.get("variants") else { return Vec::new() };
        let Some(entries) = node.entries() else {
            let message = format!("`variants` must be a table, not {}", node.kind());
            found.push(Diagnostic::new(node.at.clone(), Code::WrongType, message));
            return Vec::new();
        };
        let mut variants = Vec::new();
        for entry in entries {
            if entry.key == AS_WRITTEN {
                let message = format!("`{AS_WRITTEN}` is the name of the file without a variant");
                found.push(Diagnostic::new(entry.key_at.clone(), FileCode::BadName, message));
            }
            if entry.key.trim().is_empty() {
                let message = "a variant needs a name";
                found.push(Diagnostic::new(entry.key_at.clone(), FileCode::BadName, message));
            }
            let Some(changes) = entry.node.entries() else {
                let message = "a variant is a table of paths and their values";
                let at = entry.key_at.clone();
                found.push(Diagnostic::new(at, Code::WrongType, message));
                continue;
            };
            let changes = changes.iter().map(|change| {
                refuse_fixed(&change.key, &change.key_at, found);
                (change.key.clone(), change.key_at.clone(), change.node.clone())
            });
            variants.push(Variant { name: entry.key.clone(), changes: changes.collect() });
        }
        // By name, so that the order in the file plays no part.
        variants.sort_by(|a, b| a.name.cmp(&b.name));
        variants
    }

    /// Where it is written how many cells there are.
    fn size_at(&self, axes: &[Varied]) -> Range<usize> {
        let first = axes.first().map(|axis| axis.at.clone());
        let variants = || self.root.get("variants").map(|node| node.at.clone());
        first.or_else(variants).unwrap_or(0..0)
    }

    /// The scenario with some values changed, if nothing is wrong with it.
    fn changed(
        &self,
        changes: &[Change<'_>],
        registry: &LayerRegistry,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Scenario> {
        let mut file = self.clone();
        for (path, at, value) in changes {
            if let Err(wrong) = file.set(registry, path, at, (*value).clone()) {
                found.push(wrong);
                return None;
            }
        }
        // What must hold is said of the file as it is written: others may lack what is measured.
        if let Value::Table(entries) = &mut file.root.value
            && !changes.iter().any(|(path, ..)| path.starts_with(HYPOTHESES))
        {
            entries.retain(|entry| entry.key != HYPOTHESES);
        }
        file.read_scenario(registry, found)
    }

    /// The scenario of one cell, if nothing is wrong with it.
    fn cell(
        &self,
        variants: &[Variant],
        axes: &[Varied],
        design: &SweepDesign,
        cell: usize,
        registry: &LayerRegistry,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Scenario> {
        let (variant, places) = design.place(cell);
        // The first variant is the file as it is written.
        let variant = variant.checked_sub(1).map(|index| &variants[index]);
        let mut all = variant.map(changes).unwrap_or_default();
        for (axis, place) in axes.iter().zip(places) {
            all.push((&axis.path, &axis.at, &axis.values[place]));
        }
        self.changed(&all, registry, found)
    }
}

/// The path that tables within each other spell.
fn path_below(entry: &Entry) -> String {
    match entry.node.entries() {
        Some([below, ..]) => format!("{}.{}", entry.key, path_below(below)),
        _ => entry.key.clone(),
    }
}

fn changes(variant: &Variant) -> Vec<Change<'_>> {
    variant.changes.iter().map(|(path, at, value)| (path.as_str(), at, value)).collect()
}

impl From<format::Better> for Better {
    fn from(better: format::Better) -> Self {
        match better {
            format::Better::Higher => Self::Higher,
            format::Better::Lower => Self::Lower,
        }
    }
}
