//! Writes down what happens in a run, as it happens.

use patterns::report::{Severity, StateId, StateInfo};
use patterns::{Duration, Intervention, Outcome, Time};

use super::expiry::Expiries;
use super::fault_times::FaultTimes;
use super::limits::Watch;
use super::records::{of_agents, of_edges, of_humans, of_recoveries, of_services, some};
use super::request::Request;
use super::system::{Agents, Arrivals, Caller, Edge, System};
use super::tracer::Tracer;
use crate::fault::{FaultInfo, Standing};
use crate::observe::{
    AgentFailures, AgentRecord, EdgeRecord, EpisodeFinder, EpisodeRule, HumanRecord, Interval,
    LayerRecord, Parts, RecoveryRecord, ServiceRecord, TaskSpan, Trace, Track, TrackId, TrackKind,
};

/// Writes down what happens in a run.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    /// The current time; the world sets it with each event.
    pub(crate) now: Time,
    pub(crate) warmup: Time,
    /// When the run is to end.
    pub(crate) horizon: Time,
    pub(crate) agents: Vec<AgentRecord>,
    pub(crate) services: Vec<ServiceRecord>,
    /// By service, and then by link on which faults can happen, in what condition it is.
    pub(crate) standings: Vec<Standing>,
    pub(crate) edges: Vec<EdgeRecord>,
    /// The edge of each link.
    pub(crate) links: Vec<u32>,
    /// By running edge, of which each agent of a group has its own: its record in `edges`.
    pub(crate) record_of: Vec<u32>,
    /// What layers report, by policy and place, and by edge unless all edges share the layer.
    pub(crate) layers: Vec<LayerRecord>,
    /// By instance of a layer.
    pub(crate) instances: Vec<Instance>,
    pub(crate) tracer: Option<Tracer>,
    /// By group.
    pub(crate) groups: Vec<GroupWatch>,
    /// When its open tasks have failed, by group.
    pub(super) expiries: Vec<Expiries>,
    /// By record of an edge.
    pub(crate) edge_episodes: Vec<EpisodeFinder>,
    /// By service, and then by link on which faults can happen.
    pub(crate) faults: Vec<FaultTimes>,
    /// The services and links behind it, by record of a layer; none of a layer that raises no
    /// alarms.
    pub(crate) callees: Vec<Vec<u32>>,
    /// When some instance last raised an alarm in a fault, by record of a layer.
    pub(crate) alarm_of: Vec<Option<Time>>,
    /// The group that calls on it, by record of an edge; none if a service does.
    pub(crate) group_of_edge: Vec<Option<u32>>,
    /// The agents of all groups.
    pub(crate) failures: AgentFailures,
    /// How many budgets there are.
    pub(crate) budgets: usize,
    pub(crate) recoveries: Vec<RecoveryRecord>,
    pub(crate) humans: Vec<HumanRecord>,
}

/// One instance of a layer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instance {
    /// Its record in `layers`.
    pub(crate) record: u32,
    /// The state it is in, and since when, if it reports states.
    pub(crate) state: Option<(StateId, Time)>,
    /// When it raised the alarm that it has not cleared.
    pub(crate) alarm: Option<Time>,
    /// The beginning of the last fault in which it raised one.
    pub(crate) fault: Option<Time>,
    /// Whether its state is changed by hand now, which is no alarm.
    pub(crate) by_hand: bool,
}

/// By what the tasks of a group of agents are judged.
#[derive(Clone, Debug)]
pub(crate) struct GroupWatch {
    /// How long a task may take before it has failed for whoever sent it; zero where that is drawn
    /// for each, so that each is looked at more closely.
    pub(crate) limit: Duration,
    /// The deadline, where it is drawn.
    pub(crate) drawn: Option<Duration>,
    /// When the next of its open tasks has failed, if it is still open then.
    pub(crate) expires: Time,
    pub(crate) episodes: EpisodeFinder,
    /// Whether each of the agents does one thing after the other.
    pub(crate) is_closed: bool,
}

impl GroupWatch {
    fn of(agents: &Agents, warmup: Time) -> Self {
        let (limit, deadline) = (agents.limit(), agents.deadline.unwrap_or(Duration::MAX));
        Self {
            limit: limit.unwrap_or(Duration::ZERO),
            drawn: limit.is_none().then_some(deadline),
            expires: Time::MAX,
            episodes: EpisodeFinder::new(agents.episode, warmup),
            is_closed: matches!(agents.arrivals, Arrivals::Closed { .. }),
        }
    }
}

impl Recorder {
    /// An empty record for each part of a system.
    pub(crate) fn of(system: &System, watch: Watch) -> Self {
        let rule_of = |edge: &Edge| match edge.from {
            Caller::Agents(group) => system.agents[group].episode,
            Caller::Service(_) => EpisodeRule::default(),
        };
        let groups = system.agents.iter().map(|group| GroupWatch::of(group, system.warmup));
        let groups: Vec<GroupWatch> = groups.collect();
        Self {
            now: Time::ZERO,
            warmup: system.warmup,
            horizon: system.horizon,
            agents: of_agents(system),
            services: of_services(system),
            standings: vec![Standing::default(); system.services.len() + system.links().len()],
            edges: of_edges(system),
            links: system.links().iter().map(|edge| *edge as u32).collect(),
            record_of: Vec::new(),
            layers: Vec::new(),
            instances: Vec::new(),
            tracer: (watch == Watch::Trace).then(Tracer::default),
            expiries: groups.iter().map(|group| Expiries::new(group.is_closed)).collect(),
            groups,
            faults: vec![FaultTimes::default(); system.services.len() + system.links().len()],
            callees: Vec::new(),
            alarm_of: Vec::new(),
            failures: AgentFailures::none(system.agents.iter().map(|group| group.count).sum()),
            budgets: system.budgets.len(),
            recoveries: of_recoveries(system),
            humans: of_humans(system),
            group_of_edge: system
                .edges
                .iter()
                .map(|edge| match edge.from {
                    Caller::Agents(group) => Some(group as u32),
                    Caller::Service(_) => None,
                })
                .collect(),
            edge_episodes: system
                .edges
                .iter()
                .map(|edge| EpisodeFinder::new(rule_of(edge), system.warmup))
                .collect(),
        }
    }

    /// What is written down of some parts so far, without the trace.
    pub(crate) fn so_far(&self, parts: &Parts) -> Self {
        Self {
            now: self.now,
            warmup: self.warmup,
            horizon: self.horizon,
            agents: some(&self.agents, &parts.agents),
            services: some(&self.services, &parts.services),
            edges: some(&self.edges, &parts.edges),
            links: self.links.clone(),
            record_of: self.record_of.clone(),
            standings: self.standings.clone(),
            layers: if parts.layers { self.layers.clone() } else { Vec::new() },
            instances: if parts.layers { self.instances.clone() } else { Vec::new() },
            tracer: None,
            groups: self.groups.clone(),
            edge_episodes: self.edge_episodes.clone(),
            group_of_edge: self.group_of_edge.clone(),
            failures: self.failures.clone(),
            budgets: self.budgets,
            recoveries: self.recoveries.clone(),
            humans: self.humans.clone(),
            // Nothing happens in a copy.
            expiries: Vec::new(),
            faults: Vec::new(),
            callees: Vec::new(),
            alarm_of: Vec::new(),
        }
    }

    /// A part of the run ends now: what is the most of something is known of each part.
    pub(crate) fn mark(&mut self, oldest: Time) {
        for service in &mut self.services {
            service.load.mark(self.now, oldest);
            service.line.mark(self.now, oldest);
            service.seconds.mark(self.now, oldest);
        }
        for edge in &mut self.edges {
            edge.load.mark(self.now, oldest);
        }
    }

    /// All that counts begins now.
    pub(crate) fn begin_counting(&mut self) {
        for service in &mut self.services {
            service.load.restart();
            service.line.restart(self.now);
            service.seconds.restart();
        }
        for edge in &mut self.edges {
            edge.load.restart();
        }
    }

    /// Whether what began at this time counts.
    #[inline]
    pub(crate) fn counts(&self, began: Time) -> bool {
        began >= self.warmup
    }

    /// The part of the time since `from` that counts.
    #[inline]
    pub(crate) fn counted_since(&self, from: Time) -> u128 {
        counted(self.warmup, from, self.now)
    }

    /// An agent did something in its track from some time until now.
    #[inline]
    pub(crate) fn track(&mut self, track: u32, from: Time, state: &'static str) {
        self.interval(track, from, state, Severity::Normal);
    }

    #[inline]
    fn interval(&mut self, track: u32, from: Time, state: &'static str, severity: Severity) {
        let to = self.now;
        if let Some(tracer) = &mut self.tracer {
            tracer.keep(track, Interval { from, to, state, severity });
        }
    }

    /// The process of an agent was in a state from some time until now.
    pub(super) fn agent_track(
        &mut self,
        agent: u32,
        from: Time,
        (state, severity): (&'static str, Severity),
    ) {
        self.interval(agent, from, state, severity);
    }

    /// A recovery, or behind all of them a human, was in a state from some time until now.
    pub(crate) fn healing_track(
        &mut self,
        number: usize,
        from: Time,
        state: (&'static str, Severity),
    ) {
        self.place_track(self.standings.len() + self.budgets + number, from, state);
    }

    /// A service or a link was in a state from some time until now.
    pub(crate) fn place_track(
        &mut self,
        place: usize,
        from: Time,
        (state, severity): (&'static str, Severity),
    ) {
        let agents = self.agents.iter().map(|group| group.count).sum::<u32>();
        self.interval(agents + place as u32, from, state, severity);
    }

    /// Ends all states that are under way, and returns the tracks.
    pub(crate) fn finish(&mut self) -> Option<Trace> {
        for index in 0..self.instances.len() {
            self.leave_state(index);
            if let Instance { record, state: Some((state, _)), .. } = self.instances[index] {
                self.layers[record as usize].states[usize::from(state.0)].at_end += 1;
            }
        }
        self.tracer.take().map(|mut tracer| {
            tracer.release_all(self.now);
            let mut all = std::mem::take(&mut tracer.tracks);
            let services = all.iter().position(|track| track.kind() == TrackKind::Service);
            let services = all.split_off(services.unwrap_or(all.len()));
            let services = tracer.with_replicas(services, self.now);
            // Those that report no states have a track if faults hit them.
            let is_shown = |(track, instance): &(Track, &Instance)| {
                instance.state.is_some() || !track.intervals.is_empty()
            };
            let layers = tracer.layers.into_iter().zip(&self.instances).filter(is_shown);
            all.extend(layers.map(|(track, _)| track));
            all.extend(services);
            let (from, to) = (tracer.from, tracer.to.min(self.now));
            let (mut open_tasks, mut open_calls) = (tracer.open_tasks, tracer.open_calls);
            open_tasks.sort_unstable();
            open_calls.sort_unstable_by_key(|(edge, call)| (*call, *edge));
            let (calls, tasks, overviews) = (tracer.calls, tracer.tasks, tracer.overviews);
            Trace {
                from,
                to,
                tracks: all,
                calls,
                cut_calls: tracer.cut_calls,
                attempts: tracer.attempts,
                tasks,
                open_tasks,
                open_calls,
                service_calls: tracer.service_calls,
                overviews,
            }
        })
    }

    /// A fault does something to a layer now. Where it reports states, these show it.
    pub(crate) fn note_intervention(&mut self, instance: u32, kind: FaultInfo, done: Intervention) {
        let is_silent = self.instances[instance as usize].state.is_none();
        if let Some(tracer) = &mut self.tracer {
            let (from, to, FaultInfo { name: state, severity, .. }) = (self.now, self.now, kind);
            let (at, interval) = (instance as usize, Interval { from, to, state, severity });
            let note = if is_silent { Tracer::keep_layer } else { Tracer::glance_at_layer };
            note(tracer, at, interval);
            match done {
                Intervention::Hold(_) => tracer.hold(at, self.now),
                Intervention::Release => tracer.release(at, self.now),
                Intervention::Flush | Intervention::Reset => {}
            }
        }
    }

    /// A human does something about what is wrong.
    pub(crate) fn note_human(&mut self) {
        let groups = self.groups.iter_mut().map(|group| &mut group.episodes);
        groups.chain(&mut self.edge_episodes).for_each(EpisodeFinder::note_human);
    }

    /// The tracks of links, behind those of services, and then those of budgets, recoveries and
    /// humans.
    pub(crate) fn add_tracks(&mut self, system: &System) {
        let Some(tracer) = &mut self.tracer else { return };
        let edges = self.links.iter().map(|edge| &self.edges[*edge as usize]);
        tracer.tracks.extend(edges.map(|EdgeRecord { from, to, .. }| {
            let id = TrackId::Edge { from: from.clone(), to: to.clone() };
            Track { id, intervals: Vec::new() }
        }));
        tracer.tracks.extend(system.budgets.iter().map(|budget| {
            let id = TrackId::Budget(budget.name.clone());
            Track { id, intervals: Vec::new() }
        }));
        let recoveries = self.recoveries.iter().map(|one| TrackId::Recovery(one.name.clone()));
        let humans = self.humans.iter().map(|one| TrackId::Human(one.name.clone()));
        let tracks = recoveries.chain(humans).map(|id| Track { id, intervals: Vec::new() });
        tracer.tracks.extend(tracks);
    }

    /// A budget was used up from some time until another.
    pub(crate) fn budget_track(&mut self, budget: usize, (from, to): (Time, Time)) {
        let agents = self.agents.iter().map(|group| group.count as usize).sum::<usize>();
        let place = agents + self.standings.len() + budget;
        let (state, severity) = ("used up", Severity::Bad);
        if let Some(tracer) = &mut self.tracer {
            tracer.keep(place as u32, Interval { from, to, state, severity });
        }
    }

    /// Adds up the time that a layer has been in its state until now, if it reports states.
    pub(super) fn leave_state(&mut self, instance: usize) {
        let Instance { record, state, .. } = self.instances[instance];
        let Some((state, since)) = state else { return };
        let time = self.counted_since(since);
        let record = &mut self.layers[record as usize];
        record.states[usize::from(state.0)].time += time;
        if let Some(tracer) = &mut self.tracer
            && since < self.now
        {
            let StateInfo { name, severity, .. } = record.report.state(state);
            let (state, severity) = (*name, *severity);
            let interval = Interval { from: since, to: self.now, state, severity };
            tracer.keep_layer(instance, interval);
        }
    }

    /// A task of a group ends now.
    #[inline]
    pub(crate) fn task_span(
        &mut self,
        group: u32,
        (number, task): (u32, &Request),
        outcome: Outcome,
    ) {
        if self.tracer.is_none() {
            return;
        }
        let is_late = self.is_late(group as usize, task);
        let (track, from, to) = (task.station, task.arrived, self.now);
        if let Some(tracer) = &mut self.tracer {
            tracer.keep_task(TaskSpan { track, from, to, outcome, is_late, number, order: 0 });
        }
    }
}

/// The part of the time between two points that lies after the warm-up, in nanoseconds.
#[inline]
pub(super) fn counted(warmup: Time, from: Time, to: Time) -> u128 {
    u128::from(to.since(from.max(warmup)).as_nanos())
}
