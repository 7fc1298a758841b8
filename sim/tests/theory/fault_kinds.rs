//! Kinds of fault, each against the process that it stands for: shot noise, crash loops, leaks,
//! staleness, cuts, duplicates, quotas, and stages that follow one another.

use patterns::backoff::Jitter;
use patterns::{Class, Duration};
use sim::fault::kinds::{
    cold_start::ColdStart, cut::Cut, down::Down, duplicate::Duplicate, errors::Errors, leak::Leak,
    ramp::Ramp, spike::Spike, stale::Stale,
};
use sim::fault::{Effect, Schedule};
use sim::kernel::Distribution;
use sim::model::system::{Arrivals, Fault, Place, RateLimit, RateRule, System};

use crate::support::{rate, replicate, stream_to, time_average};
use crate::table::case;
use crate::tank::{self, at, millis, secs};

/// How long is watched, in seconds.
const LENGTH: u64 = 100_000;

/// Requests that come by chance, once a second, to a service whose work takes so long.
fn under(work: Distribution, faults: Vec<Fault>) -> System {
    let mut system =
        stream_to(tank::service("service", u32::MAX, 0, work), rate(1.0), secs(LENGTH));
    system.warmup = at(Duration::ZERO);
    system.horizon = at(secs(LENGTH));
    system.faults = faults;
    system
}

fn fault(name: &str, effect: impl Into<Effect>, schedule: Schedule) -> Fault {
    let (name, hits) = (name.to_owned(), vec![Place::Service(0)]);
    Fault { name, hits, effect: effect.into(), schedule }
}

fn always() -> Schedule {
    Schedule::Once { at: at(Duration::ZERO), lasts: secs(2 * LENGTH) }
}

/// On for a time from the beginning of each period on.
fn every(period: u64, lasts: u64) -> Schedule {
    let (lasts, every) = (secs(lasts), secs(period));
    Schedule::Every { at: at(Duration::ZERO), lasts, every, chance: 1.0 }
}

fn no_time() -> Distribution {
    Distribution::constant(Duration::ZERO)
}

/// What of `exp(-t/tau)` there is in the mean over 100 seconds, if it is on in the first 90.
fn mean_left(tau: f64) -> f64 {
    tau * (1.0 - libm::exp(-90.0 / tau)) / 100.0
}

/// Campbell's theorem: spikes of height H that come at the rate 1/g and fade with τ add up to
/// H τ/g in the mean, with the variance H² τ/(2g).
#[test]
fn spikes_add_up_to_shot_noise() {
    case!();
    let (height, tau, gap) = (2.0, 20.0, 8.0);
    let spike = Spike { by: secs(2), tau: secs(20), gap: Some(secs(8)) };
    let mut system = under(no_time(), vec![fault("spikes", spike.clone(), always())]);
    system.warmup = at(secs(1000));
    let [mean, deviation] = replicate(&system, 401, |record| {
        let latency = record.edges[0].latency();
        [latency.mean_secs(), latency.deviation_secs()]
    });
    mean.is("delay, s", height * tau / gap, 0.01);
    deviation.is("standard deviation, s", height * libm::sqrt(tau / (2.0 * gap)), 0.02);
    // A first spike fades, while others come.
    let system = under(no_time(), vec![fault("spikes", spike, every(100, 90))]);
    let [mean] = replicate(&system, 402, |record| [record.edges[0].latency().mean_secs()]);
    let left = mean_left(tau);
    let expected = height * (left + tau / gap * (0.9 - left));
    mean.is("delay over 90 of 100 s, s", expected, 0.01);
}

/// A request finds the service cold if it comes later than I after the one before: with the chance
/// p = exp(-λI). The others come S after the cold one before them, and find it warmer by
/// exp(-S/τ). A cold one has 1/p requests with it on average; and with the mean g of exp(-X/τ) over
/// gaps X up to I, those are worth 1 + g + g² + … cold ones.
#[test]
fn service_is_cold_again_when_it_was_idle() {
    case!();
    let (factor, tau, idle) = (5.0, 4.0, 2.0);
    let cold = ColdStart { factor, tau: secs(4), idle: Some(secs(2)) };
    let work = Distribution::constant(Duration::from_micros(10));
    let system = under(work, vec![fault("cold", cold, always())]);
    let [found] = replicate(&system, 403, |record| [record.edges[0].latency().mean_secs() / 1e-5]);
    let p = libm::exp(-idle);
    let rate = 1.0 + 1.0 / tau;
    let g = (1.0 - libm::exp(-rate * idle)) / rate;
    found.is_near("times as long", 1.0 + (factor - 1.0) * p / (1.0 - g), 1e-4, 0.01);
}

/// Each restart fails with the chance q: the n-th wait of min(b 2ⁿ, cap), and the start after it,
/// are there with the chance qⁿ.
#[test]
fn crash_loop_lasts_as_long_as_its_restarts_fail() {
    case!();
    let (again, base, cap, start) = (0.6, 2.0, 20.0, 1.0);
    let terms = (0..200).map(|n| {
        let n = f64::from(n);
        libm::pow(again, n) * (f64::min(base * libm::exp2(n), cap) + start)
    });
    let mean: f64 = terms.sum();
    let down = Distribution::restarts(again, secs(2), secs(20), secs(1)).expect("valid");
    assert!((down.mean_secs() - mean).abs() < 1e-9);
    let up = tank::exponential(secs(100));
    let schedule = Schedule::Renewal { up, down };
    let system = under(no_time(), vec![fault("loop", Down {}, schedule)]);
    let [length, share] = replicate(&system, 404, |record| {
        let service = &record.services[0];
        let calls = &record.edges[0].calls;
        let length = service.down as f64 / 1e9 / service.fault_intervals as f64;
        [length, calls.failed_as(Class::Network) as f64 / calls.answered() as f64]
    });
    length.is("time down, s", mean, 0.05);
    share.is("share that fails", mean / (100.0 + mean), 0.05);
}

fn leak() -> Leak {
    Leak {
        full_after: Duration::MAX,
        full_after_requests: u32::MAX,
        factor: 5.0,
        fails_from: 0.5,
        class: Class::Overload,
    }
}

/// Full at the end, and failing in the second half, more and more.
#[test]
fn leak_grows_with_time_and_fails_near_its_limit() {
    case!();
    let leak = Leak { full_after: secs(LENGTH), ..leak() };
    let system = under(Distribution::constant(millis(1)), vec![fault("leak", leak, always())]);
    let [factor, failing] = replicate(&system, 405, |record| {
        let edge = &record.edges[0];
        let failed = edge.calls.failed_as(Class::Overload) as f64;
        [edge.latency().mean_secs() / 1e-3, failed / edge.calls.answered() as f64]
    });
    factor.is("times as long", 3.0, 0.01);
    failing.is("share that fails", 0.25, 0.02);
}

/// Full after half of the requests; and a restart empties it: then it is never more than half full.
#[test]
fn leak_grows_with_requests_and_is_emptied_by_a_restart() {
    case!();
    let work = || Distribution::constant(millis(1));
    let half = Leak { full_after_requests: LENGTH as u32 / 2, fails_from: 1.0, ..leak() };
    let mut system = under(work(), vec![fault("leak", half, always())]);
    system.agents[0].arrivals = Arrivals::Open(Distribution::constant(secs(1)));
    let [factor] = replicate(&system, 406, |record| [record.edges[0].latency().mean_secs() / 1e-3]);
    factor.is_near("times as long, by requests", 0.5 * 3.0 + 0.5 * 5.0, 1e-4, 0.01);
    let slow = Leak { full_after: secs(200), ..leak() };
    let restart =
        Schedule::Every { at: at(secs(99)), lasts: secs(1), every: secs(100), chance: 1.0 };
    let down = fault("down", Down {}, restart);
    let system = under(work(), vec![fault("leak", slow, always()), down]);
    let [factor, failing] = replicate(&system, 407, |record| {
        let edge = &record.edges[0];
        let failed = edge.calls.failed_as(Class::Overload) as f64;
        [edge.latency_ok.mean_secs() / 1e-3, failed]
    });
    factor.is_near("times as long, restarted", 1.0 + 4.0 * 0.99 / 4.0, 1e-3, 0.01);
    failing.is_at_most(0.0);
}

/// What is asked for has changed with the chance 1 - exp(-age/change).
#[test]
fn answers_go_stale_with_their_age() {
    case!();
    let stale = Stale { change: secs(50) };
    let system = under(no_time(), vec![fault("stale", stale, every(100, 90))]);
    let [wrong] = replicate(&system, 408, |record| {
        let calls = &record.edges[0].calls;
        assert_eq!(calls.failed(), 0, "nothing shows");
        [calls.wrong() as f64 / calls.answered() as f64]
    });
    wrong.is("share stale", 0.9 - mean_left(50.0), 0.01);
}

/// Of work S, the share 1 - E[exp(-S/m)] is cut: for exponential work of mean s it is s/(s + m),
/// after an exponential time of the rate 1/s + 1/m.
#[test]
fn work_is_cut_by_a_constant_hazard() {
    case!();
    let cut = || vec![fault("cut", Cut { mean: secs(4) }, always())];
    let [share, until] = replicate(&under(rate(1.0), cut()), 409, |record| {
        let edge = &record.edges[0];
        let share = edge.calls.failed_as(Class::Network) as f64 / edge.calls.answered() as f64;
        [share, edge.latency_failed.mean_secs()]
    });
    share.is("share of exponential work that is cut", 1.0 / 5.0, 0.02);
    until.is("time until a cut, s", 1.0 / (1.0 + 1.0 / 4.0), 0.02);
    let constant = Distribution::constant(secs(2));
    let [share] = replicate(&under(constant, cut()), 410, |record| {
        let calls = &record.edges[0].calls;
        [calls.failed() as f64 / calls.answered() as f64]
    });
    share.is("share of constant work that is cut", 1.0 - libm::exp(-0.5), 0.02);
}

/// The second one is worked on for nothing, and its caller knows nothing of it.
#[test]
fn requests_delivered_twice_are_worked_on_twice() {
    case!();
    let share = 0.3;
    let system = under(rate(1.0), vec![fault("twice", Duplicate { share }, always())]);
    let [requests, busy, wasted, latency] = replicate(&system, 411, |record| {
        let (service, edge) = (&record.services[0], &record.edges[0]);
        assert_eq!((edge.late, edge.calls.failed()), (0, 0));
        [
            service.requests.issued as f64 / edge.attempts.issued as f64,
            time_average(service.busy, record),
            time_average(service.wasted, record),
            edge.latency().mean_secs(),
        ]
    });
    requests.is("requests for each attempt", 1.0 + share, 0.01);
    busy.is("slots taken", 1.0 + share, 0.01);
    wasted.is("slots taken in vain", share, 0.02);
    latency.is("latency, s", 1.0, 0.01);
}

/// Of N requests in a window, min(N, quota) are let in; N is a Poisson number.
#[test]
fn quota_of_a_window_is_used_up_and_reset() {
    case!();
    let (quota, length) = (12, 10.0);
    let rule = RateRule::Window { limit: quota, length: secs(10) };
    let mut system = under(no_time(), Vec::new());
    let limit = RateLimit { rule, filled: quota, ..RateLimit::bucket(secs(1), 1) };
    system.services[0].rate_limit = Some(limit);
    let [let_in] = replicate(&system, 412, |record| {
        let calls = &record.edges[0].calls;
        assert_eq!(calls.failed(), calls.failed_as(Class::RateLimit));
        [calls.good() as f64 / (LENGTH as f64 / length)]
    });
    let (mut chance, mut expected) = (libm::exp(-length), 0.0);
    for n in 0..200_u32 {
        expected += f64::from(n.min(quota)) * chance;
        chance *= length / f64::from(n + 1);
    }
    let_in.is("requests let in, in a window", expected, 0.01);
}

/// A blackout of a random length, and a repair that is rolled out after it.
#[test]
fn stage_follows_the_end_of_another_whenever_that_is() {
    case!();
    let class = Class::Overload;
    let ramp = Ramp { class, from: 1.0, to: 0.0, over: secs(50) };
    let (up, down) = (Distribution::constant(secs(200)), tank::exponential(secs(30)));
    let system = under(
        no_time(),
        vec![
            fault("blackout", Down {}, Schedule::Renewal { up, down }),
            fault("recovery", ramp, Schedule::After { fault: 0, lasts: secs(50) }),
        ],
    );
    let [dark, recovering] = replicate(&system, 413, |record| {
        let calls = &record.edges[0].calls;
        let share = |class| calls.failed_as(class) as f64 / calls.answered() as f64;
        [share(Class::Network), share(class)]
    });
    dark.is("share that fails in blackouts", 30.0 / 230.0, 0.03);
    recovering.is("share that fails after them", 25.0 / 230.0, 0.03);
}

/// A credential is renewed every 100 s, which fails one time in five.
#[test]
fn fault_that_comes_with_a_chance_comes_as_often() {
    case!();
    let every =
        Schedule::Every { at: at(secs(50)), lasts: secs(30), every: secs(100), chance: 0.2 };
    let errors = Errors { class: Class::Validation, share: 1.0, permanent: true.into() };
    let system = under(no_time(), vec![fault("expired", errors, every)]);
    let [failing] = replicate(&system, 414, |record| {
        let calls = &record.edges[0].calls;
        [calls.failed() as f64 / calls.answered() as f64]
    });
    failing.is("share that fails", 0.2 * 0.3, 0.06);
}

/// A defect that stays, and errors that come and go: of these, `k` attempts leave `r^k`.
#[test]
fn defects_stay_and_other_failures_are_retried() {
    case!();
    let (defect, share): (f64, f64) = (0.05, 0.3);
    let class = Class::Validation;
    let mut system = under(
        no_time(),
        vec![
            fault("defect", Errors { class, share: defect, permanent: true.into() }, always()),
            fault("malformed", Errors { class, share, permanent: false.into() }, always()),
        ],
    );
    let retry = tank::retry(2, millis(10), Jitter::None);
    system.policies = vec![tank::policy(vec![retry])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    let [failing] = replicate(&system, 415, |record| {
        let calls = &record.edges[0].calls;
        [calls.failed() as f64 / calls.answered() as f64]
    });
    failing.is("share left", defect + (1.0 - defect) * share * share * share, 0.02);
}
