//! Folders of output: files are whole, of one command, and nothing else is touched.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::process::Command;

use crate::signals::signal;
use crate::tank::{Folder, command, endless, files, is_part, said, scenario, started, wavetank};

fn names(folder: &Path) -> Vec<String> {
    files(folder).into_iter().map(|(name, _)| name).collect()
}

/// A folder with a scenario, and the program's output for it in the folder `o`.
fn swept(name: &str, more: &str) -> Folder {
    let folder = Folder::new(name);
    scenario(&folder, "it.toml", more);
    let output = wavetank(&["sweep", "it.toml", "--replications", "2", "--out", "o"], &folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    folder
}

const JOURNAL: &str = ".wavetank-sweep.journal";

const AXES: &str = "[sweep]\nreplications = 2\n\"services.x.latency\" = [\"1s\", \"2s\"]\n\"agents.a.count\" = [1, 2]\n";

#[test]
fn two_commands_at_once_do_not_write_into_one_folder() {
    let folder = swept("two-at-once", "");
    let before = files(&folder.0.join("o"));
    endless(&folder, "long.toml");
    let mut first = started(&["sweep", "long.toml", "--out", "o"], &folder);
    let is_under_way = || names(&folder.0.join("o")).iter().any(|name| is_part(name));
    while !is_under_way() {
        assert_eq!(first.try_wait().unwrap(), None, "it ended");
    }
    for arguments in [
        &["sweep", "it.toml", "--out", "o"][..],
        &["run", "it.toml", "--out", "o"],
        &["reference", "o"],
    ] {
        let output = wavetank(arguments, &folder);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("another wavetank is writing into o"), "{}", said(&output));
    }
    assert!(is_under_way(), "the file of the first is left alone");
    let output = wavetank(&["run", "it.toml", "--out", "p"], &folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    signal("INT", &first);
    first.wait().unwrap();
    assert_eq!(files(&folder.0.join("o")), before, "older outputs stay as they were");
    let output = wavetank(&["sweep", "it.toml", "--out", "o"], &folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn files_that_are_not_written_anew_go_away() {
    let folder = swept("out-of-date", AXES);
    let there = |name: &str| folder.0.join("o").join(name).exists();
    assert!(
        there("heat-map.svg") && there("heat-map-dark.png"),
        "{:?}",
        names(&folder.0.join("o"))
    );
    // What Wavetank has not written is none of its business, whatever its name is.
    fs::write(folder.0.join("o/heat-map.svg"), "my own").unwrap();
    fs::write(folder.0.join("o/notes.txt"), "my own").unwrap();
    fs::write(folder.0.join("o/lines.svg"), "my own").unwrap();

    scenario(&folder, "it.toml", "");
    let again = ["sweep", "it.toml", "--replications", "2", "--out", "o"];
    let output = wavetank(&again, &folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(!there("heat-map.png") && !there("heat-map-dark.png"));
    for name in ["heat-map.svg", "notes.txt", "lines.svg"] {
        assert_eq!(fs::read_to_string(folder.0.join("o").join(name)).unwrap(), "my own");
    }
    let fresh = swept("out-of-date-fresh", "");
    for (name, bytes) in files(&fresh.0.join("o")) {
        assert_eq!(fs::read(folder.0.join("o").join(&name)).unwrap(), bytes, "{name}");
    }
}

/// Each would take away some files of the other, and leave some as if they were its own.
#[test]
fn a_folder_of_another_command_is_refused_and_stays_as_it_is() {
    let folder = swept("others", AXES);
    let output = wavetank(&["run", "it.toml", "--out", "p"], &folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    // Of a sweep that was ended before its time there may be the runs alone.
    fs::create_dir(folder.0.join("q")).unwrap();
    fs::write(folder.0.join("q").join(JOURNAL), "runs").unwrap();
    let all = || ["o", "p", "q"].map(|name| files(&folder.0.join(name)));
    let before = all();
    for (command, out, other) in [
        ("run", "o", "sweep"),
        ("sweep", "p", "run"),
        ("run", "q", "sweep"),
        ("reference", "o", "sweep"),
    ] {
        let output = match command {
            "reference" => wavetank(&[command, out], &folder),
            _ => wavetank(&[command, "it.toml", "--out", out], &folder),
        };
        let text = said(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        let message = format!("error: {out} has what an earlier `wavetank {other}` has written\n");
        assert!(text.contains(&message), "{text}");
        assert!(all() == before, "{command} {out}");
    }
    // What is left in a folder when all of it was taken away is no output.
    for (name, _) in files(&folder.0.join("p")) {
        if name != ".wavetank" {
            fs::remove_file(folder.0.join("p").join(name)).unwrap();
        }
    }
    let output = wavetank(&["sweep", "it.toml", "--out", "p"], &folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let names = |out: &str| names(&folder.0.join(out));
    assert_eq!(names("p"), names("o"));
}

/// A list that leads out of the folder is not one that Wavetank has written.
#[test]
fn nothing_outside_of_the_folder_is_removed() {
    let folder = swept("outside", "");
    let list = fs::read_to_string(folder.0.join("o/.wavetank")).unwrap();
    fs::copy(folder.0.join("o/runs.csv"), folder.0.join("mine.csv")).unwrap();
    fs::create_dir(folder.0.join("o/sub")).unwrap();
    fs::copy(folder.0.join("o/runs.csv"), folder.0.join("o/sub/mine.csv")).unwrap();
    let line = list.lines().find(|line| line.ends_with(" runs.csv")).unwrap();
    let more: String = ["../mine.csv", "sub/mine.csv", "./sub/../../mine.csv"]
        .map(|path| line.replace("runs.csv", path) + "\n")
        .concat();
    fs::write(folder.0.join("o/.wavetank"), list + &more).unwrap();
    wavetank(&["sweep", "it.toml", "--replications", "2", "--out", "o"], &folder);
    assert!(folder.0.join("mine.csv").exists() && folder.0.join("o/sub/mine.csv").exists());
}

#[test]
fn links_are_replaced_and_not_followed() {
    let folder = Folder::new("links");
    scenario(&folder, "it.toml", "");
    let mut victims = Vec::new();
    for (command, table) in [("run", "measures.csv"), ("sweep", "runs.csv")] {
        let out = folder.0.join(command);
        fs::create_dir(&out).unwrap();
        let part = format!("{table}.part");
        for name in [table, &part, ".wavetank", "latency.svg"] {
            let victim = folder.0.join(format!("victim-{command}-{name}"));
            fs::write(&victim, "mine").unwrap();
            symlink(&victim, out.join(name)).unwrap();
            victims.push(victim);
        }
        symlink("/dev/full", out.join("series.csv.part")).unwrap();
        symlink("/dev/full", out.join("series.csv")).unwrap();
        let output = wavetank(&[command, "it.toml", "--out", command], &folder);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        for name in [table, "series.csv", ".wavetank", "latency.svg"] {
            let kind = out.join(name).symlink_metadata().unwrap().file_type();
            assert!(kind.is_file(), "{name}");
        }
    }
    for victim in victims {
        assert_eq!(fs::read_to_string(victim).unwrap(), "mine");
    }
}

/// Who opens a pipe waits for the other end.
#[test]
fn pipes_and_folders_in_the_way_are_no_trap() {
    let folder = Folder::new("pipes");
    scenario(&folder, "it.toml", "");
    fs::create_dir(folder.0.join("o")).unwrap();
    fs::create_dir(folder.0.join("o/.wavetank-dir.part")).unwrap();
    for name in [".wavetank", "measures.csv", ".wavetank-x.part"] {
        let made = Command::new("mkfifo").arg(folder.0.join("o").join(name)).status();
        assert!(made.expect("`mkfifo` is there").success());
    }
    let output = wavetank(&["run", "it.toml", "--out", "o"], &folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(folder.0.join("o/.wavetank-dir.part").is_dir());
    assert!(names(&folder.0.join("o")).contains(&"measures.csv".to_owned()));
}

/// A limit on the size of files stands for a disk that is full.
#[test]
fn a_file_that_cannot_be_written_is_named_and_leaves_nothing() {
    let folder = swept("too-large", AXES);
    wavetank(&["run", "it.toml", "--out", "p"], &folder);
    let limited = |arguments: &str, blocks: u32, file: &str| {
        let program = env!("CARGO_BIN_EXE_wavetank");
        let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec {program} {arguments}");
        let output = Command::new("bash").args(["-c", &limited]).current_dir(&folder.0).output();
        let said = said(&output.unwrap());
        let (_, out) = arguments.rsplit_once(' ').unwrap();
        let message = format!("error: cannot write {out}/{file}: File too large (os error 27)\n");
        assert!(said.contains(&message), "{arguments}: {said}");
        files(&folder.0.join(out))
    };
    let before = files(&folder.0.join("p"));
    assert!(limited("run it.toml --out p", 1, "measures.csv") == before);
    let before = files(&folder.0.join("o"));
    for (arguments, blocks, file) in [
        ("sweep it.toml --replications 60 --set sweep.series-every=10s --out o", 16, JOURNAL),
        ("sweep it.toml --replications 1 --set sweep.series-every=10s --out o", 8, "summary.csv"),
    ] {
        let mut after = limited(arguments, blocks, file);
        // Runs that were made are kept for the next time.
        after.retain(|(name, _)| name != JOURNAL);
        assert!(after == before, "{arguments}");
    }
    // Tables that are whole stay, without pictures of another sweep beside them.
    let after = limited("sweep it.toml --replications 1 --out o", 48, "heat-map.png");
    let after: Vec<String> = after.into_iter().map(|(name, _)| name).collect();
    assert_eq!(after, [".wavetank", JOURNAL, "runs.csv", "series.csv", "summary.csv"]);
}

#[test]
fn folders_that_cannot_be_written_are_named() {
    let folder = swept("unwritable", "");
    fs::write(folder.0.join("file"), "mine").unwrap();
    fs::remove_file(folder.0.join("o/runs.csv")).unwrap();
    fs::create_dir(folder.0.join("o/runs.csv")).unwrap();
    let before = files(&folder.0.join("o"));
    for (out, named) in [("file", "file"), ("file/below", "file/below"), ("o", "o/runs.csv")] {
        let output = wavetank(&["sweep", "it.toml", "--replications", "1", "--out", out], &folder);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        let message = format!("error: cannot write {named}: ");
        assert!(said(&output).contains(&message), "{}", said(&output));
    }
    assert_eq!(fs::read_to_string(folder.0.join("file")).unwrap(), "mine");
    assert_eq!(files(&folder.0.join("o")), before);
}

/// A folder that was mistyped, such as `/`, stays as it is.
#[test]
fn a_folder_with_other_things_in_it_is_left_alone() {
    let folder = Folder::new("foreign");
    scenario(&folder, "it.toml", "");
    for (out, thing) in [("o", "notes.txt"), ("p", ".hidden"), ("q", "sub/below")] {
        let thing = folder.0.join(out).join(thing);
        fs::create_dir_all(thing.parent().unwrap()).unwrap();
        fs::write(thing, "mine").unwrap();
        for arguments in [
            &["run", "it.toml", "--out", out][..],
            &["sweep", "it.toml", "--out", out],
            &["reference", out],
        ] {
            let output = wavetank(arguments, &folder);
            assert_eq!(output.status.code(), Some(2), "{}", said(&output));
            let message = format!("error: {out} has files in it that wavetank has not written\n");
            assert!(said(&output).contains(&message), "{}", said(&output));
            assert_eq!(fs::read_dir(folder.0.join(out)).unwrap().count(), 1);
        }
    }
    // What a command left that was killed is no other thing, nor is what comes in later.
    fs::create_dir(folder.0.join("r")).unwrap();
    fs::write(folder.0.join("r/.wavetank-1.part"), "").unwrap();
    for _ in 0..2 {
        let output = wavetank(&["run", "it.toml", "--out", "r"], &folder);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        fs::write(folder.0.join("r/notes.txt"), "mine").unwrap();
    }
}

#[test]
fn a_folder_in_the_way_of_a_picture_or_a_table_is_known_before_the_run() {
    let folder = swept("in-the-way", AXES);
    wavetank(&["run", "it.toml", "--out", "p"], &folder);
    endless(&folder, "long.toml");
    for (command, out, name) in [
        ("sweep", "o", "heat-map.svg"),
        ("sweep", "o", "lines-dark.png"),
        ("sweep", "o", "summary.csv"),
        ("run", "p", "timeline.png"),
        ("run", "p", "measures.csv"),
    ] {
        let path = folder.0.join(out).join(name);
        let _ = fs::remove_file(&path);
        fs::create_dir(&path).unwrap();
        let before = files(&folder.0.join(out));
        let output = wavetank(&[command, "long.toml", "--out", out, "--max-time", "5s"], &folder);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        let message = format!("error: cannot write {out}/{name}: is a directory");
        assert!(said(&output).contains(&message), "{}", said(&output));
        assert_eq!(files(&folder.0.join(out)), before);
        fs::remove_dir(path).unwrap();
    }
}

#[test]
fn who_may_read_other_new_files_may_read_these() {
    let folder = Folder::new("permissions");
    scenario(&folder, "it.toml", "");
    let umask = format!("umask 027; exec {} run it.toml --out o", env!("CARGO_BIN_EXE_wavetank"));
    let output = Command::new("bash").args(["-c", &umask]).current_dir(&folder.0).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let mode = fs::metadata(folder.0.join("o/measures.csv")).unwrap().mode();
    assert_eq!(mode & 0o777, 0o640);
}

/// `...toml` without its ending is `..`, the folder above.
#[test]
fn a_file_whose_name_is_dots_has_a_folder_of_its_own() {
    let folder = Folder::new("dots");
    for name in ["...toml", "..toml"] {
        scenario(&folder, name, "");
        let output = wavetank(&["run", &format!("./{name}")], &folder);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        fs::remove_file(folder.0.join(name)).unwrap();
    }
    assert_eq!(names(&folder.0), [""; 0]);
    assert_eq!(names(&folder.0.join("out")), [""; 0]);
    assert!(names(&folder.0.join("out/scenario/run")).contains(&"measures.csv".to_owned()));
}

/// A device or a pipe may never end.
#[test]
fn files_without_end_are_not_read_for_ever() {
    let folder = Folder::new("endless-file");
    let output = command(&["check", "/dev/zero"], &folder).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = "error: cannot read /dev/zero: it has more than 16 MB";
    assert!(said(&output).contains(message), "{}", said(&output));
}

#[test]
fn a_run_and_a_sweep_of_one_scenario_have_folders_of_their_own() {
    let folder = Folder::new("own-folders");
    scenario(&folder, "it.toml", AXES);
    for command in ["sweep", "run"] {
        let output = wavetank(&[command, "it.toml"], &folder);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(!said(&output).contains("earlier"), "{}", said(&output));
    }
    let there = |name: &str| folder.0.join("out/it").join(name).is_file();
    for name in ["sweep/timeline.svg", "sweep/series.csv", "run/timeline.svg", "run/series.csv"] {
        assert!(there(name), "{name}");
    }
    assert!(!there("run/heat-map.svg"));
}

/// Two files of one name in different folders have one folder for what comes out.
#[test]
fn who_replaces_the_files_of_another_scenario_says_so() {
    let folder = Folder::new("replaced");
    for name in ["d1", "d2"] {
        fs::create_dir(folder.0.join(name)).unwrap();
        scenario(&folder, &format!("{name}/x.toml"), "");
    }
    let run = |name: &str| said(&wavetank(&["run", name], &folder));
    assert!(!run("d1/x.toml").contains("replace"));
    assert!(!run("./d1/x.toml").contains("replace"), "it is the same file");
    let text = run("d2/x.toml");
    assert!(
        text.contains("these files replace those of d1/x.toml: `--out` names another"),
        "{text}"
    );
    assert!(run("d1/x.toml").contains("those of d2/x.toml"));
    let text = said(&wavetank(&["sweep", "d2/x.toml", "--replications", "1"], &folder));
    assert!(!text.contains("replace"), "{text}");
}

#[test]
fn the_command_that_makes_it_again_says_into_which_folder() {
    let folder = Folder::new("again-out");
    scenario(&folder, "it.toml", "");
    for command in ["run", "sweep"] {
        let every = if command == "run" { ["--every", "2s"] } else { ["--replications", "1"] };
        let arguments = [&[command, "it.toml", "--out", "my folder/o"][..], &every].concat();
        let output = wavetank(&arguments, &folder);
        let text = said(&output);
        let line = text.lines().find(|line| line.contains("again")).unwrap();
        let again = line.trim_start_matches("again").trim_start_matches(':').trim();
        assert!(again.contains("--out 'my folder/o'"), "{again}");
        let before = files(&folder.0.join("my folder/o"));
        let picture = before.iter().find(|(name, _)| name == "latency.svg").unwrap();
        let picture = String::from_utf8_lossy(&picture.1).into_owned();
        assert!(picture.contains("--out"), "a picture says it too");
        fs::remove_dir_all(folder.0.join("my folder")).unwrap();
        let bin = env!("CARGO_BIN_EXE_wavetank");
        let typed = again.replacen("wavetank", bin, 1);
        let typed = Command::new("bash").args(["-c", &typed]).current_dir(&folder.0).output();
        assert_eq!(typed.unwrap().status.code(), Some(0), "{again}");
        let changed: Vec<_> = files(&folder.0.join("my folder/o"))
            .into_iter()
            .filter(|file| !before.contains(file))
            .map(|(name, _)| name)
            .collect();
        assert_eq!(changed, [""; 0], "{again}");
        fs::remove_dir_all(folder.0.join("my folder")).unwrap();
    }
}
