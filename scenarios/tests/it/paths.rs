//! Paths into texts that stand for tables, and to faults without a name.

use scenarios::{LayerRegistry, ScenarioFile};

const FILE: &str = r#"
title   = "Paths"
horizon = "1h"

[agents.a]
arrivals = "every(1s)"
steps    = [{ call = "s" }, { call = "t" }]

[services.s]
latency = "mix(95 constant(1s), 5 lognormal(median=10s, p99=40s))"

[services.t]
latency = "hyperexponential(9 1s, 1 20s)"

[[faults]]
hit = "s"
do  = "down"
at  = "5min"
for = "2min"

[[faults]]
hit   = "s"
do    = "errors"
class = "network"
share = "50%"
at    = "10min"
for   = "2min"

[[faults]]
name = "partition"
hit   = "a->s"
do    = "loss"
share = "30%"
at    = "20min"
for   = "2min"

[[faults]]
hit = "s"
do  = "down"
at  = "30min"
for = "2min"
"#;

/// Sets a path to a value, and finds that it is as if the file said so.
fn assert_like(path: &str, value: &str, (old, new): (&str, &str)) {
    let registry = LayerRegistry::builtin();
    assert_eq!(FILE.matches(old).count(), 1, "{old}");
    let system = |file: &ScenarioFile| {
        let scenario = file.scenario(&registry).unwrap_or_else(|wrong| panic!("{path}: {wrong}"));
        format!("{:?}", scenario.system)
    };
    let mut set = ScenarioFile::parse("file.toml", FILE).expect("it is TOML");
    let before = system(&set);
    set.set_text(&registry, path, value).unwrap_or_else(|wrong| panic!("{wrong}"));
    let written = ScenarioFile::parse("file.toml", &FILE.replace(old, new)).expect("it is TOML");
    assert_eq!(system(&set), system(&written), "{path}");
    assert_ne!(system(&set), before, "{path} changes something");
}

fn refused(path: &str) -> String {
    let mut file = ScenarioFile::parse("file.toml", FILE).expect("it is TOML");
    let registry = LayerRegistry::builtin();
    let set = file.set_text(&registry, path, "1s");
    set.and_then(|()| file.scenario(&registry)).expect_err("a mistake").to_string()
}

#[test]
fn parts_of_mixtures_are_set_by_their_number() {
    let law = "5 lognormal(median=10s, p99=40s)";
    for path in ["services.s.latency.parts.1", "services.s.latency.mix.parts.1"] {
        assert_like(&format!("{path}.share"), "7", (law, "7 lognormal(median=10s, p99=40s)"));
        let changed = (law, "5 lognormal(median=2s, p99=40s)");
        assert_like(&format!("{path}.distribution.median"), "2s", changed);
        assert_like(&format!("{path}.distribution"), "3s", (law, "5 constant(3s)"));
        assert_like(path, "5 constant(3s)", (law, "5 constant(3s)"));
    }
    assert_like("services.t.latency.parts.1.mean", "60s", ("1 20s", "1 60s"));
    assert_like("services.t.latency.parts.0.share", "3", ("9 1s", "3 1s"));
}

#[test]
fn parts_of_mixtures_are_axes() {
    let sweep = "\n[sweep]\n\"services.s.latency.parts.1.distribution.p99\" = [\"20s\", \"80s\"]\n";
    let file = ScenarioFile::parse("file.toml", &format!("{FILE}{sweep}")).expect("it is TOML");
    let registry = LayerRegistry::builtin();
    let sweep = file.sweep(&registry).unwrap_or_else(|wrong| panic!("{wrong}"));
    let [short, long] =
        [0, 1].map(|cell| sweep.cell(&registry, cell).system.services[0].latency.mean_secs());
    assert!(short + 0.1 < long, "{short} {long}");
}

#[test]
fn quantiles_are_set_by_their_names() {
    let file = FILE.replace("hyperexponential(9 1s, 1 20s)", "quantiles(p0=0s, p50=1s, p100=20s)");
    let mut file = ScenarioFile::parse("file.toml", &file).expect("it is TOML");
    let registry = LayerRegistry::builtin();
    file.set_text(&registry, "services.t.latency.p50", "10s").expect("a path");
    file.set_text(&registry, "services.t.latency.points.p100", "30s").expect("a path");
    let system = file.scenario(&registry).expect("a scenario").system;
    assert!((system.services[1].latency.mean_secs() - 12.5).abs() < 1e-9);
}

#[test]
fn a_part_that_a_mixture_does_not_have_is_a_mistake() {
    let message = refused("services.s.latency.parts.2.share");
    assert!(message.contains("has no `2`"), "{message}");
    let message = refused("services.s.latency.parts.1.shar");
    assert!(message.contains("did you mean `share`?"), "{message}");
}

#[test]
fn faults_without_a_name_are_called_as_windows_call_them() {
    assert_like("faults.s-network.share", "20%", ("50%", "20%"));
    let second = ("\"30min\"\nfor = \"2min\"", "\"30min\"\nfor = \"3min\"");
    assert_like("faults.s-down-2.for", "3min", second);
    assert_like("faults.s-down.at", "6min", ("\"5min\"", "\"6min\""));
    assert_like("faults.partition.at", "21min", ("\"20min\"", "\"21min\""));
}

#[test]
fn a_misspelt_name_of_a_fault_names_the_nearest() {
    let message = refused("faults.s-netwrk.for");
    assert!(message.contains("did you mean `s-network`?"), "{message}");
    let message = refused("faults.fault-1.for");
    assert!(message.contains("s-down, s-network, partition, s-down-2"), "{message}");
}

#[test]
fn an_edge_is_found_with_and_without_blanks_around_its_arrow() {
    let edges = "\n[policies]\np = [{ timeout = \"1s\" }]\nq = [{ timeout = \"2s\" }]\n\
                 [edges]\n\"a -> s\" = \"p\"\n\"a->t\" = \"q\"\n";
    let registry = LayerRegistry::builtin();
    for (path, value) in [("edges.a->s", "q"), ("edges.\"a  ->  t\"", "p")] {
        let mut file = ScenarioFile::parse("file.toml", &format!("{FILE}{edges}")).expect("TOML");
        file.set_text(&registry, path, value).unwrap_or_else(|wrong| panic!("{wrong}"));
        let scenario = file.scenario(&registry).unwrap_or_else(|wrong| panic!("{wrong}"));
        let [of_s, of_t] = [0, 1].map(|place| scenario.system.edges[place].policy);
        assert_eq!(of_s, of_t, "{path}");
    }
}

#[test]
fn a_fault_keeps_its_name_when_what_it_does_is_swept() {
    let axes = "\n[sweep]\n\"faults.s-down.do\" = [\"down\", \"hang\"]\n\
                \"faults.s-down.for\" = [\"1min\", \"3min\"]\n";
    let file = ScenarioFile::parse("file.toml", &format!("{FILE}{axes}")).expect("it is TOML");
    let sweep = file.sweep(&LayerRegistry::builtin()).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!(sweep.design.cells(), 4);
}
