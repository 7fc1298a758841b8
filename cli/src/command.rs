//! The commands, how they fail, and with which exit code.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use scenarios::{Diagnostics, LayerRegistry, library};

use crate::output::Unwritten;

mod check;
mod common;
mod list;
mod run;
mod sweep;

/// A test tank for resilience patterns: simulate, sweep and draw.
///
/// Without a command, it sweeps the scenario `hanging-server` and draws what came out.
#[derive(Parser, Debug)]
#[command(name = "wavetank", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Debug)]
enum Command {
    Run(run::Run),
    Sweep(sweep::Sweep),
    List(list::List),
    Show(list::Show),
    Check(check::Check),
    Schema(check::Schema),
}

/// How a command ended, if it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All that must hold does.
    Holds,
    /// A hypothesis does not hold.
    Fails,
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something is wrong with a scenario.
    Scenario(Diagnostics),
    /// There is no scenario of this name.
    UnknownScenario(String),
    /// What was asked for makes no sense for this scenario.
    Request(String),
    /// A file could not be read.
    ReadFile(PathBuf, io::Error),
    /// A file could not be written.
    Unwritten(Unwritten),
    /// Nothing could be written to the terminal.
    Output(io::Error),
    /// The user stopped it.
    Interrupted,
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Scenario(diagnostics)
    }
}

impl From<Unwritten> for Failure {
    fn from(unwritten: Unwritten) -> Self {
        Self::Unwritten(unwritten)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scenario(diagnostics) => {
                f.write_str(&diagnostics.render(io::stderr().is_terminal()))
            }
            Self::UnknownScenario(name) => {
                write!(f, "error: `{name}` is neither a file nor a scenario of the library")?;
                let near = library::LIBRARY.iter().map(|entry| entry.name);
                let near = near.max_by(|a, b| {
                    let likeness = |to| strsim::jaro_winkler(name, to);
                    likeness(a).total_cmp(&likeness(b))
                });
                write!(f, "; did you mean `{}`?", near.expect("the library is not empty"))?;
                f.write_str("\n`wavetank list` shows what there is")
            }
            Self::Request(message) => write!(f, "error: {message}"),
            Self::ReadFile(path, error) => {
                write!(f, "error: cannot read {}: {error}", path.display())
            }
            Self::Unwritten(Unwritten { path, error }) => {
                write!(f, "error: cannot write {}: {error}", path.display())
            }
            Self::Output(error) => write!(f, "error: cannot write: {error}"),
            Self::Interrupted => f.write_str("stopped; no half-written file is left"),
        }
    }
}

impl Failure {
    fn exit_code(&self) -> u8 {
        match self {
            // 128 and the number of the signal, as shells have it.
            Self::Interrupted => 130,
            _ => 2,
        }
    }
}

/// Runs the command line: the program's whole `main`.
///
/// The exit code is 0 if all went well, 1 if a hypothesis does not hold, 2 if the input is bad.
pub fn main(registry: &LayerRegistry) -> ExitCode {
    let Cli { command } = Cli::parse();
    let out = &mut io::stdout().lock();
    let command = command.unwrap_or_else(|| Command::Sweep(sweep::Sweep::flagship()));
    let result = match command {
        Command::Run(run) => run.execute(registry, out),
        Command::Sweep(sweep) => sweep.execute(registry, out),
        Command::List(list::List) => list::List::execute(out),
        Command::Show(show) => show.execute(out),
        Command::Check(check) => check.execute(registry, out),
        Command::Schema(check::Schema) => check::Schema::execute(registry, out),
    };
    match result.and_then(|verdict| Ok(out.flush().map(|()| verdict)?)) {
        Ok(Verdict::Holds) => ExitCode::SUCCESS,
        Ok(Verdict::Fails) => ExitCode::from(1),
        // Whoever reads (`| head`) has seen enough.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            let code = failure.exit_code();
            // If even this cannot be said, the exit code says it.
            let _ = writeln!(io::stderr(), "{failure}");
            ExitCode::from(code)
        }
    }
}
