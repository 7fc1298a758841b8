//! A trace in the Trace Event Format of Chrome, which Perfetto and speedscope open.
//!
//! Its description: "Trace Event Format" by the Chromium project. Times are microseconds; a
//! complete event (`X`) has a beginning and a length, and events of one thread lie within each
//! other or apart.

use std::collections::BTreeMap;
use std::io::{self, Write};

use patterns::Time;
use serde_json::{Value, json};
use sim::Record;
use sim::observe::{Trace, TrackKind};

use super::spans::{Span, ended, spans};

/// Processes, which viewers show as groups of threads.
const PROCESSES: [(TrackKind, u32, &str); 4] = [
    (TrackKind::Agent, 1, "agents"),
    (TrackKind::Layer, 2, "layers"),
    (TrackKind::Service, 3, "services"),
    (TrackKind::Edge, 4, "faults on the way"),
];

/// Writes a trace: tasks, calls and attempts of each agent and service within each other, the
/// states of layers, and faults.
///
/// An agent that does several things at a time has several threads: what lies within another thing
/// there is made for it.
pub fn chrome<W: Write>(trace: &Trace, record: &Record, mut out: W) -> io::Result<W> {
    let mut threads = Threads::default();
    let mut events: Vec<Value> = Vec::new();
    let spans = spans(trace, record);
    let is_agent = |span: &Span| record.agents.iter().any(|group| group.name == span.group);
    for (place, lane) in lanes(&spans).into_iter().enumerate() {
        let span = &spans[place];
        let kind = if is_agent(span) { TrackKind::Agent } else { TrackKind::Service };
        let (pid, tid) = threads.of(kind, &span.who, lane);
        let name = match &span.callee {
            Some(callee) => format!("{} {callee}", span.kind.name()),
            None => span.kind.name().to_owned(),
        };
        let mut args = json!({ "outcome": ended(span.outcome) });
        if span.is_late {
            args["late"] = true.into();
        }
        let category = span.kind.name();
        events.push(complete((name, category), (span.from, span.to), (pid, tid), args));
    }
    for track in trace.tracks.iter().filter(|track| track.kind() != TrackKind::Agent) {
        let category = if track.kind() == TrackKind::Layer { "state" } else { "fault" };
        for interval in &track.intervals {
            let thread = threads.of(track.kind(), &track.id.to_string(), 0);
            let severity = format!("{:?}", interval.severity).to_lowercase();
            let args = json!({ "severity": severity });
            let times = (interval.from, interval.to);
            events.push(complete((interval.state.to_owned(), category), times, thread, args));
        }
    }
    write!(out, "{{\"displayTimeUnit\":\"ms\",\"traceEvents\":[")?;
    let mut is_first = true;
    for event in threads.names().chain(events) {
        out.write_all(if is_first { b"\n" } else { b",\n" })?;
        is_first = false;
        serde_json::to_writer(&mut out, &event)?;
    }
    writeln!(out, "\n]}}")?;
    Ok(out)
}

fn complete(
    (name, category): (String, &str),
    (from, to): (Time, Time),
    (pid, tid): (u32, usize),
    args: Value,
) -> Value {
    let micros = |nanos: u64| nanos as f64 / 1e3;
    json!({
        "name": name, "cat": category, "ph": "X", "pid": pid, "tid": tid, "args": args,
        "ts": micros(from.as_nanos()), "dur": micros(to.since(from).as_nanos()),
    })
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
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by_key(|one| {
        let span = &spans[*one];
        (span.from, std::cmp::Reverse(span.to), span.kind, *one)
    });
    let mut lanes = vec![0; spans.len()];
    // By agent and lane, the spans that are open there, the innermost last.
    let mut open: BTreeMap<&str, Vec<Vec<usize>>> = BTreeMap::new();
    for one in order {
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
