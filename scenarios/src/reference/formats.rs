//! The page of formats that can be imported and exported, from their tables.

use super::page::{Page, ReferencePage};
use crate::import::{Format, Row, Section, formats};

/// The name of the page.
pub(super) const IMPORT: &str = "import";

/// The page.
pub(super) fn import_page() -> ReferencePage {
    let mut page = Page::new("Import and export");
    page.paragraph(
        "What `wavetank import` reads and `wavetank export` writes: each key of a library, and \
         what it is here. A key without a place here is left out, and named; so is one that is \
         not in these tables.",
    );
    for format in formats() {
        one(format, &mut page);
    }
    page.finish(IMPORT)
}

fn one(format: &Format, page: &mut Page) {
    page.heading(2, &format!("`{}`", format.name));
    page.paragraph(&format!("{}.", format.about.trim_end_matches('.')));
    page.paragraph(&format!("The layers, the outermost first: {}.", format.order));
    page.paragraph(&format!("Source: {}.", format.source));
    if format.relaxed {
        page.paragraph("Upper and lower case, `-` and `_` play no part in its keys.");
    }
    for section in format.sections {
        self::section(section, page);
    }
}

fn section(section: &Section, page: &mut Page) {
    let like = match section.like {
        "" => String::new(),
        like => format!(", `like = \"{like}\"`"),
    };
    page.paragraph(&format!("`{}` is a `{}`{like}:", section.place, section.layer));
    let row = |row: &Row| {
        let ours = match row.ours {
            "" => String::new(),
            ours => format!("`{ours}`"),
        };
        vec![format!("`{}`", row.theirs), ours, row.unit.in_words(), row.note.to_owned()]
    };
    page.table(&["there", "here", "as", "note"], section.rows.iter().map(row).collect());
}
