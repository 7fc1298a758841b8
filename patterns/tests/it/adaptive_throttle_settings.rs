//! An adaptive throttle as it is written, and as libraries have it.

use patterns::adaptive_throttle::{AdaptiveThrottle, OnCancel, Rule, Settings};
use patterns::preset::Library;
use patterns::{Class, Classes, Classification, Duration, Time};

use crate::written::{good, reported, survives};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn adaptive_throttle_needs_nothing_written() {
    assert_eq!(good::<Settings>("{}"), Settings::of(Rule::SRE));
    assert_eq!(good::<Settings>("\"sre\""), Settings::of(Rule::SRE));
    let memory = Duration::from_secs(60);
    let average = Rule::Average { memory, threshold: 0.5, min_per_sec: 5.0, cap: 0.75 };
    assert_eq!(good::<Settings>("\"average(memory=1min)\""), Settings::of(average));
}

#[test]
fn adaptive_throttle_has_every_knob_in_files() {
    let all = "{ rule = \"sre(k=1.5, min-requests=10, cap=90%)\", window = \"10s\", buckets = 5, \
               counts-rejected = false, count = [\"overload\"], ignore = [\"network\"], \
               on-cancel = \"not-accepted\" }";
    let expected = Settings::of(Rule::Sre { k: 1.5, min_requests: 10, cap: 0.9 }).with(|s| {
        s.window = SECOND * 10;
        s.buckets = 5;
        s.counts_rejected = false;
        s.count = Classes::NONE.with(Class::Overload);
        s.ignore = Classes::NONE.with(Class::Network);
        s.on_cancel = OnCancel::NotAccepted;
    });
    assert_eq!(good::<Settings>(all), expected);
    survives(&expected);
    let rule = |text: &str| {
        let settings = good::<Settings>(&format!("{{ rule = \"{text}\" }}"));
        survives(&settings);
        settings.rule
    };
    let rate = |rate, min_requests| Rule::SuccessRate {
        rate,
        aggression: 1.0,
        min_per_sec: 0.0,
        cap: 0.8,
        min_requests,
    };
    assert_eq!(rule("success-rate(90%)"), rate(0.9, 0));
    assert_eq!(rule("success-rate(90%, min-requests=20)"), rate(0.9, 20));
    let protected = Rule::Protected { spare: 5, k: 1.5, least_k: 1.1, pass_after: SECOND };
    assert_eq!(rule("protected"), protected);
}

#[test]
fn adaptive_throttle_reports_every_mistake_at_its_place() {
    let wrong = "{ rule = \"sre(k=0.5, cap=120%)\", window = \"0s\", buckets = 0, \
                 count = [\"netwrok\"], cancelled = \"ignore\" }";
    assert_eq!(
        reported::<Settings>(wrong),
        [
            "0.5: `k` must be at least 1, not 0.5",
            "120%: `cap` must be from 0 to 1, not 120%",
            "\"0s\": `window` must be longer than 0s, not 0s",
            "0: `buckets` must be from 1 to 10000, not 0",
            "\"netwrok\": `count` has no class of failure `netwrok`",
            "cancelled: `cancelled` is called `on-cancel` now",
        ]
    );
    let short = "{ window = \"9ns\" }";
    let buckets = "all of it: `buckets` must be no more than the nanoseconds of `window`";
    assert_eq!(reported::<Settings>(short), [buckets]);
    let least = "{ rule = \"protected(k=1.2, least-k=1.3)\" }";
    assert_eq!(reported::<Settings>(least), ["1.2: `k` must be no less than `least-k`"]);
}

#[test]
fn adaptive_throttle_warns_of_what_has_no_effect() {
    let average = "{ rule = \"average(min-per-sec=0)\", window = \"10s\", buckets = 5 }";
    let why = "has no effect: `average` without `min-per-sec` has no window";
    assert_eq!(
        reported::<Settings>(average),
        [format!("\"10s\": `window` {why}"), format!("5: `buckets` {why}")]
    );
    assert_eq!(reported::<Settings>("{ rule = \"average\", window = \"10s\" }"), [""; 0]);
    let both = "{ count = [\"network\", \"rejected\"] }";
    let why = "`count` has no effect for `rejected`, which is in `ignore`";
    assert_eq!(reported::<Settings>(both), [format!("[\"network\", \"rejected\"]: {why}")]);
    let replaced = "{ like = \"envoy\", rate = 0.9, rule = \"sre\" }";
    let why = "`rate` has no effect beside `rule`, which says all of it";
    assert_eq!(reported::<Settings>(replaced), [format!("0.9: {why}")]);
}

fn success_rate(rate: f64, cap: f64) -> Rule {
    Rule::SuccessRate { rate, aggression: 1.0, min_per_sec: 0.0, cap, min_requests: 0 }
}

/// Envoy, `thread_local_controller.cc`: `defaultHistoryGranularity{1}`, a bucket for each second.
#[test]
fn adaptive_throttle_like_envoy_has_one_bucket_a_second() {
    let envoy = Settings::of(success_rate(0.95, 0.8)).with(|s| {
        s.window = SECOND * 30;
        s.buckets = 30;
        s.counts_rejected = false;
    });
    assert_eq!(good::<Settings>("{ like = \"envoy\" }"), envoy);
    assert_eq!(Library::Envoy.adaptive_throttle(), Some(envoy));
    let longer = good::<Settings>("{ like = \"envoy\", window = \"90500ms\" }");
    assert_eq!((longer.window, longer.buckets), (Duration::from_millis(90_500), 91));
    let fewer = good::<Settings>("{ like = \"envoy\", buckets = 5, ignore = [] }");
    assert_eq!((fewer.buckets, fewer.ignore), (5, Classes::NONE));
    // What came in the first second has left after 30, and not before.
    let mut throttle = AdaptiveThrottle::new(envoy).expect("a preset is valid");
    let at = |millis| Time::ZERO + Duration::from_millis(millis);
    let permit = throttle.try_acquire_with(at(0), &mut || 0.5).expect("nothing has failed");
    throttle.record(permit, Classification::Failure, at(900));
    assert_eq!(throttle.figures(at(29_999)).requests, 1);
    assert_eq!(throttle.figures(at(30_000)).requests, 0);
}

/// failsafe-go, `adaptivethrottler.go`: `util.NewTimedStats(20, …)`, and its `executionThreshold`.
#[test]
fn adaptive_throttle_like_failsafe_go_has_twenty_buckets() {
    let failsafe = Settings::of(success_rate(0.9, 0.9)).with(|s| {
        s.window = SECOND * 60;
        s.buckets = 20;
        s.counts_rejected = false;
    });
    assert_eq!(good::<Settings>("{ like = \"failsafe-go\" }"), failsafe);
    assert_eq!(Library::FailsafeGo.adaptive_throttle(), Some(failsafe));
    let changed =
        "{ like = \"failsafe-go\", failure-rate = \"25%\", min-requests = 10, cap = 1.0 }";
    let Rule::SuccessRate { rate, cap, min_requests, .. } = good::<Settings>(changed).rule else {
        panic!("it has a success rate")
    };
    assert_eq!((rate, cap, min_requests), (0.75, 1.0, 10));
    let never = "{ like = \"failsafe-go\", failure-rate = \"100%\" }";
    let below = "`failure-rate` must be at least 0 and less than 1, not 100%";
    assert_eq!(reported::<Settings>(never), [format!("\"100%\": {below}")]);
    // `computeRejectionRate(executions, successes, …)`: 12 of 20 are too few by 20 - 12 / 0.75.
    let settings = good::<Settings>(changed);
    let mut throttle = AdaptiveThrottle::new(settings).expect("valid");
    let now = Time::ZERO;
    for call in 0..20_u32 {
        let rejects = 0.0 < throttle.probability(now);
        assert!(!rejects || 10 <= call, "fewer than ten are never rejected");
        let permit = throttle.try_acquire_with(now, &mut || 1.0).expect("the largest draw");
        let failed = call % 5 < 2;
        let result = if failed { Classification::Failure } else { Classification::Success };
        throttle.record(permit, result, now);
    }
    let p = throttle.probability(now);
    assert!((p - (20.0 - 12.0 / 0.75) / 21.0).abs() < 1e-12, "{p}");
}

#[test]
fn adaptive_throttle_like_a_library_without_one_is_a_mistake() {
    for library in Library::ALL {
        let has = library.adaptive_throttle().is_some();
        let written = format!("{{ like = \"{library}\" }}");
        assert_eq!(reported::<Settings>(&written).is_empty(), has, "{library}");
        assert_eq!(has, [Library::Envoy, Library::FailsafeGo].contains(&library));
    }
}
