//! What keeps the processes of agents alive.

use sim::model::system;

use super::distribution::Distribution;

patterns::settings! {
    /// How the tasks of agents are saved, so that a crash costs no more than what came after.
    #[derive(Clone, Debug)]
    pub(crate) struct Checkpoint {
        @flat settings: patterns::checkpoint::Settings,
        /// How long it takes to write one; drawn each time.
        takes: Distribution [.example("\"2s\"")] = Distribution::ZERO,
        /// How long it takes to read one when the agent is back.
        restore: Distribution [.example("\"1s\"")] = Distribution::ZERO,
        /// When what is written is safe (LangGraph `durability`).
        durability: Durability = Durability::Sync,
    }
    short "when";
    none ["off"];
}

patterns::settings! {
    /// When a checkpoint is safe, and whether work goes on meanwhile.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Durability {
        /// Work stands still until it is written.
        Sync,
        /// Work goes on while it is written; a crash before that loses it.
        Async,
        /// It is written when the task ends: a crash loses all of it.
        Exit,
    }
}

patterns::settings! {
    /// What becomes of the tasks in hand when their agent crashes.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum OnCrash {
        /// They go on from their last checkpoint, or begin again, when the agent is back.
        Again,
        /// They fail at once, as `network`.
        Fail,
    }
}

impl Checkpoint {
    /// The checkpoints, as they are run.
    pub(super) fn resolved(&self) -> system::Saving {
        system::Saving {
            settings: self.settings.clone(),
            takes: self.takes.sampler(),
            restore: self.restore.sampler(),
            durability: match self.durability {
                Durability::Sync => system::Durability::Sync,
                Durability::Async => system::Durability::Async,
                Durability::Exit => system::Durability::Exit,
            },
        }
    }
}

impl From<OnCrash> for system::OnCrash {
    fn from(on_crash: OnCrash) -> Self {
        match on_crash {
            OnCrash::Again => Self::Again,
            OnCrash::Fail => Self::Fail,
        }
    }
}
