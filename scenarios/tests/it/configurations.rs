//! What a configuration of a library says is what the scenario says, and the other way round.

use scenarios::{Exported, LayerRegistry, ScenarioFile, export, import};

/// The scenario of a configuration, and what is left out.
fn imported(text: &str) -> (String, Vec<String>) {
    let imported = import("it", text, None, &LayerRegistry::builtin());
    let imported = imported.unwrap_or_else(|wrong| panic!("{wrong}"));
    (imported.text, imported.left_out)
}

/// The scenario of a configuration in a file of this name.
fn imported_as(name: &str, text: &str) -> String {
    let imported = import(name, text, None, &LayerRegistry::builtin());
    imported.unwrap_or_else(|wrong| panic!("{wrong}")).text
}

/// The value of the first line with this key.
fn value<'a>(scenario: &'a str, key: &str) -> &'a str {
    let of_line = |line: &'a str| {
        let (own, rest) = line.split_once('=')?;
        (own.trim() == key).then(|| rest.split(" # ").next().unwrap_or(rest).trim())
    };
    scenario.lines().find_map(of_line).unwrap_or("nothing")
}

/// A scenario with this policy of calls to `s`.
fn scenario(layers: &str) -> String {
    format!(
        "title = \"it\"\nhorizon = \"1h\"\n[agents.a]\narrivals = \"poisson(every=1s)\"\nsteps = \
         [{{ call = \"s\" }}]\n[services.s]\nlatency = \"1s\"\n[services.t]\nlatency = \
         \"1s\"\n[services.u]\nlatency = \"1s\"\n[edges]\n\"a -> s\" = \"guarded\"\n[policies]\n\
         guarded = [{layers}]\n"
    )
}

fn exported(text: &str, to: &str) -> Exported {
    let file = ScenarioFile::parse("it.toml", text).unwrap_or_else(|wrong| panic!("{wrong}"));
    export(&file, to, None, None, &LayerRegistry::builtin())
        .unwrap_or_else(|wrong| panic!("{to}: {wrong}\n{text}"))
}

#[track_caller]
fn has(text: &str, part: &str) {
    assert!(text.contains(part), "`{part}` is not in\n{text}");
}

#[track_caller]
fn has_not(text: &str, part: &str) {
    assert!(!text.contains(part), "`{part}` is in\n{text}");
}

/// A configuration becomes a scenario, and that a configuration again.
fn there_and_back(text: &str, to: &str) -> Exported {
    exported(&imported(text).0, to)
}

#[test]
fn an_io_exception_is_of_the_network_and_that_of_a_time_limiter_a_timeout() {
    let of = |record: &str| {
        let breaker = format!("{{ recordExceptions: [{record}] }}");
        let text =
            format!("resilience4j:\n  circuitbreaker:\n    instances:\n      a: {breaker}\n");
        let back = there_and_back(&text, "resilience4j");
        assert!(back.left_out.is_empty(), "{:#?}", back.left_out);
        (value(&imported(&text).0, "count").to_owned(), back.text)
    };
    let (io, timeout) = ("java.io.IOException", "java.util.concurrent.TimeoutException");
    let (count, back) = of(io);
    assert_eq!(count, "[\"network\"]");
    has(&back, "recordExceptions: [java.io.IOException]");
    let (count, back) = of(timeout);
    assert_eq!(count, "[\"timeout\"]");
    has(&back, "recordExceptions: [java.util.concurrent.TimeoutException]");
    let (count, back) = of(&format!("{io}, {timeout}"));
    assert_eq!(count, "[\"network\", \"timeout\"]");
    has(&back, &format!("recordExceptions: [{io}, {timeout}]"));
    let text = format!(
        "resilience4j:\n  retry:\n    instances:\n      a: {{ retryExceptions: [{io}], \
         ignoreExceptions: [{timeout}] }}\n"
    );
    assert_eq!(value(&imported(&text).0, "retry-on"), "[\"network\"]");
}

const ISTIO: &str = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nspec:\n  host: \
                     a\n  trafficPolicy:\n";

#[test]
fn istio_limits_no_retries_and_picks_of_two_hosts_unless_it_is_told() {
    let with = |policy: &str| {
        let text = format!("{ISTIO}    {policy}\n    outlierDetection: {{ interval: 5s }}\n");
        let back = there_and_back(&text, "istio");
        assert!(back.left_out.is_empty(), "{policy}: {:#?}", back.left_out);
        (imported(&text), back.text)
    };
    let ((scenario, _), back) = with("connectionPool: { http: { http2MaxRequests: 9 } }");
    assert_eq!(value(&scenario, "budget"), "\"none\"");
    assert_eq!(value(&scenario, "pick"), "\"two-choices\"");
    assert_eq!(value(&scenario, "panic-percent"), "0");
    has_not(&back, "maxRetries");
    has(&back, "simple: LEAST_REQUEST");
    let ((scenario, _), back) = with("connectionPool: { http: { maxRetries: 7 } }");
    assert_eq!(value(&scenario, "budget"), "\"fixed(7)\"");
    has(&back, "maxRetries: 7");
    let ((scenario, _), back) = with("loadBalancer: { simple: ROUND_ROBIN }");
    assert_eq!(value(&scenario, "pick"), "\"round-robin\"");
    has(&back, "simple: ROUND_ROBIN");
    let ((scenario, left), back) = with(
        "connectionPool: { http: { maxRetries: 7 } }\n    retryBudget: { percent: 25, \
         minRetryConcurrency: 4 }",
    );
    assert_eq!(value(&scenario, "budget"), "\"share(25%, least=4)\"");
    assert_eq!(left, ["it:6 maxRetries = 7: the budget of retries takes its place"]);
    has(&back, "minRetryConcurrency: 4");
    let (_, left) = imported(&format!("{ISTIO}    loadBalancer: {{ simple: RANDOM }}\n"));
    has(&left.join("\n"), "simple = RANDOM: how many hosts");
}

#[test]
fn what_a_balance_and_its_retries_have_is_said_to_istio_or_named() {
    let balance = "{ balance = { over = [\"t\", \"u\"], pick = \"round-robin\", panic-percent \
                   = 30, eject = { like = \"envoy\" } } }";
    let Exported { text, left_out, .. } = exported(&scenario(balance), "istio");
    has(&text, "simple: ROUND_ROBIN");
    has(&text, "minHealthPercent: 30");
    has_not(&text, "maxRetries");
    assert!(!left_out.iter().any(|left| left.contains("panic")), "{left_out:#?}");
    // Without a rule that leaves hosts out nobody asks for the share that must be well.
    let balance = "{ balance = { over = [\"t\", \"u\"] } }";
    let Exported { text, left_out, .. } = exported(&scenario(balance), "istio");
    has(&text, "simple: ROUND_ROBIN");
    assert!(!left_out.is_empty());
}

/// A configuration of `LiteLLM` with one deployment, or with two.
fn router(settings: &str, several: bool) -> String {
    let one = "- { model_name: m, litellm_params: { model: x/m } }\n";
    let models = if several { one.repeat(2) } else { one.to_owned() };
    format!("model_list:\n{models}router_settings: {{ {settings} }}\n")
}

#[test]
fn what_a_retry_policy_does_not_list_keeps_the_number_of_retries() {
    let of = |settings: &str| {
        let scenario = imported(&router(settings, false)).0;
        let keys = ["network", "timeout", "rate-limit", "overload", "validation"];
        keys.map(|key| value(&scenario, key).trim_matches('"')[..5].trim().to_owned())
    };
    let policy = "RateLimitErrorRetries: 4, TimeoutErrorRetries: 0";
    assert_eq!(
        of(&format!("num_retries: 3, retry_policy: {{ {policy} }}")),
        ["3 x e", "never", "4 x e", "3 x e", "nothi"]
    );
    assert_eq!(
        of(&format!("retry_policy: {{ {policy} }}")),
        ["2 x e", "never", "4 x e", "2 x e", "nothi"]
    );
    assert_eq!(
        of(&format!("num_retries: 0, retry_policy: {{ {policy} }}")),
        ["never", "never", "4 x e", "never", "nothi"]
    );
    let all = format!("num_retries: 3, retry_policy: {{ {policy}, DefaultRetries: 1 }}");
    assert_eq!(of(&all), ["1 x e", "never", "4 x e", "1 x e", "1 x e"]);
    assert_eq!(
        imported(&router(&all, false)).1,
        ["it:3 num_retries = 3: `DefaultRetries` takes its place"]
    );
}

#[test]
fn a_router_waits_no_shorter_than_it_is_told_and_not_at_all_with_another_deployment() {
    let of = |settings: &str, several: bool| {
        let (scenario, left) = imported(&router(settings, several));
        (value(&scenario, "network").trim_matches('"').to_owned(), left.join("\n"))
    };
    let (rule, left) = of("num_retries: 3, retry_after: 5", false);
    assert_eq!((&*rule, &*left), ("3 x constant(5s, jitter=between(from=1.0, to=1.15))", ""));
    let (rule, _) = of("num_retries: 3, retry_after: 1", false);
    assert_eq!(rule, "3 x list(1s, 1s, 2s, jitter=between(from=1.0, to=1.75))");
    let (rule, left) = of("num_retries: 3, retry_after: 60", false);
    assert_eq!(rule, "3 x constant(8s, jitter=between(from=1.0, to=1.09))");
    has(&left, "retry_after = 60: LiteLLM waits no longer than 8 s");
    let (rule, left) = of("num_retries: 3, retry_after: 5", true);
    assert_eq!(rule, "3 x 0s");
    has(&left, "retry_after = 5: with other deployments LiteLLM tries again at once");
    let (scenario, _) = imported(&router("num_retries: 3", false));
    assert_eq!(value(&scenario, "like"), "\"openai\"");
    assert_eq!(value(&scenario, "max-retries"), "3");
    let (scenario, _) = imported(&router("timeout: 3", false));
    assert_eq!(value(&scenario, "max-retries"), "2", "the default of the router");
}

#[test]
fn calls_are_shared_out_by_weights_where_the_router_does_so() {
    let of = |first: &str, second: &str, strategy: &str| {
        let text = format!(
            "model_list:\n- {{ model_name: m, litellm_params: {{ model: x/m, {first} }} }}\n- {{ \
             model_name: m, litellm_params: {{ model: x/m, {second} }} }}\nrouter_settings: {{ \
             routing_strategy: {strategy} }}\n"
        );
        let (scenario, left) = imported(&text);
        (value(&scenario, "weights").to_owned(), left.join("\n"))
    };
    let shuffled = |first, second| of(first, second, "simple-shuffle");
    assert_eq!(shuffled("weight: 3", "weight: 1"), ("[3, 1]".to_owned(), String::new()));
    assert_eq!(shuffled("rpm: 60", "rpm: 600").0, "[1, 10]");
    assert_eq!(shuffled("rpm: 60", "rpm: 60").0, "nothing");
    let (weights, left) = shuffled("weight: 3", "rpm: 5");
    assert_eq!(weights, "nothing");
    has(&left, "weight = 3: weights here are from 1");
    let (weights, left) = of("weight: 3", "weight: 1", "least-busy");
    assert_eq!(weights, "nothing");
    has(&left, "weight = 3: only `simple-shuffle` goes by weights");
    has(&shuffled("rpm: 5", "weight: 3").1, "weight = 3: no deployment has a weight");
}

#[test]
fn a_router_gets_all_that_it_can_be_told_and_falls_back_to_models_that_it_has() {
    let text = "model_list:\n- model_name: gpt\n  litellm_params: { model: openai/gpt-4o, rpm: 60, \
                max_parallel_requests: 7 }\n- { model_name: claude, litellm_params: { model: \
                anthropic/claude } }\nrouter_settings: { num_retries: 3, retry_after: 4, timeout: \
                60, fallbacks: [{ gpt: [claude] }], retry_policy: { TimeoutErrorRetries: 0, \
                InternalServerErrorRetries: 5 } }\n";
    let back = there_and_back(text, "litellm");
    assert!(back.left_out.is_empty(), "{:#?}", back.left_out);
    for part in [
        "- gpt: [claude]",
        "rpm: 60",
        "max_parallel_requests: 7",
        "num_retries: 3",
        "retry_after: 4",
        "TimeoutErrorRetries: 0",
        "InternalServerErrorRetries: 5",
        "ServiceUnavailableErrorRetries: 5",
        "model: PROVIDER/claude",
    ] {
        has(&back.text, part);
    }
    has_not(&back.text, "RateLimitErrorRetries");
    has_not(&back.text, "openai");
    has(&back.notes.join("\n"), "of which provider");
    assert_eq!(there_and_back(&back.text, "litellm").text, back.text);
    // A service that no policy is of is a model of its own.
    let Exported { text, .. } = exported(&scenario("{ fallback = { to = \"t\" } }"), "litellm");
    has(&text, "- guarded: [t]");
    has(&text, "model_name: t\n");
    has(&text, "num_retries: 0");
    let limited = scenario("{ timeout = \"1s\" }")
        .replace("[services.s]", "[services.s]\nrate-limit = { limit = 9, per = \"1s\" }");
    has(&exported(&limited, "litellm").notes.join("\n"), "services.s.rate-limit is");
}

#[test]
fn waits_are_those_that_are_written_or_are_marked_as_assumed() {
    let of = |policy: &str| {
        let text = format!("{{ \"retry_policy\": {{ \"NetworkError\": {policy} }} }}");
        let (scenario, left) = imported(&text);
        let line = scenario.lines().find(|line| line.starts_with("network =")).unwrap_or_default();
        (line.to_owned(), left.join("\n"))
    };
    for (policy, rule) in [
        ("\"strategy\": \"fixed\", \"delay_seconds\": 60", "constant(1min)"),
        ("\"strategy\": \"exponential\", \"initial_delay_seconds\": 1.5", "exponential(1s 500ms)"),
        ("\"backoff\": \"linear\", \"base_delay_ms\": 200", "linear(200ms)"),
        (
            "\"backoff\": \"exponential_backoff\", \"base_delay_seconds\": 2, \"multiplier\": 3, \
             \"max_delay_seconds\": 9",
            "exponential(2s, factor=3.0, cap=9s)",
        ),
    ] {
        let (line, left) = of(&format!("{{ \"max_retries\": 3, {policy} }}"));
        has(&line, &format!("\"3 x {rule}\""));
        has_not(&line, "assumed");
        assert_eq!(left, "");
    }
    has(&of("{ \"max_retries\": 3 }").0, "assumed: that waits are constant, and the wait of 1 s");
    let (line, left) = of("{ \"max_retries\": 3, \"delay_ms\": 5, \"initial_delay_ms\": 7 }");
    has(&line, "constant(5ms)");
    has(&left, "initial_delay_ms = 7: it has no effect");
    has(&of("{ \"max_retries\": 0, \"delay_ms\": 5 }").1, "delay_ms = 5: nothing is tried again");
    let text = "{ \"retry_policy\": { \"NetworkError\": { \"max_retries\": 3, \"delay\": 5 } } }";
    let wrong = import("it", text, None, &LayerRegistry::builtin()).expect_err("it has no unit");
    has(&wrong.to_string(), "`delay` is no wait that is known");
    has(&wrong.to_string(), "`delay_seconds`");
}

#[test]
fn sections_of_polly_without_an_option_have_its_defaults() {
    let text = "{\"Http\":{\"Retry\":{},\"CircuitBreaker\":{},\"TotalRequestTimeout\":{},\
                \"AttemptTimeout\":{},\"RateLimiter\":{}}}";
    let (scenario, left) = imported(text);
    for part in
        ["= 1000 ", "\"30s\"", "\"10s\"", "[policies.Http.retry]", "[policies.Http.breaker]"]
    {
        has(&scenario, part);
    }
    assert!(left.is_empty(), "{left:#?}");
    // What merely has such a name is none of its sections.
    let other = "{ \"Timeout\": {}, \"Database\": { \"Host\": \"x\" } }";
    assert!(import("it", other, None, &LayerRegistry::builtin()).is_err());
}

#[test]
fn the_order_of_strategies_is_assumed_where_a_program_says_it() {
    let order = |text| imported(text).1.join("\n");
    let own = "{ \"A\": { \"Retry\": { \"MaxRetryAttempts\": 2 }, \"Timeout\": { \"Timeout\": \
               \"00:00:01\" } } }";
    has(&order(own), "section A: the order is assumed: retry, timeout");
    let standard = own.replace("\"Timeout\": {", "\"TotalRequestTimeout\": {");
    has_not(&order(&standard.replace("01\"", "40\"")), "order");
}

#[test]
fn a_policy_of_which_nothing_can_be_said_is_no_configuration() {
    let registry = LayerRegistry::builtin();
    let refused = |layers: &str, to: &str| {
        let file = ScenarioFile::parse("it.toml", &scenario(layers)).expect("it is TOML");
        export(&file, to, None, None, &registry).map(|exported| exported.text)
    };
    let hedge = "{ hedge = { delay = \"1s\" } }";
    for to in ["course", "resilience4j"] {
        let wrong = refused(hedge, to).expect_err("there is no such layer");
        has(&wrong.to_string(), &format!("nothing of these policies can be said in {to}"));
        has(&wrong.to_string(), "its layers are: retry, breaker");
    }
    assert!(refused(hedge, "polly").is_ok());
}

#[test]
fn a_number_of_retries_is_one_number_and_a_default_is_named() {
    let layers = "{ retry = { like = \"resilience4j\", max-attempts = 3, jitter = 0.2 } }, { \
                  breaker = { failures = 5, open = \"1s\", ramp = \"10s\" } }";
    let left = exported(&scenario(layers), "polly").left_out.join("\n");
    has_not(&left, "unlimited");
    has_not(&left, "is the default");
    has(&left, "guarded.breaker.ramp is `\"10s\"`, and in polly it is `\"0s\"`, the default");
    has(&left, "is `\"2 x constant(wait=500ms, ");
}

#[test]
fn a_document_of_the_profile_default_counts_where_no_other_is_active() {
    let text = |head: &str| {
        format!(
            "{head}---\nspring: {{ profiles: default }}\nresilience4j.retry.instances.a: {{ \
             maxAttempts: 7 }}\n---\nspring.config.activate.on-profile: \
             prod\nresilience4j.retry.instances.b: {{ maxAttempts: 9 }}\n"
        )
    };
    let (scenario, left) = imported(&text("x: 1\n"));
    assert_eq!(value(&scenario, "max-attempts"), "7");
    assert!(left.len() == 1 && left[0].contains("profile prod"), "{left:#?}");
    let (scenario, left) = imported(&text("spring.profiles.active: prod\n"));
    assert_eq!(value(&scenario, "max-attempts"), "9");
    assert!(left.len() == 1 && left[0].contains("profile default"), "{left:#?}");
}

#[test]
fn a_budget_that_all_calls_share_there_is_named_where_each_has_its_own() {
    let of = |methods: &str| {
        let text = format!(
            "{{ \"methodConfig\": [{methods}], \"retryThrottling\": {{ \"maxTokens\": 10, \
             \"tokenRatio\": 0.1 }} }}"
        );
        imported(&text).1.join("\n")
    };
    let method = |name: &str| {
        format!("{{ \"name\": [{{ \"service\": \"{name}\" }}], \"timeout\": \"1s\" }}")
    };
    has(&of(&[method("a"), method("b")].join(", ")), "a budget of its own");
    assert_eq!(of(&method("a")), "");
}

#[test]
fn what_is_no_scenario_is_told_by_what_it_is() {
    let of = |text: &str| {
        let wrong = scenarios::not_a_scenario("it", text);
        wrong.map(|wrong| wrong.all()[0].message().to_owned())
    };
    for (text, format) in [
        ("resilience4j:\n  retry: {}\n", "this is of the format resilience4j, and no scenario"),
        (
            "resilience4j.retry.instances.a.max-attempts=4\n",
            "this is of the format resilience4j, \
          and no scenario",
        ),
        ("{ \"methodConfig\": [] }", "this is of the format grpc, and no scenario"),
        ("services:\n  web: { image: x }\n", "this is YAML or JSON, and a scenario is TOML"),
    ] {
        assert_eq!(of(text).as_deref(), Some(format), "{text}");
    }
    for text in ["", "title = \"it\"", "[agents.a\nsteps = []\n", "title: it\nhorizon = 3\n", "x"] {
        assert_eq!(of(text), None, "{text}");
    }
}

/// A connection of HTTP/2 carries many requests, of which none waits for another one's end.
#[test]
fn connections_of_http2_limit_nothing_however_they_are_asked_for() {
    let limits = "circuit_breakers: { thresholds: [{ max_connections: 10, max_requests: 50, \
                  max_pending_requests: 5 }] }";
    let typed = "typed_extension_protocol_options: { envoy.extensions.upstreams.http.v3.\
                 HttpProtocolOptions: { explicit_http_config: { %: {} } } }";
    for (options, slots) in [
        ("http2_protocol_options: {}".to_owned(), "50"),
        (typed.replace('%', "http2_protocol_options"), "50"),
        (typed.replace('%', "http_protocol_options"), "10"),
        ("connect_timeout: 1s".to_owned(), "10"),
    ] {
        let text = format!("clusters: [{{ name: s, {limits}, {options} }}]\n");
        let (scenario, _) = imported(&text);
        let queue = if slots == "50" { "0" } else { "5" };
        let bulkhead = scenario.split("bulkhead]").nth(1).unwrap_or_else(|| panic!("{scenario}"));
        assert_eq!((value(bulkhead, "slots"), value(bulkhead, "queue")), (slots, queue), "{text}");
    }
    let pool = |more: &str| {
        let http = format!("{{ http2MaxRequests: 50{more} }}");
        let text = format!(
            "{ISTIO}    connectionPool: {{ tcp: {{ maxConnections: 10 }}, http: {http} }}\n"
        );
        let (scenario, _) = imported(&text);
        let bulkhead = scenario.split("bulkhead]").nth(1).unwrap_or_else(|| panic!("{scenario}"));
        value(bulkhead, "slots").to_owned()
    };
    assert_eq!(pool(", h2UpgradePolicy: UPGRADE"), "50");
    assert_eq!(pool(", h2UpgradePolicy: DO_NOT_UPGRADE"), "10");
    assert_eq!(pool(""), "10");
}

/// A file of several formats is read as one of them, and says so of the others.
#[test]
fn what_is_of_another_format_is_left_out_by_its_name() {
    let text = "resilience4j: { retry: { instances: { a: { maxAttempts: 4 } } } }\n\
                spring: { application: { name: x } }\n\
                circuit_breaker: { failure_threshold: 5, reset_timeout_seconds: 60 }\n";
    let (_, left) = imported(text);
    let [left] = &left[..] else { panic!("{left:#?}") };
    has(left, "it:3 circuit_breaker: ");
    has(left, "it is of the format course: `--from course` imports it");
}

#[test]
fn a_router_leaves_out_what_fails_by_share_unless_it_counts_other_failures_than_by_default() {
    let of = |settings: &str, several: bool| {
        let (scenario, left) = imported(&router(settings, several));
        let keys = ["failures", "rate", "min-calls", "compare"];
        (keys.map(|key| value(&scenario, key).trim_matches('"').to_owned()), left.join("\n"))
    };
    let share = ["nothing", "50%", "5", "more-than"];
    assert_eq!(of("num_retries: 1", true), (share.map(str::to_owned), String::new()));
    assert_eq!(of("cooldown_time: 30", true).0, share);
    // One deployment alone is hardly ever left out.
    assert_eq!(of("cooldown_time: 30", false).0, ["nothing", "100%", "1000", "nothing"]);
    assert_eq!(of("num_retries: 1", false).0, ["nothing"; 4]);
    let (found, left) = of("allowed_fails: 3", true);
    assert_eq!(found, share);
    has(&left, "allowed_fails = 3: what is the default counts as not written");
    let counted = ["2", "nothing", "nothing", "nothing"];
    assert_eq!(of("allowed_fails: 1", true), (counted.map(str::to_owned), String::new()));
    assert_eq!(of("allowed_fails: 1", false).0, counted);
    // The default is what `litellm_settings` says.
    let text = router("allowed_fails: 1", true);
    let same = imported(&format!("{text}litellm_settings: {{ allowed_fails: 1 }}\n")).0;
    assert_eq!(value(&same, "rate"), "\"50%\"");
    let text = router("allowed_fails: 3", true);
    let other = imported(&format!("{text}litellm_settings: {{ allowed_fails: 1 }}\n")).0;
    assert_eq!(value(&other, "failures"), "4");
    has(&other, "assumed");
}

#[test]
fn what_import_writes_of_its_own_changes_something() {
    let registry = LayerRegistry::builtin();
    for (retries, caps) in [(4, false), (6, true)] {
        let policy = format!("retry_policy: {{ TimeoutErrorRetries: {retries} }}, num_retries: 1");
        let scenario = imported(&router(&policy, false)).0;
        assert_eq!(scenario.contains("cap=8s"), caps, "{scenario}");
        let sweep = ScenarioFile::parse("it", &scenario).and_then(|file| file.sweep(&registry));
        let warnings = sweep.expect("it is right").warnings;
        assert!(warnings.is_empty(), "{warnings}");
    }
}

#[test]
fn properties_are_read_as_java_and_spring_boot_read_them() {
    let text = "resilience4j.circuitbreaker.instances[my.svc].slidingWindowSize: 20\n\
                resilience4j.circuitbreaker.instances[my.svc].failure-rate-threshold 40\n\
                resilience4j.circuitbreaker.instances[my.svc].minimumNumberOfCalls\n\
                resilience4j.circuitbreaker.instances[my.svc].waitDurationInOpenState=\\u0031\\\n  \
                5s\n";
    // Its name says what it is, or a line that nothing else has.
    for name in ["application.properties", "-"] {
        let text = imported_as(name, text);
        for (key, is) in [("window", "20"), ("rate", "0.4"), ("open", "\"15s\"")] {
            assert_eq!(value(&text, key), is, "{text}");
        }
        assert_eq!(value(&text, "min-calls"), "nothing", "an empty number is none");
        has(&text, "[services.\"my.svc\"]");
    }
}
