//! The experiments, and what came of them.

use sim::model::system::Fault;

use super::super::chaos::{actual, confirmed, expected};
use super::super::document::{Block, Document, code, plain};
use super::super::facts::Facts;
use super::super::runbook::id;
use super::super::words::{self, listed};
use super::form::{EMPTY, REAL, titled};

pub(super) fn suite(facts: &Facts<'_>) -> Document {
    let mut out = titled("Chaos experiment suite", facts);
    let quiet = facts.quiet();
    for one in facts.ranked_faults() {
        let Some(fault) = facts.fault(&one.name) else {
            continue;
        };
        out.heading(2, plain(&format!("{} {}", id(facts, fault), code(&one.name))));
        let steady = facts.asked().into_iter().map(|place| {
            let name = facts.name(place);
            format!("{name} {}", facts.figures.level(quiet, place))
        });
        let hits: Vec<String> = words::hit(facts.system, fault).iter().map(code).collect();
        let runs = facts.figures.result().replications as usize;
        let mut rows = vec![
            ("Hypothesis", expected(facts, &one)),
            ("Steady state", format!("without a fault: {}", steady.collect::<Vec<_>>().join("; "))),
            ("Injection", words::fault(facts.system, fault)),
            ("Scope", listed(&hits)),
            ("Observation", format!("{}: {}", words::counted(runs, "run"), actual(facts, &one))),
            ("Rollback", rollback(facts, fault)),
            (
                "Success criteria",
                format!("the hypothesis holds in 95 % of runs: {}", confirmed(facts, &one)),
            ),
        ];
        let aborts = facts.system.aborts.len();
        rows.push((
            "Kill switch",
            match aborts {
                0 => format!(
                    "{} has no section {}: nothing ends this early",
                    code(facts.source),
                    code("aborts")
                ),
                number => words::counted(number, "abort condition"),
            },
        ));
        rows.push(("Run it", code(facts.figures.result().run_again(one.only, 0))));
        let rows = rows.into_iter().map(|(name, text)| vec![name.to_owned(), text]).collect();
        let caption = format!("The experiment {}.", code(&one.name));
        out.table(caption, &["Element", "What it is"], rows);
    }
    if facts.faults().is_empty() {
        out.say(format!("{} has no fault: there is no experiment.", code(facts.source)));
    }
    out
}

/// How it ends.
fn rollback(facts: &Facts<'_>, fault: &Fault) -> String {
    if words::is_throughout(facts.system, fault) {
        return "the fault lasts the whole run, and ends with it".to_owned();
    }
    format!("the fault ends by itself: {}", words::when(facts.system, fault))
}

pub(super) fn results(facts: &Facts<'_>) -> Document {
    let mut out = titled("Chaos test results", facts);
    out.blocks.push(Block::Banner(format!(
        "Simulated prediction for {}. The exercise asks for what was executed: the column \
         {REAL} is \
         for that.",
        code(facts.source)
    )));
    out.heading(2, "Expected against actual");
    let ranked = facts.ranked_faults();
    let rows = ranked.iter().filter_map(|one| {
        let fault = facts.fault(&one.name)?;
        Some(vec![
            format!("{} {}", id(facts, fault), code(&one.name)),
            expected(facts, one),
            actual(facts, one),
            confirmed(facts, one).to_owned(),
            EMPTY.to_owned(),
        ])
    });
    let caption = format!("Each experiment on {}.", code(facts.source));
    let columns = ["Experiment", "Expected", "Actual (simulated)", "Confirmed", REAL];
    out.table(caption, &columns, rows.collect());
    out.heading(2, "Logs");
    for log in &facts.logs {
        out.say(format!("{}, the {} run: {}", code(&log.of), log.which, code(&log.command)));
        out.blocks.push(Block::Log(log.lines.clone()));
    }
    out.heading(2, "Issues");
    let rows = ranked.iter().filter(|one| one.is_clear && 0.0 < one.loss).map(|one| {
        let severity = match confirmed(facts, one) {
            "no" => "critical",
            "partial" => "high",
            _ => "low: within what must hold",
        };
        vec![
            code(&one.name),
            severity.to_owned(),
            format!("without it {}", facts.effects(one.spared)),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if rows.is_empty() {
        out.say(format!("No fault of {} costs anything that can be shown.", code(facts.source)));
    }
    let caption = format!("What costs something in {}.", code(facts.source));
    out.table(caption, &["Issue", "Severity", "Evidence"], rows);
    out
}
