//! The rules of the house that the compiler does not know.

use std::fs;
use std::path::{Path, PathBuf};

/// The crates, and which of ours each may know.
const CRATES: [(&str, &[&str]); 5] = [
    ("patterns", &[]),
    ("sim", &["patterns"]),
    ("scenarios", &["patterns", "sim"]),
    ("results", &["sim", "patterns"]),
    ("cli", &["patterns", "sim", "scenarios", "results"]),
];

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn sources() -> Vec<PathBuf> {
    CRATES.iter().flat_map(|(name, _)| rust_files(&root().join(name).join("src"))).collect()
}

#[test]
fn crates_know_only_whom_they_may() {
    for (name, may_know) in CRATES {
        let manifest = fs::read_to_string(root().join(name).join("Cargo.toml")).unwrap();
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap();
        let dependencies = dependencies.split("\n[").next().unwrap();
        for (other, _) in CRATES {
            let knows = dependencies.lines().any(|line| line.starts_with(&format!("{other}.")));
            assert!(!knows || may_know.contains(&other), "`{name}` must not know `{other}`");
        }
    }
}

#[test]
fn files_open_with_what_they_are_for_and_end_in_sight() {
    let files = sources();
    assert!(files.len() > 40, "the sources are where this test looks for them");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let is_table = file.ends_with("ziggurat/table.rs");
        let code = text.split("#[cfg(test)]").next().unwrap();
        let file = file.display();
        assert!(text.starts_with("//! "), "{file}: no first line that says what it is for");
        assert!(is_table || code.lines().count() <= 400, "{file}: more than 400 lines");
        for line in text.lines() {
            assert!(line.chars().count() <= 100, "{file}: a line of more than 100: {line}");
        }
    }
}
