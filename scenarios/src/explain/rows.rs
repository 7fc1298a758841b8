//! Keys in lists and lines.

use patterns::settings::{Key, LIKE};

use crate::describe::{Field, clean, default_of, first_sentence, plain_field, type_of};
use crate::kind::{Described, KindInfo};

/// The line of a key in a list.
pub(super) fn key_row(field: &Field) -> Vec<String> {
    let default = default_of(field).trim_matches('`').to_owned();
    vec![field.key.name(), default, first_sentence(&clean(&field.doc))]
}

/// The keys that every layer has beside its own.
pub(super) fn common_rows(kind: &KindInfo, described: &Described) -> Vec<Vec<String>> {
    let mut rows = vec![key_row(&plain_field(described.per))];
    if !kind.presets.is_empty() {
        let doc = clean(&LIKE.doc());
        rows.push(vec!["like".to_owned(), "none".to_owned(), first_sentence(&doc)]);
    }
    rows
}

/// What can be written for a key, in a line.
pub(super) fn type_line(key: &Key) -> String {
    type_of(key).replace('`', "")
}
