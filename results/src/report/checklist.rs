//! The hardening checklist, counted in the system itself.

use sim::model::system::{Caller, Edge};

use super::document::{Document, code};
use super::facts::Facts;
use super::patterns::idle;
use super::words::{self, counted, listed};

/// A point of the list: what is counted, how many have it, and which have not.
struct Point {
    what: String,
    all: usize,
    lacking: Vec<String>,
}

impl Point {
    fn row(self) -> Vec<String> {
        let Self { what, all, lacking } = self;
        let has = all - lacking.len();
        let status = match (all, lacking.is_empty()) {
            (0, _) => "does not apply",
            (_, true) => "done",
            _ => "remaining",
        };
        let missing = if lacking.is_empty() { "–".to_owned() } else { listed(&lacking) };
        vec![what, format!("{has} of {all}"), status.to_owned(), missing]
    }
}

pub(super) fn add(facts: &Facts<'_>, out: &mut Document) {
    out.heading(2, "Hardening checklist");
    let rows = points(facts).into_iter().map(Point::row).collect();
    let caption = format!(
        "Counted in {}: {} and {}.",
        code(facts.source),
        counted(facts.system.edges.len(), "call edge"),
        counted(facts.faults().len(), "failure mode")
    );
    out.table(caption, &["Item", "Done", "Status", "Lacking"], rows);
}

fn points(facts: &Facts<'_>) -> Vec<Point> {
    let system = facts.system;
    let edges: Vec<&Edge> = system.edges.iter().collect();
    let with = |kinds: &'static [&'static str], what: &str| {
        let lacking = edges.iter().filter(|edge| !has(facts, edge, kinds));
        let lacking = lacking.map(|edge| code(system.edge_name(edge))).collect();
        Point { what: what.to_owned(), all: edges.len(), lacking }
    };
    let idle = facts.idle();
    let mut all = vec![handled(facts, &idle)];
    all.push(with(&["timeout", "deadline"], "calls that cannot hang for ever (timeout)"));
    all.push(with(&["breaker"], "calls behind a circuit breaker"));
    all.push(with(&["retry", "hedge", "fallback"], "calls that heal themselves (retry, fallback)"));
    all.push(partitioned(facts));
    all.push(stand_ins(facts, &idle));
    all.push(exercised(facts));
    all.push(kept_alive(facts));
    all.push(alerted(facts));
    all
}

fn has(facts: &Facts<'_>, edge: &Edge, kinds: &[&str]) -> bool {
    let policy = edge.policy.map(|policy| &facts.system.policies[policy]);
    policy.is_some_and(|policy| policy.layers.iter().any(|one| kinds.contains(&&*one.kind)))
}

/// Failure modes with something that handles them on every call that meets them, and has acted.
fn handled(facts: &Facts<'_>, idle: &[(String, String)]) -> Point {
    let faults = facts.faults();
    let lacking = faults.iter().filter_map(|fault| {
        let bare = facts.unhandled(fault, idle);
        (!bare.is_empty()).then(|| format!("{} on {}", code(&fault.name), listed(&bare)))
    });
    let lacking = lacking.collect();
    Point { what: "failure modes handled on every call".to_owned(), all: faults.len(), lacking }
}

/// Calls for which something else was seen to answer.
fn stand_ins(facts: &Facts<'_>, idle: &[(String, String)]) -> Point {
    let edges = facts.system.edges.iter();
    let has_none = |edge: &&Edge| {
        let acting = facts.acting(edge, idle);
        !["fallback", "cache"].iter().any(|kind| acting.contains(kind))
    };
    let lacking = edges.filter(has_none).map(|edge| code(facts.system.edge_name(edge)));
    let (what, all) = ("calls with a stand-in when they fail", facts.system.edges.len());
    Point { what: what.to_owned(), all, lacking: lacking.collect() }
}

/// Services that several groups share, each group with a part of its own.
fn partitioned(facts: &Facts<'_>) -> Point {
    let system = facts.system;
    let shared = (0..system.services.len()).filter_map(|service| {
        let edges: Vec<&Edge> = system.edges.iter().filter(|edge| edge.to == service).collect();
        let groups = edges.iter().filter(|edge| matches!(edge.from, Caller::Agents(_))).count();
        (groups > 1).then_some((service, edges))
    });
    let shared: Vec<(usize, Vec<&Edge>)> = shared.collect();
    let is_apart = |edge: &&Edge| has(facts, edge, &["bulkhead", "adaptive-concurrency"]);
    let lacking = shared.iter().filter(|(_, edges)| !edges.iter().all(is_apart));
    let lacking = lacking.map(|(service, _)| code(&system.services[*service].name)).collect();
    Point { what: "shared services behind bulkheads".to_owned(), all: shared.len(), lacking }
}

/// Layers that have acted in some run.
fn exercised(facts: &Facts<'_>) -> Point {
    let lacking = idle(facts);
    let of = |edge: &Edge| edge.policy.map_or(0, |one| facts.system.policies[one].layers.len());
    let all: usize = facts.system.edges.iter().map(of).sum();
    let all = all.max(lacking.len());
    Point { what: "layers that have acted in a test".to_owned(), all, lacking }
}

/// Whether something starts the processes of a group again.
fn is_kept_alive(facts: &Facts<'_>, group: usize) -> bool {
    let life = facts.system.agents[group].life.as_deref();
    life.is_some_and(|life| life.supervise.is_some())
}

/// Groups of agents whose processes can fail, with something that starts them again.
fn kept_alive(facts: &Facts<'_>) -> Point {
    let hit = (0..facts.system.agents.len()).filter(|group| {
        facts.faults().iter().any(|fault| words::groups_hit(fault).contains(group))
    });
    let hit: Vec<usize> = hit.collect();
    let lacking = hit.iter().filter(|group| !is_kept_alive(facts, **group));
    let lacking = lacking.map(|group| code(&facts.system.agents[*group].name)).collect();
    Point { what: "agents that fail and are supervised".to_owned(), all: hit.len(), lacking }
}

/// Failure modes that some alert finds.
fn alerted(facts: &Facts<'_>) -> Point {
    let faults = facts.first_faults();
    let is_found = |name: &str| facts.alerts.iter().any(|alert| alert.finds(name));
    let lacking = faults.iter().filter(|fault| !is_found(&fault.name));
    let lacking = lacking.map(|fault| code(&fault.name)).collect();
    let followed = faults.len() < facts.faults().len();
    let what = if followed { ", each with what follows it" } else { "" };
    let what = format!("failure modes that an alert finds{what}");
    Point { what, all: faults.len(), lacking }
}
