//! The run at a glance: what its title tells, what stands in its legend, and how large it is.

use patterns::report::{Report, Severity};
use patterns::settings::LayerSettings;
use patterns::{Class, Duration, Outcome, Time};
use results::chart::{Scene, svg, timeline};
use sim::observe::{Interval, LayerOwner, Overview, TaskSpan, TrackId};
use sim::{Record, Watch, run};

use crate::table;

fn at(secs: u64) -> Time {
    Time::ZERO + Duration::from_secs(secs)
}

/// Of a run of 100 s whose 11 tasks are all good.
fn record() -> Record {
    let mut system = table::system(1);
    system.horizon = at(100);
    let record = run(&system, 2, Watch::Counts);
    assert_eq!((record.agents[0].tasks.answered(), record.agents[0].tasks.failed()), (11, 0));
    record
}

/// One layer on the way from `a` to `s`, with its states: each with from when to when, in seconds.
fn overview_of<S: LayerSettings>(states: &[(&'static str, u64, u64)]) -> Overview {
    let report: &'static Report = S::REPORT;
    let mut overview = Overview::new(at(0), at(100));
    let owner = LayerOwner::edge("a", "s");
    let layer = TrackId::Layer { kind: S::KIND.to_owned(), number: None, owner, report };
    let lane = overview.lane(layer, 1);
    for (state, from, to) in states {
        let info = report.states.iter().find(|info| info.name == *state);
        let severity = info.expect("it has such a state").severity;
        overview.add(lane, Interval { from: at(*from), to: at(*to), state, severity });
    }
    overview
}

/// The same, with a service that had a fault.
fn with_fault(mut overview: Overview, from: u64, to: u64) -> Overview {
    let lane = overview.lane(TrackId::Service("s".to_owned()), 1);
    let severity = Severity::Bad;
    overview.add(lane, Interval { from: at(from), to: at(to), state: "down", severity });
    overview
}

fn drawn(overview: &Overview) -> Scene {
    timeline("A layer", "wavetank run it", overview, &record(), "a").expect("there is a lane")
}

#[test]
fn a_timeline_tells_what_was_at_fault_what_came_of_it_and_what_layers_did() {
    let breaker = overview_of::<patterns::breaker::Settings>;
    let bulkhead = overview_of::<patterns::bulkhead::Settings>;
    let story = [("closed", 0, 25), ("open", 25, 45), ("half-open", 45, 50), ("closed", 50, 100)];
    let again = [("closed", 0, 25), ("open", 25, 30), ("closed", 30, 60), ("open", 60, 100)];
    let tasks = "none of 11 tasks of a fails";
    for (overview, title) in [
        (
            with_fault(breaker(&story), 20, 40),
            format!(
                "Fault of s (down) from 20 s to 40 s; {tasks}; a breaker is open from 25 s, and \
                 closed for good from 50 s"
            ),
        ),
        (
            with_fault(breaker(&again), 20, 100),
            format!(
                "Fault of s (down) from 20 s on; {tasks}; a breaker is open 2 times, first from \
                 25 s, and still open at the end"
            ),
        ),
        (
            with_fault(breaker(&[("closed", 0, 100)]), 0, 100),
            format!("Fault of s (down) all the time; {tasks}; no breaker is ever open"),
        ),
        (
            bulkhead(&[("normal", 0, 90), ("overloaded", 90, 99), ("normal", 99, 100)]),
            format!(
                "N{}; a bulkhead is overloaded from 1 min 30 s, and \
                 normal for good from 1 min 39 s",
                &tasks[1..]
            ),
        ),
    ] {
        assert_eq!(drawn(&overview).title().replace('\u{a0}', " "), title);
    }
}

/// What is done to a layer in a moment has no length, and is seen all the same.
#[test]
fn a_timeline_tells_what_is_done_to_a_layer() {
    let flushed = overview_of::<patterns::bulkhead::Settings>(&[("normal", 0, 100)]);
    let mut overview = flushed.clone();
    let (from, to, state) = (at(30), at(30), "flush");
    overview.add(0, Interval { from, to, state, severity: Severity::Bad });
    let scene = drawn(&overview);
    let title = scene.title().replace('\u{a0}', " ");
    assert!(title.starts_with("Flush of a → s: bulkhead at 30 s; none of 11 tasks"), "{title}");
    assert!(says(&scene).contains(&"done to the layer by a fault: flush"));
    assert!(timeline("x", "it", &flushed, &record(), "a").is_none(), "it never acted");
}

/// A layer that a fault holds is shaded for as long as a service with one is.
#[test]
fn a_timeline_shades_how_long_a_fault_holds_a_layer() {
    let states = [("closed", 0, 30), ("open", 30, 50), ("closed", 50, 100)];
    let mut overview = overview_of::<patterns::breaker::Settings>(&states);
    let shades = |overview: &Overview| {
        let file = svg(&drawn(overview));
        file.lines().filter(|shape| shape.contains("fill-opacity=\"0.1\"")).count()
    };
    assert_eq!(shades(&overview), 0);
    let mark = |secs: u64, overview: &mut Overview| {
        let (from, to, state) = (at(secs), at(secs), "force");
        overview.add(0, Interval { from, to, state, severity: Severity::Limited });
    };
    mark(30, &mut overview);
    overview.hold(0, at(30), at(100));
    let title = |overview: &Overview| drawn(overview).title().replace('\u{a0}', " ");
    assert!(title(&overview).starts_with("Force of a → s: breaker from 30 s on; none of"));
    overview.lanes[0].held.clear();
    overview.hold(0, at(30), at(50));
    mark(50, &mut overview);
    let is = title(&overview);
    assert!(is.starts_with("Force of a → s: breaker from 30 s to 50 s; none of"), "{is}");
    // Other instances are held in the same instants, and something else is done later.
    mark(30, &mut overview);
    mark(50, &mut overview);
    assert_eq!(title(&overview), is);
    overview.hold(0, at(70), at(80));
    assert!(title(&overview).starts_with("Force of a → s: breaker 2 times, first at 30 s; none"));
    overview.lanes[0].held.clear();
    overview.hold(0, at(30), at(50));
    // The legend's, and the one.
    assert_eq!(shades(&overview), 2);
    let texts = says(&drawn(&overview)).join("\n");
    assert!(texts.contains("while it is on") && texts.contains("a fault"), "{texts}");
}

/// The texts of a picture.
fn says(scene: &Scene) -> Vec<&str> {
    scene.texts().map(|text| text.text).collect()
}

#[test]
fn a_timeline_explains_every_colour_that_it_has_and_no_other() {
    let states = [("closed", 0, 25), ("open", 25, 45), ("half-open", 45, 50), ("closed", 50, 100)];
    let mut overview = overview_of::<patterns::breaker::Settings>(&states);
    let texts = |overview: &Overview| {
        let scene = drawn(overview);
        says(&scene).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let of_layer = ["breaker closed", "breaker half-open", "breaker open"];
    let of_tasks = ["task good", "task degraded", "task wrong", "task late", "task failed"];
    let has = |texts: &[String], name: &str| texts.iter().any(|text| text == name);
    let all = texts(&overview);
    assert!(of_layer.iter().all(|name| has(&all, name)), "{all:?}");
    assert!(!of_tasks.iter().chain(&["a fault"]).any(|name| has(&all, name)), "{all:?}");

    let lane = overview.lane(TrackId::Agent("a".to_owned()), 1);
    let outcomes = [
        (Outcome::Ok, false),
        (Outcome::Degraded, false),
        (Outcome::Ok.wrong(), false),
        (Outcome::Ok, true),
        (Outcome::failed(Class::Timeout), true),
    ];
    for (known, (outcome, is_late)) in outcomes.into_iter().enumerate() {
        overview.end(
            lane,
            &TaskSpan { track: 0, from: at(1), to: at(2), outcome, is_late, number: 0, order: 0 },
        );
        let all = texts(&overview);
        let shown = of_tasks.iter().filter(|name| has(&all, name)).count();
        assert_eq!(shown, known + 1, "{outcome:?} in {all:?}");
    }
    let all = texts(&with_fault(overview, 20, 40));
    assert!(has(&all, "a fault") && has(&all, "while it is on"), "{all:?}");
}

/// What never acted is told, and what has no room is named.
#[test]
fn a_timeline_leaves_nothing_out_without_a_word() {
    let mut overview = overview_of::<patterns::breaker::Settings>(&[("closed", 0, 100)]);
    for number in 0..60 {
        let lane = overview.lane(TrackId::Service(format!("service-{number}")), 1);
        let (from, to, state) = (at(number), at(number + 1), "hang");
        overview.add(lane, Interval { from, to, state, severity: Severity::Bad });
    }
    let scene = drawn(&overview);
    let file = svg(&scene);
    let said = file.split("<desc>").nth(1).and_then(|rest| rest.split("</desc>").next()).unwrap();
    assert!(said.contains("Never left their normal state: a → s: breaker."), "{said}");
    for number in 0..60 {
        let name = format!("service-{number}");
        let is_drawn = says(&scene).contains(&name.as_str());
        let is_named = said.contains(&format!("{name},")) || said.contains(&format!("{name}."));
        assert!(is_drawn != is_named, "{name} drawn: {is_drawn}, named: {is_named}");
    }
}

/// Of very many lanes those stay that tell most: a fault more than agents for whom all is well.
#[test]
fn a_timeline_without_room_keeps_what_tells_most() {
    let mut overview = Overview::new(at(0), at(100));
    let severity = Severity::Normal;
    for number in 0..50 {
        let lane = overview.lane(TrackId::Agent(format!("group-{number}")), 1);
        overview.add(lane, Interval { from: at(0), to: at(9), state: "working", severity });
    }
    let scene = timeline("x", "it", &with_fault(overview, 20, 40), &record(), "group-49").unwrap();
    let texts = says(&scene);
    assert!(texts.contains(&"s") && texts.contains(&"group-49"), "{texts:?}");
    let drawn = texts.iter().filter(|text| text.starts_with("group-")).count();
    assert!((5..50).contains(&drawn), "{drawn} groups");
}

/// The group that is asked about comes first, whatever the names are.
#[test]
fn a_timeline_begins_with_the_agents_that_are_asked_about() {
    let mut overview = Overview::new(at(0), at(100));
    for name in ["a", "b", "c"] {
        let lane = overview.lane(TrackId::Agent(name.to_owned()), 2);
        let (from, to, state) = (at(0), at(9), "working");
        overview.add(lane, Interval { from, to, state, severity: Severity::Normal });
    }
    let scene = timeline("x", "wavetank run it", &overview, &record(), "c").unwrap();
    let names: Vec<&str> = says(&scene).into_iter().filter(|text| text.contains(" × 2")).collect();
    assert_eq!(names, ["c × 2", "a × 2", "b × 2"]);
}

/// A fault that is on all the time has no beginning to speak of: the title tells when tasks began
/// to fail.
#[test]
fn a_timeline_tells_from_when_on_tasks_fail_under_a_lasting_fault() {
    let mut overview = with_fault(Overview::new(at(0), at(100)), 0, 100);
    let lane = overview.lane(TrackId::Agent("a".to_owned()), 1);
    for second in 0..100 {
        let failed = Outcome::failed(Class::Timeout);
        let outcome = if (40..97).contains(&second) { failed } else { Outcome::Ok };
        let (from, to) = (at(second), at(second));
        overview.end(
            lane,
            &TaskSpan { track: 0, from, to, outcome, is_late: false, number: 0, order: 0 },
        );
    }
    let title = drawn(&overview).title().replace('\u{a0}', " ");
    assert_eq!(title, "Under down of s all the time, 0 of 40 tasks fail until 39 s, then 57 of 60");
}

/// Three tasks of `a` that end well before 20 s; from 20 s to 1 min one does and two fail.
fn ended(mut overview: Overview) -> Overview {
    let lane = overview.lane(TrackId::Agent("a".to_owned()), 1);
    for second in [1, 2, 3, 30, 40, 50] {
        let outcome = if second < 40 { Outcome::Ok } else { Outcome::failed(Class::Timeout) };
        let (from, to) = (at(second), at(second));
        overview.end(
            lane,
            &TaskSpan { track: 0, from, to, outcome, is_late: false, number: 0, order: 0 },
        );
    }
    overview
}

/// What is drawn more closely is counted by itself, and the title says from when to when.
#[test]
fn a_part_of_a_run_tells_of_the_tasks_that_end_in_it() {
    let part = ended(with_fault(Overview::new(at(20), at(60)), 25, 40));
    assert_eq!(
        drawn(&part).title().replace('\u{a0}', " "),
        "From 20 s to 1 min: fault of s (down) from 25 s to 40 s; 2 of 3 tasks of a that end then \
         (66.7 %) fail"
    );
    let quiet = ended(with_fault(Overview::new(at(0), at(20)), 5, 10));
    let is = "From 0 to 20 s: fault of s (down) from 5 s to 10 s; none of 3 tasks of a that end \
              then fails";
    assert_eq!(drawn(&quiet).title().replace('\u{a0}', " "), is);
    let whole = ended(with_fault(Overview::new(at(0), at(100)), 25, 40));
    assert!(drawn(&whole).title().ends_with("none of 11 tasks of a fails"));
}

/// Tasks are counted after the warm-up, but a breaker may have opened before.
#[test]
fn a_timeline_tells_what_is_counted_after_the_warm_up() {
    let states = [("closed", 0, 25), ("open", 25, 30), ("closed", 30, 60), ("open", 60, 100)];
    let overview = overview_of::<patterns::breaker::Settings>(&states);
    let mut several = overview.clone();
    several.lanes[0].members = 3;
    let is = drawn(&several).title().replace('\u{a0}', " ");
    assert!(is.contains("; the 3 breakers of a → s are open 2 times, first from 25 s"), "{is}");
    let mut record = record();
    let title = |record: &Record| {
        let scene = timeline("A layer", "wavetank run it", &overview, record, "a").unwrap();
        scene.title().replace('\u{a0}', " ")
    };
    for (warmup, tasks, times) in [
        (0, "None of 11 tasks of a fails", "2 times, first from 25 s"),
        (20, "After the warm-up none of 11 tasks of a fails", "2 times, first from 25 s"),
        (40, "After the warm-up none of", "2 times in the whole run, first from 25 s"),
    ] {
        record.warmup = at(warmup);
        let title = title(&record);
        assert!(title.starts_with(tasks) && title.contains(times), "{title}");
    }
}

/// A run of agents that call all the time, each call a bit of a second, for so many seconds.
fn crowded(secs: u64) -> (usize, usize) {
    let mut system = table::system(2);
    system.horizon = at(secs);
    system.agents[0].count = 18;
    let record = run(&system, 1, Watch::Trace);
    let trace = record.trace.as_ref().unwrap();
    let scene = timeline("Something", "it", &trace.overviews[0], &record, "a").unwrap();
    (trace.calls.len(), svg(&scene).len())
}

#[test]
fn a_timeline_does_not_grow_with_the_run() {
    let [(few, small), (many, large)] = [60 * 20, 3_000 * 20].map(crowded);
    assert!(many > 40 * few && few > 100, "{few} calls, then {many}");
    assert!(large < 100_000 && 2 * large < 3 * small, "{small} bytes, then {large}");
}

/// Faults of agents show in how their processes are.
#[test]
fn what_agents_crash_and_hang_by_is_counted_among_the_faults() {
    let mut overview = with_fault(Overview::new(at(0), at(100)), 40, 50);
    let lane = overview.lane(TrackId::Agent("a".to_owned()), 1);
    for (state, severity, from, to) in [
        ("working", Severity::Normal, 0, 20),
        ("crashed", Severity::Bad, 20, 25),
        ("starting", Severity::Limited, 25, 27),
        ("hung", Severity::Bad, 30, 35),
        ("crashed", Severity::Bad, 60, 65),
        ("given up", Severity::Bad, 65, 70),
    ] {
        overview.add(lane, Interval { from: at(from), to: at(to), state, severity });
    }
    let title = drawn(&overview).title().replace('\u{a0}', " ");
    let is = "Fault of a (crashed) 2 times, first at 20 s and 3 faults more; none of 11 tasks";
    assert!(title.starts_with(is), "{title}");
}
