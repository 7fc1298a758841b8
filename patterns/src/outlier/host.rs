//! What is known of one host.

use super::ejection::{Ejection, Finding, HostClassification, Rule};
use super::rules::{Consecutive, Ema, Memory};
use super::settings::Settings;
use super::statistics::Tally;
use crate::stats::faded;
use crate::time::{Duration, Time};

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Host {
    pub(super) phase: Phase,
    /// How often it was ejected, less its healthy intervals.
    pub(super) multiplier: u32,
    /// When it last came back, if it was ever ejected.
    pub(super) back: Option<Time>,
    /// What a rule last found of it.
    pub(super) finding: Option<Finding>,
    errors: u32,
    gateway: u32,
    local_errors: u32,
    average: Average,
    /// What it answered since the last end of an interval.
    pub(super) tally: Tally,
    /// How the way to it fared since then, if that is counted apart.
    pub(super) local: Tally,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Phase {
    #[default]
    In,
    Out(Ejection),
    /// It may be sent one call, or was, and the result decides.
    Probing {
        ejection: Ejection,
        sent: bool,
    },
}

/// A success rate that fades with age.
#[derive(Clone, Copy, Debug, Default)]
struct Average {
    rate: f64,
    results: u32,
    last: Time,
}

impl Host {
    pub(super) fn is_in(&self) -> bool {
        matches!(self.phase, Phase::In)
    }

    /// Counts a result for the rules on intervals.
    pub(super) fn tally(&mut self, result: HostClassification, split: bool) {
        let is_local = result == HostClassification::LocalFailure;
        if split {
            self.local.add(is_local);
        }
        if !is_local {
            self.tally.add(result != HostClassification::Success);
        }
    }

    /// Counts a result for the rules that decide at once, and says which of them finds an outlier:
    /// at most one of each kind, in the order in which they act, each with its `enforce_percent`.
    pub(super) fn find(
        &mut self,
        result: HostClassification,
        settings: &Settings,
        memory: f64,
        now: Time,
    ) -> [Option<(Finding, u8)>; 3] {
        if result == HostClassification::LocalFailure {
            let rule = settings.split_local.and_then(|split| split.consecutive);
            let found = in_a_row(&mut self.local_errors, rule, Rule::ConsecutiveLocal, now);
            return [found, None, None];
        }
        self.local_errors = 0;
        let mut found = [None; 3];
        if result == HostClassification::Success {
            (self.errors, self.gateway) = (0, 0);
        } else {
            if result == HostClassification::GatewayFailure {
                let rule = settings.consecutive_gateway;
                found[0] = in_a_row(&mut self.gateway, rule, Rule::ConsecutiveGateway, now);
            } else {
                self.gateway = 0;
            }
            found[1] = in_a_row(&mut self.errors, settings.in_a_row(), Rule::Consecutive, now);
        }
        if let Some(rule) = settings.ema {
            let success = result == HostClassification::Success;
            let found_below = self.average.falls(success, &rule, memory, now);
            found[2] = found_below.map(|value| {
                let limit = rule.success_rate;
                (Finding { rule: Rule::Ema, at: now, value, limit }, rule.enforce_percent)
            });
        }
        found
    }

    /// Comes back, with a clean record.
    pub(super) fn come_back(&mut self, at: Time) {
        self.phase = Phase::In;
        self.back = Some(at);
        (self.errors, self.gateway, self.local_errors) = (0, 0, 0);
        self.average = Average::default();
    }

    /// Takes one off the multiplier for each end of an interval from `from` to `to` that finds the
    /// host in for a whole interval.
    pub(super) fn shrink(&mut self, from: u64, to: u64, interval: Duration) {
        let (Phase::In, Some(back)) = (self.phase, self.back) else { return };
        let interval = interval.as_nanos();
        let first = back.as_nanos().saturating_add(interval).div_ceil(interval);
        let ends = (to / interval + 1).saturating_sub(first.max(from / interval));
        self.multiplier = self.multiplier.saturating_sub(ends.try_into().unwrap_or(u32::MAX));
    }
}

/// Counts one more in a row; when there are enough, the row begins anew.
fn in_a_row(
    row: &mut u32,
    rule: Option<Consecutive>,
    name: Rule,
    now: Time,
) -> Option<(Finding, u8)> {
    let rule = rule?;
    *row += 1;
    if *row < rule.failures {
        return None;
    }
    let [value, limit] = [*row, rule.failures].map(f64::from);
    *row = 0;
    Some((Finding { rule: name, at: now, value, limit }, rule.enforce_percent))
}

impl Average {
    /// Counts a result, and gives the rate if it is too low; then it begins anew.
    fn falls(&mut self, success: bool, rule: &Ema, memory: f64, now: Time) -> Option<f64> {
        let result = f64::from(u8::from(success));
        if self.results == 0 {
            self.rate = result;
        } else {
            let weight = match rule.memory {
                Memory::Calls(_) => memory,
                Memory::Time(_) => faded(now.since(self.last).as_nanos() as f64 / memory),
            };
            self.rate += weight * (result - self.rate);
        }
        self.last = self.last.max(now);
        self.results = self.results.saturating_add(1);
        let rate = self.rate;
        let found = rule.min_calls <= self.results && rate < rule.success_rate;
        if found {
            *self = Self::default();
        }
        found.then_some(rate)
    }
}
