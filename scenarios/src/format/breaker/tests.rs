//! What is written becomes what is meant.

use patterns::breaker::{
    self, Align, Boundary, Breaker as Machine, Cancelled, Close, Compare, Evaluate, Late, Memory,
    Mode, OpenWait, Permits, Ramp, Settings, Then, Trip, Window,
};
use patterns::preset::Library;
use patterns::{Class, Classes, Duration};

use super::Breaker;

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn read(text: &str) -> Result<Settings, String> {
    let breaker: Breaker = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    let settings = breaker.settings().map_err(|invalid| invalid.to_string())?;
    Machine::new(settings.clone()).map_err(|invalid| invalid.to_string())?;
    Ok(settings)
}

fn plain(failures: u32) -> Settings {
    Settings::new(Trip::Consecutive { failures }, secs(60))
}

#[test]
fn little_is_enough() {
    assert_eq!(read("failures = 5\nopen = '60s'"), Ok(plain(5)));
    let mut short = Settings::new(Trip::Consecutive { failures: 2 }, secs(5));
    short.half_open.half_open_timeout = Some(secs(60));
    assert_eq!(read("failures = 2\nopen = '5s'"), Ok(short));
}

#[test]
fn every_knob_can_be_written() {
    let all = "
        rate = 0.5
        window = '10s'
        buckets = 'epoch(5)'
        min-calls = 20
        compare = 'more-than'
        slow = '3s'
        slow-rate = '80%'
        evaluate = '500ms'
        open = 'growing(5s, factor=3, cap=1min, jitter=full)'
        boundary = 'refuses'
        permits-total = 4
        successes = 2
        probes = 3
        half-open-timeout = 'unlimited'
        then = 'close'
        ramp = '30s'
        ramp-first = '20%'
        count = ['network']
        ignore = ['timeout']
        late = 'act-closed'
        cancelled = 'failure-of-probe'
        mode = 'metrics-only'
    ";
    let window = Window::Time { size: secs(10), align: Align::Epoch { buckets: 5 } };
    let (compare, min_calls) = (Compare::MoreThan, 20);
    let settings = read(all).expect("well written");
    let OpenWait::Backoff(wait) = settings.open.clone() else { panic!("{:?}", settings.open) };
    assert_eq!(wait.cap, Some(secs(60)));
    assert_eq!(wait.jitter, patterns::backoff::Jitter::Full);
    let expected = Settings {
        trip: Trip::Any(vec![
            Trip::Rate { rate: 0.5, compare, min_calls, window },
            Trip::SlowRate { rate: 0.8, compare, min_calls, window },
        ]),
        slow: Some(secs(3)),
        evaluate: Evaluate::Periodically(Duration::from_millis(500)),
        count: Classes::NONE.with(Class::Network),
        ignore: Classes::NONE.with(Class::Timeout),
        open: OpenWait::Backoff(wait),
        boundary: Boundary::Refuses,
        half_open: breaker::HalfOpen {
            permits: Permits::Total(4),
            close: Close::Of { successes: 2, probes: 3 },
            half_open_timeout: None,
            then: Then::Close,
        },
        ramp: Some(Ramp { first: 0.2, over: secs(30) }),
        late: Late::ActClosed,
        cancelled: Cancelled::FailureOfProbe,
        mode: Mode::MetricsOnly,
    };
    assert_eq!(settings, expected);
}

#[test]
fn conditions_of_each_kind_can_be_written() {
    let trip = |text: &str| read(&format!("{text}\nopen = '60s'")).map(|settings| settings.trip);
    let window = Window::Calls(10);
    let compare = Compare::AtLeast;
    assert_eq!(trip("failures = 3\nwindow = 10"), Ok(Trip::Count { failures: 3, window }));
    let tenths =
        |tenths: u32| Trip::Rate { rate: f64::from(tenths) / 10.0, compare, min_calls: 10, window };
    for share in 1..=10 {
        let written = format!("rate = '{}%'\nwindow = 10", 10 * share);
        assert_eq!(trip(&written), Ok(tenths(share)), "a percentage is the number meant");
    }
    let rate = tenths(5);
    for (memory, written) in [(Memory::Share(0.1), "10%"), (Memory::Time(secs(30)), "30s")] {
        assert_eq!(
            trip(&format!("rate = 0.2\nmemory = '{written}'\nmin-calls = 5")),
            Ok(Trip::Average { memory, rate: 0.2, compare, min_calls: 5 })
        );
    }
    let rules = "[{ failures = 3 }, { rate = 0.5, window = 10 }]";
    let both = vec![Trip::Consecutive { failures: 3 }, rate];
    assert_eq!(trip(&format!("any = {rules}")), Ok(Trip::Any(both.clone())));
    assert_eq!(trip(&format!("all = {rules}")), Ok(Trip::All(both)));
    let exact = Window::Time { size: secs(10), align: Align::Exact };
    assert_eq!(
        trip("failures = 3\nwindow = '10s'\nbuckets = 'exact'"),
        Ok(Trip::Count { failures: 3, window: exact })
    );
}

#[test]
fn a_preset_is_taken_as_it_is_or_with_other_numbers() {
    for library in Library::ALL {
        let written = read(&format!("like = '{library}'"));
        match library.breaker() {
            Some(settings) => assert_eq!(written, Ok(settings)),
            None => {
                assert_eq!(written, Err("`like` must be a library with a breaker".to_owned()));
            }
        }
    }
    let r4j = Library::Resilience4j.breaker().expect("has one");
    let shorter = read("like = 'resilience4j'\nopen = '5s'").expect("well written");
    assert_eq!(shorter, Settings { open: OpenWait::Constant(secs(5)), ..r4j.clone() });

    let window = Window::Time { size: secs(30), align: Align::FirstEvent { buckets: 10 } };
    let compare = Compare::AtLeast;
    let changed = read("like = 'polly'\nrate = 0.4\nmin-calls = 5").expect("well written");
    assert_eq!(changed.trip, Trip::Rate { rate: 0.4, compare, min_calls: 5, window });

    // In several conditions each rate is changed by its own key, and the window of all.
    let window = Window::Calls(20);
    let changed =
        read("like = 'resilience4j'\nslow-rate = 0.9\nwindow = 20").expect("well written");
    let min_calls = 20;
    assert_eq!(
        changed.trip,
        Trip::Any(vec![
            Trip::Rate { rate: 0.5, compare, min_calls, window },
            Trip::SlowRate { rate: 0.9, compare, min_calls, window },
        ])
    );
    let recloser = read("like = 'recloser'\nwindow = 20").expect("well written");
    assert_eq!(recloser.trip, Trip::Rate { rate: 0.5, compare, min_calls: 21, window });
    let in_a_row = read("like = 'resilience4j'\nfailures = 3").expect("well written");
    assert_eq!(in_a_row.trip, Trip::Consecutive { failures: 3 });
    let probes = read("like = 'resilience4j'\nprobe-rate = 0.2").expect("well written");
    let close = Close::Rate { probes: 10, failures: 0.2, slow: 1.0, compare };
    assert_eq!(probes.half_open.close, close);
}

#[test]
fn what_does_not_go_together_is_told() {
    let told = |text: &str| read(text).expect_err("does not go together");
    assert_eq!(told("failures = 3"), "`open` must be given");
    assert_eq!(told("open = '1s'"), "`failures` must be given, or `rate` and `window`");
    let both = told("failures = 3\nrate = 0.5\nopen = '1s'");
    assert_eq!(both, "`failures` must be left out beside `rate`");
    assert_eq!(told("rate = 0.5\nopen = '1s'"), "`window` must be given beside `rate`");
    let memory = told("rate = 0.5\nmemory = '1s'\nwindow = 5\nopen = '1s'");
    assert_eq!(memory, "`memory` must be given beside `rate` alone");
    let permits = told("failures = 1\nopen = '1s'\npermits = 1\npermits-total = 1");
    assert!(permits.starts_with("`permits` must be given alone"), "{permits}");
    let successes = told("failures = 1\nopen = '1s'\nsuccesses = 1\nprobe-rate = 0.5");
    assert_eq!(successes, "`successes` must be left out beside `probe-rate`");
    let trips = told("any = [{ failures = 1 }]\nall = [{ failures = 1 }]\nopen = '1s'");
    assert_eq!(trips, "`any` must be left out beside `all`");
    assert!(told("like = 'hystrics'").contains("did you mean `hystrix`?"));
    assert!(told("failures = 1\nopen = 'shrinking(1s)'").contains("shrinking"));
    assert!(told("failures = 1\nopen = 'growing(1s, facter=2)'").contains("`factor`"));
}
