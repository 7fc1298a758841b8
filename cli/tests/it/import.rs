//! `import` and `export` as a user meets them: files, streams, exit codes.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::tank::{Folder, command, said, wavetank};

const YAML: &str = "resilience4j:
  circuitbreaker:
    instances:
      backend:
        failureRateThreshold: 40
        slidingWindowSize: 20
        minimumNumberOfCalls: 10
        registerHealthIndicator: true
  retry:
    instances:
      backend: { maxAttempts: 4, waitDuration: PT0.5S }
";

fn written(folder: &Folder, name: &str, text: &str) {
    fs::write(folder.0.join(name), text).unwrap();
}

#[test]
fn a_file_becomes_a_scenario_that_is_fine_and_runs() {
    let folder = Folder::new("import");
    written(&folder, "application.yml", YAML);
    let output = wavetank(&["import", "application.yml", "--out", "made.toml"], &folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let left = String::from_utf8(output.stderr).unwrap();
    assert!(left.contains("application.yml:8 registerHealthIndicator = true: "), "{left}");
    let text = fs::read_to_string(folder.0.join("made.toml")).unwrap();
    assert!(text.contains("# application.yml:5 failureRateThreshold = 40\n"), "{text}");
    assert!(text.contains("#   application.yml:8 registerHealthIndicator = true: "), "{text}");
    let output = wavetank(&["check", "made.toml"], &folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let output = wavetank(&["run", "made.toml", "--out", "o"], &folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let output = wavetank(&["export", "made.toml", "--to", "resilience4j"], &folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(output.stderr.is_empty(), "nothing is lost: {}", said(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("failureRateThreshold: 40\n"));
}

#[test]
fn the_standard_input_is_read_and_the_standard_output_has_the_scenario_alone() {
    let folder = Folder::new("import-stdin");
    let mut child = command(&["import", "-"], &folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(YAML.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.parse::<toml::Table>().is_ok(), "{text}");
    assert!(text.contains("# standard input:5 failureRateThreshold = 40"), "{text}");
}

#[test]
fn what_is_wrong_ends_with_2_and_writes_nothing() {
    let folder = Folder::new("import-wrong");
    written(&folder, "bad.yml", &YAML.replace("40", "a lot"));
    written(&folder, "made.toml", "as it was");
    fs::write(folder.0.join("it.png"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0").unwrap();
    written(&folder, "compose.yml", "services:\n  web: { image: nginx }\n");
    let before = folder.files();
    for (arguments, place) in [
        (&["import", "bad.yml", "--out", "made.toml"][..], "bad.yml:5:31"),
        (&["import", "made.toml"][..], "made.toml:1:1"),
        (&["import", "it.png", "--out", "new.toml"][..], "it is no text"),
        (&["import", "compose.yml", "--out", "new.toml"][..], "compose.yml:1:1"),
        (&["import", "nothing.yml"][..], "cannot read nothing.yml"),
        (&["import", "bad.yml", "--from", "resilience"][..], "resilience4j"),
        (&["export", "hanging-server", "--to", "polly", "--policy", "garded"][..], "`guarded`"),
        (&["export", "hanging-server", "--to", "poly"][..], "polly"),
    ] {
        let output = wavetank(arguments, &folder);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        assert!(output.stdout.is_empty(), "{arguments:?}");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains(place), "{arguments:?}: {told}");
    }
    assert_eq!(folder.files(), before);
}

#[test]
fn changes_and_variants_are_exported_as_other_commands_run_them() {
    let folder = Folder::new("export");
    let all = ["export", "hanging-server", "--to", "resilience4j"];
    let with = |more: &[&str]| {
        let output = wavetank(&[&all[..], more].concat(), &folder);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(with(&[]).contains("slidingWindowSize: 5\n"));
    assert!(with(&["--set", "policies.guarded.breaker.failures=7"]).contains("Size: 7\n"));
    assert!(!with(&["--without", "retry"]).contains("maxAttempts"));
    assert!(with(&["--variant", "a bulkhead of two"]).contains("maxThreadPoolSize: 2\n"));
    with(&["--out", "it.yml"]);
    assert!(fs::read_to_string(folder.0.join("it.yml")).unwrap().contains("slidingWindowSize: 5"));
}

/// Two limits of which the inner one never acts.
const NESTED: &str = r#"title = "nested"
horizon = "1h"
agents.a = { arrivals = "every(1min)", steps = [{ call = "s" }] }
services.s = { latency = "1s" }
policies.p = [{ timeout = "5s" }, { timeout = "5s" }]
edges = { "a -> s" = "p" }
"#;

#[test]
fn lint_ends_with_1_where_something_is_found_and_with_2_where_nothing_can_be_read() {
    let folder = Folder::new("lint");
    let policy = |cap: u32| {
        format!(
            "{{ \"retry_policies\": {{ \"network_errors\": {{ \"max_retries\": 5, \"backoff\": \
             \"exponential\", \"initial_delay_ms\": 1000, \"max_delay_ms\": {cap} }} }} }}"
        )
    };
    written(&folder, "bad.json", &policy(30_000));
    written(&folder, "good.json", &policy(8_000));
    written(&folder, "nothing.json", "{");
    written(&folder, "empty.md", "");
    written(&folder, "words.md", "Nothing but words.\n");
    fs::write(folder.0.join("binary.md"), [0x23, 0x20, 0xff, 0x00, 0x0a]).unwrap();
    for (files, code, text) in [
        (&["empty.md"][..], 2, "this file is empty"),
        (&["words.md"][..], 2, "no heading"),
        (&["binary.md"][..], 2, "binary.md"),
        (&["good.json"][..], 0, "good.json: nothing found"),
        (&["good.json", "bad.json"][..], 1, "the largest wait is 16 s"),
        (&["nothing.json", "bad.json"][..], 2, "bad.json: 1 finding"),
    ] {
        let arguments: Vec<&str> = ["lint"].into_iter().chain(files.iter().copied()).collect();
        let output = wavetank(&arguments, &folder);
        assert_eq!(output.status.code(), Some(code), "{files:?}: {}", said(&output));
        assert!(said(&output).contains(text), "{files:?}: {}", said(&output));
    }
    written(&folder, "nested.toml", NESTED);
    let output = wavetank(&["lint", "nested.toml"], &folder);
    assert!(said(&output).contains("--set 'policies.p.timeout.limit=6s'"), "{}", said(&output));
    let output =
        wavetank(&["lint", "nested.toml", "--set", "policies.p.timeout.limit=6s"], &folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let output = wavetank(&["lint", "bad.json", "--json"], &folder);
    let all: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let one = &all["files"][0]["diagnostics"][0];
    assert_eq!(one["code"], "cap-never-reached");
    assert!(one["proof"].as_str().unwrap().contains("2 s, 4 s, 8 s, 16 s"), "{one}");
}

#[test]
fn what_is_made_of_a_file_does_not_take_its_place() {
    let folder = Folder::new("import-itself");
    let text = "resilience4j:\n  retry:\n    instances:\n      a: {maxAttempts: 3}\n";
    fs::write(folder.0.join("a.yml"), text).unwrap();
    let output = wavetank(&["import", "a.yml", "--out", "./a.yml"], &folder);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("is the file that is read"), "{}", said(&output));
    assert_eq!(fs::read_to_string(folder.0.join("a.yml")).unwrap(), text);
    assert!(wavetank(&["import", "a.yml", "--out", "b.toml"], &folder).status.success());
    let output = wavetank(&["export", "b.toml", "--to", "polly", "--out", "b.toml"], &folder);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
}

#[test]
fn a_configuration_in_place_of_a_scenario_is_one_mistake() {
    let folder = Folder::new("import-first");
    written(&folder, "application.yml", YAML);
    for arguments in [
        &["export", "application.yml", "--to", "envoy"][..],
        &["run", "application.yml"],
        &["check", "application.yml"],
        &["sweep", "application.yml"],
    ] {
        let output = wavetank(arguments, &folder);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = said(&output);
        assert!(said.contains("this is of the format resilience4j, and no scenario"), "{said}");
        assert!(said.contains("`wavetank import`") && said.contains("1 mistake"), "{said}");
    }
}

#[test]
fn a_change_is_to_what_import_makes_of_a_file_and_to_no_report() {
    let folder = Folder::new("lint-set");
    let text = "{ \"retry_policies\": { \"network_errors\": { \"max_retries\": 5, \"backoff\": \
                \"exponential\", \"initial_delay_ms\": 1000, \"max_delay_ms\": 30000 } } }";
    written(&folder, "retry.json", text);
    let output = wavetank(&["lint", "retry.json", "--set", "horizon=2h"], &folder);
    let said_of = said(&output);
    // Its lines are those of the scenario, which the file does not have.
    assert!(said_of.contains("--> retry.json as imported:"), "{said_of}");
    written(&folder, "report.md", "# Notes\n\nNothing.\n");
    for change in [["--with", "retry.json"], ["--set", "a=b"]] {
        let output = wavetank(&[&["lint", "report.md"], &change[..]].concat(), &folder);
        let text = said(&output);
        assert!(text.contains("`report.md` is a report, in which nothing can be set"), "{text}");
        assert_eq!(output.status.code(), Some(2), "{text}");
    }
}
