//! Recoveries and humans: what they hit and whom they name, looked up.

use std::ops::Range;

use patterns::Time;
use patterns::settings::{Code, Node, Reader, Setting, Value};
use sim::System;
use sim::model::recovery;
use sim::model::system::Fault;

use super::looking::Looking;
use crate::codes::FileCode;
use crate::diagnostic::Diagnostic;
use crate::format::{BY_HAND, FileNames, Human, Recovery, condition_of, section_of};
use crate::scenario_file::ScenarioFile;

/// A recovery, and where it is written.
pub(super) struct RecoveryPart {
    at: Range<usize>,
    /// What it says, if all of it can be read.
    read: Option<Recovery>,
}

impl RecoveryPart {
    /// Whether all of it can be read.
    pub(super) fn is_readable(&self) -> bool {
        self.read.is_some()
    }
}

/// The recoveries, in the order of the file.
pub(super) fn read(
    file: &ScenarioFile,
    names: &mut FileNames,
    found: &mut Vec<Diagnostic>,
) -> Vec<RecoveryPart> {
    let key = section_of("recoveries");
    let Some(node) = file.root.get("recoveries") else { return Vec::new() };
    let Value::List(items) = &node.value else {
        found.push(Diagnostic::wrong_section(key, node, "a list of tables"));
        return Vec::new();
    };
    let one = |item: &Node| {
        let mut reader = Reader::new(names);
        let read = reader.within("recovery", |reader| {
            reader.expecting(key, |reader| Recovery::read(item, None, reader))
        });
        let read = read.filter(|_| reader.errors() == 0);
        found.extend(reader.finish().into_iter().map(Diagnostic::from));
        RecoveryPart { at: item.at.clone(), read }
    };
    items.iter().map(one).collect()
}

/// Reports names of humans and of other recoveries that are not there, whatever else is wrong.
pub(super) fn check_named(file: &ScenarioFile, found: &mut Vec<Diagnostic>) {
    let items = file.items("recoveries");
    let others: Vec<&str> = items.iter().filter_map(name_of).collect();
    let humans = file.root.get("humans").and_then(Node::entries);
    let mut humans: Option<Vec<&str>> =
        humans.map(|all| all.iter().map(|entry| entry.key.as_str()).collect());
    if humans.is_none() && file.root.get("humans").is_none() && !file.lacks_parts() {
        humans = Some(Vec::new());
    }
    if let Some(humans) = &mut humans {
        humans.sort_unstable();
    }
    for item in items {
        for (key, what, known) in
            [("human", "human", humans.as_ref()), ("then", "recovery", Some(&others))]
        {
            let Some((node, known)) = item.get(key).zip(known) else { continue };
            let named = node.text().filter(|name| *name != "none");
            if let Some(name) = named.filter(|name| !known.contains(name)) {
                let known = known.iter().copied();
                found.push(Diagnostic::unknown(node.at.clone(), what, name, known));
            }
        }
    }
}

/// What recoveries are, of a system that has all else.
pub(super) struct Resolved {
    pub(super) recoveries: Vec<recovery::Recovery>,
    /// What they do, behind the faults of the system.
    pub(super) faults: Vec<Fault>,
    /// Where they are written.
    pub(super) places: Vec<Range<usize>>,
}

/// The recoveries, as they are run. One that cannot be read is left out: then nothing is run.
pub(super) fn resolved(
    parts: &[RecoveryPart],
    (humans, faults): (&[String], &[String]),
    looking: &mut Looking<'_>,
) -> Resolved {
    let items = looking.file.items("recoveries");
    check_names(items, faults, looking.found);
    check_triggers(items, parts, looking.found);
    let readable =
        || parts.iter().zip(items).filter_map(|(part, item)| Some((part.read.as_ref()?, item)));
    let names: Vec<&String> = readable().map(|(read, _)| &read.name).collect();
    let (recoveries, places) = (Vec::new(), Vec::new());
    let mut resolved = Resolved { recoveries, faults: Vec::new(), places };
    for (read, item) in readable() {
        let human = read.human.as_ref();
        let by = human.and_then(|human| humans.iter().position(|name| *name == human.name));
        let then = read.then.as_ref();
        let then = then.and_then(|then| names.iter().position(|name| **name == then.name));
        let (hits, scope) = looking.hit(&read.as_fault(), item);
        let fault = faults.len() + resolved.faults.len();
        resolved.recoveries.push(read.resolved(fault, by, then));
        let effect = read.effect.clone().within(scope);
        let (name, schedule) = (read.name.clone(), read.schedule());
        resolved.faults.push(Fault { name, hits, effect, schedule });
        resolved.places.push(item.at.clone());
    }
    resolved
}

pub(super) fn name_of(item: &Node) -> Option<&str> {
    item.get("name").and_then(Node::text)
}

/// No name is given twice, nor is that of a fault.
fn check_names(items: &[Node], faults: &[String], found: &mut Vec<Diagnostic>) {
    for (index, item) in items.iter().enumerate() {
        let Some(name) = name_of(item) else { continue };
        let at = item.get("name").map_or(0..0, |node| node.at.clone());
        if items[..index].iter().any(|other| name_of(other) == Some(name)) {
            let message = format!("there is a recovery `{name}` already");
            found.push(Diagnostic::new(at, Code::Twice, message));
        } else if faults.iter().any(|fault| fault == name) {
            let message = format!("there is a fault `{name}` already");
            found.push(Diagnostic::new(at, Code::Twice, message));
        }
    }
}

/// Something triggers every recovery, and none hands over to itself in the end.
fn check_triggers(items: &[Node], parts: &[RecoveryPart], found: &mut Vec<Diagnostic>) {
    let then = |item: &Node| {
        let text = item.get("then").and_then(Node::text).filter(|text| *text != "none");
        text.map(str::to_owned)
    };
    for (item, part) in items.iter().zip(parts) {
        let Some(name) = name_of(item) else { continue };
        let is_named = items.iter().any(|other| then(other).as_deref() == Some(name));
        let is_at = item
            .get("at")
            .is_some_and(|at| !matches!(&at.value, Value::List(all) if all.is_empty()));
        if condition_of(item).is_none()
            && !is_at
            && !is_named
            && item.get("when").is_none_or(|node| node.text() == Some("none"))
        {
            let message = format!("nothing triggers the recovery `{name}`");
            let help = "give it `when` or `at`, or name it in `then` of another one; for what is \
                        done by `--pull` alone, for example: when = \"by-hand\"";
            found.push(Diagnostic::new(part.at.clone(), Code::Missing, message).help(help));
        }
        let is_by_hand = condition_of(item).is_some_and(|(text, _)| text == BY_HAND);
        if let (Some(node), true) =
            (item.get("then"), is_by_hand && !is_named && then(item).is_some())
        {
            let message =
                "what is done by hand alone is not looked at afterwards, so nothing takes over";
            found.push(Diagnostic::no_effect(node.at.clone(), message));
        }
        let mut here = then(item);
        for _ in 0..items.len() {
            let Some(next) = here else { break };
            if next == name {
                let at = item.get("then").map_or(0..0, |node| node.at.clone());
                let message = format!("`{name}` hands over to itself in the end");
                found.push(Diagnostic::new(at, FileCode::Circle, message));
                break;
            }
            here = items.iter().find(|other| name_of(other) == Some(&*next)).and_then(then);
        }
    }
}

/// Warns of humans whom no recovery names, and of what would be done after the end.
pub(super) fn warn(file: &ScenarioFile, system: &System, found: &mut Vec<Diagnostic>) {
    for (place, item) in places(file, system) {
        let is_late = |at: &Time| *at >= system.horizon;
        if let Some(node) = item.get("at")
            && system.recoveries[place].at.iter().any(is_late)
        {
            let message = "the run ends before this is done";
            let end = format!("the horizon is {}", system.horizon);
            found.push(Diagnostic::no_effect(node.at.clone(), message).help(end));
        }
    }
    let entries = file.root.get("humans").and_then(Node::entries).unwrap_or_default();
    for entry in entries {
        let is_named = |item: &Node| item.get("human").and_then(Node::text) == Some(&entry.key);
        if !file.items("recoveries").iter().any(is_named) {
            let message = format!("no recovery is done by `{}`", entry.key);
            let help = format!("`human = \"{}\"` in one of `recoveries`", entry.key);
            found.push(Diagnostic::no_effect(entry.key_at.clone(), message).help(help));
        }
    }
}

/// The humans of a system, and their names as they are written.
pub(super) fn humans(parts: &[(String, Option<Human>)]) -> Vec<recovery::Human> {
    parts.iter().filter_map(|(name, read)| Some(read.as_ref()?.resolved(name))).collect()
}

/// Which recoveries of a system are there, by the place of what is written.
pub(super) fn places<'f>(file: &'f ScenarioFile, system: &System) -> Vec<(usize, &'f Node)> {
    let place = |item: &'f Node| {
        let name = name_of(item)?;
        let place = system.recoveries.iter().position(|one| one.name == name)?;
        Some((place, item))
    };
    file.items("recoveries").iter().filter_map(place).collect()
}
