//! `check` and `schema`: is a file right, and what may be in it.

use std::io::Write;

use clap::Args;
use scenarios::{LayerRegistry, ScenarioFile};

use crate::failure::{Failure, Verdict};
use crate::source::Source;

/// Check scenario files, sweeps and variants included, and report every mistake.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// Files, or names from `wavetank list`.
    #[arg(required = true)]
    scenarios: Vec<String>,
}

impl Check {
    pub(crate) fn execute(
        &self,
        registry: &LayerRegistry,
        out: &mut dyn Write,
    ) -> Result<Verdict, Failure> {
        let mut first = None;
        for named in &self.scenarios {
            let source = Source::find(named)?;
            let sweep = ScenarioFile::parse(&source.file, &source.text)
                .and_then(|file| file.sweep(registry));
            match sweep {
                Ok(sweep) => {
                    let cells = sweep.cells.len();
                    writeln!(out, "{}: fine, {cells} cells", source.file)?;
                }
                // All files are looked at; the last one's mistakes come with the exit code.
                Err(diagnostics) => {
                    if let Some(earlier) = first.replace(diagnostics) {
                        writeln!(out, "{earlier}\n")?;
                    }
                }
            }
        }
        first.map_or(Ok(Verdict::Holds), |diagnostics| Err(diagnostics.into()))
    }
}

/// Print a JSON Schema of scenario files, for editors.
#[derive(Args, Debug)]
pub(crate) struct Schema;

impl Schema {
    pub(crate) fn execute(
        registry: &LayerRegistry,
        out: &mut dyn Write,
    ) -> Result<Verdict, Failure> {
        out.write_all(scenarios::schema(registry).as_bytes())?;
        Ok(Verdict::Holds)
    }
}
