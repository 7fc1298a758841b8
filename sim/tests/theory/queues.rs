//! Services with a line: the queues of which the textbooks have closed forms.
//!
//! Formulas: L. Kleinrock, "Queueing Systems, Volume 1: Theory", Wiley, 1975, chapters 3 and 5.

use patterns::Duration;
use sim::kernel::Distribution;

use crate::support::{rate, replicate, stream_to, time_average};
use crate::table::case;
use crate::tank::{self, secs};

/// M/M/1 at load 0.8: the sojourn is exponential with the rate μ − λ.
#[test]
fn one_slot_with_memoryless_work() {
    case!();
    let (arrivals, work) = (0.8, 1.0);
    let service = tank::service("service", 1, u32::MAX, rate(work));
    let system = stream_to(service, rate(arrivals), secs(200_000));
    let [mean, called, p50, p90, p99, in_line, busy] = replicate(&system, 1, |record| {
        let service = &record.services[0];
        let quantile = |q| service.sojourn.quantile(q).expect("not empty").as_secs_f64();
        [
            service.sojourn.mean_secs(),
            record.edges[0].latency_ok.mean_secs(),
            quantile(0.5),
            quantile(0.9),
            quantile(0.99),
            time_average(service.queued, record),
            time_average(service.busy, record),
        ]
    });

    let load = arrivals / work;
    let sojourn = 1.0 / (work - arrivals);
    mean.is("sojourn, s", sojourn, 0.02);
    called.is("latency of calls, s", sojourn, 0.02);
    // Quantiles are given as the middle of a bucket, whose width is 1/128 of it at most.
    for (estimate, q, sharpness) in [(p50, 0.5, 0.02), (p90, 0.9, 0.03), (p99, 0.99, 0.04)] {
        estimate.is_near(
            &format!("quantile {q} of the sojourn, s"),
            -libm::log(1.0 - q) * sojourn,
            1.0 / 256.0,
            sharpness,
        );
    }
    in_line.is("requests in line", load * load / (1.0 - load), 0.03);
    busy.is("slots taken", load, 0.005);
}

/// The chance that all of `slots` are taken if requests wait (Erlang C).
fn erlang_c(slots: u32, offered: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 0.0);
    for n in 0..slots {
        sum += term;
        term *= offered / f64::from(n + 1);
    }
    let waiting = term / (1.0 - offered / f64::from(slots));
    waiting / (sum + waiting)
}

/// M/M/4 at load 0.85: a request waits with the chance of Erlang C, and if it does, then for an
/// exponential time.
#[test]
fn four_slots_with_memoryless_work() {
    case!();
    let (slots, arrivals, work) = (4, 3.4, 1.0);
    let service = tank::service("service", slots, u32::MAX, rate(work));
    let system = stream_to(service, rate(arrivals), secs(150_000));
    // Ends of buckets, so that the share above them is exact.
    let [short, long] = [Duration::from_nanos((1 << 31) - 1), Duration::from_nanos((1 << 32) - 1)];
    let [mean, waits, over_short, over_long, in_line] = replicate(&system, 2, |record| {
        let waiting = &record.services[0].waiting;
        [
            waiting.mean_secs(),
            waiting.share_above(Duration::ZERO),
            waiting.share_above(short),
            waiting.share_above(long),
            time_average(record.services[0].queued, record),
        ]
    });

    let spare = f64::from(slots) * work - arrivals;
    let all_taken = erlang_c(slots, arrivals / work);
    let longer_than = |span: Duration| all_taken * libm::exp(-spare * span.as_secs_f64());
    mean.is("wait, s", all_taken / spare, 0.03);
    waits.is("share that waits", all_taken, 0.01);
    over_short.is("share that waits above 2.147 s", longer_than(short), 0.03);
    over_long.is("share that waits above 4.295 s", longer_than(long), 0.06);
    in_line.is("requests in line", arrivals * all_taken / spare, 0.03);
}

/// M/G/1: the mean wait depends on the distribution of work by its first two moments (Pollaczek and
/// Khinchine).
#[track_caller]
fn pollaczek_khinchine(
    work: &Distribution,
    cv2: f64,
    seeds: u64,
    counted: Duration,
    sharpness: f64,
) {
    assert!((work.cv2() - cv2).abs() < 1e-6, "{}", work.cv2());
    let mean = work.mean_secs();
    let load = 0.7;
    let arrivals = load / mean;
    let service = tank::service("service", 1, u32::MAX, work.clone());
    let system = stream_to(service, rate(arrivals), counted);
    let [waiting, busy] = replicate(&system, seeds, |record| {
        [record.services[0].waiting.mean_secs(), time_average(record.services[0].busy, record)]
    });
    let second_moment = mean * mean * (1.0 + cv2);
    waiting.is("wait, s", arrivals * second_moment / (2.0 * (1.0 - load)), sharpness);
    busy.is("slots taken", load, sharpness / 2.0);
}

/// M/D/1: a wait of λ E[S²] / 2(1 − ρ), by Pollaczek and Khinchine.
#[test]
fn one_slot_with_constant_work() {
    case!();
    pollaczek_khinchine(&Distribution::constant(secs(1)), 0.0, 3, secs(250_000), 0.012);
}

/// M/G/1, by the same formula: the logarithm of the work has the standard deviation 0.8.
#[test]
fn one_slot_with_lognormal_work() {
    case!();
    let work = Distribution::lognormal(secs(1), 0.8).expect("valid");
    pollaczek_khinchine(&work, libm::expm1(0.64), 4, secs(300_000), 0.02);
}

/// M/G/1, by the same formula: nine in ten are short, one in ten is ten times as long.
#[test]
fn one_slot_with_hyperexponential_work() {
    case!();
    let [short, long] = [secs(1), secs(10)];
    let work = Distribution::hyperexponential(&[(0.9, short), (0.1, long)]).expect("valid");
    let mean = 0.9 + 0.1 * 10.0;
    let second_moment = 2.0 * (0.9 + 0.1 * 100.0);
    let cv2 = second_moment / (mean * mean) - 1.0;
    pollaczek_khinchine(&work, cv2, 5, secs(600_000), 0.03);
}

/// A finite source: ten agents that think and call, two slots. Also known as machine repair.
///
/// The number of calls at the service is a birth and death process: from n it grows at the rate
/// (10 − n)λ, and shrinks at the rate min(n, 2)μ.
#[test]
fn ten_agents_share_two_slots() {
    case!();
    let (agents, slots) = (10_u32, 2_u32);
    let (thinks, work) = (0.1, 0.5);
    let service = tank::service("service", slots, u32::MAX, rate(work));
    let mut system = stream_to(service, rate(1.0), secs(120_000));
    let thinking = tank::closed(rate(thinks));
    system.agents = vec![tank::agents("agent", agents, thinking, vec![tank::call(0)])];
    let [throughput, waiting, in_line, tasks] = replicate(&system, 6, |record| {
        let service = &record.services[0];
        let counted = crate::support::counted(record);
        [
            service.requests.good() as f64 / counted,
            service.waiting.mean_secs(),
            time_average(service.queued, record),
            record.agents[0].latency_ok.mean_secs(),
        ]
    });

    let mut weights = vec![1.0];
    for n in 0..agents {
        let (grows, shrinks) = (f64::from(agents - n), f64::from((n + 1).min(slots)));
        weights.push(weights[n as usize] * grows * thinks / (shrinks * work));
    }
    let total: f64 = weights.iter().sum();
    let mean_of = |value: &dyn Fn(u32) -> u32| {
        let each = weights.iter().zip(0_u32..);
        each.map(|(weight, n)| weight / total * f64::from(value(n))).sum::<f64>()
    };
    let rate_of_calls = thinks * mean_of(&|n| agents - n);
    let line = mean_of(&|n| n.saturating_sub(slots));
    throughput.is("requests answered, by the second", rate_of_calls, 0.005);
    in_line.is("requests in line", line, 0.015);
    waiting.is("wait, s", line / rate_of_calls, 0.015);
    tasks.is("length of tasks, s", line / rate_of_calls + 1.0 / work, 0.01);
}
