//! What in a file fights what: in a configuration, a scenario, or a report that someone wrote.
//!
//! Every rule has a code (`codes::RULES`), says what it found with the numbers of the file, and
//! where a run can show it, makes that run (`proof`). Rules for configurations read the tree of the
//! file (`foreign`) and the policies of the scenario that import makes of it (`policies`), which
//! are those of any scenario (`scenario`); rules for reports read lines (`report`).

mod finding;
mod foreign;
mod look;
mod policies;
mod proof;
mod report;
mod scenario;

pub use look::lint;
