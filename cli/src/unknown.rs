//! Letters that the font of pictures lacks.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, Write};

use results::chart::Scene;
use scenarios::plain;

/// More of a kind are counted.
const NAMED_MAX: usize = 8;

/// What pictures could not write, and which.
#[derive(Debug, Default)]
pub(crate) struct Unknown(RefCell<Found>);

#[derive(Debug, Default)]
struct Found {
    letters: BTreeSet<char>,
    words: BTreeSet<String>,
    pictures: Vec<&'static str>,
}

impl Unknown {
    /// Takes in a picture.
    pub(crate) fn add(&self, name: &'static str, scene: &Scene) {
        let mut found = self.0.borrow_mut();
        let mut is_seen = false;
        for (word, letters) in scene.unknown() {
            is_seen = true;
            found.letters.extend(letters);
            found.words.insert(word.trim_matches(|c: char| c.is_ascii_punctuation()).to_owned());
        }
        if is_seen {
            found.pictures.push(name);
        }
    }

    /// Says so. A warning that cannot be shown stops nothing.
    pub(crate) fn warn(&self) {
        if let Some(warning) = self.0.borrow().in_words() {
            let _ = writeln!(io::stderr(), "{warning}\n");
        }
    }
}

impl Found {
    fn in_words(&self) -> Option<String> {
        if self.letters.is_empty() {
            return None;
        }
        let letters: Vec<String> = self.letters.iter().map(char::to_string).collect();
        let words = self.words.iter().map(|word| format!("`{}`", plain(word)));
        let pictures: Vec<String> =
            self.pictures.iter().map(|name| format!("{name}.png")).collect();
        Some(format!(
            "warning: the font of pictures lacks {}, which stand in {}\n  \
             they are boxes in {}; SVG files and the page show them as the viewer's own fonts do",
            some(&letters),
            some(&words.collect::<Vec<_>>()),
            some(&pictures),
        ))
    }
}

/// The first of them.
fn some(all: &[String]) -> String {
    let shown = all[..all.len().min(NAMED_MAX)].join(", ");
    match all.len().saturating_sub(NAMED_MAX) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
