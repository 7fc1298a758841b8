//! The catalogue of failure modes: those that were tried, and those that nobody has tried.

use super::super::chaos::confirmed;
use super::super::document::{Document, code};
use super::super::facts::Facts;
use super::super::runbook::{detected_by, id};
use super::super::words::{self, listed};
use super::form::titled;

/// Kinds of fault that every service can have, and the category of the course.
const OF_SERVICES: [(&str, &str, &str); 4] = [
    ("down", "TF", "refuses every request"),
    ("hang", "TF", "takes requests and never answers"),
    ("slow", "RF", "answers late"),
    ("errors", "EF", "answers with errors"),
];

pub(super) fn catalogue(facts: &Facts<'_>) -> Document {
    let mut out = titled("Failure mode catalog", facts);
    tried(facts, &mut out);
    untried(facts, &mut out);
    out
}

fn tried(facts: &Facts<'_>, out: &mut Document) {
    out.heading(2, "Failure modes that were tried");
    let ranked = facts.ranked_faults();
    let rows = ranked.iter().enumerate().filter_map(|(place, one)| {
        let fault = facts.fault(&one.name)?;
        let groups = words::groups_that_meet(facts.system, fault);
        let groups: Vec<String> =
            groups.into_iter().map(|group| code(&facts.system.agents[group].name)).collect();
        Some(vec![
            id(facts, fault),
            format!("{}: {}", code(&one.name), words::fault(facts.system, fault)),
            listed(&groups),
            format!("without it {}", facts.effects(one.spared)),
            detected_by(facts, &one.name),
            format!("hypotheses hold: {}", confirmed(facts, one)),
            format!("{}", place + 1),
        ])
    });
    let caption = format!(
        "Failure modes of {}, the dearest first: priority is what each costs in a run, and no \
         guess.",
        code(facts.source)
    );
    let columns = ["ID", "Failure mode", "Meets", "Impact", "Detection", "Handling", "Priority"];
    out.table(caption, &columns, rows.collect());
    if ranked.is_empty() {
        out.say(format!("{} has no fault, so that none was tried.", code(facts.source)));
    }
}

/// What can happen to every part, and was not tried.
fn untried(facts: &Facts<'_>, out: &mut Document) {
    out.heading(2, "Failure modes that were not tried");
    let system = facts.system;
    let faults = facts.faults();
    let mut rows = Vec::new();
    let mut numbers: Vec<(&str, usize)> = Vec::new();
    let mut next = |category: &'static str| {
        let tried = faults.iter().filter(|fault| id(facts, fault).starts_with(category)).count();
        match numbers.iter_mut().find(|(known, _)| *known == category) {
            Some((_, number)) => *number += 1,
            None => numbers.push((category, tried + 1)),
        }
        let number = numbers.iter().find(|(known, _)| *known == category).map_or(1, |one| one.1);
        format!("{category}-{number:03}")
    };
    for (place, service) in system.services.iter().enumerate() {
        let edges: Vec<String> = system
            .edges
            .iter()
            .filter(|edge| edge.to == place)
            .map(|edge| code(system.edge_name(edge)))
            .collect();
        if edges.is_empty() {
            continue;
        }
        for (kind, category, what) in OF_SERVICES {
            let is_tried = faults.iter().any(|fault| {
                words::services_hit(fault).contains(&place) && fault.effect.info().name == kind
            });
            if !is_tried {
                rows.push(vec![
                    next(category),
                    format!("{} {what}", code(&service.name)),
                    listed(&edges),
                    format!("do = \"{kind}\", hit = \"{}\"", service.name),
                ]);
            }
        }
    }
    for (place, agents) in system.agents.iter().enumerate() {
        if !faults.iter().any(|fault| words::groups_hit(fault).contains(&place)) {
            rows.push(vec![
                next("AF"),
                format!("a process of {} crashes", code(&agents.name)),
                code(&agents.name),
                format!("do = \"crash\", hit = \"{}\"", agents.name),
            ]);
        }
    }
    if system.agents.len() > 1 {
        let names: Vec<String> = system.agents.iter().map(|one| code(&one.name)).collect();
        rows.push(vec![
            next("OF"),
            format!("a hand-over between {} is lost", listed(&names)),
            listed(&names),
            "do = \"loss\" on the edge between them".to_owned(),
        ]);
    }
    for row in &mut rows {
        row[3] = code(&row[3]);
    }
    let caption = format!(
        "What {} says nothing about, with the fault that would try it.",
        code(facts.source)
    );
    out.table(caption, &["ID", "Failure mode", "Meets", "To try it"], rows);
}
