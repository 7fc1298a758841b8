//! What measures say of a record made by hand.

mod fixture;

use std::cmp::Ordering;
use std::collections::BTreeSet;

use patterns::settings::LayerSettings;
use patterns::{Class, Outcome};

use super::subject::find;
use super::{Better, Measure, Pooling, Sample, Unit};
use crate::model::system::{Edge, LayerFactory, Service, System};
use crate::observe::{AgentFailures, AgentRecord, Histogram, LateCounts};
use fixture::{check, counts, factory, near, record, seconds, system};

#[test]
fn agents_are_measured() {
    check("agents.research.success", 12.0 / 20.0);
    check("agents.research.wrong", 3.0 / 20.0);
    check("agents.research.right", 9.0 / 20.0);
    check("agents.research.complete", 9.0 / 20.0);
    check("agents.research.degraded", 3.0 / 20.0);
    check("agents.research.late", 3.0 / 20.0);
    check("agents.research.failed", 5.0 / 20.0);
    check("agents.research.graceful", 2.0 / 20.0);
    check("agents.research.ungraceful", 6.0 / 20.0);
    check("agents.research.overdue", 2.0);
    check("agents.research.goodput", 12.0 * 36.0);
    check("agents.research.throughput", 18.0 * 36.0);
    check("agents.research.latency.mean", 0.0505);
    check("agents.research.latency.max", 0.1);
    // One of the nine complete ones is wrong, and two of the three degraded.
    check("agents.research.weighted-goodput", (8.0 + 0.5) * 36.0);
    check("agents.research.latency-ok.mean", 0.0255);
    check("agents.research.frozen", 30.0);
    check("agents.research.busy", 150.0);
    check("agents.research.tasks", 20.0);
    check("agents.research.blast-radius", 0.5);
    check("agents.research.open", 2.0);
    near("agents.research.latency.p50", 0.050);
    near("agents.research.latency.p95", 0.095);
    near("agents.research.latency.p99", 0.099);
    near("agents.research.latency-ok.p50", 0.025);
    near("agents.research.latency-ok.p95", 0.048);
    near("agents.research.latency-ok.p99", 0.050);
}

#[test]
fn all_groups_are_measured_together() {
    let mut record = record();
    record.agents.push(AgentRecord {
        name: "another".to_owned(),
        count: 6,
        tasks: counts(30, &[(Outcome::Ok, 20), (Outcome::failed(Class::Timeout), 10)]),
        late: LateCounts::default(),
        overdue: 0,
        failures: AgentFailures::none(6),
        ..record.agents[0].clone()
    });
    for (path, expected) in [
        ("system.success", (12.0 + 20.0) / 50.0),
        ("system.goodput", (12.0 + 20.0) * 36.0),
        ("system.blast-radius", 1.0 / 8.0),
    ] {
        let value = Measure::parse(path, &system()).expect(path).of(&record);
        assert!((value - expected).abs() < 1e-12, "{path} is {value}, not {expected}");
    }
}

#[test]
fn a_ratio_is_known_by_both_of_its_parts() {
    let record = record();
    let of = |path: &str| {
        let measure = Measure::parse(path, &system()).expect(path);
        (measure.pooling(), measure.sample(&record))
    };
    let ratio = |pooling, part, of| (pooling, Sample { part, of });
    assert_eq!(of("agents.research.success"), ratio(Pooling::Share, 12.0, 20.0));
    assert_eq!(of("agents.research.goodput"), ratio(Pooling::Ratio, 12.0, 100.0 / 3600.0));
    assert_eq!(of("agents.research.availability"), ratio(Pooling::ShareOfTime, 70.0, 100.0));
    assert_eq!(of("agents.research.mtbf"), ratio(Pooling::Ratio, 70.0, 2.0));
    assert_eq!(of("services.git.hub.utilisation"), ratio(Pooling::ShareOfTime, 100.0, 400.0));
    assert_eq!(of("services.git.hub.waits"), ratio(Pooling::Share, 100.0, 100.0));
    let gate = of("edges.research -> git.hub.gate#1.narrow-share");
    assert_eq!(gate, ratio(Pooling::ShareOfTime, 10.0, 200.0));
    assert_eq!(of("agents.research.frozen"), ratio(Pooling::Mean, 30.0, 1.0));
    // A quantile is known by all times.
    let measure = Measure::parse("agents.research.latency.p99", &system()).expect("it is there");
    assert_eq!(measure.pooling(), Pooling::Quantile(0.99));
    assert_eq!(measure.times(&record).map(|times| times.count()), Some(100));
    assert_eq!(Sample { part: 1.0, of: 0.0 }.value().total_cmp(&f64::NAN), Ordering::Equal);
}

#[test]
fn quantiles_of_the_same_times_know_each_other() {
    let system = System { horizon: seconds(110), ..system() };
    let of = |path: &str| Measure::parse(path, &system).expect(path);
    let p50 = of("agents.research.latency.p50");
    assert!(p50.is_of_same_times(&of("agents.research.latency.p99.9")));
    for other in [
        "agents.research.latency-ok.p50",
        "agents.research.latency.mean",
        "edges.research -> git.hub.latency.p50",
        "agents.research.latency.p50 until 20s",
    ] {
        assert!(!p50.is_of_same_times(&of(other)), "{other}");
    }
}

#[test]
fn failure_episodes_are_measured() {
    check("agents.research.episodes", 2.0);
    check("agents.research.availability", 0.7);
    check("agents.research.mtbf", 35.0);
    check("agents.research.mttr", 15.0);
    check("agents.research.mttr.detect", 2.5);
    check("agents.research.mttr.contain", 3.0 / 2.0);
    check("agents.research.mttr.recover", 6.0);
    check("agents.research.mttr.verify", 10.0 / 2.0);
    check("agents.research.healed", 0.5);
    // One that a human ended has not healed by itself.
    let mut by_human = record();
    by_human.agents[0].episodes.all[0].had_human = true;
    let healed = Measure::parse("agents.research.healed", &system()).expect("it is there");
    assert!(healed.of(&by_human).abs() < 1e-12);
    // The second one has not ended.
    let recovery = Measure::parse("agents.research.recovery", &system()).expect("it is there");
    assert!(recovery.of(&record()).is_nan());
    let mut ended = record();
    ended.agents[0].episodes.all.pop();
    assert!((recovery.of(&ended) - 30.0).abs() < 1e-12);
    check("edges.\"research -> git.hub\".recovery", 0.0);
    check("edges.\"research -> git.hub\".episodes", 0.0);
}

#[test]
fn recoveries_and_humans_are_measured() {
    check("recoveries.re.set.triggered", 7.0);
    check("recoveries.re.set.done", 9.0);
    check("recoveries.re.set.unneeded", 1.0);
    check("recoveries.re.set.healed", 0.25);
    check("recoveries.re.set.time-to-heal", 45.0);
    check("recoveries.re.set.escalated", 3.0);
    check("humans.oncall.calls", 5.0);
    check("humans.oncall.taken", 4.0);
    check("humans.oncall.waited", 25.0);
    check("humans.oncall.busy", 70.0);
}

#[test]
fn services_are_measured() {
    check("services.\"git.hub\".requests", 50.0);
    check("services.\"git.hub\".success", 0.6);
    check("services.\"git.hub\".wrong", 0.1);
    check("services.\"git.hub\".overload", 0.3);
    check("services.\"git.hub\".rate-limited", 0.1);
    check("services.\"git.hub\".utilisation", 0.25);
    check("services.\"git.hub\".queue", 2.5);
    check("services.\"git.hub\".busy", 1.0);
    check("services.\"git.hub\".peak", 7.0);
    check("services.\"git.hub\".peak.second", 0.0);
    check("services.\"git.hub\".queue.peak", 5.0);
    check("services.\"git.hub\".queue.drain", 9.0);
    check("services.\"git.hub\".waiting.mean", 0.0505);
    near("services.\"git.hub\".waiting.p50", 0.050);
    near("services.\"git.hub\".waiting.p95", 0.095);
    near("services.\"git.hub\".waiting.p99", 0.099);
    check("services.\"git.hub\".sojourn.mean", 0.1505);
    near("services.\"git.hub\".sojourn.p50", 0.150);
    near("services.\"git.hub\".sojourn.p95", 0.195);
    near("services.\"git.hub\".sojourn.p99", 0.199);
    check("services.\"git.hub\".faults", 3.0);
    check("services.\"git.hub\".abandoned", 4.0);
    check("services.\"git.hub\".wasted", 12.0);
    check("services.\"git.hub\".down", 0.2);
    check("services.\"git.hub\".fault-availability", 0.8);
    check("services.\"git.hub\".fault-mtbf", 20.0);
    check("services.\"git.hub\".fault-mttr", 40.0 / 3.0);
    check("services.\"git.hub\".throughput", 50.0 * 36.0);
    check("services.\"git.hub\".open", 0.0);
    check("services.\"git.hub\".waits", 1.0);
    near("services.\"git.hub\".waiting.p99.9", 0.100);
    near("services.\"git.hub\".sojourn.sd", libm::sqrt(9_999.0 / 12.0) / 1e3);
}

#[test]
fn edges_are_measured() {
    check("edges.\"research -> git.hub\".calls", 40.0);
    check("edges.\"research -> git.hub\".success", 0.5);
    check("edges.\"research -> git.hub\".wrong", 0.2);
    check("edges.\"research -> git.hub\".attempts", 50.0);
    check("edges.\"research -> git.hub\".amplification", 1.25);
    check("edges.\"research -> git.hub\".refused", 0.25);
    check("edges.\"research -> git.hub\".timeouts", 0.25);
    check("edges.\"research -> git.hub\".late", 3.0);
    check("edges.\"research -> git.hub\".peak", 6.0);
    check("edges.\"research -> git.hub\".frozen", 4.0);
    check("edges.\"research -> git.hub\".throughput", 40.0 * 36.0);
    check("edges.\"research -> git.hub\".given-up", 0.1);
    check("edges.\"research -> git.hub\".latency.mean", 0.010);
    near("edges.\"research -> git.hub\".latency.p50", 0.005);
    near("edges.\"research -> git.hub\".latency.p95", 0.015);
    near("edges.\"research -> git.hub\".latency.p99", 0.015);
}

#[test]
fn layers_are_measured_on_their_edges() {
    check("edges.\"research -> git.hub\".gate#1.passed", 7.0);
    check("edges.\"research -> git.hub\".gate#1.waited", 30.0);
    // 500 call-seconds in 100 s, over two instances.
    check("edges.\"research -> git.hub\".gate#1.within", 2.5);
    check("edges.\"research -> git.hub\".gate#1.narrow-share", 0.05);
    check("edges.\"research -> git.hub\".gate#2.passed", 5.0);
    check("edges.\"research -> git.hub\".gate#2.wide-share", 0.85);
    check("edges.\"research -> git.hub\".gate#1.narrow-at-end", 0.5);
    // Both together: what is counted adds up, what is an average is one over all instances.
    check("edges.\"research -> git.hub\".gate.passed", 12.0);
    check("edges.\"research -> git.hub\".gate.waited", 32.0);
    check("edges.\"research -> git.hub\".gate.within", 1.5);
    check("edges.\"research -> git.hub\".gate.narrow-share", 0.1);
    check("edges.\"research -> git.hub\".gate.narrow-at-end", 0.75);
}

#[test]
fn layers_of_an_edge_that_has_none_are_not_a_number() {
    let measure = Measure::parse("edges.research -> git.hub.gate.passed", &system()).unwrap();
    let mut other = record();
    other.edges[0].layers = vec![3];
    assert!((measure.of(&other) - 99.0).abs() < 1e-12);
    other.edges[0].layers.clear();
    assert!(measure.of(&other).is_nan());
}

#[test]
fn systems_of_other_layers_have_their_measures_together() {
    let mut bare = system();
    bare.edges[0].policy = None;
    let more: Vec<String> = Measure::all_of([&bare, &system()])
        .iter()
        .skip(Measure::all(&bare).len())
        .map(|measure| measure.path().to_owned())
        .collect();
    assert_eq!(more.len(), 21, "seven numbers, of both and of each");
    assert_eq!(more[0], "edges.\"research -> git.hub\".gate.passed");
    assert_eq!(Measure::all_of([&system(), &bare]), Measure::all(&system()));
}

#[test]
fn a_measure_of_a_layer_is_defined_by_its_report() {
    let of = |path: &str| Measure::parse(path, &system()).expect(path);
    let within = of("edges.research -> git.hub.gate.within");
    assert_eq!(within.definition(), "Calls within, on average over time and instances.");
    assert_eq!((within.unit(), within.better()), (Unit::Ratio, None));
    let waited = of("edges.research -> git.hub.gate.waited");
    assert_eq!((waited.unit(), waited.better()), (Unit::WorkSeconds, Some(Better::Lower)));
    let share = of("edges.research -> git.hub.gate.narrow-share");
    assert_eq!(
        share.definition(),
        "Share of time in the state narrow, on average over instances: few calls pass."
    );
    assert_eq!(share.unit(), Unit::Share);
}

#[test]
fn a_former_name_is_answered_with_the_present_one() {
    let mut system = system();
    system.policies[0].layers[0] = LayerFactory {
        kind: "breaker".to_owned(),
        report: <patterns::breaker::Settings as LayerSettings>::REPORT,
        ..factory()
    };
    let known = |former| {
        Measure::parse(&format!("edges.research -> git.hub.{former}"), &system).unwrap_err().known
    };
    assert_eq!(known("opens"), ["breaker.opens"]);
    assert_eq!(known("open-share"), ["breaker.open-share"]);
}

#[test]
fn quotation_marks_may_be_left_out() {
    check("edges.research -> git.hub.calls", 40.0);
    check("services.git.hub.fault-mttr", 40.0 / 3.0);
}

#[test]
fn every_path_reads_back_as_its_measure() {
    let all = Measure::all(&system());
    for measure in &all {
        assert_eq!(Measure::parse(measure.path(), &system()).as_ref(), Ok(measure));
        assert!(measure.definition().ends_with('.'), "{}", measure.path());
    }
    let paths: BTreeSet<&str> = all.iter().map(Measure::path).collect();
    assert_eq!(paths.len(), all.len(), "no two have one path");
}

#[test]
fn what_is_undefined_is_no_number() {
    let mut record = record();
    record.agents[0].tasks = counts(3, &[]);
    record.agents[0].late = LateCounts::default();
    record.agents[0].overdue = 0;
    record.services[0].slots = u32::MAX;
    record.services[0].fault_intervals = 0;
    record.services[0].waiting = Histogram::default();
    record.edges[0].calls = counts(0, &[]);
    record.edges[0].layers.clear();
    for path in [
        "agents.research.success",
        "services.git.hub.utilisation",
        "services.git.hub.fault-mtbf",
        "edges.research -> git.hub.mttr",
        "services.git.hub.waiting.p99",
        "services.git.hub.waiting.mean",
        "edges.research -> git.hub.amplification",
        "edges.research -> git.hub.gate.narrow-share",
    ] {
        let measure = Measure::parse(path, &system()).expect(path);
        assert!(measure.of(&record).is_nan(), "{path}");
    }
}

#[test]
fn a_record_of_another_variant_is_read_by_name() {
    let measure = Measure::parse("agents.research.tasks", &system()).expect("it is there");
    let mut other = record();
    other.agents.insert(0, AgentRecord { name: "extra".to_owned(), ..other.agents[0].clone() });
    other.agents[0].tasks.issued = 1000;
    assert!((measure.of(&other) - 20.0).abs() < 1e-12);
    other.agents.truncate(1);
    assert!(measure.of(&other).is_nan());
}

#[test]
fn a_part_is_looked_for_where_it_stood_in_the_system() {
    let mut system = system();
    for name in ["first", "last"] {
        let service = system.services[0].clone();
        system.services.push(Service { name: name.to_owned(), ..service });
        let to = system.services.len() - 1;
        system.edges.push(Edge { to, ..system.edges[0].clone() });
    }
    let place = |path: &str| Measure::parse(path, &system).expect(path).place;
    assert_eq!(
        ["git.hub", "first", "last"].map(|of| place(&format!("services.{of}.busy"))),
        [0, 1, 2]
    );
    assert_eq!(place("edges.research -> last.gate.passed"), 2);
    for measure in Measure::all(&system) {
        assert_eq!(place(measure.path()), measure.place, "{}", measure.path());
    }

    // It takes one look if it is there, and is found elsewhere if it is not.
    let looks = |place| {
        let mut looks = Vec::new();
        let found = find(&[10, 11, 12, 13], place, |one| {
            looks.push(*one);
            *one == 12
        });
        assert_eq!(found, Some(&12));
        looks
    };
    assert_eq!(looks(2), [12]);
    assert_eq!(looks(0), [10, 10, 11, 12]);
    assert_eq!(looks(9), [10, 11, 12]);
}

#[test]
fn an_unknown_path_says_what_could_stand_there() {
    let of = |path| Measure::parse(path, &system()).expect_err(path);
    let error = of("agent.research.success");
    assert_eq!(error.to_string(), "there is no kind of measure `agent`");
    let all = ["agents", "services", "edges", "budgets", "system", "recoveries", "humans"];
    assert_eq!(error.known, all);
    let error = of("agents.writer.success");
    assert_eq!(error.to_string(), "there is no agent `writer`");
    assert_eq!(error.known, ["research"]);
    let error = of("edges.research -> git.hub.amplificaton");
    assert_eq!(error.to_string(), "there is no measure `amplificaton`");
    assert!(error.known.contains(&"amplification".to_owned()));
    assert!(error.known.contains(&"gate.passed".to_owned()));
    let mut longer = system();
    longer.services[0].name = "git".to_owned();
    longer.services.push(system().services.remove(0));
    assert!(
        Measure::parse("services.git.hub.fault-mttr", &longer).is_ok(),
        "and not `hub.mttr` of git"
    );
}
