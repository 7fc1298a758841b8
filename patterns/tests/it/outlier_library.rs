//! Outlier ejection as libraries do it, and what is known of those that were found.

use patterns::outlier::*;
use patterns::preset::Library;
use patterns::settings::Auto;
use patterns::{Duration, Time};

use crate::outlier::{TEN, at, in_a_row, no_rule, outliers, rate_rule, report};
use crate::written::{good, reported};

fn like(written: &str) -> Settings {
    good::<Settings>(&format!("{{ like = {written} }}"))
}

/// How many of these hosts can be out after sixty errors of each, or an interval of failures.
fn out(library: Library, hosts: u16) -> u16 {
    let mut outliers = outliers(library.outlier().expect("it ejects"), hosts);
    for host in 0..hosts {
        report(&mut outliers, host, HostClassification::Error, 60, Time::ZERO);
    }
    outliers.advance_with(at(10), &mut || 0.5);
    outliers.ejected()
}

#[test]
fn the_caps_are_read_as_the_libraries_do() {
    assert_eq!([9, 10, 19, 20].map(|hosts| out(Library::Envoy, hosts)), [0, 1, 1, 2]);
    assert_eq!([4, 5, 10, 11].map(|hosts| out(Library::Grpc, hosts)), [0, 1, 1, 2]);
    let most = |library: Library, hosts| library.outlier().expect("it ejects").most_ejected(hosts);
    assert_eq!([9, 10, 19, 20].map(|hosts| most(Library::Envoy, hosts)), [0, 1, 1, 2]);
    assert_eq!([5, 10, 11].map(|hosts| most(Library::Grpc, hosts)), [1, 1, 2]);
}

#[test]
fn two_of_them_eject() {
    let known = Library::ALL.into_iter().filter(|library| library.outlier().is_some());
    assert!(known.eq([Library::Envoy, Library::Grpc]));
}

/// `outlier_detection.proto`: "If not specified, the default value (300,000ms or 300s) or
/// `base_ejection_time` value is applied, whatever is larger."
#[test]
fn the_longest_ejection_of_envoy_follows_a_longer_first_one() {
    for (written, secs) in [
        ("\"envoy\"", 300),
        ("\"envoy\", base-ejection-time = \"10min\"", 600),
        ("\"envoy\", base-ejection-time = \"20s\"", 300),
        ("\"envoy\", max-ejection-time = \"1min\"", 60),
    ] {
        assert_eq!(like(written).longest(), Duration::from_secs(secs), "{written}");
    }
    let reported = reported::<Settings>("{ like = \"envoy\", max-ejection-time = \"20s\" }");
    let expected = "\"20s\": `max-ejection-time` must be no shorter than the base ejection time";
    assert_eq!(reported, [expected]);
}

/// A50: `min(base_ejection_time * multiplier, max(base_ejection_time, max_ejection_time))`.
#[test]
fn of_grpc_a_longest_ejection_below_the_first_is_as_long_as_that() {
    let settings = like("\"grpc\", base-ejection-time = \"1min\", max-ejection-time = \"1s\"");
    assert_eq!(settings.longest(), Duration::from_secs(60));
    assert!(Outliers::new(settings, 5).is_ok());
}

/// `consecutive_gateway_failure`: found at 5, and by default none of them is ejected.
#[test]
fn a_rule_of_envoy_is_enforced_as_there() {
    let settings = like("\"envoy\", max-ejection-percent = 100, consecutive = \"off\"");
    let mut hosts = outliers(settings, 2);
    report(&mut hosts, 0, HostClassification::GatewayFailure, 5, at(1));
    assert_eq!(hosts.counts(), Counts { ejected: 0, returned: 0, spared: 1, capped: 0 });
    let three = "{ like = \"envoy\", consecutive-gateway = 3 }";
    let expected = "3: `consecutive-gateway` ejects nothing: its `enforce-percent` is 0";
    assert_eq!(reported::<Settings>(three), [expected]);
    let enforced = like("\"envoy\", consecutive-gateway = { failures = 3, enforce-percent = 100 }");
    assert_eq!(enforced.consecutive_gateway, Some(Consecutive::of(3)));
}

/// `split_external_local_origin_errors`: five in a row and the success rates are enforced, failure
/// percentages are not.
#[test]
fn local_failures_of_envoy_are_split_by_an_empty_table() {
    assert_eq!(like("\"envoy\"").split_local, None);
    assert_eq!(like("\"envoy\", split-local = {}").split_local, Some(SplitLocal::usual()));
    let split = SplitLocal::usual();
    assert_eq!(split.consecutive, Some(Consecutive::of(5)));
    assert_eq!((split.success_rate_percent, split.failure_percentage_percent), (100, 0));
}

/// A50: a rule that is not given is not there.
#[test]
fn of_grpc_a_rule_can_be_taken_off() {
    let settings = like("\"grpc\", failure-percentage = \"off\"");
    assert_eq!((settings.failure_percentage, settings.in_a_row()), (None, None));
    assert_eq!(settings.success_rate, Some(SuccessRate::usual()));
    let none = "{ like = \"grpc\", failure-percentage = \"off\", success-rate = \"off\" }";
    let reported = reported::<Settings>(none);
    assert_eq!(reported, ["all of it: nothing is ever ejected: all rules are off"]);
    assert_eq!(Library::Grpc.outlier(), Some(like("\"grpc\"")));
    assert_eq!(good::<Settings>("{ like = \"envoy\" }").max_ejection_percent, 10);
}

/// What was found of the first host.
fn finding(hosts: &Outliers) -> (Rule, f64, f64) {
    let Finding { rule, value, limit, .. } = hosts.finding(0).expect("it was found");
    let round = |number: f64| (number * 1e6).round() / 1e6;
    (rule, round(value), round(limit))
}

/// The example in Envoy's source: rates of 50, 100, 100, 100, 100 have the mean 90, the deviation
/// 20, and with the factor 1.9 the threshold 52 (`success_rate_ejection_threshold`).
#[test]
fn the_threshold_that_an_outlier_fell_below_is_known() {
    let mut hosts = outliers(rate_rule(1_900), 5);
    assert_eq!(hosts.finding(0), None);
    report(&mut hosts, 0, HostClassification::Success, 50, at(1));
    report(&mut hosts, 0, HostClassification::Error, 50, at(1));
    for host in 1..5 {
        report(&mut hosts, host, HostClassification::Success, 100, at(1));
    }
    hosts.advance(at(10));
    assert_eq!(finding(&hosts), (Rule::SuccessRate, 0.5, 0.52));
    assert_eq!(hosts.finding(0).map(|finding| finding.at), Some(at(10)));
    assert_eq!(hosts.finding(1), None);
}

#[test]
fn each_rule_says_what_it_found() {
    let mut row = outliers(in_a_row(3), 1);
    report(&mut row, 0, HostClassification::Error, 3, at(1));
    assert_eq!(finding(&row), (Rule::Consecutive, 3.0, 3.0));

    let percentage = FailurePercentage::usual().with(|it| it.min_hosts = 1);
    let mut share = outliers(no_rule().with(|it| it.failure_percentage = Some(percentage)), 1);
    report(&mut share, 0, HostClassification::Success, 6, at(1));
    report(&mut share, 0, HostClassification::Error, 54, at(1));
    share.advance(at(10));
    assert_eq!(finding(&share), (Rule::FailurePercentage, 0.9, 0.85));

    let average = Ema::usual().with(|it| {
        it.memory = Memory::Calls(10);
        it.min_calls = 1;
    });
    let mut average = outliers(no_rule().with(|it| it.ema = Some(average)), 1);
    report(&mut average, 0, HostClassification::Success, 1, at(1));
    report(&mut average, 0, HostClassification::Error, 3, at(1));
    // e^(-0.3)
    assert_eq!(finding(&average), (Rule::Ema, 0.740_818, 0.8));
    assert!(average.is_ejected(0, at(1)));
}

#[test]
fn one_that_stays_in_was_found_all_the_same() {
    let spared = Consecutive::of(2).with(|it| it.enforce_percent = 0);
    let mut hosts = outliers(no_rule().with(|it| it.consecutive = Auto::Is(Some(spared))), 1);
    report(&mut hosts, 0, HostClassification::Error, 2, at(1));
    assert_eq!((hosts.ejected(), hosts.counts().spared), (0, 1));
    assert_eq!(finding(&hosts), (Rule::Consecutive, 2.0, 2.0));
    let capped = in_a_row(2).with(|it| it.max_ejection_percent = 0);
    let mut hosts = outliers(capped, 1);
    report(&mut hosts, 0, HostClassification::Error, 2, at(1));
    assert_eq!((hosts.ejected(), hosts.counts().capped), (0, 1));
    assert_eq!(finding(&hosts), (Rule::Consecutive, 2.0, 2.0));
}

#[test]
fn chance_is_needed_only_where_it_decides() {
    let uses = |settings| outliers(settings, 2).uses_chance();
    let row = |percent| {
        let rule = Consecutive::of(2).with(|it| it.enforce_percent = percent);
        no_rule().with(|it| it.consecutive = Auto::Is(Some(rule)))
    };
    assert_eq!([0, 1, 99, 100].map(|percent| uses(row(percent))), [false, true, true, false]);
    assert!(uses(in_a_row(1).with(|it| it.ejection_jitter = TEN)));
    for library in [Library::Envoy, Library::Grpc] {
        assert!(!uses(library.outlier().expect("it ejects")), "{library}");
    }
    // What is enforced of split failures counts if they are split, and there is the rule.
    let split = |percent| SplitLocal::usual().with(|it| it.success_rate_percent = percent);
    assert!(!uses(no_rule().with(|it| it.split_local = Some(split(50)))));
    assert!(uses(rate_rule(1_900).with(|it| it.split_local = Some(split(50)))));
    assert!(!uses(rate_rule(1_900).with(|it| it.split_local = Some(split(0)))));
}

#[test]
#[should_panic(expected = "these settings use chance: take `record_with`")]
fn a_result_that_chance_may_decide_needs_a_source_of_draws() {
    let settings = in_a_row(1).with(|it| it.ejection_jitter = TEN);
    outliers(settings, 1).record(0, HostClassification::Success, at(1));
}

#[test]
fn no_draw_matters_where_chance_is_not_used() {
    for draw in [0.0, 0.25, 0.999_999] {
        let [mut with, mut without] = [(); 2].map(|()| outliers(in_a_row(2), 2));
        for host in [0, 1, 0, 0, 1] {
            with.record_with(host, HostClassification::Error, at(1), &mut || draw);
            without.record(host, HostClassification::Error, at(1));
        }
        let ends = |hosts: &Outliers| [0, 1].map(|host| hosts.ejection(host));
        assert_eq!((ends(&with), with.counts()), (ends(&without), without.counts()));
    }
}
