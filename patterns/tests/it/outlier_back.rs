//! How long outliers stay out, and how they come back.

use patterns::outlier::*;
use patterns::settings::Auto;
use patterns::{Duration, Time};

use crate::outlier::{at, in_a_row, no_rule, outliers, report};

/// Ejects the host at the end of one interval after another; returns how long each took.
fn lengths(settings: Settings, times: u32) -> Vec<u64> {
    let mut outliers = outliers(settings, 1);
    let mut now = Time::ZERO;
    let lengths = (0..times).map(|_| {
        report(&mut outliers, 0, HostClassification::Error, 1, now);
        let ejection = outliers.ejection(0).expect("out");
        now = ejection.until;
        ejection.until.since(ejection.since).as_nanos() / 1_000_000_000
    });
    lengths.collect()
}

#[test]
fn ejections_grow_to_the_longest() {
    let linear = in_a_row(1).with(|it| it.max_ejection_time = Auto::Is(Duration::from_secs(100)));
    assert_eq!(lengths(linear, 6), [30, 60, 90, 100, 100, 100]);
    let factor = linear.with(|it| it.growth = Growth::Exponential { factor: 2.0 });
    assert_eq!(lengths(factor, 4), [30, 60, 100, 100]);
    // Ejected at the end of an interval, with its end at the end of another.
    let stays = linear.with(|it| it.ejection_end = EjectionEnd::Stays);
    assert_eq!(lengths(stays, 4), [40, 70, 100, 110]);
}

#[test]
fn the_multiplier_stops_one_past_the_longest_or_never() {
    let grown = |growth| {
        let settings = in_a_row(1).with(|it| it.growth = growth);
        let mut outliers = outliers(settings, 1);
        for _ in 0..40 {
            let now = outliers.back_since(0).unwrap_or_default();
            report(&mut outliers, 0, HostClassification::Error, 1, now);
            let until = outliers.ejection(0).expect("out").until;
            outliers.advance(until);
        }
        outliers.multiplier(0)
    };
    assert_eq!(grown(Growth::Linear), 11, "base 30 s, longest 300 s");
    assert_eq!(grown(Growth::LinearUnbounded), 40);
    assert_eq!(grown(Growth::Exponential { factor: 2.0 }), 5, "30, 60, 120, 240, 300");
}

#[test]
fn the_multiplier_shrinks_by_one_for_each_healthy_interval() {
    for idle in [false, true] {
        let mut outliers = outliers(in_a_row(1), 1);
        let mut now = Time::ZERO;
        for _ in 0..3 {
            report(&mut outliers, 0, HostClassification::Error, 1, now);
            now = outliers.ejection(0).expect("out").until;
        }
        assert_eq!(now, at(30 + 60 + 90));
        for (secs, multiplier) in [(189, 3), (190, 2), (199, 2), (200, 1), (210, 0), (220, 0)] {
            // Whether someone looks at the ends of intervals in between makes no difference.
            let mut late = outliers.clone();
            late.advance(at(secs));
            assert_eq!(late.multiplier(0), multiplier, "{secs} s");
            if !idle {
                outliers = late;
            }
        }
    }
}

#[test]
fn a_host_that_came_back_within_an_interval_was_not_healthy_for_all_of_it() {
    let settings = in_a_row(1).with(|it| it.back = Back::AtEnd);
    let mut outliers = outliers(settings, 1);
    report(&mut outliers, 0, HostClassification::Error, 1, at(4));
    outliers.advance(at(34));
    assert_eq!(outliers.back_since(0), Some(at(34)));
    for (secs, multiplier) in [(40, 1), (49, 1), (50, 0)] {
        outliers.advance(at(secs));
        assert_eq!(outliers.multiplier(0), multiplier);
    }
}

#[test]
fn an_ejection_ends_at_its_end_or_with_the_interval() {
    let until = |back, ejection_end, since: Time| {
        let mut outliers = outliers(
            in_a_row(1).with(|it| {
                it.back = back;
                it.ejection_end = ejection_end;
            }),
            1,
        );
        report(&mut outliers, 0, HostClassification::Error, 1, since);
        let until = outliers.ejection(0).expect("out").until;
        let before = Time::from_nanos(until.as_nanos() - 1);
        assert!(outliers.is_ejected(0, before) && !outliers.is_ejected(0, until));
        outliers.advance(before);
        assert_eq!(outliers.ejected(), 1);
        outliers.advance(until);
        assert_eq!(outliers.ejected(), 0);
        until
    };
    let nano = Duration::from_nanos(1);
    assert_eq!(until(Back::AtEnd, EjectionEnd::Returns, at(4)), at(34));
    assert_eq!(until(Back::AtEnd, EjectionEnd::Stays, at(4)), at(34) + nano);
    assert_eq!(until(Back::AtInterval, EjectionEnd::Returns, at(4)), at(40));
    assert_eq!(until(Back::AtInterval, EjectionEnd::Stays, at(4)), at(40));
    assert_eq!(until(Back::AtInterval, EjectionEnd::Returns, at(10)), at(40));
    assert_eq!(until(Back::AtInterval, EjectionEnd::Stays, at(10)), at(50));
}

/// A host whose time is over at the end of an interval makes room for another before the rules
/// look at that interval, or after.
#[test]
fn hosts_come_back_before_the_rules_look_or_after() {
    let second_out = |back| {
        let rule = FailurePercentage::usual().with(|it| {
            it.threshold = 50;
            it.min_hosts = 1;
            it.min_calls = 1;
        });
        let settings = no_rule().with(|it| {
            it.failure_percentage = Some(rule);
            it.max_ejection_percent = 50;
            it.back = back;
        });
        let mut hosts = outliers(settings, 2);
        report(&mut hosts, 0, HostClassification::Error, 1, at(9));
        hosts.advance(at(10));
        report(&mut hosts, 1, HostClassification::Error, 1, at(39));
        hosts.advance(at(40));
        [0, 1].map(|host| hosts.is_ejected(host, at(40)))
    };
    assert_eq!(second_out(Back::AtInterval), [false, true]);
    assert_eq!(second_out(Back::AfterInterval), [false, false]);
}

#[test]
fn jitter_comes_from_what_enforcement_leaves_of_the_draw() {
    let settings = no_rule().with(|it| {
        it.consecutive = Auto::Is(Some(Consecutive::of(1).with(|it| it.enforce_percent = 50)));
        it.ejection_jitter = Duration::from_secs(8);
        it.max_ejection_time = Auto::Is(Duration::from_secs(30));
        it.back = Back::AtEnd;
    });
    let mut outliers = outliers(settings, 4);
    for (host, draw) in [(0, 0.0), (1, 0.25), (2, 0.499_999), (3, 0.5)] {
        outliers.record_with(host, HostClassification::Error, at(0), &mut || draw);
    }
    let until = |host| outliers.ejection(host).map(|ejection| ejection.until);
    assert_eq!([until(0), until(1), until(3)], [Some(at(30)), Some(at(34)), None]);
    assert!(until(2).is_some_and(|until| at(37) < until && until < at(38)));
}

#[test]
fn a_probe_decides() {
    let settings = in_a_row(2).with(|it| it.back = Back::ByProbe);
    let mut outliers = outliers(settings, 1);
    report(&mut outliers, 0, HostClassification::Error, 2, at(0));
    assert!(!outliers.start(0), "a call sent to an ejected host is no probe");
    report(&mut outliers, 0, HostClassification::Success, 1, at(29));
    assert!(outliers.is_ejected(0, at(29)), "a late success brings nobody back");
    outliers.advance(at(30));
    assert!(!outliers.is_ejected(0, at(30)));
    report(&mut outliers, 0, HostClassification::Success, 1, at(30));
    assert_eq!(outliers.ejected(), 1, "nor one before the probe");
    assert!(outliers.start(0));
    assert!(outliers.is_ejected(0, at(31)), "one probe at a time");
    assert!(!outliers.start(0));
    outliers.cancel_probe(0);
    assert!(!outliers.is_ejected(0, at(31)), "it was given up");
    assert!(outliers.start(0));
    report(&mut outliers, 0, HostClassification::Ignored, 1, at(31));
    assert!(!outliers.is_ejected(0, at(31)), "it said nothing");
    assert!(outliers.start(0));
    report(&mut outliers, 0, HostClassification::Error, 1, at(32));
    let ejection = Ejection { rule: Rule::Probe, since: at(32), until: at(92) };
    assert_eq!(outliers.ejection(0), Some(ejection), "one error is enough, and twice as long");
    outliers.advance(at(92));
    assert!(outliers.start(0));
    report(&mut outliers, 0, HostClassification::Success, 1, at(93));
    assert_eq!((outliers.ejected(), outliers.multiplier(0)), (0, 0));
    assert_eq!(outliers.back_since(0), Some(at(93)));
    report(&mut outliers, 0, HostClassification::Error, 1, at(93));
    assert_eq!(outliers.ejected(), 0, "with a clean record");
}

#[test]
fn clocks_may_stand_still_step_back_and_run_to_the_end() {
    let settings = in_a_row(1).with(|it| it.back = Back::AtEnd);
    let mut hosts = outliers(settings, 3);
    report(&mut hosts, 0, HostClassification::Error, 1, at(100));
    for secs in [100, 50, 0, 129] {
        hosts.advance(at(secs));
        assert!(hosts.is_ejected(0, at(secs)), "{secs} s");
    }
    report(&mut hosts, 1, HostClassification::Error, 1, at(20));
    hosts.advance(Time::MAX);
    assert_eq!((hosts.ejected(), hosts.multiplier(0)), (0, 0));
    report(&mut hosts, 2, HostClassification::Error, 1, Time::MAX);
    hosts.advance(Time::MAX);
    assert!(hosts.is_ejected(2, Time::MAX), "what ends at the end of time never ends");
    hosts.advance(at(0));
    assert!(hosts.is_ejected(2, at(0)));

    let huge = in_a_row(1).with(|it| {
        it.interval = Duration::MAX;
        it.base_ejection_time = Duration::MAX;
        it.max_ejection_time = Auto::Is(Duration::MAX);
        it.ejection_jitter = Duration::MAX;
    });
    for back in [Back::AtInterval, Back::AtEnd, Back::ByProbe] {
        for ejection_end in [EjectionEnd::Returns, EjectionEnd::Stays] {
            let mut hosts = outliers(
                huge.with(|it| {
                    it.back = back;
                    it.ejection_end = ejection_end;
                }),
                2,
            );
            for now in [Time::ZERO, Time::MAX, at(1), Time::MAX] {
                report(&mut hosts, 0, HostClassification::Error, 2, now);
                hosts.advance_with(now, &mut || 0.5);
                assert!(hosts.is_ejected(0, now));
            }
        }
    }
    let nano = Duration::from_nanos(1);
    let tiny = in_a_row(1).with(|it| {
        it.interval = nano;
        it.base_ejection_time = nano;
    });
    let mut hosts = outliers(tiny, 1);
    for nanos in [0, 5, u64::MAX - 1, u64::MAX] {
        report(&mut hosts, 0, HostClassification::Error, 1, Time::from_nanos(nanos));
        report(&mut hosts, 0, HostClassification::Success, 1, Time::from_nanos(nanos));
    }
}
