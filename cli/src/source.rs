//! Where a scenario comes from: a file, or the library.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use scenarios::{library, plain};

use crate::failure::Failure;

/// The most bytes that a file may have: more than anyone writes, and little enough to be read.
const BYTES_MAX: u64 = 16 << 20;

/// What stands for the standard input.
const STDIN: &str = "-";

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
        if named == STDIN {
            return Self::of_file(named);
        }
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
        Self::of_file(named)
    }

    /// Reads a file, or the standard input, whatever is in it.
    pub(crate) fn of_file(named: &str) -> Result<Self, Failure> {
        if named == STDIN {
            let text = text_of(io::stdin().lock());
            let text = text.map_err(|error| Failure::ReadFile("standard input".into(), error))?;
            let file = "standard input".to_owned();
            return Ok(Self { named: named.to_owned(), stem: "stdin".to_owned(), file, text });
        }
        let path = Path::new(named);
        let text = text(path).map_err(|error| Failure::ReadFile(path.to_owned(), error))?;
        Ok(Self { named: named.to_owned(), stem: stem(path), file: plain(named).into(), text })
    }

    /// The path by which it was named, without steps that lead nowhere.
    pub(crate) fn path(&self) -> String {
        let parts = Path::new(&self.named).components();
        let path: PathBuf = parts.filter(|part| *part != Component::CurDir).collect();
        path.to_string_lossy().into_owned()
    }

    /// The text of a file that the scenario names, from its own folder on; or why there is none.
    pub(crate) fn beside(&self, name: &str) -> Result<String, String> {
        let folder = Path::new(&self.named).parent().unwrap_or(Path::new(""));
        text(&folder.join(name)).map_err(|error| error.to_string())
    }
}

/// The text of a file.
fn text(path: &Path) -> io::Result<String> {
    text_of(File::open(path)?)
}

/// The text of what can be read. What does not end, such as a device, is not read for ever.
fn text_of(from: impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    from.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > BYTES_MAX {
        let message = format!("it has more than {} MB", BYTES_MAX >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    let wrong = |message| io::Error::new(io::ErrorKind::InvalidData, message);
    if let Some(encoding) = utf16(&bytes) {
        return Err(wrong(format!(
            "it is UTF-16, as Windows PowerShell writes it, and must be UTF-8\n\
             save it as UTF-8, or: iconv -f {encoding} -t utf-8 OLD > NEW"
        )));
    }
    String::from_utf8(bytes)
        .map_err(|error| wrong(not_utf8(error.as_bytes(), error.utf8_error().valid_up_to())))
}

/// What `iconv` calls the encoding, if bytes look like UTF-16: they begin with a byte order mark,
/// or every other one of most is zero, as it is where letters are ASCII.
fn utf16(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Some("utf-16");
    }
    let zeros = |first: usize| bytes.iter().skip(first).step_by(2).filter(|byte| **byte == 0);
    let (even, odd) = (zeros(0).count(), zeros(1).count());
    if even.max(odd) * 4 <= bytes.len() {
        return None;
    }
    Some(if even < odd { "utf-16le" } else { "utf-16be" })
}

/// Why bytes are no text in UTF-8 from a byte on, and the way out.
fn not_utf8(bytes: &[u8], from: usize) -> String {
    let lines = bytes[..from].split(|byte| *byte == b'\n');
    let (line, last) = lines.enumerate().last().unwrap_or_default();
    let (line, column) = (line + 1, String::from_utf8_lossy(last).chars().count() + 1);
    if bytes.contains(&0) {
        return format!(
            "line {line}, column {column} is not UTF-8, and there are zeros\n\
             it is no text: a picture, an archive or a program has such bytes"
        );
    }
    format!(
        "line {line}, column {column} is not UTF-8\n\
         save it as UTF-8; if it is Latin-1: iconv -f latin1 -t utf-8 OLD > NEW"
    )
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
