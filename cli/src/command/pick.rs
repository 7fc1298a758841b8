//! Which run of a sweep is meant: its cell, its variant, its replication.

use clap::Args;
use scenarios::{LayerRegistry, Outline, Scenario, ScenarioFile, nearest, plain};

use crate::command::common::{Sets, quoted, warn};
use crate::command::complete;
use crate::failure::Failure;
use crate::source::Source;

/// One cell of a sweep, and one of its replications.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Pick {
    /// Run this cell of the file's sweep, as `runs.csv` numbers them from 0 on.
    #[arg(long, value_name = "N")]
    cell: Option<usize>,
    /// Run the file with the changes of this variant.
    #[arg(long, value_name = "NAME", add = complete::variants())]
    variant: Option<String>,
    /// Run with the seed of this replication of the sweep, from 0 on: then `--seed` is that of the
    /// sweep.
    #[arg(long, value_name = "R")]
    #[arg(value_parser = clap::value_parser!(u32).range(..1_000_000))]
    replication: Option<u32>,
}

/// One run of a scenario, for commands that write no folder.
#[derive(Args, Debug)]
pub(crate) struct OneRun {
    /// A file, or a name from `wavetank list`.
    #[arg(add = complete::scenarios())]
    pub(crate) scenario: String,
    /// The seed of all random numbers; default: the file's, or 1.
    #[arg(long, allow_negative_numbers = true, value_parser = scenarios::seed)]
    seed: Option<u64>,
    #[command(flatten)]
    pick: Pick,
    #[command(flatten)]
    sets: Sets,
}

impl OneRun {
    /// The scenario that is run, whose warnings are shown, and the seed.
    pub(crate) fn find(&self, registry: &LayerRegistry) -> Result<(Scenario, u64), Failure> {
        let source = Source::find(&self.scenario)?;
        let scenario = self.pick.find(&self.sets, registry, &source)?;
        warn(&scenario.warnings);
        let seed = self.pick.seed(self.seed.unwrap_or(scenario.seed));
        Ok((scenario, seed))
    }
}

impl Pick {
    /// A cell.
    pub(crate) fn of_cell(cell: usize) -> Self {
        Self { cell: Some(cell), ..Self::default() }
    }

    /// A variant.
    pub(crate) fn of_variant(name: &str) -> Self {
        Self { variant: Some(name.to_owned()), ..Self::default() }
    }

    /// The scenario that is meant. What is to be left out is taken out of a variant, which could
    /// bring it back; of the cells of a sweep it was taken out before.
    pub(crate) fn find(
        &self,
        sets: &Sets,
        registry: &LayerRegistry,
        source: &Source,
    ) -> Result<Scenario, Failure> {
        let variant = self.variant.as_deref().filter(|_| self.cell.is_none());
        if variant.is_some() && sets.takes_out() {
            return Ok(file_of(sets, registry, source, variant)?.scenario(registry)?);
        }
        self.scenario(&sets.file(registry, source)?, registry)
    }

    /// The scenario that is meant. It has the hypotheses of the file, whatever its changes are. No
    /// other cell is looked at.
    pub(crate) fn scenario(
        &self,
        file: &ScenarioFile,
        registry: &LayerRegistry,
    ) -> Result<Scenario, Failure> {
        if self.cell.is_none() && self.variant.is_none() {
            return Ok(file.scenario(registry)?);
        }
        let outline = file.outline(registry)?;
        let variant = self.variant.as_ref().map(|name| variant_of(&outline, name)).transpose()?;
        Ok(match self.cell {
            Some(cell) => {
                check_cell(&outline, cell, variant)?;
                outline.cell(registry, cell)?
            }
            None => outline.variant(registry, variant.unwrap_or(0))?,
        })
    }

    /// The seed of the run, where this one is asked for or the file's.
    pub(crate) fn seed(&self, asked: u64) -> u64 {
        self.replication.map_or(asked, |replication| scenarios::seed_of(asked, replication))
    }

    /// What to type to pick the same again.
    pub(crate) fn again(&self) -> String {
        let cell = self.cell.map(|cell| format!(" --cell {cell}"));
        let variant = self.variant.as_ref().map(|name| format!(" --variant {}", quoted(name)));
        let replication = self.replication.map(|number| format!(" --replication {number}"));
        [cell, variant, replication].into_iter().flatten().collect()
    }
}

/// The file with the changes of a variant, if one is named, and without what is to be left out.
pub(crate) fn file_of(
    sets: &Sets,
    registry: &LayerRegistry,
    source: &Source,
    variant: Option<&str>,
) -> Result<ScenarioFile, Failure> {
    let mut file = sets.whole_file(registry, source)?;
    if let Some(name) = variant {
        let outline = file.outline(registry)?;
        file = outline.file_of(registry, variant_of(&outline, name)?)?;
    }
    sets.taken_out(registry, file)
}

/// The number of a variant.
fn variant_of(outline: &Outline, name: &str) -> Result<usize, Failure> {
    let known: Vec<&str> = outline.variants().iter().map(String::as_str).collect();
    let found = known.iter().position(|known| *known == plain(name));
    found.ok_or_else(|| {
        let help = match nearest(name, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there is: {}", known.join(", ")),
        };
        Failure::Request(format!("there is no variant `{name}`; {help}"))
    })
}

/// Says what is wrong with the number of a cell.
fn check_cell(outline: &Outline, cell: usize, variant: Option<usize>) -> Result<(), Failure> {
    let (cells, each) = (outline.cells(), outline.per_variant());
    if cells <= cell {
        let range = match cells {
            1 => "the sweep of this file has one cell, 0".to_owned(),
            cells => format!("the sweep of this file has the cells 0 to {}", cells - 1),
        };
        return Err(Failure::Request(format!("there is no cell {cell}; {range}")));
    }
    let Some(asked) = variant.filter(|variant| *variant != cell / each) else { return Ok(()) };
    let (of, name) = (&outline.variants()[cell / each], &outline.variants()[asked]);
    let (first, last) = (asked * each, (asked + 1) * each - 1);
    let has = match each {
        1 => format!("has the cell {first}"),
        _ => format!("has the cells {first} to {last}"),
    };
    Err(Failure::Request(format!("cell {cell} is of the variant `{of}`; `{name}` {has}")))
}
