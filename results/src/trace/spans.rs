//! Tasks, the calls that are made for them, and the attempts that are made for those, as a tree.

use std::collections::BTreeMap;

use patterns::{Outcome, Time};
use sim::Record;
use sim::observe::{AttemptSpan, CallSpan, CutCall, ServiceCall, TaskSpan, Trace};

use crate::run_table::word;

/// What a span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A task of an agent.
    Task,
    /// A call, seen from above the layers.
    Call,
    /// An attempt, seen from below them.
    Attempt,
}

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Call => "call",
            Self::Attempt => "attempt",
        }
    }
}

/// Something that has a beginning and an end.
#[derive(Clone, Debug)]
pub(super) struct Span {
    pub(super) kind: Kind,
    /// The agent or the service that does it.
    pub(super) who: String,
    /// Its group, if it is an agent; else the service.
    pub(super) group: String,
    /// The service called.
    pub(super) callee: Option<String>,
    pub(super) from: Time,
    pub(super) to: Time,
    /// How it ended; none if it was given up.
    pub(super) outcome: Option<Outcome>,
    /// Whether it ended too late.
    pub(super) is_late: bool,
    /// The span for which it is made, by its place.
    pub(super) parent: Option<usize>,
    /// Its place among all by when they ended.
    order: u32,
}

/// All spans that ended in the window of a trace; what has begun before it is cut off nowhere. One
/// whose parent has not ended there has none.
pub(super) fn spans(trace: &Trace, record: &Record) -> Vec<Span> {
    let mut tree = Tree::new(trace, record);
    for task in &trace.tasks {
        tree.add_task(task);
    }
    for call in calls(trace) {
        tree.add_call(&call);
    }
    // Calls of services are made for attempts, and attempts for calls: so all of these come first.
    let first = tree.spans.len();
    let ended = || trace.service_calls.iter().filter_map(|call| Some((call, call.end?)));
    for (call, end) in ended() {
        tree.add_service_call(call, end);
    }
    for attempt in &trace.attempts {
        tree.add_attempt(attempt);
    }
    for (place, (call, _)) in (first..).zip(ended()) {
        tree.spans[place].parent = tree.made_for(call);
    }
    tree.spans
}

/// A call of an agent, which has ended if it has an outcome, or else was given up.
struct Call {
    made: CutCall,
    outcome: Option<Outcome>,
}

/// All calls of agents that ended or were given up, in order of that.
fn calls(trace: &Trace) -> Vec<Call> {
    let cut = trace.cut_calls.iter().map(|made| Call { made: *made, outcome: None });
    let mut all: Vec<Call> = cut.collect();
    all.extend(trace.calls.iter().map(|call| {
        let CallSpan { track, edge, from, to, outcome, task, order } = *call;
        Call { made: CutCall { track, edge, from, to, task, order }, outcome: Some(outcome) }
    }));
    all.sort_by_key(|call| call.made.order);
    all
}

/// The group of each agent.
pub(super) fn groups(record: &Record) -> impl Iterator<Item = &str> {
    let groups = record.agents.iter();
    groups.flat_map(|group| (0..group.count).map(|_| group.name.as_str()))
}

/// Those that had one number, one after the other.
type Numbered = BTreeMap<u32, Vec<usize>>;

struct Tree<'a> {
    trace: &'a Trace,
    record: &'a Record,
    /// The group of each agent.
    groups: Vec<&'a str>,
    spans: Vec<Span>,
    /// By their own numbers.
    tasks: Numbered,
    /// Calls, by the numbers of their tasks, and of the requests at services that made them.
    calls: Numbered,
    calls_of_services: Numbered,
    /// The attempts, or calls that are attempts, by the numbers of their requests.
    requests: Numbered,
}

impl<'a> Tree<'a> {
    fn new(trace: &'a Trace, record: &'a Record) -> Self {
        Self {
            trace,
            record,
            groups: groups(record).collect(),
            spans: Vec::new(),
            tasks: Numbered::new(),
            calls: Numbered::new(),
            calls_of_services: Numbered::new(),
            requests: Numbered::new(),
        }
    }

    /// A span of an agent.
    fn of_agent(&self, track: u32, kind: Kind) -> Span {
        Span {
            kind,
            who: self.trace.tracks[track as usize].id.to_string(),
            group: self.groups[track as usize].to_owned(),
            callee: None,
            from: Time::ZERO,
            to: Time::ZERO,
            outcome: None,
            is_late: false,
            parent: None,
            order: 0,
        }
    }

    fn add_task(&mut self, task: &TaskSpan) {
        self.tasks.entry(task.number).or_default().push(self.spans.len());
        self.spans.push(Span {
            from: task.from,
            to: task.to,
            outcome: Some(task.outcome),
            is_late: task.is_late,
            order: task.order,
            ..self.of_agent(task.track, Kind::Task)
        });
    }

    fn add_call(&mut self, Call { made: call, outcome }: &Call) {
        let parent = call.task.and_then(|task| {
            self.calls.entry(task).or_default().push(self.spans.len());
            around(&self.spans, &self.tasks, task, (call.from, call.order))
        });
        self.spans.push(Span {
            callee: Some(self.record.edges[call.edge as usize].to.clone()),
            from: call.from,
            to: call.to,
            outcome: *outcome,
            parent,
            order: call.order,
            ..self.of_agent(call.track, Kind::Call)
        });
    }

    fn add_service_call(&mut self, call: &ServiceCall, (to, outcome): (Time, Outcome)) {
        if let Some(request) = call.request {
            self.calls_of_services.entry(request).or_default().push(self.spans.len());
        }
        let edge = &self.record.edges[call.edge as usize];
        self.spans.push(Span {
            kind: Kind::Call,
            who: call.caller.to_string(),
            group: edge.from.clone(),
            callee: Some(edge.to.clone()),
            from: call.from,
            to,
            outcome: Some(outcome),
            is_late: false,
            parent: None,
            order: call.order,
        });
    }

    fn add_attempt(&mut self, attempt: &AttemptSpan) {
        let known = if attempt.track.is_some() { &self.calls } else { &self.calls_of_services };
        let when = (attempt.from, attempt.order);
        let parent = attempt.caller.and_then(|caller| around(&self.spans, known, caller, when));
        let place = if attempt.is_call { parent } else { Some(self.spans.len()) };
        if let Some((request, place)) = attempt.request.zip(place) {
            self.requests.entry(request).or_default().push(place);
        }
        if attempt.is_call {
            return;
        }
        let edge = &self.record.edges[attempt.edge as usize];
        let of_edge = || (edge.from.clone(), edge.from.clone());
        let of_call = |parent: usize| {
            let Span { who, group, .. } = &self.spans[parent];
            (who.clone(), group.clone())
        };
        let (who, group) = match attempt.track.map(|track| self.of_agent(track, Kind::Attempt)) {
            Some(Span { who, group, .. }) => (who, group),
            None => parent.map_or_else(of_edge, of_call),
        };
        self.spans.push(Span {
            kind: Kind::Attempt,
            who,
            group,
            callee: Some(edge.to.clone()),
            from: attempt.from,
            to: attempt.to,
            outcome: attempt.outcome,
            is_late: false,
            parent,
            order: attempt.order,
        });
    }

    /// The attempt for which a service makes a call: it may have been given up before.
    fn made_for(&self, call: &ServiceCall) -> Option<usize> {
        let requests = self.requests.get(&call.request?)?.iter().copied();
        let begun = requests.filter(|one| self.spans[*one].from <= call.from);
        begun.max_by_key(|one| self.spans[*one].from)
    }
}

/// The one with this number that ended next after this one, if it is there and has begun before it.
fn around(spans: &[Span], known: &Numbered, number: u32, when: (Time, u32)) -> Option<usize> {
    let (from, order) = when;
    let known = known.get(&number)?;
    let next = known.partition_point(|one| spans[*one].order < order);
    known.get(next).copied().filter(|one| spans[*one].from <= from)
}

/// How something ended, if it was not given up.
pub(super) fn ended(outcome: Option<Outcome>) -> String {
    outcome.map_or_else(|| "given up".to_owned(), word)
}
