//! Roles: what agents of a group, and what services do.

use patterns::{CallInfo, Class, Duration, Outcome, Time};

use super::balancer::Balancer;
use super::patience::Patience;
use super::system::{Abandoned, Does, RateLimit};
use crate::fault::Health;
use crate::kernel::Distribution;

/// What agents of one group have in common, or what a service is: a program of steps.
#[derive(Debug)]
pub(super) struct Role {
    pub(super) kind: RoleKind,
    pub(super) program: Box<[Op]>,
    /// For agents: how important their tasks are, and how long the results are of use.
    pub(super) priority: u8,
    pub(super) deadline: Duration,
    /// How long who sent them waits, if that is drawn or if they give up.
    pub(super) patience: Option<Box<Patience>>,
    /// The number by which layers know it as a caller.
    pub(super) caller: u16,
}

/// Which agents, or which service.
#[derive(Clone, Copy, Debug)]
pub(super) enum RoleKind {
    /// The index of the group.
    Agents(u32),
    /// The place of the replica among those of all services.
    Service(u32),
}

/// What requests meet at a replica of a service, beside its slots.
#[derive(Debug)]
pub(super) struct Service {
    /// The index of the service.
    pub(super) number: u32,
    /// Which of its replicas.
    pub(super) replica: u32,
    pub(super) latency: Distribution,
    /// A request ends of itself in the first way whose number is above its draw.
    pub(super) endings: Box<[(Outcome, f64)]>,
    pub(super) rate_limiter: Option<Bucket>,
    pub(super) health: Health,
    pub(super) abandoned: Abandoned,
    /// Whether its requests make no calls, and it remembers nothing.
    pub(super) is_plain: bool,
    /// Whether there are records.
    pub(super) remembers: bool,
    /// Of the first of several replicas: what deals out the requests of all.
    pub(super) balancer: Option<Box<Balancer>>,
}

/// One step of a program.
#[derive(Clone, Copy, Debug)]
pub(super) enum Op {
    /// The work that was drawn where the request was made.
    Serve,
    /// Work drawn from this distribution when it begins.
    Work { distribution: u32 },
    /// A call.
    Call(CallStep),
}

/// A step that calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallStep {
    /// Which edge, counted from the first of the station.
    pub(super) edge: u32,
    pub(super) times: u32,
    pub(super) optional: bool,
    pub(super) idempotent: bool,
    pub(super) keys: Option<Keys>,
    pub(super) does: Does,
    /// Whether it is the last step of its program.
    pub(super) is_last: bool,
}

impl CallStep {
    /// What layers know of its calls, but for what they ask for.
    #[inline]
    pub(super) fn info(&self, caller: u16, priority: u8, deadline: Time) -> CallInfo {
        let is_idempotent = self.idempotent;
        CallInfo { deadline, key: 0, caller, priority, is_extra: false, is_idempotent }
    }
}

/// The different things that a call may ask for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keys {
    pub(super) first: u32,
    pub(super) count: u32,
}

/// A token bucket with exact arithmetic, as the generic cell rate algorithm (ITU-T I.371): a
/// request conforms if it comes no earlier than the theoretical time of arrival of the one after
/// the burst.
#[derive(Debug)]
pub(super) struct Bucket {
    limit: RateLimit,
    /// When the bucket is full again if nothing comes.
    full_at: Time,
}

impl Bucket {
    pub(super) fn new(limit: RateLimit) -> Self {
        Self { limit, full_at: Time::ZERO }
    }

    /// Lets a request in, or says how it fails: with the time after which it would be let in.
    pub(super) fn admit(&mut self, now: Time) -> Result<(), Outcome> {
        let full_at = self.full_at.max(now) + self.limit.every;
        let ahead = full_at.since(now);
        let most = self.limit.every * u64::from(self.limit.burst);
        if ahead > most {
            return Err(Outcome::failed_until(Class::RateLimit, ahead - most));
        }
        self.full_at = full_at;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_lets_in_its_burst_and_then_its_rate() {
        let every = Duration::from_secs(2);
        let mut bucket = Bucket::new(RateLimit { every, burst: 3 });
        let start = Time::ZERO + Duration::from_secs(100);
        for _ in 0..3 {
            assert_eq!(bucket.admit(start), Ok(()));
        }
        let refused = bucket.admit(start).expect_err("the burst is used up");
        assert_eq!(refused.retry_after(), Some(every));

        // The hint is exact: a nanosecond earlier is too early, and asking costs nothing.
        let just_before = start + (every - Duration::from_nanos(1));
        assert!(bucket.admit(just_before).is_err());
        assert_eq!(bucket.admit(start + every), Ok(()));
        assert!(bucket.admit(start + every).is_err());

        // Idling fills it up to the burst and no further.
        let later = start + Duration::from_secs(1000);
        assert_eq!((0..5).filter(|_| bucket.admit(later).is_ok()).count(), 3);
    }
}
