//! Why settings cannot be used.

use core::error::Error;
use core::fmt;
use std::borrow::Cow;

/// A setting outside its range, or one that does not go with another.
///
/// Reads as a sentence: "`attempts` must be at least 1, not 0".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The path of the setting, as scenario files spell it: `any.0.min-calls`.
    pub setting: Cow<'static, str>,
    /// What it must be.
    pub must_be: Cow<'static, str>,
    /// What it is, if that says more.
    pub value: Option<String>,
}

impl Invalid {
    /// A setting that must be something else.
    pub fn new(
        setting: impl Into<Cow<'static, str>>,
        must_be: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { setting: setting.into(), must_be: must_be.into(), value: None }
    }

    /// Fails with this error unless `valid`.
    pub fn unless(valid: bool, setting: &'static str, must_be: &'static str) -> Result<(), Self> {
        if valid { Ok(()) } else { Err(Self::new(setting, must_be)) }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { setting, must_be, value } = self;
        write!(f, "`{setting}` must be {must_be}")?;
        value.as_ref().map_or(Ok(()), |value| write!(f, ", not {value}"))
    }
}

impl Error for Invalid {}

/// All that is wrong with some settings, each with its path.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Fields by their names in code, and keys of files.
    path: Vec<Cow<'static, str>>,
    all: Vec<Invalid>,
}

impl Findings {
    /// Notes that a setting must be something else, unless `valid`.
    pub fn unless(&mut self, valid: bool, setting: &str, must_be: impl Into<Cow<'static, str>>) {
        if !valid {
            self.add(setting, must_be, None);
        }
    }

    /// Notes that a setting must be something else.
    pub fn add(
        &mut self,
        setting: &str,
        must_be: impl Into<Cow<'static, str>>,
        value: Option<String>,
    ) {
        let mut path = String::new();
        for key in &self.path {
            match key {
                Cow::Borrowed(field) => path += &field.replace('_', "-"),
                Cow::Owned(key) => path += key,
            }
            path.push('.');
        }
        path += &setting.replace('_', "-");
        self.all.push(Invalid { setting: path.into(), must_be: must_be.into(), value });
    }

    /// Looks at what is below a field, or below a key that is made of letters as they are.
    pub fn within(&mut self, key: impl Into<Cow<'static, str>>, look: impl FnOnce(&mut Self)) {
        self.path.push(key.into());
        look(self);
        self.path.pop();
    }

    /// Everything that was found.
    pub fn into_all(self) -> Vec<Invalid> {
        self.all
    }

    /// The first thing that was found, as an error.
    ///
    /// # Errors
    ///
    /// If anything was found.
    pub fn into_result(self) -> Result<(), Invalid> {
        self.all.into_iter().next().map_or(Ok(()), Err)
    }
}
