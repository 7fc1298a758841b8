//! Samples gathered over some time, handed on as one.

use super::estimate::Sample;
use super::settings::{Tracked, Window};
use crate::time::{Duration, Time};

/// Samples of a window that is open.
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
    pub(super) fn new(settings: Window) -> Self {
        Self { settings, until: Time::ZERO, open: Open::default() }
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
        let longest = settings.longest.or(settings.shortest);
        *until = now + (closed.shortest * 2).max(settings.shortest).min(longest);
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
