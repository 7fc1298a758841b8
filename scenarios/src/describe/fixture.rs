//! A small world for tests: a layer with every shape there is, and a file around it.

use patterns::Duration;
use patterns::settings::{CallerId, Key, LayerSettings, Like, Preset, Setting, Shape, Share};

use crate::kind::{Described, KindInfo};

pub(crate) mod gauge {
    use std::collections::BTreeMap;

    use super::{Duration, Share};

    patterns::settings! {
        /// How waits grow.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Curve {
            /// Always the same.
            Constant(
                /// The wait.
                wait: Duration,
            ),
            /// By a factor.
            Exponential {
                /// The first wait.
                base: Duration [.above(0.0)],
                /// The factor.
                factor: f64 [.at_least(1.0)] = 2.0,
            },
            /// As listed.
            List(
                /// The waits.
                waits: Vec<Duration> [.rest().at_least(1.0)],
            ),
        }
        literals { Duration => Self::Constant }
    }

    patterns::settings! {
        /// How waits are spread.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Jitter {
            /// Not at all.
            None,
            /// From zero.
            Full,
            /// Between multiples.
            Between {
                /// The smallest.
                from: f64 [.at_least(0.0)],
                /// The largest.
                to: f64 [.above(0.0)],
            },
        }
        literals { Share => |Share(by)| Self::Between { from: 1.0 - by, to: 1.0 + by } }
    }

    patterns::settings! {
        /// Waits.
        #[derive(Clone, Debug, PartialEq)]
        pub call struct Backoff {
            /// How they grow.
            curve: Curve,
            /// The longest.
            cap: Option<Duration> = None,
            /// How they are spread.
            jitter: Jitter = Jitter::None,
        }
    }

    patterns::settings! {
        /// How often to try again, and when.
        #[derive(Clone, Debug, PartialEq)]
        pub call struct Rule {
            /// The waits.
            backoff: Backoff,
            /// How many retries.
            retries: u32 [.times().unlimited()],
        }
        none ["never"];
    }

    patterns::settings! {
        /// What opens it.
        #[derive(Clone, Debug, PartialEq)]
        pub keyed enum Trip {
            /// Failures in a row.
            Consecutive {
                /// How many failures.
                failures: u32 [.at_least(1.0)],
            },
            /// A share of calls.
            Rate {
                /// The share. At exactly this share it opens.
                rate: f64 [.share().above(0.0)],
                /// Of how many calls.
                window: u32 [.at_least(1.0)],
            },
        }
    }

    patterns::settings! {
        /// What happens at the end of a wait.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Boundary {
            /// The call is admitted.
            Inclusive,
            /// The call is refused.
            Exclusive,
        }
    }

    patterns::settings! {
        /// A part of the whole.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Part {
            /// How many at least.
            least: u32,
            /// How many at most.
            most: Option<u32> = None,
        }
    }

    patterns::settings! {
        /// Measures pressure, and refuses calls above a mark. See [`Trip`].
        ///
        /// ```text
        ///  open ──► closed
        /// ```
        #[derive(Clone, Debug, PartialEq)]
        pub struct Settings {
            /// What opens it.
            @flat trip: Trip = Trip::Consecutive { failures: 5 },
            /// How long it is open.
            open: Duration [.above(0.0).was(&["wait"])] = Duration::from_secs(60),
            /// What to do after failures of the network.
            network: Option<Rule> = None,
            /// Whether a call at exactly the end of the wait is admitted.
            boundary: Boundary = Boundary::Inclusive,
            /// Calls at once.
            slots: u32 [.at_least(1.0).unlimited()] = u32::MAX,
            /// Failures that count.
            count: patterns::Classes = patterns::Classes::ALL,
            /// Parts for callers.
            partitions: BTreeMap<String, Part> = BTreeMap::new(),
            /// How waits are spread.
            jitter: Jitter = Jitter::Full,
            /// The share that is let in while it recovers.
            ramp: Option<f64> [.share()] = None,
            /// Who is let in first.
            first: Option<super::CallerId> = None,
        }
        short "open";
    }

    patterns::settings! {
        /// The numbers of a library.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Library {
            /// Failures in a row.
            failure_threshold: u32 [.at_least(1.0)] = 3,
        }
    }
}

impl LayerSettings for gauge::Settings {
    const KIND: &'static str = "gauge";
    const SHORT: Option<&'static str> = Some("open");

    fn presets() -> Vec<Preset<Self>> {
        vec![Preset::of::<gauge::Library>("pressurelib", "`Gauge`: opens after 3 failures.")]
    }
}

impl Like<gauge::Settings> for gauge::Library {
    fn settings(&self) -> gauge::Settings {
        let trip = gauge::Trip::Consecutive { failures: self.failure_threshold };
        default_gauge().with(|gauge| {
            gauge.trip = trip;
            gauge.open = Duration::from_secs(5);
        })
    }
}

fn default_gauge() -> gauge::Settings {
    let mut names = patterns::settings::NoNames;
    let mut reader = patterns::settings::Reader::new(&mut names);
    let node = patterns::settings::Node::unwritten(patterns::settings::Value::Table(Vec::new()));
    gauge::Settings::read(&node, None, &mut reader).expect("every key has a default")
}

patterns::settings! {
    /// The keys at the top of a file.
    #[derive(Clone, Debug)]
    pub struct Head {
        /// What it is about, in a line.
        title: String [.example("\"A storm\"")],
        /// How long a run is.
        horizon: Duration [.above(0.0).example("\"2h\"")],
    }
}

patterns::settings! {
    /// A group of agents.
    #[derive(Clone, Debug)]
    pub struct Agents {
        /// How many there are.
        count: u32 [.at_least(1.0)] = 1,
        /// What is done for each task, in order.
        steps: Vec<Step> [.at_least(1.0)],
    }
}

patterns::settings! {
    /// One step of a task.
    #[derive(Clone, Debug)]
    pub keyed enum Step {
        /// A call, and waiting for its answer.
        Call {
            /// The service to call.
            call: String [.example("\"github\"")],
            /// How often it is called.
            times: u32 [.at_least(1.0)] = 1,
        },
        /// Work on one's own.
        Work {
            /// How long it takes.
            work: gauge::Curve [.example("\"5s\"")],
        },
    }
}

patterns::settings! {
    /// A sweep: every other key is an axis.
    #[derive(Clone, Debug)]
    pub struct Design {
        /// Runs of each cell.
        replications: u32 [.at_least(1.0)] = 30,
    }
}

patterns::settings! {
    /// Who shares an instance.
    #[derive(Clone, Copy, Debug)]
    pub enum Per {
        /// Each agent has its own.
        Agent,
        /// All calls share one.
        Policy,
    }
}

static SECTIONS: [Key; 5] = [
    Key::new("agents", &[" Groups of agents."], || Shape::Map(Agents::shape)),
    Key::new("policies", &[" Stacks of layers, outermost first."], || Shape::Map(String::shape)),
    Key::new("edges", &[" Which policy stands where."], || Shape::Map(String::shape)),
    Key::new("sweep", &[" What is varied."], Design::shape),
    Key::new("variants", &[" Named changes."], || Shape::Map(String::shape)),
];

static PER: Key = Key::new("per", &[" Who shares an instance of the layer."], Per::shape)
    .or(|| patterns::settings::Node::word("agent"));

/// The small world.
pub(crate) fn described() -> Described {
    Described {
        head: Head::shape(),
        sections: SECTIONS.iter().collect(),
        parts: vec![
            ("file", Head::shape()),
            ("agents", Agents::shape()),
            ("steps", Step::shape()),
            ("sweep", Design::shape()),
        ],
        per: &PER,
        layers: vec![
            KindInfo::of::<gauge::Settings>(),
            KindInfo::of::<patterns::timeout::Settings>(),
        ],
        processes: Vec::new(),
    }
}

/// The small world, and the real one.
pub(crate) fn worlds() -> Vec<Described> {
    let registry = crate::registry::LayerRegistry::builtin();
    vec![described(), crate::description::described(&registry)]
}
