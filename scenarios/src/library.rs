//! The scenarios that come with the program.

mod claims;
mod entry;
mod faults;

use entry::entry;

pub use claims::{CLAIMS, UNDECIDABLE};
pub use entry::Entry;
pub use faults::{FAULTS, Fault, How};

macro_rules! entries {
    ($($name:literal),+ $(,)?) => {
        &[$(entry!($name)),+]
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
    "goodput-collapse",
    "cache-flush",
    "how-long-to-wait",
    "how-long-retries-help",
    "layer-by-layer",
    "research-and-writing",
    "checkpoint-or-restart",
    "stuck-loop",
    "writing-without-news",
    "which-pattern-did-it",
    "as-it-comes",
    "token-bulkheads",
    "stale-answer",
    "self-healing",
    "human-in-the-night",
];

/// All scenarios that can be named: those of the library, those of the catalogue of faults, and
/// those of claims.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    LIBRARY.iter().chain(FAULTS.iter().filter_map(Fault::scenario)).chain(CLAIMS)
}

/// The scenario of this name.
pub fn find(name: &str) -> Option<&'static Entry> {
    all().find(|entry| entry.name == name)
}
