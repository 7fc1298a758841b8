//! The scenarios that come with the program.

/// A scenario that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name; its file is `scenarios/library/NAME.toml`.
    pub name: &'static str,
    /// The text of its file.
    pub text: &'static str,
}

macro_rules! entries {
    ($($name:literal),+ $(,)?) => {
        &[$(Entry {
            name: $name,
            text: include_str!(concat!("../library/", $name, ".toml")),
        }),+]
    };
}

/// All scenarios that come with the program; the first is the one that runs when none is named.
pub const LIBRARY: &[Entry] = entries![
    "hanging-server",
    "course-outage",
    "breaker-or-retry-first",
    "shared-pool",
    "rate-limit-herd",
    "retry-storm",
    "cascade",
    "libraries",
    "rush-hour",
    "death-spiral",
    "poison-task",
    "half-open-stampede",
    "cache-stampede",
    "sinkhole",
    "timeout-cascade",
    "silent-errors",
    "replica-storm",
    "cache-flush",
];

/// The scenario of this name.
pub fn find(name: &str) -> Option<&'static Entry> {
    LIBRARY.iter().find(|entry| entry.name == name)
}
