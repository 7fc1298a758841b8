//! The tables of all formats, by name.

use super::formats::FORMATS;
use super::table::{Format, Section};

/// All formats.
pub(crate) fn formats() -> impl Iterator<Item = &'static Format> {
    FORMATS.iter().map(|importer| importer.format)
}

/// A section of a format.
///
/// # Panics
///
/// If there is none of this place.
pub(crate) fn section_of(format: &str, place: &str) -> &'static Section {
    let mut sections = formats().filter(|one| one.name == format).flat_map(|one| one.sections);
    let found = sections.find(|section| section.place == place);
    found.unwrap_or_else(|| panic!("`{format}` has a section `{place}`"))
}

/// The layers of a format, the outermost first; nothing if there is no such format.
pub(crate) fn order_of(format: &str) -> &'static str {
    formats().find(|one| one.name == format).map_or("", |format| format.order)
}
