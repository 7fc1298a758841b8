//! Files under way: each is a new file with a name of its own until it is whole.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::{Builder, TempPath};

use super::digest::Digest;

/// What the names of files under way begin and end with.
const NAME: (&str, &str) = (".wavetank-", ".part");

/// All files under way. Who holds the lock may make files, name them and remove them.
static UNDER_WAY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A file that could not be written.
#[derive(Debug)]
pub(crate) struct Unwritten {
    pub(crate) path: PathBuf,
    pub(crate) error: io::Error,
}

/// Holds back all files under way until it is dropped: none is made, named or removed.
pub(super) fn hold() -> MutexGuard<'static, Vec<PathBuf>> {
    // The list is right after every single change to it.
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes all files under way, for good: no other one can be made as long as the result lives.
pub(crate) fn remove_all() -> MutexGuard<'static, Vec<PathBuf>> {
    let under_way = hold();
    for path in &*under_way {
        // What cannot be removed goes with the next command in its folder.
        let _ = fs::remove_file(path);
    }
    under_way
}

/// Removes files that were under way when an earlier command in this folder was killed.
pub(super) fn remove_left(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if is_part(&entry.file_name().to_string_lossy()) {
            // What cannot be removed does no harm: its name says what it is.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether a file of this name is, or was, under way.
pub(super) fn is_part(name: &str) -> bool {
    name.starts_with(NAME.0) && name.ends_with(NAME.1)
}

/// A file under way; unless it is given its name, it goes away again.
#[derive(Debug)]
pub(crate) struct Part {
    file: BufWriter<fs::File>,
    /// What removes the file when it is dropped.
    own_path: TempPath,
    digest: Digest,
    name: String,
    path: PathBuf,
}

impl Part {
    /// A new file in a folder, for what is to have this name in the end.
    pub(super) fn new(folder: &Path, name: &str) -> Result<Self, Unwritten> {
        let path = folder.join(name);
        let mut builder = Builder::new();
        builder.prefix(NAME.0).suffix(NAME.1);
        readable(&mut builder);
        let mut under_way = hold();
        match builder.tempfile_in(folder) {
            Ok(file) => {
                under_way.push(file.path().to_owned());
                let (file, own_path) = file.into_parts();
                let (file, name) = (BufWriter::new(file), name.to_owned());
                Ok(Self { file, own_path, digest: Digest::default(), name, path })
            }
            Err(error) => Err(Unwritten { path, error: without_path(folder, &error) }),
        }
    }

    /// The name that it is to have.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Where it is to be.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The digest of what was written so far.
    pub(super) fn digest(&self) -> Digest {
        self.digest
    }

    /// It could not be written.
    pub(crate) fn unwritten(&self, error: io::Error) -> Unwritten {
        Unwritten { path: self.path.clone(), error }
    }

    /// Gives it its name, in place of what has it now. The file is whole: it was flushed.
    pub(super) fn persist(self, under_way: &mut Vec<PathBuf>) -> Result<PathBuf, Unwritten> {
        let Self { file, own_path, path, .. } = self;
        drop(file);
        under_way.retain(|other| *other != *own_path);
        match own_path.persist(&path) {
            Ok(()) => Ok(path),
            Err(error) => Err(Unwritten { path, error: error.error }),
        }
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.digest.add(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// What went wrong, without the name of the file under way, which nobody has asked for.
fn without_path(folder: &Path, error: &io::Error) -> io::Error {
    // Mostly it is the folder that is not there, which says so in the words of the system.
    match fs::metadata(folder) {
        Err(error) => error,
        Ok(_) => error.kind().into(),
    }
}

/// Files are for all who may read new files of the user, not for the user alone.
fn readable(builder: &mut Builder<'_, '_>) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    #[cfg(not(unix))]
    let _ = builder;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_made_is_called_by_the_name_that_it_was_to_have() {
        let Unwritten { path, error } =
            Part::new(Path::new("/nonexist/x"), "runs.csv").unwrap_err();
        assert_eq!(path, Path::new("/nonexist/x/runs.csv"));
        let said = error.to_string();
        assert!(!said.contains(NAME.0) && said.contains("No such file"), "{said}");
    }
}
