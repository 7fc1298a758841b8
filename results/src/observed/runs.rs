//! Tasks and calls that were measured, row by row.

use patterns::{Class, Duration};
use sim::System;

use super::mistake::{Mistake, one_of};
use super::part::{Part, groups, services};
use super::sheet::{Column, Row, Sheet, Wrong};

/// How a task or a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Good,
    Degraded,
    Failed,
    Wrong,
    Late,
}

impl Outcome {
    const ALL: [(&'static str, Self); 5] = [
        ("good", Self::Good),
        ("degraded", Self::Degraded),
        ("failed", Self::Failed),
        ("wrong", Self::Wrong),
        ("late", Self::Late),
    ];

    /// Whether it counts as success: what is wrong does, for nothing shows it.
    pub(super) fn is_success(self) -> bool {
        matches!(self, Self::Good | Self::Degraded | Self::Wrong)
    }
}

/// One task or call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended {
    pub(super) outcome: Outcome,
    /// How long it took, if that was measured.
    pub(super) secs: Option<f64>,
    /// Of a failed one: its class, if that is known.
    pub(super) class: Option<Class>,
}

/// The tasks of a group, or the calls of a service.
#[derive(Clone, Debug)]
pub(super) struct Log {
    pub(super) part: Part,
    pub(super) all: Vec<Ended>,
}

impl Log {
    pub(super) fn count(&self, is_meant: impl Fn(&Ended) -> bool) -> u64 {
        self.all.iter().filter(|one| is_meant(one)).count() as u64
    }

    /// How long they took, shortest first.
    pub(super) fn times(&self, is_meant: impl Fn(&Ended) -> bool) -> Vec<f64> {
        let meant = self.all.iter().filter(|one| is_meant(one));
        let mut times: Vec<f64> = meant.filter_map(|one| one.secs).collect();
        times.sort_by(f64::total_cmp);
        times
    }
}

const COLUMNS: [Column; 5] = [
    Column { name: "group", is_needed: false },
    Column { name: "service", is_needed: false },
    Column { name: "outcome", is_needed: true },
    Column { name: "seconds", is_needed: false },
    Column { name: "error", is_needed: false },
];

/// What outcomes are called elsewhere.
const OTHER_OUTCOMES: [(&str, &[&str]); 5] = [
    (
        "good",
        &["ok", "success", "succeeded", "successful", "pass", "passed", "done", "true", "200"],
    ),
    ("degraded", &["partial", "fallback", "cached", "stale", "reduced"]),
    ("failed", &["error", "fail", "failure", "exception", "crash", "timeout", "false", "500"]),
    ("wrong", &["incorrect", "bad", "hallucination", "hallucinated", "invalid"]),
    ("late", &["slow", "overdue", "delayed"]),
];

/// What classes of failure are called elsewhere.
const OTHER_CLASSES: [(&str, &[&str]); 6] = [
    ("network", &["connection", "connect", "dns", "reset", "unreachable", "502"]),
    ("timeout", &["timed out", "timedout", "deadline", "408", "504"]),
    ("rate-limit", &["429", "throttled", "quota", "too many requests"]),
    ("overload", &["503", "529", "busy", "unavailable"]),
    ("validation", &["400", "422", "parse", "schema", "format"]),
    ("breaker-open", &["circuit-open", "circuit open", "open"]),
];

/// Reads the tasks and calls of a file, by group and service.
pub(super) fn read(file: &str, bytes: &[u8], system: &System) -> Result<Vec<Log>, Vec<Mistake>> {
    let mut sheet = Sheet::read(file, bytes, &COLUMNS);
    let (has_group, has_seconds) = (sheet.has("group"), sheet.has("seconds"));
    let mut logs: Vec<Log> = Vec::new();
    let is_asked = !has_group && system.agents.len() != 1;
    let mut lacks_group = false;
    sheet.each(|row, wrong| {
        // A row that names a group is a task of it, whatever service failed it.
        let is_task = row.get("service").is_empty() || !row.get("group").is_empty();
        // Told once: it is the same for all rows.
        lacks_group |= is_asked && is_task;
        let part = if is_asked && is_task { None } else { part_of(row, wrong, system) };
        let is_call = !is_task;
        let outcome = outcome_of(row, wrong, is_call);
        let secs = if has_seconds { secs_of(row, wrong) } else { None };
        let class = class_of(row, wrong, outcome, is_call);
        let (Some(part), Some(outcome)) = (part, outcome) else { return };
        let ended = Ended { outcome, secs, class };
        match logs.iter_mut().find(|log| log.part == part) {
            Some(log) => log.all.push(ended),
            None => logs.push(Log { part, all: vec![ended] }),
        }
    });
    if let Some(expected) = doubtful(&logs, has_group) {
        sheet.wrong(
            (Some(1), None),
            "rows with a service that all failed, and others that did not",
            &expected,
        );
    }
    if lacks_group {
        let expected = format!("one that says whose each task is: {}", one_of(groups(system)));
        sheet.wrong((Some(1), None), "no column `group`", &expected);
    }
    let mistakes = sheet.mistakes();
    if mistakes.is_empty() { Ok(logs) } else { Err(mistakes) }
}

/// What is asked of a table without groups in which a service stands in rows that failed, and
/// nowhere else: are these calls of it, or tasks that it failed? Success hangs on that.
fn doubtful(logs: &[Log], has_group: bool) -> Option<String> {
    let is_failed = |log: &Log| log.all.iter().all(|one| one.outcome == Outcome::Failed);
    let (tasks, calls): (Vec<&Log>, Vec<&Log>) =
        logs.iter().partition(|log| matches!(log.part, Part::Group(_)));
    let is_doubtful = !has_group
        && !calls.is_empty()
        && calls.iter().all(|log| is_failed(log))
        && !tasks.is_empty()
        && tasks.iter().all(|log| !log.all.iter().any(|one| one.outcome == Outcome::Failed));
    is_doubtful.then(|| {
        "a column `group` that names the agents of rows that are tasks: a row that names a service \
         alone is a call of it, and no task"
            .to_owned()
    })
}

/// Of what a row is: a task of the group that it names, whose service is the one that failed it; a
/// call of a service if it names no group.
fn part_of(row: Row<'_>, wrong: &mut Wrong<'_>, system: &System) -> Option<Part> {
    let (group, service) = (row.get("group"), row.get("service"));
    let all: Vec<&str> = groups(system).collect();
    let group = match (group, all.as_slice()) {
        ("", _) if !service.is_empty() => None,
        ("", [only]) => Some((*only).to_owned()),
        (name, all) if all.contains(&name) => Some(name.to_owned()),
        (name, all) => {
            wrong.name("group", name, all);
            None
        }
    };
    let all: Vec<&str> = services(system).collect();
    if !service.is_empty() && !all.contains(&service) {
        wrong.name("service", service, &all);
        return None;
    }
    match group {
        Some(group) => Some(Part::Group(group)),
        None if row.get("group").is_empty() => Some(Part::Service(service.to_owned())),
        None => None,
    }
}

fn outcome_of(row: Row<'_>, wrong: &mut Wrong<'_>, is_call: bool) -> Option<Outcome> {
    let written = row.get("outcome");
    let names = Outcome::ALL.map(|(name, _)| name);
    // Nobody waits for a call but its task: so it is never late.
    let known = if is_call { &names[..4] } else { &names[..] };
    let is_it = |(name, _): &&(&str, Outcome)| name.eq_ignore_ascii_case(written);
    match Outcome::ALL.iter().find(is_it) {
        Some((_, Outcome::Late)) if is_call => wrong.cell("outcome", written, &of_calls(known)),
        Some((_, outcome)) => return Some(*outcome),
        None => unknown(wrong, "outcome", written, known, &OTHER_OUTCOMES),
    }
    None
}

fn of_calls(known: &[&str]) -> String {
    format!("{} for a call of a service", one_of(known.iter().copied()))
}

/// Tells a name that is not known, with the one that is meant if it is called so elsewhere.
fn unknown(
    wrong: &mut Wrong<'_>,
    column: &str,
    written: &str,
    known: &[&str],
    elsewhere: &[(&'static str, &[&str])],
) {
    let lower = written.to_lowercase();
    match elsewhere.iter().find(|(name, all)| all.contains(&&*lower) && known.contains(name)) {
        Some((meant, _)) => wrong.synonym(column, written, known, meant),
        None => wrong.name(column, written, known),
    }
}

/// The longest time that a row may say, in seconds.
const SECS_MAX: f64 = 1e10;

/// How long it took: a number of seconds, or a length with its unit.
fn secs_of(row: Row<'_>, wrong: &mut Wrong<'_>) -> Option<f64> {
    let written = row.get("seconds");
    let expected = "seconds from 0 to 1e10, or a length such as `1.2s`, `350ms` or `2min`";
    let secs = match written.parse::<f64>() {
        Ok(secs) => Some(secs),
        Err(_) => written.parse::<Duration>().ok().map(Duration::as_secs_f64),
    };
    let secs = secs.filter(|secs| (0.0..=SECS_MAX).contains(secs));
    if secs.is_none() {
        wrong.cell("seconds", written, expected);
    }
    secs
}

/// The class of a failure; none if it is not known.
fn class_of(
    row: Row<'_>,
    wrong: &mut Wrong<'_>,
    outcome: Option<Outcome>,
    is_call: bool,
) -> Option<Class> {
    let written = row.get("error");
    if written.is_empty() {
        return None;
    }
    // What a layer refuses never reaches the service.
    let all = Class::ALL.into_iter().filter(|class| !is_call || !class.is_refusal());
    let all: Vec<Class> = all.collect();
    let known: Vec<&str> = all.iter().map(|class| class.name()).collect();
    let found = all.iter().find(|class| class.name().eq_ignore_ascii_case(written));
    match (found, outcome) {
        (None, _) => unknown(wrong, "error", written, &known, &OTHER_CLASSES),
        (Some(_), Some(other)) if other != Outcome::Failed => {
            wrong.cell("error", written, "nothing where `outcome` is not `failed`");
        }
        (Some(class), _) => return Some(*class),
    }
    None
}
