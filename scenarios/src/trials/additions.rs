//! Layers that are not there: what the one that a course would put there would be worth.

use patterns::settings::{Node, Value, entry};
use sim::model::system::Place;
use sim::trial::TrialOf;

use super::Maker;
use crate::path_keys::path_of;
use crate::scenario_file::at_key;
use crate::tree;

/// Layers that a call to something outside should have, outermost first, as the course has them.
const LAYERS: [(&str, &str); 5] = [
    ("fallback", "{ fallback = {} }"),
    ("retry", RETRY),
    ("breaker", "{ breaker = { failures = 5, open = \"60s\" } }"),
    ("bulkhead", "{ bulkhead = { slots = 4 } }"),
    ("timeout", "{ timeout = \"30s\" }"),
];

/// What is worth trying again.
const RETRY: &str = "{ retry = { network = \"3 x exponential(1s, jitter=full)\", \
                     overload = \"3 x exponential(2s, jitter=full)\" } }";

impl Maker<'_> {
    pub(super) fn additions(&mut self) {
        for policy in self.used_policies() {
            let path = path_of(&["policies", &policy]);
            let Some(node) = self.file.get(self.registry, &path) else { continue };
            let Value::List(own) = node.value else { continue };
            for (kind, layer) in LAYERS {
                if let Some(whole) = with_layer(&own, kind, layer) {
                    let (to, layer) = (policy.clone(), layer.to_owned());
                    let of = TrialOf::Added { to, kind: kind.to_owned(), layer };
                    let change = vec![(path.clone(), whole)];
                    self.add(format!("{path} with {kind}"), of, change);
                }
            }
        }
        let bare = self.system.edges.iter().filter(|edge| edge.policy.is_none());
        let bare: Vec<String> = bare.map(|edge| self.system.edge_name(edge)).collect();
        if !bare.is_empty() {
            let layers = LAYERS[1..].iter().filter(|(kind, _)| *kind != "bulkhead");
            let layers: Vec<&str> = layers.map(|(_, layer)| *layer).collect();
            self.put_policy(COURSE, &format!("[{}]", layers.join(", ")));
        }
        self.supervision();
        for edge in bare {
            let change = vec![(path_of(&["edges", &edge]), COURSE.to_owned())];
            let (to, kind, layer) = (edge.clone(), "policy".to_owned(), COURSE.to_owned());
            let of = TrialOf::Added { to, kind, layer };
            self.add(format!("{edge} under {COURSE}"), of, change);
            for policy in self.used_policies() {
                let change = vec![(path_of(&["edges", &edge]), policy.clone())];
                let (to, kind) = (edge.clone(), "policy".to_owned());
                let of = TrialOf::Added { to, kind, layer: policy.clone() };
                self.add(format!("{edge} under {policy}"), of, change);
            }
        }
    }
}

impl Maker<'_> {
    /// Puts a policy into the file that no edge is under yet, if that can be.
    fn put_policy(&mut self, name: &str, layers: &str) {
        let before = self.file.clone();
        if let Value::Table(sections) = &mut self.file.root.value {
            at_key(sections, "edges", || Value::Table(Vec::new()));
            let policies = at_key(sections, "policies", || Value::Table(Vec::new()));
            if let Value::Table(policies) = &mut policies.value
                && policies.iter().all(|entry| entry.key != name)
            {
                policies.push(entry(name, tree::value(layers)));
            }
        }
        if !self.can_be_run(&[]) {
            self.file = before;
        }
    }

    /// Has something start agents again whose processes a fault hits, where nothing does.
    fn supervision(&mut self) {
        for (group, agents) in self.system.agents.iter().enumerate() {
            let path = path_of(&["agents", &agents.name, "supervise"]);
            let faults = self.system.faults.iter().filter(|one| one.effect.info().hits_agents);
            let is_hit = { faults }.any(|one| one.hits.contains(&Place::Agents(group)));
            let life = agents.life.as_deref();
            if is_hit && life.is_none_or(|life| life.supervise.is_none()) {
                let change = vec![(path, SUPERVISE.to_owned())];
                let (to, kind) = (agents.name.clone(), "supervise".to_owned());
                let of = TrialOf::Added { to, kind, layer: SUPERVISE.to_owned() };
                self.add(format!("agents.{} with supervise", agents.name), of, change);
            }
        }
    }
}

/// What starts agents again.
const SUPERVISE: &str = "{ restarts = 5, within = \"1h\", backoff = \"5s\" }";

/// The policy of edges that have none: retries, a breaker and a timeout as a course has them.
const COURSE: &str = "as-the-course-has-it";

/// A policy with one more layer, where the order of [`LAYERS`] has it; none if it has such a layer.
fn with_layer(own: &[Node], kind: &str, layer: &str) -> Option<String> {
    let place = |kind: &str| LAYERS.iter().position(|(name, _)| *name == kind);
    let kinds: Vec<&str> =
        own.iter().filter_map(|item| Some(&*item.entries()?.first()?.key)).collect();
    if kinds.contains(&kind) {
        return None;
    }
    let after = kinds.iter().position(|other| place(kind) < place(other));
    let mut all = own.to_vec();
    all.insert(after.unwrap_or(own.len()), tree::value(layer));
    Some(Node::unwritten(Value::List(all)).to_string())
}
