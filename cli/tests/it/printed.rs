//! What the program prints: who reads it, and what stands in files, has no power over it.

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};

use crate::tank::{Folder, command, files, said, scenario, wavetank};

const FAILS: &str = "[[hypotheses]]\nthat = \"agents.a.success < 1%\"\n";

/// The exit code of a command that has no standard output, or not even one for errors.
fn code_without_output(arguments: &[&str], closed: &str, folder: &Folder) -> Option<i32> {
    let arguments = arguments.join(" ");
    let closed = format!("exec {} {arguments} {closed}", env!("CARGO_BIN_EXE_wavetank"));
    let status = Command::new("bash").args(["-c", &closed]).current_dir(&folder.0).status();
    status.unwrap().code()
}

/// The exit code of a command whose reader is gone before it prints anything.
fn code_without_reader(arguments: &[&str], folder: &Folder) -> Option<i32> {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut child = command(arguments, folder);
    let mut child = child.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(!said.contains("Broken pipe"), "{said}");
    child.wait().unwrap().code()
}

#[test]
fn a_verdict_is_the_same_without_a_reader() {
    let folder = Folder::new("no-reader");
    scenario(&folder, "fails.toml", FAILS);
    scenario(&folder, "holds.toml", "");
    fs::write(folder.0.join("bad.toml"), "title = 1\n").unwrap();
    for (arguments, code) in [
        (&["run", "fails.toml"][..], 1),
        (&["run", "holds.toml"], 0),
        (&["run", "holds.toml", "--max-events", "3"], 1),
        (&["sweep", "fails.toml", "--replications", "2"], 1),
        (&["sweep", "holds.toml", "--replications", "2"], 0),
        (&["sweep", "holds.toml", "--replications", "2", "--max-events", "3"], 1),
        (&["check", "holds.toml", "bad.toml", "fails.toml"], 2),
        (&["check", "bad.toml", "bad.toml", "holds.toml"], 2),
        (&["check", "holds.toml"], 0),
        (&["list"], 0),
        (&["schema"], 0),
    ] {
        assert_eq!(code_without_reader(arguments, &folder), Some(code), "{arguments:?}");
        for closed in [">&-", ">&- 2>&-"] {
            let found = code_without_output(arguments, closed, &folder);
            assert_eq!(found, Some(code), "{arguments:?} {closed}");
        }
        assert_eq!(wavetank(arguments, &folder).status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn files_are_written_without_a_reader() {
    let folder = Folder::new("no-reader-files");
    scenario(&folder, "fails.toml", FAILS);
    let sweep = ["sweep", "fails.toml", "--replications", "2"];
    for arguments in [&["run", "fails.toml"][..], &sweep] {
        let out = folder.0.join("out/fails").join(arguments[0]);
        wavetank(arguments, &folder);
        let read = files(&out);
        assert!(read.len() > 3);
        fs::remove_dir_all(&out).unwrap();
        code_without_reader(arguments, &folder);
        assert!(files(&out) == read, "{arguments:?}");
    }
}

/// Where nothing can be printed because the disk is full, the exit code says so.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_an_error() {
    let folder = Folder::new("full");
    scenario(&folder, "holds.toml", "");
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command(&["run", "holds.toml"], &folder).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("error: cannot print: No space left"), "{}", said(&output));
    assert!(folder.0.join("out/holds/run/measures.csv").is_file());
}

/// A terminal obeys control characters: it would be a file that writes on the screen.
#[test]
fn control_characters_from_files_and_arguments_are_shown_as_text() {
    let folder = Folder::new("control");
    let evil = "\x1b[31mred\x07\u{9b}2J\nholds        all";
    let toml = "\\u001b[31mred\\u0007\\u009b2J\\nholds        all";
    let more = format!(
        "[variants.\"{toml}\"]\n\"agents.a.count\" = 2\n[policies.\"p{toml}\"]\n\
         [sweep]\nreplications = 1\n\"title{toml}\" = [1]\n"
    );
    // TOML allows raw control characters beyond ASCII.
    let raw = "[variants.\"\u{9b}2J\"]\n\"agents.a.cuont\" = 2\n";
    scenario(&folder, "raw.toml", raw);
    let right = format!(
        "[variants.\"{toml}\"]\n\"agents.a.count\" = 2\n[sweep]\nreplications = 1\n\
         \"services.x.latency\" = [\"1s\", \"2s{toml}\"]\n"
    );
    let named = "in\x1b[31m\nto.toml";
    scenario(&folder, "wrong.toml", &more);
    scenario(&folder, "values.toml", &right);
    scenario(&folder, named, "");
    for (name, more) in [
        ("title.toml", String::new()),
        ("variant.toml", format!("[variants.\"{toml}\"]\n\"agents.a.count\" = 2\n")),
        ("hypothesis.toml", "[[hypotheses]]\nthat = \"agents.a.success\\n>= 0\"\n".to_owned()),
    ] {
        scenario(&folder, name, &more);
        let path = folder.0.join(name);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("title = \"f\"", &format!("title = \"{toml}\""))).unwrap();
    }
    let set = format!("agents.a.count={evil}");
    let commands: &[&[&str]] = &[
        &["check", "wrong.toml", "values.toml", "raw.toml", "title.toml", named],
        &["run", "title.toml", "--out", evil],
        &["run", "hypothesis.toml"],
        &["run", "wrong.toml"],
        &["run", named],
        &["run", evil],
        &["sweep", "variant.toml", "--replications", "1"],
        &["sweep", "values.toml"],
        &["sweep", named, "--replications", "1"],
        &["check", "title.toml", "--set", &set],
        &["check", "title.toml", "--set", evil],
        &["check", evil],
        &["explain", evil],
        &["show", evil],
    ];
    for arguments in commands {
        let output = wavetank(arguments, &folder);
        let said = said(&output);
        let raw = |c: char| c.is_control() && c != '\n';
        assert!(!said.contains(raw), "{arguments:?} printed\n{said:?}");
        assert!(!said.contains("\nholds        all"), "{arguments:?} printed\n{said}");
    }
}

/// What `again` says can be given to a shell as it stands.
#[cfg(unix)]
#[test]
fn a_shell_takes_the_command_that_makes_it_again() {
    let folder = Folder::new("again");
    for name in ["it's.toml", "a b.toml", "new\nline \\ 'quoted' \x1b é.toml", "$HOME `x`.toml"] {
        scenario(
            &folder,
            name,
            "[policies]\np = [{ timeout = \"5s\" }]\n[edges]\n\"a -> x\" = \"p\"\n",
        );
        let set = "policies.p.timeout={ limit = '2s' }";
        let output = wavetank(&["run", name, "--set", set], &folder);
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let again = printed.lines().find_map(|line| line.strip_prefix("again        ")).unwrap();
        let again = again.replace("wavetank ", concat!(env!("CARGO_BIN_EXE_wavetank"), " "));
        let output = Command::new("bash").args(["-c", &again]).current_dir(&folder.0).output();
        let output = output.expect("bash is there");
        assert_eq!(String::from_utf8_lossy(&output.stdout), printed, "{}", said(&output));
    }
}
