//! Files that are written whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A folder for the files of one command.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    written: Vec<PathBuf>,
}

impl Folder {
    /// Makes the folder if need be.
    pub(crate) fn new(path: PathBuf) -> Result<Self, Unwritten> {
        fs::create_dir_all(&path).map_err(|error| Unwritten { path: path.clone(), error })?;
        Ok(Self { path, written: Vec::new() })
    }

    /// Writes a file whole: under another name first, so that nobody ever sees half of it.
    pub(crate) fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), Unwritten> {
        let mut part = self.part(name)?;
        io::Write::write_all(&mut part, bytes)
            .map_err(|error| Unwritten { path: self.path.join(name), error })?;
        self.keep(part)
    }

    /// Begins a file that is written bit by bit; it is there once it is kept.
    pub(crate) fn part(&self, name: &str) -> Result<Part, Unwritten> {
        let path = self.path.join(name);
        let part = self.path.join(format!("{name}.part"));
        let file =
            fs::File::create(&part).map_err(|error| Unwritten { path: path.clone(), error })?;
        Ok(Part { file: Some(io::BufWriter::new(file)), part, path })
    }

    /// Gives a file its name.
    pub(crate) fn keep(&mut self, mut part: Part) -> Result<(), Unwritten> {
        let unwritten = |error| Unwritten { path: part.path.clone(), error };
        let file = part.file.take().expect("a part is kept once");
        file.into_inner().map_err(|error| unwritten(error.into_error()))?;
        fs::rename(&part.part, &part.path).map_err(unwritten)?;
        self.written.push(part.path.clone());
        Ok(())
    }

    /// The files written so far.
    pub(crate) fn written(&self) -> &[PathBuf] {
        &self.written
    }

    /// Where they are.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// A file under way; unless it is kept, it goes away again.
#[derive(Debug)]
pub(crate) struct Part {
    file: Option<io::BufWriter<fs::File>>,
    part: PathBuf,
    path: PathBuf,
}

impl io::Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_mut().expect("it is not kept yet").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().expect("it is not kept yet").flush()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // What cannot be removed does no harm: its name says that it is only a part.
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// A file that could not be written.
#[derive(Debug)]
pub(crate) struct Unwritten {
    pub(crate) path: PathBuf,
    pub(crate) error: io::Error,
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_part_that_is_not_kept_leaves_nothing() {
        let path = std::env::temp_dir().join(format!("wavetank-output-{}", std::process::id()));
        let mut folder = Folder::new(path.clone()).unwrap();
        let mut part = folder.part("half.csv").unwrap();
        part.write_all(b"a,b\n1,").unwrap();
        drop(part);
        folder.write("whole.csv", b"a,b\n").unwrap();

        let left: Vec<_> = fs::read_dir(&path).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["whole.csv"]);
        assert_eq!(folder.written(), [path.join("whole.csv")]);
        fs::remove_dir_all(path).unwrap();
    }
}
