//! What came out: statistics over replications, tables, and charts. Nothing here runs anything.
//!
//! - [`ablation`], [`shapley`]: what each part of a system did;
//! - [`estimate`]: numbers with their intervals;
//! - [`observed`]: what was measured of the real system, beside what is simulated;
//! - [`over_time`]: measures over time, as charts show them;
//! - [`pooled`], [`times`]: ratios and quantiles of several runs together;
//! - [`causes`]: why tasks failed;
//! - [`measured`]: what is kept of one run;
//! - [`repairs`]: how long runs take to recover;
//! - [`report`]: the report of a system, which a client reads;
//! - [`run_table`]: tidy CSV of one run;
//! - [`series`]: measures over time, of all runs of a cell;
//! - [`stability`]: whether a system keeps up with its load;
//! - [`sweep_result`]: what a sweep came to, cell by cell;
//! - [`trace`]: what happened in a run, event by event;
//! - [`table`]: tidy CSV that pandas, `DuckDB` and R read as it is;
//! - [`verdict`]: whether something holds that is claimed;
//! - [`chart`]: pictures that explain themselves;
//! - [`page`](mod@page): words, numbers and pictures on one page.

pub mod ablation;
mod away;
mod bytes;
pub mod causes;
pub mod chart;
pub mod estimate;
pub mod measured;
pub mod observed;
pub mod over_time;
pub mod page;
pub mod pooled;
pub mod repairs;
pub mod report;
pub mod run_table;
pub mod series;
pub mod shapley;
pub mod stability;
pub mod stored;
pub mod sweep_result;
pub mod table;
pub mod times;
pub mod trace;
pub mod verdict;

pub use ablation::Ablation;
pub use causes::Causes;
pub use estimate::Estimate;
pub use measured::Measured;
pub use over_time::OverTime;
pub use stability::PileUp;
pub use sweep_result::SweepResult;
