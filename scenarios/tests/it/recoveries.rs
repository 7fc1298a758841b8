//! Recoveries: what is done when something is wrong, and what comes of it.

use patterns::{Duration, Time};
use scenarios::{LayerRegistry, Scenario, ScenarioFile};
use sim::fault::kinds::hang::Hang;
use sim::fault::{Effect, Permanent};
use sim::kernel::Distribution;
use sim::measure::Measure;
use sim::model::Stepper;
use sim::observe::{RecoveryRecord, TrackKind};
use sim::series::Series;
use sim::{Record, RunOptions, Watch, run};

/// A service that is down for ten minutes, and a breaker that does not come back by itself.
const FILE: &str = r#"
title = "A breaker that stays open"
horizon = "2h"
[agents.shop]
count = 10
arrivals = "poisson(every=10s)"
steps = [{ call = "pay" }]
[services.pay]
latency = "exponential(200ms)"
[policies]
p = [{ breaker = { failures = 5, open = "1h" } }]
[edges]
"shop -> pay" = "p"
[[faults]]
name = "x"
hit = "pay"
do = "down"
at = "10min"
for = "10min"
"#;

fn parsed(more: &str) -> Result<Scenario, String> {
    let file = ScenarioFile::parse("x.toml", &format!("{FILE}{more}"));
    let scenario = file.and_then(|file| file.scenario(&LayerRegistry::builtin()));
    scenario.map_err(|wrong| wrong.to_string())
}

fn scenario(more: &str) -> Scenario {
    parsed(more).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn record(more: &str) -> Record {
    run(&scenario(more).system, 1, Watch::Counts)
}

fn at(secs: u64) -> Time {
    Time::ZERO + Duration::from_secs(secs)
}

/// The success of all tasks.
fn success(record: &Record) -> f64 {
    let tasks = &record.agents[0].tasks;
    tasks.good() as f64 / tasks.answered() as f64
}

const RESET: &str = r#"
[[recoveries]]
name = "close"
hit = "policies.p.breaker"
do = "reset"
"#;

#[test]
fn a_recovery_resets_breakers_when_too_few_of_the_last_tasks_end_well() {
    let alone = record("");
    // Each breaker stays open for an hour from about ten minutes on.
    assert!(success(&alone) < 0.6, "{}", success(&alone));
    for when in
        ["agents.shop.success < 80% over 50 tasks", "agents.shop.failed > 20% over 50 tasks"]
    {
        let healed = record(&format!("{RESET}when = '{when}'\ncooldown = \"1min\""));
        let RecoveryRecord { triggered, done, healed: good, failed, .. } = healed.recoveries[0];
        assert_eq!(triggered, 1, "{:?}", healed.recoveries);
        // It is done again and again while the service is down.
        assert!((8..=11).contains(&done) && good == 1 && failed == done - 1, "{done} {failed}");
        assert!(success(&healed) > 0.88, "{}", success(&healed));
        let end = healed.agents[0].episodes.all.last().and_then(|one| one.verified);
        assert!(end.is_some_and(|end| end < at(22 * 60)), "{end:?}");
    }
}

#[test]
fn layers_in_a_state_for_so_long_trigger_a_recovery_that_waits() {
    let after = record(&format!(
        "{RESET}when = \"every breaker is not closed for 1min\"\nwait = \"5min\"\n"
    ));
    let RecoveryRecord { triggered, done, healed, failed, unneeded, .. } = after.recoveries[0];
    // In an outage of ten minutes there is time for one. A minute after it not all breakers are
    // open again, so it seems to have helped, and five minutes later it is done once more.
    assert_eq!((triggered, done, healed, failed, unneeded), (2, 2, 2, 0, 0));
    let some = record(&format!("{RESET}when = \"some policies.p.breaker is open for 1min\"\n"));
    let every = record(&format!("{RESET}when = \"every shop -> pay.breaker is open for 1min\"\n"));
    assert!(every.recoveries[0].done < some.recoveries[0].done, "{:?}", every.recoveries);
}

#[test]
fn last_so_much_of_a_run_is_looked_at_ten_times_in_that_length() {
    let when = "when = \"agents.shop.success < 80% over 5min\"";
    let healed = record(&format!("{RESET}{when}"));
    let RecoveryRecord { triggered, done, healed: good, healing, .. } = healed.recoveries[0];
    assert_eq!((triggered, good), (1, 1), "{:?}", healed.recoveries);
    // The outage ends at 20 min: each try is looked at five minutes later.
    assert!((2..=3).contains(&done), "{done}");
    let minutes = healing as f64 / 60e9;
    assert!((10.0..21.0).contains(&minutes), "{minutes}");
    // Those of the whole run that are looked at are looked at on a grid of half a minute.
    assert_eq!(healing % u128::from(Duration::from_secs(30).as_nanos()), 0);
}

const HUMAN: &str = r#"
when = "agents.shop.success < 80% over 50 tasks"
human = "oncall"
[humans.oncall]
response = "15min"
hours = "9-17"
days = "mon-fri"
"#;

#[test]
fn a_human_comes_in_office_hours_and_takes_their_time() {
    let [at_work, at_night] = ["mon 12:00", "mon 8:30"].map(|starts| {
        let record = record(&format!("{RESET}{HUMAN}starts = \"{starts}\"\n"));
        (record.recoveries[0].clone(), record.humans[0].clone(), record)
    });
    let (recovery, human, record) = at_work;
    assert_eq!((human.calls, human.taken, human.waited), (1, 1, 0), "{recovery:?}");
    assert_eq!(human.busy, u128::from(Duration::from_secs(15 * 60).as_nanos()));
    assert_eq!((recovery.done, recovery.healed), (1, 1));
    // Called at ten minutes and some seconds, done a quarter of an hour later.
    let end = record.agents[0].episodes.all[0].verified;
    assert!(end.is_some_and(|end| at(25 * 60) < end && end < at(27 * 60)), "{end:?}");
    // It is no episode that ended by itself.
    assert_eq!((record.agents[0].episodes.count(), record.agents[0].episodes.healed()), (1, 0));
    let (_, human, _) = at_night;
    let waited = human.waited as f64 / 60e9;
    assert!((19.0..20.0).contains(&waited), "they come at 9:00: {waited}");
}

#[test]
fn an_episode_that_a_machine_ends_has_healed_by_itself() {
    let healed = record(&format!("{RESET}when = \"agents.shop.success < 80% over 50 tasks\""));
    let episodes = &healed.agents[0].episodes;
    assert!(0 < episodes.count());
    assert_eq!(episodes.healed(), episodes.count());
}

#[test]
fn what_does_not_help_is_handed_over_after_so_many_tries() {
    let two = r#"
[[recoveries]]
name = "flush"
when = "agents.shop.success < 80% over 50 tasks"
hit = "policies.p.cache"
do = "flush"
tries = 3
then = "someone"
[[recoveries]]
name = "someone"
hit = "policies.p.breaker"
do = "reset"
human = "oncall"
[humans.oncall]
response = "exponential(10min)"
"#;
    let file = format!("{FILE}{two}").replace("p = [", "p = [{ cache = \"1s\" }, ");
    let file = ScenarioFile::parse("x.toml", &file);
    let scenario = file.and_then(|file| file.scenario(&LayerRegistry::builtin()));
    let scenario = scenario.unwrap_or_else(|wrong| panic!("{wrong}"));
    let record = run(&scenario.system, 3, Watch::Counts);
    let [flush, someone] = &record.recoveries[..] else { panic!("there are two") };
    assert_eq!((flush.done, flush.failed, flush.escalated), (3, 3, 1));
    assert_eq!((flush.triggered, someone.triggered), (1, 1));
    assert_eq!((flush.healed, someone.healed), (0, 1), "{someone:?}");
    assert!(someone.healing > u128::from(Duration::from_secs(60).as_nanos()));
    assert_eq!(record.humans[0].calls, someone.done + someone.unneeded);
}

#[test]
fn levers_are_pulled_at_their_time() {
    let pulled = |more: &str, pulls: &[&str]| {
        let mut file = ScenarioFile::parse("x.toml", &format!("{FILE}{more}")).expect("TOML");
        for pull in pulls {
            file.pull(pull).map_err(|wrong| wrong.to_string())?;
        }
        let scenario = file.scenario(&LayerRegistry::builtin());
        scenario.map_err(|wrong| wrong.to_string())
    };
    let record = |more: &str, pulls: &[&str]| {
        let scenario = pulled(more, pulls).unwrap_or_else(|wrong| panic!("{wrong}"));
        run(&scenario.system, 1, Watch::Counts)
    };
    let by_action = record("", &["reset policies.p.breaker@25min"]);
    let by_name = record(&format!("{RESET}when = \"by-hand\""), &["close@25min"]);
    let in_file = record(&format!("{RESET}at = [\"25min\"]"), &[]);
    for record in [&by_action, &by_name, &in_file] {
        let end = record.agents[0].episodes.all[0].verified;
        assert!(end.is_some_and(|end| at(1500) < end && end < at(1560)), "{end:?}");
        assert_eq!(record.agents, by_action.agents);
    }
    assert_eq!((by_name.recoveries[0].done, in_file.recoveries[0].done), (1, 1));
    let shut = record(
        "",
        &["force policies.p.breaker state=open for=10min@60min", "restart pay takes=1min@30min"],
    );
    assert_eq!(shut.services[0].first_fault, Some((at(600), at(1200))));
    assert_eq!(shut.services[0].fault_intervals, 2);
    let faulty = Duration::from_secs(600 + 60);
    assert_eq!(shut.services[0].faulty, u128::from(faulty.as_nanos()));
    for (pull, message) in [
        ("clse@25min", "did you mean `close`?"),
        ("rest policies.p.breaker@1min", "did you mean `reset`?"),
        ("hang pay@1min", "`hang` is a failure and mends nothing"),
        ("reset policies.p.breaker", "this does not say when"),
        ("reset@5min", "this does not say what to reset"),
        ("reset policies.p.braker@5min", "did you mean `breaker`?"),
        ("reset policies.p.breaker@soon", "soon"),
        ("reset pay@5min", "`reset` hits layers of policies"),
        ("restart pay tkes=1s@5min", "did you mean `takes`?"),
        ("close@soon", "soon"),
    ] {
        let wrong = pulled(&format!("{RESET}when = \"by-hand\""), &[pull]);
        let wrong = wrong.expect_err(pull);
        assert!(wrong.contains(message) && wrong.contains("--pull"), "{pull}: {wrong}");
    }
}

/// What makes no sense, and what is said.
#[test]
fn recoveries_that_make_no_sense_are_refused() {
    let when = "when = \"agents.shop.success < 80% over 50 tasks\"\n";
    for (more, messages) in [
        (String::new(), ["nothing triggers the recovery `close`", "when = \"by-hand\""]),
        (format!("{when}tries = 2"), ["`tries` must be given beside `then`", ""]),
        (
            format!("{when}then = \"clos\""),
            ["there is no recovery `clos`", "did you mean `close`?"],
        ),
        (format!("{when}then = \"close\""), ["`close` hands over to itself in the end", "circle"]),
        (format!("{when}human = \"al\""), ["there is no human `al`", "there is none"]),
        (
            format!("{when}human = \"x\"\nwait = \"1min\"\n[humans.x]\nresponse = \"1s\""),
            ["left out beside `human`", ""],
        ),
        (format!("{when}for = \"1min\""), ["`reset` lasts as long as it takes", ""]),
        (
            format!("{when}human = \"x\"\n[humans.x]\nresponse = \"1s\"\nhours = \"9-9\""),
            ["must have some time between", ""],
        ),
        (
            format!("{when}human = \"x\"\n[humans.x]\nresponse = \"1s\"\ndays = \"mon-fry\""),
            ["no day of the week `fry`", "did you mean `fri`?"],
        ),
        (
            "when = \"agents.shop.success < 80% over 3h\"".to_owned(),
            ["`over 3h` is longer than what counts of a run", ""],
        ),
        (
            "when = \"agents.shop.success < 80% over 0 tasks\"".to_owned(),
            ["a number from 1 to", ""],
        ),
        (
            "when = \"agents.shop.success > 80% over 50 tasks\"".to_owned(),
            ["holds while all is well", ""],
        ),
        ("when = \"agents.shop.latency.p50 > 1s over 50 tasks\"".to_owned(), ["is not known", ""]),
        ("when = \"agents.shop.success < 80%\"".to_owned(), ["does not say over how much", ""]),
        (
            "when = \"every braker is open for 1min\"".to_owned(),
            ["no policy has a layer `braker`", "did you mean `breaker`?"],
        ),
        (
            "when = \"every breaker is opne for 1min\"".to_owned(),
            ["has no state `opne`", "did you mean `open`?"],
        ),
        ("when = \"every breaker is open\"".to_owned(), ["does not say for how long", ""]),
        (
            "when = \"some policies.q.breaker is open for 1min\"".to_owned(),
            ["there is no policy `q`", ""],
        ),
        ("when = \"every breaker is open for 3h\"".to_owned(), ["`for 3h` is longer", ""]),
    ] {
        let wrong = parsed(&format!("{RESET}{more}")).err();
        let wrong = wrong.unwrap_or_else(|| panic!("{more} is refused"));
        for message in messages {
            assert!(wrong.contains(message), "{more}: {wrong}");
        }
        assert!(wrong.contains("\n1 mistake in"), "{more}: {wrong}");
    }
    let windows = "[[hypotheses]]\nthat = 'agents.shop.success > 90% during fault \"close\"'";
    let wrong = parsed(&format!("{RESET}{when}{windows}")).expect_err("nobody knows when");
    assert!(wrong.contains("is up to a recovery"), "{wrong}");
    let twice = parsed(&format!("{RESET}{when}{RESET}{when}")).expect_err("one name is one's");
    assert!(twice.contains("there is a recovery `close` already"), "{twice}");
    let unnamed = scenario(&format!("{RESET}{when}[humans.x]\nresponse = \"1s\""));
    let late = scenario(&format!("{RESET}at = [\"1min\", \"2h\"]")).warnings.to_string();
    assert!(late.contains("the run ends before this is done"), "{late}");
    let warnings = unnamed.warnings.to_string();
    assert!(warnings.contains("no recovery is done by `x`"), "{warnings}");
}

#[test]
fn a_run_with_recoveries_is_the_same_whether_or_not_it_is_looked_at() {
    for when in [
        "agents.shop.success < 80% over 50 tasks",
        "agents.shop.success < 80% over 5min",
        "some breaker is not closed for 1min",
        // Tasks of the warm-up do not count, so that this holds at the first look.
        "agents.shop.throughput < 3300/h over 5min",
    ] {
        let human = "human = \"x\"\n[humans.x]\nresponse = \"exponential(5min)\"";
        let mut system = scenario(&format!("{RESET}when = \"{when}\"\n{human}")).system;
        system.warmup = at(90);
        if when.contains("throughput") {
            system.services[0].latency = Distribution::constant(Duration::from_secs(60));
        }
        system.agents[0].patience = Some(Distribution::constant(Duration::from_secs(90)));
        let whole = run(&system, 1, Watch::Counts);
        assert!(0 < whole.recoveries[0].done, "{when}: {:?}", whole.recoveries);
        let all = Measure::all(&system);
        for every in [7, 60, 100] {
            let every = Duration::from_secs(every);
            let (record, _) = Series::run(&system, 1, &RunOptions::default(), every, &all);
            assert_eq!(record, whole, "{when}");
        }
        let traced = run(&system, 1, Watch::Trace);
        let seen = traced.trace.clone().expect("it was watched");
        assert_eq!(Record { trace: None, ..traced }, whole);
        // Step by step it is the same run.
        let mut steps = Stepper::new(&system, 1);
        let mut said = Vec::new();
        while let Some(happened) = steps.step() {
            said.push(happened.what);
        }
        assert_eq!(steps.fingerprint(), whole.fingerprint, "{when}");
        assert!(said.iter().any(|what| what == "x comes to see what is wrong"), "{when}");
        assert!(said.iter().any(|what| what == "x is about to do close"), "{when}");
        // And it can be seen.
        let states = |kind: TrackKind| {
            let track = seen.tracks.iter().find(|track| track.kind() == kind);
            let states = track.expect("it has a track").intervals.iter();
            states.map(|interval| interval.state).collect::<Vec<_>>()
        };
        let recovery = states(TrackKind::Recovery);
        assert!(recovery[0] == "due" && recovery.contains(&"done"), "{when}: {recovery:?}");
        assert!(states(TrackKind::Human).contains(&"at work"), "{when}");
    }
}

#[test]
fn a_recovery_that_is_never_triggered_changes_no_bit() {
    let plain = record("");
    for when in [
        "agents.shop.success < 0% over 5min",
        "services.pay.queue > 1000 over 7min",
        "agents.shop.failed > 99.9% over 100000 tasks",
        "every breaker is half-open for 1h",
    ] {
        let idle = record(&format!("{RESET}when = '{when}'"));
        assert_eq!(idle.recoveries[0].triggered, 0);
        assert_eq!(Record { recoveries: Vec::new(), ..idle }, plain, "{when}");
    }
}

/// Tasks that are dropped are results as well: of what drops them, and of others.
#[test]
fn what_a_recovery_drops_may_trigger_another_one() {
    let two = r#"
[[recoveries]]
name = "drop"
at = ["15min"]
hit = "shop"
do = "shed"
[[recoveries]]
name = "close"
when = "agents.shop.success < 80% over 20 tasks"
hit = "policies.p.breaker"
do = "reset"
"#;
    let mut scenario = scenario(two);
    // All wait for an answer that does not come, until their tasks are dropped.
    let system = &mut scenario.system;
    (system.agents[0].slots, system.faults[0].effect) = (1, hang());
    let record = run(system, 1, Watch::Counts);
    let [drop, close] = &record.recoveries[..] else { panic!("there are two") };
    assert_eq!((drop.done, close.triggered), (1, 1));
    assert!(record.agents[0].tasks.failed() > 20);
}

fn hang() -> Effect {
    Hang { resume: true, share: 1.0, permanent: Permanent::Attempt }.into()
}

/// Names of humans and recoveries are looked up, whatever else is wrong with who names them or with
/// the file; and nobody is missed who cannot be read.
#[test]
fn names_of_humans_and_recoveries_are_looked_up_in_one_that_cannot_be_read() {
    let wrong = |more: &str| parsed(&format!("{RESET}{more}")).expect_err("it is wrong");
    let named = "when = \"by-hand\"\nhuman = \"onkall\"\nthen = \"klose\"\n";
    let humans = "[humans.oncall]\nresponse = \"1min\"\n";
    for other in ["", "tries = \"x\"\n", "cooldown = 5\n"] {
        let text = wrong(&format!("{named}{other}{humans}"));
        for says in [
            "there is no human `onkall`",
            "did you mean `oncall`?",
            "there is no recovery `klose`",
            "did you mean `close`?",
        ] {
            assert_eq!(text.matches(says).count(), 1, "{other}: {says} in {text}");
        }
    }
    let text = wrong(&format!("{named}{humans}[polices]\nq = []\n"));
    assert!(text.contains("there is no human `onkall`"), "{text}");
    assert!(text.contains("there is no recovery `klose`"), "{text}");
    // A section that is misspelt may have them.
    let text = wrong("when = \"by-hand\"\nhuman = \"oncall\"\n[human.oncall]\nresponse = \"1s\"\n");
    assert!(!text.contains("there is no human"), "{text}");
    // What is said of one that cannot be read may be right.
    let text = wrong(
        "when = \"by-hand\"\ntries = \"x\"\n[[hypotheses]]\n\
                      that = \"recoveries.close.done > 0\"\n",
    );
    assert!(text.ends_with("1 mistake in x.toml"), "{text}");
}

#[test]
fn scopes_of_faults_and_of_recoveries_are_counted_together() {
    let recovery = |number: usize| {
        format!(
            "[[recoveries]]\nname = \"r{number}\"\nwhen = \"by-hand\"\nhit = \"pay\"\n\
             do = \"refuse\"\nshare = 0.5\nfor = \"1min\"\nkey = {number}\n"
        )
    };
    let all = |number: usize| {
        let all: String = (1..=number).map(recovery).collect();
        let file = FILE.replace("call = \"pay\"", "call = \"pay\", keys = 100");
        let fault = "[[faults]]\nhit = \"pay\"\ndo = \"refuse\"\nshare = 0.5\n\
                     at = \"1min\"\nfor = \"1min\"\nkey = 77\n";
        let file = ScenarioFile::parse("x.toml", &format!("{file}{fault}{all}"));
        let scenario = file.and_then(|file| file.scenario(&LayerRegistry::builtin()));
        scenario.map(|scenario| run(&scenario.system, 1, Watch::Counts))
    };
    let fits = all(sim::fault::SCOPES_MAX - 1);
    assert!(fits.is_ok(), "{}", fits.unwrap_err());
    let text = all(sim::fault::SCOPES_MAX).expect_err("it is one more").to_string();
    assert!(text.contains("have more than 32 different scopes"), "{text}");
    assert!(text.ends_with("1 mistake in x.toml"), "{text}");
}
