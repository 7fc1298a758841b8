//! The names that the parts of a scenario have, and the numbers that they stand for.

use std::borrow::Cow;
use std::ops::Range;

use patterns::settings::{NameKind, Names, Node, Reader, Setting, Shape};
use sim::model::caller_numbers;
use sim::model::system::Caller;

use super::hits::{Hit, Target};
use crate::plain::is_invisible;

/// What is wrong with the name of a part, if anything is.
///
/// Names stand in paths, in the names of edges and in those of single agents (`research#2`), so
/// none may look like one of these.
pub(crate) fn is_name(name: &str) -> Result<(), Cow<'static, str>> {
    if name.is_empty() || name.trim() != name {
        return Err("must not be empty, and must not begin or end with a space".into());
    }
    if name.contains("->") {
        return Err("must not contain `->`, which stands between caller and service".into());
    }
    if name.contains(['"', '\'', '#']) {
        return Err("must not contain quotes or `#`".into());
    }
    is_seen(name).map_err(Cow::Owned)
}

/// What is wrong with a name of which something cannot be seen: it would look like another one.
pub(crate) fn is_seen(name: &str) -> Result<(), String> {
    match name.chars().find(|c| is_invisible(*c)) {
        Some(c) => Err(format!("must not contain U+{:04X}, which cannot be seen", u32::from(c))),
        None => Ok(()),
    }
}

/// The names of a file: a service is known by its place.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileNames {
    pub(crate) agents: Vec<String>,
    pub(crate) services: Vec<String>,
}

impl FileNames {
    /// The names of a file, in their order: so that their order in the file plays no part in a run.
    pub(crate) fn written(root: &Node) -> Self {
        let names = |section: &str| {
            let entries = root.get(section).and_then(Node::entries).unwrap_or_default();
            let mut names: Vec<String> = entries.iter().map(|entry| entry.key.clone()).collect();
            names.sort_unstable();
            names
        };
        Self { agents: names("agents"), services: names("services") }
    }

    fn known(&self, kind: NameKind) -> Vec<String> {
        match kind {
            NameKind::Service => self.services.clone(),
            NameKind::Caller => self.agents.iter().chain(&self.services).cloned().collect(),
            NameKind::Agents => self.agents.clone(),
        }
    }

    pub(crate) fn place(&self, kind: NameKind, name: &str) -> Result<u16, Vec<String>> {
        let known = self.known(kind);
        let found = known.iter().position(|known| known == name);
        found.and_then(|place| u16::try_from(place).ok()).ok_or(known)
    }

    /// A caller, by its number.
    pub(crate) fn caller(&self, number: u16) -> Caller {
        let place = self.caller_of(number);
        match place.checked_sub(self.agents.len()) {
            Some(service) => Caller::Service(service),
            None => Caller::Agents(place),
        }
    }

    /// Where a fault happens, as it is written.
    pub(crate) fn in_words(&self, hit: &Hit) -> String {
        let caller = |number: u16| {
            let mut callers = self.agents.iter().chain(&self.services);
            callers.nth(self.caller_of(number)).map_or("", String::as_str)
        };
        match &hit.target {
            Target::Service(service) => self.services[*service].clone(),
            Target::Replica { service, replica } => {
                format!("{}#{}", self.services[*service], replica + 1)
            }
            Target::Agents(group) => caller(*group).to_owned(),
            Target::Edge { caller: from, service } => {
                format!("{} -> {}", caller(*from), self.services[*service])
            }
            Target::Layer { policy, layer } => format!("{policy}.{}", layer.in_words()),
            Target::LayerOfEdge { caller: from, service, layer } => {
                let service = &self.services[*service];
                format!("{} -> {service}.{}", caller(*from), layer.in_words())
            }
        }
    }

    /// The place of a caller, by its number.
    fn caller_of(&self, number: u16) -> usize {
        let names = self.agents.iter().chain(&self.services).map(String::as_str);
        let place = caller_numbers(names).iter().position(|other| *other == number);
        place.expect("the number is one that was looked up here")
    }

    /// The number that settings know a part by.
    fn number(&self, kind: NameKind, name: &str) -> Result<u16, Vec<String>> {
        let place = self.place(kind, name)?;
        Ok(match kind {
            NameKind::Service | NameKind::Agents => place,
            NameKind::Caller => {
                let names = self.agents.iter().chain(&self.services);
                caller_numbers(names.map(String::as_str))[usize::from(place)]
            }
        })
    }
}

impl Names for FileNames {
    fn resolve(&mut self, kind: NameKind, name: &str) -> Result<u16, Vec<String>> {
        self.number(kind, name)
    }
}

/// The names that the layers of one policy may use: a service is known by its place among the
/// targets of the policy.
#[derive(Debug)]
pub(crate) struct PolicyNames<'a> {
    pub(crate) file: &'a FileNames,
    /// The services that the targets of the policy stand for.
    pub(crate) targets: &'a mut Vec<usize>,
}

impl Names for PolicyNames<'_> {
    fn resolve(&mut self, kind: NameKind, name: &str) -> Result<u16, Vec<String>> {
        let number = self.file.number(kind, name)?;
        if kind != NameKind::Service {
            return Ok(number);
        }
        let service = usize::from(number);
        let found = self.targets.iter().position(|target| *target == service);
        let target = found.unwrap_or_else(|| {
            self.targets.push(service);
            self.targets.len() - 1
        });
        Ok(target as u16)
    }
}

/// A service, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ServiceName(pub(crate) usize);

impl Setting for ServiceName {
    fn shape() -> Shape {
        Shape::Name(NameKind::Service)
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        reader.resolve(NameKind::Service, node).map(|place| Self(place.into()))
    }

    fn write(&self) -> Node {
        Node::word(format!("service-{}", self.0))
    }
}

/// The name of another part, and where that is written.
#[derive(Clone, Debug)]
pub(crate) struct FaultName {
    pub(crate) name: String,
    pub(crate) at: Range<usize>,
}

impl Setting for FaultName {
    fn shape() -> Shape {
        String::shape()
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let name = String::read(node, None, reader)?;
        Some(Self { name, at: node.at.clone() })
    }

    fn write(&self) -> Node {
        self.name.write()
    }
}
