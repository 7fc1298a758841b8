//! Layers that keep nothing are shared by agents, and nothing is seen of it.

use std::sync::Arc;

use patterns::report::{Counts, StateId};
use patterns::{Action, CallId, Context, Layer, Outcome, Time};
use sim::model::system::{LayerFactory, Per, System};
use sim::{Watch, run};

use crate::kinds;
use crate::tank::{self, exponential, millis, secs};

/// Does as a layer does, but does not say that it keeps nothing.
struct Own(Box<dyn Layer>);

impl Layer for Own {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        self.0.on_call(call, cx)
    }
    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        self.0.on_reply(call, outcome, cx)
    }
    fn on_wake(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        self.0.on_wake(call, cx)
    }
    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        self.0.on_cancel(call, cx);
    }
    fn on_late(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) {
        self.0.on_late(call, outcome, cx);
    }
    fn initial_state(&self) -> Option<StateId> {
        self.0.initial_state()
    }
    fn count(&self, now: Time, counts: &mut Counts) {
        self.0.count(now, counts);
    }
}

/// Two groups of agents that call one service under one policy, and a spare service.
fn system(layers: Vec<LayerFactory>) -> System {
    let mut system = tank::system(secs(60));
    let call = tank::one_of(0, 9);
    let arrivals = || tank::closed(exponential(millis(100)));
    system.agents = vec![
        tank::agents("first", 5, arrivals(), vec![call.clone()]),
        tank::agents("second", 3, arrivals(), vec![call]),
    ];
    let mut service = tank::service("service", 2, 2, exponential(millis(90)));
    service.errors = vec![(patterns::Class::Network, 0.2)];
    system.services = vec![service, tank::service("spare", 1, 1, exponential(millis(30)))];
    let mut policy = tank::policy(layers);
    policy.targets = vec![1, 1];
    system.policies = vec![policy];
    let edges = [(0, 0, Some(0)), (1, 0, Some(0)), (0, 1, None), (1, 1, None)];
    system.edges = edges.map(|(from, to, policy)| tank::edge(from, to, policy)).into();
    system
}

#[test]
fn layers_that_keep_nothing_do_the_same_whether_or_not_they_are_shared() {
    let mut shared = 0;
    for layer in kinds::each() {
        assert_eq!(layer.per, Per::Agent);
        shared += usize::from((layer.make)().keeps_nothing());
        let make = Arc::clone(&layer.make);
        let own = Arc::new(move || Box::new(Own(make())) as Box<dyn Layer>);
        let own = LayerFactory { make: own, ..layer.clone() };
        let around =
            |layer| vec![tank::retry(1, millis(50), patterns::backoff::Jitter::Full), layer];
        let (layer, own) = (system(around(layer)), system(around(own)));
        let [layer, own] = [layer, own].map(|system| run(&system, 1, Watch::Trace));
        assert!(layer.events > 1000, "{layer:?}");
        assert_eq!(layer, own);
    }
    assert!(shared >= 3, "timeouts, retries without a budget and fallbacks keep nothing");
}
