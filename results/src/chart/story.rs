//! What a run at a glance shows, as a sentence.

use patterns::Time;
use patterns::report::Severity;
use sim::Record;
use sim::fault::KINDS;
use sim::measure::Unit;
use sim::observe::{COLUMNS, Ended, Lane, Overview, StateSeen, TrackId, TrackKind};

use super::lanes::{is_mark, kind};
use super::scale::{self, moment};

/// What was at fault, how tasks ended, and what layers did about it: all of it in the part of the
/// run that is shown.
pub(crate) fn title(overview: &Overview, record: &Record, first: &str) -> String {
    let story = turn_for_the_worse(overview, first).unwrap_or_else(|| {
        let at_fault = fault(overview, record).or_else(|| touch(overview));
        let parts = [at_fault, tasks(overview, record, first), layers(overview, record)];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join("; ")
    });
    if is_whole(overview, record) {
        return story;
    }
    format!("From {} to {}: {story}", at(overview.from), at(overview.to))
}

/// Whether all of a run is shown.
pub(crate) fn is_whole(overview: &Overview, record: &Record) -> bool {
    overview.from == Time::ZERO && record.ended <= overview.to
}

fn at(time: Time) -> String {
    moment(time.as_secs_f64())
}

fn is_place(lane: &Lane) -> bool {
    kind(lane).has_faults()
}

/// Whether a state is a fault, and not what is done to mend one: of agents that is how their
/// processes end or stand still.
fn is_fault(lane: &Lane, seen: &StateSeen) -> bool {
    let mends = KINDS.iter().any(|kind| kind.is_action && kind.name == seen.state);
    let of_process = ["crashed", "hung", "given up"].contains(&seen.state);
    is_place(lane) && !mends || kind(lane) == TrackKind::Agent && of_process
}

/// The first fault: what, where and when.
fn fault(overview: &Overview, record: &Record) -> Option<String> {
    let all = overview.lanes.iter().flat_map(|lane| {
        lane.states.iter().filter(|seen| is_fault(lane, seen)).map(move |seen| (lane, seen))
    });
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
    let (first, last) = (seen.first.0, seen.last.1);
    let held = held(lane);
    let when = match held[..] {
        [(from, to)] => {
            let time = |column: usize| overview.from + overview.column * column as u64;
            // What begins before the part that is shown, or ends after it, is not marked.
            let is_begin = first <= time(from + 1);
            let is_end = last > first && time(to) <= last + overview.column;
            match (is_begin, is_end) {
                (true, true) => format!("from {} to {}", at(first), at(last)),
                (true, false) => format!("from {} on", at(first)),
                (false, _) => format!("until {}", at(last)),
            }
        }
        [] => format!("at {}", at(first)),
        _ => format!("{} times, first at {}", held.len(), at(first)),
    };
    Some(format!("{} of {whose} {when}", seen.state))
}

/// The columns in which a fault holds a layer: from one to before another.
fn held(lane: &Lane) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (column, _) in lane.held.iter().enumerate().filter(|(_, nanos)| **nanos > 0) {
        match found.last_mut() {
            Some((_, end)) if *end == column => *end = column + 1,
            _ => found.push((column, column + 1)),
        }
    }
    found
}

/// How many tasks of the group that is asked about did not end well: of those that are counted, or
/// of those that end in the part that is shown.
fn tasks(overview: &Overview, record: &Record, first: &str) -> Option<String> {
    if !is_whole(overview, record) {
        let ended = asked(overview, first)?.tasks();
        let (bad, all) = (ended.failed + ended.late, ended.all());
        let fail = if ended.late > 0 { "fail or come late" } else { "fail" };
        let whose = format!("tasks of {} that end then", asked(overview, first)?.id);
        return Some(said_of([bad, all, ended.degraded].map(u64::from), &whose, fail));
    }
    let agents = record.agents.iter().find(|agents| agents.name == first);
    let agents = agents.or(record.agents.first())?;
    let not_in_time = agents.late.good + agents.late.degraded + agents.overdue;
    let fail = if not_in_time > 0 { "fail, come late or are overdue" } else { "fail" };
    let (bad, all) = (agents.tasks.failed() + not_in_time, agents.tasks.answered());
    let degraded = agents.tasks.degraded() - agents.late.degraded;
    let whose = format!("tasks of {}", agents.name);
    let said = said_of([bad, all + agents.overdue, degraded], &whose, fail);
    Some(if record.warmup > Time::ZERO { format!("after the warm-up {said}") } else { said })
}

fn said_of([bad, all, degraded]: [u64; 3], whose: &str, fail: &str) -> String {
    let degraded = match degraded {
        0 => String::new(),
        1 => ", one is degraded".to_owned(),
        number => format!(", {number} are degraded"),
    };
    let share = scale::value(bad as f64 / all.max(1) as f64, Unit::Share);
    match bad {
        0 if all == 0 => format!("there are no {whose}"),
        0 => format!("none of {all} {whose} fails{degraded}"),
        bad => format!("{bad} of {all} {whose} ({share}) {fail}{degraded}"),
    }
}

/// The lane of the group that is asked about.
fn asked<'a>(overview: &'a Overview, first: &str) -> Option<&'a Lane> {
    let groups = || overview.lanes.iter().filter(|lane| matches!(lane.id, TrackId::Agent(_)));
    let asked = groups().find(|lane| matches!(&lane.id, TrackId::Agent(name) if name == first));
    asked.or(groups().next())
}

/// The layer that was in a bad state first, and when it was well again.
fn layers(overview: &Overview, record: &Record) -> Option<String> {
    let layers = overview.lanes.iter().filter_map(|lane| match &lane.id {
        TrackId::Layer { kind, report, owner, .. } => Some(((kind, owner), *report, lane)),
        _ => None,
    });
    let bad = |seen: &&StateSeen| seen.severity == Severity::Bad;
    let found = layers.clone().filter_map(|(kind, _, lane)| {
        let first = lane.states.iter().filter(bad).min_by_key(|seen| seen.first)?;
        Some((kind, lane, first))
    });
    let Some(((kind, owner), lane, seen)) = found.min_by_key(|(.., seen)| seen.first) else {
        // What could have acted and did not is news.
        return layers.clone().find_map(|((kind, _), report, lane)| {
            let state = report.states.iter().find(|state| state.severity == Severity::Bad)?;
            (!lane.states.is_empty()).then(|| format!("no {kind} is ever {}", state.name))
        });
    };
    let a = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let is = match lane.members {
        0 | 1 => format!("{a} {kind} is"),
        members => {
            format!("the {members} {kind}s of {} are", owner.to_string().replace("->", "→"))
        }
    };
    // Elsewhere layers are counted after the warm-up.
    let is_counted = record.warmup <= seen.first.0 || !is_whole(overview, record);
    let and_before = if is_counted { "" } else { " in the whole run" };
    let times = match seen.times {
        0 | 1 => String::new(),
        times => format!("{times} times{and_before}, first "),
    };
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
    Some(format!("{is} {} {times}from {}{end}", seen.state, at(seen.first.0)))
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
    let ended = &asked(overview, first)?.ended;
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
