//! The runbook: an entry for each failure mode, with what was seen of it in simulation.

use sim::causes::{Cause, CauseOf, acts, causes};
use sim::model::system::Fault;
use sim::trial::TrialOf;

use super::alarms::rule;
use super::document::{Document, code, plain};
use super::evidence::rounded;
use super::facts::{Facts, Ranked};
use super::words::{self, listed};
use crate::estimate::Estimate;

pub(super) fn add(facts: &Facts<'_>, out: &mut Document) {
    out.heading(2, "Runbook");
    for one in facts.ranked_faults() {
        let Some(fault) = facts.faults().into_iter().find(|fault| fault.name == one.name) else {
            continue;
        };
        out.heading(3, plain(&format!("{} {}", id(facts, fault), code(&one.name))));
        let rows = [
            ("Mode", words::fault(facts.system, fault)),
            ("Detection", detected_by(facts, &one.name)),
            ("Signs", signs(facts, &one, fault)),
            ("Looks like", look_alikes(facts, &one, fault)),
            ("Automatic reaction", reaction(facts, &one, fault)),
            ("Levers", levers(facts, &one)),
            ("Verification", verification(facts, &one, fault)),
            ("Escalation", escalation(facts, &one, fault)),
            ("Afterwards", afterwards(facts, &one, fault)),
        ];
        let rows = rows.into_iter().filter(|(_, text)| !text.is_empty());
        let rows = rows.map(|(field, text)| vec![field.to_owned(), text]).collect();
        let caption = format!("What to do about {}.", code(&one.name));
        out.table(caption, &["Field", "What was found in simulation"], rows);
    }
}

/// The number of a failure mode in the catalogue: by what it hits.
pub(super) fn id(facts: &Facts<'_>, fault: &Fault) -> String {
    let letters = |fault: &Fault| match () {
        () if !words::groups_hit(fault).is_empty() => "AF",
        () if fault.effect.info().name == "errors" => "EF",
        () => "TF",
    };
    let of = letters(fault);
    let same = facts.faults().into_iter().filter(|other| letters(other) == of);
    let place = { same }.position(|other| other.name == fault.name).unwrap_or(0);
    format!("{of}-{:03}", place + 1)
}

/// Which alerts find a fault, and how soon.
pub(super) fn detected_by(facts: &Facts<'_>, fault: &str) -> String {
    let found = facts.alerts.iter().filter_map(|alert| {
        let finds = alert.finds.iter().find(|finds| finds.fault == fault && 0.5 <= finds.share)?;
        let times = match finds.after {
            [Some(half), Some(most)] => {
                format!(", in half of them after {half}, in 95 % by {most}")
            }
            [Some(half), None] => format!(", in half of them after {half}"),
            _ => String::new(),
        };
        Some(format!("{} in {:.0} % of runs{times}", rule(alert), 100.0 * finds.share))
    });
    let found: Vec<String> = found.collect();
    if found.is_empty() {
        format!(
            "no alert on {} finds {} in half of its runs without false alarms: look at its signs",
            code(facts.source),
            code(fault)
        )
    } else {
        found.join("; ")
    }
}

/// Ways in which something fails where a fault comes alone, above what fails without it.
fn rising(facts: &Facts<'_>, one: &Ranked) -> Vec<(Cause, usize)> {
    let all = causes(facts.system).into_iter().filter(|cause| cause.of != CauseOf::Tasks);
    all.filter_map(|cause| rises(facts, one, &cause).map(|place| (cause, place))).collect()
}

/// Where something is measured that is seen more often where a fault comes alone than without it.
fn rises(facts: &Facts<'_>, one: &Ranked, cause: &Cause) -> Option<usize> {
    let quiet = facts.quiet();
    let place = facts.figures.place_of(&cause.measure)?;
    let [now, before] = [one.only, quiet].map(|of| facts.figures.estimate(of, place).mean);
    (one.only != quiet && now > RISES * before + 0.5).then_some(place)
}

/// By how much more often than without a fault something has to happen to be a sign of it.
const RISES: f64 = 1.5;

fn sign(cause: &Cause) -> String {
    let by = cause.by.as_ref().map_or(String::new(), |by| format!(" by {}", code(by)));
    format!("{}{by} on {}", code(cause.what), code(&cause.name))
}

fn signs(facts: &Facts<'_>, one: &Ranked, fault: &Fault) -> String {
    let told = rising(facts, one)
        .into_iter()
        .map(|(cause, place)| format!("{} {}", facts.figures.level(one.only, place), sign(&cause)));
    let told: Vec<String> = told.collect();
    if !told.is_empty() {
        return format!("in a run {}", listed(&told));
    }
    let groups = words::groups_hit(fault).into_iter().filter_map(|group| {
        let name = &facts.system.agents[group].name;
        let place = facts.figures.place(&format!("agents.{name}.process-availability"))?;
        let up = facts.figures.level(one.only, place);
        Some(format!("processes of {} are up {up} of the time", code(name)))
    });
    let groups: Vec<String> = groups.collect();
    if groups.is_empty() {
        return format!("nothing fails more often on any edge while {} comes", code(&one.name));
    }
    listed(&groups)
}

/// Other failure modes with the same signs, and what tells them apart.
fn look_alikes(facts: &Facts<'_>, one: &Ranked, fault: &Fault) -> String {
    let signs_of = |of: &Ranked| {
        rising(facts, of).iter().map(|(cause, _)| sign(cause)).collect::<Vec<String>>()
    };
    let own = signs_of(one);
    let others = facts.ranked_faults().into_iter().filter(|other| other.name != one.name);
    let told = others.filter_map(|other| {
        let of_other = signs_of(&other);
        let (shared, apart): (Vec<&String>, Vec<&String>) =
            own.iter().partition(|sign| of_other.contains(sign));
        let apart: Vec<String> = apart.into_iter().cloned().collect();
        let apart = if apart.is_empty() {
            "nothing but how often tells them apart".to_owned()
        } else {
            format!("only {} has {}", code(&one.name), listed(&apart))
        };
        (!shared.is_empty()).then(|| format!("{}: {apart}", code(&other.name)))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        return nothing_alike(facts, one, fault, &own);
    }
    told.join("; ")
}

/// Why nothing else looks like it.
fn nothing_alike(facts: &Facts<'_>, one: &Ranked, fault: &Fault, own: &[String]) -> String {
    let others = facts.ranked_faults().into_iter().filter(|other| other.name != one.name);
    let others: Vec<String> = others.map(|other| code(&other.name)).collect();
    let hit: Vec<String> = words::hit(facts.system, fault).iter().map(code).collect();
    match (others.is_empty(), own.is_empty()) {
        (true, _) => format!("nothing else was tried that could look like it at {}", listed(&hit)),
        (_, true) => {
            format!("it has no sign by which {} could be taken for it", others.join(" or "))
        }
        _ if others.len() == 1 => format!("{} has no {}", others[0], own.join(" and no ")),
        _ => format!("none of {} has {}", listed(&others), own.join(" or ")),
    }
}

fn reaction(facts: &Facts<'_>, one: &Ranked, fault: &Fault) -> String {
    let log = facts.logs.iter().find(|log| log.of == one.name && log.which == "median");
    let states = log.map(|log| {
        let changes = log
            .changes
            .iter()
            .take(6)
            .map(|(after, what)| format!("{what} {} after", rounded(*after)));
        changes.collect::<Vec<_>>()
    });
    let states = states.unwrap_or_default();
    let acts = acting(facts, one, fault);
    let mut told = Vec::new();
    if !states.is_empty() {
        let states = states.join("; ");
        told.push(format!("in the median run, from its first effect on: {states}"));
    }
    if !acts.is_empty() {
        told.push(format!("in a run {}", listed(&acts)));
    }
    if told.is_empty() {
        return format!("no layer acts more often while {} comes alone", code(&one.name));
    }
    told.join("; ")
}

/// What layers do more often where a fault comes alone than without it.
fn acting(facts: &Facts<'_>, one: &Ranked, fault: &Fault) -> Vec<String> {
    let edges = words::edges_hit(facts.system, fault);
    let policies = edges.iter().filter_map(|edge| edge.policy);
    let mut owners: Vec<String> =
        policies.map(|one| facts.system.policies[one].name.clone()).collect();
    owners.extend(edges.iter().map(|edge| facts.system.edge_name(edge)));
    let all = acts(facts.system).into_iter().filter(|act| owners.contains(&act.name));
    let told = all.filter_map(|act| {
        let place = rises(facts, one, &act)?;
        Some(format!("{} {}", facts.figures.level(one.only, place), sign(&act)))
    });
    told.collect()
}

/// What is to be done about a lever: by what losses are measured by, and by whether anything else
/// gets worse.
fn advice(facts: &Facts<'_>, variant: usize) -> &'static str {
    let (gain, is_clear) = facts.gain(variant);
    let is_worse = facts.asked().into_iter().any(|place| facts.turn(variant, place) < 0.0);
    let has_price = is_worse || !facts.prices(variant).is_empty();
    match (is_clear, 0.0 < gain) {
        (true, false) => "do not",
        (true, true) if !facts.matters(gain) => "no use in",
        (true, true) if has_price => "only at a price",
        (true, true) => "do",
        (false, _) if is_worse => "do not",
        _ => "no use in",
    }
}

/// Why success says something else than what decides.
fn conflict(facts: &Facts<'_>, variant: usize) -> &'static str {
    let losses = facts.losses();
    let (own, others): (Vec<usize>, Vec<usize>) =
        facts.asked().into_iter().partition(|place| losses.contains(place));
    let sum =
        |all: Vec<usize>| all.into_iter().map(|place| facts.turn(variant, place)).sum::<f64>();
    if sum(own) * sum(others) < 0.0 {
        " (success is a share of the tasks that ended, of which there are more or fewer: what is \
         done in an hour decides)"
    } else {
        ""
    }
}

fn levers(facts: &Facts<'_>, one: &Ranked) -> String {
    let pulled =
        facts.numbered(|of| matches!(of, TrialOf::Lever { fault, .. } if *fault == one.name));
    let told = pulled.iter().map(|(variant, trial)| {
        let TrialOf::Lever { action, at, .. } = &trial.of else { return String::new() };
        let effects = facts.effects_at_price(*variant);
        let conflict = conflict(facts, *variant);
        format!("{} {} at {at}: {effects}{conflict}", advice(facts, *variant), code(action))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        return format!(
            "none was pulled for {}: it does not come at a known time after the warm-up, or hits \
             nothing that can be restarted, shed, paused or reset",
            code(&one.name)
        );
    }
    told.join("; ")
}

/// The groups that meet a fault, by name.
fn groups(facts: &Facts<'_>, fault: &Fault) -> Vec<String> {
    let groups = words::groups_that_meet(facts.system, fault).into_iter();
    groups.map(|group| facts.system.agents[group].name.clone()).collect()
}

fn known(found: &Estimate) -> bool {
    !found.mean.is_nan()
}

fn runs(facts: &Facts<'_>) -> usize {
    facts.figures.result().replications as usize
}

/// In how many runs of a variant a group is in a failure episode at the end: when that would have
/// ended is not known.
fn never_over(facts: &Facts<'_>, variant: usize, group: &str) -> usize {
    let Some(place) = facts.figures.place(&format!("agents.{group}.recovery")) else { return 0 };
    facts.figures.result().values(variant, place).filter(|value| value.is_nan()).count()
}

fn verification(facts: &Facts<'_>, one: &Ranked, fault: &Fault) -> String {
    let told = groups(facts, fault).into_iter().filter_map(|name| {
        let of = |part: &str| {
            let place = facts.figures.place(&format!("agents.{name}.{part}"))?;
            known(&facts.figures.estimate(one.only, place))
                .then(|| facts.figures.level(one.only, place))
        };
        let (recover, verify) = (of("mttr.recover")?, of("mttr.verify")?);
        let (cut, runs) = (never_over(facts, one.only, &name), runs(facts));
        if 0 < cut {
            let is_so_anyway = 0 < never_over(facts, facts.quiet(), &name);
            let also = if is_so_anyway { ", as in runs without any fault" } else { "" };
            return Some(format!(
                "{} is still in a failure episode at the end of {cut} of {}{also}: the run is too \
                 short to say how long it takes to recover",
                code(&name),
                words::counted(runs, "run")
            ));
        }
        Some(format!(
            "{} has good outcomes again {recover} after the last failure that is no refusal of its \
             own layers, and is back at its bound {verify} later",
            code(&name)
        ))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        return format!(
            "no group has a failure episode by {} alone: watch that success stays where it is",
            code(&one.name)
        );
    }
    told.join("; ")
}

fn escalation(facts: &Facts<'_>, one: &Ranked, fault: &Fault) -> String {
    let told = groups(facts, fault).into_iter().filter_map(|name| {
        let place = facts.figures.place(&format!("agents.{name}.downtime"))?;
        let values = facts.figures.result().values(one.only, place);
        let longest = facts.figures.most(one.only, place)?;
        if values.fold(0.0, f64::max) == 0.0 {
            return None;
        }
        let (cut, runs, name) = (never_over(facts, one.only, &name), runs(facts), code(&name));
        let runs = words::counted(runs, "run");
        if 0 < cut {
            return Some(format!(
                "as soon as {name} is in a failure episode: it did not recover by the end of {cut} \
                 of {runs}, with up to {longest} in episodes"
            ));
        }
        Some(format!(
            "when {name} is in failure episodes for more than {longest}: none of {runs} came to \
             that"
        ))
    });
    told.collect::<Vec<String>>().join("; or ")
}

fn afterwards(facts: &Facts<'_>, one: &Ranked, fault: &Fault) -> String {
    let names = ["duplicates", "dead-letters", "broken-checkpoints", "wrong"];
    let told = groups(facts, fault).into_iter().flat_map(|group| {
        let told = names.iter().filter_map(move |name| {
            let place = facts.figures.place(&format!("agents.{group}.{name}"))?;
            let found = facts.figures.estimate(one.only, place);
            let is_some = known(&found) && 0.0 < found.mean;
            let what = name.replace('-', " ");
            is_some.then(|| {
                format!("{what} of {} {}", code(&group), facts.figures.level(one.only, place))
            })
        });
        told.collect::<Vec<_>>()
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { String::new() } else { format!("put right: {}", told.join("; ")) }
}
