//! How requests come to be served: which replica gets one, and whose turn is next.

use patterns::Duration;

/// How many replicas a service has, and how its requests are dealt out among them: by one balancer
/// in front of all, whoever calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replicas {
    /// How many there are; at least 1.
    pub count: u32,
    /// Which of them gets a request.
    pub pick: Pick,
    /// How long a replica is down or hangs until the balancer leaves it out, and how long it is
    /// back until it is used again. While all are left out, all are used. Without it the balancer
    /// knows of no failure.
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
