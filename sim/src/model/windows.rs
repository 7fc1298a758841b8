//! Takes the records of windows while a run goes on.

use patterns::Time;

use crate::observe::{Anchor, Record, Window};

/// The most times of one fault that a window has a part for.
pub(super) const TIMES_MAX: usize = 1000;

/// The windows of a run, and what has been seen of them.
#[derive(Debug, Default)]
pub(super) struct Windows {
    all: Vec<Seen>,
    warmup: Time,
    horizon: Time,
}

#[derive(Debug)]
struct Seen {
    window: Window,
    /// From when to when the fault is on that it names.
    times: Vec<(Time, Time)>,
    /// Its parts that are still to come or under way, the next one last.
    parts: Vec<(Time, Time)>,
    /// The record at the beginning of the part under way.
    start: Option<Record>,
    sum: Option<Record>,
}

impl Windows {
    /// Windows of a run that counts from the warm-up to the horizon; `times` says from when to when
    /// a fault is on.
    pub(super) fn new(
        windows: &[Window],
        (warmup, horizon): (Time, Time),
        times: impl Fn(&str) -> Vec<(Time, Time)>,
    ) -> Self {
        let all = windows.iter().map(|window| {
            let times = window.anchor.fault().map(&times).unwrap_or_default();
            let parts = parts(window, (warmup, horizon), &times);
            Seen { window: window.clone(), times, parts, start: None, sum: None }
        });
        Self { all: all.collect(), warmup, horizon }
    }

    /// All faults are off from a time on, at which nothing has been looked at yet.
    pub(super) fn remove_faults(&mut self, now: Time) {
        for Seen { window, times, parts: seen, .. } in &mut self.all {
            times.retain(|(from, _)| *from < now);
            for (_, until) in times.iter_mut() {
                *until = now.min(*until);
            }
            *seen = parts(window, (self.warmup, self.horizon), times);
            seen.retain(|(_, until)| now <= *until);
        }
    }

    /// The first time after another one at which [`look`](Self::look) is to be called.
    pub(super) fn next(&self, after: Time) -> Option<Time> {
        self.times().filter(|time| after < *time).min()
    }

    /// Whether [`look`](Self::look) is to be called at a time.
    pub(super) fn is_due(&self, now: Time) -> bool {
        self.times().any(|time| time == now)
    }

    /// Every next time at which a part begins or ends.
    fn times(&self) -> impl Iterator<Item = Time> {
        // Where one part ends the next one may begin.
        let next = |seen: &Seen| seen.parts.iter().rev().take(2).copied().collect::<Vec<_>>();
        self.all.iter().flat_map(next).flat_map(|(from, until)| [from, until])
    }

    /// The run has come to a time; `record` is of all before it.
    pub(super) fn look(&mut self, now: Time, record: &Record) {
        for seen in &mut self.all {
            // One part may end where the next one begins.
            while let Some(&(from, until)) = seen.parts.last() {
                if until <= now {
                    seen.end(record);
                } else {
                    if from == now {
                        seen.start = Some(record.clone());
                    }
                    break;
                }
            }
        }
    }

    /// The run has ended: what is under way ends with it.
    pub(super) fn finish(mut self, record: &Record) -> Vec<(Window, Record)> {
        for seen in &mut self.all {
            if seen.start.is_some() {
                seen.end(record);
            }
        }
        self.all.into_iter().filter_map(|seen| Some((seen.window, seen.sum?))).collect()
    }
}

impl Seen {
    fn end(&mut self, record: &Record) {
        self.parts.pop();
        let Some(start) = self.start.take() else { return };
        let part = record.since(&start);
        match &mut self.sum {
            Some(sum) => sum.extend(&part),
            None => self.sum = Some(part),
        }
    }
}

/// The parts of a window in a run that counts from the warm-up to the horizon, the last one first;
/// the fault that it names is on at these times.
fn parts(
    window: &Window,
    (warmup, horizon): (Time, Time),
    times: &[(Time, Time)],
) -> Vec<(Time, Time)> {
    let anchors = match &window.anchor {
        Anchor::Run => vec![(Time::ZERO, horizon)],
        Anchor::Before(_) => {
            let first = times.first().map_or(horizon, |(from, _)| *from);
            vec![(warmup, first)]
        }
        Anchor::During(_) => times.to_vec(),
        Anchor::After(_) => {
            let next = times.iter().skip(1).map(|(from, _)| *from).chain([horizon]);
            times.iter().map(|(_, to)| *to).zip(next).collect()
        }
    };
    let part = |(begins, ends): (Time, Time)| {
        let from = window.from.map_or(begins, |after| begins + after);
        let until = window.until.map_or(ends, |after| (begins + after).min(ends));
        (from.max(warmup), until.min(horizon))
    };
    // What comes after a fault of the warm-up had begun before anything counts.
    let is_after = matches!(window.anchor, Anchor::After(_));
    let counts = |(begins, _): &(Time, Time)| !is_after || warmup <= *begins;
    let parts = anchors.into_iter().filter(counts).map(part).filter(|(from, until)| from < until);
    let mut parts: Vec<(Time, Time)> = parts.collect();
    parts.reverse();
    parts
}
