//! A run of thousands of agents goes on as one of few does, though it reads ahead.

use patterns::backoff::Jitter;
use sim::fault::kinds::down::Down;
use sim::model::system::{Caller, Edge, Step, System};
use sim::{Watch, run};

use crate::tank::{
    agents, breaker, call, closed, edge, exponential, millis, once, policy, retry, secs, service,
    system, timeout,
};

/// A few agents that call, with all that can go wrong, a service that calls another.
fn few() -> System {
    let mut system = system(secs(60));
    let steps = vec![call(0), Step::Work(exponential(millis(20))), call(0)];
    system.agents = vec![agents("few", 20, closed(exponential(millis(300))), steps)];
    let mut first = service("first", 3, 9, exponential(millis(40)));
    first.errors = vec![(patterns::Class::Network, 0.2)];
    first.steps = vec![call(1)];
    system.services = vec![first, service("second", 2, 9, exponential(millis(30)))];
    let layers =
        vec![retry(2, millis(50), Jitter::Full), breaker(5, secs(1)), timeout(millis(400))];
    system.policies = vec![policy(layers)];
    let behind = Edge { from: Caller::Service(0), to: 1, policy: Some(0) };
    system.edges = vec![edge(0, 0, Some(0)), behind];
    system.faults = vec![once(1, Down {}, secs(20), secs(5))];
    system
}

#[test]
fn a_crowd_changes_nothing_for_those_whom_it_never_meets() {
    let few = few();
    let mut crowded = few.clone();
    let work = vec![Step::Work(exponential(secs(2)))];
    crowded.agents.push(agents("callers", 2_000, closed(exponential(secs(9))), vec![call(2)]));
    crowded.agents.push(agents("workers", 1_000, closed(exponential(secs(9))), work));
    crowded.services.push(service("third", u32::MAX, 0, exponential(millis(200))));
    crowded.edges.push(edge(1, 2, Some(0)));
    for seed in 0..3 {
        let runs = [&few, &crowded].map(|system| run(system, seed, Watch::Counts));
        let [mut alone, mut among] = runs;
        assert!(alone.agents[0].tasks.good() > 500 && alone.agents[0].tasks.failed() > 100);
        assert!(among.agents[1..].iter().all(|group| group.tasks.good() > 1_000));
        assert_eq!(alone.agents[..], among.agents[..1], "{seed}");
        assert_eq!(alone.services[..], among.services[..2], "{seed}");
        // Layers are in the order in which callers come; services are the last.
        assert_eq!(alone.layers[..3], among.layers[..3], "{seed}");
        assert_eq!(alone.layers[3..], among.layers[6..], "{seed}");
        // So what they are called on an edge by number differs.
        alone.edges.iter_mut().chain(&mut among.edges).for_each(|edge| edge.layers.clear());
        assert_eq!(alone.edges[..], among.edges[..2], "{seed}");
    }
}
