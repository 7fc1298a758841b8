//! Which hosts are in, which are out, and what becomes of them as time passes.

use super::ejection::{Counts, Ejection, Finding, HostClassification, Rule};
use super::host::{Host, Phase};
use super::rules::Memory;
use super::settings::{Back, Growth, Settings};
use super::statistics::Tally;
use crate::backoff::{self, Backoff, Curve};
use crate::invalid::Invalid;
use crate::layer::Rng;
use crate::outcome::Outcome;
use crate::settings::{Auto, check};
use crate::stats::faded;
use crate::time::Time;

/// Which hosts of a fleet are outliers.
///
/// Hosts go by number, from 0.
///
/// # Example
///
/// ```
/// use patterns::outlier::*;
/// use patterns::{Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// // Two errors in a row are too many.
/// let mut outliers = Outliers::new(Settings::of(2), 3)?;
/// let now = Time::ZERO + Duration::from_secs(4);
/// outliers.record(1, HostClassification::Error, now);
/// outliers.record(1, HostClassification::Error, now);
/// assert!(outliers.is_ejected(1, now));
///
/// // Its 30 s are over at 34 s, and the interval in which that is ends at 40 s.
/// assert!(outliers.is_ejected(1, now + Duration::from_secs(35)));
/// assert!(!outliers.is_ejected(1, now + Duration::from_secs(36)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Outliers {
    pub(super) settings: Settings,
    /// How long ejections are, by the multiplier.
    pub(super) lengths: Backoff,
    /// What a moving average needs of its memory: its nanoseconds, or the weight of each result.
    memory: f64,
    uses_chance: bool,
    pub(super) hosts: Vec<Host>,
    /// How many hosts are not in.
    pub(super) ejected: u16,
    /// When the interval ends that goes on.
    interval_end: Time,
    /// The first of that and the ends of all ejections.
    pub(super) next: Time,
    pub(super) counts: Counts,
}

/// For settings by which no result depends on a draw.
struct NoChance;

impl Rng for NoChance {
    fn uniform(&mut self) -> f64 {
        0.5
    }
}

impl Outliers {
    /// A fleet of this many hosts, at least 1, all in.
    ///
    /// # Errors
    ///
    /// If a setting is out of its range, or does not go with another, or there are no hosts.
    pub fn new(settings: Settings, hosts: u16) -> Result<Self, Invalid> {
        check(&settings)?;
        Invalid::unless(1 <= hosts, "hosts", "at least 1")?;
        let interval_end = Time::ZERO + settings.interval;
        let memory = settings.ema.map_or(0.0, |ema| match ema.memory {
            Memory::Time(memory) => memory.as_nanos() as f64,
            Memory::Calls(calls) => faded(1.0 / f64::from(calls)),
        });
        Ok(Self {
            lengths: lengths(&settings)?,
            memory,
            uses_chance: uses_chance(&settings),
            hosts: vec![Host::default(); hosts.into()],
            ejected: 0,
            interval_end,
            next: interval_end,
            counts: Counts::default(),
            settings,
        })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether a result may depend on chance: an ejection that is enforced in some cases, or of a
    /// length with jitter.
    pub fn uses_chance(&self) -> bool {
        self.uses_chance
    }

    /// How many hosts there are.
    pub fn hosts(&self) -> u16 {
        self.hosts.len() as u16
    }

    /// How many hosts are ejected or being probed, as the last [`Outliers::advance`] or
    /// [`Outliers::record`] left it.
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

    /// How often the host was ejected, less one for each healthy interval; see [`Growth`].
    pub fn multiplier(&self, host: u16) -> u32 {
        self.hosts[usize::from(host)].multiplier
    }

    /// What a rule last found of the host, whatever came of it: how the host did, and the
    /// threshold that it fell below.
    pub fn finding(&self, host: u16) -> Option<Finding> {
        self.hosts[usize::from(host)].finding
    }

    /// What this outcome says about a host.
    pub fn classify(&self, outcome: Outcome) -> HostClassification {
        let Settings { errors, gateway, ignore, split_local, .. } = &self.settings;
        if ignore.has(outcome) {
            HostClassification::Ignored
        } else if split_local.is_some_and(|split| split.classes.has(outcome)) {
            HostClassification::LocalFailure
        } else if !errors.has(outcome) {
            HostClassification::Success
        } else if gateway.has(outcome) {
            HostClassification::GatewayFailure
        } else {
            HostClassification::Error
        }
    }

    /// A call is sent to the host, as it stands since the last [`Outliers::advance`]. Returns
    /// whether it is the host's probe: if its result is not awaited any more,
    /// [`Outliers::cancel_probe`] must be called, or the host is not tried again.
    pub fn start(&mut self, host: u16) -> bool {
        match &mut self.hosts[usize::from(host)].phase {
            Phase::Probing { sent, .. } => !core::mem::replace(sent, true),
            Phase::In | Phase::Out(_) => false,
        }
    }

    /// The probe of the host was given up or says nothing: another may be sent.
    pub fn cancel_probe(&mut self, host: u16) {
        if let Phase::Probing { sent, .. } = &mut self.hosts[usize::from(host)].phase {
            *sent = false;
        }
    }

    /// Records the result of a call to a host.
    ///
    /// # Panics
    ///
    /// If chance may matter: then take [`Outliers::record_with`].
    pub fn record(&mut self, host: u16, result: HostClassification, now: Time) {
        assert!(!self.uses_chance, "these settings use chance: take `record_with`");
        self.record_with(host, result, now, &mut NoChance);
    }

    /// Records the result of a call to a host. Draws once for each outlier that a rule finds, at
    /// an end of an interval that has passed or by this result.
    pub fn record_with(
        &mut self,
        host: u16,
        result: HostClassification,
        now: Time,
        rng: &mut impl Rng,
    ) {
        self.advance_with(now, rng);
        if result == HostClassification::Ignored {
            self.cancel_probe(host);
            return;
        }
        let split = self.settings.split_local.is_some();
        let index = usize::from(host);
        let known = &mut self.hosts[index];
        known.tally(result, split);
        match known.phase {
            Phase::In => {
                let found = known.find(result, &self.settings, self.memory, now);
                for (finding, enforce) in found.into_iter().flatten() {
                    self.consider(index, finding, enforce, rng);
                }
            }
            Phase::Probing { sent: true, .. } if result == HostClassification::Success => {
                known.come_back(now);
                self.counts.returned += 1;
                known.multiplier = 0;
                self.ejected -= 1;
            }
            Phase::Probing { sent: true, .. } => {
                self.ejected -= 1;
                known.finding =
                    Some(Finding { rule: Rule::Probe, at: now, value: 1.0, limit: 1.0 });
                self.eject(index, Rule::Probe, now, rng.uniform());
            }
            Phase::Out(_) | Phase::Probing { .. } => {}
        }
    }

    /// Lets time pass: ends intervals, and brings hosts back.
    ///
    /// # Panics
    ///
    /// If chance may matter: then take [`Outliers::advance_with`].
    pub fn advance(&mut self, now: Time) {
        assert!(!self.uses_chance, "these settings use chance: take `advance_with`");
        self.advance_with(now, &mut NoChance);
    }

    /// Lets time pass: ends intervals, and brings hosts back. Draws once for each outlier that a
    /// rule finds at the end of an interval.
    pub fn advance_with(&mut self, now: Time, rng: &mut impl Rng) {
        if now < self.next {
            return;
        }
        if self.interval_end <= now {
            let interval = self.settings.interval.as_nanos();
            let (end, last) = (self.interval_end, now.as_nanos() / interval * interval);
            self.bring_back(match self.settings.back {
                Back::AfterInterval => Time::from_nanos(end.as_nanos() - 1),
                Back::AtInterval | Back::AtEnd | Back::ByProbe => end,
            });
            self.judge(end, rng);
            self.hosts.iter_mut().for_each(|host| {
                host.shrink(end.as_nanos(), end.as_nanos(), self.settings.interval);
            });
            // Intervals without a single result find no outlier, so all that follow are one step.
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
                self.counts.returned += 1;
                self.ejected -= 1;
            }
        }
    }
}

/// The length of ejections by the multiplier.
fn lengths(settings: &Settings) -> Result<Backoff, Invalid> {
    let base = settings.base_ejection_time;
    let curve = match settings.growth {
        Growth::Linear | Growth::LinearUnbounded => Curve::Linear { base, step: Auto::Auto },
        Growth::Exponential { factor } => Curve::Exponential { base, factor },
    };
    Backoff::new(backoff::Settings::of(curve).capped(settings.longest()))
}

/// Whether any rule is enforced in some cases and not in others, or an ejection has jitter.
fn uses_chance(settings: &Settings) -> bool {
    let split = settings.split_local;
    let enforced = [
        settings.in_a_row().map(|rule| rule.enforce_percent),
        settings.consecutive_gateway.map(|rule| rule.enforce_percent),
        split.and_then(|split| split.consecutive).map(|rule| rule.enforce_percent),
        settings.success_rate.map(|rule| rule.enforce_percent),
        settings.success_rate.and(split).map(|split| split.success_rate_percent),
        settings.failure_percentage.map(|rule| rule.enforce_percent),
        settings.failure_percentage.and(split).map(|split| split.failure_percentage_percent),
        settings.ema.map(|rule| rule.enforce_percent),
    ];
    let in_part = |percent: u8| (1..100).contains(&percent);
    !settings.ejection_jitter.is_zero() || enforced.into_iter().flatten().any(in_part)
}
