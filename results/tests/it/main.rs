//! Statistics, tables and charts.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod chart;
mod estimate;
mod stability;
mod table;
