//! Every kind of layer there is, for stories in which they stand in any order.

use patterns::backoff::{self, CapWhen, Curve, Jitter};
use patterns::balance::{self, Balance, Picker};
use patterns::breaker::{self, Breaker, Close, OpenWait, Permits, Ramp, Trip};
use patterns::budget::{self, Guard, Kind};
use patterns::bulkhead::{self, Bulkhead, Order, Overflow, Partition};
use patterns::cache::{self, Cache, Eviction, Negative, StaleIfError};
use patterns::coalesce::{self, Coalesce, LeaderGone};
use patterns::concurrency::{self, Algorithm, Concurrency};
use patterns::deadline::{self, Deadline, Reject};
use patterns::fallback::{self, Fallback, Instead, Then};
use patterns::hedge::{self, AllFailed, CountsFrom, Delay, Hedge, OnFailure, OnRefusal, Pushback};
use patterns::limiter::{self, Limiter};
use patterns::outlier;
use patterns::retry::{self, Account, Retry, RetryAfter, Rule, TooLate};
use patterns::shed::{self, Shed};
use patterns::throttle::{self, Throttle};
use patterns::timeout::{self, Timeout};
use patterns::{Class, Classes, Span, Target};
use proptest::prelude::*;
use sim::model::system::LayerMaker;

use crate::tank::{self, maker, millis, secs};

/// Any layer.
pub(crate) fn any_layer() -> impl Strategy<Value = LayerMaker> {
    prop::sample::select(each())
}

/// Each kind of layer, in all its ways; those that name targets use `Target(0)` and `Target(1)`.
pub(crate) fn each() -> Vec<LayerMaker> {
    let mut all = vec![
        tank::timeout(millis(200)),
        maker("timeout", Timeout::new(propagating()).expect("valid")),
        tank::breaker(2, secs(1)),
        maker("breaker", Breaker::new(elaborate_breaker()).expect("valid")),
        tank::retry(2, millis(100), Jitter::Full),
        tank::bulkhead(1, 2, Some(millis(500))),
        tank::bulkhead(2, 0, None),
        tank::fallback(Instead::Value),
        tank::fallback(Instead::Target(Target(0))),
        maker("fallback", Fallback::new(chain()).expect("valid")),
        maker("deadline", Deadline::new(deadline()).expect("valid")),
        maker("budget", Guard::new(budget::Settings::of(Kind::Fixed(1))).expect("valid")),
        maker("cache", Cache::new(cache()).expect("valid")),
        maker("concurrency", Concurrency::new(learned()).expect("valid")),
        maker("throttle", Throttle::new(throttle()).expect("valid")),
        maker("shed", Shed::new(shed()).expect("valid")),
    ];
    for kind in RATES {
        let limiter = limiter::Settings {
            kind,
            max_wait: millis(300),
            drain_on: Classes::NONE.with(Class::RateLimit),
            cancelled: limiter::Cancelled::GivesBack,
        };
        all.push(maker("limiter", Limiter::new(limiter).expect("valid")));
    }
    for way in [true, false] {
        all.push(maker("retry", Retry::new(budgeted(way)).expect("valid")));
        all.push(maker("bulkhead", Bulkhead::new(elaborate_bulkhead(way)).expect("valid")));
        all.push(maker("hedge", Hedge::new(hedge(way)).expect("valid")));
        all.push(maker("coalesce", Coalesce::new(coalesce(way))));
    }
    for picker in PICKERS {
        all.push(maker("balance", Balance::new(balance(picker)).expect("valid")));
    }
    all
}

const RATES: [limiter::Kind; 4] = [
    limiter::Kind::Gcra { permits: 20, per: Span::from_secs(1), burst: 3 },
    limiter::Kind::SlidingLog { limit: 20, window: Span::from_secs(1) },
    limiter::Kind::Cycles { limit: 5, period: Span::from_millis(250) },
    limiter::Kind::LeakyQueue { permits: 20, per: Span::from_secs(1), tick: Span::from_millis(1) },
];

fn learned() -> concurrency::Settings {
    concurrency::Settings {
        limit: Algorithm::Aimd { backoff: 0.9, timeout: millis(200) },
        min: 1,
        max: 20,
        initial: 3,
        window: None,
        drops: concurrency::DROPS,
        cancelled: concurrency::Verdict::Ignored,
    }
}

fn throttle() -> throttle::Settings {
    throttle::Settings {
        rule: throttle::Rule::Sre { k: 1.5, min_requests: 3, cap: 0.9 },
        window: secs(5),
        buckets: 10,
        counts_rejected: true,
        failures: throttle::NOT_ACCEPTED,
        ignored: throttle::IGNORED,
        cancelled: throttle::Cancelled::NotAccepted,
    }
}

fn shed() -> shed::Settings {
    shed::Settings { threshold: 0.3, step: 0.1, ..shed::Settings::AEGIS }
}

fn propagating() -> timeout::Settings {
    timeout::Settings { limit: millis(300), propagates: true }
}

fn deadline() -> deadline::Settings {
    deadline::Settings { least: millis(10), reject: Reject::All, gives_up: true }
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
        patience: Some(millis(800)),
        order: if lifo { Order::Lifo } else { Order::Adaptive(millis(100)) },
        priorities: 3,
        overflow: Overflow::Lower,
        partitions: vec![Partition { caller: 1, reserved: 1, most: 2 }],
        shed: bulkhead::Shed::CoDel { interval: millis(100), target: millis(5) },
        least_left: Some(millis(20)),
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
            ignored: outlier::IGNORED,
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
        heed_retry_after: true,
        slow_start: None,
        late: balance::Late::Count,
        cancelled: balance::Cancelled::Ignore,
    }
}
