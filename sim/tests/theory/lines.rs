//! The order in line at a service: last in, first out, and by priority.

use patterns::Duration;
use sim::kernel::Distribution;
use sim::model::system::{Arrivals, Order, Overflow, System};

use crate::support::{rate, replicate, stream_to};
use crate::table::case;
use crate::tank::{self, secs};

/// A single slot with a line of this order; arrivals at the rate 0.7, work at the rate 1.
fn one_slot(order: Order, counted: Duration) -> System {
    let mut service = tank::service("service", 1, u32::MAX, rate(1.0));
    service.order = order;
    stream_to(service, rate(0.7), counted)
}

/// M/M/1 at load 0.7, last in, first out: the mean wait is that of any order that looks at no work,
/// ρ / μ(1 − ρ); the second moment is that of first in, first out over 1 − ρ (L. Takács, "Delay
/// distributions for one line with Poisson input, general holding times, and various orders of
/// service", Bell System Technical Journal 42, 1963).
#[test]
fn the_last_one_in_is_the_first_one_out() {
    case!();
    let load = 0.7;
    let mean = load / (1.0 - load);
    // First in, first out: the wait is exponential with the rate μ − λ, and zero for 1 − ρ.
    let second_moment = 2.0 * load / ((1.0 - load) * (1.0 - load));
    let moments = |order, seeds| {
        replicate(&one_slot(order, secs(250_000)), seeds, |record| {
            let waiting = &record.services[0].waiting;
            let (mean, sd) = (waiting.mean_secs(), waiting.deviation_secs());
            [mean, sd * sd + mean * mean]
        })
    };
    let [fifo, fifo_second] = moments(Order::Fifo, 7);
    fifo.is("wait, first in, first out, s", mean, 0.02);
    fifo_second.is("its second moment, s²", second_moment, 0.06);
    let [lifo, lifo_second] = moments(Order::Lifo, 8);
    lifo.is("wait, last in, first out, s", mean, 0.02);
    lifo_second.is("its second moment, s²", second_moment / (1.0 - load), 0.12);
}

/// M/G/1 with three priorities of which the first has its turn first, and none is interrupted: a
/// request of class k waits for W₀ / (1 − σ₍k−1₎)(1 − σ₍k₎), where W₀ = λE[S²]/2 is what is left of
/// the work under way and σ₍k₎ the load of classes up to k (A. Cobham, "Priority assignment in
/// waiting line problems", Operations Research 2 (1), 1954).
#[test]
fn the_most_important_waits_least() {
    case!();
    let rates = [0.2, 0.3, 0.3];
    let works =
        [("exponential", rate(1.0), 2.0), ("constant", Distribution::constant(secs(1)), 1.0)];
    for ((name, work, second_moment), seeds) in works.into_iter().zip([9, 15]) {
        let mut service = tank::service("service", 1, u32::MAX, work);
        service.order = Order::Priority;
        let mut system = stream_to(service, rate(1.0), secs(150_000));
        system.agents.clear();
        system.edges.clear();
        for (class, per_second) in rates.into_iter().enumerate() {
            let arrivals = Arrivals::Open(rate(per_second));
            let steps = vec![tank::call(0)];
            let mut agents = tank::agents(&format!("class-{class}"), 1, arrivals, steps);
            agents.priority = 3 * class as u8;
            system.agents.push(agents);
            system.edges.push(tank::edge(class, 0, None));
        }
        let waits = replicate(&system, seeds, |record| {
            [0, 1, 2].map(|class: usize| record.agents[class].latency_ok.mean_secs() - 1.0)
        });
        let left = rates.iter().sum::<f64>() * second_moment / 2.0;
        let mut before = 0.0;
        for ((wait, per_second), class) in waits.into_iter().zip(rates).zip(0..) {
            let upto = before + per_second;
            let theory = left / ((1.0 - before) * (1.0 - upto));
            wait.is(&format!("wait of class {class}, {name} work, s"), theory, 0.03);
            before = upto;
        }
    }
}

/// M/M/1/5 last in, first out, the last of which in line goes when one more comes: as many are
/// refused as when the newcomer goes, the share (1 − ρ)ρ⁵ / (1 − ρ⁶); but who gets a slot has
/// waited for less, since the oldest are gone.
#[test]
fn the_oldest_makes_way_for_the_newest() {
    case!();
    let load: f64 = 1.2;
    let power = |n: u32| libm::pow(load, f64::from(n));
    let of = |overflow, seeds| {
        let mut service = tank::service("service", 1, 4, rate(1.0));
        (service.order, service.overflow) = (Order::Lifo, overflow);
        replicate(&stream_to(service, rate(load), secs(60_000)), seeds, |record| {
            let service = &record.services[0];
            let refused = service.requests.failed() as f64 / service.requests.answered() as f64;
            [refused, service.waiting.mean_secs()]
        })
    };
    let lost = (1.0 - load) * power(5) / (1.0 - power(6));
    let [refused, waits] = of(Overflow::Newcomer, 13);
    refused.is("share refused where the newcomer goes", lost, 0.02);
    // All that get a slot wait: (L − busy) / λ(1 − share lost).
    let states = (0..6).map(power).sum::<f64>();
    let line = (1..6).map(|n| f64::from(n - 1) * power(n)).sum::<f64>() / states;
    waits.is("wait where the newcomer goes, s", line / (load * (1.0 - lost)), 0.03);
    let [refused, waits] = of(Overflow::Last, 14);
    refused.is("share refused where the oldest goes", lost, 0.02);
    waits.is_at_most(line / (load * (1.0 - lost)) * 0.7);
}
