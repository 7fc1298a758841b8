//! What users see of a system, measured on systems that are made to fool a measure.

use scenarios::{LayerRegistry, Scenario, ScenarioFile};
use sim::measure::Measure;
use sim::{Record, Watch, run};

/// A stream of tasks to a service, with more lines for the agents, the edge, and what follows.
fn scenario(agents: &str, policy: &str, rest: &str) -> Scenario {
    let text = format!(
        "title = \"x\"\nhorizon = \"2h\"\nwarmup = \"10min\"\n\
        [agents.a]\nslots = \"unlimited\"\nsteps = [{{ call = \"s\" }}]\n{agents}\n\
        [services.s]\nlatency = \"exponential(500ms)\"\n\
        [services.spare]\nlatency = \"100ms\"\n\
        [policies]\np = [{policy}]\n[edges]\n\"a -> s\" = \"p\"\n{rest}"
    );
    let file = ScenarioFile::parse("case.toml", &text).unwrap_or_else(|e| panic!("{e}"));
    file.scenario(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}"))
}

const STREAM: &str = "arrivals = \"poisson(5s)\"";

fn fault(what: &str) -> String {
    format!("[[faults]]\nname = \"x\"\nhit = \"s\"\n{what}\n")
}

struct Seen {
    scenario: Scenario,
    record: Record,
}

fn seen(scenario: Scenario) -> Seen {
    let record = run(&scenario.system, 1, Watch::Counts);
    Seen { scenario, record }
}

impl Seen {
    #[track_caller]
    fn of(&self, measure: &str) -> f64 {
        let measure = Measure::parse(measure, &self.scenario.system);
        measure.unwrap_or_else(|e| panic!("{e}")).of(&self.record)
    }

    #[track_caller]
    fn is(&self, measure: &str, expected: f64, within: f64) {
        let found = self.of(measure);
        assert!((found - expected).abs() <= within, "{measure} is {found}, not {expected}");
    }

    fn holds(&self) -> Vec<bool> {
        let hypotheses = self.scenario.hypotheses.iter();
        hypotheses.map(|one| one.holds(one.measure.of(&self.record))).collect()
    }
}

fn hypotheses(all: &[&str]) -> String {
    all.iter().fold(String::new(), |all, that| all + "[[hypotheses]]\nthat = '" + that + "'\n")
}

#[test]
fn a_system_that_hangs_for_good_fails_its_hypotheses() {
    let rest = fault("do = \"hang\"\nat = \"1h\"\nfor = \"10h\"")
        + &hypotheses(&[
            "agents.a.success >= 90%",
            "agents.a.availability >= 90%",
            "agents.a.recovery <= 5min from 5min during fault \"x\"",
            "agents.a.frozen < 1min",
            "agents.a.success >= 99% before fault \"x\"",
        ]);
    // Its agents may have as many tasks at a time as come, or one that is stuck.
    for agents in [STREAM, "arrivals = \"closed(think=exponential(5s))\"\ncount = 4"] {
        let seen = seen(scenario(agents, "", &rest));
        assert_eq!(seen.of("agents.a.failed").partial_cmp(&0.0), Some(std::cmp::Ordering::Greater));
        let holds = seen.holds();
        // A closed loop has few tasks in the hour in which it is stuck: their share is small.
        assert_eq!(holds[1..], [false, false, false, true], "{agents}");
        assert_eq!(holds[0], !agents.contains("poisson"), "{agents}");
        seen.is("agents.a.availability", 50.0 / 110.0, 0.01);
    }
}

/// Where failures come fast there are many: their share among tasks says little of time.
#[test]
fn fast_failures_weigh_by_their_time_in_availability() {
    let agents = "arrivals = \"closed(think=exponential(1s))\"\ncount = 5";
    let rest = fault("do = \"down\"\nat = \"40min\"\nfor = \"11min\"");
    let seen = seen(scenario(agents, "", &rest));
    seen.is("agents.a.availability", 0.9, 0.005);
    seen.is("services.s.fault-availability", 0.9, 1e-9);
    assert!(seen.of("agents.a.failed") > 0.14, "{}", seen.of("agents.a.failed"));
    seen.is("agents.a.episodes", 1.0, 0.0);
    seen.is("agents.a.mttr", 660.0, 20.0);
    let (mtbf, mttr) = (seen.of("agents.a.mtbf"), seen.of("agents.a.mttr"));
    seen.is("agents.a.availability", mtbf / (mtbf + mttr), 1e-12);
}

/// A fallback saves the task, but not the time for which its agent was frozen.
#[test]
fn a_call_that_a_fallback_rescues_is_frozen_until_then() {
    let policy = "{ fallback = { to = \"spare\" } }, { timeout = \"30s\" }";
    let rest = fault("do = \"hang\"\nat = \"40min\"\nfor = \"10min\"");
    let seen = seen(scenario(STREAM, policy, &rest));
    seen.is("agents.a.success", 1.0, 0.0);
    seen.is("agents.a.episodes", 0.0, 0.0);
    let rescued = seen.of("agents.a.degraded") * seen.of("agents.a.tasks");
    assert!(rescued > 80.0, "{rescued}");
    // Each has waited for 30 s, but those that were under way when the fault ended.
    let frozen = seen.of("agents.a.frozen");
    assert!((28.0 * rescued..=30.0 * rescued).contains(&frozen), "{frozen} of {rescued}");
    seen.is("edges.\"a -> s\".frozen", frozen, 0.0);
}

/// What is refused at once freezes nobody.
#[test]
fn a_breaker_thaws_what_a_timeout_alone_leaves_frozen() {
    let rest = fault("do = \"hang\"\nat = \"40min\"\nfor = \"10min\"");
    let timeout = "{ timeout = \"30s\" }";
    let breaker = "{ breaker = { failures = 5, open = \"60s\" } }, { timeout = \"30s\" }";
    let frozen = |policy| seen(scenario(STREAM, policy, &rest)).of("agents.a.frozen");
    let (without, with) = (frozen(timeout), frozen(breaker));
    assert!(with < 0.3 * without, "{with} of {without}");
}

/// It answers well, in time, with the availability of the best, and every second answer is wrong.
#[test]
fn a_system_whose_every_second_answer_is_wrong_succeeds_and_is_right_half_of_the_time() {
    let wrong = fault("do = \"wrong\"\nshare = 0.5\nat = \"0s\"\nfor = \"10h\"");
    let rest = wrong
        + &hypotheses(&[
            "agents.a.success >= 99.9%",
            "agents.a.availability >= 99.9%",
            "agents.a.right >= 90%",
            "agents.a.wrong < 10%",
            "edges.\"a -> s\".wrong < 10%",
            "services.s.wrong < 10%",
        ]);
    // No layer knows: nothing is retried, no breaker opens, no fallback is asked.
    let layers = "{ fallback = { to = \"spare\" } }, { retry = { validation = \"3 x 1s\" } }, \
        { breaker = { failures = 5, open = \"60s\" } }, { timeout = \"30s\" }";
    for policy in ["", layers] {
        let seen = seen(scenario(STREAM, policy, &rest));
        seen.is("agents.a.success", 1.0, 0.0);
        seen.is("agents.a.complete", 1.0, 0.0);
        seen.is("agents.a.episodes", 0.0, 0.0);
        // Three standard deviations of some 1,300 tasks.
        seen.is("agents.a.right", 0.5, 0.042);
        seen.is("agents.a.right", 1.0 - seen.of("agents.a.wrong"), 1e-12);
        for place in ["edges.\"a -> s\".wrong", "services.s.wrong"] {
            seen.is(place, seen.of("agents.a.wrong"), 0.002);
        }
        assert_eq!(seen.holds(), [true, true, false, false, false, false]);
    }
}

#[test]
fn results_after_the_deadline_are_late_and_not_good() {
    let agents = format!("{STREAM}\ndeadline = \"1ns\"");
    let seen = seen(scenario(&agents, "", ""));
    seen.is("agents.a.success", 0.0, 0.0);
    seen.is("agents.a.goodput", 0.0, 0.0);
    assert!(seen.of("agents.a.late") > 0.99);
    seen.is("agents.a.availability", 0.0, 1e-9);
}

#[test]
fn a_fault_of_the_warm_up_is_over_when_counting_begins() {
    let rest = fault("do = \"down\"\nat = \"1min\"\nfor = \"2min\"");
    let seen = seen(scenario(STREAM, "", &rest));
    seen.is("agents.a.availability", 1.0, 0.0);
    seen.is("services.s.faults", 0.0, 0.0);
    assert!(seen.of("agents.a.mttr").is_nan());
}

#[test]
fn without_a_fault_there_is_no_mean_time_between_failures() {
    let rest = hypotheses(&["agents.a.mtbf > 0s", "agents.a.availability >= 100%"]);
    let seen = seen(scenario(STREAM, "", &rest));
    assert_eq!(seen.holds(), [false, true]);
}

#[test]
fn attempts_behind_a_balance_are_waited_for_by_its_caller() {
    let policy = "{ retry = { timeout = \"2 x 1s\" } }, { timeout = \"10s\" }, \
        { balance = [\"third\", \"spare\"] }";
    let rest = "[services.third]\nlatency = \"100ms\"\n\
        [[faults]]\nhit = \"spare\"\ndo = \"hang\"\nat = \"40min\"\nfor = \"10min\"\n";
    let seen = seen(scenario(STREAM, policy, rest));
    assert!(seen.of("edges.\"a -> s\".amplification") > 1.02);
    let (group, spare) = (seen.of("agents.a.frozen"), seen.of("edges.\"a -> spare\".frozen"));
    assert!(spare > 300.0 && (group - spare).abs() < 1e-6, "{group} {spare}");
}

/// The same outage on the same seed, before and after: what a pattern changes is seen.
#[test]
fn a_pattern_changes_availability_and_repair_where_the_fault_stays_the_same() {
    let rest = fault("do = \"hang\"\nat = \"40min\"\nfor = \"20min\"");
    let before = seen(scenario(STREAM, "{ timeout = \"30s\" }", &rest));
    let policy = "{ fallback = { to = \"spare\" } }, \
        { breaker = { failures = 5, open = \"60s\" } }, { timeout = \"30s\" }";
    let after = seen(scenario(STREAM, policy, &rest));
    for measure in ["fault-availability", "fault-mttr", "fault-mtbf"] {
        let path = format!("services.s.{measure}");
        after.is(&path, before.of(&path), 0.0);
    }
    before.is("agents.a.mttr", 1200.0, 60.0);
    before.is("agents.a.availability", 90.0 / 110.0, 0.02);
    after.is("agents.a.availability", 1.0, 0.0);
}

#[test]
fn a_hypothesis_is_of_the_unit_of_its_measure() {
    let wrong = |that: &str| {
        let text = hypotheses(&[that]);
        let text = format!(
            "title = \"x\"\nhorizon = \"2h\"\n[agents.a]\n{STREAM}\nsteps = [{{ call = \"s\" }}]\n\
            [services.s]\nlatency = \"1s\"\n[[faults]]\nname = \"x\"\nhit = \"s\"\ndo = \"down\"\n\
            at = \"1h\"\nfor = \"1min\"\n{text}"
        );
        let file = ScenarioFile::parse("case.toml", &text).unwrap_or_else(|e| panic!("{e}"));
        file.scenario(&LayerRegistry::builtin()).map(|_| ()).map_err(|wrong| wrong.to_string())
    };
    for (that, message) in [
        ("agents.a.success >= 30s", "`30s` is no share, such as 99% or 0.99"),
        ("agents.a.success >= 99", "`99` is no share"),
        ("agents.a.latency.p95 < 30", "`30` is no length of time, such as 30s"),
        ("agents.a.latency.p95 < 30%", "`30%` is no length of time"),
        ("agents.a.tasks > 50%", "`50%` is not a number"),
        ("agents.a.goodput > 50%", "`50%` is no number an hour"),
        ("agents.a.success during fault \"y\" >= 50%", "there is no fault `y`"),
        ("agents.a recovers within 99% after fault \"x\"", "`99%` is no length of time"),
        ("agents.a.success from 3h >= 50%", "there is no time in the window `from 3h`"),
    ] {
        let found = wrong(that).expect_err(that);
        assert!(found.contains(message), "{that}: {found}");
    }
    for that in [
        "agents.a.success >= 0.99 from 1h until 1h 30min",
        "agents.a.goodput > 120/h",
        "agents.a.frozen < 0",
        "agents.a recovers within 2min after fault \"x\"",
        "edges.\"a -> s\".success > 0 from 20s until 5min after fault \"x\"",
    ] {
        assert_eq!(wrong(that), Ok(()), "{that}");
    }
}

/// What is lost on the way is seen to fail when patience ends, after the fault has: it recovers
/// only if it is well from then on.
#[test]
fn a_system_that_fails_only_after_its_fault_has_not_recovered() {
    let agents = "arrivals = \"closed(think=constant(1s))\"\npatience = \"10s\"\ncount = 3";
    let rest = fault("do = \"loss\"\nshare = 1.0\nat = \"1h\"\nfor = \"10s\"")
        + &hypotheses(&["agents.a recovers within 2min after fault \"x\""]);
    assert_eq!(seen(scenario(agents, "", &rest)).holds(), [false]);
    // With a timeout it is well soon after the last lost call has failed.
    let policy = "{ timeout = \"20s\" }";
    assert_eq!(seen(scenario(agents, policy, &rest)).holds(), [true]);
}

/// A system in which nothing ever ends has failed, and its agents are frozen, wherever they wait.
#[test]
fn a_system_in_which_nothing_ever_ends_fails_its_hypotheses() {
    for what in ["hang", "loss\"\nshare = \"100%"] {
        let rest = fault(&format!("do = \"{what}\"\nat = \"0s\"\nfor = \"10h\""))
            + &hypotheses(&[
                "agents.a.success >= 1%",
                "agents.a.availability >= 90%",
                "edges.\"a -> s\".availability >= 90%",
                "agents.a.frozen < 1h",
            ]);
        for agents in [STREAM, "arrivals = \"closed(think=exponential(5s))\""] {
            let seen = seen(scenario(agents, "", &rest));
            assert_eq!(seen.holds(), [false; 4], "{what} {agents}");
        }
    }
}

/// A window that lies in the warm-up never comes, by chance: nothing holds of it.
#[test]
fn nothing_holds_of_a_window_that_does_not_come() {
    let rest = fault("up = \"constant(110min)\"\ndown = \"constant(5min)\"\ndo = \"down\"")
        + &hypotheses(&[
            "agents.a.success >= 0% from 8min during fault \"x\"",
            "agents.a recovers within 1h from 6min after fault \"x\"",
        ]);
    assert_eq!(seen(scenario(STREAM, "", &rest)).holds(), [false, false]);
}

/// The line is empty as the fault that has dropped it ends, and then all come back at once: the
/// time to drain is 0 at that moment, and it is what comes after it from some seconds on.
#[test]
fn a_backlog_that_comes_after_a_fault_is_seen_from_some_seconds_after_it() {
    let rest = fault("do = \"down\"\nat = \"1h\"\nfor = \"3min\"")
        + &hypotheses(&[
            "services.s.queue.drain <= 0s after fault \"x\"",
            "services.s.queue.peak < 10 after fault \"x\"",
            "services.s.queue.drain <= 5s from 10s after fault \"x\"",
            "services.s.queue.drain <= 1min from 10s after fault \"x\"",
        ]);
    let text = format!(
        "title = \"x\"\nhorizon = \"2h\"\nwarmup = \"10min\"\n\
        [agents.a]\nsteps = [{{ call = \"s\" }}]\ncount = 40\n\
        arrivals = \"closed(think=exponential(1min))\"\n\
        [services.s]\nlatency = \"3s\"\nslots = 5\n\
        [policies]\np = [{{ retry = {{ network = \"100 x 10s\" }} }}]\n\
        [edges]\n\"a -> s\" = \"p\"\n{rest}"
    );
    let file = ScenarioFile::parse("case.toml", &text).unwrap_or_else(|e| panic!("{e}"));
    let scenario = file.scenario(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(seen(scenario).holds(), [true, false, false, true]);
}

/// One agent of five asks a service that is down; the others never notice, though every second task
/// of the system fails.
#[test]
fn a_few_agents_with_most_of_the_failures_are_a_small_blast_radius() {
    let text = format!(
        "title = \"x\"\nhorizon = \"2h\"\nwarmup = \"10min\"\n\
        [agents.few]\narrivals = \"every(1s)\"\nsteps = [{{ call = \"s\" }}]\n\
        [agents.many]\narrivals = \"every(4s)\"\ncount = 4\nsteps = [{{ call = \"t\" }}]\n\
        [services.s]\nlatency = \"100ms\"\n[services.t]\nlatency = \"100ms\"\n\
        [[faults]]\nname = \"x\"\nhit = \"s\"\ndo = \"down\"\nat = \"0s\"\nfor = \"10h\"\n{}",
        hypotheses(&[
            "system.success >= 60%",
            "system.blast-radius <= 20%",
            "agents.few.blast-radius < 100%",
            "agents.many.blast-radius <= 0%",
        ])
    );
    let file = ScenarioFile::parse("case.toml", &text).unwrap_or_else(|e| panic!("{e}"));
    let scenario = file.scenario(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(seen(scenario).holds(), [false, true, false, true]);
}

/// A system that hangs for good has failed all its agents, though no task of theirs ever ends.
#[test]
fn agents_that_hang_for_good_are_hit() {
    let rest = fault("do = \"hang\"\nat = \"1h\"\nfor = \"10h\"")
        + &hypotheses(&[
            "agents.a.blast-radius < 50%",
            "system.blast-radius < 50% during fault \"x\"",
            "agents.a.healed >= 50%",
            "services.s.queue.drain < 10h during fault \"x\"",
        ]);
    let agents = "arrivals = \"closed(think=exponential(5s))\"\ncount = 4";
    // Nothing waits for a slot where there is one for each.
    assert_eq!(seen(scenario(agents, "", &rest)).holds(), [false, false, false, true]);
}

/// The course's own trouble: its breaker gives up each probe before its answer can have come, and
/// stays open for good, though the service is well again.
#[test]
fn a_breaker_that_is_stuck_open_is_seen_at_the_end() {
    let hypotheses = hypotheses(&[
        "edges.\"a -> s\".breaker.open-at-end <= 0%",
        "edges.\"a -> s\".breaker.closed-at-end >= 100%",
    ]);
    let holds = |stuck: &str| {
        let breaker = format!("{{ breaker = {{ failures = 5, open = \"60s\"{stuck} }} }}");
        let policy = format!("{breaker}, {{ timeout = \"120s\" }}");
        let text = format!(
            "title = \"x\"\nhorizon = \"4h\"\n\
            [agents.a]\nsteps = [{{ call = \"s\" }}]\narrivals = \"every(7s)\"\n\
            slots = \"unlimited\"\n[services.s]\nlatency = \"90s\"\n\
            [policies]\np = [{policy}]\n[edges]\n\"a -> s\" = \"p\"\n{}{hypotheses}",
            fault("do = \"down\"\nat = \"1h\"\nfor = \"10min\"")
        );
        let file = ScenarioFile::parse("case.toml", &text).unwrap_or_else(|e| panic!("{e}"));
        let scenario = file.scenario(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}"));
        seen(scenario).holds()
    };
    assert_eq!(holds(""), [true, true]);
    assert!(!holds(", half-open-timeout = \"60s\"")[1]);
}

/// The outage begins in the window and lasts into the gap before the next one, which is left out:
/// half a minute of each two minutes.
#[test]
fn what_lies_in_the_gap_between_two_parts_of_a_window_is_no_downtime() {
    let faults = "[[faults]]\nname = \"f\"\nhit = \"s\"\ndo = \"delay\"\nby = \"1ms\"\n\
                  at = \"15min\"\nfor = \"1min\"\nevery = \"20min\"\n\
                  [[faults]]\nhit = \"s\"\ndo = \"down\"\n\
                  at = \"17min30s\"\nfor = \"5min\"\nevery = \"20min\"\n"
        .to_owned();
    let in_window = "agents.a.availability until 2min after fault \"f\"";
    let faults =
        faults + &hypotheses(&["agents.a.availability >= 70% until 2min after fault \"f\""]);
    let seen = seen(scenario("arrivals = \"every(1s)\"", "", &faults));
    seen.is(in_window, 0.75, 0.02);
    seen.is("agents.a.mttr until 2min after fault \"f\"", 30.0, 2.0);
    // It did not end in the window.
    assert!(seen.of("agents.a.recovery until 2min after fault \"f\"").is_nan());
}

/// A call that its task waits for no longer has timed out for who made it.
#[test]
fn calls_of_tasks_that_give_up_have_failed_and_so_have_the_tasks_that_waited_in_vain() {
    let agents = "arrivals = \"poisson(5s)\"\npatience = \"5s\"\ngives-up = true";
    let faults = fault("do = \"hang\"\nat = \"1h\"\nfor = \"unlimited\"")
        + &hypotheses(&["edges.\"a -> s\".availability >= 99%"]);
    let seen = seen(scenario(agents, "", &faults));
    let edge = &seen.record.edges[0];
    assert_eq!(edge.calls.given_up, 0, "none is left out");
    // The service hangs for 60 of 110 minutes.
    seen.is("edges.\"a -> s\".timeouts", 60.0 / 110.0, 0.03);
    seen.is("edges.\"a -> s\".success", 50.0 / 110.0, 0.03);
    seen.is("edges.\"a -> s\".availability", 50.0 / 110.0, 0.03);
    seen.is("agents.a.ungraceful", 60.0 / 110.0, 0.03);
    seen.is("agents.a.graceful", 0.0, 0.001);
    assert_eq!(seen.holds(), [false]);
}

#[test]
fn reads_and_writes_of_records_pass_no_layer_that_would_answer_them() {
    for (layer, is_fine) in
        [("cache = \"1h\"", false), ("coalesce = {}", false), ("timeout = \"5s\"", true)]
    {
        let text = format!(
            "title = \"x\"\nhorizon = \"1h\"\n[agents.a]\narrivals = \"every(1s)\"\n\
             steps = [{{ call = \"s\", keys = 1, does = \"read\" }}]\n[services.s]\nlatency = \"1ms\"\n\
             [policies]\np = [{{ {layer} }}]\n[edges]\n\"a -> s\" = \"p\"\n"
        );
        let file = ScenarioFile::parse("case.toml", &text).unwrap_or_else(|e| panic!("{e}"));
        let read = file.scenario(&LayerRegistry::builtin());
        assert_eq!(read.is_ok(), is_fine, "{layer}");
        if let Err(mistakes) = read {
            let mistakes = mistakes.to_string();
            assert!(mistakes.contains("would answer this in place of the service"), "{mistakes}");
            assert!(mistakes.contains("case.toml:5:41"), "{mistakes}");
        }
    }
}

/// What is open elsewhere makes a group that hangs no better.
#[test]
fn a_group_that_hangs_is_seen_whoever_else_waits() {
    let alone = "title = \"x\"\nhorizon = \"1h\"\n\
        [agents.a]\narrivals = \"closed(think=constant(1s))\"\npatience = \"uniform(9s, 11s)\"\n\
        steps = [{ call = \"h\" }]\n[services.h]\nlatency = \"constant(100ms)\"\n\
        [services.g]\nlatency = \"constant(100ms)\"\n\
        [[faults]]\nhit = [\"h\", \"g\"]\ndo = \"hang\"\nat = \"30min\"\nfor = \"1h\"\n";
    let beside = "[agents.b]\narrivals = \"poisson(rate=1/s)\"\nslots = \"unlimited\"\n\
        patience = \"uniform(9000s, 9900s)\"\nsteps = [{ call = \"g\" }]\n";
    let of = |text: &str| {
        let file = ScenarioFile::parse("case.toml", text).unwrap_or_else(|e| panic!("{e}"));
        seen(file.scenario(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}")))
    };
    let one = of(alone);
    one.is("agents.a.availability", 0.5, 0.01);
    let found = of(&format!("{alone}{beside}")).of("agents.a.availability");
    assert!((found - one.of("agents.a.availability")).abs() < 1e-9, "{found}");
}
