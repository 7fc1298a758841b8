//! Presets do what their libraries do, at the boundaries that tell them apart.

use std::fmt::Write;

use expect_test::expect;
use patterns::breaker::{Breaker, State, Verdict};
use patterns::budget::Budget;
use patterns::bulkhead::Bulkhead;
use patterns::preset::Library;
use patterns::retry::Retry;
use patterns::testing::Driver;
use patterns::{Action, Class, Duration, Outcome, Time};

use crate::breaker::{call, half};

fn breakers() -> impl Iterator<Item = (Library, Breaker)> {
    Library::ALL.into_iter().filter_map(|library| {
        let breaker = Breaker::new(library.breaker()?);
        Some((library, breaker.expect("a preset is valid")))
    })
}

/// How many of these calls, a second apart, there are before it opens; `x` is a failure, `s` a
/// success of a call that took two minutes.
fn opens_after(mut breaker: Breaker, results: impl Iterator<Item = char>) -> String {
    let mut now = Time::ZERO;
    for (index, result) in results.take(2_000).enumerate() {
        let Ok(permit) = breaker.admit(now, half) else { return format!("{index}") };
        let verdict = if result == 'x' { Verdict::Failure } else { Verdict::Success };
        let took = if result == 's' { Duration::from_secs(120) } else { Duration::ZERO };
        breaker.settle(permit, verdict, now + took, half);
        now = now + took + Duration::from_millis(100);
    }
    "never".to_owned()
}

#[test]
fn breakers_open_as_those_of_their_libraries() {
    let mut table = String::from("opens after so many calls of a kind, ten a second\n");
    for (library, breaker) in breakers() {
        let of = |cycle: &str| opens_after(breaker.clone(), cycle.chars().cycle());
        writeln!(
            table,
            "{:14} all fail: {:>5}, every other: {:>5}, one of ten: {:>5}, all slow: {:>5}",
            library.name(),
            of("x"),
            of("ox"),
            of("ooooooooox"),
            of("s"),
        )
        .expect("a string takes all");
    }
    expect![[r#"
        opens after so many calls of a kind, ten a second
        resilience4j   all fail:   100, every other:   100, one of ten: never, all slow:   100
        polly          all fail:   100, every other:   100, one of ten:   100, all slow: never
        hystrix        all fail:    20, every other:    20, one of ten: never, all slow: never
        gobreaker      all fail:     6, every other: never, one of ten: never, all slow: never
        failsafe-go    all fail:     1, every other:     2, one of ten:    10, all slow: never
        recloser       all fail:   101, every other:   101, one of ten: never, all slow: never
        course-printed all fail:     5, every other:    10, one of ten:    50, all slow: never
        course-meant   all fail:     5, every other: never, one of ten: never, all slow: never
    "#]]
    .assert_eq(&table);
}

/// Opened by failures alone: when a call is let in again, and how many at once.
#[test]
fn breakers_probe_as_those_of_their_libraries() {
    let mut table = String::new();
    for (library, mut breaker) in breakers() {
        let mut now = Time::ZERO;
        let until = loop {
            call(&mut breaker, Verdict::Failure, now);
            if let State::Open { until } = breaker.state() {
                break until;
            }
            now = now + Duration::from_millis(10);
        };
        let wait = until.since(now);
        let probes = (0..1_000).map_while(|_| breaker.admit(until, half).ok());
        let mut probes: Vec<_> = probes.collect();
        let count = probes.len();
        let one = probes.pop().expect("at least one");
        breaker.settle(one, Verdict::Success, until, half);
        let after_one = breaker.state().name();
        for probe in probes {
            breaker.settle(probe, Verdict::Success, until, half);
        }
        let after_all = breaker.state().name();
        writeln!(
            table,
            "{:14} waits {wait}, then probes: {count}; one success: {after_one}, all: {after_all}",
            library.name(),
        )
        .expect("a string takes all");
    }
    expect![[r#"
        resilience4j   waits 1min 1ns, then probes: 10; one success: half-open, all: closed
        polly          waits 5s, then probes: 1; one success: closed, all: closed
        hystrix        waits 5s 1ns, then probes: 1; one success: closed, all: closed
        gobreaker      waits 1min 1ns, then probes: 1; one success: closed, all: closed
        failsafe-go    waits 1min, then probes: 1; one success: closed, all: closed
        recloser       waits 30s 1ns, then probes: 1000; one success: half-open, all: closed
        course-printed waits 1min, then probes: 1000; one success: closed, all: closed
        course-meant   waits 1min, then probes: 1; one success: closed, all: closed
    "#]]
    .assert_eq(&table);
}

/// The waits of a call whose every attempt fails so, drawn in the middle.
fn waits(library: Library, failure: Outcome) -> Option<String> {
    let retry = Retry::new(library.retry()?).expect("a preset is valid");
    let mut driver = Driver::new(retry, &[0.5]);
    assert_eq!(driver.call(0), Action::Send);
    let mut waits = Vec::new();
    while let Action::WaitUntil(at) = driver.reply(0, failure) {
        if waits.len() == 5 {
            waits.push("and so on".to_owned());
            break;
        }
        waits.push(at.since(driver.now).to_string());
        driver.now = at;
        assert_eq!(driver.wake(0), Action::Send);
    }
    Some(if waits.is_empty() { "no retry".to_owned() } else { waits.join(", ") })
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn retries_wait_as_those_of_their_libraries() {
    let mut table = String::new();
    let hint = |secs| Outcome::failed_until(Class::RateLimit, Duration::from_secs(secs));
    for library in Library::ALL {
        for (name, failure) in [
            ("network", Outcome::failed(Class::Network)),
            ("timeout", Outcome::failed(Class::Timeout)),
            ("overload", Outcome::failed(Class::Overload)),
            ("429, 20 s", hint(20)),
            ("429, 90 s", hint(90)),
            ("validation", Outcome::failed(Class::Validation)),
        ] {
            let Some(waits) = waits(library, failure) else { continue };
            writeln!(table, "{:14} {name:10} {waits}", library.name()).expect("it takes all");
        }
    }
    expect![[r#"
        resilience4j   network    500ms, 500ms
        resilience4j   timeout    500ms, 500ms
        resilience4j   overload   500ms, 500ms
        resilience4j   429, 20 s  500ms, 500ms
        resilience4j   429, 90 s  500ms, 500ms
        resilience4j   validation 500ms, 500ms
        polly          network    2s, 2s, 2s
        polly          timeout    2s, 2s, 2s
        polly          overload   2s, 2s, 2s
        polly          429, 20 s  2s, 2s, 2s
        polly          429, 90 s  2s, 2s, 2s
        polly          validation 2s, 2s, 2s
        failsafe-go    network    0s, 0s
        failsafe-go    timeout    0s, 0s
        failsafe-go    overload   0s, 0s
        failsafe-go    429, 20 s  0s, 0s
        failsafe-go    429, 90 s  0s, 0s
        failsafe-go    validation 0s, 0s
        finagle        network    5ms, 10ms
        finagle        timeout    no retry
        finagle        overload   no retry
        finagle        429, 20 s  no retry
        finagle        429, 90 s  no retry
        finagle        validation no retry
        tenacity       network    1s, 2s, 4s, 8s, 16s, and so on
        tenacity       timeout    1s, 2s, 4s, 8s, 16s, and so on
        tenacity       overload   1s, 2s, 4s, 8s, 16s, and so on
        tenacity       429, 20 s  1s, 2s, 4s, 8s, 16s, and so on
        tenacity       429, 90 s  1s, 2s, 4s, 8s, 16s, and so on
        tenacity       validation 1s, 2s, 4s, 8s, 16s, and so on
        envoy          network    12ms 500us
        envoy          timeout    12ms 500us
        envoy          overload   12ms 500us
        envoy          429, 20 s  no retry
        envoy          429, 90 s  no retry
        envoy          validation no retry
        grpc           network    100ms, 200ms, 400ms
        grpc           timeout    no retry
        grpc           overload   100ms, 200ms, 400ms
        grpc           429, 20 s  20s, 20s, 20s
        grpc           429, 90 s  1min 30s, 1min 30s, 1min 30s
        grpc           validation no retry
        aws            network    500ms, 1s
        aws            timeout    500ms, 1s
        aws            overload   500ms, 1s
        aws            429, 20 s  500ms, 1s
        aws            429, 90 s  500ms, 1s
        aws            validation no retry
        openai         network    437ms 500us, 875ms
        openai         timeout    437ms 500us, 875ms
        openai         overload   437ms 500us, 875ms
        openai         429, 20 s  20s, 20s
        openai         429, 90 s  437ms 500us, 875ms
        openai         validation no retry
        anthropic      network    437ms 500us, 875ms
        anthropic      timeout    437ms 500us, 875ms
        anthropic      overload   437ms 500us, 875ms
        anthropic      429, 20 s  20s, 20s
        anthropic      429, 90 s  437ms 500us, 875ms
        anthropic      validation no retry
        mcp            network    1s, 1s 500ms
        mcp            timeout    no retry
        mcp            overload   no retry
        mcp            429, 20 s  no retry
        mcp            429, 90 s  no retry
        mcp            validation no retry
        course-printed network    1s, 2s, 4s, 8s
        course-printed timeout    1s, 2s, 4s
        course-printed overload   2s, 4s, 8s
        course-printed 429, 20 s  1min, 1min, 1min
        course-printed 429, 90 s  1min, 1min, 1min
        course-printed validation no retry
        course-meant   network    500ms, 1s, 2s, 4s, 8s
        course-meant   timeout    500ms, 1s, 2s
        course-meant   overload   1s, 2s, 4s
        course-meant   429, 20 s  1min, 1min, 1min
        course-meant   429, 90 s  1min 30s, 1min 30s, 1min 30s
        course-meant   validation no retry
    "#]]
    .assert_eq(&table);
}

#[test]
fn every_preset_is_valid_and_has_a_name_of_its_own() {
    for library in Library::ALL {
        assert_eq!(Library::from_name(library.name()), Some(library));
        let valid = library.bulkhead().is_none_or(|settings| Bulkhead::new(settings).is_ok());
        assert!(valid, "{library}");
        let valid = library.budget().is_none_or(|settings| Budget::new(settings).is_ok());
        assert!(valid, "{library}");
        assert!(library.timeout().is_none_or(|limit| !limit.is_zero()), "{library}");
    }
    assert_eq!(Library::from_name("histrix"), None);
}
