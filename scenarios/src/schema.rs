//! A JSON Schema of scenario files, from the descriptions that the reader goes by.

mod defs;
mod file;
mod layer;
mod names;
mod pattern;
mod sum;
mod tagged;
#[cfg(test)]
mod tests;

pub(crate) use file::json_schema;
pub(crate) use names::DefNames;
