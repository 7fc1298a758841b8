//! `export`: from the policies of a scenario to the configuration of a library.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueHint};
use scenarios::{Exported, LayerRegistry};

use crate::command::common::{Sets, counted, write_made_of};
use crate::command::complete;
use crate::failure::{Failure, Verdict, shown};
use crate::source::Source;

/// Write the policies of a scenario as the configuration of a library.
///
/// What cannot be said there is named on the standard error, and at the end of what is written
/// where that can have comments. What is exported can be imported again, by `wavetank import`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wavetank export hanging-server --to resilience4j
  wavetank export mine.toml --to envoy --policy guarded --set policies.guarded.bulkhead.slots=8")]
pub(crate) struct Export {
    /// A file, `-` for the standard input, or a name from `wavetank list`.
    #[arg(add = complete::scenarios())]
    scenario: String,
    /// The format.
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    to: String,
    /// The policy that is written; default: all of them.
    #[arg(long, value_name = "NAME")]
    policy: Option<String>,
    /// Take the file with the changes of this variant.
    #[arg(long, value_name = "NAME", add = complete::variants())]
    variant: Option<String>,
    #[command(flatten)]
    sets: Sets,
    /// A file to write to, in place of the standard output.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
}

/// The formats by name.
fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(scenarios::export_formats())
}

impl Export {
    pub(crate) fn execute(
        &self,
        registry: &LayerRegistry,
        out: &mut dyn Write,
    ) -> Result<Verdict, Failure> {
        let source = Source::find(&self.scenario)?;
        let file = self.sets.file(registry, &source)?;
        let (policy, variant) = (self.policy.as_deref(), self.variant.as_deref());
        let Exported { text, left_out, notes, .. } =
            scenarios::export(&file, &self.to, policy, variant, registry)?;
        match &self.out {
            Some(path) => {
                write_made_of(&source, path, &text)?;
                writeln!(out, "{} has the policies of {}", shown(path), source.file)?;
            }
            None => out.write_all(text.as_bytes())?,
        }
        if !left_out.is_empty() {
            let count = counted(left_out.len(), "thing");
            let _ = writeln!(
                io::stderr(),
                "{count} cannot be said in {}:\n  {}",
                self.to,
                left_out.join("\n  ")
            );
        }
        if !notes.is_empty() {
            let _ = writeln!(io::stderr(), "look at it:\n  {}", notes.join("\n  "));
        }
        Ok(Verdict::Holds)
    }
}
