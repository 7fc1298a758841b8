//! What a record can be asked: every number has one name and one definition, here.

use std::error::Error;
use std::fmt;

use patterns::Class;

use super::{AgentRecord, EdgeRecord, Histogram, Record, ServiceRecord, Tally};
use crate::model::system::{Party, System};

/// One number of a record, such as `agents.worker.success`.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    path: String,
    what: What,
}

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

/// In what a measure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// From 0 to 1.
    Share,
    /// Seconds.
    Seconds,
    /// Seconds of agents, slots: several may pass at once.
    WorkSeconds,
    /// How many.
    Count,
    /// How many in an hour.
    PerHour,
    /// One number for each of another.
    Ratio,
}

impl Unit {
    /// What a column's name ends in.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Seconds | Self::WorkSeconds => "_s",
            Self::PerHour => "_per_h",
            Self::Share | Self::Count | Self::Ratio => "",
        }
    }
}

/// Which direction is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
}

/// How a number comes out of one part of a record, given the measured time in seconds.
#[derive(Debug)]
struct Definition<R: 'static> {
    name: &'static str,
    unit: Unit,
    better: Option<Better>,
    text: &'static str,
    of: fn(&R, f64) -> f64,
}

impl<R> PartialEq for Definition<R> {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

macro_rules! definitions {
    ($($name:literal $unit:ident $better:expr, $text:literal, $of:expr;)+) => {
        &[$(Definition { name: $name, unit: Unit::$unit, better: $better, text: $text, of: $of }),+]
    };
}

const HIGHER: Option<Better> = Some(Better::Higher);
const LOWER: Option<Better> = Some(Better::Lower);

const AGENTS: &[Definition<AgentRecord>] = definitions! {
    "success" Share HIGHER, "Tasks that ended good or degraded, of all that ended. Tasks still \
        open at the end are left out.", |r, _| share(r.tasks.good() + r.tasks.degraded(), &r.tasks);
    "complete" Share HIGHER, "Tasks that ended good, of all that ended.",
        |r, _| share(r.tasks.good(), &r.tasks);
    "degraded" Share LOWER, "Tasks that ended with a stand-in for an answer, of all that ended.",
        |r, _| share(r.tasks.degraded(), &r.tasks);
    "failed" Share LOWER, "Tasks that failed, of all that ended.",
        |r, _| share(r.tasks.failed(), &r.tasks);
    "goodput" PerHour HIGHER, "Tasks that ended good or degraded, per hour.",
        |r, time| (r.tasks.good() + r.tasks.degraded()) as f64 / time * 3600.0;
    "output" PerHour HIGHER, "Tasks done per hour, a degraded one counted as half of one.",
        |r, time| (r.tasks.good() as f64 + 0.5 * r.tasks.degraded() as f64) / time * 3600.0;
    "frozen" WorkSeconds LOWER, "Frozen agent-seconds: time in which tasks waited for calls that \
        failed in the end, added up over agents.", |r, _| r.frozen as f64 / 1e9;
    "tasks" Count None, "Tasks begun.", |r, _| r.tasks.issued as f64;
    "open" Count LOWER, "Tasks that had not ended when the run did.", |r, _| r.tasks.open() as f64;
    "latency.mean" Seconds LOWER, "Mean time from the arrival of a task to its end.",
        |r, _| r.latency().mean_secs();
    "latency.p50" Seconds LOWER, "Median of that time.", |r, _| quantile(&r.latency(), 0.5);
    "latency.p95" Seconds LOWER, "95th percentile of that time.",
        |r, _| quantile(&r.latency(), 0.95);
    "latency.p99" Seconds LOWER, "99th percentile of that time.",
        |r, _| quantile(&r.latency(), 0.99);
    "latency.max" Seconds LOWER, "The longest such time.", |r, _| quantile(&r.latency(), 1.0);
};

const SERVICES: &[Definition<ServiceRecord>] = definitions! {
    "requests" Count None, "Requests that came.", |r, _| r.requests.issued as f64;
    "success" Share HIGHER, "Requests that the service ended well, of all that it ended.",
        |r, _| share(r.requests.good() + r.requests.degraded(), &r.requests);
    "overload" Share LOWER, "Requests refused because the line was full, of all that were ended.",
        |r, _| share(r.requests.failed_as(Class::Overload), &r.requests);
    "rate-limited" Share LOWER, "Requests refused by the rate limit, of all that were ended.",
        |r, _| share(r.requests.failed_as(Class::RateLimit), &r.requests);
    "utilisation" Share None, "Slots in use, of all slots, over time; undefined without a limit.",
        |r, time| match r.slots {
            u32::MAX => f64::NAN,
            slots => r.busy as f64 / 1e9 / time / f64::from(slots),
        };
    "busy" Ratio None, "Slots in use, on average over time.",
        |r, time| r.busy as f64 / 1e9 / time;
    "queue" Ratio LOWER, "Requests in line, on average over time.",
        |r, time| r.queued as f64 / 1e9 / time;
    "waiting.mean" Seconds LOWER, "Mean time in line, of requests that got a slot.",
        |r, _| r.waiting.mean_secs();
    "waiting.p95" Seconds LOWER, "95th percentile of that time.",
        |r, _| quantile(&r.waiting, 0.95);
    "sojourn.mean" Seconds LOWER, "Mean time from a request's arrival to its end.",
        |r, _| r.sojourn.mean_secs();
    "sojourn.p95" Seconds LOWER, "95th percentile of that time.",
        |r, _| quantile(&r.sojourn, 0.95);
    "abandoned" Count LOWER, "Requests whose caller gave up first.", |r, _| r.abandoned as f64;
    "wasted" WorkSeconds LOWER, "Wasted work: slot-seconds spent on requests after their caller \
        gave up.", |r, _| r.wasted as f64 / 1e9;
    "availability" Share HIGHER, "Share of time in which the service was neither down nor hanging.",
        |r, time| 1.0 - r.down as f64 / 1e9 / time;
    "faults" Count LOWER, "How often some fault came over a service that was well.",
        |r, _| r.fault_episodes as f64;
    "mtbf" Seconds HIGHER, "Mean time between failures: time without a fault for each fault.",
        |r, time| (time - r.faulty as f64 / 1e9) / r.fault_episodes as f64;
    "mttr" Seconds LOWER, "Mean time to repair: time with a fault for each fault.",
        |r, _| r.faulty as f64 / 1e9 / r.fault_episodes as f64;
};

const EDGES: &[Definition<EdgeRecord>] = definitions! {
    "calls" Count None, "Calls begun, seen from above the policy.", |r, _| r.calls.issued as f64;
    "success" Share HIGHER, "Calls that ended good or degraded, of all that ended.",
        |r, _| share(r.calls.good() + r.calls.degraded(), &r.calls);
    "refused" Share LOWER, "Calls refused by the caller's own layers, of all that ended.",
        |r, _| {
            let refusals = Class::ALL.into_iter().filter(|class| class.is_refusal());
            share(refusals.map(|class| r.calls.failed_as(class)).sum(), &r.calls)
        };
    "attempts" Count None, "Attempts sent, seen from below the policy.",
        |r, _| r.attempts.issued as f64;
    "amplification" Ratio LOWER, "Attempts sent for each call begun.",
        |r, _| r.attempts.issued as f64 / r.calls.issued as f64;
    "given-up" Share LOWER, "Attempts given up before they ended, of all sent.",
        |r, _| r.attempts.given_up as f64 / r.attempts.issued as f64;
    "late" Count LOWER, "Attempts that ended after they had been given up.", |r, _| r.late as f64;
    "latency.mean" Seconds LOWER, "Mean time from the beginning of a call to its end.",
        |r, _| r.latency().mean_secs();
    "latency.p50" Seconds LOWER, "Median of that time.", |r, _| quantile(&r.latency(), 0.5);
    "latency.p95" Seconds LOWER, "95th percentile of that time.",
        |r, _| quantile(&r.latency(), 0.95);
    "latency.p99" Seconds LOWER, "99th percentile of that time.",
        |r, _| quantile(&r.latency(), 0.99);
};

const LAYERS: [(&str, LayerWhat); 2] =
    [("opens", LayerWhat::Opens), ("open-share", LayerWhat::OpenShare)];

fn share(part: u64, of: &Tally) -> f64 {
    part as f64 / of.answered() as f64
}

fn quantile(histogram: &Histogram, q: f64) -> f64 {
    histogram.quantile(q).map_or(f64::NAN, patterns::Span::as_secs_f64)
}

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
        Ok(Self { path: written(kind, &names[index], measure), what })
    }

    /// All measures of a system: the columns of its tables.
    pub fn all(system: &System) -> Vec<Self> {
        let mut all = Vec::new();
        for (index, agents) in system.agents.iter().enumerate() {
            all.extend(AGENTS.iter().map(|definition| Self {
                path: written("agents", &agents.name, definition.name),
                what: What::Agents(index, definition),
            }));
        }
        for (index, service) in system.services.iter().enumerate() {
            all.extend(SERVICES.iter().map(|definition| Self {
                path: written("services", &service.name, definition.name),
                what: What::Service(index, definition),
            }));
        }
        for (index, name) in edge_names(system).iter().enumerate() {
            all.extend(EDGES.iter().map(|definition| Self {
                path: written("edges", name, definition.name),
                what: What::Edge(index, definition),
            }));
            all.extend(LAYERS.map(|(measure, what)| Self {
                path: written("edges", name, measure),
                what: What::Layers(index, what),
            }));
        }
        all
    }

    /// The number, in its unit; not a number where it is undefined (a share of nothing).
    pub fn of(&self, record: &Record) -> f64 {
        let time = record.ended.since(record.warmup).as_secs_f64();
        match self.what {
            What::Agents(index, definition) => (definition.of)(&record.agents[index], time),
            What::Service(index, definition) => (definition.of)(&record.services[index], time),
            What::Edge(index, definition) => (definition.of)(&record.edges[index], time),
            What::Layers(index, what) => layers(record, index, what, time),
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
            Party::Agents(index) => &system.agents[index].name,
            Party::Service(index) => &system.services[index].name,
        };
        format!("{from} -> {}", system.services[edge.to].name)
    });
    names.collect()
}

/// Of the layers that stand on an edge and have a state `open`.
fn layers(record: &Record, edge: usize, what: LayerWhat, time: f64) -> f64 {
    let EdgeRecord { from, to, .. } = &record.edges[edge];
    let route = format!(" -> {to}: ");
    let stands_here = |name: &str| {
        name.split_once(&route).is_some_and(|(caller, _)| {
            caller == from || caller.rsplit_once('#').is_some_and(|(group, _)| group == from)
        })
    };
    let (mut count, mut opens, mut open) = (0_u32, 0, 0.0);
    for layer in record.layers.iter().filter(|layer| stands_here(&layer.name)) {
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
