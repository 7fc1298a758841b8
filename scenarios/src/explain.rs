//! Explanations for the terminal, from the descriptions that the reader goes by.

mod below;
mod beside;
mod find;
mod measure;
mod rows;
mod sheet;
mod show;
#[cfg(test)]
mod tests;
mod topic;
mod windows;

pub(crate) use find::topics;
pub(crate) use measure::MeasureInfo;
pub(crate) use topic::explain;
