//! A breaker, a rate limiter and a retry by hand around a call that may fail, on the real clock.
//!
//! Run it with `cargo run -p wavetank-patterns --example real_clock`. One thread makes one call
//! after another here; `with_tokio.rs` shares the machines between tasks.

use std::error::Error;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::thread;
use std::time::{Duration as StdDuration, Instant};

use patterns::backoff::{self, Jitter};
use patterns::breaker::{Breaker, Change, Trip};
use patterns::rate_limiter::{Kind, RateLimiter};
use patterns::retry::{Retry, Rule, Rules};
use patterns::{CallInfo, Class, Classes, Duration, Outcome, Rejected, Time};
use patterns::{breaker, rate_limiter, retry};

/// The real clock: the time since it was started.
#[derive(Clone, Copy)]
struct Clock(Instant);

impl Clock {
    fn now(self) -> Time {
        Time::ZERO + self.0.elapsed().into()
    }

    #[expect(clippy::disallowed_methods, reason = "an example of waiting in real time")]
    fn sleep_until(self, time: Time) {
        thread::sleep(time.since(self.now()).into());
    }
}

/// A number from 0 to 1 by chance. With the crate `rand` this is `rand::random()`.
fn draw() -> f64 {
    (RandomState::new().hash_one(()) >> 11) as f64 / (1_u64 << 53) as f64
}

/// The service has too much to do, and may say when to come again.
#[derive(Debug)]
struct Busy {
    retry_after: Option<StdDuration>,
}

/// Why a call has failed.
#[derive(Debug)]
enum CallError {
    Busy(Busy),
    Breaker(Rejected),
    Limiter(Rejected),
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy(_) => f.write_str("the service is busy"),
            // "the circuit is open until 25ms", "the rate limit is reached until 40ms".
            Self::Breaker(rejected) | Self::Limiter(rejected) => rejected.fmt(f),
        }
    }
}

impl Error for CallError {}

/// What a result is to the machines.
fn outcome<T>(result: &Result<T, CallError>, now: Time) -> Outcome {
    match result {
        Ok(_) => Outcome::Ok,
        Err(CallError::Busy(Busy { retry_after: Some(wait) })) => {
            Outcome::failed_until(Class::Overload, (*wait).into())
        }
        Err(CallError::Busy(Busy { retry_after: None })) => Outcome::failed(Class::Overload),
        Err(CallError::Breaker(rejected)) => {
            Outcome::refused(Class::BreakerOpen, rejected.until, now)
        }
        Err(CallError::Limiter(rejected)) => Outcome::refused(Class::Rejected, rejected.until, now),
    }
}

/// A service, and what is between it and those who call it.
struct Client<S> {
    service: S,
    clock: Clock,
    retry: Retry,
    breaker: Breaker,
    limiter: RateLimiter,
    /// All changes of state of the breaker; a real client would log them or count them.
    changes: Vec<Change>,
}

impl<T, S: FnMut() -> Result<T, Busy>> Client<S> {
    fn new(service: S) -> Result<Self, patterns::Invalid> {
        // All that may be retried is: up to 5 times, after a draw from 0 to 4 ms.
        let waits = backoff::Settings::constant(Duration::from_millis(4)).spread(Jitter::Full);
        let classes = [Class::Overload, Class::BreakerOpen, Class::Rejected];
        let rules = Rules::alike(Classes::from_iter(classes), &Rule::of(5, waits));
        // Two failures in a row open the breaker for 20 ms.
        let breaker = breaker::Settings::of(Trip::failures(2), Duration::from_millis(20));
        // A hundred calls a second, two of them at once; the others wait for their turn.
        let limit = Kind::gcra(100, Duration::from_secs(1), 2);
        let limiter = rate_limiter::Settings::of(limit);
        let limiter = limiter.with(|settings| settings.max_wait = Duration::from_secs(1));

        #[expect(clippy::disallowed_methods, reason = "an example of the real clock")]
        let clock = Clock(Instant::now());
        Ok(Self {
            service,
            clock,
            retry: Retry::new(retry::Settings::of(rules))?,
            breaker: Breaker::new(breaker)?,
            limiter: RateLimiter::new(limiter)?,
            changes: Vec::new(),
        })
    }

    /// A call, with as many attempts as the retry grants.
    fn call(&mut self) -> Result<T, CallError> {
        let mut attempts = self.retry.start(self.clock.now(), CallInfo::default());
        loop {
            let result = self.attempt();
            let now = self.clock.now();
            let outcome = outcome(&result, now);
            // Also after a success: then there is no further attempt, and the call has ended.
            let next = self.retry.after_with(&mut attempts, outcome, now, &mut draw);
            let Some(at) = next else { return result };
            self.clock.sleep_until(at);
        }
    }

    /// One attempt, if the breaker and the limiter let it through.
    ///
    /// A permit is lost if the service panics: then take a guard, as in `with_tokio.rs`.
    fn attempt(&mut self) -> Result<T, CallError> {
        let admitted = self.breaker.try_acquire(self.clock.now());
        self.changes.extend(self.breaker.changes());
        let admitted = admitted.map_err(CallError::Breaker)?;

        let turn = match self.limiter.try_acquire(self.clock.now(), 1) {
            Ok(turn) => turn,
            Err(rejected) => {
                // Nothing is sent, so the breaker takes its permit back.
                self.breaker.cancel(admitted, self.clock.now());
                return Err(CallError::Limiter(rejected));
            }
        };
        self.clock.sleep_until(turn.at());

        let result = (self.service)().map_err(CallError::Busy);

        let now = self.clock.now();
        let outcome = outcome(&result, now);
        self.limiter.record(turn, outcome, now);
        self.breaker.record(admitted, self.breaker.classify(outcome), now);
        self.changes.extend(self.breaker.changes());
        result
    }
}

/// What has happened.
#[derive(Debug)]
pub(crate) struct Report {
    /// What the service has answered.
    pub(crate) answers: Vec<u32>,
    /// How often the service was asked.
    pub(crate) sent: u32,
    /// The states that the breaker has entered.
    pub(crate) states: Vec<&'static str>,
    /// How long it has taken.
    pub(crate) took: StdDuration,
}

/// Six calls of a service that is busy at first.
pub(crate) fn run() -> Result<Report, Box<dyn Error>> {
    let mut sent = 0;
    let mut client = Client::new(|| {
        sent += 1;
        match sent {
            1 => Err(Busy { retry_after: None }),
            2 => Err(Busy { retry_after: Some(StdDuration::from_millis(10)) }),
            sent => Ok(sent),
        }
    })?;
    let answers = (0..6).map(|_| client.call()).collect::<Result<_, _>>()?;
    let states = client.changes.iter().map(|change| change.to.name()).collect();
    let took = client.clock.now().since(Time::ZERO).into();
    Ok(Report { answers, sent, states, took })
}

#[expect(clippy::print_stdout, reason = "an example shows what it does")]
pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let Report { answers, sent, states, took } = run()?;
    println!("{answers:?} after {sent} attempts in {took:?}; the breaker was {states:?}");
    Ok(())
}
