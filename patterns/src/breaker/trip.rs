//! What opens a closed circuit breaker.

use super::window::Window;
use crate::invalid::Findings;
use crate::settings;
use crate::settings::Share;
use crate::time::Duration;

settings! {
    /// What opens a closed breaker. The keys say which condition is meant: `failures` alone counts
    /// failures in a row, with `window` those in the window; `rate`, `slow-rate` or both look at
    /// shares of the calls in `window`; `rate` and `memory` at a moving average; `any` and `all`
    /// hold several conditions.
    #[derive(Clone, Debug, PartialEq)]
    pub keyed enum Trip {
        /// A number of failures in a row.
        Consecutive {
            /// How many failures open it: in a row, or with `window` among the calls in it. It
            /// opens at exactly this number. gobreaker takes 6 in a row, pybreaker 5.
            failures: u32 [.at_least(1.0).example("5")],
            /// For failures in a row: those that have left this window of time do not count any
            /// more (gobreaker's `BucketPeriod`).
            within: Option<Window> [.example("\"10s\"")] = None,
        },
        /// A number of failures in a window.
        Count {
            /// How many failures open it; no more than a window of calls holds.
            failures: u32 [.at_least(1.0).example("5")],
            /// Which calls are looked at: `20`, `"30s"` or `"epoch(30s, buckets=30)"`.
            window: Window [
                .example("\"30s\"")
                .absorbs(&[("buckets", "\"epoch(10s, buckets=10)\"")])
            ],
        },
        /// A share of failures, or of slow calls, among the calls in a window. With both rates
        /// either of them opens it.
        Rate {
            /// The share of failures that opens it. resilience4j and Hystrix take 50%, Polly 10%.
            /// With `memory` it is the moving average that opens it.
            rate: Option<f64> [.share().selects().example("\"50%\"")] = None,
            /// The share of slow calls that opens it; `slow` says which calls are slow.
            slow_rate: Option<f64> [.share().selects().example("\"50%\"")] = None,
            /// Which calls are looked at.
            window: Window [
                .example("\"30s\"")
                .absorbs(&[("buckets", "\"epoch(10s, buckets=10)\"")])
            ],
            /// With fewer calls in the window it never opens. If it is not set: as many as a window
            /// of calls holds, and 10 for any other window or an average. In a window of calls
            /// those count that have left it since the breaker closed, and one more than it holds
            /// is the most: then it decides from the first result on that pushes another out
            /// (recloser).
            min_calls: Option<u32> [.at_least(1.0).example("20")] = None,
            /// Whether exactly the rate opens it.
            compare: Compare = Compare::AtLeast,
        },
        /// A moving average of failures, in which each failure is a one and each success a zero;
        /// the first result is the first average (Finagle).
        Average {
            /// How fast the average forgets: a time, or the share of the way by which each result
            /// moves it.
            memory: Memory [.example("\"30s\"")],
            /// The average that opens it.
            rate: f64 [.share().example("\"20%\"")],
            /// With fewer results since it closed it never opens; 10 if it is not set.
            min_calls: Option<u32> [.at_least(1.0).example("5")] = None,
            /// Whether exactly that average opens it.
            compare: Compare = Compare::AtLeast,
        },
        /// Any of several conditions.
        Any(
            /// Any of these conditions opens it; each is written as those of the breaker itself.
            any: Vec<Trip> [
                .at_least(1.0)
                .example("[{ failures = 5 }, { rate = 0.5, window = \"30s\" }]")
            ],
        ),
        /// All of several conditions.
        All(
            /// All of these conditions together open it.
            all: Vec<Trip> [
                .at_least(1.0)
                .example("[{ failures = 5 }, { rate = 0.5, window = \"30s\" }]")
            ],
        ),
    }
    rules rules;
}

settings! {
    /// How fast a moving average forgets. A share alone is `share`, a time alone `time`.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Memory {
        /// With each result the average moves by this share of the way to it.
        Share(
            /// The share of the way.
            share: f64 [.share().above(0.0).example("\"10%\"")],
        ),
        /// With each result the average moves by `1 − e^(−dt/time)` of the way to it, where `dt` is
        /// the time since the result before (Finagle, `liveness/FailureAccrualPolicy.scala`).
        Time(
            /// After how long a result has lost two thirds of its weight.
            time: Duration [.above(0.0).example("\"30s\"")],
        ),
    }
    literals { Share => |Share(share)| Self::Share(share), Duration => Self::Time }
}

settings! {
    /// Whether a share at exactly the threshold is enough.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Compare {
        /// Yes: `>=` (resilience4j, Polly, Hystrix, recloser). The threshold must be more than 0.
        AtLeast,
        /// No: `>` (Sentinel, opossum, cockatiel). The threshold must be less than 1.
        MoreThan,
    }
}

impl Trip {
    /// About how many bytes its windows take.
    pub(super) fn room(&self) -> u64 {
        match self {
            Self::Consecutive { within, .. } => within.map_or(0, Window::room),
            Self::Count { window, .. } | Self::Rate { window, .. } => window.room(),
            Self::Average { .. } => 0,
            Self::Any(all) | Self::All(all) => all.iter().map(Self::room).sum(),
        }
    }
}

impl Compare {
    /// Whether a share of `found` is enough where `rate` is asked for.
    pub(super) fn reaches(self, found: f64, rate: f64) -> bool {
        match self {
            Self::AtLeast => rate <= found,
            Self::MoreThan => rate < found,
        }
    }

    fn rule(self, rate: f64, setting: &str, found: &mut Findings) {
        match self {
            Self::AtLeast => {
                let must_be = "more than 0 and at most 1, as `compare` is `at-least`";
                found.unless(0.0 < rate, setting, must_be);
            }
            Self::MoreThan => {
                let must_be = "at least 0 and less than 1, as `compare` is `more-than`";
                found.unless(rate < 1.0, setting, must_be);
            }
        }
    }
}

fn rules(trip: &Trip, found: &mut Findings) {
    match *trip {
        Trip::Consecutive { within, .. } => {
            let valid = within.is_none_or(Window::is_of_time);
            found.unless(valid, "within", "a window of time, such as 10s");
        }
        Trip::Count { failures, window } => {
            let fits = failures <= window.most_calls();
            found.unless(fits, "failures", "no more than the calls of the window");
        }
        Trip::Rate { rate, slow_rate, window, min_calls, compare } => {
            let given = rate.is_some() || slow_rate.is_some();
            found.unless(given, "rate", "given beside `window`, or `slow-rate`, or `failures`");
            for (rate, setting) in [(rate, "rate"), (slow_rate, "slow-rate")] {
                if let Some(rate) = rate {
                    compare.rule(rate, setting, found);
                }
            }
            let fits = min_calls.is_none_or(|least| least <= window.most_calls().saturating_add(1));
            let must_be = "at most one more than the calls of the window";
            found.unless(fits, "min-calls", must_be);
        }
        Trip::Average { rate, compare, .. } => compare.rule(rate, "rate", found),
        Trip::Any(_) | Trip::All(_) => {}
    }
}

impl Trip {
    /// This number of failures in a row.
    pub const fn failures(failures: u32) -> Self {
        Self::Consecutive { failures, within: None }
    }

    /// A share of failures among the calls in a window, exactly reached; change it by
    /// [`Trip::at_min_calls`] and [`Trip::compared`].
    pub const fn rate(rate: f64, window: Window) -> Self {
        let compare = Compare::AtLeast;
        Self::Rate { rate: Some(rate), slow_rate: None, window, min_calls: None, compare }
    }

    /// A share of slow calls among the calls in a window, exactly reached.
    pub const fn slow_rate(slow_rate: f64, window: Window) -> Self {
        let compare = Compare::AtLeast;
        Self::Rate { rate: None, slow_rate: Some(slow_rate), window, min_calls: None, compare }
    }

    /// This condition with another least number of calls, if it has one.
    #[must_use]
    pub fn at_min_calls(mut self, least: u32) -> Self {
        if let Self::Rate { min_calls, .. } | Self::Average { min_calls, .. } = &mut self {
            *min_calls = Some(least);
        }
        self
    }

    /// This condition with its rate compared so, if it has one.
    #[must_use]
    pub fn compared(mut self, with: Compare) -> Self {
        if let Self::Rate { compare, .. } | Self::Average { compare, .. } = &mut self {
            *compare = with;
        }
        self
    }

    /// Whether a part of it is so.
    pub(super) fn has(&self, is: &impl Fn(&Self) -> bool) -> bool {
        match self {
            Self::Any(trips) | Self::All(trips) => trips.iter().any(|trip| trip.has(is)),
            one => is(one),
        }
    }

    /// Whether slow calls matter to it.
    pub(super) fn looks_at_slow(&self) -> bool {
        self.has(&|trip| matches!(trip, Self::Rate { slow_rate: Some(_), .. }))
    }

    /// The window of one condition, if it has one.
    pub(super) const fn window(&self) -> Option<Window> {
        match self {
            Self::Count { window, .. } | Self::Rate { window, .. } => Some(*window),
            Self::Consecutive { within, .. } => *within,
            Self::Average { .. } | Self::Any(_) | Self::All(_) => None,
        }
    }

    /// The keys of this form.
    pub(super) const fn own_keys(&self) -> &'static [&'static str] {
        match self {
            Self::Consecutive { .. } => &["failures", "within"],
            Self::Count { .. } => &["failures", "window"],
            Self::Rate { .. } => &["rate", "slow-rate", "window", "min-calls", "compare"],
            Self::Average { .. } => &["memory", "rate", "min-calls", "compare"],
            Self::Any(_) => &["any"],
            Self::All(_) => &["all"],
        }
    }
}
