//! Agents and the steps of their tasks.

use patterns::Duration;
use patterns::settings::{Fields, Findings, Reader};
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
        /// How long whoever sent a task waits for it, drawn for each task: one that takes longer
        /// has failed for them, though it may go on. With `none`, a task still open at the end has
        /// failed if it is older than any that ended.
        patience: Option<Distribution>
            [.none(&["unlimited", "none"]).example("\"exponential(30s)\"")] = None,
        /// Whether a task ends as a `timeout` when patience does: it leaves the queue, and its
        /// calls are given up.
        gives_up: bool = false,
        /// What counts as a failure episode: a time in which the group, or its calls to a service,
        /// are seen to fail.
        episode: Episode = Episode { below: 0.8, of: 20 },
    }
    rules Self::rules;
    warns Self::warns;
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
            /// What the call has to do with the records of the service, of which it has one for
            /// each of the `keys`.
            does: Does = Does::Other,
        },
        /// Work on one's own.
        Work {
            /// How long it takes.
            work: Distribution [.example("\"5s\"")],
        },
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

impl Step {
    /// Says what is wrong with what steps read and write.
    pub(super) fn check_all(steps: &[Self], found: &mut Findings) {
        for (place, step) in steps.iter().enumerate() {
            let Self::Call { call, keys, does, .. } = step else { continue };
            let needs = "such that one that reads or writes has `keys`";
            found.unless(*does == Does::Other || keys.is_some(), "steps", needs);
            let is_read = |earlier: &Self| match earlier {
                Self::Call { call: of, keys: among, does: Does::Read, .. } => {
                    of == call && among == keys
                }
                _ => false,
            };
            let needs = "such that one that writes comes after one that reads the same service, \
                         with as many `keys`";
            let is_after_read = steps[..place].iter().any(is_read);
            found.unless(*does != Does::Write || is_after_read, "steps", needs);
        }
    }

    /// The step, as it is run.
    pub(crate) fn resolved(&self) -> system::Step {
        match self {
            Self::Call { call, times, optional, keys, idempotent, does } => system::Step::Call {
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
            },
            Self::Work { work } => system::Step::Work(work.sampler()),
        }
    }
}

impl Agents {
    fn rules(&self, found: &mut Findings) {
        Step::check_all(&self.steps, found);
        let is_some = self.patience != Some(Distribution::ZERO);
        found.unless(is_some, "patience", "longer than 0s");
    }

    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if self.gives_up && self.patience.is_none() {
            reader.no_effect(&fields.place_of("gives-up"), "without `patience` no task gives up");
        }
    }

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
            patience: self.patience.as_ref().map(Distribution::sampler),
            gives_up: self.gives_up,
            episode: self.episode.rule(),
        }
    }
}
