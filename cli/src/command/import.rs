//! `import`: from the configuration of a library to a scenario.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, ValueHint};
use scenarios::{Imported, LayerRegistry};

use crate::command::common::{counted, quoted, write_made_of};
use crate::failure::{Failure, Verdict, shown};
use crate::source::Source;

/// Make a scenario of the configuration of a library, such as resilience4j, Envoy or Polly.
///
/// Each line of the scenario says which line it comes from, and what is merely assumed. What could
/// not be taken over is listed at its end, and on the standard error. The scenario is printed
/// unless `--out` names a file.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wavetank import application.yml --out mine.toml && wavetank run mine.toml
  kubectl get destinationrule,virtualservice -o yaml | wavetank import - > mesh.toml")]
pub(crate) struct Import {
    /// The file, or `-` for the standard input.
    #[arg(value_hint = ValueHint::FilePath)]
    file: String,
    /// The format of the file; if it is not given, it is found by what is in the file.
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    from: Option<String>,
    /// A file for the scenario, in place of the standard output.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
}

/// The formats by name.
fn formats() -> PossibleValuesParser {
    let all = scenarios::import_formats();
    PossibleValuesParser::new(all.map(|(name, about)| PossibleValue::new(name).help(about)))
}

impl Import {
    pub(crate) fn execute(
        &self,
        registry: &LayerRegistry,
        out: &mut dyn Write,
    ) -> Result<Verdict, Failure> {
        let source = Source::of_file(&self.file)?;
        let from = self.from.as_deref();
        let Imported { text, format, left_out, .. } =
            scenarios::import(&source.file, &source.text, from, registry)?;
        match &self.out {
            Some(path) => {
                write_made_of(&source, path, &text)?;
                let path = shown(path);
                writeln!(
                    out,
                    "{path} is made of {}, which is of the format {format}",
                    source.file
                )?;
                writeln!(out, "next: wavetank run {}", quoted(&path))?;
            }
            None => out.write_all(text.as_bytes())?,
        }
        if !left_out.is_empty() {
            let count = counted(left_out.len(), "setting");
            // What cannot be said here stands at the end of the scenario, too.
            let _ = writeln!(io::stderr(), "left out, {count}:\n  {}", left_out.join("\n  "));
        }
        Ok(Verdict::Holds)
    }
}
