//! Descriptions of settings in words and as JSON: what schema, reference and terminal share.

mod example;
#[cfg(test)]
pub(crate) mod fixture;
mod json;
mod text;
mod words;

pub(crate) use example::{example_of, example_of_table};
pub(crate) use json::{from_node, from_toml};
pub(crate) use text::{Block, blocks, clean, first_sentence, prose, wrap};
pub(crate) use words::{arguments, default_of, literals_of, range_of, signature, type_of};

use patterns::settings::{Form, GroupInfo, Key, Node, Shape, TableInfo};

use crate::kind::{KindInfo, PresetInfo};

/// A key of a table, with what holds where nothing is written.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) key: &'static Key,
    /// What holds if nothing is written; none if something must be, or if it is not used.
    pub(crate) default: Option<Node>,
    pub(crate) need: Need,
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
    Field { key, default, need }
}

/// The numbers of a library.
pub(crate) fn own_fields(preset: &PresetInfo) -> Vec<Field> {
    preset.keys.iter().map(|key| field(key, &preset.info)).collect()
}

/// A key of a form, which stands for itself.
pub(crate) fn plain_field(key: &'static Key) -> Field {
    let default = key.default();
    let need = if default.is_some() { Need::None } else { Need::Required };
    Field { key, default, need }
}

/// A section of a file, which may be left out or not.
pub(crate) fn section_field(key: &'static Key) -> Field {
    Field { key, default: None, need: Need::None }
}

/// Whether a form has a key of this name.
pub(crate) fn has(form: &Form, key: &Key) -> bool {
    form.keys.iter().any(|other| other.name() == key.name())
}

/// What a shape is without the ways to leave it out, lists and maps around it: all tables and
/// sums that a value can contain at once.
pub(crate) fn types_in(shape: &Shape) -> Vec<Shape> {
    match shape {
        Shape::Optional(inner, _) => types_in(inner),
        Shape::Either(all) => all.iter().flat_map(types_in).collect(),
        Shape::List(of) | Shape::Map(of) => types_in(&of()),
        Shape::Table(_) | Shape::Sum(_) => vec![shape.clone()],
        _ => Vec::new(),
    }
}

/// The unique path of a table or a sum.
pub(crate) fn path_of(shape: &Shape) -> Option<&'static str> {
    match shape {
        Shape::Table(table) => Some(table.path),
        Shape::Sum(sum) => Some(sum.path),
        _ => None,
    }
}

/// The keys directly below a table or a sum.
pub(crate) fn keys_in(shape: &Shape) -> Vec<&'static Key> {
    match shape {
        Shape::Table(table) => table.all_keys(),
        Shape::Sum(sum) => (sum.variants)().into_iter().flat_map(|form| form.keys).collect(),
        _ => Vec::new(),
    }
}

/// What a kind of layer does, in Markdown.
pub(crate) fn doc_of(kind: &KindInfo) -> String {
    kind.table().map(|table| clean(&table.doc())).unwrap_or_default()
}

/// The keys of a kind of layer.
pub(crate) fn fields_of(kind: &KindInfo) -> Vec<Field> {
    kind.table().as_ref().map(fields).unwrap_or_default()
}
