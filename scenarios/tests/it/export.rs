//! Policies become configurations of other worlds, and come back as they were.

use std::fs;
use std::path::PathBuf;

use expect_test::{Expect, expect};
use scenarios::{
    Diagnostics, Exported, LayerRegistry, ScenarioFile, export, export_formats, import, library,
};

fn exported(text: &str, to: &str) -> Exported {
    let file = ScenarioFile::parse("it.toml", text).unwrap_or_else(|wrong| panic!("{wrong}"));
    let exported = export(&file, to, None, None, &LayerRegistry::builtin());
    exported.unwrap_or_else(|wrong| panic!("{to}: {wrong}\n{text}"))
}

/// A scenario with this policy.
fn scenario(layers: &str) -> String {
    format!(
        "title = \"it\"\nhorizon = \"1h\"\n[agents.a]\narrivals = \"poisson(every=1s)\"\nsteps = \
         [{{ call = \"s\" }}]\n[services.s]\nlatency = \"1s\"\n[services.t]\nlatency = \
         \"1s\"\n[edges]\n\"a -> s\" = \"guarded\"\n[policies]\nguarded = [{layers}]\n"
    )
}

#[track_caller]
fn becomes(layers: &str, to: &str, expected: &Expect) {
    let Exported { text, left_out, .. } = exported(&scenario(layers), to);
    expected.assert_eq(&format!("{text}---\n{}\n", left_out.join("\n")));
}

/// What comes back of an exported text is exported without anything left out: so its settings are
/// what they were.
#[track_caller]
fn comes_back(of: &str, text: &str, to: &str) {
    let first = exported(text, to);
    let registry = LayerRegistry::builtin();
    let Ok(back) = import("back", &first.text, Some(to), &registry) else {
        // What nothing can be said of is all left out.
        assert!(!first.left_out.is_empty(), "{of} to {to}:\n{}", first.text);
        return;
    };
    let file = ScenarioFile::parse("back", &back.text).expect("it is a scenario");
    if export(&file, to, None, None, &registry).is_err() {
        // There is a service without a single layer.
        assert!(!first.left_out.is_empty(), "{of} to {to}:\n{}", first.text);
        return;
    }
    let second = exported(&back.text, to);
    assert!(second.left_out.is_empty(), "{of} to {to}: {:#?}\n{}", second.left_out, first.text);
    let again = import("back", &second.text, Some(to), &registry);
    let again = again.unwrap_or_else(|wrong| panic!("{of} to {to}: {wrong}"));
    assert_eq!(exported(&again.text, to).text, second.text, "{of} to {to}");
}

#[test]
fn what_is_exported_comes_back_as_it_was() {
    for entry in library::all() {
        let file = ScenarioFile::parse(entry.name, entry.text).expect("it is right");
        for to in export_formats() {
            if export(&file, to, None, None, &LayerRegistry::builtin()).is_ok() {
                comes_back(entry.name, entry.text, to);
            }
        }
    }
}

#[test]
fn what_was_imported_is_exported_without_loss() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/import");
    let mut seen = 0;
    for entry in fs::read_dir(folder).expect("it is there") {
        let path = entry.expect("it can be read").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let Some(to) = export_formats().find(|to| name.starts_with(to)) else { continue };
        if path.extension().is_some_and(|ending| ending == "toml") {
            let text = fs::read_to_string(&path).expect("it is text");
            comes_back(&name, &text, to);
            seen += 1;
        }
    }
    assert!(seen >= 10, "{seen} files");
}

#[test]
fn libraries_say_what_they_can() {
    let layers = r#"
        { retry = { like = "resilience4j", max-attempts = 5, base = "1s", factor = 2.0, jitter = 0.5 } },
        { breaker = { like = "resilience4j", window = 20, min-calls = 10, open = "30s" } },
        { timeout = "2s" },
        { bulkhead = { slots = 8, queue = 4 } },
    "#;
    becomes(
        layers,
        "resilience4j",
        &expect![[r##"
            # Made from it.toml by `wavetank export`.
            resilience4j:
              retry:
                instances:
                  guarded:
                    maxAttempts: 5
                    waitDuration: 1s
                    enableExponentialBackoff: true
                    exponentialBackoffMultiplier: 2.0
                    enableRandomizedWait: true
                    randomizedWaitFactor: 0.5
              circuitbreaker:
                instances:
                  guarded:
                    failureRateThreshold: 50
                    slowCallRateThreshold: 100
                    slowCallDurationThreshold: "1m"
                    minimumNumberOfCalls: 10
                    permittedNumberOfCallsInHalfOpenState: 10
                    recordExceptions: [java.lang.Exception]
                    slidingWindowType: COUNT_BASED
                    slidingWindowSize: 20
                    waitDurationInOpenState: 30s
              timelimiter:
                instances:
                  guarded:
                    timeoutDuration: 2s
              thread-pool-bulkhead:
                instances:
                  guarded:
                    maxThreadPoolSize: 8
                    queueCapacity: 4
                    coreThreadPoolSize: 8
            ---

        "##]],
    );
    let layers = r#"
        { timeout = "10s" },
        { retry = { like = "envoy", max-retries = 2, budget = "share(25%, least=5)" } },
        { timeout = "3s" },
        { balance = { over = ["t"], eject = { like = "envoy", consecutive = 3 } } },
    "#;
    becomes(
        layers,
        "envoy",
        &expect![[r##"
            # Made from it.toml by `wavetank export`.
            route_config:
              virtual_hosts:
                - name: all
                  domains: ["*"]
                  routes:
                    - match:
                        path_separated_prefix: "/guarded"
                      route:
                        cluster: guarded
                        timeout: 10s
                        retry_policy:
                          num_retries: 2
                          retry_on: "5xx"
                          retry_back_off:
                            base_interval: 0.025s
                            max_interval: 0.25s
                          per_try_timeout: 3s
            static_resources:
              clusters:
                - name: guarded
                  connect_timeout: 5s
                  circuit_breakers:
                    thresholds:
                      - retry_budget:
                          budget_percent:
                            value: 25.0
                          min_retry_concurrency: 5
                  load_assignment:
                    cluster_name: guarded
                    endpoints:
                      - lb_endpoints:
                          - endpoint:
                              address:
                                socket_address:
                                  address: guarded-1
                                  port_value: 80
                  outlier_detection:
                    consecutive_5xx: 3
                    enforcing_consecutive_5xx: 100
                    consecutive_gateway_failure: 5
                    enforcing_consecutive_gateway_failure: 0
                    max_ejection_percent: 10
                    enforcing_success_rate: 100
                    enforcing_failure_percentage: 0
            ---

        "##]],
    );
    becomes(
        layers,
        "grpc",
        &expect![[r#"
            {
              "methodConfig": [
                {
                  "name": [
                    {
                      "service": "guarded"
                    }
                  ],
                  "timeout": "10s",
                  "retryPolicy": {
                    "maxAttempts": 3,
                    "initialBackoff": "0.025s",
                    "maxBackoff": "0.25s",
                    "backoffMultiplier": 2.0,
                    "retryableStatusCodes": ["UNAVAILABLE", "DEADLINE_EXCEEDED"]
                  }
                }
              ]
            }
            ---
            guarded.timeout.propagates is the default, and in grpc it is `true`
            guarded.retry.network, timeout, overload is `"unlimited x exponential(base=25ms, cap=250ms, jitter=full)"`, and in grpc it is `"unlimited x exponential(base=25ms, cap=250ms, jitter=between(from=0.8, to=1.2))"`
            guarded.retry.retry-after is `"ignore"`, and in grpc it is `"exact"`
            guarded.retry.budget is `{ kind = "share(share=0.25, least=5)" }`, and in grpc it is the default
            guarded.retry.retry-after-overrules, retry-after-restarts is the default, and in grpc it is `true`
            guarded: grpc has no such `timeout`
            guarded: grpc has no such `balance`
        "#]],
    );
    let layers = r#"
        { retry = { like = "polly", backoff = "exponential", jitter = true } },
        { breaker = { like = "polly" } },
        { timeout = "3s" },
    "#;
    becomes(
        layers,
        "polly",
        &expect![[r#"
        {
          "Resilience": {
            "guarded": {
              "Retry": {
                "MaxRetryAttempts": 3,
                "Delay": "00:00:02",
                "BackoffType": "Exponential",
                "UseJitter": true
              },
              "CircuitBreaker": {
                "FailureRatio": 0.1,
                "MinimumThroughput": 100,
                "SamplingDuration": "00:00:30",
                "BreakDuration": "00:00:05"
              },
              "Timeout": {
                "Timeout": "00:00:03"
              }
            }
          }
        }
        ---

    "#]],
    );
    let layers = r#"{ fallback = { to = "t" } }, { retry = { like = "openai", max-retries = 3 } }, { timeout = "1min" }"#;
    becomes(
        layers,
        "litellm",
        &expect![[r#"
        # Made from it.toml by `wavetank export`.
        model_list:
          - model_name: guarded
            litellm_params:
              model: openai/guarded
        router_settings:
          num_retries: 3
          timeout: 60
          fallbacks:
            - guarded: [guarded-fallback-1]
        ---

    "#]],
    );
    let layers = r#"
        { retry = { network = "5 x exponential(1s, cap=30s, jitter=full)", rate-limit = "3 x 60s" } },
        { breaker = { like = "course-meant", failures = 3 } },
    "#;
    becomes(
        layers,
        "course",
        &expect![[r#"
        {
          "circuit_breakers": {
            "guarded": {
              "failure_threshold": 3,
              "reset_timeout_seconds": 60,
              "half_open_max_calls": 1,
              "success_threshold": 1
            }
          },
          "retry_policies": {
            "network_errors": {
              "max_retries": 5,
              "backoff": "exponential",
              "initial_delay_ms": 1000,
              "max_delay_ms": 30000,
              "jitter": true
            },
            "rate_limit_429": {
              "max_retries": 3,
              "backoff": "fixed",
              "delay_ms": 60000
            }
          }
        }
        ---

    "#]],
    );
}

#[test]
fn what_cannot_be_said_is_named() {
    let layers = r#"
        { breaker = { failures = 5, open = "60s", ramp = "10s" } },
        { retry = { network = "3 x exponential(1s, jitter=full)", timeout = "1 x 5s" } },
        { cache = { ttl = "1min" } },
    "#;
    becomes(
        layers,
        "resilience4j",
        &expect![[r##"
            # Made from it.toml by `wavetank export`.
            resilience4j:
              retry:
                instances:
                  guarded:
                    maxAttempts: 4
                    waitDuration: 1s
                    enableExponentialBackoff: true
                    exponentialBackoffMultiplier: 2.0
                    retryExceptions: [java.io.IOException]
              circuitbreaker:
                instances:
                  guarded:
                    failureRateThreshold: 100
                    minimumNumberOfCalls: 5
                    permittedNumberOfCallsInHalfOpenState: 1
                    slidingWindowSize: 5
                    waitDurationInOpenState: "1m"

            # What cannot be said here:
            #   guarded.breaker.failures is `5`, and in resilience4j it is the default
            #   guarded.breaker.ramp is `"10s"`, and in resilience4j it is the default
            #   guarded.breaker.rate, slow-rate, probe-rate is the default, and in resilience4j it is `1.0`
            #   guarded.breaker.window is the default, and in resilience4j it is `"calls(calls=5)"`
            #   guarded.breaker.min-calls is the default, and in resilience4j it is `5`
            #   guarded.breaker.slow is the default, and in resilience4j it is `"1min"`
            #   guarded.breaker.evaluate is the default, and in resilience4j it is `"every-result"`
            #   guarded.breaker.count is the default, and in resilience4j it is `"all"`
            #   guarded.breaker.ignore is the default, and in resilience4j it is `"none"`
            #   guarded.breaker.boundary is the default, and in resilience4j it is `"refuses"`
            #   guarded.breaker.permits-total, probes is the default, and in resilience4j it is `1`
            #   guarded.breaker.late is the default, and in resilience4j it is `"act-current"`
            #   guarded.breaker.on-cancel is the default, and in resilience4j it is `"forget"`
            #   guarded.retry.network is `"3 x exponential(base=1s, jitter=full)"`, and in resilience4j it is `"unlimited x exponential(base=1s)"`
            #   guarded.retry.timeout is `"1 x constant(wait=5s)"`, and in resilience4j it is `"unlimited x exponential(base=1s)"`
            #   guarded.retry.max-retries is the default, and in resilience4j it is `3`
            #   guarded.retry.per-class, only-idempotent is the default, and in resilience4j it is `false`
            #   guarded.retry.retry-after is the default, and in resilience4j it is `"ignore"`
            #   guarded: resilience4j has no such `cache`
            #   guarded: in resilience4j the layers lie so: retry, breaker
            ---
            guarded.breaker.failures is `5`, and in resilience4j it is the default
            guarded.breaker.ramp is `"10s"`, and in resilience4j it is the default
            guarded.breaker.rate, slow-rate, probe-rate is the default, and in resilience4j it is `1.0`
            guarded.breaker.window is the default, and in resilience4j it is `"calls(calls=5)"`
            guarded.breaker.min-calls is the default, and in resilience4j it is `5`
            guarded.breaker.slow is the default, and in resilience4j it is `"1min"`
            guarded.breaker.evaluate is the default, and in resilience4j it is `"every-result"`
            guarded.breaker.count is the default, and in resilience4j it is `"all"`
            guarded.breaker.ignore is the default, and in resilience4j it is `"none"`
            guarded.breaker.boundary is the default, and in resilience4j it is `"refuses"`
            guarded.breaker.permits-total, probes is the default, and in resilience4j it is `1`
            guarded.breaker.late is the default, and in resilience4j it is `"act-current"`
            guarded.breaker.on-cancel is the default, and in resilience4j it is `"forget"`
            guarded.retry.network is `"3 x exponential(base=1s, jitter=full)"`, and in resilience4j it is `"unlimited x exponential(base=1s)"`
            guarded.retry.timeout is `"1 x constant(wait=5s)"`, and in resilience4j it is `"unlimited x exponential(base=1s)"`
            guarded.retry.max-retries is the default, and in resilience4j it is `3`
            guarded.retry.per-class, only-idempotent is the default, and in resilience4j it is `false`
            guarded.retry.retry-after is the default, and in resilience4j it is `"ignore"`
            guarded: resilience4j has no such `cache`
            guarded: in resilience4j the layers lie so: retry, breaker
        "##]],
    );
    becomes(
        layers,
        "polly",
        &expect![[r#"
            {
              "Resilience": {
                "guarded": {
                  "Retry": {
                    "MaxRetryAttempts": 3,
                    "Delay": "00:00:01",
                    "BackoffType": "Exponential",
                    "UseJitter": true,
                    "ShouldRetryAfterHeader": true
                  },
                  "CircuitBreaker": {
                    "FailureRatio": 1.0,
                    "MinimumThroughput": 5,
                    "BreakDuration": "00:01:00"
                  }
                }
              }
            }
            ---
            guarded.breaker.failures is `5`, and in polly it is the default
            guarded.breaker.ramp is `"10s"`, and in polly it is the default
            guarded.breaker.rate is the default, and in polly it is `1.0`
            guarded.breaker.window is the default, and in polly it is `"first-event(size=30s)"`
            guarded.breaker.min-calls is the default, and in polly it is `5`
            guarded.breaker.count is the default, and in polly it is `"all"`
            guarded.breaker.ignore is the default, and in polly it is `"none"`
            guarded.breaker.late is the default, and in polly it is `"act-current"`
            guarded.breaker.on-cancel is the default, and in polly it is `"success"`
            guarded.retry.network is `"3 x exponential(base=1s, jitter=full)"`, and in polly it is `"unlimited x exponential(base=1s, jitter=polly)"`
            guarded.retry.timeout is `"1 x constant(wait=5s)"`, and in polly it is `"unlimited x exponential(base=1s, jitter=polly)"`
            guarded.retry.rate-limit, overload, validation, breaker-open, bulkhead-full, rejected is the default, and in polly it is `"unlimited x exponential(base=1s, jitter=polly)"`
            guarded.retry.max-retries is the default, and in polly it is `3`
            guarded.retry.per-class, only-idempotent is the default, and in polly it is `false`
            guarded.retry.retry-after is the default, and in polly it is `"exact"`
            guarded: polly has no such `cache`
            guarded: in polly the layers lie so: retry, breaker
        "#]],
    );
}

fn refused(policy: Option<&str>, variant: Option<&str>) -> Diagnostics {
    let text =
        scenario("{ timeout = \"1s\" }") + "[variants.slow]\n\"services.s.latency\" = \"2s\"\n";
    let file = ScenarioFile::parse("it.toml", &text).expect("it is TOML");
    export(&file, "polly", policy, variant, &LayerRegistry::builtin()).expect_err("it is refused")
}

#[test]
fn a_policy_and_a_variant_that_are_not_there_are_told() {
    expect![[r#"
        error[unknown-name]: there is no policy `garded`
          --> it.toml:12:1
           |
        12 | [policies]
           | ^
           |
           = help: did you mean `guarded`?

        1 mistake in it.toml"#]]
    .assert_eq(&refused(Some("garded"), None).to_string());
    expect![[r#"
        error[unknown-name]: there is no variant `slwo`
         --> it.toml:1:1
          |
        1 | title = "it"
          | ^
          |
          = help: did you mean `slow`?

        1 mistake in it.toml"#]]
    .assert_eq(&refused(None, Some("slwo")).to_string());
}
