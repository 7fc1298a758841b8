//! Sweeps: axes are paths into the file, variants are named changes to it.

use core::ops::Range;

use patterns::Duration;
use sim::observe::measure::{Better, Measure};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::read::read;
use crate::registry::LayerRegistry;
use crate::scenario::{Scenario, measure};
use crate::scenario_file::ScenarioFile;

/// What is varied, and how often each cell is run.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// Runs of each cell.
    pub replications: u32,
    /// What is looked at.
    pub objective: Measure,
    /// Whether more of it is better.
    pub better: Better,
    /// The file as it is written, then its variants.
    pub variants: Vec<String>,
    /// What is varied within each variant.
    pub axes: Vec<Axis>,
    /// The place on each axis of the value that the file itself has, if all have one.
    pub default: Option<Vec<usize>>,
    /// One scenario for each cell: variants outermost, then the axes, the last one fastest.
    pub cells: Vec<Scenario>,
}

/// One thing that is varied.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Where it is in the file.
    pub path: String,
    /// Its values, as tables and charts show them.
    pub values: Vec<String>,
    /// The same as numbers (lengths of time in seconds), where they are.
    pub numbers: Vec<Option<f64>>,
}

/// Cells beyond which a sweep is refused: each is a system of its own.
const CELLS_MAX: usize = 100_000;

/// What a variant is called that changes nothing.
pub const AS_WRITTEN: &str = "as written";

struct Varied<'t> {
    path: String,
    place: Range<usize>,
    values: Vec<Spanned<DeValue<'t>>>,
}

struct Variant<'t> {
    name: String,
    changes: Vec<(String, Range<usize>, Spanned<DeValue<'t>>)>,
}

impl ScenarioFile<'_> {
    /// The sweep of the file, with every cell checked. A file without `[sweep]` has one cell for
    /// each variant, and measures the success of its first group of agents.
    pub fn sweep(&self, registry: &LayerRegistry) -> Result<Sweep, Diagnostics> {
        let mut diagnostics = Vec::new();
        let sweep = self.read_sweep(registry, &mut diagnostics);
        Diagnostics::check(&self.name, self.text, diagnostics)?;
        Ok(sweep.expect("without problems there is a sweep"))
    }

    fn read_sweep(
        &self,
        registry: &LayerRegistry,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Sweep> {
        let scenario = self.read_scenario(registry, diagnostics);
        let table = self.section("sweep", diagnostics);
        let replications = key::<Spanned<u32>>(&table, "replications", diagnostics);
        if let Some(replications) = replications.as_ref().filter(|n| *n.get_ref() == 0) {
            diagnostics.push(Diagnostic::new(replications.span(), "it must be at least 1"));
        }
        let objective = key::<Spanned<String>>(&table, "objective", diagnostics);
        let better = key::<BetterText>(&table, "better", diagnostics);
        let axes = axes(&table, diagnostics);
        let variants = self.variants(diagnostics);
        // Each value alone, so that what is wrong with it is told where it is written.
        for axis in &axes {
            for value in &axis.values {
                self.changed(&[(&axis.path, &axis.place, value)], registry, diagnostics);
            }
        }
        for variant in &variants {
            let changes: Vec<_> = variant.changes.iter().map(|(p, at, v)| (p, at, v)).collect();
            self.changed(&changes, registry, diagnostics);
        }
        let scenario = scenario?;
        let objective = find_objective(objective, &scenario, diagnostics)?;
        let better = better.map(Better::from).or(objective.better()).unwrap_or(Better::Higher);
        if !diagnostics.is_empty() {
            return None;
        }
        let cells = self.cells(&variants, &axes, &scenario, registry, diagnostics)?;
        let mut names = vec![AS_WRITTEN.to_owned()];
        names.extend(variants.iter().map(|variant| variant.name.clone()));
        let default = axes.iter().map(|axis| {
            let own = shown(self.get(&axis.path)?);
            axis.values.iter().position(|value| shown(value) == own)
        });
        Some(Sweep {
            replications: replications.map_or(30, Spanned::into_inner),
            objective,
            better,
            variants: names,
            default: default.collect(),
            axes: axes.iter().map(axis).collect(),
            cells,
        })
    }

    fn variants(&self, diagnostics: &mut Vec<Diagnostic>) -> Vec<Variant<'_>> {
        let mut variants = Vec::new();
        for (name, changes) in &self.section("variants", diagnostics) {
            let DeValue::Table(changes) = changes.get_ref() else {
                let told = "a variant is a table of paths and their values";
                diagnostics.push(Diagnostic::new(name.span(), told));
                continue;
            };
            let changes = changes.iter().map(|(path, value)| {
                (path.get_ref().clone().into_owned(), path.span(), value.clone())
            });
            let name = name.get_ref().clone().into_owned();
            variants.push(Variant { name, changes: changes.collect() });
        }
        variants
    }

    /// The scenario with some values changed, if nothing is wrong with it.
    fn changed(
        &self,
        changes: &[(&String, &Range<usize>, &Spanned<DeValue<'_>>)],
        registry: &LayerRegistry,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Scenario> {
        let mut file = self.clone();
        for (path, place, value) in changes {
            let value = (*value).clone();
            if let Err(diagnostic) = file.set(path, place, value) {
                diagnostics.push(diagnostic);
                return None;
            }
        }
        file.read_scenario(registry, diagnostics)
    }

    fn cells(
        &self,
        variants: &[Variant<'_>],
        axes: &[Varied<'_>],
        scenario: &Scenario,
        registry: &LayerRegistry,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Vec<Scenario>> {
        let per_variant = axes.iter().try_fold(1_usize, |cells, axis| {
            cells.checked_mul(axis.values.len()).filter(|cells| *cells <= CELLS_MAX)
        });
        let Some(per_variant) = per_variant else {
            let span = axes.first().map_or(0..0, |axis| axis.place.clone());
            let told = format!("the axes make more than {CELLS_MAX} cells");
            diagnostics.push(Diagnostic::new(span, told));
            return None;
        };
        if axes.is_empty() && variants.is_empty() {
            return Some(vec![scenario.clone()]);
        }
        let none = Variant { name: String::new(), changes: Vec::new() };
        let mut cells = Vec::new();
        for variant in core::iter::once(&none).chain(variants) {
            for cell in 0..per_variant {
                let mut changes: Vec<_> =
                    variant.changes.iter().map(|(p, at, v)| (p, at, v)).collect();
                for (axis, index) in axes.iter().zip(indices(cell, axes)) {
                    changes.push((&axis.path, &axis.place, &axis.values[index]));
                }
                cells.push(self.changed(&changes, registry, diagnostics)?);
            }
        }
        Some(cells)
    }
}

/// What is looked at; the success of the first agents if the file does not say.
fn find_objective(
    written: Option<Spanned<String>>,
    scenario: &Scenario,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Measure> {
    let Some(written) = written else {
        let path = format!("agents.{}.success", scenario.system.agents[0].name);
        return measure(&path, &scenario.system).ok();
    };
    let found = measure(written.get_ref(), &scenario.system);
    found.map_err(|told| diagnostics.push(told.into_diagnostic(written.span()))).ok()
}

/// The place of a cell on each axis; the last axis is the fastest.
fn indices(mut cell: usize, axes: &[Varied<'_>]) -> Vec<usize> {
    let mut indices = vec![0; axes.len()];
    for (index, axis) in indices.iter_mut().zip(axes).rev() {
        *index = cell % axis.values.len();
        cell /= axis.values.len();
    }
    indices
}

/// Whether more is better, as it is written.
#[derive(Clone, Copy, Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum BetterText {
    Higher,
    Lower,
}

impl From<BetterText> for Better {
    fn from(text: BetterText) -> Self {
        match text {
            BetterText::Higher => Self::Higher,
            BetterText::Lower => Self::Lower,
        }
    }
}

fn key<T: serde::de::DeserializeOwned>(
    table: &DeTable<'_>,
    key: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<T> {
    read(table.get(key)?, diagnostics)
}

fn axes<'t>(table: &DeTable<'t>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Varied<'t>> {
    const OWN: [&str; 3] = ["replications", "objective", "better"];
    let mut axes = Vec::new();
    for (path, values) in table {
        if OWN.contains(&path.get_ref().as_ref()) {
            continue;
        }
        let DeValue::Array(items) = values.get_ref() else {
            let diagnostic = if path.get_ref().contains('.') {
                Diagnostic::new(values.span(), "an axis is a list of values")
            } else {
                Diagnostic::unknown(path.span(), "key", path.get_ref(), OWN)
            };
            diagnostics.push(diagnostic);
            continue;
        };
        if items.is_empty() {
            diagnostics.push(Diagnostic::new(values.span(), "an axis needs at least one value"));
        }
        axes.push(Varied {
            path: path.get_ref().clone().into_owned(),
            place: path.span(),
            values: items.iter().cloned().collect(),
        });
    }
    // In the order in which they are written.
    axes.sort_by_key(|axis| axis.place.start);
    axes
}

fn axis(axis: &Varied<'_>) -> Axis {
    let values = axis.values.iter().map(shown).collect();
    let numbers = axis.values.iter().map(|value| number(value.get_ref())).collect();
    Axis { path: axis.path.clone(), values, numbers }
}

/// A value as tables and charts show it.
fn shown(value: &Spanned<DeValue<'_>>) -> String {
    match value.get_ref() {
        DeValue::String(text) => text.clone().into_owned(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(items) => {
            format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", "))
        }
        DeValue::Table(table) => {
            let entries =
                table.iter().map(|(key, value)| format!("{}={}", key.get_ref(), shown(value)));
            entries.collect::<Vec<_>>().join(" ")
        }
    }
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(number) => number.as_str().parse().ok(),
        DeValue::Float(number) => number.as_str().parse().ok(),
        DeValue::String(text) => {
            let span = text.parse::<Duration>().ok().map(Duration::as_secs_f64);
            span.or_else(|| crate::text::number(text).ok())
        }
        _ => None,
    }
}
