//! The record of W4: what the engine leaves behind of the same run.

use patterns::{Duration, Outcome, Time};
use sim::observe::{EpisodeFinder, Histogram, OutcomeCounts, ProcessRecord};

use super::recording::{Call, Recording, Stay, Task};
use super::settings::{AGENTS, GROUPS, OF_GROUP, SERVICES};
use crate::limit::recording::{Bare, Level};

/// The record that the engine leaves: counts, histograms, integrals over time, and a digest over
/// events and ends in order; and each agent has streams of its own.
#[derive(Clone, Debug, Default)]
pub struct Full {
    horizon: u64,
    /// Events handled.
    pub events: u64,
    /// A digest over all events and ends.
    pub digest: u64,
    /// Of each group of agents.
    pub groups: [GroupTotal; GROUPS.len()],
    /// Of each service.
    pub services: [ServiceTotal; SERVICES.len()],
    /// By group and service called.
    pub calls: [[CallTotal; SERVICES.len()]; GROUPS.len()],
    /// By agent, when its last task failed or was found to be open for too long.
    pub failed_at: [Option<u64>; AGENTS],
}

/// What became of a group of agents.
#[derive(Clone, Debug, Default)]
pub struct GroupTotal {
    /// Tasks.
    pub tasks: OutcomeCounts,
    /// Times of tasks that ended good or degraded.
    pub ok: Histogram,
    /// Times of tasks that failed.
    pub failed: Histogram,
    /// When tasks were seen to fail.
    pub episodes: EpisodeFinder,
    /// Time in which agents had a task in hand.
    pub busy: u128,
    /// Tasks that were open at the end for longer than any that ended.
    pub overdue: u64,
    /// What became of the processes.
    pub process: ProcessRecord,
}

/// What became of a service.
#[derive(Clone, Debug, Default)]
pub struct ServiceTotal {
    /// Requests, as the service ended them.
    pub requests: OutcomeCounts,
    /// Times before a slot.
    pub waiting: Histogram,
    /// Times from arrival to end.
    pub sojourn: Histogram,
    /// Requests whose agent crashed.
    pub abandoned: u64,
    /// Work after that.
    pub wasted: u128,
    /// Slots in use over time.
    pub busy: u128,
    /// Requests in line over time.
    pub queued: u128,
    /// Requests in slots and in line.
    pub load: Level,
    /// Requests in line.
    pub line: Level,
    /// The most requests that came in a second.
    pub most_in_a_second: u32,
    second_ends: u64,
    in_second: u32,
    /// Time of outages.
    pub down: u128,
    /// Time with some fault.
    pub faulty: u128,
    /// How often one began while no other was on.
    pub intervals: u64,
    down_since: Option<u64>,
    faulty_since: Option<u64>,
}

/// What became of the calls of a group of agents to a service.
#[derive(Clone, Debug, Default)]
pub struct CallTotal {
    /// Calls.
    pub calls: OutcomeCounts,
    /// Attempts, one for each.
    pub attempts: OutcomeCounts,
    /// Times of calls that ended well.
    pub ok: Histogram,
    /// Times of calls that failed.
    pub failed: Histogram,
    /// When calls were seen to fail.
    pub episodes: EpisodeFinder,
    /// Time that agents waited for calls that failed or were given up.
    pub frozen: u128,
    /// Calls that ended after they were given up.
    pub late: u64,
    /// Calls that are open.
    pub load: Level,
    /// Tokens, and billionths of a dollar.
    pub spent: [u64; 2],
}

// What the digest is multiplied with: large and odd, as in the engine.
const EVENT: u64 = 0x1319_8a2e_0370_7345;
const END: u64 = 0xa409_3822_299f_31d1;

/// A length from one point of time to another.
fn since(now: u64, from: u64) -> Duration {
    Duration::from_nanos(now - from)
}

fn sum_of(now: u64, from: u64) -> u128 {
    u128::from(now - from)
}

impl Full {
    fn fold(&mut self, word: u64, factor: u64) {
        let product = u128::from(self.digest ^ word) * u128::from(factor);
        self.digest = product as u64 ^ (product >> 64) as u64;
    }

    fn call(&mut self, call: Call) -> &mut CallTotal {
        &mut self.calls[call.agent / OF_GROUP][call.service]
    }
}

impl ServiceTotal {
    fn comes(&mut self, now: u64) {
        const SECOND: u64 = 1_000_000_000;
        self.requests.issued += 1;
        if self.second_ends <= now {
            self.most_in_a_second = self.most_in_a_second.max(self.in_second);
            self.in_second = 0;
            self.second_ends = now + SECOND - now % SECOND;
        }
        self.in_second += 1;
    }

    fn under_way(&mut self, now: u64, stay: Stay) {
        let Some(started) = stay.started else {
            self.queued += sum_of(now, stay.arrived);
            return;
        };
        self.busy += sum_of(now, started);
        if let Some(given_up) = stay.given_up {
            self.wasted += sum_of(now, given_up.max(started));
        }
    }

    fn end(&mut self, now: u64, stay: Stay, outcome: Outcome) {
        self.under_way(now, stay);
        self.load.remove();
        self.requests.end(outcome);
        if stay.started.is_some() {
            self.sojourn.add(since(now, stay.arrived));
        } else {
            self.line.remove();
        }
    }
}

impl Recording for Bare {
    fn new(_horizon: u64) -> Self {
        Self
    }

    fn streams(agent: usize) -> usize {
        agent / OF_GROUP * OF_GROUP
    }
}

impl Recording for Full {
    fn new(horizon: u64) -> Self {
        Self { horizon, digest: EVENT, ..Self::default() }
    }

    fn streams(agent: usize) -> usize {
        agent
    }

    fn event(&mut self, now: u64, what: u32) {
        self.events += 1;
        self.fold(now, EVENT ^ u64::from(what));
    }

    fn task_came(&mut self, agent: usize) {
        self.groups[agent / OF_GROUP].tasks.issued += 1;
    }

    fn task_ended(&mut self, now: u64, agent: usize, task: Task, outcome: Outcome) {
        let group = &mut self.groups[agent / OF_GROUP];
        group.tasks.end(outcome);
        group.busy += sum_of(now, task.started);
        group.episodes.note(outcome, Time::from_nanos(now));
        if outcome.is_ok() {
            group.ok.add(since(now, task.arrived));
        } else {
            group.failed.add(since(now, task.arrived));
            self.failed_at[agent] = Some(now);
        }
        self.fold(u64::from(outcome.code()) | (agent as u64) << 8, END);
    }

    fn task_open(&mut self, now: u64, agent: usize, task: Task, is_begun: bool) {
        let group = &mut self.groups[agent / OF_GROUP];
        if is_begun {
            group.busy += sum_of(now, task.started);
        }
        let longest = group.ok.max().max(group.failed.max());
        let twentieth = Duration::from_nanos(self.horizon / 20);
        if longest.unwrap_or(twentieth) < since(now, task.arrived) {
            group.overdue += 1;
            self.failed_at[agent] = Some(now);
        }
    }

    fn call_began(&mut self, call: Call) {
        let total = self.call(call);
        total.calls.issued += 1;
        total.attempts.issued += 1;
        total.load.add();
    }

    fn call_ended(&mut self, now: u64, call: Call, began: u64, outcome: Outcome) {
        let total = self.call(call);
        total.calls.end(outcome);
        total.attempts.end(outcome);
        total.load.remove();
        total.episodes.note(outcome, Time::from_nanos(now));
        if outcome.is_ok() {
            total.ok.add(since(now, began));
        } else {
            total.failed.add(since(now, began));
            total.frozen += sum_of(now, began);
        }
    }

    fn call_given_up(&mut self, now: u64, call: Call, began: u64) {
        let total = self.call(call);
        total.calls.given_up += 1;
        total.attempts.given_up += 1;
        total.load.remove();
        total.frozen += sum_of(now, began);
        self.services[call.service].abandoned += 1;
    }

    fn call_late(&mut self, call: Call) {
        self.call(call).late += 1;
    }

    fn call_open(&mut self, now: u64, call: Call, began: u64) {
        let total = self.call(call);
        if total.ok.max().is_none_or(|longest| longest < since(now, began)) {
            total.frozen += sum_of(now, began);
        }
    }

    fn paid(&mut self, call: Call, tokens: u64, nano_usd: u64) {
        let spent = &mut self.call(call).spent;
        spent[0] += tokens;
        spent[1] += nano_usd;
    }

    fn request_refused(&mut self, now: u64, service: usize, outcome: Outcome) {
        let service = &mut self.services[service];
        service.comes(now);
        service.requests.end(outcome);
    }

    fn request_came(&mut self, now: u64, service: usize, has_slot: bool) {
        let service = &mut self.services[service];
        service.comes(now);
        service.load.add();
        if !has_slot {
            service.line.add();
        }
    }

    fn request_began(&mut self, now: u64, service: usize, arrived: u64, was_in_line: bool) {
        let service = &mut self.services[service];
        if was_in_line {
            service.line.remove();
        }
        service.waiting.add(since(now, arrived));
        service.queued += sum_of(now, arrived);
    }

    fn request_ended(&mut self, now: u64, service: usize, stay: Stay, outcome: Outcome) {
        self.services[service].end(now, stay, outcome);
        self.fold(u64::from(outcome.code()) | (service as u64) << 8, END);
    }

    fn request_open(&mut self, now: u64, service: usize, stay: Stay) {
        self.services[service].under_way(now, stay);
    }

    fn faults(&mut self, now: u64, service: usize, faults: u32, is_down: bool) {
        let service = &mut self.services[service];
        match (service.faulty_since, faults > 0) {
            (None, true) => {
                service.intervals += 1;
                service.faulty_since = Some(now);
            }
            (Some(since), false) => {
                service.faulty += sum_of(now, since);
                service.faulty_since = None;
            }
            _ => {}
        }
        match (service.down_since, is_down) {
            (None, true) => service.down_since = Some(now),
            (Some(since), false) => {
                service.down += sum_of(now, since);
                service.down_since = None;
            }
            _ => {}
        }
    }

    fn process(&mut self, agent: usize) -> Option<&mut ProcessRecord> {
        Some(&mut self.groups[agent / OF_GROUP].process)
    }

    fn finish(&mut self, now: u64) {
        for service in 0..SERVICES.len() {
            self.faults(now, service, 0, false);
            let service = &mut self.services[service];
            service.most_in_a_second = service.most_in_a_second.max(service.in_second);
        }
    }
}
