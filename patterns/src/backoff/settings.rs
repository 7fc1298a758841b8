//! What a backoff can be set to.

use super::curve::Curve;
use crate::invalid::Findings;
use crate::settings;
use crate::settings::{Fields, Reader, Setting, Share};
use crate::time::Duration;

settings! {
    /// How long to wait before each further try: `exponential(1s, factor=2, cap=30s, jitter=full)`.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub call struct Settings {
        /// How the waits grow.
        curve: Curve,
        /// The longest wait. Without it an exponential wait soon outlives its caller.
        cap: Option<Duration> = None,
        /// Whether the cap holds for the length that the curve gives, so that waits stay spread at
        /// the cap (`before` jitter: AWS, failsafe, gRPC), or for the wait itself, so that many
        /// waits are exactly the cap (`after` jitter: Polly, resilience4j).
        cap_when: CapWhen = CapWhen::Before,
        /// How waits are spread by chance, so that callers who failed together do not come back
        /// together.
        jitter: Jitter = Jitter::None,
    }
    rules goes_with_the_curve;
    warns cap_without_effect;
}

settings! {
    /// How waits are spread by chance. A share alone, `20%`, is up and down by that much, and so is
    /// a length of time, `100ms`.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Jitter {
        /// Not at all.
        None,
        /// Over the whole length, from zero (AWS, Envoy).
        Full,
        /// Over the upper half.
        Equal,
        /// From the first wait to a multiple of the wait before (AWS); only with exponential waits,
        /// whose `factor` is the multiple.
        Decorrelated,
        /// As Polly 8 spreads exponential waits, which must double: smoothly, and depending on each
        /// other.
        Polly,
        /// As Finagle's `decorrelatedJittered`: from the wait before to a multiple of it, so never
        /// shorter than before; the first wait is not spread. Only with exponential waits, whose
        /// `factor` is the multiple (3 there).
        FinagleDecorrelated,
        /// As Finagle's `exponentialJittered`: from zero to the wait before times a growing power
        /// of the factor; the first wait is not spread, and from the cap on all are the cap. Only
        /// with exponential waits.
        FinagleExponential,
        /// As Finagle's `equalJittered`: from the length that doubles to twice that; the first wait
        /// is not spread, and from the cap on all are the cap. Only with exponential waits.
        FinagleEqual,
        /// Between two multiples of the length.
        Between {
            /// The smallest multiple.
            from: f64 [.at_least(0.0).example("0.75")],
            /// The largest multiple.
            to: f64 [.above(0.0).example("1.0")],
        },
        /// Up or down by a length of time, but never below zero (failsafe-go's `WithJitter`).
        PlusMinus(
            /// By how much at most.
            by: Duration [.example("\"100ms\"")],
        ),
    }
    rules in_order;
    literals {
        Share => |Share(by)| Self::Between { from: 1.0 - by, to: 1.0 + by },
        Duration => Self::PlusMinus,
    }
}

settings! {
    /// What the cap bounds.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum CapWhen {
        /// The length that the curve gives, before jitter.
        Before,
        /// The wait itself, after jitter.
        After,
    }
}

impl Settings {
    /// Waits of this curve, without cap and jitter.
    pub const fn of(curve: Curve) -> Self {
        Self { curve, cap: None, cap_when: CapWhen::Before, jitter: Jitter::None }
    }

    /// Always the same wait.
    pub const fn constant(wait: Duration) -> Self {
        Self::of(Curve::Constant(wait))
    }

    /// These settings with the waits capped before jitter.
    #[must_use]
    pub const fn capped(mut self, cap: Duration) -> Self {
        self.cap = Some(cap);
        self
    }

    /// These settings with the waits spread so.
    #[must_use]
    pub const fn spread(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }

    /// Whether every wait after some first ones is zero, so that trying for ever takes no time.
    pub fn ends_in_zero(&self) -> bool {
        let wait = self.curve.late();
        self.cap.map_or(wait, |cap| wait.min(cap)).is_zero()
    }

    /// Whether the cap may shorten one of this number of waits.
    pub fn is_cap_reached(&self, waits: u32) -> bool {
        let Some(cap) = self.cap else { return false };
        let longest = |length: Duration| match (self.cap_when, self.jitter) {
            (CapWhen::After, Jitter::Between { to, .. }) => length.scale(to),
            (CapWhen::After, Jitter::PlusMinus(by)) => length + by,
            // Then it follows from the waits before.
            (_, jitter) if jitter.has_memory() => Duration::MAX,
            _ => length,
        };
        // A curve that has not reached it after that many waits grows no more.
        (0..waits.min(4096)).any(|n| cap < longest(self.curve.length(n)))
    }
}

impl Jitter {
    /// Whether a wait depends on the wait before, or on all of them.
    pub(super) const fn has_memory(self) -> bool {
        matches!(self, Self::Decorrelated | Self::Polly) || self.is_finagle()
    }

    pub(super) const fn is_finagle(self) -> bool {
        matches!(self, Self::FinagleDecorrelated | Self::FinagleExponential | Self::FinagleEqual)
    }
}

fn in_order(jitter: &Jitter, found: &mut Findings) {
    if let Jitter::Between { from, to } = *jitter {
        found.unless(from <= to, "to", "at least `from`");
    }
}

fn goes_with_the_curve(settings: &Settings, found: &mut Findings) {
    // Of the laws only that of Pareto has a shape with which most waits have no end.
    let is_endless = matches!(settings.curve, Curve::DrawnPareto { .. })
        && settings.curve.drawn(0.5) == Some(Duration::MAX)
        && settings.cap.is_none();
    let larger = "larger, or given beside `cap`: half of all waits would be longer than 584 years";
    found.unless(!is_endless, "shape", larger);
    let is_exponential = matches!(settings.curve, Curve::Exponential { .. });
    match settings.jitter {
        Jitter::None => {}
        _ if settings.curve.is_drawn() => {
            found.add("jitter", "left out where waits are drawn", None);
        }
        Jitter::Polly => {
            let doubles = matches!(settings.curve, Curve::Exponential { factor: 2.0, .. });
            found.unless(doubles, "jitter", "polly only if the waits double");
        }
        jitter if jitter.has_memory() => {
            let name = jitter.write();
            let name = name.text().unwrap_or_default();
            let must_be = format!("{name} only if the waits are exponential");
            found.unless(is_exponential, "jitter", must_be);
        }
        _ => {}
    }
}

fn cap_without_effect(settings: &Settings, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    let is_written = fields.node("cap").is_some() && settings.cap.is_some();
    if is_written && !settings.is_cap_reached(u32::MAX) {
        let why = "`cap` has no effect: no wait is longer";
        reader.no_effect(&fields.place_of("cap"), why);
    }
    if fields.node("cap-when").is_some() {
        let why = match (settings.cap, settings.jitter) {
            (None, _) => "`cap-when` has no effect without `cap`",
            (_, Jitter::None) => "`cap-when` has no effect without `jitter`",
            (_, Jitter::Polly) => "`cap-when` has no effect: polly's waits are capped last",
            (_, jitter) if jitter.is_finagle() => {
                "`cap-when` has no effect: Finagle's waits are capped in either case"
            }
            _ => return,
        };
        reader.no_effect(&fields.place_of("cap-when"), why);
    }
}
