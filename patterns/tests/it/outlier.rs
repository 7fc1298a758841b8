//! What becomes of hosts that do worse than others, at the boundaries.

use patterns::outlier::*;
use patterns::settings::Auto;
use patterns::{Class, Classes, Duration, Outcome, Time};

pub(crate) const TEN: Duration = Duration::from_secs(10);

/// Nothing is found: Envoy's times, and no cap.
pub(crate) fn no_rule() -> Settings {
    Settings::without_rules().with(|it| it.max_ejection_percent = 100)
}

pub(crate) fn in_a_row(failures: u32) -> Settings {
    no_rule().with(|it| it.consecutive = Auto::Is(Some(Consecutive::of(failures))))
}

pub(crate) fn rate_rule(stdev_factor: u32) -> Settings {
    let rule = SuccessRate::usual().with(|it| it.stdev_factor = stdev_factor);
    no_rule().with(|it| it.success_rate = Some(rule))
}

pub(crate) fn percentage_rule(threshold: u8, compare: Compare) -> Settings {
    let rule = FailurePercentage::usual().with(|it| {
        it.threshold = threshold;
        it.compare = compare;
    });
    no_rule().with(|it| it.failure_percentage = Some(rule))
}

pub(crate) fn at(secs: u64) -> Time {
    Time::ZERO + Duration::from_secs(secs)
}

pub(crate) fn outliers(settings: Settings, hosts: u16) -> Outliers {
    Outliers::new(settings, hosts).expect("valid")
}

pub(crate) fn report(
    outliers: &mut Outliers,
    host: u16,
    verdict: HostClassification,
    times: u32,
    now: Time,
) {
    for _ in 0..times {
        outliers.record_with(host, verdict, now, &mut || 0.5);
    }
}

#[test]
fn exactly_so_many_errors_in_a_row_eject() {
    let mut outliers = outliers(in_a_row(5), 2);
    report(&mut outliers, 0, HostClassification::Error, 4, at(1));
    report(&mut outliers, 0, HostClassification::Success, 1, at(1));
    report(&mut outliers, 0, HostClassification::Error, 4, at(1));
    report(&mut outliers, 0, HostClassification::Ignored, 9, at(1));
    assert!(!outliers.is_ejected(0, at(1)));
    report(&mut outliers, 0, HostClassification::GatewayFailure, 1, at(2));
    assert!(outliers.is_ejected(0, at(2)));
    assert!(!outliers.is_ejected(1, at(2)));
    let ejection = Ejection { rule: Rule::Consecutive, since: at(2), until: at(40) };
    assert_eq!(outliers.ejection(0), Some(ejection));
    assert_eq!(outliers.counts(), Counts { ejected: 1, returned: 0, spared: 0, capped: 0 });
}

#[test]
fn a_rule_that_has_found_a_host_counts_anew() {
    let rule = Consecutive::of(3).with(|it| it.enforce_percent = 40);
    let mut outliers = outliers(no_rule().with(|it| it.consecutive = Auto::Is(Some(rule))), 1);
    report(&mut outliers, 0, HostClassification::Error, 5, at(1));
    assert_eq!(outliers.counts(), Counts { ejected: 0, returned: 0, spared: 1, capped: 0 });
    outliers.record_with(0, HostClassification::Error, at(1), &mut || 0.4);
    assert_eq!(outliers.counts(), Counts { ejected: 0, returned: 0, spared: 2, capped: 0 });
    report(&mut outliers, 0, HostClassification::Error, 2, at(1));
    outliers.record_with(0, HostClassification::Error, at(1), &mut || 0.399);
    assert!(outliers.is_ejected(0, at(1)));
}

#[test]
fn gateway_failures_are_errors_but_not_the_other_way_round() {
    let rule = Some(Consecutive::of(3));
    let settings = in_a_row(5).with(|it| it.consecutive_gateway = rule);
    let mut hosts = outliers(settings, 2);
    for verdict in [
        HostClassification::GatewayFailure,
        HostClassification::GatewayFailure,
        HostClassification::Error,
    ] {
        report(&mut hosts, 0, verdict, 1, at(1));
    }
    report(&mut hosts, 0, HostClassification::GatewayFailure, 1, at(1));
    assert!(!hosts.is_ejected(0, at(1)), "another error ends the row of gateway failures");
    report(&mut hosts, 0, HostClassification::GatewayFailure, 1, at(1));
    assert_eq!(hosts.ejection(0).map(|ejection| ejection.rule), Some(Rule::Consecutive));
    report(&mut hosts, 1, HostClassification::GatewayFailure, 3, at(1));
    assert_eq!(hosts.ejection(1).map(|ejection| ejection.rule), Some(Rule::ConsecutiveGateway));
}

#[test]
fn local_failures_count_apart_only_if_split() {
    let split = SplitLocal::usual().with(|it| {
        it.consecutive = Some(Consecutive::of(2));
        it.failure_percentage_percent = 100;
    });
    let mut together = outliers(in_a_row(3), 2);
    let mut apart = outliers(in_a_row(3).with(|it| it.split_local = Some(split)), 2);
    let [timeout, overload] = [Class::Timeout, Class::Overload].map(Outcome::failed);
    assert_eq!(together.classify(timeout), HostClassification::GatewayFailure);
    assert_eq!(apart.classify(timeout), HostClassification::LocalFailure);
    assert_eq!(apart.classify(overload), HostClassification::GatewayFailure);
    for class in [Class::RateLimit, Class::Validation] {
        assert_eq!(apart.classify(Outcome::failed(class)), HostClassification::Success, "{class}");
    }
    for class in Class::ALL.into_iter().filter(|class| class.is_refusal()) {
        assert_eq!(apart.classify(Outcome::failed(class)), HostClassification::Ignored, "{class}");
    }
    assert_eq!(apart.classify(Outcome::Degraded), HostClassification::Success);

    for outcome in [overload, timeout, overload] {
        for outliers in [&mut together, &mut apart] {
            let verdict = outliers.classify(outcome);
            report(outliers, 0, verdict, 1, at(1));
        }
    }
    assert!(together.is_ejected(0, at(1)));
    assert!(!apart.is_ejected(0, at(1)), "two errors of the host, one failure on the way");
    report(&mut apart, 0, HostClassification::Error, 1, at(1));
    assert!(apart.is_ejected(0, at(1)), "a failure on the way does not end a row of errors");
    report(&mut apart, 1, HostClassification::LocalFailure, 1, at(1));
    report(&mut apart, 1, HostClassification::Error, 1, at(1));
    report(&mut apart, 1, HostClassification::LocalFailure, 1, at(1));
    assert!(!apart.is_ejected(1, at(1)), "an answer ends a row of failures on the way");
    report(&mut apart, 1, HostClassification::LocalFailure, 1, at(1));
    assert_eq!(apart.ejection(1).map(|ejection| ejection.rule), Some(Rule::ConsecutiveLocal));
}

#[test]
fn the_cap_has_three_readings() {
    let with = |max_ejection_percent, cap_reading, always_eject_one| {
        // Twice one error, so that whoever stays in is found once more.
        let settings = in_a_row(1).with(|it| {
            it.max_ejection_percent = max_ejection_percent;
            it.cap_reading = cap_reading;
            it.always_eject_one = always_eject_one;
        });
        let mut hosts = outliers(settings, 10);
        for host in (0..10).chain(0..10) {
            report(&mut hosts, host, HostClassification::Error, 1, at(1));
        }
        hosts.ejected()
    };
    let (after, before, at) = (CapReading::After, CapReading::Before, CapReading::BeforeOrAt);
    for (percent, [exact, below, or_at]) in
        [(0, [0, 0, 1]), (9, [0, 1, 1]), (10, [1, 1, 2]), (11, [1, 2, 2]), (100, [10, 10, 10])]
    {
        assert_eq!(with(percent, after, false), exact, "{percent} % after");
        assert_eq!(with(percent, before, false), below, "{percent} % before");
        assert_eq!(with(percent, at, false), or_at, "{percent} % before or at");
        assert_eq!(with(percent, after, true), exact.max(1), "{percent} % but one");
        assert_eq!(with(percent, before, true), below.max(1), "{percent} % but one");
    }
}

#[test]
fn what_the_cap_keeps_in_is_counted() {
    let settings = in_a_row(1).with(|it| it.max_ejection_percent = 50);
    let mut hosts = outliers(settings, 4);
    for host in 0..4 {
        report(&mut hosts, host, HostClassification::Error, 1, at(1));
    }
    assert_eq!(hosts.counts(), Counts { ejected: 2, returned: 0, spared: 0, capped: 2 });
    assert_eq!([0, 1, 2, 3].map(|host| hosts.is_ejected(host, at(1))), [true, true, false, false]);
    hosts.advance(at(40));
    report(&mut hosts, 3, HostClassification::Error, 1, at(40));
    assert!(hosts.is_ejected(3, at(40)), "there is room again");
}

#[test]
fn a_moving_average_forgets_by_time_or_by_calls() {
    let rule = |memory| Ema::usual().with(|it| it.memory = memory);
    let errors = |memory, apart: Duration| {
        let mut outliers = outliers(no_rule().with(|it| it.ema = Some(rule(memory))), 1);
        let mut now = Time::ZERO;
        for _ in 0..20 {
            outliers.record_with(0, HostClassification::Success, now, &mut || 0.5);
        }
        let mut errors = 0;
        while !outliers.is_ejected(0, now) && errors < 1_000 {
            now = now + apart;
            outliers.record_with(0, HostClassification::Error, now, &mut || 0.5);
            errors += 1;
        }
        errors
    };
    // From 1 to below 0.8 takes a distance of ln(1 / 0.8) = 0.223 memories.
    let calls = Memory::Calls(100);
    let time = Memory::Time(Duration::from_secs(100));
    assert_eq!(errors(calls, Duration::ZERO), 23);
    assert_eq!(errors(time, Duration::from_secs(1)), 23);
    assert_eq!(errors(time, Duration::from_secs(10)), 3);
    assert_eq!(errors(time, Duration::from_secs(23)), 1);
    assert_eq!(errors(time, Duration::from_millis(22_314)), 2);
    assert_eq!(errors(time, Duration::from_millis(22_315)), 1);
    assert_eq!(errors(time, Duration::ZERO), 1_000, "no time, no weight");

    let mut young = outliers(no_rule().with(|it| it.ema = Some(rule(time))), 1);
    report(&mut young, 0, HostClassification::Error, 4, at(1));
    assert!(!young.is_ejected(0, at(1)));
    report(&mut young, 0, HostClassification::Error, 1, at(1));
    assert!(young.is_ejected(0, at(1)), "the fifth result");
}

#[test]
fn all_hosts_may_be_out() {
    let mut hosts = outliers(in_a_row(1), 3);
    for host in 0..3 {
        report(&mut hosts, host, HostClassification::Error, 1, at(1));
        report(&mut hosts, host, HostClassification::Error, 1, at(1));
    }
    assert_eq!(hosts.ejected(), 3);
    assert_eq!(hosts.counts().ejected, 3, "nobody is ejected twice");
    hosts.advance(at(40));
    assert_eq!(hosts.ejected(), 0);
}

/// What is wrong with these settings.
fn wrong(settings: Settings) -> String {
    Outliers::new(settings, 1).map_or_else(|wrong| wrong.to_string(), |_| "nothing".into())
}

#[test]
fn settings_out_of_range_are_named() {
    let row = |failures, enforce_percent| {
        Some(Consecutive::of(failures).with(|it| it.enforce_percent = enforce_percent))
    };
    let rate = |enforce_percent| {
        let settings = rate_rule(0);
        let rule =
            settings.success_rate.map(|rule| rule.with(|it| it.enforce_percent = enforce_percent));
        settings.with(|it| it.success_rate = rule)
    };
    let ema = |success_rate, min_calls, memory| {
        let rule = Ema::usual().with(|it| {
            it.success_rate = success_rate;
            it.memory = memory;
            it.min_calls = min_calls;
        });
        no_rule().with(|it| it.ema = Some(rule))
    };
    let split = |classes, success_rate_percent| {
        let split = SplitLocal::usual().with(|it| {
            it.classes = classes;
            it.success_rate_percent = success_rate_percent;
        });
        no_rule().with(|it| it.split_local = Some(split))
    };
    let calls = Memory::Calls(1);
    let [zero, one] = [Duration::ZERO, Duration::from_nanos(1)];
    let reported = [
        wrong(no_rule()),
        wrong(no_rule().with(|it| it.errors = Classes::NONE)),
        wrong(no_rule().with(|it| it.consecutive = Auto::Is(row(0, 100)))),
        wrong(no_rule().with(|it| it.consecutive_gateway = row(1, 101))),
        wrong(split(Classes::NONE, 100)),
        wrong(split(LOCAL, 101)),
        wrong(rate(101)),
        wrong(percentage_rule(101, Compare::AtLeast)),
        wrong(ema(1.1, 1, calls)),
        wrong(ema(f64::NAN, 1, calls)),
        wrong(ema(0.5, 0, calls)),
        wrong(ema(0.5, 1, Memory::Calls(0))),
        wrong(ema(0.5, 1, Memory::Time(zero))),
        wrong(no_rule().with(|it| it.interval = zero)),
        wrong(no_rule().with(|it| it.base_ejection_time = zero)),
        wrong(no_rule().with(|it| it.max_ejection_time = Auto::Is(one))),
        wrong(no_rule().with(|it| it.max_ejection_percent = 101)),
        wrong(no_rule().with(|it| it.growth = Growth::Exponential { factor: 0.9 })),
        Outliers::new(no_rule(), 0).expect_err("none").to_string(),
    ];
    expect_test::expect![[r#"
        nothing
        `errors` must be a list of at least 1
        `consecutive.failures` must be at least 1, not 0
        `consecutive-gateway.enforce-percent` must be at most 100, not 101
        `split-local.classes` must be a list of at least 1
        `split-local.success-rate-percent` must be at most 100, not 101
        `success-rate.enforce-percent` must be at most 100, not 101
        `failure-percentage.threshold` must be at most 100, not 101
        `ema.success-rate` must be from 0 to 1, not 1.1
        `ema.success-rate` must be from 0 to 1, not NaN
        `ema.min-calls` must be at least 1, not 0
        `ema.memory.calls` must be at least 1, not 0
        `ema.memory.time` must be longer than 0s, not 0s
        `interval` must be longer than 0s, not 0s
        `base-ejection-time` must be longer than 0s, not 0s
        `max-ejection-time` must be no shorter than the base ejection time
        `max-ejection-percent` must be at most 100, not 101
        `growth.factor` must be at least 1, not 0.9
        `hosts` must be at least 1
    "#]]
    .assert_eq(&reported.map(|reported| reported + "\n").concat());
}
