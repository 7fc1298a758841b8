//! The examples of each code: the wrong lines are reported with the code, the right ones not.

use scenarios::{CODES, Diagnostics, LayerRegistry, ScenarioFile};
use toml::{Table, Value};

/// A scenario without a mistake, and with every name that the examples use.
const BASE: &str = r#"
title   = "Calls to an API"
horizon = "2h"

[agents.agent]
arrivals = "poisson(every=90s)"
steps    = [{ call = "github" }]

[services.github]
latency = "1s"

[services.gitlab]
latency = "1s"

[services.index]
latency = "1s"

[policies]
guarded = [{ timeout = { limit = "30s" } }]

[edges]
"agent -> github" = "guarded"
"#;

/// The base with these lines where they belong, as text.
fn file(lines: &str) -> String {
    let Ok(fragment) = lines.parse::<Table>() else {
        // What is not TOML belongs to no table.
        return format!("{lines}\n{}", BASE.trim_start().split_once('\n').expect("lines").1);
    };
    let mut file: Table = BASE.parse().expect("the base is TOML");
    let first = fragment.keys().next().expect("an example has a key").clone();
    let one = |key: &str, value: Value| Value::Table(Table::from_iter([(key.to_owned(), value)]));
    let fragment = Value::Table(fragment);
    let whole = match first.as_str() {
        "timeout" => one("policies", one("guarded", vec![fragment].into())),
        "steps" => one("agents", one("agent", fragment)),
        "latency" | "abandoned" => one("services", one("github", fragment)),
        _ => fragment,
    };
    merge(&mut file, whole.as_table().expect("a table"));
    toml::to_string(&file).expect("tables are TOML")
}

/// Puts a table over another, key by key.
fn merge(base: &mut Table, over: &Table) {
    for (key, value) in over {
        match (base.get_mut(key), value) {
            (Some(Value::Table(base)), Value::Table(over)) => merge(base, over),
            _ => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}

/// All that is reported, warnings too.
fn diagnose(text: &str) -> Option<Diagnostics> {
    let registry = LayerRegistry::builtin();
    let sweep = ScenarioFile::parse("it.toml", text).and_then(|file| {
        // The warnings of a sweep are those of its cells, too.
        Ok((file.scenario(&registry)?, file.sweep(&registry)?))
    });
    match sweep {
        Ok((scenario, sweep)) => {
            [scenario.warnings, sweep.warnings].into_iter().find(|found| !found.is_empty())
        }
        Err(found) => Some(found),
    }
}

#[test]
fn wrong_lines_of_a_code_are_reported_with_it() {
    for code in &CODES {
        let text = file(code.wrong);
        let found = diagnose(&text).unwrap_or_else(|| panic!("{}: nothing\n{text}", code.name));
        let mut codes = found.all().iter().map(|one| (one.code(), one.is_warning()));
        assert!(codes.any(|one| one == (code.name, code.is_warning)), "{}: {found}", code.name);
        assert_eq!(found.errors() == 0, code.is_warning, "{}: {found}", code.name);
    }
}

#[test]
fn right_lines_of_a_code_are_reported_with_nothing() {
    for code in &CODES {
        let text = file(code.right);
        // Some lines need services that stand idle beside others.
        let Some(found) = diagnose(&text) else { continue };
        let mut all = found.all().iter();
        assert!(all.all(|one| one.message().starts_with("nobody calls")), "{}: {found}", code.name);
    }
}
