//! The steps of the tasks of agents, and of the work of services.

use patterns::settings::Findings;
use sim::model::system::{self, KEYS_MAX};

use super::distribution::Distribution;
use super::names::ServiceName;
use super::tokens::{Tokens, USD_MAX, price};

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
            /// How many tokens it takes, drawn for each call; each of its attempts takes as many.
            tokens: Option<Tokens>
                [.none(&["none"]).example("\"lognormal(median=1020, p90=2735)\"")] = None,
            /// The price of each attempt in dollars, beside the `price` of the service.
            usd: f64 [.at_least(0.0).at_most(USD_MAX)] = 0.0,
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

    /// Whether its calls take tokens.
    pub(super) fn has_tokens(&self) -> bool {
        matches!(self, Self::Call { tokens: Some(_), .. })
    }

    /// The step, as it is run.
    pub(crate) fn resolved(&self) -> system::Step {
        match self {
            Self::Call { call, times, optional, keys, idempotent, does, tokens, usd } => {
                system::Step::Call {
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
                }
            }
            Self::Work { work } => system::Step::Work(work.sampler()),
        }
    }
}
