//! Pictures of one run: where calls ended, how long tasks took, and measures over time.

use patterns::backoff::{Curve as Waits, Jitter, Settings};
use patterns::breaker::Counter;
use patterns::report::Counts;
use patterns::retry::{self, Retry, Rule};
use patterns::settings::LayerSettings;
use patterns::timeout;
use patterns::{Class, Duration, Outcome, Time};
use results::chart::{Curve, Scene, Theme, backoff, endings, latency, png, states, svg, system};
use results::measured::TaskTimes;
use sim::model::system::{LayerFactory, Per, Policy};
use sim::observe::{AlarmRecord, Histogram, LayerRecord, LayerScope, StateRecord};
use sim::{Record, Watch, run};

use crate::table;

pub(crate) fn says(scene: &Scene) -> Vec<String> {
    scene.texts().map(|text| text.text.replace('\u{a0}', " ")).collect()
}

pub(crate) fn title(scene: &Scene) -> String {
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

pub(crate) fn times(lengths: &[(u64, u64)]) -> Histogram {
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
    let five = ["a", "b", "c", "d", "e"].map(|name| curve(name, &well));
    let five = title(&latency("It.", "it", &five).unwrap());
    assert!(five.ends_with("2 s (c, none fails); 2 of 5 are not named here"), "{five}");
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
    let is = "The breaker of a → s opens 7 times, 5 of them from half-open, and is open 25 % of the time";
    assert_eq!(title(&scene), is);
    record.warmup = Time::ZERO + Duration::from_secs(5);
    let counted = states("It", "wavetank run it", &record).unwrap();
    let begin = "After the warm-up the breaker of a → s opens 7 times, 5 of them from half-open, ";
    assert!(title(&counted).starts_with(begin), "{}", title(&counted));
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
