//! Deployments: a group of them answers for one model.

use patterns::settings::{Code, Entry, Node, Value, entry};

use super::router::{Router, with};
use super::tables::PARAMS;
use crate::diagnostic::Diagnostic;
use crate::import::draft::{Draft, From, Layer, Line, Policy};
use crate::import::parts::{balanced, service, whole};
use crate::import::section::{find, take};
use crate::import::unit::{self, Unit};

/// How long an LLM takes, of which nothing is known.
const LATENCY: &str = "lognormal(median=2s, p99=20s)";

/// A group of deployments.
struct Group<'a> {
    name: &'a str,
    deployments: Vec<&'a Node>,
}

/// The services of a document.
pub(super) fn read(document: &Node, router: &Router<'_>, draft: &mut Draft) {
    let groups = groups(document, draft);
    let mut named: Vec<(&str, usize)> = Vec::new();
    for group in &groups {
        let from =
            group.deployments.first().map_or(From::Assumed, |node| written(node, group.name));
        let several = group.deployments.len() > 1;
        let mut layers: Vec<Layer> = router.retries.layer(several, draft).into_iter().collect();
        layers.extend(router.timeout.clone());
        if !several {
            layers.extend(router.cooldown.alone.clone());
        }
        let at = service(draft, group.name, from.clone(), layers);
        named.push((group.name, at));
        if several {
            balance(group, at, router, draft);
        } else if let Some(only) = group.deployments.first() {
            if let Some(weight) =
                only.get("litellm_params").and_then(|it| find(it, "weight", false))
            {
                draft.leave_entry(weight, "there is one deployment alone");
            }
            deployment(only, at, draft);
        }
    }
    if groups.is_empty() {
        let retry = router.retries.layer(false, draft).filter(|_| router.retries.are_written());
        let mut layers: Vec<Layer> = retry.into_iter().collect();
        layers.extend(router.timeout.clone());
        layers.extend(router.cooldown.alone.clone());
        if !layers.is_empty() {
            let at = service(draft, "model", From::Assumed, layers);
            latency(at, draft);
        }
    }
    fall_back(&named, router, draft);
}

fn groups<'a>(document: &'a Node, draft: &mut Draft) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let Some(Value::List(items)) = document.get("model_list").map(|list| &list.value) else {
        return groups;
    };
    for item in items {
        for entry in item.entries().unwrap_or_default() {
            if !["model_name", "litellm_params"].contains(&&*entry.key) {
                draft.leave_entry(entry, "it says nothing of failures");
            }
        }
        let Some(name) = item.get("model_name").and_then(Node::text) else {
            if item.entries().is_some() && item.get("model_name").is_none() {
                draft.wrong(missing(item, "model_name"));
            }
            continue;
        };
        if item.get("litellm_params").is_none() {
            draft.wrong(missing(item, "litellm_params"));
        }
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.deployments.push(item),
            None => groups.push(Group { name, deployments: vec![item] }),
        }
    }
    groups
}

fn missing(item: &Node, key: &str) -> Diagnostic {
    let message = format!("this model has no `{key}`, which LiteLLM needs");
    Diagnostic::new(item.at.start..item.at.start, Code::Missing, message)
}

fn written(node: &Node, name: &str) -> From {
    let model = node.get("litellm_params").and_then(|params| params.get("model")?.text());
    let model = model.map(|model| format!(" ({model})")).unwrap_or_default();
    From::Written(node.at.start..node.at.start, format!("model_name = {name}{model}"))
}

/// The calls to a group go to its deployments, each behind a breaker.
fn balance(group: &Group<'_>, at: usize, router: &Router<'_>, draft: &mut Draft) {
    let mut layer = Layer::new("balance", draft.services[at].from.clone());
    let (pick, from) = match &router.pick {
        Some((pick, from)) => (pick.clone(), from.clone()),
        None => (Node::word("random"), From::Default("simple-shuffle is the default of LiteLLM")),
    };
    let is_drawn = pick.text() == Some("random");
    layer.set("pick", pick, from);
    if let Some((weights, from)) = weights(group, is_drawn, draft) {
        layer.set("weights", weights, from);
    }
    let first = draft.services.len();
    let from = draft.services[at].from.clone();
    balanced(draft, at, group.deployments.len(), &from, layer);
    for (number, one) in group.deployments.iter().enumerate().take(draft.services.len() - first) {
        let place = first + number;
        draft.services[place].from = written(one, group.name);
        deployment(one, place, draft);
        if let Some(breaker) = &router.cooldown.of_several {
            let name = draft.services[place].name.clone();
            draft.policies.push(Policy { name: name.clone(), layers: vec![breaker.clone()] });
            draft.services[place].policy = Some(name);
        }
    }
}

/// How the calls are shared out (`simple_shuffle`): by `weight` if the first deployment has one,
/// else by `rpm` if it has that.
fn weights(group: &Group<'_>, is_drawn: bool, draft: &mut Draft) -> Option<(Node, From)> {
    let params = group.deployments.iter().map(|one| one.get("litellm_params"));
    let params: Vec<Option<&Node>> = params.collect();
    let own = |key: &str| {
        let entries = params.iter().map(|params| find((*params)?, key, false));
        entries.collect::<Vec<Option<&Entry>>>()
    };
    let by = ["weight", "rpm", "tpm"].into_iter().find(|key| own(key)[0].is_some());
    let is_by_weight = is_drawn && by == Some("weight");
    for entry in own("weight").into_iter().flatten().filter(|_| !is_by_weight) {
        let why = if is_drawn {
            "no deployment has a weight if the first one has none"
        } else {
            "only `simple-shuffle` goes by weights"
        };
        draft.leave_entry(entry, why);
    }
    // Tokens are not counted here.
    let by = by.filter(|by| is_drawn && *by != "tpm")?;
    let entries = own(by);
    let numbers = entries.iter().map(|entry| entry.map_or(Some(0), |one| unit::whole(&one.node)));
    let numbers: Vec<i128> = numbers.collect::<Option<_>>()?;
    let divisor = numbers.iter().copied().fold(0, divisor);
    let numbers: Vec<i128> = numbers.iter().map(|number| number / divisor.max(1)).collect();
    if numbers.iter().any(|number| !(1..=1000).contains(number)) {
        let why = "weights here are from 1 to 1000 times the least one";
        entries.into_iter().flatten().for_each(|entry| draft.leave_entry(entry, why));
        return None;
    }
    if numbers.iter().all(|number| *number == numbers[0]) {
        let why = "all have the same weight";
        let entries = entries.into_iter().flatten().filter(|_| is_by_weight);
        entries.for_each(|entry| draft.leave_entry(entry, why));
        return None;
    }
    let all = numbers.into_iter().map(whole).collect();
    let why = if by == "weight" { "weight of each deployment" } else { "rpm of each deployment" };
    Some((Node::unwritten(Value::List(all)), From::Default(why)))
}

/// The greatest common divisor.
fn divisor(one: i128, other: i128) -> i128 {
    if other == 0 { one } else { divisor(other, one.rem_euclid(other)) }
}

/// What a deployment says of itself.
fn deployment(node: &Node, at: usize, draft: &mut Draft) {
    latency(at, draft);
    let Some(params) = node.get("litellm_params") else { return };
    let taken = take(&PARAMS, &[params], false, From::Assumed, draft);
    let slots = taken.layer.lines.iter().filter(|line| line.key == "slots").cloned();
    draft.services[at].lines.extend(slots);
    // That it is a number is told; what it does is a matter of the whole group.
    let _weight = taken.value("weight", Unit::Whole, draft);
    if let Some(limit) = taken.value("rpm", Unit::Whole, draft)
        && let Some(from) = taken.from("rpm")
    {
        let table = vec![entry("limit", limit), entry("per", Node::word("1min"))];
        let value = Node::unwritten(Value::Table(table));
        draft.services[at].lines.push(Line { key: "rate-limit".to_owned(), value, from });
    }
}

fn latency(at: usize, draft: &mut Draft) {
    let (key, value) = ("latency".to_owned(), Node::word(LATENCY));
    draft.services[at].lines.push(Line { key, value, from: From::Assumed });
}

/// Puts the fallbacks around the policies of the groups that have some.
fn fall_back(named: &[(&str, usize)], router: &Router<'_>, draft: &mut Draft) {
    let mut known: Vec<(&str, usize)> = named.to_vec();
    for (group, to, from) in &router.fallbacks {
        if !group.is_empty() && known.iter().all(|(name, _)| name != group) {
            draft.leave_from(from, "there is no such model in `model_list`");
            continue;
        }
        for name in to {
            if known.iter().all(|(other, _)| other != name) {
                // A model that is named nowhere else.
                let at = service(draft, name, from.clone(), Vec::new());
                draft.services[at].is_called = false;
                latency(at, draft);
                known.push((name, at));
            }
        }
    }
    let mut ways: Vec<(&str, &str)> = Vec::new();
    let mut used: Vec<&str> = Vec::new();
    for (name, at) in named {
        let own = router.fallbacks.iter().find(|(group, ..)| group == name);
        let of_all = || router.fallbacks.iter().find(|(group, ..)| group.is_empty());
        let Some((group, to, from)) = own.or_else(of_all) else { continue };
        if to.iter().any(|other| other != name) {
            used.push(group);
        }
        let mut targets: Vec<Node> = Vec::new();
        for other in to.iter().filter(|other| *other != name) {
            if leads(other, name, &ways) {
                let why = format!("from `{other}` there is a way back to `{name}` already");
                draft.leave_from(from, &why);
                continue;
            }
            ways.push((name, other));
            let place = known.iter().find(|(name, _)| name == other).map(|(_, place)| *place);
            let target = place.map(|place| Node::word(&draft.services[place].name));
            targets.extend(target.filter(|target| !targets.contains(target)));
        }
        if !targets.is_empty() {
            let targets = Node::unwritten(Value::List(targets));
            around(*at, with("fallback", "to", targets, from.clone()), draft);
        }
    }
    for (group, _, from) in &router.fallbacks {
        let is_there = group.is_empty() || named.iter().any(|(name, _)| name == group);
        if is_there && !used.contains(group) {
            draft.leave_from(from, "no model falls back to another one by it");
        }
    }
}

/// Whether falling back leads from one model to another.
fn leads(from: &str, to: &str, ways: &[(&str, &str)]) -> bool {
    let mut reached = vec![from];
    let mut at = 0;
    while at < reached.len() {
        let here = reached[at];
        for (_, next) in ways.iter().filter(|(first, _)| *first == here) {
            if !reached.contains(next) {
                reached.push(next);
            }
        }
        at += 1;
    }
    reached.contains(&to)
}

/// Puts a layer around all others of a service.
fn around(at: usize, layer: Layer, draft: &mut Draft) {
    let service = &mut draft.services[at];
    let policy = service.policy.get_or_insert_with(|| service.name.clone()).clone();
    match draft.policies.iter_mut().find(|one| one.name == policy) {
        Some(found) => found.layers.insert(0, layer),
        None => draft.policies.push(Policy { name: policy, layers: vec![layer] }),
    }
}
