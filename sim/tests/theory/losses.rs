//! Slots without a line: Erlang's loss formula, at a service and at a bulkhead.

use patterns::{Class, Duration};
use sim::kernel::Distribution;
use sim::model::system::System;

use crate::support::{rate, replicate, stream_to, time_average};
use crate::table::case;
use crate::tank::{self, secs};

const SLOTS: u32 = 5;
/// Work that comes, in slots' worth.
const OFFERED: f64 = 4.0;

/// The share that is lost (Erlang B), by the usual recursion.
fn erlang_b(slots: u32, offered: f64) -> f64 {
    (1..=slots).fold(1.0, |lost, n| offered * lost / (f64::from(n) + offered * lost))
}

/// A service that refuses what it has no slot for.
fn service_without_line(work: Distribution) -> System {
    stream_to(tank::service("service", SLOTS, 0, work), rate(OFFERED), COUNTED)
}

const COUNTED: Duration = Duration::from_secs(30_000);

/// A bulkhead that refuses what it has no slot for, before a service without limits.
fn bulkhead_without_line(work: Distribution) -> System {
    let service = tank::service("service", u32::MAX, 0, work);
    let mut system = stream_to(service, rate(OFFERED), COUNTED);
    system.policies = vec![tank::policy(vec![tank::bulkhead(SLOTS, 0, None)])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    system
}

#[track_caller]
fn loses_as_erlang_says(system: &System, class: Class, seeds: u64) {
    assert!((system.services[0].latency.mean_secs() - 1.0).abs() < 1e-9);
    let [lost, busy] = replicate(system, seeds, |record| {
        let calls = &record.edges[0].calls;
        assert_eq!(calls.failed(), calls.failed_as(class));
        let lost = calls.failed_as(class) as f64 / calls.answered() as f64;
        [lost, time_average(record.services[0].busy, record)]
    });
    let share = erlang_b(SLOTS, OFFERED);
    lost.is("share lost", share, 0.015);
    busy.is("slots taken", OFFERED * (1.0 - share), 0.005);
}

/// Work of mean 1 s whose logarithm has the standard deviation 1.
fn lognormal() -> Distribution {
    Distribution::lognormal(secs(1).scale(libm::exp(-0.5)), 1.0).expect("valid")
}

#[test]
fn a_service_with_memoryless_work() {
    case!();
    loses_as_erlang_says(&service_without_line(rate(1.0)), Class::Overload, 11);
}

/// Only the mean of the work matters.
#[test]
fn a_service_with_lognormal_work() {
    case!();
    loses_as_erlang_says(&service_without_line(lognormal()), Class::Overload, 12);
}

#[test]
fn a_service_with_constant_work() {
    case!();
    loses_as_erlang_says(
        &service_without_line(Distribution::constant(secs(1))),
        Class::Overload,
        13,
    );
}

#[test]
fn a_bulkhead_with_memoryless_work() {
    case!();
    loses_as_erlang_says(&bulkhead_without_line(rate(1.0)), Class::BulkheadFull, 14);
}

#[test]
fn a_bulkhead_with_lognormal_work() {
    case!();
    loses_as_erlang_says(&bulkhead_without_line(lognormal()), Class::BulkheadFull, 15);
}
