//! A slow detector of outliers, that looks at every instant and at all results so far.

use patterns::outlier::*;
use patterns::{Duration, Time};

/// A detector without any cleverness: it keeps all results, and lets time pass one by one.
pub(crate) struct Model {
    settings: Settings,
    now: u64,
    log: Vec<(u64, u16, HostClassification)>,
    pub(crate) hosts: Vec<Host>,
    pub(crate) draws: usize,
    pub(crate) counts: Counts,
}

#[derive(Clone, Default)]
pub(crate) struct Host {
    pub(crate) state: State,
    pub(crate) multiplier: u64,
    pub(crate) back: Option<u64>,
    /// From which place in the log the rules on single results count: in a row, the same of
    /// gateway failures, of failures on the way, and the moving average.
    from: [usize; 4],
}

#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) enum State {
    #[default]
    In,
    Out(Ejection),
    Probing(Ejection, bool),
}

/// The draw of this number, for the model and for what is tested.
pub(crate) fn draw(number: usize) -> f64 {
    ((number * 37 + 11) % 100) as f64 / 100.0
}

/// A number that every number of calls up to 12 divides.
const WHOLE: i128 = 27_720;

impl Model {
    pub(crate) fn new(settings: Settings, hosts: u16) -> Self {
        Self {
            settings,
            now: 0,
            log: Vec::new(),
            hosts: vec![Host::default(); hosts.into()],
            draws: 0,
            counts: Counts::default(),
        }
    }

    pub(crate) fn let_time_pass(&mut self, now: u64) {
        self.end_ejections();
        while self.now < now {
            self.now += 1;
            let rules_first = self.settings.back == Back::AfterInterval;
            if !rules_first {
                self.end_ejections();
            }
            let interval = self.settings.interval.as_nanos();
            if self.now.is_multiple_of(interval) {
                self.judge(false);
                if self.settings.split_local.is_some() {
                    self.judge(true);
                }
                self.end_ejections();
                for host in &mut self.hosts {
                    let healthy = host.back.is_some_and(|back| back + interval <= self.now);
                    if host.state == State::In && healthy {
                        host.multiplier = host.multiplier.saturating_sub(1);
                    }
                }
            }
        }
    }

    fn end_ejections(&mut self) {
        for host in &mut self.hosts {
            if let State::Out(ejection) = host.state
                && ejection.until.as_nanos() <= self.now
            {
                if self.settings.back == Back::ByProbe {
                    host.state = State::Probing(ejection, false);
                } else {
                    host.state = State::In;
                    host.back = Some(self.now);
                    self.counts.returned += 1;
                    host.from = [self.log.len(); 4];
                }
            }
        }
    }

    /// Successes and calls of a host in the interval that ends now.
    fn interval(&self, host: u16, local: bool) -> (i128, i128) {
        let begin = self.now - self.settings.interval.as_nanos();
        let (mut successes, mut calls) = (0, 0);
        for (at, of, verdict) in &self.log {
            if *at < begin || self.now <= *at || *of != host {
                continue;
            }
            let failed_locally = *verdict == HostClassification::LocalFailure;
            if local || !failed_locally {
                calls += 1;
                let good =
                    if local { !failed_locally } else { *verdict == HostClassification::Success };
                successes += i128::from(good);
            }
        }
        (successes, calls)
    }

    fn judge(&mut self, local: bool) {
        let hosts: Vec<u16> = (0..self.hosts.len() as u16).collect();
        let with = |least: u32| {
            let takes_part = |host: &u16| {
                let calls = self.interval(*host, local).1;
                self.hosts[usize::from(*host)].state == State::In
                    && calls > 0
                    && calls >= least.into()
            };
            hosts.iter().copied().filter(takes_part).collect::<Vec<u16>>()
        };
        let split = self.settings.split_local;
        let mut found = Vec::new();
        if let Some(rule) = self.settings.success_rate {
            let taking_part = with(rule.min_calls);
            let rate = |host: u16| {
                let (successes, calls) = self.interval(host, local);
                successes * WHOLE / calls
            };
            let number = taking_part.len() as i128;
            let sum: i128 = taking_part.iter().map(|host| rate(*host)).sum();
            // Distances from the mean, times the number of hosts.
            let distance = |host: u16| sum - number * rate(host);
            let squares: i128 = taking_part.iter().map(|host| distance(*host).pow(2)).sum();
            let factor = i128::from(rule.stdev_factor);
            if taking_part.len() >= rule.min_hosts.into() {
                let enforce = match split.filter(|_| local) {
                    Some(split) => split.success_rate_percent,
                    None => rule.enforce_percent,
                };
                let name = if local { Rule::SuccessRateLocal } else { Rule::SuccessRate };
                found.extend(
                    taking_part
                        .into_iter()
                        .filter(|host| distance(*host) > 0)
                        .filter(|host| {
                            1_000_000 * number * distance(*host).pow(2) > factor.pow(2) * squares
                        })
                        .map(|host| (host, name, enforce)),
                );
            }
        }
        if let Some(rule) = self.settings.failure_percentage {
            let taking_part = with(rule.min_calls);
            let counted = match rule.hosts {
                HostsCounted::WithCalls => taking_part.len(),
                HostsCounted::All => self.hosts.len(),
            };
            let enforce = match split.filter(|_| local) {
                Some(split) => split.failure_percentage_percent,
                None => rule.enforce_percent,
            };
            let name = if local { Rule::FailurePercentageLocal } else { Rule::FailurePercentage };
            if counted >= rule.min_hosts.into() {
                for host in taking_part {
                    let (successes, calls) = self.interval(host, local);
                    let share =
                        (100 * (calls - successes)).cmp(&(calls * i128::from(rule.threshold)));
                    if share.is_gt() || share.is_eq() && rule.compare == Compare::AtLeast {
                        found.push((host, name, enforce));
                    }
                }
            }
        }
        for (host, rule, enforce) in found {
            self.consider(host, rule, enforce);
        }
    }

    fn consider(&mut self, host: u16, rule: Rule, enforce: u8) {
        if self.hosts[usize::from(host)].state != State::In {
            return;
        }
        let draw = draw(self.draws) * 100.0;
        self.draws += 1;
        let out = self.hosts.iter().filter(|host| host.state != State::In).count();
        let share = |out: usize| 100 * out as u64;
        let most = u64::from(self.settings.max_ejection_percent) * self.hosts.len() as u64;
        let room = match self.settings.cap_reading {
            CapReading::After => share(out + 1) <= most,
            CapReading::Before => share(out) < most,
            CapReading::BeforeOrAt => share(out) <= most,
        };
        let room = room || self.settings.always_eject_one && out == 0;
        if !room {
            self.counts.capped += 1;
        } else if draw >= f64::from(enforce) {
            self.counts.spared += 1;
        } else {
            self.eject(host, rule, draw / f64::from(enforce));
        }
    }

    fn length(&self, multiplier: u64) -> u64 {
        let Settings { base_ejection_time, growth, .. } = self.settings;
        let max_ejection_time = self.settings.longest();
        let base = base_ejection_time.as_nanos();
        let length = match growth {
            Growth::Linear | Growth::LinearUnbounded => base * multiplier,
            Growth::Exponential { factor } => {
                (1..multiplier).fold(base as f64, |length, _| length * factor).round() as u64
            }
        };
        length.min(max_ejection_time.as_nanos())
    }

    fn eject(&mut self, host: u16, rule: Rule, jitter: f64) {
        let [base, longest] =
            [self.settings.base_ejection_time, self.settings.longest()].map(Duration::as_nanos);
        let last = self.hosts[usize::from(host)].multiplier;
        let grows = match self.settings.growth {
            Growth::Linear => base * last < longest + base,
            Growth::LinearUnbounded => true,
            Growth::Exponential { .. } => last == 0 || self.length(last) < longest,
        };
        let multiplier = last + u64::from(grows);
        // Rounded as lengths are everywhere: what floats cannot tell from a half goes up.
        let jitter = self.settings.ejection_jitter.scale(jitter).as_nanos();
        let mut until = self.now + self.length(multiplier) + jitter;
        until += u64::from(self.settings.ejection_end == EjectionEnd::Stays);
        if matches!(self.settings.back, Back::AtInterval | Back::AfterInterval) {
            until = until.next_multiple_of(self.settings.interval.as_nanos());
        }
        let [since, until] = [self.now, until].map(Time::from_nanos);
        let host = &mut self.hosts[usize::from(host)];
        host.multiplier = multiplier;
        host.state = State::Out(Ejection { rule, since, until });
        self.counts.ejected += 1;
    }

    pub(crate) fn report(&mut self, host: u16, verdict: HostClassification, now: u64) {
        self.let_time_pass(now);
        let index = usize::from(host);
        let state = self.hosts[index].state;
        if verdict == HostClassification::Ignored {
            if let State::Probing(ejection, _) = state {
                self.hosts[index].state = State::Probing(ejection, false);
            }
            return;
        }
        self.log.push((now, host, verdict));
        match state {
            State::In => {
                for (which, rule, enforce) in self.found(host, verdict) {
                    self.hosts[index].from[which] = self.log.len();
                    self.consider(host, rule, enforce);
                }
            }
            State::Probing(_, true) if verdict == HostClassification::Success => {
                let (back, from) = (Some(now), [self.log.len(); 4]);
                self.hosts[index] = Host { state: State::In, multiplier: 0, back, from };
                self.counts.returned += 1;
            }
            State::Probing(_, true) => {
                self.draws += 1;
                self.eject(host, Rule::Probe, draw(self.draws - 1));
            }
            State::Probing(_, false) | State::Out(_) => {}
        }
    }

    /// The rules that find a host by its last result, each with its place and enforcement.
    fn found(&self, host: u16, verdict: HostClassification) -> Vec<(usize, Rule, u8)> {
        let row =
            |from: usize, counts: &[HostClassification], through: Option<HostClassification>| {
                let results = self.log[from..].iter().rev().filter(|(_, of, _)| *of == host);
                let results = results.map(|(_, _, verdict)| *verdict);
                let results = results.filter(|verdict| Some(*verdict) != through);
                results.take_while(|verdict| counts.contains(verdict)).count()
            };
        let [errors, gateway, local, average] = self.hosts[usize::from(host)].from;
        let Settings { consecutive_gateway, split_local, .. } = self.settings;
        let consecutive = self.settings.in_a_row();
        let (failure, way) = (HostClassification::GatewayFailure, HostClassification::LocalFailure);
        let rows = if verdict == way {
            let rule = split_local.and_then(|split| split.consecutive);
            vec![(2, rule, row(local, &[way], None), Rule::ConsecutiveLocal)]
        } else {
            let gateway = row(gateway, &[failure], Some(way));
            let errors = row(errors, &[HostClassification::Error, failure], Some(way));
            vec![
                (1, consecutive_gateway, gateway, Rule::ConsecutiveGateway),
                (0, consecutive, errors, Rule::Consecutive),
            ]
        };
        let found = rows.into_iter().filter_map(|(which, rule, row, name)| {
            let rule = rule.filter(|rule| rule.failures as usize <= row)?;
            Some((which, name, rule.enforce_percent))
        });
        let by_average = self
            .settings
            .ema
            .filter(|rule| verdict != way && self.average_is_low(host, average, rule));
        let by_average = by_average.map(|rule| (3, Rule::Ema, rule.enforce_percent));
        found.chain(by_average).collect()
    }

    fn average_is_low(&self, host: u16, from: usize, rule: &Ema) -> bool {
        let (mut rate, mut results, mut before) = (0.0, 0, 0);
        for (at, of, verdict) in &self.log[from..] {
            if *of != host || *verdict == HostClassification::LocalFailure {
                continue;
            }
            let result = f64::from(u8::from(*verdict == HostClassification::Success));
            let distance = match rule.memory {
                Memory::Time(memory) => (at - before) as f64 / memory.as_nanos() as f64,
                Memory::Calls(calls) => 1.0 / f64::from(calls),
            };
            let kept = if results == 0 { 0.0 } else { libm::exp(-distance) };
            rate = kept * rate + (1.0 - kept) * result;
            results += 1;
            before = *at;
        }
        results >= rule.min_calls && rate < rule.success_rate
    }
}
