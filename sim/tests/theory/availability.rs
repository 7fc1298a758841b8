//! Faults that come and go: an alternating renewal process.
//!
//! In the long run a service is down for the share MTTR / (MTBF + MTTR) of time, whatever the
//! distributions of good and bad times; and calls of a Poisson process see averages over time (R.
//! W. Wolff, "Poisson arrivals see time averages", Operations Research 30 (2), 1982).

use patterns::{Class, Duration};
use sim::fault::Schedule;
use sim::fault::kinds::down::Down;
use sim::kernel::Distribution;
use sim::model::system::{Fault, Place, System};

use crate::support::{counted, rate, replicate, stream_to, time_average};
use crate::tank::{self, secs};

const MTBF: f64 = 100.0;
const MTTR: f64 = 10.0;
const DOWN: f64 = MTTR / (MTBF + MTTR);

/// A service that is down now and then, and calls that take so long.
fn flaky(repair: Distribution, latency: Duration) -> System {
    let service = tank::service("service", u32::MAX, 0, Distribution::constant(latency));
    let mut system = stream_to(service, rate(0.2), secs(500_000));
    let up = tank::exponential(Duration::from_secs_f64(MTBF));
    let schedule = Schedule::Renewal { up, down: repair };
    let name = "fault".to_owned();
    system.faults =
        vec![Fault { name, hits: vec![Place::Service(0)], effect: Down {}.into(), schedule }];
    system
}

#[track_caller]
fn is_down_for_its_share(repair: Distribution, seeds: u64) {
    assert!((repair.mean_secs() - MTTR).abs() < 1e-9);
    let system = flaky(repair, Duration::ZERO);
    let [down, intervals, refused] = replicate(&system, seeds, |record| {
        let service = &record.services[0];
        assert_eq!(service.down, service.faulty);
        let refused = service.requests.failed_as(Class::Network);
        [
            time_average(service.down, record),
            service.fault_intervals as f64 / counted(record),
            refused as f64 / service.requests.answered() as f64,
        ]
    });
    down.is(DOWN, 0.02);
    intervals.is(1.0 / (MTBF + MTTR), 0.015);
    refused.is(DOWN, 0.02);
}

#[test]
fn repair_that_takes_a_memoryless_time() {
    is_down_for_its_share(tank::exponential(secs(10)), 21);
}

#[test]
fn repair_that_always_takes_the_same() {
    is_down_for_its_share(Distribution::constant(secs(10)), 22);
}

/// A call is lost if the service is down when it comes, or goes down before it is done.
#[test]
fn work_that_is_under_way_is_lost() {
    let takes = secs(20);
    let [failed] = replicate(&flaky(tank::exponential(secs(10)), takes), 23, |record| {
        let calls = &record.edges[0].calls;
        [calls.failed_as(Class::Network) as f64 / calls.answered() as f64]
    });
    let goes_down = -libm::expm1(-takes.as_secs_f64() / MTBF);
    failed.is(DOWN + (1.0 - DOWN) * goes_down, 0.015);
}
