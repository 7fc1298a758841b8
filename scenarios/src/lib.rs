//! What to run: scenario files, how they are checked, and how they are swept.
//!
//! A file is parsed into a [`ScenarioFile`], in which everything has a place. Its [`Scenario`] is
//! what can be run; its [`Sweep`] has a scenario for every cell. All mistakes
//! in a file are reported together, as [`Diagnostics`]. [`Runs`] makes runs of many cells.
//!
//! ```
//! use scenarios::{LayerRegistry, ScenarioFile, library};
//! use sim::Watch;
//!
//! # fn main() -> Result<(), scenarios::Diagnostics> {
//! let entry = library::find("course-outage").expect("it comes with the program");
//! let file = ScenarioFile::parse("course-outage.toml", entry.text)?;
//! let scenario = file.scenario(&LayerRegistry::builtin())?;
//! let record = sim::run(&scenario.system, 1, Watch::Counts);
//! assert_eq!(record.agents[0].name, "agent");
//! # Ok(())
//! # }
//! ```

mod ablation;
mod axes;
mod codes;
mod describe;
mod description;
mod diagnostic;
mod explain;
mod export;
mod format;
mod idle_axes;
mod import;
mod kind;
mod leaves;
pub mod library;
mod lint;
mod notes;
mod one_cell;
mod over_time;
mod path;
mod path_keys;
mod plain;
mod profiles;
mod pull;
mod reference;
mod registry;
mod runner;
mod scenario;
mod scenario_file;
mod schema;
mod size;
mod source;
mod sweep;
mod trace_file;
mod tree;
mod trials;
mod variants;
mod variations;
mod without;

pub use ablation::{ABLATION_MAX, Ablation, WITH, WITHOUT};
pub use codes::{CODES, CodeInfo, RULES, RuleInfo};
pub use description::{example, explain, faults, reference, schema, topics};
pub use diagnostic::{Diagnostic, Diagnostics, nearest};
pub use export::{Exported, export, export_formats};
pub use format::{sections, seed};
pub use import::{Imported, import, import_formats, not_a_scenario};
pub use kind::{KindInfo, PresetInfo};
pub use lint::lint;
pub use notes::Note;
pub use one_cell::Outline;
pub use plain::plain;
pub use profiles::{Profile, ProfilePart, profiles};
pub use reference::ReferencePage;
pub use registry::LayerRegistry;
pub use runner::{EVENTS_MAX, Run, Runs, seed_of};
pub use scenario::{Claim, Figure, Hypothesis, Rule, Scenario};
pub use scenario_file::ScenarioFile;
pub use sweep::Sweep;
pub use trials::Trials;
pub use variants::AS_WRITTEN;
pub use without::Removable;
