//! Why tasks failed, as a run and a sweep say it.

use std::fs;

use crate::tank::{Folder, said, wavetank};

/// Twenty tasks, one a second. All attempts fail; after three of them the breaker refuses, and the
/// fallback has something for all.
const RESCUED: &str = r#"
title = "x"
horizon = "20s"
[agents.a]
arrivals = "every(1s)"
steps = [{ call = "s" }]
[services.s]
latency = "100ms"
errors = { network = 1.0 }
[policies]
p = [
    { fallback = {} },
    { breaker = { failures = 3, open = "1h" } },
    { bulkhead = { slots = 2 } },
    { timeout = "10s" },
]
[edges]
"a -> s" = "p"
[variants."no fallback"]
"policies.p.fallback" = "off"
[sweep]
replications = 2
"#;

#[test]
fn what_a_fallback_rescued_still_has_its_cause() {
    let folder = Folder::new("causes");
    fs::write(folder.0.join("x.toml"), RESCUED).unwrap();
    let output = wavetank(&["run", "x.toml", "--out", "out"], &folder);
    let text = said(&output);
    assert!(text.contains("20 tasks: 0 good, 20 degraded, 0 failed"), "{text}");
    assert!(
        text.contains("failures     a -> s: 3 network from s, 17 refused by breaker\n"),
        "{text}"
    );
    assert!(text.contains("never acted  a -> s: bulkhead, timeout\n"), "{text}");
    let table = fs::read_to_string(folder.0.join("out/causes.csv")).unwrap();
    for row in [
        "failed,of,by,cause,count,measure",
        "tasks,a,,network,0,agents.a.failures.network",
        "attempts,a -> s,s,network,3,\"edges.\"\"a -> s\"\".failures.network\"",
        "calls,a -> s,breaker,refused,17,\"edges.\"\"a -> s\"\".breaker.refused\"",
        "calls,a -> s,bulkhead,full,0,\"edges.\"\"a -> s\"\".bulkhead.full\"",
    ] {
        assert!(table.lines().any(|line| line == row), "{row} in {table}");
    }

    let output = wavetank(&["run", "x.toml", "--variant", "no fallback"], &folder);
    let text = said(&output);
    assert!(text.contains("failures     a: 3 network, 17 breaker-open\n"), "{text}");
    assert!(
        text.contains("failures     a -> s: 3 network from s, 17 refused by breaker\n"),
        "{text}"
    );

    // A sweep adds up its runs.
    let text = said(&wavetank(&["sweep", "x.toml"], &folder));
    let line = "in all 2 runs of cell 0:\n\
                failures     a -> s: 6 network from s, 34 refused by breaker\n\
                never acted  a -> s: bulkhead, timeout\n";
    assert!(text.contains(line), "{text}");
}

/// A layer that the edges of a policy share counts for all of them.
#[test]
fn a_shared_layer_is_counted_once() {
    let folder = Folder::new("shared-causes");
    let more = "[agents.b]\narrivals = \"every(1s)\"\nsteps = [{ call = \"s\" }]\n[services.s]";
    let text = RESCUED.replacen("[services.s]", more, 1);
    let text = text.replace("\"a -> s\" = \"p\"", "\"a -> s\" = \"p\"\n\"b -> s\" = \"p\"");
    let text = text.replace("open = \"1h\"", "open = \"1h\", per = \"policy\"");
    fs::write(folder.0.join("x.toml"), text).unwrap();
    let text = said(&wavetank(&["run", "x.toml"], &folder));
    // The third failure is of the second pair of calls, of which the other one is on its way.
    assert!(text.contains("failures     a -> s: 2 network from s\n"), "{text}");
    assert!(text.contains("failures     b -> s: 2 network from s\n"), "{text}");
    assert!(text.contains("failures     p: 36 refused by breaker\n"), "{text}");
}

/// The file's own value is on no axis: then it is said of the best cell, which is still known.
#[test]
fn a_sweep_without_a_cell_of_its_own_says_why_tasks_of_the_best_one_failed() {
    let folder = Folder::new("causes-best");
    let axis = "\"policies.p.breaker.failures\" = [2, 4]\n";
    fs::write(folder.0.join("x.toml"), format!("{RESCUED}{axis}")).unwrap();
    let output = wavetank(&["sweep", "x.toml", "--out", "out"], &folder);
    let text = said(&output);
    // Two runs of twenty tasks each: after two failures the breaker refuses.
    let found = "failures     a -> s: 4 network from s, 36 refused by breaker\n";
    assert!(text.contains(&format!("in all 2 runs of cell 0:\n{found}")), "{text}");
    let page = fs::read_to_string(folder.0.join("out/index.html")).unwrap();
    assert!(page.contains("Key numbers of cell 0"), "{text}");
}

/// Of many cells only the file's own is kept whole.
#[test]
fn a_sweep_says_how_to_see_the_causes_of_the_cells_of_which_it_has_none() {
    let folder = Folder::new("causes-many");
    let values: Vec<String> = (1..=101).map(|value| value.to_string()).collect();
    let values = |from: usize| values[from..].join(", ");
    let told = "of another cell N: numbers in summary.csv, and causes of each of its runs by\n  \
                wavetank run x.toml --seed 0x1 --cell N --replication 0\n";
    let none = "no causes and key numbers: 202 cells are too many to keep them of all, and none is \
                the file's own\n";
    for (own, from) in [(true, 0), (false, 3)] {
        let axis = format!("\"policies.p.breaker.failures\" = [{}, 200, 201, 202]\n", values(from));
        let axis = if own { axis.replace(", 200, 201, 202", "") } else { axis };
        fs::write(folder.0.join("x.toml"), format!("{RESCUED}{axis}")).unwrap();
        let text = said(&wavetank(&["sweep", "x.toml", "--out", "out"], &folder));
        assert!(text.contains(told), "{text}");
        assert_eq!(text.contains("in all 2 runs of cell 2:\n"), own, "{text}");
        assert_eq!(text.contains(none), !own, "{text}");
        let page = fs::read_to_string(folder.0.join("out/index.html")).unwrap();
        assert!(page.contains("of another cell N: numbers in summary.csv"), "the page says it too");
        assert_eq!(page.contains("Key numbers of "), own, "{text}");
    }
}

/// A task whose loop is not over in time fails because of the loop, and of no service.
#[test]
fn a_loop_that_comes_to_its_limit_is_a_cause() {
    let folder = Folder::new("causes-loops");
    let steps = "steps = [{ loop = [{ work = \"10ms\" }], limit = 3, escape = 1e-9 }]";
    let text = RESCUED.replace("steps = [{ call = \"s\" }]", steps);
    let text = text.replace("[edges]\n\"a -> s\" = \"p\"\n", "");
    fs::write(folder.0.join("x.toml"), text).unwrap();
    let text = said(&wavetank(&["run", "x.toml", "--out", "out"], &folder));
    let line = "failures     a: 19 rejected, 19 at the limit of a loop\n";
    assert!(text.contains(line), "{text}");
    let table = fs::read_to_string(folder.0.join("out/causes.csv")).unwrap();
    let row = "loops,a,loop,limit,19,agents.a.loop-limits";
    assert!(table.lines().any(|line| line == row), "{row} in {table}");
}
