//! The command line: which commands there are, and the exit code of each.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::CompleteEnv;
use scenarios::LayerRegistry;

use crate::failure::{Failure, Verdict};
use crate::interrupt;
use crate::terminal::Terminal;

mod ablate;
mod check;
mod claims;
mod common;
mod compare;
mod complete;
mod export;
mod import;
mod judged;
mod limits;
mod lint;
mod list;
mod making;
mod manual;
mod over_time;
mod pick;
mod progress;
mod report;
mod run;
mod shown;
mod step;
mod summary;
mod sweep;
mod tables;
mod trace;
mod verdict;
mod worst;

/// A test tank for reliability patterns: simulate, sweep and draw.
///
/// Without a command, it sweeps the scenario `hanging-server` and draws what came out.
#[derive(Parser, Debug)]
#[command(name = "wavetank", version, about, max_term_width = 100)]
#[command(after_help = "Examples:
  wavetank show hanging-server > mine.toml    a file to begin with
  wavetank check mine.toml
  wavetank run mine.toml --set policies.guarded.breaker.failures=3
  wavetank sweep mine.toml
  wavetank explain breaker.window")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Debug)]
enum Command {
    Run(run::Run),
    Sweep(sweep::Sweep),
    Compare(compare::Compare),
    Ablate(ablate::Ablate),
    Claims(claims::Claims),
    Report(report::Report),
    Trace(trace::TraceArgs),
    Step(step::Step),
    List(list::List),
    Show(list::Show),
    Check(check::Check),
    Lint(lint::Lint),
    Import(import::Import),
    Export(export::Export),
    Explain(check::Explain),
    Reference(check::Reference),
    Schema(check::Schema),
    Completions(manual::Completions),
    #[command(name = "man")]
    Manual(manual::Manual),
}

/// Runs the command line: the program's whole `main`.
///
/// The exit code is 0 if all went well; 1 if a hypothesis does not hold or a run was stopped by a
/// limit; 2 if the input is bad or something cannot be written; 130 after Ctrl-C and 143 after
/// TERM. Who reads what is printed, and whether anyone does, does not change it: a standard output
/// that is closed is like one that goes nowhere. Only one that takes nothing (a full disk) is an
/// error.
pub fn main(registry: &LayerRegistry) -> ExitCode {
    // A shell that asks what it may offer gets an answer, and nothing else happens.
    CompleteEnv::with_factory(Cli::command).complete();
    let Cli { command } = Cli::parse();
    interrupt::end_on_signal();
    let mut out = Terminal::new(io::stdout().lock());
    let command = command.unwrap_or_else(|| Command::Sweep(sweep::Sweep::flagship()));
    let result = command.execute(registry, &mut out);
    let printed = out.finish();
    match result.and_then(|verdict| Ok(printed.map(|()| verdict)?)) {
        Ok(Verdict::Holds) => ExitCode::SUCCESS,
        Ok(Verdict::Fails) => ExitCode::from(1),
        Err(failure) => {
            // If even this cannot be said, the exit code says it.
            let _ = writeln!(io::stderr(), "{failure}");
            ExitCode::from(2)
        }
    }
}

impl Command {
    fn execute(&self, registry: &LayerRegistry, out: &mut dyn Write) -> Result<Verdict, Failure> {
        match self {
            Self::Run(run) => run.execute(registry, out),
            Self::Sweep(sweep) => sweep.execute(registry, out),
            Self::Compare(compare) => compare.execute(registry, out),
            Self::Ablate(ablate) => ablate.execute(registry, out),
            Self::Claims(claims) => claims.execute(registry, out),
            Self::Report(report) => report.execute(registry, out),
            Self::Step(step) => step.execute(registry, out),
            Self::Trace(trace) => trace.execute(registry, out),
            Self::List(list) => list.execute(out),
            Self::Show(show) => show.execute(out),
            Self::Check(check) => check.execute(registry, out),
            Self::Export(export) => export.execute(registry, out),
            Self::Lint(lint) => lint.execute(registry, out),
            Self::Import(import) => import.execute(registry, out),
            Self::Explain(explain) => explain.execute(registry, out),
            Self::Reference(reference) => reference.execute(registry, out),
            Self::Completions(completions) => completions.execute(out),
            Self::Manual(manual) => manual.execute(Cli::command(), out),
            Self::Schema(check::Schema) => check::Schema::execute(registry, out),
        }
    }
}
