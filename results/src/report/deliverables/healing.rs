//! Self-healing: what retries, what stands in, what recovers, and how much of it heals.

use super::super::document::{Document, code};
use super::super::facts::Facts;
use super::super::words;
use super::form::{EMPTY, REAL, titled};

/// Kinds of layers and keys that heal, by the headings of the exercise.
const KINDS: [(&str, &[&str]); 3] = [
    ("Retry policies", &["retry", "hedge", "retry-budget"]),
    ("Fallbacks", &["fallback", "cache"]),
    ("Recovery", &["supervise", "health", "checkpoint", "recovery"]),
];

pub(super) fn healing(facts: &Facts<'_>) -> Document {
    let mut out = titled("Self-healing implementation", facts);
    for (heading, kinds) in KINDS {
        out.heading(2, heading);
        let own = facts.settings.iter().filter(|(_, kind, _)| kinds.contains(&words::kind(kind)));
        let rows = own.map(|(policy, kind, settings)| {
            let worth = facts.without(policy, kind).map(|variant| facts.effects(variant));
            vec![code(kind), code(policy), code(settings), worth.unwrap_or_default()]
        });
        let rows: Vec<Vec<String>> = rows.collect();
        if rows.is_empty() {
            out.say(format!(
                "{} has nothing of this kind ({}).",
                code(facts.source),
                kinds.join(", ")
            ));
        }
        let caption = format!("{heading} of {}.", code(facts.source));
        out.table(caption, &["What", "Of", "Settings", "Left out, it changes"], rows);
    }
    dashboard(facts, &mut out);
    out
}

/// What the exercise wants to see on a dashboard.
fn dashboard(facts: &Facts<'_>, out: &mut Document) {
    out.heading(2, "Healing dashboard");
    let result = facts.figures.result();
    let is_of_healing = |path: &str| {
        let ends =
            [".healed", ".retry.retries", ".retry.rescued", ".retry.exhausted", ".fallback.sent"];
        let of_layers = ends.iter().any(|end| path.ends_with(end));
        of_layers || path.starts_with("recoveries.") || path.ends_with(".process-mttr")
    };
    let places = result
        .measures
        .iter()
        .enumerate()
        .filter(|(_, measure)| measure.is_plain() && is_of_healing(measure.path()));
    let rows = places.filter(|(place, _)| !facts.figures.estimate(0, *place).mean.is_nan());
    let rows = rows.map(|(place, measure)| {
        vec![
            code(measure.path()),
            facts.figures.level(0, place),
            measure.definition().to_owned(),
            EMPTY.to_owned(),
        ]
    });
    let tasks = facts.system.agents.iter().filter_map(|agents| {
        let place = facts.figures.of_group(&agents.name, "tasks")?;
        Some(facts.figures.estimate(0, place).mean * f64::from(result.replications))
    });
    let caption = format!(
        "Healing of {} over {:.0} simulated tasks.",
        code(facts.source),
        tasks.sum::<f64>()
    );
    out.table(caption, &["Number", "Simulated", "What it is", REAL], rows.collect());
}
