//! A folder of files that are written whole or not at all, by one command at a time.

mod digest;
mod journal;
mod manifest;
mod part;

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use scenarios::plain;

pub(crate) use journal::{Journal, Left, runs_kept};
pub(crate) use part::{Part, Unwritten, remove_all};

pub(crate) use digest::Digest;
use manifest::{Entry, Manifest};

/// A folder for the files of one command.
///
/// Files are written under names of their own, and get the names that they are to have when they
/// are [published](Self::publish). At that moment those that an earlier command of the same name
/// has left in the folder go away: so the files of one command are never those of two.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    command: &'static str,
    /// As long as it is open, no other command can open the folder.
    _lock: Option<File>,
    /// What was written here by others and by this one.
    manifest: Manifest,
    /// The scenario whose files are to be replaced, if it is another one.
    replaced: Option<String>,
    whole: Vec<Part>,
    written: Vec<PathBuf>,
}

/// A folder that cannot be used.
#[derive(Debug)]
pub(crate) enum NoFolder {
    /// Another command writes into it.
    Busy(PathBuf),
    /// It is there, with other things in it than what commands have written.
    Foreign(PathBuf),
    /// It has what another command has written, of this name.
    Taken(PathBuf, String),
    /// It cannot be made.
    Unwritten(Unwritten),
}

impl Folder {
    /// Makes the folder if need be, and keeps others out of it. One that is there must be empty, or
    /// one that a command of this name has made: each would take away some of the files of another,
    /// and leave some. No folder may have the name of a file that may be written. What
    /// is written is about this scenario.
    pub(crate) fn open<'a>(
        path: PathBuf,
        command: &'static str,
        scenario: &str,
        files: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, NoFolder> {
        if let Err(error) = fs::create_dir_all(&path) {
            return Err(NoFolder::Unwritten(Unwritten { path, error }));
        }
        let lock = match File::open(&path).map(|folder| folder.try_lock().map(|()| folder)) {
            Ok(Ok(folder)) => Some(folder),
            Ok(Err(TryLockError::WouldBlock)) => return Err(NoFolder::Busy(path)),
            // Not every file system has locks. Each file is whole all the same.
            Ok(Err(TryLockError::Error(_))) | Err(_) => None,
        };
        if !is_own(&path) {
            return Err(NoFolder::Foreign(path));
        }
        if lock.is_some() {
            part::remove_left(&path);
        }
        let mut manifest = Manifest::read(&path);
        if let Some(other) = other_command(&path, &manifest, command) {
            return Err(NoFolder::Taken(path, other));
        }
        for path in files.into_iter().map(|file| path.join(file)) {
            if path.is_dir() {
                let error = io::ErrorKind::IsADirectory.into();
                return Err(NoFolder::Unwritten(Unwritten { path, error }));
            }
        }
        let scenario = plain(scenario).into_owned();
        let before = manifest.scenarios.insert(command.to_owned(), scenario.clone());
        let replaced = before.filter(|before| *before != scenario);
        let (whole, written) = (Vec::new(), Vec::new());
        Ok(Self { path, command, _lock: lock, manifest, replaced, whole, written })
    }

    /// Writes a file whole.
    pub(crate) fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), Unwritten> {
        let mut part = self.part(name)?;
        part.write_all(bytes).map_err(|error| part.unwritten(error))?;
        self.keep(part)
    }

    /// Writes a file in a folder of this one whole: `folder/file`.
    pub(crate) fn write_below(&mut self, name: &str, bytes: &[u8]) -> Result<(), Unwritten> {
        if let Some(folder) = self.path.join(name).parent() {
            let unwritten = |error| Unwritten { path: folder.to_owned(), error };
            fs::create_dir_all(folder).map_err(unwritten)?;
        }
        self.write(name, bytes)
    }

    /// Writes a table.
    pub(crate) fn table(
        &mut self,
        name: &str,
        rows: impl FnOnce(Vec<u8>) -> csv::Result<Vec<u8>>,
    ) -> Result<(), Unwritten> {
        match rows(Vec::new()) {
            Ok(bytes) => self.write(name, &bytes),
            Err(error) => Err(self.part(name)?.unwritten(error.into())),
        }
    }

    /// Begins a file that is written bit by bit.
    pub(crate) fn part(&self, name: &str) -> Result<Part, Unwritten> {
        Part::new(&self.path, name)
    }

    /// Takes a file that is whole now.
    pub(crate) fn keep(&mut self, mut part: Part) -> Result<(), Unwritten> {
        part.flush().map_err(|error| part.unwritten(error))?;
        self.whole.push(part);
        Ok(())
    }

    /// The runs of a sweep that may have been begun here before; `about` is all that decides how
    /// its runs turn out. The run `marked` can be read without those before it.
    pub(crate) fn journal(&self, about: &[u8], marked: u64) -> Result<(Journal, Left), Unwritten> {
        Journal::open(&self.path, self.command, about, marked)
    }

    /// Gives all files that are whole the names that they are to have. What an earlier command of
    /// this name has written goes away, unless it was changed since.
    pub(crate) fn publish(&mut self) -> Result<(), Unwritten> {
        for part in &self.whole {
            if part.path().is_dir() {
                return Err(part.unwritten(io::ErrorKind::IsADirectory.into()));
            }
        }
        let out_of_date = self.out_of_date();
        let whole = std::mem::take(&mut self.whole);
        let entries = whole.iter().map(|part| Entry {
            command: self.command.to_owned(),
            digest: part.digest(),
            name: part.name().to_owned(),
        });
        self.manifest.files.extend(entries);
        let mut manifest = self.part(manifest::FILE)?;
        let written = write!(manifest, "{}", self.manifest).and_then(|()| manifest.flush());
        written.map_err(|error| manifest.unwritten(error))?;

        // Old files go before new ones come: whatever happens, they are never mixed. And the list
        // is there before what it names, so that nothing is there that is not known again.
        let mut under_way = part::hold();
        for path in out_of_date {
            fs::remove_file(&path).map_err(|error| Unwritten { path, error })?;
        }
        manifest.persist(&mut under_way)?;
        for part in whole {
            self.written.push(part.persist(&mut under_way)?);
        }
        Ok(())
    }

    /// Takes the files of earlier commands out of the manifest. Returns those that are to be
    /// removed.
    fn out_of_date(&mut self) -> Vec<PathBuf> {
        let mut out_of_date = Vec::new();
        let (path, written) = (&self.path, &self.written);
        self.manifest.files.retain(|entry| {
            let file = path.join(&entry.name);
            let is_of_this_one = written.contains(&file);
            let is_as_it_was = || Digest::of(&file).is_ok_and(|digest| digest == entry.digest);
            if !is_of_this_one && entry.command == self.command && is_as_it_was() {
                out_of_date.push(file);
            }
            is_of_this_one
        });
        out_of_date
    }

    /// The files written so far.
    pub(crate) fn written(&self) -> &[PathBuf] {
        &self.written
    }

    /// The scenario whose files these replace, if it is another one.
    pub(crate) fn replaced(&self) -> Option<&str> {
        self.replaced.as_deref()
    }

    /// The command whose files it has.
    pub(crate) fn command(&self) -> &'static str {
        self.command
    }

    /// Where they are.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// The name of another command that has files in a folder, or runs of a sweep that is to go on.
fn other_command(folder: &Path, manifest: &Manifest, command: &str) -> Option<String> {
    let others = manifest.files.iter().filter(|entry| entry.command != command);
    let mut there = others.filter(|entry| folder.join(&entry.name).is_file());
    let is_begun = |other: &&str| *other != command && folder.join(journal::file(other)).is_file();
    let begun = || journal::COMMANDS.into_iter().find(is_begun).map(str::to_owned);
    there.next().map(|entry| entry.command.clone()).or_else(begun)
}

/// Writes one file whole, under a name of its own until it is; a folder knows nothing of it. What
/// is there and no file, such as a device or a pipe, is written to as it is.
pub(crate) fn write_alone(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Unwritten> {
    let unwritten = |error| Unwritten { path: path.to_owned(), error };
    // Where a link leads is what is meant.
    let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if place.metadata().is_ok_and(|there| !there.is_file()) {
        let mut file = File::create(&place).map_err(unwritten)?;
        return write(&mut file).map_err(unwritten);
    }
    let name = place.file_name().ok_or(io::ErrorKind::IsADirectory.into()).map_err(unwritten)?;
    let folder = place.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    let part = Part::new(folder, &name.to_string_lossy());
    let mut part = part.map_err(|Unwritten { error, .. }| unwritten(error))?;
    write(&mut part).and_then(|()| part.flush()).map_err(unwritten)?;
    let persisted = part.persist(&mut part::hold());
    persisted.map(drop).map_err(|Unwritten { error, .. }| unwritten(error))
}

/// Whether a folder is empty, or one that a command has begun to write into. What cannot be looked
/// through is found out when something is written.
fn is_own(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return true };
    let names: Vec<OsString> = entries.flatten().map(|entry| entry.file_name()).collect();
    let is_ours = |name: &OsString| {
        let is_journal = || journal::COMMANDS.iter().any(|of| *name == *journal::file(of));
        name == manifest::FILE || is_journal() || part::is_part(&name.to_string_lossy())
    };
    names.is_empty() || names.iter().any(is_ours)
}
