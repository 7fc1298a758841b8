//! What a sweep is to do, beside its axes.

use patterns::Duration;

patterns::settings! {
    /// A sweep: every other key is an axis, a path into the file with the values to put there. In
    /// cells, tables and pictures values come in numeric order where all are numbers, all shares
    /// in percent or all lengths of time; else in that of the file.
    #[derive(Clone, Debug)]
    pub(crate) struct Design {
        /// Runs of each cell.
        replications: u32 [.at_least(1.0).at_most(1_000_000.0)] = 30,
        /// The measure that is looked at; with `none`, the success of the first group of agents.
        objective: Option<String> [.example("\"agents.research.success\"")] = None,
        /// Axes that nobody chooses: the best is given under each of their values, and chosen among
        /// those of all other axes and the variants. With `none` they are all axes but those into
        /// `policies`, `edges`, `recoveries` and `humans`, and those over what services can be
        /// given (`slots`, `queue`, `order`, `overflow`, `count`, `pick`, `health-check`,
        /// `retry-elsewhere`).
        conditions: Option<Vec<String>> [.example("[\"agents.research.count\"]")] = None,
        /// Measures that `series.csv` has over time; with `none`, the objective and those of the
        /// hypotheses, without their windows.
        series: Option<Vec<String>> [.example("[\"agents.research.success\"]")] = None,
        /// How long the pieces are in which it has them; with `none`, there are at most 30 of
        /// them.
        series_every: Option<Duration> [.above(0.0).example("\"10s\"")] = None,
        /// Whether more of the objective is better; with `none`, as the measure has it.
        better: Option<Better> [.example("\"lower\"")] = None,
    }
}

patterns::settings! {
    /// Whether more of something is better.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Better {
        /// More is better.
        Higher,
        /// Less is better.
        Lower,
    }
}
