//! Runs that would not end are stopped, and the program says so.

use std::fs;

use crate::tank::{Folder, endless, files, said, scenario, wavetank};

/// The lines of a table, without its head.
fn rows(folder: &Folder, name: &str) -> usize {
    fs::read_to_string(folder.0.join("o").join(name)).unwrap().lines().count() - 1
}

#[test]
fn a_run_of_too_many_events_is_stopped_and_exit_code_1() {
    let folder = Folder::new("events");
    endless(&folder, "long.toml");
    let run = ["run", "long.toml", "--out", "o", "--max-events", "1000"];
    let output = wavetank(&run, &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    let first = text.lines().nth(1).unwrap();
    assert!(first.starts_with("STOPPED      at ") && first.contains("1000 events"), "{text}");
    assert!(text.contains(" --max-events 1000\n"), "it can be made again: {text}");
    assert!(rows(&folder, "measures.csv") > 20);
}

#[test]
fn a_sweep_of_stopped_runs_says_how_many_and_why() {
    let folder = Folder::new("events-sweep");
    let axis =
        "[sweep]\nreplications = 3\n\"agents.a.arrivals\" = [\"every(1s)\", \"every(1ms)\"]\n";
    scenario(&folder, "it.toml", axis);
    let output = wavetank(&["sweep", "it.toml", "--out", "o", "--max-events", "1000"], &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("\nSTOPPED: 3 of 6 runs were stopped: it has had 1000 events"), "{text}");
    assert_eq!(rows(&folder, "runs.csv"), 6);
    let runs = fs::read_to_string(folder.0.join("o/runs.csv")).unwrap();
    assert_eq!(runs.matches(",too-many-events,").count(), 3, "{runs}");
}

/// Without a limit it would go on for ever.
#[test]
fn time_that_stands_still_is_exit_code_1() {
    let folder = Folder::new("instant");
    let text = "title = \"f\"\nhorizon = \"1s\"\n[agents.a]\narrivals = \"renewal(0s)\"\n\
                steps = [{ work = \"0s\" }]\n";
    fs::write(folder.0.join("still.toml"), text).unwrap();
    for command in ["run", "sweep"] {
        let output = wavetank(&[command, "still.toml", "--out", command], &folder);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains("in one instant"), "{}", said(&output));
    }
}

#[test]
fn time_that_is_up_ends_a_run_with_what_there_is() {
    let folder = Folder::new("time");
    endless(&folder, "long.toml");
    let run = ["run", "long.toml", "--out", "o", "--max-time", "200ms"];
    let output = wavetank(&run, &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.lines().nth(1).unwrap().contains("the time of 200ms is up (--max-time)"),
        "{text}"
    );
    let names: Vec<String> = files(&folder.0.join("o")).into_iter().map(|(name, _)| name).collect();
    let expected = [".wavetank", "causes.csv", "index.html", "measures.csv", "series.csv"];
    assert_eq!(names, expected, "there is no time for more");
}

#[test]
fn time_that_is_up_ends_a_sweep_with_the_runs_that_were_made() {
    let folder = Folder::new("time-sweep");
    scenario(&folder, "it.toml", "");
    let text = fs::read_to_string(folder.0.join("it.toml")).unwrap();
    let more = "[sweep]\nreplications = 2\n\"horizon\" = [\"10s\", \"100000d\"]\n";
    fs::write(folder.0.join("it.toml"), text + more).unwrap();
    let sweep = ["sweep", "it.toml", "--out", "o", "--max-time", "1s", "--threads", "1"];
    let output = wavetank(&sweep, &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    let stopped = "\nSTOPPED: 2 of 4 runs were made, and nothing was drawn: the time of 1s is up";
    assert!(text.contains(stopped), "{text}");
    assert!(text.contains("\n  the same command goes on after them: wavetank sweep it"), "{text}");
    assert!(text.contains("\n  not run: 1 of 2 cells\n"), "{text}");
    for not_known in ["UNDEFINED", "undefined", "nothing happened", "NaN"] {
        assert!(!text.contains(not_known), "{text}");
    }
    assert_eq!(rows(&folder, "runs.csv"), 2, "a run that was stopped by the clock is no result");
    let summary = fs::read_to_string(folder.0.join("o/summary.csv")).unwrap();
    assert!(
        summary.lines().any(|line| line.starts_with("1,") && line.contains(",0,,,")),
        "{summary}"
    );
    let page = fs::read_to_string(folder.0.join("o/index.html")).unwrap();
    assert!(page.contains("2 of 4 runs were made"), "the page says it too");
    let text = said(&wavetank(&sweep, &folder));
    assert!(text.contains("goes on after 2 of 4 runs that were made before"), "{text}");
}

#[test]
fn time_that_is_up_before_the_first_run_says_that_nothing_is_known() {
    let folder = Folder::new("time-none");
    let more = "[[hypotheses]]\nthat = \"agents.a.success >= 50%\"\n\
                [sweep]\nreplications = 2\n\"horizon\" = [\"10000d\", \"10001d\"]\n";
    scenario(&folder, "it.toml", more);
    let text = fs::read_to_string(folder.0.join("it.toml")).unwrap();
    fs::write(folder.0.join("it.toml"), text.replace("= \"10s\"", "= \"10000d\"")).unwrap();
    let sweep = ["sweep", "it.toml", "--out", "o", "--max-time", "300ms", "--threads", "1"];
    let output = wavetank(&sweep, &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("\nSTOPPED: 0 of 4 runs were made, and nothing was drawn"), "{text}");
    let open = "\nnot decided: no run of the file's own cell was made: agents.a.success >= 50%\n";
    assert!(text.contains("\n  not run: 2 of 2 cells\n") && text.contains(open), "{text}");
    assert!(text.contains("\ntables are in o") && !text.contains("pictures are in"), "{text}");
    assert!(!text.contains("nothing happened") && !text.contains("goes on"), "{text}");
    assert!(!text.contains("of cell 1:"), "there are no causes: {text}");
}

/// All runs are made in no time, and for pictures there is not enough of it.
#[test]
fn time_that_is_up_while_pictures_are_drawn_leaves_the_runs_for_the_next_start() {
    let folder = Folder::new("time-pictures");
    let values: Vec<String> = (1..=60).map(|value| format!("\"{value}s\"")).collect();
    let axes =
        "[sweep]\nreplications = 2\n\"agents.a.patience\" = VALUES\n\"agents.a.count\" = [1, 2]\n";
    scenario(&folder, "it.toml", &axes.replace("VALUES", &format!("[{}]", values.join(", "))));
    let sweep = ["sweep", "it.toml", "--out", "o"];
    let whole = wavetank(&sweep, &folder);
    assert_eq!(whole.status.code(), Some(0), "{}", said(&whole));
    let whole = files(&folder.0.join("o"));
    fs::remove_dir_all(folder.0.join("o")).unwrap();
    let mut length = 30;
    let text = loop {
        let limit = format!("{length}ms");
        let text = said(&wavetank(&[&sweep[..], &["--max-time", &limit]].concat(), &folder));
        if text.contains("STOPPED: all 240 runs were made, and ") {
            break text;
        }
        assert!(text.contains("STOPPED"), "there was time for all: {text}");
        length += 30;
    };
    assert!(text.contains(" drawn") && text.contains("runs nothing again: wavetank "), "{text}");
    let drawn: Vec<&str> = text
        .split_once("only some pictures were drawn (")
        .map_or(Vec::new(), |(_, names)| names.split_once(')').unwrap().0.split(", ").collect());
    let names: Vec<String> = files(&folder.0.join("o")).into_iter().map(|(name, _)| name).collect();
    let there: Vec<&str> = names.iter().filter_map(|name| name.strip_suffix(".svg")).collect();
    assert_eq!(there.len(), drawn.len(), "{text}: {there:?}");
    let text = said(&wavetank(&sweep, &folder));
    assert!(text.contains("goes on after 240 of 240 runs that were made before"), "{text}");
    assert!(files(&folder.0.join("o")) == whole, "it is as if nothing had happened");
}

#[test]
fn limits_that_make_no_sense_are_refused() {
    let folder = Folder::new("no-limits");
    scenario(&folder, "it.toml", "");
    for limit in [["--max-time", "soon"], ["--max-events", "0"], ["--max-events", "-1"]] {
        let output = wavetank(&[&["run", "it.toml"], &limit[..]].concat(), &folder);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    }
    for threads in ["0", "1025", "1000000000000"] {
        let output = wavetank(&["sweep", "it.toml", "--threads", threads], &folder);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    }
    assert!(!folder.0.join("out").exists());
}

#[test]
fn check_takes_what_run_would_set() {
    let folder = Folder::new("check-set");
    scenario(&folder, "it.toml", "");
    let right = wavetank(&["check", "it.toml", "--set", "agents.a.count=3"], &folder);
    assert_eq!(right.status.code(), Some(0), "{}", said(&right));
    let wrong = wavetank(&["check", "it.toml", "--set", "agents.a.count=0"], &folder);
    assert_eq!(wrong.status.code(), Some(2), "{}", said(&wrong));
    assert!(said(&wrong).contains("`count` must be from 1"), "{}", said(&wrong));
    let path = wavetank(&["check", "it.toml", "it.toml", "--set", "agents.b.count=1"], &folder);
    assert_eq!(path.status.code(), Some(2), "{}", said(&path));
}

/// What the command line says counts as much as what the file says.
#[test]
fn replications_of_the_command_line_are_checked() {
    let folder = Folder::new("replications");
    let values: Vec<String> = (1..=1000).map(|value| value.to_string()).collect();
    let axis = format!("[sweep]\nreplications = 1\n\"agents.a.count\" = [{}]\n", values.join(", "));
    scenario(&folder, "it.toml", &axis);
    let output = wavetank(&["sweep", "it.toml", "--replications", "1000000"], &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("error[too-large]") && text.contains("it.toml:9:16"), "{text}");
}

/// A mean of one has no interval.
#[test]
fn one_run_has_no_interval() {
    let folder = Folder::new("interval");
    scenario(
        &folder,
        "it.toml",
        "[sweep]\nreplications = 1\n\"agents.a.count\" = [1, 2]\n\
         [variants.more]\n\"agents.a.slots\" = 7\n",
    );
    let output = wavetank(&["sweep", "it.toml", "--out", "o"], &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("  all alike           1.0000  as written, a.count = 1\n"), "{text}");
    for (name, bytes) in files(&folder.0.join("o")) {
        if let Ok(text) = String::from_utf8(bytes) {
            assert!(!text.contains("NaN") && !text.contains("their 95 % intervals"), "{name}");
        }
    }
}

#[test]
fn the_best_and_the_worst_are_two_cells() {
    let folder = Folder::new("only-one");
    let sweep = |more: &str, limits: &[&str]| {
        scenario(&folder, "it.toml", more);
        let arguments = [&["sweep", "it.toml", "--replications", "2", "--out", "o"], limits];
        let text = said(&wavetank(&arguments.concat(), &folder));
        let lines = text.lines().skip_while(|line| !line.starts_with("agents.a.success"));
        let names = lines.skip(1).map_while(|line| line.strip_prefix("  ")?.get(..15));
        let names: Vec<String> = names.map(|name| name.trim().to_owned()).collect();
        assert!(!names.is_empty(), "{text}");
        names
    };
    let errors = "errors = { network = 0.5 }\n[sweep]\n\"services.x.errors.network\" = ";
    // Nobody chooses how often a service fails.
    let names = sweep(&format!("{errors}[0.5, 0.1]\n"), &[]);
    assert_eq!(names, ["best case", "the file's own", "worst case"]);
    let policy = "errors = { network = 0.5 }\n[policies]\np = [{ retry = { network = \"1 x 10ms\" } }]\n\
                  [edges]\n\"a -> x\" = \"p\"\n[sweep]\n\
                  \"policies.p.retry.network\" = [\"1 x 10ms\", \"5 x 10ms\"]\n";
    let names = sweep(policy, &[]);
    assert_eq!(names[..3], ["best", "the file's own", "worst"]);
    // That no cell is the file's own is said as well.
    assert_eq!(sweep("[sweep]\n\"agents.a.count\" = [1, 2]\n", &[])[0], "all alike");
    assert_eq!(sweep("", &[]), ["the only one"]);
}

/// A service that needs a second for what comes each half second.
#[test]
fn what_piles_up_is_said() {
    let folder = Folder::new("unstable");
    let text = "title = \"f\"\nhorizon = \"1h\"\n[agents.a]\narrivals = \"every(500ms)\"\n\
                slots = \"unlimited\"\nsteps = [{ call = \"x\" }]\n[services.x]\n\
                latency = \"1s\"\nslots = 1\n[sweep]\nreplications = 2\n\
                \"services.x.slots\" = [1, 2, 10]\n";
    fs::write(folder.0.join("it.toml"), text).unwrap();
    let output = wavetank(&["run", "it.toml"], &folder);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    let piles_up = "a: 50.01 % of 7200 tasks are still open, 1.00 more each second";
    assert!(text.contains(&format!("\nUNSTABLE     {piles_up}\n")), "{text}");
    assert!(text.contains("\nUNSTABLE     x: 50.01 % of 7200 requests are still"), "{text}");

    let text = said(&wavetank(&["sweep", "it.toml"], &folder));
    let expected = format!(
        "\nUNSTABLE: 2 of 6 runs, in 1 of 3 cells\n  as written, x.slots = 1: {piles_up}\n"
    );
    assert!(text.contains(&expected), "{text}");

    let text = said(&wavetank(&["run", "it.toml", "--set", "services.x.slots=2"], &folder));
    assert!(!text.contains("UNSTABLE"), "{text}");
}

/// Runs a command with as much memory as a small machine has.
#[cfg(unix)]
fn with_three_gigabytes(folder: &Folder, arguments: &str) -> std::process::Output {
    let program = env!("CARGO_BIN_EXE_wavetank");
    let limited = format!("ulimit -v 3000000; exec {program} {arguments}");
    let mut command = std::process::Command::new("bash");
    command.args(["-c", &limited]).current_dir(&folder.0).output().expect("bash is there")
}

/// As large as `check` allows: one more of anything is refused.
#[cfg(unix)]
#[test]
fn what_check_passes_fits_into_memory() {
    let folder = Folder::new("fits");
    let values = |count: usize| (1..=count).map(|v| v.to_string()).collect::<Vec<_>>().join(", ");
    let axes = format!(
        "[sweep]\nreplications = REPLICATIONS\n\"services.x.slots\" = [{}]\n\
         \"services.x.queue\" = [{}]\n",
        values(100),
        values(10)
    );
    let most = |file: &dyn Fn(usize) -> String| {
        let is_fine = |size: usize| {
            scenario(&folder, "it.toml", &file(size));
            let output = wavetank(&["check", "it.toml"], &folder);
            assert!(output.status.success() || said(&output).contains("error[too-large]"));
            output.status.success()
        };
        let (mut passed, mut refused) = (0, 4096);
        while refused - passed > 1 {
            let size = usize::midpoint(passed, refused);
            if is_fine(size) { passed = size } else { refused = size }
        }
        assert!(passed > 0 && is_fine(passed));
    };
    most(&|size| axes.replace("REPLICATIONS", &size.to_string()));
    let output = with_three_gigabytes(&folder, "sweep it.toml --out o --max-time 100ms");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(rows(&folder, "summary.csv") % 1_000, 0);

    for layers in [
        "{ timeout = \"5s\" }",
        "{ breaker = { failures = 5, window = 1000, open = \"5s\" } }, { retry = { network = \"2 x 1s\" } }",
        "{ rate-limiter = { kind = \"sliding-log(100000, 1min)\" } }",
        "{ hedge = { delay = \"p90\" } }, { load-shedder = {} }",
    ] {
        most(&|size| {
            format!(
                "[agents.many]\ncount = {}\narrivals = \"every(1s)\"\nsteps = [{{ call = \"x\" }}]\n\
                 [policies]\np = [{layers}]\n[edges]\n\"many -> x\" = \"p\"\n",
                (size * 25).min(100_000)
            )
        });
        let output = with_three_gigabytes(
            &folder,
            "sweep it.toml --replications 2 --out o --max-events 300000",
        );
        let text = said(&output);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{layers}: {text}");
    }
}

#[test]
fn pictures_for_which_there_is_no_time_fail_a_command_and_are_named() {
    let folder = Folder::new("no-time");
    scenario(&folder, "it.toml", "");
    for arguments in ["run it.toml --out o --max-time 0s", "sweep it.toml --out s --max-time 0s"] {
        let arguments: Vec<&str> = arguments.split(' ').collect();
        let output = wavetank(&arguments, &folder);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains("STOPPED"), "{}", said(&output));
    }
}
