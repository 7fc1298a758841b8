//! Reads a table into a type, and tells of every mistake, not of the first alone.
//!
//! Serde stops at the first mistake. So what is wrong is taken out of a copy and the rest is read
//! again, until nothing is wrong any more; a key that is then missing is not told of.

use core::ops::Range;

use serde::de::{DeserializeOwned, IntoDeserializer};
use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use crate::diagnostic::{Diagnostic, nearest};

/// Reads a value, as far as it can be read; what is wrong is added to `diagnostics`.
pub(crate) fn read<T: DeserializeOwned>(
    value: &Spanned<DeValue<'_>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<T> {
    let mut value = value.clone();
    let mut removed: Vec<Removed> = Vec::new();
    loop {
        let error = match T::deserialize(value.clone().into_deserializer()) {
            Ok(read) => return Some(read),
            Err(error) => error,
        };
        let span = error.span().unwrap_or_else(|| value.span());
        let missing = missing_key(&error);
        let follows = missing
            .as_ref()
            .is_some_and(|key| removed.iter().any(|gone| gone.from == span && gone.key == *key));
        if !follows {
            diagnostics.push(diagnostic(&error, span.clone()));
        }
        match remove(&mut value, &span, missing.is_some()) {
            Some(gone) => removed.push(gone),
            None => return None,
        }
    }
}

/// Something that was taken out.
struct Removed {
    /// The place of the table that it was in.
    from: Range<usize>,
    key: String,
}

fn missing_key(error: &Error) -> Option<String> {
    let rest = error.message().strip_prefix("missing field `")?;
    Some(rest.split('`').next()?.to_owned())
}

/// What serde says, in our words.
fn diagnostic(error: &Error, span: Range<usize>) -> Diagnostic {
    let message = error.message();
    if let Some(key) = missing_key(error) {
        return Diagnostic::new(span, format!("`{key}` is missing"));
    }
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let unknown = message.starts_with("unknown field") || message.starts_with("unknown variant");
    if let (true, Some((name, known))) = (unknown, names.split_first()) {
        let what = if message.starts_with("unknown field") { "key" } else { "choice" };
        let diagnostic = Diagnostic::new(span, format!("there is no {what} `{name}` here"));
        return match nearest(name, known) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help(format!("there is: {}", known.join(", "))),
        };
    }
    match message.split_once("; help: ") {
        Some((message, help)) => Diagnostic::new(span, message).help(help),
        None => Diagnostic::new(span, message),
    }
}

/// Takes out the entry whose key or value is at this place. With `whole`, the value at this place
/// is known to be a table that lacks something.
fn remove(value: &mut Spanned<DeValue<'_>>, span: &Range<usize>, whole: bool) -> Option<Removed> {
    let here = value.span();
    match value.get_mut() {
        DeValue::Table(table) => remove_from_table(table, &here, span, whole),
        DeValue::Array(items) => {
            if let Some(index) = items.iter().position(|item| item.span() == *span) {
                // A table deep inside may fill its element: the inner one is taken out if it can.
                if !whole
                    && let Some(removed) =
                        items.get_mut(index).and_then(|item| remove(item, span, whole))
                {
                    return Some(removed);
                }
                let rest = items.iter().enumerate().filter(|(other, _)| *other != index);
                *items = rest.map(|(_, item)| item.clone()).collect();
                return Some(Removed { from: here, key: index.to_string() });
            }
            items.iter_mut().find_map(|item| {
                covers(&item.span(), span).then(|| remove(item, span, whole)).flatten()
            })
        }
        _ => None,
    }
}

fn remove_from_table(
    table: &mut DeTable<'_>,
    here: &Range<usize>,
    span: &Range<usize>,
    whole: bool,
) -> Option<Removed> {
    let at = |key: &Spanned<_>, value: &Spanned<DeValue<'_>>| {
        (!whole && key.span() == *span) || value.span() == *span
    };
    let found = table.iter().find(|(key, value)| at(key, value));
    if let Some((key, _)) = found {
        let key = key.get_ref().clone().into_owned();
        table.remove(key.as_str());
        return Some(Removed { from: here.clone(), key });
    }
    // Tables under dotted headers do not cover the place of what is in them: look everywhere.
    table.iter_mut().find_map(|(_, value)| remove(value, span, whole))
}

fn covers(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}
