//! What is left of a budget, and how it changes.

use super::settings::Kind;
use crate::outcome::Class;
use crate::time::{Duration, Time};

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
    Quota(Quota),
    Deposits(Deposits),
    Bucket(Bucket),
    /// It is all in what is under way.
    InFlight(Kind),
}

/// In nanoseconds of refilling, wide enough for every number of tokens and every time.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    /// When it is full again if nothing is taken.
    full_at: u128,
    every: u128,
    /// How long it takes to fill.
    room: u128,
}

#[derive(Clone, Debug)]
pub(super) struct Quota {
    left: u32,
    capacity: u32,
    cost: u32,
    timeout_cost: u32,
    throttle_cost: u32,
    reward: u32,
    /// Zero if nothing comes back by itself.
    refill: Duration,
    refilled: Time,
}

/// Deposits less withdrawals of the latest time, in millionths of an attempt.
#[derive(Clone, Debug)]
pub(super) struct Deposits {
    /// By part of `ttl`, the present one at `part % PARTS`.
    parts: [i64; PARTS],
    part: u64,
    /// When the present part is over.
    ends: Time,
    width: Duration,
    sum: i64,
    reserve: i64,
    deposit: i64,
}

const PARTS: usize = 10;

impl Balance {
    /// The balance of a budget whose settings were checked.
    pub(super) fn new(kind: Kind) -> Self {
        match kind {
            Kind::Tokens { max, ratio } => {
                let reward = (ratio * 1e3 + 1e-6) as u32;
                let max = max.saturating_mul(1000);
                Self::Tokens { left: max, max, reward }
            }
            Kind::Quota { capacity, cost, timeout_cost, throttle_cost, reward, refill } => {
                Self::Quota(Quota {
                    left: capacity,
                    capacity,
                    cost,
                    timeout_cost: timeout_cost.or(cost.saturating_mul(2)),
                    throttle_cost: throttle_cost.or(cost),
                    reward,
                    refill: refill.unwrap_or_default(),
                    refilled: Time::ZERO,
                })
            }
            Kind::Deposits { ttl, least_per_sec, share } => {
                let width = Duration::from_nanos(ttl.as_nanos() / PARTS as u64);
                let reserve = ttl.as_secs_f64() * f64::from(least_per_sec) * MILLION as f64;
                let deposit = (share * MILLION as f64 + 0.5) as i64;
                let (parts, reserve) = ([0; PARTS], reserve as i64);
                let ends = Time::ZERO + width;
                Self::Deposits(Deposits { parts, part: 0, ends, width, sum: 0, reserve, deposit })
            }
            Kind::Bucket { capacity, every } => {
                let every = u128::from(every.as_nanos());
                Self::Bucket(Bucket { full_at: 0, every, room: every * u128::from(capacity) })
            }
            Kind::Share { .. } | Kind::Rate { .. } | Kind::Fixed(_) => Self::InFlight(kind),
        }
    }

    /// A call has come.
    pub(super) fn call(&mut self, now: Time) {
        if let Self::Deposits(deposits) = self {
            deposits.add(deposits.deposit, now);
        }
    }

    /// Takes what an extra attempt costs, if there is as much; says how much it was. `active` is
    /// what is under way, `extra` how many extra attempts are.
    pub(super) fn take(
        &mut self,
        after: Option<Class>,
        active: u32,
        extra: u32,
        now: Time,
    ) -> Option<u32> {
        match self {
            Self::Tokens { left, max, .. } => (*max / 2 < *left).then_some(0),
            Self::Quota(quota) => {
                quota.refill(now);
                let cost = quota.cost(after);
                quota.left = quota.left.checked_sub(cost)?;
                Some(cost)
            }
            Self::Deposits(deposits) => {
                deposits.forget(now);
                let enough = MILLION <= deposits.sum.saturating_add(deposits.reserve);
                enough.then(|| deposits.add(-MILLION, now)).map(|()| 1)
            }
            Self::Bucket(bucket) => bucket.take(now.as_nanos().into()).then_some(1),
            Self::InFlight(_) => self.admits(active, extra).then_some(0),
        }
    }

    /// Whether what is under way leaves room for one more extra attempt.
    pub(super) fn admits(&self, active: u32, extra: u32) -> bool {
        let Self::InFlight(kind) = self else { return true };
        match *kind {
            // A whole number, cut off as there.
            Kind::Share { share, least } => extra < least.max((share * f64::from(active)) as u32),
            // Multiplied, as there may be no calls.
            Kind::Rate { rate, least } => {
                extra < least || f64::from(extra) <= rate * f64::from(active)
            }
            Kind::Fixed(most) => extra < most,
            _ => unreachable!("this kind counts what is under way"),
        }
    }

    /// When an extra attempt can be had, if only time is needed for it.
    pub(super) fn free_at(&self, after: Option<Class>, now: Time) -> Option<Time> {
        let at = match self {
            Self::Bucket(bucket) => {
                let at = (bucket.full_at + bucket.every).saturating_sub(bucket.room);
                Time::from_nanos(u64::try_from(at).unwrap_or(u64::MAX))
            }
            Self::Quota(quota) if !quota.refill.is_zero() => {
                let cost = quota.cost(after);
                let lacks = cost.saturating_sub(quota.left);
                let can_be_had = cost <= quota.capacity;
                can_be_had.then(|| quota.refilled + quota.refill * u64::from(lacks))?
            }
            _ => return None,
        };
        (now < at && at < Time::MAX).then_some(at)
    }

    /// What is left, in its own unit.
    pub(super) fn left(&self, now: Time) -> f64 {
        match self {
            Self::Tokens { left, .. } => f64::from(*left) / 1e3,
            Self::Quota(quota) => {
                let mut quota = quota.clone();
                quota.refill(now);
                quota.left.into()
            }
            Self::Deposits(deposits) => {
                let mut deposits = deposits.clone();
                deposits.forget(now);
                deposits.sum.saturating_add(deposits.reserve) as f64 / MILLION as f64
            }
            Self::Bucket(Bucket { full_at, every, room }) => {
                let missing = full_at.saturating_sub(now.as_nanos().into());
                room.saturating_sub(missing) as f64 / *every as f64
            }
            Self::InFlight(_) => 0.0,
        }
    }

    /// An attempt has succeeded: the first of its call, or an extra one and what it cost.
    pub(super) fn success(&mut self, cost: Option<u32>, _now: Time) {
        match self {
            Self::Tokens { left, max, reward } => *left = left.saturating_add(*reward).min(*max),
            Self::Quota(quota) => {
                let back = cost.unwrap_or(quota.reward);
                quota.left = quota.left.saturating_add(back).min(quota.capacity);
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

impl Bucket {
    fn take(&mut self, now: u128) -> bool {
        let full_at = self.full_at.max(now) + self.every;
        let is_granted = full_at - now <= self.room;
        if is_granted {
            self.full_at = full_at;
        }
        is_granted
    }
}

impl Quota {
    fn refill(&mut self, now: Time) {
        if self.refill.is_zero() {
            return;
        }
        let units = now.since(self.refilled).as_nanos() / self.refill.as_nanos();
        self.refilled = self.refilled + self.refill * units;
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        self.left = self.left.saturating_add(units).min(self.capacity);
    }

    /// What an extra attempt costs after a failure of this class.
    const fn cost(&self, after: Option<Class>) -> u32 {
        match after {
            Some(Class::Timeout) => self.timeout_cost,
            Some(Class::RateLimit | Class::Overload) => self.throttle_cost,
            _ => self.cost,
        }
    }
}

impl Deposits {
    fn add(&mut self, amount: i64, now: Time) {
        self.forget(now);
        let part = &mut self.parts[self.part as usize % PARTS];
        *part = part.saturating_add(amount);
        self.sum = self.sum.saturating_add(amount);
    }

    /// Forgets the parts that are over. A clock that is set back forgets nothing.
    fn forget(&mut self, now: Time) {
        if now < self.ends {
            return;
        }
        let part = now.as_nanos() / self.width.as_nanos();
        for step in 1..=(part - self.part).min(PARTS as u64) {
            let place = (self.part + step) as usize % PARTS;
            let over = core::mem::take(&mut self.parts[place]);
            self.sum = self.sum.saturating_sub(over);
        }
        self.part = part;
        self.ends = Time::ZERO + self.width * part.saturating_add(1);
    }
}
