//! A path that measures nothing, and what could stand in its place.

use std::error::Error;
use std::fmt;

/// A path that measures nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownMeasure {
    /// The part of the path that is wrong.
    pub part: String,
    /// What kind of thing it should name.
    pub what: &'static str,
    /// What could stand there.
    pub known: Vec<String>,
}

impl fmt::Display for UnknownMeasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no {} `{}`", self.what, self.part)
    }
}

impl Error for UnknownMeasure {}
