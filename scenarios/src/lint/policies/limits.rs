//! Rules for timeouts: what they limit takes longer than they wait.

use core::ops::Range;

use patterns::retry::Settings as Retry;
use patterns::timeout::Settings as Timeout;
use patterns::{Class, Duration};
use sim::System;
use sim::model::system::{Agents, Caller, Edge};

use super::read::{policy_of, settings};
use super::waits::Waits;
use crate::diagnostic::Diagnostic;
use crate::export::{Layer, Policy};
use crate::lint::finding::{finding, time};
use crate::path_keys::path_key;
use crate::registry::LayerRegistry;
use crate::scenario_file::ScenarioFile;

/// Calls within calls that are followed.
const DEPTH_MAX: usize = 20;

/// What lies below a layer, with the longest time that a call takes there, in seconds.
struct Below {
    /// What ends an attempt, if anything does.
    each: Option<Inner>,
    /// The waits between the attempts.
    waits: Vec<f64>,
    /// After how long no further attempt is begun.
    end: f64,
}

/// What ends an attempt.
struct Inner {
    seconds: f64,
    /// What it is, with a verb in front of a time.
    what: String,
    /// What follows if a limit around it is no longer.
    so: &'static str,
}

impl Below {
    /// One attempt, which something ends.
    fn once(each: Inner) -> Self {
        Self { each: Some(each), waits: Vec::new(), end: f64::INFINITY }
    }

    fn each(&self) -> f64 {
        self.each.as_ref().map_or(0.0, |each| each.seconds)
    }

    fn total(&self) -> f64 {
        let begun = self.waits.iter().fold(0.0, |sum, wait| sum + self.each() + wait);
        begun.min(self.end) + self.each()
    }

    /// The same with retries around it.
    fn again(self, retry: &Retry) -> Self {
        // What is ended fails as a timeout; what is not may fail in any way.
        let classes = if self.each.is_some() { &[Class::Timeout][..] } else { &Class::ALL[..] };
        let sum = |waits: &Vec<f64>| waits.iter().sum::<f64>();
        let all = classes.iter().filter_map(|class| Waits::of(retry, *class));
        let longest = all
            .map(|waits| waits.lengths(true))
            .max_by(|one, other| sum(one).total_cmp(&sum(other)));
        let Some(waits) = longest.filter(|waits| !waits.is_empty()) else { return self };
        let end = match retry.max_elapsed {
            Duration::MAX => f64::INFINITY,
            end => end.as_secs_f64(),
        };
        // Retries around retries are attempts that take as long as all of those below.
        let total = self.total();
        let each = self.each.map(|each| Inner { seconds: total, ..each });
        Self { each, waits, end }
    }

    /// How many attempts come to their end within a limit.
    fn kept(&self, limit: f64) -> usize {
        let mut end = self.each();
        let ends = self.waits.iter().map(|wait| {
            end += wait + self.each();
            end
        });
        let first = usize::from(self.each() <= limit);
        first + ends.take_while(|end| *end <= limit).count()
    }

    /// What is wrong with a limit around it, if something is.
    fn beyond(&self, outer: &Layer, limit: f64) -> Option<Diagnostic> {
        let total = self.total();
        let (message, proof) = if self.waits.is_empty() {
            let Inner { seconds, what, so } = self.each.as_ref()?;
            if *seconds < limit {
                return None;
            }
            let (inner, outer) = (time(*seconds), time(limit));
            let message = format!("{what} {inner}, and the limit around it is {outer}: {so}");
            (message, format!("arithmetic: {inner} >= {outer}"))
        } else {
            if total <= limit {
                return None;
            }
            let (attempts, between) = (self.waits.len() + 1, self.waits.iter().sum());
            let of_each = match &self.each {
                Some(each) => format!(" of up to {}", time(each.seconds)),
                None => String::new(),
            };
            let message = format!(
                "{attempts} attempts{of_each} and {} between them are {}, and the limit around \
                 them is {}",
                time(between),
                time(total),
                time(limit)
            );
            let kept = self.kept(limit);
            let proof =
                format!("arithmetic: {kept} of the {attempts} attempts can come to their end");
            (message, proof)
        };
        let path = format!("{}.limit", outer.path);
        let found = finding("timeout-beyond-deadline", outer.place("limit"), message).proof(proof);
        Some(found.set(path, above(total)))
    }
}

/// A limit that is longer than a time, in round numbers.
fn above(seconds: f64) -> String {
    let step = if seconds < 1.0 { 0.01 } else { 1.0 };
    Duration::from_secs_f64(((seconds / step).floor() + 1.0) * step).to_string()
}

pub(super) fn look(
    file: &ScenarioFile,
    registry: &LayerRegistry,
    (all, system): (&[Policy], &System),
    found: &mut Vec<Diagnostic>,
) {
    let mut seen: Vec<Range<usize>> = Vec::new();
    let mut add = |one: Diagnostic| {
        if !seen.contains(&one.place()) {
            seen.push(one.place());
            found.push(one);
        }
    };
    for policy in all {
        through(policy, None, &mut add);
    }
    for edge in &system.edges {
        let policy = policy_of(edge, all, system);
        if let Some((policy, below)) = policy.zip(calls(edge, all, system, 0)) {
            through(policy, Some(below), &mut add);
        }
        if let Some((policy, group)) = policy.zip(group(edge, system)) {
            let path = format!("agents.{}.deadline", path_key(&group.name));
            let at = file.get(registry, &path).map(|node| node.at);
            at.and_then(|at| late(policy, group, &at)).into_iter().for_each(&mut add);
        }
    }
}

/// The agents that make the calls of an edge.
fn group<'a>(edge: &Edge, system: &'a System) -> Option<&'a Agents> {
    match edge.from {
        Caller::Agents(at) => system.agents.get(at),
        Caller::Service(_) => None,
    }
}

/// What is wrong with a timeout that ends no call before its task is too late.
fn late(policy: &Policy, group: &Agents, at: &Range<usize>) -> Option<Diagnostic> {
    let deadline = group.deadline?;
    let timeouts = policy.layers.iter().filter_map(settings::<Timeout>);
    // One that knows the deadline ends with it.
    let limits = timeouts.filter(|it| !it.propagates && it.limit < Duration::MAX);
    let limit = limits.map(|it| it.limit).min()?;
    (limit >= deadline).then(|| {
        let (seconds, deadline) = (limit.as_secs_f64(), time(deadline.as_secs_f64()));
        let message = format!(
            "the tasks of `{}` are of use for {deadline}, and a single attempt of their calls ends \
             after {}: no retry comes in time",
            group.name,
            time(seconds)
        );
        let proof = format!("arithmetic: {} >= {deadline}", time(seconds));
        let wrong = finding("timeout-beyond-deadline", at, message).proof(proof);
        wrong.set(format!("agents.{}.deadline", path_key(&group.name)), above(seconds))
    })
}

/// What a call takes through the layers of a policy, from the innermost to the outermost.
fn through(
    policy: &Policy,
    mut below: Option<Below>,
    found: &mut dyn FnMut(Diagnostic),
) -> Option<Below> {
    let mut is_other = below.is_some();
    for layer in policy.layers.iter().rev() {
        if let Some(timeout) = settings::<Timeout>(layer).filter(|it| it.limit < Duration::MAX) {
            let limit = timeout.limit.as_secs_f64();
            // What another one calls ends in time if it knows the deadline.
            if !(is_other && timeout.propagates) {
                let wrong = below.as_ref().and_then(|below| below.beyond(layer, limit));
                wrong.into_iter().for_each(&mut *found);
            }
            is_other = false;
            let what = "a timeout within ends after".to_owned();
            below = Some(Below::once(Inner { seconds: limit, what, so: "it never acts" }));
        } else if let Some(retry) = settings::<Retry>(layer) {
            let one = Below { each: None, waits: Vec::new(), end: f64::INFINITY };
            below = Some(below.unwrap_or(one).again(&retry));
        }
    }
    below
}

/// The longest of the calls that what is called makes, if any of them has an end.
fn calls(edge: &Edge, all: &[Policy], system: &System, depth: usize) -> Option<Below> {
    if depth == DEPTH_MAX {
        return None;
    }
    let next = system.edges.iter().filter(|next| next.from == Caller::Service(edge.to));
    let longest = next.filter_map(|next| {
        let policy = policy_of(next, all, system)?;
        let below = through(policy, calls(next, all, system, depth + 1), &mut |_| {})?;
        let _has_an_end = below.each.as_ref()?;
        let (from, to) = (system.caller_name(next.from), &system.services[next.to].name);
        let what = format!("the call of `{to}` by `{from}` takes up to");
        let so = "it goes on when nobody waits for it any more";
        Some(Below::once(Inner { seconds: below.total(), what, so }))
    });
    longest.max_by(|one, other| one.total().total_cmp(&other.total()))
}
