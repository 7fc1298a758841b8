//! What faults hit: several services at once, one edge, a share of requests, all attempts of a call
//! alike.

use patterns::backoff::Jitter;
use patterns::{Class, Duration};
use sim::fault::kinds::{
    delay::Delay, down::Down, errors::Errors, hang::Hang, loss::Loss, slots::Slots, slow::Slow,
};
use sim::fault::{Effect, Permanent, Schedule};
use sim::kernel::Distribution;
use sim::model::system::{Arrivals, Caller, Fault, Place, System};

use crate::support::{Estimate, rate, replicate, stream_to, time_average};
use crate::table::case;
use crate::tank::{self, millis, secs};

fn on_service(effect: impl Into<Effect>) -> Fault {
    tank::once(0, effect, Duration::ZERO, secs(1_000_000))
}

fn on_edge(agents: usize, effect: impl Into<Effect>) -> Fault {
    let hits = vec![Place::Edge { from: Caller::Agents(agents), to: 0 }];
    Fault { hits, ..on_service(effect) }
}

/// Shocks that two services have each for itself, and one that they share, at the same time: the
/// failures that come together are those of the shared shock, and those that happen to (A. W.
/// Marshall and I. Olkin, "A multivariate exponential distribution", 1967, with repair).
#[test]
fn shared_faults_come_together_and_own_ones_by_chance() {
    case!();
    let gaps = rate(0.2);
    let at_once = || tank::service("service", u32::MAX, 0, Distribution::constant(Duration::ZERO));
    let mut system = stream_to(at_once(), gaps, secs(200_000));
    let mut other = at_once();
    other.name = "other".to_owned();
    system.services.push(other);
    system.edges.push(tank::edge(0, 1, None));
    let optional = tank::optional(0);
    system.agents[0].steps = vec![optional, tank::call(1)];
    let fault = |name: &str, hits: &[usize], up, down| Fault {
        name: name.to_owned(),
        hits: hits.iter().map(|service| Place::Service(*service)).collect(),
        effect: Down {}.into(),
        schedule: Schedule::Renewal {
            up: tank::exponential(secs(up)),
            down: tank::exponential(secs(down)),
        },
    };
    system.faults = vec![
        fault("own", &[0], 270, 30),
        fault("other", &[1], 160, 40),
        fault("shared", &[0, 1], 380, 20),
    ];
    let [first, second, both] = replicate(&system, 71, |record| {
        let tasks = record.agents[0].tasks.answered() as f64;
        let failed = |edge: usize| record.edges[edge].calls.failed() as f64 / tasks;
        let degraded = record.agents[0].tasks.degraded() as f64 / tasks;
        [failed(0), failed(1), failed(0) - degraded]
    });
    let (own, other, shared) = (0.1, 0.2, 0.05);
    first.is("share of the first that fails", 1.0 - (1.0 - own) * (1.0 - shared), 0.03);
    second.is("share of the second that fails", 1.0 - (1.0 - other) * (1.0 - shared), 0.03);
    both.is("share of both that fails", shared + (1.0 - shared) * own * other, 0.06);
}

/// Another caller of the same service sees nothing of it. A delay on the way holds no slot.
#[test]
fn faults_on_an_edge_hit_one_caller_and_no_slot() {
    case!();
    let service = tank::service("service", u32::MAX, 0, rate(1.0));
    let mut system = stream_to(service, rate(1.0), secs(50_000));
    let arrivals = Arrivals::Open(rate(1.0));
    system.agents.push(tank::agents("other", 1, arrivals, vec![tank::call(0)]));
    system.edges.push(tank::edge(1, 0, None));
    let errors = Errors { class: Class::Validation, share: 0.3, permanent: Permanent::Attempt };
    let fault = on_edge(0, errors);
    system.faults = vec![
        Fault { name: "errors".to_owned(), ..fault },
        Fault { name: "delay".to_owned(), ..on_edge(0, Delay { by: secs(2), share: 1.0 }) },
    ];
    let [failed, late, other, busy] = replicate(&system, 72, |record| {
        let [first, second] = [0, 1].map(|edge| &record.edges[edge]);
        assert_eq!(second.calls.failed(), 0, "it is not hit");
        let share = first.calls.failed_as(Class::Validation) as f64 / first.calls.answered() as f64;
        let busy = time_average(record.services[0].busy, record);
        [share, first.latency().mean_secs(), second.latency().mean_secs(), busy]
    });
    failed.is("share that fails", 0.3, 0.01);
    late.is("latency on the edge, s", 3.0, 0.01);
    other.is("latency on the other edge, s", 1.0, 0.01);
    busy.is("slots taken", 2.0, 0.01);
}

/// A partition in one direction: what is under way is answered.
#[test]
fn edge_that_is_down_refuses_requests_and_loses_none_under_way() {
    let service = tank::service("service", u32::MAX, 0, Distribution::constant(secs(5)));
    let mut system = stream_to(service, Distribution::constant(secs(10)), secs(1000));
    let hits = vec![Place::Edge { from: Caller::Agents(0), to: 0 }];
    let down = tank::once(0, Down {}, secs(401), secs(100));
    system.warmup = tank::at(Duration::ZERO);
    system.faults = vec![Fault { hits, ..down }];
    let record = sim::run(&system, 1, sim::Watch::Counts);
    let edge = &record.edges[0];
    // Those of the seconds 410 to 500 are refused; that of second 400 is answered in 405.
    assert_eq!(edge.calls.failed_as(Class::Network), 10);
    assert_eq!(edge.latency_failed.max(), Some(Duration::ZERO));
    assert_eq!(record.services[0].requests.issued + 10, edge.attempts.issued);
}

/// Calls in which each attempt has a timeout, and which are tried three times.
fn tried_three_times(fault: Fault) -> System {
    let work = Distribution::constant(millis(1));
    let service = tank::service("service", u32::MAX, 0, work);
    let mut system = stream_to(service, rate(1.0), secs(20_000));
    let retry = tank::retry(2, millis(10), Jitter::None);
    system.policies = vec![tank::policy(vec![retry, tank::timeout(millis(100))])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    system.faults = vec![fault];
    system
}

/// Of which share of calls nothing comes.
fn failing(fault: Fault, seeds: u64) -> Estimate {
    let [failed] = replicate(&tried_three_times(fault), seeds, |record| {
        let calls = &record.edges[0].calls;
        [calls.failed() as f64 / calls.answered() as f64]
    });
    failed
}

/// Of what is drawn anew for each attempt, `p^3` is left after three of them; of a defect all is.
#[test]
fn retries_heal_transient_faults_and_no_permanent_ones() {
    case!();
    let share: f64 = 0.3;
    for permanent in [Permanent::Attempt, Permanent::Call] {
        let is_permanent = permanent == Permanent::Call;
        let class = Class::Network;
        let left = if is_permanent { share } else { share * share * share };
        let narrow = if is_permanent { 0.02 } else { 0.05 };
        let kind = if is_permanent { "permanent" } else { "transient" };
        let errors = Errors { class, share, permanent };
        let hang = Hang { resume: false, share, permanent };
        let loss = Loss { share, permanent };
        for (fault, what, seeds) in [
            (on_service(errors.clone()), "errors of the service", 73),
            (on_edge(0, errors), "errors on the edge", 74),
            (on_service(hang), "hangs of the service", 75),
            (on_service(loss.clone()), "losses at the service", 76),
            (on_edge(0, loss), "losses on the edge", 77),
        ] {
            failing(fault, seeds).is(&format!("share left of {kind} {what}"), left, narrow);
        }
    }
}

/// The service never sees what is lost.
#[test]
fn losses_have_their_size_at_services_and_on_edges() {
    case!();
    for (fault, place) in [(on_service as fn(Loss) -> Fault, "service"), (on_edge_0, "edge")] {
        let system = tried_three_times(fault(Loss { share: 0.2, permanent: Permanent::Attempt }));
        let [lost] = replicate(&system, 78, |record| {
            let sent = record.edges[0].attempts.issued as f64;
            [1.0 - record.services[0].requests.issued as f64 / sent]
        });
        lost.is(&format!("share lost at the {place}"), 0.2, 0.01);
    }
}

fn on_edge_0(loss: Loss) -> Fault {
    on_edge(0, loss)
}

/// In each run a fixed share of what can be asked for fails, whoever asks.
#[test]
fn permanent_faults_hit_all_calls_that_ask_for_the_same() {
    const KEYS: u32 = 8;
    case!();
    let mut system = tried_three_times(on_service(Errors {
        class: Class::Network,
        share: 0.3,
        permanent: Permanent::Call,
    }));
    system.agents[0].steps = vec![tank::one_of(0, KEYS)];
    let [keys, whole] = replicate(&system, 79, |record| {
        let calls = &record.edges[0].calls;
        let keys = f64::from(KEYS) * calls.failed() as f64 / calls.answered() as f64;
        [keys, (keys - keys.round()).abs()]
    });
    keys.is("keys that fail", 0.3 * f64::from(KEYS), 0.5);
    whole.is_at_most(0.04);
}

#[test]
fn slowness_and_delays_of_a_share_have_their_size() {
    case!();
    let service = tank::service("service", u32::MAX, 0, rate(1.0));
    let mut system = stream_to(service, rate(1.0), secs(100_000));
    for (quantity, effect, mean) in [
        ("latency of slowness, s", Effect::from(Slow { factor: 5.0, share: 0.1 }), 1.0 + 0.1 * 4.0),
        ("latency of delays, s", Delay { by: secs(2), share: 0.25 }.into(), 1.0 + 0.25 * 2.0),
    ] {
        system.faults = vec![on_service(effect)];
        let [latency] = replicate(&system, 80, |record| [record.edges[0].latency().mean_secs()]);
        latency.is(quantity, mean, 0.01);
    }
}

/// A request that hangs keeps its slot: with slots for all but those, others go on as ever.
#[test]
fn hangs_of_a_share_hold_slots_and_leave_others_alone() {
    case!();
    let service = tank::service("service", u32::MAX, 0, rate(1.0));
    let mut system = stream_to(service, rate(1.0), secs(10_000));
    system.warmup = tank::at(Duration::ZERO);
    system.faults =
        vec![on_service(Hang { resume: false, share: 0.05, permanent: Permanent::Attempt })];
    let [open, latency] = replicate(&system, 81, |record| {
        let calls = &record.edges[0].calls;
        let open = (calls.issued - calls.answered()) as f64;
        [open / calls.issued as f64, record.edges[0].latency().mean_secs()]
    });
    // One request is in work at the end, in the mean.
    open.is_near("share that hangs", 0.05, 0.002, 0.05);
    latency.is("latency of others, s", 1.0, 0.01);
}

/// A queue of four slots of which one is left is one of a single slot: M/M/1.
#[test]
fn service_with_fewer_slots_is_a_smaller_one() {
    case!();
    let service = tank::service("service", 4, u32::MAX, rate(1.0));
    let mut system = stream_to(service, rate(0.5), secs(100_000));
    system.faults = vec![on_service(Slots { slots: 1 })];
    let [latency] = replicate(&system, 82, |record| [record.edges[0].latency().mean_secs()]);
    latency.is("latency, s", 1.0 / (1.0 - 0.5), 0.02);
}
