//! What can be set about hedging, and who does it so.

use crate::invalid::Invalid;
use crate::outcome::Classes;
use crate::time::Duration;

/// The most hedges that can be set for one call.
pub const MOST_HEDGES: u32 = 1_000;

/// The largest [`Recent::window`].
pub const MOST_SAMPLES: u32 = 65_536;

/// The settings of a [`Hedge`](super::Hedge).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How long to wait for the answer before another attempt.
    pub delay: Delay,
    /// How many attempts may follow the first; 0 for none, at most [`MOST_HEDGES`]. gRPC's
    /// `maxAttempts` counts the first one too, Polly's `MaxHedgedAttempts` and failsafe-go's
    /// `WithMaxHedges` do not.
    pub max_hedges: u32,
    /// Where the delay begins after a hedge that came early.
    pub counts_from: CountsFrom,
    /// What follows when an attempt fails.
    pub on_failure: OnFailure,
    /// The failures that end the call at once, whatever `on_failure` says (gRPC: all but
    /// `nonFatalStatusCodes`; Polly: all that `ShouldHandle` does not; failsafe-go: `CancelIf`).
    pub fatal: Classes,
    /// What to make of a failure that says when to come again.
    pub pushback: Pushback,
    /// The failures that say that a hedge was refused by a layer below, if they come in the
    /// instant in which it was sent: a budget answers [`Class::Rejected`](crate::Class::Rejected).
    pub refusals: Classes,
    /// What follows when a hedge was refused.
    pub on_refusal: OnRefusal,
    /// What to answer when all attempts have failed.
    pub all_failed: AllFailed,
}

/// How long to wait for an answer before another attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Delay {
    /// For ever: there is one attempt at a time, and the next follows on a failure (Polly, a
    /// negative `Delay`). Only with [`OnFailure::NextAtOnce`].
    Never,
    /// This long; if it is zero, all attempts are sent at once (gRPC, Polly).
    Fixed(Duration),
    /// As long as this share of recent answers took at most (Finagle's `BackupRequestFilter`: one
    /// less its `maxExtraLoad`; failsafe-go).
    Quantile {
        /// The share; above 0, and at most 1.
        quantile: f64,
        /// Which answers are recent.
        recent: Recent,
    },
    /// Somewhat longer than the mean of recent answers: `factor · mean + plus` (resilience4j's
    /// `AverageDurationSupplier`, where a percentage of 150 is the factor 1.5).
    Mean {
        /// What the mean is multiplied by; finite, and not negative.
        factor: f64,
        /// What is added.
        plus: Duration,
        /// Which answers are recent.
        recent: Recent,
    },
}

/// The answers by which a delay is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recent {
    /// How many of the last answers count; from 1 to [`MOST_SAMPLES`]. resilience4j: 100.
    pub window: u32,
    /// How old an answer may be to count, if that is limited; longer than zero. One of exactly
    /// this age counts no more. Finagle's windows are of time.
    pub max_age: Option<Duration>,
    /// What counts as an answer.
    pub measured: Measured,
    /// How many answers it takes before the delay goes by them; from 1 to `window`.
    pub min_samples: u32,
    /// The delay until then; with none, there are no hedges until then (Finagle).
    pub initial_delay: Option<Duration>,
    /// The shortest delay that is set by answers. Finagle and resilience4j: 1 ms.
    pub min_delay: Duration,
}

/// What counts as an answer when a delay is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    /// Good ones: failures may be quick, and would make the delay too short (failsafe-go;
    /// resilience4j unless it is told to measure errors).
    Good,
    /// All by which a call has ended.
    All,
}

/// Where the delay begins after a hedge that came early, since an attempt had failed. As long as
/// none comes early both give launches at 0, `d`, 2 `d`, ….
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountsFrom {
    /// At the last launch (Polly; gRPC A6: "resume at `hedgingDelay`").
    LastLaunch,
    /// At the first launch: hedges that nothing brings forward come at multiples of the delay.
    FirstLaunch,
}

/// What follows when an attempt fails, and others may still be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// The next attempt is sent at once (gRPC A6 for non-fatal codes; Polly for what it handles).
    NextAtOnce,
    /// Nothing: the next attempt comes when it would have, even if none is under way until then
    /// (grpc-java; failsafe-go for what `CancelIf` leaves).
    KeepsTime,
    /// No more are sent, and what is under way may still win (Finagle: a failure before the backup
    /// is sent is the answer).
    NoMore,
    /// The call ends: the first answer wins whatever it is (resilience4j; failsafe-go by default).
    Ends,
}

/// What to make of a failure that says when to come again (`Retry-After`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushback {
    /// The next attempt is sent then, neither sooner nor later (gRPC A6: `grpc-retry-pushback-ms`).
    /// A hint of [`Duration::MAX`] is never, as gRPC's negative ones are.
    Heeded,
    /// Nothing.
    Ignored,
}

/// What follows when a hedge was refused. It counts as not launched, whatever follows: its failure
/// is neither `fatal` nor an answer, and brings no other hedge forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnRefusal {
    /// No more are sent (grpc-java under its throttle; Finagle has only one to send).
    NoMore,
    /// The next one comes when it would have. The refused one is used up all the same, or there
    /// would be no end to it when the delay is zero.
    Skipped,
    /// The call ends with the refusal (failsafe-go, whose hedge budget fails the execution).
    Ends,
}

/// What to answer when all attempts have failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllFailed {
    /// The failure that came first. Polly answers the failure of the first attempt, which is the
    /// same unless a later attempt failed before it: answers do not tell which attempt they are of.
    First,
    /// The failure that came last (gRPC, failsafe-go).
    Last,
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        let valid = self.max_hedges <= MOST_HEDGES;
        Invalid::unless(valid, "max_hedges", "at most 1000")?;
        match self.delay {
            Delay::Fixed(_) => Ok(()),
            Delay::Never => Invalid::unless(
                self.on_failure == OnFailure::NextAtOnce,
                "delay",
                "limited unless a failure brings the next attempt",
            ),
            Delay::Quantile { quantile, recent } => {
                let valid = 0.0 < quantile && quantile <= 1.0;
                Invalid::unless(valid, "quantile", "above 0 and at most 1")?;
                recent.check()
            }
            Delay::Mean { factor, recent, .. } => {
                let valid = factor.is_finite() && 0.0 <= factor;
                Invalid::unless(valid, "factor", "a finite number of at least 0")?;
                recent.check()
            }
        }
    }
}

impl Recent {
    fn check(&self) -> Result<(), Invalid> {
        let valid = (1..=MOST_SAMPLES).contains(&self.window);
        Invalid::unless(valid, "window", "from 1 to 65536")?;
        let valid = (1..=self.window).contains(&self.min_samples);
        Invalid::unless(valid, "min_samples", "from 1 to the window")?;
        Invalid::unless(self.max_age != Some(Duration::ZERO), "max_age", "longer than zero")
    }
}
