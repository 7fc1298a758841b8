//! What layers know of the calls that they see.

use std::sync::{Arc, Mutex};

use patterns::report::Report;
use patterns::{Action, CallId, CallInfo, Context, Duration, Layer, Outcome, Time};
use sim::model::system::{Arrivals, Caller, Cost, Does, Edge, LayerFactory, Per, Step, System};
use sim::{Watch, run};

use crate::tank::{self, millis, secs};

type Seen = Arc<Mutex<Vec<(Time, CallInfo)>>>;

/// Writes down what it is given, and lowers the deadline to a given time from now.
struct Witness {
    seen: Seen,
    limit: Option<Duration>,
}

impl Layer for Witness {
    fn on_call(&mut self, _call: CallId, cx: &mut Context<'_>) -> Action {
        self.seen.lock().expect("no thread panicked").push((cx.now, cx.info()));
        if let Some(limit) = self.limit {
            cx.shorten_deadline(cx.now + limit);
        }
        Action::Send
    }

    fn on_reply(&mut self, _call: CallId, outcome: Outcome, _cx: &mut Context<'_>) -> Action {
        Action::Reply(outcome)
    }
}

fn witness(seen: &Seen, limit: Option<Duration>) -> LayerFactory {
    let seen = Arc::clone(seen);
    LayerFactory {
        kind: "witness".to_owned(),
        report: &Report::NONE,
        per: Per::Agent,
        make: Arc::new(move || Box::new(Witness { seen: Arc::clone(&seen), limit })),
    }
}

/// Two groups of agents call a front service, which calls a back service. What was seen on the way
/// to each of them.
fn seen(limit: Option<Duration>, step: Step) -> [Vec<(Time, CallInfo)>; 2] {
    let (at_front, at_back) = (Seen::default(), Seen::default());
    let mut system = System { ..tank::system(secs(60)) };
    let arrivals = || Arrivals::Open(tank::exponential(secs(1)));
    let mut urgent = tank::agents("urgent", 1, arrivals(), vec![step.clone()]);
    (urgent.priority, urgent.deadline) = (0, Some(secs(10)));
    let mut idle = tank::agents("idle", 2, arrivals(), vec![step]);
    idle.priority = 7;
    system.agents = vec![urgent, idle];
    let mut front = tank::service("front", u32::MAX, 0, tank::exponential(millis(5)));
    front.steps = vec![tank::call(1)];
    let back = tank::service("back", u32::MAX, 0, tank::exponential(millis(5)));
    system.services = vec![front, back];
    system.policies = vec![
        tank::policy(vec![witness(&at_front, limit)]),
        tank::policy(vec![witness(&at_back, None)]),
    ];
    system.edges = vec![
        Edge { from: Caller::Agents(0), to: 0, policy: Some(0) },
        Edge { from: Caller::Agents(1), to: 0, policy: Some(0) },
        Edge { from: Caller::Service(0), to: 1, policy: Some(1) },
    ];
    let record = run(&system, 1, Watch::Counts);
    assert!(record.agents.iter().all(|agents| agents.tasks.issued > 30), "{record:?}");
    [at_front, at_back].map(|seen| seen.lock().expect("no thread panicked").clone())
}

#[test]
fn deadline_and_priority_go_from_task_to_call_to_call() {
    let [front, back] = seen(None, tank::call(0));
    let urgent = |info: &CallInfo| info.priority == 0;
    let callers = sim::model::caller_numbers(["urgent", "idle", "front"].into_iter());
    assert!(front.iter().any(|(_, info)| urgent(info)));
    for (now, info) in &front {
        let deadline = if urgent(info) { *now + secs(10) } else { Time::MAX };
        assert_eq!(info.deadline, deadline, "agents call as soon as a task comes");
        assert_eq!(info.caller, callers[usize::from(!urgent(info))]);
        assert!(urgent(info) || info.priority == 7);
        assert!(info.is_idempotent && !info.is_extra);
    }
    // In the order of deadlines, which is that of arrival, those at the back are those at the
    // front.
    let deadlines = |seen: &[(Time, CallInfo)]| {
        let mut all: Vec<Time> = seen.iter().map(|(_, info)| info.deadline).collect();
        all.sort();
        all
    };
    let (at_front, at_back) = (deadlines(&front), deadlines(&back));
    assert!(at_back.len() <= at_front.len());
    assert!(at_back.iter().all(|deadline| at_front.contains(deadline)));
    assert!(back.iter().all(|(_, info)| info.caller == callers[2]), "the front service calls");
    assert!(back.iter().any(|(_, info)| info.priority == 7));
}

#[test]
fn a_deadline_lowered_by_a_layer_is_lower_all_the_way() {
    let [front, back] = seen(Some(millis(100)), tank::call(0));
    assert!(front.iter().all(|(now, info)| *now + secs(10) <= info.deadline));
    assert!(!back.is_empty());
    for (now, info) in back {
        assert!(info.deadline <= now + millis(100), "{now} {info:?}");
    }
}

#[test]
fn what_is_asked_for_is_one_of_so_many_or_its_own() {
    let keys_of = |keys| {
        let step = Step::Call {
            service: 0,
            times: 3,
            optional: false,
            keys,
            idempotent: false,
            does: Does::Other,
            cost: Cost::default(),
        };
        let [front, _] = seen(None, step);
        assert!(front.iter().all(|(_, info)| !info.is_idempotent));
        let mut keys: Vec<u32> = front.iter().map(|(_, info)| info.key).collect();
        let calls = keys.len();
        keys.sort_unstable();
        keys.dedup();
        (calls, keys)
    };
    let (calls, keys) = keys_of(None);
    assert_eq!(keys.len(), calls, "no two calls ask for the same");
    assert!(keys[0] >= 1 << 31, "nor for what a step with keys may ask for");
    let (calls, keys) = keys_of(Some(4));
    assert!(calls > 200);
    assert_eq!(keys, [0, 1, 2, 3]);
}
