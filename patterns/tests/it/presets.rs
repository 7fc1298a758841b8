//! Presets do what their libraries do, at the boundaries that tell them apart.

use std::fmt::Write;

use expect_test::expect;
use patterns::budget::Budget;
use patterns::bulkhead::Bulkhead;
use patterns::preset::Library;
use patterns::retry::Retry;
use patterns::testing::Driver;
use patterns::{Action, Class, Duration, Outcome};

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
        assert!(library.timeout().is_none_or(|timeout| !timeout.limit.is_zero()), "{library}");
    }
    assert_eq!(Library::from_name("histrix"), None);
}
