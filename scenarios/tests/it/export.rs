//! Policies become configurations of other worlds, and come back as they were.

use std::fs;
use std::path::PathBuf;

use expect_test::{expect, expect_file};
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

/// A policy in some formats, each with what cannot be said there.
fn becomes(name: &str, layers: &str, formats: &[&str]) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/export");
    for to in formats {
        let Exported { text, left_out, .. } = exported(&scenario(layers), to);
        let said = format!("{text}---\n{}\n", left_out.join("\n"));
        expect_file![folder.join(format!("{name}.{to}.txt"))].assert_eq(&said);
    }
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
fn libraries_say_what_they_can_and_what_they_cannot_is_named() {
    let of_java = r#"
        { retry = { like = "resilience4j", max-attempts = 5, base = "1s", factor = 2.0, jitter = 0.5 } },
        { breaker = { like = "resilience4j", window = 20, min-calls = 10, open = "30s" } },
        { timeout = "2s" },
        { bulkhead = { slots = 8, queue = 4 } },
    "#;
    becomes("java", of_java, &["resilience4j"]);
    let of_proxies = r#"
        { timeout = "10s" },
        { retry = { like = "envoy", max-retries = 2, budget = "share(25%, least=5)" } },
        { timeout = "3s" },
        { balance = { over = ["t"], eject = { like = "envoy", consecutive = 3 } } },
    "#;
    becomes("proxies", of_proxies, &["envoy", "istio", "grpc"]);
    let of_dotnet = r#"
        { retry = { like = "polly", backoff = "exponential", jitter = true } },
        { breaker = { like = "polly" } },
        { timeout = "3s" },
    "#;
    becomes("dotnet", of_dotnet, &["polly"]);
    let of_models = r#"
        { fallback = { to = "t" } },
        { retry = { like = "openai", max-retries = 3 } },
        { timeout = "1min" },
    "#;
    becomes("models", of_models, &["litellm"]);
    let of_course = r#"
        { retry = { network = "5 x exponential(1s, cap=30s, jitter=full)", rate-limit = "3 x 60s" } },
        { breaker = { like = "course-meant", failures = 3 } },
    "#;
    becomes("course", of_course, &["course"]);
    let of_none = r#"
        { breaker = { failures = 5, open = "60s", ramp = "10s" } },
        { retry = { network = "3 x exponential(1s, jitter=full)", timeout = "1 x 5s" } },
        { cache = { ttl = "1min" } },
    "#;
    becomes("none", of_none, &["resilience4j", "polly"]);
}

#[test]
fn what_counts_less_than_it_says_and_who_shares_a_layer_are_named() {
    let layers = r#"
        { breaker = { like = "resilience4j", window = 20, min-calls = 30, per = "run" } },
        { retry = { like = "resilience4j", per = "agent" } },
    "#;
    let Exported { left_out, .. } = exported(&scenario(layers), "resilience4j");
    let expected = [
        "guarded.breaker.min-calls is written as `30`, and `20` counts; the window has no more calls",
        "guarded.breaker.per is \"run\": who shares it is not said in resilience4j",
    ];
    assert_eq!(left_out[..2], expected, "{left_out:#?}");
    assert!(!left_out.iter().any(|left| left.contains("retry.per")), "{left_out:#?}");
}

#[test]
fn no_format_refuses_what_is_exported() {
    for entry in library::all() {
        let file = ScenarioFile::parse(entry.name, entry.text).expect("it is right");
        for to in export_formats() {
            let exported = export(&file, to, None, None, &LayerRegistry::builtin());
            let left = exported.map(|exported| exported.left_out).unwrap_or_default();
            let refused = left.iter().find(|left| left.contains("does not take this"));
            // A format may have nothing at all to say.
            let refused = refused.filter(|why| !why.contains("can be found here"));
            assert_eq!(refused, None, "{} to {to}", entry.name);
        }
    }
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
