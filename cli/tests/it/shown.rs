//! What commands print when asked for JSON or for nothing, and what shells and `man` read.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::tank::{Folder, said, scenario, wavetank};

const MORE: &str = "[[hypotheses]]\nthat = \"agents.a.success >= 0%\"\n\
                    [sweep]\nreplications = 2\n\"services.x.latency\" = [\"1s\", \"2s\"]\n";

/// What a command prints, as JSON.
fn json(arguments: &[&str], code: i32, folder: &Folder) -> Value {
    let output = wavetank(arguments, folder);
    assert_eq!(output.status.code(), Some(code), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

/// A table is what the document says of it, row by row.
fn assert_same(rows: &Value, file: &str, folder: &Folder) {
    let mut table = csv::Reader::from_path(folder.0.join(file)).unwrap();
    let columns = table.headers().unwrap().clone();
    let rows = rows.as_array().unwrap();
    assert!(rows.len() > 20);
    let mut number = 0;
    for (row, fields) in rows.iter().zip(table.records()) {
        number += 1;
        for (column, text) in columns.iter().zip(&fields.unwrap()) {
            let same = match &row[column] {
                Value::Null => text.is_empty(),
                Value::Number(found) => Some(found.as_f64().unwrap()) == text.parse().ok(),
                Value::Bool(found) => text == if *found { "yes" } else { "no" },
                other => other.as_str() == Some(text),
            };
            assert!(same, "{column}: {} is not `{text}`", row[column]);
        }
    }
    assert_eq!(number, rows.len(), "{file}");
}

#[test]
fn a_run_prints_its_measures_as_json() {
    let folder = Folder::new("json-run");
    scenario(&folder, "it.toml", MORE);
    let found = json(&["run", "it.toml", "--json", "--out", "o"], 0, &folder);
    assert_same(&found["measures"], "o/measures.csv", &folder);
    assert!(found["measures"][0]["value"].is_number(), "{}", found["measures"][0]);
    assert_eq!(found["hypotheses"][0]["holds"], true);
    assert_eq!(found["hypotheses"][0]["value"], 1.0);
    assert!(found["command"].as_str().unwrap().ends_with(" --out o"), "{}", found["command"]);
    let fails = ["run", "it.toml", "--json", "--set", "hypotheses.0.that=agents.a.success < 1%"];
    let found = json(&fails, 1, &folder);
    assert_eq!((&found["holds"], &found["hypotheses"][0]["holds"]), (&false.into(), &false.into()));
}

#[test]
fn a_sweep_prints_its_summary_as_json() {
    let folder = Folder::new("json-sweep");
    scenario(&folder, "it.toml", MORE);
    let found = json(&["sweep", "it.toml", "--json", "--out", "o"], 0, &folder);
    assert_same(&found["summary"], "o/summary.csv", &folder);
    let row = &found["summary"][0];
    assert_eq!(
        (&row["services.x.latency"], &row["services.x.latency_s"]),
        (&"1s".into(), &1.into())
    );
    assert_eq!((&row["unit"], &found["runs"]), (&"share".into(), &4.into()));
}

#[test]
fn check_prints_every_mistake_with_its_place_as_json() {
    let folder = Folder::new("json-check");
    scenario(&folder, "good.toml", MORE);
    scenario(&folder, "bad.toml", "slots = 0\nqueu = 3\n");
    let files = ["check", "--json", "good.toml", "bad.toml", "none.toml"];
    let found = json(&files, 2, &folder);
    let [good, bad, none] = [0, 1, 2].map(|at| &found["files"][at]);
    assert_eq!((&good["fine"], &good["cells"]), (&true.into(), &2.into()));
    let one = &bad["diagnostics"][0];
    assert_eq!((&one["line"], &one["code"]), (&8.into(), &"out-of-range".into()), "{bad}");
    assert!(bad["diagnostics"][1]["help"].as_str().unwrap().contains("`queue`"), "{bad}");
    assert!(none["error"].as_str().unwrap().contains("none.toml"), "{none}");
}

#[test]
fn a_quiet_command_prints_nothing_but_what_is_wrong() {
    let folder = Folder::new("quiet");
    scenario(&folder, "it.toml", MORE);
    scenario(&folder, "bad.toml", "slots = 0\n");
    for arguments in [["run", "it.toml"], ["sweep", "it.toml"], ["check", "it.toml"]] {
        let output = wavetank(&[&arguments[..], &["--quiet"]].concat(), &folder);
        assert_eq!((output.status.code(), said(&output).as_str()), (Some(0), ""));
    }
    assert!(folder.0.join("out/it/run/measures.csv").is_file());
    let output = wavetank(&["run", "bad.toml", "--quiet"], &folder);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty() && said(&output).contains("slots"), "{}", said(&output));
}

/// The commands that there are, by the help.
fn commands(folder: &Folder) -> Vec<String> {
    let help = said(&wavetank(&["--help"], folder));
    let listed = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = listed.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<String> =
        names.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect();
    assert!(names.len() > 8 && names.contains(&"sweep".to_owned()), "{names:?}");
    names.into_iter().filter(|name| name != "help").collect()
}

#[test]
fn the_help_of_every_command_has_an_example() {
    let folder = Folder::new("help");
    for name in commands(&folder) {
        let help = said(&wavetank(&[&name, "--help"], &folder));
        let mut examples = help.lines().skip_while(|line| !line.starts_with("Example"));
        assert!(examples.any(|line| line.contains(&format!("wavetank {name}"))), "{help}");
    }
}

#[test]
fn the_manual_page_and_completions_have_every_command() {
    let folder = Folder::new("manual");
    let of = |arguments: &[&str]| {
        let output = wavetank(arguments, &folder);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        output.stdout
    };
    let page = String::from_utf8(of(&["man"])).unwrap();
    assert!(page.contains(".TH wavetank 1"), "{page}");
    for name in commands(&folder) {
        assert!(page.contains(&format!(".SH \"WAVETANK {}\"", name.to_uppercase())), "{name}");
        for shell in ["bash", "zsh", "fish"] {
            let text = String::from_utf8(of(&["completions", shell])).unwrap();
            assert!(text.contains(&name), "{name} is not completed in {shell}");
        }
    }
    // A shell takes it.
    let mut bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn().unwrap();
    bash.stdin.take().unwrap().write_all(&of(&["completions", "bash"])).unwrap();
    assert!(bash.wait().unwrap().success());
}
