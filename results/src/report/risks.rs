//! What is left: risks that were measured, and those that nobody has looked at.

use sim::fault::Schedule;
use sim::model::system::Fault;

use super::document::{Document, code};
use super::facts::Facts;
use super::families::{WAYS, is_of_way};
use super::words::{self, counted, listed};

pub(super) fn add(facts: &Facts<'_>, out: &mut Document) {
    out.heading(2, "Remaining risks");
    let (ranked, idle) = (facts.ranked_faults(), facts.idle());
    let rows = ranked.iter().filter_map(|one| {
        let fault = facts.fault(&one.name)?;
        let by = facts.losses().first().copied().unwrap_or(facts.figures.result().objective);
        let (worst, name) = (facts.figures.worst(one.only, by), facts.name(by));
        Some(vec![
            code(&one.name),
            likelihood(facts, fault),
            facts.effects(one.spared),
            format!("{name} {worst}"),
            listed(&facts.in_its_way(fault, &idle)),
        ])
    });
    let caption =
        format!("Risks of {} as they were simulated, the dearest first.", code(facts.source));
    let columns = ["Failure mode", "Comes", "Gained without it", "Worst run", "In its way"];
    out.table(caption, &columns, rows.collect());
    let untested = untested(facts);
    if !untested.is_empty() {
        out.say(format!("Not tested, so that nothing is known of it: {}.", listed(&untested)));
    }
}

fn likelihood(facts: &Facts<'_>, fault: &Fault) -> String {
    let hour = 3600.0;
    match &fault.schedule {
        Schedule::Renewal { up, down } => {
            let cycle = up.mean_secs() + down.mean_secs();
            format!("{:.1} times a week, as assumed", 168.0 * hour / cycle)
        }
        Schedule::After { .. } | Schedule::OnDemand { .. } => "with another one".to_owned(),
        Schedule::Once { .. } if words::is_throughout(facts.system, fault) => {
            "throughout, at the rate that its settings say".to_owned()
        }
        _ => {
            let times = fault.schedule.fixed_times(facts.system.horizon).unwrap_or_default().len();
            let span = facts.system.horizon;
            format!(
                "{} in {span}, placed by hand: how often it comes is not known",
                counted(times, "time")
            )
        }
    }
}

/// What no fault of the scenario hits.
fn untested(facts: &Facts<'_>) -> Vec<String> {
    let system = facts.system;
    let faults = facts.faults();
    let services = system.services.iter().enumerate().filter_map(|(place, service)| {
        let hits = |fault: &&&Fault| words::services_hit(fault).contains(&place);
        if !faults.iter().any(|fault| hits(&fault)) {
            return Some(format!("any fault of {}", code(&service.name)));
        }
        let is_tested = |way: &str| faults.iter().filter(hits).any(|fault| is_of_way(fault, way));
        let lacking: Vec<String> =
            WAYS.iter().filter(|(way, _)| !is_tested(way)).map(|(way, _)| code(way)).collect();
        (!lacking.is_empty()).then(|| format!("{} of {}", listed(&lacking), code(&service.name)))
    });
    let groups = system.agents.iter().enumerate().filter_map(|(place, agents)| {
        let is_hit = faults.iter().any(|fault| words::groups_hit(fault).contains(&place));
        (!is_hit).then(|| format!("a crash of {}", code(&agents.name)))
    });
    services.chain(groups).collect()
}
