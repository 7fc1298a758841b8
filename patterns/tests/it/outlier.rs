//! What becomes of hosts that do worse than others, at the boundaries.

use patterns::outlier::{
    Back, CapReading, Compare, Consecutive, Counts, ERRORS, Ejection, EjectionEnd, Ema,
    FailurePercentage, GATEWAY, Growth, HostsCounted, IGNORED, LOCAL, Memory, Outliers, Rule,
    Settings, SplitLocal, SuccessRate, Verdict,
};
use patterns::{Class, Classes, Outcome, Span, Time};
use proptest::prelude::*;

pub(crate) const TEN: Span = Span::from_secs(10);

/// Nothing is found: Envoy's times, and no cap.
pub(crate) fn no_rule() -> Settings {
    Settings {
        errors: ERRORS,
        gateway: GATEWAY,
        ignored: IGNORED,
        consecutive: None,
        consecutive_gateway: None,
        split_local: None,
        success_rate: None,
        failure_percentage: None,
        ema: None,
        interval: TEN,
        base_ejection_time: Span::from_secs(30),
        max_ejection_time: Span::from_secs(300),
        ejection_jitter: Span::ZERO,
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

fn rate_rule(stdev_factor: u32) -> Settings {
    let rule = SuccessRate { min_hosts: 5, min_calls: 100, stdev_factor, enforce_percent: 100 };
    Settings { success_rate: Some(rule), ..no_rule() }
}

fn percentage_rule(threshold: u8, compare: Compare) -> Settings {
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
    Time::ZERO + Span::from_secs(secs)
}

fn outliers(settings: Settings, hosts: u16) -> Outliers {
    Outliers::new(settings, hosts).expect("valid")
}

fn report(outliers: &mut Outliers, host: u16, verdict: Verdict, times: u32, now: Time) {
    for _ in 0..times {
        outliers.report(host, verdict, now, || 0.5);
    }
}

/// Reports successes and errors of each host at `now`, and ends the interval.
fn interval(outliers: &mut Outliers, results: &[(u32, u32)], now: Time) -> Vec<u16> {
    for (host, (successes, errors)) in (0..).zip(results) {
        report(outliers, host, Verdict::Success, *successes, now);
        report(outliers, host, Verdict::Error, *errors, now);
    }
    let end = now + TEN;
    outliers.advance(end, || 0.5);
    (0..outliers.hosts()).filter(|host| outliers.is_ejected(*host, end)).collect()
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
