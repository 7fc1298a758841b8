//! What becomes of hosts that do worse than others, at the boundaries.

use patterns::outlier::*;
use patterns::{Class, Classes, Duration, Outcome, Time};

pub(crate) const TEN: Duration = Duration::from_secs(10);

/// Nothing is found: Envoy's times, and no cap.
pub(crate) fn no_rule() -> Settings {
    Settings {
        errors: ERRORS,
        gateway: GATEWAY,
        ignore: IGNORED,
        consecutive: None,
        consecutive_gateway: None,
        split_local: None,
        success_rate: None,
        failure_percentage: None,
        ema: None,
        interval: TEN,
        base_ejection_time: Duration::from_secs(30),
        max_ejection_time: Duration::from_secs(300),
        ejection_jitter: Duration::ZERO,
        growth: Growth::Linear,
        back: Back::AtInterval,
        ejection_end: EjectionEnd::Returns,
        max_ejection_percent: 100,
        cap_reading: CapReading::After,
        always_eject_one: false,
    }
}

pub(crate) fn in_a_row(failures: u32) -> Settings {
    Settings { consecutive: Some(Consecutive { failures, enforce_percent: 100 }), ..no_rule() }
}

pub(crate) fn rate_rule(stdev_factor: u32) -> Settings {
    let rule = SuccessRate { min_hosts: 5, min_calls: 100, stdev_factor, enforce_percent: 100 };
    Settings { success_rate: Some(rule), ..no_rule() }
}

pub(crate) fn percentage_rule(threshold: u8, compare: Compare) -> Settings {
    let rule = FailurePercentage {
        threshold,
        compare,
        min_hosts: 5,
        hosts: HostsCounted::WithCalls,
        min_calls: 50,
        enforce_percent: 100,
    };
    Settings { failure_percentage: Some(rule), ..no_rule() }
}

pub(crate) fn at(secs: u64) -> Time {
    Time::ZERO + Duration::from_secs(secs)
}

pub(crate) fn outliers(settings: Settings, hosts: u16) -> Outliers {
    Outliers::new(settings, hosts).expect("valid")
}

pub(crate) fn report(outliers: &mut Outliers, host: u16, verdict: Verdict, times: u32, now: Time) {
    for _ in 0..times {
        outliers.report(host, verdict, now, || 0.5);
    }
}

#[test]
fn exactly_so_many_errors_in_a_row_eject() {
    let mut outliers = outliers(in_a_row(5), 2);
    report(&mut outliers, 0, Verdict::Error, 4, at(1));
    report(&mut outliers, 0, Verdict::Success, 1, at(1));
    report(&mut outliers, 0, Verdict::Error, 4, at(1));
    report(&mut outliers, 0, Verdict::Ignored, 9, at(1));
    assert!(!outliers.is_ejected(0, at(1)));
    report(&mut outliers, 0, Verdict::GatewayFailure, 1, at(2));
    assert!(outliers.is_ejected(0, at(2)));
    assert!(!outliers.is_ejected(1, at(2)));
    let ejection = Ejection { rule: Rule::Consecutive, since: at(2), until: at(40) };
    assert_eq!(outliers.ejection(0), Some(ejection));
    assert_eq!(outliers.counts(), Counts { ejected: 1, spared: 0, capped: 0 });
}

#[test]
fn a_rule_that_has_found_a_host_counts_anew() {
    let rule = Consecutive { failures: 3, enforce_percent: 40 };
    let mut outliers = outliers(Settings { consecutive: Some(rule), ..no_rule() }, 1);
    report(&mut outliers, 0, Verdict::Error, 5, at(1));
    assert_eq!(outliers.counts(), Counts { ejected: 0, spared: 1, capped: 0 });
    outliers.report(0, Verdict::Error, at(1), || 0.4);
    assert_eq!(outliers.counts(), Counts { ejected: 0, spared: 2, capped: 0 });
    report(&mut outliers, 0, Verdict::Error, 2, at(1));
    outliers.report(0, Verdict::Error, at(1), || 0.399);
    assert!(outliers.is_ejected(0, at(1)));
}

#[test]
fn gateway_failures_are_errors_but_not_the_other_way_round() {
    let rule = Some(Consecutive { failures: 3, enforce_percent: 100 });
    let settings = Settings { consecutive_gateway: rule, ..in_a_row(5) };
    let mut hosts = outliers(settings, 2);
    for verdict in [Verdict::GatewayFailure, Verdict::GatewayFailure, Verdict::Error] {
        report(&mut hosts, 0, verdict, 1, at(1));
    }
    report(&mut hosts, 0, Verdict::GatewayFailure, 1, at(1));
    assert!(!hosts.is_ejected(0, at(1)), "another error ends the row of gateway failures");
    report(&mut hosts, 0, Verdict::GatewayFailure, 1, at(1));
    assert_eq!(hosts.ejection(0).map(|ejection| ejection.rule), Some(Rule::Consecutive));
    report(&mut hosts, 1, Verdict::GatewayFailure, 3, at(1));
    assert_eq!(hosts.ejection(1).map(|ejection| ejection.rule), Some(Rule::ConsecutiveGateway));
}

#[test]
fn local_failures_count_apart_only_if_split() {
    let split = SplitLocal {
        classes: LOCAL,
        consecutive: Some(Consecutive { failures: 2, enforce_percent: 100 }),
        success_rate_percent: 100,
        failure_percentage_percent: 100,
    };
    let mut together = outliers(in_a_row(3), 2);
    let mut apart = outliers(Settings { split_local: Some(split), ..in_a_row(3) }, 2);
    let [timeout, overload] = [Class::Timeout, Class::Overload].map(Outcome::failed);
    assert_eq!(together.verdict(timeout), Verdict::GatewayFailure);
    assert_eq!(apart.verdict(timeout), Verdict::LocalFailure);
    assert_eq!(apart.verdict(overload), Verdict::GatewayFailure);
    for class in [Class::RateLimit, Class::Validation] {
        assert_eq!(apart.verdict(Outcome::failed(class)), Verdict::Success, "{class}");
    }
    for class in Class::ALL.into_iter().filter(|class| class.is_refusal()) {
        assert_eq!(apart.verdict(Outcome::failed(class)), Verdict::Ignored, "{class}");
    }
    assert_eq!(apart.verdict(Outcome::Degraded), Verdict::Success);

    for outcome in [overload, timeout, overload] {
        for outliers in [&mut together, &mut apart] {
            let verdict = outliers.verdict(outcome);
            report(outliers, 0, verdict, 1, at(1));
        }
    }
    assert!(together.is_ejected(0, at(1)));
    assert!(!apart.is_ejected(0, at(1)), "two errors of the host, one failure on the way");
    report(&mut apart, 0, Verdict::Error, 1, at(1));
    assert!(apart.is_ejected(0, at(1)), "a failure on the way does not end a row of errors");
    report(&mut apart, 1, Verdict::LocalFailure, 1, at(1));
    report(&mut apart, 1, Verdict::Error, 1, at(1));
    report(&mut apart, 1, Verdict::LocalFailure, 1, at(1));
    assert!(!apart.is_ejected(1, at(1)), "an answer ends a row of failures on the way");
    report(&mut apart, 1, Verdict::LocalFailure, 1, at(1));
    assert_eq!(apart.ejection(1).map(|ejection| ejection.rule), Some(Rule::ConsecutiveLocal));
}

#[test]
fn the_cap_has_three_readings() {
    let with = |max_ejection_percent, cap_reading, always_eject_one| {
        // Twice one error, so that whoever stays in is found once more.
        let settings =
            Settings { max_ejection_percent, cap_reading, always_eject_one, ..in_a_row(1) };
        let mut hosts = outliers(settings, 10);
        for host in (0..10).chain(0..10) {
            report(&mut hosts, host, Verdict::Error, 1, at(1));
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
    let settings = Settings { max_ejection_percent: 50, ..in_a_row(1) };
    let mut hosts = outliers(settings, 4);
    for host in 0..4 {
        report(&mut hosts, host, Verdict::Error, 1, at(1));
    }
    assert_eq!(hosts.counts(), Counts { ejected: 2, spared: 0, capped: 2 });
    assert_eq!([0, 1, 2, 3].map(|host| hosts.is_ejected(host, at(1))), [true, true, false, false]);
    hosts.advance(at(40), || 0.5);
    report(&mut hosts, 3, Verdict::Error, 1, at(40));
    assert!(hosts.is_ejected(3, at(40)), "there is room again");
}

#[test]
fn a_moving_average_forgets_by_time_or_by_calls() {
    let rule = |memory| Ema { success_rate: 0.8, memory, min_calls: 5, enforce_percent: 100 };
    let errors = |memory, apart: Duration| {
        let mut outliers = outliers(Settings { ema: Some(rule(memory)), ..no_rule() }, 1);
        let mut now = Time::ZERO;
        for _ in 0..20 {
            outliers.report(0, Verdict::Success, now, || 0.5);
        }
        let mut errors = 0;
        while !outliers.is_ejected(0, now) && errors < 1_000 {
            now = now + apart;
            outliers.report(0, Verdict::Error, now, || 0.5);
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

    let mut young = outliers(Settings { ema: Some(rule(time)), ..no_rule() }, 1);
    report(&mut young, 0, Verdict::Error, 4, at(1));
    assert!(!young.is_ejected(0, at(1)));
    report(&mut young, 0, Verdict::Error, 1, at(1));
    assert!(young.is_ejected(0, at(1)), "the fifth result");
}

#[test]
fn all_hosts_may_be_out() {
    let mut hosts = outliers(in_a_row(1), 3);
    for host in 0..3 {
        report(&mut hosts, host, Verdict::Error, 1, at(1));
        report(&mut hosts, host, Verdict::Error, 1, at(1));
    }
    assert_eq!(hosts.ejected(), 3);
    assert_eq!(hosts.counts().ejected, 3, "nobody is ejected twice");
    hosts.advance(at(40), || 0.5);
    assert_eq!(hosts.ejected(), 0);
}

/// What is wrong with these settings.
fn wrong(settings: Settings) -> String {
    Outliers::new(settings, 1).map_or_else(|wrong| wrong.to_string(), |_| "nothing".into())
}

#[test]
fn settings_out_of_range_are_named() {
    let row = |failures, enforce_percent| Some(Consecutive { failures, enforce_percent });
    let rate = |enforce_percent| {
        let settings = rate_rule(0);
        let rule = settings.success_rate.map(|rule| SuccessRate { enforce_percent, ..rule });
        Settings { success_rate: rule, ..settings }
    };
    let ema = |success_rate, min_calls, memory| {
        let rule = Ema { success_rate, memory, min_calls, enforce_percent: 100 };
        Settings { ema: Some(rule), ..no_rule() }
    };
    let split = |classes, success_rate_percent| {
        let failure_percentage_percent = 100;
        let consecutive = row(1, 1);
        let split =
            SplitLocal { classes, consecutive, success_rate_percent, failure_percentage_percent };
        Settings { split_local: Some(split), ..no_rule() }
    };
    let calls = Memory::Calls(1);
    let [zero, one] = [Duration::ZERO, Duration::from_nanos(1)];
    let told = [
        wrong(no_rule()),
        wrong(Settings { errors: Classes::NONE, ..no_rule() }),
        wrong(Settings { consecutive: row(0, 100), ..no_rule() }),
        wrong(Settings { consecutive_gateway: row(1, 101), ..no_rule() }),
        wrong(split(Classes::NONE, 100)),
        wrong(split(LOCAL, 101)),
        wrong(rate(101)),
        wrong(percentage_rule(101, Compare::AtLeast)),
        wrong(ema(1.1, 1, calls)),
        wrong(ema(f64::NAN, 1, calls)),
        wrong(ema(0.5, 0, calls)),
        wrong(ema(0.5, 1, Memory::Calls(0))),
        wrong(ema(0.5, 1, Memory::Time(zero))),
        wrong(Settings { interval: zero, ..no_rule() }),
        wrong(Settings { base_ejection_time: zero, ..no_rule() }),
        wrong(Settings { max_ejection_time: one, ..no_rule() }),
        wrong(Settings { max_ejection_percent: 101, ..no_rule() }),
        wrong(Settings { growth: Growth::Exponential { factor: 0.9 }, ..no_rule() }),
        Outliers::new(no_rule(), 0).expect_err("none").to_string(),
    ];
    expect_test::expect![[r#"
        nothing
        `errors` must be at least one class
        `failures` must be at least 1
        `enforce_percent` must be at most 100
        `classes` must be at least one class
        `success_rate_percent` must be at most 100
        `enforce_percent` must be at most 100
        `threshold` must be at most 100
        `success_rate` must be from 0 to 1
        `success_rate` must be from 0 to 1
        `min_calls` must be at least 1
        `memory` must be at least 1 call
        `memory` must be longer than zero
        `interval` must be longer than zero
        `base_ejection_time` must be longer than zero
        `max_ejection_time` must be no shorter than the base ejection time
        `max_ejection_percent` must be at most 100
        `factor` must be at least 1, not 0.9
        `hosts` must be at least 1
    "#]]
    .assert_eq(&told.map(|told| told + "\n").concat());
}
