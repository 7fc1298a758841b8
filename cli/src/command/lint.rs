//! `lint`: what in a file fights what.

use std::io::Write;
use std::path::Path;

use clap::Args;
use scenarios::{Diagnostics, LayerRegistry, ScenarioFile};
use serde_json::{Value, json};

use crate::command::check::{listed, wrong};
use crate::command::common::{Sets, counted};
use crate::command::complete;
use crate::command::shown::{Printer, Shown};
use crate::failure::{Failure, Verdict};
use crate::source::Source;

/// Find what in a configuration, a scenario or a reliability report fights what, with proof.
///
/// Reads the JSON of a course, what `import` reads, scenarios, and reports in Markdown. Where a run
/// can show what a rule says, it is made, and its numbers stand beside the finding. The exit code
/// is 0 if nothing was found, 1 if something was, and 2 if a file cannot be read. `wavetank explain
/// rules` lists all rules.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wavetank lint circuit-breaker.json reliability-engineering-report.md
  wavetank lint mine.toml --set policies.guarded.timeout.limit=45s
  wavetank lint application.yml --json | jq '.files[].diagnostics[].code'")]
pub(crate) struct Lint {
    /// Files, `-` for the standard input, or names from `wavetank list`.
    #[arg(required = true, add = complete::scenarios())]
    files: Vec<String>,
    #[command(flatten)]
    sets: Sets,
    #[command(flatten)]
    shown: Shown,
}

impl Lint {
    pub(crate) fn execute(
        &self,
        registry: &LayerRegistry,
        out: &mut dyn Write,
    ) -> Result<Verdict, Failure> {
        let (mut first, mut all) = (None, Vec::new());
        let mut verdict = Verdict::Holds;
        let out = &mut Printer::new(self.shown, out);
        for named in &self.files {
            match self.one(named, registry) {
                Ok((file, found)) if found.is_empty() => {
                    writeln!(out, "{file}: nothing found")?;
                    all.push(as_json(named, &found));
                }
                Ok((file, found)) => {
                    verdict = Verdict::Fails;
                    let count = counted(found.all().len(), "finding");
                    writeln!(out, "{found}\n\n{file}: {count}\n")?;
                    all.push(as_json(named, &found));
                }
                // All files are looked at; what is wrong with the last one comes with the exit
                // code.
                Err(failure) => {
                    all.push(wrong(named, &failure));
                    if let Some(earlier) = first.replace(failure) {
                        writeln!(out, "{}\n", earlier.in_plain_text())?;
                    }
                }
            }
        }
        out.value(&json!({ "files": all }))?;
        first.map_or(Ok(verdict), Err)
    }

    /// What a file is called, and what was found in it. A change makes it a scenario, or the one
    /// that import makes of it.
    fn one(&self, named: &str, registry: &LayerRegistry) -> Result<(String, Diagnostics), Failure> {
        let mut source = Source::find(named)?;
        let ending = Path::new(&source.file).extension();
        let is_toml = ending.is_some_and(|one| one == "toml");
        let is_report = ending.is_some_and(|one| one == "md" || one == "markdown");
        if is_report && !self.sets.is_empty() {
            let why = format!(
                "`{}` is a report, in which nothing can be set: changes such as `--set` and \
                 `--with` are to scenarios, and to configurations of which import makes one",
                source.file
            );
            return Err(Failure::Request(why));
        }
        let is_scenario = is_toml || !self.sets.is_empty();
        if is_scenario && !is_toml && ScenarioFile::parse(&source.file, &source.text).is_err() {
            // A change is one to the scenario that comes of the file.
            source.text = scenarios::import(&source.file, &source.text, None, registry)?.text;
            // Its lines are not those of the file.
            source.file = format!("{} as imported", source.file);
        }
        let found = if is_scenario {
            self.sets.file(registry, &source)?.lint(registry)?
        } else {
            scenarios::lint(&source.file, &source.text, registry)?
        };
        Ok((source.file, found))
    }
}

fn as_json(named: &str, found: &Diagnostics) -> Value {
    json!({ "file": named, "fine": found.is_empty(), "diagnostics": listed(found) })
}
