//! Empty records of the parts of a system.

use super::system::{Agents, Edge, Service, System};
use crate::observe::{
    AgentFailures, AgentRecord, Asked, EdgeRecord, Episodes, FaultRecord, Histogram, HumanRecord,
    LateCounts, Line, Load, OpenAt, OutcomeCounts, ProcessRecord, RecoveryRecord, Seconds,
    ServiceRecord, Spending, Spent, Writes,
};

/// Of its groups of agents.
pub(super) fn of_agents(system: &System) -> Vec<AgentRecord> {
    let named = |agents: &Agents| AgentRecord {
        name: agents.name.clone(),
        count: agents.count,
        spending: Spending { worth: agents.worth, ..Spending::default() },
        ..empty_agents()
    };
    system.agents.iter().map(named).collect()
}

fn empty_agents() -> AgentRecord {
    AgentRecord {
        name: String::new(),
        count: 0,
        tasks: OutcomeCounts::default(),
        open: OpenAt::default(),
        late: LateCounts::default(),
        overdue: 0,
        failures: AgentFailures::default(),
        episodes: Episodes::default(),
        latency_ok: Histogram::new(),
        latency_failed: Histogram::new(),
        frozen: 0,
        busy: 0,
        process: ProcessRecord::default(),
        spending: Spending::default(),
    }
}

/// Of its services.
pub(super) fn of_services(system: &System) -> Vec<ServiceRecord> {
    let named = |service: &Service| ServiceRecord {
        name: service.name.clone(),
        slots: match service.slots {
            u32::MAX => u32::MAX,
            slots => slots.saturating_mul(service.replicas.count),
        },
        by_replica: match service.replicas.count {
            1 => Vec::new(),
            count => vec![0; count as usize],
        },
        ..empty_service()
    };
    system.services.iter().map(named).collect()
}

fn empty_service() -> ServiceRecord {
    ServiceRecord {
        name: String::new(),
        slots: 0,
        by_replica: Vec::new(),
        requests: OutcomeCounts::default(),
        writes: Writes::default(),
        load: Load::default(),
        line: Line::default(),
        seconds: Seconds::default(),
        open: OpenAt::default(),
        waiting: Histogram::new(),
        sojourn: Histogram::new(),
        abandoned: 0,
        wasted: 0,
        busy: 0,
        queued: 0,
        down: 0,
        faulty: 0,
        fault_intervals: 0,
        first_fault: None,
    }
}

/// Of its edges.
pub(super) fn of_edges(system: &System) -> Vec<EdgeRecord> {
    let named = |edge: &Edge| EdgeRecord {
        from: system.caller_name(edge.from).to_owned(),
        to: system.services[edge.to].name.clone(),
        ..empty_edge()
    };
    system.edges.iter().map(named).collect()
}

fn empty_edge() -> EdgeRecord {
    EdgeRecord {
        from: String::new(),
        to: String::new(),
        layers: Vec::new(),
        calls: OutcomeCounts::default(),
        load: Load::default(),
        attempts: OutcomeCounts::default(),
        diverted: OutcomeCounts::default(),
        latency_ok: Histogram::new(),
        latency_failed: Histogram::new(),
        late: 0,
        frozen: 0,
        episodes: Episodes::default(),
        faults: FaultRecord::default(),
        spent: Spent::default(),
    }
}

/// Of its recoveries.
pub(super) fn of_recoveries(system: &System) -> Vec<RecoveryRecord> {
    let names = system.recoveries.iter().map(|recovery| recovery.name.clone());
    names.map(|name| RecoveryRecord { name, ..RecoveryRecord::default() }).collect()
}

/// Of its humans.
pub(super) fn of_humans(system: &System) -> Vec<HumanRecord> {
    let names = system.humans.iter().map(|human| human.name.clone());
    names.map(|name| HumanRecord { name, ..HumanRecord::default() }).collect()
}

/// A record of a part, as far as it is asked for.
pub(super) trait Partial: Clone {
    /// Of which nothing is known.
    fn empty() -> Self;

    /// Without how its times are distributed.
    fn without_times(&self) -> Self;
}

impl Partial for AgentRecord {
    fn empty() -> Self {
        empty_agents()
    }

    fn without_times(&self) -> Self {
        Self {
            name: self.name.clone(),
            tasks: self.tasks.clone(),
            failures: self.failures.clone(),
            episodes: self.episodes.clone(),
            latency_ok: self.latency_ok.without_buckets(),
            latency_failed: self.latency_failed.without_buckets(),
            ..*self
        }
    }
}

impl Partial for ServiceRecord {
    fn empty() -> Self {
        empty_service()
    }

    fn without_times(&self) -> Self {
        Self {
            name: self.name.clone(),
            by_replica: self.by_replica.clone(),
            requests: self.requests.clone(),
            load: self.load.clone(),
            line: self.line.clone(),
            seconds: self.seconds.clone(),
            waiting: self.waiting.without_buckets(),
            sojourn: self.sojourn.without_buckets(),
            ..*self
        }
    }
}

impl Partial for EdgeRecord {
    fn empty() -> Self {
        empty_edge()
    }

    fn without_times(&self) -> Self {
        Self {
            from: self.from.clone(),
            to: self.to.clone(),
            layers: self.layers.clone(),
            calls: self.calls.clone(),
            load: self.load.clone(),
            attempts: self.attempts.clone(),
            diverted: self.diverted.clone(),
            latency_ok: self.latency_ok.without_buckets(),
            latency_failed: self.latency_failed.without_buckets(),
            episodes: self.episodes.clone(),
            ..*self
        }
    }
}

/// Copies of what is asked for of each.
pub(super) fn some<T: Partial>(all: &[T], asked: &[Asked]) -> Vec<T> {
    let one = |(one, asked): (&T, &Asked)| match asked {
        Asked::Nothing => T::empty(),
        Asked::Counts => one.without_times(),
        Asked::Times => one.clone(),
    };
    all.iter().zip(asked).map(one).collect()
}

/// Empties what was not asked for.
pub(super) fn empty_rest<T: Partial>(all: &mut [T], asked: &[Asked]) {
    let rest = all.iter_mut().zip(asked).filter(|(_, asked)| **asked == Asked::Nothing);
    rest.for_each(|(one, _)| *one = T::empty());
}
