//! The tables and the line of a run, in which something is late and something never ends.

use std::fs;

use crate::tank::{Folder, said, wavetank};

/// A task every 2 s, which takes 1 s and may take 1.5 s: the second one is slow, and from the third
/// one on all are stuck.
const STUCK: &str = r#"
title = "x"
horizon = "10s"
[agents.a]
arrivals = "every(2s)"
slots = "unlimited"
patience = "1500ms"
steps = [{ call = "s" }]
[services.s]
latency = "1s"
[[faults]]
hit = "s"
do = "slow"
factor = 2.0
at = "3s"
for = "2s"
[[faults]]
hit = "s"
do = "hang"
at = "6500ms"
for = "1h"
"#;

#[test]
fn what_is_late_is_called_late_and_what_never_ends_is_open() {
    let folder = Folder::new("stuck");
    fs::write(folder.0.join("stuck.toml"), STUCK).unwrap();
    let output = wavetank(&["run", "stuck.toml", "--out", "out"], &folder);
    let text = said(&output);
    let line = "5 tasks: 1 good, 0 degraded, 1 late, 0 failed, 3 open (2 overdue); p50";
    assert!(text.contains(line), "{text}");
    let table = |name: &str| fs::read_to_string(folder.0.join("out").join(name)).unwrap();
    assert_eq!(
        table("tasks.csv"),
        "agent,from_s,to_s,outcome,late\na,2,3,good,no\na,4,6,good,yes\na,6,,open,yes\n\
         a,8,,open,yes\na,10,,open,no\n"
    );
    // Calls have no deadline of their own: the one that is older than any that ended is overdue.
    assert_eq!(
        table("calls.csv"),
        "caller,callee,from_s,to_s,outcome,overdue\na,s,2,3,good,no\na,s,4,6,good,no\n\
         a,s,6,,open,yes\na,s,8,,open,no\na,s,10,,open,no\n"
    );
}

/// In a run in which nothing is late or open, nothing is said of it.
#[test]
fn a_run_in_which_all_is_well_says_so_in_few_words() {
    let folder = Folder::new("well");
    let end = STUCK.find("[[faults]]").unwrap();
    let text = STUCK[..end].replace("every(2s)", "every(3s)");
    fs::write(folder.0.join("well.toml"), text).unwrap();
    let text = said(&wavetank(&["run", "well.toml"], &folder));
    assert!(text.contains("3 tasks: 3 good, 0 degraded, 0 failed, 0 open; p50"), "{text}");
}

/// A task every second, whose call makes another one for it.
const CHAIN: &str = r#"
title = "x"
horizon = "3500ms"
[agents.a]
arrivals = "every(1s)"
steps = [{ call = "s" }]
[services.s]
latency = "100ms"
count = 2
steps = [{ call = "t" }]
[services.t]
latency = "200ms"
[[faults]]
hit = "t"
do = "hang"
at = "3s"
for = "1h"
"#;

#[test]
fn calls_of_services_are_listed_with_the_replica_that_made_them() {
    let folder = Folder::new("chain");
    fs::write(folder.0.join("chain.toml"), CHAIN).unwrap();
    said(&wavetank(&["run", "chain.toml", "--out", "out"], &folder));
    let table = fs::read_to_string(folder.0.join("out/calls.csv")).unwrap();
    assert_eq!(
        table,
        "caller,callee,from_s,to_s,outcome,overdue\na,s,1,1.3,good,no\na,s,2,2.3,good,no\n\
         a,s,3,,open,yes\ns#1,t,1.1,1.3,good,no\ns#2,t,2.1,2.3,good,no\ns#1,t,3.1,,open,yes\n"
    );
}

/// Each task has its own patience: the column goes by that one.
#[test]
fn a_task_is_late_by_the_patience_that_it_has_drawn() {
    let folder = Folder::new("drawn");
    let end = STUCK.find("[[faults]]").unwrap();
    let text = STUCK[..end].replace("\"1500ms\"", "\"uniform(500ms, 1500ms)\"");
    let text = text.replace("\"10s\"", "\"200s\"");
    fs::write(folder.0.join("drawn.toml"), text).unwrap();
    let text = said(&wavetank(&["run", "drawn.toml", "--out", "out"], &folder));
    let table = fs::read_to_string(folder.0.join("out/tasks.csv")).unwrap();
    let late = table.matches(",good,yes\n").count();
    let in_time = table.matches(",good,no\n").count();
    assert!(20 < late && 20 < in_time, "{late} and {in_time}");
    let says = format!("tasks: {in_time} good, 0 degraded, {late} late, 0 failed, ");
    assert!(text.contains(&says), "{says} in {text}");
}

#[test]
fn tasks_of_the_warm_up_that_are_open_are_told_from_those_that_are_counted() {
    let folder = Folder::new("carried");
    let text = STUCK.replace("horizon = ", "warmup = \"9s\"\nhorizon = ");
    fs::write(folder.0.join("carried.toml"), text).unwrap();
    let text = said(&wavetank(&["run", "carried.toml", "--out", "out"], &folder));
    let line =
        "1 tasks: 0 good, 0 degraded, 0 failed, 3 open (2 overdue, 2 came in the warm-up); p50";
    assert!(text.contains(line), "{text}");
}
