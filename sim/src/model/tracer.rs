//! Tracks and calls of a run that is to be drawn: those of a window of time, and not without end.

use std::sync::Arc;

use patterns::report::Severity;
use patterns::{Outcome, Time};

use crate::call::Ending;
use crate::observe::{
    AttemptSpan, CallSpan, CutCall, Interval, OpenSpan, Overview, ServiceCall, TaskSpan, Track,
    TrackId,
};

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
    /// What the caller of each running edge is called, if it is a service.
    pub(crate) service_of_edge: Vec<Option<Arc<str>>>,
    /// The replicas of all services.
    pub(crate) replicas: Vec<Replica>,
    pub(crate) calls: Vec<CallSpan>,
    pub(crate) cut_calls: Vec<CutCall>,
    pub(crate) attempts: Vec<AttemptSpan>,
    pub(crate) service_calls: Vec<ServiceCall>,
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
    /// The instances of layers that a fault holds in a state, and since when.
    held: Vec<(usize, Time)>,
    /// How much more is kept before the window ends.
    room: usize,
}

/// A replica of a service.
#[derive(Debug)]
pub(crate) struct Replica {
    /// The place of its service among all.
    service: u32,
    pub(crate) track: Track,
    /// Its lane in overviews, if it is not the only one of its service.
    pub(crate) lane: Option<u32>,
    /// The fault that it has beside those of all replicas, and since when.
    shown: Option<(&'static str, Severity)>,
    since: Time,
}

impl Replica {
    /// One that has no fault.
    pub(crate) fn new(service: u32, name: String) -> Self {
        let track = Track { id: TrackId::Service(name), intervals: Vec::new() };
        Self { service, track, lane: None, shown: None, since: Time::ZERO }
    }
}

impl Default for Tracer {
    fn default() -> Self {
        Self {
            tracks: Vec::new(),
            layers: Vec::new(),
            track_of_edge: Vec::new(),
            service_of_edge: Vec::new(),
            replicas: Vec::new(),
            calls: Vec::new(),
            cut_calls: Vec::new(),
            attempts: Vec::new(),
            service_calls: Vec::new(),
            tasks: Vec::new(),
            open_tasks: Vec::new(),
            open_calls: Vec::new(),
            from: Time::ZERO,
            to: Time::MAX,
            overviews: Vec::new(),
            lane_of_track: Vec::new(),
            lane_of_layer: Vec::new(),
            held: Vec::new(),
            room: PIECES_MAX,
        }
    }
}

impl Tracer {
    /// Something was in a state in its track until now, which `interval` ends with.
    #[inline]
    pub(crate) fn keep(&mut self, track: u32, interval: Interval) {
        self.glance(self.lane_of_track.get(track as usize).copied(), interval);
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
        self.glance(self.lane_of_layer.get(instance).copied().flatten(), interval);
    }

    /// A fault holds an instance of a layer in a state from now on.
    pub(crate) fn hold(&mut self, instance: usize, now: Time) {
        if self.held.iter().all(|(held, _)| *held != instance) {
            self.held.push((instance, now));
        }
    }

    /// No fault holds an instance of a layer any more.
    pub(crate) fn release(&mut self, instance: usize, now: Time) {
        let Some(at) = self.held.iter().position(|(held, _)| *held == instance) else { return };
        let (_, since) = self.held.swap_remove(at);
        let Some(Some(lane)) = self.lane_of_layer.get(instance).copied() else { return };
        self.overviews.iter_mut().for_each(|overview| overview.hold(lane as usize, since, now));
    }

    /// The run ends: what is held is released.
    pub(crate) fn release_all(&mut self, now: Time) {
        while let Some((instance, _)) = self.held.last().copied() {
            self.release(instance, now);
        }
    }

    #[inline]
    fn glance(&mut self, lane: Option<u32>, interval: Interval) {
        if let Some(lane) = lane {
            self.overviews.iter_mut().for_each(|overview| overview.add(lane as usize, interval));
        }
    }

    /// A call or an attempt on a running edge, which has this record, has ended now.
    pub(crate) fn keep_ending(&mut self, ending: Ending, record: u32, now: Time) {
        let Ending { edge: running, began: from, outcome, caller, request, .. } = ending;
        let is_inside = self.from <= now && now <= self.to;
        let track = self.track_of_edge[running as usize];
        if ending.is_attempt && is_inside {
            self.take_room(now);
            let (edge, to) = (record, now);
            let is_call = ending.is_call;
            let attempt = AttemptSpan {
                track,
                edge,
                from,
                to,
                outcome,
                caller,
                request,
                is_call,
                order: self.order(),
            };
            self.attempts.push(attempt);
        }
        if !ending.is_attempt && outcome.is_none() && is_inside {
            return self.keep_cut_call(ending, record, now);
        }
        let Some(outcome) = outcome.filter(|_| ending.is_call) else { return };
        let (edge, to) = (record, now);
        if is_inside {
            self.take_room(now);
            match track {
                Some(track) => {
                    let order = self.order();
                    self.calls.push(CallSpan {
                        track,
                        edge,
                        from,
                        to,
                        outcome,
                        task: caller,
                        order,
                    });
                }
                None => self.keep_service_call(running, (edge, caller), from, Ok((to, outcome))),
            }
        }
        if let Some(track) = track {
            let (state, severity) = if outcome.is_ok() {
                ("waiting", Severity::Normal)
            } else {
                ("frozen", Severity::Bad)
            };
            self.keep(track, Interval { from, to, state, severity });
        }
    }

    /// A call of an agent has been given up now.
    fn keep_cut_call(&mut self, ending: Ending, edge: u32, now: Time) {
        if let Some(track) = self.track_of_edge[ending.edge as usize] {
            self.take_room(now);
            let (from, to, order) = (ending.began, now, self.order());
            self.cut_calls.push(CutCall { track, edge, from, to, task: ending.caller, order });
        }
    }

    /// A call of a service has ended, or is open and overdue or not.
    fn keep_service_call(
        &mut self,
        running: u32,
        (edge, request): (u32, Option<u32>),
        from: Time,
        end: Result<(Time, Outcome), bool>,
    ) {
        if let Some(caller) = self.service_of_edge[running as usize].clone() {
            let is_overdue = end.err().unwrap_or(false);
            let end = end.ok();
            let order = self.order();
            let call = ServiceCall { caller, edge, from, end, is_overdue, request, order };
            self.service_calls.push(call);
        }
    }

    /// A replica of a service has another fault from now on beside those that all have.
    pub(crate) fn show_replica(
        &mut self,
        replica: usize,
        shown: Option<(&'static str, Severity)>,
        now: Time,
    ) {
        let one = &mut self.replicas[replica];
        if one.shown == shown {
            return;
        }
        let (was, from, lane) = (one.shown, one.since, one.lane);
        (one.shown, one.since) = (shown, now);
        let Some((state, severity)) = was.filter(|_| from < now) else { return };
        let interval = Interval { from, to: now, state, severity };
        self.glance(lane, interval);
        if let Some(interval) = self.inside(interval) {
            self.replicas[replica].track.intervals.push(interval);
        }
    }

    /// The tracks of services, with those of their replicas that have had faults of their own until
    /// now, when the run ends.
    pub(crate) fn with_replicas(&mut self, services: Vec<Track>, now: Time) -> Vec<Track> {
        for replica in 0..self.replicas.len() {
            self.show_replica(replica, None, now);
        }
        let replicas = std::mem::take(&mut self.replicas).into_iter();
        let mut replicas = replicas.filter(|one| !one.track.intervals.is_empty()).peekable();
        let mut all = Vec::new();
        for (service, track) in (0..).zip(services) {
            all.push(track);
            while let Some(one) = replicas.next_if(|one| one.service == service) {
                all.push(one.track);
            }
        }
        all
    }

    /// A task has ended now.
    pub(crate) fn keep_task(&mut self, task: TaskSpan) {
        if let Some(lane) = self.lane_of_track.get(task.track as usize) {
            let lane = *lane as usize;
            self.overviews.iter_mut().for_each(|overview| overview.end(lane, &task));
        }
        if self.from <= task.to && task.to <= self.to {
            self.take_room(task.to);
            self.tasks.push(TaskSpan { order: self.order(), ..task });
        }
    }

    /// A task has not ended when the run does.
    pub(crate) fn keep_open_task(&mut self, task: OpenSpan) {
        if task.from <= self.to {
            self.open_tasks.push(task);
        }
    }

    /// The same of a call on a running edge, which has this record.
    pub(crate) fn keep_open_call(&mut self, running: u32, edge: u32, from: Time, is_overdue: bool) {
        if self.to < from {
            return;
        }
        let Some(track) = self.track_of_edge[running as usize] else {
            return self.keep_service_call(running, (edge, None), from, Err(is_overdue));
        };
        self.open_calls.push((edge, OpenSpan { from, track, is_overdue }));
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

    /// The place of what was kept last.
    fn order(&self) -> u32 {
        (PIECES_MAX - self.room) as u32
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
