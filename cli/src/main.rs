//! The `wavetank` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    wavetank::main(&scenarios::LayerRegistry::builtin())
}
