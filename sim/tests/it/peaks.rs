//! The most that there was of something, how long a line took to drain, whom a fault has hit, and
//! in what state it leaves layers: counted by hand.

use patterns::settings::LayerSettings;
use patterns::{Class, Duration};
use sim::kernel::Distribution;
use sim::measure::Measure;
use sim::model::system::{Abandoned, Arrivals, System};
use sim::series::Series;
use sim::{Record, RunOptions, Watch, run};

use crate::tank::{self, at, exponential, millis, secs};

fn trace(times: impl IntoIterator<Item = u64>) -> Arrivals {
    Arrivals::Trace(times.into_iter().map(|time| at(millis(time))).collect())
}

/// Tasks at these milliseconds, to a service of one slot that takes 10 s for each, for 100 s.
fn burst(times: impl IntoIterator<Item = u64>) -> System {
    let mut system = tank::system(secs(100));
    system.agents = vec![tank::agents("a", 1, trace(times), vec![tank::call(0)])];
    let latency = Distribution::constant(secs(10));
    system.services = vec![tank::service("s", 1, u32::MAX, latency)];
    system.edges = vec![tank::edge(0, 0, None)];
    system
}

/// What these measures are in a run.
#[track_caller]
fn of<const N: usize>(system: &System, paths: [&str; N]) -> [f64; N] {
    let measures = paths.map(|path| Measure::parse(path, system).expect(path));
    let mut system = system.clone();
    system.windows = measures.iter().filter_map(Measure::window).cloned().collect();
    let record = run(&system, 1, Watch::Counts);
    measures.map(|measure| measure.of(&record))
}

#[track_caller]
fn is<const N: usize>(system: &System, expected: [(&str, f64); N]) {
    let found = of(system, expected.map(|(path, _)| path));
    for ((path, expected), found) in expected.into_iter().zip(found) {
        let are_equal = found.total_cmp(&expected).is_eq() || (found - expected).abs() < 1e-9;
        assert!(are_equal, "{path} is {found}, not {expected}");
    }
}

/// Four come at 1 s, of which one gets the slot; one more comes at 15 s, when one is done.
#[test]
fn a_peak_is_the_most_at_one_time() {
    let mut system = burst([1000, 1100, 1200, 1900, 15_000]);
    let expected = [
        ("services.s.peak", 4.0),
        ("services.s.queue.peak", 3.0),
        ("services.s.peak.second", 4.0),
        ("edges.a -> s.peak", 4.0),
        // At its beginning three are left, of which one is in work; then one more comes.
        ("services.s.peak from 12s", 4.0),
        ("services.s.peak from 12s until 14s", 3.0),
        ("services.s.queue.peak from 12s until 14s", 2.0),
        ("edges.a -> s.peak from 12s until 14s", 3.0),
        ("services.s.peak.second from 12s", 1.0),
        ("services.s.peak.second from 1150ms until 1500ms", 3.0),
        ("services.s.peak.second from 2s until 15s", 0.0),
        ("services.s.peak from 51s", 1.0),
        ("services.s.peak from 52s", 0.0),
    ];
    is(&system, expected);
    // What a warm-up leaves behind is there when counting begins, and no more.
    system.warmup = at(secs(12));
    is(
        &system,
        [
            ("services.s.peak", 4.0),
            ("services.s.queue.peak", 3.0),
            ("services.s.peak.second", 1.0),
            ("edges.a -> s.peak until 14s", 3.0),
        ],
    );
}

/// Seconds are those of the clock: two tasks at the end of one and two at the beginning of the next
/// are two in a second. A refused one has come, but was never there.
#[test]
fn what_is_refused_came_in_a_second_but_was_not_there() {
    let mut system = burst([1800, 1900, 2000, 2100]);
    system.services[0].queue = 1;
    is(
        &system,
        [
            ("services.s.peak.second", 2.0),
            ("services.s.peak", 2.0),
            ("services.s.queue.peak", 1.0),
            ("edges.a -> s.peak", 3.0),
        ],
    );
}

/// However requests go, they are there no longer: all have gone by the end.
#[test]
fn what_is_lost_or_given_up_is_there_no_longer() {
    for abandoned in [Abandoned::Stops, Abandoned::RunsOn] {
        let mut system = burst((0..40).map(|number| number * 1000));
        system.horizon = at(secs(1000));
        system.services[0].slots = 2;
        system.services[0].abandoned = abandoned;
        system.policies = vec![tank::policy(vec![tank::timeout(secs(15))])];
        system.edges[0].policy = Some(0);
        system.faults = vec![
            tank::once(0, tank::down(), secs(22), secs(5)),
            tank::once(0, tank::hang(false), secs(33), secs(5)),
        ];
        let record = run(&system, 1, Watch::Counts);
        let service = &record.services[0];
        assert_eq!(service.requests.open(), 0);
        assert_eq!((service.load.at_end(), service.line.load.at_end()), (0, 0), "{abandoned:?}");
        assert_eq!(record.edges[0].load.at_end(), 0);
        assert!(service.line.load.peak() > 2);
    }
}

/// Under any load, what is there at the end is what is open.
#[test]
fn what_is_there_at_the_end_is_open() {
    let mut system = tank::system(secs(1000));
    let arrivals = Arrivals::Open(exponential(millis(400)));
    system.agents = vec![tank::agents("a", 3, arrivals, vec![tank::call(0), tank::call(1)])];
    system.services = vec![
        tank::service("s", 2, 5, exponential(millis(700))),
        tank::service("t", 3, u32::MAX, exponential(secs(1))),
    ];
    system.policies = vec![tank::policy(vec![tank::timeout(secs(3)), tank::breaker(5, secs(7))])];
    system.edges = vec![tank::edge(0, 0, Some(0)), tank::edge(0, 1, None)];
    system.faults = vec![tank::once(1, tank::hang(true), secs(500), secs(300))];
    for horizon in [300, 600, 1000] {
        system.horizon = at(secs(horizon));
        let record = run(&system, 1, Watch::Counts);
        for service in &record.services {
            assert_eq!(u64::from(service.load.at_end()), service.requests.open());
            assert!(service.load.peak() >= service.load.at_end());
        }
        for edge in &record.edges {
            assert_eq!(u64::from(edge.load.at_end()), edge.calls.open());
        }
    }
}

/// Peaks of the pieces of a series are theirs, and the highest one is that of the run.
#[test]
fn the_highest_of_the_peaks_of_pieces_is_that_of_the_run() {
    let mut system = burst((0..30).map(|number| number * 300));
    system.horizon = at(secs(400));
    let paths = ["services.s.peak", "services.s.queue.peak", "services.s.peak.second"];
    let measures = paths.map(|path| Measure::parse(path, &system).expect(path));
    let options = RunOptions::default();
    let (record, series) = Series::run(&system, 1, &options, secs(7), &measures);
    assert_eq!(record, run(&system, 1, Watch::Counts));
    for (number, measure) in measures.iter().enumerate() {
        let peaks = || series.pieces.iter().map(|(.., values)| values[number]);
        let highest = peaks().fold(0.0, f64::max);
        assert!((measure.of(&record) - highest).abs() < 1e-9, "{}", measure.path());
        // All have come in 9 s, and the last one is done after 300 s.
        assert!(peaks().next_back().is_some_and(|last| last < 1.0));
    }
    let peaks: Vec<f64> = series.pieces.iter().map(|(.., values)| values[0]).collect();
    // Of those at the beginning of the sixth piece, three are done.
    assert!((peaks[5] - 27.0).abs() < 1e-9, "{peaks:?}");
}

/// The service hangs from 20 s to 50 s, while a task a second comes that takes 500 ms. At the end
/// one is in work and 29 wait; every second two are done and one comes.
fn backlog() -> System {
    let mut system = burst((0..200).map(|number| number * 1000 + 250));
    system.horizon = at(secs(200));
    system.services[0].latency = Distribution::constant(millis(500));
    system.faults = vec![tank::once(0, tank::hang(true), secs(20), secs(30))];
    system
}

#[test]
fn a_backlog_is_drained_when_none_waits_for_the_first_time() {
    let system = backlog();
    // The task that came at 20.25 s ends at 50.5 s, and the 29 behind it get the slot one by one;
    // those that came since then get it as soon as they come when the line is empty.
    let drain = of(&system, ["services.s.queue.drain from 0s after fault \"outage\""])[0];
    let waits = |record: &Record| record.services[0].line.load.peak();
    assert!((28.0..31.0).contains(&drain), "{drain}");
    // One more comes at 50.25 s, before the first slot is free.
    // None waits from then on: so it is, to within a second.
    let from = |secs: f64| format!("services.s.queue.peak from {secs:.0}s after fault \"outage\"");
    let peaks = of(&system, [&from(drain - 2.0), &from(drain + 1.0)]);
    assert!(0.9 < peaks[0] && peaks[1] < 0.1, "{peaks:?}");
    is(
        &system,
        [
            ("services.s.queue.peak during fault \"outage\"", 29.0),
            ("services.s.queue.drain before fault \"outage\"", 0.0),
            ("services.s.queue.drain from 1min after fault \"outage\"", 0.0),
            // It is not empty in time.
            ("services.s.queue.drain until 10s after fault \"outage\"", f64::NAN),
            ("services.s.queue.drain from 5s after fault \"outage\"", drain - 5.0),
            ("services.s.queue.drain", 0.0),
        ],
    );
    let record = run(&system, 1, Watch::Counts);
    assert_eq!(waits(&record), 30);
}

/// Twice: the longer one counts; and if one is undefined, all are.
#[test]
fn of_several_backlogs_the_longest_counts() {
    let mut system = backlog();
    system.faults[0].schedule = sim::fault::Schedule::Every {
        at: at(secs(20)),
        lasts: secs(10),
        every: secs(100),
        chance: 1.0,
    };
    // Only five more come while it is on for the second time.
    let few = (0..125).map(|number| number * 1000 + 250);
    system.agents[0].arrivals = trace(few);
    system.horizon = at(secs(180));
    let path = "services.s.queue.drain after fault \"outage\"";
    let drain = of(&system, [path])[0];
    assert!((8.0..11.0).contains(&drain), "{drain}");
    // The second one has no time to drain.
    system.horizon = at(secs(131));
    is(&system, [(path, f64::NAN)]);
}

/// Ten agents with a task every 10 s each; three have theirs while the service is down.
#[test]
fn a_blast_radius_is_the_share_of_agents_that_were_hit() {
    let mut system = tank::system(secs(100));
    let group = |name: &str, first: u64, count: u32| {
        let times = (0..10).map(|number| first + number * 10_000);
        tank::agents(name, count, trace(times), vec![tank::call(0)])
    };
    system.agents = vec![group("early", 1000, 3), group("later", 6000, 7)];
    system.services = vec![tank::service("s", u32::MAX, 0, Distribution::constant(millis(100)))];
    system.edges = vec![tank::edge(0, 0, None), tank::edge(1, 0, None)];
    system.faults = vec![tank::once(0, tank::down(), secs(50), secs(3))];
    is(
        &system,
        [
            ("agents.early.blast-radius", 1.0),
            ("agents.later.blast-radius", 0.0),
            ("system.blast-radius", 0.3),
            ("system.blast-radius during fault \"outage\"", 0.3),
            ("system.blast-radius before fault \"outage\"", 0.0),
            ("system.blast-radius after fault \"outage\"", 0.0),
            ("system.blast-radius from 51s until 51100ms", 0.3),
            ("system.success", 0.97),
            ("system.goodput", 97.0 * 36.0),
        ],
    );
    // A task that fails in the warm-up hits nobody; one that is overdue hits its agent.
    system.warmup = at(secs(52));
    is(&system, [("system.blast-radius", 0.0)]);
    system.warmup = at(secs(0));
    system.faults = vec![tank::once(0, tank::hang(true), secs(50), secs(3))];
    system.agents[0].patience = Some(Distribution::constant(secs(1)));
    is(
        &system,
        [
            ("agents.early.blast-radius from 51s until 52500ms", 1.0),
            ("agents.early.blast-radius after fault \"outage\"", 1.0),
            ("agents.early.blast-radius", 1.0),
            ("agents.early.blast-radius from 55s", 0.0),
            // Its tasks are late for nobody.
            ("agents.later.blast-radius", 0.0),
        ],
    );
}

/// One of two agents calls a service that fails for good: its breaker is open at the end, or
/// half-open if its time is over.
#[test]
fn states_at_the_end_are_those_of_the_last_moment() {
    let mut system = tank::system(secs(100));
    let group = |name: &str, service| {
        let times = (0..100).map(|number| number * 1000 + 500);
        tank::agents(name, 1, trace(times), vec![tank::call(service)])
    };
    system.agents = vec![group("a", 0), group("b", 1)];
    let service = |name| tank::service(name, u32::MAX, 0, Distribution::constant(millis(100)));
    system.services = vec![service("s"), service("t")];
    system.policies = vec![tank::policy(vec![tank::breaker(5, secs(40))])];
    system.edges = vec![tank::edge(0, 0, Some(0)), tank::edge(1, 1, Some(0))];
    system.faults = vec![tank::once(0, tank::errors(Class::Network, 1.0), secs(0), Duration::MAX)];
    is(
        &system,
        [
            ("edges.a -> s.breaker.open-at-end", 1.0),
            ("edges.a -> s.breaker.closed-at-end", 0.0),
            ("edges.b -> t.breaker.open-at-end", 0.0),
            ("edges.b -> t.breaker.closed-at-end", 1.0),
            ("edges.a -> s.breaker.closed-at-end until 3s", 1.0),
            ("edges.a -> s.breaker.open-at-end until 10s", 1.0),
            ("edges.a -> s.breaker.open-at-end from 3s until 10s", 1.0),
        ],
    );
    let report = <patterns::breaker::Settings as LayerSettings>::REPORT;
    let sum: f64 = report
        .states
        .iter()
        .map(|state| of(&system, [&format!("edges.a -> s.breaker.{}-at-end", state.name)])[0])
        .sum();
    assert!((sum - 1.0).abs() < 1e-9);
}

/// Episodes that have ended are healed; one that is on at the end is not.
#[test]
fn an_episode_that_has_not_ended_is_not_healed() {
    let mut system = tank::system(secs(400));
    let times = (0..800).map(|number| number * 500);
    system.agents = vec![tank::agents("a", 1, trace(times), vec![tank::call(0)])];
    system.services = vec![tank::service("s", u32::MAX, 0, Distribution::constant(millis(100)))];
    system.edges = vec![tank::edge(0, 0, None)];
    system.faults = vec![
        tank::once(0, tank::down(), secs(50), secs(20)),
        tank::once(0, tank::down(), secs(300), secs(1000)),
    ];
    system.faults[1].name = "second".to_owned();
    is(
        &system,
        [
            ("agents.a.episodes", 2.0),
            ("agents.a.healed", 0.5),
            ("edges.a -> s.healed", 0.5),
            ("agents.a.healed until 100s", 1.0),
            ("agents.a.healed during fault \"second\"", 0.0),
            ("agents.a.healed until 40s", f64::NAN),
        ],
    );
}
