//! Why settings cannot be used.

use core::error::Error;
use core::fmt;

/// A setting outside its range.
///
/// Reads as a sentence: "`attempts` must be at least 1".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The name of the setting, as scenario files spell it.
    pub setting: &'static str,
    /// What it must be.
    pub must_be: &'static str,
}

impl Invalid {
    /// Fails with this error unless `valid`.
    pub const fn unless(
        valid: bool,
        setting: &'static str,
        must_be: &'static str,
    ) -> Result<(), Self> {
        if valid { Ok(()) } else { Err(Self { setting, must_be }) }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { setting, must_be } = self;
        write!(f, "`{setting}` must be {must_be}")
    }
}

impl Error for Invalid {}
