//! What can be written, in words.

use patterns::settings::{Key, NameKind, Range, Shape, SumInfo, Unit, Variant};

use super::field::{Field, Need};

/// What can be written for a key.
pub(crate) fn type_of(key: &Key) -> String {
    let words = shape_in_words(&key.shape(), key.is_share());
    let unlimited = quoted("unlimited");
    if !key.has_unlimited() || words.contains(&unlimited) {
        return words;
    }
    or(&[words, unlimited])
}

fn shape_in_words(shape: &Shape, is_share: bool) -> String {
    match shape {
        Shape::Bool => "true or false".to_owned(),
        Shape::Integer => "whole number".to_owned(),
        Shape::Number if is_share => "share".to_owned(),
        Shape::Number => "number".to_owned(),
        Shape::Share => "share".to_owned(),
        Shape::Duration => "length of time".to_owned(),
        Shape::Text => "text".to_owned(),
        Shape::Form { what, .. } => (*what).to_owned(),
        Shape::Name(NameKind::Service) => "name of a service".to_owned(),
        Shape::Name(NameKind::Caller) => "name of an agent or service".to_owned(),
        Shape::Name(NameKind::Agents) => "name of a group of agents".to_owned(),
        Shape::Optional(inner, words) => {
            let mut all = vec![shape_in_words(inner, is_share)];
            all.extend(words.iter().map(|word| quoted(word)));
            or(&all)
        }
        Shape::Either(all) => {
            or(&all.iter().map(|one| shape_in_words(one, is_share)).collect::<Vec<_>>())
        }
        Shape::List(of) => format!("list of {}", each(&of())),
        Shape::Map(of) => format!("table of {} by name", each(&of())),
        Shape::Table(_) => "table".to_owned(),
        Shape::Sum(sum) => sum_in_words(sum),
    }
}

/// What the items of a list are, where a choice of several things needs brackets.
fn each(shape: &Shape) -> String {
    let plural = match shape {
        Shape::Integer => "whole numbers",
        Shape::Number => "numbers",
        Shape::Share => "shares",
        Shape::Duration => "lengths of time",
        Shape::Text => "texts",
        Shape::Table(_) => "tables",
        _ => "",
    };
    if !plural.is_empty() {
        return plural.to_owned();
    }
    let words = shape_in_words(shape, false);
    if words.contains(" or ") { format!("({words})") } else { words }
}

/// How many words and forms are named where a type is.
const NAMED_MAX: usize = 6;

fn sum_in_words(sum: &SumInfo) -> String {
    let variants = (sum.variants)();
    let times = times_of(&variants);
    let literals = (sum.literals)();
    let literal = |one: &Shape| format!("{times}{}", shape_in_words(one, false));
    let mut all: Vec<String> = literals.iter().map(literal).collect();
    if all.len() + variants.len() > NAMED_MAX {
        let kind = if sum.is_choice() { "words" } else { "forms" };
        all.push(format!("one of {} {kind}", variants.len()));
        return or(&all);
    }
    for variant in variants {
        all.push(if variant.keys.is_empty() {
            quoted(&variant.name)
        } else {
            format!("`{times}{}(…)`", variant.name)
        });
    }
    or(&all)
}

/// What stands before forms that have a number of times.
fn times_of(variants: &[Variant]) -> &'static str {
    let has_times = variants.iter().flat_map(|variant| &variant.keys).any(|key| key.is_times());
    if has_times { "N x " } else { "" }
}

fn quoted(word: &str) -> String {
    format!("`\"{word}\"`")
}

fn or(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The literals of a sum, in words.
pub(crate) fn literals_of(sum: &SumInfo) -> Vec<String> {
    let times = times_of(&(sum.variants)());
    let literals = (sum.literals)();
    literals.iter().map(|shape| format!("{times}{}", shape_in_words(shape, false))).collect()
}

/// The range of a key; nothing if everything of its type is allowed.
pub(crate) fn range_of(key: &Key) -> Option<String> {
    let unit = unit_of(&key.shape()).filter(|_| key.range() != Range::ALL)?;
    Some(key.range().in_words(unit))
}

/// What the numbers of a range are; nothing if a shape has no range.
pub(crate) fn unit_of(shape: &Shape) -> Option<Unit> {
    match shape {
        Shape::Integer | Shape::Number | Shape::Share => Some(Unit::Plain),
        Shape::Duration => Some(Unit::Nanos),
        Shape::List(_) => Some(Unit::Items),
        Shape::Optional(inner, _) => unit_of(inner),
        Shape::Either(all) => all.iter().find_map(unit_of),
        _ => None,
    }
}

/// What holds for a key if nothing is written.
pub(crate) fn default_of(field: &Field) -> String {
    match (&field.default, field.need) {
        (Some(default), _) => format!("`{default}`"),
        (None, Need::OfForm) => "required by its form".to_owned(),
        (None, Need::Required) => "required".to_owned(),
        (None, Need::None) => "none".to_owned(),
    }
}

/// A form with its arguments: `exponential(base, factor=2.0)`, `N x constant(wait)`.
pub(crate) fn signature(variant: &Variant) -> String {
    let times = times_of(core::slice::from_ref(variant));
    let arguments: Vec<String> = variant
        .keys
        .iter()
        .take(variant.positional)
        .filter(|key| !key.is_times())
        .map(|key| match key.default() {
            _ if key.is_rest() => format!("{key}, …"),
            Some(default) => format!("{key}={}", bare(&default.to_string())),
            None => key.name(),
        })
        .collect();
    if arguments.is_empty() {
        return format!("{times}{}", variant.name);
    }
    format!("{times}{}({})", variant.name, arguments.join(", "))
}

/// The arguments of a form that have to be named: those beside the ones in its signature.
pub(crate) fn arguments(variant: &Variant) -> Vec<&'static Key> {
    variant.keys.iter().skip(variant.positional).copied().collect()
}

/// A value as it stands within a call.
pub(crate) fn bare(toml: &str) -> String {
    toml.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(toml).to_owned()
}
