//! The runs of a sweep that came out worst, and the commands that make them again.

use std::io::{self, Write};

use results::SweepResult;
use serde_json::{Value, json};
use sim::measure::Better;

/// The most runs of all that are named.
const NAMED_MAX: usize = 6;

/// The worst runs of a sweep by its objective.
#[derive(Debug)]
pub(crate) struct Worst<'a> {
    result: &'a SweepResult,
    /// Those of all cells, the worst first; of equals the first.
    of_all: Vec<Run>,
    /// How many more came to the same as the last of them.
    alike: usize,
    /// That of the best cell.
    of_best: Option<Run>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    cell: usize,
    replication: u32,
    value: f64,
}

impl<'a> Worst<'a> {
    /// Looks through all runs. Where all that say anything came to the same, none is the worst.
    pub(crate) fn of(result: &'a SweepResult) -> Self {
        let (of_all, alike) = worst(result, 0..result.cells(), NAMED_MAX);
        let best = result.best(None).filter(|_| 1 < result.cells());
        let of_best = best.and_then(|best| worst(result, best..best + 1, 1).0.pop());
        Self { result, of_all, alike, of_best }
    }

    /// Names them.
    pub(crate) fn name(&self, out: &mut dyn Write) -> io::Result<()> {
        if !self.of_all.is_empty() {
            writeln!(out, "worst runs of all cells:")?;
        }
        for run in &self.of_all {
            self.name_one(run, out)?;
        }
        match self.alike {
            0 => {}
            1 => writeln!(out, "  and 1 more, as bad as the last of these, is in runs.csv")?,
            more => {
                writeln!(out, "  and {more} more, as bad as the last of these, are in runs.csv")?;
            }
        }
        if let Some(run) = &self.of_best {
            writeln!(out, "worst run of the best cell:")?;
            self.name_one(run, out)?;
        }
        Ok(())
    }

    fn name_one(&self, run: &Run, out: &mut dyn Write) -> io::Result<()> {
        let (variant, seed) = (self.result.variant(run.cell), self.seed(run));
        writeln!(out, "  {:.4} in cell {} ({variant}), seed {seed}", run.value, run.cell)?;
        writeln!(out, "    {}", self.command(run))
    }

    fn seed(&self, run: &Run) -> String {
        format!("0x{:x}", self.result.seed_of(run.replication))
    }

    fn command(&self, run: &Run) -> String {
        self.result.run_again(run.cell, run.replication)
    }

    /// Those of all cells, as JSON.
    pub(crate) fn json(&self) -> Value {
        let one = |run: &Run| {
            json!({
                "cell": run.cell, "variant": self.result.variant(run.cell),
                "replication": run.replication, "seed": self.seed(run), "value": run.value,
                "again": self.command(run),
            })
        };
        self.of_all.iter().map(one).collect()
    }
}

/// The worst runs of some cells, no more than so many, and how many more are as bad as the last.
fn worst(result: &SweepResult, cells: std::ops::Range<usize>, most: usize) -> (Vec<Run>, usize) {
    let runs = cells.flat_map(|cell| {
        let values = (0..).zip(result.values(cell, result.objective));
        values.map(move |(replication, value)| Run { cell, replication, value })
    });
    let runs = runs.filter(|run| !run.value.is_nan());
    let is_worse = |one: &Run, other: &Run| match result.better {
        Better::Higher => one.value < other.value,
        Better::Lower => other.value < one.value,
    };
    // There may be millions: few are held at a time.
    let mut found: Vec<Run> = Vec::new();
    for run in runs.clone() {
        let place = found.partition_point(|other| !is_worse(&run, other));
        if place < most {
            found.insert(place, run);
            found.truncate(most);
        }
    }
    let (Some(first), Some(last)) = (found.first(), found.last()) else { return (found, 0) };
    if !runs.clone().any(|run| is_worse(first, &run)) {
        return (Vec::new(), 0);
    }
    let as_bad = |all: &mut dyn Iterator<Item = Run>| {
        all.filter(|run| !is_worse(run, last) && !is_worse(last, run)).count()
    };
    let alike = as_bad(&mut runs.clone()) - as_bad(&mut found.iter().copied());
    (found, alike)
}
