//! Tables, from runs of a small system.

use expect_test::expect;
use patterns::{Duration, Time};
use results::table::{RunsWriter, summary};
use results::{Measured, SweepResult};
use sim::design::{Axis, AxisRole, SweepDesign};
use sim::kernel::Distribution;
use sim::measure::{Better, Measure, Sample};
use sim::model::system::{
    Agents, Arrivals, Caller, Edge, Order, Overflow, Price, Replicas, Service, Step, System,
};
use sim::observe::EpisodeRule;
use sim::{Watch, run};

/// One agent, and one service that takes a number of seconds.
pub(crate) fn system(secs: u64) -> System {
    System {
        agents: vec![Agents {
            name: "a".to_owned(),
            count: 1,
            arrivals: Arrivals::Open(Distribution::exponential(Duration::from_secs(10)).unwrap()),
            slots: u32::MAX,
            steps: vec![Step::call(0)],
            deadline: None,
            priority: 0,
            patience: None,
            gives_up: false,
            episode: EpisodeRule::default(),
            life: None,
            context: None,
            worth: None,
            finds_out: None,
        }],
        services: vec![Service {
            name: "s".to_owned(),
            slots: 1,
            queue: u32::MAX,
            latency: Distribution::constant(Duration::from_secs(secs)),
            errors: Vec::new(),
            wrong: 0.0,
            rate_limit: None,
            token_limits: Vec::new(),
            price: Price::default(),
            abandoned: sim::model::system::Abandoned::RunsOn,
            steps: Vec::new(),
            refuses_stale: true,
            replicas: Replicas::default(),
            order: Order::Fifo,
            overflow: Overflow::Newcomer,
        }],
        edges: vec![Edge { from: Caller::Agents(0), to: 0, policy: None }],
        horizon: Time::ZERO + Duration::from_secs(1000),
        ..System::default()
    }
}

/// Two services, one of them twice as slow, four runs each.
pub(crate) fn result(paths: &[&str]) -> (SweepResult, Vec<System>) {
    let systems = vec![system(2), system(4), system(8)];
    let measures: Vec<Measure> =
        paths.iter().map(|path| Measure::parse(path, &systems[0]).unwrap()).collect();
    let design = SweepDesign {
        title: "A service that takes its time".to_owned(),
        variants: vec!["as written".to_owned()],
        axes: vec![Axis {
            path: "services.s.latency".to_owned(),
            values: ["2s", "4s", "8s"].map(str::to_owned).to_vec(),
            role: AxisRole::Condition,
        }],
        default: Some(vec![1]),
        replications: 4,
        seed: 1,
        objective: measures[0].clone(),
        better: Better::Lower,
    };
    let mut result = SweepResult::new(design, measures, "wavetank sweep it".to_owned());
    for (cell, system) in systems.iter().enumerate() {
        for replication in 0..4 {
            let seed = u64::from(replication) + 1;
            let run = Measured::of(&result.measures, &run(system, seed, Watch::Counts));
            result.add(cell, replication, &run);
        }
    }
    (result, systems)
}

/// The design of a sweep that is made up.
pub(crate) fn invented(
    variants: &[&str],
    axes: Vec<Axis>,
    replications: u32,
    objective: Measure,
) -> SweepDesign {
    SweepDesign {
        title: "Invented".to_owned(),
        variants: variants.iter().map(ToString::to_string).collect(),
        default: Some(vec![0; axes.len()]),
        axes,
        replications,
        seed: 1,
        objective,
        better: Better::Higher,
    }
}

/// An axis of these values.
pub(crate) fn axis((path, values): (&str, &[&str]), role: AxisRole) -> Axis {
    let values = values.iter().map(ToString::to_string).collect();
    Axis { path: path.to_owned(), values, role }
}

/// A run that came to this.
pub(crate) fn measured(samples: Vec<Sample>) -> Measured {
    Measured {
        seed: 1,
        fingerprint: 0,
        events: 0,
        stopped: None,
        faults_removed: None,
        samples,
        times: Vec::new(),
        tasks: Vec::new(),
        repairs: Vec::new(),
    }
}

#[test]
fn runs_are_rows_and_measures_are_columns() {
    let (mut result, systems) = result(&["agents.a.latency.mean", "agents.a.success"]);
    result.run_command = "wavetank run x.toml".to_owned();
    let mut rows = RunsWriter::new(&result, Vec::new()).unwrap();
    let run = Measured::of(&result.measures, &run(&systems[1], 0x2a, Watch::Counts));
    rows.row(&result, 1, 2, &run).unwrap();
    let text = String::from_utf8(rows.finish().unwrap()).unwrap();
    let (head, row) = text.trim().split_once('\n').unwrap();
    expect!["cell,variant,services.s.latency,services.s.latency_s,replication,seed,fingerprint,events,stopped,agents.a.latency.mean,agents.a.success,again"].assert_eq(head);
    assert!(row.starts_with("1,as written,4s,4,2,0x2a,0x"), "{row}");
    assert_eq!(row.split(',').count(), head.split(',').count());
}

#[test]
fn a_summary_has_intervals_and_differences_to_the_files_own_cell() {
    let (result, _) = result(&["agents.a.latency.mean"]);
    let text = String::from_utf8(summary(&result, Vec::new()).unwrap()).unwrap();
    expect![[r#"
        cell,variant,services.s.latency,services.s.latency_s,measure,unit,n,mean,low95,high95,min,max,reliable,runs_needed,diff_n,diff,diff_low95,diff_high95,diff_reliable,diff_runs_needed
        0,as written,2s,2,agents.a.latency.mean,seconds,4,2.27604331318705,2.0803994655902134,2.629765525827985,2.1490774837419355,2.4316319473793104,no,5,4,-3.151483756846604,-3.777891601905486,-2.6530823382660125,no,5
        1,as written,4s,4,agents.a.latency.mean,seconds,4,5.427527070033654,4.771381532163967,6.499474122987269,4.909131123521739,5.946151946491379,no,5,4,0,0,0,no,5
        2,as written,8s,8,agents.a.latency.mean,seconds,4,22.681182082547675,14.626935387220824,55.360392177062764,18.438355746703298,31.058478476298244,no,7,4,17.25365501251402,7.941334486355874,35.44044601918118,no,7
    "#]].assert_eq(&text);
}

#[test]
fn the_best_is_found_and_ties_are_seen() {
    let (result, _) = result(&["agents.a.latency.mean", "agents.a.success"]);
    assert_eq!((result.best(None), result.worst(None)), (Some(0), Some(2)));
    assert_eq!(result.default_cell(0), Some(1));
    assert!(!result.is_tied(1, 0), "a service twice as fast is better");
    assert!(result.difference(1, 0, 1).may_be_zero(), "all succeed everywhere");
    assert_eq!(result.place(result.cell(0, &[2])), (0, vec![2]));
}
