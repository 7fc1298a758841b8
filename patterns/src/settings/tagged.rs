//! Several kinds of settings in one table: a word says which kind is meant, and the settings of
//! that kind stand beside it.

use core::slice;

use super::fields::Fields;
use super::node::{Entry, Node};
use super::reader::{Code, Reader};
use super::shape::{Form, Key};

/// Which form the word of a key names. Settings of other forms are reported, each with the forms
/// that have it. Nothing if there is no such form, and then the reader was reported to, and the
/// settings of all forms are taken. What is taken is read for its mistakes, as a form does that
/// has it, by its number.
pub fn choose_by(
    key: &'static Key,
    (forms, read): (&[Form], &ReadForm<'_>),
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
        if let Some(node) = fields.take_node(&name) {
            read_alone((forms, read), &name, node, reader);
        }
        seen.push(name);
    }
    chosen
}

/// Reads the settings of a form, by its number.
pub type ReadForm<'a> = dyn Fn(usize, &mut Fields<'_>, &mut Reader<'_>) + 'a;

/// Reads a setting for its mistakes, where it is not known which form is meant.
fn read_alone(
    (forms, read): (&[Form], &ReadForm<'_>),
    name: &str,
    node: &Node,
    reader: &mut Reader<'_>,
) {
    let entry = Entry { key: name.to_owned(), key_at: node.at.clone(), node: node.clone() };
    let having = (0..forms.len()).filter(|index| forms[*index].has(name));
    reader.unless_one_is_right(having, |index, reader| {
        let mark = reader.mark();
        let what = reader.subject();
        let mut fields = Fields::of_table(0..0, what, slice::from_ref(&entry));
        read(index, &mut fields, reader);
        // What the form lacks is not asked for.
        reader.keep_within(mark, &node.at);
    });
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
