//! What hedging can be set to, and who does it so.

use crate::invalid::Findings;
use crate::outcome::{Class, Classes};
use crate::settings;
use crate::settings::{Auto, Code, Fields, Node, Reader, Setting, Shape};
use crate::time::Duration;

/// The most hedges that can be set for one call.
pub const MOST_HEDGES: u32 = 1_000;

/// The largest [`Recent::window`].
pub const MOST_SAMPLES: u32 = 65_536;

settings! {
    /// Sends another attempt while the first is still under way; the first good answer wins. Calls
    /// that are not idempotent are sent once.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Settings {
        /// How long to wait for an answer before another attempt: a fixed time, or one that
        /// follows recent answers. `p95` is short for `quantile(0.95)`.
        delay: Delay [
            .absorbs(&[
                ("window", "\"quantile(0.95, window=100)\""),
                ("max-age", "\"quantile(0.95, max-age=1min)\""),
                ("measured", "\"quantile(0.95, measured=all)\""),
                ("min-samples", "\"quantile(0.95, min-samples=10)\""),
                ("initial-delay", "\"quantile(0.95, initial-delay=1s)\""),
                ("at-first", "\"quantile(0.95, initial-delay=1s)\""),
                ("min-delay", "\"quantile(0.95, min-delay=1ms)\""),
                ("least", "\"quantile(0.95, min-delay=1ms)\""),
            ])
            .example("\"quantile(0.95, window=100)\"")
        ],
        /// How many attempts may follow the first; 0 for none. gRPC's `maxAttempts` counts the
        /// first one too, Polly's `MaxHedgedAttempts` and failsafe-go's `WithMaxHedges` do not.
        max_hedges: u32 [.at_most(1000.0)] = 1,
        /// Where the delay begins after a hedge that came early.
        counts_from: CountsFrom = CountsFrom::LastLaunch,
        /// What follows when an attempt fails.
        on_failure: OnFailure = OnFailure::NextAtOnce,
        /// The classes of failure that end the call at once, whatever `on-failure` says (gRPC: all
        /// but `nonFatalStatusCodes`; Polly: all that `ShouldHandle` does not; failsafe-go:
        /// `CancelIf`).
        fatal: Classes = Classes::NONE.with(Class::Validation),
        /// What to make of a failure that says when to come again (`Retry-After`).
        pushback: Pushback = Pushback::Heeded,
        /// The classes of failure that say that a hedge was refused by a layer below, if they come
        /// in the instant in which it was sent: a budget answers `rejected`.
        refusals: Classes = Classes::NONE.with(Class::Rejected),
        /// What follows when a hedge was refused.
        on_refusal: OnRefusal = OnRefusal::NoMore,
        /// Which failure is the answer when all attempts have failed.
        all_failed: AllFailed = AllFailed::Last,
    }
    short "delay";
    rules rules;
    warns warns;
}

settings! {
    /// How long to wait for an answer before another attempt.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Delay {
        /// For ever: there is one attempt at a time, and the next follows on a failure (Polly, a
        /// negative `Delay`). Only with `on-failure = "next-at-once"`.
        Never,
        /// This long; if it is zero, all attempts are sent at once (gRPC, Polly).
        Fixed(
            /// How long.
            delay: Duration,
        ),
        /// As long as this share of recent answers took at most (Finagle's `BackupRequestFilter`:
        /// one less its `maxExtraLoad`; failsafe-go).
        Quantile {
            /// The share: with 0.95 or 95%, one call of twenty is hedged.
            quantile: f64 [.share().above(0.0)],
            /// Which answers are recent.
            @flat recent: Recent = Recent::default(),
        },
        /// Somewhat longer than the mean of recent answers: `factor · mean + plus`
        /// (resilience4j's `AverageDurationSupplier`, where a percentage of 150 is the factor 1.5).
        Mean {
            /// What the mean is multiplied by.
            factor: f64 [.at_least(0.0)] = 1.0,
            /// What is added to that.
            plus: Duration = Duration::ZERO,
            /// Which answers are recent.
            @flat recent: Recent = Recent::default(),
        },
    }
    literals { Percentile => |Percentile(share)| Self::quantile(share), Duration => Self::Fixed }
}

settings! {
    /// The answers by which a delay is set.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Recent {
        /// How many of the last answers count (resilience4j: 100).
        window: u32 [.at_least(1.0).at_most(65536.0)] = 100,
        /// How old an answer may be to count, if that is limited. One of exactly this age counts
        /// no more. Finagle's windows are of time.
        max_age: Option<Duration> [.above(0.0)] = None,
        /// What counts as an answer.
        measured: Measured = Measured::Good,
        /// How many answers it takes before the delay goes by them; no more than the window.
        /// `auto` is 10, or the window if that is smaller.
        min_samples: Auto<u32> [.at_least(1.0)] = Auto::Auto,
        /// The delay until there are enough answers; without one, there are no hedges until then
        /// (Finagle).
        initial_delay: Option<Duration> = None,
        /// The shortest delay that answers can set (Finagle and resilience4j: 1 ms).
        min_delay: Duration = Duration::from_millis(1),
    }
    rules recent_rules;
}

settings! {
    /// Which answers count when a delay is set.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Measured {
        /// Good ones: failures may be quick, and would make the delay too short (failsafe-go).
        Good,
        /// All by which a call has ended (resilience4j, unless `shouldMeasureErrors` is false).
        All,
    }
}

settings! {
    /// Where the delay begins after a hedge that came early, since an attempt had failed. As long
    /// as none comes early both give launches at 0, `d`, 2 `d`, ….
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum CountsFrom {
        /// At the last launch (Polly; gRPC A6: "resume at `hedgingDelay`").
        LastLaunch,
        /// At the first launch: hedges that nothing brings forward come at multiples of the delay.
        FirstLaunch,
    }
}

settings! {
    /// What follows when an attempt fails, and others may still be sent.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum OnFailure {
        /// The next attempt is sent at once (gRPC A6 for non-fatal codes; Polly for what it
        /// handles).
        NextAtOnce,
        /// Nothing: the next attempt comes when it would have, even if none is under way until
        /// then (grpc-java; failsafe-go for what `CancelIf` leaves).
        KeepsTime,
        /// No more are sent, and what is under way may still win (Finagle: a failure before the
        /// backup is sent is the answer).
        NoMore,
        /// The call ends: the first answer wins whatever it is (resilience4j; failsafe-go by
        /// default).
        Ends,
    }
}

settings! {
    /// What to make of a failure that says when to come again (`Retry-After`).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Pushback {
        /// The next attempt is sent then, neither sooner nor later (gRPC A6:
        /// `grpc-retry-pushback-ms`). After one that says "never" no more are sent.
        Heeded,
        /// Nothing.
        Ignored,
    }
}

settings! {
    /// What follows when a hedge was refused. It counts as not launched, whatever follows: its
    /// failure is neither `fatal` nor an answer, and brings no other hedge forward.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum OnRefusal {
        /// No more are sent (failsafe-go's budget; grpc-java under its throttle; Finagle has only
        /// one to send).
        NoMore,
        /// The next one comes when it would have. The refused one is used up all the same, or
        /// there would be no end to it when the delay is zero.
        Skipped,
        /// The call ends with the refusal.
        Ends,
    }
}

settings! {
    /// Which failure is the answer when all attempts have failed.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum AllFailed {
        /// The failure that came first. Polly answers the failure of the first attempt, which is
        /// the same unless a later attempt failed before it: answers do not tell which attempt
        /// they are of.
        First,
        /// The failure that came last (gRPC, failsafe-go).
        Last,
    }
}

impl Settings {
    /// One hedge after this delay, or at once when the first attempt fails.
    pub const fn of(delay: Delay) -> Self {
        Self {
            delay,
            max_hedges: 1,
            counts_from: CountsFrom::LastLaunch,
            on_failure: OnFailure::NextAtOnce,
            fatal: Classes::NONE.with(Class::Validation),
            pushback: Pushback::Heeded,
            refusals: Classes::NONE.with(Class::Rejected),
            on_refusal: OnRefusal::NoMore,
            all_failed: AllFailed::Last,
        }
    }

    /// Whether a hedge may come early, so that others follow on it.
    fn is_ever_early(&self) -> bool {
        let by_failure = self.on_failure == OnFailure::NextAtOnce;
        let by_pushback =
            self.on_failure == OnFailure::KeepsTime && self.pushback == Pushback::Heeded;
        1 < self.max_hedges && (by_failure || by_pushback) && self.delay != Delay::Never
    }
}

impl Delay {
    /// As long as this share of the last hundred answers took at most.
    pub const fn quantile(quantile: f64) -> Self {
        Self::Quantile { quantile, recent: Recent::LAST_HUNDRED }
    }

    /// This many times the mean of the last hundred answers.
    pub const fn mean(factor: f64) -> Self {
        Self::Mean { factor, plus: Duration::ZERO, recent: Recent::LAST_HUNDRED }
    }
}

impl Recent {
    const LAST_HUNDRED: Self = Self {
        window: 100,
        max_age: None,
        measured: Measured::Good,
        min_samples: Auto::Auto,
        initial_delay: None,
        min_delay: Duration::from_millis(1),
    };

    /// How many answers it takes before the delay goes by them.
    pub(super) fn least_samples(&self) -> u32 {
        self.min_samples.or(self.window.min(10))
    }
}

impl Default for Recent {
    /// The last hundred good answers.
    fn default() -> Self {
        Self::LAST_HUNDRED
    }
}

fn rules(settings: &Settings, found: &mut Findings) {
    let follows = settings.on_failure == OnFailure::NextAtOnce;
    found.unless(
        settings.delay != Delay::Never || follows,
        "delay",
        "limited unless a failure brings the next attempt",
    );
}

fn recent_rules(recent: &Recent, found: &mut Findings) {
    let fits = recent.least_samples() <= recent.window;
    found.unless(fits, "min_samples", "no more than the window");
}

fn warns(settings: &Settings, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    let ends = settings.on_failure == OnFailure::Ends;
    let stops = ends || settings.on_failure == OnFailure::NoMore;
    let without_hedges = "`max-hedges` is 0, so that no hedge is sent";
    let keys = [
        ("delay", settings.max_hedges == 0, without_hedges),
        ("on-failure", settings.max_hedges == 0, without_hedges),
        ("on-refusal", settings.max_hedges == 0, without_hedges),
        ("counts-from", !settings.is_ever_early(), "no hedge comes early that others follow"),
        ("fatal", ends, "every failure ends the call with `on-failure = \"ends\"`"),
        ("pushback", stops, "no attempt follows on a failure with this `on-failure`"),
        ("all-failed", ends, "the first failure is the answer with `on-failure = \"ends\"`"),
        ("on-refusal", settings.refusals == Classes::NONE, "`refusals` is empty"),
    ];
    for (key, is_idle, why) in keys {
        if is_idle && fields.node(key).is_some() {
            reader.no_effect(&fields.place_of(key), format!("`{key}` has no effect: {why}"));
        }
    }
}

/// A quantile as operators write it, `p95` or `p99.9`: a share, above 0 and at most 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percentile(pub f64);

impl Setting for Percentile {
    fn shape() -> Shape {
        Shape::Form { what: "a quantile of recent answers", example: "p95" }
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let percent = node.text().and_then(|text| text.trim().strip_prefix('p'));
        let Some(percent) = percent.and_then(|percent| percent.parse::<f64>().ok()) else {
            reader
                .wrong_type(node, "a length of time such as \"2s\", or a quantile such as \"p95\"");
            return None;
        };
        if !(0.0 < percent && percent <= 100.0) {
            let message = format!("{} must be above p0 and at most p100", reader.subject());
            reader.mistake(&node.at, Code::OutOfRange, message);
        }
        // Divided, so that p95 is the number written 0.95.
        Some(Self(percent / 100.0))
    }

    fn write(&self) -> Node {
        Node::word(format!("p{}", self.0 * 100.0))
    }
}
