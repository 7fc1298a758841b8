//! Where a scenario comes from: a file, or the library.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path};

use scenarios::{library, plain};

use crate::failure::Failure;

/// The most bytes that a file may have: more than anyone writes, and little enough to be read.
const BYTES_MAX: u64 = 16 << 20;

/// The text of a scenario, and what to call it.
#[derive(Debug)]
pub(crate) struct Source {
    /// How the user named it: what a command must say to find it again.
    pub(crate) named: String,
    /// Its name without folder and ending: names the folder for its output.
    pub(crate) stem: String,
    /// The file, as shown in front of line numbers.
    pub(crate) file: String,
    pub(crate) text: String,
}

impl Source {
    /// Finds a scenario by the path of its file, or by its name in the library.
    pub(crate) fn find(named: &str) -> Result<Self, Failure> {
        let path = Path::new(named);
        if !path.is_file()
            && let Some(entry) = library::find(named)
        {
            return Ok(Self {
                named: named.to_owned(),
                stem: stem(path),
                file: format!("scenarios/library/{named}.toml"),
                text: entry.text.to_owned(),
            });
        }
        let of_faults = named.starts_with("faults/") && path.extension().is_none();
        let is_deep = path.components().count() > 1 && !of_faults;
        let looks_like_a_path = path.extension().is_some() || is_deep;
        if !looks_like_a_path && !path.exists() {
            return Err(Failure::UnknownScenario(named.to_owned()));
        }
        let text = text(path).map_err(|error| Failure::ReadFile(path.to_owned(), error))?;
        Ok(Self { named: named.to_owned(), stem: stem(path), file: plain(named).into(), text })
    }

    /// The text of a file that the scenario names, from its own folder on; or why there is none.
    pub(crate) fn beside(&self, name: &str) -> Result<String, String> {
        let folder = Path::new(&self.named).parent().unwrap_or(Path::new(""));
        text(&folder.join(name)).map_err(|error| error.to_string())
    }
}

/// The text of a file. Files that do not end, such as devices, are not read for ever.
fn text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > BYTES_MAX {
        let message = format!("it has more than {} MB", BYTES_MAX >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// The name of a file without its ending, if a folder can have that name: `..` leads elsewhere.
fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    match Path::new(stem).components().next() {
        Some(Component::Normal(name)) => name.to_string_lossy().into_owned(),
        _ => "scenario".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stem_is_the_name_of_a_folder_of_its_own() {
        for (path, expected) in [
            ("a/shared.pool.toml", "shared.pool"),
            ("./...toml", "scenario"),
            ("..toml", "scenario"),
            ("....toml", "..."),
            (".toml", ".toml"),
            ("/", "scenario"),
            ("..", "scenario"),
        ] {
            assert_eq!(stem(Path::new(path)), expected, "{path}");
        }
    }
}
