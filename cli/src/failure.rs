//! How a command ends: all holds, a hypothesis does not hold, or it fails, and why.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use scenarios::{Diagnostics, library, nearest, plain};

use crate::output::{NoFolder, Unwritten};

/// How a command ended, if it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All that must hold does.
    Holds,
    /// A hypothesis does not hold, or a run did not come to its end.
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
    /// What is wrong with tables of what was measured.
    Measured(Vec<String>),
    /// A file could not be read.
    ReadFile(PathBuf, io::Error),
    /// A file could not be written.
    Unwritten(Unwritten),
    /// Another command writes into the folder.
    BusyFolder(PathBuf),
    /// The folder has other things in it.
    ForeignFolder(PathBuf),
    /// The folder has files of another command, of this name.
    TakenFolder(PathBuf, String),
    /// Something could not be printed.
    Output(io::Error),
}

impl Failure {
    /// What it says, without colours.
    pub(crate) fn in_plain_text(&self) -> String {
        match self {
            Self::Scenario(diagnostics) => diagnostics.to_string(),
            other => other.to_string(),
        }
    }
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

impl From<NoFolder> for Failure {
    fn from(no_folder: NoFolder) -> Self {
        match no_folder {
            NoFolder::Busy(path) => Self::BusyFolder(path),
            NoFolder::Foreign(path) => Self::ForeignFolder(path),
            NoFolder::Taken(path, command) => Self::TakenFolder(path, command),
            NoFolder::Unwritten(unwritten) => Self::Unwritten(unwritten),
        }
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
                f.write_str(&diagnostics.render(is_coloured(&io::stderr())))
            }
            Self::UnknownScenario(name) => {
                let shown = plain(name);
                write!(f, "error: `{shown}` is neither a file nor a scenario of the library")?;
                let known: Vec<&str> = library::all().map(|entry| entry.name).collect();
                if let Some(near) = nearest(name, &known) {
                    write!(f, "; did you mean `{near}`?")?;
                }
                f.write_str("\n`wavetank list` shows what there is")
            }
            Self::Request(message) => write!(f, "error: {}", plain(message)),
            Self::Measured(mistakes) => {
                let lines = mistakes.iter().map(|one| format!("error: {}", plain(one)));
                f.write_str(&lines.collect::<Vec<_>>().join("\n"))
            }
            Self::ReadFile(path, error) => {
                write!(f, "error: cannot read {}: {error}", shown(path))?;
                match neighbour(path).filter(|_| error.kind() == io::ErrorKind::NotFound) {
                    Some(near) => write!(f, "; did you mean `{}`?", shown(&near)),
                    None => Ok(()),
                }
            }
            Self::Unwritten(Unwritten { path, error })
                if matches!(
                    error.kind(),
                    io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory
                ) =>
            {
                let path = shown(path);
                writeln!(
                    f,
                    "error: cannot write {path}: it is a file or lies below one, and a folder is \
                     wanted"
                )?;
                f.write_str("name another folder by `--out`")
            }
            Self::Unwritten(Unwritten { path, error }) => {
                write!(f, "error: cannot write {}: {error}", shown(path))
            }
            Self::BusyFolder(path) => {
                let path = shown(path);
                writeln!(f, "error: another wavetank is writing into {path}")?;
                f.write_str("wait until it ends, or name another folder by `--out`")
            }
            Self::ForeignFolder(path) => {
                let path = shown(path);
                writeln!(f, "error: {path} has files in it that wavetank has not written")?;
                f.write_str("name a new or an empty folder, or one of an earlier output")
            }
            Self::TakenFolder(path, command) => {
                let (path, command) = (shown(path), plain(command));
                writeln!(f, "error: {path} has what an earlier `wavetank {command}` has written")?;
                f.write_str("a folder has the files of one command: name another one")
            }
            Self::Output(error) => write!(f, "error: cannot print: {error}"),
        }
    }
}

/// The file in the same folder whose name is most like that of one that is not there.
fn neighbour(path: &Path) -> Option<PathBuf> {
    let folder = path.parent()?;
    let listed = if folder == Path::new("") { Path::new(".") } else { folder };
    let entries = fs::read_dir(listed).ok()?.flatten().filter(|entry| entry.path().is_file());
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    nearest(path.file_name()?.to_str()?, &known).map(|near| folder.join(near))
}

/// Whether what is written there is coloured.
pub(crate) fn is_coloured(to: &impl IsTerminal) -> bool {
    to.is_terminal() && may_be_coloured(|name| env::var_os(name))
}

/// Whether the terminal can show colours, and the user does not want none (<https://no-color.org>).
fn may_be_coloured(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let is_unwanted = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_dumb = variable("TERM").is_some_and(|value| value == "dumb");
    !is_unwanted && !is_dumb
}

/// A path, on one line.
pub(crate) fn shown(path: &Path) -> String {
    plain(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_left_out_where_they_are_not_wanted_or_cannot_be_shown() {
        for (name, value, expected) in [
            ("NO_COLOR", "1", false),
            ("NO_COLOR", "", true),
            ("TERM", "dumb", false),
            ("TERM", "xterm-256color", true),
        ] {
            let variable = |asked: &str| (asked == name).then(|| OsString::from(value));
            assert_eq!(may_be_coloured(variable), expected, "{name}={value}");
        }
    }
}
