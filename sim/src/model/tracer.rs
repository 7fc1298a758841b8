//! Tracks and calls of a run that is to be drawn: those of a window of time, and not without end.

use patterns::Time;

use crate::observe::{CallSpan, Interval, OpenSpan, Overview, TaskSpan, Track};

/// The most intervals and calls that a trace keeps.
const PIECES_MAX: usize = 1 << 20;

/// Tracks and calls of a run that is to be drawn.
#[derive(Debug)]
pub(crate) struct Tracer {
    /// By agent, then by service, then by link on which faults can happen.
    pub(crate) tracks: Vec<Track>,
    /// By instance of a layer.
    pub(crate) layers: Vec<Track>,
    /// The track of the caller of each running edge, if it is an agent.
    pub(crate) track_of_edge: Vec<Option<u32>>,
    pub(crate) calls: Vec<CallSpan>,
    pub(crate) tasks: Vec<TaskSpan>,
    pub(crate) open_tasks: Vec<OpenSpan>,
    pub(crate) open_calls: Vec<(u32, OpenSpan)>,
    /// The window: what lies outside is left out.
    pub(crate) from: Time,
    pub(crate) to: Time,
    /// The whole run at a glance, and the window if there is one.
    pub(crate) overviews: Vec<Overview>,
    /// The lane of each track.
    pub(crate) lane_of_track: Vec<u32>,
    /// The lane of each instance of a layer.
    pub(crate) lane_of_layer: Vec<Option<u32>>,
    /// How much more is kept before the window ends.
    room: usize,
}

impl Default for Tracer {
    fn default() -> Self {
        Self {
            tracks: Vec::new(),
            layers: Vec::new(),
            track_of_edge: Vec::new(),
            calls: Vec::new(),
            tasks: Vec::new(),
            open_tasks: Vec::new(),
            open_calls: Vec::new(),
            from: Time::ZERO,
            to: Time::MAX,
            overviews: Vec::new(),
            lane_of_track: Vec::new(),
            lane_of_layer: Vec::new(),
            room: PIECES_MAX,
        }
    }
}

impl Tracer {
    /// Something was in a state in its track until now, which `interval` ends with.
    #[inline]
    pub(crate) fn keep(&mut self, track: u32, interval: Interval) {
        if let Some(lane) = self.lane_of_track.get(track as usize) {
            let lane = *lane as usize;
            self.overviews.iter_mut().for_each(|overview| overview.add(lane, interval));
        }
        if let Some(interval) = self.inside(interval) {
            self.tracks[track as usize].intervals.push(interval);
        }
    }

    /// As [`keep`](Self::keep), of a layer.
    pub(crate) fn keep_layer(&mut self, instance: usize, interval: Interval) {
        self.glance_at_layer(instance, interval);
        if let Some(interval) = self.inside(interval) {
            self.layers[instance].intervals.push(interval);
        }
    }

    /// A layer in the overviews alone.
    pub(crate) fn glance_at_layer(&mut self, instance: usize, interval: Interval) {
        if let Some(Some(lane)) = self.lane_of_layer.get(instance) {
            let lane = *lane as usize;
            self.overviews.iter_mut().for_each(|overview| overview.add(lane, interval));
        }
    }

    /// A call has ended now.
    pub(crate) fn keep_call(&mut self, call: CallSpan) {
        if self.from <= call.to && call.to <= self.to {
            self.take_room(call.to);
            self.calls.push(call);
        }
    }

    /// A task has ended now.
    pub(crate) fn keep_task(&mut self, task: TaskSpan) {
        if let Some(lane) = self.lane_of_track.get(task.track as usize) {
            let lane = *lane as usize;
            self.overviews.iter_mut().for_each(|overview| overview.end(lane, &task));
        }
        if self.from <= task.to && task.to <= self.to {
            self.take_room(task.to);
            self.tasks.push(task);
        }
    }

    /// A task has not ended when the run does.
    pub(crate) fn keep_open_task(&mut self, task: OpenSpan) {
        if task.from <= self.to {
            self.open_tasks.push(task);
        }
    }

    /// The same of a call, with the record of its edge.
    pub(crate) fn keep_open_call(&mut self, edge: u32, call: OpenSpan) {
        if call.from <= self.to {
            self.open_calls.push((edge, call));
        }
    }

    /// The part of an interval that lies in the window.
    #[inline]
    fn inside(&mut self, interval: Interval) -> Option<Interval> {
        let Interval { from, to, .. } = interval;
        if to < self.from || self.to < from {
            return None;
        }
        self.take_room(to);
        Some(Interval { from: from.max(self.from), to: to.min(self.to), ..interval })
    }

    /// When there is no more room the window ends. What is under way then is still kept when it
    /// ends, so that nothing seems to stop before its time.
    #[inline]
    fn take_room(&mut self, now: Time) {
        self.room = self.room.saturating_sub(1);
        if self.room == 0 {
            self.to = self.to.min(now);
        }
    }
}
