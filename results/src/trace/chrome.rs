//! A trace in the Trace Event Format of Chrome, which Perfetto and speedscope open.
//!
//! Its description: "Trace Event Format" by the Chromium project. Times are microseconds; what
//! takes a time has an event for its beginning (`B`) and one for its end (`E`), and what takes none
//! is an instant (`i`). Viewers pair them by their order and, at one time, by name and arguments,
//! so each has a number of its own. (A complete event, `X`, has one time and a length: their sum as
//! a floating-point number need not be the time at which the next one begins, and what neither
//! overlaps nor lies within the other would do so there.)

use std::collections::BTreeMap;
use std::io::{self, Write};

use patterns::Time;
use serde_json::{Value, json};
use sim::Record;
use sim::observe::{Trace, TrackKind};

use super::processes::{is_of_process, states};
use super::spans::{Span, ended, spans};

/// Processes, which viewers show as groups of threads.
const PROCESSES: [(TrackKind, u32, &str); 7] = [
    (TrackKind::Agent, 1, "agents"),
    (TrackKind::Layer, 2, "layers"),
    (TrackKind::Service, 3, "services"),
    (TrackKind::Edge, 4, "faults on the way"),
    (TrackKind::Budget, 5, "budgets"),
    (TrackKind::Recovery, 6, "recoveries"),
    (TrackKind::Human, 7, "humans"),
];

/// Writes a trace: tasks, calls and attempts of each agent and service within each other, the
/// states of layers and of processes that do not work, faults, and what is done about them.
///
/// An agent that does several things at a time has several threads: what lies within another thing
/// there is made for it.
pub fn chrome<W: Write>(trace: &Trace, record: &Record, mut out: W) -> io::Result<W> {
    let mut threads = Threads::default();
    let mut events = Events::default();
    let spans = spans(trace, record);
    let is_agent = |span: &Span| record.agents.iter().any(|group| group.name == span.group);
    let lanes = lanes(&spans);
    for place in nested(&spans) {
        let span = &spans[place];
        let kind = if is_agent(span) { TrackKind::Agent } else { TrackKind::Service };
        let thread = threads.of(kind, &span.who, lanes[place]);
        let name = match &span.callee {
            Some(callee) => format!("{} {callee}", span.kind.name()),
            None => span.kind.name().to_owned(),
        };
        let mut args = json!({ "outcome": ended(span.outcome) });
        if span.is_late {
            args["late"] = true.into();
        }
        events.add(&name, span.kind.name(), (span.from, span.to), thread, args);
    }
    for track in &trace.tracks {
        let category = if track.kind().has_faults() { "fault" } else { "state" };
        // What an agent does meanwhile is on threads of its own.
        let of = if is_of_process(track) { ": process" } else { "" };
        let name = format!("{}{of}", track.id);
        for interval in states(track) {
            let thread = threads.of(track.kind(), &name, 0);
            let severity = format!("{:?}", interval.severity).to_lowercase();
            let args = json!({ "severity": severity });
            events.add(interval.state, category, (interval.from, interval.to), thread, args);
        }
    }
    write!(out, "{{\"displayTimeUnit\":\"ms\",\"traceEvents\":[")?;
    let mut is_first = true;
    for event in threads.names().chain(events.all.into_values()) {
        out.write_all(if is_first { b"\n" } else { b",\n" })?;
        is_first = false;
        serde_json::to_writer(&mut out, &event)?;
    }
    writeln!(out, "\n]}}")?;
    Ok(out)
}

/// Events in the order in which they come: at one time the ends are first, the innermost before
/// what it lies in, and then beginnings, the other way round.
#[derive(Default)]
struct Events {
    all: BTreeMap<(Time, bool, i64), Value>,
    number: i64,
}

impl Events {
    /// Something that took a time, or happened in an instant; what it lies in was added before.
    fn add(
        &mut self,
        name: &str,
        category: &str,
        (from, to): (Time, Time),
        (pid, tid): (u32, usize),
        mut args: Value,
    ) {
        self.number += 1;
        args["number"] = self.number.into();
        let event = |phase: &str, at: Time| {
            json!({
                "name": name, "cat": category, "ph": phase, "pid": pid, "tid": tid, "args": args,
                "ts": at.as_nanos() as f64 / 1e3,
            })
        };
        if from < to {
            self.all.insert((from, true, self.number), event("B", from));
            self.all.insert((to, false, -self.number), event("E", to));
        } else {
            let mut instant = event("i", from);
            // The mark is as high as its thread.
            instant["s"] = "t".into();
            self.all.insert((from, true, self.number), instant);
        }
    }
}

/// The places of all spans by when they begin, each behind those in which it may lie.
fn nested(spans: &[Span]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by_key(|one| {
        let span = &spans[*one];
        (span.from, std::cmp::Reverse(span.to), span.kind, *one)
    });
    order
}

/// The thread of each agent, layer, service and edge, and of what is beside other things there.
#[derive(Default)]
struct Threads {
    known: BTreeMap<(u32, String, usize), usize>,
}

impl Threads {
    fn of(&mut self, kind: TrackKind, name: &str, lane: usize) -> (u32, usize) {
        let process = PROCESSES.iter().find(|(known, ..)| *known == kind);
        let pid = process.map_or(0, |(_, pid, _)| *pid);
        let next = self.known.len() + 1;
        (pid, *self.known.entry((pid, name.to_owned(), lane)).or_insert(next))
    }

    /// The events that name processes and threads.
    fn names(self) -> impl Iterator<Item = Value> {
        let processes = PROCESSES.iter().map(|(_, pid, name)| {
            json!({ "name": "process_name", "ph": "M", "pid": pid, "args": { "name": name } })
        });
        let threads = self.known.into_iter().map(|((pid, name, lane), tid)| {
            let name = if lane == 0 { name } else { format!("{name} ({})", lane + 1) };
            let args = json!({ "name": name });
            json!({ "name": "thread_name", "ph": "M", "pid": pid, "tid": tid, "args": args })
        });
        processes.chain(threads)
    }
}

/// For each span a number of its own thread: there it lies in its parent, if that is of the same
/// agent, and apart from all else.
fn lanes(spans: &[Span]) -> Vec<usize> {
    let mut lanes = vec![0; spans.len()];
    // By agent and lane, the spans that are open there, the innermost last.
    let mut open: BTreeMap<&str, Vec<Vec<usize>>> = BTreeMap::new();
    for one in nested(spans) {
        let span = &spans[one];
        let parent = span.parent.filter(|parent| spans[*parent].who == span.who);
        let of_agent = open.entry(&span.who).or_default();
        for stack in of_agent.iter_mut() {
            // What has no length may lie at the very end of what it is made for.
            let is_over = |last: &usize| Some(*last) != parent && spans[*last].to <= span.from;
            while stack.last().is_some_and(is_over) {
                stack.pop();
            }
        }
        let is_free = |stack: &Vec<usize>| stack.last().copied() == parent;
        let lane = of_agent.iter().position(is_free).or_else(|| {
            // Beside others that its parent has.
            of_agent.iter().position(Vec::is_empty)
        });
        let lane = lane.unwrap_or_else(|| {
            of_agent.push(Vec::new());
            of_agent.len() - 1
        });
        of_agent[lane].push(one);
        lanes[one] = lane;
    }
    lanes
}
