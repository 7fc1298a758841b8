//! Claims of a course, put to the test: verdicts follow from runs, and change with the system.

use std::fs;

use crate::picked::words;
use crate::tank::{Folder, has, said, wavetank};

fn claims(arguments: &str, folder: &Folder) -> (String, Option<i32>) {
    let arguments: Vec<&str> = ["claims"].into_iter().chain(arguments.split(' ')).collect();
    let output = wavetank(&arguments, folder);
    (said(&output), output.status.code())
}

#[test]
fn a_claim_has_a_verdict_figures_that_come_out_and_a_run_that_speaks_against_it() {
    let folder = Folder::new("claims");
    let (text, code) = claims("a18", &folder);
    assert_eq!(code, Some(0), "{text}");
    has(
        &text,
        &[
            "HOLDS IN 1 of 4 cells, and not in 3",
            "by retry.timeout: never 1/1",
            "figure 1055s comes out: 17min 35s  breaker outside, retry.timeout = 5 x exponential(1s)",
            "figure 465s comes out: 7min 45s",
            "figure 154s comes out: 2min 34s",
            "a run that speaks against it: +14min 50s",
            "mind: one caller",
        ],
    );
    assert_eq!(text.matches("comes out").count(), 8, "{text}");
    let table = fs::read_to_string(folder.0.join("out/A18/claims/verdict.csv")).unwrap();
    assert_eq!(table.lines().count(), 5, "{table}");
    // The run that speaks against it can be made again.
    let again = text.lines().find(|line| line.contains("wavetank run claims/A18")).unwrap();
    let again = words(again.trim());
    let output = wavetank(&again.iter().skip(1).map(String::as_str).collect::<Vec<_>>(), &folder);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn a_verdict_changes_with_the_system_that_a_claim_is_put_to() {
    let folder = Folder::new("claims-with");
    // A server that refuses at once: the waits between attempts are all that is left of the
    // difference, and one failure opens the breaker.
    let faults = "[policies]\nguarded = [{ retry = { timeout = \"3 x exponential(1s)\" } }, \
                  { breaker = { failures = 1, open = \"2h\" } }, { timeout = \"1s\" }]\n\
                  [[faults]]\nhit = \"mcp\"\ndo = \"hang\"\nat = \"0s\"\nfor = \"1h\"\n";
    fs::write(folder.0.join("mine.toml"), faults).unwrap();
    let (own, _) = claims("A18", &folder);
    let (text, code) = claims("A18 --with mine.toml --out other", &folder);
    assert!(own.contains("HOLDS IN 1 of 4"), "{own}");
    assert!(!text.contains("HOLDS IN 1 of 4"), "{text}");
    // Its figures follow from the claim's own system.
    assert!(own.contains("figure") && !text.contains("figure"), "{text}");
    assert_eq!(code, Some(0), "{text}");
    // The run that speaks against it is made with the same file.
    let again = text.lines().find(|line| line.contains("wavetank run claims/A18")).unwrap();
    let again = words(again.trim());
    assert!(again.iter().any(|word| word == "--with"), "{again:?}");
    let again: Vec<&str> = again.iter().skip(1).map(String::as_str).collect();
    let output = wavetank(&[&again[..], &["--json"]].concat(), &folder);
    let own = wavetank(&["run", "claims/A18", "--cell", "7", "--json"], &folder);
    assert_ne!(said(&output), said(&own));
    assert!(said(&output).contains("fingerprint"), "{}", said(&output));
}

#[test]
fn claims_are_listed_and_one_that_is_not_there_is_named() {
    let folder = Folder::new("claims-list");
    let output = wavetank(&["claims"], &folder);
    let text = said(&output);
    assert!(output.status.success() && text.contains("A18  A breaker works the same"), "{text}");
    assert!(text.contains("not decidable here"), "{text}");
    let (text, code) = claims("A81", &folder);
    assert!(text.contains("there is no claim `A81`"), "{text}");
    assert_eq!(code, Some(2));
    let (text, code) = claims("hanging-server", &folder);
    assert!(text.contains("no section `claim`"), "{text}");
    assert_eq!(code, Some(2));
    assert!(!folder.0.join("out").exists(), "nothing is written of what cannot be put to the test");
}

/// Claims of which the table has what came of them are not made again: their rows stay as they are.
#[test]
fn all_claims_go_on_where_they_were_left() {
    let folder = Folder::new("claims-all");
    let more = || {
        let (text, code) = claims("--all --replications 1 --max-time 1s --out o", &folder);
        assert_eq!(code, Some(1), "{text}");
        has(&text, &["of 72 are left: the same goes on"]);
        let table = fs::read_to_string(folder.0.join("o/claims.csv"));
        table.map_or(Vec::new(), |text| text.lines().skip(1).map(str::to_owned).collect())
    };
    // A claim that takes longer than there is time for goes on with its own runs.
    let until = |least: usize| {
        let mut rows = (0..60).map(|_| more());
        rows.find(|rows: &Vec<String>| least < rows.len()).expect("there are more, sooner or later")
    };
    let first = until(0);
    let path = folder.0.join("o/claims.csv");
    let (_, verdict) = first[0].split_once(',').expect("a claim and its verdict");
    let word = verdict.split(',').next().unwrap();
    let marked = fs::read_to_string(&path).unwrap().replacen(word, "as it was", 1);
    fs::write(&path, &marked).unwrap();
    let second = until(first.len());
    assert!(second[0].starts_with("A1,as it was,"), "{second:?}");
    assert_eq!(second[1..first.len()], first[1..]);
}

#[test]
fn a_claim_that_holds_in_some_cells_does_not_hold_as_a_document() {
    let folder = Folder::new("claims-json");
    let (text, code) = claims("A18 --json", &folder);
    assert_eq!(code, Some(0), "its figures come out: {text}");
    has(&text, &["\"verdict\": \"holds where\"", "\"holds\": false"]);
}

#[test]
fn a_run_that_ends_by_its_own_condition_was_not_stopped() {
    let folder = Folder::new("claims-ends");
    let (text, _) = claims("F4 --replications 2", &folder);
    has(&text, &["ended before the horizon by their own condition"]);
    assert!(!text.contains("STOPPED"), "{text}");
}
