//! Statistics, tables and charts.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod ablation;
mod chart;
mod coverage;
mod estimate;
mod finding;
mod groups;
mod markup;
mod observed;
mod of_sweeps;
mod over_time;
mod page;
mod pictures;
mod recovery;
mod report;
mod series;
mod stability;
mod table;
mod timeline;
mod verdict;
