//! Tasks, the calls that are made for them, and the attempts that are made for those, as a tree.

use std::collections::BTreeMap;

use patterns::{Outcome, Time};
use sim::Record;
use sim::observe::Trace;

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
    /// Its group, if it is an agent; else itself.
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
    pub(super) order: u32,
}

/// Those that had one number, each at its time.
type Numbered = BTreeMap<u32, Vec<usize>>;

/// All spans that ended in the window of a trace; what has begun before it is cut off nowhere. One
/// whose parent has not ended there has none.
pub(super) fn spans(trace: &Trace, record: &Record) -> Vec<Span> {
    let mut all: Vec<Span> = Vec::new();
    let (mut tasks, mut calls, mut requests) = (Numbered::new(), Numbered::new(), Numbered::new());
    let groups: Vec<&str> = record
        .agents
        .iter()
        .flat_map(|group| (0..group.count).map(|_| group.name.as_str()))
        .collect();
    let agent = |track: u32| {
        let who = trace.tracks[track as usize].id.to_string();
        (who, groups[track as usize].to_owned())
    };
    for task in &trace.tasks {
        tasks.entry(task.number).or_default().push(all.len());
        let (who, group) = agent(task.track);
        let (from, to, outcome) = (task.from, task.to, Some(task.outcome));
        let kind = Kind::Task;
        let is_late = task.is_late;
        all.push(Span {
            kind,
            who,
            group,
            callee: None,
            from,
            to,
            outcome,
            is_late,
            parent: None,
            order: task.order,
        });
    }
    for call in &trace.calls {
        let parent = call.task.and_then(|task| around(&all, &tasks, task, (call.from, call.order)));
        if let Some(task) = call.task {
            calls.entry(task).or_default().push(all.len());
        }
        let (who, group) = agent(call.track);
        all.push(Span {
            kind: Kind::Call,
            who,
            group,
            callee: Some(record.edges[call.edge as usize].to.clone()),
            from: call.from,
            to: call.to,
            outcome: Some(call.outcome),
            is_late: false,
            parent,
            order: call.order,
        });
    }
    // Calls of services are made for attempts, and attempts for calls: so all of these come first.
    let mut calls_of_services = Numbered::new();
    let first = all.len();
    for call in &trace.service_calls {
        let Some((to, outcome)) = call.end else { continue };
        if let Some(request) = call.request {
            calls_of_services.entry(request).or_default().push(all.len());
        }
        let edge = &record.edges[call.edge as usize];
        all.push(Span {
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
    for attempt in &trace.attempts {
        let known = if attempt.track.is_some() { &calls } else { &calls_of_services };
        let times = (attempt.from, attempt.order);
        let parent = attempt.caller.and_then(|caller| around(&all, known, caller, times));
        let place = if attempt.is_call { parent } else { Some(all.len()) };
        if let (Some(request), Some(place)) = (attempt.request, place) {
            requests.entry(request).or_default().push(place);
        }
        if attempt.is_call {
            continue;
        }
        let edge = &record.edges[attempt.edge as usize];
        let of_call = parent.map(|parent| (all[parent].who.clone(), all[parent].group.clone()));
        let (who, group) = attempt
            .track
            .map(agent)
            .or(of_call)
            .unwrap_or_else(|| (edge.from.clone(), edge.from.clone()));
        let (kind, callee) = (Kind::Attempt, Some(edge.to.clone()));
        let (from, to) = (attempt.from, attempt.to);
        let (outcome, order) = (attempt.outcome, attempt.order);
        all.push(Span {
            kind,
            who,
            group,
            callee,
            from,
            to,
            outcome,
            is_late: false,
            parent,
            order,
        });
    }
    let ended = trace.service_calls.iter().filter(|call| call.end.is_some());
    for (place, call) in (first..).zip(ended) {
        let made_for = call.request.and_then(|request| requests.get(&request));
        // An attempt may have been given up while its request goes on.
        let latest = made_for.into_iter().flatten().filter(|one| all[**one].from <= call.from);
        all[place].parent = latest.copied().max_by_key(|one| all[*one].from);
    }
    all
}

/// The one with this number that ended next after this one, if it is there and has begun before it.
fn around(
    all: &[Span],
    known: &Numbered,
    number: u32,
    (from, order): (Time, u32),
) -> Option<usize> {
    let known = known.get(&number)?;
    let next = known.partition_point(|one| all[*one].order < order);
    known.get(next).copied().filter(|one| all[*one].from <= from)
}

/// How something ended, if it was not given up.
pub(super) fn ended(outcome: Option<Outcome>) -> String {
    outcome.map_or_else(|| "given up".to_owned(), word)
}
