//! Ctrl-C and TERM: the program ends within a second, and leaves no half-written file.

use std::fs;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use crate::tank::{Folder, endless, files, is_part, said, scenario, started, wavetank};

/// Sends a signal to the program.
pub(crate) fn signal(name: &str, child: &Child) {
    let sent = Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status();
    assert!(sent.expect("`kill` is there").success());
}

/// Waits until the program has ended; it has a second.
fn ended(child: &mut Child) -> ExitStatus {
    let limit = now() + Duration::from_secs(1);
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if limit < now() {
            child.kill().unwrap();
            panic!("it goes on");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is about real time")]
fn now() -> Instant {
    Instant::now()
}

/// The names of the files under way.
fn parts(folder: &Folder) -> Vec<String> {
    let names = files(&folder.0.join("o")).into_iter().map(|(name, _)| name);
    names.filter(|name| is_part(name)).collect()
}

/// Waits until the program writes a file.
fn await_part(folder: &Folder, child: &mut Child) {
    let path = folder.0.join("o");
    while !(path.is_dir() && files(&path).iter().any(|(name, _)| is_part(name))) {
        assert_eq!(child.try_wait().unwrap(), None, "it ended");
    }
}

const COMMANDS: [&[&str]; 2] =
    [&["sweep", "long.toml", "--out", "o"], &["run", "long.toml", "--out", "o"]];

#[test]
fn a_signal_ends_a_run_under_way_and_leaves_nothing() {
    for arguments in COMMANDS {
        for (name, code) in [("INT", 130), ("TERM", 143)] {
            let folder = Folder::new(&format!("signal-{}-{name}", arguments[0]));
            endless(&folder, "long.toml");
            let mut child = started(arguments, &folder);
            await_part(&folder, &mut child);
            signal(name, &child);
            assert_eq!(ended(&mut child).code(), Some(code), "{arguments:?} after {name}");
            assert_eq!(files(&folder.0.join("o")), [], "{arguments:?} after {name}");
            let said = said(&child.wait_with_output().unwrap());
            assert!(said.contains("stopped: no half-written file is left"), "{said}");
        }
    }
}

/// As `timeout` does it, which sends one to the process and one to its group.
#[test]
fn a_second_signal_at_once_leaves_nothing_either() {
    for round in 0..10 {
        let folder = Folder::new(&format!("twice-{round}"));
        endless(&folder, "long.toml");
        let mut child = started(COMMANDS[0], &folder);
        await_part(&folder, &mut child);
        let id = child.id().to_string();
        let twice = ["-c", "kill -INT $0; kill -TERM $0; kill -INT $0 2> /dev/null; true", &id];
        assert!(Command::new("bash").args(twice).status().unwrap().success());
        assert!(matches!(ended(&mut child).code(), Some(130 | 143)));
        assert_eq!(files(&folder.0.join("o")), []);
    }
}

/// Nothing can be removed after `kill -9`; the next command in the folder does it.
#[test]
fn what_a_killed_command_leaves_goes_with_the_next_one() {
    let folder = Folder::new("killed");
    endless(&folder, "long.toml");
    scenario(&folder, "it.toml", "");
    let mut child = started(COMMANDS[0], &folder);
    await_part(&folder, &mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    fs::write(folder.0.join("o/mine.part"), "mine").unwrap();
    assert!(files(&folder.0.join("o")).iter().any(|(name, _)| is_part(name)));
    let output = wavetank(&["run", "it.toml", "--out", "o"], &folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let left = files(&folder.0.join("o"));
    assert!(!left.iter().any(|(name, _)| is_part(name)));
    assert!(left.contains(&("mine.part".to_owned(), b"mine".to_vec())));
}

/// Files that are there are whole and of one command, whenever it was killed.
#[test]
fn a_sweep_killed_at_any_moment_leaves_the_files_of_one_sweep() {
    let folder = Folder::new("any-moment");
    let axis =
        |values: &str| format!("[sweep]\nreplications = 40\n\"services.x.latency\" = [{values}]\n");
    scenario(&folder, "one.toml", &axis("\"1s\", \"2s\""));
    scenario(&folder, "two.toml", &axis("\"3s\", \"4s\""));
    let arguments = |name: &'static str| ["sweep", name, "--out", "o"];
    let whole = ["one.toml", "two.toml"].map(|name| {
        wavetank(&arguments(name), &folder);
        let whole = files(&folder.0.join("o"));
        fs::remove_dir_all(folder.0.join("o")).unwrap();
        whole
    });
    let began = now();
    wavetank(&arguments("one.toml"), &folder);
    let lasts = now() - began;
    for round in 0..30_u32 {
        let before = parts(&folder);
        let mut child = started(&arguments(["two.toml", "one.toml"][round as usize % 2]), &folder);
        let until = now() + lasts * (round + 10) / 40;
        while now() < until && child.try_wait().unwrap().is_none() {}
        let name = ["KILL", "INT", "TERM"][round as usize % 3];
        if child.try_wait().unwrap().is_none() {
            signal(name, &child);
        }
        child.wait().unwrap();
        let there = files(&folder.0.join("o"));
        let there = there.iter().filter(|(name, _)| !name.starts_with(".wavetank"));
        let there: Vec<_> = there.collect();
        let is_of = |whole: &Vec<(String, Vec<u8>)>| there.iter().all(|file| whole.contains(file));
        let names: Vec<&String> = there.iter().map(|(name, _)| name).collect();
        assert!(whole.iter().any(is_of), "after {name}, round {round}: {names:?}");
        // What `kill -9` has left may still be there, if this one was stopped before it looked.
        let more = parts(&folder).into_iter().find(|part| !before.contains(part));
        assert!(more.is_none() || name == "KILL", "{more:?} after {name}");
    }
}
