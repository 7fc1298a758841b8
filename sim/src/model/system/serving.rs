//! How a service takes requests: replicas, lines, limits.

use patterns::Duration;

/// How many replicas a service has, and how its requests are dealt out among them: by one balancer
/// in front of all, whoever calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replicas {
    /// How many there are; at least 1.
    pub count: u32,
    /// Which of them gets a request.
    pub pick: Pick,
    /// How long a replica is down, hangs or drains until the balancer leaves it out, and how long
    /// it is back until it is used again. While all are left out, all are used. Without it the
    /// balancer knows of no failure.
    pub health_check: Option<Duration>,
    /// Whether an attempt goes to another replica than the one before of the same call.
    pub retry_elsewhere: bool,
}

impl Default for Replicas {
    fn default() -> Self {
        Self { count: 1, pick: Pick::RoundRobin, health_check: None, retry_elsewhere: false }
    }
}

/// Which of the replicas that may be used gets a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// One after the other.
    RoundRobin,
    /// Any, each as likely: one draw.
    Random,
    /// One with the fewest requests in work or in line, and of several such one after the other.
    LeastInFlight,
    /// Of two different ones, drawn by chance, the one with fewer requests in work or in line, and
    /// the first of them if they have as many: two draws.
    TwoChoices,
}

/// Whose turn is next among the requests that wait for a slot of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// First in, first out.
    #[default]
    Fifo,
    /// Last in, first out.
    Lifo,
    /// The one of the most important task (0 comes first), and among those first in, first out.
    Priority,
}

/// Which request is refused when one comes that would have to wait, and the queue is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// The newcomer.
    #[default]
    Newcomer,
    /// Of all that wait and the newcomer the one whose turn would be last.
    Last,
}

/// A limit on the rate of requests of a service: those beyond it fail with
/// [`patterns::Class::RateLimit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How it is counted.
    pub rule: RateRule,
    /// How many requests may come at once when a run begins; at most as many as ever.
    pub filled: u32,
    /// What a failure says about when to come again.
    pub hint: RateHint,
    /// Whether all callers have one limit; otherwise each group of agents and each service that
    /// calls has its own.
    pub shared: bool,
}

impl RateLimit {
    /// A bucket that is full at first, which all callers share; hints are exact.
    pub const fn bucket(every: Duration, burst: u32) -> Self {
        let rule = RateRule::Bucket { every, burst };
        Self { rule, filled: burst, hint: RateHint::Exact, shared: true }
    }
}

/// How a limit on a rate is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateRule {
    /// A token bucket.
    Bucket {
        /// The time in which one token comes back.
        every: Duration,
        /// The most tokens there can be: how many requests may come at once.
        burst: u32,
    },
    /// A quota for each of the windows that follow one another from time zero.
    Window {
        /// Requests in a window; at least 1.
        limit: u32,
        /// How long a window is; more than no time.
        length: Duration,
    },
}

/// What a failure by a rate limit says about when to come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateHint {
    /// When a request would be let in if no other came.
    Exact,
    /// This long, whatever it is.
    Fixed(Duration),
    /// Nothing.
    None,
    /// That it may be at once.
    AtOnce,
    /// That there is no point in it.
    Never,
}

/// What a service does with a request whose caller has given up (timeout, lost hedge).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abandoned {
    /// It works on, unseen: what most real servers do.
    RunsOn,
    /// The work stops at once and its slot is free.
    Stops,
}
