//! Windows: what happened in a part of a run, measured as the whole run is.

use patterns::{Class, Duration, Time};
use sim::fault::kinds::down::Down;
use sim::fault::kinds::hang::Hang;
use sim::fault::{Permanent, Schedule};
use sim::kernel::Distribution;
use sim::measure::Measure;
use sim::model::system::{Arrivals, Fault, Place, System};
use sim::observe::{Anchor, Window};
use sim::series::{Series, SeriesDesign, length, run_in_pieces};
use sim::{Record, RunOptions, Watch, run};

use crate::tank::{self, at, exponential, millis, secs};

/// A stream of tasks to a service that is down from 100 s to 200 s.
fn system() -> System {
    let mut system = tank::system(secs(400));
    system.warmup = at(secs(20));
    let arrivals = Arrivals::Open(exponential(secs(1)));
    system.agents = vec![tank::agents("a", 3, arrivals, vec![tank::call(0)])];
    system.services = vec![tank::service("s", 3, u32::MAX, exponential(millis(500)))];
    system.policies = vec![tank::policy(vec![tank::timeout(secs(5)), tank::breaker(5, secs(7))])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    system.faults = vec![tank::once(0, Down {}, secs(100), secs(100))];
    system
}

fn window(from: Option<u64>, until: Option<u64>, anchor: Anchor) -> Window {
    Window { from: from.map(secs), until: until.map(secs), anchor }
}

fn during() -> Anchor {
    Anchor::During("outage".to_owned())
}

fn after() -> Anchor {
    Anchor::After("outage".to_owned())
}

fn before() -> Anchor {
    Anchor::Before("outage".to_owned())
}

fn of(mut system: System, windows: &[Window]) -> Record {
    system.windows = windows.to_vec();
    run(&system, 1, Watch::Counts)
}

#[test]
fn a_window_changes_nothing_but_that_it_is_measured() {
    let whole = run(&system(), 1, Watch::Counts);
    let windows = [window(Some(30), Some(50), Anchor::Run), window(None, None, during())];
    let watched = of(system(), &windows);
    assert_eq!(watched.windows.len(), 2);
    assert_eq!(Record { windows: Vec::new(), ..watched }, whole);
}

/// All that is counted and added up in a run is in exactly one of the windows that it falls into.
#[test]
fn windows_that_follow_each_other_add_up_to_the_run() {
    let windows =
        [window(None, None, before()), window(None, None, during()), window(None, None, after())];
    let record = of(system(), &windows);
    let parts: Vec<&Record> =
        windows.iter().map(|window| record.window(window).expect("it came")).collect();
    let times: Vec<(Time, Time)> = parts.iter().map(|part| (part.warmup, part.ended)).collect();
    let seconds = |from, to| (at(secs(from)), at(secs(to)));
    assert_eq!(times, [seconds(20, 100), seconds(100, 200), seconds(200, 400)]);
    let mut sum = parts[0].clone();
    sum.extend(parts[1]);
    sum.extend(parts[2]);
    let (sum_agents, agents) = (&sum.agents[0], &record.agents[0]);
    assert_eq!(sum_agents.tasks.issued, agents.tasks.issued);
    assert_eq!(sum_agents.tasks.ended, agents.tasks.ended);
    assert_eq!(sum_agents.tasks.open(), agents.tasks.open());
    assert_eq!((sum_agents.busy, sum_agents.frozen), (agents.busy, agents.frozen));
    assert_eq!(sum_agents.latency_ok.count(), agents.latency_ok.count());
    assert_eq!(sum_agents.latency_ok.sum_nanos(), agents.latency_ok.sum_nanos());
    assert_eq!(sum_agents.episodes.all, agents.episodes.all);
    assert_eq!(sum_agents.episodes.time(), agents.episodes.time());
    let (sum_service, service) = (&sum.services[0], &record.services[0]);
    assert_eq!((sum_service.busy, sum_service.queued), (service.busy, service.queued));
    assert_eq!((sum_service.down, sum_service.wasted), (service.down, service.wasted));
    assert_eq!(sum.edges[0].attempts.issued, record.edges[0].attempts.issued);
    assert_eq!(sum.edges[0].calls.ended, record.edges[0].calls.ended);
    for (sum, layer) in sum.layers.iter().zip(&record.layers) {
        assert_eq!((&sum.counts, &sum.states), (&layer.counts, &layer.states));
    }
    assert_eq!(sum.counted(), record.counted());
    // And the outage is in one of them alone.
    let down: Vec<u128> = parts.iter().map(|part| part.services[0].down).collect();
    assert_eq!(down, [0, 100_000_000_000, 0]);
    let failed = |part: &Record| part.services[0].requests.failed_as(Class::Network);
    assert_eq!((failed(parts[0]), failed(parts[2])), (0, 0));
    assert!(0 < failed(parts[1]));
}

/// Counted by hand: a task every 10 s takes 3 s; the service hangs from 45 s to 75 s.
#[test]
fn a_window_holds_what_ended_in_it_and_the_time_that_lies_in_it() {
    let mut system = tank::system(secs(100));
    let every = Distribution::constant(secs(10));
    system.agents = vec![tank::agents("a", 1, Arrivals::Open(every), vec![tank::call(0)])];
    let latency = Distribution::constant(secs(3));
    system.services = vec![tank::service("s", u32::MAX, 0, latency)];
    system.edges = vec![tank::edge(0, 0, None)];
    system.faults = vec![tank::once(
        0,
        Hang { resume: true, share: 1.0, permanent: Permanent::Attempt },
        secs(45),
        secs(30),
    )];
    let windows = [window(Some(11), Some(52), Anchor::Run), window(Some(5), Some(60), during())];
    let record = of(system, &windows);
    let first = &record.window(&windows[0]).expect("it came").agents[0];
    // Those that came at 10, 20, 30 and 40 s have ended; those of 20, 30, 40 and 50 s have come.
    assert_eq!((first.tasks.issued, first.tasks.good(), first.tasks.open()), (4, 4, 1));
    assert_eq!(first.busy, (2 + 3 + 3 + 3 + 2) * 1_000_000_000);
    // From 50 s, with the task that comes then, to 75 s, when the fault ends.
    let second = record.window(&windows[1]).expect("it came");
    assert_eq!(second.counted(), secs(25));
    let agents = &second.agents[0];
    assert_eq!((agents.tasks.issued, agents.tasks.answered(), agents.tasks.open()), (3, 0, 3));
    assert_eq!(agents.busy, (25 + 15 + 5) * 1_000_000_000);
    // Nothing that ended took more than 3 s.
    assert_eq!(agents.overdue, 3);
}

/// A window that repeats has all its parts; those of a fault that comes and goes by chance are
/// those in which it is on.
#[test]
fn a_window_of_a_fault_that_comes_again_has_all_its_times() {
    let mut system = system();
    let schedule = Schedule::Renewal { up: exponential(secs(30)), down: exponential(secs(10)) };
    let name = "outage".to_owned();
    system.faults =
        vec![Fault { name, hits: vec![Place::Service(0)], effect: Down {}.into(), schedule }];
    let windows = [window(None, None, during()), window(None, None, after())];
    let record = of(system, &windows);
    let on = record.window(&windows[0]).expect("it came");
    let down = record.services[0].down;
    assert!(1 < record.services[0].fault_intervals && down > 0);
    assert_eq!(u128::from(on.counted().as_nanos()), down);
    assert_eq!(on.services[0].down, down);
    let off = record.window(&windows[1]).expect("it came");
    assert_eq!(off.services[0].down, 0);
}

#[test]
fn a_run_that_is_stopped_has_the_windows_that_had_begun() {
    let windows = [
        window(None, Some(60), Anchor::Run),
        window(None, None, during()),
        window(None, None, after()),
    ];
    let mut system = system();
    system.windows = windows.to_vec();
    let all = run(&system, 1, Watch::Counts).events;
    let mut options = RunOptions::default();
    options.limits.events = all / 3;
    let record = sim::run_until(&system, 1, &options);
    assert!(record.stopped.is_some() && at(secs(100)) < record.ended, "{}", record.ended);
    let came: Vec<&Window> = record.windows.iter().map(|(window, _)| window).collect();
    assert_eq!(came, [&windows[0], &windows[1]]);
    assert_eq!(record.windows[1].1.ended, record.ended);
}

#[test]
fn a_measure_of_a_window_is_that_of_its_record() {
    let mut system = system();
    let measure = |path: &str, system: &System| Measure::parse(path, system).expect(path);
    let paths = [
        "agents.a.success during fault \"outage\"",
        "agents.a.success before fault \"outage\"",
        "agents.a.success from 10s until 1min 30s",
        "edges.\"a -> s\".success from 20s after fault \"outage\"",
        "services.s.busy from 2s until 5s after fault \"outage\"",
    ];
    let measures = paths.map(|path| measure(path, &system));
    system.windows = measures.iter().filter_map(Measure::window).cloned().collect();
    for (measure, path) in measures.iter().zip(paths) {
        assert_eq!(measure.path(), path);
    }
    let record = run(&system, 1, Watch::Counts);
    let values = measures.map(|measure| measure.of(&record));
    assert!(values[0] < 0.3 && 0.9 < values[1] && 0.9 < values[3], "{values:?}");
    let whole = measure("agents.a.success", &system);
    let part = record.window(&system.windows[0]).expect("it came");
    assert!((whole.of(part) - values[0]).abs() < 1e-12);
    // A measure of a window that was not asked for is not a number.
    let other = measure("agents.a.success until 1min", &system);
    assert!(other.of(&record).is_nan());
}

#[test]
fn a_window_that_can_never_be_is_refused() {
    let system = system();
    let error = |window: &str| {
        let path = format!("agents.a.success {window}");
        let error = Measure::parse(&path, &system).expect_err(&path);
        format!("{error}: {}", error.known.join(", "))
    };
    assert_eq!(error("during fault \"outrage\""), "there is no fault `outrage`: outage");
    for window in ["until 10s", "from 2h", "from 2min until 1min", "from 1min until 1min"] {
        assert!(error(window).starts_with("there is no time in the window"), "{window}");
    }
    assert!(error("from soon").starts_with("there is no length of time `soon`"));
    assert!(error("during \"outage\"").starts_with("behind `during` the word `fault`"));
}

/// The pieces of a series are windows of equal length, and change nothing.
#[test]
fn a_series_adds_up_to_the_run() {
    let system = system();
    let paths = ["agents.a.tasks", "agents.a.success", "services.s.queue"];
    let measures = paths.map(|path| Measure::parse(path, &system).expect(path));
    let every = Duration::from_secs(7);
    let (record, series) = Series::run(&system, 1, &RunOptions::default(), every, &measures);
    assert_eq!(record, run(&system, 1, Watch::Counts));
    assert_eq!(series.pieces.len(), 380_usize.div_ceil(7));
    let ends: Vec<Time> = series.pieces.iter().map(|(_, to, _)| *to).collect();
    let starts: Vec<Time> = series.pieces.iter().map(|(from, _, _)| *from).collect();
    assert_eq!((starts[0], ends[ends.len() - 1]), (at(secs(20)), at(secs(400))));
    assert_eq!(starts[1..], ends[..ends.len() - 1]);
    let tasks: f64 = series.pieces.iter().map(|(_, _, values)| values[0]).sum();
    assert!((tasks - measures[0].of(&record)).abs() < 1e-9);
    let queue: f64 = series
        .pieces
        .iter()
        .map(|(from, to, values)| values[2] * to.since(*from).as_secs_f64())
        .sum();
    assert!((queue / 380.0 - measures[2].of(&record)).abs() < 1e-9);
    let success = |piece: usize| series.pieces[piece].2[1];
    assert!(0.9 < success(3) && success(20) < 0.2, "{} {}", success(3), success(20));
    assert_eq!(Series::every(&system), secs(5));
}

/// Nothing is copied that a measure does not look at, and it looks at nothing else.
#[test]
fn each_measure_asks_for_all_that_it_looks_at() {
    let mut system = system();
    // Some wait, and some are stuck at times.
    system.services[0].slots = 1;
    let hang = tank::once(0, tank::hang(true), secs(200), secs(30));
    system.faults.push(Fault { name: "hang".to_owned(), ..hang });
    let (every, options) = (secs(40), RunOptions::default());
    let all = Measure::all(&system);
    let (_, expected) = Series::run(&system, 1, &options, every, &all);
    for (number, measure) in all.iter().enumerate() {
        let design = SeriesDesign { every, measures: vec![measure.clone()] };
        let parts = design.parts(&system);
        let mut found: Vec<u64> = Vec::new();
        let mut add = |piece: &Record| found.push(measure.of(piece).to_bits());
        run_in_pieces(&system, 1, &options, every, &parts, &mut add);
        let expected = expected.pieces.iter().map(|(_, _, values)| values[number].to_bits());
        assert_eq!(found, expected.collect::<Vec<_>>(), "{}", measure.path());
    }
}

#[test]
fn the_length_of_pieces_is_the_shortest_round_one_of_which_so_many_do() {
    let exactly = secs(150);
    assert_eq!(length(exactly, 150), secs(1));
    assert_eq!(length(exactly + Duration::from_nanos(1), 150), secs(2));
    // Beyond a day there is none: the pieces are as many as there may be.
    let days = secs(150 * 86_400);
    assert_eq!(length(days, 150), secs(86_400));
    let more = days + Duration::from_nanos(1);
    assert_eq!(length(more, 150), secs(86_400) + Duration::from_nanos(1));
    // Of a run only the time that counts is cut.
    let mut system = tank::system(secs(450));
    system.warmup = at(secs(300));
    assert_eq!((Series::every(&system), Series::count(&system, secs(1))), (secs(1), 150));
    assert_eq!(Series::count(&system, secs(4)), 38);
}
