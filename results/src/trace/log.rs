//! A trace as a list of events, in order of time.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;

use csv::Writer;
use patterns::report::Severity;
use patterns::{Duration, Time};
use sim::Record;
use sim::observe::{Interval, Trace, Track, TrackId, TrackKind};

use super::processes::states;
use super::spans::{Kind, Span, ended, spans};
use crate::table::number;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    /// When.
    pub at: Time,
    /// To whom: an agent, an edge, a layer, a service, or what pays and mends.
    pub of: String,
    /// What.
    pub event: &'static str,
    /// How something ended, or the state that was entered.
    pub result: String,
    /// How long it had lasted.
    pub took: Option<Duration>,
}

impl fmt::Display for LogEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, of, event, result, took } = self;
        write!(f, "{:>14}  {of}: {event}", at.to_string())?;
        if !result.is_empty() {
            write!(f, " {result}")?;
        }
        took.map_or(Ok(()), |took| write!(f, " after {took}"))
    }
}

/// All that happened in a part of the window of a trace, each after what it follows from. Layers
/// are in their first state without having entered it.
///
/// It begins with the faults that are on already, and the layers that are not as they are when all
/// is well. What comes at the very beginning of a window looks like what was before, so the part
/// begins later, but for one from the beginning of the run on.
pub fn log(trace: &Trace, record: &Record, (from, to): (Time, Time)) -> Vec<LogEntry> {
    let mut log = Log { trace, from, to, entries: Vec::new(), next: FIRST };
    log.add_spans(&spans(trace, record), &open(trace, record));
    log.add_states();
    log.entries.sort_by_key(|(place, entry)| (entry.at, *place));
    log.entries.into_iter().map(|(_, entry)| entry).collect()
}

/// What is on already stands before all else.
const ALREADY: usize = 0;

/// Faults stand before all else of their instant.
const FAULT: usize = 1;

/// States that follow from nothing that is seen stand behind them.
const STATE: usize = 2;

/// The place of the first span.
const FIRST: usize = 3;

struct Log<'a> {
    trace: &'a Trace,
    from: Time,
    to: Time,
    /// Each with its place among those of its instant.
    entries: Vec<(usize, LogEntry)>,
    next: usize,
}

impl Log<'_> {
    fn add(&mut self, place: usize, entry: LogEntry) {
        if self.from <= entry.at && entry.at <= self.to {
            self.entries.push((place, entry));
        }
    }

    /// Goes through the tree: each span ends after all that is made for it. What is open begins
    /// before what may be made for it.
    fn add_spans(&mut self, spans: &[Span], open: &[LogEntry]) {
        let mut below: Vec<Vec<Part>> = vec![Vec::new(); spans.len()];
        let mut roots: Vec<Part> = (0..open.len()).map(Part::Open).collect();
        for (place, span) in spans.iter().enumerate() {
            let siblings = span.parent.map_or(&mut roots, |parent| &mut below[parent]);
            siblings.push(Part::Begin(place));
        }
        let in_order = |mut parts: Vec<Part>| {
            parts.sort_by_key(|part| match *part {
                Part::Open(at) => {
                    let LogEntry { at: from, event, .. } = open[at];
                    (from, event != TASK_COMES, from, true, at)
                }
                Part::Begin(at) | Part::End(at) => (spans[at].from, true, spans[at].to, false, at),
            });
            parts.into_iter().rev()
        };
        // The last one is the next: what is to begin, or to end.
        let mut left: Vec<Part> = in_order(roots).collect();
        while let Some(part) = left.pop() {
            match part {
                Part::Open(at) => {
                    let place = self.next;
                    self.next += 2;
                    self.add(place, open[at].clone());
                }
                Part::Begin(at) => {
                    self.add_end_of(&spans[at], false);
                    left.push(Part::End(at));
                    left.extend(in_order(std::mem::take(&mut below[at])));
                }
                Part::End(at) => self.add_end_of(&spans[at], true),
            }
        }
    }

    /// Adds the beginning or the end of a span. Its place leaves room for a state behind it.
    fn add_end_of(&mut self, span: &Span, ends: bool) {
        let place = self.next;
        self.next += 2;
        let of = match &span.callee {
            Some(callee) => format!("{} -> {callee}", span.who),
            None => span.who.clone(),
        };
        if !ends {
            return self.add(place, begin(span.kind, span.from, of));
        }
        let (event, result) = match (span.kind, span.outcome) {
            (Kind::Task, _) if span.is_late => {
                ("task ends", format!("late and {}", ended(span.outcome)))
            }
            (Kind::Task, outcome) => ("task ends", ended(outcome)),
            (Kind::Call, outcome) => ("call ends", ended(outcome)),
            (Kind::Attempt, None) => (GIVEN_UP, String::new()),
            (Kind::Attempt, outcome) => (ATTEMPT_ENDS, ended(outcome)),
        };
        let took = Some(span.to.since(span.from));
        self.add(place, LogEntry { at: span.to, of, event, result, took });
    }

    fn add_states(&mut self) {
        // When an attempt ended on which edge, and its place.
        let attempts = self
            .entries
            .iter()
            .filter(|(_, entry)| entry.event == ATTEMPT_ENDS || entry.event == GIVEN_UP);
        let attempts: Attempts =
            attempts.map(|(place, entry)| ((entry.at, entry.of.clone()), *place)).collect();
        for track in &self.trace.tracks {
            match track.kind() {
                TrackKind::Agent => self.add_process(track),
                TrackKind::Layer => self.add_layer(track, &attempts),
                TrackKind::Service | TrackKind::Edge => self.add_faults(track),
                TrackKind::Budget | TrackKind::Recovery | TrackKind::Human => self.add_part(track),
            }
        }
    }

    /// Whether a state is seen to begin: what the window cuts off has begun before it.
    fn begins(&self, state: &Interval) -> bool {
        self.trace.from < state.from
    }

    /// Whether a state is on at the beginning of the part that is shown, and has begun before it.
    fn is_on(&self, state: &Interval) -> bool {
        !self.begins(state) && state.from < self.from && self.from <= state.to
    }

    /// When a process stops to work and how, and when it is back.
    fn add_process(&mut self, track: &Track) {
        let of = track.id.to_string();
        let entry = |at, event, result: &str, took| LogEntry {
            at,
            of: of.clone(),
            event,
            result: result.to_owned(),
            took,
        };
        // Since when it does not work, if that is seen; and whether it worked before.
        let (mut since, mut worked) = (None, true);
        let mut left = states(track).peekable();
        while let Some(state) = left.next() {
            let is_seen = self.begins(state) || state.from == Time::ZERO;
            if worked {
                since = is_seen.then_some(state.from);
            }
            if is_seen {
                self.add(STATE, entry(state.from, state.state, "", None));
            } else if self.is_on(state) {
                self.add(ALREADY, entry(self.from, IS_ALREADY, state.state, None));
            }
            worked = left.peek().is_none_or(|next| next.from != state.to);
            if worked && state.to < self.trace.to {
                let took = since.map(|since| state.to.since(since));
                self.add(STATE, entry(state.to, "back", "", took));
            }
        }
    }

    /// The states that a layer enters, each behind the attempt from which it follows.
    fn add_layer(&mut self, track: &Track, attempts: &Attempts) {
        let TrackId::Layer { owner, .. } = &track.id else { return };
        for state in &track.intervals {
            if self.begins(state) {
                let cause = attempts.get(&(state.from, owner.to_string()));
                let place = cause.map_or(STATE, |place| place + 1);
                self.add(place, in_state(track, state, state.from, "is"));
            } else if state.severity != Severity::Normal && self.is_on(state) {
                self.add(ALREADY, in_state(track, state, self.from, IS_ALREADY));
            }
        }
    }

    /// The states of a budget, a recovery or a human.
    fn add_part(&mut self, track: &Track) {
        let mut last: Option<&Interval> = None;
        for state in &track.intervals {
            // What is done by hand does not end that something is due: it has been so before.
            let goes_on = |last: &Interval| (last.state, last.to) == (DUE, state.from);
            let goes_on = state.state == DUE && last.is_some_and(goes_on);
            if state.from < state.to {
                last = Some(state);
            }
            if (self.begins(state) || state.from == Time::ZERO) && !goes_on {
                self.add(STATE, in_state(track, state, state.from, "is"));
            } else if self.is_on(state) {
                self.add(ALREADY, in_state(track, state, self.from, IS_ALREADY));
            }
        }
    }

    /// The faults of a service or an edge.
    fn add_faults(&mut self, track: &Track) {
        for state in &track.intervals {
            let is_seen = self.begins(state);
            if self.is_on(state) {
                self.add(ALREADY, in_state(track, state, self.from, "fault is already on:"));
            }
            let begins = is_seen || state.from == Time::ZERO;
            if begins {
                self.add(FAULT, in_state(track, state, state.from, "fault begins:"));
            }
            if state.to < self.trace.to {
                let took = begins.then(|| state.to.since(state.from));
                let ends = in_state(track, state, state.to, "fault ends:");
                self.add(FAULT, LogEntry { took, ..ends });
            }
        }
    }
}

/// By the time at which attempts ended, and their edges, their places.
type Attempts = BTreeMap<(Time, String), usize>;

/// That a track is in a state.
fn in_state(track: &Track, state: &Interval, at: Time, event: &'static str) -> LogEntry {
    LogEntry { at, of: track.id.to_string(), event, result: state.state.to_owned(), took: None }
}

/// What has begun, and has not ended.
fn open(trace: &Trace, record: &Record) -> Vec<LogEntry> {
    let agent = |track: u32| trace.tracks[track as usize].id.to_string();
    let to = |edge: u32| &record.edges[edge as usize].to;
    let tasks = trace.open_tasks.iter().map(|task| begin(Kind::Task, task.from, agent(task.track)));
    let calls = trace.open_calls.iter().map(|(edge, call)| {
        begin(Kind::Call, call.from, format!("{} -> {}", agent(call.track), to(*edge)))
    });
    let of_services = trace.service_calls.iter().filter(|call| call.end.is_none());
    let of_services = of_services
        .map(|call| begin(Kind::Call, call.from, format!("{} -> {}", call.caller, to(call.edge))));
    tasks.chain(calls).chain(of_services).collect()
}

/// Part of the tree of all that is done.
#[derive(Clone, Copy)]
enum Part {
    /// Something that does not end.
    Open(usize),
    /// The beginning of a span, and its end.
    Begin(usize),
    End(usize),
}

/// What a recovery is that waits.
const DUE: &str = "due";

const IS_ALREADY: &str = "is already";
const TASK_COMES: &str = "task comes";
const ATTEMPT_ENDS: &str = "attempt ends";
const GIVEN_UP: &str = "attempt is given up";

fn begin(kind: Kind, at: Time, of: String) -> LogEntry {
    let event = match kind {
        Kind::Task => TASK_COMES,
        Kind::Call => "call begins",
        Kind::Attempt => "attempt is sent",
    };
    LogEntry { at, of, event, result: String::new(), took: None }
}

/// Writes `events.csv`: one row for each event.
pub fn log_table<W: Write>(log: &[LogEntry], out: W) -> csv::Result<W> {
    let mut out = Writer::from_writer(out);
    out.write_record(["at_s", "of", "event", "result", "took_s"])?;
    for LogEntry { at, of, event, result, took } in log {
        let at = number(at.as_secs_f64());
        let took = took.map_or(String::new(), |took| number(took.as_secs_f64()));
        let event = event.trim_end_matches(':');
        out.write_record([&at, of, event, &outcome_of(result), &took])?;
    }
    out.into_inner().map_err(|error| error.into_error().into())
}

fn outcome_of(result: &str) -> String {
    result.replace(" and ", "-")
}
