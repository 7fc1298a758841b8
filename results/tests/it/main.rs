//! Statistics, tables and charts.

mod chart;
mod estimate;
mod table;
