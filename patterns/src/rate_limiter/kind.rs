//! The kinds of limit, and what each must be.

use crate::invalid::Invalid;
use crate::outcome::Classes;
use crate::time::Duration;

/// What a [`RateLimiter`](super::RateLimiter) grants when.
///
/// Grids of windows, cycles and slots begin at time zero. "At once" means at one `now`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// So many in each window; windows follow one another (Polly `FixedWindowLimiter`, Sentinel
    /// by default).
    ///
    /// Around an edge up to twice the limit may come within less than a window.
    FixedWindow {
        /// Permits in a window; at least 1.
        limit: u32,
        /// Length of a window; longer than zero.
        window: Duration,
    },
    /// So many in any stretch as long as the window (tower-resilience `SlidingLog`).
    ///
    /// A grant counts until exactly one window later. Remembers the time of each.
    SlidingLog {
        /// Permits in any window; at least 1 and at most [`LONGEST_LOG`].
        limit: u32,
        /// Length of the window; longer than zero.
        window: Duration,
    },
    /// So many in the segment of now and those before it that make up a window (Polly
    /// `SlidingWindowLimiter`).
    SlidingSegments {
        /// Permits in a window; at least 1.
        limit: u32,
        /// Length of the window; longer than zero.
        window: Duration,
        /// How many segments it has; a number that divides its nanoseconds, at most
        /// [`MOST_SEGMENTS`]. One makes a fixed window.
        segments: u32,
    },
    /// So many in the fixed window of now and the one before, which counts by the share of it that
    /// one window back from now still covers (tower-resilience `SlidingCounter`).
    ///
    /// Counts fractions exactly: a grant may make the sum exactly the limit.
    SlidingCounter {
        /// The largest weighted sum; at least 1.
        limit: u32,
        /// Length of a window; longer than zero.
        window: Duration,
    },
    /// A bucket into which permits drip at every moment.
    TokenBucket {
        /// Permits that drip in `per`; at least 1.
        permits: u32,
        /// Longer than zero.
        per: Duration,
        /// What the bucket holds; at least 1.
        burst: u32,
        /// What is in it at time zero; at most `burst`.
        first: u32,
    },
    /// A bucket, full at first, that is filled up at even distances (Envoy local rate limit:
    /// `tokens_per_fill`, `fill_interval`, `max_tokens`).
    IntervalBucket {
        /// Permits that are put in each time; at least 1.
        fill: u32,
        /// Time from one filling to the next; longer than zero.
        every: Duration,
        /// What the bucket holds; at least 1.
        burst: u32,
    },
    /// A bucket, full at first, that looks at the time only when it is empty (Polly v7
    /// `LockFreeTokenBucketRateLimiter`).
    ///
    /// So idle time fills no bucket with something left in it, and the first filling after a long
    /// time may be a whole burst.
    LazyBucket {
        /// Time for one permit; longer than zero.
        interval: Duration,
        /// What the bucket holds; at least 1.
        burst: u32,
    },
    /// A queue out of which one permit goes at even distances (Sentinel `ThrottlingController`).
    ///
    /// A request of several waits for all of them after an earlier one, and for none after an idle
    /// time as long as they cost. None is too large.
    LeakyBucket {
        /// Permits in `per`; at least 1.
        permits: u32,
        /// Longer than zero.
        per: Duration,
        /// To what the cost of a request is rounded, half up; longer than zero. Sentinel rounds to
        /// 1 ms, so that more than 2000 a second cost nothing.
        tick: Duration,
    },
    /// The generic cell rate algorithm, or a leaky bucket as a meter (governor `gcra.rs`; ITU-T
    /// I.371): grants what comes no earlier than `burst` minus one distances before its turn.
    ///
    /// Grants the same as a [`Kind::TokenBucket`] that is full at first.
    Gcra {
        /// Permits in `per`; at least 1.
        permits: u32,
        /// Longer than zero.
        per: Duration,
        /// How many may come at once; at least 1.
        burst: u32,
    },
    /// So many in each cycle, and those of coming cycles are granted now and waited for
    /// (resilience4j `AtomicRateLimiter`).
    ///
    /// Permits of an idle cycle are not saved up. None is too large: a request of more than the
    /// limit is a debt for several cycles, once its wait is allowed.
    RefreshPeriod {
        /// Permits in a cycle; at least 1.
        limit: u32,
        /// Length of a cycle; longer than zero.
        period: Duration,
    },
    /// As [`Kind::RefreshPeriod`], but a debt grows past the limit when it is over (failsafe
    /// `BurstyRateLimiterStats`): after a debt and `k` idle periods there are up to `k` times
    /// the limit at once.
    Bursty {
        /// Permits in a period; at least 1.
        limit: u32,
        /// Length of a period; longer than zero.
        period: Duration,
    },
    /// One in each slot of a grid (failsafe `SmoothRateLimiterStats`).
    ///
    /// Idle time earns no burst, yet two may be closer than the interval: the end of one slot and
    /// the beginning of the next. A request of several is never granted at once, and waits for as
    /// many slots.
    Smooth {
        /// Length of a slot; longer than zero.
        interval: Duration,
    },
    /// So many in each second, fewer while it is cold (Sentinel `WarmUpController`).
    ///
    /// It is cold at first and after an idle time, and then grants `rate / cold_factor`. Seconds
    /// are those of a grid.
    WarmUp {
        /// Permits in a second when it is warm; at least 1.
        rate: u32,
        /// How long it takes to get warm, in seconds; at least 1.
        secs: u32,
        /// How many times less it grants when it is cold; at least 2, in Sentinel 3.
        cold_factor: u32,
    },
    /// No limit until the callee throttles; then a bucket whose rate is lowered to 0.7 of itself
    /// each time and grows by a cubic curve between (botocore `retries/adaptive.py`,
    /// `throttling.py`, `bucket.py`).
    ///
    /// The bucket is empty at time zero and fills from then on, though nobody takes from it before
    /// the callee throttles: so right after that there may be some left.
    /// The rate is at most twice what was measured, and at least one in two seconds; the bucket
    /// holds what comes in a second, and at least 1.
    Cubic {
        /// Which failures mean that the callee throttles.
        throttles: Classes,
    },
}

/// The largest limit of a [`Kind::SlidingLog`].
pub const LONGEST_LOG: u32 = 1 << 20;

/// The most segments of a [`Kind::SlidingSegments`].
pub const MOST_SEGMENTS: u32 = 1 << 16;

impl Kind {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        match *self {
            Self::FixedWindow { limit, window } | Self::SlidingCounter { limit, window } => {
                some(limit, "limit")?;
                lasts(window, "window")
            }
            Self::SlidingLog { limit, window } => {
                let valid = (1..=LONGEST_LOG).contains(&limit);
                Invalid::unless(valid, "limit", "at least 1 and at most 1048576")?;
                lasts(window, "window")
            }
            Self::SlidingSegments { limit, window, segments } => {
                some(limit, "limit")?;
                lasts(window, "window")?;
                let divides = (1..=MOST_SEGMENTS).contains(&segments)
                    && window.as_nanos().is_multiple_of(u64::from(segments));
                Invalid::unless(
                    divides,
                    "segments",
                    "at least 1, at most 65536, and divide the nanoseconds of the window",
                )
            }
            Self::TokenBucket { permits, per, burst, first } => {
                some(permits, "permits")?;
                lasts(per, "per")?;
                some(burst, "burst")?;
                Invalid::unless(first <= burst, "first", "at most the burst")
            }
            Self::IntervalBucket { fill, every, burst } => {
                some(fill, "fill")?;
                lasts(every, "every")?;
                some(burst, "burst")
            }
            Self::LazyBucket { interval, burst } => {
                lasts(interval, "interval")?;
                some(burst, "burst")
            }
            Self::LeakyBucket { permits, per, tick } => {
                some(permits, "permits")?;
                lasts(per, "per")?;
                lasts(tick, "tick")
            }
            Self::Gcra { permits, per, burst } => {
                some(permits, "permits")?;
                lasts(per, "per")?;
                some(burst, "burst")
            }
            Self::RefreshPeriod { limit, period } | Self::Bursty { limit, period } => {
                some(limit, "limit")?;
                lasts(period, "period")
            }
            Self::Smooth { interval } => lasts(interval, "interval"),
            Self::WarmUp { rate, secs, cold_factor } => {
                some(rate, "rate")?;
                some(secs, "secs")?;
                Invalid::unless(2 <= cold_factor, "cold_factor", "at least 2")
            }
            Self::Cubic { .. } => Ok(()),
        }
    }
}

fn some(number: u32, setting: &'static str) -> Result<(), Invalid> {
    Invalid::unless(1 <= number, setting, "at least 1")
}

fn lasts(length: Duration, setting: &'static str) -> Result<(), Invalid> {
    Invalid::unless(!length.is_zero(), setting, "longer than zero")
}
