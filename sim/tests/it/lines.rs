//! Lines that do not go first in, first out, against a plain list.

use std::sync::Arc;

use patterns::{Duration, Time};
use proptest::prelude::*;
use sim::kernel::Distribution;
use sim::model::system::{Abandoned, Arrivals, Order, Overflow, System};
use sim::{Watch, run};

use crate::tank::{self, at, millis, secs};

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
        let times: Vec<Time> = times.iter().map(|time| at(millis(*time))).collect();
        let arrivals = Arrivals::Trace(Arc::from(times));
        let mut agents = tank::agents(&class.to_string(), 1, arrivals, vec![tank::call(0)]);
        agents.priority = 10 * class as u8;
        system.agents.push(agents);
        system.edges.push(tank::edge(class, 0, Some(0)));
    }
    system
}

const PATIENCE: Duration = Duration::from_millis(3700);

/// When the calls of each class end well, by a list that is looked through for each turn; nothing if
/// two things happen in one instant, whose order is not for the list to say.
fn naive(
    order: Order,
    overflow: Overflow,
    queue: u32,
    times: &[Vec<u64>; 3],
) -> Option<[Vec<u64>; 3]> {
    let (work, patience) = (WORK.as_nanos() / 1_000_000, PATIENCE.as_nanos() / 1_000_000);
    let mut all: Vec<(u64, usize)> = Vec::new();
    for (class, times) in times.iter().enumerate() {
        all.extend(times.iter().map(|time| (*time, class)));
    }
    all.sort_unstable();
    let mut line: Vec<(u64, usize)> = Vec::new();
    let mut in_slot: Option<((u64, usize), u64)> = None;
    let mut took = [Vec::new(), Vec::new(), Vec::new()];
    let mut next = all.into_iter().peekable();
    for now in 0..1_000_000 {
        let mut happen = u32::from(next.peek().is_some_and(|(came, _)| *came == now));
        happen += line.iter().filter(|(came, _)| now == came + patience).count() as u32;
        if let Some(((came, _), since)) = in_slot {
            happen += u32::from(since + work == now) + u32::from(came + patience == now);
        }
        if happen > 1 {
            return None;
        }
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
    Some(took)
}

fn times() -> impl Strategy<Value = [Vec<u64>; 3]> {
    // Few things happen in one instant: arrivals, ends of work and ends of patience differ mostly.
    let of_class = || prop::collection::btree_set(0..150_u64, 0..60);
    [of_class(), of_class(), of_class()].prop_map(|classes| {
        let mut class = 0;
        classes.map(|times| {
            class += 1;
            times.into_iter().map(|time| 100 * time + 13 * class + time % 7).collect()
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
        let took = naive(order, overflow, queue, &times);
        prop_assume!(took.is_some());
        let record = run(&system(order, overflow, queue, &times), 1, Watch::Counts);
        for (edge, took) in record.edges.iter().zip(took.expect("there are no ties")) {
            prop_assert_eq!(edge.latency_ok.count(), took.len() as u64);
            let sum = u128::from(took.iter().sum::<u64>()) * 1_000_000;
            prop_assert_eq!(edge.latency_ok.sum_nanos(), sum);
        }
    }
}
