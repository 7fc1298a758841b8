//! Laws that hold for every system: Little's, and that nothing is lost.

use patterns::Duration;
use patterns::backoff::Jitter;
use sim::fault::Permanent;
use sim::fault::kinds::hang::Hang;
use sim::kernel::Distribution;
use sim::model::system::{Abandoned, Per, System};
use sim::observe::OutcomeCounts;
use sim::{Record, Watch, run};

use crate::support::{rate, replicate, stream_to, time_average};
use crate::table::case;
use crate::tank::{self, at, millis, secs};

/// L = λW: how many are there in the mean is how many come times how long each stays (J. D. C.
/// Little, "A proof for the queuing formula L = λW", Operations Research 9 (3), 1961).
///
/// In a run of length T it holds but for those that are there at its ends: to within W / T.
#[test]
fn as_many_are_there_as_come_and_stay() {
    case!();
    let work = Distribution::lognormal(millis(800), 0.7).expect("valid");
    let arrivals = 4.0 * 0.9 / work.mean_secs();
    let service = tank::service("service", 4, u32::MAX, work);
    let mut system = stream_to(service, rate(arrivals), secs(20_000));
    system.agents[0].steps.push(sim::model::system::Step::Work(rate(1.0)));
    let [in_service, in_line, at_agent] = replicate(&system, 61, |record| {
        let service = &record.services[0];
        let come = service.requests.issued as f64 / crate::support::counted(record);
        let tasks = record.agents[0].tasks.issued as f64 / crate::support::counted(record);
        let there = time_average(service.busy + service.queued, record);
        let busy = time_average(record.agents[0].busy, record);
        [
            there / (come * service.sojourn.mean_secs()),
            time_average(service.queued, record) / (come * service.waiting.mean_secs()),
            busy / (tasks * record.agents[0].latency().mean_secs()),
        ]
    });
    // A task is there for less than four seconds in the mean.
    let ends = 4.0 / 20_000.0;
    in_service.is_near("L / λW at the service", 1.0, ends, 0.001);
    in_line.is_near("L / λW in line", 1.0, ends, 0.001);
    at_agent.is_near("L / λW at the agents", 1.0, ends, 0.001);
}

/// Two hundred agents that all start at 1000 s, work for some minutes at most, under every layer
/// and while the service hangs for a while, and then think for long.
fn rush(abandoned: Abandoned, horizon: Duration) -> System {
    let mut system = tank::system(horizon);
    let thinking = tank::closed(Distribution::constant(secs(1000)));
    let steps = vec![tank::call(0), tank::call(0)];
    system.agents = vec![tank::agents("agent", 200, thinking, steps)];
    let work = Distribution::lognormal(millis(300), 1.0).expect("valid");
    let mut service = tank::service("service", 20, 40, work);
    service.errors = vec![(patterns::Class::Network, 0.2)];
    service.abandoned = abandoned;
    system.services = vec![service];
    let mut bulkhead = tank::bulkhead(50, 100, Some(secs(1)));
    bulkhead.per = Per::Policy;
    let layers = vec![
        tank::retry(4, secs(1), Jitter::Full),
        tank::breaker(4, secs(2)),
        bulkhead,
        tank::timeout(secs(1)),
    ];
    system.policies = vec![tank::policy(layers)];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    let hang = Hang { resume: true, share: 1.0, permanent: Permanent::Attempt };
    system.faults = vec![tank::once(0, hang, secs(1001), secs(3))];
    system
}

fn all_counts(record: &Record) -> [&OutcomeCounts; 4] {
    let edge = &record.edges[0];
    [&record.agents[0].tasks, &edge.calls, &edge.attempts, &record.services[0].requests]
}

/// Whatever was begun has ended, or was given up, once all is quiet.
#[test]
fn nothing_is_open_when_all_is_quiet() {
    for abandoned in [Abandoned::RunsOn, Abandoned::Stops] {
        for seed in 0..20 {
            let record = run(&rush(abandoned, secs(1900)), 62_000 + seed, Watch::Counts);
            for counts in all_counts(&record) {
                assert_eq!(counts.issued, counts.answered() + counts.given_up, "{counts:?}");
            }
            let [tasks, calls, attempts, requests] = all_counts(&record);
            assert_eq!((tasks.issued, tasks.given_up, calls.given_up), (200, 0, 0));
            assert_eq!(attempts.issued, requests.issued);
            assert!(attempts.given_up > 0, "some attempts must time out");
            // An attempt that was given up was dropped at the service, or ended unseen.
            assert_eq!(attempts.given_up, requests.given_up + record.edges[0].late);
            assert_eq!(requests.given_up > 0, abandoned == Abandoned::Stops);
            assert_eq!(requests.answered(), attempts.answered() + record.edges[0].late);
        }
    }
}

/// What is open at some time is what ends afterwards, if nothing more is begun.
#[test]
fn what_is_open_ends_later() {
    for seed in 0..20 {
        let quiet = run(&rush(Abandoned::RunsOn, secs(1900)), 63_000 + seed, Watch::Counts);
        let mut open_before = u64::MAX;
        for instant in [1000, 1001, 1003, 1010, 1020, 1040] {
            let busy = run(&rush(Abandoned::RunsOn, secs(instant)), 63_000 + seed, Watch::Counts);
            let [before, after] = [&busy, &quiet].map(|record| &record.agents[0].tasks);
            assert_eq!(before.issued, after.issued);
            assert_eq!(before.open(), after.answered() - before.answered());
            assert!(before.open() <= open_before);
            open_before = before.open();
        }
        assert!(open_before < 200, "some have ended");
        assert_eq!(quiet.ended, at(secs(1900)));
    }
}
