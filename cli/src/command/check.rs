//! `check`, `explain`, `reference` and `schema`: is a file right, and what may be in it.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use scenarios::{Diagnostic, Diagnostics, LayerRegistry, Sweep};
use serde_json::{Value, json};

use crate::command::common::{Sets, counted};
use crate::command::complete;
use crate::command::shown::{Printer, Shown};
use crate::failure::{Failure, Verdict, shown};
use crate::output::Folder;
use crate::source::Source;

/// Check scenario files, sweeps and variants included, and report every mistake.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wavetank check mine.toml
  wavetank check scenarios/*.toml --json | jq '.files[] | select(.fine | not)'")]
pub(crate) struct Check {
    /// Files, `-` for the standard input, or names from `wavetank list`.
    #[arg(required = true, add = complete::scenarios())]
    scenarios: Vec<String>,
    #[command(flatten)]
    sets: Sets,
    #[command(flatten)]
    shown: Shown,
}

impl Check {
    pub(crate) fn execute(
        &self,
        registry: &LayerRegistry,
        out: &mut dyn Write,
    ) -> Result<Verdict, Failure> {
        let (mut first, mut all) = (None, Vec::new());
        let out = &mut Printer::new(self.shown, out);
        for named in &self.scenarios {
            let checked = self.one(named, registry);
            all.push(found(named, &checked));
            match checked {
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
        out.value(&json!({ "files": all }))?;
        first.map_or(Ok(Verdict::Holds), Err)
    }

    /// What one file is called, and its sweep.
    fn one(&self, named: &str, registry: &LayerRegistry) -> Result<(String, Sweep), Failure> {
        let source = Source::find(named)?;
        let sweep = self.sets.file(registry, &source)?.sweep(registry)?;
        Ok((source.file, sweep))
    }
}

/// Shows as JSON, if that is asked for, why another command could not run a scenario: as
/// `check` does.
pub(crate) fn show_failure(
    named: &str,
    result: &Result<Verdict, Failure>,
    shown: Shown,
    out: &mut dyn Write,
) -> io::Result<()> {
    match result {
        Ok(_) | Err(Failure::Output(_)) => Ok(()),
        Err(failure) => {
            Printer::new(shown, out).value(&json!({ "files": [wrong(named, failure)] }))
        }
    }
}

/// What was found in a file, as JSON.
fn found(named: &str, checked: &Result<(String, Sweep), Failure>) -> Value {
    match checked {
        Ok((_, sweep)) => json!({
            "file": named, "fine": true, "cells": sweep.design.cells(),
            "diagnostics": listed(&sweep.warnings),
        }),
        Err(failure) => wrong(named, failure),
    }
}

/// What is wrong with a file, as JSON.
pub(crate) fn wrong(named: &str, failure: &Failure) -> Value {
    match failure {
        Failure::Scenario(wrong) => {
            json!({ "file": named, "fine": false, "diagnostics": listed(wrong) })
        }
        other => json!({ "file": named, "fine": false, "error": other.in_plain_text() }),
    }
}

/// Everything that was found in a file, as JSON.
pub(crate) fn listed(all: &Diagnostics) -> Value {
    let one = |one: &Diagnostic| {
        let (line, column) = all.line_and_column(one);
        let severity = if one.is_warning() { "warning" } else { "error" };
        json!({
            "code": one.code(), "severity": severity, "line": line, "column": column,
            "message": one.message(), "help": one.help_text(), "proof": one.proof_text(),
        })
    };
    all.all().iter().map(one).collect()
}

/// Explain a layer, a key, a library, a measure or a mistake: what it is, its range and default.
///
/// Topics are kinds of layer (`breaker`), keys (`breaker.open`, `agents.arrivals`), forms
/// (`breaker.window.epoch`), libraries (`resilience4j`), codes of mistakes (`out-of-range`), and
/// `layers`, `like`, `measures`, `windows`, `codes`. Without a topic, everything in short.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wavetank explain breaker
  wavetank explain breaker.window
  wavetank explain measures")]
pub(crate) struct Explain {
    /// What to explain.
    #[arg(add = complete::topics())]
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
                    [] => {
                        let all = scenarios::topics(registry).into_iter();
                        let words: Vec<String> = all.filter(|one| !one.contains('.')).collect();
                        format!("topics are: {}; and what is below them", words.join(", "))
                    }
                    names => format!("did you mean {}?", names.join(", ")),
                };
                Err(Failure::Request(format!("there is nothing called `{topic}`; {near}")))
            }
        }
    }
}

/// Write the reference pages: every key of a scenario file, in Markdown.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wavetank reference pages")]
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
        let mut folder = Folder::open(self.folder.clone(), "reference", "", files)?;
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
#[command(after_help = "Example:\n  wavetank schema > scenario.schema.json")]
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
