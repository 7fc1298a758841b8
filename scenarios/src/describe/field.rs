//! Keys of tables, with what holds where nothing is written.

use patterns::settings::{Choice, Form, GroupInfo, Key, Node, TableInfo};

use super::text::clean;
use crate::kind::{KindInfo, PresetInfo};

/// A key of a table, with what holds where nothing is written.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) key: &'static Key,
    /// What holds if nothing is written; none if something must be, or if it is not used.
    pub(crate) default: Option<Node>,
    pub(crate) need: Need,
    /// What it means, in Markdown.
    pub(crate) doc: String,
}

/// Whether a key must be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// It may be left out.
    None,
    /// It must be written.
    Required,
    /// It must be written where the form that it belongs to is meant.
    OfForm,
}

/// The keys of a table, in order, without `like` and the keys of libraries.
pub(crate) fn fields(table: &TableInfo) -> Vec<Field> {
    let info = table.group_info();
    let is_own = |key: &Key| info.own_keys.iter().any(|own| own.name() == key.name());
    let keys = table.all_keys().into_iter().filter(|key| !key.is_named("like") && !is_own(key));
    keys.map(|key| field(key, &info)).collect()
}

fn field(key: &'static Key, info: &GroupInfo) -> Field {
    let default = info.default_of(key);
    let in_form = info.choices.iter().flat_map(|choice| &choice.forms).any(|form| has(form, key));
    let need = match (&default, in_form) {
        (Some(_), _) => Need::None,
        (None, false) => Need::Required,
        (None, true) => Need::OfForm,
    };
    Field { key, default, need, doc: doc_in(info, key) }
}

/// The keys of a table that belong to no form which a word names.
pub(crate) fn common_fields(table: &TableInfo) -> Vec<Field> {
    let choices = table.group_info().choices;
    let named = |key: &Key| tagged(&choices).any(|(_, form)| has(form, key));
    fields(table).into_iter().filter(|field| !named(field.key)).collect()
}

/// The forms that a word names, each with the key of the word.
pub(crate) fn tagged(choices: &[Choice]) -> impl Iterator<Item = (&'static Key, &Form)> {
    choices
        .iter()
        .filter_map(|choice| Some((choice.by?, choice)))
        .flat_map(|(by, choice)| choice.forms.iter().map(move |form| (by, form)))
}

/// The keys of one form.
pub(crate) fn fields_of_form(form: &Form) -> Vec<Field> {
    form.keys.iter().map(|key| plain_field(key)).collect()
}

/// What a key means in a table, where it may mean something in each form that a word names.
fn doc_in(info: &GroupInfo, key: &Key) -> String {
    let mut docs: Vec<(String, Vec<String>)> = Vec::new();
    for (_, form) in tagged(&info.choices) {
        for own in form.keys.iter().filter(|own| own.name() == key.name()) {
            let name = format!("`{}`", form.name);
            match docs.iter_mut().find(|(doc, _)| *doc == own.doc()) {
                Some((_, names)) => names.push(name),
                None => docs.push((own.doc(), vec![name])),
            }
        }
    }
    if docs.is_empty() {
        return key.doc();
    }
    let docs: Vec<String> =
        docs.into_iter().map(|(doc, of)| format!("For {}: {doc}", of.join(" and "))).collect();
    docs.join("\n\n")
}

/// The numbers of a library.
pub(crate) fn own_fields(preset: &PresetInfo) -> Vec<Field> {
    preset.keys.iter().map(|key| field(key, &preset.info)).collect()
}

/// A key of a form, which stands for itself.
pub(crate) fn plain_field(key: &'static Key) -> Field {
    let default = key.default();
    let need = if default.is_some() { Need::None } else { Need::Required };
    Field { key, default, need, doc: key.doc() }
}

/// A section of a file, which may be left out or not.
pub(crate) fn section_field(key: &'static Key) -> Field {
    Field { key, default: None, need: Need::None, doc: key.doc() }
}

/// Whether a form has a key of this name.
pub(crate) fn has(form: &Form, key: &Key) -> bool {
    form.keys.iter().any(|other| other.name() == key.name())
}

/// What a kind of layer does, in Markdown.
pub(crate) fn doc_of(kind: &KindInfo) -> String {
    kind.table().map(|table| clean(&table.doc())).unwrap_or_default()
}

/// The keys of a kind of layer.
pub(crate) fn fields_of(kind: &KindInfo) -> Vec<Field> {
    kind.table().as_ref().map(fields).unwrap_or_default()
}
