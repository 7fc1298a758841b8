//! The parts of a scenario, each read by itself, and the system that they make together.

use std::collections::BTreeSet;
use std::ops::Range;

use patterns::settings::{Code, Group, Mistake, Node, Reader, Setting, Value};
use sim::System;
use sim::model::system::Policy;

use super::edges::{Written, add_edges};
use super::looking::Looking;
use super::part::{FaultPart, Part};
use super::policies::{self, Rooms};
use super::recoveries::{self, RecoveryPart};
use super::unsure::Unsure;
use super::{budgets, circles, edges, faults, lives, records, room, unsure};
use crate::diagnostic::{Diagnostic, mistakes};
use crate::format::{
    Agents, Budget, Fault, FileNames, Head, Human, Service, fault_names, section_of,
};
use crate::profiles;
use crate::registry::LayerRegistry;
use crate::scenario_file::ScenarioFile;

/// The parts of a scenario. What could not be read is none, but its name is known.
pub(super) struct Parts {
    names: FileNames,
    agents: Vec<Part<Agents>>,
    services: Vec<Part<Service>>,
    budgets: Vec<Part<Budget>>,
    policies: Vec<Policy>,
    rooms: Rooms,
    edges: Vec<Written>,
    /// Whether something is wrong with policies or edges.
    are_policies_wrong: bool,
    faults: Vec<FaultPart>,
    recoveries: Vec<RecoveryPart>,
    humans: Vec<(String, Option<Human>)>,
}

impl Parts {
    pub(super) fn read(
        file: &ScenarioFile,
        registry: &LayerRegistry,
        mut names: FileNames,
        found: &mut Vec<Diagnostic>,
    ) -> Self {
        let agents = named(file, "agents", unsure::agents, &mut names, found);
        let services = named(file, "services", unsure::service, &mut names, found);
        let budgets = named(file, "budgets", unsure::budget, &mut names, found);
        let before = mistakes(found);
        let (policies, rooms) = policies::read(file, registry, &names, found);
        let edges = edges::read(file, &names, &policies, found);
        let are_policies_wrong = mistakes(found) > before;
        let faults = faults_of(file, &mut names, found);
        let recoveries = recoveries::read(file, &mut names, found);
        let humans = named::<Option<Human>>(file, "humans", |_, _| (None, true), &mut names, found);
        let humans = humans.into_iter().map(|part| (part.name, part.read)).collect();
        Self {
            names,
            agents,
            services,
            budgets,
            policies,
            rooms,
            edges,
            are_policies_wrong,
            faults,
            recoveries,
            humans,
        }
    }

    /// What is not known, since it cannot be read.
    pub(super) fn unsure(&self) -> Unsure {
        let mut agents = self.agents.iter().map(|part| part.are_calls_known);
        let mut services = self.services.iter().map(|part| part.are_calls_known);
        let mut budgets = self.budgets.iter().map(|part| part.are_calls_known);
        let are_known = agents.all(|is_known| is_known) && services.all(|is_known| is_known);
        let are_known = are_known && budgets.all(|is_known| is_known);
        Unsure {
            calls: self.are_policies_wrong || !are_known,
            recoveries: !self.recoveries.iter().all(RecoveryPart::is_readable)
                || self.humans.iter().any(|(_, read)| read.is_none()),
            fault_names: self.faults.iter().any(|part| part.read.is_none() && part.name.is_none()),
            ..Unsure::default()
        }
    }

    /// The system that the parts make, and about how many bytes a run of it takes. Something stands
    /// in for parts that cannot be read.
    pub(super) fn resolved(
        self,
        file: &ScenarioFile,
        unsure: Unsure,
        found: &mut Vec<Diagnostic>,
    ) -> (System, u64) {
        if self.names.agents.is_empty() && !unsure.parts {
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
        let agents = self.agents.iter().map(|part| part.read.resolved(&part.name));
        let services = self.services.iter().map(|part| part.read.resolved(&part.name));
        let names = self.fault_names(found);
        let mut system = System {
            agents: agents.collect(),
            services: services.collect(),
            policies: self.policies,
            ..System::default()
        };
        // Where calls are not known, a call that is not made may be one that is.
        let mut of_calls = Vec::new();
        add_edges(&mut system, &self.edges, &mut of_calls);
        system.budgets = budgets::resolved(&self.budgets, &self.names, &system, &mut of_calls);
        let mut looking = Looking {
            file,
            names: &self.names,
            system: &system,
            are_layers_known: !self.are_policies_wrong,
            found: &mut of_calls,
        };
        let faults = faults::resolved(&self.faults, &names, &mut looking);
        let humans: Vec<String> = self.humans.iter().map(|(name, _)| name.clone()).collect();
        let resolved = recoveries::resolved(&self.recoveries, (&humans, &names), &mut looking);
        system.faults = faults;
        system.faults.extend(resolved.faults);
        let places = self.faults.iter().map(|part| part.at.clone()).chain(resolved.places);
        faults::check_scopes(system.faults.iter().zip(places), &mut of_calls);
        system.recoveries = resolved.recoveries;
        system.humans = recoveries::humans(&self.humans);
        // What a fault names is there or not, whoever calls whom.
        let is_sure = |one: &Diagnostic| {
            [Code::UnknownName, Code::OutOfRange].iter().any(|code| code.name() == one.code())
        };
        if !unsure.parts {
            found.extend(of_calls.into_iter().filter(|one| !unsure.calls || is_sure(one)));
        }
        let places: Vec<Range<usize>> = self.services.iter().map(|part| part.at.clone()).collect();
        records::check(file, &system, found);
        circles::check(&system, &places, found);
        let agents = self.agents.iter().map(|part| part.at.clone());
        let places = agents.chain(places).collect::<Vec<_>>();
        lives::check_circles(&system, &places, found);
        lives::check_timers(&system, &places, found);
        let room = room::check(&system, &self.rooms, &places, found);
        (system, room)
    }

    /// The names of the faults, none of which is given twice.
    fn fault_names(&self, found: &mut Vec<Diagnostic>) -> Vec<String> {
        let mut taken = BTreeSet::new();
        for (part, name) in self.faults.iter().filter_map(|part| Some((part, part.name.as_ref()?)))
        {
            if !taken.insert(name) {
                let message = format!("there is a fault `{name}` already");
                found.push(Diagnostic::new(part.at.clone(), Code::Twice, message));
            }
        }
        let faults: Vec<_> = self.faults.iter().map(|part| part.read.as_ref()).collect();
        let all = fault_names(&faults, &self.names).into_iter().zip(&self.faults);
        all.map(|(name, part)| part.name.clone().unwrap_or(name)).collect()
    }
}

/// The tables of a section, by name. `standing_in` stands in for one that cannot be read.
fn named<T: Setting>(
    file: &ScenarioFile,
    section: &str,
    standing_in: fn(&Node, &mut FileNames) -> (T, bool),
    names: &mut FileNames,
    found: &mut Vec<Diagnostic>,
) -> Vec<Part<T>> {
    let key = section_of(section);
    let Some(node) = file.root.get(section) else { return Vec::new() };
    let Some(entries) = node.entries() else {
        found.push(Diagnostic::wrong_section(key, node, "a table"));
        return Vec::new();
    };
    let parts = entries.iter().map(|entry| {
        // What is missing in a table is reported at its header.
        let inner = match &entry.node.value {
            Value::Table(_) => Node { at: entry.key_at.clone(), value: entry.node.value.clone() },
            _ => entry.node.clone(),
        };
        let (inner, is_unknown) = profiles::without_like(section, inner);
        let mut reader = Reader::new(names);
        let read = reader.within(&entry.key, |reader| {
            reader.expecting(key, |reader| T::read(&inner, None, reader))
        });
        let read = read.filter(|_| reader.errors() == 0 && !is_unknown);
        // What is missing may be in the profile that is meant.
        let is_sure = |mistake: &Mistake| !is_unknown || mistake.code != Code::Missing;
        found.extend(reader.finish().into_iter().filter(is_sure).map(of_the_top));
        let read = read.map(|read| (read, true));
        let (read, are_calls_known) = read.unwrap_or_else(|| standing_in(&entry.node, names));
        Part { name: entry.key.clone(), at: entry.key_at.clone(), read, are_calls_known }
    });
    let mut parts: Vec<Part<T>> = parts.collect();
    parts.sort_by(|a, b| a.name.cmp(&b.name));
    parts
}

/// A mistake in a table. Keys of the top that are written behind its header are taken for its own.
fn of_the_top(mut mistake: Mistake) -> Diagnostic {
    let mut top = Vec::new();
    Head::keys(&mut top);
    if let Some((name, _)) = mistake.unknown.as_ref().filter(|_| mistake.code == Code::UnknownKey)
        && top.iter().any(|key| key.is_named(name))
    {
        let help = format!("`{name}` stands at the top of the file, before the first table");
        mistake.help = Some(help);
    }
    Diagnostic::from(mistake)
}

/// The faults, in the order of the file.
fn faults_of(
    file: &ScenarioFile,
    names: &mut FileNames,
    found: &mut Vec<Diagnostic>,
) -> Vec<FaultPart> {
    let key = section_of("faults");
    let Some(node) = file.root.get("faults") else { return Vec::new() };
    let Value::List(items) = &node.value else {
        found.push(Diagnostic::wrong_section(key, node, "a list of tables"));
        return Vec::new();
    };
    let fault = |item: &Node| {
        let mut reader = Reader::new(names);
        let read = reader.within("fault", |reader| {
            reader.expecting(key, |reader| Fault::read(item, None, reader))
        });
        let right = read.clone().filter(|_| reader.errors() == 0);
        found.extend(reader.finish().into_iter().map(Diagnostic::from));
        let fault = right.unwrap_or_else(|| unsure::fault(item, found));
        let name = item.get("name").and_then(Node::text).filter(|name| *name != "none");
        FaultPart { name: name.map(str::to_owned), at: item.at.clone(), read, fault }
    };
    items.iter().map(fault).collect()
}
