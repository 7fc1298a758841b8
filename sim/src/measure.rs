//! What a record can be asked: every number has one name and one definition, here.

use std::error::Error;
use std::fmt;

use crate::model::system::{Caller, System};
use crate::observe::{AgentRecord, EdgeRecord, LayerRecord, Record, ServiceRecord};

use definitions::{AGENTS, Definition, EDGES, SERVICES};

mod definitions;
#[cfg(test)]
mod tests;
mod unit;

pub use unit::{Better, Unit};

/// One number of a record, such as `agents.worker.success`.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    path: String,
    /// Of which group of agents, service or edge.
    subject: String,
    what: What,
}

/// What is asked, and where in the record the answer is looked for first.
#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Agents(usize, &'static Definition<AgentRecord>),
    Service(usize, &'static Definition<ServiceRecord>),
    Edge(usize, &'static Definition<EdgeRecord>),
    Layers(usize, LayerWhat),
}

/// What is asked of the breakers of an edge.
#[derive(Clone, Copy, Debug, PartialEq)]
enum LayerWhat {
    Opens,
    OpenShare,
}

const LAYERS: [(&str, LayerWhat); 2] =
    [("opens", LayerWhat::Opens), ("open-share", LayerWhat::OpenShare)];

/// A path that measures nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownMeasure {
    /// The part of the path that is wrong.
    pub part: String,
    /// What kind of thing it should name.
    pub what: &'static str,
    /// What could stand there.
    pub known: Vec<String>,
}

impl fmt::Display for UnknownMeasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no {} `{}`", self.what, self.part)
    }
}

impl Error for UnknownMeasure {}

impl Measure {
    /// The measure of this path: `agents.NAME.success`, `services.NAME.queue`,
    /// `edges."FROM -> TO".attempts` (the quotes may be left out).
    pub fn parse(path: &str, system: &System) -> Result<Self, UnknownMeasure> {
        let unknown = |what: &'static str, part: &str, known: Vec<String>| UnknownMeasure {
            part: part.to_owned(),
            what,
            known,
        };
        let (kind, rest) = path.split_once('.').unwrap_or((path, ""));
        let names = match kind {
            "agents" => system.agents.iter().map(|agents| agents.name.clone()).collect(),
            "services" => system.services.iter().map(|service| service.name.clone()).collect(),
            "edges" => edge_names(system),
            _ => {
                let known = ["agents", "services", "edges"].map(str::to_owned).to_vec();
                return Err(unknown("kind of measure", kind, known));
            }
        };
        let bare = rest.replace(['"', '\''], "");
        let own = |name: &String| {
            bare.strip_prefix(name.as_str()).and_then(|rest| rest.strip_prefix('.'))
        };
        let found = names.iter().enumerate().find_map(|(index, name)| Some((index, own(name)?)));
        let Some((index, measure)) = found else {
            let name = bare.split('.').next().unwrap_or("");
            let what = match kind {
                "edges" => "edge",
                "agents" => "agent",
                _ => "service",
            };
            return Err(unknown(what, name, names));
        };
        let what = match kind {
            "agents" => find(AGENTS, measure).map(|found| What::Agents(index, found)),
            "services" => find(SERVICES, measure).map(|found| What::Service(index, found)),
            _ => find(EDGES, measure).map(|found| What::Edge(index, found)).or_else(|| {
                let layer = LAYERS.iter().find(|(name, _)| *name == measure);
                layer.map(|(_, what)| What::Layers(index, *what))
            }),
        };
        let known = || match kind {
            "agents" => AGENTS.iter().map(|d| d.name.to_owned()).collect(),
            "services" => SERVICES.iter().map(|d| d.name.to_owned()).collect(),
            _ => EDGES
                .iter()
                .map(|d| d.name)
                .chain(LAYERS.map(|(name, _)| name))
                .map(str::to_owned)
                .collect(),
        };
        let what = what.ok_or_else(|| unknown("measure", measure, known()))?;
        let subject = names[index].clone();
        Ok(Self { path: written(kind, &subject, measure), subject, what })
    }

    /// All measures of a system: the columns of its tables.
    pub fn all(system: &System) -> Vec<Self> {
        let mut all = Vec::new();
        let mut push = |kind: &str, subject: &str, name: &str, what: What| {
            let path = written(kind, subject, name);
            all.push(Self { path, subject: subject.to_owned(), what });
        };
        for (index, agents) in system.agents.iter().enumerate() {
            for definition in AGENTS {
                push("agents", &agents.name, definition.name, What::Agents(index, definition));
            }
        }
        for (index, service) in system.services.iter().enumerate() {
            for definition in SERVICES {
                push("services", &service.name, definition.name, What::Service(index, definition));
            }
        }
        for (index, edge) in edge_names(system).iter().enumerate() {
            for definition in EDGES {
                push("edges", edge, definition.name, What::Edge(index, definition));
            }
            for (name, what) in LAYERS {
                push("edges", edge, name, What::Layers(index, what));
            }
        }
        all
    }

    /// The number, in its unit; not a number where it is undefined: a share of nothing, or of a
    /// part that the system of this run does not have.
    pub fn of(&self, record: &Record) -> f64 {
        let time = record.ended.since(record.warmup).as_secs_f64();
        let Record { agents, services, edges, .. } = record;
        let is_edge = |edge: &EdgeRecord| {
            let to = self.subject.strip_prefix(&edge.from).and_then(|to| to.strip_prefix(" -> "));
            to == Some(&edge.to)
        };
        let value = match self.what {
            What::Agents(at, definition) => part(agents, at, |part| part.name == self.subject)
                .map(|agents| (definition.of)(agents, time)),
            What::Service(at, definition) => part(services, at, |part| part.name == self.subject)
                .map(|service| (definition.of)(service, time)),
            What::Edge(at, definition) => {
                part(edges, at, is_edge).map(|edge| (definition.of)(edge, time))
            }
            What::Layers(at, what) => {
                part(edges, at, is_edge).map(|edge| layers(record, edge, what, time))
            }
        };
        value.unwrap_or(f64::NAN)
    }

    /// Of what it is: the name of a group of agents, a service or an edge.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// What it is called within its subject, such as `latency.p95`.
    pub fn name(&self) -> &'static str {
        match self.what {
            What::Agents(_, definition) => definition.name,
            What::Service(_, definition) => definition.name,
            What::Edge(_, definition) => definition.name,
            What::Layers(_, what) => {
                let row = LAYERS.iter().find(|(_, known)| *known == what);
                row.expect("all are in the table").0
            }
        }
    }

    /// Its name: the path that [`Measure::parse`] reads.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What it is, in a sentence.
    pub fn definition(&self) -> &'static str {
        match self.what {
            What::Agents(_, definition) => definition.text,
            What::Service(_, definition) => definition.text,
            What::Edge(_, definition) => definition.text,
            What::Layers(_, LayerWhat::Opens) => "How often a breaker on this edge opened.",
            What::Layers(_, LayerWhat::OpenShare) => {
                "Share of time that a breaker on this edge was open, on average over breakers."
            }
        }
    }

    /// In what it counts.
    pub fn unit(&self) -> Unit {
        match self.what {
            What::Agents(_, definition) => definition.unit,
            What::Service(_, definition) => definition.unit,
            What::Edge(_, definition) => definition.unit,
            What::Layers(_, LayerWhat::Opens) => Unit::Count,
            What::Layers(_, LayerWhat::OpenShare) => Unit::Share,
        }
    }

    /// Which direction is good, where that is clear.
    pub fn better(&self) -> Option<Better> {
        match self.what {
            What::Agents(_, definition) => definition.better,
            What::Service(_, definition) => definition.better,
            What::Edge(_, definition) => definition.better,
            What::Layers(..) => None,
        }
    }
}

fn find<R>(definitions: &'static [Definition<R>], name: &str) -> Option<&'static Definition<R>> {
    definitions.iter().find(|definition| definition.name == name)
}

fn written(kind: &str, name: &str, measure: &str) -> String {
    if kind == "edges" {
        format!("edges.\"{name}\".{measure}")
    } else {
        format!("{kind}.{name}.{measure}")
    }
}

fn edge_names(system: &System) -> Vec<String> {
    let names = system.edges.iter().map(|edge| {
        let from = match edge.from {
            Caller::Agents(index) => &system.agents[index].name,
            Caller::Service(index) => &system.services[index].name,
        };
        format!("{from} -> {}", system.services[edge.to].name)
    });
    names.collect()
}

/// The part of a record that is meant: where it stood in the system the measure was made for, or
/// elsewhere, if a variant put parts before it.
fn part<R>(parts: &[R], at: usize, is_meant: impl Fn(&R) -> bool) -> Option<&R> {
    parts.get(at).filter(|part| is_meant(part)).or_else(|| parts.iter().find(|part| is_meant(part)))
}

/// Of the breakers that stand on an edge.
fn layers(record: &Record, edge: &EdgeRecord, what: LayerWhat, time: f64) -> f64 {
    let EdgeRecord { from, to, .. } = edge;
    let route = format!(" -> {to}: ");
    let stands_here = |name: &str| {
        name.split_once(&route).is_some_and(|(caller, _)| {
            caller == from || caller.rsplit_once('#').is_some_and(|(group, _)| group == from)
        })
    };
    let (mut count, mut opens, mut open) = (0_u32, 0, 0.0);
    let is_breaker = |layer: &&LayerRecord| {
        layer.kind == "breaker" || layer.states.iter().any(|state| state.state == "open")
    };
    let here = record.layers.iter().filter(|layer| stands_here(&layer.name));
    for layer in here.filter(is_breaker) {
        count += 1;
        for state in layer.states.iter().filter(|state| state.state == "open") {
            opens += state.entered;
            open += state.time.as_secs_f64();
        }
    }
    match what {
        LayerWhat::Opens => opens as f64,
        LayerWhat::OpenShare => open / time / f64::from(count),
    }
}
