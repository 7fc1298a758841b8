//! Takes the records of windows while a run goes on.

use patterns::Time;

use crate::observe::{Record, Window};

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
            let mut parts = window.parts((warmup, horizon), &times);
            parts.reverse();
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
            *seen = window.parts((self.warmup, self.horizon), times);
            seen.reverse();
            seen.retain(|(_, until)| now <= *until);
        }
    }

    /// When the first of those under way began.
    pub(super) fn oldest_start(&self) -> Option<Time> {
        self.all.iter().filter_map(|seen| Some(seen.start.as_ref()?.ended)).min()
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
