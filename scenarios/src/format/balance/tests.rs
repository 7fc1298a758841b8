//! What is written becomes what is meant.

use patterns::balance::Picker;
use patterns::outlier::{self, Consecutive, Growth, Memory};
use patterns::preset::Library;
use patterns::{Class, Classes, Duration};

use super::*;
use crate::format::tests::settings_of;

fn read(text: &str) -> Result<Settings, String> {
    read_all(&format!("over = ['tool', 'spare']\n{text}")).map(|(settings, _)| settings)
}

fn read_all(text: &str) -> Result<(Settings, Vec<Target>), String> {
    settings_of(text, Balance::settings)
}

fn eject(text: &str) -> Result<outlier::Settings, String> {
    read(&format!("eject = {{ {text} }}")).map(|settings| settings.eject.expect("written"))
}

fn envoy() -> outlier::Settings {
    Library::Envoy.outlier().expect("it ejects")
}

/// Without a library and without rules.
fn no_rule() -> outlier::Settings {
    outlier::Settings {
        consecutive: None,
        consecutive_gateway: None,
        success_rate: None,
        failure_percentage: None,
        max_ejection_percent: 50,
        ..envoy()
    }
}

const TWO: Settings = Settings {
    targets: 2,
    picker: Picker::RoundRobin,
    eject: None,
    panic_percent: 50,
    reselect: 1,
    respect_retry_after: true,
    slow_start: None,
    late: balance::Late::Drop,
    cancelled: balance::Cancelled::Ignore,
};

#[test]
fn little_is_enough() {
    assert_eq!(read_all("over = ['spare', 'tool']"), Ok((TWO, vec![Target(0), Target(1)])));
    let one = Settings { targets: 1, reselect: 0, ..TWO };
    assert_eq!(read_all("over = ['spare']"), Ok((one, vec![Target(0)])));
    let row = Consecutive { failures: 5, enforce_percent: 100 };
    let consecutive = Some(row);
    assert_eq!(eject(""), Ok(outlier::Settings { consecutive, ..no_rule() }));
    let consecutive = Some(Consecutive { failures: 3, ..row });
    assert_eq!(eject("consecutive = 3"), Ok(outlier::Settings { consecutive, ..no_rule() }));
    let rate = outlier::SuccessRate {
        min_hosts: 5,
        min_calls: 100,
        stdev_factor: 1900,
        enforce_percent: 100,
    };
    let expected = outlier::Settings { success_rate: Some(rate), ..no_rule() };
    assert_eq!(eject("success-rate = {}"), Ok(expected));
}

#[test]
fn targets_are_those_of_the_policy() {
    // Another layer of the policy has named `spare` before.
    let written: Balance = toml::from_str("over = ['tool', 'spare']").expect("readable");
    let mut names = Names {
        agents: &[],
        services: &["tool", "spare"],
        targets: &mut vec![1],
        unknown: Vec::new(),
    };
    let (_, over) = written.settings(&mut names).expect("known").expect("valid");
    assert_eq!(over, [Target(1), Target(0)]);
    assert_eq!(*names.targets, [1, 0]);
}

#[test]
fn every_knob_can_be_written() {
    let all = "
        pick = 'two-choices'
        eject = {}
        panic-percent = 30
        reselect = 7
        respect-retry-after = false
        slow-start = { window = '20s', aggression = 1.5, min-weight-percent = 5 }
        late = 'count'
        cancelled = 'timeout'
    ";
    let slow = balance::SlowStart {
        window: Duration::from_secs(20),
        aggression: 1.5,
        min_weight_percent: 5,
    };
    let expected = Settings {
        picker: Picker::TwoChoices,
        eject: Some(eject("").expect("valid")),
        panic_percent: 30,
        reselect: 7,
        respect_retry_after: false,
        slow_start: Some(slow),
        late: balance::Late::Count,
        cancelled: balance::Cancelled::Timeout,
        ..TWO
    };
    assert_eq!(read(all), Ok(expected));
    let pickers = [
        ("round-robin", Picker::RoundRobin),
        ("random", Picker::Random),
        ("least-in-flight", Picker::LeastInFlight),
        ("by-caller", Picker::ByCaller),
        ("in-order", Picker::InOrder),
    ];
    for (name, picker) in pickers {
        assert_eq!(read(&format!("pick = '{name}'")), Ok(Settings { picker, ..TWO }));
    }
    let slow = balance::SlowStart { aggression: 1.0, min_weight_percent: 10, ..slow };
    let slow = Settings { slow_start: Some(slow), ..TWO };
    assert_eq!(read("slow-start = { window = '20s' }"), Ok(slow));
}

#[test]
fn every_knob_of_ejection_can_be_written() {
    let all = "
        errors = ['network'], gateway = ['timeout'], ignore = ['validation'],
        consecutive = { failures = 2, enforce-percent = 20 }, consecutive-gateway = 3,
        split-local = { classes = ['network'], consecutive = 'off', success-rate-percent = 1,
            failure-percentage-percent = 2 },
        success-rate = { min-hosts = 3, min-calls = 4, stdev-factor = 1500, enforce-percent = 5 },
        failure-percentage = { threshold = 60, compare = 'more-than', min-hosts = 6,
            hosts = 'all', min-calls = 7, enforce-percent = 8 },
        ema = { success-rate = '90%', memory = 20, min-calls = 9, enforce-percent = 11 },
        interval = '1s', base-ejection-time = '2s', max-ejection-time = '3s',
        ejection-jitter = '4s', growth = 'exponential(3)', back = 'by-probe',
        ejection-end = 'stays', max-ejection-percent = 70, cap-reading = 'before-or-at',
        always-eject-one = true
    ";
    let only = |class| Classes::NONE.with(class);
    let expected = outlier::Settings {
        errors: only(Class::Network),
        gateway: only(Class::Timeout),
        ignore: only(Class::Validation),
        consecutive: Some(Consecutive { failures: 2, enforce_percent: 20 }),
        consecutive_gateway: Some(Consecutive { failures: 3, enforce_percent: 100 }),
        split_local: Some(outlier::SplitLocal {
            classes: only(Class::Network),
            consecutive: None,
            success_rate_percent: 1,
            failure_percentage_percent: 2,
        }),
        success_rate: Some(outlier::SuccessRate {
            min_hosts: 3,
            min_calls: 4,
            stdev_factor: 1500,
            enforce_percent: 5,
        }),
        failure_percentage: Some(outlier::FailurePercentage {
            threshold: 60,
            compare: outlier::Compare::MoreThan,
            min_hosts: 6,
            hosts: outlier::HostsCounted::All,
            min_calls: 7,
            enforce_percent: 8,
        }),
        ema: Some(outlier::Ema {
            success_rate: 0.9,
            memory: Memory::Calls(20),
            min_calls: 9,
            enforce_percent: 11,
        }),
        interval: Duration::from_secs(1),
        base_ejection_time: Duration::from_secs(2),
        max_ejection_time: Duration::from_secs(3),
        ejection_jitter: Duration::from_secs(4),
        growth: Growth::Exponential { factor: 3.0 },
        back: outlier::Back::ByProbe,
        ejection_end: outlier::EjectionEnd::Stays,
        max_ejection_percent: 70,
        cap_reading: outlier::CapReading::BeforeOrAt,
        always_eject_one: true,
    };
    assert_eq!(eject(&all.replace('\n', " ")), Ok(expected));
    let memory = eject("ema = { memory = '5s' }").map(|all| all.ema.expect("written").memory);
    assert_eq!(memory, Ok(Memory::Time(Duration::from_secs(5))));
    let longer = eject("base-ejection-time = '10min'").expect("valid");
    assert_eq!(longer.max_ejection_time, longer.base_ejection_time);
    let growth = |text: &str| eject(&format!("growth = '{text}'")).map(|all| all.growth);
    assert_eq!(growth("linear-unbounded"), Ok(Growth::LinearUnbounded));
    assert_eq!(growth("exponential"), Ok(Growth::Exponential { factor: 2.0 }));
}

#[test]
fn a_preset_is_taken_with_other_numbers() {
    assert_eq!(eject("like = 'envoy'"), Ok(envoy()));
    assert_eq!(eject("like = 'grpc'"), Ok(Library::Grpc.outlier().expect("it ejects")));
    let text = "like = 'envoy', consecutive = 'off', consecutive-gateway = { failures = 3 },
        failure-percentage = { enforce-percent = 100 }, max-ejection-percent = 40";
    let share = envoy().failure_percentage.expect("it has one");
    let expected = outlier::Settings {
        consecutive: None,
        consecutive_gateway: Some(Consecutive { failures: 3, enforce_percent: 0 }),
        failure_percentage: Some(outlier::FailurePercentage { enforce_percent: 100, ..share }),
        max_ejection_percent: 40,
        ..envoy()
    };
    assert_eq!(eject(&text.replace('\n', " ")), Ok(expected));
    let told = "`like` must be a library with outlier ejection";
    assert_eq!(eject("like = 'polly'"), Err(told.to_owned()));
}

#[test]
fn what_makes_no_sense_is_told() {
    let told = |text: &str| read_all(text).expect_err(text);
    assert_eq!(told("over = []"), "`over` must be at least one service");
    assert!(told("over = ['tol', 'spair']").contains("`spair`"));
    assert!(told("pick = 'random'").contains("missing field `over`"));
    let (settings, twice) = read_all("over = ['tool', 'tool']").expect("readable");
    let invalid = balance::Balance::over(settings, &twice).expect_err("twice the same");
    assert_eq!(invalid.setting, "over");

    let told = |text: &str| eject(text).expect_err(text);
    assert!(told("consecutive = 0").contains("at least 1 in a row"));
    assert!(told("consecutive = 'of'").contains("did you mean `off`?"));
    assert!(told("success-rate = 3").contains("invalid type: integer"));
    assert!(told("ema = { memory = -1 }").contains("results"));
    assert!(told("growth = 'linea'").contains("did you mean `linear`?"));
    let rate = "`ema` must be of a success rate from 0 to 1";
    assert_eq!(told("ema = { success-rate = 2 }"), rate);
}
