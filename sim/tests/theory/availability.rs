//! Faults that come and go: an alternating renewal process.
//!
//! In the long run a service is down for the share MTTR / (MTBF + MTTR) of time, whatever the
//! distributions of good and bad times; and calls of a Poisson process see averages over time (R.
//! W. Wolff, "Poisson arrivals see time averages", Operations Research 30 (2), 1982).

use patterns::{Class, Duration};
use sim::fault::Schedule;
use sim::fault::kinds::down::Down;
use sim::kernel::Distribution;
use sim::model::system::{Fault, Place, Service, System};

use crate::support::{counted, rate, replicate, stream_to, time_average};
use crate::table::case;
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
    down.is("share of time down", DOWN, 0.02);
    intervals.is("times down, by the second", 1.0 / (MTBF + MTTR), 0.015);
    refused.is("share of requests refused", DOWN, 0.02);
}

#[test]
fn repair_that_takes_a_memoryless_time() {
    case!();
    is_down_for_its_share(tank::exponential(secs(10)), 21);
}

#[test]
fn repair_that_always_takes_the_same() {
    case!();
    is_down_for_its_share(Distribution::constant(secs(10)), 22);
}

/// A call is lost if the service is down when it comes, or goes down before it is done.
#[test]
fn work_that_is_under_way_is_lost() {
    case!();
    let takes = secs(20);
    let [failed] = replicate(&flaky(tank::exponential(secs(10)), takes), 23, |record| {
        let calls = &record.edges[0].calls;
        [calls.failed_as(Class::Network) as f64 / calls.answered() as f64]
    });
    let goes_down = -libm::expm1(-takes.as_secs_f64() / MTBF);
    failed.is("share of calls lost", DOWN + (1.0 - DOWN) * goes_down, 0.015);
}

/// A run that ends before the long run begins: up at first, it is down at the time `t` with the
/// chance `U (1 − exp(−(λ + μ)t))`, of which this is the mean over the run; and it goes down at the
/// rate `λ` while it is up (R. E. Barlow and F. Proschan, "Mathematical Theory of Reliability",
/// Wiley, 1965, chapter 3). What is under way at the end is cut off there.
#[test]
fn runs_that_end_early_are_down_less() {
    const SERVICES: usize = 400;
    case!();
    let both = 1.0 / MTBF + 1.0 / MTTR;
    for (length, seeds) in [(5, 27), (20, 28), (100, 29)] {
        let one = flaky(tank::exponential(secs(10)), Duration::ZERO);
        let mut system = one.clone();
        (system.warmup, system.horizon) = (tank::at(Duration::ZERO), tank::at(secs(length)));
        system.services = (0..SERVICES)
            .map(|index| Service { name: format!("service {index}"), ..one.services[0].clone() })
            .collect();
        system.faults = (0..SERVICES)
            .map(|index| Fault {
                name: format!("fault {index}"),
                hits: vec![Place::Service(index)],
                ..one.faults[0].clone()
            })
            .collect();
        let [down, intervals] = replicate(&system, seeds, |record| {
            let down = record.services.iter().map(|service| service.down).sum();
            let intervals = record.services.iter().map(|service| service.fault_intervals).sum();
            let of_each = |all: f64| all / SERVICES as f64;
            let intervals: u64 = intervals;
            [of_each(time_average(down, record)), of_each(intervals as f64 / counted(record))]
        });
        let t = length as f64;
        let is_down = DOWN * (1.0 + libm::expm1(-both * t) / (both * t));
        down.is(&format!("share of time down in {length} s"), is_down, 0.15);
        intervals.is(
            &format!("times down by the second, in {length} s"),
            (1.0 - is_down) / MTBF,
            0.15,
        );
    }
}
