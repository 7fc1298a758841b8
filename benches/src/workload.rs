//! What all sides of a workload are given, and what they give back.

use patterns::{Duration, Time};

/// What a workload came to, so that all sides can be seen to have done the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// How many operations were done: customers, holds, calls.
    pub operations: u64,
    /// A number that all sides must agree on, within random variation: mean sojourn in seconds,
    /// mean time of a hold in seconds, share of calls that ended well.
    pub figure: f64,
}

/// A run that is ready to begin: what comes before is not measured.
pub type Run = Box<dyn FnOnce() -> Answer>;

/// The settings of workload W1, for all sides.
#[derive(Clone, Copy, Debug)]
pub struct Customers {
    /// Mean of the exponential time between arrivals.
    pub between: Duration,
    /// Mean of the exponential time of service.
    pub service: Duration,
    /// When the run ends.
    pub horizon: Time,
}

impl Customers {
    /// W1: about this number of customers, at load 0.8.
    pub fn of(customers: u64) -> Self {
        let between = Duration::from_millis(1250);
        let horizon = Time::ZERO + between * customers;
        Self { between, service: Duration::from_secs(1), horizon }
    }
}

/// The settings of workload W3, for all sides.
#[derive(Clone, Copy, Debug)]
pub struct Calls {
    /// Clients, each with one call at a time.
    pub clients: u32,
    /// Mean of the exponential time between a client's calls.
    pub think: Duration,
    /// Slots of the service.
    pub slots: u32,
    /// Mean of the exponential time of service.
    pub service: Duration,
    /// Share of answers that are errors.
    pub errors: f64,
    /// How long a client waits for an answer.
    pub timeout: Duration,
    /// Attempts in addition to the first.
    pub retries: u32,
    /// The longest first wait before a retry; it doubles with each failure of the same class, and
    /// the wait is drawn evenly from zero up to it.
    pub backoff: Duration,
    /// Failures in a row that open the breaker, which all clients share.
    pub failures: u32,
    /// How long it stays open.
    pub open: Duration,
    /// When the service goes down.
    pub down_at: Time,
    /// For how long.
    pub down_for: Duration,
    /// When the run ends.
    pub horizon: Time,
}

impl Calls {
    /// W3: about this number of calls, and a breaker that opens after 5 failures for 60 s.
    pub fn breaking(calls: u64) -> Self {
        // Fifty clients make a call in some 1.25 s each.
        Self::until(Duration::from_millis(25) * calls)
    }

    /// W3b: the same with a breaker that never opens, so that every attempt is made.
    pub fn passing(calls: u64) -> Self {
        Self { failures: u32::MAX, ..Self::breaking(calls) }
    }

    /// The same number of calls by this number of clients, with slots in proportion.
    pub fn with_clients(self, clients: u32) -> Self {
        let times = f64::from(self.clients) / f64::from(clients);
        let horizon = self.horizon.since(Time::ZERO).scale(times);
        Self { clients, slots: (clients / 5).max(1), horizon: Time::ZERO + horizon, ..self }
    }

    fn until(horizon: Duration) -> Self {
        Self {
            clients: 50,
            think: Duration::from_secs(1),
            slots: 10,
            service: Duration::from_millis(100),
            errors: 0.2,
            timeout: Duration::from_secs(1),
            retries: 3,
            backoff: Duration::from_millis(100),
            failures: 5,
            open: Duration::from_secs(60),
            down_at: Time::ZERO + horizon.scale(0.5),
            down_for: Duration::from_secs(60),
            horizon: Time::ZERO + horizon,
        }
    }
}
