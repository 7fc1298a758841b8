//! `check` and `schema`: is a file right, and what may be in it.

use std::io::Write;

use clap::Args;
use scenarios::{Catalog, Document};

use crate::command::{Failure, Verdict};
use crate::source::Source;

/// Check scenario files, sweeps and variants included, and tell of every mistake.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// Files, or names from `wavetank list`.
    #[arg(required = true)]
    scenarios: Vec<String>,
}

impl Check {
    pub(crate) fn execute(
        &self,
        catalog: &Catalog,
        out: &mut dyn Write,
    ) -> Result<Verdict, Failure> {
        let mut first = None;
        for named in &self.scenarios {
            let source = Source::find(named)?;
            let sweep = Document::parse(&source.file, &source.text)
                .and_then(|document| document.sweep(catalog));
            match sweep {
                Ok(sweep) => {
                    let cells = sweep.cells.len();
                    writeln!(out, "{}: fine, {cells} cells", source.file)?;
                }
                // All files are looked at; the last one's mistakes come with the exit code.
                Err(problems) => {
                    if let Some(earlier) = first.replace(problems) {
                        writeln!(out, "{earlier}\n")?;
                    }
                }
            }
        }
        first.map_or(Ok(Verdict::Holds), |problems| Err(problems.into()))
    }
}

/// Print a JSON Schema of scenario files, for editors.
#[derive(Args, Debug)]
pub(crate) struct Schema;

impl Schema {
    pub(crate) fn execute(catalog: &Catalog, out: &mut dyn Write) -> Result<Verdict, Failure> {
        out.write_all(scenarios::schema(catalog).as_bytes())?;
        Ok(Verdict::Holds)
    }
}
