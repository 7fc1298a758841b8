//! Measures are of the part that they name, and say what they are.

use std::collections::BTreeSet;

use patterns::settings::LayerSettings;
use sim::measure::{Measure, Unit, documented, documented_of_layer};
use sim::model::system::{Arrivals, Caller, Edge, System};
use sim::{Watch, run};

use crate::tank::{self, exponential, millis, secs};

/// Two groups of agents call two services, each as often as its name says.
fn crossing() -> System {
    let mut system = tank::system(secs(1_000));
    let arrivals = || Arrivals::Open(exponential(secs(1)));
    let times = |service, times| sim::model::system::Step::Call {
        service,
        times,
        optional: false,
        keys: None,
        idempotent: true,
        does: sim::model::system::Does::Other,
        cost: sim::model::system::Cost::default(),
    };
    system.agents = vec![
        tank::agents("once", 1, arrivals(), vec![times(0, 1), times(1, 2)]),
        tank::agents("more", 1, arrivals(), vec![times(0, 3), times(1, 4)]),
    ];
    let service = |name| tank::service(name, u32::MAX, 0, exponential(millis(1)));
    system.services = vec![service("first"), service("second")];
    system.policies = vec![tank::policy(vec![tank::breaker(3, secs(1))])];
    let edge = |from, to, policy| Edge { from: Caller::Agents(from), to, policy };
    system.edges = vec![edge(0, 0, None), edge(0, 1, Some(0)), edge(1, 0, None), edge(1, 1, None)];
    system
}

#[test]
fn an_edge_is_told_by_both_of_its_ends() {
    let system = crossing();
    let record = run(&system, 1, Watch::Counts);
    let of = |path: &str| Measure::parse(path, &system).expect(path).of(&record);
    for (agents, [first, second]) in [("once", [1.0, 2.0]), ("more", [3.0, 4.0])] {
        let tasks = of(&format!("agents.{agents}.tasks"));
        for (service, times) in [("first", first), ("second", second)] {
            let calls = of(&format!("edges.{agents} -> {service}.calls"));
            assert!((calls / tasks / times - 1.0).abs() < 0.02, "{agents}: {calls} of {tasks}");
        }
    }
}

#[test]
fn a_layer_alone_of_its_kind_has_no_number() {
    let paths: Vec<String> =
        Measure::all(&crossing()).iter().map(|measure| measure.path().to_owned()).collect();
    assert!(paths.contains(&"edges.\"once -> second\".breaker.opens".to_owned()));
    assert!(!paths.iter().any(|path| path.contains('#')), "{paths:#?}");
}

#[test]
fn a_former_name_is_answered_only_where_there_is_a_present_one() {
    let known = |path| Measure::parse(path, &crossing()).expect_err(path).known;
    assert_eq!(known("edges.once -> second.opens"), ["breaker.opens"]);
    let without = known("edges.once -> first.opens");
    assert!(without.len() > 5 && !without.contains(&"breaker.opens".to_owned()), "{without:?}");
}

#[test]
fn a_measure_of_agents_is_found_by_its_name() {
    let goodput = Measure::of_agents("once", "goodput").expect("it is a measure");
    assert_eq!(goodput.path(), "agents.once.goodput");
    assert_eq!(Measure::parse("agents.once.goodput", &crossing()).as_ref(), Ok(&goodput));
    assert_eq!(Measure::of_agents("once", "fault-mtbf"), None);
    // Those of other numbers, or of other parts, are others.
    assert_ne!(Measure::of_agents("once", "success"), Some(goodput.clone()));
    assert_ne!(Measure::of_agents("more", "goodput"), Some(goodput));
}

#[test]
fn what_is_documented_is_what_can_be_measured() {
    let named = |path: &str| {
        let path =
            path.replace("once -> first", "FROM -> TO").replace("once -> second", "FROM -> TO");
        let path = path.replace("recoveries.mend", "recoveries.NAME");
        let path = path.replace("humans.oncall", "humans.NAME");
        path.replace("agents.once", "agents.NAME").replace("services.first", "services.NAME")
    };
    let mut system = crossing();
    (system.recoveries, system.humans) = tank::mended(0);
    let all = Measure::all(&system);
    let measured: BTreeSet<(String, &str, String)> = all
        .iter()
        .map(|measure| {
            (named(measure.path()), measure.unit().name(), measure.definition().to_owned())
        })
        .filter(|(path, ..)| {
            path.contains("NAME") || path.contains("FROM") || path.starts_with("system.")
        })
        .collect();
    let report = <patterns::breaker::Settings as LayerSettings>::REPORT;
    let documented: BTreeSet<(String, &str, String)> = documented()
        .chain(documented_of_layer("breaker", report))
        .map(|(path, unit, definition)| (path, unit.name(), definition))
        .collect();
    assert_eq!(documented, measured);
    let of = |path: &str| documented.iter().find(|(other, ..)| other == path).cloned();
    let (_, unit, definition) = of("edges.\"FROM -> TO\".breaker.opens").expect("it is there");
    assert!(unit == "count" && !definition.contains("on average"), "{definition}");
}

#[test]
fn a_unit_is_named_by_words() {
    let units = [Unit::Share, Unit::Seconds, Unit::WorkSeconds, Unit::Count, Unit::PerHour];
    let words = ["share", "seconds", "work seconds", "count", "per hour"];
    assert_eq!((units.map(Unit::name), Unit::Ratio.name()), (words, "ratio"));
}
