//! What checkpoints can be set to.

use crate::settings;
use crate::time::Duration;

settings! {
    /// Saves what a process has done now and then, so that a crash costs no more than what came
    /// after.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Settings {
        /// When a checkpoint is due: as soon as any of these says so.
        when: Vec<When> [.at_least(1.0).example("[\"every(5min)\", \"before-risk\"]")],
        /// How many are kept. More than one, since the newest may be broken, or lead to the next
        /// crash.
        keep: u32 [.at_least(1.0).at_most(10_000.0)] = 5,
        /// How often the process may be resumed from the same one before the one before it is used.
        /// A checkpoint that leads to the next crash again and again is worse than none.
        resumes: u32 [.at_least(1.0).unlimited()] = 3,
    }
    short "when";
}

settings! {
    /// When a checkpoint is due.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum When {
        /// A time after the last one was written, or the start.
        Every(
            /// How long.
            interval: Duration [.above(0.0).example("\"5min\"")],
        ),
        /// After a number of steps since the last one.
        Steps(
            /// How many.
            steps: u32 [.at_least(1.0).example("10")],
        ),
        /// Before each risky step, if anything was done since the last one.
        BeforeRisk,
        /// After Young's interval, `√(2 C M)`.
        Young {
            /// What a checkpoint takes.
            cost: Duration [.above(0.0).example("\"2s\"")],
            /// The mean time between failures.
            mtbf: Duration [.above(0.0).example("\"1h\"")],
        },
        /// After Daly's interval, which is better where checkpoints are dear.
        Daly {
            /// What a checkpoint takes.
            cost: Duration [.above(0.0).example("\"2s\"")],
            /// The mean time between failures.
            mtbf: Duration [.above(0.0).example("\"1h\"")],
        },
        /// After Young's interval, for the mean of all costs and of all times between failures so
        /// far, in which what is given here counts as one of each.
        Adaptive {
            /// What a checkpoint takes, as is guessed at first.
            cost: Duration [.above(0.0).example("\"2s\"")],
            /// The mean time between failures, as is guessed at first.
            mtbf: Duration [.above(0.0).example("\"1h\"")],
        },
    }
    literals { Duration => Self::Every }
}

impl Settings {
    /// Due as soon as any of these says so; five are kept, and each resumed three times at most.
    pub const fn of(when: Vec<When>) -> Self {
        Self { when, keep: 5, resumes: 3 }
    }
}
