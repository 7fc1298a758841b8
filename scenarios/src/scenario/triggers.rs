//! What triggers recoveries: `agents.research.success < 80% over 5min`, the same `over 50 tasks`,
//! or `every breaker is open for 30s`.

use std::ops::Range;
use std::sync::Arc;

use patterns::Duration;
use patterns::settings::{Code, Node, Reader, Setting, Value};
use sim::System;
use sim::model::recovery::{Condition, Trigger};
use sim::model::system::Place;
use sim::observe::{Asked, LastResults};

use super::conditions::Looks;
use super::hypothesis::{Comparison, Hypothesis, Message, never, split_over, wrong};
use super::looking::Looking;
use super::recoveries::places;
use super::unsure::Unsure;
use crate::diagnostic::{Diagnostic, nearest_or_all};
use crate::format::{BY_HAND, FileNames, Hits, Target, condition_of};
use crate::plain::plain;
use crate::scenario_file::ScenarioFile;

/// How a condition over results, and one of states, is written.
const TASKS: &str = "for example: agents.write.success < 80% over 50 tasks";
const STATES: &str = "for example: every breaker is open for 30s";

/// Puts in what triggers the recoveries of a system.
pub(super) fn add(
    file: &ScenarioFile,
    names: &FileNames,
    system: &mut System,
    unsure: Unsure,
    found: &mut Vec<Diagnostic>,
) {
    let mut looks = Looks::of("recoveries");
    for (place, item) in places(file, system) {
        let Some((text, node)) = condition_of(item).filter(|(text, _)| *text != BY_HAND) else {
            continue;
        };
        let at = node.at.clone();
        let found_here = &mut Vec::new();
        let looking =
            Looking { file, names, system, are_layers_known: !unsure.calls, found: found_here };
        match condition(text, &at, looking) {
            Ok(Some((condition, over))) => {
                let word = if text.contains(" over ") { "over" } else { "for" };
                let over = over.filter(|_| unsure.times.is_some());
                let is_right =
                    over.is_none_or(|over| looks.is_right((over, word), &at, system, found));
                if is_right {
                    let text = plain(text).into();
                    system.recoveries[place].when = Some(Trigger { text, condition });
                }
            }
            Ok(None) => {}
            Err(_) if unsure.parts || unsure.may_be_right(text, system) => {}
            Err(message) => found.push(message),
        }
        if !unsure.parts && !unsure.calls {
            found.append(found_here);
        }
    }
}

/// What a text says must hold, and of how much of a run, if that is a length of time.
fn condition(
    text: &str,
    at: &Range<usize>,
    looking: Looking<'_>,
) -> Result<Option<(Condition, Option<Duration>)>, Diagnostic> {
    let placed = |message: Message| message.into_diagnostic(at.clone());
    let first = text.split_whitespace().next();
    if matches!(first, Some("every" | "some")) {
        return states(text, at, looking);
    }
    let system = looking.system;
    if let Some((comparison, count)) = tasks_of(text) {
        let comparison = Comparison::parse(comparison).map_err(placed)?;
        let read = comparison.of(system).map_err(placed)?;
        return results(&read, count, system).map(|one| Some((one, None))).map_err(placed);
    }
    let (comparison, over) = split_over(text);
    let over = over.map_err(placed)?;
    let comparison = Comparison::parse(comparison).map_err(placed)?;
    let read = comparison.without_window(over).map_err(placed)?.of(system).map_err(placed)?;
    if let Some((message, help)) = never(&read) {
        looking.found.push(Diagnostic::no_effect(at.clone(), message).help(help));
    }
    let mut parts = system.parts(Asked::Nothing);
    read.measure.mark(system, &mut parts);
    let condition = Arc::new(read.share());
    Ok(Some((Condition::Over { condition, parts, over }, Some(over))))
}

/// The two parts of `agents.write.success < 80% over 50 tasks`.
fn tasks_of(text: &str) -> Option<(&str, &str)> {
    let (comparison, over) = text.rsplit_once(" over ")?;
    let count = over.trim().strip_suffix("tasks").or(over.trim().strip_suffix("task"))?;
    Some((comparison, count.trim()))
}

/// That too few of the last tasks of a group ended well.
fn results(read: &Hypothesis, count: &str, system: &System) -> Result<Condition, Message> {
    let number = count.parse::<u32>().ok().filter(|count| (1..=LastResults::MOST).contains(count));
    let Some(of) = number else {
        let most = LastResults::MOST;
        return Err(wrong(format!("`over {count} tasks`: it is a number from 1 to {most}"), TASKS));
    };
    let path = read.measure.path();
    let group = system.agents.iter().position(|agents| {
        let own = |name: &str| format!("agents.{}.{name}", agents.name);
        path == own("success") || path == own("failed")
    });
    let Some(group) = group else {
        let message = format!("over so many tasks, `{path}` is not known");
        return Err(wrong(message, "`success` and `failed` of a group of agents are"));
    };
    let share = |failures: u32| {
        let failed = f64::from(failures) / f64::from(of);
        if path.ends_with(".success") { 1.0 - failed } else { failed }
    };
    let holds = |failures: u32| read.bound.holds(share(failures));
    if holds(0) {
        let message = format!("`{}` holds while all is well", read.text);
        return Err(wrong(message, TASKS));
    }
    let most = (0..=of).rfind(|failures| !holds(*failures)).unwrap_or(0);
    let is_rare = most < of;
    let last = LastResults::new(of, most);
    if is_rare {
        Ok(Condition::Results { group, last })
    } else {
        Err(wrong(format!("`{}` never holds", read.text), TASKS))
    }
}

/// `every breaker is open for 30s`, `some policies.guarded.breaker is not closed for 10min`.
fn states(
    text: &str,
    at: &Range<usize>,
    mut looking: Looking<'_>,
) -> Result<Option<(Condition, Option<Duration>)>, Diagnostic> {
    let bad = |message: String| wrong(message, STATES).into_diagnostic(at.clone());
    let (quantity, rest) = text.trim().split_once(' ').unwrap_or((text, ""));
    let Some((layer, rest)) = rest.split_once(" is ") else {
        return Err(bad(format!("`{text}` does not say in which state something is")));
    };
    let Some((state, lasts)) = rest.rsplit_once(" for ") else {
        return Err(bad(format!("`{text}` does not say for how long")));
    };
    let length = lasts.trim().parse::<Duration>().ok().filter(|length| !length.is_zero());
    let Some(lasts) = length else {
        return Err(bad(format!("`{}` is no length of time, such as 30s", lasts.trim())));
    };
    let state = state.trim();
    let (is, state) = match state.strip_prefix("not ") {
        Some(state) => (false, state.trim()),
        None => (true, state),
    };
    let layers = layers(layer.trim(), at, &mut looking)?;
    let Some(layers) = layers else { return Ok(None) };
    let mut known: Vec<&str> = Vec::new();
    let reports = layers.iter().filter_map(|place| match place {
        Place::Layer { policy, layer, .. } => {
            Some(looking.system.policies[*policy].layers[*layer].report)
        }
        _ => None,
    });
    for name in reports.flat_map(|report| report.states).map(|state| state.name) {
        if !known.contains(&name) {
            known.push(name);
        }
    }
    if !known.contains(&state) {
        let message = format!("`{}` has no state `{state}`", layer.trim());
        let help = if known.is_empty() {
            "breakers have: closed, open, half-open".to_owned()
        } else {
            nearest_or_all(state, &known)
        };
        return Err(Diagnostic::new(at.clone(), Code::UnknownWord, message).help(help));
    }
    let (is_every, state) = (quantity == "every", state.to_owned());
    Ok(Some((Condition::States { layers, is_every, state, is, lasts }, Some(lasts))))
}

/// Which layers are meant: those of a kind, of a policy, or of an edge; none if that cannot be
/// known yet.
fn layers(
    text: &str,
    at: &Range<usize>,
    looking: &mut Looking<'_>,
) -> Result<Option<Vec<Place>>, Diagnostic> {
    if !text.contains(['.', '#']) {
        return of_kind(text, at, looking);
    }
    let mut names = looking.names.clone();
    let mut reader = Reader::new(&mut names);
    let node = Node::new(at.clone(), Value::Word(text.to_owned()));
    let read = Hits::read(&node, None, &mut reader);
    if let Some(mistake) = reader.finish().into_iter().next() {
        return Err(Diagnostic::from(mistake));
    }
    let Some(hit) = read.and_then(|hits| hits.0.into_iter().next()) else { return Ok(None) };
    let (policy, layer, edge) = match &hit.target {
        Target::Layer { policy, layer } => (policy.clone(), layer.clone(), None),
        Target::LayerOfEdge { caller, service, layer } => {
            let edge = (looking.names.caller(*caller), *service);
            (looking.policy_of(&hit, edge)?, layer.clone(), Some(edge))
        }
        _ => {
            let message = format!("`{text}` is no layer: write `policies.NAME.KIND`");
            return Err(Diagnostic::new(at.clone(), Code::Conflict, message));
        }
    };
    let found = looking.meant(&hit, &policy, &layer)?;
    let place = |(policy, layer)| Place::Layer { policy, layer, edge };
    let all: Vec<Place> = found.into_iter().map(place).collect();
    Ok(Some(all).filter(|all| !all.is_empty()))
}

/// All layers of a kind.
fn of_kind(
    kind: &str,
    at: &Range<usize>,
    looking: &Looking<'_>,
) -> Result<Option<Vec<Place>>, Diagnostic> {
    let (mut all, mut known) = (Vec::new(), Vec::new());
    for (policy, one) in looking.system.policies.iter().enumerate() {
        for (layer, factory) in one.layers.iter().enumerate() {
            if factory.kind == kind {
                all.push(Place::Layer { policy, layer, edge: None });
            } else if !known.contains(&factory.kind.as_str()) {
                known.push(factory.kind.as_str());
            }
        }
    }
    if !all.is_empty() {
        return Ok(Some(all));
    }
    if !looking.are_layers_known {
        return Ok(None);
    }
    let message = format!("no policy has a layer `{kind}`");
    Err(Diagnostic::new(at.clone(), Code::UnknownName, message).help(nearest_or_all(kind, &known)))
}
