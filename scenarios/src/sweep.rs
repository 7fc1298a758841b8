//! Sweeps: axes are paths into the file, variants are named changes to it.

use core::ops::Range;

use patterns::Span;
use sim::observe::measure::{Better, Measure};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::catalog::Catalog;
use crate::document::Document;
use crate::plan::{Plan, measure};
use crate::problem::{Problem, Problems};
use crate::read::read;

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
    /// One plan for each cell: variants outermost, then the axes, the last one fastest.
    pub cells: Vec<Plan>,
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

impl Document<'_> {
    /// The sweep of the file, with every cell checked. A file without `[sweep]` has one cell for
    /// each variant, and measures the success of its first group of agents.
    pub fn sweep(&self, catalog: &Catalog) -> Result<Sweep, Problems> {
        let mut problems = Vec::new();
        let sweep = self.read_sweep(catalog, &mut problems);
        Problems::check(&self.name, self.text, problems)?;
        Ok(sweep.expect("without problems there is a sweep"))
    }

    fn read_sweep(&self, catalog: &Catalog, problems: &mut Vec<Problem>) -> Option<Sweep> {
        let plan = self.read_plan(catalog, problems);
        let table = self.section("sweep", problems);
        let replications = key::<Spanned<u32>>(&table, "replications", problems);
        if let Some(replications) = replications.as_ref().filter(|n| *n.get_ref() == 0) {
            problems.push(Problem::new(replications.span(), "it must be at least 1"));
        }
        let objective = key::<Spanned<String>>(&table, "objective", problems);
        let better = key::<BetterText>(&table, "better", problems);
        let axes = axes(&table, problems);
        let variants = self.variants(problems);
        // Each value alone, so that what is wrong with it is told where it is written.
        for axis in &axes {
            for value in &axis.values {
                self.changed(&[(&axis.path, &axis.place, value)], catalog, problems);
            }
        }
        for variant in &variants {
            let changes: Vec<_> = variant.changes.iter().map(|(p, at, v)| (p, at, v)).collect();
            self.changed(&changes, catalog, problems);
        }
        let plan = plan?;
        let objective = find_objective(objective, &plan, problems)?;
        let better = better.map(Better::from).or(objective.better()).unwrap_or(Better::Higher);
        if !problems.is_empty() {
            return None;
        }
        let cells = self.cells(&variants, &axes, &plan, catalog, problems)?;
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

    fn variants(&self, problems: &mut Vec<Problem>) -> Vec<Variant<'_>> {
        let mut variants = Vec::new();
        for (name, changes) in &self.section("variants", problems) {
            let DeValue::Table(changes) = changes.get_ref() else {
                let told = "a variant is a table of paths and their values";
                problems.push(Problem::new(name.span(), told));
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

    /// The plan with some values changed, if nothing is wrong with it.
    fn changed(
        &self,
        changes: &[(&String, &Range<usize>, &Spanned<DeValue<'_>>)],
        catalog: &Catalog,
        problems: &mut Vec<Problem>,
    ) -> Option<Plan> {
        let mut document = self.clone();
        for (path, place, value) in changes {
            let value = (*value).clone();
            if let Err(problem) = document.set(path, place, value) {
                problems.push(problem);
                return None;
            }
        }
        document.read_plan(catalog, problems)
    }

    fn cells(
        &self,
        variants: &[Variant<'_>],
        axes: &[Varied<'_>],
        plan: &Plan,
        catalog: &Catalog,
        problems: &mut Vec<Problem>,
    ) -> Option<Vec<Plan>> {
        let per_variant = axes.iter().try_fold(1_usize, |cells, axis| {
            cells.checked_mul(axis.values.len()).filter(|cells| *cells <= CELLS_MAX)
        });
        let Some(per_variant) = per_variant else {
            let span = axes.first().map_or(0..0, |axis| axis.place.clone());
            let told = format!("the axes make more than {CELLS_MAX} cells");
            problems.push(Problem::new(span, told));
            return None;
        };
        if axes.is_empty() && variants.is_empty() {
            return Some(vec![plan.clone()]);
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
                cells.push(self.changed(&changes, catalog, problems)?);
            }
        }
        Some(cells)
    }
}

/// What is looked at; the success of the first agents if the file does not say.
fn find_objective(
    written: Option<Spanned<String>>,
    plan: &Plan,
    problems: &mut Vec<Problem>,
) -> Option<Measure> {
    let Some(written) = written else {
        let path = format!("agents.{}.success", plan.system.agents[0].name);
        return measure(&path, &plan.system).ok();
    };
    let found = measure(written.get_ref(), &plan.system);
    found.map_err(|told| problems.push(told.into_problem(written.span()))).ok()
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
    problems: &mut Vec<Problem>,
) -> Option<T> {
    read(table.get(key)?, problems)
}

fn axes<'t>(table: &DeTable<'t>, problems: &mut Vec<Problem>) -> Vec<Varied<'t>> {
    const OWN: [&str; 3] = ["replications", "objective", "better"];
    let mut axes = Vec::new();
    for (path, values) in table {
        if OWN.contains(&path.get_ref().as_ref()) {
            continue;
        }
        let DeValue::Array(items) = values.get_ref() else {
            let problem = if path.get_ref().contains('.') {
                Problem::new(values.span(), "an axis is a list of values")
            } else {
                Problem::unknown(path.span(), "key", path.get_ref(), OWN)
            };
            problems.push(problem);
            continue;
        };
        if items.is_empty() {
            problems.push(Problem::new(values.span(), "an axis needs at least one value"));
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
            let span = text.parse::<Span>().ok().map(Span::as_secs_f64);
            span.or_else(|| crate::text::number(text).ok())
        }
        _ => None,
    }
}
