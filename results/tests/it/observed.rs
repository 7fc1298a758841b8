//! What somebody measured: read, with all mistakes at once, and held against what is simulated.

#![expect(
    clippy::format_collect,
    clippy::needless_pass_by_value,
    reason = "tables of a few lines, and texts that are expected"
)]

use expect_test::{Expect, expect};
use patterns::Duration;
use proptest::prelude::*;
use results::observed::{Compared, Counted, Next, Observed, Seen, Verdict, by_chance};
use results::{Estimate, Measured, SweepResult};
use sim::fault::{Effect, Schedule, kinds};
use sim::kernel::Distribution;
use sim::measure::{Measure, Sample};
use sim::model::system::{Agents, Fault, Place, System};
use sim::{Watch, run};

use crate::table;

/// A group, a service, and a fault that hits the service again and again.
fn system() -> System {
    let mean = |hours: u64| Distribution::exponential(Duration::from_secs(3600 * hours)).unwrap();
    let schedule = Schedule::Renewal { up: mean(24), down: mean(1) };
    let effect = Effect::from(kinds::down::Down {});
    let fault = Fault { name: "s-down".into(), hits: vec![Place::Service(0)], effect, schedule };
    System { faults: vec![fault], ..table::system(2) }
}

/// The same with a second group, `b`.
fn two_groups() -> System {
    let mut system = system();
    system.agents.push(Agents { name: "b".to_owned(), ..system.agents[0].clone() });
    system
}

/// All measures of the system, of 40 runs of one cell in which each of these came to a sample that
/// varies a little, and all others to nothing.
fn simulated(samples: &[(&str, f64, f64)]) -> SweepResult {
    let measures = Measure::all(&system());
    let objective = measures[0].clone();
    let design = table::invented(&["as written"], Vec::new(), 40, objective);
    let mut result = SweepResult::new(design, measures.clone(), String::new());
    let one = run(&system(), 1, Watch::Counts);
    let times = Measured::of(&measures, &one).times;
    for run in 0..40 {
        let of = |measure: &Measure| {
            let found = samples.iter().find(|(path, ..)| *path == measure.path());
            let shift = if run % 2 == 0 { 0.99 } else { 1.01 };
            let other = match measure.name().split_once('.') {
                Some(("failures", _)) => Sample::plain(0.0),
                _ => Sample::UNDEFINED,
            };
            found.map_or(other, |(_, part, of)| Sample { part: part * shift, of: *of })
        };
        let samples = measures.iter().map(of).collect();
        let one = Measured { times: times.clone(), ..table::measured(samples) };
        result.add(0, run, &one);
    }
    result
}

fn read(runs: &str) -> Observed {
    Observed::read(Some(("runs.csv", runs.as_bytes())), None, &system()).unwrap()
}

fn incidents(rows: &str) -> Observed {
    let text = format!("part,start,end\nwatched,0s,100h\n{rows}");
    Observed::read(None, Some(("incidents.csv", text.as_bytes())), &system()).unwrap()
}

fn of<'a>(compared: &'a [Compared], path: &str) -> &'a Compared {
    compared.iter().find(|one| one.path == path).unwrap_or_else(|| panic!("{path}"))
}

#[track_caller]
fn wrong_runs(bytes: &[u8], expected: Expect) {
    let found = Observed::read(Some(("runs.csv", bytes)), None, &two_groups());
    let lines = found.unwrap_err().iter().map(|one| format!("{one}\n")).collect::<String>();
    expected.assert_eq(&lines);
}

#[track_caller]
fn wrong_incidents(text: &str, expected: Expect) {
    let found = Observed::read(None, Some(("incidents.csv", text.as_bytes())), &two_groups());
    let lines = found.unwrap_err().iter().map(|one| format!("{one}\n")).collect::<String>();
    expected.assert_eq(&lines);
}

#[test]
fn all_mistakes_in_runs_are_told_with_their_place() {
    let rows = "group,outcome,seconds,error\na,ok,1.5,\nresearch,good,2,\nb,timeout,3,\n,good,1,\n\
                a,failed,-1,netwrk\na,failed,1 sec,429\na,good,1,network\na,good\nb,,,\n\
                b,late,350ms,\n";
    wrong_runs(
        rows.as_bytes(),
        expect![[r#"
        runs.csv:2: column `outcome`: found `ok`, expected `good`, `degraded`, `failed`, `wrong` or `late`; did you mean `good`?
        runs.csv:3: column `group`: found `research`, expected `a` or `b`
        runs.csv:4: column `outcome`: found `timeout`, expected `good`, `degraded`, `failed`, `wrong` or `late`; did you mean `failed`?
        runs.csv:5: column `group`: found nothing, expected `a` or `b`
        runs.csv:6: column `seconds`: found `-1`, expected seconds from 0 to 1e10, or a length such as `1.2s`, `350ms` or `2min`
        runs.csv:6: column `error`: found `netwrk`, expected `network`, `timeout`, `rate-limit`, `overload`, `validation`, `breaker-open`, `bulkhead-full` or `rejected`; did you mean `network`?
        runs.csv:7: column `seconds`: found `1 sec`, expected seconds from 0 to 1e10, or a length such as `1.2s`, `350ms` or `2min`
        runs.csv:7: column `error`: found `429`, expected `network`, `timeout`, `rate-limit`, `overload`, `validation`, `breaker-open`, `bulkhead-full` or `rejected`; did you mean `rate-limit`?
        runs.csv:8: column `error`: found `network`, expected nothing where `outcome` is not `failed`
        runs.csv:9: found 2 cells, expected 4, as row 1 has
        runs.csv:10: column `outcome`: found nothing, expected `good`, `degraded`, `failed`, `wrong` or `late`
        runs.csv:10: column `seconds`: found nothing, expected seconds from 0 to 1e10, or a length such as `1.2s`, `350ms` or `2min`
    "#]],
    );
    let rows = "service,outcome,seconds,error\nss,good,1,\ns,late,1,\ns,failed,1,breaker-open\n";
    wrong_runs(
        rows.as_bytes(),
        expect![[r#"
        runs.csv:2: column `service`: found `ss`, expected `s`; did you mean `s`?
        runs.csv:3: column `outcome`: found `late`, expected `good`, `degraded`, `failed` or `wrong` for a call of a service
        runs.csv:4: column `error`: found `breaker-open`, expected `network`, `timeout`, `rate-limit`, `overload` or `validation`
    "#]],
    );
}

#[test]
fn what_is_no_table_of_runs_is_told() {
    wrong_runs(
        b"",
        expect![[r#"
        runs.csv: found an empty file, expected a first row that names columns: `group`, `service`, `outcome`, `seconds` and `error`
    "#]],
    );
    wrong_runs(
        b"group,outcome\n",
        expect![[r#"
        runs.csv: found no rows below the names of columns, expected at least one
    "#]],
    );
    wrong_runs(
        b"group;outcome;seconds\na;good;1\n",
        expect![[r#"
        runs.csv:1: found `;` between columns, expected commas: export it as CSV with `,`
    "#]],
    );
    wrong_runs(
        b"group,outcome\na,good\na,g\xf6\xf6d\n",
        expect![[r#"
        runs.csv:3: found bytes that are no UTF-8, expected text in UTF-8
    "#]],
    );
    wrong_runs(
        b"Gruop,outcome,second,outcome,x\na,good,1,good,\n",
        expect![[r#"
            runs.csv:1: found a column `Gruop`, expected columns called `group`, `service`, `outcome`, `seconds` and `error`; did you mean `group`?
            runs.csv:1: found a column `second`, expected columns called `group`, `service`, `outcome`, `seconds` and `error`; did you mean `seconds`?
            runs.csv:1: found a second column `outcome`, expected each column once
            runs.csv:1: found a column `x`, expected columns called `group`, `service`, `outcome`, `seconds` and `error`
            runs.csv:1: found no column `group`, expected one that says whose each task is: `a` or `b`
        "#]],
    );
    wrong_runs(
        b"group,result\na,good\n",
        expect![[r#"
        runs.csv:1: found a column `result`, expected columns called `group`, `service`, `outcome`, `seconds` and `error`
        runs.csv:1: found no column `outcome`, expected columns `group`, `service`, `outcome`, `seconds` and `error`
    "#]],
    );
    wrong_runs(
        b"group,outcome\na,\"good\nb,good\n",
        expect![[r#"
        runs.csv:2: found a quotation mark that is not closed in its row, expected a closed one
    "#]],
    );
    let many = format!("group,outcome\n{}", "a,x\n".repeat(150));
    let found = Observed::read(Some(("r", many.as_bytes())), None, &system()).unwrap_err();
    assert_eq!(found.len(), 101);
    assert_eq!(found[100].found, "50 mistakes more");
}

#[test]
fn all_mistakes_in_incidents_are_told_with_their_place() {
    let rows = "part,start,end\nwatched,2026-03-01T00:00Z,2026-04-01T00:00Z\n\
                s,2026-03-02T10:00Z,2026-03-02T09:00Z\nx,2026-03-02T10:00Z,\n\
                s,2026-03-03 10:00,2026-03-03T11:00Z\ns,yesterday,3h\n\
                s,2026-02-28T10:00Z,2026-03-01T11:00Z\ns,2026-03-05T10:00Z,2026-03-05T12:00Z\n\
                s,2026-03-05T11:00Z,\ns,2026-03-30T11:00Z,2026-04-30T11:00Z\n\
                watched,2026-03-01T00:00Z,2026-04-01T00:00Z\n";
    wrong_incidents(
        rows,
        expect![[r#"
        incidents.csv:3: column `end`: found `2026-03-02T09:00Z`, expected a time after `start`
        incidents.csv:4: column `part`: found `x`, expected `a`, `b`, `s` or `watched`
        incidents.csv:5: column `start`: found `2026-03-03 10:00`, expected a date and time with a zone, as the first time of the file is
        incidents.csv:6: column `start`: found `yesterday`, expected a date and time such as `2026-03-01T14:30:00Z` or `2026-03-01 14:30`, or a length since the begin such as `3h`
        incidents.csv:6: column `end`: found `3h`, expected a date and time with a zone, as the first time of the file is
        incidents.csv:7: column `start`: found `2026-02-28T10:00Z`, expected a time within what was watched (row 2)
        incidents.csv:9: column `start`: found `2026-03-05T11:00Z`, expected a time after the incident of row 8 ended
        incidents.csv:10: column `end`: found `2026-04-30T11:00Z`, expected a time within what was watched (row 2), or nothing if it was still on
        incidents.csv:10: column `start`: found `2026-03-30T11:00Z`, expected a time after the incident of row 9 ended
        incidents.csv:11: column `part`: found a second row `watched`, expected one
    "#]],
    );
    wrong_incidents(
        "part,start,end\ns,1h,2h\n",
        expect![[r#"
        incidents.csv: found no row whose part is `watched`, expected a row `watched,START,END`: from when to when incidents would have been seen
    "#]],
    );
    wrong_incidents(
        "part,start,end\nwatched,3h,1h\ns,1h,2h\n",
        expect![[r#"
        incidents.csv:2: column `end`: found `1h`, expected a time after `start`
    "#]],
    );
    wrong_incidents(
        "part,begin,end\nwatched,0s,1h\n",
        expect![[r#"
        incidents.csv:1: found a column `begin`, expected columns called `part`, `start` and `end`
        incidents.csv:1: found no column `start`, expected columns `part`, `start` and `end`
    "#]],
    );
}

#[test]
fn a_table_from_a_spreadsheet_is_read() {
    let rows = "\u{feff}Outcome,Seconds,group\r\nGood,\"1.5\",a\r\n\r\n,,\r\ndegraded, 2min ,\r\n";
    let observed = read(rows);
    assert_eq!((observed.tasks(), observed.calls()), (2, 0));
    let compared = observed.compare(&simulated(&[]), 0);
    let median = of(&compared, "agents.a.latency.p50").measured;
    assert_eq!((median.n, median.value), (2, 1.5));
    assert_eq!(read("outcome,service\ngood,s\ngood,\n").calls(), 1);
}

/// A service beside a group says what failed the task, which is a task of the group all the same.
#[test]
fn a_row_with_a_group_is_a_task_whatever_service_failed_it() {
    let observed = read("outcome,group,service,error\ngood,a,,\nfailed,a,s,timeout\nfailed,,s,\n");
    assert_eq!((observed.tasks(), observed.calls()), (2, 1));
    let success = of(&observed.compare(&simulated(&[]), 0), "agents.a.success").measured.value;
    assert!((success - 0.5).abs() < 1e-9, "{success}");
    let told = observed.read_as();
    let told: Vec<(&str, u64)> = told.iter().map(|(part, n)| (part.name(), *n)).collect();
    assert_eq!(told, [("a", 2), ("s", 1)]);
}

/// Where nothing names the group, rows with a service may be tasks that it failed, or calls: only
/// if these are what failed, and nothing else did, does it matter.
#[test]
fn rows_that_may_be_tasks_or_calls_are_asked_about() {
    let doubtful = b"outcome,service\ngood,\nfailed,s\n";
    let mistakes = Observed::read(Some(("runs.csv", doubtful)), None, &system()).unwrap_err();
    let told = mistakes.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("runs.csv:1: found rows with a service that all failed"),
        "{told:?}"
    );
    assert!(told[0].contains("expected a column `group`"), "{told:?}");
    assert_eq!(read("outcome,service\nfailed,\nfailed,s\n").calls(), 1);
    assert_eq!(read("outcome,service\ngood,\nfailed,s\ngood,s\n").calls(), 2);
}

/// 17 of 20 good, one of them wrong.
fn twenty() -> String {
    let rows = [("good", 15), ("degraded", 1), ("wrong", 1), ("failed", 3)];
    let rows = rows.iter().flat_map(|(outcome, n)| std::iter::repeat_n(*outcome, *n));
    let rows = rows.enumerate().map(|(at, outcome)| {
        let error = if outcome == "failed" { ["network", "timeout", ""][at % 3] } else { "" };
        format!("{outcome},{},{error}\n", at + 1)
    });
    format!("outcome,seconds,error\n{}", rows.collect::<String>())
}

#[test]
fn twenty_runs_beside_what_is_simulated() {
    let result = simulated(&[
        ("agents.a.success", 940.0, 1000.0),
        ("agents.a.degraded", 300.0, 1000.0),
        ("agents.a.failures.network", 30.0, 1.0),
        ("agents.a.failures.timeout", 10.0, 1.0),
    ]);
    let compared = read(&twenty()).compare(&result, 0);
    let lines: String = compared
        .iter()
        .map(|one| {
            format!(
                "{}: {} | {} | {} | {:?}\n",
                one.path,
                one.measured_shown(),
                one.simulated_shown(),
                one.verdict_shown(),
                one.settled_at
            )
        })
        .collect();
    expect![[r#"
        agents.a.success: 85 % [64 %, 94.8 %], 20 runs | 94 % [93.7 %, 94.3 %] | agrees as far as 20 runs can tell | Some(73)
        agents.a.wrong: 5 % [0.89 %, 23.6 %], 20 runs | none | unclear: not simulated | None
        agents.a.degraded: 5 % [0.89 %, 23.6 %], 20 runs | 30 % [29.9 %, 30.1 %] | differs: measured less than simulated | Some(19)
        agents.a.latency.p50: 10 s [6 s, 15 s], 20 runs | 2 s [2 s, 2 s] | differs: measured more than simulated | Some(4)
        agents.a.latency.p95: 19 s [17 s, no end], 20 runs | 3.39 s [3.39 s, 3.39 s] | differs: measured more than simulated | Some(72)
        agents.a.failed-as.network: 50 % [9.45 %, 90.5 %], 2 failed runs | 75 % [75 %, 75 %] | agrees as far as 2 failed runs can tell | Some(26)
        agents.a.failed-as.timeout: 50 % [9.45 %, 90.5 %], 2 failed runs | 25 % [25 %, 25 %] | agrees as far as 2 failed runs can tell | Some(26)
    "#]].assert_eq(&lines.replace('\u{a0}', " "));
    let next = Next::of(&compared).unwrap();
    expect!["Beside the 20 that are there, 53 runs of `a` would tell most, about `agents.a.success`: measured 85 % [64 %, 94.8 %], 20 runs, simulated 94 % [93.7 %, 94.3 %]. A difference as large as this is then told in 80 of 100 cases."].assert_eq(&next.text.replace('\u{a0}', " "));
    // Six of the seven can be told.
    assert!((by_chance(&compared) - 0.3).abs() < 1e-9);
}

#[test]
fn two_agree_where_the_simulated_value_is_in_the_interval_and_differ_where_it_is_not() {
    let observed = read(&twenty());
    for (simulated_share, verdict, is_settled) in [
        (0.65, Verdict::Agrees, false),
        (0.85, Verdict::Agrees, false),
        (0.93, Verdict::Agrees, false),
        (0.98, Verdict::Differs, true),
        (0.6, Verdict::Differs, true),
    ] {
        let result = simulated(&[("agents.a.success", simulated_share * 1000.0, 1000.0)]);
        let compared = observed.compare(&result, 0);
        let success = of(&compared, "agents.a.success");
        assert_eq!((success.verdict, success.is_settled()), (verdict, is_settled));
        assert_eq!((success.counted, success.measured.n), (Counted::Runs, 20));
    }
    let compared = observed.compare(&simulated(&[]), 0);
    let success = of(&compared, "agents.a.success");
    assert_eq!((success.verdict, success.settled_at), (Verdict::Unclear, None));
    assert_eq!(success.verdict_shown(), "unclear: not simulated");
    // So many that even a small difference would have been told.
    let many = format!("outcome\n{}{}", "good\n".repeat(1700), "failed\n".repeat(300));
    let compared = read(&many).compare(&simulated(&[("agents.a.success", 850.0, 1000.0)]), 0);
    assert!(compared[0].is_settled() && compared[0].verdict == Verdict::Agrees);
    assert_eq!(Next::of(&compared), None);
}

#[test]
fn what_is_simulated_differs_only_if_its_own_interval_is_apart() {
    let measured = Seen { n: 20, value: 0.85, low: 0.64, high: 0.95, n_for_high: None };
    let of = |n, mean, low, high| {
        let simulated = Estimate { n, mean, low, high, ..Estimate::UNDEFINED };
        Verdict::of(&measured, &simulated)
    };
    assert_eq!(of(30, 0.97, 0.96, 0.98), Verdict::Differs);
    assert_eq!(of(30, 0.97, 0.94, 0.99), Verdict::Unclear);
    assert_eq!(of(1, 0.97, f64::NAN, f64::NAN), Verdict::Unclear);
    assert_eq!(of(1, 0.9, f64::NAN, f64::NAN), Verdict::Agrees);
    assert_eq!(of(30, 0.5, 0.4, 0.6), Verdict::Differs);
}

#[test]
fn a_month_of_incidents_beside_what_is_simulated() {
    let observed = incidents("s,10h,11h\ns,31h,33h\ns,50h,50h 30min\ns,71h,74h\ns,99h,\n");
    let result = simulated(&[
        ("services.s.fault-mtbf", 48_000.0, 1.0),
        ("services.s.fault-mttr", 90_000.0, 1.0),
        ("services.s.fault-availability", 0.96, 1.0),
    ]);
    let compared = observed.compare(&result, 0);
    let lines: String = compared
        .iter()
        .map(|one| {
            let (measured, simulated) = (one.measured_shown(), one.simulated_shown());
            let verdict = one.verdict_shown();
            format!("{}: {measured} | {simulated} | {verdict} | {:?}\n", one.path, one.settled_at)
        })
        .collect();
    expect![[r#"
        services.s.fault-mtbf: 18.5 h [7.93 h, 57 h], 5 incidents | 13.3 h [13.3 h, 13.4 h] | agrees as far as 5 incidents can tell | Some(74)
        services.s.fault-mttr: 112 min [43.9 min, 6.88 h], 4 incidents | 25 h [24.9 h, 25.1 h] | differs: measured less than simulated | Some(2)
        services.s.fault-availability: 92.5 % [66.2 %, 97.9 %], 5 incidents | 96 % [95.7 %, 96.3 %] | agrees as far as 5 incidents can tell | Some(36)
    "#]].assert_eq(&lines.replace('\u{a0}', " "));
    // None in 100 hours: more than 100 / 3.69 on average.
    let compared = incidents("s,,\n").compare(&result, 0);
    assert_eq!(compared.len(), 1);
    let mtbf = &compared[0];
    assert!((mtbf.measured.low / 3600.0 - 27.11).abs() < 0.01, "{:?}", mtbf.measured);
    assert_eq!((mtbf.verdict, mtbf.measured.n), (Verdict::Differs, 0));
}

#[test]
fn settings_follow_from_calls_and_incidents() {
    let shown = |observed: &Observed| {
        let all = observed.settings(&system());
        all.iter().map(|one| format!("{} ({})\n", one.option(), one.n)).collect::<String>()
    };
    let times = [0.3, 0.5, 0.7, 0.9, 1.0, 1.1, 1.5, 2.0, 3.5];
    let rows: String = times.iter().map(|secs| format!("s,good,{secs},\n")).collect();
    let head = "service,outcome,seconds,error\n";
    expect![[r#"
        --set 'services.s.latency=lognormal(median=1.01s, p99=5.03s)' (10)
        --set 'services.s.errors={ network = 0.09091 }' (11)
        --set 'services.s.wrong=0.1' (10)
    "#]]
    .assert_eq(&shown(&read(&format!("{head}{rows}s,failed,9,network\ns,wrong,1,\n"))));
    let two: String = (0..30_u32).map(|at| format!("s,good,{},\n", 1 + at % 2 * 50)).collect();
    let observed = read(&format!("{head}{two}s,failed,9,\n"));
    expect![[r#"
        --set 'services.s.latency=quantiles(p0=1s, p25=1s, p50=1s, p75=51s, p90=51s, p100=51s)' (30)
    "#]]
    .assert_eq(&shown(&observed));
    let fit = observed.settings(&system())[0].fit.unwrap();
    assert!(!fit.holds() && fit.n == 30 && fit.law == "lognormal", "{fit:?}");
    // Tasks say nothing of a service, and too few calls nothing of a law.
    assert_eq!(shown(&read(&twenty())), "");
    assert_eq!(shown(&read("service,outcome,seconds\ns,good,1\n")), "");
    expect![[r#"
        --set 'faults.s-down.mtbf=2.02d' (2)
        --set 'faults.s-down.mttr=90min' (2)
    "#]]
    .assert_eq(&shown(&incidents("s,10h,11h\ns,31h,33h\n")));
    assert_eq!(shown(&incidents("a,10h,11h\n")), "", "no fault hits it");
    let mut other = system();
    other.faults[0].name = "the s's fault".to_owned();
    let constant = Distribution::constant(Duration::from_secs(60));
    other.faults[0].schedule = Schedule::Renewal { up: constant.clone(), down: constant };
    let all = incidents("s,10h,11h\n").settings(&other);
    expect![[r#"--set 'faults."the s'\''s fault".up=exponential(4.12d)'"#]]
        .assert_eq(&all[0].option());
    other.faults.push(other.faults[0].clone());
    assert_eq!(incidents("s,10h,11h\n").settings(&other), [], "two faults hit it");
}

proptest! {
    #[test]
    fn whatever_is_written_is_read_or_told(
        rows in "(group|service|outcome|seconds|error|[a,s;\"\r\n]|good|failed|,){0,40}",
        incidents in "part,start,end\n((watched|s|a|),(0s|[0-9]{1,3}h|),([0-9]{1,3}h|)\n){0,9}",
        bytes in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let result = simulated(&[]);
        for (runs, incidents) in [
            (rows.as_bytes(), incidents.as_bytes()),
            (format!("outcome,seconds\n{rows}").as_bytes(), &bytes),
            (&bytes, &bytes),
        ] {
            for (runs, incidents) in [(Some(runs), None), (None, Some(incidents))] {
                let runs = runs.map(|runs| ("r", runs));
                let incidents = incidents.map(|incidents| ("i", incidents));
                if let Ok(observed) = Observed::read(runs, incidents, &system()) {
                    let compared = observed.compare(&result, 0);
                    for one in &compared {
                        let seen = one.measured;
                        prop_assert!(!(seen.value < seen.low || seen.high < seen.value), "{seen:?}");
                        prop_assert!(!one.measured_shown().is_empty());
                    }
                    let _next = Next::of(&compared);
                    observed.settings(&system());
                }
            }
        }
    }
}
