//! Paths into a file, axes, variants, and the schema.

use scenarios::{AS_WRITTEN, LayerRegistry, ScenarioFile};
use sim::fault::Schedule;
use sim::model::system::System;

use crate::together::by_line;

const FILE: &str = r#"
title = "x"
horizon = "1h"
[agents.a]
arrivals = "closed()"
steps = [{ call = "s", times = 2 }, { work = "1s" }]
[services.s]
latency = "1s"
[policies]
p = [{ breaker = { failures = 5, open = "60s" } }, { timeout = "30s" }]
[edges]
"a -> s" = "p"
[[faults]]
hit = "s"
do = "down"
at = "1min"
for = "1min"
[variants.bare]
"policies.p.breaker" = "off"
[sweep]
replications = 3
"faults.0.for" = ["1min", "2min", "3min"]
"agents.a.steps.0.times" = [1, 2]
"#;

fn outage(system: &System) -> u64 {
    let Schedule::Once { lasts, .. } = &system.faults[0].schedule else { panic!("it is once") };
    lasts.as_nanos() / 1_000_000_000
}

#[test]
fn cells_are_variants_and_then_axes_in_the_order_of_the_file() {
    let file = ScenarioFile::parse("x.toml", FILE).unwrap_or_else(|e| panic!("{e}"));
    let registry = LayerRegistry::builtin();
    let sweep = file.sweep(&registry).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(sweep.design.variants, [AS_WRITTEN, "bare"]);
    assert_eq!(sweep.design.axes[0].path, "faults.0.for");
    assert_eq!(sweep.design.default, Some(vec![0, 1]));
    let cells: Vec<_> = (0..sweep.design.cells())
        .map(|cell| sweep.cell(&registry, cell))
        .map(|scenario| {
            let sim::model::system::Step::Call { times, .. } = scenario.system.agents[0].steps[0]
            else {
                panic!("the first step calls")
            };
            (scenario.system.policies[0].layers.len(), outage(&scenario.system), times)
        })
        .collect();
    let expected = [2, 1].into_iter().flat_map(|layers| {
        [60, 120, 180]
            .into_iter()
            .flat_map(move |outage| [1, 2].map(|times| (layers, outage, times)))
    });
    assert_eq!(cells, expected.collect::<Vec<_>>());
}

#[test]
fn values_can_be_set_from_outside() {
    let mut file = ScenarioFile::parse("x.toml", FILE).unwrap_or_else(|e| panic!("{e}"));
    let registry = LayerRegistry::builtin();
    file.set_text(&registry, "faults.0.for", "90s").unwrap_or_else(|e| panic!("{e}"));
    file.set_text(&registry, "agents.a.count", "7").unwrap_or_else(|e| panic!("{e}"));
    let scenario = file.scenario(&registry).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((outage(&scenario.system), scenario.system.agents[0].count), (90, 7));

    let message = file.set_text(&registry, "faults.1.for", "1s").expect_err("there is one fault");
    let message = message.to_string();
    assert!(message.contains("the list has no `1`"), "{message}");
    file.set_text(&registry, "services.s.latency", "fast").unwrap_or_else(|e| panic!("{e}"));
    let message = file.scenario(&registry).expect_err("that is no distribution").to_string();
    assert!(message.contains("no form `fast`") && message.contains("--set:1:20"), "{message}");
}

#[test]
fn the_schema_knows_every_layer_and_every_section() {
    let schema = scenarios::schema(&LayerRegistry::builtin());
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("it is JSON");
    let layers = schema["$defs"]["layer"]["properties"].as_object().expect("layers are known");
    for kind in LayerRegistry::builtin().kinds() {
        assert!(layers.contains_key(kind), "{kind}");
    }
    for key in ["agents", "services", "faults", "hypotheses", "sweep", "variants"] {
        assert!(schema["properties"].get(key).is_some(), "{key}");
    }
    let agents = &schema["$defs"]["agents"]["properties"];
    assert!(agents.get("arrivals").is_some(), "{agents}");
}

/// Where a variant leaves a layer out or puts it in, an axis over it changes nothing in some cells.
#[test]
fn an_axis_is_warned_of_with_the_variants_in_which_it_changes_nothing() {
    let text = r#"title = "x"
horizon = "1h"
[agents.a]
arrivals = "every(1s)"
steps = [{ call = "s" }]
[services.s]
latency = "1s"
[policies]
p = [{ breaker = { failures = 5, open = "5s" } }, { timeout = "9s" }]
[edges]
"a -> s" = "p"
[variants.bare]
"policies.p.breaker" = "off"
[variants.quick]
"policies.p.timeout" = "5s"
[sweep]
replications = 1
"policies.p.breaker.failures" = [5, 10]
"#;
    let warnings = |changes: &[(&str, &str)]| -> Vec<String> {
        let mut text = text.to_owned();
        for (from, to) in changes {
            assert!(text.contains(from), "{from}");
            text = text.replacen(from, to, 1);
        }
        let file = ScenarioFile::parse("x.toml", &text).unwrap_or_else(|e| panic!("{e}"));
        let sweep = file.sweep(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}"));
        by_line(&sweep.warnings)
    };
    let on = "{ breaker = { failures = 5, open = \"5s\" } }";
    let to_on = ("\"off\"", "{ failures = 3, open = \"1s\" }");
    let off = (on, "{ breaker = \"off\" }");
    let left_out = |line: u32, of: &str| {
        vec![format!("{line}: the layer of `policies.p.breaker.failures` is left out in {of}")]
    };
    assert_eq!(warnings(&[]), left_out(18, "`bare`"));
    assert_eq!(warnings(&[to_on, off]), left_out(18, "`as written`, `quick`"));
    assert_eq!(warnings(&[to_on]), Vec::<String>::new());
    let everywhere = "19: the layer of `policies.p.breaker.failures` is left out everywhere";
    assert_eq!(
        warnings(&[("[variants.bare]\n\"policies.p.breaker\" = \"off\"", "\n\n"), off]),
        [everywhere]
    );
    // What a variant gives an effect has one, and so has what another one takes it from.
    let priority = ("steps = [", "priority = 1\nsteps = [");
    let bulkhead = ("{ timeout = \"9s\" }", "{ bulkhead = { slots = 9, queue = 9 } }");
    let orders = ("\"policies.p.timeout\" = \"5s\"", "\"policies.p.bulkhead.priorities\" = 2");
    let knows = "5: no layer of any policy knows priorities, nor does a service";
    assert_eq!(warnings(&[to_on, priority]), [knows]);
    assert_eq!(warnings(&[to_on, priority, bulkhead, orders]), Vec::<String>::new());
    let fault = "[[faults]]\nhit = \"s\"\ndo = \"slow\"\nfactor = 2\nat = \"1s\"\nfor = \"1s\"\n\
                 [variants.bare]";
    let faults = ("[variants.bare]", fault);
    let late = ("\"policies.p.timeout\" = \"5s\"", "\"faults.0.at\" = \"2h\"");
    let never = "the run ends before this fault begins";
    assert_eq!(warnings(&[to_on, faults, late]), [format!("21: {never}")]);
    let short = ("\"policies.p.timeout\" = \"5s\"", "horizon = \"1s\"");
    assert_eq!(warnings(&[to_on, faults, short]), Vec::<String>::new());
    // What a variant or another axis sets is overruled by an axis over the same.
    let own = "the axis over `policies.p.breaker.failures` has values of its own";
    let set = ("\"policies.p.breaker\" = \"off\"", "policies.p.'breaker'.failures = 9");
    let set = (set.0, &*format!("\"{}\" = 9", set.1.split(" =").next().unwrap()));
    assert_eq!(warnings(&[set]), [format!("13: {own}")]);
    let axis = ("replications = 1", "\"policies.p.'breaker'.failures\" = [1, 2]");
    assert_eq!(warnings(&[to_on, axis]), [format!("17: {own}")]);
}

/// The axes of a sweep that are conditions, or what is wrong with it.
fn conditions(sweep: &str) -> Result<Vec<String>, String> {
    let (file, _) = FILE.split_once("[sweep]").expect("it has a sweep");
    let file = format!("{file}[sweep]\n{sweep}");
    let file = ScenarioFile::parse("x.toml", &file).unwrap_or_else(|e| panic!("{e}"));
    let sweep = file.sweep(&LayerRegistry::builtin()).map_err(|wrong| wrong.to_string())?;
    let axes = sweep.design.axes.iter().filter(|axis| axis.is_condition());
    Ok(axes.map(|axis| axis.path.clone()).collect())
}

const AXES: &str = "\"agents.a.count\" = [1, 2]\n\"services.s.latency\" = [\"1s\", \"2s\"]\n\
                    \"services.'s'.slots\" = [1, 2]\n\"services.s.queue\" = [1, 2]\n\
                    \"services.s.count\" = [1, 2]\n\"faults.0.for\" = [\"1s\", \"2s\"]\n\
                    \"policies.p.timeout\" = [\"1s\", \"2s\"]\n\"edges.'a -> s'\" = [\"p\"]\n";

#[test]
fn conditions_are_what_the_file_calls_so_and_else_what_nobody_chooses() {
    let unsaid = ["agents.a.count", "services.s.latency", "faults.0.for"];
    assert_eq!(conditions(AXES).unwrap(), unsaid);
    assert_eq!(conditions(&format!("{AXES}conditions = \"none\"")).unwrap(), unsaid);
    let said = format!("{AXES}conditions = [\"services.s.slots\", \"policies.p.timeout\"]");
    assert_eq!(conditions(&said).unwrap(), ["services.'s'.slots", "policies.p.timeout"]);
    assert_eq!(conditions(&format!("{AXES}conditions = []")).unwrap(), [""; 0]);
}

/// What a sweep takes for a choice without being asked is a key of services.
#[test]
fn conditions_are_explained_with_keys_that_there_are() {
    let registry = LayerRegistry::builtin();
    let explain = |topic: &str| scenarios::explain(topic, &registry).expect("it is a topic");
    let text = explain("sweep.conditions");
    let (_, keys) = text.split_once("services can be given (").expect("it says so");
    let keys: Vec<&str> = keys.split_once(')').unwrap().0.split('`').skip(1).step_by(2).collect();
    assert_eq!(keys.len(), 8, "{text}");
    for key in keys {
        assert!(explain("services").contains(key), "{key}");
        let value = match key {
            "order" => "\"lifo\"",
            "overflow" => "\"last\"",
            "pick" => "\"random\"",
            "health-check" => "\"1s\"",
            "retry-elsewhere" => "true",
            _ => "2",
        };
        let axis = format!("\"services.s.{key}\" = [{value}]\n");
        assert_eq!(conditions(&axis), Ok(Vec::new()), "{key}");
    }
}

#[test]
fn conditions_that_are_no_axes_are_mistakes_at_their_place() {
    let wrong = |list: &str| {
        let sweep = format!("\"agents.a.count\" = [1, 2]\nconditions = {list}\n");
        conditions(&sweep).expect_err("it is wrong")
    };
    let unknown = wrong("[\"agents.a.count\", \"agents.a.cuont\"]");
    assert!(unknown.contains("x.toml:22:33"), "{unknown}");
    assert!(unknown.contains("`agents.a.cuont` is no axis of this sweep"), "{unknown}");
    assert!(unknown.contains("did you mean `agents.a.count`?"), "{unknown}");
    let far = wrong("[\"x\"]");
    assert!(far.contains("there is: agents.a.count"), "{far}");
    let twice = wrong("[\"agents.a.count\", \"agents.a.count\"]");
    assert!(twice.contains("`agents.a.count` is there twice"), "{twice}");
    let text = wrong("\"agents.a.count\"");
    assert!(text.contains("x.toml:22:14"), "{text}");
}

/// What a change makes wrong at another place is said to come with it, and what is wrong anyway is
/// not.
#[test]
fn what_is_wrong_with_a_change_alone_names_the_change() {
    let text = r#"title = "x"
horizon = "1h"
[agents.a]
arrivals = "every(1s)"
steps = [{ call = "s" }]
[services.s]
latency = "1s"
[[aborts]]
when = "agents.a.success < 1% over 10min"
[variants."no service"]
"services" = {}
[sweep]
replications = 1
"horizon" = ["5min", "20min", "8min"]
"#;
    let wrong = |text: &str| -> Vec<String> {
        let file = ScenarioFile::parse("x.toml", text).unwrap_or_else(|e| panic!("{e}"));
        let wrong = file.sweep(&LayerRegistry::builtin()).expect_err(text);
        by_line(&wrong)
    };
    let longer = "`over 10min` is longer than what counts of a run";
    assert_eq!(
        wrong(text),
        [
            "5: with the variant `no service`: there is no service `s`".to_owned(),
            format!("9: with `horizon` = \"5min\": {longer}, 5min"),
            format!("9: with `horizon` = \"8min\": {longer}, 8min"),
        ]
    );
    let wrong_anyway = text.replace("call = \"s\"", "call = \"t\"").replace("{}", "{ t = 1 }");
    assert_eq!(wrong(&wrong_anyway)[0], "5: there is no service `t`");
}

/// What others are compared with needs no warning; what changes nothing at all does.
#[test]
fn a_value_without_effect_is_forgiven_where_another_one_of_its_axis_has_one() {
    let warnings = |axis: &str| {
        let file = FILE.replace("do = \"down\"", "do = \"slow\"\nfactor = 3");
        let (file, _) = file.split_once("\"faults.0.for\"").expect("it has an axis");
        let file = ScenarioFile::parse("x.toml", &format!("{file}{axis}\n"));
        let file = file.unwrap_or_else(|e| panic!("{e}"));
        let registry = LayerRegistry::builtin();
        let sweep = file.sweep(&registry).unwrap_or_else(|e| panic!("{e}"));
        let outline = file.outline(&registry).unwrap_or_else(|e| panic!("{e}"));
        let cell = outline.cell(&registry, 0).unwrap_or_else(|e| panic!("{e}"));
        [sweep.warnings, cell.warnings]
    };
    for all in warnings("\"faults.0.factor\" = [1, 5]") {
        assert!(all.is_empty(), "{all}");
    }
    for all in warnings("\"faults.0.factor\" = [1]") {
        assert!(all.to_string().contains("a factor of 1 changes nothing"), "{all}");
    }
    let [all, _] = warnings("\"agents.a.priority\" = [1, 2]");
    assert_eq!(all.to_string().matches("no layer of any policy").count(), 2, "{all}");
}
