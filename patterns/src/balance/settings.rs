//! What balancing can be set to, and which settings make sense.

use super::pick::FULL;
use crate::invalid::Invalid;
use crate::outlier;
use crate::time::Duration;

/// The settings of a [`Balance`](super::Balance).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How many targets there are, at least 1.
    pub targets: u16,
    /// Which of the targets that may be used gets a call.
    pub picker: Picker,
    /// Which targets are left out because they do worse than they should, if any.
    pub eject: Option<outlier::Settings>,
    /// With a smaller share of targets in than this, in percent, ejections are not heeded and all
    /// are used; at most 100. With 0 never: when all are out, calls are refused (Envoy
    /// `healthy_panic_threshold`: 50).
    pub panic_percent: u8,
    /// How many other targets a call may try, one after the other, when a layer on the caller's
    /// side refused it; at most [`MAX_RESELECT`] (Envoy `host_selection_retry_max_attempts`).
    pub reselect: u8,
    /// Whether a target that was refused with a hint when to come again is left out until then.
    pub respect_retry_after: bool,
    /// How targets that come back get their share, if not all of it at once.
    pub slow_start: Option<SlowStart>,
    /// What to do with results that come after their call was given up.
    pub late: Late,
    /// What a call says about its target that was given up above.
    pub cancelled: Cancelled,
}

/// How many refusals of one call are remembered.
pub const MAX_RESELECT: u8 = 15;

/// Which of the targets that may be used gets a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picker {
    /// One after the other. A target that is left out passes its turn to all others alike, not to
    /// the one behind it. No draw.
    RoundRobin,
    /// Any, each as likely. One draw.
    Random,
    /// One with the fewest calls under way, and of several such one after the other (nginx
    /// `least_conn`). No draw.
    LeastInFlight,
    /// Of two different ones, drawn by chance, the one with fewer calls under way, and the first of
    /// them if they have as many (Envoy `LEAST_REQUEST`, Finagle `p2c`). Two draws.
    TwoChoices,
    /// Always the same for a caller: its number modulo `targets`. While that one is left out, its
    /// callers are dealt out over all others. No draw.
    ByCaller,
    /// The first: the others are there for when it is left out. No draw.
    InOrder,
}

impl Picker {
    /// How many draws it takes for each pick.
    pub const fn draws(self) -> usize {
        match self {
            Self::RoundRobin | Self::LeastInFlight | Self::ByCaller | Self::InOrder => 0,
            Self::Random => 1,
            Self::TwoChoices => 2,
        }
    }

    /// Whether targets can have different shares.
    const fn has_weights(self) -> bool {
        !matches!(self, Self::ByCaller | Self::InOrder)
    }
}

/// A growing share for a target that was ejected and has come back.
///
/// Its weight is `max(min_weight_percent / 100, (age / window)^(1 / aggression))`, with its time
/// since it came back as its age, until that is `window` (Envoy `SlowStartConfig`; there the age is
/// at least a second).
///
/// Round robin passes it over so often that it has its weight's share of turns, chance draws it so
/// much less often, and its calls under way weigh so much more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlowStart {
    /// How long it lasts; more than zero.
    pub window: Duration,
    /// 1 is a straight line; with more, the weight grows faster at first. More than 0.
    pub aggression: f64,
    /// The least weight, in percent, from 1 to 100 (Envoy: 10).
    pub min_weight_percent: u8,
}

/// What to do with results that come after their call was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Late {
    /// They count for the health of their target, unless the call has counted already.
    Count,
    /// Nothing.
    Drop,
}

/// What a call says about its target that was given up above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// Nothing (Envoy, if the one who called hung up).
    Ignore,
    /// That it gave no answer in time (Envoy, whose own timeout does this).
    Timeout,
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(1 <= self.targets, "targets", "at least 1")?;
        Invalid::unless(self.panic_percent <= 100, "panic_percent", "at most 100")?;
        Invalid::unless(self.reselect <= MAX_RESELECT, "reselect", "at most 15")?;
        let Some(slow) = self.slow_start else { return Ok(()) };
        Invalid::unless(
            self.eject.is_some() && self.picker.has_weights(),
            "slow_start",
            "left out unless targets are ejected and the picker gives shares",
        )?;
        Invalid::unless(!slow.window.is_zero(), "window", "longer than zero")?;
        let valid = slow.aggression.is_finite() && 0.0 < slow.aggression;
        Invalid::unless(valid, "aggression", "a finite number above 0")?;
        let valid = (1..=100).contains(&slow.min_weight_percent);
        Invalid::unless(valid, "min_weight_percent", "from 1 to 100")
    }
}

impl SlowStart {
    /// The weight of a target that came back so long ago.
    pub(super) fn weight(&self, age: Duration) -> u64 {
        if self.window <= age {
            return FULL;
        }
        let part = age.as_nanos() as f64 / self.window.as_nanos() as f64;
        let least = f64::from(self.min_weight_percent) / 100.0;
        let weight = libm::pow(part, 1.0 / self.aggression).max(least);
        (weight * FULL as f64 + 0.5) as u64
    }
}
