//! Agents that crash, save and come back, and the order of their steps: to the second, by hand.

use scenarios::{LayerRegistry, Scenario, ScenarioFile};
use sim::measure::Measure;
use sim::{Record, Watch, run};

struct Seen {
    scenario: Scenario,
    record: Record,
}

/// One task that comes after 10 s to an agent with these keys, and what else the file has.
fn seen(agents: &str, rest: &str) -> Seen {
    of_text(&format!(
        "title = \"x\"\nhorizon = \"1000s\"\n\
         [agents.a]\narrivals = {{ trace = [\"10s\"] }}\n{agents}\n{rest}"
    ))
}

fn of_text(text: &str) -> Seen {
    let file = ScenarioFile::parse("case.toml", text).unwrap_or_else(|e| panic!("{e}"));
    let scenario = file.scenario(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}"));
    let record = run(&scenario.system, 1, Watch::Trace);
    Seen { scenario, record }
}

impl Seen {
    #[track_caller]
    fn of(&self, measure: &str) -> f64 {
        let measure = Measure::parse(measure, &self.scenario.system);
        measure.unwrap_or_else(|e| panic!("{e}")).of(&self.record)
    }

    /// What the group `a` is measured to be, to the nanosecond or the unit.
    #[track_caller]
    fn is(&self, expected: &[(&str, f64)]) {
        for (measure, expected) in expected {
            let found = self.of(&format!("agents.a.{measure}"));
            assert!((found - expected).abs() < 1e-9, "{measure} is {found}, not {expected}");
        }
    }
}

const BACK_IN_SEVEN: &str = "supervise = { restarts = 3, within = \"1h\", backoff = \"5s\" }\n\
                             starts-in = \"2s\"";

fn crash(at: &str) -> String {
    format!("[[faults]]\nhit = \"a\"\ndo = \"crash\"\nat = \"{at}\"\n")
}

/// It works for 95 s, and crashes 50 s after it has begun.
fn crashes(more: &str) -> Seen {
    seen(&format!("steps = [{{ work = \"95s\" }}]\n{BACK_IN_SEVEN}\n{more}"), &crash("60s"))
}

#[test]
fn a_task_begins_again_when_its_agent_is_back() {
    crashes("").is(&[
        ("latency.mean", 50.0 + 7.0 + 95.0),
        ("lost-work", 50.0),
        ("crashes", 1.0),
        ("restarts", 1.0),
        ("process-mttr", 7.0),
        ("process-availability", 993.0 / 1000.0),
        ("complete", 1.0),
    ]);
}

#[test]
fn a_task_goes_on_from_its_last_checkpoint() {
    let saves = "checkpoint = { when = [\"every(20s)\"], takes = \"1s\", restore = \"3s\" }";
    crashes(saves).is(&[
        // Saved at 20 s and 40 s of work, and again with 20 s and 40 s of the rest done.
        ("latency.mean", 50.0 + 7.0 + 3.0 + 55.0 + 2.0),
        ("lost-work", 8.0),
        ("checkpoints", 4.0),
        ("restored", 1.0),
        ("checkpoint-overhead", 4.0 / 117.0),
    ]);
}

#[test]
fn a_checkpoint_beside_the_work_is_safe_only_when_it_is_written() {
    let saves = "checkpoint = { when = [\"every(20s)\"], takes = \"6s\", restore = \"3s\", \
                 durability = \"async\" }";
    crashes(saves).is(&[
        // The second one was begun 46 s after the beginning, and would have been written at 52 s.
        ("latency.mean", 50.0 + 7.0 + 3.0 + 75.0),
        ("lost-work", 30.0),
        ("checkpoint-overhead", 0.0),
    ]);
}

#[test]
fn a_checkpoint_at_the_exit_is_lost_in_a_crash_and_costs_its_time() {
    let saves = "checkpoint = { when = [\"every(20s)\"], takes = \"6s\", durability = \"exit\" }";
    crashes(saves).is(&[
        ("latency.mean", 50.0 + 7.0 + 95.0 + 6.0),
        ("lost-work", 50.0),
        ("restored", 0.0),
        ("checkpoints", 1.0),
    ]);
}

#[test]
fn a_broken_checkpoint_is_found_when_it_is_read_and_the_one_before_is_used() {
    let steps = format!(
        "steps = [{{ work = \"95s\" }}]\n{BACK_IN_SEVEN}\n\
         checkpoint = {{ when = [\"every(20s)\"], takes = \"1s\", restore = \"3s\" }}"
    );
    let corrupt = |from: &str, lasts: &str| {
        let lines = "[[faults]]\nhit = \"a\"\ndo = \"corrupt\"\nshare = 1.0\n";
        format!("{}{lines}at = \"{from}\"\nfor = \"{lasts}\"\n", crash("60s"))
    };
    seen(&steps, &corrupt("40s", "20s")).is(&[
        ("latency.mean", 50.0 + 7.0 + 6.0 + 75.0 + 3.0),
        ("lost-work", 28.0),
        ("broken-checkpoints", 1.0),
        ("restored", 1.0),
    ]);
    seen(&steps, &corrupt("0s", "60s")).is(&[
        ("latency.mean", 50.0 + 7.0 + 6.0 + 95.0 + 4.0),
        ("lost-work", 48.0),
        ("broken-checkpoints", 2.0),
        ("restored", 0.0),
    ]);
}

#[test]
fn a_checkpoint_that_was_resumed_from_too_often_is_given_up_for_the_one_before() {
    let steps = format!(
        "steps = [{{ work = \"95s\" }}]\n{BACK_IN_SEVEN}\n\
         checkpoint = {{ when = [\"every(20s)\"], resumes = 1 }}"
    );
    // At 60 s from the second one, at 75 s from the first one.
    seen(&steps, &[crash("60s"), crash("75s")].concat()).is(&[
        ("latency.mean", 50.0 + 7.0 + 8.0 + 7.0 + 75.0),
        ("lost-work", 10.0 + 28.0),
        ("restored", 2.0),
    ]);
}

#[test]
fn a_call_that_a_crash_cuts_short_is_done_twice_and_is_seen_to_begin() {
    let service = "[services.s]\nlatency = \"10s\"\n";
    let steps = |step: &str| format!("steps = [{step}, {{ work = \"1s\" }}]\n{BACK_IN_SEVEN}");
    let rest = format!("{service}{}", crash("15s"));
    let call = |keys: &str| steps(&format!("{{ call = \"s\"{keys} }}"));
    let found = seen(&call(", idempotent = false"), &rest);
    found.is(&[("duplicates", 1.0), ("latency.mean", 5.0 + 7.0 + 11.0)]);
    seen(&call(""), &rest).is(&[("duplicates", 0.0)]);
    // Of several calls of a step those count that were begun, and of a step that is done all.
    seen(&call(", idempotent = false, times = 3"), &format!("{service}{}", crash("35s")))
        .is(&[("duplicates", 3.0)]);
    let later = format!("{service}{}", crash("40500ms"));
    seen(&call(", idempotent = false, times = 3"), &later).is(&[("duplicates", 3.0)]);
    let branch = "{ call = \"s\", idempotent = false }";
    let branches = &format!("{{ parallel = [{branch}, {branch}] }}");
    seen(&steps(branches), &rest).is(&[("duplicates", 2.0)]);
    // The call that was cut short is there with when it began and was given up.
    let trace = found.record.trace.as_ref().unwrap();
    let cut: Vec<(f64, f64)> = (trace.cut_calls.iter())
        .map(|call| [call.from, call.to].map(patterns::Time::as_secs_f64).into())
        .collect();
    assert_eq!(cut, [(10.0, 15.0)]);
}

#[test]
fn steps_save_what_they_say_and_what_was_done_twice_is_counted() {
    let service = "[services.s]\nlatency = \"10s\"\n";
    let steps = |save: &str| {
        format!(
            "steps = [{{ call = \"s\", idempotent = false }}, {save}{{ work = \"95s\" }}]\n\
             {BACK_IN_SEVEN}"
        )
    };
    let rest = format!("{service}{}", crash("60s"));
    seen(&steps(""), &rest).is(&[
        ("latency.mean", 50.0 + 7.0 + 105.0),
        ("duplicates", 1.0),
        ("lost-work", 50.0),
    ]);
    seen(&steps("{ checkpoint = \"1s\" }, "), &rest).is(&[
        ("latency.mean", 50.0 + 7.0 + 95.0),
        ("duplicates", 0.0),
        ("lost-work", 39.0),
    ]);
}

#[test]
fn a_task_that_was_in_hand_in_too_many_crashes_is_a_dead_letter() {
    let steps = format!("steps = [{{ work = \"95s\" }}]\n{BACK_IN_SEVEN}\ntries = 2");
    let seen = seen(&steps, &[crash("60s"), crash("80s")].concat());
    seen.is(&[("dead-letters", 1.0), ("failures.network", 1.0), ("latency.mean", 77.0)]);
}

#[test]
fn tasks_in_hand_fail_at_once_if_they_are_to() {
    let seen = crashes("on-crash = \"fail\"");
    seen.is(&[("failures.network", 1.0), ("latency.mean", 50.0), ("lost-work", 0.0)]);
}

#[test]
fn a_supervisor_gives_up_an_agent_that_crashes_too_often() {
    let steps = "steps = [{ work = \"95s\" }]\nstarts-in = \"2s\"\n\
                 supervise = { restarts = 1, within = \"1h\", backoff = \"5s\" }";
    seen(steps, &[crash("60s"), crash("80s")].concat()).is(&[
        ("escalations", 1.0),
        ("restarts", 1.0),
        ("open", 1.0),
        ("process-availability", (1000.0 - 7.0 - 920.0) / 1000.0),
    ]);
}

#[test]
fn without_a_supervisor_an_agent_stays_away_but_comes_back_after_a_fault_that_lasts() {
    let steps = "steps = [{ work = \"95s\" }]\nstarts-in = \"2s\"";
    seen(steps, &crash("60s")).is(&[("restarts", 0.0), ("open", 1.0)]);
    let down = "[[faults]]\nhit = \"a\"\ndo = \"down\"\nat = \"60s\"\nfor = \"30s\"\n";
    seen(steps, down).is(&[("latency.mean", 50.0 + 32.0 + 95.0), ("restarts", 1.0)]);
}

/// It takes a step every 5 s, twenty of them.
const MANY_STEPS: &str =
    "steps = [{ loop = [{ work = \"5s\" }], limit = 20, at-limit = \"go-on\" }]";

fn hang(resume: bool) -> String {
    hang_from("62s", "60s", resume)
}

fn hang_from(at: &str, lasts: &str, resume: bool) -> String {
    let lines = "[[faults]]\nhit = \"a\"\ndo = \"hang\"\n";
    format!("{lines}at = \"{at}\"\nfor = \"{lasts}\"\nresume = {resume}\n")
}

#[test]
fn an_agent_that_hangs_goes_on_where_it_stood_or_is_started_anew() {
    seen(MANY_STEPS, &hang(true)).is(&[("latency.mean", 160.0), ("crashes", 0.0)]);
    let steps = format!("{MANY_STEPS}\nstarts-in = \"2s\"");
    seen(&steps, &hang(false)).is(&[("latency.mean", 52.0 + 60.0 + 2.0 + 100.0)]);
}

#[test]
fn a_supervisor_restarts_an_agent_that_gives_no_sign_of_life() {
    let steps = format!(
        "{MANY_STEPS}\nstarts-in = \"2s\"\n\
         supervise = {{ restarts = 3, within = \"1h\", backoff = \"5s\", beats-within = \"10s\" }}"
    );
    // The last step was done at 60 s: it is missed at 70 s, and back at 77 s.
    let seen = seen(&steps, &hang(false));
    seen.is(&[("latency.mean", 67.0 + 100.0), ("restarts", 1.0), ("lost-work", 52.0)]);
}

#[test]
fn a_health_check_restarts_an_agent_that_does_not_answer() {
    let steps = format!(
        "{MANY_STEPS}\nstarts-in = \"2s\"\n\
         health = {{ interval = \"10s\", fast = \"10s\", fall = 2, rise = 1, timeout = \"1s\", \
         restarts = true }}"
    );
    // Asked at 70 s and, after no answer at 71 s, at 81 s: found ill at 82 s.
    let seen = seen(&steps, &hang(false));
    seen.is(&[("latency.mean", 84.0 - 10.0 + 100.0), ("restarts", 1.0)]);
}

#[test]
fn an_agent_that_fills_up_crashes_and_is_empty_when_it_is_back() {
    let leak = "[[faults]]\nhit = \"a\"\ndo = \"leak\"\nfull-after = \"50s\"\nat = \"0s\"\n\
                for = \"300s\"\n";
    let steps =
        format!("{MANY_STEPS}\nstarts-in = \"2s\"\nsupervise = {{ restarts = \"unlimited\" }}");
    // It crashes 50, 102, 154, 206 and 258 s after the beginning, and works on from 260 s.
    seen(&steps, leak).is(&[("crashes", 5.0), ("latency.mean", 350.0)]);
}

const SERVICES: &str = "[services.one]\nlatency = \"1s\"\n[services.two]\nlatency = \"2s\"\n\
                        [services.five]\nlatency = \"5s\"\n\
                        [services.bad]\nlatency = \"3s\"\nerrors = { validation = 1.0 }\n";

#[test]
fn steps_side_by_side_are_over_when_enough_of_them_are() {
    let steps = |need: &str| {
        format!(
            "steps = [{{ parallel = [{{ call = \"one\" }}, {{ call = \"two\" }}, \
             {{ call = \"five\" }}]{need} }}]"
        )
    };
    for (need, takes) in [("", 5.0), (", need = 1", 1.0), (", need = 2", 2.0)] {
        let seen = seen(&steps(need), SERVICES);
        seen.is(&[("latency.mean", takes), ("complete", 1.0)]);
        let given_up = seen.of("edges.\"a -> five\".given-up");
        assert!((given_up - f64::from(u8::from(takes < 5.0))).abs() < 1e-9, "{given_up}");
    }
}

#[test]
fn steps_side_by_side_fail_when_not_enough_of_them_can_end_well() {
    let steps = |need: u32, optional: bool| {
        format!(
            "steps = [{{ parallel = [{{ call = \"bad\" }}, {{ steps = [{{ call = \"two\" }}, \
             {{ call = \"two\" }}] }}, {{ call = \"five\" }}], need = {need}, \
             optional = {optional} }}, {{ work = \"1s\" }}]"
        )
    };
    seen(&steps(3, false), SERVICES).is(&[("latency.mean", 3.0), ("failures.validation", 1.0)]);
    seen(&steps(3, true), SERVICES).is(&[("latency.mean", 4.0), ("degraded", 1.0)]);
    // One that failed among enough that did not is no matter.
    seen(&steps(2, false), SERVICES).is(&[("latency.mean", 6.0), ("complete", 1.0)]);
}

#[test]
fn a_failure_within_optional_steps_ends_these_alone() {
    let steps = "steps = [{ steps = [{ call = \"one\" }, { call = \"bad\" }, { work = \"50s\" }], \
                 optional = true }, { call = \"two\" }]";
    seen(steps, SERVICES).is(&[("latency.mean", 1.0 + 3.0 + 2.0), ("degraded", 1.0)]);
}

#[test]
fn a_loop_ends_by_chance_or_at_its_limit() {
    let looped = |keys: &str| format!("steps = [{{ loop = [{{ work = \"2s\" }}], {keys} }}]");
    seen(&looped("limit = 7"), "").is(&[("latency.mean", 14.0), ("failures.rejected", 1.0)]);
    let seen_once = seen(&looped("limit = 7, escape = 1.0"), "");
    seen_once.is(&[("latency.mean", 2.0), ("complete", 1.0), ("loop-limits", 0.0)]);
    let stuck = "[[faults]]\nhit = \"a\"\ndo = \"stuck\"\nat = \"0s\"\nfor = \"1h\"\n";
    seen(&looped("limit = 7, escape = 1.0"), stuck).is(&[
        ("latency.mean", 14.0),
        ("failures.rejected", 1.0),
        ("loop-limits", 1.0),
    ]);
}

#[test]
fn a_poison_step_is_one_each_time_its_task_is_begun() {
    let text = |tries: u32| {
        format!(
            "title = \"x\"\nhorizon = \"200h\"\n[agents.a]\narrivals = \"every(10min)\"\n\
             steps = [{{ steps = [{{ work = \"1s\", risk = 1.0 }}], chance = 0.3 }}]\n\
             supervise = {{ restarts = \"unlimited\" }}\ntries = {tries}\n"
        )
    };
    for tries in [1_u32, 4] {
        let seen = of_text(&text(tries));
        let (letters, crashes) = (seen.of("agents.a.dead-letters"), seen.of("agents.a.crashes"));
        assert!((crashes - letters * f64::from(tries)).abs() < 1e-9, "{letters} and {crashes}");
        // Of 1200 tasks: within four standard deviations.
        assert!((letters - 360.0).abs() < 4.0 * 15.9, "{letters}");
    }
}

#[test]
fn a_result_of_others_is_used_while_it_is_young_enough_and_else_waited_for() {
    let seen = |needs: &str| {
        of_text(&format!(
            "title = \"x\"\nhorizon = \"1000s\"\n\
             [agents.finds]\narrivals = {{ trace = [\"5s\", \"95s\"] }}\n\
             steps = [{{ work = \"5s\" }}]\n\
             [agents.a]\narrivals = {{ trace = [\"70s\"] }}\n\
             steps = [{{ result = \"finds\", {needs} }}, {{ work = \"1s\" }}]\n"
        ))
    };
    seen("within = \"60s\"").is(&[("latency.mean", 1.0), ("complete", 1.0), ("result-age", 60.0)]);
    seen("within = \"60s\", fresh = \"59s\"").is(&[("degraded", 1.0), ("result-age", 60.0)]);
    seen("within = \"59s\"").is(&[("failures.timeout", 1.0), ("latency.mean", 0.0)]);
    seen("within = \"59s\", optional = true").is(&[("degraded", 1.0), ("latency.mean", 1.0)]);
    seen("within = \"59s\", wait = \"29s\"")
        .is(&[("failures.timeout", 1.0), ("latency.mean", 29.0)]);
    seen("within = \"59s\", wait = \"31s\"").is(&[
        ("complete", 1.0),
        ("latency.mean", 31.0),
        ("result-age", 0.0),
    ]);
}

/// What a breaker knows is lost with the process, or with each task, or never.
#[test]
fn layers_keep_their_state_as_long_as_what_has_it() {
    let text = |per: &str| {
        format!(
            "title = \"x\"\nhorizon = \"1000s\"\n[agents.a]\n\
             arrivals = {{ trace = [\"10s\", \"20s\", \"100s\"] }}\nsteps = [{{ call = \"bad\" }}]\n\
             {BACK_IN_SEVEN}\n{SERVICES}[policies]\n\
             p = [{{ breaker = {{ failures = 1, count = [\"validation\"], open = \"1h\", \
             per = \"{per}\" }} }}]\n\
             [edges]\n\"a -> bad\" = \"p\"\n{}",
            crash("60s")
        )
    };
    // Of three calls: all are sent, those after a crash are, or but the first.
    for (per, sent) in [("run", 3.0), ("agent", 2.0), ("edge", 1.0), ("policy", 1.0)] {
        let found = of_text(&text(per)).of("edges.\"a -> bad\".attempts");
        assert!((found - sent).abs() < 1e-9, "{per}: {found} sent, not {sent}");
    }
}

/// The calls of a step, what is in mind, and who waits for a budget: all of it is gone in a crash.
#[test]
fn a_task_that_waited_or_had_something_in_mind_begins_again_with_nothing() {
    let service = "[services.s]\nlatency = \"10s\"\n";
    let budget = "[budgets.b]\ncalls = 3\nthen = \"wait\"\nevery = \"5min\"\nfor = [\"a\"]\n";
    let waits = format!("steps = [{{ call = \"s\", times = 5 }}]\n{BACK_IN_SEVEN}");
    // Three calls until 40 s; again three from 300 s on, and two from 600 s on.
    let rest = format!("{service}{budget}{}", crash("200s"));
    seen(&waits, &rest).is(&[("latency.mean", 610.0), ("lost-work", 190.0)]);

    let steps = "steps = [{ call = \"s\", times = 8, tokens = 100 }]";
    let mind = format!("{steps}\ncontext = {{ limit = 1000 }}\n{BACK_IN_SEVEN}");
    let rest = format!("{service}{}", crash("85s"));
    // Eight calls before it, the last of which was under way, and eight after it.
    seen(&mind, &rest).is(&[
        ("latency.mean", 75.0 + 7.0 + 80.0),
        ("complete", 1.0),
        ("tokens", 7200.0),
    ]);
}

#[test]
fn a_checkpoint_that_is_cut_short_has_taken_no_longer_than_it_did() {
    let steps =
        format!("steps = [{{ work = \"10s\" }}, {{ checkpoint = \"1h\" }}]\n{BACK_IN_SEVEN}");
    // It is under way from 20 s until the crash, and again from 77 s on, until the run ends.
    let seen = seen(&steps, &crash("60s"));
    seen.is(&[("checkpoints", 2.0), ("checkpoint-overhead", (40.0 + 923.0) / 990.0)]);
}

#[test]
fn loops_in_loops_draw_anew_in_each_pass_of_those_around_them() {
    let inner = "{ loop = [{ work = \"1s\" }], escape = 0.5, limit = 2, at-limit = \"go-on\" }";
    let of_tasks = of_text(&format!(
        "title = \"x\"\nhorizon = \"200h\"\n[agents.a]\narrivals = \"every(10min)\"\n\
         steps = [{{ loop = [{inner}], limit = 2, at-limit = \"go-on\" }}]\n"
    ));
    // Two to four seconds, three for half of the tasks: with the same luck twice, it were none.
    let median = of_tasks.of("agents.a.latency.p50");
    assert!((median - 3.0).abs() < 0.02, "{median}");
    let mean = of_tasks.of("agents.a.latency.mean");
    // Of 1200 tasks: within four standard errors.
    assert!((mean - 3.0).abs() < 4.0 * 0.0205, "{mean}");
}

#[test]
fn work_that_was_restored_while_its_agent_hangs_waits_for_it() {
    let steps = format!(
        "steps = [{{ work = \"95s\" }}]\n{BACK_IN_SEVEN}\n\
         checkpoint = {{ when = [\"every(20s)\"], takes = \"1s\", restore = \"3s\" }}"
    );
    let hang = hang_from("68s", "60s", true);
    // Read until 70 s, it goes on at 128 s with 55 s of work left; it is saved at once, since that
    // was due at 90 s, and twice more.
    let seen = seen(&steps, &[crash("60s"), hang].concat());
    seen.is(&[("latency.mean", 118.0 + 55.0 + 3.0), ("restored", 1.0), ("lost-work", 8.0)]);
}

#[test]
fn a_checkpoint_that_was_due_while_its_agent_hung_is_written_when_it_goes_on() {
    let steps = format!(
        "steps = [{{ work = \"95s\" }}]\n{BACK_IN_SEVEN}\n\
         checkpoint = {{ when = [\"every(20s)\"], takes = \"1s\" }}"
    );
    let hang = hang_from("25s", "60s", true);
    // Due at 30 s, written from 85 s to 86 s: four seconds of work are lost at 90 s.
    let seen = seen(&steps, &[crash("90s"), hang].concat());
    seen.is(&[("lost-work", 4.0), ("restored", 1.0)]);
}

#[test]
fn an_agent_that_is_given_up_for_want_of_a_sign_of_life_is_there_no_more() {
    let steps = format!(
        "{MANY_STEPS}\nstarts-in = \"2s\"\n\
         supervise = {{ restarts = 1, within = \"1h\", backoff = \"5s\", beats-within = \"10s\" }}"
    );
    let hang = |at: &str| hang_from(at, "20s", true);
    // Restarted at 70 s; it takes its last step at 97 s, and nobody starts it again after 107 s.
    let seen = seen(&steps, &[hang("62s"), hang("100s")].concat());
    seen.is(&[
        ("escalations", 1.0),
        ("restarts", 1.0),
        ("open", 1.0),
        ("process-availability", (1000.0 - 15.0 - 900.0) / 1000.0),
    ]);
}

#[test]
fn that_steps_side_by_side_are_done_is_a_step_behind_which_a_task_is_saved() {
    let steps = format!(
        "steps = [{{ parallel = [{{ call = \"one\" }}, {{ call = \"five\" }}] }}, {{ work = \"95s\" }}]\n\
         {BACK_IN_SEVEN}\ncheckpoint = {{ when = [\"steps(1)\"] }}"
    );
    let rest = format!("{SERVICES}{}", crash("60s"));
    seen(&steps, &rest).is(&[("latency.mean", 50.0 + 7.0 + 95.0), ("lost-work", 45.0)]);
}

#[test]
fn steps_side_by_side_spend_the_time_of_their_task() {
    let steps = "steps = [{ parallel = [{ steps = [{ work = \"20s\" }, { call = \"one\" }] }, \
                 { work = \"30s\" }] }]";
    let budget = |time: &str| {
        format!("{SERVICES}[budgets.b]\ntime = \"{time}\"\nper = \"task\"\nfor = [\"a\"]\n")
    };
    seen(steps, &budget("15s")).is(&[("failures.rejected", 1.0), ("latency.mean", 20.0)]);
    seen(steps, &budget("25s")).is(&[("complete", 1.0), ("latency.mean", 30.0)]);
}

/// What is said of a file of agents with these keys.
fn said(agents: &str, rest: &str) -> String {
    let text = format!(
        "title = \"x\"\nhorizon = \"1000s\"\n\
         [agents.a]\narrivals = \"every(100s)\"\n{agents}\n{rest}"
    );
    let file = ScenarioFile::parse("case.toml", &text).unwrap_or_else(|e| panic!("{e}"));
    match file.scenario(&LayerRegistry::builtin()) {
        Ok(scenario) if scenario.warnings.is_empty() => String::new(),
        Ok(scenario) => scenario.warnings.to_string(),
        Err(wrong) => wrong.to_string(),
    }
}

#[test]
fn a_process_that_may_be_missed_may_crash_so_nothing_about_that_is_without_effect() {
    let service = "[services.s]\nlatency = \"exponential(10s)\"\n";
    let keys = "steps = [{ call = \"s\" }]\nstarts-in = \"2s\"\ntries = 3\n";
    let with = |beats: &str| {
        let supervise = format!("supervise = {{ restarts = 3, within = \"1h\"{beats} }}");
        said(&format!("{keys}{supervise}"), service)
    };
    assert_eq!(with(", beats-within = \"15s\""), "");
    let text = with("");
    assert_eq!(text.matches("nothing crashes or hangs these agents").count(), 3, "{text}");
    // A health check starts again what crashes, where nothing else does.
    let health = format!("{keys}health = {{ restarts = true }}");
    assert_eq!(said(&health, &format!("{service}{}", crash("60s"))), "");
    let both = format!("{health}\nsupervise = {{ restarts = 3 }}");
    let text = said(&both, &format!("{service}{}", crash("60s")));
    assert!(text.contains("`health` has no effect: nothing hangs these agents"), "{text}");
}

#[test]
fn work_in_which_an_agent_is_missed_is_told_of() {
    let with = |steps: &str| {
        let beats = "supervise = { restarts = 3, within = \"1h\", beats-within = \"10s\" }";
        said(&format!("steps = [{steps}]\n{beats}"), "")
    };
    for steps in [
        "{ work = \"10s\" }",
        "{ loop = [{ work = \"1s\" }, { work = \"11s\" }], limit = 3, escape = 0.5 }",
    ] {
        let text = with(steps);
        assert!(text.contains("after 10s they are taken for hung, each time"), "{text}");
        assert!(text.contains("case.toml:6:59"), "{text}");
        assert!(text.ends_with("1 warning in case.toml"), "{text}");
    }
    let beside = "{ parallel = [{ work = \"11s\" }, \
                  { loop = [{ work = \"1s\" }], limit = 20, escape = 0.5 }] }";
    for steps in ["{ work = \"9s\" }", "{ work = \"exponential(20s)\" }", beside] {
        assert_eq!(with(steps), "", "{steps}");
    }
    // It is so.
    let beats = "supervise = { restarts = 3, within = \"1h\", beats-within = \"10s\" }";
    let missed = seen(&format!("steps = [{{ work = \"10s\" }}]\n{beats}"), "");
    missed.is(&[("restarts", 3.0), ("escalations", 1.0)]);
}

#[test]
fn how_requests_fail_by_a_leak_is_nothing_to_agents() {
    let leak = "[[faults]]\ndo = \"leak\"\nfull-after = \"50s\"\nat = \"0s\"\nfor = \"300s\"\n\
                fails-from = 0.5\nclass = \"network\"\n";
    let keys =
        "steps = [{ work = \"1s\" }, { call = \"s\" }]\nsupervise = { restarts = \"unlimited\" }";
    let service = "[services.s]\nlatency = \"1s\"\n";
    let with = |hit: &str| said(keys, &format!("{service}{leak}hit = {hit}\n"));
    let text = with("\"a\"");
    for key in ["fails-from", "class"] {
        let says = format!("`{key}` has no effect on agents: they crash when they are full");
        assert!(text.contains(&says), "{text}");
    }
    assert!(text.ends_with("2 warnings in case.toml"), "{text}");
    assert_eq!(with("[\"a\", \"s\"]"), "");
}

#[test]
fn a_circle_of_agents_that_need_each_other_is_named() {
    let needs = |of: &str| format!("steps = [{{ result = \"{of}\", within = \"1h\" }}]\n");
    let other = |name: &str, of: &str| {
        format!("[agents.{name}]\narrivals = \"every(100s)\"\n{}", needs(of))
    };
    let text = said(&needs("b"), &(other("b", "c") + &other("c", "a") + &other("d", "a")));
    for circle in ["a -> b -> c -> a", "b -> c -> a -> b", "c -> a -> b -> c"] {
        let says = format!("these agents need results of their own: `{circle}`");
        assert!(text.contains(&says), "{says} in {text}");
    }
    assert!(text.ends_with("3 mistakes in case.toml"), "{text}");
}

#[test]
fn a_step_that_reads_without_keys_is_pointed_at_alone() {
    let service = "[services.s]\nlatency = \"1s\"\n";
    let steps = "steps = [\n  { call = \"s\" },\n  { loop = [{ call = \"s\", does = \"read\" }], \
                 limit = 2 },\n]";
    let text = said(steps, service);
    assert!(text.contains("`keys` must be given for a call that reads or writes"), "{text}");
    assert!(text.contains("case.toml:7:13"), "{text}");
    assert!(text.ends_with("1 mistake in case.toml"), "{text}");
}
