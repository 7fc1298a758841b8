//! Who is found, and what becomes of them.

use super::ejection::{Ejection, Finding, Rule};
use super::host::{Host, Phase};
use super::machine::Outliers;
use super::rules::{Compare, FailurePercentage, HostsCounted, SuccessRate};
use super::settings::{Back, CapReading, EjectionEnd, Growth};
use super::statistics::{Fleet, Tally};
use crate::backoff::Progress;
use crate::layer::Rng;
use crate::time::{Duration, Time};

impl Outliers {
    /// Looks at the results of an interval at its end: those of the hosts, then those of the ways
    /// to them.
    pub(super) fn judge(&mut self, end: Time, rng: &mut impl Rng) {
        let (success_rate, failures) =
            (self.settings.success_rate, self.settings.failure_percentage);
        let of_hosts = |host: &Host| host.tally;
        let counted = self.with_calls(of_hosts, failures);
        if let Some(rule) = success_rate {
            self.judge_rates(of_hosts, Rule::SuccessRate, rule, end, rng);
        }
        if let Some(rule) = failures {
            self.judge_failures(of_hosts, Rule::FailurePercentage, rule, counted, end, rng);
        }

        let Some(split) = self.settings.split_local else { return };
        let of_ways = |host: &Host| host.local;
        let counted = self.with_calls(of_ways, failures);
        if let Some(rule) = success_rate {
            let rule = SuccessRate { enforce_percent: split.success_rate_percent, ..rule };
            self.judge_rates(of_ways, Rule::SuccessRateLocal, rule, end, rng);
        }
        if let Some(rule) = failures {
            let enforce_percent = split.failure_percentage_percent;
            let rule = FailurePercentage { enforce_percent, ..rule };
            self.judge_failures(of_ways, Rule::FailurePercentageLocal, rule, counted, end, rng);
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
        rng: &mut impl Rng,
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
                let (value, limit) = (tally.success_rate(), fleet.limit(rule.stdev_factor));
                let finding = Finding { rule: name, at: end, value, limit };
                self.consider(index, finding, rule.enforce_percent, rng);
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
        rng: &mut impl Rng,
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
            if tally.has(rule.min_calls) && is_too_high(&rule, tally) {
                let value = 1.0 - tally.success_rate();
                let limit = f64::from(rule.threshold) / 100.0;
                let finding = Finding { rule: name, at: end, value, limit };
                self.consider(index, finding, rule.enforce_percent, rng);
            }
        }
    }

    /// A rule has found this host; unless it is in, nothing comes of that.
    pub(super) fn consider(
        &mut self,
        index: usize,
        finding: Finding,
        enforce_percent: u8,
        rng: &mut impl Rng,
    ) {
        let host = &mut self.hosts[index];
        if !host.is_in() {
            return;
        }
        host.finding = Some(finding);
        let (draw, enforced) = (rng.uniform() * 100.0, f64::from(enforce_percent));
        if !self.has_room() {
            self.counts.capped += 1;
        } else if enforced <= draw {
            self.counts.spared += 1;
        } else {
            self.eject(index, finding.rule, finding.at, draw / enforced);
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
        let longest = self.settings.longest();
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

/// Whether these failures are too many of the calls.
fn is_too_high(rule: &FailurePercentage, tally: Tally) -> bool {
    let failures = u64::from(tally.failures) * 100;
    let most = u64::from(tally.calls) * u64::from(rule.threshold);
    match rule.compare {
        Compare::AtLeast => most <= failures,
        Compare::MoreThan => most < failures,
    }
}
