//! Failure episodes: from the first failure that users saw to the end of the last, by hand.

use patterns::{Class, Duration, Outcome, Time};
use sim::fault::kinds::down::Down;
use sim::fault::kinds::errors::Errors;
use sim::fault::kinds::hang::Hang;
use sim::fault::kinds::loss::Loss;
use sim::fault::kinds::slow::Slow;
use sim::fault::{Effect, Permanent, Schedule};
use sim::kernel::Distribution;
use sim::measure::Measure;
use sim::model::system::{Arrivals, System};
use sim::observe::{Anchor, Episode, EpisodeFinder, EpisodeRule, Window};
use sim::{Record, Watch, run};

use crate::tank::{self, at, secs};

const FOR_EVER: Duration = Duration::from_secs(1 << 30);

/// A task every 10 s, from 10 s to 400 s, that takes 1 s; a fault from 95 s on.
fn system(effect: impl Into<Effect>, lasts: Duration) -> System {
    let mut system = tank::system(secs(400));
    let every = Arrivals::Open(Distribution::constant(secs(10)));
    let mut agents = tank::agents("a", 1, every, vec![tank::call(0)]);
    agents.episode = EpisodeRule { of: 10, most_failures: 2 };
    system.agents = vec![agents];
    let latency = Distribution::constant(secs(1));
    system.services = vec![tank::service("s", u32::MAX, 0, latency)];
    system.edges = vec![tank::edge(0, 0, None)];
    system.faults = vec![tank::once(0, effect, secs(95), lasts)];
    system
}

fn errors() -> Errors {
    Errors { class: Class::Network, share: 1.0, permanent: Permanent::Attempt }
}

fn of(system: &System) -> Record {
    run(system, 1, Watch::Counts)
}

fn value(record: &Record, system: &System, name: &str) -> f64 {
    Measure::parse(&format!("agents.a.{name}"), system).expect(name).of(record)
}

fn time(seconds: u64) -> Time {
    at(secs(seconds))
}

#[test]
fn an_episode_has_four_parts_that_are_found_to_the_second() {
    let system = system(errors(), secs(100));
    let record = of(&system);
    // The tasks of 100 s to 190 s fail. The third of ten is one too many; with eight good ones
    // after them two of the last ten are left.
    let expected = Episode {
        began: time(101),
        detected: time(121),
        contained: time(191),
        recovered: Some(time(201)),
        verified: Some(time(271)),
        seen_until: Time::MAX,
        had_human: false,
    };
    assert_eq!(record.agents[0].episodes.all, [expected]);
    // The edge goes by the rule of who calls on it.
    assert_eq!(record.edges[0].episodes.all, [expected]);
    let value = |name| value(&record, &system, name);
    let parts = ["mttr.detect", "mttr.contain", "mttr.recover", "mttr.verify"].map(value);
    for (part, expected) in parts.into_iter().zip([20.0, 70.0, 10.0, 70.0]) {
        assert!((part - expected).abs() < 1e-9, "{parts:?}");
    }
    assert!((value("mttr") - 170.0).abs() < 1e-9 && (value("mtbf") - 230.0).abs() < 1e-9);
    let (mtbf, mttr) = (value("mtbf"), value("mttr"));
    assert!((value("availability") - mtbf / (mtbf + mttr)).abs() < 1e-12);
}

/// Good outcomes that come again are a recovery, though it is not yet verified.
#[test]
fn an_episode_that_is_cut_off_has_recovered_as_far_as_outcomes_are_good() {
    let mut system = system(errors(), secs(100));
    // The last failure is at 191 s, good outcomes come from 201 s on, and at 271 s it would end.
    system.horizon = at(secs(250));
    let record = of(&system);
    let value = |name| value(&record, &system, name);
    let parts = ["mttr.contain", "mttr.recover", "mttr.verify"].map(value);
    for (part, expected) in parts.into_iter().zip([70.0, 10.0, 49.0]) {
        assert!((part - expected).abs() < 1e-9, "{parts:?}");
    }
    assert!(value("recovery").is_nan());
}

/// In hindsight only a group that is stuck as a whole fails again and again, whenever a run ends.
#[test]
fn an_agent_that_is_stuck_beside_others_makes_no_episode_in_hindsight() {
    let mut system = system(lost(), secs(3));
    system.agents[0].count = 2;
    system.agents[0].arrivals = tank::closed(Distribution::constant(secs(9)));
    system.faults[0].effect = Loss { share: 0.5, permanent: Permanent::Attempt }.into();
    system.faults[0].schedule = Schedule::Once { at: time(98), lasts: secs(3) };
    let overdue = |seed: &u64| run(&system, *seed, Watch::Counts).agents[0].overdue;
    let [one, both] = [1, 2].map(|stuck| (1..50).find(|seed| overdue(seed) == stuck).unwrap());
    for horizon in 391..402 {
        system.horizon = at(secs(horizon));
        let episodes = |seed| {
            let record = run(&system, seed, Watch::Counts);
            (record.agents[0].episodes.count(), record.edges[0].episodes.count())
        };
        assert_eq!(episodes(one), (0, 0), "{horizon}");
        assert_eq!(episodes(both), (1, 1), "{horizon}");
    }
}

/// What ends behind a window has not ended in it.
#[test]
fn a_recovery_is_over_within_its_window_or_not_at_all() {
    let mut system = system(errors(), secs(100));
    // The episode ends at 271 s.
    for (until, expected) in [(secs(270), f64::NAN), (secs(272), 76.0), (secs(350), 76.0)] {
        let window = Window { from: Some(secs(195)), until: Some(until), anchor: Anchor::Run };
        system.windows = vec![window];
        let record = of(&system);
        let path = format!("agents.a.recovery from 195s until {until}");
        let found = Measure::parse(&path, &system).expect(&path).of(&record);
        assert_eq!(found.is_nan(), expected.is_nan(), "{until}");
        assert!(found.is_nan() || (found - expected).abs() < 1e-9, "{until}: {found}");
    }
}

/// Isolated failures are no episode.
#[test]
fn failures_that_the_rule_allows_are_no_episode() {
    let record = of(&system(errors(), secs(20)));
    assert_eq!(record.agents[0].tasks.failed(), 2);
    assert!(record.agents[0].episodes.all.is_empty());
}

/// Failures long before the first that matters play no part in its beginning.
#[test]
fn an_episode_begins_with_the_first_failure_by_which_it_was_noticed() {
    let mut system = system(errors(), FOR_EVER);
    let mut early = tank::once(0, errors(), secs(15), secs(10));
    early.name = "early".to_owned();
    system.agents[0].episode = EpisodeRule { of: 4, most_failures: 2 };
    system.faults.push(early);
    let record = of(&system);
    assert_eq!(record.agents[0].tasks.failed(), 31);
    let all = &record.agents[0].episodes.all;
    assert_eq!((all.len(), all[0].began, all[0].detected), (1, time(101), time(121)));
}

#[test]
fn a_system_that_hangs_for_good_fails() {
    let system = system(Hang { resume: true, share: 1.0, permanent: Permanent::Attempt }, FOR_EVER);
    let record = of(&system);
    let tasks = &record.agents[0].tasks;
    assert_eq!((tasks.good(), tasks.open()), (9, 31));
    let value = |name| value(&record, &system, name);
    // All but the one that comes in the last moment have been open for longer than any that ended.
    assert!((value("overdue") - 30.0).abs() < 1e-9);
    assert!((value("success") - 9.0 / 39.0).abs() < 1e-9, "{}", value("success"));
    assert!((value("availability") - 101.0 / 400.0).abs() < 1e-9, "{}", value("availability"));
    assert!(value("recovery").is_nan() && value("mttr") > 298.0);
    // What is open is waited on in vain.
    let waited: u64 = (0..=30).map(|task| task * 10).sum();
    assert!((value("frozen") - waited as f64).abs() < 1e-9, "{}", value("frozen"));
}

/// One agent that is stuck ends nothing, and fails again and again.
#[test]
fn an_agent_that_is_stuck_for_good_is_an_episode() {
    let mut system =
        system(Hang { resume: true, share: 1.0, permanent: Permanent::Attempt }, FOR_EVER);
    system.agents[0].arrivals = tank::closed(Distribution::constant(secs(9)));
    let record = of(&system);
    assert_eq!((record.agents[0].tasks.open(), record.agents[0].overdue), (1, 1));
    // The task of 99 s fails at 100, 101, and 102 s.
    let expected = Episode {
        began: time(100),
        detected: time(102),
        // And so on, each second, until the end.
        contained: time(399),
        recovered: None,
        verified: None,
        seen_until: record.ended,
        had_human: false,
    };
    assert_eq!(record.agents[0].episodes.all, [expected]);
    // With a patience of 10 s it does so at 109, 119 and 129 s.
    system.agents[0].patience = Some(Distribution::constant(secs(10)));
    let record = of(&system);
    let episode = record.agents[0].episodes.all[0];
    assert_eq!((episode.began, episode.detected), (time(109), time(129)));
}

/// Users whose patience is over have seen a failure, even if the task ends well in the end.
#[test]
fn a_task_that_ends_too_late_is_late_and_not_good() {
    let mut system = system(Slow { factor: 20.0, share: 1.0 }, secs(100));
    system.agents[0].patience = Some(Distribution::constant(secs(6)));
    let record = of(&system);
    let value = |name| value(&record, &system, name);
    assert_eq!(record.agents[0].tasks.good(), 39);
    assert_eq!(record.agents[0].late.good, 10);
    assert!((value("success") - 29.0 / 39.0).abs() < 1e-9);
    assert!((value("late") - 10.0 / 39.0).abs() < 1e-9);
    assert!((value("goodput") - 29.0 * 9.0).abs() < 1e-9);
    // Each has failed 6 s after it came, though it ends later; the third of them is one too many.
    let episode = record.agents[0].episodes.all[0];
    assert_eq!((episode.began, episode.detected), (time(106), time(126)));
    assert_eq!((episode.contained, episode.recovered), (time(196), Some(time(201))));
    // With a deadline of the same length it is all the same.
    system.agents[0].patience = None;
    system.agents[0].deadline = Some(secs(6));
    let other = of(&system);
    assert_eq!(other.agents[0].late, record.agents[0].late);
    assert_eq!(other.agents[0].episodes, record.agents[0].episodes);
}

fn lost() -> Loss {
    Loss { share: 1.0, permanent: Permanent::Attempt }
}

/// What fails does so among what else happened then, and not behind it.
#[test]
fn a_task_that_is_lost_among_many_good_ones_is_no_episode() {
    // The task of 100 s is lost; some 700 others are good.
    let mut system = system(lost(), secs(10));
    system.horizon = at(secs(7195));
    for patience in [None, Some(secs(20)), Some(secs(100))] {
        system.agents[0].patience = patience.map(Distribution::constant);
        let record = of(&system);
        let value = |name| value(&record, &system, name);
        assert_eq!((record.agents[0].tasks.open(), record.agents[0].overdue), (1, 1));
        assert!((value("availability") - 1.0).abs() < 1e-12, "{patience:?}");
        assert!(value("episodes").abs() < 1e-12);
        assert!(record.edges[0].episodes.all.is_empty(), "{patience:?}");
    }
    // So is one that ends after an hour and a half.
    system.agents[0].patience = Some(Distribution::constant(secs(100)));
    system.faults = vec![tank::once(0, Slow { factor: 5400.0, share: 1.0 }, secs(95), secs(10))];
    let record = of(&system);
    assert_eq!(record.agents[0].late.good, 1);
    assert!(record.agents[0].episodes.all.is_empty());
}

/// One of three agents is stuck, and its user is let down as often as the others are served.
#[test]
fn the_failures_of_an_agent_that_is_stuck_count_among_what_others_get_done() {
    let mut system = system(lost(), secs(3));
    system.agents[0].count = 3;
    system.horizon = at(secs(4000));
    system.agents[0].patience = Some(Distribution::constant(secs(10)));
    system.agents[0].arrivals = tank::closed(Distribution::constant(secs(9)));
    // All begin their tasks at once, at 9, 19 ... 99 s; the first of the tasks of 99 s is lost.
    system.faults[0].effect = Loss { share: 0.4, permanent: Permanent::Attempt }.into();
    system.faults[0].schedule = Schedule::Once { at: time(98), lasts: secs(3) };
    let seeds = (1..200).filter_map(|seed| {
        let record = run(&system, seed, Watch::Counts);
        (record.agents[0].overdue == 1).then_some(record)
    });
    let record = seeds.into_iter().next().expect("in most of them one is lost");
    // Two good ones for each failure: more than two of ten, from the third failure on.
    let episode = record.agents[0].episodes.all[0];
    let expected = (time(109), time(129), time(3999), None);
    let Episode { began, detected, contained, verified, .. } = episode;
    assert_eq!((began, detected, contained, verified), expected);
}

/// However long it is stuck, it is contained when its failures end.
#[test]
fn an_agent_that_is_stuck_for_long_fails_until_it_goes_on() {
    let mut system = system(tank::hang(true), secs(6000));
    system.horizon = at(secs(10_000));
    system.agents[0].arrivals = tank::closed(Distribution::constant(secs(9)));
    let drawn = Distribution::uniform(secs(20), secs(30)).expect("in order");
    for patience in [None, Some(drawn)] {
        system.agents[0].deadline = Some(secs(10));
        system.agents[0].patience = patience;
        let record = of(&system);
        // The task of 99 s fails at 109 s and so on until 6089 s, and ends at 6096 s.
        let parts = (time(109), time(129), time(6089), Some(time(6106)));
        let Episode { began, detected, contained, recovered, .. } =
            record.agents[0].episodes.all[0];
        assert_eq!((began, detected, contained, recovered), parts);
        assert_eq!(record.agents[0].episodes.all.len(), 1);
    }
}

#[test]
fn a_run_without_failures_has_no_episode() {
    let mut system = system(Down {}, secs(10));
    system.faults.clear();
    let record = of(&system);
    let value = |name| value(&record, &system, name);
    assert!((value("availability") - 1.0).abs() < 1e-12 && value("episodes").abs() < 1e-12);
    assert!(value("mtbf").is_nan() && value("mttr").is_nan());
}

/// An episode that began in the warm-up counts from its end on.
#[test]
fn an_episode_of_the_warm_up_counts_as_far_as_it_reaches_beyond_it() {
    let mut system = system(errors(), secs(100));
    system.warmup = at(secs(200));
    let record = of(&system);
    let value = |name| value(&record, &system, name);
    assert!((value("episodes") - 1.0).abs() < 1e-9);
    assert!((value("availability") - 129.0 / 200.0).abs() < 1e-9);
    assert!((value("mttr.detect")).abs() < 1e-9 && (value("mttr.recover") - 1.0).abs() < 1e-9);
    assert!((value("recovery") - 71.0).abs() < 1e-9);
}

/// However many episodes there are, their number and their time are exact, and what is kept of
/// them is bounded.
#[test]
fn many_episodes_are_counted_though_few_are_kept() {
    let rule = EpisodeRule { of: 1, most_failures: 0 };
    let mut finder = EpisodeFinder::new(rule, time(100));
    let failure = Outcome::failed(Class::Network);
    for round in 0..1_000 {
        finder.note(failure, time(10 * round));
        finder.note(Outcome::Ok, time(10 * round + 3));
    }
    let all = finder.within(time(100), time(10_000));
    assert_eq!((all.count(), all.time()), (990, 990 * 3_000_000_000));
    assert_eq!(all.parts(), [0, 0, 990 * 3_000_000_000, 0]);
    assert!(all.all.len() < 300, "{} are kept", all.all.len());
}
