//! The steps of the tasks of agents, and of the work of services.

use patterns::Duration;
use patterns::settings::{Findings, NameKind, Node, Reader, Setting, Shape};
use sim::model::system::{self, KEYS_MAX, LOOPS_MAX};

use super::distribution::Distribution;
use super::names::ServiceName;
use super::tokens::{Tokens, USD_MAX, price};

patterns::settings! {
    /// One step of a task: a call, `{ call = "github", times = 3, optional = true }`, work on one's
    /// own, `{ work = "5s" }`, or several steps together.
    ///
    /// Services have calls and work alone, which all of their requests make.
    #[derive(Clone, Debug)]
    pub(crate) keyed enum Step {
        /// A call, and waiting for its answer.
        Call {
            /// The service to call.
            call: ServiceName [.example("\"github\"")],
            /// How often it is called, one after the other.
            times: u32 [.at_least(1.0)] = 1,
            /// Whether the task goes on, degraded, when the call fails.
            optional: bool = false,
            /// How many different things there are to ask for: each call asks for one of them, all
            /// equally likely. With `none`, no two calls ask for the same.
            keys: Option<u32> [.at_least(1.0).at_most(1_048_576.0)] = None,
            /// Whether it does no harm to send the call more than once. One that has an idempotency
            /// key does none.
            idempotent: bool [.was(&["repeatable"])] = true,
            /// What the call has to do with the records of the service, of which it has one for
            /// each of the `keys`.
            does: Does = Does::Other,
            /// The share of tasks that take the step.
            chance: f64 [.share().above(0.0).example("0.3")] = 1.0,
            /// The share of tasks that crash their agent when the step is done: it is done again
            /// when the agent is back.
            risk: f64 [.share().example("0.02")] = 0.0,
            /// How many tokens it takes, drawn for each call; each of its attempts takes as many.
            tokens: Option<Tokens>
                [.none(&["none"]).example("\"lognormal(median=1020, p90=2735)\"")] = None,
            /// The price of each attempt in dollars, beside the `price` of the service.
            usd: f64 [.at_least(0.0).at_most(USD_MAX)] = 0.0,
        },
        /// Work on one's own.
        Work {
            /// How long it takes; drawn anew each time.
            work: Distribution [.example("\"5s\"")],
            /// The share of tasks that take the step.
            chance: f64 [.share().above(0.0).example("0.3")] = 1.0,
            /// The share of tasks that crash their agent when the step is done: it is done again
            /// when the agent is back.
            risk: f64 [.share().example("0.02")] = 0.0,
        },
        /// Steps side by side: `{ parallel = [{ call = "github" }, { call = "llm" }], need = 1 }`.
        Parallel {
            /// What is done at once, each by itself; several steps one after the other are
            /// `{ steps = [...] }`.
            parallel: Vec<Step> [.at_least(2.0).at_most(1000.0)
                .example("[{ call = \"github\" }, { call = \"llm\" }]")],
            /// How many must end well. When as many have, the others are given up; when as many
            /// cannot any more, the step has failed. By default all must.
            need: Option<u32> [.at_least(1.0).none(&["all"]).example("1")] = None,
            /// Whether the task goes on, degraded, when the step fails.
            optional: bool = false,
            /// The share of tasks that take the step.
            chance: f64 [.share().above(0.0).example("0.3")] = 1.0,
        },
        /// Steps again and again: `{ loop = [{ call = "llm" }], escape = 0.4, limit = 25 }`.
        Loop {
            /// What is done in each pass.
            r#loop: Vec<Step> [.at_least(1.0).at_most(1000.0)
                .example("[{ call = \"llm\" }, { call = \"github\" }]")],
            /// The chance with which it is over after each pass.
            escape: f64 [.share().example("0.4")] = 0.0,
            /// The most passes (LangGraph `recursion_limit` 25, CrewAI `max_iter` 20, OpenAI Agents
            /// SDK `max_turns` 10).
            limit: u32 [.at_least(1.0).at_most(1_000_000.0).example("25")],
            /// What becomes of a task whose loop is not over after as many.
            at_limit: LimitEnd = LimitEnd::Fail,
            /// Whether the task goes on, degraded, when something in the loop fails.
            optional: bool = false,
            /// The share of tasks that take the step.
            chance: f64 [.share().above(0.0).example("0.3")] = 1.0,
        },
        /// Steps one after the other, as one.
        Steps {
            /// What is done.
            steps: Vec<Step> [.at_least(1.0).at_most(1000.0).example("[{ call = \"llm\" }]")],
            /// Whether the task goes on, degraded, when one of them fails.
            optional: bool = false,
            /// The share of tasks that take them: whether a task does is the same each time it is
            /// begun, as of a poison task.
            chance: f64 [.share().above(0.0).example("0.3")] = 1.0,
        },
        /// The latest result of another group of agents: of its tasks that ended well.
        Result {
            /// The group.
            result: AgentsName [.example("\"research\"")],
            /// How old it may be at the most.
            within: Duration [.above(0.0).unlimited().example("\"1h\"")],
            /// Up to which age it is as good as new: a task that takes an older one ends degraded.
            /// One that is degraded itself, as its task has ended so, makes others degraded at any
            /// age.
            fresh: Duration [.unlimited().example("\"5min\"")] = Duration::MAX,
            /// How long a new one is waited for if there is none; then the step fails as `timeout`.
            wait: Duration [.unlimited()] = Duration::ZERO,
            /// The mean time until the world has changed: a result is wrong with the chance
            /// `1 - exp(-age / changes)`, which nothing shows.
            changes: Duration [.above(0.0).unlimited().example("\"6h\"")] = Duration::MAX,
            /// Whether the task goes on without it, degraded.
            optional: bool = false,
            /// The share of tasks that take the step.
            chance: f64 [.share().above(0.0).example("0.3")] = 1.0,
        },
        /// A checkpoint: what was done is saved here.
        Checkpoint {
            /// How long that takes.
            checkpoint: Distribution [.example("\"2s\"")],
        },
    }
    rules Self::rules;
}

patterns::settings! {
    /// What becomes of a task whose loop has made all its passes.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum LimitEnd {
        /// It fails, as `rejected`.
        Fail,
        /// It goes on, degraded.
        GoOn,
    }
}

patterns::settings! {
    /// What a call has to do with the records of a service. They have versions, which writes raise;
    /// both reads and writes take effect when the work on them ends, and crashes lose nothing.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Does {
        /// Nothing.
        Other,
        /// The task learns the version of a record.
        Read,
        /// It writes the record that the task has read last, and says which version that was; see
        /// `stale-writes` of the service. A further attempt says the same, though it may have been
        /// the attempt before that wrote.
        Write,
    }
}

const _: () = assert!(KEYS_MAX == 1_048_576, "the range of `keys` is that of the model");

/// The most steps that a task has, those of loops and branches included.
const STEPS_MAX: usize = 10_000;

/// A group of agents, by name: its place among all groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AgentsName(pub(crate) usize);

impl Setting for AgentsName {
    fn shape() -> Shape {
        Shape::Name(NameKind::Agents)
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        reader.resolve(NameKind::Agents, node).map(|place| Self(place.into()))
    }

    fn write(&self) -> Node {
        Node::word(format!("agents-{}", self.0))
    }
}

impl Step {
    fn rules(&self, found: &mut Findings) {
        match self {
            Self::Call { keys, does, .. } => {
                let has_records = *does == Does::Other || keys.is_some();
                found.unless(has_records, "keys", "given for a call that reads or writes");
            }
            Self::Parallel { parallel, need: Some(need), .. } => {
                let is_enough = *need as usize <= parallel.len();
                found.unless(
                    is_enough,
                    "need",
                    format!("at most {}, the steps there are", parallel.len()),
                );
            }
            Self::Result { within, fresh, .. } => {
                let is_less = fresh <= within || *fresh == Duration::MAX;
                found.unless(is_less, "fresh", "at most `within`");
            }
            _ => {}
        }
    }

    /// The steps in it, if it has some.
    fn inner(&self) -> &[Self] {
        match self {
            Self::Parallel { parallel: steps, .. }
            | Self::Loop { r#loop: steps, .. }
            | Self::Steps { steps, .. } => steps,
            _ => &[],
        }
    }

    /// All steps, those in others included, in their order.
    fn all(steps: &[Self]) -> Vec<&Self> {
        let mut all = Vec::new();
        for step in steps {
            all.push(step);
            all.extend(Self::all(step.inner()));
        }
        all
    }

    /// In how many loops steps are at the most.
    fn depth(steps: &[Self]) -> usize {
        let depth = |step: &Self| {
            let own = usize::from(matches!(step, Self::Loop { .. }));
            own + Self::depth(step.inner())
        };
        steps.iter().map(depth).max().unwrap_or(0)
    }

    /// Says what is wrong with all steps of a task, or of the work of a service.
    pub(super) fn check_all(steps: &[Self], found: &mut Findings) {
        let all = Self::all(steps);
        for (place, step) in all.iter().enumerate() {
            let Self::Call { call, keys, does, .. } = step else { continue };
            let is_read = |earlier: &&Self| match earlier {
                Self::Call { call: of, keys: among, does: Does::Read, .. } => {
                    of == call && among == keys
                }
                _ => false,
            };
            let needs = "such that one that writes comes after one that reads the same service, \
                         with as many `keys`";
            let is_after_read = all[..place].iter().any(is_read);
            found.unless(*does != Does::Write || is_after_read, "steps", needs);
        }
        let needs = format!("such that loops are at most {LOOPS_MAX} deep in one another");
        found.unless(Self::depth(steps) <= LOOPS_MAX, "steps", needs);
        let needs = format!("at most {STEPS_MAX} in all");
        found.unless(all.len() <= STEPS_MAX, "steps", needs);
        let saves = |step: &&Self| matches!(step, Self::Checkpoint { .. });
        let beside = all.iter().filter_map(|step| match step {
            Self::Parallel { parallel, .. } => Some(Self::all(parallel)),
            _ => None,
        });
        let mut beside = beside.flatten();
        let needs = "such that none saves within steps side by side: save before or behind them";
        found.unless(!beside.any(|step| saves(&step)), "steps", needs);
    }

    /// Says what services cannot do in their steps.
    pub(super) fn check_of_service(steps: &[Self], found: &mut Findings) {
        let is_plain = |step: &Self| match step {
            Self::Call { chance, risk, .. } | Self::Work { chance, risk, .. } => {
                *chance >= 1.0 && *risk <= 0.0
            }
            _ => false,
        };
        let needs = "calls and work alone: what services do has no chance, loop or branch";
        found.unless(steps.iter().all(is_plain), "steps", needs);
    }

    pub(super) fn chance(&self) -> f64 {
        match self {
            Self::Call { chance, .. }
            | Self::Work { chance, .. }
            | Self::Parallel { chance, .. }
            | Self::Loop { chance, .. }
            | Self::Steps { chance, .. }
            | Self::Result { chance, .. } => *chance,
            Self::Checkpoint { .. } => 1.0,
        }
    }

    /// Whether its calls take tokens.
    pub(super) fn has_tokens(&self) -> bool {
        matches!(self, Self::Call { tokens: Some(_), .. })
            || self.inner().iter().any(Self::has_tokens)
    }

    /// Whether a failure of it, or of a step in it, is no end.
    pub(super) fn is_optional(&self) -> bool {
        match self {
            Self::Parallel { optional, .. }
            | Self::Loop { optional, .. }
            | Self::Steps { optional, .. }
            | Self::Result { optional, .. } => *optional,
            // Calls say so themselves.
            Self::Call { .. } | Self::Work { .. } | Self::Checkpoint { .. } => false,
        }
    }

    pub(super) fn risk(&self) -> f64 {
        match self {
            Self::Call { risk, .. } | Self::Work { risk, .. } => *risk,
            _ => 0.0,
        }
    }

    /// A call or work, as it is run.
    pub(super) fn plain(&self) -> Option<system::Step> {
        match self {
            Self::Call { call, times, optional, keys, idempotent, does, tokens, usd, .. } => {
                Some(system::Step::Call {
                    service: call.0,
                    times: *times,
                    optional: *optional,
                    keys: *keys,
                    idempotent: *idempotent,
                    does: match does {
                        Does::Other => system::Does::Other,
                        Does::Read => system::Does::Read,
                        Does::Write => system::Does::Write,
                    },
                    cost: system::Cost {
                        tokens: tokens.as_ref().map(Tokens::sampler),
                        nano_usd: price(*usd),
                    },
                })
            }
            Self::Work { work, .. } => Some(system::Step::Work(work.sampler())),
            _ => None,
        }
    }
}
