//! The choice among the kinds of limit.

use super::bucket::{Bucket, Fills, Gcra, Lazy};
use super::cubic::Cubic;
use super::debt::{Fill, Leaky, Periods, Smooth};
use super::rule::Rule;
use super::settings::Kind;
use super::warm_up::WarmUp;
use super::window::{Counter, Fixed, Log, Segments};
use crate::time::Time;

#[derive(Clone, Debug)]
pub(super) enum Any {
    Fixed(Fixed),
    Log(Log),
    Segments(Segments),
    Counter(Counter),
    Bucket(Bucket),
    Fills(Fills),
    Lazy(Lazy),
    Leaky(Leaky),
    Gcra(Gcra),
    Periods(Periods),
    Smooth(Smooth),
    WarmUp(WarmUp),
    Cubic(Cubic),
}

impl Any {
    /// The machine of a kind that was checked.
    pub(super) fn new(kind: Kind) -> Self {
        match kind {
            Kind::FixedWindow { limit, window } => {
                Self::Fixed(Fixed::new(limit, window.as_nanos()))
            }
            Kind::SlidingLog { limit, window } => Self::Log(Log::new(limit, window.as_nanos())),
            Kind::SlidingWindow { limit, window, segments } => {
                Self::Segments(Segments::new(limit, window.as_nanos(), segments))
            }
            Kind::SlidingCounter { limit, window } => {
                Self::Counter(Counter::new(limit, window.as_nanos()))
            }
            Kind::TokenBucket { permits, per, burst, first } => {
                let burst = burst.or(permits);
                Self::Bucket(Bucket::new(permits, per.as_nanos(), burst, first.or(burst)))
            }
            Kind::IntervalBucket { fill, every, burst } => {
                Self::Fills(Fills::new(fill, every.as_nanos(), burst.or(fill)))
            }
            Kind::LazyBucket { interval, burst } => {
                Self::Lazy(Lazy::new(interval.as_nanos(), burst))
            }
            Kind::LeakyBucket { permits, per, tick } => {
                Self::Leaky(Leaky::new(permits, per.as_nanos(), tick.as_nanos()))
            }
            Kind::Gcra { permits, per, burst } => {
                Self::Gcra(Gcra::new(permits, per.as_nanos(), burst.or(permits)))
            }
            Kind::RefreshPeriod { limit, period } => {
                Self::Periods(Periods::new(limit, period.as_nanos(), Fill::Capped))
            }
            Kind::Bursty { limit, period } => {
                Self::Periods(Periods::new(limit, period.as_nanos(), Fill::DebtUncapped))
            }
            Kind::Smooth { interval } => Self::Smooth(Smooth::new(interval.as_nanos())),
            Kind::WarmUp { rate, secs, cold_factor } => {
                Self::WarmUp(WarmUp::new(rate, secs, cold_factor))
            }
            Kind::Cubic { .. } => Self::Cubic(Cubic::default()),
        }
    }

    /// The numbers of a kind that was checked hold from now on. What was granted so far counts; of
    /// another kind it is the machine as it would be new.
    pub(super) fn set(&mut self, kind: Kind, now: u64) {
        match (self, kind) {
            (Self::Fixed(rule), Kind::FixedWindow { limit, window }) => {
                rule.set(limit, window.as_nanos(), now);
            }
            (Self::Log(rule), Kind::SlidingLog { limit, window }) => {
                rule.set(limit, window.as_nanos());
            }
            (Self::Segments(rule), Kind::SlidingWindow { limit, window, segments }) => {
                rule.set(limit, window.as_nanos(), segments, now);
            }
            (Self::Counter(rule), Kind::SlidingCounter { limit, window }) => {
                rule.set(limit, window.as_nanos(), now);
            }
            (Self::Bucket(rule), Kind::TokenBucket { permits, per, burst, .. }) => {
                rule.set(permits, per.as_nanos(), burst.or(permits), now);
            }
            (Self::Fills(rule), Kind::IntervalBucket { fill, every, burst }) => {
                rule.set(fill, every.as_nanos(), burst.or(fill), now);
            }
            (Self::Lazy(rule), Kind::LazyBucket { interval, burst }) => {
                rule.set(interval.as_nanos(), burst, now);
            }
            (Self::Leaky(rule), Kind::LeakyBucket { permits, per, tick }) => {
                rule.set(permits, per.as_nanos(), tick.as_nanos());
            }
            (Self::Gcra(rule), Kind::Gcra { permits, per, burst }) => {
                rule.set(permits, per.as_nanos(), burst.or(permits), now);
            }
            (
                Self::Periods(rule),
                Kind::RefreshPeriod { limit, period } | Kind::Bursty { limit, period },
            ) => {
                let fill = match kind {
                    Kind::Bursty { .. } => Fill::DebtUncapped,
                    _ => Fill::Capped,
                };
                rule.set(limit, period.as_nanos(), fill, now);
            }
            (Self::Smooth(rule), Kind::Smooth { interval }) => rule.set(interval.as_nanos()),
            (Self::WarmUp(rule), Kind::WarmUp { rate, secs, cold_factor }) => {
                rule.set(rate, secs, cold_factor, now);
            }
            (Self::Cubic(_), Kind::Cubic { .. }) => {}
            (rule, kind) => *rule = Self::new(kind),
        }
    }

    /// The machine of [`Kind::Cubic`], if it is this.
    pub(super) const fn cubic(&self) -> Option<&Cubic> {
        match self {
            Self::Cubic(rule) => Some(rule),
            _ => None,
        }
    }

    /// An answer has come; only one kind listens.
    pub(super) fn settle(&mut self, now: u64, throttled: bool) {
        if let Self::Cubic(rule) = self {
            rule.settle(Time::from_nanos(now), throttled);
        }
    }

    fn rule(&mut self) -> &mut dyn Rule {
        match self {
            Self::Fixed(rule) => rule,
            Self::Log(rule) => rule,
            Self::Segments(rule) => rule,
            Self::Counter(rule) => rule,
            Self::Bucket(rule) => rule,
            Self::Fills(rule) => rule,
            Self::Lazy(rule) => rule,
            Self::Leaky(rule) => rule,
            Self::Gcra(rule) => rule,
            Self::Periods(rule) => rule,
            Self::Smooth(rule) => rule,
            Self::WarmUp(rule) => rule,
            Self::Cubic(rule) => rule,
        }
    }
}

impl Rule for Any {
    fn earliest(&mut self, now: u64, permits: u32) -> Option<u64> {
        self.rule().earliest(now, permits)
    }

    fn take(&mut self, now: u64, at: u64, permits: u32) {
        self.rule().take(now, at, permits);
    }

    fn untake(&mut self, permits: u32) {
        self.rule().untake(permits);
    }
}
