//! What a rate limiter can be set to: fourteen kinds of limit, and what they have in common.

use crate::invalid::Findings;
use crate::outcome::{Class, Classes};
use crate::settings;
use crate::settings::{Auto, Fields, Reader};
use crate::time::Duration;

settings! {
    /// Limits how many calls there are in a time. A call beyond that waits, or fails as
    /// `rejected` with the exact time after which it may come again.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Settings {
        /// How the limit is counted, with its numbers.
        kind: Kind [.example("\"token-bucket(50, per=1min, burst=10)\"")],
        /// How long a call may wait for its permit. One that would have to wait for longer is
        /// rejected at once. Raise it where a late answer is better than none.
        max_wait: Duration [.unlimited()] = Duration::ZERO,
        /// The classes of failure after which all permits that could be had at once are taken away
        /// (resilience4j `drainPermissionsOnResult`). Use it for a callee that says when its own
        /// limit is reached.
        drain_on: Classes = Classes::NONE,
        /// What becomes of the permit of a call that is given up while it waits.
        on_cancel: OnCancel [.was(&["cancelled"])] = OnCancel::GivesBack,
    }
    warns warns;
}

settings! {
    /// What becomes of the permits of a call that is given up while it waits.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum OnCancel {
        /// They are given back if nothing was taken since, and lost otherwise: the calls behind
        /// have their times already, and would come too close to the one that took the place (Go
        /// `x/time/rate`, `Reservation.CancelAt`). The next call gets the same time.
        GivesBack,
        /// They are lost (resilience4j).
        Keeps,
    }
}

settings! {
    /// How a limit on a rate is counted.
    ///
    /// Windows, periods and slots begin at time zero and follow one another. "At once" means at one
    /// instant.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Kind {
        /// A bucket into which permits drip at every moment. The usual choice: a steady rate and a
        /// limited burst.
        TokenBucket {
            /// How many permits drip in `per`.
            permits: u32 [.at_least(1.0).example("50")],
            /// The time in which they do.
            per: Duration [.above(0.0).example("\"1min\"")],
            /// How many permits the bucket holds: the most calls at once. Unless it is written,
            /// as many as `permits`.
            burst: Auto<u32> [.at_least(1.0)] = Auto::Auto,
            /// How many are in it at time zero. Unless it is written, it is full.
            first: Auto<u32> = Auto::Auto,
        },
        /// The generic cell rate algorithm, or a leaky bucket as a meter: lets through what comes
        /// no earlier than `burst` minus one distances before its turn (governor `gcra.rs`; ITU-T
        /// I.371). It decides as a token bucket that is full at first.
        Gcra {
            /// How many permits there are in `per`.
            permits: u32 [.at_least(1.0).example("50")],
            /// The time in which there are.
            per: Duration [.above(0.0).example("\"1min\"")],
            /// How many may come at once. Unless it is written, as many as `permits`.
            burst: Auto<u32> [.at_least(1.0)] = Auto::Auto,
        },
        /// A number of permits in each window (Polly `FixedWindowLimiter`, Sentinel by default).
        /// Around an edge up to twice the limit may come within less than a window.
        FixedWindow {
            /// Permits in a window.
            limit: u32 [.at_least(1.0).example("50")],
            /// The length of a window.
            window: Duration [.above(0.0).example("\"1min\"")],
        },
        /// A number of permits in any stretch as long as the window (tower-resilience
        /// `SlidingLog`). A permit counts until exactly one window later. Exact, but remembers the
        /// time of each.
        SlidingLog {
            /// Permits in any window.
            limit: u32 [.at_least(1.0).at_most(1_048_576.0).example("50")],
            /// The length of the window.
            window: Duration [.above(0.0).example("\"1min\"")],
        },
        /// A number of permits in the present segment and those before it that make up a window
        /// (Polly `SlidingWindowLimiter`).
        SlidingWindow {
            /// Permits in a window.
            limit: u32 [.at_least(1.0).example("50")],
            /// The length of the window.
            window: Duration [.above(0.0).example("\"1min\"")],
            /// How many segments it has: a number that divides its nanoseconds. One makes a fixed
            /// window; more follow the rate more closely.
            segments: u32 [.at_least(1.0).at_most(65_536.0)] = 10,
        },
        /// A number of permits in the present fixed window and the one before, which counts by the
        /// share of it that one window back from now still covers (tower-resilience
        /// `SlidingCounter`). Fractions count exactly: a permit may make the sum exactly the limit.
        SlidingCounter {
            /// The largest weighted sum.
            limit: u32 [.at_least(1.0).example("50")],
            /// The length of a window.
            window: Duration [.above(0.0).example("\"1min\"")],
        },
        /// A bucket, full at first, that is filled up at even distances (Envoy local rate limit:
        /// `tokens_per_fill`, `fill_interval`, `max_tokens`).
        IntervalBucket {
            /// How many permits are put in each time.
            fill: u32 [.at_least(1.0).example("10")],
            /// The time from one filling to the next.
            every: Duration [.above(0.0).example("\"1s\"")],
            /// How many permits the bucket holds. Unless it is written, as many as `fill`.
            burst: Auto<u32> [.at_least(1.0)] = Auto::Auto,
        },
        /// A bucket, full at first, that looks at the time only when it is empty (Polly v7
        /// `LockFreeTokenBucketRateLimiter`). So idle time does not fill a bucket with something
        /// left in it, and the first filling after a long time may be a whole burst.
        LazyBucket {
            /// The time for one permit.
            interval: Duration [.above(0.0).example("\"1s\"")],
            /// How many permits the bucket holds.
            burst: u32 [.at_least(1.0)] = 1,
        },
        /// A queue out of which one call goes at even distances (Sentinel `ThrottlingController`).
        /// A request of several permits waits for all of them after an earlier one, and for none
        /// after an idle time as long as they cost. None is too large.
        LeakyBucket {
            /// How many permits there are in `per`.
            permits: u32 [.at_least(1.0).example("50")],
            /// The time in which there are.
            per: Duration [.above(0.0).example("\"1min\"")],
            /// To what the cost of a request is rounded, half up. Sentinel rounds to 1 ms, so that
            /// there more than 2000 permits a second cost nothing.
            tick: Duration [.above(0.0)] = Duration::from_nanos(1),
        },
        /// A number of permits in each period; those of coming periods are granted now and waited
        /// for (resilience4j `AtomicRateLimiter`). Permits of an idle period are not saved up. No
        /// request is too large: one of more than the limit is a debt for several periods, if its
        /// wait is allowed.
        RefreshPeriod {
            /// Permits in a period.
            limit: u32 [.at_least(1.0).example("50")],
            /// The length of a period.
            period: Duration [.above(0.0).example("\"1min\"")],
        },
        /// As `refresh-period`, but a debt grows past the limit when it is over: after a debt and a
        /// number of idle periods there is the limit for each of them at once (failsafe
        /// `BurstyRateLimiterStats`).
        Bursty {
            /// Permits in a period.
            limit: u32 [.at_least(1.0).example("50")],
            /// The length of a period.
            period: Duration [.above(0.0).example("\"1min\"")],
        },
        /// One permit in each slot of a grid (failsafe `SmoothRateLimiterStats`). Idle time earns
        /// no burst, yet two calls may be closer than the interval: the end of one slot and the
        /// beginning of the next. A request of several is never granted at once, and waits for as
        /// many slots.
        Smooth {
            /// The length of a slot.
            interval: Duration [.above(0.0).example("\"1s\"")],
        },
        /// A number of permits in each second, fewer while it is cold (Sentinel
        /// `WarmUpController`): it is cold at first and after an idle time.
        WarmUp {
            /// Permits in a second when it is warm.
            rate: u32 [.at_least(1.0).example("50")],
            /// How many seconds it takes to get warm.
            secs: u32 [.at_least(1.0)] = 10,
            /// How many times less it grants when it is cold.
            cold_factor: u32 [.at_least(2.0)] = 3,
        },
        /// No limit until the callee throttles; then a bucket whose rate is lowered to 0.7 of
        /// itself each time and grows by a cubic curve between (the adaptive mode of the AWS
        /// clients: botocore `retries/adaptive.py`, `throttling.py`, `bucket.py`).
        ///
        /// The bucket fills from time zero on, though nothing is taken before the callee throttles:
        /// right after that some permits may be left. The rate is at most twice what was measured,
        /// and at least one in two seconds; the bucket holds what comes in a second, and at least
        /// 1.
        Cubic {
            /// Which failures mean that the callee throttles.
            throttles: Classes = THROTTLES,
        },
    }
    rules kind_rules;
}

/// The failures by which a callee says that it throttles: `rate-limit` and `overload`.
pub const THROTTLES: Classes = Classes::NONE.with(Class::RateLimit).with(Class::Overload);

/// The largest limit of a [`Kind::SlidingLog`].
pub const LONGEST_LOG: u32 = 1 << 20;

/// The most segments of a [`Kind::SlidingWindow`].
pub const MOST_SEGMENTS: u32 = 1 << 16;

impl Settings {
    /// This limit for calls that do not wait.
    pub const fn of(kind: Kind) -> Self {
        Self {
            kind,
            max_wait: Duration::ZERO,
            drain_on: Classes::NONE,
            on_cancel: OnCancel::GivesBack,
        }
    }
}

impl Kind {
    /// A [`Kind::TokenBucket`] that is full at first.
    pub const fn token_bucket(permits: u32, per: Duration, burst: u32) -> Self {
        Self::TokenBucket { permits, per, burst: Auto::Is(burst), first: Auto::Auto }
    }

    /// A [`Kind::Gcra`].
    pub const fn gcra(permits: u32, per: Duration, burst: u32) -> Self {
        Self::Gcra { permits, per, burst: Auto::Is(burst) }
    }
}

fn kind_rules(kind: &Kind, found: &mut Findings) {
    match *kind {
        Kind::TokenBucket { permits, burst, first, .. } => {
            let burst = burst.or(permits);
            found.unless(first.or(burst) <= burst, "first", "at most the burst");
        }
        Kind::SlidingWindow { window, segments, .. } => {
            let divides = segments == 0 || window.as_nanos().is_multiple_of(u64::from(segments));
            found.unless(divides, "segments", "a divisor of the nanoseconds of the window");
        }
        _ => {}
    }
}

fn warns(settings: &Settings, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    let at = |key: &str| fields.node(key).map(|_| fields.place_of(key));
    if settings.max_wait.is_zero()
        && let Some(at) = at("on-cancel")
    {
        let why = "`on-cancel` has no effect: without `max-wait` no call waits";
        reader.no_effect(&at, why);
    }
    let Some(at) = at("kind") else { return };
    match settings.kind {
        Kind::IntervalBucket { fill, burst: Auto::Is(burst), .. } if burst < fill => {
            let why = format!("of `fill` only {burst} have an effect: the bucket holds no more");
            reader.no_effect(&at, why);
        }
        Kind::Cubic { throttles: Classes::NONE } => {
            let why = "this limits nothing: no failure counts as throttling";
            reader.no_effect(&at, why);
        }
        _ => {}
    }
}
