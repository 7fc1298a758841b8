//! What people type in their first hours: each slip is answered with the way out.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::tank::{Folder, command, has, said, scenario, wavetank};

const AXIS: &str = "[sweep]\nreplications = 2\n\"services.x.latency\" = [\"1s\", \"2s\"]\n";

#[test]
fn a_file_that_is_not_utf_8_is_answered_with_how_to_make_it_so() {
    let folder = Folder::new("encodings");
    scenario(&folder, "it.toml", "");
    let text = fs::read_to_string(folder.0.join("it.toml")).unwrap();
    let wide = text.encode_utf16().flat_map(u16::to_le_bytes);
    // Without a byte order mark it is UTF-8 as well, with many zeros.
    fs::write(folder.0.join("little.toml"), wide.clone().collect::<Vec<u8>>()).unwrap();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    fs::write(folder.0.join("big.toml"), big).unwrap();
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(wide).collect();
    fs::write(folder.0.join("wide.toml"), wide).unwrap();
    let latin: Vec<u8> = text.replace("\"f\"", "\"Größe\"").chars().map(|c| c as u8).collect();
    fs::write(folder.0.join("latin.toml"), latin).unwrap();
    for (file, parts) in [
        ("wide.toml", ["UTF-16", "iconv -f utf-16 -t utf-8"]),
        ("little.toml", ["UTF-16", "iconv -f utf-16le -t utf-8"]),
        ("big.toml", ["UTF-16", "iconv -f utf-16be -t utf-8"]),
        ("latin.toml", ["line 1, column 12", "iconv -f latin1 -t utf-8"]),
    ] {
        let output = wavetank(&["run", file], &folder);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        has(&text, &parts);
    }
}

#[test]
fn check_goes_on_after_a_file_that_cannot_be_read() {
    let folder = Folder::new("check-many");
    scenario(&folder, "good.toml", "");
    scenario(&folder, "bad.toml", "slots = 0\n");
    fs::write(folder.0.join("latin.toml"), [b'#', 0xe9]).unwrap();
    let files = ["check", "none.toml", "latin.toml", "nosuch", "bad.toml", "good.toml"];
    let output = wavetank(&files, &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    has(
        &text,
        &["none.toml", "iconv", "`nosuch` is neither", "1 mistake in bad.toml", "good.toml: fine"],
    );
}

#[test]
fn a_scenario_can_come_from_the_standard_input() {
    let folder = Folder::new("stdin");
    scenario(&folder, "it.toml", "");
    let text = fs::read(folder.0.join("it.toml")).unwrap();
    let of = |arguments: &[&str]| {
        let mut command = command(arguments, &folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(&text).unwrap();
        said(&child.wait_with_output().unwrap())
    };
    assert_eq!(of(&["check", "-"]), "standard input: fine, 1 cell\n");
    let piped = of(&["run", "-", "--out", "piped"]);
    let named = said(&wavetank(&["run", "it.toml", "--out", "named"], &folder));
    let fingerprint = |text: &str| {
        let line = text.lines().find(|line| line.contains("fingerprint")).map(str::to_owned);
        line.unwrap_or_else(|| panic!("no fingerprint:\n{text}"))
    };
    assert_eq!(fingerprint(&piped), fingerprint(&named));
    assert!(said(&wavetank(&["run", "nosuch"], &folder)).contains("neither"));
}

#[test]
fn an_unlike_name_is_answered_without_a_guess() {
    let folder = Folder::new("guess");
    for name in ["nosuch", "x"] {
        let text = said(&wavetank(&["run", name], &folder));
        assert!(text.contains("neither a file nor") && !text.contains("did you mean"), "{text}");
    }
    let text = said(&wavetank(&["run", "hanging-sever"], &folder));
    assert!(text.contains("did you mean `hanging-server`?"), "{text}");
}

#[test]
fn an_output_folder_that_is_a_file_is_said_to_be_one() {
    let folder = Folder::new("out-is-file");
    scenario(&folder, "it.toml", "");
    for out in ["it.toml", "it.toml/below"] {
        let output = wavetank(&["run", "it.toml", "--out", out], &folder);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains("a folder is wanted") && text.contains("--out"), "{text}");
    }
}

#[test]
fn one_replication_is_one_run_without_an_interval() {
    let folder = Folder::new("one");
    scenario(&folder, "it.toml", AXIS);
    let text = said(&wavetank(&["sweep", "it.toml", "--replications", "1", "--out", "o"], &folder));
    assert!(text.starts_with("f: 2 cells, 1 run each, seed"), "{text}");
    assert!(!text.contains("NaN") && !text.contains(['[', ']']), "{text}");
}

#[test]
fn a_topic_that_is_none_is_answered_with_near_names_or_with_what_there_is() {
    let folder = Folder::new("topics");
    for (topic, answer) in [
        ("nonsense", "; topics are: aborts, "),
        ("braeker", "did you mean breaker"),
        ("adaptive", ", adaptive-throttle, "),
        ("breaker.failurs", "did you mean breaker.failures"),
    ] {
        let text = said(&wavetank(&["explain", topic], &folder));
        assert!(text.contains(&format!("there is nothing called `{topic}`")), "{text}");
        assert!(text.contains(answer) && !text.contains("drops.none"), "{text}");
    }
}

#[test]
fn a_mistake_in_set_is_shown_there() {
    let folder = Folder::new("set");
    scenario(&folder, "it.toml", "");
    for (set, column) in [("foo=1", 1), ("services.x.slot=3", 1), ("services.x.slots=abc", 18)] {
        let text = said(&wavetank(&["check", "it.toml", "--set", set], &folder));
        assert!(text.contains(&format!("--set:1:{column}\n")) && text.contains(set), "{text}");
    }
    // What is wrong since then in a line that has not changed, too; and what was wrong before stays
    // where it is.
    let policies = "slots = 0\n[policies]\np = [{ retry = { network = \"3 x 1s\" } }]\n\
                    [edges]\n\"a -> x\" = \"p\"\n";
    scenario(&folder, "it.toml", policies);
    for sets in [&["policies.p.0.failures=3"][..], &["policies.p.0.failures=3", "seed=3"]] {
        let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
        for command in ["check", "run", "sweep"] {
            let output = wavetank(&[&[command, "it.toml"][..], &sets].concat(), &folder);
            let text = said(&output);
            has(&text, &["--set:1:1\n", sets[1], "it.toml:8:9", "in line 10 of the file: a layer"]);
        }
    }
}

#[test]
fn a_number_below_zero_is_no_option() {
    let folder = Folder::new("negative");
    scenario(&folder, "it.toml", "");
    for command in ["run", "sweep"] {
        let text = said(&wavetank(&[command, "it.toml", "--seed", "-1"], &folder));
        assert!(text.contains("invalid value '-1' for '--seed"), "{text}");
    }
}

#[test]
fn a_control_character_in_a_title_does_not_reach_the_terminal() {
    let folder = Folder::new("escape");
    let more = "[[hypotheses]]\nthat = \"agents.a.success >= 0%\"\n";
    scenario(&folder, "it.toml", more);
    let text = fs::read_to_string(folder.0.join("it.toml")).unwrap();
    let text = text.replace("\"f\"", "\"f\\u001b[31m\"");
    fs::write(folder.0.join("it.toml"), text).unwrap();
    for command in ["check", "run", "sweep"] {
        let text = said(&wavetank(&[command, "it.toml"], &folder));
        assert!(!text.contains('\u{1b}') && !text.contains("error"), "{text}");
    }
}

#[test]
fn a_fault_without_a_name_can_be_set_by_what_it_is_called() {
    let folder = Folder::new("fault-name");
    let fault = "[[faults]]\nhit = \"x\"\ndo = \"down\"\nat = \"2s\"\nfor = \"1s\"\n";
    scenario(&folder, "it.toml", fault);
    let checked = |set: &str| said(&wavetank(&["check", "it.toml", "--set", set], &folder));
    assert_eq!(checked("faults.x-down.for=5s"), "it.toml: fine, 1 cell\n");
    let text = checked("faults.fault-1.for=5s");
    assert!(text.contains("there is: x-down"), "{text}");
}

#[test]
fn a_file_that_is_not_there_is_answered_with_the_one_that_is() {
    let folder = Folder::new("neighbour");
    scenario(&folder, "mine.toml", "");
    fs::create_dir(folder.0.join("sub")).unwrap();
    scenario(&folder, "sub/other.toml", "");
    for (typed, meant) in [("mine.tml", "mine.toml"), ("sub/othr.toml", "sub/other.toml")] {
        let output = wavetank(&["run", typed], &folder);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(&format!("; did you mean `{meant}`?")), "{text}");
    }
    for far in ["xyz.txt", "nowhere/mine.toml"] {
        let text = said(&wavetank(&["run", far], &folder));
        assert!(text.contains("error: cannot read ") && !text.contains("did you mean"), "{text}");
    }
}

#[test]
fn numbers_that_hypotheses_and_sweeps_are_about_have_their_unit() {
    let folder = Folder::new("units");
    let more = "[[hypotheses]]\nthat = \"agents.a.success >= 50%\"\n[[hypotheses]]\n\
                that = \"agents.a.latency.p50 < 1min\"\n[sweep]\nreplications = 2\n\
                objective = \"agents.a.goodput\"\n\"agents.a.count\" = [1, 2]\n";
    scenario(&folder, "it.toml", more);
    let text = said(&wavetank(&["run", "it.toml"], &folder));
    assert!(text.contains("agents.a.success >= 50% (it is 100.00 %)"), "{text}");
    assert!(text.contains("agents.a.latency.p50 < 1min (it is 1s)"), "{text}");
    let text = said(&wavetank(&["sweep", "it.toml"], &folder));
    assert!(text.contains("\nagents.a.goodput (per hour): "), "{text}");
}

/// A picture has three files, and a run ten pictures.
#[test]
fn files_are_named_in_a_few_lines_and_none_is_left_out() {
    let folder = Folder::new("few-lines");
    scenario(&folder, "it.toml", "");
    for (command, begin) in [("run", "wrote        "), ("sweep", "tables and pictures are in ")] {
        let text = said(&wavetank(&[command, "it.toml", "--out", command], &folder));
        let mut lines = text.lines().skip_while(|line| !line.starts_with(begin));
        let [files, pictures] = [lines.next().unwrap(), lines.next().unwrap()];
        let (_, files) = files.split_once(&format!("{command}: ")).unwrap();
        let mut named: Vec<String> = files.split(", ").map(str::to_owned).collect();
        let (_, pictures) = pictures.split_once("pictures (.svg, .png, -dark.png): ").unwrap();
        for picture in pictures.split(", ") {
            named.extend([".svg", ".png", "-dark.png"].map(|end| format!("{picture}{end}")));
        }
        named.sort();
        let there = crate::tank::files(&folder.0.join(command)).into_iter().map(|(name, _)| name);
        let there: Vec<String> = there.filter(|name| !name.starts_with('.')).collect();
        assert_eq!(named, there, "{text}");
    }
}
