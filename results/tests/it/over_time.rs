//! Pictures of measures over time, of one run and of the variants of a sweep.

use patterns::report::Severity;
use patterns::{Duration, Time};
use results::OverTime;
use results::chart::{Scene, measures_over_time, run_over_time, svg, sweep_over_time};
use sim::measure::Measure;
use sim::model::system::{Agents, Caller, Edge, Service};
use sim::observe::{Interval, Overview, TrackId};
use sim::series::Series;
use sim::{Record, RunOptions};

use crate::pictures::{says, title};
use crate::table;

/// The record and the series of a run of 1000 s in pieces of 10 s.
fn series() -> (Record, OverTime) {
    series_of(&measures_over_time(&Measure::all(&table::system(2)), "a", &[], usize::MAX))
}

fn series_of(drawn: &[Measure]) -> (Record, OverTime) {
    let system = table::system(2);
    let all = Measure::all(&system);
    let every = Duration::from_secs(10);
    let (record, series) = Series::run(&system, 1, &RunOptions::default(), every, &all);
    let over_time = OverTime::of_run(&series, &all, drawn, 1);
    assert_eq!(over_time.pieces.len(), 100);
    (record, over_time)
}

/// A run in which a service was down from 200 s to 400 s, as far as the picture knows.
fn fault() -> Overview {
    let at = |secs| Time::ZERO + Duration::from_secs(secs);
    let mut overview = Overview::new(at(0), at(1000));
    let lane = overview.lane(TrackId::Service("s".to_owned()), 1);
    let (from, to, state) = (at(200), at(400), "down");
    overview.add(lane, Interval { from, to, state, severity: Severity::Bad });
    overview
}

#[test]
fn measures_over_time_tell_what_was_before_in_and_after_a_fault() {
    let (_, run) = series();
    let scene = run_over_time("It", "wavetank run it", &run, Some(&fault())).unwrap();
    assert_eq!(
        title(&scene),
        "Good tasks of a, of those that end: 100 % before the fault, 100 % while the fault is on, \
         100 % in the last 1 min 40 s"
    );
    let texts = says(&scene);
    for text in ["while a fault is on", "latency of good tasks", "waiting in line", "good", "all"] {
        assert!(texts.iter().any(|other| other == text), "{text} in {texts:?}");
    }
    assert!(texts.iter().any(|text| text == "tasks that end, each minute"), "{texts:?}");
    let calm = run_over_time("It", "wavetank run it", &run, None).unwrap();
    assert!(!says(&calm).iter().any(|text| text == "while a fault is on"));
}

/// Of several groups each has its panel, the one that is asked about first; of many the others are
/// named.
#[test]
fn measures_over_time_of_a_run_show_all_groups_and_whose_each_is() {
    let names = |number: usize| (0..number).map(|group| format!("group-{group}"));
    let drawn = |number: usize| {
        let mut system = table::system(2);
        let agents = names(number).map(|name| Agents { name, ..system.agents[0].clone() });
        system.agents = agents.collect();
        let edge = system.edges[0].clone();
        let edges = (0..number).map(|group| Edge { from: Caller::Agents(group), ..edge.clone() });
        system.edges = edges.collect();
        system.services[0].slots = u32::MAX;
        let names = (0..4).map(|number| format!("t{number}"));
        let more = names.map(|name| Service { name, ..system.services[0].clone() });
        system.services.extend(more.collect::<Vec<_>>());
        let all = Measure::all(&system);
        let every = Duration::from_secs(10);
        let (_, series) = Series::run(&system, 1, &RunOptions::default(), every, &all);
        let drawn = measures_over_time(&all, "group-1", &[], usize::MAX);
        let run = OverTime::of_run(&series, &all, &drawn, 1);
        let scene = run_over_time("It", "wavetank run it", &run, None).unwrap();
        let panels = says(&scene).into_iter().filter(|text| text.starts_with("tasks of "));
        (panels.collect::<Vec<_>>(), says(&scene).join(" "))
    };
    let whose = |panels: &[String]| -> Vec<String> {
        panels.iter().map(|panel| panel.split(' ').nth(2).unwrap().to_owned()).collect()
    };
    let (panels, all) = drawn(2);
    assert_eq!(whose(&panels), ["group-1", "group-0"], "{panels:?}");
    assert!(all.contains("latency of good tasks of group-1"), "{all}");
    let (panels, all) = drawn(6);
    assert_eq!(whose(&panels), ["group-1", "group-0", "group-2", "group-3"], "{panels:?}");
    assert!(all.contains("Groups without room here: group-4, group-5."), "{all}");
    // Of what is zero there are no three largest.
    assert!(all.contains("Zero all the time: waiting in line."), "{all}");
}

#[test]
fn measures_over_time_of_a_sweep_have_a_line_for_each_variant() {
    let all = Measure::all(&table::system(2));
    let asked = all.iter().find(|measure| measure.path() == "agents.a.success").unwrap();
    let run = series_of(&measures_over_time(&all, "a", std::slice::from_ref(asked), 3)).1;
    let mut worse = run.clone();
    let success = run.measures.iter().position(|measure| measure.name() == "success").unwrap();
    assert_eq!(success, 0, "it comes first");
    for piece in &mut worse.pieces {
        piece.estimates[success].mean *= 0.5;
    }
    let variants = [("as written".to_owned(), run), ("worse".to_owned(), worse)];
    let scene = sweep_over_time("It", "wavetank sweep it", &variants, None).unwrap();
    let is = "The success of a in the last 1 min 40 s: 100 % (as written), 50 % (worse)";
    assert_eq!(title(&scene), is);
    let texts = says(&scene);
    for text in ["as written", "worse", "success of a", "queue of s"] {
        assert!(texts.iter().any(|other| other == text), "{text} in {texts:?}");
    }
}

/// The band of two runs is as wide as nothing else is.
#[test]
fn a_band_from_few_runs_neither_hides_a_line_nor_takes_its_height() {
    let all = Measure::all(&table::system(2));
    let asked = all.iter().find(|one| one.path() == "agents.a.latency-ok.p99").unwrap();
    let (_, mut run) = series_of(std::slice::from_ref(asked));
    run.runs = 2;
    let wide = |run: &OverTime, factor: f64| {
        let mut run = run.clone();
        for estimate in run.pieces.iter_mut().flat_map(|piece| &mut piece.estimates) {
            (estimate.low, estimate.high) = (estimate.mean / factor, estimate.mean * factor);
        }
        run
    };
    let drawn = |factor: f64| {
        let variants = ["as written", "other"].map(|name| (name.to_owned(), wide(&run, factor)));
        sweep_over_time("It", "wavetank sweep it", &variants, None).unwrap()
    };
    // Lines are as high, however far their bands go, and lie over all of them.
    let lines = |scene: &Scene| {
        let file = svg(scene);
        let shapes: Vec<&str> = file.lines().collect();
        let is_band = |shape: &&str| shape.contains("0.16") && shape.starts_with("<path");
        let is_line = |shape: &&str| shape.contains("\"20\"") && shape.starts_with("<path d=\"M");
        let last = shapes.iter().rposition(is_band).expect("there is a band");
        let (below, above) = shapes.split_at(last);
        assert!(!below.iter().any(is_line), "{file}");
        above.iter().filter(|shape| is_line(shape)).map(ToString::to_string).collect()
    };
    let all: Vec<String> = lines(&drawn(30.0));
    assert!(all.len() > 2);
    assert_eq!(all, lines(&drawn(3.0)));
    let says = says(&drawn(30.0));
    let has = |text: &str| says.iter().any(|other| other == text);
    assert!(has("95 % interval of each line alone, from 2 runs"), "{says:?}");
    assert!(has("wide bands go on beyond their panel"), "{says:?}");
    assert!(!self::says(&drawn(1.5)).join(" ").contains("beyond their panel"));
}

/// At the end of some variants no task ends.
#[test]
fn measures_over_time_of_a_sweep_are_said_of_where_all_of_them_are_known() {
    let all = Measure::all(&table::system(2));
    let asked = all.iter().find(|measure| measure.path() == "agents.a.success").unwrap();
    let mut run = series_of(std::slice::from_ref(asked)).1;
    run.pieces.iter_mut().for_each(|piece| piece.estimates[0].mean = 1.0);
    let mut none = run.clone();
    for (at, piece) in none.pieces.iter_mut().enumerate() {
        piece.estimates[0].mean = [0.9, 0.25, f64::NAN][at.min(2)];
    }
    let variants = [("as written".to_owned(), run), ("none".to_owned(), none)];
    let scene = sweep_over_time("It", "wavetank sweep it", &variants, None).unwrap();
    let is = "The success of a from 10 s to 20 s, where it differs most: 100 % (as written), 25 % (none)";
    assert_eq!(title(&scene), is);
}
