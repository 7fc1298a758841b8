//! The real program, run as its users run it.

use std::fs;
use std::path::Path;

use crate::tank::{Folder, files, said, wavetank};

#[test]
fn the_number_of_threads_changes_no_byte() {
    let outputs = ["1", "2", "5"].map(|threads| {
        let folder = Folder::new(&format!("threads-{threads}"));
        let sweep = ["sweep", "shared-pool", "--replications", "2", "--threads", threads];
        let output = wavetank(&[&sweep[..], &["--out", "."]].concat(), &folder);
        assert!(output.status.success(), "{}", said(&output));
        folder.files()
    });
    assert!(outputs[0].iter().any(|(name, _)| name == "runs.csv"));
    assert_eq!(outputs[0], outputs[1]);
    assert_eq!(outputs[0], outputs[2]);
}

#[test]
fn a_run_reports_what_happened_and_how_to_see_it_again() {
    let folder = Folder::new("run");
    let output = wavetank(&["run", "course-outage", "--seed", "0x2a"], &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("again        wavetank run course-outage --seed 0x2a"), "{text}");
    assert!(text.contains("holds"), "{text}");
    assert!(folder.0.join("out/course-outage/run/timeline.svg").is_file());
}

#[test]
fn a_hypothesis_that_fails_is_exit_code_1() {
    let folder = Folder::new("hypothesis");
    // The file's own hypothesis fails: from a shared pool the healthy agent starves.
    let output = wavetank(&["run", "shared-pool", "--set", "faults.0.factor=100"], &folder);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("FAILS        agents.write.success"), "{}", said(&output));
}

#[test]
fn bad_input_is_exit_code_2_with_the_place() {
    let folder = Folder::new("bad");
    let file = folder.0.join("mine.toml");
    fs::write(&file, "title = 'x'\nhorizn = '1h'\n").unwrap();
    let output = wavetank(&["check", "mine.toml"], &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("mine.toml:2:1") && text.contains("did you mean `horizon`"), "{text}");

    let output = wavetank(&["run", "shared-pol"], &folder);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("did you mean `shared-pool`"), "{}", said(&output));

    let output = wavetank(&["run", "faults/03-hangs"], &folder);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("did you mean `faults/03-hang`"), "{}", said(&output));

    let output = wavetank(&["run", "shared-pool", "--set", "faults.0.facto=3"], &folder);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("did you mean `factor`"), "{}", said(&output));
    assert_eq!(folder.files().len(), 1, "bad input leaves nothing behind");
}

#[test]
fn every_scenario_is_listed_and_can_be_shown_and_checked() {
    let folder = Folder::new("list");
    let list = said(&wavetank(&["list"], &folder));
    for entry in scenarios::library::LIBRARY {
        assert!(list.contains(entry.name), "{list}");
        let shown = wavetank(&["show", entry.name], &folder);
        assert_eq!(String::from_utf8_lossy(&shown.stdout), entry.text);
    }
    let list = said(&wavetank(&["list", "faults"], &folder));
    assert!(scenarios::faults().all(|(name, what)| list.contains(name) && list.contains(&what)));
    for entry in scenarios::library::FAULTS.iter().filter_map(scenarios::library::Fault::scenario) {
        assert!(list.contains(entry.name), "{list}");
    }
    let names: Vec<&str> = scenarios::library::all().map(|entry| entry.name).collect();
    let output = wavetank(&[&["check"], &names[..]].concat(), &folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

/// Their output goes to folders of their own, which are named after their files.
#[test]
fn minimal_scenarios_of_faults_are_run_by_their_names() {
    let folder = Folder::new("faults");
    let output = wavetank(&["run", "faults/05-latency-spike", "--seed", "3"], &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(
        text.contains("again        wavetank run faults/05-latency-spike --seed 0x3"),
        "{text}"
    );
    assert!(folder.0.join("out/05-latency-spike/run/timeline.svg").is_file(), "{text}");
    let output = wavetank(&["sweep", "faults/07-random-errors", "--replications", "2"], &folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

/// The scenario that the README explains can be run as it stands.
#[test]
fn the_scenario_in_the_readme_is_right() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let scenario = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let folder = Folder::new("readme");
    fs::write(folder.0.join("mine.toml"), scenario).unwrap();
    let output = wavetank(&["sweep", "mine.toml", "--replications", "1"], &folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

/// The pictures and tables in the repository are what the program makes.
#[test]
fn the_gallery_is_what_the_program_makes() {
    let gallery = Path::new(env!("CARGO_MANIFEST_DIR")).join("../results/gallery");
    // Of some, the pictures of one kind alone.
    let report: &[&str] =
        &["reliability-engineering-report.md", "system.svg", "variants.svg", "timeline.svg"];
    let shown: [(&str, &str, &[&str]); 12] = [
        ("sweep", "hanging-server", &[]),
        ("sweep", "course-outage", &[]),
        ("sweep", "how-long-to-wait", &["lines.svg", "pareto-front.svg"]),
        ("sweep", "how-long-retries-help", &["s-curve.svg"]),
        ("sweep", "layer-by-layer", &["ablation.svg"]),
        ("sweep", "half-open-stampede", &["recovery.svg"]),
        ("sweep", "shared-pool", &["starvation.svg"]),
        ("sweep", "self-healing", &["timeline.svg"]),
        ("ablate", "which-pattern-did-it", &["ablation.svg", "ablation-4.svg"]),
        ("report", "research-and-writing", report),
        ("report", "as-it-comes", report),
        ("report", "stuck-loop", report),
    ];
    for (command, name, pictures) in shown {
        let folder = Folder::new(&format!("gallery-{name}"));
        let output = wavetank(&[command, name], &folder);
        // What is not as it should be is shown as well.
        assert_ne!(output.status.code(), Some(2), "{}", said(&output));
        for (file, bytes) in files(&folder.0.join("out").join(name).join(command)) {
            // Raster pictures and every single run are left out: they would be most of its size.
            let is_svg = Path::new(&file).extension().is_some_and(|ending| ending == "svg");
            let is_kept = is_svg || file == "summary.csv" || pictures.contains(&file.as_str());
            if !is_kept {
                continue;
            }
            if !pictures.is_empty() && !pictures.contains(&file.as_str()) {
                continue;
            }
            let kept = gallery.join(name).join(&file);
            if std::env::var_os("UPDATE_GALLERY").is_some() {
                fs::create_dir_all(kept.parent().unwrap()).unwrap();
                fs::write(&kept, &bytes).unwrap();
            }
            let same = fs::read(&kept).is_ok_and(|kept| kept == bytes);
            assert!(same, "{} is not what the program makes", kept.display());
        }
    }
}
