//! Services of several replicas, and the ways in which their requests are dealt out.

use patterns::{Class, Duration};
use sim::fault::kinds::refuse::Refuse;
use sim::kernel::Distribution;
use sim::model::system::{Pick, Place, Replicas, System};

use crate::support::{rate, replicate, stream_to, time_average};
use crate::table::case;
use crate::tank::{self, secs};

/// As many replicas of one slot, each with this load; work at the rate 1.
fn replicas(count: u32, pick: Pick, load: f64, counted: Duration) -> System {
    let mut service = tank::service("service", 1, u32::MAX, rate(1.0));
    service.replicas = Replicas { count, pick, ..Replicas::default() };
    stream_to(service, rate(load * f64::from(count)), counted)
}

/// Dealt out at random, a Poisson process is split into Poisson processes: each replica is an M/M/1
/// of its own, with a mean sojourn of 1 / (μ − λ).
#[test]
fn chance_makes_a_queue_of_each() {
    case!();
    let system = replicas(4, Pick::Random, 0.8, secs(60_000));
    let [sojourn, busy, most] = replicate(&system, 21, |record| {
        let service = &record.services[0];
        let most = *service.by_replica.iter().max().expect("four") as f64;
        let all = service.requests.issued as f64;
        assert_eq!(service.by_replica.iter().sum::<u64>(), service.requests.issued);
        [service.sojourn.mean_secs(), time_average(service.busy, record), most / all]
    });
    sojourn.is("sojourn, s", 5.0, 0.03);
    busy.is("slots taken", 3.2, 0.005);
    // The greatest of four counts of some 48 000 each is a standard deviation of 1/220 above their
    // mean, on average (H. A. David, "Order Statistics", 1970: 1.03).
    most.is_near("share of the busiest", 0.25, 0.01, 0.02);
}

/// Dealt out one after the other, each replica sees every fourth arrival: E₄/M/1. A request finds
/// the replica busy with the chance σ that solves σ = (4λ / (4λ + μ − μσ))⁴ with the load λ = 0.8
/// of each, and stays for 1 / μ(1 − σ) (Kleinrock, "Queueing Systems", volume 1, section 6.4).
#[test]
fn turns_make_arrivals_even() {
    case!();
    let (count, load) = (4, 0.8);
    let [sojourn, waits] =
        replicate(&replicas(count, Pick::RoundRobin, load, secs(60_000)), 22, |record| {
            let service = &record.services[0];
            [service.sojourn.mean_secs(), service.waiting.share_above(Duration::ZERO)]
        });
    let gaps = f64::from(count) * load;
    let mut sigma: f64 = 0.5;
    for _ in 0..1000 {
        sigma = libm::pow(gaps / (gaps + 1.0 - sigma), f64::from(count));
    }
    sojourn.is("sojourn, s", 1.0 / (1.0 - sigma), 0.03);
    waits.is("share that waits", sigma, 0.01);
}

/// Of two drawn by chance the one with fewer: of very many replicas a share λ^(2^i − 1) has i
/// requests or more, and so a request stays for Σ λ^(2^i − 2) (M. Mitzenmacher, "The Power of Two
/// Choices in Randomized Load Balancing", 1996). With 500 replicas at load 0.9 that holds to within
/// 1 %.
#[test]
fn two_choices_shorten_the_longest_line() {
    case!();
    let load = 0.9;
    let system = replicas(500, Pick::TwoChoices, load, secs(1_000));
    let [sojourn] = replicate(&system, 23, |record| [record.services[0].sojourn.mean_secs()]);
    let limit: f64 = (1..20).map(|i| libm::pow(load, libm::exp2(f64::from(i)) - 2.0)).sum();
    sojourn.is_near("sojourn, s", limit, 0.01, 0.01);
}

/// With the fewest of all, a request stays for longer than in one line of four slots (no replica is
/// idle there while a request waits), and for less than after two choices.
#[test]
fn the_shortest_line_is_nearly_as_good_as_one() {
    let sojourn = |pick, seeds| {
        let system = replicas(4, pick, 0.9, secs(40_000));
        replicate(&system, seeds, |record| [record.services[0].sojourn.mean_secs()])[0]
    };
    // Erlang C for four slots at load 0.9: 0.7878, and so a sojourn of 1 + 0.7878 / 0.4.
    let one_line = 1.0 + 0.787_8 / 0.4;
    let shortest = sojourn(Pick::LeastInFlight, 24);
    assert!(one_line <= shortest.ends()[0], "{shortest:?}");
    // Two choices of four: above the shortest of all.
    let two = sojourn(Pick::TwoChoices, 25);
    assert!(shortest.ends()[1] < two.ends()[0], "{shortest:?} {two:?}");
}

/// One of four replicas refuses at once: by turns or by chance it gets a quarter of all requests.
/// It never has one in flight, so that it is better than whichever it is drawn with; and the fewest
/// in flight make a sinkhole of it. A balancer that checks leaves out one that is down.
#[test]
fn a_fault_hits_one_replica() {
    case!();
    let shares = |pick, health_check, seeds| {
        let mut service =
            tank::service("service", u32::MAX, u32::MAX, Distribution::constant(secs(1)));
        service.replicas = Replicas { count: 4, pick, health_check, ..Replicas::default() };
        let mut system = stream_to(service, rate(40.0), secs(2_000));
        let refuse = Refuse { class: Class::Network, share: 1.0, permanent: false.into() };
        let effect = if health_check.is_some() { tank::down() } else { refuse.into() };
        let mut fault = tank::once(0, effect, Duration::ZERO, secs(10_000));
        fault.hits = vec![Place::Replica { service: 0, replica: 2 }];
        system.faults = vec![fault];
        replicate(&system, seeds, |record| {
            let service = &record.services[0];
            let failed = service.requests.failed();
            assert!(failed <= service.by_replica[2]);
            [failed as f64 / service.requests.answered() as f64]
        })
    };
    let [turns] = shares(Pick::RoundRobin, None, 26);
    // What is under way at the end has not ended.
    turns.is_near("share refused, by turns", 0.25, 0.001, 0.001);
    let [chance] = shares(Pick::Random, None, 27);
    chance.is("share refused, by chance", 0.25, 0.02);
    let [two] = shares(Pick::TwoChoices, None, 28);
    // It is one of the two with the chance 1/2, and then wins unless the other is idle.
    two.is_near("share refused, of two choices", 0.5, 0.01, 0.02);
    let [least] = shares(Pick::LeastInFlight, None, 29);
    assert!(0.8 <= least.ends()[0], "{least:?}");
    let [checked] = shares(Pick::RoundRobin, Some(secs(5)), 30);
    checked.is_at_most(1e-9);
}
