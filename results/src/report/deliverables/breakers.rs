//! Circuit breakers: how each is set, what it logs, and the six checks.

use sim::trial::TrialOf;

use super::super::document::{Block, Document, code};
use super::super::evidence::{CHECKS, Check};
use super::super::facts::Facts;
use super::super::words;
use super::form::{EMPTY, REAL, titled};

pub(super) fn breakers(facts: &Facts<'_>) -> Document {
    let mut out = titled("Circuit breaker implementation", facts);
    let rows = facts.settings.iter().filter(|(_, kind, _)| words::kind(kind) == "breaker");
    let rows = rows.map(|(policy, _, settings)| {
        let edges = facts.system.edges.iter().filter(|edge| {
            edge.policy.is_some_and(|place| facts.system.policies[place].name == *policy)
        });
        let edges: Vec<String> = edges.map(|edge| code(facts.system.edge_name(edge))).collect();
        vec![code(policy), words::listed(&edges), code(settings)]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    out.heading(2, "Configuration");
    if rows.is_empty() {
        out.say(format!(
            "No call of {} passes a breaker. What one would change stands in the report under \
             recommendations.",
            code(facts.source)
        ));
        return out;
    }
    let caption = format!("Breakers of {}.", code(facts.source));
    out.table(caption, &["Policy", "Guards", "Settings"], rows);
    out.heading(2, "Verification");
    for check in &facts.checks {
        let (from, until) = check.down;
        out.heading(3, format!("{} against {}", check.policy, check.service));
        let seen = CHECKS.iter().zip(&check.seen).enumerate();
        let refused = refused(facts, check);
        let row = |(place, (what, line)): (usize, (&&str, &Option<String>))| {
            // Behind a fallback no call ends as refused.
            let line = line.as_ref().or(refused.as_ref().filter(|_| place == 1));
            let (result, evidence) = match line {
                Some(line) => ("yes", line.clone()),
                None => (
                    "not seen",
                    format!(
                        "every request to {} fails from {from} to {until}",
                        code(&check.service)
                    ),
                ),
            };
            vec![(*what).to_owned(), result.to_owned(), evidence, EMPTY.to_owned()]
        };
        let mut rows: Vec<Vec<String>> = seen.map(row).collect();
        let logged = if check.changes > 0 { "yes" } else { "not seen" };
        rows.push(vec![
            "logs every change of state".to_owned(),
            logged.to_owned(),
            words::counted(check.changes, "change"),
            EMPTY.to_owned(),
        ]);
        let caption = format!(
            "The six checks of {}: every request to {} fails from {from} to {until}, and \
             nothing else is wrong.",
            code(&check.policy),
            code(&check.service)
        );
        out.table(caption, &["Check", "Simulated", "Evidence", REAL], rows);
        out.say(format!("The whole log: {}", code(&check.command)));
    }
    out.heading(2, "State log");
    for log in &facts.logs {
        let lines: Vec<String> =
            log.lines.iter().filter(|line| line.contains("breaker")).cloned().collect();
        if !lines.is_empty() {
            out.say(format!("Under {}, the {} run:", code(&log.of), log.which));
            out.blocks.push(Block::Log(lines));
        }
    }
    out
}

/// How many calls a breaker refused while it was checked, in words, if it did.
fn refused(facts: &Facts<'_>, check: &Check) -> Option<String> {
    let variant = facts.variant(|of| {
        matches!(of, TrialOf::Check { policy, service, .. }
            if *policy == check.policy && *service == check.service)
    })?;
    let edges = facts.system.edges.iter().filter(|edge| {
        let policy = edge.policy.map(|place| &facts.system.policies[place].name);
        policy == Some(&check.policy) && facts.system.services[edge.to].name == check.service
    });
    let told = edges.filter_map(|edge| {
        let name = facts.system.edge_name(edge);
        let place = facts.figures.place(&format!("edges.\"{name}\".breaker.refused"))?;
        let some = 0.0 < facts.figures.estimate(variant, place).mean;
        some.then(|| {
            format!("{} calls refused on {}", facts.figures.level(variant, place), code(&name))
        })
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| words::listed(&told))
}
