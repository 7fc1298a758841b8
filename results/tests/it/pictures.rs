//! Pictures of one run: where calls ended, how long tasks took, and measures over time.

use patterns::backoff::{Curve as Waits, Jitter, Settings};
use patterns::breaker::Counter;
use patterns::report::{Counts, Severity};
use patterns::retry::{self, Retry, Rule};
use patterns::settings::LayerSettings;
use patterns::timeout;
use patterns::{Class, Duration, Outcome, Time};
use results::OverTime;
use results::chart::{
    Curve, Scene, Theme, backoff, endings, latency, measures_over_time, png, run_over_time, states,
    svg, sweep_over_time, system,
};
use results::measured::TaskTimes;
use sim::measure::Measure;
use sim::model::system::{Agents, Caller, Edge, LayerFactory, Per, Policy, Service};
use sim::observe::{
    AlarmRecord, Histogram, Interval, LayerRecord, LayerScope, Overview, StateRecord, TrackId,
};
use sim::series::Series;
use sim::{Record, RunOptions, Watch, run};

use crate::table;

fn says(scene: &Scene) -> Vec<String> {
    scene.texts().map(|text| text.text.replace('\u{a0}', " ")).collect()
}

fn title(scene: &Scene) -> String {
    scene.title().replace('\u{a0}', " ")
}

#[test]
fn a_picture_tells_by_which_causes_tasks_failed() {
    let mut record = run(&table::system(2), 1, Watch::Counts);
    let all = record.agents[0].tasks.answered();
    for (class, number) in [(Class::Timeout, 30), (Class::BreakerOpen, 10)] {
        record.agents[0].tasks.ended[Outcome::failed(class).code() as usize] += number;
        record.agents[0].tasks.issued += number;
    }
    let scene = endings("It", "wavetank run it", &record, "a").unwrap();
    let share = 100.0 * 40.0 / (all + 40) as f64;
    let begin = format!("40 of {} tasks of a fail ({share:.1} %): 75 % timeout, 25 % ", all + 40);
    assert_eq!(title(&scene), format!("{begin}breaker-open"));
    let texts = says(&scene);
    for name in ["good", "timeout", "breaker-open", "tasks of a", "calls a → s"] {
        assert!(texts.iter().any(|text| text == name), "{name} in {texts:?}");
    }
    let note = format!("<title>tasks of a: 30 of {} timeout (", all + 40);
    assert!(svg(&scene).contains(&note), "{note}");
    // What never happened has no colour to explain.
    assert!(!texts.iter().any(|text| text == "network" || text == "given up"), "{texts:?}");
    record.agents[0].tasks = run(&table::system(2), 1, Watch::Counts).agents[0].tasks.clone();
    let scene = endings("It", "wavetank run it", &record, "a").unwrap();
    assert_eq!(title(&scene), format!("None of {all} tasks of a fails, nor does an attempt"));
}

/// Of 9,001 failures one is no timeout.
#[test]
fn shares_of_a_title_are_never_all_beside_some() {
    let mut record = run(&table::system(2), 1, Watch::Counts);
    for (class, number) in [(Class::Timeout, 9000), (Class::Network, 1)] {
        record.agents[0].tasks.ended[Outcome::failed(class).code() as usize] += number;
        record.agents[0].tasks.issued += number;
    }
    let title = title(&endings("It", "wavetank run it", &record, "a").unwrap());
    assert!(title.ends_with(": 99.99 % timeout, 0.0111 % network"), "{title}");
}

fn times(lengths: &[(u64, u64)]) -> Histogram {
    let mut times = Histogram::default();
    for (millis, number) in lengths {
        (0..*number).for_each(|_| times.add(Duration::from_millis(*millis)));
    }
    times
}

/// Fast failures make no system fast.
#[test]
fn latencies_of_good_tasks_and_of_failures_are_apart_and_what_takes_no_time_is_a_share() {
    let slow = TaskTimes { ok: times(&[(1000, 2000)]), failed: times(&[(0, 1500), (5000, 500)]) };
    let curve =
        |name: &str, times: &TaskTimes| Curve { name: name.to_owned(), times: times.clone() };
    let well = TaskTimes { ok: times(&[(2000, 4000)]), failed: Histogram::default() };
    let scene = latency("It.", "it", &[curve("a", &slow), curve("b", &well)]).unwrap();
    let is = "99 % of good tasks end within 1 s (a, 50 % fail), 2 s (b, none fails)";
    assert_eq!(title(&scene), is);
    let texts = says(&scene);
    let has = |text: &str| texts.iter().any(|other| other == text);
    assert!(has("a: 50 % end well, 50 % fail (75 % of those at once)"), "{texts:?}");
    assert!(has("tasks that end well") && has("tasks that fail"), "{texts:?}");
    assert!(!texts.iter().any(|text| text.contains('µ')), "{texts:?}");
    let scene = latency("It.", "it", &[curve("b", &well)]).unwrap();
    assert!(!says(&scene).contains(&"tasks that fail".to_owned()));
    let refused = TaskTimes { ok: Histogram::default(), failed: times(&[(0, 10)]) };
    let scene = latency("It.", "it", &[curve("c", &refused)]).unwrap();
    assert_eq!(title(&scene), "No task of c ends well");
    assert!(says(&scene).iter().any(|text| text.starts_with("All of them at once")));
}

/// Failures that all take about the same time span less than a power of ten.
#[test]
fn an_axis_of_latencies_has_three_ticks_however_near_to_each_other_they_are() {
    for millis in [5000, 5200, 120, 999] {
        let failed = times(&[(millis, 1500), (millis + 3, 500)]);
        let both = TaskTimes { ok: Histogram::default(), failed };
        let curve = Curve { name: "a".to_owned(), times: both };
        let scene = latency("It.", "it", &[curve]).unwrap();
        let texts = says(&scene);
        let is_time = |text: &&String| {
            text.split_once(' ').is_some_and(|(number, unit)| {
                number.parse::<f64>().is_ok() && ["ms", "s", "min"].contains(&unit)
            })
        };
        let ticks: Vec<&String> = texts.iter().filter(is_time).collect();
        assert!(ticks.len() >= 3, "{millis} ms: {ticks:?}");
    }
}

/// The share of the pixels of a text that are not those of the sheet.
fn ink(scene: &Scene, of: &str) -> f64 {
    let png = png(scene, Theme::Light);
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let width = reader.next_frame(&mut pixels).unwrap().width as usize;
    let text = scene.texts().find(|text| text.text == of).unwrap();
    let [left, right, top, bottom] =
        [text.left, text.right, text.top, text.bottom].map(|at| (at * 2.0) as usize);
    let pixel = |x: usize, y: usize| &pixels[(y * width + x) * 3..][..3];
    let all = (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y)));
    let inked = all.clone().filter(|(x, y)| pixel(*x, *y) != [255; 3]).count();
    inked as f64 / all.count() as f64
}

#[test]
fn letters_that_the_font_lacks_are_boxes_in_a_png_and_texts_in_an_svg() {
    let mut record = run(&table::system(2), 1, Watch::Counts);
    for (name, unknown) in [("決済決済決済", 6), ("שירותשירות", 10), ("Grüße", 0)]
    {
        record.agents[0].name = name.to_owned();
        let scene = endings("It", "wavetank run it", &record, name).unwrap();
        let text = format!("tasks of {name}");
        assert!(ink(&scene, &text) > 0.15, "{name}: {}", ink(&scene, &text));
        let words: Vec<(&str, usize)> =
            scene.unknown().map(|(word, letters)| (word, letters.len())).collect();
        assert_eq!(words.contains(&(name, unknown)), unknown > 0, "{words:?}");
        assert!(svg(&scene).contains(name));
        assert!(!svg(&scene).contains(" </text>"), "spaces are no letters");
    }
}

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

/// A breaker on the only edge that opened twice and again five times, and was open for a quarter of
/// the time.
fn opened(record: &Record) -> LayerRecord {
    let report = patterns::breaker::Settings::REPORT;
    let mut counts = Counts::of(report);
    counts.add(Counter::Opens, 2);
    counts.add(Counter::Reopens, 5);
    counts.add(Counter::Closes, 1);
    let all = u128::from(record.counted().as_nanos());
    let state = |name: &str| match name {
        "closed" => StateRecord { entered: 1, time: all / 2, at_end: 0 },
        "open" => StateRecord { entered: 7, time: all / 4, at_end: 1 },
        "half-open" => StateRecord { entered: 6, time: all / 4, at_end: 0 },
        _ => StateRecord::default(),
    };
    LayerRecord {
        policy: "p".to_owned(),
        kind: "breaker".to_owned(),
        place: 0,
        number: 1,
        scope: LayerScope::Edge(0),
        report,
        instances: 1,
        with_states: 1,
        states: report.states.iter().map(|info| state(info.name)).collect(),
        counts,
        alarms: AlarmRecord::default(),
    }
}

#[test]
fn a_diagram_of_a_breaker_has_what_was_measured() {
    let mut record = run(&table::system(2), 1, Watch::Counts);
    assert!(states("It", "wavetank run it", &record).is_none(), "there is no breaker");
    let mut forced = opened(&record);
    forced.counts = Counts::of(forced.report);
    for (info, state) in forced.report.states.iter().zip(&mut forced.states) {
        let time = u128::from(record.counted().as_nanos()) / 5;
        state.time = if info.name == "forced-open" { time } else { 0 };
    }
    record.layers.push(forced);
    let is = "The breaker of a → s never opens, and is forced-open 20 % of the time";
    assert_eq!(title(&states("It", "wavetank run it", &record).unwrap()), is);
    record.layers.clear();
    record.layers.push(opened(&record));
    let scene = states("It", "wavetank run it", &record).unwrap();
    let is = "The breaker of a → s opens 2 times, again 5 times, and is open 25 % of the time";
    assert_eq!(title(&scene), is);
    record.warmup = Time::ZERO + Duration::from_secs(5);
    let counted = states("It", "wavetank run it", &record).unwrap();
    assert!(title(&counted).contains(", again 5 times after the warm-up, and is open "));
    assert!(says(&counted).join(" ").contains("Seed 0x1, counted after the warm-up."));
    let texts = says(&scene);
    for text in ["opens 2", "half-opens 6", "reopens 5", "closes 1", "50 %", "half-open"] {
        assert!(texts.iter().any(|other| other == text), "{text} in {texts:?}");
    }
}

#[test]
fn the_system_is_drawn_with_its_layers_and_what_limits_services() {
    let mut of = table::system(2);
    let limit = || timeout::Timeout::new(timeout::Settings::of(Duration::from_secs(1))).unwrap();
    let layers = vec![LayerFactory::of(Per::Edge, limit)];
    of.policies.push(Policy { name: "p".to_owned(), layers, targets: Vec::new() });
    let bare = title(&system("It", "it", &of, "a").unwrap());
    assert_eq!(bare, "One agent and one service; no call passes any layer");
    of.edges[0].policy = Some(0);
    (of.agents[0].count, of.services[0].queue) = (5, 7);
    let scene = system("It", "it", &of, "a").unwrap();
    assert_eq!(title(&scene), "5 agents and one service; every call passes some layer");
    let texts = says(&scene);
    for text in ["a", "5 agents", "timeout", "s", "1 slot, queue 7"] {
        assert!(texts.iter().any(|other| other == text), "{text} in {texts:?}");
    }
    assert!(texts.iter().any(|text| text == "layer: all callers of the edge share one"));
    assert!(!texts.iter().any(|text| text == "layer: each caller has its own"), "{texts:?}");
}

/// Three retries after a timeout, waiting 1, 2 and 4 seconds or less, as jitter has it.
#[test]
fn a_back_off_curve_is_what_the_layer_does_when_it_is_asked() {
    let mut of = table::system(2);
    let doubling = Waits::doubling(Duration::from_secs(1));
    let jittered = Settings::of(doubling.clone()).spread(Jitter::Full);
    let rule_of = |waits: Settings| (Class::Timeout, Rule::of(3, waits));
    let make = move |waits: Settings| {
        let rules = [rule_of(waits)];
        move || Retry::new(retry::Settings::of(rules.clone().into())).unwrap()
    };
    let layer = |waits: Settings| LayerFactory::of(Per::Edge, make(waits));
    let layers = vec![layer(Settings::of(doubling))];
    of.policies.push(Policy { name: "p".to_owned(), layers, targets: Vec::new() });
    assert!(backoff("It", "it", &of).is_none(), "no edge has the policy");
    of.edges[0].policy = Some(0);
    let scene = backoff("It", "it", &of).unwrap();
    assert_eq!(title(&scene), "P: 3 retries after timeout, with waits of 7 s in all");
    of.policies[0].layers = vec![layer(jittered)];
    let scene = backoff("It", "it", &of).unwrap();
    assert_eq!(title(&scene), "P: 3 retries after timeout, with waits of 0 s to 7 s in all");
}
