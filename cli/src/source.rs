//! Where a scenario comes from: a file, or the library.

use std::fs;
use std::path::Path;

use scenarios::library;

use crate::failure::Failure;

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
                stem: named.to_owned(),
                file: format!("scenarios/library/{named}.toml"),
                text: entry.text.to_owned(),
            });
        }
        let looks_like_a_path = path.extension().is_some() || path.components().count() > 1;
        if !looks_like_a_path && !path.exists() {
            return Err(Failure::UnknownScenario(named.to_owned()));
        }
        let text =
            fs::read_to_string(path).map_err(|error| Failure::ReadFile(path.to_owned(), error))?;
        let stem = path.file_stem().map_or("scenario".into(), |stem| stem.to_string_lossy());
        Ok(Self { named: named.to_owned(), stem: stem.into_owned(), file: named.to_owned(), text })
    }
}
