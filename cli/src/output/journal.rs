//! The runs of a sweep that were made: what is left of it if it ends before its time.
//!
//! A file to which every run is added as soon as it is made. It begins with the digest of what
//! decides how runs turn out. Each run has its length and a digest, so that one that was not
//! written whole is known; what comes after it is not read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::digest::Digest;
use super::part::Unwritten;

/// The commands that keep one.
pub(super) const COMMANDS: [&str; 4] = ["sweep", "ablate", "claims", "report"];

/// The name of that of a command: hidden, as the list of files is.
pub(super) fn file(command: &str) -> String {
    format!(".wavetank-{command}.journal")
}

/// What it begins with; another format has another number.
const MAGIC: [u8; 16] = *b"wavetank journal";
const VERSION: u64 = 1;

/// Bytes before the first run: the magic, the version, and the digest of the sweep.
const HEAD: u64 = 32;
/// Bytes before a run: its length, and a digest.
const RUN_HEAD: u64 = 12;

/// The most bytes of a run.
const RUN_MAX: u32 = 1 << 30;

/// How many runs the journal of this program has.
static RUNS: AtomicU64 = AtomicU64::new(0);

/// How many runs are in the journal of the sweep under way.
pub(crate) fn runs_kept() -> u64 {
    RUNS.load(Ordering::SeqCst)
}

/// What was there when a journal was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// Nothing.
    Nothing,
    /// So many runs of the same sweep.
    Runs(u64),
    /// Runs of another sweep, which are gone now.
    Another,
}

/// The runs of a sweep, in their order.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    head: [u8; HEAD as usize],
    /// None as long as there are no runs.
    file: Option<File>,
    runs: u64,
    /// Where the last one ends.
    end: u64,
    /// A run, and where it begins.
    marked: (u64, u64),
}

impl Journal {
    /// The journal of a sweep in a folder that no other command can open; `about` is all that
    /// decides how its runs turn out. The run `marked` can be read without those before it.
    pub(super) fn open(
        folder: &Path,
        command: &str,
        about: &[u8],
        marked: u64,
    ) -> Result<(Self, Left), Unwritten> {
        let mut digest = Digest::default();
        digest.add(about);
        let mut head = [0; HEAD as usize];
        head[..16].copy_from_slice(&MAGIC);
        head[16..24].copy_from_slice(&VERSION.to_le_bytes());
        head[24..].copy_from_slice(&digest.bytes());
        let path = folder.join(file(command));
        let mut journal =
            Self { path, head, file: None, runs: 0, end: HEAD, marked: (marked, HEAD) };
        let left = journal.recover().map_err(|error| journal.unwritten(error))?;
        RUNS.store(journal.runs, Ordering::SeqCst);
        Ok((journal, left))
    }

    /// Takes over the runs that are there, up to the first that is not whole.
    fn recover(&mut self) -> io::Result<Left> {
        let Ok(metadata) = self.path.symlink_metadata() else { return Ok(Left::Nothing) };
        if !metadata.is_file() {
            // Whatever it is, it is not read, and not followed.
            fs::remove_file(&self.path)?;
            return Ok(Left::Nothing);
        }
        let file = OpenOptions::new().read(true).write(true).open(&self.path)?;
        let mut from = BufReader::new(&file);
        let mut head = [0; HEAD as usize];
        if from.read_exact(&mut head).is_err() || head != self.head {
            fs::remove_file(&self.path)?;
            return Ok(Left::Another);
        }
        while let Some(run) = next(&mut from, self.runs)? {
            self.count(run.len());
        }
        drop(from);
        file.set_len(self.end)?;
        self.file = Some(file);
        Ok(Left::Runs(self.runs))
    }

    fn count(&mut self, length: usize) {
        self.runs += 1;
        self.end += RUN_HEAD + length as u64;
        if self.runs == self.marked.0 {
            self.marked.1 = self.end;
        }
    }

    fn unwritten(&self, error: io::Error) -> Unwritten {
        Unwritten { path: self.path.clone(), error }
    }

    /// How many runs it has.
    pub(crate) fn runs(&self) -> u64 {
        self.runs
    }

    /// Adds the next run. If it cannot be written whole, nothing is written of it.
    pub(crate) fn add(&mut self, run: &[u8]) -> Result<(), Unwritten> {
        let added = self.try_to_add(run);
        if let (Err(_), Some(file)) = (&added, &self.file) {
            // What stays would be known as not whole.
            let _ = file.set_len(self.end);
        }
        added.map_err(|error| self.unwritten(error))?;
        self.count(run.len());
        RUNS.store(self.runs, Ordering::SeqCst);
        Ok(())
    }

    fn try_to_add(&mut self, run: &[u8]) -> io::Result<()> {
        let length = u32::try_from(run.len()).ok().filter(|length| *length <= RUN_MAX);
        let length = length.ok_or(io::ErrorKind::FileTooLarge)?;
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let new = OpenOptions::new().write(true).create_new(true).open(&self.path)?;
                let file = none.insert(new);
                file.write_all(&self.head)?;
                file
            }
        };
        // One piece, so that a signal rarely comes in between.
        let mut bytes = Vec::with_capacity(run.len() + RUN_HEAD as usize);
        bytes.extend(length.to_le_bytes());
        bytes.extend(digest(self.runs, run).bytes());
        bytes.extend(run);
        file.seek(SeekFrom::Start(self.end))?;
        file.write_all(&bytes)
    }

    /// All runs; or those from the marked one on, if it has that.
    pub(crate) fn read(&self, from_marked: bool) -> Result<Reader, Unwritten> {
        let (run, place) = if from_marked { self.marked } else { (0, HEAD) };
        let open = || {
            let mut file = File::open(&self.path)?;
            file.seek(SeekFrom::Start(place))?;
            Ok(BufReader::with_capacity(1 << 16, file))
        };
        let is_there = run < self.runs;
        let from = is_there.then(open).transpose().map_err(|error| self.unwritten(error))?;
        Ok(Reader { path: self.path.clone(), from, run, runs: self.runs })
    }

    /// Removes it: its runs are in the tables now.
    pub(crate) fn remove(self) -> Result<(), Unwritten> {
        RUNS.store(0, Ordering::SeqCst);
        if self.file.is_some() {
            fs::remove_file(&self.path).map_err(|error| self.unwritten(error))?;
        }
        Ok(())
    }
}

/// Reads runs one after the other.
#[derive(Debug)]
pub(crate) struct Reader {
    path: PathBuf,
    from: Option<BufReader<File>>,
    run: u64,
    runs: u64,
}

impl Reader {
    /// The next run, and its number; none at the end.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, Vec<u8>)>, Unwritten> {
        let Some(from) = self.from.as_mut().filter(|_| self.run < self.runs) else {
            return Ok(None);
        };
        let run = next(from, self.run);
        let run = run.and_then(|run| run.ok_or_else(|| io::ErrorKind::InvalidData.into()));
        let run = run.map_err(|error| Unwritten { path: self.path.clone(), error })?;
        self.run += 1;
        Ok(Some((self.run - 1, run)))
    }
}

/// The next run, which is to be the one of this number; none if it is not there whole.
fn next(from: &mut impl Read, number: u64) -> io::Result<Option<Vec<u8>>> {
    let (mut length, mut written) = ([0; 4], [0; 8]);
    if !(whole(from, &mut length)? && whole(from, &mut written)?) {
        return Ok(None);
    }
    let length = u32::from_le_bytes(length);
    let mut run = Vec::new();
    if length > RUN_MAX || from.take(length.into()).read_to_end(&mut run)? < length as usize {
        return Ok(None);
    }
    Ok((digest(number, &run).bytes() == written).then_some(run))
}

/// Whether there are as many bytes.
fn whole(from: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match from.read_exact(bytes) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        read => read.map(|()| true),
    }
}

/// The digest of a run in its place: no other one can stand there.
fn digest(number: u64, run: &[u8]) -> Digest {
    let mut digest = Digest::default();
    digest.add(&number.to_le_bytes());
    digest.add(run);
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(journal: &Journal, from_marked: bool) -> Vec<(u64, Vec<u8>)> {
        let mut reader = journal.read(from_marked).unwrap();
        std::iter::from_fn(|| reader.next().unwrap()).collect()
    }

    /// Whatever stands in the file, what is taken over are runs that were added, from the first on.
    #[test]
    fn a_journal_that_was_cut_or_damaged_has_the_runs_before_that() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Journal::open(folder.path(), "sweep", b"it", 2).unwrap();
        let runs: Vec<Vec<u8>> = (0..5).map(|run| vec![run; 3 * usize::from(run)]).collect();
        let (mut journal, left) = open();
        assert_eq!((left, journal.runs()), (Left::Nothing, 0));
        assert!(
            !folder.path().join(file("sweep")).exists(),
            "without a run there is nothing to keep"
        );
        for run in &runs {
            journal.add(run).unwrap();
        }
        let expected: Vec<_> = (0..).zip(runs.clone()).collect();
        assert_eq!(all(&journal, false), expected);
        assert_eq!(all(&journal, true), expected[2..]);
        let bytes = fs::read(&journal.path).unwrap();
        let is_prefix = |journal: &Journal| {
            let there = all(journal, false);
            assert_eq!(there, expected[..there.len()]);
            there.len()
        };
        for at in HEAD as usize..bytes.len() {
            for damaged in [bytes[..at].to_vec(), {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1;
                damaged
            }] {
                fs::write(&journal.path, damaged).unwrap();
                let (mut journal, left) = open();
                let there = is_prefix(&journal);
                assert_eq!(left, Left::Runs(there as u64));
                assert!(there < runs.len(), "at {at}");
                for run in &runs[there..] {
                    journal.add(run).unwrap();
                }
                assert_eq!(fs::read(&journal.path).unwrap(), bytes, "at {at}");
                assert_eq!(all(&journal, true), expected[2..], "at {at}");
            }
        }
        let (_, left) = Journal::open(folder.path(), "sweep", b"another", 0).unwrap();
        assert_eq!(left, Left::Another);
        assert!(!folder.path().join(file("sweep")).exists());
    }
}
