//! Lines that do not go first in, first out, against a plain list.

use std::sync::Arc;

use patterns::{Duration, Time};
use proptest::prelude::*;
use sim::kernel::Distribution;
use sim::model::system::{Abandoned, Arrivals, Order, Overflow, System};
use sim::{Watch, run};

use crate::tank::{self, at, secs};

/// The nanoseconds in which the list counts.
const TICK: u64 = 100_000;

/// How long the work on a request takes.
const WORK: Duration = Duration::from_millis(1000);

/// One slot. Three groups of one priority each, whose calls come at these times and are given up
/// after some time, when the service stops work on them.
fn system(order: Order, overflow: Overflow, queue: u32, times: &[Vec<u64>; 3]) -> System {
    let mut system = tank::system(secs(1_000));
    let mut service = tank::service("service", 1, queue, Distribution::constant(WORK));
    (service.order, service.overflow) = (order, overflow);
    service.abandoned = Abandoned::Stops;
    system.services = vec![service];
    system.policies = vec![tank::policy(vec![tank::timeout(PATIENCE)])];
    for (class, times) in times.iter().enumerate() {
        let time = |ticks: &u64| at(Duration::from_nanos(TICK * ticks));
        let times: Vec<Time> = times.iter().map(time).collect();
        let arrivals = Arrivals::Trace(Arc::from(times));
        let mut agents = tank::agents(&class.to_string(), 1, arrivals, vec![tank::call(0)]);
        agents.priority = 10 * class as u8;
        system.agents.push(agents);
        system.edges.push(tank::edge(class, 0, Some(0)));
    }
    system
}

const PATIENCE: Duration = Duration::from_millis(3700);

/// When the calls of each class end well, by a list that is looked through for each turn.
fn naive(order: Order, overflow: Overflow, queue: u32, times: &[Vec<u64>; 3]) -> [Vec<u64>; 3] {
    let (work, patience) = (WORK.as_nanos() / TICK, PATIENCE.as_nanos() / TICK);
    let mut all: Vec<(u64, usize)> = Vec::new();
    for (class, times) in times.iter().enumerate() {
        all.extend(times.iter().map(|time| (*time, class)));
    }
    all.sort_unstable();
    let mut line: Vec<(u64, usize)> = Vec::new();
    let mut in_slot: Option<((u64, usize), u64)> = None;
    let mut took = [Vec::new(), Vec::new(), Vec::new()];
    let mut next = all.into_iter().peekable();
    for now in 0..250_000 {
        line.retain(|(came, _)| now < came + patience);
        if let Some(((came, class), since)) = in_slot {
            if since + work == now {
                took[class].push(now - came);
            }
            if since + work == now || came + patience == now {
                in_slot = None;
            }
        }
        // Whose turn is next stands first.
        let turn = |one: &(u64, usize)| match order {
            Order::Fifo => (0, one.0.cast_signed()),
            Order::Lifo => (0, -one.0.cast_signed()),
            Order::Priority => (one.1, one.0.cast_signed()),
        };
        if in_slot.is_none() && !line.is_empty() {
            line.sort_by_key(turn);
            in_slot = Some((line.remove(0), now));
        }
        while let Some(one) = next.next_if(|(came, _)| *came == now) {
            if in_slot.is_none() {
                in_slot = Some((one, now));
                continue;
            }
            line.push(one);
            if line.len() > queue as usize {
                line.sort_by_key(turn);
                let lost = match overflow {
                    Overflow::Last => line.len() - 1,
                    Overflow::Newcomer => line.iter().position(|other| *other == one).expect("it"),
                };
                line.remove(lost);
            }
        }
    }
    took
}

fn times() -> impl Strategy<Value = [Vec<u64>; 3]> {
    // No two things happen in one instant: work and patience take whole tenths of a second, and
    // each arrival is off by its own number of ticks.
    let of_class = || prop::collection::btree_set(0..150_u64, 0..60);
    [of_class(), of_class(), of_class()].prop_map(|classes| {
        let mut next = 0..3;
        classes.map(|times| {
            let class = next.next().unwrap_or(0);
            let times = times.into_iter().zip(300 * class..);
            times.map(|(time, own)| 1000 * time + own).collect()
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_line_is_that_of_a_plain_list(
        times in times(),
        order in prop_oneof![Just(Order::Fifo), Just(Order::Lifo), Just(Order::Priority)],
        overflow in prop_oneof![Just(Overflow::Newcomer), Just(Overflow::Last)],
        queue in prop_oneof![0..5_u32, Just(1000)],
    ) {
        let record = run(&system(order, overflow, queue, &times), 1, Watch::Counts);
        let took = naive(order, overflow, queue, &times);
        for (edge, took) in record.edges.iter().zip(took) {
            prop_assert_eq!(edge.latency_ok.count(), took.len() as u64);
            let sum = u128::from(took.iter().sum::<u64>()) * u128::from(TICK);
            prop_assert_eq!(edge.latency_ok.sum_nanos(), sum);
        }
    }
}
