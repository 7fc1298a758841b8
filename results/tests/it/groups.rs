//! Pictures of a system with several groups of agents say whose tasks they are of.

use results::chart::sweep_latency;
use results::measured::TaskTimes;
use results::repairs::Repairs;
use results::{Measured, SweepResult};
use sim::measure::{Measure, Sample};
use sim::model::system::{Agents, Caller, Edge};

use crate::pictures::{says, times, title};
use crate::table;

/// A sweep over two variants that looks at the second of these groups.
fn sweep(groups: &[&str]) -> SweepResult {
    let mut system = table::system(1);
    let agents =
        groups.iter().map(|name| Agents { name: (*name).into(), ..system.agents[0].clone() });
    system.agents = agents.collect();
    let edge = system.edges[0].clone();
    let edges = (0..groups.len()).map(|at| Edge { from: Caller::Agents(at), ..edge.clone() });
    system.edges = edges.collect();
    let success = |name: &&str| Measure::parse(&format!("agents.{name}.success"), &system).unwrap();
    let measures: Vec<Measure> = groups.iter().map(success).collect();
    let objective = measures[groups.len() - 1].clone();
    let design = table::invented(&["as written", "other"], Vec::new(), 1, objective);
    let mut result = SweepResult::new(design, measures, "wavetank sweep it".to_owned());
    let tasks = groups.iter().enumerate().map(|(at, name)| {
        let ok = times(&[(1000 * (at as u64 + 1), 2000)]);
        ((*name).to_owned(), TaskTimes { ok, ..TaskTimes::default() })
    });
    let tasks: Vec<_> = tasks.collect();
    for cell in 0..result.cells() {
        let one = Measured {
            tasks: tasks.clone(),
            repairs: vec![Repairs::default(); groups.len()],
            ..table::measured(vec![Sample::plain(1.0); groups.len()])
        };
        result.add(cell, 0, &one);
    }
    result
}

#[test]
fn latencies_of_a_sweep_say_of_which_group_they_are() {
    let scene = sweep_latency(&sweep(&["a", "b"])).unwrap();
    let is =
        "99 % of good tasks of b end within 2 s (as written, none fails), 2 s (other, none fails)";
    assert_eq!(title(&scene), is);
    assert!(says(&scene).join(" ").contains("Invented. Tasks of b alone."), "{:?}", says(&scene));
    let scene = sweep_latency(&sweep(&["a"])).unwrap();
    assert!(title(&scene).starts_with("99 % of good tasks end within 1 s"), "{}", title(&scene));
}
