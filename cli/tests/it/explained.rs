//! One run explained: traced, compared with another one, gone through event by event.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::tank::{Folder, command, endless, said, wavetank};

/// Two groups: one with several tasks at a time, retries and a hang, one that calls a service that
/// calls another one.
const BUSY: &str = r#"
title = "x"
horizon = "2min"
warmup = "20s"
[agents.a]
count = 2
slots = 3
arrivals = "poisson(every=2s)"
steps = [{ call = "s", times = 2 }]
[agents.b]
arrivals = "every(3s)"
steps = [{ call = "front" }]
[services.s]
slots = 4
latency = "exponential(800ms)"
errors = { network = 0.2 }
[services.front]
latency = "100ms"
steps = [{ call = "s" }]
[policies]
p = [
    { retry = { network = "3 x 500ms", timeout = "2 x 1s" } },
    { breaker = { failures = 3, open = "5s" } },
    { timeout = "2s" },
]
[edges]
"a -> s" = "p"
[[faults]]
hit = "s"
do = "hang"
at = "40s"
for = "10s"
[variants."no breaker"]
"policies.p.breaker" = "off"
[variants.same]
"agents.b.priority" = 3
[sweep]
replications = 4
objective = "agents.a.success"
"policies.p.breaker.failures" = [2, 3]
"#;

fn busy(name: &str) -> Folder {
    let folder = Folder::new(name);
    fs::write(folder.0.join("x.toml"), BUSY).unwrap();
    folder
}

fn trace(folder: &Folder, arguments: &[&str]) -> String {
    let output = wavetank(&[&["trace", "x.toml"], arguments].concat(), folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(output.stderr.is_empty(), "{}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn rows(text: &str) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap).collect()
}

#[test]
fn a_trace_as_a_table_has_the_tasks_and_calls_of_the_run() {
    let folder = busy("trace-csv");
    let events = rows(&trace(&folder, &["--format", "csv"]));
    wavetank(&["run", "x.toml", "--out", "out"], &folder);
    let count = |event: &str, of: &dyn Fn(&str) -> bool| {
        events.iter().filter(|row| &row[2] == event && of(&row[1])).count()
    };
    let causes = rows(&fs::read_to_string(folder.0.join("out/measures.csv")).unwrap());
    let measure = |path: &str| {
        let row = causes.iter().find(|row| &row[0] == path).unwrap();
        row[2].parse::<usize>().unwrap()
    };
    // Measures leave out the warm-up, so what begins later is counted here.
    let late = |row: &&csv::StringRecord| 20.0 <= row[0].parse::<f64>().unwrap();
    let begun = |event: &str, of: &str| {
        let all = events.iter().filter(late);
        all.filter(|row| &row[2] == event && row[1].starts_with(of)).count()
    };
    assert_eq!(begun("task comes", "a#"), measure("agents.a.tasks"));
    assert_eq!(begun("call begins", "front -> s"), measure("edges.\"front -> s\".calls"));
    assert!(count("attempt is given up", &|of| of == "a#1 -> s") > 0);
    assert_eq!(count("fault begins", &|of| of == "s"), 1);
    assert!(events.iter().any(|row| &row[1] == "a#1 -> s: breaker" && &row[3] == "open"));
    let times: Vec<f64> = events.iter().map(|row| row[0].parse().unwrap()).collect();
    assert!(times.is_sorted());

    // A window has the events of that part, and says of what it cuts off that it is on.
    let window = rows(&trace(&folder, &["--format", "csv", "--from", "30s", "--until", "45s"]));
    let part = |row: &&csv::StringRecord| (30.0..=45.0).contains(&row[0].parse::<f64>().unwrap());
    let ends = |row: &&csv::StringRecord| row[2].ends_with("ends");
    let of = |rows: &[csv::StringRecord]| -> Vec<_> {
        rows.iter().filter(part).filter(ends).cloned().collect()
    };
    assert!(of(&window).len() > 10);
    assert_eq!(of(&window), of(&events));
    assert_eq!(window.iter().filter(part).count(), window.len());
}

#[test]
fn the_events_of_a_window_are_a_part_of_those_of_the_whole_run() {
    let folder = busy("trace-part");
    let lines = |arguments: &[&str]| -> Vec<String> {
        trace(&folder, arguments).lines().map(str::to_owned).collect()
    };
    let whole = lines(&[]);
    for until in [20, 41, 45, 60, 77, 99] {
        let part = lines(&["--until", &format!("{until}s")]);
        assert!(part.len() > 50 && part.len() < whole.len());
        assert_eq!(part, whole[..part.len()], "until {until}s");
    }
    let course = |arguments: &[&str]| {
        said(&wavetank(&[&["trace", "course-outage"], arguments].concat(), &folder))
    };
    let (part, whole) = (course(&["--until", "1min"]), course(&["--until", "2min"]));
    assert!(whole.starts_with(&part), "{part}");
    // It does not take the whole run, of weeks, to see its first second.
    endless(&folder, "endless.toml");
    let text = said(&wavetank(&["trace", "endless.toml", "--until", "10ms"], &folder));
    assert!(text.lines().count() > 10, "{text}");
}

#[test]
fn a_window_begins_with_what_is_on_already_and_has_what_comes_at_its_beginning() {
    let folder = busy("trace-from");
    let lines = |from: &str| -> Vec<String> {
        let text = trace(&folder, &["--from", from, "--until", "60s"]);
        text.lines().map(|line| line.trim().to_owned()).collect()
    };
    let has = |from: &str, line: &str| lines(from).iter().any(|known| known == line);
    assert!(has("40s", "40s  s: fault begins: hang"));
    assert!(!has("40s", "40s  s: fault is already on: hang"));
    assert!(has("50s", "50s  s: fault is already on: hang"));
    assert!(has("50s", "50s  s: fault ends: hang"));
    let later = lines("45s");
    let already: Vec<&String> = later.iter().filter(|line| line.contains(" already ")).collect();
    assert_eq!(already, later.iter().take(already.len()).collect::<Vec<_>>(), "they come first");
    assert!(already.contains(&&"45s  s: fault is already on: hang".to_owned()), "{already:?}");
    // The last state of each breaker before is known from the whole run.
    let whole: Vec<String> =
        trace(&folder, &[]).lines().map(|line| line.trim().to_owned()).collect();
    for agent in ["a#1", "a#2"] {
        let of = format!("{agent} -> s: breaker: is ");
        let before = whole.iter().take_while(|line| !line.starts_with("45"));
        let last = before.filter(|line| line.contains(&of)).last().expect("it has opened");
        let is_open = !last.ends_with("closed");
        assert_eq!(already.iter().any(|line| line.contains(&of)), is_open, "{last}, {already:?}");
    }
    assert!(already.len() > 1, "{already:?}");
    assert!(!lines("60s").iter().any(|line| line.contains("fault")));
}

/// In one instant, what follows from something stands behind it.
#[test]
fn the_lines_of_a_trace_are_in_the_order_in_which_things_happen() {
    let folder = Folder::new("trace-text");
    let arguments = ["trace", "course-outage", "--from", "50s", "--until", "51s"];
    let text = said(&wavetank(&arguments, &folder));
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let expected = [
        "50s  agent -> mcp: attempt is given up after 10s",
        "50s  agent -> mcp: call ends timeout after 10s",
        "50s  agent: task ends timeout after 10s",
        "50s  agent: task comes",
        "50s  agent -> mcp: call begins",
        "50s  agent -> mcp: call ends breaker-open after 0s",
        "50s  agent: task ends breaker-open after 0s",
        "51s  agent: task comes",
    ];
    let place = |line: &&str| lines.iter().position(|known| known == line);
    let places: Vec<_> = expected.iter().map(|line| place(line).expect(line)).collect();
    assert!(places.is_sorted(), "{text}");
}

/// The first call of a task that never ends has ended, and a call of the second one has not.
#[test]
fn a_task_that_never_ends_comes_before_its_calls() {
    let folder = Folder::new("trace-open");
    let text = BUSY.replace(
        "[services.s]",
        "[agents.c]\narrivals = { trace = [\"10s\"] }\n\
         steps = [{ call = \"one\" }, { call = \"two\" }]\n\
         [services.one]\nlatency = \"1s\"\n[services.two]\nlatency = \"10h\"\n[services.s]",
    );
    fs::write(folder.0.join("x.toml"), text).unwrap();
    let text = said(&wavetank(&["trace", "x.toml"], &folder));
    let own = text.lines().map(str::trim).filter(|line| line.contains("  c"));
    let own: Vec<&str> = own.collect();
    let expected = [
        "10s  c: task comes",
        "10s  c -> one: call begins",
        "11s  c -> one: call ends good after 1s",
        "11s  c -> two: call begins",
    ];
    assert_eq!(own[..4], expected, "{text}");
}

/// "Trace Event Format": complete events of one thread lie within each other or apart.
#[test]
fn events_of_a_thread_in_a_chrome_trace_lie_within_each_other_or_apart() {
    let folder = busy("trace-chrome");
    let trace: Value = serde_json::from_str(&trace(&folder, &["--format", "chrome"])).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let name_of = |event: &Value| {
        let of = |other: &&Value| other["name"] == "thread_name" && other["tid"] == event["tid"];
        events.iter().find(of).unwrap()["args"]["name"].as_str().unwrap().to_owned()
    };
    let nanos = |event: &Value| (event["ts"].as_f64().unwrap() * 1000.0).round() as u64;
    let mut by_thread = std::collections::BTreeMap::<_, Vec<_>>::new();
    // What ends is what has begun last in its thread, and is not over yet.
    let mut open = std::collections::BTreeMap::<_, Vec<&Value>>::new();
    let mut last = 0;
    for event in events.iter().filter(|event| event["ph"] != "M") {
        assert!(last <= nanos(event), "they are in order: {event}");
        last = nanos(event);
        let tid = event["tid"].as_u64().unwrap();
        let open = open.entry(tid).or_default();
        if event["ph"] == "B" {
            open.push(event);
        } else if event["ph"] == "E" {
            let begun = open.pop().unwrap();
            let same = |key: &str| begun[key] == event[key];
            assert!(same("name") && same("args") && same("cat"), "{begun} and {event}");
            let (from, to) = (nanos(begun), nanos(event));
            assert!(from < to, "{event}");
            let category = event["cat"].as_str().unwrap().to_owned();
            by_thread.entry(tid).or_default().push((from, to, category, event));
        }
    }
    assert!(open.values().all(Vec::is_empty), "all that begins ends");
    let (mut calls, mut nested) = (0, 0);
    for spans in by_thread.values_mut() {
        spans.sort_by_key(|(from, to, ..)| (*from, u64::MAX - *to));
        for (place, (from, to, category, event)) in spans.iter().enumerate() {
            for (other_from, other_to, ..) in &spans[..place] {
                let is_apart = other_to <= from;
                assert!(is_apart || (other_from <= from && to <= other_to), "{event} overlaps");
            }
            let is_agents = name_of(event).starts_with("a#");
            if category == "call" && is_agents {
                calls += 1;
                let is_around = |(from_, to_, of, _): &&(u64, u64, String, &Value)| {
                    of == "task" && from_ <= from && to <= to_
                };
                nested += usize::from(spans.iter().any(|span| is_around(&span)));
            }
        }
    }
    // At the end some tasks are open.
    assert!(100 < calls && calls - 6 <= nested, "{nested} of {calls} calls lie in their tasks");
    // What has no length is an instant, and else there is none.
    let instants = events.iter().filter(|event| event["ph"] == "i");
    assert!(instants.clone().all(|event| event["s"] == "t" && event["dur"].is_null()));
    assert!(instants.count() > 0, "an open breaker refuses at once");
    // Microseconds: the hang is from 40 s to 50 s.
    let hang = events.iter().filter(|event| event["name"] == "hang");
    let hang: Vec<_> = hang.map(|event| (event["ph"].as_str(), event["ts"].as_f64())).collect();
    assert_eq!(hang, [(Some("B"), Some(40e6)), (Some("E"), Some(50e6))]);
}

/// <https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>.
#[test]
fn spans_of_an_otlp_trace_have_unique_ids_and_lie_below_what_they_are_made_for() {
    let folder = busy("trace-otlp");
    let trace: Value = serde_json::from_str(&trace(&folder, &["--format", "otlp"])).unwrap();
    let groups = trace["resourceSpans"].as_array().unwrap();
    let named = |group: &Value| {
        let attribute = &group["resource"]["attributes"][0];
        assert_eq!(attribute["key"], "service.name");
        attribute["value"]["stringValue"].as_str().unwrap().to_owned()
    };
    assert_eq!(groups.iter().map(named).collect::<Vec<_>>(), ["a", "b", "front"]);
    let spans = groups.iter().flat_map(|group| group["scopeSpans"][0]["spans"].as_array().unwrap());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all: std::collections::BTreeMap<String, &Value> =
        spans.clone().map(|span| (text(&span["spanId"]), span)).collect();
    assert_eq!(all.len(), spans.clone().count(), "ids are unique");
    let time = |value: &Value| value.as_str().unwrap().parse::<u64>().unwrap();
    let (mut deep, mut retried) = (0, std::collections::BTreeMap::<String, u32>::new());
    for span in spans {
        let hex = |key: &str, digits| {
            let id = text(&span[key]);
            assert!(id.len() == digits && id.chars().all(|c| c.is_ascii_hexdigit()), "{span}");
        };
        hex("spanId", 16);
        hex("traceId", 32);
        let (from, to) = (time(&span["startTimeUnixNano"]), time(&span["endTimeUnixNano"]));
        assert!(from <= to && to <= 120_000_000_000, "{span}");
        let outcome = &span["attributes"][1];
        assert_eq!(outcome["key"], "wavetank.outcome");
        let failed =
            !["good", "degraded"].contains(&outcome["value"]["stringValue"].as_str().unwrap());
        assert_eq!(failed, span["status"]["code"] == 2, "{span}");
        let Some(parent) = span.get("parentSpanId") else { continue };
        let parent = all[&text(parent)];
        assert_eq!(parent["traceId"], span["traceId"]);
        assert!(time(&parent["startTimeUnixNano"]) <= from, "{span} in {parent}");
        let name = span["name"].as_str().unwrap();
        let expected: &[&str] = match name.split(' ').next().unwrap() {
            "call" => &["task", "call front", "attempt front"],
            _ => &["call s"],
        };
        assert!(expected.contains(&parent["name"].as_str().unwrap()), "{span} in {parent}");
        if name.starts_with("attempt") {
            assert!(to <= time(&parent["endTimeUnixNano"]), "{span} in {parent}");
            *retried.entry(text(&span["parentSpanId"])).or_default() += 1;
        }
        deep += u32::from(parent["name"] == "call front");
    }
    assert!(20 < deep, "calls of services are made for calls of agents: {deep}");
    assert!(retried.values().any(|attempts| *attempts == 3), "a call has all its attempts");
}

#[test]
fn a_window_that_is_none_is_refused() {
    let folder = busy("no-window");
    for (arguments, answer) in [
        (&["--from", "3min"][..], "`--from 3min`: the run ends at 2min"),
        (&["--from", "30s", "--until", "20s"], "`--until 20s` is before `--from 30s`"),
    ] {
        let output = wavetank(&[&["trace", "x.toml"], arguments].concat(), &folder);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains(answer), "{}", said(&output));
    }
    let output = wavetank(&["trace", "x.toml", "--format", "csv", "--to", "t.csv"], &folder);
    assert!(output.status.success() && output.stdout.is_empty(), "{}", said(&output));
    let written = fs::read_to_string(folder.0.join("t.csv")).unwrap();
    assert_eq!(written, trace(&folder, &["--format", "csv"]));
}

#[test]
fn a_comparison_pairs_runs_and_names_what_differs_first() {
    let folder = busy("compare");
    let compare = |arguments: &[&str]| {
        let output = wavetank(&[&["compare"], arguments].concat(), &folder);
        (output.status.code(), said(&output))
    };
    let (code, text) = compare(&["x.toml", "--variant", "no breaker"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("A: as written\nB: no breaker\n4 runs each"), "{text}");
    // The same numbers as those of a sweep, in which the own cell of each variant is a cell.
    wavetank(&["sweep", "x.toml", "--out", "out"], &folder);
    let summary = rows(&fs::read_to_string(folder.0.join("out/summary.csv")).unwrap());
    let row = summary.iter().find(|row| &row[0] == "3" && &row[3] == "agents.a.success").unwrap();
    let points = |column: usize| format!("{:+.2}", row[column].parse::<f64>().unwrap() * 100.0);
    let line = text.lines().find(|line| line.starts_with("agents.a.success ")).unwrap();
    let interval = format!("{} points [{}, {}]", points(14), points(15), points(16));
    assert!(line.contains(&interval), "{interval}: {line}");
    // Without a breaker a call is sent that is refused with one.
    let first = text.split_once("what differs first").unwrap().1;
    let lines: Vec<&str> = first.lines().collect();
    assert!(lines[1].contains("(the last of ") && lines[2].starts_with("  A "), "{text}");
    assert!(lines[2].contains("breaker: is open"), "{text}");

    // What has no effect differs in nothing.
    let (code, text) = compare(&["x.toml", "--variant", "same"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("0, in every run") && text.contains("nothing that can be seen"),
        "{text}"
    );
    assert!(!text.contains("points ["), "{text}");

    // Cells, and files.
    let (_, text) = compare(&["x.toml", "--cell", "0", "--cell", "1"]);
    assert!(text.contains("A: cell 0: as written, breaker.failures = 2\nB: cell 1"), "{text}");
    let other = BUSY.replace("failures = 3", "failures = 2");
    fs::write(folder.0.join("y.toml"), other).unwrap();
    let (_, files) = compare(&["y.toml", "x.toml"]);
    assert!(files.contains("A: y.toml\nB: x.toml\n"), "{files}");
    let numbers = |text: &str| -> Vec<String> {
        let lines = text.lines().skip_while(|line| !line.contains("B - A"));
        lines.take_while(|line| !line.contains("warning")).map(str::to_owned).collect()
    };
    assert_eq!(numbers(&files), numbers(&text), "the files differ as the cells do");

    for (arguments, answer) in [
        (
            &["x.toml"][..],
            "name what is compared: `--variant` (`as written`, `no breaker`, `same`)",
        ),
        (&["x.toml", "y.toml", "--cell", "1"], "two are compared"),
        (&["x.toml", "--cell", "9"], "the sweep of this file has the cells 0 to 5"),
        (&["x.toml", "--variant", "no braker"], "did you mean `no breaker`?"),
    ] {
        let (code, text) = compare(arguments);
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains(answer), "{text}");
    }
}

/// A limit on the size of files stands for a disk that is full, and a link for a file elsewhere.
#[cfg(unix)]
#[test]
fn a_trace_is_written_whole_or_not_at_all() {
    let folder = busy("trace-whole");
    fs::write(folder.0.join("t.csv"), "mine").unwrap();
    std::os::unix::fs::symlink("t.csv", folder.0.join("link.csv")).unwrap();
    let program = env!("CARGO_BIN_EXE_wavetank");
    let trace = |to: &str, blocks: &str| {
        let typed = format!(
            "trap '' XFSZ; ulimit -f {blocks}; \
             exec {program} trace x.toml --format csv --to {to}"
        );
        let mut bash = std::process::Command::new("bash");
        said(&bash.args(["-c", &typed]).current_dir(&folder.0).output().unwrap())
    };
    let text = trace("t.csv", "8");
    assert!(text.contains("error: cannot write t.csv: File too large"), "{text}");
    assert_eq!(fs::read_to_string(folder.0.join("t.csv")).unwrap(), "mine");
    let names = || folder.files().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(), ["link.csv", "t.csv", "x.toml"], "no part of it is left");

    assert_eq!(trace("./link.csv", "unlimited"), "");
    let written = fs::read_to_string(folder.0.join("t.csv")).unwrap();
    assert!(written.lines().count() > 100, "{written}");
    assert!(folder.0.join("link.csv").is_symlink());
    assert_eq!(trace("/dev/null", "unlimited"), "", "a device is written to as it is");
    let text = trace("nowhere/t.csv", "unlimited");
    assert!(text.contains("error: cannot write nowhere/t.csv: No such file"), "{text}");
    let text = trace("..", "unlimited");
    assert!(text.contains("error: cannot write "), "{text}");
}

fn step(folder: &Folder, arguments: &[&str], answers: &str) -> String {
    step_by(folder, arguments, answers.as_bytes()).1
}

/// The exit code, and what is said.
fn step_by(folder: &Folder, arguments: &[&str], answers: &[u8]) -> (Option<i32>, String) {
    let mut command = command(&[&["step"], arguments].concat(), folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(answers).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), said(&output))
}

/// How many events there were, by the number of the last one.
fn last_event(text: &str) -> String {
    let last = text.lines().rfind(|line| line.starts_with('#') || line.contains("> #"));
    let last = last.unwrap().rsplit("> ").next().unwrap().trim_start_matches('#');
    format!("{} events", last.split(' ').next().unwrap())
}

#[test]
fn a_run_gone_through_event_by_event_is_the_run() {
    let folder = busy("step");
    let ran = said(&wavetank(&["run", "x.toml", "--seed", "5"], &folder));
    let fingerprint = ran.lines().find_map(|line| line.strip_prefix("fingerprint  ")).unwrap();
    let (fingerprint, events) = fingerprint.split_once(", ").unwrap();
    let text = step(&folder, &["x.toml", "--seed", "5"], "\n17\n1min\n1h\n");
    assert!(text.contains(&format!("ends at 2min; fingerprint {fingerprint}\n")), "{text}");
    assert_eq!(last_event(&text), events, "{text}");
}

#[test]
fn each_step_says_what_happens_and_what_changes_by_it() {
    let folder = Folder::new("step-says");
    let text = step(&folder, &["course-outage"], "\n\n49s\n\nnonsense\n2\ns\nq\n");
    let said = |what: &str| assert!(text.contains(what), "{what} in {text}");
    said("0s> #1 0s: a task comes to agent\n    agent: in hand or waiting 0 -> 1\n");
    said("0s> #2 0s: the fault mcp-hang comes on\n    mcp: fault none -> hang\n");
    said("\n    agent -> mcp: breaker: state closed -> open, opens 1\n");
    said("50s> `nonsense` is none of these; Enter: the next event");
    said("#12 50s: a task comes to agent\n#13 51s: a task comes to agent\n");
    said("agent -> mcp: breaker: state open, opens 1, refused 2\n");
    assert!(!text.contains("the run ends"), "{text}");
    // Without an answer there is nothing to do.
    assert!(step(&folder, &["course-outage"], "").ends_with("0s> "));
    let refused = step(&folder, &["-"], "");
    assert!(refused.contains("the standard input is for the answers here"), "{refused}");
}

#[test]
fn a_step_back_and_a_line_that_is_no_text_are_answered() {
    let folder = Folder::new("step-odd");
    let (code, text) = step_by(&folder, &["course-outage"], b"30s\n10s\n\xff\xfe\n30s\nq\n");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("30s> 10s is over, and a run does not go back; Enter: "), "{text}");
    assert!(text.contains("` is none of these; Enter: "), "{text}");
    assert!(text.ends_with("30s> 30s> "), "the same time is no step back: {text}");
}

/// Down for good from 40 s on, which a condition sees.
fn aborted(then: &str, more: &str) -> String {
    let file =
        BUSY.replace("do = \"hang\"", "do = \"down\"").replace("for = \"10s\"", "for = \"1h\"");
    file + "[[aborts]]\nwhen = \"agents.b.success < 50% over 5s\"\nthen = \"" + then + "\"\n" + more
}

#[test]
fn abort_conditions_hold_in_a_run_gone_through_as_in_any() {
    let folder = Folder::new("step-aborts");
    let text = "[[aborts]]\nwhen = \"agents.a.success < 1% over 30s\"\n";
    for (then, expected, code) in [("stop", "STOPPED ", 1), ("remove-faults", "FAULTS OFF ", 0)] {
        fs::write(folder.0.join("x.toml"), aborted(then, text)).unwrap();
        let ran = said(&wavetank(&["run", "x.toml", "--seed", "5"], &folder));
        let of_run = |name: &str| {
            let line = ran.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("{name} in {ran}")).trim().to_owned()
        };
        let (fingerprint, events) = of_run("fingerprint").split_once(", ").map_or_else(
            || panic!("{ran}"),
            |(print, events)| (print.to_owned(), events.to_owned()),
        );
        for answers in ["1h\n", "7\n30s\n41s\n100000\n"] {
            let (ended, text) = step_by(&folder, &["x.toml", "--seed", "5"], answers.as_bytes());
            assert_eq!(ended, Some(code), "{text}");
            let line = text.lines().rev().find(|line| line.contains(expected));
            let line = line.unwrap_or_else(|| panic!("{text}"));
            assert!(line.contains("abort condition `agents.b.success < 50% over 5s`"), "{line}");
            let when = of_run(expected.trim()).split(" of ").next().unwrap().to_owned();
            let when = when.split(" on: ").next().unwrap().to_owned();
            assert!(line.contains(&when), "{when}: {line}");
            let print = format!("fingerprint {fingerprint}\n");
            assert!(text.contains(&print), "{print}: {text}");
            assert_eq!(last_event(&text), events, "{text}");
        }
    }
}

/// The agent crashes in the middle of a call: that it began, and was given up, is seen.
#[test]
fn a_call_that_a_crash_cuts_short_begins_and_is_given_up() {
    let folder = Folder::new("trace-crash");
    let text = "title = \"x\"\nhorizon = \"1min\"\n\
                [agents.a]\narrivals = { trace = [\"10s\"] }\nsteps = [{ call = \"s\" }]\n\
                supervise = { restarts = 3, within = \"1h\" }\n\
                [services.s]\nlatency = \"10s\"\n\
                [policies]\np = [{ retry = { network = \"2 x 1s\" } }, { timeout = \"30s\" }]\n\
                [edges]\n\"a -> s\" = \"p\"\n\
                [[faults]]\nhit = \"a\"\ndo = \"crash\"\nat = \"15s\"\n";
    for text in [text.to_owned(), text.replace("\"a -> s\" = \"p\"\n", "")] {
        fs::write(folder.0.join("x.toml"), text).unwrap();
        let output = wavetank(&["trace", "x.toml", "--format", "csv"], &folder);
        let rows = rows(&String::from_utf8(output.stdout).unwrap());
        let calls = rows.iter().filter(|row| row[2].starts_with("call "));
        let calls: Vec<(&str, &str, &str)> = calls.map(|row| (&row[0], &row[2], &row[3])).collect();
        let cut = [("10", "call begins", ""), ("15", "call ends", "given up")];
        assert_eq!(calls[..2], cut, "{rows:?}");
        assert_eq!(calls.len(), 4, "{rows:?}");
    }
}
