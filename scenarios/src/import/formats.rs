//! The formats, each with its tables.

mod course;
mod exceptions;
mod resilience4j;

use super::importer::Importer;

/// All of them, in the order in which a file is tried.
pub(crate) static FORMATS: [&Importer; 2] = [&resilience4j::IMPORTER, &course::IMPORTER];
