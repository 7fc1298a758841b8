//! What a run shows: a few lines of its log, and the six things that a breaker is to do.

use patterns::{Duration, Time};
use sim::System;
use sim::model::system::{Fault, Flow, Place, Step};

use super::document::code;
use super::words;
use crate::trace::LogEntry;

/// Lines of an excerpt.
const LINES_MAX: usize = 14;

/// Lines of its end, where it is cut in the middle.
const LAST: usize = 6;

/// Ends of tasks and attempts of one kind that an excerpt has.
const ENDS_MAX: usize = 2;

/// What logs show of a fault.
#[derive(Debug)]
pub struct Shown<'s> {
    system: &'s System,
    fault: &'s Fault,
    /// The parts that it hits, as logs name them.
    parts: Vec<String>,
    /// Passes after which the loops end that it has go round; none if it does not.
    passes: Option<usize>,
}

impl<'s> Shown<'s> {
    /// What logs of a system show of one of its faults.
    pub fn new(system: &'s System, fault: &'s Fault) -> Self {
        let limits = words::groups_hit(fault).into_iter().flat_map(|group| {
            let steps = system.agents[group].steps.iter();
            steps.filter_map(|step| match step {
                Step::Flow(Flow::Again { limit, .. }) => Some(*limit as usize),
                _ => None,
            })
        });
        let passes = limits.min().filter(|_| fault.effect.info().name == "stuck");
        Self { system, fault, parts: words::hit(system, fault), passes }
    }

    /// Whether an entry is of a part that the fault hits, or of a call of it.
    fn is_own(&self, entry: &LogEntry) -> bool {
        let (of, owner) = (without_number(&entry.of), entry.of.split(": ").next());
        let owner = without_number(owner.unwrap_or_default());
        self.fault.hits.iter().zip(&self.parts).any(|(place, part)| match place {
            Place::Agents(_) => {
                let whose = owner.split(" -> ").next().unwrap_or_default();
                whose == part
            }
            Place::Service(_) | Place::Replica { .. } => {
                let to = owner.rsplit(" -> ").next().unwrap_or_default();
                entry.of == *part || of == *part || to == without_number(part)
            }
            Place::Edge { .. } => owner == *part,
            Place::Layer { policy, .. } => of.contains(&self.system.policies[*policy].name),
        })
    }

    /// Whether an entry shows that the fault does something.
    fn is_it(&self, log: &[LogEntry], entry: &LogEntry) -> bool {
        if !self.is_own(entry) {
            return false;
        }
        match self.passes {
            Some(passes) => entry.event == "task ends" && Self::goes_round(log, entry, passes),
            None => {
                let is_kind = entry.result == self.fault.effect.info().name;
                ["crashed", "hung"].contains(&entry.event)
                    || entry.event.starts_with("fault begins") && is_kind
            }
        }
    }

    /// Whether a task that was rejected has called at least once in each pass of a loop.
    fn goes_round(log: &[LogEntry], end: &LogEntry, passes: usize) -> bool {
        let from = begun(end);
        let is_call = |one: &&LogEntry| one.event == "call begins" && is_by(one, &end.of);
        let calls = log.iter().filter(|one| from <= one.at && one.at <= end.at).filter(is_call);
        end.result == "rejected" && passes <= calls.count()
    }

    /// When the fault does something for the first time in a log, from a time on, and until when
    /// that lasts, as far as it is seen.
    pub fn first(&self, log: &[LogEntry], from: Time) -> Option<(Time, Time)> {
        let first = log.iter().find(|one| from <= one.at && self.is_it(log, one))?;
        if self.passes.is_some() {
            return Some((begun(first), first.at));
        }
        let is_end = |one: &&LogEntry| {
            let is_over = one.event == "back" || one.event.starts_with("fault ends");
            first.at <= one.at && one.of == first.of && is_over
        };
        Some((first.at, log.iter().find(is_end).map_or(first.at, |end| end.at)))
    }

    /// Whether a log would show it if the fault did something.
    pub fn can_be_seen(&self) -> bool {
        let is_of_processes = ["crash", "hang"].contains(&self.fault.effect.info().name);
        let hits_agents = !words::groups_hit(self.fault).is_empty();
        !words::services_hit(self.fault).is_empty()
            || hits_agents && (is_of_processes || self.passes.is_some())
    }

    /// A few lines of a log: when faults begin and end, when layers and processes change, and the
    /// first calls and tasks that end badly; what is of the fault's own part goes before others.
    /// Of an agent that goes round all its calls are shown, which end well.
    pub fn excerpt(&self, log: &[LogEntry]) -> Vec<String> {
        let round = log.iter().find(|one| self.passes.is_some() && self.is_it(log, one));
        if let Some(end) = round {
            return one_round(log, end);
        }
        let picked = picked(log);
        let (own, others): (Vec<usize>, Vec<usize>) =
            picked.iter().partition(|place| self.is_own(&log[**place]));
        let mut shown: Vec<usize> = own.into_iter().chain(others).take(LINES_MAX).collect();
        shown.sort_unstable();
        let mut lines: Vec<String> = shown.iter().map(|place| line(&log[*place])).collect();
        let left = picked.len() - shown.len();
        if 0 < left {
            lines.push(format!("… and {left} more of this kind"));
        }
        lines
    }

    /// What changed its state, in words, how long after the fault did something first; what does so
    /// again and again, once.
    pub fn changes(&self, log: &[LogEntry]) -> Vec<(Duration, String)> {
        let begins = self.first(log, Time::ZERO).map(|(begins, _)| begins);
        let any = || Some(log.iter().find(|one| one.event.starts_with("fault begins"))?.at);
        let Some(begins) = begins.or_else(any) else { return Vec::new() };
        let mut all: Vec<(Duration, String, usize)> = Vec::new();
        for entry in log.iter().filter(|entry| begins <= entry.at) {
            let Some(told) = self.told(log, entry) else { continue };
            match all.iter_mut().find(|(_, known, _)| *known == told) {
                Some((.., times)) => *times += 1,
                None => all.push((entry.at.since(begins), told, 1)),
            }
        }
        let told = all.into_iter().map(|(after, told, times)| {
            let often = if times == 1 { "," } else { &format!(", {times} times, first") };
            (after, format!("{told}{often}"))
        });
        told.collect()
    }

    /// That a layer, a process or what mends is in another state, in words.
    fn told(&self, log: &[LogEntry], entry: &LogEntry) -> Option<String> {
        let of = without_number(&entry.of);
        if is_of_process(entry) {
            let what = match entry.event {
                "crashed" => "crashes",
                "hung" => "hangs",
                "starting" => "is started again",
                "back" => "works again",
                other => other,
            };
            return Some(format!("a process of {} {what}", code(of)));
        }
        if self.passes.is_some() && self.is_it(log, entry) {
            return Some(format!("the limit of its loop ends a task of {}", code(of)));
        }
        if entry.event != "is" {
            return None;
        }
        let result = &entry.result;
        if let Some((owner, layer)) = of.split_once(": ") {
            return Some(format!("{} on {} is {result}", code(layer), code(owner)));
        }
        if self.system.recoveries.iter().any(|one| one.name == entry.of) {
            let what = match result.as_str() {
                "done" => "is carried out",
                "due" => "is called for",
                // That somebody looks whether it has helped changes nothing.
                "watched" => return None,
                other => other,
            };
            return Some(format!("the recovery {} {what}", code(of)));
        }
        match of.strip_prefix("budget ") {
            Some(budget) => Some(format!("the budget {} is {result}", code(budget))),
            None => Some(format!("{} is {result}", code(of))),
        }
    }
}

/// When what ends here has begun.
fn begun(end: &LogEntry) -> Time {
    Time::ZERO + end.at.since(Time::ZERO + end.took.unwrap_or_default())
}

/// Whether an entry is of an agent, or of a call of it.
fn is_by(entry: &LogEntry, agent: &str) -> bool {
    let own = entry.of.strip_prefix(agent);
    own.is_some_and(|rest| rest.is_empty() || rest.starts_with(" -> "))
}

/// The calls of one task, from its beginning to its end.
fn one_round(log: &[LogEntry], end: &LogEntry) -> Vec<String> {
    let shown = |one: &&LogEntry| {
        let is_told = ["task comes", "call ends", "task ends"].contains(&one.event);
        is_told && one.result != "given up" && is_by(one, &end.of)
    };
    let within = log.iter().filter(|one| begun(end) <= one.at && one.at <= end.at);
    let lines: Vec<String> = within.filter(shown).map(line).collect();
    if lines.len() <= LINES_MAX {
        return lines;
    }
    let (first, left) = (LINES_MAX - LAST, lines.len() - LINES_MAX);
    let between = format!("… and {} that end", words::counted(left, "more call"));
    let (begin, rest) = lines.split_at(first);
    let last = rest.iter().skip(left);
    begin.iter().chain(std::iter::once(&between)).chain(last).cloned().collect()
}

/// The places of what is worth to be shown.
fn picked(log: &[LogEntry]) -> Vec<usize> {
    let mut seen: Vec<(String, usize)> = Vec::new();
    let mut picked: Vec<usize> = Vec::new();
    for (place, entry) in log.iter().enumerate() {
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
        picked.push(place);
    }
    picked
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
    let shown = |entry: &LogEntry| code(line(entry));
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
