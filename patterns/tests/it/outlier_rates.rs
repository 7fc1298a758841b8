//! Which hosts are found by the rules on the rates of an interval.

use patterns::Time;
use patterns::outlier::*;
use proptest::prelude::*;

use crate::outlier::{TEN, at, no_rule, outliers, percentage_rule, rate_rule, report};

/// Reports successes and errors of each host at `now`, and ends the interval.
fn interval(outliers: &mut Outliers, results: &[(u32, u32)], now: Time) -> Vec<u16> {
    for (host, (successes, errors)) in (0..).zip(results) {
        report(outliers, host, HostClassification::Success, *successes, now);
        report(outliers, host, HostClassification::Error, *errors, now);
    }
    let end = now + TEN;
    outliers.advance(end);
    (0..outliers.hosts()).filter(|host| outliers.is_ejected(*host, end)).collect()
}

#[test]
fn split_failures_have_their_own_rates_and_enforcement() {
    let split = SplitLocal::usual().with(|it| {
        it.consecutive = None;
        it.success_rate_percent = 0;
        it.failure_percentage_percent = 100;
    });
    let mut hosts =
        outliers(percentage_rule(50, Compare::AtLeast).with(|it| it.split_local = Some(split)), 6);
    for host in 0..6 {
        report(&mut hosts, host, HostClassification::Success, 60, at(1));
    }
    report(&mut hosts, 0, HostClassification::LocalFailure, 60, at(1));
    report(&mut hosts, 1, HostClassification::Error, 60, at(1));
    hosts.advance(at(10));
    let rules = [0, 1, 2].map(|host| hosts.ejection(host).map(|ejection| ejection.rule));
    let expected = [Some(Rule::FailurePercentageLocal), Some(Rule::FailurePercentage), None];
    assert_eq!(rules, expected);
}

/// One host of `m` that alone fails is `√(m − 1)` standard deviations below the mean.
#[test]
fn the_success_rate_ejects_strictly_below_the_limit() {
    let one_bad = |hosts: usize, factor| {
        let mut results = vec![(100, 0); hosts];
        results[hosts - 1] = (37, 63);
        interval(&mut outliers(rate_rule(factor), hosts as u16), &results, at(1))
    };
    assert_eq!(one_bad(5, 1_900), [4]);
    assert_eq!(one_bad(5, 1_999), [4]);
    assert!(one_bad(5, 2_000).is_empty(), "exactly at the limit");
    assert_eq!(one_bad(10, 2_999), [9]);
    assert!(one_bad(10, 3_000).is_empty());
    assert!(one_bad(4, 0).is_empty(), "too few hosts");
    assert!(one_bad(5, u32::MAX).is_empty());
    assert_eq!(one_bad(5, 0), [4]);
}

/// The example in Envoy's source: rates of 50, 100, 100, 100, 100 have the mean 90, the deviation
/// 20, and the limit 52.
#[test]
fn the_limit_is_that_of_envoy() {
    let with = |successes| {
        let results = [(successes, 100 - successes), (100, 0), (100, 0), (100, 0), (100, 0)];
        interval(&mut outliers(rate_rule(1_900), 5), &results, at(1))
    };
    assert_eq!(with(50), [0]);
    // Two bad hosts hide each other: mean 80, deviation 24.5, limit 33.5.
    let results = [(50, 50), (50, 50), (100, 0), (100, 0), (100, 0)];
    assert!(interval(&mut outliers(rate_rule(1_900), 5), &results, at(1)).is_empty());
    assert!(!interval(&mut outliers(rate_rule(1_200), 5), &results, at(1)).is_empty());
}

#[test]
fn hosts_with_too_few_calls_take_no_part() {
    let good = (100, 0);
    let ejected = |results: &[(u32, u32)]| {
        interval(&mut outliers(rate_rule(1_900), results.len() as u16), results, at(1))
    };
    assert_eq!(ejected(&[good, good, good, good, (0, 100)]), [4]);
    assert!(ejected(&[good, good, good, good, (0, 99)]).is_empty(), "itself");
    assert!(ejected(&[good, good, good, (99, 0), (0, 100)]).is_empty(), "so four are left");
    let ejected = |results: &[(u32, u32)]| {
        let settings = percentage_rule(85, Compare::AtLeast);
        interval(&mut outliers(settings, results.len() as u16), results, at(1))
    };
    let good = (50, 0);
    assert_eq!(ejected(&[good, good, good, good, (0, 50)]), [4]);
    assert!(ejected(&[good, good, good, good, (0, 49)]).is_empty());
    assert!(ejected(&[good, good, good, (49, 0), (0, 50)]).is_empty());
}

#[test]
fn all_hosts_may_count_for_the_least_number() {
    let results = [(0, 50), (0, 0), (0, 0), (0, 0), (1, 0)];
    let with = |hosts| {
        let mut settings = percentage_rule(85, Compare::AtLeast);
        settings.failure_percentage.as_mut().expect("set").hosts = hosts;
        interval(&mut outliers(settings, 5), &results, at(1))
    };
    assert!(with(HostsCounted::WithCalls).is_empty());
    assert_eq!(with(HostsCounted::All), [0]);
}

/// The text of gRPC A50 says `>`, its fields say `>=`.
#[test]
fn exactly_the_failure_percentage_is_enough_or_not() {
    let with = |compare, failures| {
        let mut results = [(1_000, 0); 5];
        results[2] = (1_000 - failures, failures);
        interval(&mut outliers(percentage_rule(85, compare), 5), &results, at(1))
    };
    assert!(with(Compare::AtLeast, 849).is_empty());
    assert_eq!(with(Compare::AtLeast, 850), [2]);
    assert!(with(Compare::MoreThan, 850).is_empty());
    assert_eq!(with(Compare::MoreThan, 851), [2]);
    let all = |threshold, compare, results: &[(u32, u32)]| {
        interval(&mut outliers(percentage_rule(threshold, compare), 5), results, at(1)).len()
    };
    assert_eq!(all(0, Compare::AtLeast, &[(50, 0); 5]), 5, "nobody is good enough");
    assert_eq!(all(0, Compare::MoreThan, &[(50, 0); 5]), 0);
    assert_eq!(all(100, Compare::AtLeast, &[(0, 50); 5]), 5);
    assert_eq!(all(100, Compare::MoreThan, &[(0, 50); 5]), 0);
}

#[test]
fn a_result_at_the_end_of_an_interval_belongs_to_the_next() {
    let mut hosts = outliers(percentage_rule(85, Compare::AtLeast), 5);
    for host in 0..5 {
        report(&mut hosts, host, HostClassification::Success, 50 * u32::from(host.min(1)), at(9));
    }
    report(&mut hosts, 0, HostClassification::Error, 49, at(9));
    report(&mut hosts, 0, HostClassification::Error, 1, at(10));
    hosts.advance(at(20));
    assert_eq!(hosts.ejected(), 0, "49 in one and 1 in the next");
    for host in 0..5 {
        report(&mut hosts, host, HostClassification::Success, 50 * u32::from(host.min(1)), at(20));
    }
    report(&mut hosts, 0, HostClassification::Error, 50, at(20));
    hosts.advance(at(47));
    let ejection = Ejection { rule: Rule::FailurePercentage, since: at(30), until: at(60) };
    assert_eq!(hosts.ejection(0), Some(ejection), "as of the end of the interval");
}

/// A faulty copy: with the mean and the deviation rounded, hosts that all do the same are found.
fn rounded_is_below(rate: f64, rates: &[f64], factor: f64) -> bool {
    let mean = rates.iter().sum::<f64>() / rates.len() as f64;
    let spread = rates.iter().map(|rate| (rate - mean) * (rate - mean)).sum::<f64>();
    rate < mean - factor * libm::sqrt(spread / rates.len() as f64)
}

#[test]
fn rounding_would_eject_a_uniform_fleet() {
    let fleets = (1..100).flat_map(|calls| (5..30).map(move |hosts| (calls, hosts)));
    let found = fleets.filter(|&(calls, hosts)| {
        let rates = vec![1.0 / f64::from(calls); hosts];
        rounded_is_below(rates[0], &rates, 0.0)
    });
    assert!(found.count() > 0);
}

proptest! {
    #[test]
    fn a_uniform_fleet_is_never_ejected_on_its_success_rate(
        hosts in 1..40_u16,
        successes in 0..60_u32,
        errors in 0..60_u32,
        times in prop::collection::vec(1..4_u32, 40),
        stdev_factor in prop::sample::select(vec![0, 1, 1_000, 1_900]),
    ) {
        let rule = SuccessRate::usual().with(|it| {
            it.min_hosts = 1;
            it.min_calls = 1;
            it.stdev_factor = stdev_factor;
        });
        let mut outliers = outliers(no_rule().with(|it| it.success_rate = Some(rule)), hosts);
        // The same share of successes, of more or fewer calls.
        let times = times.iter().take(hosts.into());
        let results: Vec<_> =
            times.map(|times| (successes * times, errors * times)).collect();
        prop_assert!(interval(&mut outliers, &results, at(1)).is_empty());
        prop_assert_eq!(outliers.counts(), Counts::default());
    }
}
