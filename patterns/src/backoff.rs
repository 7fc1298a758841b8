//! Backoff: how long to wait before each further try.
//!
//! A wait is made in three parts: the curve gives a length that grows with the tries, the cap
//! bounds it, and the jitter spreads it so that callers who failed together do not come back
//! together. With `n` the number of waits before this one, `prev` the wait before, and `r` a
//! uniform draw from `[0, 1)`:
//!
//! | curve | length `d` |
//! |---|---|
//! | `Constant(d)` | `d` |
//! | `Linear { first, step }` | `first + n · step` |
//! | `Exponential { first, factor }` | `first · factorⁿ` |
//! | `List(waits)` | `waits[n]`, the last one for all that follow |
//!
//! | jitter | wait | draws |
//! |---|---|---|
//! | `None` | `d` | 0 |
//! | `Full` | `r · d` | 1 |
//! | `Equal` | `d / 2 + r · d / 2` | 1 |
//! | `Decorrelated` | `first + r · (factor · prev − first)`, at first with `prev = first` | 1 |
//!
//! The kinds of jitter are those of Marc Brooker, "Exponential Backoff And Jitter", AWS
//! Architecture Blog, 2015; there, decorrelated jitter has the factor 3.
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `cap` | time, or none | no wait is longer, one of exactly this length may be |
//! | `cap_when` | [`CapWhen`] | see below |
//!
//! Capped before jitter, `d` is capped and then spread, so that waits stay spread at the cap (AWS,
//! failsafe). Capped after jitter, the spread wait is capped, so that many waits are exactly the
//! cap (Polly, resilience4j).
//!
//! Lengths are rounded to the nearest nanosecond and end at [`Span::MAX`].

use crate::invalid::Invalid;
use crate::time::Span;

/// The settings of a [`Backoff`].
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How the waits grow.
    pub curve: Curve,
    /// The longest wait, if there is one.
    pub cap: Option<Span>,
    /// Whether the cap holds for the curve or for the spread wait.
    pub cap_when: CapWhen,
    /// How the waits are spread.
    pub jitter: Jitter,
}

/// How waits grow, before jitter.
#[derive(Clone, Debug, PartialEq)]
pub enum Curve {
    /// Always the same.
    Constant(Span),
    /// By the same step each time.
    Linear {
        /// The first wait.
        first: Span,
        /// What each further wait is longer.
        step: Span,
    },
    /// By the same factor each time.
    Exponential {
        /// The first wait.
        first: Span,
        /// What each further wait is multiplied by; finite, and at least 1.
        factor: f64,
    },
    /// As listed; the last wait stays. At least one.
    List(Vec<Span>),
}

/// How waits are spread by chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jitter {
    /// Not at all.
    None,
    /// Over the whole length, from zero.
    Full,
    /// Over the upper half.
    Equal,
    /// From the first wait to a multiple of the wait before; only with an exponential curve.
    Decorrelated,
}

/// What the cap of a [`Backoff`] bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapWhen {
    /// The length that the curve gives.
    BeforeJitter,
    /// The wait itself.
    AfterJitter,
}

/// A sequence of waits.
///
/// # Example
///
/// ```
/// use patterns::Span;
/// use patterns::backoff::{Backoff, CapWhen, Curve, Jitter, Settings};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let backoff = Backoff::new(Settings {
///     curve: Curve::Exponential { first: Span::from_millis(100), factor: 2.0 },
///     cap: Some(Span::from_secs(1)),
///     cap_when: CapWhen::BeforeJitter,
///     jitter: Jitter::Full,
/// })?;
/// let draw = || 0.5;
/// assert_eq!(backoff.wait(0, Span::ZERO, draw), Span::from_millis(50));
/// assert_eq!(backoff.wait(2, Span::ZERO, draw), Span::from_millis(200));
/// assert_eq!(backoff.wait(9, Span::ZERO, draw), Span::from_millis(500));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Backoff {
    settings: Settings,
}

impl Backoff {
    /// A backoff with these settings.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        match &settings.curve {
            Curve::Constant(_) | Curve::Linear { .. } => {}
            Curve::Exponential { factor, .. } => {
                let valid = factor.is_finite() && 1.0 <= *factor;
                Invalid::unless(valid, "factor", "a finite number of at least 1")?;
            }
            Curve::List(waits) => {
                Invalid::unless(!waits.is_empty(), "waits", "a list of at least one wait")?;
            }
        }
        let exponential = matches!(settings.curve, Curve::Exponential { .. });
        let valid = exponential || settings.jitter != Jitter::Decorrelated;
        Invalid::unless(valid, "jitter", "decorrelated only if the waits are exponential")?;
        Ok(Self { settings })
    }

    /// The wait after `waits` others, of which the last was `previous`.
    ///
    /// `previous` matters to decorrelated jitter alone, and not to its first wait. Draws once if
    /// there is jitter, and never otherwise.
    pub fn wait(&self, waits: u32, previous: Span, draw: impl FnOnce() -> f64) -> Span {
        let (least, most) = self.spread(waits, previous);
        let wait = match self.settings.jitter {
            Jitter::None => most,
            // Rounding may go past the end by a nanosecond, or by more where `f64` is coarse.
            Jitter::Full | Jitter::Equal | Jitter::Decorrelated => {
                (least + (most - least).scale(draw())).min(most)
            }
        };
        match self.settings.cap_when {
            CapWhen::BeforeJitter => wait,
            CapWhen::AfterJitter => self.capped(wait),
        }
    }

    /// The shortest and the longest wait that [`Backoff::wait`] may give for any draw.
    pub fn bounds(&self, waits: u32, previous: Span) -> (Span, Span) {
        let (least, most) = self.spread(waits, previous);
        (self.capped(least), self.capped(most))
    }

    /// Whether every wait after some first ones is zero, so that trying for ever takes no time.
    pub fn ends_in_zero(&self) -> bool {
        let uncapped = match &self.settings.curve {
            Curve::Constant(wait) => *wait,
            Curve::Linear { first, step } => *first + *step,
            Curve::Exponential { first, .. } => *first,
            Curve::List(waits) => waits.last().copied().unwrap_or_default(),
        };
        self.capped(uncapped).is_zero()
    }

    /// The ends that a draw chooses between, capped if the cap comes before jitter.
    fn spread(&self, waits: u32, previous: Span) -> (Span, Span) {
        let (least, most) = match (self.settings.jitter, &self.settings.curve) {
            (Jitter::Decorrelated, Curve::Exponential { first, factor }) => {
                let previous = if waits == 0 { *first } else { previous.max(*first) };
                // Never less than before, though `f64` is coarse after some hundred days.
                (*first, previous.scale(*factor).max(previous))
            }
            (jitter, _) => {
                let length = self.length(waits);
                let length = match self.settings.cap_when {
                    CapWhen::BeforeJitter => self.capped(length),
                    CapWhen::AfterJitter => length,
                };
                let least = match jitter {
                    Jitter::None | Jitter::Decorrelated => length,
                    Jitter::Full => Span::ZERO,
                    Jitter::Equal => Span::from_nanos(length.as_nanos() / 2),
                };
                (least, length)
            }
        };
        match self.settings.cap_when {
            CapWhen::BeforeJitter => (self.capped(least), self.capped(most)),
            CapWhen::AfterJitter => (least, most),
        }
    }

    /// What the curve gives after `waits` other waits.
    fn length(&self, waits: u32) -> Span {
        match &self.settings.curve {
            Curve::Constant(wait) => *wait,
            Curve::Linear { first, step } => *first + *step * u64::from(waits),
            Curve::Exponential { first, factor } => first.scale(power(*factor, waits)),
            Curve::List(list) => {
                let index = (waits as usize).min(list.len() - 1);
                list[index]
            }
        }
    }

    fn capped(&self, wait: Span) -> Span {
        self.settings.cap.map_or(wait, |cap| wait.min(cap))
    }
}

/// `base` to the power of `exponent`, by squaring.
///
/// Only multiplies, so it gives the same bits everywhere, which `f64::powi` does not. It grows
/// with `exponent` unless `base` is closer to 1 than some 1e-7, where rounding is coarser than a
/// step.
fn power(base: f64, exponent: u32) -> f64 {
    let (mut result, mut square, mut rest) = (1.0, base, exponent);
    while rest > 0 {
        if rest & 1 == 1 {
            result *= square;
        }
        square *= square;
        rest >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_those_of_repeated_multiplication() {
        for base in [1.0, 1.5, 2.0, 3.0] {
            let mut product = 1.0;
            for exponent in 0..20 {
                assert!((power(base, exponent) - product).abs() <= product * 1e-15);
                product *= base;
            }
        }
        assert_eq!(power(2.0, 63).to_bits(), ((1_u64 << 63) as f64).to_bits());
        assert!(power(2.0, u32::MAX).is_infinite());
        assert_eq!(power(1.0, u32::MAX).to_bits(), 1.0_f64.to_bits());
    }
}
