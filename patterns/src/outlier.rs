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
//! | `errors`, `gateway`, `ignore` | classes of failure | ignored wins; in none is a success |
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
//! something happens next, but it acts as of that end: hosts come back, then the rules look at
//! those that are in, then the multipliers shrink (Envoy `onIntervalTimer`; but see [`Back`]). A
//! result at exactly the end belongs to the next interval.
//!
//! When a rule finds an outlier, one draw is taken, whatever comes of it: it decides whether the
//! ejection is enforced, and what is left of it gives the jitter. A rule on single results that has
//! found a host begins to count anew. A host that is ejected already is found by no rule; calls
//! sent before still count for the interval in which they end.
//!
//! A clock that steps back ends no interval again and brings no host back earlier.

mod ejection;
mod host;
mod judge;
mod settings;
mod statistics;

use crate::backoff::Backoff;
use crate::invalid::Invalid;
use crate::outcome::Outcome;
use crate::time::Time;
use host::{Host, Phase};
use statistics::Tally;

pub use ejection::{Counts, Ejection, Rule, Verdict};
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
/// use patterns::{Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let settings = Settings {
///     errors: ERRORS,
///     gateway: GATEWAY,
///     ignore: IGNORED,
///     consecutive: Some(Consecutive { failures: 2, enforce_percent: 100 }),
///     consecutive_gateway: None,
///     split_local: None,
///     success_rate: None,
///     failure_percentage: None,
///     ema: None,
///     interval: Duration::from_secs(10),
///     base_ejection_time: Duration::from_secs(30),
///     max_ejection_time: Duration::from_secs(300),
///     ejection_jitter: Duration::ZERO,
///     growth: Growth::Linear,
///     back: Back::AtInterval,
///     ejection_end: EjectionEnd::Returns,
///     max_ejection_percent: 50,
///     cap_reading: CapReading::After,
///     always_eject_one: false,
/// };
/// let mut outliers = Outliers::new(settings, 3)?;
/// let now = Time::ZERO + Duration::from_secs(4);
/// outliers.report(1, Verdict::Error, now, || 0.5);
/// outliers.report(1, Verdict::Error, now, || 0.5);
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

    /// How often the host was ejected, less one for each healthy interval; see [`Growth`].
    pub fn multiplier(&self, host: u16) -> u32 {
        self.hosts[usize::from(host)].multiplier
    }

    /// What this outcome says about a host.
    pub fn verdict(&self, outcome: Outcome) -> Verdict {
        let Settings { errors, gateway, ignore, split_local, .. } = &self.settings;
        if ignore.has(outcome) {
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

    /// A call goes to the host, as it stands since the last [`Outliers::advance`]. Returns whether
    /// it is the host's probe: if its result is not awaited any more, [`Outliers::unsent`] must be
    /// told.
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
            self.bring_back(match self.settings.back {
                Back::AfterInterval => Time::from_nanos(end.as_nanos() - 1),
                Back::AtInterval | Back::AtEnd | Back::ByProbe => end,
            });
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
}
