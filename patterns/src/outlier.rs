//! Outlier ejection: leave out hosts that do worse than they should, for a while, but never too
//! many at a time.
//!
//! ```text
//!            a rule finds it, chance and the cap agree
//!  ┌──────┐ ──────────────────────────────────────────► ┌─────────┐
//!  │  in  │                                             │ ejected │◄──┐
//!  └──────┘ ◄────────────────────────────────────────── └────┬────┘   │
//!      ▲      its time is over: at once, or at the end       │        │ an error
//!      │      of the interval                                │        │
//!      │                          ┌─────────┐  its time      │        │
//!      └──────────────────────────┤ probing │◄──── is over ──┘        │
//!             a success           └────┬────┘  (with `ByProbe`)       │
//!                                      └─────────────────────────────┘
//! ```
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `errors`, `gateway`, `ignored` | classes of failure | ignored wins; in none is a success |
//! | `consecutive`, `consecutive_gateway` | failures in a row | exactly so many are enough |
//! | `split_local` | [`SplitLocal`] | the same |
//! | `success_rate` | [`SuccessRate`] | a host at exactly the limit stays in |
//! | `failure_percentage` | [`FailurePercentage`] | as [`Compare`] says |
//! | `ema` | [`Ema`] | a host at exactly the limit stays in |
//! | `min_hosts`, `min_calls` | hosts; calls in the interval | exactly so many are enough |
//! | `enforce_percent` | percent | 0 never ejects, 100 always |
//! | `interval` | time | see below |
//! | `base_ejection_time`, `max_ejection_time` | time | as [`EjectionEnd`] says |
//! | `ejection_jitter` | time, added after the longest | less than so much is added |
//! | `growth` | [`Growth`] | |
//! | `back` | [`Back`] | |
//! | `max_ejection_percent` | percent of all hosts | as [`CapReading`] says |
//! | `always_eject_one` | | one host at a time, whatever the cap |
//!
//! Rules on failures in a row and on the moving average decide at each result. The success rate and
//! the failure percentage are looked at when an interval ends, over the results of that interval.
//! Intervals end at whole multiples of `interval` since time zero. Such an end is noticed when
//! something happens next, but it acts as of that end: hosts come back first, then the rules look
//! at those that are in, then the multipliers shrink (Envoy `onIntervalTimer`). A result at
//! exactly the end belongs to the next interval.
//!
//! When a rule finds an outlier, one draw is taken, whatever comes of it: it decides whether the
//! ejection is enforced, and what is left of it gives the jitter. A rule on single results that has
//! found a host begins to count anew. A host that is ejected already is found by no rule; calls
//! sent before still count for the interval in which they end.
//!
//! A clock that steps back ends no interval again and brings no host back earlier.

mod host;
mod settings;
mod statistics;

use crate::backoff::Backoff;
use crate::invalid::Invalid;
use crate::outcome::Outcome;
use crate::time::{Span, Time};
use host::{Host, Phase};
use statistics::{Fleet, Tally};

pub use settings::{
    Back, CapReading, Compare, Consecutive, ERRORS, EjectionEnd, Ema, FailurePercentage, GATEWAY,
    Growth, HostsCounted, IGNORED, LOCAL, Memory, Settings, SplitLocal, SuccessRate,
};

/// Which hosts of a fleet are outliers.
///
/// Hosts go by number, from 0.
///
/// # Example
///
/// ```
/// use patterns::outlier::*;
/// use patterns::{Span, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let settings = Settings {
///     errors: ERRORS,
///     gateway: GATEWAY,
///     ignored: IGNORED,
///     consecutive: Some(Consecutive { failures: 2, enforce_percent: 100 }),
///     consecutive_gateway: None,
///     split_local: None,
///     success_rate: None,
///     failure_percentage: None,
///     ema: None,
///     interval: Span::from_secs(10),
///     base_ejection_time: Span::from_secs(30),
///     max_ejection_time: Span::from_secs(300),
///     ejection_jitter: Span::ZERO,
///     growth: Growth::Linear,
///     back: Back::AtInterval,
///     ejection_end: EjectionEnd::Returns,
///     max_ejection_percent: 50,
///     cap_reading: CapReading::After,
///     always_eject_one: false,
/// };
/// let mut outliers = Outliers::new(settings, 3)?;
/// let now = Time::ZERO + Span::from_secs(4);
/// outliers.report(1, Verdict::Error, now, || 0.5);
/// outliers.report(1, Verdict::Error, now, || 0.5);
/// assert!(outliers.is_ejected(1, now));
///
/// // Its 30 s are over at 34 s, and the interval in which that is ends at 40 s.
/// assert!(outliers.is_ejected(1, now + Span::from_secs(35)));
/// assert!(!outliers.is_ejected(1, now + Span::from_secs(36)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Outliers {
    settings: Settings,
    lengths: Backoff,
    /// What an [`Ema`] needs of its memory: its nanoseconds, or the weight of each result.
    memory: f64,
    hosts: Vec<Host>,
    /// How many hosts are not in.
    ejected: u16,
    /// When the interval ends that goes on.
    interval_end: Time,
    /// The first of that and the ends of all ejections.
    next: Time,
    counts: Counts,
}

/// What a result says about a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It answered.
    Success,
    /// It failed.
    Error,
    /// It failed in the way of a gateway that does not reach what is behind it.
    GatewayFailure,
    /// It was not reached, where that is counted apart ([`Settings::split_local`]).
    LocalFailure,
    /// Nothing.
    Ignored,
}

/// What finds an outlier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rule {
    /// [`Settings::consecutive`].
    #[default]
    Consecutive,
    /// [`Settings::consecutive_gateway`].
    ConsecutiveGateway,
    /// [`SplitLocal::consecutive`].
    ConsecutiveLocal,
    /// [`Settings::success_rate`].
    SuccessRate,
    /// The same of local-origin failures.
    SuccessRateLocal,
    /// [`Settings::failure_percentage`].
    FailurePercentage,
    /// The same of local-origin failures.
    FailurePercentageLocal,
    /// [`Settings::ema`].
    Ema,
    /// The probe of a host that was ejected failed ([`Back::ByProbe`]).
    Probe,
}

/// Why and how long a host is ejected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ejection {
    /// What found it.
    pub rule: Rule,
    /// Since when.
    pub since: Time,
    /// When it comes back, or may be probed; [`Time::MAX`] is never.
    pub until: Time,
}

/// What became of the outliers that rules found: `ejected + spared + capped` of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Were ejected.
    pub ejected: u64,
    /// Stayed in by chance (`enforce_percent`).
    pub spared: u64,
    /// Stayed in because too many were out.
    pub capped: u64,
}

impl Ejection {
    /// What ends at the end of time never ends.
    fn is_over(&self, now: Time) -> bool {
        self.until <= now && self.until != Time::MAX
    }
}

impl Outliers {
    /// A fleet of so many hosts, at least 1, all in.
    pub fn new(settings: Settings, hosts: u16) -> Result<Self, Invalid> {
        settings.check()?;
        Invalid::unless(1 <= hosts, "hosts", "at least 1")?;
        let interval_end = Time::ZERO + settings.interval;
        let memory = settings.ema.map_or(0.0, |ema| match ema.memory {
            Memory::Time(memory) => memory.as_nanos() as f64,
            Memory::Calls(calls) => host::fades(1.0 / f64::from(calls)),
        });
        Ok(Self {
            lengths: settings.lengths()?,
            settings,
            memory,
            hosts: vec![Host::default(); hosts.into()],
            ejected: 0,
            interval_end,
            next: interval_end,
            counts: Counts::default(),
        })
    }

    /// How many hosts there are.
    pub fn hosts(&self) -> u16 {
        self.hosts.len() as u16
    }

    /// How many hosts are ejected or being probed, as the last [`Outliers::advance`] or
    /// [`Outliers::report`] left it.
    pub fn ejected(&self) -> u16 {
        self.ejected
    }

    /// What became of the outliers found so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Whether a call should not be sent to the host at `now`: it is ejected, or its probe is
    /// under way.
    pub fn is_ejected(&self, host: u16, now: Time) -> bool {
        match self.hosts[usize::from(host)].phase {
            Phase::In => false,
            Phase::Out(ejection) => !ejection.is_over(now),
            Phase::Probing { sent, .. } => sent,
        }
    }

    /// Why and how long the host is ejected or was, if it is not back yet.
    pub fn ejection(&self, host: u16) -> Option<Ejection> {
        match self.hosts[usize::from(host)].phase {
            Phase::In => None,
            Phase::Out(ejection) | Phase::Probing { ejection, .. } => Some(ejection),
        }
    }

    /// When the host last came back, if it is in and was ever ejected.
    pub fn back_since(&self, host: u16) -> Option<Time> {
        let host = &self.hosts[usize::from(host)];
        host.back.filter(|_| host.is_in())
    }

    /// How many base times the host's last ejection took, less one for each healthy interval
    /// since.
    pub fn multiplier(&self, host: u16) -> u32 {
        self.hosts[usize::from(host)].multiplier
    }

    /// What this outcome says about a host.
    pub fn verdict(&self, outcome: Outcome) -> Verdict {
        let Settings { errors, gateway, ignored, split_local, .. } = &self.settings;
        if ignored.has(outcome) {
            Verdict::Ignored
        } else if split_local.is_some_and(|split| split.classes.has(outcome)) {
            Verdict::LocalFailure
        } else if !errors.has(outcome) {
            Verdict::Success
        } else if gateway.has(outcome) {
            Verdict::GatewayFailure
        } else {
            Verdict::Error
        }
    }

    /// A call goes to the host at `now`; returns whether it is the host's probe, of which
    /// [`Outliers::unsent`] must be told if its result is not awaited any more.
    pub fn sent(&mut self, host: u16) -> bool {
        match &mut self.hosts[usize::from(host)].phase {
            Phase::Probing { sent, .. } => !core::mem::replace(sent, true),
            Phase::In | Phase::Out(_) => false,
        }
    }

    /// The probe of the host was given up or says nothing: another may be sent.
    pub fn unsent(&mut self, host: u16) {
        if let Phase::Probing { sent, .. } = &mut self.hosts[usize::from(host)].phase {
            *sent = false;
        }
    }

    /// Reports the result of a call to a host. Draws once for each outlier that a rule finds, at
    /// an end of an interval that has passed or by this result.
    pub fn report(
        &mut self,
        host: u16,
        verdict: Verdict,
        now: Time,
        mut draw: impl FnMut() -> f64,
    ) {
        self.advance(now, &mut draw);
        if verdict == Verdict::Ignored {
            self.unsent(host);
            return;
        }
        let split = self.settings.split_local.is_some();
        let index = usize::from(host);
        let known = &mut self.hosts[index];
        known.tally(verdict, split);
        match known.phase {
            Phase::In => {
                let found = known.find(verdict, &self.settings, self.memory, now);
                for (rule, enforce) in found.into_iter().flatten() {
                    self.consider(index, rule, enforce, now, &mut draw);
                }
            }
            Phase::Probing { sent: true, .. } if verdict == Verdict::Success => {
                known.come_back(now);
                known.multiplier = 0;
                self.ejected -= 1;
            }
            Phase::Probing { sent: true, .. } => {
                self.ejected -= 1;
                self.eject(index, Rule::Probe, now, draw());
            }
            Phase::Out(_) | Phase::Probing { .. } => {}
        }
    }

    /// Lets time pass: ends intervals, and brings hosts back.
    pub fn advance(&mut self, now: Time, mut draw: impl FnMut() -> f64) {
        if now < self.next {
            return;
        }
        if self.interval_end <= now {
            let interval = self.settings.interval.as_nanos();
            let (end, last) = (self.interval_end, now.as_nanos() / interval * interval);
            self.bring_back(end);
            self.judge(end, &mut draw);
            self.hosts.iter_mut().for_each(|host| {
                host.shrink(end.as_nanos(), end.as_nanos(), self.settings.interval);
            });
            // Intervals without a single result find nobody, so all that follow are one step.
            self.bring_back(Time::from_nanos(last));
            let following = end.as_nanos().saturating_add(interval);
            for host in &mut self.hosts {
                if following <= last {
                    host.shrink(following, last, self.settings.interval);
                }
                (host.tally, host.local) = (Tally::default(), Tally::default());
            }
            self.interval_end = Time::from_nanos(last) + self.settings.interval;
        }
        self.bring_back(now);
        self.next = self.hosts.iter().fold(self.interval_end, |next, host| match host.phase {
            Phase::Out(ejection) => next.min(ejection.until),
            Phase::In | Phase::Probing { .. } => next,
        });
    }

    /// Ends the ejections that are over by `now`.
    fn bring_back(&mut self, now: Time) {
        for host in &mut self.hosts {
            let Phase::Out(ejection) = host.phase else { continue };
            if !ejection.is_over(now) {
                continue;
            }
            if self.settings.back == Back::ByProbe {
                host.phase = Phase::Probing { ejection, sent: false };
            } else {
                host.come_back(ejection.until);
                self.ejected -= 1;
            }
        }
    }

    /// Looks at the results of an interval at its end: those of the hosts, then those of the ways
    /// to them.
    fn judge(&mut self, end: Time, draw: &mut impl FnMut() -> f64) {
        let Settings { success_rate, failure_percentage, split_local, .. } = self.settings;
        let success = success_rate.map(|rule| (rule, rule.enforce_percent));
        let failure = failure_percentage.map(|rule| (rule, rule.enforce_percent));
        let rules = (Rule::SuccessRate, Rule::FailurePercentage);
        self.judge_by(|host| host.tally, rules, (success, failure), end, draw);
        if let Some(split) = split_local {
            let success = success_rate.map(|rule| (rule, split.success_rate_percent));
            let failure = failure_percentage.map(|rule| (rule, split.failure_percentage_percent));
            let rules = (Rule::SuccessRateLocal, Rule::FailurePercentageLocal);
            self.judge_by(|host| host.local, rules, (success, failure), end, draw);
        }
    }

    fn judge_by(
        &mut self,
        tally: fn(&Host) -> Tally,
        rules: (Rule, Rule),
        set: (Option<(SuccessRate, u8)>, Option<(FailurePercentage, u8)>),
        end: Time,
        draw: &mut impl FnMut() -> f64,
    ) {
        let mut fleet = Fleet::default();
        let mut counted = 0;
        for host in self.hosts.iter().filter(|host| host.is_in()) {
            if set.0.is_some_and(|(rule, _)| tally(host).has(rule.min_calls)) {
                fleet.add(tally(host));
            }
            let counts = set.1.is_some_and(|(rule, _)| tally(host).has(rule.min_calls));
            counted += u16::from(counts);
        }
        if let Some((rule, enforce)) = set.0
            && u128::from(rule.min_hosts) <= fleet.hosts()
        {
            for index in 0..self.hosts.len() {
                let (host, tally) = (&self.hosts[index], tally(&self.hosts[index]));
                let found = host.is_in()
                    && tally.has(rule.min_calls)
                    && fleet.is_below(tally, rule.stdev_factor);
                if found {
                    self.consider(index, rules.0, enforce, end, draw);
                }
            }
        }
        if let Some((rule, enforce)) = set.1 {
            let hosts = match rule.hosts {
                HostsCounted::WithCalls => counted,
                HostsCounted::All => self.hosts(),
            };
            if hosts < rule.min_hosts {
                return;
            }
            for index in 0..self.hosts.len() {
                let (host, tally) = (&self.hosts[index], tally(&self.hosts[index]));
                if host.is_in() && tally.has(rule.min_calls) && rule.finds(tally) {
                    self.consider(index, rules.1, enforce, end, draw);
                }
            }
        }
    }

    /// A rule has found this host.
    fn consider(
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

    fn eject(&mut self, index: usize, rule: Rule, at: Time, jitter: f64) {
        let host = &mut self.hosts[index];
        let length = |multiplier: u32| self.lengths.wait(multiplier - 1, Span::ZERO, || 0.0);
        let grows = match (host.multiplier, self.settings.growth) {
            (0, _) | (_, Growth::LinearUnbounded) => true,
            (1, Growth::Linear) => true,
            (last, Growth::Linear) => length(last - 1) < self.settings.max_ejection_time,
            (last, Growth::Exponential { .. }) => length(last) < self.settings.max_ejection_time,
        };
        host.multiplier = host.multiplier.saturating_add(u32::from(grows));
        let most = self.settings.ejection_jitter;
        let end = at + (length(host.multiplier) + most.scale(jitter).min(most));
        let end = match self.settings.ejection_end {
            EjectionEnd::Returns => end,
            EjectionEnd::Stays => end + Span::from_nanos(1),
        };
        let until = match self.settings.back {
            Back::AtEnd | Back::ByProbe => end,
            Back::AtInterval => {
                let interval = self.settings.interval;
                Time::ZERO + interval * end.as_nanos().div_ceil(interval.as_nanos())
            }
        };
        host.phase = Phase::Out(Ejection { rule, since: at, until });
        self.ejected += 1;
        self.counts.ejected += 1;
        self.next = self.next.min(until);
    }
}
