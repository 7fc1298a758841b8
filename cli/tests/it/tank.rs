//! Runs the program, in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A folder that goes away again.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("wavetank-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        files(&self.0)
    }
}

/// All files in a folder, each with what is in it.
pub(crate) fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into(), fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Whether a file of this name is still being written.
pub(crate) fn is_part(name: &str) -> bool {
    name.starts_with(".wavetank-") && Path::new(name).extension().is_some_and(|e| e == "part")
}

/// The program with these arguments, to be run in a folder.
pub(crate) fn command(arguments: &[&str], folder: &Folder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wavetank"));
    command.args(arguments).current_dir(&folder.0);
    command
}

pub(crate) fn wavetank(arguments: &[&str], folder: &Folder) -> Output {
    command(arguments, folder).output().expect("the program starts")
}

/// The program under way.
pub(crate) fn started(arguments: &[&str], folder: &Folder) -> Child {
    let mut command = command(arguments, folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A scenario in which nothing goes wrong, and what else is to be in its file.
pub(crate) fn scenario(folder: &Folder, name: &str, more: &str) {
    let text = format!(
        "title = \"f\"\nhorizon = \"10s\"\n[agents.a]\narrivals = \"every(1s)\"\n\
         steps = [{{ call = \"x\" }}]\n[services.x]\nlatency = \"1s\"\n{more}"
    );
    fs::write(folder.0.join(name), text).unwrap();
}

/// A scenario one run of which would take weeks.
pub(crate) fn endless(folder: &Folder, name: &str) {
    let text = "title = \"f\"\nhorizon = \"10000d\"\n[agents.a]\narrivals = \"every(1ms)\"\n\
                slots = \"unlimited\"\nsteps = [{ call = \"x\" }]\n[services.x]\n\
                latency = \"1ms\"\n";
    fs::write(folder.0.join(name), text).unwrap();
}

/// Holds that each of these parts is in a text.
#[track_caller]
pub(crate) fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
}
