//! From configurations of libraries to scenarios.
//!
//! A file is read as a tree in which everything has a place (`yaml`). The tables of a format
//! (`formats`, in the words of `table`) say what its keys are here, and by them a `draft` is made:
//! every line with the place that it comes from. What is written of it (`render`) is checked as any
//! scenario, and what is wrong with it is reported at the place in the other file.

mod classes;
mod comments;
mod dotted;
mod draft;
mod formats;
mod importer;
mod limits;
mod lines;
mod lookup;
mod names;
mod parts;
mod properties;
mod read;
mod render;
mod section;
mod shape;
mod table;
mod times;
mod unit;
mod words;
mod yaml;

pub(crate) use lookup::{formats, order_of, section_of};
pub use read::{Imported, import, import_formats, not_a_scenario};
pub(crate) use read::{is_scenario, make};
pub(crate) use table::{Format, Row, Section};
pub(crate) use times::Times;
pub(crate) use unit::{decimal, whole};
pub(crate) use words::classes_of;
