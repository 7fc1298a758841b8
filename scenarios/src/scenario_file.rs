//! A scenario file as a table in which everything has a place, and paths into it.
//!
//! A path is a list of keys with dots between: `services.github.slots`. Keys with dots or spaces
//! are quoted: `edges."research -> github"`. In an array of tables with one key each, such as a
//! policy, the key names the element: `policies.guarded.breaker.failures`; a number does for every
//! array: `faults.0.at`.

use core::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Diagnostics};

/// A scenario file that was parsed, but not yet checked.
#[derive(Clone, Debug)]
pub struct ScenarioFile<'t> {
    pub(crate) name: String,
    pub(crate) text: &'t str,
    pub(crate) table: Spanned<DeTable<'t>>,
}

impl<'t> ScenarioFile<'t> {
    /// Parses the text of a file; `name` is for messages.
    pub fn parse(name: &str, text: &'t str) -> Result<Self, Diagnostics> {
        let (table, errors) = DeTable::parse_recoverable(text);
        let diagnostics = errors.iter().map(|error| {
            let span = error.span().unwrap_or(0..0);
            Diagnostic::new(span, format!("this is not TOML: {}", error.message()))
        });
        Diagnostics::check(name, text, diagnostics.collect())?;
        Ok(Self { name: name.to_owned(), text, table })
    }

    /// The value at a path.
    pub fn get(&self, path: &str) -> Option<&Spanned<DeValue<'t>>> {
        let mut keys = keys(path).ok()?.into_iter();
        let mut value = self.table.get_ref().get(keys.next()?.as_str())?;
        for key in keys {
            value = match value.get_ref() {
                DeValue::Table(table) => table.get(key.as_str())?,
                DeValue::Array(items) => &items[place(items, &key)?],
                _ => return None,
            };
            // An element that was chosen by its only key stands for what is under that key.
            if let Some(under) = under(value.get_ref(), &key) {
                value = under;
            }
        }
        Some(value)
    }

    /// Puts a value at a path. What is wrong with the path is a problem at `place`.
    pub(crate) fn set(
        &mut self,
        path: &str,
        place: &Range<usize>,
        value: Spanned<DeValue<'t>>,
    ) -> Result<(), Diagnostic> {
        let keys = keys(path).map_err(|message| Diagnostic::new(place.clone(), message))?;
        put(self.table.get_mut(), &keys, place, value)
            .map_err(|diagnostic| diagnostic.within(&format!("path `{path}`")))
    }

    /// Puts a value, written as TOML or as a bare word, at a path.
    pub fn set_text(&mut self, path: &str, text: &'t str) -> Result<(), Diagnostics> {
        let mut value = match DeValue::parse(text) {
            Ok(value) => value,
            Err(_) => Spanned::new(0..0, DeValue::String(text.into())),
        };
        // What is wrong with the value is shown where it goes, since it stands in no file.
        let place = self.get(path).map_or(0..0, Spanned::span);
        move_to(&mut value, &place);
        let set = self.set(path, &place, value);
        let diagnostics =
            set.err().map(|diagnostic| diagnostic.within("set")).into_iter().collect();
        Diagnostics::check(&self.name, self.text, diagnostics)
    }
}

/// The keys of a path.
fn keys(path: &str) -> Result<Vec<String>, String> {
    let mut keys = vec![String::new()];
    let mut quoted = false;
    for c in path.chars() {
        match c {
            '"' | '\'' => quoted = !quoted,
            '.' if !quoted => keys.push(String::new()),
            c => keys.last_mut().expect("there is always a last key").push(c),
        }
    }
    if quoted || keys.iter().any(String::is_empty) {
        return Err(format!("`{path}` is not a path: keys with dots between"));
    }
    Ok(keys)
}

/// The element of an array that a key names.
fn place(items: &[Spanned<DeValue<'_>>], key: &str) -> Option<usize> {
    let by_key = items.iter().position(|item| {
        item.get_ref().as_table().is_some_and(|table| table.len() == 1 && table.contains_key(key))
    });
    by_key.or_else(|| key.parse().ok().filter(|index| *index < items.len()))
}

/// What is under the only key of a table.
fn under<'a, 't>(value: &'a DeValue<'t>, key: &str) -> Option<&'a Spanned<DeValue<'t>>> {
    let table = value.as_table().filter(|table| table.len() == 1)?;
    // Tables that are reached by their own name would be stepped into twice otherwise.
    table.get(key)
}

fn put<'t>(
    table: &mut DeTable<'t>,
    keys: &[String],
    place: &Range<usize>,
    value: Spanned<DeValue<'t>>,
) -> Result<(), Diagnostic> {
    let (key, rest) = keys.split_first().expect("a path has a key");
    if rest.is_empty() {
        if let Some(old) = table.get_mut(key.as_str()) {
            *old = value;
        } else {
            table.insert(Spanned::new(place.clone(), key.clone().into()), value);
        }
        return Ok(());
    }
    if !table.contains_key(key.as_str()) {
        let known: Vec<String> =
            table.keys().map(|known| known.get_ref().clone().into_owned()).collect();
        return Err(Diagnostic::unknown(
            place.clone(),
            "key",
            key,
            known.iter().map(String::as_str),
        ));
    }
    let inner = table.get_mut(key.as_str()).expect("it is there");
    put_into(inner, key, rest, place, value)
}

fn put_into<'t>(
    into: &mut Spanned<DeValue<'t>>,
    key: &str,
    rest: &[String],
    place: &Range<usize>,
    value: Spanned<DeValue<'t>>,
) -> Result<(), Diagnostic> {
    match into.get_mut() {
        DeValue::Table(table) => put(table, rest, place, value),
        DeValue::Array(items) => {
            let (next, rest) = rest.split_first().expect("there is a key left");
            let Some(index) = self::place(items, next) else {
                let names: Vec<String> = items
                    .iter()
                    .filter_map(|item| item.get_ref().as_table()?.keys().next())
                    .map(|name| name.get_ref().clone().into_owned())
                    .collect();
                let names = names.iter().map(String::as_str);
                return Err(Diagnostic::unknown(place.clone(), "element", next, names));
            };
            let item = items.get_mut(index).expect("it was found there");
            if item.get_ref().as_table().is_some_and(|table| table.contains_key(next.as_str())) {
                let DeValue::Table(table) = item.get_mut() else {
                    unreachable!("it was a table just now")
                };
                let mut keys = vec![next.clone()];
                keys.extend_from_slice(rest);
                return put(table, &keys, place, value);
            }
            if rest.is_empty() {
                *item = value;
                return Ok(());
            }
            put_into(item, next, rest, place, value)
        }
        // A layer that a variant leaves out has no settings; an axis over them says nothing there.
        DeValue::String(text) if text == "off" => Ok(()),
        other => {
            let kind = other.type_str();
            Err(Diagnostic::new(place.clone(), format!("`{key}` is a {kind}: nothing is below it")))
        }
    }
}

/// Moves a value and all in it to one place of another text.
fn move_to(value: &mut Spanned<DeValue<'_>>, place: &Range<usize>) {
    match value.get_mut() {
        DeValue::Array(items) => items.iter_mut().for_each(|item| move_to(item, place)),
        DeValue::Table(table) => {
            let old = core::mem::take(table);
            for (key, mut inner) in old {
                move_to(&mut inner, place);
                table.insert(Spanned::new(place.clone(), key.into_inner()), inner);
            }
        }
        _ => {}
    }
    let inner = core::mem::replace(value.get_mut(), DeValue::Boolean(false));
    *value = Spanned::new(place.clone(), inner);
}
