//! Every kind of layer there is, for stories in which they stand in any order.

use patterns::adaptive_concurrency::{self, AdaptiveConcurrency, Algorithm};
use patterns::adaptive_throttle::{self, AdaptiveThrottle};
use patterns::backoff::{self, CapWhen, Curve, Jitter};
use patterns::balance::{self, Balance, Picker};
use patterns::breaker::{self, Breaker, Close, OpenWait, Permits, Ramp, Trip};
use patterns::budget::{self, Kind, RetryBudget};
use patterns::bulkhead::{self, Bulkhead, Order, Overflow, Partition};
use patterns::cache::{self, Cache, Eviction, Negative, StaleIfError};
use patterns::coalesce::{self, Coalesce, LeaderGone};
use patterns::deadline::{self, Deadline, Reject};
use patterns::fallback::{self, Fallback, Instead, Then};
use patterns::hedge::{self, AllFailed, CountsFrom, Delay, Hedge, OnFailure, OnRefusal, Pushback};
use patterns::load_shedder::{self, LoadShedder};
use patterns::outlier;
use patterns::rate_limiter::{self, RateLimiter};
use patterns::retry::{self, Account, Retry, RetryAfter, Rule, TooLate};
use patterns::timeout::{self, Timeout};
use patterns::{Class, Classes, Duration, Target};
use proptest::prelude::*;
use sim::model::system::LayerFactory;

use crate::tank::{self, factory, millis, secs};

/// Any layer.
pub(crate) fn any_layer() -> impl Strategy<Value = LayerFactory> {
    prop::sample::select(each())
}

/// Each kind of layer, in all its ways; those that name targets use `Target(0)` and `Target(1)`.
pub(crate) fn each() -> Vec<LayerFactory> {
    let mut all = vec![
        tank::timeout(millis(200)),
        factory("timeout", Timeout::new(propagating()).expect("valid")),
        tank::breaker(2, secs(1)),
        factory("breaker", Breaker::new(elaborate_breaker()).expect("valid")),
        tank::retry(2, millis(100), Jitter::Full),
        tank::bulkhead(1, 2, Some(millis(500))),
        tank::bulkhead(2, 0, None),
        tank::fallback(Instead::Value),
        tank::fallback(Instead::Target(Target(0))),
        factory("fallback", Fallback::new(chain()).expect("valid")),
        factory("deadline", Deadline::new(deadline()).expect("valid")),
        factory(
            "retry-budget",
            RetryBudget::new(budget::Settings::of(Kind::Fixed(1))).expect("valid"),
        ),
        factory("cache", Cache::new(cache()).expect("valid")),
        factory("adaptive-concurrency", AdaptiveConcurrency::new(learned()).expect("valid")),
        factory("adaptive-throttle", AdaptiveThrottle::new(throttle()).expect("valid")),
        factory("load-shedder", LoadShedder::new(shed()).expect("valid")),
    ];
    for kind in RATES {
        let limiter = rate_limiter::Settings {
            kind,
            max_wait: millis(300),
            drain_on: Classes::NONE.with(Class::RateLimit),
            cancelled: rate_limiter::Cancelled::GivesBack,
        };
        all.push(factory("rate-limiter", RateLimiter::new(limiter).expect("valid")));
    }
    for way in [true, false] {
        all.push(factory("retry", Retry::new(budgeted(way)).expect("valid")));
        all.push(factory("bulkhead", Bulkhead::new(elaborate_bulkhead(way)).expect("valid")));
        all.push(factory("hedge", Hedge::new(hedge(way)).expect("valid")));
        all.push(factory("coalesce", Coalesce::new(coalesce(way))));
    }
    for picker in PICKERS {
        all.push(factory("balance", Balance::new(balance(picker)).expect("valid")));
    }
    all
}

const RATES: [rate_limiter::Kind; 4] = [
    rate_limiter::Kind::Gcra { permits: 20, per: Duration::from_secs(1), burst: 3 },
    rate_limiter::Kind::SlidingLog { limit: 20, window: Duration::from_secs(1) },
    rate_limiter::Kind::RefreshPeriod { limit: 5, period: Duration::from_millis(250) },
    rate_limiter::Kind::LeakyBucket {
        permits: 20,
        per: Duration::from_secs(1),
        tick: Duration::from_millis(1),
    },
];

fn learned() -> adaptive_concurrency::Settings {
    adaptive_concurrency::Settings {
        algorithm: Algorithm::Aimd { backoff: 0.9, timeout: millis(200) },
        min: 1,
        max: 20,
        initial: 3,
        window: None,
        drops: adaptive_concurrency::DROPS,
        cancelled: adaptive_concurrency::Verdict::Ignored,
    }
}

fn throttle() -> adaptive_throttle::Settings {
    adaptive_throttle::Settings {
        rule: adaptive_throttle::Rule::Sre { k: 1.5, min_requests: 3, cap: 0.9 },
        window: secs(5),
        buckets: 10,
        counts_rejected: true,
        count: adaptive_throttle::NOT_ACCEPTED,
        ignore: adaptive_throttle::IGNORED,
        cancelled: adaptive_throttle::Cancelled::NotAccepted,
    }
}

fn shed() -> load_shedder::Settings {
    load_shedder::Settings { threshold: 0.3, step: 0.1, ..load_shedder::Settings::AEGIS }
}

fn propagating() -> timeout::Settings {
    timeout::Settings { limit: millis(300), propagates: true }
}

fn deadline() -> deadline::Settings {
    deadline::Settings { min_remaining: millis(10), reject: Reject::All, gives_up: true }
}

fn elaborate_breaker() -> breaker::Settings {
    let trip = Trip::Any(vec![
        Trip::Consecutive { failures: 2 },
        Trip::Count { failures: 3, window: breaker::Window::Calls(5) },
    ]);
    let curve = Curve::Exponential { first: millis(100), factor: 2.0 };
    let (cap, cap_when) = (Some(secs(2)), CapWhen::BeforeJitter);
    let open = backoff::Settings { curve, cap, cap_when, jitter: Jitter::Equal };
    let mut settings = breaker::Settings::new(trip, secs(1));
    settings.open = OpenWait::Backoff(open);
    settings.half_open.permits = Permits::Share(0.5);
    settings.half_open.close = Close::Of { successes: 2, probes: 3 };
    settings.ramp = Some(Ramp { first: 0.2, over: secs(1) });
    settings
}

fn budgeted(sent: bool) -> retry::Settings {
    let curve = Curve::Fibonacci { first: millis(50) };
    let (cap_when, jitter) = (CapWhen::AfterJitter, Jitter::Between(0.5, 1.5));
    let backoff = backoff::Settings { curve, cap: Some(millis(300)), cap_when, jitter };
    let rule = |class| {
        (class, Rule { retries: 3, backoff: backoff.clone(), retry_after: RetryAfter::Floor })
    };
    let rules = Class::ALL.into_iter().map(rule).collect();
    retry::Settings {
        max_elapsed: Some(secs(2)),
        too_late: TooLate::Clip,
        budget: Some(budget::Settings::of(Kind::Share { share: 0.5, least: 1 })),
        account: if sent { Account::Sent } else { Account::Decided },
        ..retry::Settings::of(rules)
    }
}

fn elaborate_bulkhead(lifo: bool) -> bulkhead::Settings {
    bulkhead::Settings {
        queue: 4,
        max_wait: Some(millis(800)),
        order: if lifo { Order::Lifo } else { Order::Adaptive(millis(100)) },
        priorities: 3,
        overflow: Overflow::Lower,
        partitions: vec![Partition { caller: 1, reserved: 1, most: 2 }],
        drop_policy: bulkhead::DropPolicy::CoDel { interval: millis(100), target: millis(5) },
        min_remaining: Some(millis(20)),
        ..bulkhead::Settings::of(2)
    }
}

fn chain() -> fallback::Settings {
    let targets = vec![Target(0), Target(1)];
    let to = Instead::Chain { targets, then: Then::FirstFailure };
    fallback::Settings { on: Classes::ALL, to }
}

fn hedge(at_once: bool) -> hedge::Settings {
    hedge::Settings {
        delay: Delay::Fixed(millis(if at_once { 0 } else { 150 })),
        max_hedges: 2,
        counts_from: CountsFrom::LastLaunch,
        on_failure: OnFailure::NextAtOnce,
        fatal: Classes::NONE.with(Class::Validation),
        pushback: Pushback::Heeded,
        refusals: Classes::NONE.with(Class::Rejected),
        on_refusal: OnRefusal::Skipped,
        all_failed: AllFailed::Last,
    }
}

fn cache() -> cache::Settings {
    cache::Settings {
        capacity: 2,
        eviction: Eviction::Lru,
        ttl: millis(300),
        counts_from: cache::CountsFrom::Stored,
        stale_if_error: Some(StaleIfError { on: Classes::REMOTE, bound: secs(1) }),
        negative: Some(Negative { on: Classes::NONE.with(Class::Validation), ttl: millis(200) }),
        late: cache::Late::Keep,
    }
}

fn coalesce(promote: bool) -> coalesce::Settings {
    let leader_gone = if promote { LeaderGone::Promote } else { LeaderGone::FailAll };
    coalesce::Settings { max_followers: 2, leader_gone }
}

const PICKERS: [Picker; 6] = [
    Picker::RoundRobin,
    Picker::Random,
    Picker::LeastInFlight,
    Picker::TwoChoices,
    Picker::ByCaller,
    Picker::InOrder,
];

fn balance(picker: Picker) -> balance::Settings {
    let consecutive = outlier::Consecutive { failures: 2, enforce_percent: 100 };
    balance::Settings {
        targets: 2,
        picker,
        eject: Some(outlier::Settings {
            errors: outlier::ERRORS,
            gateway: outlier::GATEWAY,
            ignore: outlier::IGNORED,
            consecutive: Some(consecutive),
            consecutive_gateway: None,
            split_local: None,
            success_rate: None,
            failure_percentage: None,
            ema: None,
            interval: millis(500),
            base_ejection_time: millis(300),
            max_ejection_time: secs(1),
            ejection_jitter: millis(50),
            growth: outlier::Growth::Linear,
            back: outlier::Back::AtEnd,
            ejection_end: outlier::EjectionEnd::Returns,
            max_ejection_percent: 100,
            cap_reading: outlier::CapReading::After,
            always_eject_one: false,
        }),
        panic_percent: 0,
        reselect: 1,
        respect_retry_after: true,
        slow_start: None,
        late: balance::Late::Count,
        cancelled: balance::Cancelled::Ignore,
    }
}
