//! What a run shows: a few lines of its log, and the six things that a breaker is to do.

use patterns::{Duration, Time};

use crate::trace::LogEntry;

/// Lines of an excerpt.
const LINES_MAX: usize = 14;

/// Ends of tasks and attempts of one kind that an excerpt has.
const ENDS_MAX: usize = 2;

/// A few lines of a log: when faults begin and end, when layers and processes change, and the first
/// calls and tasks that end badly.
pub fn excerpt(log: &[LogEntry]) -> Vec<String> {
    let mut seen: Vec<(String, usize)> = Vec::new();
    let mut picked: Vec<&LogEntry> = Vec::new();
    for entry in log {
        let is_end = entry.event.contains("ends") && !entry.event.contains("fault");
        // What another branch made needless was given up, and is no failure.
        let is_good = ["good", "ok", "given up"].contains(&&*entry.result);
        let is_change =
            entry.event.contains("fault") || entry.event == "is" || is_of_process(entry);
        if !(is_change || is_end && !is_good) {
            continue;
        }
        let key = format!("{} {} {}", entry.of, entry.event, entry.result);
        let most = if is_end { ENDS_MAX } else { usize::MAX };
        match seen.iter_mut().find(|(known, _)| *known == key) {
            Some((_, times)) if most <= *times => continue,
            Some((_, times)) => *times += 1,
            None => seen.push((key, 1)),
        }
        picked.push(entry);
    }
    let left = picked.len().saturating_sub(LINES_MAX);
    let mut lines: Vec<String> = picked.iter().take(LINES_MAX).map(|entry| line(entry)).collect();
    if 0 < left {
        lines.push(format!("… and {left} more of this kind"));
    }
    lines
}

/// Whether a process of an agent changes: it crashes, hangs, begins again.
fn is_of_process(entry: &LogEntry) -> bool {
    ["crashed", "hung", "starting", "back", "given up"].contains(&entry.event)
}

/// An event as it stands in a report: nobody reads nanoseconds.
fn line(entry: &LogEntry) -> String {
    let (at, took) = (Time::ZERO + rounded(entry.at.since(Time::ZERO)), entry.took.map(rounded));
    LogEntry { at, took, ..entry.clone() }.to_string().trim().to_owned()
}

/// A length of time to the tenth of a second, and to the millisecond below one.
pub(super) fn rounded(length: Duration) -> Duration {
    let step = if length < Duration::from_secs(1) { 1_000_000 } else { 100_000_000 };
    Duration::from_nanos((length.as_nanos() + step / 2) / step * step)
}

/// What a breaker is to do, and when it was seen to.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// The policy that the breaker is in.
    pub policy: String,
    /// The service that was down.
    pub service: String,
    /// From when to when.
    pub down: (Time, Time),
    /// Opens, fails fast, probes, opens again, closes: the line of the log that shows it.
    pub seen: [Option<String>; 5],
    /// Changes of state that were logged.
    pub changes: usize,
    /// The command that shows the log.
    pub command: String,
}

/// What is looked for, in the words of the exercise.
pub const CHECKS: [&str; 5] = [
    "opens after failures",
    "fails fast while open",
    "lets probes through (half-open)",
    "opens again when a probe fails",
    "closes when probes succeed",
];

/// A name without the number of one of several agents: `research#2 -> github`.
fn without_number(name: &str) -> String {
    let Some((before, behind)) = name.split_once('#') else { return name.to_owned() };
    format!("{before}{}", behind.trim_start_matches(|c: char| c.is_ascii_digit()))
}

/// When a breaker on one of these edges, or of this policy, did what it is to do.
pub fn checks(log: &[LogEntry], of: &[String]) -> ([Option<String>; 5], usize) {
    let is_breaker = |entry: &LogEntry| {
        let of_one = of.iter().any(|name| without_number(&entry.of).starts_with(name.as_str()));
        of_one && entry.of.contains("breaker") && entry.event == "is"
    };
    let shown = |entry: &LogEntry| super::document::code(line(entry));
    let states: Vec<&LogEntry> = log.iter().filter(|entry| is_breaker(entry)).collect();
    let opens = states.iter().position(|entry| entry.result == "open");
    let after = |from: Option<usize>, result: &str| {
        let from = from?;
        let found = states[from..].iter().position(|entry| entry.result == result)?;
        Some(from + found)
    };
    let half_open = after(opens, "half-open");
    // A probe that fails opens the same breaker again, one that succeeds closes it.
    let follows = |result: &str| {
        let pairs = states.iter().enumerate().filter(|(_, one)| one.result == "half-open");
        let mut nexts = pairs
            .filter_map(|(place, one)| states[place + 1..].iter().find(|next| next.of == one.of));
        nexts.find(|next| next.result == result).map(|entry| shown(entry))
    };
    let fails_fast = opens.and_then(|opens| {
        let at = states[opens].at;
        let refused = |entry: &&LogEntry| {
            let of_one = of.iter().any(|name| without_number(&entry.of).starts_with(name.as_str()));
            of_one && at <= entry.at && entry.result == "breaker-open"
        };
        log.iter().find(refused).map(shown)
    });
    let seen = [
        opens.map(|place| shown(states[place])),
        fails_fast,
        half_open.map(|place| shown(states[place])),
        follows("open"),
        follows("closed"),
    ];
    (seen, states.len())
}
