//! What all kinds of limit have in common, and the choice among them.

use super::bucket::{Bucket, Fills, Gcra, Lazy};
use super::cubic::Cubic;
use super::debt::{Fill, Leaky, Periods, Smooth};
use super::kind::Kind;
use super::warm_up::WarmUp;
use super::window::{Counter, Fixed, Log, Segments};

/// One kind of limit. Times are nanoseconds, and `now` never decreases.
///
/// Most keep their state as of the last grant, which may lie ahead, and look no earlier than that:
/// so what is reserved is never overtaken.
pub(super) trait Rule {
    /// When so many permits can be had first; none if waiting alone does not bring them.
    ///
    /// May bring the state up to date, and changes nothing else.
    fn earliest(&mut self, now: u64, permits: u32) -> Option<u64>;

    /// Takes permits at the time that `earliest` gave.
    fn take(&mut self, now: u64, at: u64, permits: u32);

    /// Puts back what was taken last.
    fn untake(&mut self, permits: u32);
}

/// The nearest time there is.
pub(super) fn clipped(nanos: u128) -> u64 {
    u64::try_from(nanos).unwrap_or(u64::MAX)
}

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
            Kind::SlidingSegments { limit, window, segments } => {
                Self::Segments(Segments::new(limit, window.as_nanos(), segments))
            }
            Kind::SlidingCounter { limit, window } => {
                Self::Counter(Counter::new(limit, window.as_nanos()))
            }
            Kind::TokenBucket { permits, per, burst, first } => {
                Self::Bucket(Bucket::new(permits, per.as_nanos(), burst, first))
            }
            Kind::IntervalBucket { fill, every, burst } => {
                Self::Fills(Fills::new(fill, every.as_nanos(), burst))
            }
            Kind::LazyBucket { interval, burst } => {
                Self::Lazy(Lazy::new(interval.as_nanos(), burst))
            }
            Kind::LeakyBucket { permits, per, tick } => {
                Self::Leaky(Leaky::new(permits, per.as_nanos(), tick.as_nanos()))
            }
            Kind::Gcra { permits, per, burst } => {
                Self::Gcra(Gcra::new(permits, per.as_nanos(), burst))
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

    /// An answer has come; only one kind listens.
    pub(super) fn settle(&mut self, now: u64, throttled: bool) {
        if let Self::Cubic(rule) = self {
            rule.settle(now, throttled);
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
