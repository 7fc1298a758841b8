//! What happened in a run, event by event, in the formats that people and their tools read.

mod chrome;
mod log;
mod otlp;
mod processes;
mod spans;

pub use chrome::chrome;
pub use log::{LogEntry, log, log_table};
pub use otlp::otlp;
