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
//! | `Fibonacci { first }` | `first · F(n)`: 1, 1, 2, 3, 5, … |
//! | `List(waits)` | `waits[n]`, the last one for all that follow |
//!
//! | jitter | wait | draws |
//! |---|---|---|
//! | `None` | `d` | 0 |
//! | `Full` | `r · d` | 1 |
//! | `Equal` | `d / 2 + r · d / 2` | 1 |
//! | `Between(from, to)` | `d · (from + r · (to − from))` | 1 |
//! | `Decorrelated` | `first + r · (factor · prev − first)`, at first with `prev = first` | 1 |
//! | `Polly` | `(N(n + r) − N before) · first / 1.4`, with `N(t) = 2ᵗ · tanh √(4t)` | 1 |
//!
//! Full, equal and decorrelated are those of Marc Brooker, "Exponential Backoff And Jitter", AWS
//! Architecture Blog, 2015; there, decorrelated jitter has the factor 3. The last one is
//! Polly's for exponential waits, "decorrelated jitter V2" (`RetryHelper.cs`): waits grow smoothly
//! by 2 and depend on each other, so that callers stay apart. Much of what libraries have is a
//! `Between`:
//!
//! | library | jitter | as |
//! |---|---|---|
//! | resilience4j, cenkalti/backoff | ± 50 % | `Between(0.5, 1.5)` |
//! | Polly, constant and linear waits | ± 25 % | `Between(0.75, 1.25)` |
//! | gRPC | ± 20 % | `Between(0.8, 1.2)` |
//! | backon | up to 100 % more | `Between(1.0, 2.0)` |
//! | the SDKs of OpenAI and Anthropic | up to 25 % less | `Between(0.75, 1.0)` |
//! | failsafe, a wait between `a` and `b` | any | `Constant(b)`, `Between(a / b, 1.0)` |
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `cap` | time, or none | nothing capped is longer, a wait of exactly this length may be |
//! | `cap_when` | [`CapWhen`] | see below |
//!
//! Capped before jitter, `d` is capped and then spread, so that waits stay spread at the cap (AWS,
//! failsafe); `Between` with a multiple above 1 then goes above the cap by as much (gRPC, backon).
//! Capped after jitter, the spread wait is capped, so that many waits are exactly the cap (Polly,
//! resilience4j). Polly's jitter is capped last in either case.
//!
//! Lengths are rounded to the nearest nanosecond and end at [`Duration::MAX`].

use crate::invalid::Invalid;
use crate::time::Duration;

/// The settings of a [`Backoff`].
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How the waits grow.
    pub curve: Curve,
    /// The longest wait, if there is one.
    pub cap: Option<Duration>,
    /// Whether the cap holds for the curve or for the spread wait.
    pub cap_when: CapWhen,
    /// How the waits are spread.
    pub jitter: Jitter,
}

/// How waits grow, before jitter.
#[derive(Clone, Debug, PartialEq)]
pub enum Curve {
    /// Always the same.
    Constant(Duration),
    /// By the same step each time.
    Linear {
        /// The first wait.
        first: Duration,
        /// What each further wait is longer.
        step: Duration,
    },
    /// By the same factor each time.
    Exponential {
        /// The first wait.
        first: Duration,
        /// What each further wait is multiplied by; finite, and at least 1.
        factor: f64,
    },
    /// Each wait is the sum of the two before it; the first two are the same (backon,
    /// tokio-retry).
    Fibonacci {
        /// The first wait.
        first: Duration,
    },
    /// As listed; the last wait stays. At least one.
    List(Vec<Duration>),
}

/// How waits are spread by chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Jitter {
    /// Not at all.
    None,
    /// Over the whole length, from zero.
    Full,
    /// Over the upper half.
    Equal,
    /// Between these multiples of the length: the first at least 0 and no more than the second,
    /// which is finite and more than 0.
    Between(f64, f64),
    /// From the first wait to a multiple of the wait before; only with an exponential curve.
    Decorrelated,
    /// As Polly spreads exponential waits; only with an exponential curve of factor 2.
    Polly,
}

/// What the cap of a [`Backoff`] bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapWhen {
    /// The length that the curve gives.
    BeforeJitter,
    /// The wait itself.
    AfterJitter,
}

/// How far a sequence of waits has come; begins with [`Progress::default`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many waits there were.
    pub waits: u32,
    /// What the next one depends on: with decorrelated jitter the last wait, with Polly's where
    /// all waits would end if there were no cap.
    pub memory: Duration,
}

/// A sequence of waits.
///
/// # Example
///
/// ```
/// use patterns::Duration;
/// use patterns::backoff::{Backoff, CapWhen, Curve, Jitter, Progress, Settings};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let backoff = Backoff::new(Settings {
///     curve: Curve::Exponential { first: Duration::from_millis(100), factor: 2.0 },
///     cap: Some(Duration::from_secs(1)),
///     cap_when: CapWhen::BeforeJitter,
///     jitter: Jitter::Full,
/// })?;
/// let draw = || 0.5;
/// let mut progress = Progress::default();
/// let waits = [(); 5].map(|()| backoff.next(&mut progress, draw));
/// assert_eq!(waits, [50, 100, 200, 400, 500].map(Duration::from_millis));
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
            Curve::Constant(_) | Curve::Linear { .. } | Curve::Fibonacci { .. } => {}
            Curve::Exponential { factor, .. } => {
                let valid = factor.is_finite() && 1.0 <= *factor;
                Invalid::unless(valid, "factor", "a finite number of at least 1")?;
            }
            Curve::List(waits) => {
                Invalid::unless(!waits.is_empty(), "waits", "a list of at least one wait")?;
            }
        }
        match (settings.jitter, &settings.curve) {
            (Jitter::Decorrelated, curve) => {
                let valid = matches!(curve, Curve::Exponential { .. });
                Invalid::unless(valid, "jitter", "decorrelated only if the waits are exponential")?;
            }
            (Jitter::Polly, curve) => {
                let valid = matches!(curve, Curve::Exponential { factor: 2.0, .. });
                Invalid::unless(valid, "jitter", "polly only if the waits double")?;
            }
            (Jitter::Between(from, to), _) => {
                let valid = 0.0 <= from && from <= to && 0.0 < to && to.is_finite();
                Invalid::unless(valid, "jitter", "between two multiples, 0 <= from <= to, 0 < to")?;
            }
            (Jitter::None | Jitter::Full | Jitter::Equal, _) => {}
        }
        Ok(Self { settings })
    }

    /// The next wait.
    ///
    /// Draws once if there is jitter, and never otherwise.
    pub fn next(&self, progress: &mut Progress, draw: impl FnOnce() -> f64) -> Duration {
        let wait = match (self.settings.jitter, &self.settings.curve) {
            (Jitter::Polly, Curve::Exponential { first, .. }) => {
                let end = polly(*first, progress.waits, draw());
                let wait = end - core::mem::replace(&mut progress.memory, end);
                // At the end of time it is no difference any more.
                self.capped(if end == Duration::MAX { end } else { wait })
            }
            _ => {
                let wait = self.drawn(*progress, draw);
                progress.memory = wait;
                wait
            }
        };
        progress.waits = progress.waits.saturating_add(1);
        wait
    }

    fn drawn(&self, progress: Progress, draw: impl FnOnce() -> f64) -> Duration {
        let (least, most) = self.spread(progress);
        let wait = match self.settings.jitter {
            Jitter::None => most,
            // Rounding may go past the end by a nanosecond, or by more where `f64` is coarse.
            _ => (least + (most - least).scale(draw())).min(most),
        };
        match self.settings.cap_when {
            CapWhen::BeforeJitter => wait,
            CapWhen::AfterJitter => self.capped(wait),
        }
    }

    /// The shortest and the longest wait that [`Backoff::next`] may give for any draw.
    pub fn bounds(&self, progress: Progress) -> (Duration, Duration) {
        let (least, most) = self.spread(progress);
        match self.settings.cap_when {
            CapWhen::BeforeJitter => (least, most),
            CapWhen::AfterJitter => (self.capped(least), self.capped(most)),
        }
    }

    /// Whether every wait after some first ones is zero, so that trying for ever takes no time.
    pub fn ends_in_zero(&self) -> bool {
        let uncapped = match &self.settings.curve {
            Curve::Constant(wait) => *wait,
            Curve::Linear { first, step } => *first + *step,
            Curve::Exponential { first, .. } | Curve::Fibonacci { first } => *first,
            Curve::List(waits) => waits.last().copied().unwrap_or_default(),
        };
        self.capped(uncapped).is_zero()
    }

    /// The ends that a draw chooses between, capped if the cap comes before jitter.
    fn spread(&self, progress: Progress) -> (Duration, Duration) {
        let Progress { waits, memory } = progress;
        let capped = |wait| match self.settings.cap_when {
            CapWhen::BeforeJitter => self.capped(wait),
            CapWhen::AfterJitter => wait,
        };
        match (self.settings.jitter, &self.settings.curve) {
            (Jitter::Decorrelated, Curve::Exponential { first, factor }) => {
                let previous = if waits == 0 { *first } else { memory.max(*first) };
                // Never less than before, though `f64` is coarse after some hundred days.
                (capped(*first), capped(previous.scale(*factor).max(previous)))
            }
            (Jitter::Polly, Curve::Exponential { first, .. }) => {
                let [least, most] = [0.0, 1.0].map(|r| polly(*first, waits, r));
                let most = if most == Duration::MAX { most } else { most - memory };
                (self.capped(least - memory), self.capped(most))
            }
            (jitter, _) => {
                let length = capped(self.length(waits));
                match jitter {
                    Jitter::Full => (Duration::ZERO, length),
                    Jitter::Equal => (Duration::from_nanos(length.as_nanos() / 2), length),
                    Jitter::Between(from, to) => (length.scale(from), length.scale(to)),
                    Jitter::None | Jitter::Decorrelated | Jitter::Polly => (length, length),
                }
            }
        }
    }

    /// What the curve gives after `waits` other waits.
    fn length(&self, waits: u32) -> Duration {
        match &self.settings.curve {
            Curve::Constant(wait) => *wait,
            Curve::Linear { first, step } => *first + *step * u64::from(waits),
            Curve::Exponential { first, factor } => first.scale(power(*factor, waits)),
            Curve::Fibonacci { first } => *first * fibonacci(waits),
            Curve::List(list) => {
                let index = (waits as usize).min(list.len() - 1);
                list[index]
            }
        }
    }

    fn capped(&self, wait: Duration) -> Duration {
        self.settings.cap.map_or(wait, |cap| wait.min(cap))
    }
}

/// The number of Fibonacci at this index, from `F(0) = F(1) = 1` on; the largest `u64` from where
/// they do not fit.
fn fibonacci(index: u32) -> u64 {
    let (mut number, mut next) = (1_u64, 1_u64);
    for _ in 0..index.min(100) {
        (number, next) = (next, number.saturating_add(next));
    }
    number
}

/// Where the wait after `waits` others ends, counted from the beginning of the first one:
/// `first / 1.4 · 2ᵗ · tanh √(4t)`, with `t = waits + r`.
fn polly(first: Duration, waits: u32, r: f64) -> Duration {
    let t = f64::from(waits) + r;
    first.scale(libm::exp2(t) * libm::tanh(libm::sqrt(4.0 * t)) / 1.4)
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
