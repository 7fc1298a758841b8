//! What each layer counts, against a naive count of the history of random stories.

use std::collections::BTreeMap;

use patterns::backoff;
use patterns::report::Report;
use patterns::retry::{Retry, Rule, TooLate};
use patterns::settings::{Auto, ConfiguredLayer, LayerSettings};
use patterns::{
    Action, Class, Classes, Duration, Outcome, Target, Time, adaptive_concurrency,
    adaptive_throttle, balance, breaker, budget, bulkhead, cache, coalesce, deadline, fallback,
    hedge, load_shedder, outlier, rate_limiter, retry, timeout,
};

use crate::counters_story::{Entry, History, Input, told};

type Expected = Vec<(&'static str, u128)>;

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Compares what layers with these settings count with what their history says, over many stories;
/// and sees to it that each of these counters counts something.
#[track_caller]
fn check<L: ConfiguredLayer>(
    settings: &L::Settings,
    look: fn(&L) -> u64,
    expected: impl Fn(&History<L>) -> Expected,
) -> BTreeMap<&'static str, u128> {
    let mut sums = BTreeMap::new();
    for seed in 0..300 {
        let layer = L::with_settings(settings.clone()).expect("valid settings");
        let history = told(layer, seed, look);
        let counted: BTreeMap<&str, u128> = history.driver.counts().into_iter().collect();
        for (name, expected) in expected(&history) {
            assert_eq!(counted[name], expected, "{name} in story {seed}: {:#?}", history.entries);
            *sums.entry(name).or_default() += expected;
        }
    }
    for (name, sum) in &sums {
        assert!(*sum > 0, "{name} is never counted");
    }
    sums
}

/// Every counter of a kind of layer was checked.
#[track_caller]
fn check_all_of<S: LayerSettings>(checked: &[BTreeMap<&'static str, u128>]) {
    let Report { counters, .. } = S::REPORT;
    for counter in *counters {
        let is_checked = checked.iter().any(|sums| sums.contains_key(counter.name));
        assert!(is_checked, "{} of {} is not checked", counter.name, S::KIND);
    }
}

fn is_call(entry: &Entry) -> bool {
    entry.input == Input::Call
}

fn is_reply(entry: &Entry) -> bool {
    matches!(entry.input, Input::Reply(_))
}

/// It is answered, or its call is given up.
fn is_over(entry: &Entry) -> bool {
    entry.reply().is_some() || entry.input == Input::Cancel
}

fn sends_call(entry: &Entry) -> bool {
    is_call(entry) && entry.sends()
}

fn refuses_call(entry: &Entry) -> bool {
    is_call(entry) && entry.reply().is_some()
}

#[test]
fn timeout_counts_how_often_it_fires() {
    let settings = timeout::Settings::of(millis(40));
    let sums = check::<timeout::Timeout>(
        &settings,
        |_| 0,
        |history| {
            vec![("fired", history.count(|e| e.input == Input::Timer && e.reply().is_some()))]
        },
    );
    check_all_of::<timeout::Settings>(&[sums]);
}

#[test]
fn deadline_counts_what_comes_too_late_and_what_it_gives_up() {
    let settings = deadline::Settings::of().with(|it| it.min_remaining = millis(30));
    let sums = check::<deadline::Deadline>(
        &settings,
        |_| 0,
        |history| {
            vec![
                ("refused", history.count(refuses_call)),
                ("given-up", history.count(|e| e.input == Input::Timer && e.reply().is_some())),
            ]
        },
    );
    check_all_of::<deadline::Settings>(&[sums]);
}

#[test]
fn fallback_counts_what_it_sends_and_how_it_ends() {
    let on = Classes::NONE.with(Class::Network).with(Class::Timeout);
    let of = |then| {
        let settings = fallback::Settings::of([Target(0), Target(1)]).with(|it| {
            it.on = on;
            it.then = Auto::Is(then);
        });
        check::<fallback::Fallback>(
            &settings,
            |_| 0,
            |history| {
                let went_on = |e: &Entry| history.before(e).filter(|e| e.sends()).count() > 1;
                let failed =
                    |e: &Entry| matches!(e.input, Input::Reply(outcome) if !outcome.is_ok());
                let gives = |e: &Entry| e.reply() == Some(Outcome::Degraded);
                let is_value = then == fallback::Then::Value;
                let mut expected = vec![
                    ("sent", history.count(|e| matches!(e.action, Some(Action::SendTo(_))))),
                    (
                        "answered",
                        history.count(|e| e.input == Input::Reply(Outcome::Ok) && gives(e)),
                    ),
                    (
                        "exhausted",
                        history.count(|e| failed(e) && !gives(e) && is_over(e) && went_on(e)),
                    ),
                ];
                if is_value {
                    expected.push(("values", history.count(|e| failed(e) && gives(e))));
                }
                expected
            },
        )
    };
    let sums = [of(fallback::Then::Value), of(fallback::Then::LastFailure)];
    check_all_of::<fallback::Settings>(&sums);
}

#[test]
fn cache_counts_hits_misses_and_evictions() {
    let kept_for_ever = cache::Settings::of(Duration::from_secs(1000)).with(|it| {
        it.capacity = 2;
        it.eviction = cache::Eviction::Fifo;
    });
    let hits = |history: &History<cache::Cache>| {
        let is_hit = |e: &Entry| is_call(e) && e.reply().is_some_and(Outcome::is_ok);
        vec![
            ("hits", history.count(is_hit)),
            ("misses", history.count(|e| sends_call(e) && e.info.is_idempotent)),
        ]
    };
    let forever = check::<cache::Cache>(
        &kept_for_ever,
        |_| 0,
        |history| {
            let (mut kept, mut evicted): (Vec<u32>, u128) = (Vec::new(), 0);
            for Entry { input, info, .. } in &history.entries {
                match input {
                    Input::Reply(outcome) if *outcome == Outcome::Ok && info.is_idempotent => {
                        if kept.contains(&info.key) {
                            kept.retain(|key| *key != info.key);
                        } else if kept.len() == 2 {
                            kept.remove(0);
                            evicted += 1;
                        }
                        kept.push(info.key);
                    }
                    Input::Reply(outcome) | Input::Late(outcome)
                        if *outcome == Outcome::Ok && !info.is_idempotent =>
                    {
                        kept.retain(|key| *key != info.key);
                    }
                    _ => {}
                }
            }
            [hits(history), vec![("evictions", evicted)]].concat()
        },
    );
    let short = cache::Settings::of(millis(40)).with(|it| {
        it.stale_on = Classes::NONE.with(Class::Network);
        it.stale_if_error = Some(cache::Lasting(millis(400)));
        it.negative_on = Classes::NONE.with(Class::Validation);
        it.negative = Some(cache::Lasting(millis(40)));
    });
    let short = check::<cache::Cache>(
        &short,
        |_| 0,
        |history| {
            let is_stale = |e: &Entry| {
                e.input == Input::Reply(Outcome::failed(Class::Network))
                    && e.reply() == Some(Outcome::Degraded)
            };
            let stale = ("stale", history.count(is_stale));
            let negative = (
                "negative",
                history.count(|e| is_call(e) && e.reply().is_some_and(|outcome| !outcome.is_ok())),
            );
            [hits(history), vec![stale, negative]].concat()
        },
    );
    check_all_of::<cache::Settings>(&[forever, short]);
}

/// Slots in use and calls that wait, which every bulkhead counts.
fn slots(history: &History<bulkhead::Bulkhead>) -> Expected {
    let waited = history.time(|e| is_call(e) && e.waits(), |e| e.sends() || is_over(e));
    vec![
        ("in-use", history.time(Entry::sends, is_over)),
        ("waiting", waited),
        ("waited", waited),
        ("queued", history.count(|e| is_call(e) && e.waits())),
    ]
}

#[test]
fn bulkhead_counts_slots_waits_and_refusals_by_reason() {
    let of = |change: fn(&mut bulkhead::Settings), woken: &'static str| {
        let settings = bulkhead::Settings::of(1).with(|it| {
            it.queue = 2;
            it.min_remaining = None;
            change(it);
        });
        let least = settings.min_remaining;
        check::<bulkhead::Bulkhead>(
            &settings,
            |_| 0,
            |history| {
                let is_late = |e: &Entry| {
                    let left = e.info.deadline.since(e.now);
                    least.is_some_and(|least| e.info.deadline < Time::MAX && left < least)
                };
                let mut found =
                    BTreeMap::from([("full", history.count(|e| refuses_call(e) && !is_late(e)))]);
                let timed_out = history.count(|e| e.input == Input::Timer && e.reply().is_some());
                let by_others = history.count(|e| e.input == Input::Woken && e.reply().is_some());
                if timed_out > 0 {
                    found.insert("timed-out", timed_out);
                }
                *found.entry(woken).or_default() += by_others;
                if least.is_some() {
                    let at_once = history.count(|e| refuses_call(e) && is_late(e));
                    *found.entry("too-late").or_default() += at_once;
                }
                slots(history).into_iter().chain(found).collect()
            },
        )
    };
    let sums = [
        of(|it| it.max_wait = Some(millis(30)), "full"),
        of(|it| (it.priorities, it.overflow) = (3, bulkhead::Overflow::Lower), "full"),
        of(|it| it.min_remaining = Some(millis(50)), "too-late"),
        of(
            |it| {
                let (interval, target) = (millis(20), millis(5));
                it.queue = 3;
                it.drop_policy = bulkhead::DropPolicy::Codel { interval, target };
            },
            "dropped",
        ),
    ];
    check_all_of::<bulkhead::Settings>(&sums);
}

#[test]
fn rate_limiter_counts_permits_and_waits() {
    let kind = rate_limiter::Kind::gcra(20, Duration::from_secs(1), 1);
    let settings = rate_limiter::Settings::of(kind).with(|it| it.max_wait = millis(60));
    let sums = check::<rate_limiter::RateLimiter>(
        &settings,
        |_| 0,
        |history| {
            let is_delayed = |e: &Entry| is_call(e) && e.waits();
            vec![
                ("admitted", history.count(sends_call)),
                ("delayed", history.count(is_delayed)),
                ("refused", history.count(refuses_call)),
                ("waited", history.time(is_delayed, |e| e.sends() || is_over(e))),
            ]
        },
    );
    check_all_of::<rate_limiter::Settings>(&[sums]);
}

/// Two retries after `network` and one after `timeout`, each 20 ms later.
fn retrying() -> retry::Settings {
    let waits = || backoff::Settings::constant(WAIT);
    let rules = [(Class::Network, Rule::of(2, waits())), (Class::Timeout, Rule::of(1, waits()))];
    retry::Settings::of(rules.into()).with(|it| {
        it.max_retries = retry::FOREVER;
        it.per_class = true;
        it.only_idempotent = true;
        it.max_elapsed = millis(400);
        it.too_late = TooLate::Stop;
    })
}

const WAIT: Duration = Duration::from_millis(20);

#[test]
fn retry_counts_retries_by_class_and_why_calls_fail() {
    let sums = check::<Retry>(&retrying(), |_| 0, retries);
    let budgeted = retrying().with(|it| {
        it.max_elapsed = Duration::MAX;
        it.budget = Some(budget::Settings::of(budget::Kind::Fixed(1)));
    });
    let by_decision = check::<Retry>(&budgeted, |_| 0, retries_of_budget);
    let sent = budgeted.with(|it| it.account = retry::Account::Sent);
    let by_sending = check::<Retry>(&sent, |_| 0, retries_of_budget);
    let of_all = |class: Class| {
        let waits = backoff::Settings::constant(WAIT);
        let settings = retry::Settings::of([(class, Rule::of(1, waits))].into());
        // The answers of the story stand for those of this class.
        (settings, class)
    };
    let classes: Vec<_> = Class::ALL
        .into_iter()
        .map(|class| {
            let (settings, class) = of_all(class);
            retries_after(settings, class)
        })
        .collect();
    check_all_of::<retry::Settings>(&[&[sums, by_decision, by_sending][..], &classes].concat());
}

/// One failure of the class, and the retry after it.
fn retries_after(settings: retry::Settings, class: Class) -> BTreeMap<&'static str, u128> {
    let mut driver = patterns::testing::Driver::new(Retry::new(settings).expect("valid"), &[]);
    assert_eq!(driver.call(0), Action::Send);
    let Action::WaitUntil(at) = driver.reply(0, Outcome::failed(class)) else { panic!("a retry") };
    driver.now = at;
    assert_eq!(driver.wake(0), Action::Send);
    let counted = driver.counts().into_iter().filter(|(_, count)| *count > 0);
    let counted: BTreeMap<&str, u128> = counted.collect();
    let wait = u128::from(WAIT.as_nanos());
    assert_eq!(counted, [(class.name(), 1), ("retries", 1), ("waited", wait)].into());
    counted
}

/// The class of the failure that the retries of an entry came after, if it is the sending of one.
fn retried(history: &History<Retry>, entry: &Entry) -> Option<Class> {
    if is_call(entry) || !entry.sends() {
        return None;
    }
    let outcomes = history.before(entry).filter_map(|e| match e.input {
        Input::Reply(outcome) => Some(outcome),
        _ => None,
    });
    outcomes.last()?.class()
}

fn retries(history: &History<Retry>) -> Expected {
    let after = |class| history.count(|e| retried(history, e) == Some(class));
    let failed = |e: &Entry| match e.input {
        Input::Reply(outcome) if e.reply().is_some() => outcome.class(),
        _ => None,
    };
    let used =
        |e: &Entry, class| history.before(e).filter(|e| retried(history, e) == Some(class)).count();
    let is_retried = |e: &Entry, class: Class| {
        matches!(class, Class::Network | Class::Timeout) && e.info.is_idempotent
    };
    let is_used_up =
        |e: &Entry, class: Class| used(e, class) >= if class == Class::Network { 2 } else { 1 };
    let why = |is_so: &dyn Fn(&Entry, Class) -> bool| {
        history.count(|e| failed(e).is_some_and(|class| is_so(e, class)))
    };
    vec![
        ("network", after(Class::Network)),
        ("timeout", after(Class::Timeout)),
        ("retries", history.count(|e| retried(history, e).is_some())),
        (
            "rescued",
            history.count(|e| {
                let was_retried = history.before(e).any(|e| retried(history, e).is_some());
                e.input == Input::Reply(Outcome::Ok) && was_retried
            }),
        ),
        ("not-retryable", why(&|e, class| !is_retried(e, class))),
        ("exhausted", why(&|e, class| is_retried(e, class) && is_used_up(e, class))),
        ("too-late", why(&|e, class| is_retried(e, class) && !is_used_up(e, class))),
        ("waited", waited(history)),
    ]
}

fn waited(history: &History<Retry>) -> u128 {
    history.time(|e| is_reply(e) && e.waits(), |e| e.sends() || is_over(e))
}

/// With a budget of one: what it refuses, on deciding or on sending.
fn retries_of_budget(history: &History<Retry>) -> Expected {
    let refused_sending = history.count(|e| e.input == Input::Timer && e.reply().is_some());
    let without = |name: &str| {
        let found = retries(history).into_iter().find(|(found, _)| *found == name);
        found.expect("it is counted").1
    };
    // What would be too late without a limit on time but deadlines.
    let in_time = history.count(|e| {
        let class = match e.input {
            Input::Reply(outcome) if e.reply().is_some() => outcome.class(),
            _ => None,
        };
        let is_left = class.is_some_and(|class| {
            let used = history.before(e).filter(|e| retried(history, e) == Some(class)).count();
            matches!((class, used), (Class::Network, 0..2) | (Class::Timeout, 0))
        });
        is_left && e.info.is_idempotent && e.info.deadline <= e.now + WAIT
    });
    vec![
        ("retries", without("retries")),
        ("exhausted", without("exhausted")),
        ("too-late", in_time),
        ("out-of-budget", without("too-late") - in_time + refused_sending),
        ("waited", waited(history)),
    ]
}

#[test]
fn retry_budget_counts_what_it_grants_and_refuses() {
    let settings = budget::Settings::of(budget::Kind::Fixed(1));
    let sums = check::<budget::RetryBudget>(
        &settings,
        |_| 0,
        |history| {
            vec![
                ("granted", history.count(|e| sends_call(e) && e.info.is_extra)),
                ("refused", history.count(|e| refuses_call(e) && e.info.is_extra)),
            ]
        },
    );
    check_all_of::<budget::Settings>(&[sums]);
}

#[test]
fn hedge_counts_hedges_those_that_won_and_what_it_gives_up() {
    let settings = hedge::Settings::of(hedge::Delay::Fixed(millis(25))).with(|it| {
        it.max_hedges = 2;
        it.on_failure = hedge::OnFailure::NextAtOnce;
    });
    let sums = check::<hedge::Hedge>(
        &settings,
        |_| 0,
        |history| {
            let wins = |e: &Entry| {
                e.input == Input::Reply(Outcome::Ok) && e.of_extra && e.reply().is_some()
            };
            let answers = history.entries.iter().filter(|e| e.reply().is_some());
            vec![
                ("sent", history.count(|e| !is_call(e) && e.sends())),
                ("won", history.count(wins)),
                ("cancelled", answers.map(|e| e.under_way as u128).sum()),
            ]
        },
    );
    check_all_of::<hedge::Settings>(&[sums]);
}

#[test]
fn balance_counts_where_it_sends_and_what_it_ejects() {
    let eject = outlier::Settings::of(1).with(|it| {
        it.base_ejection_time = millis(50);
        it.interval = millis(40);
        it.max_ejection_percent = 100;
        it.errors = Classes::NONE.with(Class::Network);
        it.gateway = Classes::NONE;
    });
    let settings = balance::Settings::among(2).with(|it| {
        it.eject = Some(eject);
        it.reselect = Auto::Is(1);
        it.panic_percent = 10;
    });
    let of = |settings: &balance::Settings| {
        check::<balance::Balance>(
            settings,
            |_| 0,
            |history| {
                let is_refusal =
                    |e: &Entry| e.input == Input::Reply(Outcome::failed(Class::Rejected));
                let is_first = |e: &Entry| history.before(e).filter(|e| e.sends()).count() == 1;
                let nowhere = |e: &Entry| is_refusal(e) && is_first(e) && e.reply().is_some();
                let found = history.driver.layer.outliers().expect("it has them").counts();
                let out = history.driver.layer.outliers().expect("it has them").ejected();
                assert_eq!(found.ejected - found.returned, out.into(), "none is probed");
                vec![
                    ("sent", history.count(Entry::sends)),
                    ("reselected", history.count(|e| is_reply(e) && e.sends())),
                    ("refused", history.count(|e| refuses_call(e) || nowhere(e))),
                    ("ejections", found.ejected.into()),
                    ("returned", found.returned.into()),
                ]
            },
        )
    };
    let calm = of(&settings.clone().with(|it| it.panic_percent = 0));
    let panics = check::<balance::Balance>(
        &settings,
        |_| 0,
        |history| {
            let entered = history.entries.iter().flat_map(|e| &e.entered);
            vec![("panics", entered.filter(|state| **state == "panic").count() as u128)]
        },
    );
    check_all_of::<balance::Settings>(&[calm, panics]);
}

#[test]
fn coalesce_counts_leaders_and_those_that_join_them() {
    let settings = coalesce::Settings::default().with(|it| {
        it.max_followers = 1;
        it.leader_gone = coalesce::LeaderGone::Promote;
    });
    let sums = check::<coalesce::Coalesce>(
        &settings,
        |_| 0,
        |history| {
            vec![
                ("leaders", history.count(|e| sends_call(e) && e.info.is_idempotent)),
                ("joined", history.count(|e| is_call(e) && e.waits())),
                ("promoted", history.count(|e| e.input == Input::Woken && e.sends())),
                ("refused", history.count(refuses_call)),
            ]
        },
    );
    check_all_of::<coalesce::Settings>(&[sums]);
}

#[test]
fn load_shedder_counts_calls_and_those_under_way() {
    let settings = load_shedder::Settings::AEGIS.with(|it| {
        (it.threshold, it.step, it.window, it.buckets) = (0.1, 0.05, millis(200), 4);
    });
    let sums = check::<load_shedder::LoadShedder>(
        &settings,
        |_| 0,
        |history| {
            vec![
                ("admitted", history.count(sends_call)),
                ("refused", history.count(refuses_call)),
                ("in-flight", history.time(Entry::sends, is_over)),
            ]
        },
    );
    check_all_of::<load_shedder::Settings>(&[sums]);
}

#[test]
fn adaptive_throttle_counts_what_passes() {
    let rule = adaptive_throttle::Rule::Sre { k: 1.0, min_requests: 2, cap: 0.9 };
    let settings = adaptive_throttle::Settings::of(rule);
    let sums = check::<adaptive_throttle::AdaptiveThrottle>(
        &settings,
        |_| 0,
        |history| {
            vec![("admitted", history.count(sends_call)), ("refused", history.count(refuses_call))]
        },
    );
    check_all_of::<adaptive_throttle::Settings>(&[sums]);
}

#[test]
fn adaptive_concurrency_counts_calls_and_its_limit() {
    let algorithm = adaptive_concurrency::Algorithm::Aimd { backoff: 0.5, timeout: millis(60) };
    let settings = adaptive_concurrency::Settings::of(algorithm).with(|it| {
        (it.min, it.max, it.initial) = (1, 5, Auto::Is(3));
        it.window = None;
    });
    let limit = |layer: &adaptive_concurrency::AdaptiveConcurrency| layer.limit().into();
    let sums = check::<adaptive_concurrency::AdaptiveConcurrency>(&settings, limit, |history| {
        let (mut limit, mut since, mut area) = (3_u128, Time::ZERO, 0_u128);
        let end = history.driver.now;
        let seen = history.entries.iter().map(|e| (e.now, u128::from(e.seen)));
        for (now, next) in seen.chain([(end, 0)]) {
            area += limit * u128::from(now.since(since).as_nanos());
            (limit, since) = (next, now);
        }
        vec![
            ("admitted", history.count(sends_call)),
            ("refused", history.count(refuses_call)),
            ("in-flight", history.time(Entry::sends, is_over)),
            ("limit", area),
        ]
    });
    check_all_of::<adaptive_concurrency::Settings>(&[sums]);
}

#[test]
fn breaker_counts_its_changes_refusals_probes_and_late_results() {
    let trip = breaker::Trip::failures(2);
    let settings = breaker::Settings::of(trip, millis(40));
    let ramping = settings.clone().with(|it| {
        it.ramp = millis(60);
        it.half_open.half_open_timeout = Some(millis(50));
    });
    let changes = |history: &History<breaker::Breaker>| {
        let states: Vec<&str> = ["closed"]
            .into_iter()
            .chain(history.entries.iter().flat_map(|e| e.entered.iter().copied()))
            .collect();
        let changed = |from: &[&str], to: &[&str]| {
            let pairs = states.windows(2);
            pairs.filter(|p| from.contains(&p[0]) && to.contains(&p[1])).count() as u128
        };
        vec![
            ("opens", changed(&["closed", "recovering"], &["open"])),
            ("reopens", changed(&["half-open"], &["open"])),
            ("closes", changed(&["half-open"], &["closed", "recovering"])),
            ("refused", history.count(refuses_call)),
        ]
    };
    let plain = check::<breaker::Breaker>(
        &settings,
        |_| 0,
        |history| {
            // Without limits on time each change comes of an input, after what the input finds.
            let state_after = |place: usize| {
                let entered = history.entries[..place].iter().flat_map(|e| &e.entered);
                (entered.clone().count(), entered.last().copied().unwrap_or("closed"))
            };
            let (mut probes, mut late) = (0, 0);
            let mut admitted = BTreeMap::new();
            for (place, entry) in history.entries.iter().enumerate() {
                match entry.input {
                    Input::Call if entry.sends() => {
                        let (generation, state) = state_after(place + 1);
                        admitted.insert(entry.call, generation);
                        probes += u128::from(state == "half-open");
                    }
                    Input::Reply(_) | Input::Late(_) => {
                        let is_given_up = matches!(entry.input, Input::Late(_));
                        let is_old = admitted[&entry.call] != state_after(place).0;
                        late += u128::from(is_given_up || is_old);
                    }
                    _ => {}
                }
            }
            [changes(history), vec![("probes", probes), ("late", late)]].concat()
        },
    );
    let ramping = check::<breaker::Breaker>(&ramping, |_| 0, changes);
    check_all_of::<breaker::Settings>(&[plain, ramping]);
}
