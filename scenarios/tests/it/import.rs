//! Configurations of other worlds become scenarios that can be run.

use std::fs;
use std::path::PathBuf;

use expect_test::{Expect, expect, expect_file};
use scenarios::{Diagnostics, Imported, LayerRegistry, ScenarioFile, import, import_formats};
use sim::{Limits, RunOptions, Watch};

/// The folder of the files.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/import")
}

/// All files, by name.
fn files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder()).expect("it is there") {
        let path = entry.expect("it can be read").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.extension().is_some_and(|ending| ending != "toml") {
            files.push((name, fs::read_to_string(&path).expect("it is text")));
        }
    }
    files.sort();
    files
}

fn imported(name: &str, text: &str) -> Imported {
    let registry = LayerRegistry::builtin();
    import(name, text, None, &registry).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// What is said of a file that cannot be read.
fn refused(text: &str, from: Option<&str>) -> Diagnostics {
    let registry = LayerRegistry::builtin();
    match import("it", text, from, &registry) {
        Ok(imported) => panic!("it is read: {}", imported.text),
        Err(wrong) => wrong,
    }
}

#[track_caller]
fn says(text: &str, from: Option<&str>, expected: &Expect) {
    expected.assert_eq(&refused(text, from).to_string());
}

#[test]
fn files_found_in_the_wild_become_scenarios_with_the_place_of_every_line() {
    let files = files();
    for (name, text) in &files {
        let imported = imported(name, text);
        expect_file![folder().join(format!("{name}.toml"))].assert_eq(&imported.text);
        let format = name.split(['.', '-']).next().unwrap_or_default();
        assert_eq!(imported.format, format, "{name}");
    }
    for (format, _) in import_formats() {
        let of_it = files.iter().filter(|(name, _)| name.starts_with(format));
        assert!(of_it.count() >= 2, "{format}: at least two files");
    }
}

#[test]
fn what_is_imported_can_be_run_as_it_is() {
    let registry = LayerRegistry::builtin();
    for (name, text) in files() {
        let file = ScenarioFile::parse("made.toml", &imported(&name, &text).text);
        let scenario = file.and_then(|file| file.scenario(&registry));
        let scenario = scenario.unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
        let limits = Limits { events: 2_000_000, ..Limits::default() };
        let options = RunOptions { watch: Watch::Counts, limits, ..RunOptions::default() };
        let record = sim::run_until(&scenario.system, 1, &options);
        assert!(record.stopped.is_none(), "{name}: it comes to its end");
        for hypothesis in &scenario.hypotheses {
            assert!(hypothesis.measure.of(&record) >= 0.5, "{name}: most calls end well");
        }
    }
}

#[test]
fn every_line_there_is_taken_over_or_left_out() {
    for (name, text) in files() {
        let imported = imported(&name, &text);
        // Objects of JSON share lines.
        if text.starts_with(['{', '[']) {
            continue;
        }
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let value = line.split('#').next().unwrap_or_default().trim();
            // Lines with a number, which is a setting.
            let last = value.rsplit([':', '=']).next().unwrap_or_default().trim();
            if last.parse::<f64>().is_err() || value.contains("port_value") {
                continue;
            }
            // A table may be left out as a whole.
            let mut places = vec![number];
            for at in (0..number).rev() {
                if indent(lines[at]) < indent(lines[places[places.len() - 1]]) {
                    places.push(at);
                }
            }
            let is_told = places.iter().any(|at| {
                let place = format!("{name}:{} ", at + 1);
                let is_left = |line: &str| line.starts_with("#   ") || *at == number;
                imported.text.lines().any(|line| line.contains(&place) && is_left(line))
            });
            assert!(is_told, "{name}:{} {value}", number + 1);
        }
    }
}

/// How far a line is indented.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[test]
fn what_is_neither_yaml_nor_json_is_told_with_its_place() {
    says(
        "a: [1\nb: 2\n",
        None,
        &expect![[r#"
        error[unreadable]: this can be read neither as YAML nor as JSON: illegal placement of ':' indicator
         --> it:2:2
          |
        2 | b: 2
          |  ^

        1 mistake in it"#]],
    );
    says(
        "resilience4j:\n  retry:\n\tinstances: 1\n",
        None,
        &expect![[r#"
        error[unreadable]: this can be read neither as YAML nor as JSON: tabs disallowed within this context (block indentation)
         --> it:3:2
          |
        3 |     instances: 1
          |     ^
          |
          = help: lines of YAML are indented with spaces, never with tabs

        1 mistake in it"#]],
    );
    says(
        "a: 1\na: 2\n",
        None,
        &expect![[r#"
        error[unreadable]: `a` is written twice
         --> it:2:1
          |
        2 | a: 2
          | ^
          |
          = help: first in line 1

        1 mistake in it"#]],
    );
}

#[test]
fn what_is_of_no_format_is_told() {
    says(
        "a: b\n",
        None,
        &expect![[r#"
        error[unknown-name]: the format of this file is none of those that can be imported
         --> it:1:1
          |
        1 | a: b
          | ^
          |
          = help: they are resilience4j, istio, envoy, grpc, litellm, course, polly; `--from` says which one is meant

        1 mistake in it"#]],
    );
    says(
        "[agents.a]\nsteps = []\n",
        None,
        &expect![[r#"
            error[unknown-name]: the format of this file is none of those that can be imported
             --> it:1:1
              |
            1 | [agents.a]
              | ^
              |
              = help: it is a scenario, and needs no import: `wavetank check` reads it

            1 mistake in it"#]],
    );
    says(
        "",
        None,
        &expect![[r#"
            error[unknown-name]: the format of this file is none of those that can be imported
             --> it:1:1
              |
            1 |
              | ^
              |
              = help: it is empty; what can be imported: resilience4j, istio, envoy, grpc, litellm, course, polly

            1 mistake in it"#]],
    );
}

#[test]
fn a_wrong_value_is_told_at_its_place_in_the_other_file() {
    let text = "resilience4j:\n  circuitbreaker:\n    instances:\n      a:\n        \
                failureRateThreshold: 150\n        slidingWindowSize: many\n        \
                waitDurationInOpenState: 5 weeks\n        baseConfig: share\n    configs:\n      \
                shared: {}\n";
    says(
        text,
        None,
        &expect![[r#"
            error[out-of-range]: `failureRateThreshold` must be at least 1 and at most 100, not 150
             --> it:5:31
              |
            5 |         failureRateThreshold: 150
              |                               ^^^

            error[wrong-type]: `slidingWindowSize` must be a whole number, not `many`
             --> it:6:28
              |
            6 |         slidingWindowSize: many
              |                            ^^^^

            error[wrong-type]: `waitDurationInOpenState` must be a length of time such as 10s, 500ms or PT10S, or milliseconds, not `5 weeks`
             --> it:7:34
              |
            7 |         waitDurationInOpenState: 5 weeks
              |                                  ^^^^^^^

            error[unknown-name]: there is no `share` in `configs`
             --> it:8:21
              |
            8 |         baseConfig: share
              |                     ^^^^^
              |
              = help: did you mean `shared`?

            4 mistakes in it"#]],
    );
    let text = "resilience4j.circuitbreaker.instances.a.failureRateThreshold: 150\n";
    says(
        text,
        None,
        &expect![[r#"
            error[out-of-range]: `failureRateThreshold` must be at least 1 and at most 100, not 150
             --> it:1:63
              |
            1 | resilience4j.circuitbreaker.instances.a.failureRateThreshold: 150
              |                                                               ^^^

            1 mistake in it"#]],
    );
}

#[test]
fn other_versions_are_told() {
    let text = "apiVersion: networking.istio.io/v2\nkind: DestinationRule\nspec: { host: a }\n";
    says(
        text,
        None,
        &expect![[r#"
        error[unknown-name]: the version `networking.istio.io/v2` of this resource is not known
         --> it:1:13
          |
        1 | apiVersion: networking.istio.io/v2
          |             ^^^^^^^^^^^^^^^^^^^^^^
          |
          = help: did you mean `networking.istio.io/v1`?

        1 mistake in it"#]],
    );
    let text = "static_resources:\n  clusters:\n  - name: a\n    connect_timeout: 1s\n    \
                typed: { \"@type\": type.googleapis.com/envoy.api.v2.Cluster }\n";
    says(
        text,
        None,
        &expect![[r#"
        error[renamed]: this is of the API v2 of Envoy, which is no longer there; v3 is read
         --> it:5:23
          |
        5 |     typed: { "@type": type.googleapis.com/envoy.api.v2.Cluster }
          |                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

        1 mistake in it"#]],
    );
}

#[test]
fn a_file_of_another_format_is_told() {
    says(
        "{ \"methodConfig\": [] }",
        Some("polly"),
        &expect![[r#"
            error[missing]: nothing that polly calls can be found here
             --> it:1:3
              |
            1 | { "methodConfig": [] }
              |   ^
              |
              = help: `methodConfig = []` was left out: it is of the format grpc: `--from grpc` imports it

            1 mistake in it"#]],
    );
    says(
        "{ \"methodConfig\": [] }",
        Some("pollly"),
        &expect![[r#"
        error[unknown-name]: there is no format `pollly`
         --> it:1:1
          |
        1 | { "methodConfig": [] }
          | ^
          |
          = help: did you mean `polly`?

        1 mistake in it"#]],
    );
}

#[test]
fn anchors_and_merged_tables_count_less_than_what_is_written() {
    let text = "x: &base { maxAttempts: 7, waitDuration: 1s }\nresilience4j:\n  retry:\n    \
                instances:\n      a: { <<: *base, maxAttempts: 4 }\n      b: *base\n";
    let imported = imported("it", text);
    let lines: Vec<&str> =
        imported.text.lines().filter(|line| line.contains("max-attempts")).collect();
    assert!(lines[0].starts_with("max-attempts = 4") && lines[0].ends_with("it:5 maxAttempts = 4"));
    assert!(lines[1].starts_with("max-attempts = 7") && lines[1].ends_with("it:1 maxAttempts = 7"));
}

#[test]
fn files_as_they_are_found_are_read() {
    for (text, line) in [
        (
            "\u{feff}resilience4j:\r\n  retry:\r\n    instances:\r\n      a: { maxAttempts: 4 }\r\n",
            4,
        ),
        ("\u{feff}// c\n{ \"Retry\": { /* x */\n \"MaxRetryAttempts\": 4, }, }\n", 3),
        ("{ \"Retry\": {\n\t\"MaxRetryAttempts\": 4\n} }", 2),
        ("\u{feff}# c\r\nresilience4j.retry.instances.a.max-attempts = 4\r\n", 2),
        ("a: 1\n---\nresilience4j:\n  retry: { instances: { a: { maxAttempts: 4 } } }\n", 4),
        ("resilience4j:\n  retry: { instances: { a: { maxAttempts: \"${TRIES:4}\" } } }\n", 2),
    ] {
        let imported = imported("it", text);
        let found = imported.text.lines().find(|line| line.contains("max-"));
        let found = found.unwrap_or_else(|| panic!("{text}\n{}", imported.text));
        assert!(found.contains("= 4 ") && found.contains(&format!("it:{line} ")), "{found}");
    }
}

#[test]
fn files_of_other_kinds_are_told_from_their_beginning() {
    for (text, help) in [
        ("[package]\nname = \"x\"\n\n[dependencies]\n", "it is TOML"),
        ("version: \"3\"\nservices: { web: { image: nginx } }\n", "they are resilience4j"),
        ("apiVersion: v1\nkind: Config\nclusters: [{ name: a, cluster: {} }]\n", "they are"),
        ("<configuration/>", "they are resilience4j"),
        ("---\n...\n---\n", "they are resilience4j"),
        (" \n", "it is empty"),
    ] {
        let wrong = refused(text, None);
        assert_eq!(wrong.errors(), 1, "{wrong}");
        let said = wrong.all()[0].help_text().unwrap_or_default();
        assert!(said.starts_with(help), "{text}: {said}");
    }
    let wrong = refused("resilience4j:\n  retry:\n    x:\t3\n", None);
    assert!(wrong.to_string().contains("it:3:8") && wrong.to_string().contains("a tab"), "{wrong}");
}

#[test]
fn what_is_0_there_and_means_that_there_is_none_is_so_here() {
    let envoy = "clusters:\n- name: a\n  outlier_detection: { consecutive_5xx: 0 }\n";
    let off = "eject.consecutive = \"off\" ";
    assert!(imported("it", envoy).text.contains(off), "{}", imported("it", envoy).text);
    let istio = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nspec:\n  host: a\n  \
                 trafficPolicy:\n    connectionPool: { http: { http2MaxRequests: 0 } }\n    \
                 outlierDetection: { consecutive5xxErrors: 0, consecutiveGatewayErrors: 5 }\n";
    let imported = imported("it", istio);
    assert_eq!(imported.left_out, ["it:6 http2MaxRequests = 0: 0 is as if it were not written"]);
    let off = imported.text.lines().find(|line| line.starts_with("eject.consecutive "));
    assert!(off.is_some_and(|line| line.contains("= \"off\"")), "{}", imported.text);
}

#[test]
fn aliases_do_not_fill_the_memory() {
    let mut text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n".to_owned();
    for n in 1..12 {
        let inner = format!("*a{}", n - 1);
        text += &format!("a{n}: &a{n} [{}]\n", vec![inner; 10].join(", "));
    }
    let wrong = refused(&text, None);
    assert!(wrong.to_string().contains("more than 200000 values"), "{wrong}");
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(refused(&deep, None).errors(), 1);
}
