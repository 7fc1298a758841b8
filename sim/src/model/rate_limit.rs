//! The limit on the rate of requests of a service.

use patterns::rate_limiter::{Kind, RateLimiter, Settings};
use patterns::{Class, Duration, Outcome, Time};

use super::system::{RateHint, RateLimit, RateRule, System};

/// The limits of a service, on requests and on their tokens.
#[derive(Debug)]
pub(super) struct Limits {
    requests: Option<Quota>,
    tokens: Box<[Quota]>,
    /// How many tokens the request has that comes.
    asked: u32,
}

/// A limit: one for all callers, or one for each.
#[derive(Debug)]
struct Quota {
    hint: RateHint,
    /// By the edge on which requests come; one alone is for all.
    all: Box<[(u32, Limit)]>,
}

#[derive(Debug)]
enum Limit {
    Bucket(Bucket),
    Window { limiter: Box<RateLimiter>, length: Duration },
}

impl Limits {
    /// The limits of a service of a system, if it has any.
    pub(super) fn of_service(system: &System, service: usize) -> Option<Self> {
        let edges = system.edges.iter().enumerate().filter(|(_, edge)| edge.to == service);
        let edges: Vec<u32> = edges.map(|(index, _)| index as u32).collect();
        let of = |limit: &RateLimit| Quota::new(limit, &edges);
        let service = &system.services[service];
        let requests = service.rate_limit.as_ref().map(of);
        let tokens: Box<[Quota]> = service.token_limits.iter().map(of).collect();
        let has_some = requests.is_some() || !tokens.is_empty();
        has_some.then_some(Self { requests, tokens, asked: 0 })
    }

    /// The request that comes has so many tokens.
    pub(super) fn ask_for(&mut self, tokens: u64) {
        self.asked = u32::try_from(tokens).unwrap_or(u32::MAX);
    }

    /// Lets a request in that comes on an edge, or says how it fails: nothing is used up then.
    #[inline]
    pub(super) fn admit(&mut self, edge: u32, now: Time) -> Result<(), Outcome> {
        if !self.tokens.is_empty() {
            return self.admit_tokens(edge, now);
        }
        self.requests.as_mut().map_or(Ok(()), |requests| requests.admit(edge, now))
    }

    #[inline(never)]
    fn admit_tokens(&mut self, edge: u32, now: Time) -> Result<(), Outcome> {
        let Self { requests, tokens, asked } = self;
        for limit in &mut *tokens {
            limit.would_admit(edge, now, *asked)?;
        }
        requests.as_mut().map_or(Ok(()), |requests| requests.admit(edge, now))?;
        for limit in tokens {
            limit.take(edge, now, *asked);
        }
        Ok(())
    }
}

impl Quota {
    /// The limit of a service that is called on these edges.
    fn new(limit: &RateLimit, edges: &[u32]) -> Self {
        let edges = if limit.shared { &[0] } else { edges };
        let all = edges.iter().map(|edge| (*edge, Limit::new(limit)));
        Self { hint: limit.hint, all: all.collect() }
    }

    /// Lets a request in that comes on an edge, or says how it fails.
    fn admit(&mut self, edge: u32, now: Time) -> Result<(), Outcome> {
        let hint = self.hint;
        self.of(edge).admit(now).map_err(|wait| refused(hint, wait))
    }

    /// Whether a request of so many tokens would be let in, or how it fails.
    fn would_admit(&mut self, edge: u32, now: Time, tokens: u32) -> Result<(), Outcome> {
        let hint = self.hint;
        match self.of(edge).wait(now, tokens) {
            Some(Duration::ZERO) => Ok(()),
            Some(wait) => Err(refused(hint, wait)),
            None => Err(Outcome::failed_for_good(Class::RateLimit)),
        }
    }

    /// Uses up the tokens of a request that is let in.
    fn take(&mut self, edge: u32, now: Time, tokens: u32) {
        self.of(edge).take(now, tokens);
    }

    /// The limit of who comes on an edge.
    fn of(&mut self, edge: u32) -> &mut Limit {
        let place = match self.all.len() {
            1 => 0,
            _ => self.all.binary_search_by_key(&edge, |(edge, _)| *edge).expect("it is known"),
        };
        &mut self.all[place].1
    }
}

/// How a request fails that would be let in after so long.
fn refused(hint: RateHint, wait: Duration) -> Outcome {
    let class = Class::RateLimit;
    match hint {
        RateHint::Exact => Outcome::failed_until(class, wait),
        RateHint::Fixed(wait) => Outcome::failed_until(class, wait),
        RateHint::None => Outcome::failed(class),
        RateHint::AtOnce => Outcome::failed_until(class, Duration::ZERO),
        RateHint::Never => Outcome::failed_for_good(class),
    }
}

impl Limit {
    fn new(limit: &RateLimit) -> Self {
        match limit.rule {
            RateRule::Bucket { every, burst } => {
                Self::Bucket(Bucket::new(every, burst, limit.filled))
            }
            RateRule::Window { limit: most, length } => {
                let settings = Settings::of(Kind::FixedWindow { limit: most, window: length });
                let mut window = RateLimiter::new(settings).expect("a limit and a window above 0");
                let used = most.saturating_sub(limit.filled);
                if used > 0 {
                    // What is taken and not given back is used up.
                    let _used = window.try_acquire(Time::ZERO, used);
                }
                Self::Window { limiter: Box::new(window), length }
            }
        }
    }

    /// Lets a request in, or says after which time it would be.
    fn admit(&mut self, now: Time) -> Result<(), Duration> {
        match self {
            Self::Bucket(bucket) => bucket.admit(now),
            Self::Window { limiter, .. } => match limiter.try_acquire(now, 1) {
                Ok(_used) => Ok(()),
                Err(rejected) => Err(rejected.until.map_or(Duration::MAX, |at| at.since(now))),
            },
        }
    }

    /// After which time a request of so many tokens would be let in; none if it never is.
    fn wait(&mut self, now: Time, tokens: u32) -> Option<Duration> {
        match self {
            Self::Bucket(bucket) => bucket.wait(now, tokens),
            Self::Window { limiter, length } => {
                let Kind::FixedWindow { limit, .. } = limiter.settings().kind else { return None };
                let over = Duration::from_nanos(now.as_nanos() % length.as_nanos());
                let is_free = tokens <= limiter.figures(now).free;
                let wait = if is_free { Duration::ZERO } else { *length - over };
                (tokens <= limit).then_some(wait)
            }
        }
    }

    fn take(&mut self, now: Time, tokens: u32) {
        match self {
            Self::Bucket(bucket) => bucket.take(now, tokens),
            Self::Window { limiter, .. } if tokens > 0 => {
                // What is taken and not given back is used up.
                let _used = limiter.try_acquire(now, tokens);
            }
            Self::Window { .. } => {}
        }
    }
}

/// A token bucket with exact arithmetic, as the generic cell rate algorithm (ITU-T I.371): a
/// request conforms if it comes no earlier than the theoretical time of arrival of the one after
/// the burst.
#[derive(Debug)]
struct Bucket {
    every: Duration,
    burst: u32,
    /// When the bucket is full again if nothing comes.
    full_at: Time,
}

impl Bucket {
    fn new(every: Duration, burst: u32, filled: u32) -> Self {
        let missing = u64::from(burst.saturating_sub(filled));
        Self { every, burst, full_at: Time::ZERO + every * missing }
    }

    fn admit(&mut self, now: Time) -> Result<(), Duration> {
        let full_at = self.full_at.max(now) + self.every;
        let ahead = full_at.since(now);
        let most = self.every * u64::from(self.burst);
        if ahead > most {
            return Err(ahead - most);
        }
        self.full_at = full_at;
        Ok(())
    }

    fn wait(&self, now: Time, tokens: u32) -> Option<Duration> {
        let most = self.every * u64::from(self.burst);
        let ahead = (self.full_at.max(now) + self.every * u64::from(tokens)).since(now);
        (tokens <= self.burst).then(|| ahead - most)
    }

    fn take(&mut self, now: Time, tokens: u32) {
        self.full_at = self.full_at.max(now) + self.every * u64::from(tokens);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITED: Outcome = Outcome::failed(Class::RateLimit);

    fn start() -> Time {
        Time::ZERO + Duration::from_secs(100)
    }

    #[test]
    fn bucket_lets_in_its_burst_and_then_its_rate() {
        let every = Duration::from_secs(2);
        let mut bucket = Quota::new(&RateLimit::bucket(every, 3), &[]);
        for _ in 0..3 {
            assert_eq!(bucket.admit(0, start()), Ok(()));
        }
        let refused = bucket.admit(0, start()).expect_err("the burst is used up");
        assert_eq!(refused.retry_after(), Some(every));

        // The hint is exact: a nanosecond earlier is too early, and asking costs nothing.
        let just_before = start() + (every - Duration::from_nanos(1));
        assert!(bucket.admit(0, just_before).is_err());
        assert_eq!(bucket.admit(0, start() + every), Ok(()));
        assert!(bucket.admit(0, start() + every).is_err());

        // Idling fills it up to the burst and no further.
        let later = start() + Duration::from_secs(1000);
        assert_eq!((0..5).filter(|_| bucket.admit(0, later).is_ok()).count(), 3);
    }

    #[test]
    fn limit_that_is_not_full_at_first_lets_in_less_then() {
        let second = Duration::from_secs(1);
        for rule in [
            RateRule::Bucket { every: second, burst: 5 },
            RateRule::Window { limit: 5, length: second * 5 },
        ] {
            let limit = RateLimit { rule, filled: 2, ..RateLimit::bucket(second, 5) };
            let mut limits = Quota::new(&limit, &[]);
            let let_in =
                |limits: &mut Quota, now| (0..9).filter(|_| limits.admit(0, now).is_ok()).count();
            assert_eq!(let_in(&mut limits, Time::ZERO), 2, "{rule:?}");
            assert_eq!(let_in(&mut limits, start()), 5, "{rule:?}");
        }
    }

    #[test]
    fn window_has_its_quota_until_it_ends() {
        let rule = RateRule::Window { limit: 3, length: Duration::from_secs(30) };
        let limit = RateLimit { rule, filled: 3, ..RateLimit::bucket(Duration::ZERO, 0) };
        let mut limits = Quota::new(&limit, &[]);
        assert_eq!((0..5).filter(|_| limits.admit(0, start()).is_ok()).count(), 3);
        // The window of second 100 ends in second 120.
        let refused = limits.admit(0, start()).expect_err("it is used up");
        assert_eq!(refused.retry_after(), Some(Duration::from_secs(20)));
        let left = Duration::from_secs(20);
        let just_before = start() + (left - Duration::from_nanos(1));
        assert!(limits.admit(0, just_before).is_err());
        assert_eq!(limits.admit(0, start() + left), Ok(()));
    }

    #[test]
    fn limit_of_each_caller_leaves_the_others_alone() {
        let one = RateLimit::bucket(Duration::from_secs(1), 1);
        let mut limits = Quota::new(&RateLimit { shared: false, ..one }, &[4, 7, 9]);
        for edge in [4, 9] {
            assert_eq!(limits.admit(edge, start()), Ok(()));
            assert!(limits.admit(edge, start()).is_err());
        }
        assert_eq!(limits.admit(7, start()), Ok(()));
        let mut shared = Quota::new(&one, &[4, 7, 9]);
        assert_eq!(shared.admit(4, start()), Ok(()));
        assert!(shared.admit(7, start()).is_err());
    }

    #[test]
    fn hint_is_what_the_limit_says_of_when_to_come_again() {
        let second = Duration::from_secs(1);
        let hints = [
            (RateHint::Exact, Outcome::failed_until(Class::RateLimit, second)),
            (RateHint::Fixed(second * 60), Outcome::failed_until(Class::RateLimit, second * 60)),
            (RateHint::None, LIMITED),
            (RateHint::AtOnce, Outcome::failed_until(Class::RateLimit, Duration::ZERO)),
            (RateHint::Never, Outcome::failed_for_good(Class::RateLimit)),
        ];
        for (hint, expected) in hints {
            let limit = RateLimit { hint, ..RateLimit::bucket(second, 1) };
            let mut limits = Quota::new(&limit, &[]);
            assert_eq!(limits.admit(0, start()), Ok(()));
            assert_eq!(limits.admit(0, start()), Err(expected));
        }
    }
}
