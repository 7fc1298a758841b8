//! Services that remember, worked out by hand.

use patterns::backoff::Jitter;
use patterns::{Class, Duration};
use sim::kernel::Distribution;
use sim::measure::Measure;
use sim::model::system::{Arrivals, Caller, Cost, Does, Edge, Replicas, Step, System};
use sim::{Record, Watch, run};

use crate::tank::{self, millis, secs};

fn about(does: Does) -> Step {
    Step::Call {
        service: 0,
        times: 1,
        optional: false,
        keys: Some(1),
        idempotent: true,
        does,
        cost: Cost::default(),
    }
}

/// Tasks of these steps, one in each ten seconds but the first, until second 105.
fn system(steps: Vec<Step>, takes: Duration) -> System {
    let mut system = tank::system(secs(105));
    let arrivals = Arrivals::Open(Distribution::constant(secs(10)));
    system.agents = vec![tank::agents("agent", 1, arrivals, steps)];
    system.services = vec![tank::service("service", u32::MAX, 0, Distribution::constant(takes))];
    system.edges = vec![tank::edge(0, 0, None)];
    system
}

/// How many writes there were, how many of them were refused, and how many lost an update.
fn writes(system: &System) -> (Record, [u64; 3]) {
    let record = run(system, 1, Watch::Counts);
    let value = |name| {
        let measure = Measure::parse(&format!("services.service.{name}"), system);
        measure.expect("it remembers").of(&record) as u64
    };
    let found = ["writes", "conflicts", "lost-updates"].map(value);
    (record, found)
}

#[test]
fn a_write_carries_the_version_of_the_last_read_or_write() {
    let [read, write] = [about(Does::Read), about(Does::Write)];
    let (record, found) =
        writes(&system(vec![read.clone(), write.clone(), write.clone()], millis(100)));
    // An answer to a write has the new version.
    assert_eq!((found, record.agents[0].tasks.good()), ([20, 0, 0], 10));
    // Work takes longer than the gap between tasks: each is read before the one before is written.
    let work = Step::Work(Distribution::constant(secs(12)));
    let mut late = system(vec![read, work, write], millis(100));
    let (record, found) = writes(&late);
    // The first of nine that ended writes, the second has read before, the third after that, …
    assert_eq!(found, [9, 4, 0]);
    assert_eq!(record.agents[0].tasks.failed_as(Class::Validation), 4);
    late.services[0].refuses_stale = false;
    let (record, found) = writes(&late);
    assert_eq!((found, record.agents[0].tasks.good()), ([9, 0, 8], 9));
}

/// A write whose answer comes too late is done all the same; what is sent for it again is refused,
/// or done twice.
#[test]
fn a_write_that_is_sent_again_is_its_own_rival() {
    let steps = vec![about(Does::Read), about(Does::Write)];
    let mut twice = system(steps, secs(3));
    let slow = twice.services[0].clone();
    // The first call reads, and waits as long as it takes.
    twice.policies =
        vec![tank::policy(vec![tank::retry(1, millis(10), Jitter::None), tank::timeout(secs(2))])];
    // A read that times out is repeated, and both answers of the second attempt come in time.
    twice.services[0].latency = Distribution::constant(millis(2_500));
    let (_, found) = writes(&twice);
    assert_eq!(found, [10, 0, 0]);
    twice.edges = vec![tank::edge(0, 0, Some(0))];
    let (record, found) = writes(&twice);
    // No read ever ends in time, so that no task comes to write.
    assert_eq!((found, record.agents[0].tasks.failed_as(Class::Timeout)), ([0; 3], 10));

    // Reads pass through another service, which calls the first without a timeout.
    let mut gateway = tank::service("z", u32::MAX, 0, Distribution::constant(Duration::ZERO));
    gateway.steps = vec![about(Does::Read), about(Does::Write)];
    let mut system = system(vec![tank::call(1)], secs(3));
    system.services = vec![slow, gateway];
    system.policies = twice.policies;
    system.edges =
        vec![tank::edge(0, 1, None), Edge { from: Caller::Service(1), to: 0, policy: None }];
    let (_, found) = writes(&system);
    assert_eq!(found, [9, 0, 0]);
}

/// The same for a write alone: a timeout that is longer than a read and shorter than a write.
#[test]
fn a_slow_write_that_is_repeated_is_refused_or_done_twice() {
    let mut system = system(vec![about(Does::Read), about(Does::Write)], secs(1));
    system.services[0].slots = 1;
    system.services[0].queue = u32::MAX;
    system.policies = vec![tank::policy(vec![
        tank::retry(1, millis(10), Jitter::None),
        tank::timeout(millis(2_500)),
    ])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    // Another one keeps the only slot from the end of the read on, for two seconds.
    let arrivals = Arrivals::Open(Distribution::constant(millis(10_000)));
    let mut other = tank::agents("other", 1, arrivals, vec![tank::call(0), tank::call(0)]);
    other.steps = vec![Step::Work(Distribution::constant(millis(500))), tank::call(0)];
    other.count = 2;
    system.agents.push(other);
    system.edges.push(tank::edge(1, 0, None));
    // Read until second 1, others until 3, the write until 4: given up at 3.5, sent again at 3.51,
    // and done again until 5. The refusal is tried again as well.
    system.horizon = tank::at(millis(104_500));
    let (record, found) = writes(&system);
    assert_eq!((found, record.agents[0].tasks.failed_as(Class::Validation)), ([28, 18, 0], 9));
    system.services[0].refuses_stale = false;
    let (record, found) = writes(&system);
    assert_eq!((found, record.agents[0].tasks.good()), ([19, 0, 9], 9));
}

/// All replicas have the same records, and the keys that a task reads are those that it writes.
#[test]
fn records_are_those_of_all_replicas() {
    let of = |does| match about(does) {
        Step::Call { service, times, optional, idempotent, does, .. } => Step::Call {
            service,
            times,
            optional,
            keys: Some(1000),
            idempotent,
            does,
            cost: Cost::default(),
        },
        other @ (Step::Work(_) | Step::Flow(_)) => other,
    };
    let mut system = system(vec![of(Does::Read), of(Does::Write)], millis(100));
    system.services[0].replicas = Replicas { count: 3, ..Replicas::default() };
    system.horizon = tank::at(secs(20_000));
    let (record, found) = writes(&system);
    assert_eq!((found[1], found[2], record.agents[0].tasks.failed()), (0, 0, 0));
    assert_eq!(found[0], record.agents[0].tasks.good());
}
