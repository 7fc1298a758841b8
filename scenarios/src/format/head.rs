//! The keys at the top of a file.

use patterns::Duration;
use patterns::settings::{Code, Key, Node, Reader, Setting, Shape, Value};
use sim::model::{abort, system};

use super::agents::Agents;
use super::budgets::Budget;
use super::claim::Claim;
use super::faults::Fault;
use super::recoveries::{Human, Recovery};
use super::services::Service;
use super::steps::Step;
use super::sweep::Design;

patterns::settings! {
    /// The keys at the top of a scenario file.
    #[derive(Clone, Debug)]
    pub(crate) struct Head {
        /// What the scenario is about, in a line.
        title: String [.example("\"Researchers share one flaky MCP server\"")],
        /// What it is about, at length.
        about: Option<String> = None,
        /// How long a run is, in virtual time.
        horizon: Duration [.above(0.0).example("\"2h\"")],
        /// What begins before this time is simulated, but not counted.
        warmup: Duration [.example("\"5min\"")] = Duration::ZERO,
        /// From which all random numbers follow: a number such as 42 or `"0x2a"`. Equal seeds give
        /// equal runs.
        seed: Seed = Seed(1),
    }
}

patterns::settings! {
    /// Something that must hold in a run.
    #[derive(Clone, Debug)]
    pub(crate) struct Hypothesis {
        /// A comparison of a measure: `agents.write.success >= 99%`,
        /// `agents.write.latency.p95 < 30s`. Behind it may stand the part of the run that it is
        /// about: `from 20s after fault "github-hang"`. See `explain measures`, `explain windows`.
        that: String [.example("\"agents.write.success >= 99%\"")],
    }
}

patterns::settings! {
    /// A condition that ends the experiment (a kill switch): a comparison as in a hypothesis, but
    /// of the last so much of a run. It is looked at ten times in each such length, for the first
    /// time when one has passed since the warm-up.
    #[derive(Clone, Debug)]
    pub(crate) struct Abort {
        /// A comparison of a measure, and over how long: `agents.write.success < 50% over 1min`.
        when: String [.example("\"agents.write.success < 50% over 1min\"")],
        /// What is done when it holds.
        then: Then = Then::Stop,
    }
}

patterns::settings! {
    /// What is done when an abort condition holds.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Then {
        /// The run is stopped, and none of its hypotheses holds.
        Stop,
        /// All faults go off for good, and the run goes on.
        RemoveFaults,
    }
}

impl From<Then> for abort::Then {
    fn from(then: Then) -> Self {
        match then {
            Then::Stop => Self::Stop,
            Then::RemoveFaults => Self::RemoveFaults,
        }
    }
}

patterns::settings! {
    /// Who shares one instance of a layer.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Per {
        /// Each agent has its own for each service that it calls. It is as new after a crash.
        Agent,
        /// The same, and it is as new for each task: for layers that can be made as new by hand, a
        /// breaker or a cache.
        Run,
        /// All agents of a group share one for each service.
        Edge,
        /// All calls under the policy share one.
        Policy,
    }
}

impl From<Per> for system::Per {
    fn from(per: Per) -> Self {
        match per {
            Per::Agent => Self::Agent,
            Per::Run => Self::Run,
            Per::Edge => Self::Edge,
            Per::Policy => Self::Policy,
        }
    }
}

/// A seed: a number, or its hex text as outputs show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seed(pub(crate) u64);

impl Setting for Seed {
    fn shape() -> Shape {
        let hex = Shape::Form { what: "a seed in hex", example: "0x2a" };
        Shape::Either(vec![Shape::Integer, hex])
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let read = match (&node.value, node.text()) {
            (Value::Integer(number), _) => u64::try_from(*number).ok(),
            (_, Some(text)) => seed(text).ok(),
            _ => {
                reader.wrong_type(node, "a seed: a whole number, or its hex text such as \"0x2a\"");
                return None;
            }
        };
        if read.is_none() {
            let message = "`seed` must be a whole number from 0 on, or hex such as \"0x2a\"";
            reader.mistake(&node.at, Code::OutOfRange, message);
        }
        read.map(Self)
    }

    fn write(&self) -> Node {
        match i64::try_from(self.0) {
            Ok(number) => Node::unwritten(Value::Integer(number.into())),
            Err(_) => Node::word(format!("0x{:x}", self.0)),
        }
    }
}

/// Reads a seed: a number, or hex after `0x`.
///
/// # Errors
///
/// If the text is neither.
pub fn seed(text: &str) -> Result<u64, String> {
    let seed = match text.trim().strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => text.trim().parse(),
    };
    seed.map_err(|_| format!("`{text}` is no seed; a seed is a number such as 42 or 0x2a"))
}

/// The key of every layer that says who shares it.
pub(crate) static PER: Key =
    Key::new("per", &[" Who shares one instance of the layer."], Per::shape)
        .or(|| Per::Agent.write());

/// The sections of a file beside the keys at its top.
pub(crate) static SECTIONS: [Key; 13] = [
    Key::new("agents", &[" Groups of agents: what wants work done."], agents),
    Key::new("services", &[" Services: what does work for others."], services),
    Key::new("budgets", &[" How much agents may spend."], budgets),
    Key::new("policies", &[" Stacks of layers, outermost first."], anything)
        .example("{ guarded = [{ timeout = \"30s\" }] }"),
    Key::new("edges", &[" Which policy stands between a caller and a service."], edges)
        .example("{ \"research -> github\" = \"guarded\" }"),
    Key::new("faults", &[" Failure injections."], faults),
    Key::new("recoveries", &[" What is done when something is wrong."], recoveries),
    Key::new("humans", &[" Who does recoveries that no machine does."], humans),
    Key::new("hypotheses", &[" What must hold."], hypotheses),
    Key::new("aborts", &[" What ends the experiment."], aborts),
    Key::new("sweep", &[" What is varied, and how often each cell is run."], Design::shape),
    Key::new("variants", &[" Named changes to the file."], anything)
        .example("{ \"no breaker\" = { \"policies.guarded.breaker\" = \"off\" } }"),
    Key::new("claim", &[" What somebody claims, and how it is put to the test."], Claim::shape),
];

/// A section, by its name.
pub(crate) fn section_of(name: &str) -> &'static Key {
    let found = SECTIONS.iter().find(|section| section.is_named(name));
    found.expect("it is one of the sections")
}

fn agents() -> Shape {
    Shape::Map(Agents::shape)
}

fn services() -> Shape {
    Shape::Map(Service::shape)
}

fn budgets() -> Shape {
    Shape::Map(Budget::shape)
}

fn edges() -> Shape {
    Shape::Map(String::shape)
}

fn faults() -> Shape {
    Shape::List(Fault::shape)
}

fn recoveries() -> Shape {
    Shape::List(Recovery::shape)
}

fn humans() -> Shape {
    Shape::Map(Human::shape)
}

fn hypotheses() -> Shape {
    Shape::List(Hypothesis::shape)
}

fn aborts() -> Shape {
    Shape::List(Abort::shape)
}

fn anything() -> Shape {
    Shape::Map(String::shape)
}

/// Every section of a file, by the name of its reference page, and what can be written there.
pub fn sections() -> Vec<(&'static str, Shape)> {
    vec![
        ("file", Head::shape()),
        ("agents", Agents::shape()),
        ("steps", Step::shape()),
        ("services", Service::shape()),
        ("budgets", Budget::shape()),
        ("faults", Fault::shape()),
        ("recoveries", Recovery::shape()),
        ("humans", Human::shape()),
        ("hypotheses", Hypothesis::shape()),
        ("aborts", Abort::shape()),
        ("sweep", Design::shape()),
        ("claim", Claim::shape()),
    ]
}
