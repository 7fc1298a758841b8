//! Faults: what they hit, looked up, and whether there is anything to hit.

use std::ops::Range;

use patterns::settings::{Code, Node};
use sim::fault::{Effect, OnAgents, SCOPES_MAX, Scope};
use sim::model::system::{self, Caller, Place, Step};

use super::lives;
use super::looking::{Looking, never_called};
use super::part::FaultPart;
use super::reach::{keys_at, reached};
use super::recoveries::name_of;
use crate::codes::FileCode;
use crate::diagnostic::Diagnostic;
use crate::format::{Fault, FaultName, Hit, Target};

/// The faults of a system that has all else already. One that cannot be there hits nothing.
pub(super) fn resolved(
    parts: &[FaultPart],
    names: &[String],
    looking: &mut Looking<'_>,
) -> Vec<system::Fault> {
    let items = looking.file.items("faults");
    let all = parts.iter().zip(items).enumerate().map(|(index, (part, item))| {
        let after = part.fault.after.as_ref();
        let after = after.and_then(|after| looking.earlier(after, (names, index)));
        let hit = part.read.as_ref().map(|read| looking.hit(read, item));
        let (hits, scope) = hit.unwrap_or((Vec::new(), Scope::ALL));
        part.fault.resolved(names[index].clone(), hits, scope, after)
    });
    all.collect()
}

/// Refuses more different scopes than there are marks for; each fault with its place.
pub(super) fn check_scopes<'f>(
    faults: impl Iterator<Item = (&'f system::Fault, Range<usize>)>,
    found: &mut Vec<Diagnostic>,
) {
    let mut scopes: Vec<Scope> = Vec::new();
    for (fault, at) in faults {
        let scope = fault.effect.scope();
        if scope != Scope::ALL && !scopes.contains(&scope) {
            scopes.push(scope);
            if scopes.len() == SCOPES_MAX + 1 {
                let message =
                    format!("faults and recoveries have more than {SCOPES_MAX} different scopes");
                let message = Diagnostic::new(at, FileCode::TooLarge, message);
                found.push(message.help("`tasks`, `priority` and `key` are a scope"));
            }
        }
    }
}

impl Looking<'_> {
    /// Which of the faults before it a fault follows, or which recovery.
    fn earlier(&mut self, after: &FaultName, (names, own): (&[String], usize)) -> Option<usize> {
        let recoveries: Vec<&str> =
            self.file.items("recoveries").iter().filter_map(name_of).collect();
        let index = names[..own].iter().position(|name| *name == after.name);
        let recovery = || recoveries.iter().position(|name| *name == after.name);
        let index = index.or_else(|| Some(names.len() + recovery()?));
        if index.is_none() {
            let known = names[..own].iter().map(String::as_str).chain(recoveries.iter().copied());
            let what = match recoveries.as_slice() {
                [] => "earlier fault",
                _ => "earlier fault or recovery",
            };
            self.found.push(Diagnostic::unknown(after.at.clone(), what, &after.name, known));
        }
        index
    }

    /// What a fault hits, as far as it is there.
    pub(super) fn hit(&mut self, fault: &Fault, item: &Node) -> (Vec<Place>, Scope) {
        let mut hits: Vec<Place> = Vec::new();
        for hit in &fault.hit.0 {
            match self.places(hit, &fault.effect) {
                Ok(places) if places.iter().any(|place| hits.contains(place)) => {
                    let message = "this is hit twice by one fault";
                    self.found.push(Diagnostic::new(hit.at.clone(), Code::Twice, message));
                }
                Ok(places) => {
                    self.warn_of_slots(&fault.effect, &places, item);
                    hits.extend(places);
                }
                Err(message) => self.found.push(message),
            }
        }
        let scope = self.scope(fault, item, &hits).unwrap_or(Scope::ALL);
        (hits, scope)
    }

    /// Where something that is hit is.
    fn places(&mut self, hit: &Hit, effect: &Effect) -> Result<Vec<Place>, Diagnostic> {
        let caller = |number: u16| self.names.caller(number);
        let wrong = |message: String| Diagnostic::new(hit.at.clone(), Code::Conflict, message);
        let info = effect.info();
        if info.hits_layers {
            return match &hit.target {
                Target::Layer { policy, layer } => self.layers(hit, policy, layer, None, effect),
                Target::LayerOfEdge { caller: from, service, layer } => {
                    let edge = (caller(*from), *service);
                    let policy = self.policy_of(hit, edge)?;
                    self.layers(hit, &policy, layer, Some(edge), effect)
                }
                _ => {
                    let message = format!("`{}` hits layers of policies", info.name);
                    Err(wrong(message).help(self.able(effect)))
                }
            };
        }
        if info.hits_agents && !matches!(hit.target, Target::Agents(_)) {
            let message = format!("`{}` hits groups of agents", info.name);
            let groups = self.names.agents.iter().map(|name| format!("`{name}`"));
            let groups = groups.collect::<Vec<_>>().join(", ");
            return Err(wrong(message).help(format!("there are: {groups}")));
        }
        match hit.target {
            Target::Service(service) => Ok(vec![Place::Service(service)]),
            Target::Replica { service, replica } => self.replica(hit, service, replica),
            Target::Edge { caller: from, service } => {
                let from = caller(from);
                if !info.hits_edges {
                    let message = format!("`{}` cannot happen on an edge", info.name);
                    let to = &self.names.services[service];
                    let help = match effect.like_on_edges() {
                        Some(like) => format!("`{like}` is what is like it there; or hit `{to}`"),
                        None => format!("hit the service: `{to}`"),
                    };
                    return Err(wrong(message).help(help));
                }
                let place = Place::Edge { from, to: service };
                if self.system.edge_of(place).is_none() {
                    return Err(never_called(hit));
                }
                Ok(vec![place])
            }
            Target::Agents(group) => self.agents(hit, caller(group), effect),
            Target::Layer { .. } | Target::LayerOfEdge { .. } => {
                let message = format!("`{}` cannot happen to a layer", info.name);
                let kinds = sim::fault::KINDS.iter().filter(|kind| kind.hits_layers);
                let kinds: Vec<_> = kinds.map(|kind| format!("`{}`", kind.name)).collect();
                Err(wrong(message).help(format!("what can: {}", kinds.join(", "))))
            }
        }
    }

    /// A replica of a service.
    fn replica(&self, hit: &Hit, service: usize, replica: u32) -> Result<Vec<Place>, Diagnostic> {
        let system::Service { name, replicas, .. } = &self.system.services[service];
        if replica < replicas.count {
            return Ok(vec![Place::Replica { service, replica }]);
        }
        let message = format!("`{name}` has no such replica, so the fault hits nothing");
        let help = match replicas.count {
            1 => format!("it has one only: `{name}`; `count` says how many there are"),
            count => format!("there are `{name}#1` to `{name}#{count}`"),
        };
        Err(Diagnostic::new(hit.at.clone(), Code::OutOfRange, message).help(help))
    }

    /// What becomes of a group of agents.
    fn agents(&self, hit: &Hit, caller: Caller, effect: &Effect) -> Result<Vec<Place>, Diagnostic> {
        let Caller::Agents(group) = caller else { return Ok(Vec::new()) };
        let name = effect.info().name;
        let out = self.system.edges.iter().filter(|edge| edge.from == caller);
        let edges: Vec<Place> =
            out.map(|edge| Place::Edge { from: edge.from, to: edge.to }).collect();
        let in_words: Vec<String> = edges.iter().map(|place| self.in_words(*place)).collect();
        let is_work = |step: &Step| matches!(step, Step::Work(_));
        let ways = in_words.join("\", \"");
        let ways_out = match (effect.info().hits_edges, effect.like_on_edges()) {
            _ if edges.is_empty() => None,
            (true, _) => Some(format!("name the ways out of them: `hit = [\"{ways}\"]`")),
            (false, Some(like)) => {
                Some(format!("`do = \"{like}\"` on the ways out of them: `hit = [\"{ways}\"]`"))
            }
            (false, None) => None,
        };
        let (message, help) = match effect.on_agents() {
            OnAgents::Process => {
                return match lives::without_effect(self.system, group, effect) {
                    None => Ok(vec![Place::Agents(group)]),
                    Some(why) => Err(lives::hits_nothing(hit.at.clone(), why)),
                };
            }
            OnAgents::Edges if !edges.is_empty() => return Ok(edges),
            OnAgents::Edges => (
                "these agents call no service, so the fault hits nothing".to_owned(),
                "hit a service or an edge".to_owned(),
            ),
            OnAgents::Line => return Ok(vec![Place::Agents(group)]),
            OnAgents::Work if self.system.agents[group].steps.iter().any(is_work) => {
                return Ok(vec![Place::Agents(group)]);
            }
            OnAgents::Work => (
                format!(
                    "these agents have no work of their own, so `{name}` has nothing to slow down"
                ),
                match ways_out {
                    Some(ways) => format!("give them a step `{{ work = … }}`, or {ways}"),
                    None => "give them a step `{ work = … }`, or hit a service".to_owned(),
                },
            ),
            OnAgents::Nothing => (
                format!("`{name}` cannot happen to agents"),
                ways_out.unwrap_or_else(|| "hit a service".to_owned()),
            ),
        };
        Err(Diagnostic::new(hit.at.clone(), Code::Conflict, message).help(help))
    }

    fn in_words(&self, place: Place) -> String {
        let Place::Edge { from, to } = place else { return String::new() };
        let from = self.system.caller_name(from);
        format!("{from} -> {}", self.system.services[to].name)
    }

    /// Which requests a fault can hit at its places, if it can hit any.
    fn scope(&mut self, fault: &Fault, item: &Node, places: &[Place]) -> Option<Scope> {
        let mut scope = Scope { priority: fault.priority, ..Scope::ALL };
        scope.keys = fault.key.map(|keys| (keys.0, keys.1));
        if let Some(tasks) = &fault.tasks {
            let group = self.names.agents.iter().position(|name| *name == tasks.name);
            if group.is_none() {
                let known = self.names.agents.iter().map(String::as_str);
                let (at, name) = (tasks.at.clone(), &tasks.name);
                self.found.push(Diagnostic::unknown(at, "group of agents", name, known));
                return None;
            }
            scope.tasks = group;
        }
        let at = |key: &str| item.get(key).map_or_else(|| item.at.clone(), |node| node.at.clone());
        let keys = [
            ("tasks", scope.tasks.is_some()),
            ("priority", scope.priority.is_some()),
            ("key", scope.keys.is_some()),
        ];
        let written: Vec<&str> = keys.iter().filter(|(_, is)| *is).map(|(key, _)| *key).collect();
        let Some(first) = written.first() else { return Some(scope) };
        if !fault.effect.can_be_scoped() {
            let name = fault.effect.info().name;
            let message = format!("`{name}` is done to a place as a whole, not to some requests");
            let help = match name {
                "down" => "`refuse`, `loss` and `hang` can be done to some",
                _ => "leave this out",
            };
            self.found.push(Diagnostic::new(at(first), Code::Conflict, message).help(help));
            return None;
        }
        let is_hit = |key: &str| places.iter().any(|place| self.can_hit(*place, scope, key));
        let missed: Vec<&str> = written.into_iter().filter(|key| !is_hit(key)).collect();
        for key in missed.iter().filter(|_| !places.is_empty()) {
            let why = match *key {
                "tasks" => "nothing is done there for tasks of these agents",
                "priority" => "nothing is done there for tasks of this priority",
                _ => "no step asks there for one of so many things",
            };
            let message = format!("{why}, so the fault hits nothing");
            self.found.push(Diagnostic::new(at(key), Code::Conflict, message));
        }
        Some(scope)
    }

    /// Whether something at a place is in a scope, as far as one key of it says.
    fn can_hit(&self, place: Place, scope: Scope, key: &str) -> bool {
        let agents = || 0..self.system.agents.len();
        let comes = |group: usize| reached(self.system, group, place);
        match key {
            "tasks" => scope.tasks.is_some_and(comes),
            "priority" => agents().any(|group| {
                Some(self.system.agents[group].priority) == scope.priority && comes(group)
            }),
            _ => scope.keys.is_some_and(|(first, _)| first <= keys_at(self.system, place)),
        }
    }

    /// Slots that a service does not have anyway.
    fn warn_of_slots(&mut self, effect: &Effect, places: &[Place], item: &Node) {
        let Some(most) = effect.slots() else { return };
        let slots = |place: &Place| match place {
            Place::Service(service) | Place::Replica { service, .. } => {
                self.system.services[*service].slots
            }
            _ => u32::MAX,
        };
        if places.iter().all(|place| slots(place) <= most) {
            let at = item.get("slots").map_or_else(|| item.at.clone(), |node| node.at.clone());
            let message = "the service has no more slots than these by itself";
            self.found.push(Diagnostic::no_effect(at, message));
        }
    }
}
