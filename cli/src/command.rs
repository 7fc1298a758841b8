//! The command line: which commands there are, and the exit code of each.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use scenarios::LayerRegistry;

use crate::failure::{Failure, Verdict};

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
    Explain(check::Explain),
    Reference(check::Reference),
    Schema(check::Schema),
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
        Command::Explain(explain) => explain.execute(registry, out),
        Command::Reference(reference) => reference.execute(registry, out),
        Command::Schema(check::Schema) => check::Schema::execute(registry, out),
    };
    match result.and_then(|verdict| Ok(out.flush().map(|()| verdict)?)) {
        Ok(Verdict::Holds) => ExitCode::SUCCESS,
        Ok(Verdict::Fails) => ExitCode::from(1),
        // The reader (`| head`) has seen enough.
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
