//! How a command ends: all holds, a hypothesis does not hold, or it fails, and why.

use std::fmt;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use scenarios::{Diagnostics, library, nearest};

use crate::output::Unwritten;

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
                let known: Vec<&str> = library::LIBRARY.iter().map(|entry| entry.name).collect();
                if let Some(near) = nearest(name, &known) {
                    write!(f, "; did you mean `{near}`?")?;
                }
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
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            // 128 and the number of the signal, as shells have it.
            Self::Interrupted => 130,
            _ => 2,
        }
    }
}
