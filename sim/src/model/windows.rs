//! Takes the records of windows while a run goes on.

use patterns::Time;

use crate::observe::{Record, Window};

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
            let times = window.anchor.fault().map(&times).unwrap_or_default();
            let mut parts = window.parts((warmup, horizon), &times);
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
