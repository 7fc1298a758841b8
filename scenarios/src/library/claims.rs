//! The claims that come with the program: what a course on reliability says, each put to the test.

use super::entry::{Entry, entry};

macro_rules! claims {
    ($($id:literal),+ $(,)?) => {
        &[$(entry!(concat!("claims/", $id))),+]
    };
}

/// All claims, by their numbers. Each is a scenario with a sweep, and a section `claim`.
pub const CLAIMS: &[Entry] = claims![
    "A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A10", "A11", "A12", "A13", "A14", "A15",
    "A16", "A17", "A18", "B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B9", "C1", "C2", "C3",
    "C4", "C5", "C6", "C7", "C8", "C9", "C10", "C11", "D1", "D2", "D3", "D4", "D5", "D6", "D7",
    "D8", "D9", "D10", "E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8", "F1", "F2", "F3", "F4",
    "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12", "F13", "F14", "F15", "F16"
];

/// What is said of organisations, and no simulation of theirs decides.
pub const UNDECIDABLE: [(&str, &str); 3] = [
    (
        "reviews of production readiness prevent 70 to 85 % of outages",
        "it needs a count of outages \
      of organisations with such reviews and without",
    ),
    (
        "runbooks make repairs four to six times as fast",
        "it needs times of people at work, with \
      a runbook and without",
    ),
    (
        "experiments with chaos find 30 to 40 % more weaknesses than tests",
        "it needs a count of \
      weaknesses that were there",
    ),
];
