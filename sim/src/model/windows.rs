//! Takes the records of windows while a run goes on.

use patterns::Time;

use crate::observe::{Anchor, Record, Window};

/// The most times of one fault that a window has a part for.
pub(super) const TIMES_MAX: usize = 1000;

/// The windows of a run, and what has been seen of them.
#[derive(Debug, Default)]
pub(super) struct Windows {
    all: Vec<Seen>,
}

#[derive(Debug)]
struct Seen {
    window: Window,
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
            let anchors = match &window.anchor {
                Anchor::Run => vec![(Time::ZERO, horizon)],
                Anchor::Before(fault) => {
                    let first = times(fault).first().map_or(horizon, |(from, _)| *from);
                    vec![(warmup, first)]
                }
                Anchor::During(fault) => times(fault),
                Anchor::After(fault) => {
                    let times = times(fault);
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
            let parts =
                anchors.into_iter().filter(counts).map(part).filter(|(from, until)| from < until);
            let mut parts: Vec<(Time, Time)> = parts.collect();
            parts.reverse();
            Seen { window: window.clone(), parts, start: None, sum: None }
        });
        Self { all: all.collect() }
    }

    /// Every time at which [`look`](Self::look) is to be called.
    pub(super) fn times(&self) -> Vec<Time> {
        let parts = self.all.iter().flat_map(|seen| &seen.parts);
        parts.flat_map(|(from, until)| [*from, *until]).collect()
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
