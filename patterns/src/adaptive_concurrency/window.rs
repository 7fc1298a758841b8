//! Samples gathered over some time, handed on as one.

use super::estimate::Sample;
use crate::invalid::Invalid;
use crate::time::{Duration, Time};

/// Gathers samples before a limit sees them (Netflix concurrency-limits `WindowedLimit`: 1 s, 1 s,
/// 10 and 100 µs).
///
/// A sample that ends later than the window closes it, and still belongs to it. What a window with
/// enough samples has shown is handed on as one: their tracked time, the most calls under way, and
/// a drop if there was any. One with too few is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// A window is at least so long; twice its shortest sample if that is more.
    pub shortest: Duration,
    /// A window is at most so long; at least `shortest`.
    pub longest: Duration,
    /// How many samples it needs; at least 1.
    pub samples: u32,
    /// A sample shorter than this is no sample.
    pub min_rtt: Duration,
    /// Which time stands for all of them.
    pub tracked: Tracked,
}

/// Which time stands for a window of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracked {
    /// Their mean (the default of Netflix concurrency-limits).
    Mean,
    /// The shortest.
    Shortest,
}

#[derive(Clone, Debug)]
pub(super) struct Gathering {
    settings: Window,
    until: Time,
    open: Open,
}

#[derive(Clone, Copy, Debug, Default)]
struct Open {
    shortest: Duration,
    sum: Duration,
    samples: u32,
    in_flight: u32,
    dropped: bool,
}

impl Gathering {
    pub(super) fn new(settings: Window) -> Result<Self, Invalid> {
        Invalid::unless(1 <= settings.samples, "samples", "at least 1")?;
        let valid = settings.shortest <= settings.longest;
        Invalid::unless(valid, "longest", "at least `shortest`")?;
        Ok(Self { settings, until: Time::ZERO, open: Open::default() })
    }

    /// Takes a sample that ends now; gives what the window has shown if that closes it.
    pub(super) fn add(&mut self, sample: Sample, now: Time) -> Option<Sample> {
        let Self { settings, until, open } = self;
        if sample.rtt < settings.min_rtt {
            return None;
        }
        let first = open.samples == 0;
        open.shortest = if first { sample.rtt } else { open.shortest.min(sample.rtt) };
        open.sum += sample.rtt;
        open.samples = open.samples.saturating_add(1);
        open.in_flight = open.in_flight.max(sample.in_flight);
        open.dropped |= sample.dropped;
        if now <= *until {
            return None;
        }
        let closed = core::mem::take(open);
        *until = now + (closed.shortest * 2).max(settings.shortest).min(settings.longest);
        (settings.samples <= closed.samples).then(|| Sample {
            rtt: match settings.tracked {
                Tracked::Mean => {
                    Duration::from_nanos(closed.sum.as_nanos() / u64::from(closed.samples))
                }
                Tracked::Shortest => closed.shortest,
            },
            in_flight: closed.in_flight,
            dropped: closed.dropped,
        })
    }
}
