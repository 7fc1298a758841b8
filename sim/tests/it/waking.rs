//! Calls that wake each other are woken once, and only as long as they are waited for.

use patterns::report::StateId;
use patterns::{Action, CallId, CallInfo, Context, Layer, Outcome, Time};
use sim::call::{CallEvent, Calls, ChainLink, Command, EdgeState, LayerInstance, Observer};
use sim::kernel::{RngStream, RngStreams, Scheduler};

/// Counts how often calls are woken, by the state that its layers enter then.
#[derive(Debug, Default)]
struct Wakes(usize);

impl Observer for Wakes {
    fn edge(&mut self, _edge: u32, _event: CallEvent) {}

    fn layer(&mut self, _layer: u32, _state: StateId) {
        self.0 += 1;
    }
}

fn stream() -> RngStream {
    RngStreams::new(1).stream("layer")
}

/// Calls on one edge with these layers.
fn calls(layers: Vec<Box<dyn Layer>>, scheduler: &mut Scheduler) -> Calls {
    let rngs = layers.iter().map(|_| stream()).collect();
    let instances = layers.into_iter().map(|layer| LayerInstance::new(layer, scheduler.lane()));
    let instances: Vec<LayerInstance> = instances.collect();
    let chain = (0..instances.len() as u32).map(|at| ChainLink { instance: at, rng: at });
    let edge = EdgeState { chain: chain.collect(), targets: [].into() };
    Calls::new(&[edge], instances, rngs, 0)
}

/// Its first call waits. The next one is refused, and wakes the first so many times; that goes on
/// to wait, or is answered.
#[derive(Debug)]
struct Alarm {
    times: u32,
    then: Action,
}

impl Layer for Alarm {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        if call == CallId(0) {
            return Action::Wait;
        }
        for _ in 0..self.times {
            cx.wake(CallId(0));
        }
        Action::Reply(Outcome::Ok)
    }

    fn on_reply(&mut self, _call: CallId, outcome: Outcome, _cx: &mut Context<'_>) -> Action {
        Action::Reply(outcome)
    }

    fn on_wake(&mut self, _call: CallId, cx: &mut Context<'_>) -> Action {
        cx.enter_state(StateId(0));
        self.then
    }
}

#[test]
fn a_call_that_is_woken_twice_at_once_is_asked_once() {
    let mut scheduler = Scheduler::new();
    let alarm = Alarm { times: 2, then: Action::Wait };
    let mut calls = calls(vec![Box::new(alarm)], &mut scheduler);
    let mut wakes = Wakes::default();
    let info = CallInfo::default;
    assert_eq!(calls.begin(0, 0, info(), &mut scheduler, &mut wakes), None);
    let done = calls.begin(0, 1, info(), &mut scheduler, &mut wakes);
    assert_eq!(done, Some(Command::Done { caller: 1, outcome: Outcome::Ok }));
    assert_eq!((calls.next_command(), wakes.0), (None, 1));
}

#[test]
fn a_call_given_up_in_the_instant_of_its_answer_is_not_answered_but_the_others_are() {
    let mut scheduler = Scheduler::new();
    let alarm = Alarm { times: 1, then: Action::Reply(Outcome::Degraded) };
    let mut calls = calls(vec![Box::new(alarm)], &mut scheduler);
    let mut wakes = Wakes::default();
    let info = CallInfo::default;
    let top = calls.next_top();
    assert_eq!(calls.begin(0, 0, info(), &mut scheduler, &mut wakes), None);
    let done = |caller, outcome| Some(Command::Done { caller, outcome });
    let first = calls.begin(0, 1, info(), &mut scheduler, &mut wakes);
    assert_eq!(first, done(1, Outcome::Ok));
    // Handed back, it is no one's but the second caller's.
    calls.put_back(first.expect("it is there"));
    assert!(!calls.is_empty(), "two answers are to be handed out");
    calls.cancel(top, 0, None, &mut scheduler, &mut wakes);
    assert_eq!(calls.next_command(), done(1, Outcome::Ok));
    assert_eq!(calls.next_command(), None);
    assert!(calls.is_empty());
}

/// Sends two attempts at once, and takes the first answer.
#[derive(Debug)]
struct Pair;

impl Layer for Pair {
    fn on_call(&mut self, _call: CallId, cx: &mut Context<'_>) -> Action {
        Action::SendAndWake(cx.now)
    }

    fn on_wake(&mut self, _call: CallId, _cx: &mut Context<'_>) -> Action {
        Action::Send
    }

    fn on_reply(&mut self, _call: CallId, outcome: Outcome, _cx: &mut Context<'_>) -> Action {
        Action::Reply(outcome)
    }
}

/// Sends its calls on; when the first is answered, it wakes the second.
#[derive(Debug)]
struct Nudge;

impl Layer for Nudge {
    fn on_call(&mut self, _call: CallId, _cx: &mut Context<'_>) -> Action {
        Action::Send
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        if call == CallId(0) {
            cx.wake(CallId(1));
        }
        Action::Reply(outcome)
    }

    fn on_wake(&mut self, _call: CallId, cx: &mut Context<'_>) -> Action {
        cx.enter_state(StateId(0));
        Action::Wait
    }
}

#[test]
fn a_call_given_up_before_its_turn_is_not_woken() {
    let mut scheduler = Scheduler::new();
    let mut calls = calls(vec![Box::new(Pair), Box::new(Nudge)], &mut scheduler);
    let mut wakes = Wakes::default();
    let mut leaves = Vec::new();
    let mut next = calls.begin(0, 0, CallInfo::default(), &mut scheduler, &mut wakes);
    for request in 0..2 {
        let Some(Command::Launch { leaf, .. }) = next else { panic!("no attempt, but {next:?}") };
        assert!(calls.launch(leaf, request).is_some());
        leaves.push(leaf);
        next = scheduler
            .next(Time::MAX)
            .and_then(|event| calls.wake(event.index, &mut scheduler, &mut wakes));
    }
    // The first attempt is answered: the second one is woken for it, and given up with it.
    let next = calls.end(leaves[0], Outcome::Ok, &mut scheduler, &mut wakes);
    assert_eq!(next, Some(Command::Abandon { leaf: leaves[1], request: 1 }));
    assert_eq!(calls.next_command(), Some(Command::Done { caller: 0, outcome: Outcome::Ok }));
    assert_eq!((calls.next_command(), wakes.0), (None, 0));
    assert!(calls.is_abandoned(leaves[1], 1) && !calls.is_abandoned(leaves[1], 0));
    assert!(!calls.is_empty(), "the second attempt is still under way");
    assert_eq!(calls.end(leaves[1], Outcome::Ok, &mut scheduler, &mut wakes), None);
    assert!(calls.is_empty());
}
