//! What a run at a glance shows, as a sentence.

use patterns::Time;
use patterns::report::Severity;
use sim::Record;
use sim::measure::Unit;
use sim::observe::{COLUMNS, Ended, Lane, Overview, StateSeen, TrackId};

use super::lanes::is_mark;
use super::scale::{self, moment};

/// What was at fault, how tasks ended, and what layers did about it.
pub(crate) fn title(overview: &Overview, record: &Record, first: &str) -> String {
    if let Some(turn) = turn_for_the_worse(overview, first) {
        return turn;
    }
    let at_fault = fault(overview, record).or_else(|| touch(overview));
    let parts = [at_fault, tasks(record, first), layers(overview, record)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join("; ")
}

fn at(time: Time) -> String {
    moment(time.as_secs_f64())
}

fn is_place(lane: &Lane) -> bool {
    matches!(lane.id, TrackId::Service(_) | TrackId::Edge { .. })
}

/// The first fault: what, where and when.
fn fault(overview: &Overview, record: &Record) -> Option<String> {
    let places = overview.lanes.iter().filter(|lane| is_place(lane));
    let all = places.flat_map(|lane| lane.states.iter().map(move |seen| (lane, seen)));
    let number = all.clone().count();
    let (lane, seen) = all.min_by_key(|(_, seen)| seen.first)?;
    let what = format!("{} ({})", lane.id.to_string().replace("->", "→"), seen.state);
    let (from, to) = seen.first;
    let when = if seen.times > 1 {
        format!("{} times, first at {}", seen.times, at(from))
    } else if from == Time::ZERO && record.ended <= to {
        "all the time".to_owned()
    } else if overview.to <= to {
        // Of what comes later nothing is shown.
        format!("from {} on", at(from))
    } else {
        format!("from {} to {}", at(from), at(to))
    };
    let more = match number - 1 {
        0 => String::new(),
        1 => " and one fault more".to_owned(),
        more => format!(" and {more} faults more"),
    };
    Some(format!("fault of {what} {when}{more}"))
}

/// What was done to a layer first.
fn touch(overview: &Overview) -> Option<String> {
    let layers = overview.lanes.iter().filter(|lane| matches!(lane.id, TrackId::Layer { .. }));
    let marks = layers.flat_map(|lane| {
        lane.states.iter().filter(|seen| is_mark(seen)).map(move |seen| (lane, seen))
    });
    let (lane, seen) = marks.min_by_key(|(_, seen)| seen.first)?;
    let whose = lane.id.to_string().replace("->", "→");
    Some(format!("{} of {whose} at {}", seen.state, at(seen.first.0)))
}

/// How many tasks of the group that is asked about did not end well.
fn tasks(record: &Record, first: &str) -> Option<String> {
    let asked = record.agents.iter().find(|agents| agents.name == first);
    let agents = asked.or(record.agents.first())?;
    let bad = agents.tasks.failed() + agents.late.good + agents.late.degraded + agents.overdue;
    let all = agents.tasks.answered() + agents.overdue;
    let fail = if agents.late.good + agents.late.degraded + agents.overdue > 0 {
        "fail, come late or are overdue"
    } else {
        "fail"
    };
    let degraded = match agents.tasks.degraded() - agents.late.degraded {
        0 => String::new(),
        1 => ", one is degraded".to_owned(),
        number => format!(", {number} are degraded"),
    };
    let share = scale::value(bad as f64 / all.max(1) as f64, Unit::Share);
    Some(match bad {
        0 => format!("none of {all} tasks of {} fails{degraded}", agents.name),
        bad => format!("{bad} of {all} tasks of {} ({share}) {fail}{degraded}", agents.name),
    })
}

/// The layer that was in a bad state first, and when it was well again.
fn layers(overview: &Overview, record: &Record) -> Option<String> {
    let layers = overview.lanes.iter().filter_map(|lane| match &lane.id {
        TrackId::Layer { kind, report, .. } => Some((kind, *report, lane)),
        _ => None,
    });
    let bad = |seen: &&StateSeen| seen.severity == Severity::Bad;
    let found = layers.clone().filter_map(|(kind, _, lane)| {
        let first = lane.states.iter().filter(bad).min_by_key(|seen| seen.first)?;
        Some((kind, lane, first))
    });
    let Some((kind, lane, seen)) = found.min_by_key(|(.., seen)| seen.first) else {
        // What could have acted and did not is news.
        return layers.clone().find_map(|(kind, report, lane)| {
            let state = report.states.iter().find(|state| state.severity == Severity::Bad)?;
            (!lane.states.is_empty()).then(|| format!("no {kind} is ever {}", state.name))
        });
    };
    let a = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let times =
        if seen.times > 1 { format!("{} times, first ", seen.times) } else { String::new() };
    let is_last = |other: &&StateSeen| other.severity == Severity::Normal;
    let well = lane.states.iter().filter(is_last).max_by_key(|seen| seen.last);
    let last_bad = lane.states.iter().filter(bad).map(|seen| seen.last.1).max();
    let end = match well {
        _ if last_bad.is_some_and(|last| record.ended <= last) => {
            format!(", and still {} at the end", seen.state)
        }
        Some(well) if last_bad <= Some(well.last.0) => {
            format!(", and {} for good from {}", well.state, at(well.last.0))
        }
        _ => String::new(),
    };
    Some(format!("{a} {kind} is {} {times}from {}{end}", seen.state, at(seen.first.0)))
}

/// Of a run in which a fault is on all the time, so that its beginning and end say nothing: from
/// when on tasks fail. That is the time by which most before it are good, and most after it fail.
fn turn_for_the_worse(overview: &Overview, first: &str) -> Option<String> {
    let lasting = overview.lanes.iter().filter(|lane| is_place(lane)).find_map(|lane| {
        let is_lasting =
            |seen: &&StateSeen| seen.first.0 <= overview.from && overview.to <= seen.first.1;
        Some((lane, lane.states.iter().find(is_lasting)?.state))
    });
    let (place, fault) = lasting?;
    let groups = || overview.lanes.iter().filter(|lane| matches!(lane.id, TrackId::Agent(_)));
    let asked = groups().find(|lane| matches!(&lane.id, TrackId::Agent(name) if name == first));
    let ended = &asked.or(groups().next())?.ended;
    let (mut apart, mut best, mut turn) = (0_i64, 0, 0);
    for (column, ended) in ended.iter().enumerate() {
        let bad = ended.failed + ended.late;
        apart += i64::from(ended.all() - bad) - i64::from(bad);
        if best < apart {
            (best, turn) = (apart, column + 1);
        }
    }
    let sum = |part: &[Ended]| part.iter().fold(Ended::default(), |sum, ended| sum.and(*ended));
    let (before, after) = (sum(&ended[..turn]), sum(&ended[turn.min(COLUMNS)..]));
    let bad = |ended: Ended| ended.failed + ended.late;
    if before.all() == 0 || bad(after) * 2 <= after.all() {
        return None;
    }
    let time = overview.from.as_secs_f64() + turn as f64 * overview.column.as_secs_f64();
    Some(format!(
        "Under {fault} of {} all the time, {} of {} tasks fail until {}, then {} of {}",
        place.id,
        bad(before),
        before.all(),
        moment(time),
        bad(after),
        after.all(),
    ))
}
