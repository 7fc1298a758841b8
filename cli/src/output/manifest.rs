//! What commands have written into a folder: so that one can take away what is out of date, and
//! nothing else.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path};

use super::digest::Digest;

/// The name of the file in which it is kept.
pub(super) const FILE: &str = ".wavetank";

/// The most bytes of it that are read: some hundred thousand entries.
const BYTES_MAX: u64 = 1 << 24;

/// A file that a command has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The command: `run`, `sweep`.
    pub(super) command: String,
    pub(super) digest: Digest,
    pub(super) name: String,
}

/// The files that commands have written into a folder.
#[derive(Clone, Debug, Default)]
pub(super) struct Manifest {
    pub(super) files: Vec<Entry>,
    /// By command: the scenario that its files are about, on one line.
    pub(super) scenarios: BTreeMap<String, String>,
}

/// What the line of a scenario begins with, where that of a file has a digest.
const OF: &str = "of";

impl Manifest {
    /// Reads that of a folder. What is not an entry is passed over; links, pipes and devices have
    /// none.
    pub(super) fn read(folder: &Path) -> Self {
        let path = folder.join(FILE);
        if !path.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) {
            return Self::default();
        }
        let mut text = String::new();
        let file = File::open(path);
        let read = file.and_then(|file| file.take(BYTES_MAX).read_to_string(&mut text));
        if read.is_err() {
            return Self::default();
        }
        let files = text.lines().filter_map(entry).collect();
        Self { files, scenarios: text.lines().filter_map(scenario).collect() }
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (command, scenario) in &self.scenarios {
            writeln!(f, "{OF} {command} {scenario}")?;
        }
        for Entry { command, digest, name } in &self.files {
            writeln!(f, "{digest} {command} {name}")?;
        }
        f.write_char('\n')
    }
}

fn scenario(line: &str) -> Option<(String, String)> {
    let (command, scenario) = line.strip_prefix(OF)?.strip_prefix(' ')?.split_once(' ')?;
    Some((command.to_owned(), scenario.to_owned()))
}

fn entry(line: &str) -> Option<Entry> {
    let mut words = line.splitn(3, ' ');
    let digest = Digest::parse(words.next()?)?;
    let (command, name) = (words.next()?.to_owned(), words.next()?.to_owned());
    // A path that leads out of the folder is not of our making; reports alone have folders within.
    let parts = Path::new(&name).components();
    let is_normal = parts.clone().all(|part| matches!(part, Component::Normal(_)));
    let depth = if command == "report" { 1..=2 } else { 1..=1 };
    let is_name = is_normal && depth.contains(&parts.count());
    is_name.then_some(Entry { command, digest, name })
}
