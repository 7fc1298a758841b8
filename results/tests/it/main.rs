//! Statistics, tables and charts.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod chart;
mod coverage;
mod estimate;
mod finding;
mod of_sweeps;
mod page;
mod pictures;
mod series;
mod stability;
mod table;
mod timeline;
