//! Abort conditions: what ends an experiment, and when.

use patterns::{Duration, Time};
use scenarios::{LayerRegistry, Scenario, ScenarioFile};
use sim::measure::Measure;
use sim::series::Series;
use sim::{Record, RunOptions, Stop, Watch, run};

/// A service that is down from 10 to 20 minutes, and again every half an hour.
const FILE: &str = r#"
title = "An outage"
horizon = "2h"
warmup = "1min"
[agents.shop]
arrivals = "poisson(every=1s)"
steps = [{ call = "pay" }]
[services.pay]
latency = "exponential(200ms)"
[policies]
p = [{ breaker = { failures = 5, open = "20s" } }]
[edges]
"shop -> pay" = "p"
[[faults]]
name = "x"
hit = "pay"
do = "down"
at = "10min"
for = "10min"
every = "30min"
"#;

fn parsed(more: &str) -> Result<Scenario, String> {
    let file = ScenarioFile::parse("x.toml", &format!("{FILE}{more}"));
    let scenario = file.and_then(|file| file.scenario(&LayerRegistry::builtin()));
    scenario.map_err(|wrong| wrong.to_string())
}

fn scenario(more: &str) -> Scenario {
    parsed(more).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn aborting(when: &str, then: &str) -> Scenario {
    scenario(&format!("[[aborts]]\nwhen = '{when}'\nthen = \"{then}\"\n"))
}

fn at(secs: u64) -> Time {
    Time::ZERO + Duration::from_secs(secs)
}

#[test]
fn a_run_is_stopped_at_the_first_look_at_which_its_condition_holds() {
    let aborting = aborting("agents.shop.success < 50% over 1min", "stop");
    let record = run(&aborting.system, 1, Watch::Counts);
    assert_eq!(record.stopped, Some(Stop::Aborted(0)));
    // Half of the last minute is over after half a minute; it is looked at every six seconds.
    assert!(at(624) < record.ended && record.ended <= at(642), "{}", record.ended);
    assert_eq!(record.ended.as_nanos() % Duration::from_secs(6).as_nanos(), 0);
    // The last minute in question, measured as a window of a run without the condition.
    let plain = scenario("");
    let ended = record.ended.as_secs_f64();
    let [found, before] = [ended, ended - 6.0].map(|until| {
        let path = format!("agents.shop.success from {}s until {until}s", until - 60.0);
        let measure = Measure::parse(&path, &plain.system).unwrap_or_else(|e| panic!("{e}"));
        let mut system = plain.system.clone();
        system.windows = measure.window().cloned().into_iter().collect();
        measure.of(&run(&system, 1, Watch::Counts))
    });
    assert!(found < 0.5 && 0.5 <= before, "{before} and then {found}");
}

#[test]
fn a_condition_that_does_not_hold_changes_no_bit() {
    let plain = run(&scenario("").system, 1, Watch::Counts);
    for when in [
        "agents.shop.success < 0% over 1min",
        "services.pay.queue > 1000 over 7min",
        "edges.\"shop -> pay\".breaker.open-share > 100 % over 77s",
    ] {
        for then in ["stop", "remove-faults"] {
            let record = run(&aborting(when, then).system, 1, Watch::Counts);
            assert_eq!(record, plain, "{when}");
        }
    }
}

#[test]
fn a_run_that_is_aborted_is_the_same_whether_or_not_it_is_looked_at() {
    for then in ["stop", "remove-faults"] {
        let system = aborting("agents.shop.success < 50% over 1min", then).system;
        let whole = run(&system, 1, Watch::Counts);
        let all = Measure::all(&system);
        for every in [7, 60, 100] {
            let every = Duration::from_secs(every);
            let (record, _) = Series::run(&system, 1, &RunOptions::default(), every, &all);
            assert_eq!(record, whole, "{then}");
        }
        let traced = run(&system, 1, Watch::Trace);
        assert_eq!(Record { trace: None, ..traced }, whole);
    }
}

#[test]
fn faults_are_taken_off_for_good_and_windows_follow_them() {
    let mut scenario = aborting("agents.shop.success < 50% over 1min", "remove-faults");
    let system = &mut scenario.system;
    let of = |text: &str, system: &sim::System| {
        Measure::parse(text, system).unwrap_or_else(|e| panic!("{e}"))
    };
    let texts = ["during fault \"x\"", "after fault \"x\"", "before fault \"x\""];
    let success = texts.map(|text| of(&format!("agents.shop.success {text}"), system));
    system.windows = success.iter().filter_map(|measure| measure.window().cloned()).collect();
    let record = run(system, 1, Watch::Counts);
    let (removed, by) = record.faults_removed.expect("the condition holds");
    assert_eq!((record.stopped, by), (None, 0));
    assert!(at(624) < removed && removed <= at(642), "{removed}");
    let services = &record.services[0];
    assert_eq!(services.first_fault, Some((at(600), removed)), "there is no second fault");
    assert_eq!(services.fault_intervals, 1);
    let down = removed.since(at(600)).as_nanos();
    assert_eq!(services.down, u128::from(down));
    let [during, after, before] =
        success.each_ref().map(|measure| record.window(measure.window().unwrap()).unwrap());
    assert_eq!((during.warmup, during.ended), (at(600), removed));
    assert_eq!((after.warmup, after.ended), (removed, at(7200)));
    assert_eq!((before.warmup, before.ended), (at(60), at(600)));
    assert!(success[0].of(&record) < 0.1 && success[1].of(&record) > 0.98);
}

#[test]
fn the_first_of_several_conditions_is_named() {
    let both = "[[aborts]]\nwhen = \"agents.shop.success < 10% over 5min\"\n[[aborts]]\n\
                when = \"agents.shop.success < 50% over 1min\"\n";
    let record = run(&scenario(both).system, 1, Watch::Counts);
    assert_eq!(record.stopped, Some(Stop::Aborted(1)));
    let rescued = "[[aborts]]\nwhen = \"agents.shop.success < 50% over 1min\"\n\
                   then = \"remove-faults\"\n[[aborts]]\n\
                   when = \"agents.shop.success < 80% over 1min\"\nthen = \"stop\"\n";
    let record = run(&scenario(rescued).system, 1, Watch::Counts);
    assert_eq!(record.stopped, Some(Stop::Aborted(1)), "20 % are lost before 50 % are");
}

#[test]
fn what_is_wrong_with_a_condition_is_said_at_its_place() {
    let wrong = [
        ("agents.shop.success < 50%", "over how much of the run", "over 1min"),
        ("agents.shop.sucess < 50% over 1min", "no measure `sucess`", "`success`"),
        ("agents.shop.success < 50s over 1min", "`50s` is no share", "99%"),
        ("agents.shop.success < 50% over 1mile", "`1mile` is no length of time", "1min"),
        ("agents.shop.success < 50% over 0s", "`0s` is no length of time", "1min"),
        ("agents.shop.success < 50% over 3h", "longer than what counts of a run", ""),
        ("agents.shop.success < 50% over 1ms", "at most 50000 times", "longer `over`"),
        ("agents.shop.success < 50% during fault \"x\" over 1min", "is a window", "over 1min"),
    ];
    for (when, message, help) in wrong {
        let found = parsed(&format!("[[aborts]]\nwhen = '{when}'\n")).unwrap_err();
        assert!(found.contains(message) && found.contains(help), "{when}: {found}");
        assert!(found.contains("x.toml:22:8"), "{when}: {found}");
    }
}

#[test]
fn a_peak_is_that_of_all_the_time_that_a_condition_is_about() {
    // A hang from 10 to 20 minutes lets requests pile up, which are lost at its end, and a shorter
    // one after it fewer.
    let hung = FILE.replace("do = \"down\"", "do = \"hang\"").replace("1min", "19min");
    let hung = hung.replace("arrivals", "slots = \"unlimited\"\narrivals");
    let parsed = |more: &str| {
        let file = ScenarioFile::parse("x.toml", &format!("{hung}{more}"));
        let scenario = file.and_then(|file| file.scenario(&LayerRegistry::builtin()));
        scenario.unwrap_or_else(|wrong| panic!("{wrong}")).system
    };
    let aborting = parsed(
        "[[faults]]\nname = \"y\"\nhit = \"pay\"\ndo = \"hang\"\nat = \"1230s\"\nfor = \"1min\"\n\
         [[aborts]]\nwhen = \"services.pay.peak < 30 over 2min\"\n",
    );
    let record = run(&aborting, 1, Watch::Counts);
    assert_eq!(record.stopped, Some(Stop::Aborted(0)));
    // It is looked at every twelve seconds: the pile was there until 1290 s.
    assert_eq!(record.ended, at(1296 + 120));
}

#[test]
fn of_conditions_that_hold_at_the_same_look_the_first_is_named() {
    let one = "[[aborts]]\nwhen = \"agents.shop.success < 50% over 1min\"\n";
    let record = run(&scenario(&format!("{one}{one}")).system, 1, Watch::Counts);
    assert_eq!(record.stopped, Some(Stop::Aborted(0)));
}

#[test]
fn a_run_whose_faults_were_taken_off_can_still_be_stopped() {
    let both = "[[aborts]]\nwhen = \"agents.shop.success < 50% over 1min\"\n\
                then = \"remove-faults\"\n[[aborts]]\n\
                when = \"services.pay.down > 1% over 30min\"\nthen = \"stop\"\n";
    let record = run(&scenario(both).system, 1, Watch::Counts);
    assert!(record.faults_removed.is_some_and(|(_, by)| by == 0));
    // The first half an hour after the warm-up has the half a minute of the fault.
    assert_eq!((record.stopped, record.ended), (Some(Stop::Aborted(1)), at(31 * 60)));
}
