//! The parts of a scenario, each read by itself, and the system that they make together.

use std::collections::BTreeSet;
use std::ops::Range;

use patterns::settings::{Code, Node, Reader, Setting, Value};
use sim::System;
use sim::model::system::Policy;

use super::edges::{Written, add_edges};
use super::looking::Looking;
use super::part::Part;
use super::policies::{self, Rooms};
use super::second_look::Unreadable;
use super::{circles, edges, faults, records, room};
use crate::diagnostic::Diagnostic;
use crate::format::{Agents, Fault, FileNames, Service, fault_names};
use crate::registry::LayerRegistry;
use crate::scenario_file::ScenarioFile;

/// The parts of a scenario. What could not be read is none, but its name is known.
pub(super) struct Parts {
    names: FileNames,
    agents: Vec<Part<Agents>>,
    services: Vec<Part<Service>>,
    policies: Vec<Policy>,
    rooms: Rooms,
    edges: Vec<Written>,
    /// Whether something is wrong with policies or edges.
    are_policies_wrong: bool,
    faults: Vec<Part<Fault>>,
}

impl Parts {
    pub(super) fn read(
        file: &ScenarioFile,
        registry: &LayerRegistry,
        mut names: FileNames,
        found: &mut Vec<Diagnostic>,
    ) -> Self {
        let agents = named(file, "agents", &mut names, found);
        let services = named(file, "services", &mut names, found);
        let errors = |found: &[Diagnostic]| found.iter().filter(|one| !one.is_warning()).count();
        let before = errors(found);
        let (policies, rooms) = policies::read(file, registry, &names, found);
        let edges = edges::read(file, &names, &policies, found);
        let are_policies_wrong = errors(found) > before;
        let mut faults = Vec::new();
        match file.root.get("faults").map(|node| (node, &node.value)) {
            Some((_, Value::List(items))) => faults.extend(items.iter().map(|item| {
                let at = item.at.clone();
                part("fault", "", at, &mut names, found, |reader| Fault::read(item, None, reader))
            })),
            Some((node, _)) => {
                let _none: Part<Fault> =
                    part("faults", "", node.at.clone(), &mut names, found, |reader| {
                        reader.wrong_type(node, "a list of tables");
                        None
                    });
            }
            None => {}
        }
        Self { names, agents, services, policies, rooms, edges, are_policies_wrong, faults }
    }

    /// What cannot be read, or not all of it.
    pub(super) fn unreadable(&self) -> Unreadable {
        fn of<T>(parts: &[Part<T>]) -> impl Iterator<Item = (usize, &Part<T>)> {
            parts.iter().enumerate().filter(|(_, part)| !part.is_faultless)
        }
        Unreadable {
            head: false,
            agents: of(&self.agents).map(|(_, part)| part.name.clone()).collect(),
            services: of(&self.services).map(|(_, part)| part.name.clone()).collect(),
            policies: self.are_policies_wrong,
            faults: of(&self.faults).map(|(place, _)| place).collect(),
        }
    }

    /// The system that the parts make, if each could be read, and about how many bytes a run of it
    /// takes.
    pub(super) fn resolved(
        self,
        file: &ScenarioFile,
        found: &mut Vec<Diagnostic>,
    ) -> Option<(System, u64)> {
        if self.names.agents.is_empty() {
            let message = "there are no agents, so nothing would happen";
            let message = Diagnostic::new(0..0, Code::Missing, message);
            found.push(message.help("add a table `[agents.NAME]`"));
        }
        for part in &self.services {
            if self.names.agents.contains(&part.name) {
                let message = format!("`{}` is an agent already", part.name);
                found.push(Diagnostic::new(part.at.clone(), Code::Twice, message));
            }
        }
        let agents: Option<Vec<_>> =
            self.agents.iter().map(|part| resolved(part, Agents::resolved)).collect();
        let services: Option<Vec<_>> =
            self.services.iter().map(|part| resolved(part, Service::resolved)).collect();
        let names = self.fault_names(found);
        let mut system = System {
            agents: agents?,
            services: services?,
            policies: self.policies,
            ..System::default()
        };
        add_edges(&mut system, &self.edges, found);
        let looking = Looking { file, names: &self.names, system: &system, found };
        system.faults = faults::resolved(&self.faults, &names, looking)?;
        let places: Vec<Range<usize>> = self.services.iter().map(|part| part.at.clone()).collect();
        records::check(file, &system, found);
        circles::check(&system, &places, found);
        let agents = self.agents.iter().map(|part| part.at.clone());
        let places = agents.chain(places).collect::<Vec<_>>();
        let room = room::check(&system, &self.rooms, &places, found);
        Some((system, room))
    }

    /// The names of the faults, none of which is given twice.
    fn fault_names(&self, found: &mut Vec<Diagnostic>) -> Vec<String> {
        let given = |part: &Part<Fault>| part.read.as_ref().and_then(|fault| fault.name.clone());
        let mut taken = BTreeSet::new();
        for (part, name) in self.faults.iter().filter_map(|part| Some((part, given(part)?))) {
            if !taken.insert(name.clone()) {
                let message = format!("there is a fault `{name}` already");
                found.push(Diagnostic::new(part.at.clone(), Code::Twice, message));
            }
        }
        let faults: Vec<_> = self.faults.iter().map(|part| part.read.as_ref()).collect();
        fault_names(&faults, &self.names)
    }
}

fn resolved<T, R>(part: &Part<T>, resolve: fn(&T, &str) -> R) -> Option<R> {
    part.read.as_ref().map(|read| resolve(read, &part.name))
}

/// The tables of a section, by name.
fn named<T: Setting>(
    file: &ScenarioFile,
    section: &str,
    names: &mut FileNames,
    found: &mut Vec<Diagnostic>,
) -> Vec<Part<T>> {
    let Some(node) = file.root.get(section) else { return Vec::new() };
    let Some(entries) = node.entries() else {
        let _none: Part<T> = part(section, "", node.at.clone(), names, found, |reader| {
            reader.wrong_type(node, "a table");
            None
        });
        return Vec::new();
    };
    let parts = entries.iter().map(|entry| {
        // What is missing in a table is reported at its header.
        let inner = match &entry.node.value {
            Value::Table(_) => Node { at: entry.key_at.clone(), value: entry.node.value.clone() },
            _ => entry.node.clone(),
        };
        let (key, at) = (&entry.key, entry.key_at.clone());
        part(key, key, at, names, found, |reader| T::read(&inner, None, reader))
    });
    let mut parts: Vec<Part<T>> = parts.collect();
    parts.sort_by(|a, b| a.name.cmp(&b.name));
    parts
}

/// Reads a part; messages call it by the word `within`.
fn part<T>(
    within: &str,
    name: &str,
    at: Range<usize>,
    names: &mut FileNames,
    found: &mut Vec<Diagnostic>,
    read: impl FnOnce(&mut Reader<'_>) -> Option<T>,
) -> Part<T> {
    let mut reader = Reader::new(names);
    let read = reader.within(within, read);
    let mut mistakes = reader.finish().into_iter().map(Diagnostic::from).peekable();
    let is_faultless = mistakes.peek().is_none();
    found.extend(mistakes);
    Part { name: name.to_owned(), at, read, is_faultless }
}
