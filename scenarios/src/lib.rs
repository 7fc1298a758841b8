//! What to run: scenario files, how they are checked, and how they are swept.
//!
//! A file is parsed into a [`Document`], in which everything has a place. Its [`Plan`] is what can
//! be run; its [`Sweep`] has a plan for every cell. Whatever is wrong with a file is told at once,
//! as [`Problems`]. [`run_all`] runs many cells many times.
//!
//! ```
//! use scenarios::{Catalog, Document, library};
//! use sim::Watch;
//!
//! # fn main() -> Result<(), scenarios::Problems> {
//! let entry = library::find("course-outage").expect("it comes with the program");
//! let document = Document::parse("course-outage.toml", entry.text)?;
//! let plan = document.plan(&Catalog::builtin())?;
//! let record = sim::run(&plan.system, 1, Watch::Counts);
//! assert_eq!(record.agents[0].name, "agent");
//! # Ok(())
//! # }
//! ```

mod catalog;
mod document;
pub mod library;
mod plan;
mod problem;
mod read;
mod runner;
mod schema;
mod spec;
mod sweep;
mod text;

pub use catalog::Catalog;
pub use document::Document;
pub use plan::{Compare, Hypothesis, Plan};
pub use problem::{Problem, Problems};
pub use runner::{Run, run_all, seed_of};
pub use schema::schema;
pub use spec::seed;
pub use sweep::{AS_WRITTEN, Axis, Sweep};
