//! A system and a record made by hand, and what is asked of it.

use patterns::report::Counts;
use patterns::{Class, Duration, Outcome, Time};

use crate::kernel::Distribution;
use crate::measure::Measure;
use crate::model::recovery::{Human, Recovery};
use crate::model::system::{Caller, LayerFactory, Per, Price, System};
use crate::model::week::Hours;
use crate::observe::{
    AgentFailures, AgentRecord, AlarmRecord, EdgeRecord, Episode, EpisodeRule, Episodes,
    FaultRecord, Histogram, HumanRecord, LateCounts, LayerRecord, LayerScope, Line, Load, OpenAt,
    OutcomeCounts, ProcessRecord, Record, RecoveryRecord, Seconds, ServiceRecord, Spending, Spent,
    StateRecord, Writes,
};

pub(super) fn system() -> System {
    use crate::model::system::{
        Abandoned, Agents, Arrivals, Edge, Order, Overflow, Policy, Replicas, Service,
    };
    System {
        agents: vec![Agents {
            name: "research".to_owned(),
            count: 2,
            arrivals: Arrivals::Open(distribution()),
            slots: 1,
            steps: Vec::new(),
            deadline: None,
            priority: 0,
            patience: None,
            gives_up: false,
            episode: EpisodeRule::default(),
            life: None,
            context: None,
            worth: None,
            finds_out: None,
        }],
        services: vec![Service {
            name: "git.hub".to_owned(),
            slots: 4,
            queue: 10,
            latency: distribution(),
            errors: Vec::new(),
            wrong: 0.0,
            rate_limit: None,
            token_limits: Vec::new(),
            price: Price::default(),
            abandoned: Abandoned::Stops,
            steps: Vec::new(),
            refuses_stale: true,
            replicas: Replicas::default(),
            order: Order::Fifo,
            overflow: Overflow::Newcomer,
        }],
        policies: vec![Policy {
            name: "guarded".to_owned(),
            layers: vec![factory(), factory()],
            targets: Vec::new(),
        }],
        edges: vec![Edge { from: Caller::Agents(0), to: 0, policy: Some(0) }],
        recoveries: vec![Recovery {
            name: "re.set".to_owned(),
            when: None,
            fault: 0,
            at: Vec::new(),
            wait: Duration::ZERO,
            cooldown: Duration::ZERO,
            by: None,
            tries: u32::MAX,
            then: None,
        }],
        humans: vec![Human {
            name: "oncall".to_owned(),
            response: distribution(),
            hours: Hours::default(),
        }],
        ..System::default()
    }
}

pub(super) fn distribution() -> Distribution {
    Distribution::constant(Duration::from_secs(1))
}

pub(super) fn counts(issued: u64, outcomes: &[(Outcome, u64)]) -> OutcomeCounts {
    let mut counts = OutcomeCounts { issued, ..OutcomeCounts::default() };
    for (outcome, count) in outcomes {
        (0..*count).for_each(|_| counts.end(*outcome));
    }
    counts
}

pub(super) fn spans(millis: impl IntoIterator<Item = u64>) -> Histogram {
    let mut histogram = Histogram::default();
    millis.into_iter().for_each(|millis| histogram.add(Duration::from_millis(millis)));
    histogram
}

pub(super) const SECOND: u128 = 1_000_000_000;

pub(super) fn seconds(secs: u64) -> Time {
    Time::ZERO + Duration::from_secs(secs)
}

/// A kind of layer from outside: what is measured of it is known from its report alone.
mod gate {
    patterns::report! {
        states State {
            /// Calls pass.
            Wide = "wide", Normal;
            /// Few calls pass.
            Narrow = "narrow", Limited;
        }
        counters Counter {
            /// Calls that passed.
            Passed = "passed", Count, Higher;
            /// Time that calls waited.
            Waited = "waited", Time, Lower;
            /// Calls within.
            Within = "within", Level;
        }
    }

    pub(super) static REPORTED: patterns::report::Report = REPORT;
}

/// A layer of the policy `guarded`, with a count, seconds waited and a level times seconds.
pub(super) fn gate(
    place: u32,
    number: u32,
    scope: LayerScope,
    counts: [u128; 3],
    narrow: u128,
) -> LayerRecord {
    let mut counted = Counts::of(&gate::REPORTED);
    for (counter, count) in [gate::Counter::Passed, gate::Counter::Waited, gate::Counter::Within]
        .into_iter()
        .zip(counts)
    {
        let is_time = counter != gate::Counter::Passed;
        counted.add(counter, if is_time { count * SECOND } else { count });
    }
    LayerRecord {
        policy: "guarded".to_owned(),
        kind: "gate".to_owned(),
        place,
        number,
        scope,
        report: &gate::REPORTED,
        instances: 2,
        with_states: 2,
        states: vec![
            StateRecord { entered: 1, time: 200 * SECOND - narrow * SECOND, at_end: 2 - number },
            StateRecord { entered: 1, time: narrow * SECOND, at_end: number },
        ],
        counts: counted,
        alarms: AlarmRecord::default(),
    }
}

pub(super) fn factory() -> LayerFactory {
    let make = std::sync::Arc::new(|| unreachable!("nothing is run"));
    LayerFactory { kind: "gate".to_owned(), report: &gate::REPORTED, per: Per::Agent, make }
}

/// One from 20 to 40 s that was detected at 21 s, contained at 24 s, and recovered at 30 s; and one
/// that began at 100 s, was detected at 104 s, and is on at the end.
fn episodes() -> Episodes {
    let of = |began, detected, contained, recovered: Option<u64>, verified: Option<u64>| Episode {
        began: seconds(began),
        detected: seconds(detected),
        contained: seconds(contained),
        recovered: recovered.map(seconds),
        verified: verified.map(seconds),
        seen_until: Time::MAX,
        had_human: false,
    };
    let all = vec![of(20, 21, 24, Some(30), Some(40)), of(100, 104, 104, None, None)];
    Episodes { all, windows: vec![(seconds(10), seconds(110))], ..Episodes::default() }
}

/// So many came, and so many are left.
fn load(came: u32, left: u32) -> Load {
    let mut load = Load::default();
    (0..came).for_each(|_| load.add());
    (left..came).for_each(|_| load.remove());
    load
}

/// At most five wait; none has waited after 9 s.
fn line() -> Line {
    let mut line = Line::default();
    line.load = load(5, 0);
    line.drained = Some(Duration::from_secs(9));
    line
}

/// Of the second one of two agents.
fn failures() -> AgentFailures {
    let mut failures = AgentFailures::none(2);
    failures.note(1, seconds(50));
    failures
}

fn service() -> ServiceRecord {
    ServiceRecord {
        name: "git.hub".to_owned(),
        slots: 4,
        by_replica: Vec::new(),
        writes: Writes::default(),
        open: OpenAt::default(),
        requests: counts(
            50,
            &[
                (Outcome::Ok, 25),
                (Outcome::Ok.wrong(), 5),
                (Outcome::failed(Class::Overload), 15),
                (Outcome::failed(Class::RateLimit), 5),
            ],
        ),
        load: load(7, 3),
        line: line(),
        seconds: Seconds::default(),
        waiting: spans(1..=100),
        sojourn: spans(101..=200),
        abandoned: 4,
        wasted: 12 * SECOND,
        busy: 100 * SECOND,
        queued: 250 * SECOND,
        down: 20 * SECOND,
        faulty: 40 * SECOND,
        fault_intervals: 3,
        first_fault: None,
    }
}

fn recovery() -> RecoveryRecord {
    RecoveryRecord {
        name: "re.set".to_owned(),
        triggered: 7,
        done: 9,
        unneeded: 1,
        healed: 2,
        failed: 6,
        escalated: 3,
        healing: 90 * SECOND,
    }
}

fn human() -> HumanRecord {
    HumanRecord {
        name: "oncall".to_owned(),
        calls: 5,
        taken: 4,
        waited: 100 * SECOND,
        busy: 70 * SECOND,
    }
}

fn tasks() -> OutcomeCounts {
    let endings = [
        (Outcome::Ok, 8),
        (Outcome::Ok.wrong(), 2),
        (Outcome::Degraded, 3),
        (Outcome::Degraded.wrong(), 2),
        (Outcome::failed(Class::Timeout), 3),
    ];
    counts(20, &endings)
}

/// 100 s measured; 20 tasks of which 10 good, 5 degraded, 4 of these wrong, 3 failed, 2 open and
/// overdue.
pub(super) fn record() -> Record {
    let refused = Outcome::failed(Class::BreakerOpen);
    let timeout = Outcome::failed(Class::Timeout);
    Record {
        seed: 1,
        horizon: seconds(110),
        warmup: seconds(10),
        ended: seconds(110),
        left_out: Duration::ZERO,
        stopped: None,
        faults_removed: None,
        events: 5,
        fingerprint: 7,
        agents: vec![AgentRecord {
            name: "research".to_owned(),
            count: 2,
            open: OpenAt::default(),
            tasks: tasks(),
            late: LateCounts { good: 1, degraded: 2, failed: 1, wrong: 1, wrong_degraded: 0 },
            overdue: 2,
            failures: failures(),
            episodes: episodes(),
            latency_ok: spans(1..=50),
            latency_failed: spans(51..=100),
            frozen: 30 * SECOND,
            busy: 150 * SECOND,
            process: ProcessRecord::default(),
            spending: Spending::default(),
        }],
        services: vec![service()],
        edges: vec![EdgeRecord {
            from: "research".to_owned(),
            to: "git.hub".to_owned(),
            layers: vec![0, 1],
            calls: counts(
                40,
                &[(Outcome::Ok, 12), (Outcome::Ok.wrong(), 8), (refused, 10), (timeout, 10)],
            ),
            load: load(6, 6),
            attempts: OutcomeCounts { given_up: 3, ..counts(40, &[]) },
            diverted: OutcomeCounts { given_up: 2, ..counts(10, &[]) },
            latency_ok: spans([5]),
            latency_failed: spans([15]),
            late: 3,
            frozen: 4 * SECOND,
            episodes: Episodes::default(),
            faults: FaultRecord { faulty: 10 * SECOND, intervals: 4, first: None },
            spent: Spent::default(),
        }],
        layers: vec![
            gate(0, 1, LayerScope::Callers(0), [7, 30, 500], 10),
            gate(2, 2, LayerScope::Policy, [5, 2, 100], 30),
            gate(0, 1, LayerScope::Callers(1), [99, 99, 99], 99),
            LayerRecord {
                policy: "another".to_owned(),
                ..gate(0, 1, LayerScope::Policy, [99, 99, 99], 99)
            },
        ],
        budgets: Vec::new(),
        recoveries: vec![recovery()],
        humans: vec![human()],
        windows: Vec::new(),
        trace: None,
    }
}

#[track_caller]
pub(super) fn check(path: &str, expected: f64) {
    let measure = Measure::parse(path, &system()).expect(path);
    let value = measure.of(&record());
    assert!((value - expected).abs() < 1e-12, "{path} is {value}, not {expected}");
}

/// As near as histograms are exact.
#[track_caller]
pub(super) fn near(path: &str, expected: f64) {
    let measure = Measure::parse(path, &system()).expect(path);
    let value = measure.of(&record());
    assert!((value / expected - 1.0).abs() < 1.0 / 128.0, "{path} is {value}, not {expected}");
}
