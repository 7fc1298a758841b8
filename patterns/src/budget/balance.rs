//! How a retry budget is counted.

use crate::invalid::Invalid;
use crate::outcome::Class;
use crate::time::{Duration, Time};

/// How a [`Budget`](super::Budget) is counted.
///
/// Shares and ratios are kept in whole parts of a million, or of a thousand where that is what the
/// library does, so that nothing is lost by rounding: tower 0.5's budget cuts `1 / 0.6` to 1 and
/// grants ten retries for ten calls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A counter that begins full: a failure takes one token, a success gives `ratio` of one. An
    /// extra attempt is granted while more than half are left, and takes nothing itself (gRPC A6,
    /// `retryThrottling`).
    Tokens {
        /// The most tokens; from 1 to 1000.
        max: u32,
        /// Tokens for each success; more than 0. Digits behind the third are cut off.
        ratio: f64,
    },
    /// A quota that begins full and pays for extra attempts: what an attempt cost comes back if it
    /// succeeds, and never otherwise; a call that succeeds at first gives `reward`. Without
    /// `refill` time plays no part (botocore `retries/standard.py`; smithy-rs refills).
    Quota {
        /// The most there can be; at least 1.
        capacity: u32,
        /// What an attempt costs after a failure of any other class, and a hedge.
        cost: u32,
        /// What it costs after a timeout.
        timeout_cost: u32,
        /// What it costs after the callee had too much to do.
        throttle_cost: u32,
        /// What a first attempt gives that succeeds.
        reward: u32,
        /// The time in which one unit comes back by itself, if it does.
        refill: Option<Duration>,
    },
    /// Each call deposits `share` of an extra attempt, and each extra attempt withdraws one; both
    /// are forgotten after `ttl`, which is counted in ten parts. Besides, `least_per_sec` attempts
    /// are granted for each second of `ttl` (Finagle `RetryBudget.scala`, tower `TpsBudget`).
    Deposits {
        /// How long calls and extra attempts are remembered; more than zero.
        ttl: Duration,
        /// Extra attempts for each second, however few calls there are.
        least_per_sec: u32,
        /// Extra attempts for each call; from 0 to 1000.
        share: f64,
    },
    /// A bucket of tokens that fills with time; each extra attempt takes one.
    Bucket {
        /// The most tokens, and how many there are at first; at least 1.
        capacity: u32,
        /// The time in which one comes back; more than zero.
        every: Duration,
    },
    /// Extra attempts under way are fewer than a share of everything under way, or than `least`,
    /// whichever is more (Envoy `RetryBudget`).
    Share {
        /// The share, from 0 to 1.
        share: f64,
        /// So many are granted in any case.
        least: u32,
    },
    /// An extra attempt is refused if at least `least` are under way and they are more than `rate`
    /// of the calls under way (failsafe-go `budget`).
    Rate {
        /// The rate; 0 or more.
        rate: f64,
        /// So many are granted in any case.
        least: u32,
    },
    /// So many extra attempts under way at a time (Envoy `max_retries`).
    Fixed(u32),
}

/// One part of a million.
const MILLION: i64 = 1_000_000;

/// What is left of a budget.
#[derive(Clone, Debug)]
pub(super) enum Balance {
    /// In thousandths.
    Tokens {
        left: u32,
        max: u32,
        reward: u32,
    },
    Quota {
        left: u32,
        kind: Kind,
        refilled: Time,
    },
    Deposits(Deposits),
    /// When the bucket is full again if nothing is taken.
    Bucket {
        full_at: Time,
        every: Duration,
        room: Duration,
    },
    InFlight(Kind),
}

/// Deposits less withdrawals of the latest time, in millionths of an attempt.
#[derive(Clone, Debug)]
pub(super) struct Deposits {
    /// By part of `ttl`, the present one at `part % PARTS`.
    parts: [i64; PARTS],
    part: u64,
    width: Duration,
    sum: i64,
    reserve: i64,
    deposit: i64,
}

const PARTS: usize = 10;

impl Balance {
    pub(super) fn new(kind: Kind) -> Result<Self, Invalid> {
        Ok(match kind {
            Kind::Tokens { max, ratio } => {
                Invalid::unless((1..=1000).contains(&max), "tokens", "from 1 to 1000")?;
                let reward = (ratio * 1e3 + 1e-6) as u32;
                Invalid::unless(1 <= reward, "ratio", "at least 0.001")?;
                let max = max * 1000;
                Self::Tokens { left: max, max, reward }
            }
            Kind::Quota { capacity, refill, .. } => {
                Invalid::unless(1 <= capacity, "capacity", "at least 1")?;
                let valid = refill.is_none_or(|every| !every.is_zero());
                Invalid::unless(valid, "refill", "longer than zero")?;
                Self::Quota { left: capacity, kind, refilled: Time::ZERO }
            }
            Kind::Deposits { ttl, least_per_sec, share } => {
                Invalid::unless(PARTS as u64 <= ttl.as_nanos(), "ttl", "at least 10 ns")?;
                Invalid::unless((0.0..=1000.0).contains(&share), "share", "from 0 to 1000")?;
                let width = Duration::from_nanos(ttl.as_nanos() / PARTS as u64);
                let reserve = ttl.as_secs_f64() * f64::from(least_per_sec) * MILLION as f64;
                let deposit = (share * MILLION as f64 + 0.5) as i64;
                let (parts, reserve) = ([0; PARTS], reserve as i64);
                Self::Deposits(Deposits { parts, part: 0, width, sum: 0, reserve, deposit })
            }
            Kind::Bucket { capacity, every } => {
                Invalid::unless(1 <= capacity, "capacity", "at least 1")?;
                Invalid::unless(!every.is_zero(), "every", "longer than zero")?;
                Self::Bucket { full_at: Time::ZERO, every, room: every * u64::from(capacity) }
            }
            Kind::Share { share, .. } => {
                Invalid::unless((0.0..=1.0).contains(&share), "share", "from 0 to 1")?;
                Self::InFlight(kind)
            }
            Kind::Rate { rate, .. } => {
                Invalid::unless(0.0 <= rate, "rate", "at least 0")?;
                Self::InFlight(kind)
            }
            Kind::Fixed(_) => Self::InFlight(kind),
        })
    }

    /// A call has come.
    pub(super) fn call(&mut self, now: Time) {
        if let Self::Deposits(deposits) = self {
            deposits.add(deposits.deposit, now);
        }
    }

    /// Takes what an extra attempt costs, if there is as much; says how much it was.
    pub(super) fn take(
        &mut self,
        after: Option<Class>,
        calls: u32,
        extra: u32,
        now: Time,
    ) -> Option<u32> {
        match self {
            Self::Tokens { left, max, .. } => (*max / 2 < *left).then_some(0),
            Self::Quota { left, kind, refilled } => {
                let Kind::Quota { capacity, cost, timeout_cost, throttle_cost, refill, .. } = *kind
                else {
                    unreachable!("a quota's kind is a quota")
                };
                if let Some(every) = refill {
                    let units = now.since(*refilled).as_nanos() / every.as_nanos();
                    *refilled = *refilled + every * units;
                    let units = u32::try_from(units).unwrap_or(u32::MAX);
                    *left = left.saturating_add(units).min(capacity);
                }
                let cost = match after {
                    Some(Class::Timeout) => timeout_cost,
                    Some(Class::RateLimit | Class::Overload) => throttle_cost,
                    _ => cost,
                };
                *left = left.checked_sub(cost)?;
                Some(cost)
            }
            Self::Deposits(deposits) => {
                deposits.forget(now);
                let enough = MILLION <= deposits.sum.saturating_add(deposits.reserve);
                enough.then(|| deposits.add(-MILLION, now)).map(|()| 1)
            }
            Self::Bucket { full_at, every, room } => {
                let after = (*full_at).max(now) + *every;
                (after.since(now) <= *room).then(|| *full_at = after).map(|()| 1)
            }
            Self::InFlight(kind) => {
                let (calls, taken) = (f64::from(calls), f64::from(extra));
                let grants = match *kind {
                    Kind::Share { share, least } => {
                        let most = (share * (calls + taken)).max(f64::from(least));
                        taken < most
                    }
                    // Multiplied, as there may be no calls.
                    Kind::Rate { rate, least } => extra < least || taken <= rate * calls,
                    Kind::Fixed(most) => extra < most,
                    _ => unreachable!("this kind counts what is under way"),
                };
                grants.then_some(0)
            }
        }
    }

    /// An attempt has succeeded: the first of its call, or an extra one that cost so much.
    pub(super) fn success(&mut self, cost: Option<u32>, _now: Time) {
        match self {
            Self::Tokens { left, max, reward } => *left = (*left + *reward).min(*max),
            Self::Quota { left, kind: Kind::Quota { capacity, reward, .. }, .. } => {
                *left = left.saturating_add(cost.unwrap_or(*reward)).min(*capacity);
            }
            _ => {}
        }
    }

    /// An attempt has failed in a way that costs.
    pub(super) fn failure(&mut self) {
        if let Self::Tokens { left, .. } = self {
            *left = left.saturating_sub(1000);
        }
    }
}

impl Deposits {
    fn add(&mut self, amount: i64, now: Time) {
        self.forget(now);
        self.parts[self.part as usize % PARTS] += amount;
        self.sum += amount;
    }

    /// Forgets the parts that are over. A clock that is set back forgets nothing.
    fn forget(&mut self, now: Time) {
        let part = now.as_nanos() / self.width.as_nanos();
        if part <= self.part {
            return;
        }
        for step in 1..=(part - self.part).min(PARTS as u64) {
            let place = (self.part + step) as usize % PARTS;
            self.sum -= core::mem::take(&mut self.parts[place]);
        }
        self.part = part;
    }
}
