//! What shapes contain: tables and sums, and the keys directly below them.

use patterns::settings::{Key, Shape};

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
