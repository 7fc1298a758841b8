//! The lanes of a run at a glance: which there are, and how high their columns stand.

use patterns::report::Severity;
use sim::observe::{COLUMNS, Ended, Lane, Overview, StateSeen, TrackId, TrackKind};

use super::paint::{Paint, Role};
use super::scale;
use crate::away;

/// How high at the least what is seldom there stands, as a share of its strip.
const LEAST: f64 = 0.35;

/// Part of a lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Strip {
    /// What agents do.
    Work,
    /// How their tasks end.
    Tasks,
    /// Whether their processes are there.
    Process,
    /// In which states the instances of a layer are, or what is done to mend something.
    Layer,
    /// Which faults are on.
    Fault,
}

impl Strip {
    pub(crate) fn weight(self) -> f64 {
        match self {
            Self::Work => 2.0,
            Self::Tasks => 1.4,
            Self::Layer => 1.2,
            Self::Fault | Self::Process => 0.8,
        }
    }
}

/// The lanes that have something to show: the groups that are asked about first, then the others,
/// layers from the worst on, and what was at fault.
pub(crate) fn shown<'a>(overview: &'a Overview, first: &str) -> Vec<&'a Lane> {
    let worst = |lane: &Lane| lane.states.iter().map(|seen| seen.severity).max();
    let mut lanes: Vec<&Lane> = overview.lanes.iter().filter(|lane| acted(lane)).collect();
    lanes.sort_by_key(|lane| {
        let is_first = matches!(&lane.id, TrackId::Agent(name) if name == first);
        let is_layer = kind(lane) == TrackKind::Layer;
        let mildness = is_layer.then(|| std::cmp::Reverse(worst(lane)));
        (kind(lane), !is_first, mildness)
    });
    lanes
}

/// The places of lanes from the one that tells most: the agents that are asked about, what was at
/// fault, layers that were in a bad state, what was done about it, other agents whose tasks failed,
/// and then the rest.
pub(crate) fn by_rank(lanes: &[&Lane], first: &str) -> Vec<usize> {
    let is_bad = |lane: &Lane| lane.states.iter().any(|seen| seen.severity == Severity::Bad);
    let rank = |lane: &Lane| match &lane.id {
        TrackId::Agent(name) if name == first => 0,
        TrackId::Service(_) | TrackId::Edge { .. } => 1,
        TrackId::Layer { .. } if is_bad(lane) => 2,
        TrackId::Budget(_) => 2,
        TrackId::Recovery(_) | TrackId::Human(_) => 3,
        TrackId::Agent(_) if lane.tasks().failed > 0 => 4,
        TrackId::Layer { .. } => 5,
        TrackId::Agent(_) => 6,
    };
    let mut places: Vec<usize> = (0..lanes.len()).collect();
    places.sort_by_key(|place| rank(lanes[*place]));
    places
}

pub(crate) fn kind(lane: &Lane) -> TrackKind {
    lane.id.kind()
}

/// Whether there is anything to see: a layer that is in its one normal state all the time shows
/// nothing.
pub(crate) fn acted(lane: &Lane) -> bool {
    match kind(lane) {
        TrackKind::Layer => {
            1 < lane.states.len()
                || lane.states.iter().any(|seen| seen.severity != Severity::Normal)
        }
        TrackKind::Agent => !lane.states.is_empty() || 0 < lane.tasks().all(),
        _ => !lane.states.is_empty(),
    }
}

/// Layers that report states, and stayed as they were.
pub(crate) fn idle(overview: &Overview) -> Vec<String> {
    let layers = overview.lanes.iter().filter(|lane| kind(lane) == TrackKind::Layer);
    layers.filter(|lane| !lane.states.is_empty() && !acted(lane)).map(name).collect()
}

pub(crate) fn strips(lane: &Lane) -> Vec<(Strip, &Lane)> {
    let strips = match kind(lane) {
        TrackKind::Agent if lane.states.iter().any(is_away) => {
            vec![Strip::Work, Strip::Process, Strip::Tasks]
        }
        TrackKind::Agent => vec![Strip::Work, Strip::Tasks],
        TrackKind::Budget | TrackKind::Layer | TrackKind::Recovery | TrackKind::Human => {
            vec![Strip::Layer]
        }
        TrackKind::Service | TrackKind::Edge => vec![Strip::Fault],
    };
    strips.into_iter().map(|strip| (strip, lane)).collect()
}

/// What a lane is called: `worker`, `worker → mcp: breaker`.
pub(crate) fn name(lane: &Lane) -> String {
    lane.id.to_string().replace("->", "→")
}

pub(crate) fn label(strip: Strip, lane: &Lane) -> String {
    let name = match strip {
        Strip::Tasks => return "tasks that end".to_owned(),
        Strip::Process => return "not there".to_owned(),
        _ => name(lane),
    };
    if lane.members > 1 { format!("{name} × {}", lane.members) } else { name }
}

/// How many tasks ended in each way, from the bottom up, and in which colour.
pub(crate) fn by_ending(tasks: Ended) -> [(u32, Role, &'static str); 5] {
    [
        (tasks.failed, Role::Ink, "failed"),
        (tasks.late, Role::Series(5), "late"),
        (tasks.wrong, Role::Series(3), "wrong"),
        (tasks.degraded, Role::Series(4), "degraded"),
        (tasks.good, Role::Series(2), "good"),
    ]
}

pub(crate) fn of_severity(severity: Severity) -> Paint {
    match severity {
        Severity::Normal => Role::Series(2).faint(0.35),
        Severity::Limited => Role::Series(4).into(),
        Severity::Bad => Role::Series(3).into(),
    }
}

/// Whether it is a state of a process that does not work.
pub(crate) fn is_away(seen: &StateSeen) -> bool {
    away::is_away(seen.state, seen.severity)
}

/// Whether it is no state but something that was done in a moment.
pub(crate) fn is_mark(seen: &StateSeen) -> bool {
    seen.nanos.iter().all(|nanos| *nanos == 0)
}

/// What the height of a strip stands for.
pub(crate) fn most(strip: Strip, lane: &Lane, overview: &Overview) -> Option<String> {
    match strip {
        Strip::Work => {
            let most = most_at_once(lane, overview);
            Some(format!("height: {} at once", scale::digits(most.ceil())))
        }
        Strip::Tasks => {
            let most = lane.ended.iter().map(Ended::all).max().unwrap_or(0);
            let column = scale::length(overview.column.as_secs_f64());
            Some(format!("height: {most} in {column}"))
        }
        Strip::Process => {
            Some(format!("height: {}", scale::digits(f64::from(lane.members.max(1)))))
        }
        Strip::Layer | Strip::Fault => None,
    }
}

/// The most of what the agents of a lane do at once; at least as many as they are.
pub(crate) fn most_at_once(lane: &Lane, overview: &Overview) -> f64 {
    let column = overview.column.as_nanos() as f64;
    let sum = |at: usize, asked: &[&str]| {
        let states = lane.states.iter().filter(|seen| asked.contains(&seen.state));
        states.map(|seen| seen.nanos[at] as f64 / column).sum::<f64>()
    };
    let both = |at: usize| sum(at, &["working"]).max(sum(at, &["waiting", "frozen"]));
    (0..COLUMNS).map(both).fold(f64::from(lane.members), f64::max)
}

/// What is drawn of a strip: by column how high, as shares of the strip. Each layer lies over the
/// one before it.
pub(crate) fn stack(strip: Strip, lane: &Lane, overview: &Overview) -> Vec<(Vec<f64>, Paint)> {
    let column = overview.column.as_nanos() as f64;
    let of = |asked: &dyn Fn(&StateSeen) -> bool| -> Vec<f64> {
        let states = lane.states.iter().filter(|seen| asked(seen));
        let mut sums = vec![0.0; COLUMNS];
        for seen in states {
            for (sum, nanos) in sums.iter_mut().zip(&seen.nanos) {
                *sum += *nanos as f64 / column;
            }
        }
        sums
    };
    let plus = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a + b).collect::<Vec<f64>>();
    match strip {
        Strip::Work => {
            let [work, waiting, frozen] =
                ["working", "waiting", "frozen"].map(|state| of(&|seen| seen.state == state));
            let waits = plus(&waiting, &frozen);
            let most = most_at_once(lane, overview);
            let share = |values: Vec<f64>| values.into_iter().map(|v| v / most).collect();
            vec![
                (share(work), Role::Grid.into()),
                (share(waits), Role::Series(0).faint(0.55)),
                (share(frozen), Role::Series(1).into()),
            ]
        }
        Strip::Tasks => {
            let most = lane.ended.iter().map(Ended::all).max().unwrap_or(0).max(1);
            let mut sums = vec![0_u32; COLUMNS];
            let mut stack = Vec::new();
            for place in 0..5 {
                for (sum, ended) in sums.iter_mut().zip(&lane.ended) {
                    *sum += by_ending(*ended)[place].0;
                }
                let role = by_ending(Ended::default())[place].1;
                let shares = sums.iter().map(|sum| f64::from(*sum) / f64::from(most)).collect();
                stack.push((shares, role.into()));
            }
            stack.reverse();
            stack
        }
        Strip::Layer => {
            let members = f64::from(lane.members.max(1));
            let from = |severity: Severity| {
                let sums = of(&|seen| severity <= seen.severity);
                sums.into_iter().map(|sum| sum / members).collect()
            };
            let severities = [Severity::Normal, Severity::Limited, Severity::Bad];
            severities.map(|severity| (from(severity), of_severity(severity))).to_vec()
        }
        Strip::Process => {
            let members = f64::from(lane.members.max(1));
            let from = |severity: Severity| {
                let sums = of(&|seen| is_away(seen) && severity <= seen.severity);
                // A restart takes little of a column, and is to be seen all the same.
                let seen = |sum: f64| if sum > 0.0 { (sum / members).max(LEAST) } else { 0.0 };
                sums.into_iter().map(seen).collect()
            };
            let severities = [Severity::Limited, Severity::Bad];
            severities.map(|severity| (from(severity), of_severity(severity))).to_vec()
        }
        Strip::Fault => vec![(of(&|_| true), Role::Series(1).faint(0.8))],
    }
}

/// From when to when some fault is on, as exactly as the columns go: at a service or on an edge, or
/// one that holds a layer in a state.
pub(crate) fn faults(overview: &Overview) -> Vec<(f64, f64)> {
    let is_place = |lane: &&Lane| matches!(kind(lane), TrackKind::Service | TrackKind::Edge);
    let faulty = overview.lanes.iter().filter(is_place);
    let states = faulty.flat_map(|lane| lane.states.iter().map(|seen| &seen.nanos));
    let held = overview.lanes.iter().map(|lane| &lane.held).filter(|held| !held.is_empty());
    let all: Vec<&Vec<u64>> = states.chain(held).collect();
    let mut found: Vec<(f64, f64)> = Vec::new();
    for column in 0..COLUMNS {
        let most = all.iter().map(|nanos| nanos[column]).max().unwrap_or(0);
        if most > 0 {
            let begin = overview.from.as_secs_f64() + column as f64 * overview.column.as_secs_f64();
            let end = begin + overview.column.as_secs_f64();
            match found.last_mut() {
                Some((_, last)) if begin <= *last + 1e-9 => *last = end,
                _ => found.push((begin, end)),
            }
        }
    }
    found
}
