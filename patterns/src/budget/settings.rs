//! What a retry budget can be set to.

use crate::outcome::Classes;
use crate::settings;
use crate::settings::{Auto, Fields, Reader};
use crate::time::Duration;

settings! {
    /// Limits the extra attempts (retries and hedges) of all calls together, so that they multiply
    /// the load only by so much when everything fails. First attempts need no budget.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Settings {
        /// How extra attempts are counted.
        kind: Kind [.example("\"share(20%, least=3)\"")],
        /// The classes of failure that cost a token of `tokens`; other kinds do not look at it. A
        /// failure that asks never to come again costs one whatever its class. In a `retry` only
        /// classes that have a rule there can cost any, as in gRPC, where a failure that the
        /// policy would not retry costs nothing. Default: all but refusals by layers on the
        /// caller's side.
        count: Classes = Classes::REMOTE,
    }
    short "kind";
    warns counts_nothing;
}

settings! {
    /// How extra attempts are counted. Take `share` or `deposits` if in doubt: both allow a fixed
    /// share of the calls.
    ///
    /// Shares and ratios are kept in whole parts of a million, or of a thousand where that is what
    /// the library does, so that nothing is lost by rounding: tower 0.5's budget cuts `1 / 0.6` to
    /// 1 and grants ten retries for ten calls.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Kind {
        /// A counter that begins full: a failure takes one token, a success gives `ratio` of one.
        /// An extra attempt is granted while more than half are left, and takes nothing itself
        /// (gRPC A6, `retryThrottling`).
        Tokens {
            /// The most tokens there can be, and how many there are at first (`maxTokens`).
            max: u32 [.at_least(1.0).at_most(1000.0).example("10")],
            /// Tokens for each success (`tokenRatio`). Digits behind the third are cut off.
            ratio: f64 [.at_least(0.001)] = 0.1,
        },
        /// A quota that begins full and pays for extra attempts: what an attempt cost comes back
        /// if it succeeds, and never otherwise; a call that succeeds at first gives `reward`.
        /// Without `refill` time plays no part (botocore `retries/standard.py`; smithy-rs refills).
        Quota {
            /// The most there can be, and how much there is at first.
            capacity: u32 [.at_least(1.0).example("500")],
            /// What an attempt costs after a failure of any other class, and a hedge.
            cost: u32 = 5,
            /// What it costs after a timeout; `auto` is twice `cost`.
            timeout_cost: Auto<u32> = Auto::Auto,
            /// What it costs after the callee had too much to do; `auto` is `cost`.
            throttle_cost: Auto<u32> = Auto::Auto,
            /// What a first attempt gives that succeeds.
            reward: u32 = 1,
            /// The time in which one unit comes back by itself; `none` if none does.
            refill: Option<Duration> [.above(0.0).none(&["none"])] = None,
        },
        /// Each call deposits `share` of an extra attempt, and each extra attempt withdraws one;
        /// both are forgotten after `ttl`, which is counted in ten parts. Besides, `least-per-sec`
        /// attempts are granted for each second of `ttl` (Finagle `RetryBudget`, tower
        /// `TpsBudget`).
        Deposits {
            /// Extra attempts for each call.
            share: f64 [.percent().at_least(0.0).at_most(1000.0).example("\"20%\"")],
            /// Extra attempts for each second, however few calls there are.
            least_per_sec: u32 = 10,
            /// How long calls and extra attempts are remembered.
            ttl: Duration [.at_least(10.0)] = Duration::from_secs(10),
        },
        /// A bucket of tokens that fills with time; each extra attempt takes one
        /// (tower-resilience).
        Bucket {
            /// The most tokens, and how many there are at first.
            capacity: u32 [.at_least(1.0).example("100")],
            /// The time in which one comes back.
            every: Duration [.above(0.0).example("\"1s\"")],
        },
        /// Extra attempts under way are fewer than a share of everything under way, or than
        /// `least`, whichever is more. The limit is a whole number: what is behind the point is
        /// cut off (Envoy `RetryBudget`).
        Share {
            /// The share of everything under way (`budget_percent`).
            share: f64 [.share().example("\"20%\"")],
            /// How many are granted in any case (`min_retry_concurrency`).
            least: u32 = 3,
        },
        /// An extra attempt is refused if at least `least` are under way and they are more than
        /// `rate` of everything under way, where an extra attempt counts beside its call
        /// (failsafe-go `budget`).
        Rate {
            /// The rate (`maxRate`).
            rate: f64 [.percent().at_least(0.0).at_most(1000.0).example("\"20%\"")],
            /// How many are granted in any case (`minConcurrency`).
            least: u32 = 3,
        },
        /// A fixed number of extra attempts under way at a time (Envoy's `max_retries`).
        Fixed(
            /// The number.
            most: u32 [.example("3")],
        ),
    }
}

impl Settings {
    /// This kind; every failure that the callee or the way to it made costs a token.
    pub const fn of(kind: Kind) -> Self {
        Self { kind, count: Classes::REMOTE }
    }

    /// These settings, with failures of these classes alone costing a token.
    #[must_use]
    pub const fn counting(mut self, count: Classes) -> Self {
        self.count = count;
        self
    }
}

impl Kind {
    /// A quota that costs the same after every failure but a timeout, which costs twice as much.
    pub const fn quota(capacity: u32, cost: u32) -> Self {
        Self::Quota {
            capacity,
            cost,
            timeout_cost: Auto::Auto,
            throttle_cost: Auto::Auto,
            reward: 1,
            refill: None,
        }
    }
}

fn counts_nothing(settings: &Settings, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    if fields.node("count").is_some() && !matches!(settings.kind, Kind::Tokens { .. }) {
        let why = "`count` has no effect: only `tokens` looks at the class of a failure";
        reader.no_effect(&fields.place_of("count"), why);
    }
}
