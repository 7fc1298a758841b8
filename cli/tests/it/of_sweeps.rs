//! Pictures of sweeps of the library: each kind comes out of one, and what they say is what the
//! runs say.

use results::chart::{OF_SWEEPS, Scene};
use results::{Measured, SweepResult};
use scenarios::{LayerRegistry, ScenarioFile, library};
use sim::{Record, Watch, run};

/// A sweep of the library with so many runs of each cell, some axes left out, and all its records.
fn sweep(name: &str, replications: u32, without: &str) -> (SweepResult, Vec<Vec<Record>>) {
    let registry = LayerRegistry::builtin();
    let text = library::find(name).expect("it is in the library").text;
    let kept = text.lines().filter(|line| without.is_empty() || !line.contains(without));
    let text = kept.collect::<Vec<_>>().join("\n");
    let mut file = ScenarioFile::parse(name, &text).unwrap_or_else(|e| panic!("{e}"));
    file.set_replications(replications);
    let sweep = file.sweep(&registry).unwrap_or_else(|e| panic!("{e}"));
    let (design, measures) = (sweep.design.clone(), sweep.measures.clone());
    let mut result = SweepResult::new(design, measures, format!("wavetank sweep {name}"));
    result.changes = sweep.changes();
    let mut records = Vec::new();
    for cell in 0..result.cells() {
        let system = sweep.cell(&registry, cell).system;
        let seeds = (0..replications).map(|replication| result.seed_of(replication));
        let runs: Vec<Record> = seeds.map(|seed| run(&system, seed, Watch::Counts)).collect();
        for (replication, record) in (0..).zip(&runs) {
            result.add(cell, replication, &Measured::of(&result.measures, record));
        }
        records.push(runs);
    }
    (result, records)
}

fn picture(result: &SweepResult, name: &str) -> Option<Scene> {
    let (_, of) = OF_SWEEPS.iter().find(|(other, _)| *other == name).expect("there is one");
    of(result)
}

fn title(scene: &Scene) -> String {
    scene.title().replace('\u{a0}', " ")
}

fn says(scene: &Scene) -> Vec<String> {
    scene.texts().map(|text| text.text.replace('\u{a0}', " ")).collect()
}

/// The number behind some words.
fn number_after(text: &str, words: &str) -> f64 {
    let rest = text.split(words).nth(1).unwrap_or_else(|| panic!("{words:?} in {text}"));
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    rest[..end].parse().unwrap_or_else(|_| panic!("a number after {words:?} in {text}"))
}

#[test]
fn half_of_the_runs_recover_when_half_of_the_runs_have_seen_their_last_episode() {
    let (result, records) = sweep("half-open-stampede", 5, "agents.agent.count");
    let scene = picture(&result, "recovery").unwrap();
    // Five minutes in, the service crashes.
    let crash = 300.0;
    let median = |variant: usize| {
        let mut of_runs: Vec<f64> = records[variant]
            .iter()
            .map(|record| {
                let last = record.agents[0].episodes.all.last();
                last.map_or(0.0, |last| last.verified.unwrap().as_secs_f64() - crash)
            })
            .collect();
        of_runs.sort_by(f64::total_cmp);
        of_runs[2]
    };
    let (text, of) = (title(&scene), [0, 1].map(median));
    let minutes = number_after(&text, "as agent sees it: ");
    assert!((minutes - of[0] / 60.0).abs() < 0.02 * minutes, "{text}, and {of:?}");
    let seconds = number_after(&text, "(as written); ");
    assert!((seconds - of[1]).abs() < 0.02 * seconds, "{text}, and {of:?}");
    assert!(says(&scene).iter().any(|text| text.contains("The fault is on for 45 s.")));
    // Of faults that come again and again nothing is said.
    assert!(picture(&sweep("layer-by-layer", 2, "").0, "recovery").is_none());
}

#[test]
fn a_threshold_trades_false_alarms_for_time() {
    let (result, records) = sweep("hanging-server", 3, "breaker.open");
    let scene = picture(&result, "threshold-roc").unwrap();
    let text = title(&scene);
    let alarms = |cell: usize| {
        let of = records[cell].iter().flat_map(|record| &record.layers);
        of.filter(|layer| layer.kind == "breaker").map(|layer| layer.alarms).collect::<Vec<_>>()
    };
    // What counts is an hour less the warm-up of five minutes, three times.
    let hours = 3.0 * 55.0 / 60.0;
    let of_one = alarms(0);
    let rate = of_one.iter().map(|one| one.false_alarms).sum::<u64>() as f64 / hours;
    let told = number_after(&text, "Breaker failures 1: ");
    assert!((told - rate).abs() < 0.06, "{text}, and {rate}");
    let raised: u64 = of_one.iter().map(|one| one.raised).sum();
    let after: u128 = of_one.iter().map(|one| one.raised_after).sum();
    let delay = after as f64 / 1e9 / raised as f64;
    let told = number_after(&text, "false alarms an hour, ");
    assert!((told - delay).abs() < 0.06, "{text}, and {delay}");
    let texts = says(&scene);
    for threshold in ["1", "2", "3", "5", "8", "13"] {
        assert!(texts.iter().any(|text| text == threshold), "{threshold} in {texts:?}");
    }
    let (idle, _) = sweep("how-long-to-wait", 2, "");
    assert!(picture(&idle, "threshold-roc").is_none(), "a timeout raises no alarm");
    // A fault that ends before six calls have failed is missed.
    let (outage, _) = sweep("course-outage", 5, "guarded.breaker.open");
    let scene = picture(&outage, "threshold-roc").unwrap();
    let text = title(&scene);
    assert!(text.contains("; 6: 20 false alarms an hour, no fault seen, 100 % missed;"), "{text}");
    let texts = says(&scene);
    for name in ["↑ share of faults that are missed", "1, 2, 3, 4, 5", "6"] {
        assert!(texts.iter().any(|text| text == name), "{name} in {texts:?}");
    }
}

#[test]
fn groups_stand_side_by_side_and_who_gains_is_told() {
    let (result, records) = sweep("shared-pool", 5, "faults.0.factor");
    let scene = picture(&result, "starvation").unwrap();
    let success = |variant: usize, group: &str| {
        let of = records[variant].iter().flat_map(|record| &record.agents);
        let of: Vec<_> = of.filter(|agents| agents.name == group).collect();
        let good: u64 = of.iter().map(|agents| agents.tasks.good()).sum();
        let all: u64 = of.iter().map(|agents| agents.tasks.answered()).sum();
        100.0 * good as f64 / all as f64
    };
    let (text, write) = (title(&scene), [0, 1].map(|variant| success(variant, "write")));
    assert!(text.starts_with("Write: "), "{text}");
    for (told, value) in [("Write: ", write[0]), ("as written, ", write[1])] {
        let told = number_after(&text, told);
        assert!((told - value).abs() < 0.06, "{told} is not {value}: {text}");
    }
    let texts = says(&scene);
    let research = format!("{:.1} %", success(1, "research"));
    assert!(texts.contains(&research), "{research} in {texts:?}");
    assert!(picture(&sweep("how-long-to-wait", 2, "").0, "starvation").is_none(), "one group");
}

/// So that each can be seen without a file of one's own.
#[test]
fn every_kind_of_picture_comes_out_of_the_library() {
    for (name, scenario) in [
        ("ablation", "layer-by-layer"),
        ("pareto-front", "how-long-to-wait"),
        ("phase-diagram", "hanging-server"),
        ("recovery", "half-open-stampede"),
        ("s-curve", "how-long-retries-help"),
        ("starvation", "shared-pool"),
        ("threshold-roc", "hanging-server"),
    ] {
        let (result, _) = sweep(scenario, 5, "");
        assert!(picture(&result, name).is_some(), "{name} of {scenario}");
    }
    assert_eq!(OF_SWEEPS.len(), 7, "all of them are above");
}
