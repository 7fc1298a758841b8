//! Wrong answers: the share of tasks that are wrong in the end.

use patterns::backoff::Jitter;
use patterns::{Class, Duration};
use sim::fault::kinds::wrong::Wrong;
use sim::model::system::{Cost, Does, Fault, Step, System};
use sim::observe::OutcomeCounts;

use crate::support::{rate, replicate, stream_to};
use crate::table::case;
use crate::tank::{self, millis, secs};

/// The share of answers that are wrong, and of these the one that is found out.
const SHARE: f64 = 0.1;
const DETECT: f64 = 0.7;
/// Calls of a task.
const CALLS: i32 = 5;

fn wrong(share: f64, detect: f64) -> Fault {
    let fault = tank::once(0, Wrong { share, detect }, Duration::ZERO, secs(1_000_000));
    Fault { name: format!("wrong {share}"), ..fault }
}

/// Tasks of several calls to a service whose answers are wrong in part.
fn tasks(detect: f64) -> System {
    let service = tank::service("service", u32::MAX, 0, rate(100.0));
    let mut system = stream_to(service, rate(1.0), secs(50_000));
    let times = CALLS as u32;
    let step = Step::Call {
        service: 0,
        times,
        optional: false,
        keys: None,
        idempotent: true,
        does: Does::Other,
        cost: Cost::default(),
    };
    system.agents[0].steps = vec![step];
    system.faults = vec![wrong(SHARE, detect)];
    system
}

fn shares(counts: &OutcomeCounts) -> [f64; 3] {
    let all = counts.answered() as f64;
    let parts = [counts.good() + counts.degraded(), counts.wrong(), counts.good() - counts.wrong()];
    parts.map(|part| part as f64 / all)
}

/// One wrong answer of several makes the whole wrong: 1 - (1 - p)^k.
#[test]
fn a_task_is_right_if_all_its_answers_are() {
    case!();
    let [success, wrong, right] =
        replicate(&tasks(0.0), 31, |record| shares(&record.agents[0].tasks));
    success.is("share good", 1.0, 1e-9);
    let all_right = libm::pow(1.0 - SHARE, f64::from(CALLS));
    wrong.is("share wrong", 1.0 - all_right, 0.01);
    right.is("share right", all_right, 0.01);
}

/// What is found out makes the task fail, and only what is not can make it wrong.
#[test]
fn a_task_is_wrong_if_some_answer_is_and_none_is_found_out() {
    case!();
    let [success, wrong, right] =
        replicate(&tasks(DETECT), 32, |record| shares(&record.agents[0].tasks));
    let none_found = libm::pow(1.0 - SHARE * DETECT, f64::from(CALLS));
    let all_right = libm::pow(1.0 - SHARE, f64::from(CALLS));
    success.is("share good", none_found, 0.01);
    wrong.is("share wrong", none_found - all_right, 0.02);
    right.is("share right", all_right, 0.01);
}

/// A retry asks once more where an answer was found out to be wrong: the call is wrong if the first
/// answer is and is not found out, or the second after a first that was.
#[test]
fn a_retry_makes_right_what_is_found_out_and_nothing_else() {
    case!();
    let mut system = tasks(DETECT);
    system.policies = vec![tank::policy(vec![tank::retry(1, millis(1), Jitter::None)])];
    system.edges[0].policy = Some(0);
    let [success, wrong, right] = replicate(&system, 33, |record| shares(&record.edges[0].calls));
    let (found, unseen) = (SHARE * DETECT, SHARE * (1.0 - DETECT));
    success.is("share good", 1.0 - found * found, 0.01);
    wrong.is("share wrong", unseen * (1.0 + found), 0.03);
    right.is("share right", (1.0 - SHARE) * (1.0 + found), 0.01);
}

/// A service's own wrong answers are of what does not fail; those of faults are independent of
/// them and of each other.
#[test]
fn wrong_answers_of_several_causes_are_independent() {
    case!();
    let mut service = tank::service("service", u32::MAX, 0, rate(100.0));
    service.errors = vec![(Class::Network, 0.2)];
    service.wrong = 0.1;
    let mut system = stream_to(service, rate(1.0), secs(50_000));
    let of_service = |system: &System, seed| {
        replicate(system, seed, |record| shares(&record.services[0].requests))
    };
    let [success, alone, _] = of_service(&system, 34);
    success.is("share good", 0.8, 0.01);
    alone.is("share wrong by itself", 0.8 * 0.1, 0.02);
    system.faults = vec![wrong(0.3, 0.0), wrong(0.05, 0.0)];
    let [success, together, _] = of_service(&system, 35);
    success.is("share good, under faults", 0.8, 0.01);
    together.is("share wrong, under faults", 0.8 * (1.0 - 0.9 * 0.7 * 0.95), 0.02);
}
