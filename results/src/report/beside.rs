//! What was measured on the real system, beside what is simulated.

use sim::model::system::Fault;

use super::document::{Block, Document, code, strong, with_code};
use super::facts::Facts;
use super::words::{self, counted, listed};
use crate::observed::{Compared, Next, Part, by_chance};

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
    if !beside.read_as.is_empty() {
        let told = beside.read_as.iter().map(|(part, number)| {
            let what = if matches!(part, Part::Group(_)) { "task" } else { "call" };
            format!("{} of {}", counted(*number as usize, what), code(part.name()))
        });
        out.say(format!("The rows were read as {}.", listed(&told.collect::<Vec<_>>())));
    }
    let (compared, apart): (Vec<Compared>, Vec<Compared>) =
        beside.compared.iter().cloned().partition(|one| {
            LEAST <= one.measured.n
                && !one.simulated.mean.is_nan()
                && by_hand(facts, one).is_empty()
        });
    let rows = beside.compared.iter().map(|one| row(facts, one));
    let caption = format!(
        "Measured against simulated: {}, of which {:.1} would differ by chance alone, and {} that \
         cannot be compared.",
        counted(compared.len(), "comparison"),
        by_chance(&compared),
        counted(apart.len(), "number"),
    );
    let columns = ["Metric", "Measured", "Simulated", "Agreement", "Would settle it"];
    out.table(caption, &columns, rows.collect());
    if beside.compared.is_empty() {
        out.say(format!("None of it has a counterpart in {}.", code(facts.source)));
    }
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
    let is_told = |one: &&Compared| by_hand(facts, one).is_empty();
    let told: Vec<Compared> = beside.compared.iter().filter(is_told).cloned().collect();
    if let Some(next) = Next::of(&told) {
        out.say(format!("The next experiment that tells most: {}", with_code(&next.text)));
    }
}

fn row(facts: &Facts<'_>, one: &Compared) -> Vec<String> {
    let by_hand = by_hand(facts, one);
    let settled = match one.settled_at {
        _ if !by_hand.is_empty() => "faults that come by chance".to_owned(),
        _ if one.measured.n < LEAST => format!("{LEAST} at least"),
        _ if one.is_settled() => "enough".to_owned(),
        Some(n) => one.effort_shown(n),
        None => "cannot be said".to_owned(),
    };
    let verdict = if !by_hand.is_empty() {
        format!("not comparable: {} placed by hand, from which no rate follows", listed(&by_hand))
    } else if one.measured.n < LEAST {
        "too few to say".to_owned()
    } else {
        one.verdict_shown()
    };
    vec![code(&one.path), one.measured_shown(), one.simulated_shown(), verdict, settled]
}

/// The faults placed by hand on which it hangs how often something fails, if that is asked.
fn by_hand(facts: &Facts<'_>, one: &Compared) -> Vec<String> {
    let is_rate = one.path.ends_with("mtbf") || one.path.ends_with("availability");
    let meets = |fault: &Fault| match &one.part {
        Part::Group(name) => {
            let groups = words::groups_that_meet(facts.system, fault).into_iter();
            { groups }.any(|group| facts.system.agents[group].name == *name)
        }
        Part::Service(name) => {
            let services = words::services_hit(fault).into_iter();
            { services }.any(|service| facts.system.services[service].name == *name)
        }
    };
    let is_placed = |fault: &&Fault| {
        let times = fault.schedule.fixed_times(facts.system.horizon);
        is_rate && times.is_some() && !words::is_throughout(facts.system, fault) && meets(fault)
    };
    facts.faults().into_iter().filter(is_placed).map(|fault| code(&fault.name)).collect()
}
