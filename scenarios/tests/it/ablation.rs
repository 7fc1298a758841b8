//! What is taken out of a file, and what goes with it.

use scenarios::{Ablation, Diagnostics, LayerRegistry, ScenarioFile};

const FILE: &str = r#"
title   = "Two tools"
horizon = "20min"

[agents.a]
arrivals = "poisson(every=5s)"
deadline = "1min"
steps    = [{ call = "s" }, { call = "t" }]

[services.s]
latency = "200ms"
errors  = { network = 0.1 }

[services.t]
latency = "200ms"

[services.spare]
latency = "1s"

[policies]
p = [
    { fallback = { to = "spare" } },
    { retry    = { network = "2 x 1s" } },
    { breaker  = { failures = 5, open = "30s" } },
]
q = [{ retry = { network = "1 x 1s" } }, { cache = "off" }, { retry = { timeout = "1 x 1s" } }]
unused = [{ timeout = "1s" }]

[edges]
"a -> s" = "p"
"a -> t" = "q"
"a -> spare" = "q"

[[faults]]
name = "outage"
hit  = "s"
do   = "down"
at   = "5min"
for  = "2min"

[[faults]]
name = "stuck"
hit  = "policies.p.breaker"
do   = "force"
state = "open"
at   = "15min"
for  = "1min"

[[hypotheses]]
that = 'edges."a -> s".breaker.opens <= 5'

[[aborts]]
when = 'edges."a -> s".breaker.opens > 50 over 5min'

[sweep]
replications = 3
objective = "agents.a.goodput"
"policies.p.breaker.failures" = [1, 5]
"#;

fn file() -> ScenarioFile {
    ScenarioFile::parse("file.toml", FILE).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn ablation(of: &[&str], measures: &[&str]) -> Result<Ablation, Diagnostics> {
    let texts = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    file().ablation(&LayerRegistry::builtin(), &texts(of), &texts(measures))
}

fn right(of: &[&str]) -> Ablation {
    ablation(of, &[]).unwrap_or_else(|wrong| panic!("{wrong}"))
}

#[test]
fn parts_are_each_kind_of_layer_that_acts_on_some_edge_if_none_are_named() {
    let found = right(&[]);
    let parts: Vec<(&str, String)> =
        found.parts.iter().map(|part| (part.name.as_str(), part.paths.join(" "))).collect();
    let expected = [
        ("fallback", "policies.p.fallback"),
        ("retry", "policies.p.retry policies.q.0 policies.q.2"),
        ("breaker", "policies.p.breaker"),
    ];
    assert_eq!(parts, expected.map(|(name, paths)| (name, paths.to_owned())));
    assert_eq!((found.design.cells(), found.design.replications), (8, 3));
    let asked: Vec<&str> = found.asked.iter().map(sim::measure::Measure::path).collect();
    let of_agents = ["success", "failures", "downtime", "frozen"];
    assert_eq!(asked, of_agents.map(|name| format!("agents.a.{name}")));
}

#[test]
fn cells_have_the_layers_that_are_not_taken_out_and_what_is_about_others_goes_with_them() {
    let found = right(&[]);
    let registry = LayerRegistry::builtin();
    for cell in 0..8 {
        let system = found.cell(&registry, cell).system;
        let without: Vec<&str> = found.without(cell).collect();
        let is_there = |kind: &str| {
            let mut used = system.policies.iter().filter(|policy| policy.name != "unused");
            used.any(|policy| policy.layers.iter().any(|layer| layer.kind == kind))
        };
        for part in &found.parts {
            let is_out = without.contains(&part.name.as_str());
            assert_eq!(is_there(&part.name), !is_out, "{} in cell {cell}", part.name);
        }
        // A fault that opens the breaker, an abort condition that counts its openings, and the
        // policy of calls that the fallback alone makes.
        let has_breaker = !without.contains(&"breaker");
        assert_eq!(system.aborts.len(), usize::from(has_breaker), "cell {cell}");
        let hits: usize = system.faults.iter().map(|fault| fault.hits.len()).sum();
        assert_eq!(hits, 1 + usize::from(has_breaker), "cell {cell}");
        let is_rescued = !without.contains(&"fallback");
        assert_eq!(system.edges.len(), 2 + usize::from(is_rescued), "cell {cell}");
    }
    assert_eq!(found.without(0).count(), 0, "the first cell has all");
    assert_eq!(found.without(7).count(), 3, "the last one none");
}

#[test]
fn parts_are_single_layers_keys_elements_and_sections_as_well() {
    let registry = LayerRegistry::builtin();
    let last = |of: &str| right(&[of]).cell(&registry, 1).system;
    let layers = |of: &str| -> Vec<usize> {
        last(of).policies.iter().map(|policy| policy.layers.len()).collect()
    };
    assert_eq!(layers("policies.p.retry"), [2, 2, 1]);
    assert_eq!(layers("policies.q.2"), [3, 1, 1]);
    assert_eq!(layers("policies.p"), [2, 1], "the edge has no policy then");
    assert_eq!(last("policies.p").edges[0].policy, None);
    assert!(last("deadline").agents[0].deadline.is_none());
    assert!(last("agents.a.deadline").agents[0].deadline.is_none());
    assert_eq!(last("agents.a.steps.1").agents[0].steps.len(), 1);
    assert_eq!(last("faults").faults.len(), 0);
    assert_eq!(layers("services.spare"), [2, 2, 1], "no fallback to it");
    assert_eq!(last("services.spare").edges.len(), 2);
    let faults: Vec<String> =
        last("faults.outage").faults.iter().map(|fault| fault.name.clone()).collect();
    assert_eq!(faults, ["stuck"]);
}

#[test]
fn everything_that_is_wrong_with_what_is_asked_is_told_at_once() {
    let wrong = ablation(
        &["brekaer", "retry", "retry", "policies.q.cache", "policies.p.hedge", "a..b"],
        &["agents.a.sucess", "agents.b.success"],
    );
    let text = wrong.expect_err("it is wrong").to_string();
    for says in [
        "there is no `brekaer` to take out",
        "did you mean `breaker`?",
        "`retry` is there twice",
        "`policies.q.cache` is off as it is: there is nothing to take out",
        "the list has no `hedge`",
        "`a..b` is not a path",
        "there is no measure `sucess`",
        "there is no agent `b`",
        "5 mistakes in --of, 2 mistakes in --measure",
    ] {
        assert!(text.contains(says), "{says} in {text}");
    }
}

#[test]
fn a_file_that_is_wrong_without_a_part_is_told_with_that_part() {
    let text = ablation(&["services.t", "retry"], &[]).expect_err("it is wrong").to_string();
    assert!(text.contains("without `services.t`: "), "{text}");
    assert_eq!(
        text.matches("steps    = [{ call = \"s\" }, { call = \"t\" }]").count(),
        1,
        "{text}"
    );
}

#[test]
fn more_parts_than_can_be_combined_are_refused() {
    let keys = ["horizon", "title", "count"];
    let many = ["fallback", "breaker", "deadline", "errors", "faults", "hypotheses", "aborts"];
    let more = ["policies.p.retry", "policies.q.0"];
    let text = ablation(&[&many[..], &more].concat(), &[]).expect_err("it is wrong").to_string();
    let says = "9 parts are there or not in 2^9 ways, and at most 8 are taken out";
    assert!(text.contains(says), "{text}");
    for key in keys {
        let text = ablation(&[key], &[]).expect_err("it is wrong").to_string();
        assert!(text.contains(&format!("there is no `{key}` to take out")), "{text}");
    }
}

#[test]
fn a_file_without_a_part_is_one_that_can_be_run_and_swept() {
    let registry = LayerRegistry::builtin();
    let names = ["breaker", "faults.outage"].map(str::to_owned);
    let file = file().taking_out(&registry, &names).unwrap_or_else(|wrong| panic!("{wrong}"));
    let scenario = file.scenario(&registry).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!(scenario.hypotheses.len(), 0, "it was about the breaker");
    assert_eq!(scenario.system.faults.iter().map(|fault| fault.hits.len()).sum::<usize>(), 0);
    assert!(file.sweep(&registry).is_ok());
    let wrong =
        file.taking_out(&registry, &["breaker".to_owned()]).expect_err("it is wrong").to_string();
    assert!(wrong.contains("--without"), "{wrong}");
}

#[test]
fn faults_without_a_name_are_called_as_before_when_another_one_is_taken_out() {
    let registry = LayerRegistry::builtin();
    let text = FILE.replace("name = \"stuck\"\n", "");
    let file = ScenarioFile::parse("file.toml", &text).unwrap_or_else(|wrong| panic!("{wrong}"));
    let file = file.taking_out(&registry, &["faults.outage".to_owned()]);
    let file = file.unwrap_or_else(|wrong| panic!("{wrong}"));
    let lasts = |path: &str| file.get(&registry, path).map(|node| node.to_string());
    assert_eq!(lasts("faults.'p.breaker-forced-open'.for"), Some("\"1min\"".to_owned()));
    assert_eq!(lasts("faults.outage.for"), None);
}

fn parsed(text: &str) -> ScenarioFile {
    ScenarioFile::parse("file.toml", text).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn taking_out(file: &ScenarioFile, names: &[&str]) -> ScenarioFile {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let left = file.taking_out(&LayerRegistry::builtin(), &names);
    left.unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// Whichever is named first.
#[test]
fn what_is_taken_out_stays_out_beside_something_in_it() {
    let text =
        FILE.replace("deadline = ", "supervise = { restarts = 3, backoff = \"1s\" }\ndeadline = ");
    let file = parsed(&text);
    let (layer, of_layer) = ("policies.p.retry", "policies.p.retry.network");
    let (key, of_key) = ("agents.a.supervise", "agents.a.supervise.backoff");
    for names in [[layer, of_layer], [of_layer, layer], [key, of_key], [of_key, key]] {
        let registry = LayerRegistry::builtin();
        let scenario = taking_out(&file, &names).scenario(&registry).unwrap();
        let has_retry = scenario.system.policies[0].layers.iter().any(|one| one.kind == "retry");
        assert_eq!(has_retry, !names.contains(&layer), "{names:?}");
        let is_supervised = scenario.system.agents[0].life.is_some();
        assert_eq!(is_supervised, !names.contains(&key), "{names:?}");
    }
    // What has lost its name is not found by it.
    let text = format!(
        "{FILE}[[recoveries]]\nname = \"r\"\nwhen = \"by-hand\"\n\
                        hit = \"s\"\ndo = \"fix\"\n"
    );
    for names in [["recoveries.r", "recoveries.r.name"], ["recoveries.r.name", "recoveries.r"]] {
        let names = names.map(str::to_owned);
        let wrong = parsed(&text).taking_out(&LayerRegistry::builtin(), &names);
        assert!(wrong.is_err_and(|wrong| wrong.to_string().contains("has no `r`")));
    }
}

#[test]
fn a_profile_does_not_bring_back_what_is_taken_out() {
    let text = FILE.replace(
        "[services.s]\nlatency = \"200ms\"\nerrors  = { network = 0.1 }",
        "[services.s]\nlike = \"openai-api\"",
    );
    let text = text.replace("[services.t]", "[services.t]\nlike = \"openai-api\"");
    let registry = LayerRegistry::builtin();
    let file = parsed(&text);
    // A cell of a sweep puts in what profiles say.
    let cell = |file: &ScenarioFile| {
        let sweep = file.sweep(&registry).unwrap_or_else(|wrong| panic!("{wrong}"));
        sweep.cell(&registry, 1).system
    };
    let [s, t] = [0, 2];
    let whole = cell(&file);
    assert_eq!([s, t].map(|at| whole.services[at].errors.is_empty()), [false; 2]);
    let left = cell(&taking_out(&file, &["services.s.errors"]));
    assert_eq!([s, t].map(|at| left.services[at].errors.is_empty()), [true, false]);
    assert!(left.services[s].rate_limit.is_some(), "all else is as the profile says");
    let left = cell(&taking_out(&file, &["services.t.errors.overload"]));
    assert_eq!([s, t].map(|at| left.services[at].errors.is_empty()), [false, true]);
    // The profile itself goes with all that it has brought.
    let left = cell(&taking_out(&file, &["services.t.like"]));
    assert!(left.services[t].errors.is_empty() && left.services[t].rate_limit.is_none());
    assert_eq!(left.services[t].latency, file_latency());
}

/// That of the service of the file.
fn file_latency() -> sim::kernel::Distribution {
    sim::kernel::Distribution::constant(patterns::Duration::from_millis(200))
}

#[test]
fn a_sweep_that_cannot_be_read_is_a_mistake_of_its_ablation() {
    let text = FILE.replace("replications = 3", "replications = \"many\"");
    let wrong = parsed(&text).ablation(&LayerRegistry::builtin(), &[], &[]);
    let text = wrong.expect_err("it is wrong").to_string();
    assert!(text.contains("`replications` must be a whole number"), "{text}");
}

#[test]
fn what_keeps_agents_alive_and_heals_is_taken_out_beside_layers_if_that_is_not_too_much() {
    let lives = "supervise = { restarts = 3 }\nhealth = { restarts = true }\n\
                 checkpoint = { when = [\"every(1min)\"] }\ndeadline = ";
    let heals = "[[recoveries]]\nname = \"r\"\nwhen = \"by-hand\"\nhit = \"s\"\ndo = \"fix\"\n";
    let text = format!("{}{heals}", FILE.replace("deadline = ", lives));
    let parts = |text: &str| {
        let found = parsed(text).ablation(&LayerRegistry::builtin(), &[], &[]);
        let found = found.unwrap_or_else(|wrong| panic!("{wrong}"));
        found.parts.into_iter().map(|part| part.name).collect::<Vec<_>>().join(" ")
    };
    let all = "fallback retry breaker supervise health checkpoint recoveries";
    assert_eq!(parts(&text), all);
    let bare = text.replace("= \"p\"", "= \"unused\"").replace("= \"q\"", "= \"unused\"");
    let bare = bare.replace("\"a -> spare\" = \"unused\"\n", "");
    let bare = bare.replace("edges.\"a -> s\".breaker.opens", "agents.a.failures");
    assert_eq!(parts(&bare), "timeout supervise health checkpoint recoveries");
    let more = "{ timeout = \"1s\" }, { cache = \"1min\" }, { fallback";
    assert_eq!(
        parts(&text.replacen("{ fallback", more, 1)),
        "timeout cache fallback retry breaker",
        "nine are too many"
    );
}
