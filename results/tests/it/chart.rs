//! Charts: well-formed, within their sheet, the same for the same data, and honest titles.

use patterns::report::{Report, Severity};
use patterns::settings::LayerSettings;
use patterns::{Class, Duration, Outcome, Time};
use results::chart::{Curve, Scene, Theme, heat_map, latency, lines, png, svg, timeline};
use results::{Measured, SweepResult};
use sim::design::{Axis, SweepDesign};
use sim::measure::{Better, Measure};
use sim::observe::{CallSpan, Interval, LayerOwner, Trace, Track, TrackId};
use sim::{Watch, run};

use crate::table;

fn scenes() -> Vec<Scene> {
    let (result, systems) = table::result(&["agents.a.latency.mean"]);
    let trace = run(&systems[2], 1, Watch::Trace).trace.expect("it was asked for");
    let curves =
        [0, 2].map(|cell| Curve { name: format!("cell {cell}"), times: result.latency(cell) });
    vec![
        heat_map(&square()).expect("there are two axes"),
        lines(&result).expect("there is an axis"),
        latency("tasks", "wavetank sweep it", &curves).expect("there are tasks"),
        timeline("Something", "wavetank run it", &trace).expect("there are lanes"),
    ]
}

/// Two axes with the same systems on the second.
fn square() -> SweepResult {
    let systems = [table::system(2), table::system(4)];
    let objective = Measure::parse("agents.a.latency.mean", &systems[0]).unwrap();
    let axis =
        |path: &str| Axis { path: path.to_owned(), values: ["1", "2"].map(str::to_owned).to_vec() };
    let design = SweepDesign {
        title: "Two by two".to_owned(),
        variants: vec!["as written".to_owned()],
        axes: vec![axis("services.s.latency"), axis("nothing.at.all")],
        default: Some(vec![1, 0]),
        replications: 3,
        seed: 1,
        objective: objective.clone(),
        better: Better::Lower,
    };
    let mut result = SweepResult::new(design, vec![objective], "wavetank sweep square".to_owned());
    for cell in 0..4 {
        for replication in 0..3 {
            let record = run(&systems[cell / 2], u64::from(replication), Watch::Counts);
            result.add(cell, replication, &Measured::of(&result.measures, &record));
        }
    }
    result
}

#[test]
fn svg_is_well_formed_and_the_same_again() {
    for (one, two) in scenes().iter().zip(&scenes()) {
        let text = svg(one);
        assert_eq!(text, svg(two));
        let file = roxmltree::Document::parse(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let title = file.descendants().find(|node| node.has_tag_name("title"));
        assert_eq!(title.and_then(|node| node.text()), Some(one.title()));
    }
}

#[test]
fn png_is_a_picture_of_twice_the_size_light_or_dark() {
    for scene in scenes() {
        let (light, dark) = (png(&scene, Theme::Light), png(&scene, Theme::Dark));
        assert_eq!(light, png(&scene, Theme::Light));
        assert_ne!(light, dark);
        assert_eq!(&light[1..4], b"PNG");
        let size = |at: usize| u32::from_be_bytes(light[at..at + 4].try_into().unwrap());
        assert_eq!((size(16), size(20)), (2560, 1440));
    }
}

#[test]
fn every_text_is_on_the_sheet() {
    for scene in scenes() {
        let (width, height) = scene.size();
        for (text, left, right, y) in scene.texts() {
            let inside = 0.0 <= left && right <= width && 10.0 <= y && y <= height;
            assert!(inside, "{text:?} from {left} to {right} at {y}");
        }
    }
}

#[test]
fn titles_say_what_is_in_the_data() {
    let mut result = square();
    let title = heat_map(&result).unwrap().title().to_owned();
    assert!(title.starts_with("Latency 1, all 1 is the best"), "{title}");
    assert!(title.contains("one other may be as good") || title.contains("others may"), "{title}");

    // Turned round, the slow service is the best, and it is the file's own.
    result.design.better = Better::Higher;
    let title = heat_map(&result).unwrap().title().to_owned();
    assert!(title.contains("file's own setting, latency 2, all 1, is the best"), "{title}");
}

/// A trace of one layer on the way from `a` to `s`, with its states: each with how bad it is, and
/// from when to when, in seconds.
fn trace_of<S: LayerSettings>(states: &[(&'static str, u64, u64)]) -> Trace {
    let report: &'static Report = S::REPORT;
    let at = |secs| Time::ZERO + Duration::from_secs(secs);
    let interval = |&(state, from, to): &(&'static str, u64, u64)| {
        let info = report.states.iter().find(|info| info.name == state);
        let severity = info.expect("it has such a state").severity;
        Interval { from: at(from), to: at(to), state, severity }
    };
    let owner = LayerOwner::edge("a", "s");
    let id = TrackId::Layer { kind: S::KIND.to_owned(), number: None, owner, report };
    let layer = Track { id, intervals: states.iter().map(interval).collect() };
    let to = Time::ZERO + Duration::from_secs(100);
    Trace { to, tracks: vec![layer], ..Trace::default() }
}

/// The same, with a service that was down from 20 s to 40 s.
fn with_outage(mut trace: Trace) -> Trace {
    let [from, to] = [20, 40].map(|secs| Time::ZERO + Duration::from_secs(secs));
    let down = Interval { from, to, state: "down", severity: Severity::Bad };
    trace.tracks.push(Track { id: TrackId::Service("s".to_owned()), intervals: vec![down] });
    trace
}

fn drawn(trace: &Trace) -> Scene {
    timeline("A layer", "wavetank run it", trace).expect("there is a track")
}

#[test]
fn a_timeline_speaks_of_the_layers_that_it_shows() {
    let shedder = trace_of::<patterns::load_shedder::Settings>;
    let breaker = trace_of::<patterns::breaker::Settings>;
    let bulkhead = trace_of::<patterns::bulkhead::Settings>;
    let story = [("closed", 0, 25), ("open", 25, 45), ("half-open", 45, 50), ("closed", 50, 100)];
    let again = [("closed", 0, 25), ("open", 25, 30), ("closed", 30, 60), ("open", 60, 100)];
    for (trace, title, layers) in [
        (
            shedder(&[("normal", 0, 100)]),
            "0 of 0 calls fail",
            " Layers: thin, load-shedder normal.",
        ),
        (
            shedder(&[("normal", 0, 50), ("shedding", 50, 100)]),
            "0 of 0 calls fail",
            " Layers: thin, load-shedder normal; outlined, load-shedder shedding.",
        ),
        (
            breaker(&[("closed", 0, 100)]),
            "No breaker is open; 0 of 0 calls fail",
            " Layers: thin, breaker closed.",
        ),
        (
            with_outage(breaker(&story)),
            "A breaker is open from 0:25; the service is back at 0:40, a breaker is closed from \
             0:50; 0 of 0 calls fail",
            " Layers: thin, breaker closed; outlined, breaker half-open; full, breaker open. \
             Shaded: faults.",
        ),
        // It was well when the service was back: there is nothing to see late.
        (
            with_outage(breaker(&again)),
            "2 times a breaker is open, first from 0:25; 0 of 0 calls fail",
            " Layers: thin, breaker closed; full, breaker open. Shaded: faults.",
        ),
        (
            bulkhead(&[("normal", 0, 90), ("overloaded", 90, 100)]),
            "A bulkhead is overloaded from 1:30; 0 of 0 calls fail",
            " Layers: thin, bulkhead normal; full, bulkhead overloaded.",
        ),
    ] {
        let scene = drawn(&trace);
        assert_eq!(scene.title(), title);
        let legend = svg(&scene);
        let legend = legend.split("<desc>").nth(1).and_then(|rest| rest.split("</desc>").next());
        let legend = legend.expect("it is described");
        let (_, rest) = legend.split_once("by one that fails.").expect("agents come first");
        assert!(rest.starts_with(&format!("{layers} From")), "{rest}");
    }
}

/// A fault that is on all the time has no beginning to speak of: the picture tells when calls began
/// to fail.
#[test]
fn a_timeline_tells_from_when_on_calls_fail_under_a_lasting_fault() {
    let lasting = |outcomes: &[(Outcome, u64, u64)]| {
        let mut trace = with_outage(trace_of::<patterns::load_shedder::Settings>(&[]));
        let service = trace.tracks.last_mut().expect("there is one");
        service.intervals[0].state = "overload";
        (service.intervals[0].from, service.intervals[0].to) = (trace.from, trace.to);
        for (outcome, from, to) in outcomes {
            trace.calls.extend((*from..*to).map(|secs| {
                let to = Time::ZERO + Duration::from_secs(secs);
                CallSpan {
                    track: 0,
                    edge: 0,
                    from: to,
                    to,
                    outcome: *outcome,
                    task: None,
                    order: 0,
                }
            }));
        }
        trace
    };
    let failed = Outcome::failed(Class::Timeout);
    let mut trace = lasting(&[(Outcome::Ok, 0, 40), (failed, 40, 97), (Outcome::Ok, 97, 100)]);
    let title = |trace: &Trace| drawn(trace).title().to_owned();
    assert_eq!(
        title(&trace),
        "Under overload of s throughout, 0 of 40 calls fail until 0:40, then 57 of 60"
    );
    // Where there is no such time, or the fault comes and goes, it is as it was.
    assert_eq!(title(&lasting(&[(failed, 0, 50)])), "50 of 50 calls fail");
    assert_eq!(
        title(&lasting(&[(Outcome::Ok, 0, 50), (failed, 50, 52), (Outcome::Ok, 52, 54)])),
        "2 of 54 calls fail"
    );
    trace.tracks[1].intervals[0].from = Time::ZERO + Duration::from_secs(1);
    assert_eq!(title(&trace), "57 of 100 calls fail");
}

/// The colour of faults is that of faults.
#[test]
fn a_resting_layer_has_not_the_colour_of_a_fault() {
    let orange = "var(--s1)";
    let resting = [
        trace_of::<patterns::load_shedder::Settings>(&[("normal", 0, 100)]),
        trace_of::<patterns::balance::Settings>(&[("all-in", 0, 50), ("some-out", 50, 100)]),
        trace_of::<patterns::bulkhead::Settings>(&[("normal", 0, 50), ("overloaded", 50, 100)]),
    ];
    for trace in resting {
        assert!(!svg(&drawn(&trace)).contains(&format!("fill=\"{orange}\"")));
        assert!(svg(&drawn(&with_outage(trace))).contains(&format!("fill=\"{orange}\"")));
    }
}

/// A trace of agents that call all the time, each call a bit of a second, for so many seconds.
fn crowded(secs: u64) -> Trace {
    let mut system = table::system(2);
    system.horizon = Time::ZERO + Duration::from_secs(secs);
    system.agents[0].count = 18;
    run(&system, 1, Watch::Trace).trace.expect("it was asked for")
}

#[test]
fn a_timeline_does_not_grow_with_what_it_shows() {
    let sizes = [2_000, 200_000].map(|secs| {
        let trace = crowded(secs);
        let size = svg(&timeline("Something", "it", &trace).expect("there are tracks")).len();
        (trace.calls.len(), size)
    });
    let [(few, small), (many, large)] = sizes;
    assert!(many > 50 * few && few > 500, "{few} calls, then {many}");
    assert!(large < 900_000 && large < 8 * small, "{small} bytes, then {large}");
}
