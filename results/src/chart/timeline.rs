//! Who did what when, in one run: a track for each agent, layer and service.

use patterns::Time;
use patterns::report::Severity;
use sim::observe::{CallSpan, Interval, Trace, Track, TrackId, TrackKind};

use super::paint::Role;
use super::scale::{Scale, clock, time_ticks};
use super::scene::{Anchor, Area, Scene, width_of};

/// The most tracks that can be distinguished on one sheet.
const TRACKS_MAX: usize = 18;

/// The narrowest gap between two blocks that can be seen, in the units of the sheet.
const GAP_MIN: f64 = 2.0;

/// How far the ends of calls are apart at least: there are no more of them than can be told apart.
const TICKS_APART: f64 = 4.0;

/// What was seen of one run in the window of a trace. None if nothing was.
pub fn timeline(about: &str, command: &str, trace: &Trace) -> Option<Scene> {
    let (from, to) = (trace.from, trace.to);
    let tracks = shown(trace);
    if tracks.is_empty() || to <= from {
        return None;
    }
    let left_out = trace.tracks.len() - tracks.len();
    let mut subtitle = format!("{about}. {}", legend(&tracks, (from, to)));
    if left_out > 0 {
        subtitle += &format!(" Tracks with nothing to show, or no room: {left_out}.");
    }
    subtitle +=
        &format!(" From {} to {} of the run.", clock(from.as_secs_f64()), clock(to.as_secs_f64()));
    let (mut scene, area) = Scene::framed(&title(trace, (from, to)), &subtitle, command);
    let names: Vec<String> = tracks.iter().map(|track| track.id.to_string()).collect();
    let widest = names.iter().map(|name| width_of(name, 13.0, false)).fold(0.0, f64::max);
    // A few tracks need not fill the sheet.
    let top = area.top + 26.0;
    let height = ((area.bottom - 30.0 - top) / tracks.len() as f64).min(110.0);
    let inner = Area {
        left: area.left + widest.min(300.0) + 14.0,
        right: area.right - 10.0,
        top,
        bottom: top + height * tracks.len() as f64,
    };
    let span = (from.as_secs_f64(), to.as_secs_f64());
    let across = Scale::new(span, (inner.left, inner.right));
    for tick in time_ticks(span.0, span.1, 10) {
        let x = across.at(tick);
        scene.line((x, inner.top), (x, inner.bottom), Role::Grid, 1.0);
        scene.text(x, inner.bottom + 20.0, &clock(tick), 13.0, Role::Muted, Anchor::Middle);
    }
    faults(&mut scene, &tracks, inner, &across, span);
    for (index, (track, name)) in tracks.iter().zip(&names).enumerate() {
        let top = inner.top + index as f64 * height + 6.0;
        let middle = top + (height - 6.0) / 2.0 + 4.0;
        scene.text(area.left, middle, name, 13.0, Role::Ink, Anchor::Start);
        let strip = Strip { top, height: height - 10.0, across: &across, span };
        strip.draw(&mut scene, track);
        if track.kind() == TrackKind::Agent {
            strip.ticks(&mut scene, trace, track);
        }
    }
    Some(scene)
}

/// The tracks that have something to show, agents and layers, services and edges in turn, as many
/// as fit.
fn shown(trace: &Trace) -> Vec<&Track> {
    let of = |kind: TrackKind, most: usize| {
        let busy = move |track: &&Track| track.kind() == kind && !track.intervals.is_empty();
        trace.tracks.iter().filter(busy).take(most)
    };
    let services = of(TrackKind::Service, 4).count();
    let edges = of(TrackKind::Edge, 4 - services / 2).count();
    let layers = of(TrackKind::Layer, (TRACKS_MAX - services - edges) / 2).count();
    let agents = of(TrackKind::Agent, TRACKS_MAX - services - edges - layers);
    let faulty = of(TrackKind::Service, services).chain(of(TrackKind::Edge, edges));
    agents.chain(of(TrackKind::Layer, layers)).chain(faulty).collect()
}

/// Whether its states are faults.
fn is_faulty(track: &Track) -> bool {
    matches!(track.kind(), TrackKind::Service | TrackKind::Edge)
}

/// How each state looks that is to be seen between two times.
fn legend(tracks: &[&Track], (from, to): (Time, Time)) -> String {
    let mut legend = "Agents: pale, at work; blue, waiting for a call; orange, frozen by one that \
                      fails."
        .to_owned();
    let seen = |severity: Severity| {
        let mut names: Vec<String> = Vec::new();
        for track in tracks {
            let TrackId::Layer { kind, .. } = &track.id else { continue };
            let intervals = track.intervals.iter().filter(|e| e.from <= to && from <= e.to);
            for interval in intervals.filter(|e| e.severity == severity) {
                let name = format!("{kind} {}", interval.state);
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    };
    let looks =
        [(Severity::Normal, "thin"), (Severity::Limited, "outlined"), (Severity::Bad, "full")];
    let looks = looks.into_iter().map(|(severity, look)| (look, seen(severity)));
    let looks: Vec<String> = looks
        .filter(|(_, names)| !names.is_empty())
        .map(|(look, names)| format!("{look}, {}", names.join(" or ")))
        .collect();
    if !looks.is_empty() {
        legend += &format!(" Layers: {}.", looks.join("; "));
    }
    if tracks.iter().any(|track| is_faulty(track)) {
        legend += " Shaded: faults.";
    }
    legend
}

/// What the run shows: when a layer was in a bad state first and was well again, and the calls that
/// fail.
fn title(trace: &Trace, (from, to): (Time, Time)) -> String {
    let shown = || trace.calls.iter().filter(|call| from <= call.to && call.to <= to);
    let failed = shown().filter(|call| !call.outcome.is_ok()).count();
    let calls = format!("{failed} of {} calls fail", shown().count());
    let calls = turn_for_the_worse(trace, (from, to)).unwrap_or(calls);
    let layers = || {
        trace.tracks.iter().filter_map(|track| match &track.id {
            TrackId::Layer { kind, report, .. } => Some((kind, *report, track)),
            _ => None,
        })
    };
    let bad = |track: &Track| {
        track.intervals.iter().copied().filter(|e| e.severity == Severity::Bad).collect::<Vec<_>>()
    };
    let first = layers()
        .filter_map(|(kind, _, track)| Some((*bad(track).first()?, kind)))
        .min_by_key(|(interval, _)| interval.from);
    let Some((first, kind)) = first else {
        let could = layers().find_map(|(kind, report, _)| {
            let mut states = report.states.iter();
            Some((kind, states.find(|state| state.severity == Severity::Bad)?.name))
        });
        return match could {
            Some((kind, state)) => format!("No {kind} is {state}; {calls}"),
            None => calls,
        };
    };
    let alike = || layers().filter(|(other, ..)| *other == kind).map(|(.., track)| track);
    let service = trace.tracks.iter().filter(|track| track.kind() == TrackKind::Service);
    let back = service.flat_map(|track| &track.intervals).map(|e| e.to).max();
    let is_not_well = |at: Time| {
        let mut intervals = alike().flat_map(|track| &track.intervals);
        intervals.any(|e| e.severity != Severity::Normal && e.from <= at && at < e.to)
    };
    let well = back.filter(|back| is_not_well(*back)).and_then(|back| {
        let intervals = alike().flat_map(|track| &track.intervals);
        let well = intervals.filter(|e| e.severity == Severity::Normal && e.from >= back);
        Some((back, well.min_by_key(|e| e.from)?))
    });
    let (state, since) = (first.state, clock(first.from.as_secs_f64()));
    let a = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    if let Some((back, well)) = well {
        return format!(
            "{a} {kind} is {state} from {since}; the service is back at {}, {a} {kind} is {} \
             from {}; {calls}",
            clock(back.as_secs_f64()),
            well.state,
            clock(well.from.as_secs_f64()),
        );
    }
    match alike().map(|track| bad(track).len()).sum::<usize>() {
        1 => format!("{a} {kind} is {state} from {since}; {calls}"),
        times => format!("{times} times {a} {kind} is {state}, first from {since}; {calls}"),
    }
}

/// Of a run in which a fault is on all the time, so that its beginning and end tell nothing: from
/// when on calls fail. That is the time by which most calls before it are good, and most after it
/// fail.
fn turn_for_the_worse(trace: &Trace, (from, to): (Time, Time)) -> Option<String> {
    let services = trace.tracks.iter().filter(|track| track.kind() == TrackKind::Service);
    let mut lasting = services.filter_map(|service| {
        let is_lasting = |interval: &&Interval| interval.from <= from && to <= interval.to;
        Some((service, service.intervals.iter().find(is_lasting)?.state))
    });
    let (service, fault) = lasting.next()?;
    let calls: Vec<_> =
        trace.calls.iter().filter(|call| from <= call.to && call.to <= to).collect();
    let (mut told_apart, mut best, mut turn) = (0_i64, 0, 0);
    for (number, call) in (1..).zip(&calls) {
        told_apart += if call.outcome.is_ok() { 1 } else { -1 };
        if best < told_apart {
            (best, turn) = (told_apart, number);
        }
    }
    let (before, after) = calls.split_at(turn);
    let failed = |calls: &[&CallSpan]| calls.iter().filter(|call| !call.outcome.is_ok()).count();
    if before.is_empty() || failed(after) * 2 <= after.len() {
        return None;
    }
    let at = clock(after[0].to.as_secs_f64());
    Some(format!(
        "under {fault} of {} throughout, {} of {} calls fail until {at}, then {} of {}",
        service.id,
        failed(before),
        before.len(),
        failed(after),
        after.len(),
    ))
}

/// Shades the times of faults across all tracks, and names them above.
fn faults(scene: &mut Scene, tracks: &[&Track], inner: Area, across: &Scale, span: (f64, f64)) {
    for track in tracks.iter().filter(|track| is_faulty(track)) {
        for Interval { from, to, state, .. } in &track.intervals {
            let (from, to) = (from.as_secs_f64().max(span.0), to.as_secs_f64().min(span.1));
            if to <= from {
                continue;
            }
            let (left, right) = (across.at(from), across.at(to));
            let points = [(left, inner.top), (right, inner.top), (right, inner.bottom)];
            let points = points.into_iter().chain([(left, inner.bottom)]).collect();
            scene.area(points, Role::Series(1).faint(0.10));
            let name = format!("{}: {state}", track.id);
            if width_of(&name, 13.0, true) < right - left {
                let x = f64::midpoint(left, right);
                let role = Role::Series(1);
                scene.text_as(x, inner.top - 8.0, &name, 13.0, role, Anchor::Middle, true);
            }
        }
    }
}

/// Intervals of one state that are drawn as one.
struct Block<'a> {
    /// The first of them.
    interval: &'a Interval,
    /// When that begins, in seconds.
    from: f64,
    left: f64,
    right: f64,
}

impl Block<'_> {
    /// Whether an interval that begins at `left` is drawn as a part of it.
    fn goes_on(&self, interval: &Interval, left: f64) -> bool {
        let is_alike =
            self.interval.state == interval.state && self.interval.severity == interval.severity;
        is_alike && left < self.right + GAP_MIN
    }
}

struct Strip<'a> {
    top: f64,
    height: f64,
    across: &'a Scale,
    span: (f64, f64),
}

impl Strip<'_> {
    fn draw(&self, scene: &mut Scene, track: &Track) {
        // What waits is drawn over what works, which takes longer.
        // Of the states of a layer those that are often short come last.
        let order = ["working", "waiting", "frozen"];
        let mut intervals: Vec<&Interval> = track.intervals.iter().collect();
        intervals.sort_by_key(|e| {
            let place = order.iter().position(|state| *state == e.state);
            (place, e.severity == Severity::Limited, e.state, e.severity, e.from)
        });
        let mut drawn: Option<Block<'_>> = None;
        for interval in intervals {
            let from = interval.from.as_secs_f64().max(self.span.0);
            let to = interval.to.as_secs_f64().min(self.span.1);
            if to < from {
                continue;
            }
            let (left, right) = (self.across.at(from), self.across.at(to));
            let right = right.max(left + 1.0);
            // What the eye cannot tell apart is one block: so a sheet has no more of them than it
            // has room for, however much happened.
            match &mut drawn {
                Some(block) if block.goes_on(interval, left) => {
                    block.right = block.right.max(right);
                }
                _ => {
                    self.block(scene, track.kind(), drawn.as_ref());
                    drawn = Some(Block { interval, from, left, right });
                }
            }
        }
        self.block(scene, track.kind(), drawn.as_ref());
    }

    fn block(&self, scene: &mut Scene, kind: TrackKind, block: Option<&Block<'_>>) {
        let Some(&Block { interval, from, left, right }) = block else { return };
        let width = right - left;
        match kind {
            TrackKind::Agent => self.agent(scene, left, width, interval.state),
            TrackKind::Layer => self.layer(scene, left, width, interval, from),
            TrackKind::Service | TrackKind::Edge => {
                scene.rect(left, self.top, width, self.height, Role::Series(1).faint(0.8));
                self.label(scene, left, width, interval.state);
            }
        }
    }

    fn agent(&self, scene: &mut Scene, x: f64, width: f64, state: &str) {
        let (top, height) = (self.top, self.height);
        match state {
            "working" => scene.rect(x, top, width, height, Role::Grid),
            "waiting" => scene.rect(x, top, width, height, Role::Series(0).faint(0.55)),
            _ => scene.rect(x, top, width, height, Role::Series(1)),
        }
    }

    fn layer(&self, scene: &mut Scene, x: f64, width: f64, interval: &Interval, from: f64) {
        let (top, height) = (self.top, self.height);
        match interval.severity {
            Severity::Normal => {
                scene.rect(x, top + height * 0.4, width, height * 0.2, Role::Series(2));
            }
            Severity::Limited => {
                scene.rect(x, top, width.max(3.0), height, Role::Paper);
                scene.frame(x, top, (width.max(3.0), height), Role::Series(3), 1.5);
            }
            Severity::Bad => {
                scene.rect(x, top, width, height, Role::Series(3));
                self.label(scene, x, width, &format!("{} from {}", interval.state, clock(from)));
            }
        }
    }

    /// A word in a block, if it has room.
    fn label(&self, scene: &mut Scene, x: f64, width: f64, text: &str) {
        if width_of(text, 12.0, false) + 8.0 < width && self.height > 15.0 {
            let (x, y) = (x + 6.0, self.top + self.height / 2.0 + 4.0);
            scene.text(x, y, text, 12.0, Role::Paper, Anchor::Start);
        }
    }

    /// The ends of calls: a short line for one that succeeded, a long dark one for one that failed.
    fn ticks(&self, scene: &mut Scene, trace: &Trace, agent: &Track) {
        let index = trace.tracks.iter().position(|other| std::ptr::eq(other, agent));
        let mine = trace.calls.iter().filter(|call| Some(call.track as usize) == index);
        let mut last = f64::NEG_INFINITY;
        for call in mine {
            let at = call.to.as_secs_f64();
            let x = self.across.at(at);
            // What would be drawn over what is there already is left out.
            if at < self.span.0 || at > self.span.1 || x - last < TICKS_APART {
                continue;
            }
            last = x;
            let (top, bottom) = (self.top, self.top + self.height);
            let role = if call.outcome.is_ok() { Role::Series(2) } else { Role::Ink };
            let top = if call.outcome.is_ok() { top + self.height * 0.6 } else { top };
            scene.line((x, top), (x, bottom), role, 1.0);
        }
    }
}
