//! Balancing, as an author writes it.

use patterns::balance::{self, Settings};
use patterns::{Invalid, Target};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::Length;
use super::fallback::targets;
use super::like::choices;
use crate::registry::Names;
use eject::Eject;

mod eject;
mod rates;

/// Each call goes to one of several services. The service that was called stands for them: it
/// never sees the calls itself, and is none of them. Nor do layers below this one see any: those
/// of a service belong in the policy of the edge to it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Balance {
    /// The services, each named once.
    #[schemars(with = "Vec<String>", length(min = 1))]
    over: Vec<Spanned<String>>,
    /// Which of them gets a call; default `round-robin`.
    pick: Option<Pick>,
    /// Which of them are left out for a while because they do worse than they should; default none.
    eject: Option<Eject>,
    /// With a smaller share than this of them left, in percent, all are used; 0 is never. Default
    /// 50.
    panic_percent: Option<u8>,
    /// How many others a call may try, one after the other, when a layer on the caller's side
    /// refuses it, such as a breaker for one of the services; default all others, 15 at most.
    reselect: Option<u8>,
    /// Whether one that was refused until a known time is left out until then; default true.
    respect_retry_after: Option<bool>,
    /// With `eject`: how services that come back get their share; default all of it at once.
    slow_start: Option<SlowStart>,
    /// What results do that come after their call was given up; default `drop`.
    late: Option<Late>,
    /// What a call says about its service that was given up from above; default `ignore`.
    cancelled: Option<Cancelled>,
}

choices!(
    /// Which service gets a call: one after the other, any by chance, the one with the fewest calls
    /// under way, the better of two by chance, always the same for a caller, or the first one.
    Pick for balance::Picker {
        RoundRobin, Random, LeastInFlight, TwoChoices, ByCaller, InOrder
    }
);
choices!(
    /// What late results do: nothing, or count for the health of their service.
    Late for balance::Late { Drop, Count }
);
choices!(
    /// What a call that was given up says: nothing, or that no answer came in time.
    Cancelled for balance::Cancelled { Ignore, Timeout }
);

/// A share that grows, for services that come back.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SlowStart {
    /// How long it takes until they have all of their share.
    window: Length,
    /// The shape: 1, the default, is a straight line; with more, it grows faster at first.
    aggression: Option<f64>,
    /// The share at first, in percent; default 10.
    min_weight_percent: Option<u8>,
}

impl From<SlowStart> for balance::SlowStart {
    fn from(slow: SlowStart) -> Self {
        let Length(window) = slow.window;
        Self {
            window,
            aggression: slow.aggression.unwrap_or(1.0),
            min_weight_percent: slow.min_weight_percent.unwrap_or(10),
        }
    }
}

impl Balance {
    /// The settings and the targets, if there are such services.
    pub(crate) fn settings(
        self,
        names: &mut Names<'_>,
    ) -> Option<Result<(Settings, Vec<Target>), Invalid>> {
        let over = targets(&self.over, names)?;
        Some(self.among(over.len()).map(|settings| (settings, over)))
    }

    fn among(self, targets: usize) -> Result<Settings, Invalid> {
        Invalid::unless(0 < targets, "over", "at least one service")?;
        let targets = u16::try_from(targets);
        let targets = targets.map_err(|_| Invalid::new("over", "at most 65535 services"))?;
        let others = (targets - 1).min(balance::MAX_RESELECT.into()) as u8;
        Ok(Settings {
            targets,
            picker: self.pick.unwrap_or_default().into(),
            eject: self.eject.map(Eject::settings).transpose()?,
            panic_percent: self.panic_percent.unwrap_or(50),
            reselect: self.reselect.unwrap_or(others),
            respect_retry_after: self.respect_retry_after.unwrap_or(true),
            slow_start: self.slow_start.map(Into::into),
            late: self.late.unwrap_or_default().into(),
            cancelled: self.cancelled.unwrap_or_default().into(),
        })
    }
}

#[cfg(test)]
mod tests;
