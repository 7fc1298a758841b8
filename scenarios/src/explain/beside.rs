//! Topics that are found without the section that they belong to: kinds of faults, what keeps
//! processes alive, and keys of parts.

use patterns::settings::{Form, Shape};

use super::below::{Topic, below, key_or_below};
use crate::describe::{own_fields, plain_field, tagged, types_in};
use crate::kind::{Described, KindInfo, PresetInfo};

/// Everything that can be like a library, with those that it can be like.
pub(super) fn with_presets(described: &Described) -> impl Iterator<Item = &KindInfo> {
    described.layers.iter().chain(&described.processes)
}

/// The presets of layers and of what keeps processes alive.
pub(super) fn presets(described: &Described) -> impl Iterator<Item = &PresetInfo> {
    with_presets(described).flat_map(|kind| &kind.presets)
}

/// What keeps processes alive, if the path of a key of agents leads there: `supervise.within`,
/// `NAME.supervise.within`.
pub(super) fn process_at<'d>(
    keys: &[String],
    described: &'d Described,
) -> Option<(&'d KindInfo, usize)> {
    let named = |key: &String| described.processes.iter().find(|kind| kind.name == key);
    keys.iter().take(2).enumerate().find_map(|(place, key)| Some((named(key)?, place)))
}

/// A number of a library of what keeps processes alive.
pub(super) fn own_number<'d>(keys: &[String], described: &'d Described) -> Option<Topic<'d>> {
    let (kind, place) = process_at(keys, described)?;
    let [key] = &keys[place + 1..] else { return None };
    let mut own = kind
        .presets
        .iter()
        .flat_map(|preset| own_fields(preset).into_iter().map(|field| (preset.library, field)));
    let (library, field) = own.find(|(_, field)| field.key.is_named(key))?;
    Some(Topic::Key(Box::new(field), Some(library)))
}

/// The kinds of faults.
pub(super) fn faults(described: &Described) -> Vec<Form> {
    let shape = described.parts.iter().find(|(name, _)| *name == "faults");
    let Some((_, Shape::Table(table))) = shape else { return Vec::new() };
    let choices = table.group_info().choices;
    tagged(&choices).filter(|(by, _)| by.is_named("do")).map(|(_, form)| form.clone()).collect()
}

/// What a path without its section leads to, and the whole path: a kind of fault and its keys, a
/// table of some part, or what is in one.
pub(super) fn find<'d>(keys: &[String], described: &'d Described) -> Option<(Topic<'d>, String)> {
    let (first, rest) = keys.split_first()?;
    if let Some(form) = faults(described).into_iter().find(|form| form.name == *first) {
        let Some((key, below)) = rest.split_first() else {
            return Some((Topic::Fault(form), first.clone()));
        };
        let key = form.keys.iter().find(|one| one.is_named(key))?;
        return Some((key_or_below(plain_field(key), below)?, keys.join(".")));
    }
    described.parts.iter().find_map(|(part, shape)| {
        let found = below(shape, keys);
        let found = found.or_else(|| own_number(keys, described).filter(|_| *part == "agents"))?;
        let is_table =
            |shape: &Shape| types_in(shape).iter().any(|one| matches!(one, Shape::Table(_)));
        let is_meant = match &found {
            Topic::Key(field, _) => !rest.is_empty() || is_table(&field.key.shape()),
            _ => !rest.is_empty(),
        };
        is_meant.then(|| (found, format!("{part}.{}", keys.join("."))))
    })
}
