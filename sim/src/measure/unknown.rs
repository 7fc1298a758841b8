//! A path that measures nothing, and what could stand in its place.

use std::error::Error;
use std::fmt;

/// A path that measures nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownMeasure {
    /// What is wrong, in a sentence.
    pub message: String,
    /// The part of the path that is wrong.
    pub part: String,
    /// What could stand there.
    pub known: Vec<String>,
    /// How these are written, where a name alone does not say.
    pub forms: Vec<String>,
    /// What is expected there, with an example, if that says more.
    pub help: Option<String>,
}

impl UnknownMeasure {
    /// Nothing of this kind has the name that is written, but others may.
    pub(super) fn no(what: &str, part: &str, known: Vec<String>) -> Self {
        let part = part.trim().to_owned();
        let message = format!("there is no {what} `{part}`");
        Self { message, part, known, forms: Vec::new(), help: None }
    }

    /// Something else is wrong.
    pub(super) fn because(message: String, help: String) -> Self {
        let (known, forms) = (Vec::new(), Vec::new());
        Self { message, part: String::new(), known, forms, help: Some(help) }
    }
}

impl fmt::Display for UnknownMeasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for UnknownMeasure {}
