//! A trace as a list of events, in order of time.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;

use csv::Writer;
use patterns::report::Severity;
use patterns::{Duration, Time};
use sim::Record;
use sim::observe::{Trace, TrackId, TrackKind};

use super::spans::{Kind, Span, ended, spans};
use crate::table::number;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    /// When.
    pub at: Time,
    /// To whom: an agent, an edge, a layer, a service.
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
    log.add_spans(&spans(trace, record));
    log.add_open(record);
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

    /// Goes through the tree: each span ends after all that is made for it.
    fn add_spans(&mut self, spans: &[Span]) {
        let in_order = |mut places: Vec<usize>| {
            places.sort_by_key(|one| (spans[*one].from, spans[*one].to, *one));
            places
        };
        let mut below: Vec<Vec<usize>> = vec![Vec::new(); spans.len()];
        for (place, span) in spans.iter().enumerate() {
            if let Some(parent) = span.parent {
                below[parent].push(place);
            }
        }
        let roots = (0..spans.len()).filter(|place| spans[*place].parent.is_none()).collect();
        // The last one is the next: what is to begin, or to end.
        let mut left: Vec<(usize, bool)> =
            in_order(roots).into_iter().rev().map(|place| (place, false)).collect();
        while let Some((place, ends)) = left.pop() {
            self.add_end_of(&spans[place], ends);
            if !ends {
                left.push((place, true));
                let below = in_order(std::mem::take(&mut below[place]));
                left.extend(below.into_iter().rev().map(|place| (place, false)));
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

    /// What has begun, and has not ended.
    fn add_open(&mut self, record: &Record) {
        let trace = self.trace;
        let agent = |track: u32| trace.tracks[track as usize].id.to_string();
        let to = |edge: u32| &record.edges[edge as usize].to;
        let tasks =
            trace.open_tasks.iter().map(|task| begin(Kind::Task, task.from, agent(task.track)));
        let calls = trace.open_calls.iter().map(|(edge, call)| {
            begin(Kind::Call, call.from, format!("{} -> {}", agent(call.track), to(*edge)))
        });
        let of_services = trace.service_calls.iter().filter(|call| call.end.is_none());
        let of_services = of_services.map(|call| {
            begin(Kind::Call, call.from, format!("{} -> {}", call.caller, to(call.edge)))
        });
        for entry in tasks.chain(calls).chain(of_services) {
            self.next += 2;
            self.add(self.next, entry);
        }
    }

    fn add_states(&mut self) {
        // When an attempt ended on which edge, and its place.
        let attempts = self
            .entries
            .iter()
            .filter(|(_, entry)| entry.event == ATTEMPT_ENDS || entry.event == GIVEN_UP);
        let attempts: BTreeMap<(Time, String), usize> =
            attempts.map(|(place, entry)| ((entry.at, entry.of.clone()), *place)).collect();
        for track in &self.trace.tracks {
            let of = track.id.to_string();
            if track.kind() == TrackKind::Agent {
                continue;
            }
            for interval in &track.intervals {
                let (from, to, result) = (interval.from, interval.to, interval.state.to_owned());
                let entry = |at, event, took| LogEntry {
                    at,
                    of: of.clone(),
                    event,
                    result: result.clone(),
                    took,
                };
                // What the window cuts off has begun before it, and ends after it.
                let begins = self.trace.from < from;
                let is_on = !begins && from < self.from && self.from <= to;
                if let TrackId::Layer { owner, .. } = &track.id {
                    if begins {
                        let cause = attempts.get(&(from, owner.to_string()));
                        let place = cause.map_or(STATE, |place| place + 1);
                        self.add(place, entry(from, "is", None));
                    } else if interval.severity != Severity::Normal && is_on {
                        self.add(ALREADY, entry(self.from, "is already", None));
                    }
                    continue;
                }
                if matches!(
                    track.kind(),
                    TrackKind::Budget | TrackKind::Recovery | TrackKind::Human
                ) {
                    if begins || from == Time::ZERO {
                        self.add(STATE, entry(from, "is", None));
                    } else if is_on {
                        self.add(ALREADY, entry(self.from, "is already", None));
                    }
                    continue;
                }
                if is_on {
                    self.add(ALREADY, entry(self.from, "fault is already on:", None));
                }
                let begins = begins || from == Time::ZERO;
                if begins {
                    self.add(FAULT, entry(from, "fault begins:", None));
                }
                if to < self.trace.to {
                    let took = begins.then(|| to.since(from));
                    self.add(FAULT, entry(to, "fault ends:", took));
                }
            }
        }
    }
}

const ATTEMPT_ENDS: &str = "attempt ends";
const GIVEN_UP: &str = "attempt is given up";

fn begin(kind: Kind, at: Time, of: String) -> LogEntry {
    let event = match kind {
        Kind::Task => "task comes",
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
