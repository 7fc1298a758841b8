//! A sweep that was ended before its time goes on where it was, to the same bytes.

use std::fs;
use std::process::Command;
use std::time::Instant;

use crate::signals::signal;
use crate::tank::{Folder, files, is_part, said, scenario, started, wavetank};

const JOURNAL: &str = "o/.wavetank-sweep.journal";
const SWEEP: [&str; 4] = ["sweep", "it.toml", "--out", "o"];

/// Some hundred runs, the file's own in the last cells, with a quantile as the objective.
fn swept(name: &str) -> Folder {
    let folder = Folder::new(name);
    let more = "[variants.\"two\"]\n\"agents.a.count\" = 2\n\
                [[hypotheses]]\nthat = \"agents.a.success >= 50%\"\n\
                [sweep]\nreplications = 30\nobjective = \"agents.a.latency.p95\"\n\
                \"services.x.latency\" = [\"exponential(2s)\", \"exponential(500ms)\", \"1s\"]\n";
    scenario(&folder, "it.toml", more);
    folder
}

/// What comes of it undisturbed.
fn whole(folder: &Folder) -> Vec<(String, Vec<u8>)> {
    let output = wavetank(&SWEEP, folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let whole = files(&folder.0.join("o"));
    fs::remove_dir_all(folder.0.join("o")).unwrap();
    assert!(!whole.iter().any(|(name, _)| name.contains("journal")));
    whole
}

/// The names of files that are not as they were.
fn other(folder: &Folder, whole: &[(String, Vec<u8>)]) -> Vec<String> {
    let there = files(&folder.0.join("o"));
    let new = there.iter().filter(|file| !whole.contains(file));
    let gone = whole.iter().filter(|file| !there.contains(file));
    new.chain(gone).map(|(name, _)| name.clone()).collect()
}

/// After how many runs it says that it goes on.
fn runs_before(text: &str) -> Option<u32> {
    let (runs, _) = text.split_once(" of 180 runs that were made before")?;
    runs.rsplit(' ').next()?.parse().ok()
}

#[expect(clippy::disallowed_methods, reason = "this is about real time")]
fn now() -> Instant {
    Instant::now()
}

#[test]
fn a_sweep_killed_at_random_moments_ends_with_the_same_bytes() {
    let folder = swept("resume");
    let whole = whole(&folder);
    let began = now();
    wavetank(&SWEEP, &folder);
    let lasts = now() - began;
    let (mut resumed, mut state) = (0, 0x2545_f491_u64);
    for round in 0..4 {
        fs::remove_dir_all(folder.0.join("o")).unwrap();
        for kill in 0..12_u64 {
            // Xorshift: moments that are the same in each test, as far as time can be.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let mut child = started(&SWEEP, &folder);
            let until = now() + lasts * (state % 1000) as u32 / 1000;
            while now() < until && child.try_wait().unwrap().is_none() {}
            let name = ["KILL", "INT", "TERM", "KILL"][((kill + round) % 4) as usize];
            if child.try_wait().unwrap().is_none() {
                signal(name, &child);
            }
            let text = said(&child.wait_with_output().unwrap());
            resumed += usize::from(runs_before(&text).is_some());
            let parts = || files(&folder.0.join("o")).iter().any(|(name, _)| is_part(name));
            assert!(!text.contains("stopped: ") || !parts(), "{name} leaves half-written files");
        }
        let output = wavetank(&SWEEP, &folder);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert_eq!(other(&folder, &whole), [""; 0], "round {round}");
    }
    assert!(resumed > 3, "{resumed} of 48 were killed early enough and late enough");
}

#[test]
fn a_disk_that_is_full_loses_no_run_that_was_made() {
    let folder = swept("resume-full");
    let whole = whole(&folder);
    let program = env!("CARGO_BIN_EXE_wavetank");
    let arguments = SWEEP.join(" ");
    let limited = |blocks: u32| {
        let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec {program} {arguments}");
        let output = Command::new("bash").args(["-c", &limited]).current_dir(&folder.0).output();
        said(&output.unwrap())
    };
    let text = limited(40);
    assert!(text.contains("error: cannot write o/.wavetank-sweep.journal: File too"), "{text}");
    let left = files(&folder.0.join("o"));
    assert_eq!(left.len(), 1, "nothing but the journal is left");
    let text = limited(80);
    let first = runs_before(&text).unwrap_or_else(|| panic!("{text}"));
    let output = wavetank(&SWEEP, &folder);
    let second = runs_before(&said(&output)).unwrap_or_else(|| panic!("{}", said(&output)));
    assert!(0 < first && first < second && second < 180, "{first}, {second}");
    assert_eq!(other(&folder, &whole), [""; 0]);
}

/// What is left of it is that of another command, or of another file.
#[test]
fn another_sweep_begins_anew_and_says_so() {
    let folder = swept("resume-other");
    let whole = whole(&folder);
    let left = |arguments: &[&str]| {
        let mut child = started(arguments, &folder);
        while !folder.0.join(JOURNAL).exists() {
            assert_eq!(child.try_wait().unwrap(), None, "it ended");
        }
        signal("INT", &child);
        let text = said(&child.wait_with_output().unwrap());
        assert!(text.contains("left; the same command goes on after "), "{text}");
    };
    left(&[&SWEEP[..], &["--seed", "2"]].concat());
    let output = wavetank(&SWEEP, &folder);
    assert!(said(&output).contains("begins anew: "), "{}", said(&output));
    assert_eq!(other(&folder, &whole), [""; 0]);

    left(&SWEEP);
    let text = fs::read_to_string(folder.0.join("it.toml")).unwrap();
    fs::write(folder.0.join("it.toml"), text.replace("every(1s)", "every(2s)")).unwrap();
    let output = wavetank(&SWEEP, &folder);
    assert!(said(&output).contains("begins anew: "), "{}", said(&output));
    assert!(!folder.0.join(JOURNAL).exists());
    fs::write(folder.0.join("it.toml"), text).unwrap();
    let output = wavetank(&SWEEP, &folder);
    assert!(!said(&output).contains("anew"), "{}", said(&output));
    assert_eq!(other(&folder, &whole), [""; 0]);
}

/// Whatever else a journal is, no run is taken from it.
#[test]
fn a_journal_that_was_damaged_changes_nothing() {
    let folder = swept("resume-damaged");
    let whole = whole(&folder);
    for damage in 0..4 {
        let mut child = started(&SWEEP, &folder);
        while !fs::metadata(folder.0.join(JOURNAL)).is_ok_and(|journal| journal.len() > 20_000) {
            assert_eq!(child.try_wait().unwrap(), None, "it ended");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let mut bytes = fs::read(folder.0.join(JOURNAL)).unwrap();
        let middle = bytes.len() / 2;
        match damage {
            0 => bytes[middle] ^= 0x10,
            1 => bytes.truncate(middle),
            2 => bytes.extend([7; 100]),
            _ => bytes[..16].fill(0),
        }
        fs::write(folder.0.join(JOURNAL), bytes).unwrap();
        let output = wavetank(&SWEEP, &folder);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(0), "{text}");
        let before = runs_before(&text);
        assert_eq!(before.is_some_and(|runs| 0 < runs && runs < 180), damage < 3, "{text}");
        assert_eq!(other(&folder, &whole), [""; 0], "damage {damage}");
        fs::remove_dir_all(folder.0.join("o")).unwrap();
    }
}
