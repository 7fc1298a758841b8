//! Every kind of layer there is, for stories in which they stand in any order.

use patterns::adaptive_concurrency::{self, AdaptiveConcurrency, Algorithm};
use patterns::adaptive_throttle::{self, AdaptiveThrottle};
use patterns::backoff::{self, CapWhen, Curve, Jitter};
use patterns::balance::{self, Balance, Picker};
use patterns::breaker::{self, Breaker, Close, Permits, Trip};
use patterns::budget::{self, Kind, RetryBudget};
use patterns::bulkhead::{self, Bulkhead, DropPolicy, Order, Overflow, Partition};
use patterns::cache::{self, Cache, Eviction, Lasting};
use patterns::coalesce::{self, Coalesce, LeaderGone};
use patterns::deadline::{self, Deadline, Reject};
use patterns::fallback::{self, Fallback, Targets, Then};
use patterns::hedge::{self, AllFailed, CountsFrom, Delay, Hedge, OnFailure, OnRefusal, Pushback};
use patterns::load_shedder::{self, LoadShedder};
use patterns::outlier;
use patterns::rate_limiter::{self, RateLimiter};
use patterns::retry::{self, Account, Retry, RetryAfter, Rule, Rules, TooLate};
use patterns::settings::{Auto, CallerId};
use patterns::timeout::{self, Timeout};
use patterns::{Class, Classes, Duration, Target};
use proptest::prelude::*;
use sim::model::system::LayerFactory;

use crate::tank::{self, factory, from_settings, millis, secs};

/// Any layer.
pub(crate) fn any_layer() -> impl Strategy<Value = LayerFactory> {
    prop::sample::select(each())
}

/// Each kind of layer, in all its ways; those that name targets use `Target(0)` and `Target(1)`.
pub(crate) fn each() -> Vec<LayerFactory> {
    let mut all = vec![
        tank::timeout(millis(200)),
        factory(Timeout::new(propagating()).expect("valid")),
        tank::breaker(2, secs(1)),
        factory(Breaker::new(elaborate_breaker()).expect("valid")),
        tank::retry(2, millis(100), Jitter::Full),
        tank::bulkhead(1, 2, Some(millis(500))),
        tank::bulkhead(2, 0, None),
        tank::fallback(Targets::VALUE),
        tank::fallback(Target(0)),
        factory(Fallback::new(chain()).expect("valid")),
        factory(Deadline::new(deadline()).expect("valid")),
        from_settings::<RetryBudget>(budget::Settings::of(Kind::Fixed(1))),
        factory(Cache::new(cache()).expect("valid")),
        factory(AdaptiveConcurrency::new(learned()).expect("valid")),
        factory(AdaptiveThrottle::new(throttle()).expect("valid")),
        factory(LoadShedder::new(shed()).expect("valid")),
    ];
    for kind in RATES {
        let limiter = rate_limiter::Settings::of(kind).with(|limiter| {
            limiter.max_wait = millis(300);
            limiter.drain_on = Classes::NONE.with(Class::RateLimit);
            limiter.on_cancel = rate_limiter::OnCancel::GivesBack;
        });
        all.push(factory(RateLimiter::new(limiter).expect("valid")));
    }
    for way in [true, false] {
        all.push(from_settings::<Retry>(budgeted(way)));
        all.push(factory(Bulkhead::new(elaborate_bulkhead(way)).expect("valid")));
        all.push(factory(Hedge::new(hedge(way)).expect("valid")));
        all.push(factory(Coalesce::new(coalesce(way)).expect("valid")));
    }
    for picker in PICKERS {
        all.push(factory(Balance::new(balance(picker)).expect("valid")));
    }
    all
}

const RATES: [rate_limiter::Kind; 4] = [
    rate_limiter::Kind::gcra(20, Duration::from_secs(1), 3),
    rate_limiter::Kind::SlidingLog { limit: 20, window: Duration::from_secs(1) },
    rate_limiter::Kind::RefreshPeriod { limit: 5, period: Duration::from_millis(250) },
    rate_limiter::Kind::LeakyBucket {
        permits: 20,
        per: Duration::from_secs(1),
        tick: Duration::from_millis(1),
    },
];

fn learned() -> adaptive_concurrency::Settings {
    let algorithm = Algorithm::Aimd { backoff: 0.9, timeout: millis(200) };
    adaptive_concurrency::Settings::of(algorithm).with(|settings| {
        settings.min = 1;
        settings.max = 20;
        settings.initial = Auto::Is(3);
        settings.window = None;
        settings.drops = adaptive_concurrency::DROPS;
        settings.on_cancel = adaptive_concurrency::OnCancel::Ignore;
    })
}

fn throttle() -> adaptive_throttle::Settings {
    let rule = adaptive_throttle::Rule::Sre { k: 1.5, min_requests: 3, cap: 0.9 };
    adaptive_throttle::Settings::of(rule).with(|settings| {
        settings.window = secs(5);
        settings.buckets = 10;
        settings.counts_rejected = true;
        settings.count = adaptive_throttle::NOT_ACCEPTED;
        settings.ignore = adaptive_throttle::IGNORED;
        settings.on_cancel = adaptive_throttle::OnCancel::NotAccepted;
    })
}

fn shed() -> load_shedder::Settings {
    load_shedder::Settings::AEGIS.with(|settings| (settings.threshold, settings.step) = (0.3, 0.1))
}

fn propagating() -> timeout::Settings {
    timeout::Settings::of(millis(300)).with(|settings| settings.propagates = true)
}

fn deadline() -> deadline::Settings {
    deadline::Settings::of().with(|settings| {
        settings.min_remaining = millis(10);
        settings.reject = Reject::All;
        settings.gives_up = true;
    })
}

fn elaborate_breaker() -> breaker::Settings {
    let trip = Trip::Any(vec![
        Trip::Consecutive { failures: 2, within: None },
        Trip::Count { failures: 3, window: breaker::Window::Calls(5) },
    ]);
    let curve = Curve::Exponential { base: millis(100), factor: 2.0 };
    let open = backoff::Settings::of(curve).capped(secs(2)).spread(Jitter::Equal);
    breaker::Settings::of(trip, open).with(|settings| {
        settings.half_open.permits = Permits::Share(0.5);
        settings.half_open.close = Close::Of { successes: 2, probes: 3 };
        settings.half_open.half_open_timeout = Some(secs(60));
        settings.ramp = secs(1);
        settings.ramp_first = 0.2;
    })
}

fn budgeted(sent: bool) -> retry::Settings {
    let backoff = backoff::Settings::of(Curve::Fibonacci { base: millis(50) })
        .capped(millis(300))
        .spread(Jitter::Between { from: 0.5, to: 1.5 })
        .with(|backoff| backoff.cap_when = CapWhen::After);
    let rule = Rule::of(3, backoff).with(|rule| rule.retry_after = Some(RetryAfter::Floor));
    retry::Settings::of(Rules::alike(Classes::ALL, &rule)).with(|settings| {
        settings.max_elapsed = secs(2);
        settings.too_late = TooLate::Clip;
        settings.budget = Some(budget::Settings::of(Kind::Share { share: 0.5, least: 1 }));
        settings.account = if sent { Account::Sent } else { Account::Decided };
    })
}

fn elaborate_bulkhead(lifo: bool) -> bulkhead::Settings {
    bulkhead::Settings::of(2).with(|settings| {
        settings.queue = 4;
        settings.max_wait = Some(millis(800));
        settings.order = if lifo { Order::Lifo } else { Order::Adaptive(millis(100)) };
        settings.priorities = 3;
        settings.overflow = Overflow::Lower;
        settings.partitions = [(CallerId(1), Partition::of(1, 2))].into();
        settings.drop_policy = DropPolicy::Codel { interval: millis(100), target: millis(5) };
        settings.min_remaining = Some(millis(20));
    })
}

fn chain() -> fallback::Settings {
    fallback::Settings::of([Target(0), Target(1)]).with(|settings| {
        settings.on = Classes::ALL;
        settings.then = Auto::Is(Then::FirstFailure);
    })
}

fn hedge(at_once: bool) -> hedge::Settings {
    let delay = Delay::Fixed(millis(if at_once { 0 } else { 150 }));
    hedge::Settings::of(delay).with(|settings| {
        settings.max_hedges = 2;
        settings.counts_from = CountsFrom::LastLaunch;
        settings.on_failure = OnFailure::NextAtOnce;
        settings.fatal = Classes::NONE.with(Class::Validation);
        settings.pushback = Pushback::Heeded;
        settings.refusals = Classes::NONE.with(Class::Rejected);
        settings.on_refusal = OnRefusal::Skipped;
        settings.all_failed = AllFailed::Last;
    })
}

fn cache() -> cache::Settings {
    cache::Settings::of(millis(300)).with(|settings| {
        settings.capacity = 2;
        settings.eviction = Eviction::Lru;
        settings.counts_from = cache::CountsFrom::Stored;
        settings.stale_on = Classes::REMOTE;
        settings.stale_if_error = Some(Lasting(secs(1)));
        settings.negative_on = Classes::NONE.with(Class::Validation);
        settings.negative = Some(Lasting(millis(200)));
        settings.late = cache::LateResults::Keep;
    })
}

fn coalesce(promote: bool) -> coalesce::Settings {
    let leader_gone = if promote { LeaderGone::Promote } else { LeaderGone::FailAll };
    coalesce::Settings::default().with(|settings| {
        settings.max_followers = 2;
        settings.leader_gone = leader_gone;
    })
}

const PICKERS: [Picker; 6] = [
    Picker::RoundRobin,
    Picker::Random,
    Picker::LeastInFlight,
    Picker::TwoChoices,
    Picker::ByCaller,
    Picker::InOrder,
];

fn balance(pick: Picker) -> balance::Settings {
    balance::Settings::among(2).with(|settings| {
        settings.pick = pick;
        settings.eject = Some(ejection());
        settings.panic_percent = 0;
        settings.reselect = Auto::Is(1);
        settings.respect_retry_after = true;
        settings.slow_start = None;
        settings.late = balance::LateResults::Count;
        settings.cancelled = balance::OnCancel::Ignore;
    })
}

/// Two failures in a row.
fn ejection() -> outlier::Settings {
    outlier::Settings::of(2).with(|settings| {
        settings.errors = outlier::ERRORS;
        settings.gateway = outlier::GATEWAY;
        settings.ignore = outlier::IGNORED;
        settings.interval = millis(500);
        settings.base_ejection_time = millis(300);
        settings.max_ejection_time = Auto::Is(secs(1));
        settings.ejection_jitter = millis(50);
        settings.growth = outlier::Growth::Linear;
        settings.back = outlier::Back::AtEnd;
        settings.ejection_end = outlier::EjectionEnd::Returns;
        settings.max_ejection_percent = 100;
        settings.cap_reading = outlier::CapReading::After;
        settings.always_eject_one = false;
    })
}
