//! Wrong answers: who uses one has a wrong one, nobody sees it, and the counts know, worked out by
//! hand.

use patterns::cache::{Cache, Lasting};
use patterns::coalesce::Coalesce;
use patterns::{Class, Duration, cache, coalesce};
use sim::fault::kinds::down::Down;
use sim::fault::kinds::wrong::Wrong;
use sim::kernel::Distribution;
use sim::measure::Measure;
use sim::model::system::{Arrivals, Caller, Edge, LayerFactory, Per, Service, Step, System};
use sim::observe::{Anchor, OutcomeCounts, Window};
use sim::{Record, Watch, run};

use crate::tank::{self, exponential, millis, secs};

/// A service that takes a second, and whose answers are all wrong or all right.
fn service(name: &str, wrong: f64) -> Service {
    let latency = Distribution::constant(secs(1));
    Service { wrong, ..tank::service(name, u32::MAX, 0, latency) }
}

/// Ten tasks, one each ten seconds, of these steps.
fn system(steps: Vec<Step>, services: Vec<Service>) -> System {
    let arrivals = Arrivals::Open(Distribution::constant(secs(10)));
    let mut system = tank::system(secs(105));
    system.agents = vec![tank::agents("a", 1, arrivals, steps)];
    system.edges = (0..services.len()).map(|to| tank::edge(0, to, None)).collect();
    system.services = services;
    system
}

/// The same, of one call of the first service under a policy of one layer.
fn under(layer: LayerFactory, step: Step, services: Vec<Service>) -> System {
    let mut system = system(vec![step], services);
    system.policies = vec![tank::policy(vec![layer])];
    system.edges[0].policy = Some(0);
    system
}

fn of(system: &System) -> Record {
    run(system, 1, Watch::Counts)
}

/// How many ended good, degraded, and either of these with a wrong value.
fn ends(counts: &OutcomeCounts) -> [u64; 3] {
    [counts.good(), counts.degraded(), counts.wrong()]
}

fn tasks(system: &System) -> [u64; 3] {
    ends(&of(system).agents[0].tasks)
}

#[test]
fn a_wrong_answer_goes_up_through_the_services_that_use_it() {
    let mut system = system(vec![tank::call(0)], vec![service("front", 0.0), service("back", 1.0)]);
    system.services[0].steps = vec![tank::call(1)];
    system.edges[1].from = Caller::Service(0);
    let record = of(&system);
    assert_eq!(ends(&record.agents[0].tasks), [10, 0, 10]);
    for edge in &record.edges {
        assert_eq!([&edge.calls, &edge.attempts].map(ends), [[10, 0, 10]; 2]);
    }
    for service in &record.services {
        assert_eq!(ends(&service.requests), [10, 0, 10]);
    }
    // What the front held while nothing moved there is as wrong.
    system.faults = vec![tank::once(0, tank::hang(true), millis(11_500), secs(2))];
    assert_eq!(tasks(&system), [10, 0, 10]);
    system.services[1].wrong = 0.0;
    assert_eq!(tasks(&system), [10, 0, 0]);
}

#[test]
fn a_task_that_fails_has_no_wrong_value() {
    let mut services = vec![service("s", 1.0), service("broken", 0.0)];
    services[1].errors = vec![(Class::Network, 1.0)];
    let both = vec![tank::call(0), tank::call(1)];
    let record = of(&system(both, services.clone()));
    assert_eq!(ends(&record.agents[0].tasks), [0, 0, 0]);
    assert_eq!(record.agents[0].tasks.failed_as(Class::Network), 10);
    // A service that fails of itself has no value either, whatever it has used.
    let mut using = system(vec![tank::call(1)], services);
    using.services[1].steps = vec![tank::call(0)];
    using.edges =
        vec![tank::edge(0, 1, None), Edge { from: Caller::Service(1), to: 0, policy: None }];
    let record = of(&using);
    assert_eq!(ends(&record.agents[0].tasks), [0, 0, 0]);
    assert_eq!(record.agents[0].tasks.failed_as(Class::Network), 10);
}

#[test]
fn a_task_that_goes_on_without_an_answer_is_degraded_and_not_wrong() {
    let mut services = vec![service("s", 1.0), service("broken", 1.0)];
    services[1].errors = vec![(Class::Network, 1.0)];
    assert_eq!(tasks(&system(vec![tank::optional(1)], services.clone())), [0, 10, 0]);
    assert_eq!(tasks(&system(vec![tank::optional(0)], services.clone())), [10, 0, 10]);
    assert_eq!(
        tasks(&system(vec![tank::optional(0), tank::optional(1)], services.clone())),
        [0, 10, 10]
    );
    assert_eq!(tasks(&system(vec![tank::optional(1), tank::optional(0)], services)), [0, 10, 10]);
}

#[test]
fn a_fallback_passes_on_a_wrong_answer_and_gives_one() {
    let with = |first: Service, spare: Service| {
        let mut system =
            under(tank::fallback(patterns::Target(0)), tank::call(0), vec![first, spare]);
        system.policies[0].targets = vec![1];
        of(&system)
    };
    let broken = || Service { errors: vec![(Class::Network, 1.0)], ..service("s", 0.0) };
    let misled = with(broken(), service("spare", 1.0));
    assert_eq!(ends(&misled.agents[0].tasks), [0, 10, 10]);
    assert_eq!(ends(&misled.edges[0].calls), [0, 10, 10]);
    assert_eq!(ends(&misled.edges[1].calls), [10, 0, 10]);
    assert_eq!(ends(&with(broken(), service("spare", 0.0)).agents[0].tasks), [0, 10, 0]);
    assert_eq!(ends(&with(service("s", 1.0), service("spare", 0.0)).agents[0].tasks), [10, 0, 10]);
}

/// Answers are wrong until 15 s. The one of 11 s is kept until 46 s, the one of 51 s until 86 s.
#[test]
fn a_cache_gives_a_wrong_answer_until_it_is_too_old() {
    let layer = || tank::from_settings::<Cache>(cache::Settings::of(secs(35)));
    let mut system = under(layer(), tank::one_of(0, 1), vec![service("s", 0.0)]);
    system.faults =
        vec![tank::once(0, Wrong { share: 1.0, detect: 0.0 }, Duration::ZERO, secs(15))];
    let record = of(&system);
    assert_eq!(ends(&record.services[0].requests), [3, 0, 1]);
    assert_eq!(ends(&record.edges[0].calls), [10, 0, 4]);
    assert_eq!(ends(&record.agents[0].tasks), [10, 0, 4]);
}

#[test]
fn a_stale_copy_of_a_wrong_answer_is_wrong() {
    let settings =
        cache::Settings::of(secs(5)).with(|it| it.stale_if_error = Some(Lasting(secs(1_000))));
    let mut system =
        under(tank::from_settings::<Cache>(settings), tank::one_of(0, 1), vec![service("s", 1.0)]);
    system.faults = vec![tank::once(0, Down {}, secs(15), secs(1_000))];
    assert_eq!(tasks(&system), [1, 9, 10]);
    system.services[0].wrong = 0.0;
    assert_eq!(tasks(&system), [1, 9, 0]);
}

#[test]
fn calls_that_are_sent_as_one_share_a_wrong_answer() {
    let make = || Coalesce::new(coalesce::Settings::default()).expect("valid");
    let layer = LayerFactory::of(Per::Edge, make);
    let mut system = under(layer, tank::one_of(0, 1), vec![service("s", 1.0)]);
    system.agents[0].count = 3;
    let record = of(&system);
    assert_eq!(ends(&record.services[0].requests), [10, 0, 10]);
    assert_eq!(ends(&record.agents[0].tasks), [30, 0, 30]);
}

#[test]
fn a_wrong_answer_that_is_found_out_fails_as_validation() {
    let mut system = system(vec![tank::call(0)], vec![service("s", 0.0)]);
    let always = |detect| tank::once(0, Wrong { share: 1.0, detect }, Duration::ZERO, secs(1_000));
    system.faults = vec![always(1.0)];
    let record = of(&system);
    for counts in [&record.agents[0].tasks, &record.services[0].requests] {
        assert_eq!((ends(counts), counts.failed_as(Class::Validation)), ([0, 0, 0], 10));
    }
    system.faults = vec![always(0.0)];
    assert_eq!(tasks(&system), [10, 0, 10]);
}

#[test]
fn a_wrong_result_that_is_late_is_late() {
    let mut system = system(vec![tank::call(0)], vec![service("s", 1.0)]);
    let of_agents = |system: &System| {
        let record = of(system);
        ["success", "right", "wrong", "late"].map(|name| {
            let measure = Measure::parse(&format!("agents.a.{name}"), system).expect(name);
            measure.of(&record).to_string()
        })
    };
    assert_eq!(of_agents(&system), ["1", "0", "1", "0"]);
    system.agents[0].deadline = Some(millis(500));
    assert_eq!(of_agents(&system), ["0", "0", "0", "1"]);
}

#[test]
fn wrong_values_of_windows_add_up_to_those_of_the_run() {
    let latency = exponential(secs(1));
    let services = vec![Service { wrong: 0.5, ..tank::service("s", u32::MAX, 0, latency) }];
    let mut system = system(vec![tank::call(0)], services);
    system.agents[0].count = 50;
    system.agents[0].patience = Some(Distribution::constant(secs(1)));
    let window = |from, until| Window { from, until, anchor: Anchor::Run };
    let windows = [window(None, Some(secs(40))), window(Some(secs(40)), None)];
    system.windows = windows.to_vec();
    let record = of(&system);
    let parts = windows.map(|window| record.window(&window).expect("it came").clone());
    let mut sum = parts[0].clone();
    sum.extend(&parts[1]);
    let wrong = |record: &Record| {
        let [agents, edge] = [&record.agents[0].tasks, &record.edges[0].calls].map(ends);
        (agents, edge, record.agents[0].late)
    };
    assert_eq!(wrong(&sum), wrong(&record));
    for part in &parts {
        let (tasks, _, late) = wrong(part);
        assert!(0 < late.wrong && late.wrong < tasks[2] && tasks[2] < tasks[0], "{tasks:?}");
    }
}
