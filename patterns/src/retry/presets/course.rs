//! The retries of a course on reliability of agent systems, a rule for each class of failure.

use super::super::rules::{RetryAfter, Rule, Rules};
use super::super::settings::Settings;
use crate::backoff::{self, Curve, Jitter};
use crate::outcome::Class;
use crate::settings;
use crate::settings::Like;
use crate::time::Duration;

settings! {
    /// The course, to the letter of its listings: network errors 5 attempts, 1 s doubling to 30 s;
    /// timeouts 3 retries from 1 s; 5xx 3 from 2 s to 60 s; rate limits 3 after 60 s each, whatever
    /// they ask for; no jitter.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct CoursePrinted {}
}

settings! {
    /// The course, as its text explains the listings: 5 retries after network errors, full jitter,
    /// and hints obeyed as a floor.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct CourseMeant {}
}

impl Like<Settings> for CoursePrinted {
    fn settings(&self) -> Settings {
        course(4, Jitter::None, RetryAfter::Ignore)
    }
}

impl Like<Settings> for CourseMeant {
    fn settings(&self) -> Settings {
        course(5, Jitter::Full, RetryAfter::Floor)
    }
}

/// One of the listings makes five attempts of "five retries", the other six.
fn course(network: u32, jitter: Jitter, retry_after: RetryAfter) -> Settings {
    let secs = Duration::from_secs;
    let doubling = |from| backoff::Settings::of(Curve::doubling(secs(from))).spread(jitter);
    let rules = Rules::from([
        (Class::Network, Rule::of(network, doubling(1).capped(secs(30)))),
        (Class::Overload, Rule::of(3, doubling(2).capped(secs(60)))),
        (Class::Timeout, Rule::of(3, doubling(1))),
        (Class::RateLimit, Rule::of(3, backoff::Settings::constant(secs(60)))),
    ]);
    Settings::of(rules).with(|settings| settings.retry_after = retry_after)
}
