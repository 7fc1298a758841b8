//! Agents.

use patterns::settings::{Fields, Findings, Reader};
use patterns::{Duration, health, supervise};
use sim::model::system;
use sim::observe::EpisodeRule;

use super::arrivals::Arrivals;
use super::distribution::Distribution;
use super::process::{Checkpoint, OnCrash};
use super::row::laid_out;
use super::steps::Step;
use super::worth::{Context, FindsOut, Worth};
use crate::profiles;

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
        /// What starts an agent again that has crashed: a number of restarts within a time, each
        /// after a wait. With `none` an agent that a fault has crashed is away for good.
        supervise: Option<supervise::Settings> = None,
        /// What asks each agent whether it is well: one that hangs is not.
        health: Option<health::Settings> = None,
        /// How what a task has done is saved, so that a crash costs no more than what came after.
        checkpoint: Option<Checkpoint> = None,
        /// How long an agent takes to start again, drawn for each start and longer than 0s: it
        /// comes after the wait of `supervise`, or at the end of a fault.
        starts_in: Distribution = STARTS_IN,
        /// How often a task is begun or gone on with at the most: one that was as often in hand
        /// when its agent crashed fails as `network` (a dead letter).
        tries: u32 [.at_least(1.0).unlimited()] = u32::MAX,
        /// What becomes of the tasks in hand when an agent crashes.
        on_crash: OnCrash = OnCrash::Again,
        /// What is kept in mind of a task while it is worked on, and how much that can be; with
        /// `none`, calls cost their own tokens and no more.
        context: Option<Context> [.none(&["none"]).example("{ limit = \"100k\" }")] = None,
        /// What a task is worth by how it ends; with `none` that is not measured.
        worth: Option<Worth>
            [.none(&["none"]).example("{ good = 1.0, degraded = 0.5, wrong = -5.0 }")] = None,
        /// How it comes to light that a task has ended with a wrong value; with `none` it does not.
        finds_out: Option<FindsOut> [
            .none(&["none"]).example("{ share = 0.7, after = \"exponential(1h)\" }")
        ] = None,
    }
    rules Self::rules;
    warns Self::warns;
    profiles profiles::of_agents;
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

/// How long an agent takes to start again, unless something else is said.
const STARTS_IN: Distribution = Distribution::Constant(Duration::from_secs(1));

/// The most tasks that an agent can have in hand whose tasks are saved.
const SAVED_MAX: u32 = 1000;

impl Agents {
    fn rules(&self, found: &mut Findings) {
        Step::check_all(&self.steps, found);
        let is_some = self.patience != Some(Distribution::ZERO);
        found.unless(is_some, "patience", "longer than 0s");
        let starts_later = self.starts_in != Distribution::ZERO;
        found.unless(starts_later, "starts-in", "longer than 0s");
        let saves_few = self.checkpoint.is_none() || self.slots <= SAVED_MAX;
        let needs = format!("at most {SAVED_MAX} beside `checkpoint`");
        found.unless(saves_few, "slots", needs);
    }

    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if self.gives_up && self.patience.is_none() {
            reader.no_effect(&fields.place_of("gives-up"), "without `patience` no task gives up");
        }
        if self.context.is_some() && !self.steps.iter().any(Step::has_tokens) {
            let message = "no step has `tokens`, so there is never anything in it";
            reader.no_effect(&fields.place_of("context"), message);
        }
    }

    /// What keeps their processes alive, if anything is said of that.
    fn life(&self) -> Option<system::Life> {
        let is_said = self.supervise.is_some()
            || self.health.is_some()
            || self.checkpoint.is_some()
            || self.tries < u32::MAX
            || self.on_crash == OnCrash::Fail
            || self.starts_in != STARTS_IN;
        is_said.then(|| system::Life {
            supervise: self.supervise.clone(),
            health: self.health,
            checkpoint: self.checkpoint.as_ref().map(Checkpoint::resolved),
            start: self.starts_in.sampler(),
            tries: self.tries,
            on_crash: self.on_crash.into(),
        })
    }

    /// The agents, as they are run.
    pub(crate) fn resolved(&self, name: &str) -> system::Agents {
        system::Agents {
            name: name.to_owned(),
            count: self.count,
            arrivals: self.arrivals.resolved(),
            slots: self.slots,
            steps: laid_out(&self.steps),
            deadline: self.deadline,
            priority: self.priority,
            patience: self.patience.as_ref().map(Distribution::sampler),
            gives_up: self.gives_up,
            episode: self.episode.rule(),
            life: self.life().map(Box::new),
            context: self.context.as_ref().map(Context::resolved),
            worth: self.worth.as_ref().map(Worth::resolved),
            finds_out: self.finds_out.as_ref().map(FindsOut::resolved),
        }
    }
}
