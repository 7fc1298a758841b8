//! What commands print when asked for JSON or for nothing, and what shells and `man` read.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::tank::{Folder, files, said, scenario, wavetank};

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
    let that = &found["hypotheses"][0];
    assert_eq!(
        (&that["holds"], &that["share"], &that["runs"]),
        (&true.into(), &1.0.into(), &2.into())
    );
    assert_eq!(that["that"], "agents.a.success >= 0%");
    // All runs are alike: there is one cell to name, and no worst run.
    assert_eq!(found["worst_runs"], Value::Array(Vec::new()));
    assert_eq!(
        (&found["cells"][0]["is"], &found["cells"][0]["mean"]),
        (&"all alike".into(), &1.0.into())
    );

    scenario(&folder, "it.toml", &format!("errors = {{ network = 0.4 }}\n{MORE}"));
    let sweep = ["sweep", "it.toml", "--json", "--out", "p", "--replications", "5"];
    let found = json(&sweep, 0, &folder);
    let names: Vec<&str> = found["cells"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| cell["is"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["best case", "the file's own", "worst case"]);
    let worst = &found["worst_runs"][0];
    let mut rows = csv::Reader::from_path(folder.0.join("p/runs.csv")).unwrap();
    let place = rows.headers().unwrap().iter().position(|name| name == "agents.a.success").unwrap();
    let least =
        rows.records().map(|row| row.unwrap()[place].parse::<f64>().unwrap()).reduce(f64::min);
    assert_eq!(worst["value"].as_f64(), least);
}

#[test]
fn a_mistake_in_the_file_is_the_same_json_for_all_commands() {
    let folder = Folder::new("json-mistake");
    scenario(&folder, "bad.toml", "slots = 0\n");
    for file in ["bad.toml", "none.toml"] {
        let [check, run, sweep] =
            ["check", "run", "sweep"].map(|one| json(&[one, file, "--json"], 2, &folder));
        assert_eq!(check["files"][0]["fine"], false);
        assert_eq!((&run, &sweep), (&check, &check));
    }
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
fn manual_pages_are_written_for_every_command_that_one_of_them_names() {
    let folder = Folder::new("manual");
    let of = |arguments: &[&str]| {
        let output = wavetank(arguments, &folder);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let page = of(&["man"]);
    assert!(page.contains(".TH wavetank 1"), "{page}");
    let written = of(&["man", "--to", "a/man1"]);
    let pages = files(&folder.0.join("a/man1"));
    assert_eq!(written.lines().count(), pages.len());
    let named = page.split("wavetank\\-").skip(1).filter_map(|rest| rest.split_once("(1)"));
    let mut named: Vec<String> = named.map(|(name, _)| format!("wavetank-{name}.1")).collect();
    named.push("wavetank.1".to_owned());
    named.sort();
    let there: Vec<&String> = pages.iter().map(|(name, _)| name).collect();
    assert_eq!(there, named.iter().collect::<Vec<_>>());
    assert_eq!(there.len(), commands(&folder).len() + 1);
    for (name, page) in &pages {
        let page = String::from_utf8_lossy(page);
        assert!(page.contains(".SH SYNOPSIS"), "{name}: {page}");
        assert!(name == "wavetank.1" || page.contains("Example"), "{name}: {page}");
    }
}

/// What bash offers for the last of some words.
fn offered(words: &[&str], folder: &Folder) -> Vec<String> {
    let words = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
    let script = format!(
        "source <(wavetank completions bash)
         words=({words}); COMP_WORDS=(\"${{words[@]}}\"); COMP_CWORD=$((${{#words[@]}} - 1))
         COMP_TYPE=9; of=$(complete -p wavetank); of=${{of##*-F }}; \"${{of%% *}}\" wavetank \\
             \"${{words[-1]}}\" \"${{words[-2]}}\"
         printf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_wavetank")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut bash = Command::new("bash");
    let bash = bash.args(["-c", &script]).env("PATH", path).current_dir(&folder.0);
    let output = bash.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8_lossy(&output.stdout).lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn completions_offer_scenarios_variants_and_what_can_be_explained() {
    let folder = Folder::new("completions");
    let more = "[variants.\"no retry\"]\n\"agents.a.slots\" = 1\n[variants.none]\n\"agents.a.slots\" = 2\n";
    scenario(&folder, "mine.toml", more);
    std::fs::write(folder.0.join("notes.md"), "").unwrap();
    let has = |words: &[&str], all: &[&str]| {
        let offered = offered(words, &folder);
        for one in all {
            assert!(offered.iter().any(|other| other == one), "{one} for {words:?}: {offered:?}");
        }
        offered
    };
    for command in ["run", "sweep", "trace", "step", "compare", "check"] {
        let all = has(&["wavetank", command, ""], &["mine.toml", "hanging-server"]);
        assert!(!all.iter().any(|one| one == "notes.md"), "{all:?}");
    }
    assert_eq!(has(&["wavetank", "run", "hang"], &["hanging-server"]).len(), 1);
    assert_eq!(has(&["wavetank", "show", "m"], &[]), [""]);
    has(&["wavetank", "run", "mine.toml", "--variant", ""], &["no retry", "none", "as written"]);
    has(&["wavetank", "compare", "mine.toml", "--variant", "non"], &["none"]);
    has(&["wavetank", "explain", "breaker.w"], &["breaker.window"]);
    has(&["wavetank", "explain", "amp"], &["amplification"]);
    has(&["wavetank", "trace", "--format", ""], &["chrome", "otlp"]);
    has(&["wavetank", "sw"], &["sweep"]);
    // Other shells have it too, and none makes a mistake of it.
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        let output = wavetank(&["completions", shell], &folder);
        assert!(output.status.success() && !output.stdout.is_empty(), "{shell}");
    }
}

/// Every example of every `--help`, typed as it stands where its files are.
#[test]
fn examples_of_the_help_work_as_they_stand() {
    let folder = Folder::new("examples");
    let small = include_str!("../small.toml");
    for name in ["mine.toml", "before.toml", "after.toml", "hanging-server", "course-outage"] {
        std::fs::write(folder.0.join(name), small).unwrap();
    }
    std::fs::create_dir_all(folder.0.join("scenarios")).unwrap();
    std::fs::write(folder.0.join("scenarios/mine.toml"), small).unwrap();
    // What is not Wavetank's may not be there.
    let bin = folder.0.join("bin");
    std::fs::create_dir(&bin).unwrap();
    for name in ["jq", "man"] {
        let shim = bin.join(name);
        std::fs::write(&shim, "#!/bin/sh\ncat > /dev/null < /dev/stdin\n").unwrap();
        assert!(Command::new("chmod").arg("+x").arg(&shim).status().unwrap().success());
    }
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_wavetank")).parent().unwrap();
    let system = std::env::var("PATH").unwrap();
    let path = format!("{}:{}:{system}", bin.display(), program.display());
    let mut number = 0;
    let mut all: Vec<Vec<String>> = commands(&folder).into_iter().map(|name| vec![name]).collect();
    all.push(Vec::new());
    for name in all {
        let mut asked: Vec<&str> = name.iter().map(String::as_str).collect();
        asked.push("--help");
        let help = said(&wavetank(&asked, &folder));
        let examples = help.lines().skip_while(|line| !line.starts_with("Example"));
        let examples = examples.filter(|line| line.starts_with("  ") && line.contains("wavetank "));
        let mut of_command = 0;
        for example in examples {
            // What is said of it stands behind some spaces.
            let typed = example.trim().split("   ").next().unwrap().trim_end();
            let shells = ["completions zsh", "completions fish"];
            let foreign = ["wavetank import", "wavetank export", "wavetank lint"];
            if shells.iter().chain(&foreign).any(|other| typed.contains(other)) {
                // These shells may not be there, nor files of other worlds: `import.rs`, `lint.rs`.
                of_command += 1;
                continue;
            }
            let mut bash = Command::new("bash");
            let bash = bash.args(["-o", "pipefail", "-c", typed]).current_dir(&folder.0);
            let bash = bash.env("PATH", &path).env("HOME", &folder.0).stdin(Stdio::null());
            let output = bash.output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{typed}: {}", said(&output));
            of_command += 1;
        }
        assert!(of_command > 0, "{name:?} has no example");
        number += of_command;
    }
    assert!(number > 25, "{number}");
}
