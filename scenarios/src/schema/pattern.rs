//! Regular expressions for texts, without their ends.

use patterns::settings::{Key, Shape, Variant};

/// A length of time: numbers, each with a unit.
pub(super) const DURATION: &str = r"((\d+\.?\d*|\.\d+)\s*(ns|us|µs|ms|s|min|m|h|d)\s*)+";

/// No time at all: numbers of zeros, each with a unit.
pub(super) const ZERO: &str = r"((0+\.?0*|\.0+)\s*(ns|us|µs|ms|s|min|m|h|d)\s*)+";

/// A percentage from 0 to 100.
pub(super) const PERCENT: &str = r"(100(\.0*)?|\d{1,2}(\.\d*)?|\.\d+)\s*%";

const NUMBER: &str = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?";

/// A whole text of this form, with space around it.
pub(super) fn whole(inner: &str) -> String {
    format!(r"^\s*{inner}\s*$")
}

/// A literal as it stands within a text, if it cannot be mistaken for a form.
fn literal(shape: &Shape) -> Option<String> {
    match shape {
        Shape::Duration => Some(DURATION.to_owned()),
        Shape::Share => Some(format!("({PERCENT}|{NUMBER})")),
        Shape::Number => Some(NUMBER.to_owned()),
        Shape::Integer => Some(r"\+?\d+".to_owned()),
        Shape::Optional(inner, _) => literal(inner),
        Shape::Form { .. } | Shape::Text | Shape::Name(_) => Some(r"[^()]+".to_owned()),
        _ => None,
    }
}

/// The number before ` x `, if the forms have one, and whether it must be there.
fn times(variants: &[Variant]) -> Option<(String, bool)> {
    let key: &Key = variants.iter().flat_map(|variant| &variant.keys).find(|key| key.is_times())?;
    let words = if key.has_unlimited() { "|unlimited|forever" } else { "" };
    Some((format!(r"(\+?\d+{words})\s* x \s*"), key.is_required()))
}

/// All texts with a name and parentheses, or with a number of times before them.
pub(super) fn forms(variants: &[Variant], literals: &[Shape]) -> String {
    let names: Vec<&str> = variants.iter().map(|variant| variant.name.as_str()).collect();
    let call = format!(r"({})\s*\(.*\)", names.join("|"));
    let Some((times, is_required)) = times(variants) else { return whole(&call) };
    let mut all = vec![call.clone()];
    all.extend(variants.iter().filter(|variant| is_word(variant)).map(|of| of.name.clone()));
    all.extend(literals.iter().filter_map(literal));
    let all = all.join("|");
    if is_required {
        whole(&format!("{times}({all})"))
    } else {
        whole(&format!("({call}|{times}({all}))"))
    }
}

/// Whether a form needs no arguments, so that its name alone is enough, perhaps after a number of
/// times.
pub(super) fn is_word(variant: &Variant) -> bool {
    variant.keys.iter().all(|key| !key.is_required() || key.is_times())
}
