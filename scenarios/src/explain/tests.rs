//! Every topic has an explanation, and unknown ones the nearest names.

use expect_test::expect;

use super::{MeasureInfo, explain, find};
use crate::describe::{default_of, fields_of, fixture};

fn measures() -> Vec<MeasureInfo> {
    let measure = |name: &str, unit: &str, meaning: &str| MeasureInfo {
        name: name.to_owned(),
        meaning: meaning.to_owned(),
        unit: unit.to_owned(),
    };
    vec![
        measure("agents.NAME.success", "share", "Tasks that ended well, of all that ended."),
        measure("services.NAME.queue.mean", "count", "Requests that waited, on average."),
    ]
}

#[test]
fn every_topic_is_explained_in_short_lines() {
    for described in fixture::worlds() {
        for topic in find::topics(&described, &measures()) {
            let text = explain(&topic, &described, &measures());
            let text = text.unwrap_or_else(|near| panic!("{topic}: {near:?}"));
            for line in text.lines() {
                let is_short = line.chars().count() <= 96 || !line.trim().contains(' ');
                // Values and drawings stand in one line.
                let is_kept =
                    line.contains(" = ") || line.starts_with("    ") || line.contains('[');
                assert!(is_short || is_kept, "{topic}: {line}");
            }
        }
    }
}

#[test]
fn every_key_of_every_layer_is_explained_with_its_default() {
    for described in fixture::worlds() {
        for kind in &described.layers {
            let text = explain(kind.name, &described, &[]).expect("a kind is a topic");
            for field in fields_of(kind) {
                let default = default_of(&field).trim_matches('`').to_owned();
                let is_line = |line: &str| {
                    let words = line.trim_start().split_once(' ');
                    words.is_some_and(|(key, rest)| {
                        field.key.is_named(key) && rest.trim_start().starts_with(&default)
                    })
                };
                assert!(text.lines().any(is_line), "{}.{}", kind.name, field.key);
                let topic = format!("{}.{}", kind.name, field.key);
                let text = explain(&topic, &described, &[]).expect("a key is a topic");
                assert!(text.contains(&default.replace('`', "")), "{topic}");
            }
        }
    }
}

#[test]
fn a_key_is_explained_with_what_libraries_set_it_to() {
    let text = explain("gauge.open", &fixture::described(), &[]).expect("there is such a key");
    expect![[r#"
        gauge.open

          How long it is open.

          type      length of time
          range     longer than 0s
          default   "1min"
          example   open = "1min"
          formerly  wait

        with `like`

          pressurelib  "5s"
    "#]]
    .assert_eq(&text);
}

#[test]
fn a_form_is_explained_with_its_arguments() {
    let described = fixture::described();
    let text = explain("gauge.network.exponential", &described, &[]).expect("there is such a form");
    expect![[r#"
        gauge.network.exponential

          By a factor.

          form      N x exponential(base, factor=2.0)

        arguments, defaults, meaning

          base     required     The first wait.
          factor   2.0          The factor.
          cap      "unlimited"  The longest.
          jitter   "none"       How they are spread.
          retries  required     How many retries.
    "#]]
    .assert_eq(&text);
    let path = explain("policies.guarded.gauge.network.list", &described, &[]);
    assert!(path.expect("a path in a file is a topic, too").contains("list(waits, …)"));
    let step = explain("agents.worker.steps.0.work", &described, &[]);
    assert!(step.expect("names and numbers lead on").contains("How long it takes."));
}

#[test]
fn unknown_topics_get_the_nearest_names() {
    let described = fixture::described();
    let near = |topic: &str| explain(topic, &described, &measures()).expect_err("it is unknown");
    assert_eq!(near("gague").first().map(String::as_str), Some("gauge"));
    assert_eq!(near("limit").first().map(String::as_str), Some("timeout.limit"));
    assert_eq!(near("timeout.limt").first().map(String::as_str), Some("timeout.limit"));
    assert_eq!(near("pressure-lib").first().map(String::as_str), Some("pressurelib"));
    assert_eq!(near("xyzzy"), Vec::<String>::new());
}

#[test]
fn measures_are_listed_and_found_by_their_last_keys() {
    let described = fixture::described();
    let text = explain("success", &described, &measures()).expect("a measure is a topic");
    expect![[r#"
        Measures

          agents.NAME.success  share  Tasks that ended well, of all that ended.
    "#]]
    .assert_eq(&text);
    assert!(explain("measures", &described, &measures()).expect("a topic").contains("queue.mean"));
}

#[test]
fn libraries_of_processes_kinds_of_faults_and_keys_of_parts_are_found_without_their_sections() {
    let [_, real] = <[_; 2]>::try_from(fixture::worlds()).expect("there are two");
    let said = |topic: &str| {
        explain(topic, &real, &measures()).unwrap_or_else(|near| panic!("{topic}: {near:?}"))
    };
    let text = said("kubernetes");
    for says in ["supervise = { like = \"kubernetes\" }", "health = { like = \"kubernetes\" }"] {
        assert!(text.contains(says), "{says} in {text}");
    }
    let text = said("leak");
    for says in ["do = \"leak\" in [[faults]]", "full-after", "fails-from           0.9"] {
        assert!(text.contains(says), "{says} in {text}");
    }
    assert!(said("leak.fails-from").contains("How full it is when the first requests fail."));
    let text = said("supervise.beats-within");
    assert!(text.starts_with("agents.supervise.beats-within\n"), "{text}");
    assert_eq!(text, said("agents.supervise.beats-within"));
    for topic in ["supervise", "agents.supervise", "agents.NAME.supervise"] {
        assert!(said(topic).contains("erlang"), "{topic}: {}", said(topic));
    }
    assert!(said("supervise.cap").contains("A number of kubernetes"), "{}", said("supervise.cap"));
    assert!(said("checkpoint").starts_with("agents.checkpoint\n"), "{}", said("checkpoint"));
    assert!(said("checkpoint.takes").contains("How long it takes to write one"));
    assert!(said("like").contains("haproxy"));
    assert!(explain("count", &real, &measures()).is_err(), "it is a key of several parts");
    let near = explain("kubernets", &real, &measures()).expect_err("it is misspelt");
    assert_eq!(near.first().map(String::as_str), Some("kubernetes"));
}
