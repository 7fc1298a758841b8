//! Models: one for each policy, with a deployment for each service that its calls go to.

use patterns::Duration;
use patterns::settings::{Node, Value};

use crate::export::layers::Policy;
use crate::export::put::{Table, whole};
use crate::export::services::{Service, names};

/// What stands for the provider, which no scenario says.
pub(super) const PROVIDER: &str = "PROVIDER/";

/// What stands in the list of models, and what they fall back to.
#[derive(Debug, Default)]
pub(super) struct Models {
    pub(super) list: Vec<Node>,
    pub(super) fallbacks: Vec<(String, Vec<String>)>,
    /// What of services cannot be said.
    pub(super) notes: Vec<String>,
}

impl Models {
    pub(super) fn of(policies: &[&Policy]) -> Self {
        let mut models = Self::default();
        let balances = policies.iter().any(|policy| policy.layer("balance").is_some());
        // The breaker on the way to a deployment is what holds for all of them.
        let is_way = |policy: &Policy| policy.layers.iter().all(|layer| layer.kind == "breaker");
        let own = policies.iter().filter(|policy| !(balances && is_way(policy)));
        let own: Vec<&Policy> = own.copied().collect();
        for policy in &own {
            models.group(policy);
        }
        for policy in &own {
            models.fall_back(policy, &own);
        }
        models
    }

    /// The deployments of a policy.
    fn group(&mut self, policy: &Policy) {
        let balance = policy.layer("balance");
        let hosts =
            balance.and_then(|layer| layer.written.get("over")).map(names).unwrap_or_default();
        let weights = match balance.and_then(|layer| layer.get("weights")).map(|node| &node.value) {
            Some(Value::List(weights)) => &weights[..],
            _ => &[],
        };
        if hosts.is_empty() {
            let called = policy.services.iter().find(|one| one.policies.contains(&policy.name));
            return self.deployment(&policy.name, &policy.name, called, None);
        }
        for (number, host) in hosts.iter().enumerate() {
            let service = policy.services.iter().find(|one| one.name == *host);
            self.deployment(&policy.name, host, service, weights.get(number).cloned());
        }
    }

    fn deployment(
        &mut self,
        group: &str,
        name: &str,
        service: Option<&Service>,
        weight: Option<Node>,
    ) {
        let mut model = Table::default();
        model.put("model_name", Node::word(group));
        model.put("litellm_params.model", Node::word(format!("{PROVIDER}{name}")));
        if let Some(Service { name, settings, .. }) = service {
            if let Some(limit) = settings.get("rate-limit") {
                match per_minute(limit) {
                    Some(limit) => model.put("litellm_params.rpm", whole(limit)),
                    None => self.notes.push(format!(
                        "services.{name}.rate-limit is `{limit}`: litellm has requests per minute"
                    )),
                }
            }
            let slots = settings.get("slots").filter(|slots| slots.text().is_none());
            model.put_some("litellm_params.max_parallel_requests", slots.cloned());
        }
        model.put_some("litellm_params.weight", weight);
        self.list.push(model.node());
    }

    /// What calls under a policy fall back to, each by the name of its model.
    fn fall_back(&mut self, policy: &Policy, own: &[&Policy]) {
        let Some(fallback) = policy.layer("fallback") else { return };
        let Some(to) = fallback.written.get("to") else { return };
        let mut others: Vec<String> = Vec::new();
        for name in names(to) {
            let Some(service) = policy.services.iter().find(|one| one.name == name) else {
                continue;
            };
            let is_of = |one: &&&Policy| service.policies.contains(&one.name);
            let name = match own.iter().find(is_of) {
                Some(of_it) => of_it.name.clone(),
                None => {
                    let is_there = |one: &Node| one.get("model_name") == Some(&Node::word(&name));
                    if !self.list.iter().any(is_there) {
                        self.deployment(&name, &name, Some(service), None);
                    }
                    name
                }
            };
            if !others.contains(&name) {
                others.push(name);
            }
        }
        if !others.is_empty() {
            self.fallbacks.push((policy.name.clone(), others));
        }
    }
}

/// A limit in requests per minute, if it is one.
fn per_minute(limit: &Node) -> Option<i128> {
    let Value::Integer(most) = limit.get("limit")?.value else { return None };
    let per: Duration = limit.get("per")?.text()?.parse().ok()?;
    let is_plain = limit.entries()?.iter().all(|entry| ["limit", "per"].contains(&&*entry.key));
    (is_plain && per == Duration::from_secs(60)).then_some(most)
}
