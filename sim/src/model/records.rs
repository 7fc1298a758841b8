//! Empty records of the parts of a system.

use super::system::{Agents, Edge, Service, System};
use crate::observe::{
    AgentFailures, AgentRecord, EdgeRecord, Episodes, FaultRecord, Histogram, LateCounts, Line,
    Load, OpenAt, OutcomeCounts, Seconds, ServiceRecord, Writes,
};

/// Of its groups of agents.
pub(super) fn of_agents(system: &System) -> Vec<AgentRecord> {
    let named = |agents: &Agents| AgentRecord {
        name: agents.name.clone(),
        count: agents.count,
        ..empty_agents()
    };
    system.agents.iter().map(named).collect()
}

pub(super) fn empty_agents() -> AgentRecord {
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

pub(super) fn empty_service() -> ServiceRecord {
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

pub(super) fn empty_edge() -> EdgeRecord {
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
    }
}

/// Empties what was not asked for.
pub(super) fn empty_rest<T>(all: &mut [T], are_asked: &[bool], empty: fn() -> T) {
    for (one, _) in all.iter_mut().zip(are_asked).filter(|(_, is_asked)| !**is_asked) {
        *one = empty();
    }
}
