//! What another library would not take is a mistake in its file, told at its place and by its key.

use expect_test::{Expect, expect};
use scenarios::{LayerRegistry, import};

/// What is wrong with each of these files, in a line each: the text that is marked, the code, what
/// is wrong, and what to do.
#[track_caller]
fn says(from: &str, files: &[&str], expected: &Expect) {
    let registry = LayerRegistry::builtin();
    let mut said = String::new();
    for text in files {
        match import("it", text, Some(from), &registry) {
            Ok(imported) => {
                said += "it is read\n";
                imported.left_out.iter().for_each(|left| said += &format!("  {left}\n"));
            }
            Err(wrong) => {
                for one in wrong.all() {
                    let line = text[..one.place().start].matches('\n').count() + 1;
                    let marked = &text[one.place()];
                    let help = one.help_text().map(|help| format!(" ({help})"));
                    let help = help.unwrap_or_default();
                    let (code, message) = (one.code(), one.message());
                    said += &format!("{line} `{marked}` {code}: {message}{help}\n");
                }
            }
        }
        said += "---\n";
    }
    expected.assert_eq(&said);
}

#[test]
fn a_wrong_type_in_resilience4j_is_a_mistake() {
    says(
        "resilience4j",
        &[
            "resilience4j: 7\n",
            "resilience4j:\n  retry: [1]\n  bulkhead: 7\n  timelimiter:\n    instances:\n    - a\n",
            "resilience4j:\n  retry:\n    configs: x\n    instances:\n      a: 3\n      \
             b: { baseConfig: [x] }\n      c: { maxAttempts: {}, retryExceptions: { x: 1 } }\n",
            "resilience4j:\n  retry:\n    instances:\n      a: { enableExponentialBackoff: 2, \
             ignoreExceptions: { x: 1 } }\n",
            "resilience4j.retry.instances.a=3\nresilience4j.retry.instances.a.maxAttempts=4\n",
            "resilience4j.retry.instances: 3\nresilience4j.bulkhead: 7\n",
        ],
        &expect![[r#"
            1 `7` wrong-type: `resilience4j` must be a table, not a whole number
            ---
            2 `[1]` wrong-type: `retry` must be a table, not a list
            3 `7` wrong-type: `bulkhead` must be a table, not a whole number
            6 `a
            ` wrong-type: `instances` must be a table, not a list
            ---
            3 `x` wrong-type: `configs` must be a table, not a text
            5 `3` wrong-type: `a` must be a table, not a whole number
            6 `[x]` wrong-type: `baseConfig` must be a text, not a list
            7 `{}` wrong-type: `maxAttempts` must be a whole number, not a table
            7 `{ x: 1 }` wrong-type: `retryExceptions` must be a list of names such as java.io.IOException, not a table
            ---
            4 `2` wrong-type: `enableExponentialBackoff` must be true or false, not `2`
            4 `{ x: 1 }` wrong-type: `ignoreExceptions` must be a list of names such as java.io.IOException, not a table
            ---
            1 `3` wrong-type: `a` must be a table, not a whole number
            2 `resilience4j.retry.instances.a.maxAttempts` twice: `resilience4j.retry.instances.a.maxAttempts` is written twice, or below a value
            ---
            1 `3` wrong-type: `instances` must be a table, not a whole number
            2 `7` wrong-type: `bulkhead` must be a table, not a whole number
            ---
        "#]],
    );
}

#[test]
fn a_wrong_type_in_envoy_is_a_mistake() {
    says(
        "envoy",
        &[
            "static_resources: 7\n",
            "static_resources:\n  clusters: { name: a }\n",
            "clusters:\n- 3\n- name: [a]\n- connect_timeout: 1s\n- name: b\n  \
             outlier_detection: 5\n  load_assignment: { endpoints: {} }\n  circuit_breakers: []\n",
            "clusters:\n- name: a\n  circuit_breakers: { thresholds: { max_requests: 3 } }\n  \
             lb_policy: 3\n  common_lb_config: 4\n",
            "virtual_hosts:\n- routes: { a: 1 }\n- 3\n- routes:\n  - route: { cluster: a, \
             retry_policy: 3 }\n  - route: { cluster: b, retry_policy: { retry_on: 5xx, \
             retry_back_off: 2 } }\n  - route: 5\n",
        ],
        &expect![[r#"
            1 `7` wrong-type: `static_resources` must be a table, not a whole number
            ---
            2 `{ name: a }` wrong-type: `clusters` must be a list, not a table
            ---
            2 `3` wrong-type: each item of `clusters` must be a table, not a whole number
            3 `[a]` wrong-type: `name` must be a text, not a list
            4 `` missing: this cluster has no `name`
            6 `5` wrong-type: `outlier_detection` must be a table, not a whole number
            7 `{}` wrong-type: `endpoints` must be a list, not a table
            8 `[]` wrong-type: `circuit_breakers` must be a table, not a list
            ---
            3 `{ max_requests: 3 }` wrong-type: `thresholds` must be a list, not a table
            4 `3` wrong-type: `lb_policy` must be one of ROUND_ROBIN, LEAST_REQUEST, RANDOM, RING_HASH, MAGLEV, CLUSTER_PROVIDED, LOAD_BALANCING_POLICY_CONFIG, not `3`
            5 `4` wrong-type: `common_lb_config` must be a table, not a whole number
            ---
            2 `{ a: 1 }` wrong-type: `routes` must be a list, not a table
            3 `3` wrong-type: each item of `virtual_hosts` must be a table, not a whole number
            5 `3` wrong-type: `retry_policy` must be a table, not a whole number
            6 `2` wrong-type: `retry_back_off` must be a table, not a whole number
            7 `5` wrong-type: `route` must be a table, not a whole number
            ---
        "#]],
    );
}

#[test]
fn a_wrong_type_in_istio_is_a_mistake() {
    let rule = |spec: &str| {
        format!("apiVersion: networking.istio.io/v1\nkind: DestinationRule\nspec: {spec}\n")
    };
    let routes = |spec: &str| {
        format!("apiVersion: networking.istio.io/v1\nkind: VirtualService\nspec: {spec}\n")
    };
    says(
        "istio",
        &[
            "apiVersion: networking.istio.io/v1\nkind: DestinationRule\n",
            "kind: List\nitems:\n- 3\n- kind: VirtualService\n  spec: { http: [] }\n",
            &rule("7"),
            &rule("{ trafficPolicy: {} }"),
            &rule("{ host: [a], trafficPolicy: 3 }"),
            &rule("{ host: a, trafficPolicy: { connectionPool: 3, outlierDetection: [] } }"),
            &rule("{ host: a, trafficPolicy: { connectionPool: { http: 3 } } }"),
            &routes("{ http: { timeout: 1s } }"),
            &routes("{ http: [ { route: {} }, { route: [ { destination: { host: 1 } } ] } ] }"),
            &routes("{ http: [ { route: [ { destination: { host: a } } ], retries: 3 } ] }"),
        ],
        &expect![[r#"
            1 `` missing: this resource has no `spec`
            ---
            3 `3` wrong-type: each item of `items` must be a table, not a whole number
            4 `` missing: this resource has no `apiVersion`
            ---
            3 `7` wrong-type: `spec` must be a table, not a whole number
            ---
            3 `` missing: this rule has no `host`
            ---
            3 `[a]` wrong-type: `host` must be a text, not a list
            3 `3` wrong-type: `trafficPolicy` must be a table, not a whole number
            ---
            3 `3` wrong-type: `connectionPool` must be a table, not a whole number
            3 `[]` wrong-type: `outlierDetection` must be a table, not a list
            ---
            3 `3` wrong-type: `http` must be a table, not a whole number
            ---
            3 `{ timeout: 1s }` wrong-type: `http` must be a list, not a table
            ---
            3 `{}` wrong-type: `route` must be a list, not a table
            3 `1` wrong-type: `host` must be a text, not a whole number
            ---
            3 `3` wrong-type: `retries` must be a table, not a whole number
            ---
        "#]],
    );
}

#[test]
fn a_wrong_type_in_grpc_is_a_mistake() {
    says(
        "grpc",
        &[
            "{ \"methodConfig\": {} }",
            "{ \"methodConfig\": [ 3, { \"name\": {}, \"retryPolicy\": 4 } ] }",
            "{ \"methodConfig\": [ { \"name\": [ 3, { \"service\": 4 } ], \"timeout\": {} } ] }",
            "{ \"retryThrottling\": 3 }",
            "{ \"loadBalancingConfig\": { \"outlier_detection\": {} } }",
            "{ \"loadBalancingConfig\": [ 3, { \"outlier_detection\": [] } ] }",
        ],
        &expect![[r#"
            1 `{}` wrong-type: `methodConfig` must be a list, not a table
            ---
            1 `3` wrong-type: each item of `methodConfig` must be a table, not a whole number
            1 `{}` wrong-type: `name` must be a list, not a table
            1 `4` wrong-type: `retryPolicy` must be a table, not a whole number
            ---
            1 `3` wrong-type: each item of `name` must be a table, not a whole number
            1 `4` wrong-type: `service` must be a text, not a whole number
            1 `{}` wrong-type: `timeout` must be seconds as a text with an s, such as "1.5s", not a table
            ---
            1 `3` wrong-type: `retryThrottling` must be a table, not a whole number
            ---
            1 `{ "outlier_detection": {} }` wrong-type: `loadBalancingConfig` must be a list, not a table
            ---
            1 `3` wrong-type: each item of `loadBalancingConfig` must be a table, not a whole number
            1 `[]` wrong-type: `outlier_detection` must be a table, not a list
            ---
        "#]],
    );
}

#[test]
fn a_wrong_type_in_polly_is_a_mistake() {
    says(
        "polly",
        &[
            "{ \"Retry\": { \"Delay\": [] }, \"CircuitBreaker\": 7, \"Timeout\": [] }",
            "{ \"Retry\": { \"MaxRetryAttempts\": {}, \"UseJitter\": 3, \"BackoffType\": \
             \"slow\" }, \"Timeout\": \"soon\" }",
        ],
        &expect![[r#"
            1 `[]` wrong-type: `Delay` must be a length of time such as "00:00:30", not a list
            1 `7` wrong-type: `CircuitBreaker` must be a table of settings, not a whole number
            1 `[]` wrong-type: `Timeout` must be a table of settings, not a list
            ---
            1 `{}` wrong-type: `MaxRetryAttempts` must be a whole number, not a table
            1 `3` wrong-type: `UseJitter` must be true or false, not `3`
            1 `"slow"` wrong-type: `BackoffType` must be one of Constant, Linear, Exponential, not `slow`
            1 `"soon"` wrong-type: `Timeout` must be a length of time such as "00:00:30", not `soon`
            ---
        "#]],
    );
}

#[test]
fn a_wrong_type_in_litellm_is_a_mistake() {
    says(
        "litellm",
        &[
            "model_list: { model_name: a }\n",
            "model_list:\n- 3\n- litellm_params: { model: x }\n- model_name: a\n- model_name: b\n  \
             litellm_params: 3\nrouter_settings: [1]\nlitellm_settings: 4\n",
            "model_list:\n- { model_name: a, litellm_params: { model: x, rpm: many } }\n\
             router_settings:\n  fallbacks: { a: [b] }\n  default_fallbacks: [3]\n  \
             retry_policy: 3\n  disable_cooldowns: 4\n  num_retries: [1]\n",
            "model_list:\n- { model_name: a, litellm_params: { model: x } }\n\
             router_settings:\n  fallbacks: [a, { a: { b: c } }]\n",
        ],
        &expect![[r#"
            1 `{ model_name: a }` wrong-type: `model_list` must be a list, not a table
            ---
            2 `3` wrong-type: each item of `model_list` must be a table, not a whole number
            3 `` missing: this model has no `model_name`, which LiteLLM needs
            4 `` missing: this model has no `litellm_params`, which LiteLLM needs
            6 `3` wrong-type: `litellm_params` must be a table, not a whole number
            7 `[1]` wrong-type: `router_settings` must be a table, not a list
            8 `4` wrong-type: `litellm_settings` must be a table, not a whole number
            ---
            2 `many` wrong-type: `rpm` must be a whole number, not `many`
            4 `{ a: [b] }` wrong-type: `fallbacks` must be a list, not a table
            5 `3` wrong-type: `default_fallbacks` must be a list of names of models, and has a whole number
            6 `3` wrong-type: `retry_policy` must be a table, not a whole number
            7 `4` wrong-type: `disable_cooldowns` must be true or false, not `4`
            8 `[1]` wrong-type: `num_retries` must be a whole number, not a list
            ---
            4 `a` wrong-type: each item of `fallbacks` must be a table, not a text
            4 `{ b: c }` wrong-type: `a` must be a list of names of models, and has a table
            ---
        "#]],
    );
}

#[test]
fn a_wrong_type_in_course_is_a_mistake() {
    says(
        "course",
        &[
            "{ \"circuit_breaker\": 7 }",
            "{ \"circuit_breaker\": [3, { \"name\": 4 }] }",
            "{ \"circuit_breakers\": 3, \"retry_policies\": [] }",
            "{ \"circuit_breakers\": { \"a\": [], \"b\": 3 }, \"retry_policies\": { \"timeout\": \
             4 } }",
            "{ \"circuit_breaker\": { \"failure_threshold\": \"many\", \"timeout\": {} }, \
             \"retry_policy\": { \"max_retries\": [], \"backoff\": 3 } }",
            "[ 3, { \"retry_policies\": { \"timeout\": { \"max_retries\": 1, \"jitter\": 4, \
             \"delay_ms\": \"long\" } } } ]",
        ],
        &expect![[r#"
            1 `7` wrong-type: `circuit_breaker` must be a table of settings, not a whole number
            ---
            1 `3` wrong-type: `circuit_breaker` must be a table of settings, not a whole number
            1 `4` wrong-type: `name` must be a text, not a whole number
            ---
            1 `3` wrong-type: `circuit_breakers` must be a table, not a whole number
            1 `[]` wrong-type: `retry_policies` must be a table, not a list
            ---
            1 `[]` wrong-type: `a` must be a table, not a list
            1 `3` wrong-type: `b` must be a table, not a whole number
            1 `4` wrong-type: `timeout` must be a table, not a whole number
            ---
            1 `"many"` wrong-type: `failure_threshold` must be a whole number, not `many`
            1 `{}` wrong-type: `timeout` must be a number of seconds, from 0 on, not a table
            1 `[]` wrong-type: `max_retries` must be a whole number, not a list
            1 `3` wrong-type: `backoff` must be one of exponential, exponential_backoff, fixed, fixed_delay, constant, linear, linear_backoff, not `3`
            ---
            1 `3` wrong-type: each item of the file must be a table, not a whole number
            1 `4` wrong-type: `jitter` must be true or false, not `4`
            1 `"long"` wrong-type: `delay_ms` must be a number of milliseconds, from 0 on, not `long`
            ---
        "#]],
    );
}

#[test]
fn what_is_there_twice_in_resilience4j_is_a_mistake() {
    says(
        "resilience4j",
        &[
            "resilience4j:\n  retry:\n    instances:\n      a: { maxAttempts: 3, max-attempts: 4 }\n",
            "resilience4j.retry.instances.a.maxAttempts=3\n\
             resilience4j.retry.instances.a.maxAttempts=4\n",
            "resilience4j:\n  retry: { instances: { a: { maxAttempts: 3 } } }\n\
             resilience4j.retry.instances.a.maxAttempts: 4\n",
            "resilience4j:\n  retry: { instances: { a: { maxAttempts: 3 } } }\n  Retry: {}\n",
            "resilience4j:\n  retry:\n    instances:\n      a: { maxAttempts: 3, \
             maxRetryAttempts: 4 }\n",
        ],
        &expect![[r#"
            4 `max-attempts` twice: `max-attempts` is written twice (it stands there as `maxAttempts`, too)
            ---
            2 `resilience4j.retry.instances.a.maxAttempts` twice: `resilience4j.retry.instances.a.maxAttempts` is written twice, or below a value
            ---
            3 `resilience4j.retry.instances.a.maxAttempts` twice: `resilience4j.retry.instances.a.maxAttempts` is written twice, or below a value
            ---
            3 `Retry` twice: `Retry` is written twice (it stands there as `retry`, too)
            ---
            it is read
              it:4 maxRetryAttempts = 4: `maxAttempts = 3` says the same, and counts
            ---
        "#]],
    );
}

#[test]
fn what_is_there_twice_in_envoy_is_a_mistake() {
    says(
        "envoy",
        &[
            "clusters:\n- { name: a, connect_timeout: 1s }\n- { name: a, connect_timeout: 2s }\n",
            "clusters:\n- name: a\n  outlier_detection: { interval: 1s, Interval: 2s }\n",
            "clusters:\n- name: a\n  lb_policy: RANDOM\n  lbPolicy: RANDOM\n",
        ],
        &expect![[r#"
            3 `a` twice: there is a cluster `a` already
            ---
            3 `Interval` twice: `Interval` is written twice (it stands there as `interval`, too)
            ---
            4 `lbPolicy` twice: `lbPolicy` is written twice (it stands there as `lb_policy`, too)
            ---
        "#]],
    );
}

#[test]
fn what_is_there_twice_in_grpc_is_a_mistake() {
    says(
        "grpc",
        &[
            "{ \"methodConfig\": [ { \"name\": [ { \"service\": \"a\" } ] }, { \"name\": [ \
             { \"service\": \"a\" } ] } ] }",
            "{ \"methodConfig\": [ { \"name\": [ {}, {} ] }, { \"name\": [ { \"service\": \"a\", \
             \"method\": \"b\" }, { \"service\": \"a\", \"method\": \"b\" } ] } ] }",
        ],
        &expect![[r#"
            1 `{ "service": "a" }` twice: the service `a` is written twice
            ---
            1 `{}` twice: the name of all methods is written twice
            1 `{ "service": "a", "method": "b" }` twice: the method `a/b` is written twice
            ---
        "#]],
    );
}

#[test]
fn what_is_there_twice_in_polly_is_a_mistake() {
    says(
        "polly",
        &[
            "{ \"Retry\": { \"Delay\": \"00:00:01\", \"delay\": \"00:00:02\" } }",
            "{ \"Retry\": { \"Delay\": \"00:00:01\" }, \"retry\": {} }",
        ],
        &expect![[r#"
            1 `"delay"` twice: `delay` is written twice (it stands there as `Delay`, too)
            ---
            1 `"retry"` twice: `retry` is written twice (it stands there as `Retry`, too)
            ---
        "#]],
    );
}

#[test]
fn what_is_there_twice_in_course_is_a_mistake() {
    says(
        "course",
        &[
            "{ \"circuit_breakers\": [ { \"name\": \"a\" }, { \"name\": \"a\" } ] }",
            "{ \"circuit_breaker\": { \"failure_threshold\": 3, \"threshold\": 4 } }",
            "{ \"retry_policies\": { \"timeout\": { \"max_retries\": 1 }, \"mcp_timeout\": \
             { \"max_retries\": 2 } } }",
        ],
        &expect![[r#"
            1 `"a"` twice: there is a breaker `a` already
            ---
            it is read
              it:1 threshold = 4: `failure_threshold = 3` says the same, and counts
            ---
            it is read
              it:1 max_retries = 1; assumed: that waits are constant, and the wait of 1 s: `mcp_timeout` is for the same failures, and counts
            ---
        "#]],
    );
}

#[test]
fn what_resilience4j_refuses_is_refused_at_the_value_and_all_at_once() {
    says(
        "resilience4j",
        &[
            "resilience4j:\n  circuitbreaker:\n    instances:\n      a:\n        \
             failureRateThreshold: 150\n        slowCallRateThreshold: 0\n        \
             slidingWindowSize: 0\n        minimumNumberOfCalls: -1\n        \
             slowCallDurationThreshold: 0\n        waitDurationInOpenState: -1s\n        \
             permittedNumberOfCallsInHalfOpenState: 0\n        enableRandomizedWait: true\n        \
             randomizedWaitFactor: 1\n        initialState: SHUT\n        \
             slidingWindowType: CALLS\n",
            "resilience4j:\n  retry:\n    instances:\n      a: { maxAttempts: 0, waitDuration: \
             1m30s, enableExponentialBackoff: true, exponentialBackoffMultiplier: 0.5 }\n  \
             ratelimiter:\n    instances:\n      a: { limitForPeriod: 0, limitRefreshPeriod: 0 }\n  \
             bulkhead:\n    instances:\n      a: { maxConcurrentCalls: 0, maxWaitDuration: 1.5s }\n  \
             thread-pool-bulkhead:\n    instances:\n      a: { maxThreadPoolSize: 0, \
             queueCapacity: -1 }\n",
        ],
        &expect![[r#"
            5 `150` out-of-range: `failureRateThreshold` must be at least 1 and at most 100, not 150
            6 `0` out-of-range: `slowCallRateThreshold` must be at least 1 and at most 100, not 0
            7 `0` out-of-range: `slidingWindowSize` must be at least 1, not 0
            8 `-1` out-of-range: `minimumNumberOfCalls` must be at least 1, not -1
            9 `0` out-of-range: `slowCallDurationThreshold` must be more than 0s, not 0
            10 `-1s` out-of-range: `waitDurationInOpenState` is negative: `-1s`
            11 `0` out-of-range: `permittedNumberOfCallsInHalfOpenState` must be at least 1, not 0
            13 `1` out-of-range: `randomizedWaitFactor` must be at least 0 and less than 1, not 1
            14 `SHUT` wrong-type: `initialState` must be one of CLOSED, OPEN, HALF_OPEN, FORCED_OPEN, DISABLED, METRICS_ONLY, not `SHUT`
            15 `CALLS` wrong-type: `slidingWindowType` must be one of COUNT_BASED, TIME_BASED, not `CALLS`
            ---
            4 `0` out-of-range: `maxAttempts` must be at least 1, not 0
            4 `1m30s` wrong-type: `waitDuration` must be a length of time such as 10s, 500ms or PT10S, or milliseconds, not `1m30s`
            4 `0.5` out-of-range: `exponentialBackoffMultiplier` must be at least 1, not 0.5
            7 `0` out-of-range: `limitForPeriod` must be at least 1, not 0
            7 `0` out-of-range: `limitRefreshPeriod` must be more than 0s, not 0
            10 `0` out-of-range: `maxConcurrentCalls` must be at least 1, not 0
            10 `1.5s` wrong-type: `maxWaitDuration` must be a length of time such as 10s, 500ms or PT10S, or milliseconds, not `1.5s`
            13 `0` out-of-range: `maxThreadPoolSize` must be at least 1, not 0
            13 `-1` out-of-range: `queueCapacity` must be at least 0, not -1
            ---
        "#]],
    );
}

#[test]
fn what_envoy_refuses_is_refused_at_the_value_and_all_at_once() {
    says(
        "envoy",
        &[
            "clusters:\n- name: a\n  lb_policy: LEAST_CONN\n  outlier_detection:\n    \
             interval: 10\n    base_ejection_time: 0s\n    max_ejection_percent: 101\n    \
             consecutive_5xx: -1\n    enforcing_success_rate: 200\n    \
             failure_percentage_threshold: 101\n    max_ejection_time: 250ms\n    \
             enforcing_failure_percentage: 101\n    enforcing_consecutive_gateway_failure: 101\n  \
             common_lb_config: { healthy_panic_threshold: { value: 101 } }\n  \
             circuit_breakers:\n    thresholds:\n    - max_requests: -1\n      \
             max_pending_requests: 4294967296\n      \
             retry_budget: { budget_percent: { value: 120 }, min_retry_concurrency: -1 }\n",
            "virtual_hosts:\n- routes:\n  - route:\n      cluster: a\n      timeout: 5\n      \
             retry_policy:\n        retry_on: 5xx\n        num_retries: -1\n        \
             per_try_timeout: 1m\n        retry_back_off: { base_interval: 2s, max_interval: 1s }\n",
        ],
        &expect![[r#"
            3 `LEAST_CONN` wrong-type: `lb_policy` must be one of ROUND_ROBIN, LEAST_REQUEST, RANDOM, RING_HASH, MAGLEV, CLUSTER_PROVIDED, LOAD_BALANCING_POLICY_CONFIG, not `LEAST_CONN`
            5 `10` wrong-type: `interval` must be seconds as a text with an s, such as "1.5s", not `10`
            6 `0s` out-of-range: `base_ejection_time` must be more than 0s, not 0s
            7 `101` out-of-range: `max_ejection_percent` must be at least 0 and at most 100, not 101
            8 `-1` out-of-range: `consecutive_5xx` must be at least 0, not -1
            9 `200` out-of-range: `enforcing_success_rate` must be at least 0 and at most 100, not 200
            10 `101` out-of-range: `failure_percentage_threshold` must be at least 0 and at most 100, not 101
            11 `250ms` wrong-type: `max_ejection_time` must be seconds as a text with an s, such as "1.5s", not `250ms`
            12 `101` out-of-range: `enforcing_failure_percentage` must be at least 0 and at most 100, not 101
            13 `101` out-of-range: `enforcing_consecutive_gateway_failure` must be at least 0 and at most 100, not 101
            14 `101` out-of-range: `healthy_panic_threshold.value` must be at least 0 and at most 100, not 101
            17 `-1` out-of-range: `max_requests` must be at least 0, not -1
            18 `4294967296` out-of-range: `max_pending_requests` must be at least 0 and at most 4294967295, not 4294967296
            19 `120` out-of-range: `budget_percent.value` must be at least 0 and at most 100, not 120
            19 `-1` out-of-range: `min_retry_concurrency` must be at least 0, not -1
            ---
            5 `5` wrong-type: `timeout` must be seconds as a text with an s, such as "1.5s", not `5`
            8 `-1` out-of-range: `num_retries` must be at least 0, not -1
            9 `1m` wrong-type: `per_try_timeout` must be seconds as a text with an s, such as "1.5s", not `1m`
            10 `1s` out-of-range: `max_interval` must be at least `base_interval`, which is 2s
            ---
        "#]],
    );
}

#[test]
fn what_istio_refuses_is_refused_at_the_value_and_all_at_once() {
    says(
        "istio",
        &[
            "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nspec:\n  host: a\n  \
             trafficPolicy:\n    loadBalancer: { simple: RING_HASH }\n    connectionPool:\n      \
             tcp: { maxConnections: -1 }\n      http: { http2MaxRequests: many, maxRetries: -1 }\n    \
             outlierDetection:\n      interval: 10\n      baseEjectionTime: 0s\n      \
             maxEjectionPercent: 101\n      minHealthPercent: -1\n",
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nspec:\n  http:\n  - route: \
             [{ destination: { host: a } }]\n    timeout: 5\n    retries: { attempts: -1, \
             perTryTimeout: 1d, retryOn: \"5xx,sometimes,404\" }\n",
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nspec:\n  http:\n  - route: \
             [{ destination: { host: a } }]\n    timeout: 0s\n    retries: { attempts: 0, \
             retryOn: 5xx }\n",
        ],
        &expect![[r#"
            6 `RING_HASH` wrong-type: `simple` must be one of ROUND_ROBIN, LEAST_REQUEST, LEAST_CONN, RANDOM, PASSTHROUGH, UNSPECIFIED, not `RING_HASH`
            8 `-1` out-of-range: `maxConnections` must be at least 0, not -1
            9 `many` wrong-type: `http2MaxRequests` must be a whole number, not `many`
            9 `-1` out-of-range: `maxRetries` must be at least 0, not -1
            11 `10` wrong-type: `interval` must be a length of time such as 1.5s, 250ms or 1m30s, not `10`
            12 `0s` out-of-range: `baseEjectionTime` must be at least 1ms, not 0s
            13 `101` out-of-range: `maxEjectionPercent` must be at least 0 and at most 100, not 101
            14 `-1` out-of-range: `minHealthPercent` must be at least 0 and at most 100, not -1
            ---
            6 `5` wrong-type: `timeout` must be a length of time such as 1.5s, 250ms or 1m30s, not `5`
            7 `-1` out-of-range: `attempts` must be at least 0, not -1
            7 `1d` wrong-type: `perTryTimeout` must be a length of time such as 1.5s, 250ms or 1m30s, not `1d`
            7 `"5xx,sometimes,404"` unknown-word: `retryOn` has no `sometimes` (there is: connect-failure, gateway-error, 5xx, envoy-ratelimited, deadline-exceeded, refused-stream, reset, reset-before-request, http3-post-connect-failure, unavailable, resource-exhausted, internal, retriable-status-codes, retriable-4xx, cancelled, retriable-headers)
            ---
            6 `0s` out-of-range: `timeout` must be at least 1ms, not 0s
            7 `0` conflict: `attempts` is 0, and `retryOn` says how: Istio takes only one of them
            ---
        "#]],
    );
}

#[test]
fn what_grpc_refuses_is_refused_at_the_value_and_all_at_once() {
    says(
        "grpc",
        &[
            "{ \"methodConfig\": [ { \"timeout\": \"1\",\n \"retryPolicy\": { \"maxAttempts\": 1,\n \
             \"initialBackoff\": \"0s\", \"maxBackoff\": \"5\", \"backoffMultiplier\": 0,\n \
             \"retryableStatusCodes\": [ \"UNAVAILABEL\", \"CANCELLED\" ] },\n \
             \"hedgingPolicy\": { \"maxAttempts\": 1, \"hedgingDelay\": 500 } } ],\n \
             \"retryThrottling\": { \"maxTokens\": 1001, \"tokenRatio\": 0 } }",
            "{ \"methodConfig\": [ { \"name\": [ { \"method\": \"m\" } ], \"retryPolicy\": { \
             \"retryableStatusCodes\": [] } } ],\n \"retryThrottling\": {} }",
            "{ \"loadBalancingConfig\": [ { \"outlier_detection\": { \"interval\": 10,\n \
             \"maxEjectionPercent\": 101, \"successRateEjection\": { \"enforcementPercentage\": \
             101 },\n \"failurePercentageEjection\": { \"threshold\": 101 } } } ] }",
        ],
        &expect![[r#"
            1 `"1"` wrong-type: `timeout` must be seconds as a text with an s, such as "1.5s", not `1`
            2 `1` out-of-range: `maxAttempts` must be at least 2, not 1
            3 `"0s"` out-of-range: `initialBackoff` must be more than 0s, not 0s
            3 `"5"` wrong-type: `maxBackoff` must be seconds as a text with an s, such as "1.5s", not `5`
            3 `0` out-of-range: `backoffMultiplier` must be more than 0, not 0
            4 `"UNAVAILABEL"` unknown-word: `retryableStatusCodes` has no `UNAVAILABEL` (did you mean `UNAVAILABLE`?)
            5 `"hedgingPolicy"` conflict: `hedgingPolicy` may not stand beside `retryPolicy`: gRPC takes one
            5 `1` out-of-range: `maxAttempts` must be at least 2, not 1
            5 `500` wrong-type: `hedgingDelay` must be seconds as a text with an s, such as "1.5s", not `500`
            6 `1001` out-of-range: `maxTokens` must be more than 0 and at most 1000, not 1001
            6 `0` out-of-range: `tokenRatio` must be more than 0, not 0
            ---
            1 `{ "method": "m" }` missing: the method `m` has no `service`
            1 `"retryPolicy"` missing: `retryPolicy` has no `maxAttempts`, which gRPC needs
            1 `"retryPolicy"` missing: `retryPolicy` has no `initialBackoff`, which gRPC needs
            1 `"retryPolicy"` missing: `retryPolicy` has no `maxBackoff`, which gRPC needs
            1 `"retryPolicy"` missing: `retryPolicy` has no `backoffMultiplier`, which gRPC needs
            1 `[]` missing: `retryableStatusCodes` must have at least one code
            2 `"retryThrottling"` missing: `retryThrottling` has no `maxTokens`, which gRPC needs
            2 `"retryThrottling"` missing: `retryThrottling` has no `tokenRatio`, which gRPC needs
            ---
            1 `10` wrong-type: `interval` must be seconds as a text with an s, such as "1.5s", not `10`
            2 `101` out-of-range: `maxEjectionPercent` must be at least 0 and at most 100, not 101
            2 `101` out-of-range: `enforcementPercentage` must be at least 0 and at most 100, not 101
            3 `101` out-of-range: `threshold` must be at least 0 and at most 100, not 101
            ---
        "#]],
    );
}

#[test]
fn what_polly_refuses_is_refused_at_the_value_and_all_at_once() {
    says(
        "polly",
        &[
            "{ \"Retry\": { \"MaxRetryAttempts\": 0, \"Delay\": \"-00:00:01\", \"MaxDelay\": \
             \"2.00:00:00\" },\n \"CircuitBreaker\": { \"FailureRatio\": 1.5, \
             \"MinimumThroughput\": 1, \"SamplingDuration\": \"00:00:00.1\", \"BreakDuration\": \
             \"00:00:00\" },\n \"Timeout\": { \"Timeout\": 10 }, \"Hedging\": { \
             \"MaxHedgedAttempts\": 11 },\n \"ConcurrencyLimiter\": { \"PermitLimit\": 0, \
             \"QueueLimit\": -1 } }",
            "{ \"TotalRequestTimeout\": { \"Timeout\": \"00:00:05\" },\n \"AttemptTimeout\": { \
             \"Timeout\": \"00:00:20\" } }",
        ],
        &expect![[r#"
            1 `0` out-of-range: `MaxRetryAttempts` must be at least 1, not 0
            1 `"-00:00:01"` out-of-range: `Delay` is negative: `-00:00:01`
            1 `"2.00:00:00"` out-of-range: `MaxDelay` must be at most 1d, not 2.00:00:00
            2 `1.5` out-of-range: `FailureRatio` must be at least 0 and at most 1, not 1.5
            2 `1` out-of-range: `MinimumThroughput` must be at least 2, not 1
            2 `"00:00:00.1"` out-of-range: `SamplingDuration` must be at least 500ms and at most 1d, not 00:00:00.1
            2 `"00:00:00"` out-of-range: `BreakDuration` must be at least 500ms and at most 1d, not 00:00:00
            3 `10` out-of-range: `Timeout` must be at least 10ms and at most 1d, not 10
            3 `11` out-of-range: `MaxHedgedAttempts` must be at least 1 and at most 10, not 11
            4 `0` out-of-range: `PermitLimit` must be at least 1, not 0
            4 `-1` out-of-range: `QueueLimit` must be at least 0, not -1
            ---
            2 `"00:00:20"` conflict: the timeout of an attempt, 20s, must be shorter than `TotalRequestTimeout`, 5s
            2 `"00:00:20"` conflict: `SamplingDuration`, 30s, must be at least twice the timeout of an attempt, 20s
            ---
        "#]],
    );
}

#[test]
fn what_litellm_refuses_is_refused_at_the_value_and_all_at_once() {
    says(
        "litellm",
        &["model_list:\n- { model_name: a, litellm_params: { model: x, rpm: 0, \
             max_parallel_requests: 0 } }\nrouter_settings:\n  num_retries: -1\n  timeout: 0\n  \
             allowed_fails: -1\n  cooldown_time: -5\n  routing_strategy: fastest\n  \
             retry_policy: { TimeoutErrorRetries: -1 }\n"],
        &expect![[r#"
            2 `0` out-of-range: `rpm` must be at least 1, not 0
            2 `0` out-of-range: `max_parallel_requests` must be at least 1, not 0
            4 `-1` out-of-range: `num_retries` must be at least 0, not -1
            5 `0` out-of-range: `timeout` must be more than 0s, not 0
            6 `-1` out-of-range: `allowed_fails` must be at least 0, not -1
            7 `-5` out-of-range: `cooldown_time` is negative: `-5`
            8 `fastest` wrong-type: `routing_strategy` must be one of simple-shuffle, least-busy, latency-based-routing, usage-based-routing, usage-based-routing-v2, cost-based-routing, not `fastest`
            9 `-1` out-of-range: `TimeoutErrorRetries` must be at least 0, not -1
            ---
        "#]],
    );
}

#[test]
fn what_course_refuses_is_refused_at_the_value_and_all_at_once() {
    says(
        "course",
        &["{ \"circuit_breaker\": { \"failure_threshold\": 0, \"reset_timeout_seconds\": -1,\n \
             \"half_open_max_calls\": 0, \"success_threshold\": 0 },\n \"retry_policies\": { \
             \"timeout\": { \"max_retries\": -1, \"initial_delay_ms\": -1, \
             \"backoff_multiplier\": 0.5, \"backoff\": \"slow\" } } }"],
        &expect![[r#"
            1 `0` out-of-range: `failure_threshold` must be at least 1, not 0
            1 `-1` out-of-range: `reset_timeout_seconds` is negative: `-1`
            2 `0` out-of-range: `half_open_max_calls` must be at least 1, not 0
            2 `0` out-of-range: `success_threshold` must be at least 1, not 0
            3 `-1` out-of-range: `max_retries` must be at least 0, not -1
            3 `-1` out-of-range: `initial_delay_ms` is negative: `-1`
            3 `0.5` out-of-range: `backoff_multiplier` must be at least 1, not 0.5
            3 `"slow"` wrong-type: `backoff` must be one of exponential, exponential_backoff, fixed, fixed_delay, constant, linear, linear_backoff, not `slow`
            ---
        "#]],
    );
}

#[test]
fn what_cannot_be_said_here_is_told_by_the_key_there() {
    says(
        "resilience4j",
        &["resilience4j:\n  timelimiter: { instances: { a: { timeoutDuration: 0 } } }\n  retry: \
             { instances: { a: { maxAttempts: x } } }\n"],
        &expect![[r#"
            2 `0` out-of-range: `timeoutDuration = 0` cannot be taken over: `limit` must be longer than 0s, or "unlimited", not 0s
            3 `x` wrong-type: `maxAttempts` must be a whole number, not `x`
            ---
        "#]],
    );
    says(
        "envoy",
        &["clusters:\n- name: a\n  circuit_breakers: { thresholds: [{ max_requests: 0 }] }\n"],
        &expect![[r#"
            3 `0` out-of-range: `max_requests = 0` cannot be taken over: `slots` must be at least 1, or "unlimited", not 0
            ---
        "#]],
    );
}

#[test]
fn documents_of_profiles_are_read_where_they_are_active_and_named_where_they_are_not() {
    let of = |above: &str, attempts: u32| {
        format!(
            "{above}resilience4j:\n  retry:\n    instances:\n      a: {{ maxAttempts: {attempts} \
             }}\n"
        )
    };
    let old = "spring:\n  profiles: prod\n";
    let new = "spring:\n  config:\n    activate:\n      on-profile: [prod, test]\n";
    let active = "spring:\n  profiles:\n    active: prod\n";
    let including = "spring.profiles.include: common\n";
    says(
        "resilience4j",
        &[
            &of(active, 3),
            &of(including, 3),
            &of(old, 3),
            &of(new, 3),
            &format!("{}---\n{}", of("", 3), of(old, 4)),
            "resilience4j.retry.instances.a.maxAttempts=3\n#---\n\
             spring.config.activate.on-profile=prod\nresilience4j.retry.instances.a.maxAttempts=4\n",
        ],
        &expect![[r#"
            it is read
            ---
            it is read
            ---
            4 `` missing: nothing that resilience4j calls can be found here (`profile prod` was left out: the document counts only where this profile is active; `spring.profiles.active` in the first document makes it so)
            ---
            6 `` missing: nothing that resilience4j calls can be found here (`profile prod, test` was left out: the document counts only where this profile is active; `spring.profiles.active` in the first document makes it so)
            ---
            it is read
              it:9 profile prod: the document counts only where this profile is active; `spring.profiles.active` in the first document makes it so
            ---
            it is read
              it:4 profile prod: the document counts only where this profile is active; `spring.profiles.active` in the first document makes it so
            ---
        "#]],
    );
    let text = format!("{}---\n{}", of(active, 3), of(new, 4));
    let imported = import("it", &text, None, &LayerRegistry::builtin()).expect("it is right");
    assert!(imported.text.contains("max-attempts = 4"), "{}", imported.text);
}
