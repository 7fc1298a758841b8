//! What a configuration of a library says is what the scenario says, and the other way round.

use scenarios::{Exported, LayerRegistry, ScenarioFile, export, import};

/// The scenario of a configuration, and what is left out.
fn imported(text: &str) -> (String, Vec<String>) {
    let imported = import("it", text, None, &LayerRegistry::builtin());
    let imported = imported.unwrap_or_else(|wrong| panic!("{wrong}"));
    (imported.text, imported.left_out)
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

const ISTIO: &str = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nspec:\n  host: a\n  \
                     trafficPolicy:\n";

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
    let balance = "{ balance = { over = [\"t\", \"u\"], pick = \"round-robin\", panic-percent = 30, \
                   eject = { like = \"envoy\" } } }";
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
