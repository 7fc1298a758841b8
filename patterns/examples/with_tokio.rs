//! A breaker, a rate limiter and a retry that tasks of tokio share.
//!
//! Run it with `cargo run -p wavetank-patterns --example with_tokio`.
//!
//! - The machines are behind one mutex, which is held for no longer than a method of theirs takes.
//! - The clock is that of tokio, so that a test can pause it.
//! - A future may be dropped at each `await`: by a timeout, by `select!`, by a caller that has
//!   gone. So each permit is in a [`Guard`], which gives back what was not settled. Without it a
//!   probe that is dropped would keep its place, and a half-open breaker would reject calls for
//!   ever.

use std::error::Error;
use std::fmt;
use std::future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use patterns::backoff;
use patterns::breaker::{Breaker, State, Trip};
use patterns::budget::{self, Kind as BudgetKind};
use patterns::rate_limiter::{Kind, RateLimiter};
use patterns::retry::{Retry, Rule};
use patterns::{CallInfo, Class, Duration, Outcome, Rejected, Time};
use patterns::{breaker, rate_limiter, retry};
use tokio::task::JoinSet;
use tokio::time::{self, Instant};

/// The clock of tokio: the time since it was started.
#[derive(Clone, Copy)]
struct Clock(Instant);

impl Clock {
    fn now(self) -> Time {
        Time::ZERO + self.0.elapsed().into()
    }

    async fn sleep_until(self, at: Time) {
        // Of no time at all tokio would make a millisecond.
        if self.now() < at {
            time::sleep(at.since(self.now()).into()).await;
        }
    }
}

/// What is between a service and the tasks that call it.
struct Machines {
    retry: Retry,
    breaker: Breaker,
    limiter: RateLimiter,
}

/// Something that a machine gave, and that is given back when it is dropped.
struct Guard<'a, T> {
    client: &'a Client,
    /// None once it is settled.
    held: Option<T>,
    give_back: fn(&mut Machines, T, Time),
}

impl<T> Guard<'_, T> {
    fn held(&self) -> &T {
        self.held.as_ref().expect("held until it is settled")
    }

    /// Changes what is held.
    fn change<R>(&mut self, change: impl FnOnce(&mut Machines, &mut T, Time) -> R) -> R {
        let held = self.held.as_mut().expect("held until it is settled");
        change(&mut self.client.machines(), held, self.client.clock.now())
    }

    /// Settles it, so that nothing is given back.
    fn settle<R>(mut self, settle: impl FnOnce(&mut Machines, T, Time) -> R) -> R {
        let held = self.held.take().expect("held until it is settled");
        settle(&mut self.client.machines(), held, self.client.clock.now())
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        if let Some(held) = self.held.take() {
            (self.give_back)(&mut self.client.machines(), held, self.client.clock.now());
        }
    }
}

/// Why a call has failed.
#[derive(Debug)]
enum CallError {
    Busy,
    Breaker(Rejected),
    Limiter(Rejected),
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("the service is busy"),
            Self::Breaker(rejected) | Self::Limiter(rejected) => rejected.fmt(f),
        }
    }
}

impl Error for CallError {}

/// What a result is to the machines.
fn outcome(result: &Result<(), CallError>, now: Time) -> Outcome {
    match result {
        Ok(()) => Outcome::Ok,
        Err(CallError::Busy) => Outcome::failed(Class::Overload),
        Err(CallError::Breaker(rejected)) => {
            Outcome::refused(Class::BreakerOpen, rejected.until, now)
        }
        Err(CallError::Limiter(rejected)) => Outcome::refused(Class::Rejected, rejected.until, now),
    }
}

/// How the service is.
#[derive(Clone, Copy)]
enum Mode {
    Works,
    IsBusy,
    Hangs,
}

/// Stands for a service that is reached by a network.
struct Service(Mutex<Mode>);

impl Service {
    fn set(&self, mode: Mode) {
        *lock(&self.0) = mode;
    }

    async fn ask(&self) -> Result<(), CallError> {
        let mode = *lock(&self.0);
        match mode {
            Mode::Works => Ok(()),
            Mode::IsBusy => Err(CallError::Busy),
            Mode::Hangs => future::pending().await,
        }
    }
}

/// A lock that goes on after a panic of who held it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the tasks share.
struct Client {
    clock: Clock,
    machines: Mutex<Machines>,
    service: Service,
}

/// How long the breaker stays open.
const OPEN: Duration = Duration::from_millis(50);

impl Client {
    fn new() -> Result<Self, patterns::Invalid> {
        // One retry after 5 ms, and not more than one retry in ten calls. With jitter in the
        // waits take `after_with` instead of `after`, and give it a source of draws.
        let waits = backoff::Settings::constant(Duration::from_millis(5));
        let rules = [(Class::Overload, Rule::of(1, waits))].into();
        let few =
            BudgetKind::Deposits { share: 0.1, least_per_sec: 10, ttl: Duration::from_secs(10) };
        let retry = retry::Settings::of(rules);
        let retry = retry.with(|settings| settings.budget = Some(budget::Settings::of(few)));
        // A hundred calls a second, two of them at once; the others wait for their turn.
        let limit = Kind::gcra(100, Duration::from_secs(1), 2);
        let limiter = rate_limiter::Settings::of(limit);
        let limiter = limiter.with(|settings| settings.max_wait = Duration::from_secs(1));
        let machines = Machines {
            retry: Retry::new(retry)?,
            breaker: Breaker::new(breaker::Settings::of(Trip::failures(2), OPEN))?,
            limiter: RateLimiter::new(limiter)?,
        };
        Ok(Self {
            clock: Clock(Instant::now()),
            machines: Mutex::new(machines),
            service: Service(Mutex::new(Mode::Works)),
        })
    }

    fn machines(&self) -> MutexGuard<'_, Machines> {
        lock(&self.machines)
    }

    /// Asks the machines for something that must be settled, or else be given back.
    fn hold<T, E>(
        &self,
        ask: impl FnOnce(&mut Machines, Time) -> Result<T, E>,
        give_back: fn(&mut Machines, T, Time),
    ) -> Result<Guard<'_, T>, E> {
        let held = ask(&mut self.machines(), self.clock.now())?;
        Ok(Guard { client: self, held: Some(held), give_back })
    }

    /// A call, with as many attempts as the retry grants. It may be dropped at any time.
    async fn call(&self) -> Result<(), CallError> {
        let mut attempts = self.hold(
            |machines, now| Ok(machines.retry.start(now, CallInfo::default())),
            |machines, mut attempts, now| machines.retry.cancel(&mut attempts, now),
        )?;
        loop {
            let result = self.attempt().await;
            let next = attempts.change(|machines, attempts, now| {
                machines.retry.after(attempts, outcome(&result, now), now)
            });
            let Some(at) = next else {
                // The retry takes the call for ended.
                attempts.settle(|_, _, _| ());
                return result;
            };
            self.clock.sleep_until(at).await;
        }
    }

    /// One attempt, if the breaker and the limiter let it through.
    async fn attempt(&self) -> Result<(), CallError> {
        let admitted = self.hold(
            |machines, now| machines.breaker.try_acquire(now).map_err(CallError::Breaker),
            |machines, permit, now| {
                machines.breaker.cancel(permit, now);
            },
        )?;
        // If this fails, `admitted` is given back.
        let turn = self.hold(
            |machines, now| machines.limiter.try_acquire(now, 1).map_err(CallError::Limiter),
            |machines, permit, now| machines.limiter.cancel(permit, now),
        )?;
        self.clock.sleep_until(turn.held().at()).await;

        let result = self.service.ask().await;

        let outcome = outcome(&result, self.clock.now());
        turn.settle(|machines, permit, now| machines.limiter.record(permit, outcome, now));
        admitted.settle(|Machines { breaker, .. }, permit, now| {
            breaker.record(permit, breaker.classify(outcome), now);
        });
        result
    }

    fn state(&self) -> State {
        self.machines().breaker.state()
    }
}

/// A service that is busy, hangs, and works again; says what its callers see of that.
pub(crate) async fn run() -> Result<Vec<String>, Box<dyn Error>> {
    let client = Arc::new(Client::new()?);
    let mut story = Vec::new();
    let mut tell = |text: String| story.push(format!("{}: {text}", client.clock.now()));

    client.service.set(Mode::IsBusy);
    for _ in 0..2 {
        let error = client.call().await.err().map_or_else(String::new, |error| error.to_string());
        tell(format!("a call fails: {error}; {}", client.state().name()));
    }

    // The probe hangs, and its caller does not wait for it any longer.
    client.service.set(Mode::Hangs);
    time::sleep(OPEN.into()).await;
    let ended = time::timeout(Duration::from_millis(20).into(), client.call()).await.is_ok();
    let is_free = matches!(client.state(), State::HalfOpen { taken: 0, .. });
    tell(format!("the probe has ended: {ended}; its place is free: {is_free}"));

    client.service.set(Mode::Works);
    let good = client.call().await.is_ok();
    tell(format!("the next probe is good: {good}; {}", client.state().name()));

    let mut calls = JoinSet::new();
    for _ in 0..4 {
        let client = Arc::clone(&client);
        calls.spawn(async move { client.call().await });
    }
    while let Some(result) = calls.join_next().await {
        tell(format!("one of four calls is good: {}", result?.is_ok()));
    }

    let under_way = client.machines().retry.budget().map(|it| it.figures(client.clock.now()).calls);
    tell(format!("calls under way: {}", under_way.unwrap_or_default()));
    Ok(story)
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "an example shows what it does")]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    for line in run().await? {
        println!("{line}");
    }
    Ok(())
}
