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

    /// Writes a file whole: under another name first, so that half of it is never seen.
    pub(crate) fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), Unwritten> {
        let mut temp_file = self.temp_file(name)?;
        io::Write::write_all(&mut temp_file, bytes)
            .map_err(|error| Unwritten { path: self.path.join(name), error })?;
        self.keep(temp_file)
    }

    /// Begins a file that is written bit by bit; it is there once it is kept.
    pub(crate) fn temp_file(&self, name: &str) -> Result<TempFile, Unwritten> {
        let path = self.path.join(name);
        let temp_file = self.path.join(format!("{name}.part"));
        let file = fs::File::create(&temp_file)
            .map_err(|error| Unwritten { path: path.clone(), error })?;
        Ok(TempFile { file: Some(io::BufWriter::new(file)), temp_file, path })
    }

    /// Gives a file its name.
    pub(crate) fn keep(&mut self, mut temp_file: TempFile) -> Result<(), Unwritten> {
        let unwritten = |error| Unwritten { path: temp_file.path.clone(), error };
        let file = temp_file.file.take().expect("a part is kept once");
        file.into_inner().map_err(|error| unwritten(error.into_error()))?;
        fs::rename(&temp_file.temp_file, &temp_file.path).map_err(unwritten)?;
        self.written.push(temp_file.path.clone());
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
pub(crate) struct TempFile {
    file: Option<io::BufWriter<fs::File>>,
    temp_file: PathBuf,
    path: PathBuf,
}

impl io::Write for TempFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_mut().expect("it is not kept yet").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().expect("it is not kept yet").flush()
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // What cannot be removed does no harm: its name says that it is only a part.
            let _ = fs::remove_file(&self.temp_file);
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
        let mut temp_file = folder.temp_file("half.csv").unwrap();
        temp_file.write_all(b"a,b\n1,").unwrap();
        drop(temp_file);
        folder.write("whole.csv", b"a,b\n").unwrap();

        let left: Vec<_> = fs::read_dir(&path).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["whole.csv"]);
        assert_eq!(folder.written(), [path.join("whole.csv")]);
        fs::remove_dir_all(path).unwrap();
    }
}
