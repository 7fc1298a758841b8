//! What was measured on the real system, beside what is simulated.

use super::document::{Block, Document, code, strong};
use super::facts::Facts;
use super::words::counted;
use crate::observed::{Compared, Next, by_chance};

/// Of fewer values nothing is concluded.
const LEAST: u64 = 5;

pub(super) fn add(facts: &Facts<'_>, out: &mut Document) {
    let Some(beside) = &facts.beside else { return };
    out.heading(2, "Measured on the real system");
    out.blocks.push(Block::Banner(format!(
        "{} of {}: {}. They stand beside what is simulated, and no figure outside this section is \
         made from them.",
        strong("Measured values"),
        code(facts.source),
        beside.from.iter().map(code).collect::<Vec<_>>().join(" and ")
    )));
    // How often a fault comes that was placed by hand, no rate can be held against.
    let has_rates = facts
        .faults()
        .iter()
        .any(|fault| matches!(fault.schedule, sim::fault::Schedule::Renewal { .. }));
    let is_told = |one: &&Compared| has_rates || !one.path.contains(".fault-");
    let compared: Vec<&Compared> = beside.compared.iter().filter(is_told).collect();
    let rows = compared.iter().map(|one| {
        let settled = match one.settled_at {
            _ if one.measured.n < LEAST => format!("{LEAST} at least"),
            _ if one.is_settled() => "enough".to_owned(),
            Some(n) => one.effort_shown(n),
            None => "cannot be said".to_owned(),
        };
        vec![
            code(&one.path),
            one.measured_shown(),
            one.simulated_shown(),
            if one.measured.n < LEAST { "too few to say".to_owned() } else { one.verdict_shown() },
            settled,
        ]
    });
    let caption = format!(
        "Measured against simulated, {}: of so many, {:.1} would differ by chance alone.",
        counted(compared.len(), "comparison"),
        by_chance(&beside.compared)
    );
    let columns = ["Metric", "Measured", "Simulated", "Agreement", "Would settle it"];
    out.table(caption, &columns, rows.collect());
    let rows = beside.settings.iter().filter(|one| LEAST <= one.n).map(|one| {
        let fit = match &one.fit {
            None => "as counted".to_owned(),
            Some(fit) if fit.holds() => {
                format!(
                    "fits: {} at most {:.3} apart, bound {:.3}",
                    fit.law, fit.distance, fit.bound
                )
            }
            Some(fit) => format!(
                "does not fit a {}: {:.3} apart, bound {:.3}",
                fit.law, fit.distance, fit.bound
            ),
        };
        vec![code(one.option()), one.n.to_string(), fit]
    });
    let caption = format!("What the measured values say {} should be set to.", code(facts.source));
    out.table(caption, &["Setting", "From so many", "Fit"], rows.collect());
    if let Some(next) = Next::of(&beside.compared) {
        out.say(format!("The next experiment that tells most: {}", next.text));
    }
}
