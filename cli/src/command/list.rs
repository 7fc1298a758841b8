//! `list` and `show`: the scenarios that come with the program.

use std::io::Write;

use clap::Args;
use scenarios::{LayerRegistry, ScenarioFile, library};

use crate::failure::{Failure, Verdict};
use crate::source::Source;

/// List the scenarios that come with the program.
#[derive(Args, Debug)]
pub(crate) struct List;

impl List {
    pub(crate) fn execute(out: &mut dyn Write) -> Result<Verdict, Failure> {
        let width = library::LIBRARY.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
        for library::Entry { name, text } in library::LIBRARY {
            let scenario = ScenarioFile::parse(name, text)?.scenario(&LayerRegistry::builtin())?;
            writeln!(out, "{name:width$}  {}", scenario.title)?;
        }
        Ok(Verdict::Holds)
    }
}

/// Print the file of a scenario, to be changed: `wavetank show shared-pool > mine.toml`.
#[derive(Args, Debug)]
pub(crate) struct Show {
    /// A name from `wavetank list`.
    scenario: String,
}

impl Show {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Verdict, Failure> {
        out.write_all(Source::find(&self.scenario)?.text.as_bytes())?;
        Ok(Verdict::Holds)
    }
}
