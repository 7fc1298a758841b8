//! Who is found, and what becomes of them.

use super::Outliers;
use super::ejection::{Ejection, Rule};
use super::host::{Host, Phase};
use super::settings::{
    Back, CapReading, EjectionEnd, FailurePercentage, Growth, HostsCounted, SuccessRate,
};
use super::statistics::{Fleet, Tally};
use crate::backoff::Progress;
use crate::time::{Duration, Time};

impl Outliers {
    /// Looks at the results of an interval at its end: those of the hosts, then those of the ways
    /// to them.
    pub(super) fn judge(&mut self, end: Time, draw: &mut impl FnMut() -> f64) {
        let (success_rate, failures) =
            (self.settings.success_rate, self.settings.failure_percentage);
        let of_hosts = |host: &Host| host.tally;
        let counted = self.with_calls(of_hosts, failures);
        if let Some(rule) = success_rate {
            self.judge_rates(of_hosts, Rule::SuccessRate, rule, end, draw);
        }
        if let Some(rule) = failures {
            self.judge_failures(of_hosts, Rule::FailurePercentage, rule, counted, end, draw);
        }

        let Some(split) = self.settings.split_local else { return };
        let of_ways = |host: &Host| host.local;
        let counted = self.with_calls(of_ways, failures);
        if let Some(rule) = success_rate {
            let rule = SuccessRate { enforce_percent: split.success_rate_percent, ..rule };
            self.judge_rates(of_ways, Rule::SuccessRateLocal, rule, end, draw);
        }
        if let Some(rule) = failures {
            let enforce_percent = split.failure_percentage_percent;
            let rule = FailurePercentage { enforce_percent, ..rule };
            self.judge_failures(of_ways, Rule::FailurePercentageLocal, rule, counted, end, draw);
        }
    }

    /// How many hosts have enough calls, before the other rule ejects any of them (Envoy).
    fn with_calls(&self, tally: fn(&Host) -> Tally, rule: Option<FailurePercentage>) -> usize {
        let least = rule.map_or(0, |rule| rule.min_calls);
        self.hosts.iter().filter(|host| host.is_in() && tally(host).has(least)).count()
    }

    fn judge_rates(
        &mut self,
        tally: fn(&Host) -> Tally,
        name: Rule,
        rule: SuccessRate,
        end: Time,
        draw: &mut impl FnMut() -> f64,
    ) {
        let mut fleet = Fleet::default();
        for host in self.hosts.iter().filter(|host| host.is_in()) {
            if tally(host).has(rule.min_calls) {
                fleet.add(tally(host));
            }
        }
        if fleet.hosts() < rule.min_hosts.into() {
            return;
        }
        for index in 0..self.hosts.len() {
            let tally = tally(&self.hosts[index]);
            if tally.has(rule.min_calls) && fleet.is_below(tally, rule.stdev_factor) {
                self.consider(index, name, rule.enforce_percent, end, draw);
            }
        }
    }

    fn judge_failures(
        &mut self,
        tally: fn(&Host) -> Tally,
        name: Rule,
        rule: FailurePercentage,
        with_calls: usize,
        end: Time,
        draw: &mut impl FnMut() -> f64,
    ) {
        let hosts = match rule.hosts {
            HostsCounted::WithCalls => with_calls,
            HostsCounted::All => self.hosts.len(),
        };
        if hosts < rule.min_hosts.into() {
            return;
        }
        for index in 0..self.hosts.len() {
            let tally = tally(&self.hosts[index]);
            if tally.has(rule.min_calls) && rule.finds(tally) {
                self.consider(index, name, rule.enforce_percent, end, draw);
            }
        }
    }

    /// A rule has found this host; unless it is in, nothing comes of that.
    pub(super) fn consider(
        &mut self,
        index: usize,
        rule: Rule,
        enforce_percent: u8,
        at: Time,
        draw: &mut impl FnMut() -> f64,
    ) {
        if !self.hosts[index].is_in() {
            return;
        }
        let (draw, enforced) = (draw() * 100.0, f64::from(enforce_percent));
        if !self.has_room() {
            self.counts.capped += 1;
        } else if enforced <= draw {
            self.counts.spared += 1;
        } else {
            self.eject(index, rule, at, draw / enforced);
        }
    }

    /// Whether the cap lets one more host be ejected.
    fn has_room(&self) -> bool {
        let (ejected, hosts) = (u64::from(self.ejected), self.hosts.len() as u64);
        let most = u64::from(self.settings.max_ejection_percent) * hosts;
        let room = match self.settings.cap_reading {
            CapReading::After => (ejected + 1) * 100 <= most,
            CapReading::Before => ejected * 100 < most,
            CapReading::BeforeOrAt => ejected * 100 <= most,
        };
        room || self.settings.always_eject_one && ejected == 0
    }

    /// Ejects a host; `jitter` is from 0 to 1.
    pub(super) fn eject(&mut self, index: usize, rule: Rule, at: Time, jitter: f64) {
        let last = self.hosts[index].multiplier;
        let longest = self.settings.max_ejection_time;
        let grows = match self.settings.growth {
            Growth::LinearUnbounded => true,
            Growth::Linear => last < 2 || self.length(last - 1) < longest,
            Growth::Exponential { .. } => last == 0 || self.length(last) < longest,
        };
        let multiplier = last.saturating_add(u32::from(grows));
        let most = self.settings.ejection_jitter;
        let end = at + (self.length(multiplier) + most.scale(jitter).min(most));
        let end = match self.settings.ejection_end {
            EjectionEnd::Returns => end,
            EjectionEnd::Stays => end + Duration::from_nanos(1),
        };
        let until = match self.settings.back {
            Back::AtEnd | Back::ByProbe => end,
            Back::AtInterval | Back::AfterInterval => {
                let interval = self.settings.interval;
                Time::ZERO + interval * end.as_nanos().div_ceil(interval.as_nanos())
            }
        };
        self.hosts[index].multiplier = multiplier;
        self.hosts[index].phase = Phase::Out(Ejection { rule, since: at, until });
        self.ejected += 1;
        self.counts.ejected += 1;
        self.next = self.next.min(until);
    }

    /// How long an ejection with this multiplier is, without jitter; it is at least 1.
    fn length(&self, multiplier: u32) -> Duration {
        self.lengths.next(&mut Progress { waits: multiplier - 1, memory: Duration::ZERO })
    }
}
