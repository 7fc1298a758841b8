//! Of what something was measured: a group of agents or a service, by its name in the system.

use std::fmt;

use sim::System;

/// A part of the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A group of agents, by name.
    Group(String),
    /// A service, by name.
    Service(String),
}

impl Part {
    /// What it is called.
    pub fn name(&self) -> &str {
        let (Self::Group(name) | Self::Service(name)) = self;
        name
    }

    /// The name of one of its measures.
    pub(super) fn measure(&self, name: &str) -> String {
        match self {
            Self::Group(group) => format!("agents.{group}.{name}"),
            Self::Service(service) => format!("services.{service}.{name}"),
        }
    }

    /// A group of agents or a service of this name.
    pub(super) fn find(name: &str, system: &System) -> Option<Self> {
        let is_group = groups(system).any(|one| one == name);
        let is_service = services(system).any(|one| one == name);
        match (is_group, is_service) {
            (true, _) => Some(Self::Group(name.to_owned())),
            (_, true) => Some(Self::Service(name.to_owned())),
            _ => None,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

pub(super) fn groups(system: &System) -> impl Iterator<Item = &str> {
    system.agents.iter().map(|agents| &*agents.name)
}

pub(super) fn services(system: &System) -> impl Iterator<Item = &str> {
    system.services.iter().map(|service| &*service.name)
}
