//! `check`, `explain`, `reference` and `schema`: is a file right, and what may be in it.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use scenarios::{LayerRegistry, Sweep};

use crate::command::common::{Sets, counted};
use crate::failure::{Failure, Verdict, shown};
use crate::output::Folder;
use crate::source::Source;

/// Check scenario files, sweeps and variants included, and report every mistake.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// Files, `-` for the standard input, or names from `wavetank list`.
    #[arg(required = true)]
    scenarios: Vec<String>,
    #[command(flatten)]
    sets: Sets,
}

impl Check {
    pub(crate) fn execute(
        &self,
        registry: &LayerRegistry,
        out: &mut dyn Write,
    ) -> Result<Verdict, Failure> {
        let mut first = None;
        for named in &self.scenarios {
            match self.one(named, registry) {
                Ok((file, sweep)) => {
                    writeln!(out, "{file}: fine, {}", counted(sweep.design.cells(), "cell"))?;
                    if !sweep.warnings.is_empty() {
                        writeln!(out, "{}\n", sweep.warnings)?;
                    }
                }
                // All files are looked at, also those that cannot be read; what is wrong with the
                // last one comes with the exit code.
                Err(failure) => {
                    if let Some(earlier) = first.replace(failure) {
                        writeln!(out, "{}\n", earlier.in_plain_text())?;
                    }
                }
            }
        }
        first.map_or(Ok(Verdict::Holds), Err)
    }

    /// What one file is called, and its sweep.
    fn one(&self, named: &str, registry: &LayerRegistry) -> Result<(String, Sweep), Failure> {
        let source = Source::find(named)?;
        let sweep = self.sets.file(registry, &source)?.sweep(registry)?;
        Ok((source.file, sweep))
    }
}

/// Explain a layer, a key, a library, a measure or a mistake: what it is, its range and default.
///
/// Topics are kinds of layer (`breaker`), keys (`breaker.open`, `agents.arrivals`), forms
/// (`breaker.window.epoch`), libraries (`resilience4j`), codes of mistakes (`out-of-range`), and
/// `layers`, `like`, `measures`, `windows`, `codes`. Without a topic, everything in short.
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// What to explain.
    topic: Option<String>,
}

impl Explain {
    pub(crate) fn execute(
        &self,
        registry: &LayerRegistry,
        out: &mut dyn Write,
    ) -> Result<Verdict, Failure> {
        let topic = self.topic.as_deref().unwrap_or_default();
        match scenarios::explain(topic, registry) {
            Ok(text) => {
                writeln!(out, "{}", text.trim_end())?;
                Ok(Verdict::Holds)
            }
            Err(nearest) => {
                let near = match &nearest[..] {
                    [] => "see `wavetank explain`".to_owned(),
                    names => format!("did you mean {}?", names.join(", ")),
                };
                Err(Failure::Request(format!("there is nothing called `{topic}`; {near}")))
            }
        }
    }
}

/// Write the reference pages: every key of a scenario file, in Markdown.
#[derive(Args, Debug)]
pub(crate) struct Reference {
    /// The folder for the pages.
    #[arg(default_value = "reference")]
    folder: PathBuf,
}

impl Reference {
    pub(crate) fn execute(
        &self,
        registry: &LayerRegistry,
        out: &mut dyn Write,
    ) -> Result<Verdict, Failure> {
        let pages = scenarios::reference(registry);
        let files = pages.iter().map(|page| &*page.file);
        let mut folder = Folder::open(self.folder.clone(), "reference", files)?;
        for page in &pages {
            folder.write(&page.file, page.text.as_bytes())?;
        }
        folder.publish()?;
        writeln!(out, "{} pages are in {}", folder.written().len(), shown(folder.path()))?;
        Ok(Verdict::Holds)
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
