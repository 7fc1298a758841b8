//! What a topic can be about, and what is at a path below a value.

use patterns::settings::{Form, Shape, Variant};

use super::measure::MeasureInfo;
use crate::codes::{CodeInfo, RuleInfo};
use crate::describe::{Field, fields, plain_field, types_in};
use crate::kind::KindInfo;
use crate::profiles::Profile;

/// What a topic is about.
pub(super) enum Topic<'d> {
    /// The whole file.
    Overview,
    Codes,
    Code(&'static CodeInfo),
    Rules,
    Rule(&'static RuleInfo),
    Layers,
    Like,
    Reliable,
    Library(&'static str),
    Profiles,
    Profile(&'static Profile),
    Measures(Vec<&'d MeasureInfo>),
    Windows,
    Kind(&'d KindInfo),
    /// A kind of fault.
    Fault(Form),
    /// A section or another part of a file.
    Part(Shape),
    /// A key; of a library, if it is one of its numbers.
    Key(Box<Field>, Option<&'static str>),
    /// A form of a value.
    Form(Variant),
}

pub(super) fn key_or_below<'d>(field: Field, rest: &[String]) -> Option<Topic<'d>> {
    if rest.is_empty() {
        return Some(Topic::Key(Box::new(field), None));
    }
    below(&field.key.shape(), rest)
}

/// What is at a path below a value.
pub(super) fn below<'d>(shape: &Shape, keys: &[String]) -> Option<Topic<'d>> {
    let (first, rest) = keys.split_first()?;
    let found = types_in(shape).iter().find_map(|inner| match inner {
        Shape::Table(table) => {
            let field = fields(table).into_iter().find(|field| field.key.is_named(first))?;
            key_or_below(field, rest)
        }
        Shape::Sum(sum) => in_forms(&(sum.variants)(), &(sum.literals)(), keys),
        _ => None,
    });
    // Names and numbers lead to the elements of tables and lists.
    found.or_else(|| if is_collection(shape) { below(shape, rest) } else { None })
}

fn is_collection(shape: &Shape) -> bool {
    match shape {
        Shape::Optional(inner, _) => is_collection(inner),
        Shape::Either(all) => all.iter().any(is_collection),
        Shape::List(_) | Shape::Map(_) => true,
        _ => false,
    }
}

fn in_forms<'d>(variants: &[Variant], literals: &[Shape], keys: &[String]) -> Option<Topic<'d>> {
    let (first, rest) = keys.split_first()?;
    let within = |variant: &Variant, keys: &[String]| {
        let (first, rest) = keys.split_first()?;
        let key = variant.keys.iter().find(|key| key.is_named(first))?;
        key_or_below(plain_field(key), rest)
    };
    if let Some(variant) = variants.iter().find(|variant| variant.name == *first) {
        return match rest {
            [] => Some(Topic::Form(variant.clone())),
            rest => within(variant, rest),
        };
    }
    let found = variants.iter().find_map(|variant| within(variant, keys));
    found.or_else(|| literals.iter().find_map(|literal| below(literal, keys)))
}
