//! The codes that a diagnostic can have. Their names are stable.

use patterns::settings::Code;

use super::rules::RuleInfo;

/// What is wrong with a whole file, beside the mistakes in its settings ([`Code`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileCode {
    /// The text is not TOML.
    NotToml,
    /// A name of a part or of an edge that cannot be used.
    BadName,
    /// A path that leads nowhere.
    BadPath,
    /// Services or fallbacks that lead back to where they began.
    Circle,
    /// More cells or runs than the program takes on.
    TooLarge,
    /// A run of more events than it may have.
    TooLong,
    /// A policy for a call that is never made.
    UnusedEdge,
    /// A measure that does not exist.
    UnknownMeasure,
    /// A hypothesis that is not a comparison of a measure with a number.
    BadHypothesis,
}

impl FileCode {
    /// All of them, in the order of the reference.
    pub(crate) const ALL: [Self; 9] = [
        Self::NotToml,
        Self::BadName,
        Self::BadPath,
        Self::Circle,
        Self::TooLarge,
        Self::TooLong,
        Self::UnusedEdge,
        Self::UnknownMeasure,
        Self::BadHypothesis,
    ];

    /// Its stable name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::NotToml => "not-toml",
            Self::BadName => "bad-name",
            Self::BadPath => "bad-path",
            Self::Circle => "circle",
            Self::TooLarge => "too-large",
            Self::TooLong => "too-long",
            Self::UnusedEdge => "unused-edge",
            Self::UnknownMeasure => "unknown-measure",
            Self::BadHypothesis => "bad-hypothesis",
        }
    }
}

/// The code of a diagnostic: of a setting, or of a whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DiagnosticCode {
    Setting(Code),
    File(FileCode),
    /// What fights what in a file that can be read.
    Rule(&'static RuleInfo),
}

impl DiagnosticCode {
    /// Its stable name, as messages show it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Setting(code) => code.name(),
            Self::File(code) => code.name(),
            Self::Rule(rule) => rule.name,
        }
    }

    /// Whether the file can be run all the same.
    pub(crate) const fn is_warning(self) -> bool {
        match self {
            Self::Setting(code) => code.is_warning(),
            Self::File(code) => matches!(code, FileCode::TooLong),
            Self::Rule(_) => true,
        }
    }
}

impl From<Code> for DiagnosticCode {
    fn from(code: Code) -> Self {
        Self::Setting(code)
    }
}

impl From<FileCode> for DiagnosticCode {
    fn from(code: FileCode) -> Self {
        Self::File(code)
    }
}

impl From<&'static RuleInfo> for DiagnosticCode {
    fn from(rule: &'static RuleInfo) -> Self {
        Self::Rule(rule)
    }
}
