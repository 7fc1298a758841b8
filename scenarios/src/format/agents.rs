//! Agents and the steps of their tasks.

use patterns::Duration;
use sim::model::system::{self, KEYS_MAX};
use sim::observe::EpisodeRule;

use super::arrivals::Arrivals;
use super::distribution::Distribution;
use super::names::ServiceName;

patterns::settings! {
    /// A group of agents: something that wants work done.
    #[derive(Clone, Debug)]
    pub(crate) struct Agents {
        /// How many agents there are in the group; each works on its own.
        count: u32 [.at_least(1.0).at_most(100_000.0)] = 1,
        /// Tasks that one agent works on at a time; others wait.
        slots: u32 [.at_least(1.0).unlimited()] = 1,
        /// How tasks come to each agent.
        arrivals: Arrivals [.example("\"poisson(every=90s)\"")],
        /// What is done for each task, in order.
        steps: Vec<Step> [.at_least(1.0).at_most(10_000.0).example("[{ call = \"llm\" }]")],
        /// How long after it came the result of a task is of use. The layers of all its calls know
        /// it; layers that respect deadlines do not send what comes too late.
        deadline: Option<Duration> = None,
        /// How important the tasks are, 0 first: for layers that know priorities.
        priority: u8 = 0,
        /// How long whoever sent a task waits for it: one that takes longer has failed for them,
        /// though it may go on. With `none`, a task still open at the end has failed if it is older
        /// than any that ended.
        patience: Option<Duration> [.above(0.0)] = None,
        /// What counts as a failure episode: a time in which the group, or its calls to a service,
        /// are seen to fail.
        episode: Episode = Episode { below: 0.8, of: 20 },
    }
}

patterns::settings! {
    /// A failure episode: as long as the share of good outcomes is too small.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub(crate) struct Episode {
        /// The share of good outcomes below which it is one.
        below: f64 [.share().above(0.0)] = 0.8,
        /// Among how many of the last outcomes.
        of: u32 [.at_least(1.0).at_most(64.0)] = 20,
    }
}

impl Episode {
    /// The rule, in whole numbers: the most failures with which the share is not below the bound.
    fn rule(self) -> EpisodeRule {
        let good = |failures: u32| f64::from(self.of - failures) / f64::from(self.of);
        let most = (0..=self.of).rfind(|failures| good(*failures) >= self.below).unwrap_or(0);
        EpisodeRule { of: self.of, most_failures: most }
    }
}

patterns::settings! {
    /// One step of a task: a call, `{ call = "github", times = 3, optional = true }`, or work on
    /// one's own, `{ work = "5s" }`.
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
            /// Whether it does no harm to send the call more than once.
            idempotent: bool [.was(&["repeatable"])] = true,
        },
        /// Work on one's own.
        Work {
            /// How long it takes.
            work: Distribution [.example("\"5s\"")],
        },
    }
}

const _: () = assert!(KEYS_MAX == 1_048_576, "the range of `keys` is that of the model");

impl Step {
    /// The step, as it is run.
    pub(crate) fn resolved(&self) -> system::Step {
        match self {
            Self::Call { call, times, optional, keys, idempotent } => system::Step::Call {
                service: call.0,
                times: *times,
                optional: *optional,
                keys: *keys,
                idempotent: *idempotent,
            },
            Self::Work { work } => system::Step::Work(work.sampler()),
        }
    }
}

impl Agents {
    /// The agents, as they are run.
    pub(crate) fn resolved(&self, name: &str) -> system::Agents {
        system::Agents {
            name: name.to_owned(),
            count: self.count,
            arrivals: self.arrivals.resolved(),
            slots: self.slots,
            steps: self.steps.iter().map(Step::resolved).collect(),
            deadline: self.deadline,
            priority: self.priority,
            patience: self.patience,
            episode: self.episode.rule(),
        }
    }
}
