//! Faults that remember: bursts, ramps, what fades and what grows, and what goes by load.

use patterns::{Class, Duration};
use sim::fault::kinds::{
    bursts::Bursts, cold_start::ColdStart, down::Down, drift::Drift, overload::Overload,
    ramp::Ramp, spike::Spike,
};
use sim::fault::{Effect, Schedule};
use sim::kernel::Distribution;
use sim::model::system::{Arrivals, Fault, System};
use sim::observe::EpisodeRule;

use crate::support::{Estimate, rate, replicate, stream_to};
use crate::table::case;
use crate::tank::{self, secs};

/// A time in which a fault is on all the time.
const LENGTH: u64 = 100_000;

/// Requests that come by chance to a service whose work takes a second in the mean.
fn under(effect: impl Into<Effect>, schedule: Schedule) -> System {
    let service = tank::service("service", u32::MAX, 0, rate(1.0));
    let mut system = stream_to(service, rate(1.0), secs(LENGTH));
    system.warmup = tank::at(Duration::ZERO);
    system.horizon = tank::at(secs(LENGTH));
    let fault = tank::once(0, effect, Duration::ZERO, secs(1));
    system.faults = vec![Fault { schedule, ..fault }];
    system
}

fn always() -> Schedule {
    Schedule::Once { at: tank::at(Duration::ZERO), lasts: secs(2 * LENGTH) }
}

/// On for the first 90 of every 100 seconds.
fn every_100_seconds() -> Schedule {
    Schedule::Every { at: tank::at(Duration::ZERO), lasts: secs(90), every: secs(100), chance: 1.0 }
}

fn latency(system: &System, seeds: u64) -> Estimate {
    let [latency] = replicate(system, seeds, |record| [record.edges[0].latency().mean_secs()]);
    latency
}

fn failing(system: &System, seeds: u64) -> Estimate {
    let [failing] = replicate(system, seeds, |record| {
        let calls = &record.edges[0].calls;
        [calls.failed() as f64 / calls.answered() as f64]
    });
    failing
}

/// What of `exp(-t/tau)` there is in the mean over 100 seconds, if it is on in the first 90.
fn mean_left(tau: f64) -> f64 {
    tau * (1.0 - libm::exp(-90.0 / tau)) / 100.0
}

#[test]
fn bursts_have_their_share_in_the_long_run_and_from_the_beginning() {
    case!();
    let bursts = |bad_stay, good_stay| Bursts {
        class: Class::Network,
        bad_share: 0.8,
        bad_stay,
        good_stay,
        good_share: 0.05,
    };
    let expected = (60.0 * 0.05 + 20.0 * 0.8) / 80.0;
    failing(&under(bursts(secs(20), secs(60)), always()), 91).is(
        "share that fails, always on",
        expected,
        0.05,
    );
    // Each time that it is on is too short for a change of state.
    let short = bursts(secs(20_000), secs(60_000));
    let schedule = Schedule::Every {
        at: tank::at(Duration::ZERO),
        lasts: secs(20),
        every: secs(40),
        chance: 1.0,
    };
    failing(&under(short, schedule), 192).is(
        "share that fails, on half of the time",
        expected / 2.0,
        0.05,
    );
}

/// A burst ends when the chain has left the bad state between one request and the next:
/// `1 / P(b -> g)` requests in the mean (E. N. Gilbert, 1960), where for two states in continuous
/// time `P(b -> g) = g / (b + g) · (1 - exp(-t (1/b + 1/g)))` within a time `t`.
#[test]
fn bursts_are_as_long_as_the_chain_stays_bad() {
    case!();
    let (good, bad) = (60.0, 10.0);
    let effect = Bursts {
        class: Class::Network,
        bad_share: 1.0,
        bad_stay: secs(10),
        good_stay: secs(60),
        good_share: 0.0,
    };
    let mut system = under(effect, always());
    system.agents[0].arrivals = Arrivals::Open(Distribution::constant(secs(1)));
    system.services[0].latency = Distribution::constant(Duration::ZERO);
    system.agents[0].episode = EpisodeRule { of: 1, most_failures: 0 };
    let [length, share] = replicate(&system, 93, |record| {
        let edge = &record.edges[0];
        let failed = edge.calls.failed() as f64;
        [failed / edge.episodes.count() as f64, failed / edge.calls.answered() as f64]
    });
    let leaves = good / (bad + good) * (1.0 - libm::exp(-(1.0 / bad + 1.0 / good)));
    length.is("requests in a burst", 1.0 / leaves, 0.05);
    share.is("share that fails", bad / (bad + good), 0.05);
}

/// A line to half of the time, and then its end.
#[test]
fn ramp_is_a_line_and_stays_at_its_end() {
    case!();
    let over = secs(LENGTH / 2);
    let ramp = Ramp { class: Class::Network, from: 0.8, to: 0.2, over };
    failing(&under(ramp, always()), 94).is("share that fails", f64::midpoint(0.5, 0.2), 0.01);
}

#[test]
fn drift_is_a_line_from_one_to_its_factor() {
    case!();
    let drift = Drift { factor: 5.0, over: secs(LENGTH) };
    latency(&under(drift, always()), 95).is("latency, s", 3.0, 0.01);
}

#[test]
fn spikes_fade_as_an_exponential() {
    case!();
    let spike = Spike { by: secs(4), tau: secs(20), gap: None };
    latency(&under(spike, every_100_seconds()), 96).is(
        "latency, s",
        1.0 + 4.0 * mean_left(20.0),
        0.01,
    );
}

#[test]
fn cold_start_fades_as_an_exponential() {
    case!();
    let cold = ColdStart { factor: 5.0, tau: secs(20), idle: None };
    latency(&under(cold, every_100_seconds()), 97).is(
        "latency, s",
        1.0 + 4.0 * mean_left(20.0),
        0.01,
    );
}

/// Of five requests that are always in work, each begins beside four others.
#[test]
fn overload_goes_by_the_number_of_requests_in_work() {
    case!();
    let mut system = under(Overload { per_request: 0.1 }, always());
    let arrivals = tank::closed(Distribution::constant(Duration::ZERO));
    system.agents = vec![tank::agents("agents", 5, arrivals, vec![tank::call(0)])];
    latency(&system, 98).is_near("latency, s", 1.0 + 4.0 * 0.1, 1e-4, 0.01);
}

#[test]
fn fault_that_comes_at_fixed_times_is_on_as_often_and_as_long() {
    case!();
    let schedule =
        Schedule::Every { at: tank::at(secs(50)), lasts: secs(30), every: secs(100), chance: 1.0 };
    let mut system = under(Down {}, schedule);
    // Nothing is under way when it comes.
    system.services[0].latency = Distribution::constant(Duration::ZERO);
    let record = sim::run(&system, 1, sim::Watch::Counts);
    let service = &record.services[0];
    assert_eq!(service.fault_intervals, LENGTH / 100);
    assert_eq!(service.down, u128::from(secs(LENGTH / 100 * 30).as_nanos()));
    failing(&system, 99).is("share that fails", 0.3, 0.01);
}
