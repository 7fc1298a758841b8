//! What each pattern costs: nanoseconds for one call through the layer, in and out.
//!
//! Each call is admitted and its attempt ends 10 µs later, one of sixteen in a failure; a call that
//! wants to try again is given up, and the next one begins. `pass` is a layer that does nothing.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use patterns::adaptive_concurrency::{self, AdaptiveConcurrency, Algorithm};
use patterns::adaptive_throttle::{self, AdaptiveThrottle};
use patterns::backoff::{self, CapWhen, Curve, Jitter};
use patterns::balance::{self, Balance, Picker};
use patterns::breaker::{self, Align, Breaker, Compare, Memory, Trip, Window};
use patterns::budget::{self, Kind, RetryBudget};
use patterns::bulkhead::{self, Bulkhead};
use patterns::cache::{self, Cache, Eviction};
use patterns::coalesce::{self, Coalesce, LeaderGone};
use patterns::deadline::{self, Deadline, Reject};
use patterns::fallback::{self, Fallback, Instead};
use patterns::hedge::{self, AllFailed, CountsFrom, Delay, Hedge, Measured, OnFailure};
use patterns::load_shedder::{self, LoadShedder};
use patterns::preset::Library;
use patterns::rate_limiter::{self, RateLimiter};
use patterns::retry::{self, Retry, RetryAfter, Rule};
use patterns::timeout::{self, Timeout};
use patterns::{
    Action, CallId, CallInfo, Class, Classes, Context, Duration, Effects, Layer, Outcome, Rng, Time,
};

/// Draws that cost next to nothing.
struct Counter(u32);

impl Rng for Counter {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
        f64::from(self.0) / 4_294_967_296.0
    }
}

/// Does nothing.
struct Pass;

impl Layer for Pass {
    fn on_call(&mut self, _call: CallId, _cx: &mut Context<'_>) -> Action {
        Action::Send
    }
    fn on_reply(&mut self, _call: CallId, outcome: Outcome, _cx: &mut Context<'_>) -> Action {
        Action::Reply(outcome)
    }
}

/// One layer and what surrounds it.
struct Path {
    layer: Box<dyn Layer>,
    now: Time,
    calls: u32,
    rng: Counter,
    effects: Effects,
}

impl Path {
    fn tell<T>(&mut self, tell: impl FnOnce(&mut dyn Layer, &mut Context<'_>) -> T) -> T {
        let info = CallInfo { key: self.calls % 64, ..CallInfo::default() };
        let mut cx = Context::new(self.now, info, &mut self.rng, &mut self.effects);
        let told = tell(&mut *self.layer, &mut cx);
        self.effects.states.clear();
        self.effects.woken.clear();
        told
    }

    /// One call from its beginning to its end.
    fn call(&mut self) -> Action {
        self.calls = self.calls.wrapping_add(1);
        let call = CallId(self.calls % 16);
        let mut step = self.tell(|layer, cx| layer.on_call(call, cx));
        self.now = self.now + Duration::from_micros(10);
        let failed = self.calls.is_multiple_of(16);
        let outcome = if failed { Outcome::failed(Class::Network) } else { Outcome::Ok };
        if let Action::Send | Action::SendAndWake(_) | Action::SendTo(_) = step {
            step = self.tell(|layer, cx| layer.on_reply(call, outcome, cx));
        }
        if !matches!(step, Action::Reply(_)) {
            self.tell(|layer, cx| layer.on_cancel(call, cx));
        }
        step
    }
}

fn tripping(trip: Trip) -> Box<dyn Layer> {
    let mut settings = breaker::Settings::new(trip, Duration::from_millis(1));
    settings.slow = Some(Duration::from_secs(1));
    Box::new(Breaker::new(settings).expect("valid"))
}

fn breakers() -> Vec<(&'static str, Box<dyn Layer>)> {
    let (rate, compare, min_calls) = (0.5, Compare::AtLeast, 100);
    let of = |window| Trip::Rate { rate, compare, min_calls, window };
    let over = |align| Window::Time { size: Duration::from_secs(10), align };
    let memory = Memory::Time(Duration::from_secs(30));
    let resilience4j = Library::Resilience4j.breaker().expect("it has one");
    vec![
        ("breaker, in a row", tripping(Trip::Consecutive { failures: 5 })),
        ("breaker, 100 calls", tripping(of(Window::Calls(100)))),
        ("breaker, 10 s in buckets", tripping(of(over(Align::Epoch { buckets: 10 })))),
        ("breaker, 10 s exactly", tripping(of(over(Align::Exact)))),
        ("breaker, average", tripping(Trip::Average { memory, rate, compare, min_calls })),
        ("breaker, resilience4j", Box::new(Breaker::new(resilience4j).expect("valid"))),
    ]
}

fn waits() -> backoff::Settings {
    let curve = Curve::Exponential { first: Duration::from_secs(1), factor: 2.0 };
    let (cap, cap_when) = (Some(Duration::from_secs(30)), CapWhen::BeforeJitter);
    backoff::Settings { curve, cap, cap_when, jitter: Jitter::Full }
}

fn retries() -> Vec<(&'static str, Box<dyn Layer>)> {
    let rule = Rule { retries: 3, backoff: waits(), retry_after: RetryAfter::Floor };
    let plain = retry::Settings::of([(Class::Network, rule)].into());
    let share = budget::Settings::of(Kind::Share { share: 0.2, least: 3 });
    let budgeted = retry::Settings { budget: Some(share), ..plain.clone() };
    let deposits = Kind::Deposits { ttl: Duration::from_secs(10), least_per_sec: 10, share: 0.2 };
    vec![
        ("retry", Box::new(Retry::new(plain).expect("valid"))),
        ("retry with a budget", Box::new(Retry::new(budgeted).expect("valid"))),
        (
            "retry-budget",
            Box::new(RetryBudget::new(budget::Settings::of(deposits)).expect("valid")),
        ),
    ]
}

fn hedge() -> Hedge {
    let recent = hedge::Recent {
        window: 1000,
        max_age: None,
        measured: Measured::Good,
        min_samples: 100,
        initial_delay: None,
        min_delay: Duration::from_millis(1),
    };
    let settings = hedge::Settings {
        delay: Delay::Quantile { quantile: 0.95, recent },
        max_hedges: 1,
        counts_from: CountsFrom::LastLaunch,
        on_failure: OnFailure::NextAtOnce,
        fatal: Classes::NONE,
        pushback: hedge::Pushback::Heeded,
        refusals: Classes::NONE.with(Class::Rejected),
        on_refusal: hedge::OnRefusal::NoMore,
        all_failed: AllFailed::Last,
    };
    Hedge::new(settings).expect("valid")
}

fn cache() -> Cache {
    let settings = cache::Settings {
        capacity: 48,
        eviction: Eviction::Lru,
        ttl: Duration::from_millis(1),
        counts_from: cache::CountsFrom::Stored,
        stale_if_error: None,
        negative: None,
        late: cache::Late::Drop,
    };
    Cache::new(settings).expect("valid")
}

fn balance() -> Balance {
    let settings = balance::Settings {
        targets: 10,
        picker: Picker::TwoChoices,
        eject: None,
        panic_percent: 50,
        reselect: 1,
        respect_retry_after: true,
        slow_start: None,
        late: balance::Late::Count,
        cancelled: balance::Cancelled::Ignore,
    };
    Balance::new(settings).expect("valid")
}

fn rate_limiter(kind: rate_limiter::Kind) -> Box<dyn Layer> {
    let settings = rate_limiter::Settings {
        kind,
        max_wait: Duration::ZERO,
        drain_on: Classes::NONE,
        cancelled: rate_limiter::Cancelled::Keeps,
    };
    Box::new(RateLimiter::new(settings).expect("valid"))
}

fn adaptive_concurrency() -> AdaptiveConcurrency {
    let settings = adaptive_concurrency::Settings {
        algorithm: Algorithm::Vegas { smoothing: 1.0, probe_multiplier: 30 },
        min: 1,
        max: 1000,
        initial: 20,
        window: None,
        drops: adaptive_concurrency::DROPS,
        cancelled: adaptive_concurrency::Verdict::Ignored,
    };
    AdaptiveConcurrency::new(settings).expect("valid")
}

fn adaptive_throttle() -> AdaptiveThrottle {
    let settings = adaptive_throttle::Settings {
        rule: adaptive_throttle::Rule::Sre { k: 2.0, min_requests: 100, cap: 1.0 },
        window: Duration::from_secs(120),
        buckets: 10,
        counts_rejected: true,
        count: adaptive_throttle::NOT_ACCEPTED,
        ignore: adaptive_throttle::IGNORED,
        cancelled: adaptive_throttle::Cancelled::Ignore,
    };
    AdaptiveThrottle::new(settings).expect("valid")
}

fn others() -> Vec<(&'static str, Box<dyn Layer>)> {
    let coalesce = coalesce::Settings { max_followers: 9, leader_gone: LeaderGone::Promote };
    let deadline =
        deadline::Settings { min_remaining: Duration::ZERO, reject: Reject::All, gives_up: true };
    let fallback = fallback::Settings { on: Classes::REMOTE, to: Instead::Value };
    let bulkhead = bulkhead::Settings { queue: 10, ..bulkhead::Settings::of(10) };
    let timeout = timeout::Settings::of(Duration::from_secs(30));
    let per = Duration::from_millis(1);
    vec![
        (
            "rate-limiter, gcra",
            rate_limiter(rate_limiter::Kind::Gcra { permits: 1000, per, burst: 100 }),
        ),
        (
            "rate-limiter, sliding log",
            rate_limiter(rate_limiter::Kind::SlidingLog { limit: 1000, window: per }),
        ),
        ("adaptive-concurrency, vegas", Box::new(adaptive_concurrency())),
        ("adaptive-throttle, sre", Box::new(adaptive_throttle())),
        ("load-shedder", Box::new(LoadShedder::new(load_shedder::Settings::AEGIS).expect("valid"))),
        ("timeout", Box::new(Timeout::new(timeout).expect("valid"))),
        ("deadline", Box::new(Deadline::new(deadline).expect("valid"))),
        ("bulkhead", Box::new(Bulkhead::new(bulkhead).expect("valid"))),
        ("fallback", Box::new(Fallback::new(fallback).expect("valid"))),
        ("hedge at the 95th percentile", Box::new(hedge())),
        ("cache", Box::new(cache())),
        ("coalesce", Box::new(Coalesce::new(coalesce))),
        ("balance, two choices of ten", Box::new(balance())),
    ]
}

fn patterns(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a call in and out");
    group.sample_size(20);
    let all = breakers().into_iter().chain(retries()).chain(others());
    let pass: (&str, Box<dyn Layer>) = ("pass", Box::new(Pass));
    for (name, layer) in std::iter::once(pass).chain(all) {
        let (rng, effects) = (Counter(1), Effects::default());
        let mut path = Path { layer, now: Time::ZERO, calls: 0, rng, effects };
        group.bench_function(name, |bencher| bencher.iter(|| black_box(path.call())));
    }
    group.finish();
}

criterion_group!(benches, patterns);
criterion_main!(benches);
