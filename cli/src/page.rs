//! The page of a command: what of its files goes in, and how it is opened.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use results::SweepResult;
use results::page::{Page, Picture, cells, of_cell, of_record};
use scenarios::Scenario;
use sim::Record;
use sim::measure::Measure;

use crate::failure::shown;
use crate::output::{Folder, Unwritten};

/// The name of its file.
pub(crate) const FILE: &str = "index.html";

/// The numbers of a run on its page.
pub(crate) fn of_run(scenario: &Scenario, record: &Record, measures: &[Measure]) -> Page {
    let about = format!("one run, seed 0x{:x}, {} of virtual time", record.seed, record.horizon);
    let tables = of_record(measures, &asked(scenario, None), record);
    Page { title: scenario.title.clone(), about, tables, ..Page::default() }
}

/// The numbers of a sweep on its page.
pub(crate) fn of_sweep(scenario: &Scenario, result: &SweepResult) -> Page {
    let asked = asked(scenario, Some(result.objective()));
    let mut tables = result.shown_cell().map_or(Vec::new(), |cell| of_cell(result, cell, &asked));
    tables.insert(tables.len().min(1), cells(result, |cell| result.run_again(cell, 0)));
    let (title, command) = (result.title.clone(), result.command.clone());
    Page { title, command, tables, ..Page::default() }
}

/// What a scenario asks: the objective, if there is one, and what hypotheses are about.
fn asked(scenario: &Scenario, objective: Option<&Measure>) -> Vec<Measure> {
    let hypotheses = scenario.hypotheses.iter().map(|hypothesis| &hypothesis.measure);
    let mut asked: Vec<Measure> = Vec::new();
    for measure in objective.into_iter().chain(hypotheses) {
        if !asked.contains(measure) {
            asked.push(measure.clone());
        }
    }
    asked
}

/// Writes the page, with what the command has printed and the files that it has written.
pub(crate) fn write(page: Page, said: &[u8], folder: &mut Folder) -> Result<(), Unwritten> {
    let page = whole(page, &String::from_utf8_lossy(said), folder.written());
    folder.write(FILE, page.html().as_bytes())?;
    folder.publish()
}

/// A page with what the command has printed, what of it is a warning, and the files that are there.
fn whole(page: Page, said: &str, written: &[PathBuf]) -> Page {
    let name = |path: &PathBuf| Some(path.file_name()?.to_str()?.to_owned());
    let files: Vec<String> = written.iter().filter_map(name).collect();
    let pictures = written.iter().filter_map(|path| picture(path, &files)).collect();
    Page { said: said.to_owned(), warnings: warnings(said), pictures, files, ..page }
}

/// A picture that was written, and the files that show the same.
fn picture(path: &Path, files: &[String]) -> Option<Picture> {
    let name = path.file_name()?.to_str()?.strip_suffix(".svg")?;
    let svg = fs::read_to_string(path).ok()?;
    let is_of_it = |file: &&String| {
        let rest = file.strip_prefix(name);
        rest.is_some_and(|rest| [".svg", ".png", "-dark.png"].contains(&rest))
    };
    Some(Picture::new(name, svg, files.iter().filter(is_of_it).cloned().collect()))
}

/// What is printed in capital letters, each with what is said of it. What fails has its own place.
fn warnings(said: &str) -> Vec<String> {
    let mut warnings: Vec<String> = Vec::new();
    let mut is_warning = false;
    for line in said.lines() {
        let word = line.split([' ', ':']).next().unwrap_or_default();
        let is_loud = word.len() > 1 && word.chars().all(char::is_uppercase) && word != "FAILS";
        is_warning = is_loud || is_warning && line.starts_with(' ');
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        match warnings.last_mut() {
            _ if !is_warning => {}
            Some(last) if !is_loud => *last += &format!("; {line}"),
            _ => warnings.push(line),
        }
    }
    warnings
}

/// What opens a file in the program that the user likes best.
const OPENER: (&str, &[&str]) = if cfg!(windows) {
    // The first text in quotes would be the title of a window.
    ("cmd", &["/C", "start", ""])
} else if cfg!(target_os = "macos") {
    ("open", &[])
} else {
    ("xdg-open", &[])
};

/// How long it may take to say that it cannot open a page: some stay until the browser is closed.
const TO_SAY_NO: Duration = Duration::from_secs(2);

/// Opens a page. That it cannot be opened changes nothing of what was found.
pub(crate) fn open(page: &Path, out: &mut dyn Write) -> io::Result<()> {
    let (program, arguments) = OPENER;
    let mut opener = Command::new(program);
    opener.args(arguments).arg(page);
    opener.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let (sender, receiver) = mpsc::channel();
    // What comes later is not listened to.
    thread::spawn(move || drop(sender.send(opener.status())));
    let Ok(ended) = receiver.recv_timeout(TO_SAY_NO) else { return Ok(()) };
    let why_not = match ended {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => format!("`{program}` ends with {status}"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => format!("there is no `{program}`"),
        Err(error) => format!("`{program}`: {error}"),
    };
    writeln!(out, "not opened, since {why_not}: see {}", shown(page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_what_is_printed_in_capitals_with_what_is_said_of_it() {
        let said = "STOPPED: 3 of 9 runs\nUNSTABLE: 2 of 9 runs\n  as written: a queue\n\
                    a.success: A share\n  best 0.9\nFAILS: it holds in 1 of 9 runs: x > 1\n";
        let found = warnings(said);
        assert_eq!(found, ["STOPPED: 3 of 9 runs", "UNSTABLE: 2 of 9 runs; as written: a queue"]);
    }
}
