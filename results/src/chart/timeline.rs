//! Who did what when, in one run: a track for each agent, breaker and service.

use patterns::Time;
use sim::observe::{Interval, Trace, Track, TrackKind};

use super::paint::Role;
use super::scale::{Scale, clock, time_ticks};
use super::scene::{Anchor, Area, Scene, width_of};

/// The most tracks that can be distinguished on one sheet.
const TRACKS_MAX: usize = 18;

/// What was seen of one run between two times. None if nothing was.
pub fn timeline(
    about: &str,
    command: &str,
    trace: &Trace,
    (from, to): (Time, Time),
) -> Option<Scene> {
    let tracks = shown(trace);
    if tracks.is_empty() || to <= from {
        return None;
    }
    let left_out = trace.tracks.len() - tracks.len();
    let mut subtitle = format!(
        "{about}. Agents: pale, at work; blue, waiting for a call; orange, frozen by one that \
         fails. Breakers: thin, closed; full, open; outlined, half-open. Shaded: faults."
    );
    if left_out > 0 {
        subtitle += &format!(" Tracks with nothing to show, or no room: {left_out}.");
    }
    subtitle +=
        &format!(" From {} to {} of the run.", clock(from.as_secs_f64()), clock(to.as_secs_f64()));
    let (mut scene, area) = Scene::framed(&title(trace, (from, to)), &subtitle, command);
    let names = tracks.iter().map(|track| width_of(&track.name, 13.0, false)).fold(0.0, f64::max);
    // A few tracks need not fill the sheet.
    let top = area.top + 26.0;
    let height = ((area.bottom - 30.0 - top) / tracks.len() as f64).min(110.0);
    let inner = Area {
        left: area.left + names.min(300.0) + 14.0,
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
    for (index, track) in tracks.iter().enumerate() {
        let top = inner.top + index as f64 * height + 6.0;
        let middle = top + (height - 6.0) / 2.0 + 4.0;
        scene.text(area.left, middle, &track.name, 13.0, Role::Ink, Anchor::Start);
        let strip = Strip { top, height: height - 10.0, across: &across, span };
        strip.draw(&mut scene, track);
        if track.kind == TrackKind::Agent {
            strip.ticks(&mut scene, trace, track);
        }
    }
    Some(scene)
}

/// The tracks that have something to show, agents and breakers and services in turn, as many as
/// fit.
fn shown(trace: &Trace) -> Vec<&Track> {
    let of = |kind: TrackKind, most: usize| {
        let busy = move |track: &&Track| track.kind == kind && !track.intervals.is_empty();
        trace.tracks.iter().filter(busy).take(most)
    };
    let services = of(TrackKind::Service, 4).count();
    let layers = of(TrackKind::Layer, (TRACKS_MAX - services) / 2).count();
    let agents = of(TrackKind::Agent, TRACKS_MAX - services - layers);
    agents.chain(of(TrackKind::Layer, layers)).chain(of(TrackKind::Service, services)).collect()
}

/// What the run shows: when the first breaker opened and was closed again, and the calls that fail.
fn title(trace: &Trace, (from, to): (Time, Time)) -> String {
    let shown = || trace.calls.iter().filter(|call| from <= call.to && call.to <= to);
    let failed = shown().filter(|call| !call.outcome.is_ok()).count();
    let all = shown().count();
    let layers = || trace.tracks.iter().filter(|track| track.kind == TrackKind::Layer);
    let opens = |track: &Track| track.intervals.iter().filter(|e| e.state == "open").count();
    let times: usize = layers().map(opens).sum();
    let first = layers()
        .flat_map(|track| {
            track.intervals.iter().filter(|e| e.state == "open").map(|e| e.from).take(1)
        })
        .min();
    let service = trace.tracks.iter().filter(|track| track.kind == TrackKind::Service);
    let back = service.flat_map(|track| &track.intervals).map(|e| e.to).max();
    let recovered = back.and_then(|back| {
        let closed = layers()
            .flat_map(|track| &track.intervals)
            .filter(|e| e.state == "closed" && e.from >= back)
            .map(|e| e.from)
            .min()?;
        Some((back, closed))
    });
    let calls = format!("{failed} of {all} calls fail");
    match (first, recovered) {
        (Some(first), Some((back, closed))) => format!(
            "A breaker opens at {}; the service is back at {}, a breaker sees it at {}; {calls}",
            clock(first.as_secs_f64()),
            clock(back.as_secs_f64()),
            clock(closed.as_secs_f64())
        ),
        (Some(first), None) => {
            let first = clock(first.as_secs_f64());
            format!("Breakers open {times} times, first at {first}; {calls}")
        }
        (None, _) if layers().next().is_none() => calls,
        (None, _) => format!("No breaker opens; {calls}"),
    }
}

/// Shades the times of faults across all tracks, and names them above.
fn faults(scene: &mut Scene, tracks: &[&Track], inner: Area, across: &Scale, span: (f64, f64)) {
    for track in tracks.iter().filter(|track| track.kind == TrackKind::Service) {
        for Interval { from, to, state } in &track.intervals {
            let (from, to) = (from.as_secs_f64().max(span.0), to.as_secs_f64().min(span.1));
            if to <= from {
                continue;
            }
            let (left, right) = (across.at(from), across.at(to));
            let points = [(left, inner.top), (right, inner.top), (right, inner.bottom)];
            let points = points.into_iter().chain([(left, inner.bottom)]).collect();
            scene.area(points, Role::Series(1).faint(0.10));
            let name = format!("{}: {state}", track.name);
            if width_of(&name, 13.0, true) < right - left {
                let x = f64::midpoint(left, right);
                let role = Role::Series(1);
                scene.text_as(x, inner.top - 8.0, &name, 13.0, role, Anchor::Middle, true);
            }
        }
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
        let order = ["working", "waiting", "frozen"];
        let mut intervals: Vec<&Interval> = track.intervals.iter().collect();
        intervals.sort_by_key(|e| order.iter().position(|state| *state == e.state));
        for Interval { from, to, state } in intervals {
            let (from, to) =
                (from.as_secs_f64().max(self.span.0), to.as_secs_f64().min(self.span.1));
            if to < from {
                continue;
            }
            let (left, right) = (self.across.at(from), self.across.at(to));
            self.block(scene, left, (right - left).max(1.0), state, from);
        }
    }

    fn block(&self, scene: &mut Scene, x: f64, width: f64, state: &str, from: f64) {
        let (top, height) = (self.top, self.height);
        let thin = (top + height * 0.4, height * 0.2);
        match state {
            "working" => scene.rect(x, top, width, height, Role::Grid),
            "waiting" => scene.rect(x, top, width, height, Role::Series(0).faint(0.55)),
            "frozen" => scene.rect(x, top, width, height, Role::Series(1)),
            "closed" => scene.rect(x, thin.0, width, thin.1, Role::Series(2)),
            "half-open" => {
                scene.rect(x, top, width.max(3.0), height, Role::Paper);
                scene.frame(x, top, (width.max(3.0), height), Role::Series(3), 1.5);
            }
            "open" => {
                scene.rect(x, top, width, height, Role::Series(3));
                let text = format!("open from {}", clock(from));
                if width_of(&text, 12.0, false) + 8.0 < width && height > 15.0 {
                    let (x, y) = (x + 6.0, top + height / 2.0 + 4.0);
                    scene.text(x, y, &text, 12.0, Role::Paper, Anchor::Start);
                }
            }
            other => {
                scene.rect(x, top, width, height, Role::Series(1).faint(0.8));
                if width_of(other, 12.0, false) + 8.0 < width && height > 15.0 {
                    let (x, y) = (x + 6.0, top + height / 2.0 + 4.0);
                    scene.text(x, y, other, 12.0, Role::Paper, Anchor::Start);
                }
            }
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
            if at < self.span.0 || at > self.span.1 || x - last < 1.5 {
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
