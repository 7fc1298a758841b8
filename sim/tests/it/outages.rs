//! What faults do to the tasks that they meet: when each ends, and how.

use patterns::{Action, CallId, Class, Context, Layer, Outcome};
use sim::fault::Effect;
use sim::kernel::Distribution;
use sim::model::system::{Abandoned, Arrivals, Caller, Cost, Does, Edge, Fault, Step, System};
use sim::observe::AgentRecord;
use sim::{Record, Watch, run};

use crate::tank::{self, secs};

const SECOND: u128 = 1_000_000_000;

fn held() -> Effect {
    tank::hang(true)
}

fn lost() -> Effect {
    tank::hang(false)
}

/// Two agents, of which one has a task at 60 s, and the other at 70 s; each calls a service with
/// one slot for 10 s.
fn two_tasks() -> System {
    let mut system = tank::system(secs(115));
    let arrivals = |gap| Arrivals::Open(Distribution::constant(secs(gap)));
    system.agents = vec![
        tank::agents("a", 1, arrivals(60), vec![tank::call(0)]),
        tank::agents("b", 1, arrivals(70), vec![tank::call(0)]),
    ];
    system.services = vec![tank::service("s", 1, u32::MAX, Distribution::constant(secs(10)))];
    system.edges = vec![tank::edge(0, 0, None), tank::edge(1, 0, None)];
    system
}

/// The same, but the service works for 1 s, and then calls another one for 10 s.
fn two_tasks_through(step: Step) -> System {
    let mut system = two_tasks();
    let slots = u32::MAX;
    system.services = vec![
        tank::service("front", slots, 0, Distribution::constant(secs(1))),
        tank::service("back", slots, 0, Distribution::constant(secs(10))),
    ];
    system.services[0].steps = vec![step];
    system.services[1].abandoned = Abandoned::Stops;
    system.edges.push(Edge { from: Caller::Service(0), to: 1, policy: None });
    system
}

/// A run with faults of the first service, each from one second to another.
fn with(mut system: System, faults: &[(Effect, u64, u64)]) -> Record {
    let fault = |(number, &(ref effect, from, to)): (usize, &(Effect, u64, u64))| Fault {
        name: format!("fault {number}"),
        ..tank::once(0, effect.clone(), secs(from), secs(to - from))
    };
    system.faults = faults.iter().enumerate().map(fault).collect();
    run(&system, 1, Watch::Counts)
}

/// How the task of an agent ended, and after how many seconds; it has but one.
fn end(agents: &AgentRecord) -> (Outcome, u64) {
    assert_eq!((agents.tasks.issued, agents.tasks.answered()), (1, 1), "{agents:?}");
    let failure = Class::ALL.into_iter().find(|class| agents.tasks.failed_as(*class) == 1);
    let outcome = match failure {
        Some(class) => Outcome::failed(class),
        None if agents.tasks.degraded() == 1 => Outcome::Degraded,
        None => Outcome::Ok,
    };
    (outcome, agents.latency().mean_secs().round() as u64)
}

#[track_caller]
fn ends(record: &Record, expected: [(Outcome, u64); 2]) {
    assert_eq!([0, 1].map(|at| end(&record.agents[at])), expected);
}

const OK: Outcome = Outcome::Ok;

fn failed(class: Class) -> Outcome {
    Outcome::failed(class)
}

#[test]
fn tasks_meet_no_fault_before_it_begins_and_after_it_has_ended() {
    for effect in
        [tank::down(), held(), lost(), tank::slow(9.0), tank::errors(Class::Overload, 1.0)]
    {
        let record = with(two_tasks(), &[(effect.clone(), 20, 55), (effect, 82, 100)]);
        ends(&record, [(OK, 10), (OK, 10)]);
    }
}

#[test]
fn work_goes_on_where_it_stood_once_nothing_holds_it_any_more() {
    let record = with(two_tasks(), &[(held(), 65, 85)]);
    ends(&record, [(OK, 30), (OK, 30)]);
    for last in [(held(), 75, 95), (held(), 65, 95)] {
        for first in [held(), lost()] {
            let record = with(two_tasks(), &[(first, 65, 85), last.clone()]);
            ends(&record, [(OK, 40), (OK, 40)]);
        }
    }
    // Held a second time, it has what was left.
    let record = with(two_tasks(), &[(held(), 65, 75), (held(), 78, 88)]);
    ends(&record, [(OK, 30), (OK, 30)]);
    // What comes in the meantime begins then.
    let mut wide = two_tasks();
    wide.services[0].slots = 2;
    ends(&with(wide, &[(held(), 65, 85)]), [(OK, 30), (OK, 25)]);
}

#[test]
fn work_is_lost_when_a_service_comes_back_empty_or_goes_down() {
    let network = failed(Class::Network);
    ends(&with(two_tasks(), &[(lost(), 65, 85)]), [(network, 25), (network, 15)]);
    // What comes last says what becomes of it.
    let record = with(two_tasks(), &[(held(), 65, 85), (lost(), 75, 95)]);
    ends(&record, [(network, 35), (network, 25)]);
    // It refuses what comes as long as any fault says so.
    ends(&with(two_tasks(), &[(tank::down(), 65, 72)]), [(network, 5), (network, 0)]);
    let record = with(two_tasks(), &[(tank::down(), 65, 67), (tank::down(), 66, 71)]);
    ends(&record, [(network, 5), (network, 0)]);
    ends(&with(two_tasks(), &[(tank::down(), 65, 67)]), [(network, 5), (OK, 10)]);
    // Work that stands still is lost as any other.
    let record = with(two_tasks(), &[(held(), 65, 95), (tank::down(), 75, 80)]);
    ends(&record, [(network, 15), (network, 5)]);
}

#[test]
fn slowness_is_of_work_that_begins_and_errors_are_of_work_that_ends() {
    ends(&with(two_tasks(), &[(tank::slow(2.0), 65, 85)]), [(OK, 10), (OK, 20)]);
    let record = with(two_tasks(), &[(tank::slow(2.0), 65, 85), (tank::slow(1.5), 65, 71)]);
    ends(&record, [(OK, 10), (OK, 30)]);
    let overload = failed(Class::Overload);
    let errors = tank::errors(Class::Overload, 1.0);
    ends(&with(two_tasks(), &[(errors.clone(), 65, 75)]), [(overload, 10), (OK, 10)]);
    let record =
        with(two_tasks(), &[(errors, 72, 85), (tank::errors(Class::Network, 1.0), 72, 85)]);
    ends(&record, [(OK, 10), (overload, 10)]);
}

#[test]
fn an_answer_that_comes_while_nothing_moves_is_taken_up_afterwards() {
    // Of the second task, even the work begins afterwards.
    let record = with(two_tasks_through(tank::call(1)), &[(held(), 65, 85)]);
    ends(&record, [(OK, 25), (OK, 26)]);
    // Where it did not come yet, nothing was to be held.
    let record = with(two_tasks_through(tank::call(1)), &[(held(), 65, 68)]);
    ends(&record, [(OK, 11), (OK, 11)]);
    let mut failing = two_tasks_through(tank::call(1));
    failing.services[1].errors = vec![(Class::Validation, 1.0)];
    let validation = failed(Class::Validation);
    ends(&with(failing, &[(held(), 65, 85)]), [(validation, 25), (validation, 26)]);
    let network = failed(Class::Network);
    let record = with(two_tasks_through(tank::call(1)), &[(lost(), 65, 85)]);
    ends(&record, [(network, 25), (network, 15)]);
}

#[test]
fn a_service_that_goes_down_gives_up_its_calls() {
    let record = with(two_tasks_through(tank::call(1)), &[(tank::down(), 65, 85)]);
    let network = failed(Class::Network);
    ends(&record, [(network, 5), (network, 0)]);
    let back = &record.services[1];
    assert_eq!((back.requests.issued, back.requests.given_up, back.abandoned), (1, 1, 1));
    assert_eq!(back.busy, 4 * SECOND, "from 61 to 65 s");
    assert_eq!((record.edges[2].calls.issued, record.edges[2].calls.given_up), (1, 1));
}

/// Refuses all calls.
#[derive(Clone, Debug)]
struct Refusal;

impl Layer for Refusal {
    fn on_call(&mut self, _call: CallId, _cx: &mut Context<'_>) -> Action {
        Action::Reply(Outcome::failed(Class::Rejected))
    }

    fn on_reply(&mut self, _call: CallId, outcome: Outcome, _cx: &mut Context<'_>) -> Action {
        Action::Reply(outcome)
    }
}

#[test]
fn a_service_whose_call_fails_fails_alike_unless_it_can_do_without() {
    let step = |times, optional| Step::Call {
        service: 1,
        times,
        optional,
        keys: None,
        idempotent: true,
        does: Does::Other,
        cost: Cost::default(),
    };
    let failing = |step| {
        let mut system = two_tasks_through(step);
        system.services[1].errors = vec![(Class::Validation, 1.0)];
        system
    };
    let validation = failed(Class::Validation);
    let record = with(failing(step(2, false)), &[]);
    ends(&record, [(validation, 11), (validation, 11)]);
    assert_eq!(record.edges[2].calls.issued, 2, "one for each: the second call is not made");
    let record = with(failing(step(2, true)), &[]);
    ends(&record, [(Outcome::Degraded, 21), (Outcome::Degraded, 21)]);
    assert_eq!(record.edges[2].calls.issued, 4);

    // Refusals are between a caller and its own layers.
    let mut system = two_tasks_through(step(2, false));
    system.policies = vec![tank::policy(vec![tank::plain("refusal", Refusal)])];
    system.edges[2].policy = Some(0);
    let overload = failed(Class::Overload);
    ends(&with(system.clone(), &[]), [(overload, 1), (overload, 1)]);
    system.edges[2].policy = None;
    ends(&with(system, &[]), [(OK, 21), (OK, 21)]);
}

#[test]
fn a_task_whose_call_fails_fails_alike_unless_it_can_do_without() {
    let step = |times, optional| Step::Call {
        service: 0,
        times,
        optional,
        keys: None,
        idempotent: true,
        does: Does::Other,
        cost: Cost::default(),
    };
    let failing = |step: Step| {
        let mut system = two_tasks();
        system.services[0].slots = 2;
        system.services[0].errors = vec![(Class::Validation, 1.0)];
        for agents in &mut system.agents {
            agents.steps = vec![step.clone(), Step::Work(Distribution::constant(secs(7)))];
        }
        with(system, &[])
    };
    let validation = failed(Class::Validation);
    let record = failing(step(2, false));
    ends(&record, [(validation, 10), (validation, 10)]);
    assert_eq!((record.agents[0].frozen, record.agents[0].busy), (10 * SECOND, 10 * SECOND));
    let record = failing(step(2, true));
    ends(&record, [(Outcome::Degraded, 27), (Outcome::Degraded, 27)]);
    assert_eq!((record.agents[0].frozen, record.agents[0].busy), (20 * SECOND, 27 * SECOND));
}
