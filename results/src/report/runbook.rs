//! The runbook: an entry for each failure mode, with what was seen of it in simulation.

use patterns::Time;
use sim::causes::acts;
use sim::fault::Schedule;
use sim::model::system::Fault;
use sim::trial::TrialOf;

use super::alarms::{rule, seen};
use super::document::{Document, code, plain};
use super::evidence::rounded;
use super::facts::{Facts, Ranked};
use super::signs::{look_alikes, rises, signs};
use super::words::{self, listed};
use crate::estimate::Estimate;

/// How many times as long as on average it may take for that to be told.
const UNSURE: f64 = 10.0;

/// Counts of what layers do that are told of a fault, the largest first.
const ACTS_MAX: usize = 6;

pub(super) fn add(facts: &Facts<'_>, out: &mut Document) {
    out.heading(2, "Runbook");
    for one in facts.ranked_faults() {
        let Some(fault) = facts.fault(&one.name) else {
            continue;
        };
        out.heading(3, plain(&format!("{} {}", id(facts, fault), code(&one.name))));
        let rows = [
            ("Mode", words::fault(facts.system, fault)),
            ("Detection", detected_by(facts, &one.name)),
            ("Signs", signs(facts, &one, fault)),
            ("Looks like", look_alikes(facts, &one, fault)),
            ("Automatic reaction", reaction(facts, &one, fault)),
            ("Levers", levers(facts, &one, fault)),
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
        Some(format!("{} in {}{times}", rule(alert), seen(finds)))
    });
    let found: Vec<String> = found.collect();
    if found.is_empty() {
        format!(
            "no alert on {} finds {} in half of the times at which it comes without false alarms",
            code(facts.source),
            code(fault)
        )
    } else {
        found.join("; ")
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
        let more = acts.len().saturating_sub(ACTS_MAX);
        let more = match more {
            0 => String::new(),
            1 => "; one more count rises".to_owned(),
            more => format!("; {more} more counts rise"),
        };
        let acts = &acts[..acts.len().min(ACTS_MAX)];
        told.push(format!("in a run {}{more}", listed(acts)));
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
        let text = format!("{} {}", facts.figures.level(one.only, place), words::sign(&act));
        Some((facts.figures.estimate(one.only, place).mean, text))
    });
    let mut told: Vec<(f64, String)> = told.collect();
    told.sort_by(|a, b| b.0.total_cmp(&a.0));
    told.into_iter().map(|(_, text)| text).collect()
}

/// What is to be done about a lever: by what losses are measured by, and by whether anything else
/// gets better or worse.
fn advice(facts: &Facts<'_>, variant: usize) -> &'static str {
    let (gain, is_clear) = facts.gain(variant);
    let turns =
        |sign: f64| facts.asked().into_iter().any(|place| 0.0 < sign * facts.turn(variant, place));
    let is_better = is_clear && 0.0 < gain || turns(1.0);
    let is_worse = turns(-1.0) || !facts.prices(variant).is_empty();
    match (is_better, is_worse) {
        _ if is_clear && gain < 0.0 => "do not",
        (true, true) => "only at a price",
        (true, false) if is_clear && !facts.matters(variant) => "of little use is",
        (true, false) => "do",
        (false, true) => "do not",
        (false, false) => "of no use is",
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

/// Why no lever was pulled.
fn why_none(facts: &Facts<'_>, fault: &Fault) -> String {
    let hit: Vec<String> = words::hit(facts.system, fault).iter().map(code).collect();
    match fault.schedule.fixed_times(facts.system.horizon) {
        None => "it comes by chance, and nobody can act at a time that is not known".to_owned(),
        Some(times) if times.iter().all(|(_, end)| *end <= facts.system.warmup) => {
            "it is over before the warm-up is, and nothing is counted by then".to_owned()
        }
        Some(_) => format!("nothing of {} can be restarted, shed, paused or reset", listed(&hit)),
    }
}

fn levers(facts: &Facts<'_>, one: &Ranked, fault: &Fault) -> String {
    let pulled =
        facts.numbered(|of| matches!(of, TrialOf::Lever { fault, .. } if *fault == one.name));
    let told = pulled.iter().map(|(variant, trial)| {
        let TrialOf::Lever { action, how, at, .. } = &trial.of else { return String::new() };
        let how = if how.is_empty() { String::new() } else { format!(" ({how})") };
        let effects = facts.effects_at_price(*variant);
        let conflict = conflict(facts, *variant);
        let advice = advice(facts, *variant);
        format!("{advice} {}{how} at {at}: {effects}{conflict}", code(action))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        return format!("none was pulled for {}: {}", code(&one.name), why_none(facts, fault));
    }
    told.join("; ")
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
    let Some(place) = facts.figures.of_group(group, "recovery") else { return 0 };
    facts.figures.result().values(variant, place).filter(|value| value.is_nan()).count()
}

fn verification(facts: &Facts<'_>, one: &Ranked, fault: &Fault) -> String {
    let told = words::names_that_meet(facts.system, fault).into_iter().filter_map(|name| {
        let of = |part: &str| {
            let place = facts.figures.of_group(&name, part)?;
            known(&facts.figures.estimate(one.only, place))
                .then(|| facts.figures.level(one.only, place))
        };
        let (recover, verify) = (of("mttr.recover")?, of("mttr.verify")?);
        let (cut, runs) = (never_over(facts, one.only, &name), runs(facts));
        if 0 < cut {
            let is_so_anyway = 0 < never_over(facts, facts.quiet(), &name);
            let also = if is_so_anyway { ", as in runs without any fault" } else { "" };
            return Some(format!(
                "{} is still in a failure episode at the end of {cut} of {}{also}{}: it does not \
                 recover by itself, or the run is too short to see it",
                code(&name),
                words::counted(runs, "run"),
                after_the_end(facts, fault)
            ));
        }
        let place = facts.figures.of_group(&name, "mttr.recover")?;
        let found = facts.figures.estimate(one.only, place);
        if !found.is_reliable && UNSURE * found.mean < found.high {
            return Some(format!(
                "{} has too few failure episodes by {} to say how long it takes to recover",
                code(&name),
                code(&one.name)
            ));
        }
        Some(format!(
            "{} has good outcomes again {recover} after the last failure that is no refusal of its \
             own layers, and is back at its bound {verify} later{}",
            code(&name),
            back_at(facts, one, fault, &name)
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

/// How long before the end of a run a fault that comes once is over.
fn after_the_end(facts: &Facts<'_>, fault: &Fault) -> String {
    let Schedule::Once { at, lasts } = fault.schedule else { return String::new() };
    let (over, end) = (at + lasts, facts.system.horizon);
    if end <= over {
        return String::new();
    }
    format!(", {} after {} is over", end.since(over), code(&fault.name))
}

/// When a group is back for good, beside when a fault that comes once is over.
fn back_at(facts: &Facts<'_>, one: &Ranked, fault: &Fault, group: &str) -> String {
    let Schedule::Once { at, lasts } = fault.schedule else { return String::new() };
    let over = (at + lasts).since(facts.system.warmup);
    let place = facts.figures.of_group(group, "recovery");
    let Some(place) = place.filter(|_| !words::is_throughout(facts.system, fault)) else {
        return String::new();
    };
    // What has episodes without any fault is never back for good.
    let mut quiet = facts.figures.result().values(facts.quiet(), place);
    if one.only == facts.quiet() || !quiet.all(|value| value == 0.0) {
        return String::new();
    }
    let back = facts.figures.level(one.only, place);
    let after = if facts.system.warmup == Time::ZERO { "the beginning" } else { "the warm-up" };
    format!(
        ": its last failure episode is over {back} after {after}, and the fault {over} after it"
    )
}

fn escalation(facts: &Facts<'_>, one: &Ranked, fault: &Fault) -> String {
    let told = words::names_that_meet(facts.system, fault).into_iter().filter_map(|name| {
        let place = facts.figures.of_group(&name, "downtime")?;
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
    let told = words::names_that_meet(facts.system, fault).into_iter().flat_map(|group| {
        let told = names.iter().filter_map(move |name| {
            let place = facts.figures.of_group(&group, name)?;
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
