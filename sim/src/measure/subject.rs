//! Of what a number is measured, and what can be measured of it.

use std::borrow::Cow;

use super::definitions::{
    ABORTS, AGENTS, Definition, EDGES, EPISODES, Info, REPLICAS, SERVICES, SYSTEM, WRITES,
};
use super::failures::{ATTEMPTS, TASKS};
use super::healing::{HUMANS, RECOVERIES};
use super::layer::OfLayers;
use super::processes::PROCESSES;
use super::sample::{Found, Pooling};
use super::spending::{
    BOUNDED, BUDGETS, CONTEXT, COSTS, EDGE_COSTS, FOUND_OUT, LOSSES, SYSTEM_COSTS, SYSTEM_WORTH,
    WORTH,
};
use super::unit::{Better, Unit};
use crate::model::system::{Caller, Edge, System};
use crate::observe::{
    AgentRecord, Asked, BudgetRecord, EdgeRecord, Episodes, HumanRecord, Parts, Record,
    RecoveryRecord, ServiceRecord,
};

/// A part of a system, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Agents(String),
    Service(String),
    Edge {
        from: String,
        to: String,
    },
    Budget(String),
    Recovery(String),
    Human(String),
    /// All of it.
    System,
}

/// What is measured of a part.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Formula {
    Agents(&'static Definition<AgentRecord>),
    Service(&'static Definition<ServiceRecord>),
    Edge(&'static Definition<EdgeRecord>),
    System(&'static Definition<Record>),
    Budget(&'static Definition<BudgetRecord>),
    Recovery(&'static Definition<RecoveryRecord>),
    Human(&'static Definition<HumanRecord>),
    /// Of a group of agents or of an edge.
    Episodes(&'static Definition<Episodes>),
    Layers(OfLayers),
}

/// What only some systems have that can be measured.
pub(super) struct Having {
    /// How many records each service has.
    records: Vec<u32>,
    /// Whether calls cost something.
    costs: bool,
}

impl Having {
    pub(super) fn of(system: &System) -> Self {
        Self { records: system.records(), costs: system.has_costs() }
    }
}

impl Subject {
    /// All parts of a system, each with its place among those of its kind: groups of agents,
    /// services, edges, budgets, recoveries, humans, and the whole.
    pub(super) fn all(system: &System) -> impl Iterator<Item = (usize, Self)> + '_ {
        let agents = system.agents.iter().map(|agents| Self::Agents(agents.name.clone()));
        let services = system.services.iter().map(|service| Self::Service(service.name.clone()));
        let edges = system.edges.iter().map(|edge| Self::of_edge(edge, system));
        let parts = agents.enumerate().chain(services.enumerate()).chain(edges.enumerate());
        let budgets = system.budgets.iter().map(|budget| Self::Budget(budget.name.clone()));
        let recoveries = system.recoveries.iter().map(|one| Self::Recovery(one.name.clone()));
        let humans = system.humans.iter().map(|one| Self::Human(one.name.clone()));
        let parts = parts
            .chain(budgets.enumerate())
            .chain(recoveries.enumerate())
            .chain(humans.enumerate());
        parts.chain([(0, Self::System)])
    }

    fn of_edge(edge: &Edge, system: &System) -> Self {
        let from = system.caller_name(edge.from).to_owned();
        Self::Edge { from, to: system.services[edge.to].name.clone() }
    }

    /// The first part of its path, which stands for its kind.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Agents(_) => "agents",
            Self::Service(_) => "services",
            Self::Edge { .. } => "edges",
            Self::Budget(_) => "budgets",
            Self::Recovery(_) => "recoveries",
            Self::Human(_) => "humans",
            Self::System => "system",
        }
    }

    /// What it is called.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Agents(name)
            | Self::Service(name)
            | Self::Budget(name)
            | Self::Recovery(name)
            | Self::Human(name) => name.clone(),
            Self::Edge { from, to } => format!("{from} -> {to}"),
            Self::System => String::new(),
        }
    }

    /// The path of a number of it.
    pub(super) fn path(&self, number: &str) -> String {
        match self {
            Self::Agents(name) => format!("agents.{name}.{number}"),
            Self::Service(name) => format!("services.{name}.{number}"),
            Self::Edge { from, to } => format!("edges.\"{from} -> {to}\".{number}"),
            Self::Budget(name) => format!("budgets.{name}.{number}"),
            Self::Recovery(name) | Self::Human(name) => format!("{}.{name}.{number}", self.kind()),
            Self::System => format!("system.{number}"),
        }
    }

    /// What can be measured of it, whatever stands around it.
    pub(super) fn formulas(&self) -> Vec<Formula> {
        match self {
            Self::Agents(_) => {
                let all = AGENTS.iter().chain(TASKS).map(Formula::Agents);
                all.chain(episodes()).collect()
            }
            Self::Service(_) => SERVICES.iter().map(Formula::Service).collect(),
            Self::Edge { .. } => {
                let all = EDGES.iter().chain(ATTEMPTS).map(Formula::Edge);
                all.chain(episodes()).collect()
            }
            Self::Budget(_) => Vec::new(),
            Self::Recovery(_) => RECOVERIES.iter().map(Formula::Recovery).collect(),
            Self::Human(_) => HUMANS.iter().map(Formula::Human).collect(),
            Self::System => SYSTEM.iter().map(Formula::System).collect(),
        }
    }

    /// What else can be measured of it where there is something to measure.
    pub(super) fn formulas_of_some(&self) -> Vec<Formula> {
        match self {
            Self::Agents(_) => {
                let all = [PROCESSES, COSTS, BOUNDED, CONTEXT, FOUND_OUT, WORTH, LOSSES];
                all.into_iter().flatten().map(Formula::Agents).collect()
            }
            Self::Service(_) => REPLICAS.iter().chain(WRITES).map(Formula::Service).collect(),
            Self::Edge { .. } => EDGE_COSTS.iter().map(Formula::Edge).collect(),
            Self::Budget(_) => BUDGETS.iter().map(Formula::Budget).collect(),
            Self::Recovery(_) | Self::Human(_) => Vec::new(),
            Self::System => {
                let all = [ABORTS, SYSTEM_COSTS, SYSTEM_WORTH];
                all.into_iter().flatten().map(Formula::System).collect()
            }
        }
    }

    /// Of these, what is measured of it in this system, in which it has this place.
    fn of_some_in(&self, place: usize, system: &System, having: &Having) -> Vec<Formula> {
        let has_costs = having.costs;
        let is_there = |formula: &Formula| match (self, formula) {
            (Self::Agents(_), Formula::Agents(one)) => {
                let agents = &system.agents[place];
                let mut budgets = system.budgets.iter();
                let has = |table: &[Definition<AgentRecord>]| table.contains(one);
                (has_costs && has(COSTS))
                    || (has(PROCESSES) && system.lives(place))
                    || (has(BOUNDED) && budgets.any(|budget| budget.groups.contains(&place)))
                    || (has(CONTEXT) && agents.context.is_some())
                    || (has(FOUND_OUT) && agents.finds_out.is_some())
                    || (agents.worth.is_some() && (has(WORTH) || has(LOSSES)))
            }
            (Self::Service(_), Formula::Service(one)) => {
                (REPLICAS.contains(one) && system.services[place].replicas.count > 1)
                    || (WRITES.contains(one) && 0 < having.records[place])
            }
            (Self::System, Formula::System(one)) => {
                (ABORTS.contains(one) && !system.aborts.is_empty())
                    || (SYSTEM_COSTS.contains(one) && has_costs)
                    || SYSTEM_WORTH.contains(one)
                        && system.agents.iter().any(|agents| agents.worth.is_some())
            }
            (Self::Edge { .. }, _) => has_costs,
            _ => true,
        };
        self.formulas_of_some().into_iter().filter(is_there).collect()
    }

    /// What can be measured of it in this system, in which it has this place: of edges, the layers
    /// of their policies as well, and of all what only some have.
    pub(super) fn formulas_in(
        &self,
        place: usize,
        system: &System,
        having: &Having,
    ) -> Vec<Formula> {
        let policy = match self {
            Self::Edge { .. } => system.edges[place].policy.map(|policy| &system.policies[policy]),
            _ => None,
        };
        let layers = policy.into_iter().flat_map(OfLayers::all).map(Formula::Layers);
        let some = self.of_some_in(place, system, having);
        self.formulas().into_iter().chain(some).chain(layers).collect()
    }

    /// Marks the parts of a record of this system that it looks at; the frozen time of agents is
    /// that of their edges.
    pub(super) fn mark(&self, system: &System, is_frozen: bool, asked: Asked, parts: &mut Parts) {
        match self {
            Self::Agents(name) => {
                let is_own = |edge: &Edge| match edge.from {
                    Caller::Agents(group) => system.agents[group].name == *name,
                    Caller::Service(_) => false,
                };
                let all = parts.agents.iter_mut().zip(&system.agents);
                all.filter(|(_, agents)| agents.name == *name).for_each(|(one, _)| one.add(asked));
                if is_frozen {
                    let all = parts.edges.iter_mut().zip(&system.edges);
                    all.filter(|(_, edge)| is_own(edge)).for_each(|(one, _)| one.add(asked));
                }
            }
            Self::Service(name) => {
                let all = parts.services.iter_mut().zip(&system.services);
                let own = all.filter(|(_, service)| service.name == *name);
                own.for_each(|(one, _)| one.add(asked));
            }
            Self::Edge { .. } => {
                let all = parts.edges.iter_mut().zip(&system.edges);
                let own = all.filter(|(_, edge)| Self::of_edge(edge, system) == *self);
                own.for_each(|(one, _)| one.add(asked));
            }
            // They are kept in all records.
            Self::Budget(_) | Self::Recovery(_) | Self::Human(_) => {}
            Self::System => {
                let all = parts.agents.iter_mut().chain(&mut parts.services);
                all.chain(&mut parts.edges).for_each(|one| one.add(asked));
                parts.layers = true;
            }
        }
    }

    /// The record of the edge that it is.
    fn edge<'a>(&self, place: usize, record: &'a Record) -> Option<&'a EdgeRecord> {
        let Self::Edge { from, to } = self else { return None };
        find(&record.edges, place, |edge| edge.from == *from && edge.to == *to)
    }
}

/// The one that is meant, which is looked for at its place first: a record may have thousands.
pub(super) fn find<T>(all: &[T], place: usize, mut is_meant: impl FnMut(&T) -> bool) -> Option<&T> {
    match all.get(place) {
        Some(one) if is_meant(one) => Some(one),
        _ => all.iter().find(|one| is_meant(one)),
    }
}

impl Formula {
    /// What is known of it beforehand.
    fn info(&self) -> Result<&'static Info, &OfLayers> {
        match self {
            Self::Agents(definition) => Ok(&definition.info),
            Self::Service(definition) => Ok(&definition.info),
            Self::Edge(definition) => Ok(&definition.info),
            Self::System(definition) => Ok(&definition.info),
            Self::Budget(definition) => Ok(&definition.info),
            Self::Recovery(definition) => Ok(&definition.info),
            Self::Human(definition) => Ok(&definition.info),
            Self::Episodes(definition) => Ok(&definition.info),
            Self::Layers(layers) => Err(layers),
        }
    }

    pub(super) fn name(&self) -> Cow<'static, str> {
        self.info().map_or_else(|layers| layers.name().into(), |info| info.name.into())
    }

    pub(super) fn text(&self) -> Cow<'static, str> {
        self.info().map_or_else(|layers| layers.text().into(), |info| info.text.into())
    }

    pub(super) fn unit(&self) -> Unit {
        self.info().map_or_else(OfLayers::unit, |info| info.unit)
    }

    pub(super) fn better(&self) -> Option<Better> {
        self.info().map_or_else(OfLayers::better, |info| info.better)
    }

    /// Whether it needs to know how times are distributed. Who waits at all is a share of times
    /// beyond zero; and the longest of a part of a run is that of the last bucket.
    pub(super) fn reads_times(&self) -> bool {
        let name = self.name();
        self.pooling().is_of_times() || name == "waits" || name.ends_with(".max")
    }

    pub(super) fn pooling(&self) -> Pooling {
        match self {
            Self::Agents(definition) => definition.pooling(),
            Self::Service(definition) => definition.pooling(),
            Self::Edge(definition) => definition.pooling(),
            Self::System(definition) => definition.pooling(),
            Self::Budget(definition) => definition.pooling(),
            Self::Recovery(definition) => definition.pooling(),
            Self::Human(definition) => definition.pooling(),
            Self::Episodes(definition) => definition.pooling(),
            Self::Layers(layers) => layers.pooling(),
        }
    }

    /// What a record says of a subject, most likely at this place; none if the record has no such
    /// subject.
    pub(super) fn find<'a>(
        &self,
        subject: &Subject,
        place: usize,
        record: &'a Record,
    ) -> Option<Found<'a>> {
        let measured = record.counted();
        // A run may be stopped in the instant in which measuring begins: nothing is a rate then.
        let time = if measured.is_zero() { f64::NAN } else { measured.as_secs_f64() };
        match (self, subject) {
            (Self::Agents(definition), Subject::Agents(name)) => {
                let agents = find(&record.agents, place, |agents| agents.name == *name)?;
                Some(definition.how.find(agents, time))
            }
            (Self::Service(definition), Subject::Service(name)) => {
                let service = find(&record.services, place, |service| service.name == *name)?;
                Some(definition.how.find(service, time))
            }
            (Self::Budget(definition), Subject::Budget(name)) => {
                let budget = find(&record.budgets, place, |budget| budget.name == *name)?;
                Some(definition.how.find(budget, time))
            }
            (Self::Recovery(definition), Subject::Recovery(name)) => {
                let recovery = find(&record.recoveries, place, |one| one.name == *name)?;
                Some(definition.how.find(recovery, time))
            }
            (Self::Human(definition), Subject::Human(name)) => {
                let human = find(&record.humans, place, |one| one.name == *name)?;
                Some(definition.how.find(human, time))
            }
            (Self::System(definition), _) => Some(definition.how.find(record, time)),
            (Self::Edge(definition), edge) => {
                Some(definition.how.find(edge.edge(place, record)?, time))
            }
            (Self::Episodes(definition), Subject::Agents(name)) => {
                let agents = find(&record.agents, place, |agents| agents.name == *name)?;
                Some(definition.how.find(&agents.episodes, time))
            }
            (Self::Episodes(definition), edge) => {
                Some(definition.how.find(&edge.edge(place, record)?.episodes, time))
            }
            (Self::Layers(layers), edge) => {
                let edge = edge.edge(place, record)?;
                layers.of(record, edge, measured.as_nanos().into()).map(Found::Sample)
            }
            _ => None,
        }
    }
}

fn episodes() -> impl Iterator<Item = Formula> {
    EPISODES.iter().map(Formula::Episodes)
}
