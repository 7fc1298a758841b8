//! What each pattern costs: nanoseconds for one call through the layer, in and out.
//!
//! Each call is admitted and its attempt ends 10 µs later, one of sixteen in a failure; a call that
//! wants to try again is given up, and the next one begins. `pass` is a layer that does nothing.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use patterns::adaptive_concurrency::{self, AdaptiveConcurrency, Algorithm};
use patterns::adaptive_throttle::{self, AdaptiveThrottle};
use patterns::backoff::{self, Curve, Jitter};
use patterns::balance::{self, Balance, Picker};
use patterns::breaker::{self, Breaker, Compare, Memory, Trip, Window};
use patterns::budget::{self, Kind, RetryBudget};
use patterns::bulkhead::{self, Bulkhead};
use patterns::cache::{self, Cache, Eviction};
use patterns::coalesce::{self, Coalesce, LeaderGone};
use patterns::deadline::{self, Deadline, Reject};
use patterns::fallback::{self, Fallback, Targets};
use patterns::hedge::{self, AllFailed, CountsFrom, Delay, Hedge, Measured, OnFailure};
use patterns::load_shedder::{self, LoadShedder};
use patterns::preset::Library;
use patterns::rate_limiter::{self, RateLimiter};
use patterns::retry::{self, Retry, RetryAfter, Rule};
use patterns::settings::Auto;
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
        let mut info = CallInfo { key: self.calls % 64, ..CallInfo::default() };
        let mut cx = Context::new(self.now, &mut info, &mut self.rng, &mut self.effects);
        let action = tell(&mut *self.layer, &mut cx);
        self.effects.states.clear();
        self.effects.woken.clear();
        action
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
    let settings = breaker::Settings::of(trip, Duration::from_millis(1)).with(|settings| {
        settings.slow = Some(Duration::from_secs(1));
        settings.half_open.half_open_timeout = Some(Duration::from_secs(60));
    });
    Box::new(Breaker::new(settings).expect("valid"))
}

fn breakers() -> Vec<(&'static str, Box<dyn Layer>)> {
    let (rate, compare, min_calls) = (0.5, Compare::AtLeast, Some(100));
    let of = |window| Trip::Rate { rate: Some(rate), slow_rate: None, compare, min_calls, window };
    let size = Duration::from_secs(10);
    let memory = Memory::Time(Duration::from_secs(30));
    let resilience4j = Library::Resilience4j.breaker().expect("it has one");
    vec![
        ("breaker, in a row", tripping(Trip::Consecutive { failures: 5, within: None })),
        ("breaker, 100 calls", tripping(of(Window::Calls(100)))),
        ("breaker, 10 s in buckets", tripping(of(Window::Epoch { size, buckets: 10 }))),
        ("breaker, 10 s exactly", tripping(of(Window::Sliding { size }))),
        ("breaker, average", tripping(Trip::Average { memory, rate, compare, min_calls })),
        ("breaker, resilience4j", Box::new(Breaker::new(resilience4j).expect("valid"))),
    ]
}

fn waits() -> backoff::Settings {
    let curve = Curve::Exponential { base: Duration::from_secs(1), factor: 2.0 };
    backoff::Settings::of(curve).capped(Duration::from_secs(30)).spread(Jitter::Full)
}

fn retries() -> Vec<(&'static str, Box<dyn Layer>)> {
    let rule = Rule::of(3, waits()).with(|rule| rule.retry_after = Some(RetryAfter::Floor));
    let plain = retry::Settings::of([(Class::Network, rule)].into());
    let share = budget::Settings::of(Kind::Share { share: 0.2, least: 3 });
    let budgeted = plain.clone().with(|settings| settings.budget = Some(share));
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
    let recent = hedge::Recent::default().with(|recent| {
        recent.window = 1000;
        recent.max_age = None;
        recent.measured = Measured::Good;
        recent.min_samples = Auto::Is(100);
        recent.initial_delay = None;
        recent.min_delay = Duration::from_millis(1);
    });
    let delay = Delay::Quantile { quantile: 0.95, recent };
    let settings = hedge::Settings::of(delay).with(|settings| {
        settings.max_hedges = 1;
        settings.counts_from = CountsFrom::LastLaunch;
        settings.on_failure = OnFailure::NextAtOnce;
        settings.fatal = Classes::NONE;
        settings.pushback = hedge::Pushback::Heeded;
        settings.refusals = Classes::NONE.with(Class::Rejected);
        settings.on_refusal = hedge::OnRefusal::NoMore;
        settings.all_failed = AllFailed::Last;
    });
    Hedge::new(settings).expect("valid")
}

fn cache() -> Cache {
    let settings = cache::Settings::of(Duration::from_millis(1)).with(|settings| {
        settings.capacity = 48;
        settings.eviction = Eviction::Lru;
        settings.counts_from = cache::CountsFrom::Stored;
        settings.stale_if_error = None;
        settings.negative = None;
        settings.late = cache::LateResults::Drop;
    });
    Cache::new(settings).expect("valid")
}

fn balance() -> Balance {
    let settings = balance::Settings::among(10).with(|settings| {
        settings.pick = Picker::TwoChoices;
        settings.eject = None;
        settings.panic_percent = 50;
        settings.reselect = Auto::Is(1);
        settings.respect_retry_after = true;
        settings.slow_start = None;
        settings.late = balance::LateResults::Count;
        settings.cancelled = balance::OnCancel::Ignore;
    });
    Balance::new(settings).expect("valid")
}

fn rate_limiter(kind: rate_limiter::Kind) -> Box<dyn Layer> {
    let settings = rate_limiter::Settings::of(kind).with(|settings| {
        settings.max_wait = Duration::ZERO;
        settings.drain_on = Classes::NONE;
        settings.on_cancel = rate_limiter::OnCancel::Keeps;
    });
    Box::new(RateLimiter::new(settings).expect("valid"))
}

fn adaptive_concurrency() -> AdaptiveConcurrency {
    let algorithm = Algorithm::Vegas { smoothing: 1.0, probe_multiplier: 30 };
    let settings = adaptive_concurrency::Settings::of(algorithm).with(|settings| {
        settings.min = 1;
        settings.max = 1000;
        settings.initial = Auto::Is(20);
        settings.window = None;
        settings.drops = adaptive_concurrency::DROPS;
        settings.on_cancel = adaptive_concurrency::OnCancel::Ignore;
    });
    AdaptiveConcurrency::new(settings).expect("valid")
}

fn adaptive_throttle() -> AdaptiveThrottle {
    let rule = adaptive_throttle::Rule::Sre { k: 2.0, min_requests: 100, cap: 1.0 };
    let settings = adaptive_throttle::Settings::of(rule).with(|settings| {
        settings.window = Duration::from_secs(120);
        settings.buckets = 10;
        settings.counts_rejected = true;
        settings.count = adaptive_throttle::NOT_ACCEPTED;
        settings.ignore = adaptive_throttle::IGNORED;
        settings.on_cancel = adaptive_throttle::OnCancel::Ignore;
    });
    AdaptiveThrottle::new(settings).expect("valid")
}

fn others() -> Vec<(&'static str, Box<dyn Layer>)> {
    let coalesce = coalesce::Settings::default().with(|coalesce| {
        coalesce.max_followers = 9;
        coalesce.leader_gone = LeaderGone::Promote;
    });
    let deadline = deadline::Settings::of().with(|deadline| {
        deadline.min_remaining = Duration::ZERO;
        deadline.reject = Reject::All;
        deadline.gives_up = true;
    });
    let fallback =
        fallback::Settings::of(Targets::VALUE).with(|fallback| fallback.on = Classes::REMOTE);
    let bulkhead = bulkhead::Settings::of(10).with(|bulkhead| bulkhead.queue = 10);
    let timeout = timeout::Settings::of(Duration::from_secs(30));
    let per = Duration::from_millis(1);
    vec![
        ("rate-limiter, gcra", rate_limiter(rate_limiter::Kind::gcra(1000, per, 100))),
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
        ("coalesce", Box::new(Coalesce::new(coalesce).expect("valid"))),
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
