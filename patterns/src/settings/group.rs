//! Several settings in one table, and enums whose form follows from the keys that are written.

use super::fields::{Fields, read_value};
use super::node::{Entry, Node, Value, entry};
use super::range::Unit;
use super::reader::{Code, Reader};
use super::setting::Setting;
use super::shape::{Form, GroupInfo, Key};
use crate::invalid::{Findings, Invalid};

/// Settings that stand in one table. Made by [`settings!`](crate::settings!).
pub trait Group: Clone + 'static {
    /// Adds its keys, in order, to those that were found so far.
    fn keys(found: &mut Vec<&'static Key>);

    /// Reads what is written; `base` is what holds already.
    fn read_fields(
        fields: &mut Fields<'_>,
        base: Option<&Self>,
        reader: &mut Reader<'_>,
    ) -> Option<Self>;

    /// What an author would write.
    fn write_fields(&self, out: &mut Vec<Entry>);

    /// Notes everything that is wrong: values out of range, and what does not go together.
    fn check_fields(&self, found: &mut Findings);

    /// Adds what its keys alone do not say: which of them exclude each other, and the defaults of
    /// whole groups.
    fn describe(_found: &mut GroupInfo) {}
}

/// Adds a group that shares a table, and its default if it has one.
pub fn describe_group<T: Group>(info: &mut GroupInfo, default: Option<&T>) {
    let before = info.choices.len();
    T::describe(info);
    let Some(default) = default else { return };
    for choice in &mut info.choices[before..] {
        choice.has_default = true;
    }
    let mut entries = Vec::new();
    default.write_fields(&mut entries);
    info.defaults.retain(|old| entries.iter().all(|new| new.key != old.key));
    info.defaults.extend(entries);
}

/// The entries of a table; a value alone, kept in `alone`, stands for the most important key, if
/// there is one.
pub(super) fn entries_or_short<'n>(
    node: &'n Node,
    short: Option<&str>,
    alone: &'n mut Option<Entry>,
) -> Option<&'n [Entry]> {
    if let Value::Table(entries) = &node.value {
        return Some(entries);
    }
    let key = short?.to_owned();
    let entry = Entry { key, key_at: node.at.clone(), node: node.clone() };
    Some(core::slice::from_ref(alone.insert(entry)))
}

/// Reads a group that stands in a table of its own.
pub fn read_table<T: Group>(
    node: &Node,
    base: Option<&T>,
    short: Option<&str>,
    reader: &mut Reader<'_>,
) -> Option<T> {
    let mut keys = Vec::new();
    T::keys(&mut keys);
    let what = reader.subject();
    let mut alone = None;
    let Some(entries) = entries_or_short(node, short, &mut alone) else {
        reader.wrong_type(node, "a table");
        return None;
    };
    let mut fields = Fields::of_table(node.at.clone(), what, entries);
    let value = T::read_fields(&mut fields, base, reader);
    fields.finish(&keys, reader);
    value
}

/// The table that an author would write for a group.
pub fn write_table<T: Group>(value: &T) -> Node {
    let mut entries = Vec::new();
    value.write_fields(&mut entries);
    Node::unwritten(Value::Table(entries))
}

/// Fails with the first thing that is wrong with some settings.
///
/// # Errors
///
/// If anything is.
pub fn check<T: Group>(value: &T) -> Result<(), Invalid> {
    let mut found = Findings::default();
    value.check_fields(&mut found);
    found.into_result()
}

/// Notes a value outside the range of its key, and what is wrong within it.
pub fn check_field<T: Setting>(key: &'static Key, value: &T, found: &mut Findings) {
    if let Some((magnitude, unit)) = value.magnitude() {
        let is_unlimited = key.has_unlimited() && magnitude >= u32::MAX.into();
        if !key.range().contains(magnitude) && !is_unlimited {
            let shown = matches!(unit, Unit::Items).then(String::new);
            let shown = shown.is_none().then(|| {
                let node = value.write();
                node.text().map_or_else(|| node.to_string(), str::to_owned)
            });
            found.add(&key.name(), key.range().in_words(unit), shown);
        }
    }
    // A name as in files is made only for what is wrong.
    found.within(key.field_name(), |found| value.check(found));
}

/// Adds what an author would write for a field, unless that is the default.
pub fn write_field<T: Setting>(key: &'static Key, value: &T, out: &mut Vec<Entry>) {
    let node = key.written(value.write());
    if key.default().is_none_or(|default| default != node) {
        out.push(entry(&key.name(), node));
    }
}

/// Which form the written keys mean: that of `base` if they all belong to it, else the first one
/// that has them all and lacks none that it needs. Nothing if none does, and then the reader was
/// reported to, of what is wrong with each value as well, and the keys are taken.
pub fn choose(
    forms: &[Form],
    readers: &[KeyReader],
    base: Option<usize>,
    fields: &mut Fields<'_>,
    reader: &mut Reader<'_>,
) -> Option<usize> {
    let mut written: Vec<String> = Vec::new();
    for key in forms.iter().flat_map(|form| &form.keys) {
        let name = key.name();
        if fields.is_written(&name) && !written.contains(&name) {
            written.push(name);
        }
    }
    let fits = |form: &Form| written.iter().all(|name| form.has(name));
    let lacks = |form: &Form| {
        let needed = form.keys.iter().filter(|key| key.is_required());
        needed.filter(|key| !fields.is_written(&key.name())).count()
    };
    if let Some(base) = base.filter(|base| fits(&forms[*base])) {
        return Some(base);
    }
    let fitting = || (0..forms.len()).filter(|index| fits(&forms[*index]));
    if let Some(index) = fitting().find(|index| lacks(&forms[*index]) == 0) {
        return Some(index);
    }
    // What is missing is reported when the form is read.
    let nearest = fitting().min_by_key(|index| lacks(&forms[*index]));
    if let Some(index) = nearest.filter(|_| !written.is_empty()) {
        return Some(index);
    }
    if written.is_empty() {
        let names = alternatives(forms);
        let message = format!("one of these must be given: {}", names.join(", "));
        let needed = forms.iter().flat_map(|form| &form.keys).find(|key| key.is_required());
        let example = needed.and_then(|key| Some(format!("{key} = {}", key.example_text()?)));
        let help = example.map(|example| format!("for example: {example}"));
        reader.mistake(fields.at(), Code::Missing, message).help = help;
        return None;
    }
    // The first key that no form has together with those before it.
    for count in 2..=written.len() {
        let together = |form: &Form| written[..count].iter().all(|name| form.has(name));
        if !forms.iter().any(together) {
            let last = &written[count - 1];
            let others = written[..count - 1].iter().map(|name| format!("`{name}`"));
            let others = others.collect::<Vec<_>>().join(" and ");
            let message = format!("`{last}` cannot stand beside {others}");
            reader.mistake(&fields.place_of(last), Code::Conflict, message);
            break;
        }
    }
    for name in &written {
        if let Some(node) = fields.take_node(name) {
            read_alone(readers, name, node, reader);
        }
    }
    None
}

/// Reads the value of a key.
pub type ReadKey = fn(&'static Key, &Node, &mut Reader<'_>);

/// A key of some form, and how its value is read.
pub type KeyReader = (&'static Key, ReadKey);

/// Reads the value of a key for its mistakes, where it is not known which form is meant.
fn read_alone(readers: &[KeyReader], name: &str, node: &Node, reader: &mut Reader<'_>) {
    let having = readers.iter().filter(|(key, _)| key.name() == name);
    reader.unless_one_is_right(having, |(key, read), reader| {
        read(key, node, reader);
    });
}

/// Reads the value of a key, whatever stands beside it, for its mistakes.
pub fn read_key<T: Setting>(key: &'static Key, node: &Node, reader: &mut Reader<'_>) {
    let _value = reader.within(key.name(), |reader| read_value::<T>(key, node, None, reader));
}

/// What is needed for each form, without those that need all that another one does and more.
fn alternatives(forms: &[Form]) -> Vec<String> {
    let mut found: Vec<Vec<String>> = Vec::new();
    for form in forms {
        let quoted = |key: &&&'static Key| format!("`{}`", key.name());
        let needed: Vec<String> =
            form.keys.iter().filter(|key| key.is_required()).map(|key| quoted(&key)).collect();
        let selecting: Vec<String> =
            form.keys.iter().filter(|key| key.is_selecting()).map(|key| quoted(&key)).collect();
        if selecting.is_empty() {
            found.push(needed);
        } else {
            let with = |key: String| core::iter::once(key).chain(needed.iter().cloned()).collect();
            found.extend(selecting.into_iter().map(with));
        }
    }
    found.retain(|needed| !needed.is_empty());
    let is_more = |needed: &Vec<String>, index: usize| {
        let others = found.iter().enumerate().filter(|(other, _)| *other != index);
        others.into_iter().any(|(other, less)| {
            let is_within = less.iter().all(|key| needed.contains(key));
            is_within && (less.len() < needed.len() || other < index)
        })
    };
    let kept = found.iter().enumerate().filter(|(index, needed)| !is_more(needed, *index));
    kept.map(|(_, needed)| needed.join(" and ")).collect()
}
