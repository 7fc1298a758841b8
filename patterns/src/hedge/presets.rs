//! Hedging of libraries, in their own numbers.

use super::settings::{
    AllFailed, CountsFrom, Delay, Measured, OnFailure, OnRefusal, Pushback, Recent, Settings,
};
use crate::outcome::{Class, Classes};
use crate::preset::Library;
use crate::settings;
use crate::settings::{Auto, Like, Preset};
use crate::time::Duration;

settings! {
    /// resilience4j's `HedgeConfig`: one hedge, and the first answer wins, a failure too. It knows
    /// no hints and no budget.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Resilience4j {
        /// When the hedge is sent: `preconfiguredDuration`, which has no default, or
        /// `mean(factor=1.5)` for `averagePlusPercentageDuration(150, …)`, or `mean(plus=20ms)`
        /// for `averagePlusAmountDuration(20, …)`.
        delay: Resilience4jDelay [.example("\"200ms\"")],
    }
}

settings! {
    /// When resilience4j sends its hedge.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Resilience4jDelay {
        /// `preconfiguredDuration`.
        Fixed(
            /// How long after the first attempt.
            delay: Duration,
        ),
        /// `AverageDurationSupplier`: by the mean of recent calls, failures too. It measures only
        /// calls that the first attempt answers; here it is all calls, so that the mean of a slow
        /// callee is somewhat longer.
        Mean {
            /// The percentage divided by 100; the library's 0 stands for 1 here.
            factor: f64 [.at_least(0.0)] = 1.0,
            /// What is added instead of a percentage.
            plus: Duration = Duration::ZERO,
            /// `windowSize`.
            window: u32 [.at_least(1.0).at_most(65536.0)] = 100,
            /// `shouldMeasureErrors`.
            measured: Measured = Measured::All,
        },
    }
    literals { Duration => Self::Fixed }
}

settings! {
    /// Polly's `HedgingStrategyOptions`: one hedge after 2 s, or at once on a failure.
    ///
    /// When all attempts fail Polly answers with the failure of the attempt that was sent first;
    /// here it is the failure that came first, which is another one if a hedge fails sooner.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Polly {
        /// `Delay`, or what `DelayGenerator` gives; `0s` sends all attempts at once, and `never`
        /// stands for a negative one. It begins anew with every launch.
        delay: Delay = Delay::Fixed(Duration::from_secs(2)),
        /// `MaxHedgedAttempts`, without the first one.
        max_hedges: u32 [.at_least(1.0).at_most(10.0)] = 1,
    }
}

settings! {
    /// failsafe-go's `hedgepolicy`: one hedge, and the first answer wins, a failure too. When its
    /// budget refuses a hedge no more are sent, and what is under way may still win.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct FailsafeGo {
        /// The argument of `NewWithDelay`, or what the function of `NewWithDelayFunc` gives. Its
        /// quantiles count single attempts; here it is calls.
        delay: Delay [.example("\"200ms\"")],
        /// `WithMaxHedges`.
        max_hedges: u32 [.at_most(1000.0)] = 1,
    }
}

settings! {
    /// gRPC's `hedgingPolicy` (proposal A6): all attempts at once, and every failure is fatal.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Grpc {
        /// `maxAttempts`, with the first one. It must be given there; more than 5 are treated as 5.
        max_attempts: u32 [.at_least(2.0)] = 5,
        /// `hedgingDelay`: all at once if it is not given.
        hedging_delay: Duration = Duration::ZERO,
        /// `nonFatalStatusCodes`: the classes after which the next attempt is sent at once. All
        /// others end the call, and what they say about when to come again is not read
        /// (grpc-java).
        non_fatal: Classes = Classes::NONE,
    }
}

impl Like<Settings> for Resilience4j {
    fn settings(&self) -> Settings {
        let delay = match self.delay {
            Resilience4jDelay::Fixed(delay) => Delay::Fixed(delay),
            Resilience4jDelay::Mean { factor, plus, window, measured } => {
                // `MIN_HEDGE_DELAY`, which is also what a mean of no calls gives
                let least = Duration::from_millis(1);
                let recent = Recent::default().with(|recent| {
                    recent.window = window;
                    recent.measured = measured;
                    recent.min_samples = Auto::Is(1);
                    recent.initial_delay = Some(least.max(plus));
                    recent.min_delay = least;
                });
                Delay::Mean { factor, plus, recent }
            }
        };
        // There is one call after the cutoff.
        Settings { all_failed: AllFailed::First, ..first_answer_wins(delay) }
    }
}

impl Like<Settings> for Polly {
    fn settings(&self) -> Settings {
        Settings {
            max_hedges: self.max_hedges,
            // ShouldHandle: all exceptions but cancellation
            fatal: Classes::NONE,
            pushback: Pushback::Ignored,
            refusals: Classes::NONE,
            // The outcome of the first attempt, if all were handled
            all_failed: AllFailed::First,
            ..Settings::of(self.delay)
        }
    }
}

impl Like<Settings> for FailsafeGo {
    fn settings(&self) -> Settings {
        Settings {
            max_hedges: self.max_hedges,
            refusals: Classes::NONE.with(Class::Rejected),
            ..first_answer_wins(self.delay)
        }
    }
}

impl Like<Settings> for Grpc {
    fn settings(&self) -> Settings {
        let is_fatal = |class: &Class| !self.non_fatal.contains(*class);
        Settings {
            max_hedges: self.max_attempts.min(5) - 1,
            // "resume at hedgingDelay"
            counts_from: CountsFrom::LastLaunch,
            fatal: Class::ALL.into_iter().filter(is_fatal).collect(),
            // grpc-retry-pushback-ms
            pushback: Pushback::Heeded,
            // The throttle is asked before each hedge.
            refusals: Classes::NONE.with(Class::Rejected),
            on_refusal: OnRefusal::NoMore,
            ..Settings::of(Delay::Fixed(self.hedging_delay))
        }
    }
}

/// One hedge, and whichever attempt completes first is the answer, exceptionally or not.
fn first_answer_wins(delay: Delay) -> Settings {
    Settings {
        on_failure: OnFailure::Ends,
        fatal: Classes::NONE,
        pushback: Pushback::Ignored,
        refusals: Classes::NONE,
        ..Settings::of(delay)
    }
}

/// All of them.
pub(super) fn all() -> Vec<Preset<Settings>> {
    vec![
        Preset::of::<Resilience4j>(
            "resilience4j",
            "`HedgeConfig`: one hedge after a delay that must be given; the first answer wins",
        ),
        Preset::of::<Polly>(
            "polly",
            "`HedgingStrategyOptions`: one hedge after 2 s, or at once on a failure",
        ),
        Preset::of::<FailsafeGo>(
            "failsafe-go",
            "`hedgepolicy`: one hedge after a delay that must be given; the first answer wins",
        ),
        Preset::of::<Grpc>("grpc", "A6 `hedgingPolicy`: up to 4 hedges, all at once"),
    ]
}

impl Library {
    /// Its hedging, if it needs no number to be given.
    pub fn hedge(self) -> Option<Settings> {
        self.of()
    }
}
