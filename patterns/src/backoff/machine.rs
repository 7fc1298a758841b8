//! The waits themselves.

use super::curve::{Curve, power};
use super::law;
use super::settings::{CapWhen, Jitter, Settings};
use crate::invalid::{Findings, Invalid};
use crate::layer::Rng;
use crate::settings::Setting;
use crate::time::Duration;

/// How far a sequence of waits has come; begins with [`Progress::default`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many waits there were.
    pub waits: u32,
    /// What the next one depends on: the last wait, or with Polly's jitter where all waits would
    /// end if there were no cap.
    pub memory: Duration,
}

/// A sequence of waits.
///
/// # Example
///
/// ```
/// use patterns::Duration;
/// use patterns::backoff::{Backoff, Curve, Jitter, Progress, Settings};
/// use patterns::testing::Script;
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let doubling = Settings::of(Curve::doubling(Duration::from_millis(100)));
/// let backoff = Backoff::new(doubling.capped(Duration::from_secs(1)).spread(Jitter::Full))?;
/// let mut rng = Script::new(&[0.5]);
/// let mut progress = Progress::default();
/// let waits = [(); 5].map(|()| backoff.next_with(&mut progress, &mut rng));
/// assert_eq!(waits, [50, 100, 200, 400, 500].map(Duration::from_millis));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Backoff {
    settings: Settings,
    /// The first lengths that the curve gives, capped if the cap comes before jitter.
    lengths: [Duration; LENGTHS],
    /// Whether waits are drawn, and do not follow from each other.
    is_drawn: bool,
}

/// More waits than most calls ever take.
const LENGTHS: usize = 16;

impl Backoff {
    /// A backoff with these settings.
    ///
    /// # Errors
    ///
    /// If a setting is out of its range, or does not go with another.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        let mut found = Findings::default();
        settings.check(&mut found);
        found.into_result()?;
        let is_drawn = settings.curve.is_drawn();
        let mut backoff = Self { settings, lengths: [Duration::ZERO; LENGTHS], is_drawn };
        backoff.lengths = core::array::from_fn(|waits| backoff.length(waits as u32));
        Ok(backoff)
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether a wait depends on chance: [`Backoff::next_with`] then draws once for each.
    pub fn uses_chance(&self) -> bool {
        self.settings.jitter != Jitter::None || self.is_drawn
    }

    /// The next wait, of a backoff without chance.
    ///
    /// # Panics
    ///
    /// If it depends on chance: then take [`Backoff::next_with`].
    pub fn next(&self, progress: &mut Progress) -> Duration {
        assert!(!self.uses_chance(), "a backoff with jitter needs `next_with`");
        self.advance(progress, 0.0)
    }

    /// The next wait.
    ///
    /// Draws once if it [depends on chance](Self::uses_chance), and never otherwise.
    pub fn next_with(&self, progress: &mut Progress, rng: &mut impl Rng) -> Duration {
        let draw = if self.uses_chance() { rng.uniform() } else { 0.0 };
        self.advance(progress, draw)
    }

    #[inline]
    fn advance(&self, progress: &mut Progress, draw: f64) -> Duration {
        let Some(length) = self.lengths.get(progress.waits as usize) else {
            return self.advance_by_curve(progress, draw);
        };
        let wait = match self.settings.jitter {
            Jitter::None if !self.is_drawn => *length,
            Jitter::Full => length.scale(draw).min(*length),
            _ => return self.advance_by_curve(progress, draw),
        };
        let wait = self.capped_late(wait);
        *progress = Progress { waits: progress.waits + 1, memory: wait };
        wait
    }

    /// The long way, for every jitter and however many waits there were.
    #[inline(never)]
    fn advance_by_curve(&self, progress: &mut Progress, draw: f64) -> Duration {
        let wait = match (self.settings.jitter, &self.settings.curve) {
            (Jitter::Polly, Curve::Exponential { base, .. }) => {
                let end = polly(*base, progress.waits, draw);
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

    fn drawn(&self, progress: Progress, draw: f64) -> Duration {
        let (least, most) = self.spread(progress);
        let wait = match (self.settings.jitter, &self.settings.curve) {
            (_, curve) if self.is_drawn => {
                self.capped_early(law::wait(curve, draw).unwrap_or_default())
            }
            (Jitter::None, _) => most,
            (Jitter::PlusMinus(by), _) => (most + by.scale(2.0 * draw)) - (by + by),
            // Rounding may go past the end by a nanosecond, or by more where `f64` is coarse.
            _ => (least + (most - least).scale(draw)).min(most),
        };
        self.capped_late(wait)
    }

    /// The shortest and the longest wait that [`Backoff::next_with`] may give for any draw.
    pub fn bounds(&self, progress: Progress) -> (Duration, Duration) {
        let (least, most) = self.spread(progress);
        (self.capped_late(least), self.capped_late(most))
    }

    /// Whether every wait after some first ones is zero, so that trying for ever takes no time.
    pub fn ends_in_zero(&self) -> bool {
        self.settings.ends_in_zero()
    }

    /// The ends that a draw chooses between, capped if the cap comes before jitter.
    fn spread(&self, progress: Progress) -> (Duration, Duration) {
        let Progress { waits, memory } = progress;
        let capped = |wait| self.capped_early(wait);
        match (self.settings.jitter, &self.settings.curve) {
            (Jitter::Decorrelated, Curve::Exponential { base, factor }) => {
                let previous = if waits == 0 { *base } else { memory.max(*base) };
                // Never less than before, though `f64` is coarse after some hundred days.
                (capped(*base), capped(previous.scale(*factor).max(previous)))
            }
            (Jitter::Polly, Curve::Exponential { base, .. }) => {
                let [least, most] = [0.0, 1.0].map(|r| polly(*base, waits, r));
                let most = if most == Duration::MAX { most } else { most - memory };
                (self.capped(least - memory), self.capped(most))
            }
            (jitter, Curve::Exponential { base, factor }) if jitter.is_finagle() => {
                self.finagle(jitter, *base, *factor, progress)
            }
            (_, curve) if self.is_drawn => {
                let (least, _) = law::bounds(curve).unwrap_or_default();
                (capped(least), self.length(waits))
            }
            (jitter, _) => {
                let length = self.length(waits);
                match jitter {
                    Jitter::Full => (Duration::ZERO, length),
                    Jitter::Equal => (Duration::from_nanos(length.as_nanos() / 2), length),
                    Jitter::Between { from, to } => (length.scale(from), length.scale(to)),
                    Jitter::PlusMinus(by) => (length - by, length + by),
                    _ => (length, length),
                }
            }
        }
    }

    /// Finagle's `Backoff`: what may be drawn follows from the wait before. Uncapped above only
    /// where the wait is capped after it was drawn.
    fn finagle(
        &self,
        jitter: Jitter,
        base: Duration,
        factor: f64,
        Progress { waits, memory }: Progress,
    ) -> (Duration, Duration) {
        let cap = self.settings.cap.unwrap_or(Duration::MAX);
        if waits == 0 {
            return (base.min(cap), base.min(cap));
        }
        match jitter {
            Jitter::FinagleDecorrelated => (memory, memory.scale(factor).max(memory).min(cap)),
            Jitter::FinagleExponential => {
                let top = memory.scale(power(factor, waits));
                if top < cap { (Duration::ZERO, top) } else { (cap, cap) }
            }
            _ => {
                let half = base.scale(power(factor, waits - 1));
                if memory < cap && half < cap { (half, half + half) } else { (cap, cap) }
            }
        }
    }

    /// What the curve gives after `waits` other waits, capped if the cap comes before jitter.
    fn length(&self, waits: u32) -> Duration {
        self.capped_early(self.settings.curve.length(waits))
    }

    fn capped_early(&self, wait: Duration) -> Duration {
        match self.settings.cap_when {
            CapWhen::Before => self.capped(wait),
            CapWhen::After => wait,
        }
    }

    fn capped(&self, wait: Duration) -> Duration {
        self.settings.cap.map_or(wait, |cap| wait.min(cap))
    }

    /// Capped, if the cap comes last.
    fn capped_late(&self, wait: Duration) -> Duration {
        let is_last = self.settings.cap_when == CapWhen::After || self.settings.jitter.is_finagle();
        if is_last { self.capped(wait) } else { wait }
    }
}

/// Where the wait after `waits` others ends, counted from the beginning of the first one:
/// `base / 1.4 · 2ᵗ · tanh √(4t)`, with `t = waits + r`.
fn polly(base: Duration, waits: u32, r: f64) -> Duration {
    let t = f64::from(waits) + r;
    base.scale(libm::exp2(t) * libm::tanh(libm::sqrt(4.0 * t)) / 1.4)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn curves() -> impl Strategy<Value = Curve> {
        let nanos = || (0..100_000_u64).prop_map(Duration::from_nanos);
        prop_oneof![
            nanos().prop_map(Curve::Constant),
            nanos().prop_map(|base| Curve::Fibonacci { base }),
            (nanos(), 1.0..3.0).prop_map(|(base, factor)| Curve::Exponential { base, factor }),
            prop::collection::vec(nanos(), 1..4).prop_map(Curve::List),
        ]
    }

    proptest! {
        #[test]
        fn a_backoff_waits_on_the_short_way_as_on_the_long_one(
            curve in curves(),
            jitter in prop_oneof![Just(Jitter::None), Just(Jitter::Full), Just(Jitter::Equal)],
            cap in prop::option::of((1..1_000_000_u64).prop_map(Duration::from_nanos)),
            is_late in any::<bool>(),
            draws in prop::collection::vec(0.0..1.0, 20),
        ) {
            let mut settings = Settings::of(curve).spread(jitter);
            settings.cap = cap;
            settings.cap_when = if is_late { CapWhen::After } else { CapWhen::Before };
            let backoff = Backoff::new(settings).expect("valid");
            let (mut short, mut long) = (Progress::default(), Progress::default());
            for draw in draws {
                let expected = backoff.advance_by_curve(&mut long, draw);
                prop_assert_eq!(backoff.advance(&mut short, draw), expected);
                prop_assert_eq!(short, long);
            }
        }
    }
}
