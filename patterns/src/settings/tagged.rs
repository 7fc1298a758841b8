//! Several kinds of settings in one table: a word says which kind is meant, and the settings of
//! that kind stand beside it.

use super::fields::Fields;
use super::reader::{Code, Reader};
use super::shape::{Form, Key};

/// Which form the word of a key names. Settings of other forms are reported, each with the forms
/// that have it. Nothing if there is no such form, and then the reader was reported to, and the
/// settings of all forms are taken.
pub fn choose_by(
    key: &'static Key,
    forms: &[Form],
    fields: &mut Fields<'_>,
    reader: &mut Reader<'_>,
) -> Option<usize> {
    let chosen = word(key, forms, fields, reader);
    let mut seen: Vec<String> = Vec::new();
    for name in forms.iter().flat_map(|form| &form.keys).map(|key| key.name()) {
        let is_own = chosen.is_some_and(|index| forms[index].has(&name));
        if is_own || seen.contains(&name) || !fields.is_written(&name) {
            continue;
        }
        if chosen.is_some() {
            let having = forms.iter().filter(|form| form.has(&name));
            let having: Vec<String> =
                having.map(|form| format!("`{key} = \"{}\"`", form.name)).collect();
            let has = if having.len() == 1 { "has" } else { "have" };
            let having = having.join(" and ");
            let message = format!("`{name}` must be left out: only {having} {has} it");
            reader.mistake(&fields.place_of(&name), Code::Conflict, message);
        }
        let _taken = fields.take_node(&name);
        seen.push(name);
    }
    chosen
}

/// The form whose name is written.
fn word(
    key: &'static Key,
    forms: &[Form],
    fields: &mut Fields<'_>,
    reader: &mut Reader<'_>,
) -> Option<usize> {
    let Some(node) = fields.take_node(&key.name()) else {
        fields.report_missing(key, reader);
        return None;
    };
    let names = || forms.iter().map(|form| form.name.clone()).collect::<Vec<_>>();
    reader.within(key.name(), |reader| {
        let Some(word) = node.text() else {
            reader.wrong_type(node, &format!("one of {}", names().join(", ")));
            return None;
        };
        let found = forms.iter().position(|form| form.name == word);
        if found.is_none() {
            // In a text the word begins after the quote.
            let call = node.call().ok().flatten();
            let at = call.map_or_else(|| node.at.clone(), |call| call.name_at);
            reader.unknown_word(&at, "form", word, names());
        }
        found
    })
}
