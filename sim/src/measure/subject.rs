//! Of what a number is measured, and what can be measured of it.

use super::definitions::{AGENTS, BREAKERS, Breakers, Definition, EDGES, Info, SERVICES};
use crate::model::system::{Caller, System};
use crate::observe::{AgentRecord, EdgeRecord, LayerRecord, Record, ServiceRecord};

/// A part of a system, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Agents(String),
    Service(String),
    Edge { from: String, to: String },
}

/// What is measured of a part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Formula {
    Agents(&'static Definition<AgentRecord>),
    Service(&'static Definition<ServiceRecord>),
    Edge(&'static Definition<EdgeRecord>),
    Breakers(&'static Definition<Breakers>),
}

impl Subject {
    /// All parts of a system: groups of agents, services, edges.
    pub(super) fn all(system: &System) -> impl Iterator<Item = Self> + '_ {
        let agents = system.agents.iter().map(|agents| Self::Agents(agents.name.clone()));
        let services = system.services.iter().map(|service| Self::Service(service.name.clone()));
        let edges = system.edges.iter().map(|edge| {
            let from = match edge.from {
                Caller::Agents(index) => &system.agents[index].name,
                Caller::Service(index) => &system.services[index].name,
            };
            Self::Edge { from: from.clone(), to: system.services[edge.to].name.clone() }
        });
        agents.chain(services).chain(edges)
    }

    /// The first part of its path, which stands for its kind.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Agents(_) => "agents",
            Self::Service(_) => "services",
            Self::Edge { .. } => "edges",
        }
    }

    /// What it is called.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Agents(name) | Self::Service(name) => name.clone(),
            Self::Edge { from, to } => format!("{from} -> {to}"),
        }
    }

    /// The path of a number of it.
    pub(super) fn path(&self, number: &str) -> String {
        match self {
            Self::Agents(name) => format!("agents.{name}.{number}"),
            Self::Service(name) => format!("services.{name}.{number}"),
            Self::Edge { from, to } => format!("edges.\"{from} -> {to}\".{number}"),
        }
    }

    /// What can be measured of it.
    pub(super) fn formulas(&self) -> Vec<Formula> {
        match self {
            Self::Agents(_) => AGENTS.iter().map(Formula::Agents).collect(),
            Self::Service(_) => SERVICES.iter().map(Formula::Service).collect(),
            Self::Edge { .. } => {
                let breakers = BREAKERS.iter().map(Formula::Breakers);
                EDGES.iter().map(Formula::Edge).chain(breakers).collect()
            }
        }
    }

    /// What is measured of it under this name.
    pub(super) fn formula(&self, number: &str) -> Option<Formula> {
        self.formulas().into_iter().find(|formula| formula.info().name == number)
    }

    /// The edge in a record that it is.
    fn edge<'a>(&self, record: &'a Record) -> Option<&'a EdgeRecord> {
        let Self::Edge { from, to } = self else { return None };
        record.edges.iter().find(|edge| edge.from == *from && edge.to == *to)
    }
}

impl Formula {
    pub(super) fn info(self) -> &'static Info {
        match self {
            Self::Agents(definition) => &definition.info,
            Self::Service(definition) => &definition.info,
            Self::Edge(definition) => &definition.info,
            Self::Breakers(definition) => &definition.info,
        }
    }

    /// The number of a subject in a record; none if the record has no such subject.
    pub(super) fn of(self, subject: &Subject, record: &Record) -> Option<f64> {
        let time = record.ended.since(record.warmup).as_secs_f64();
        match (self, subject) {
            (Self::Agents(definition), Subject::Agents(name)) => {
                let agents = record.agents.iter().find(|agents| agents.name == *name)?;
                Some((definition.of)(agents, time))
            }
            (Self::Service(definition), Subject::Service(name)) => {
                let service = record.services.iter().find(|service| service.name == *name)?;
                Some((definition.of)(service, time))
            }
            (Self::Edge(definition), edge) => Some((definition.of)(edge.edge(record)?, time)),
            (Self::Breakers(definition), edge) => {
                Some((definition.of)(&breakers(record, edge.edge(record)?), time))
            }
            (Self::Agents(_) | Self::Service(_), _) => None,
        }
    }
}

/// The breakers that stand on an edge.
fn breakers(record: &Record, edge: &EdgeRecord) -> Breakers {
    let EdgeRecord { from, to, .. } = edge;
    let arrow = format!(" -> {to}: ");
    let stands_here = |name: &str| {
        name.split_once(&arrow).is_some_and(|(caller, _)| {
            caller == from || caller.rsplit_once('#').is_some_and(|(group, _)| group == from)
        })
    };
    let is_breaker = |layer: &&LayerRecord| {
        layer.kind == "breaker" || layer.states.iter().any(|state| state.state == "open")
    };
    let mut breakers = Breakers::default();
    let here = record.layers.iter().filter(|layer| stands_here(&layer.name));
    for layer in here.filter(is_breaker) {
        breakers.count += 1;
        for state in layer.states.iter().filter(|state| state.state == "open") {
            breakers.opens += state.entered;
            breakers.open += state.time.as_secs_f64();
        }
    }
    breakers
}
