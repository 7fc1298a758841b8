//! Queues: M/M/1, M/M/c, M/M/c/c, M/G/1, a finite source.

use patterns::{Class, Span};
use sim::kernel::Law;
use sim::model::system::{Arrivals, System};

use crate::support::{agrees, replicate};
use crate::tank::{self, at, exponential, millis, secs};

/// Poisson arrivals with a mean gap, at a service with so many slots and places in line.
fn open(gap: Span, slots: u32, queue: u32, latency: Law, horizon: Span) -> System {
    let mut system = tank::system(horizon);
    system.warmup = at(horizon.scale(0.02));
    let arrivals = Arrivals::Open(exponential(gap));
    system.agents = vec![tank::agents("a", 1, arrivals, vec![tank::call(0)])];
    system.services = vec![tank::service("s", slots, queue, latency)];
    system.edges = vec![tank::edge(0, 0, None)];
    system
}

/// Erlang's loss formula: the share of calls lost by `c` lines at an offered load (Erlang, 1917).
fn erlang_b(c: u32, load: f64) -> f64 {
    (1..=c).fold(1.0, |b, n| load * b / (f64::from(n) + load * b))
}

/// Erlang's delay formula: the share of calls that wait.
fn erlang_c(c: u32, load: f64) -> f64 {
    let b = erlang_b(c, load);
    b / (1.0 - load / f64::from(c) * (1.0 - b))
}

#[test]
fn mm1_sojourn() {
    let records =
        replicate(&open(millis(125), 1, u32::MAX, exponential(millis(100)), secs(60_000)));
    // Exponential with mean 1 / (10 − 8) s.
    let latency = |q: f64| {
        move |r: &sim::Record| {
            r.edges[0].latency_ok.quantile(q).expect("there are calls").as_secs_f64()
        }
    };
    agrees(&records, |r| r.edges[0].latency_ok.mean_secs(), 0.5, 0.03);
    agrees(&records, latency(0.5), 0.5 * libm::log(2.0), 0.03);
    agrees(&records, latency(0.9), 0.5 * libm::log(10.0), 0.03);
    agrees(&records, latency(0.99), 0.5 * libm::log(100.0), 0.04);
    // ρ² / (1 − ρ) in line, and Little's law.
    agrees(&records, |r| r.services[0].queued as f64 / 1e9 / 58_800.0, 3.2, 0.05);
    agrees(&records, |r| r.services[0].busy as f64 / 1e9 / 58_800.0, 0.8, 0.01);
}

#[test]
fn mmc_waiting() {
    let (c, load) = (4, 3.4);
    let gap = millis(1000).scale(1.0 / load);
    let records = replicate(&open(gap, c, u32::MAX, exponential(secs(1)), secs(100_000)));
    let wait = erlang_c(c, load) / (f64::from(c) - load);
    agrees(&records, |r| r.services[0].waiting.mean_secs(), wait, 0.03);
    let waits = |r: &sim::Record| r.services[0].waiting.share_above(Span::ZERO);
    agrees(&records, waits, erlang_c(c, load), 0.02);
    let long = |r: &sim::Record| r.services[0].waiting.share_above(secs(2));
    agrees(&records, long, erlang_c(c, load) * libm::exp(-2.0 * (f64::from(c) - load)), 0.05);
}

#[test]
fn blocking_is_erlang_b_whatever_the_law() {
    let laws = [exponential(secs(2)), Law::lognormal_p99(millis(1500), secs(8)).expect("valid")];
    for law in laws {
        let load = law.mean_secs() / 0.5;
        let records = replicate(&open(millis(500), 5, 0, law, secs(40_000)));
        let lost = |r: &sim::Record| {
            let requests = &r.services[0].requests;
            requests.failed_as(Class::Overload) as f64 / requests.answered() as f64
        };
        agrees(&records, lost, erlang_b(5, load), 0.02);
    }
}

#[test]
fn a_bulkhead_without_queue_is_erlang_b() {
    let mut system = open(millis(500), u32::MAX, 0, exponential(secs(2)), secs(40_000));
    system.policies = vec![tank::policy(vec![tank::bulkhead(5, 0, None)])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    let records = replicate(&system);
    let refused = |r: &sim::Record| {
        let calls = &r.edges[0].calls;
        calls.failed_as(Class::BulkheadFull) as f64 / calls.answered() as f64
    };
    agrees(&records, refused, erlang_b(5, 4.0), 0.02);
}

#[test]
fn mg1_waits_by_pollaczek_and_khinchine() {
    let laws = [
        Law::constant(millis(700)),
        Law::lognormal_p99(millis(500), millis(2500)).expect("valid"),
        Law::hyperexponential(&[(0.9, millis(400)), (0.1, millis(3400))]).expect("valid"),
    ];
    for law in laws {
        let (mean, gap) = (law.mean_secs(), 1.0);
        let load = mean / gap;
        // λ E[S²] / 2 (1 − ρ), by the squared coefficient of variation.
        let wait = load * mean * (1.0 + law.cv2()) / (2.0 * (1.0 - load));
        let records = replicate(&open(secs(1), 1, u32::MAX, law, secs(200_000)));
        agrees(&records, |r| r.services[0].waiting.mean_secs(), wait, 0.06);
    }
}

#[test]
fn a_finite_source_is_the_machine_repair_model() {
    // Ten machines that run 10 s on average, two repairmen who take 2 s.
    let (machines, repairmen, think, repair) = (10_u32, 2_u32, 10.0, 2.0);
    let mut weights = vec![1.0_f64];
    for broken in 1..=machines {
        let rate = f64::from(machines - broken + 1) / think;
        let served = f64::from(broken.min(repairmen)) / repair;
        weights.push(weights[broken as usize - 1] * rate / served);
    }
    let all: f64 = weights.iter().sum();
    let broken = weights.iter().enumerate().map(|(n, w)| n as f64 * w / all).sum::<f64>();
    let throughput = (f64::from(machines) - broken) / think;

    let horizon = secs(40_000);
    let mut system = open(secs(1), repairmen, u32::MAX, exponential(secs(2)), horizon);
    let arrivals = tank::closed(exponential(secs(10)));
    system.agents = vec![tank::agents("a", machines, arrivals, vec![tank::call(0)])];
    let records = replicate(&system);
    let measured = |r: &sim::Record| r.agents[0].tasks.issued as f64 / 39_200.0;
    agrees(&records, measured, throughput, 0.01);
    let sojourn = broken / throughput;
    agrees(&records, |r| r.edges[0].latency_ok.mean_secs(), sojourn, 0.01);
}
