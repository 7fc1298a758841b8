//! What was injected: expected against actual, and what each fault costs.

use sim::causes::CauseOf;

use super::document::{Block, Document, code, plain};
use super::facts::{Facts, Log, Ranked};
use super::verdict::Target;
use super::words::{self, listed};

/// Causes of what a system misses by itself that are named.
const CAUSES: usize = 3;

/// The share of runs from which on something is confirmed, and up to which it is refuted.
const CONFIRMED: f64 = 0.95;
const REFUTED: f64 = 0.05;

pub(super) fn add(facts: &Facts<'_>, out: &mut Document) {
    out.heading(2, "Chaos testing");
    let ranked = facts.ranked_faults();
    if ranked.is_empty() {
        out.say(format!(
            "{} has no fault: what its patterns do when something breaks was not tested. A section \
             {} says what is to break, and when.",
            code(facts.source),
            code("faults")
        ));
        super::failed::add(facts, out);
        return;
    }
    if facts.promises.is_empty() {
        out.say(format!(
            "{} says nowhere what must hold, so that no experiment has an expectation of its own; \
             the targets of the course stand in its place below.",
            code(facts.source)
        ));
    }
    let rows = facts.faults().into_iter().filter_map(|fault| {
        let one = ranked.iter().find(|one| one.name == fault.name)?;
        Some(vec![
            code(&fault.name),
            words::fault(facts.system, fault),
            expected(facts, one),
            actual(facts, one),
            confirmed(facts, one).to_owned(),
        ])
    });
    let runs = facts.figures.result().replications;
    let least = (CONFIRMED * f64::from(runs)).ceil();
    let caption = format!(
        "Experiments on {}: each fault alone in {}, and confirmed where what is expected holds in \
         at least {least} of them.",
        code(facts.source),
        words::counted(runs as usize, "run")
    );
    let columns = ["Experiment", "Injection", "Expected", "Actual", "Confirmed"];
    out.table(caption, &columns, rows.collect());
    levels(facts, &ranked, out);
    for one in &ranked {
        let followers = facts.followers(&one.name);
        if !followers.is_empty() {
            let followers = followers.into_iter().map(|fault| words::fault(facts.system, fault));
            out.say(format!(
                "With {} came what follows it, here and wherever it is left out: {}.",
                code(&one.name),
                listed(&followers.collect::<Vec<_>>())
            ));
        }
    }
    facts.picture("timeline", out);
    findings(facts, &ranked, out);
    super::failed::add(facts, out);
}

/// What must hold, and in which share of runs it does where a fault alone comes.
fn shares(facts: &Facts<'_>, one: &Ranked) -> Vec<(String, usize, f64)> {
    let shares = facts.promises.iter().filter_map(|promise| {
        let place = facts.figures.place(&promise.text)?;
        // Of a window that never comes nothing holds, and nothing fails.
        let asked = facts.figures.place_of(&promise.measure)?;
        let is_of_it = words::is_around(&promise.measure, &one.name);
        if facts.figures.estimate(one.only, asked).mean.is_nan() && !is_of_it {
            return None;
        }
        let share = facts.figures.estimate(one.only, place).mean;
        (!share.is_nan()).then(|| (promise.text.clone(), place, share))
    });
    shares.collect()
}

pub(super) fn expected(facts: &Facts<'_>, one: &Ranked) -> String {
    let texts: Vec<String> = shares(facts, one).iter().map(|(text, ..)| code(text)).collect();
    if texts.is_empty() { "nothing is written".to_owned() } else { texts.join("; ") }
}

pub(super) fn actual(facts: &Facts<'_>, one: &Ranked) -> String {
    let runs = facts.figures.result().replications;
    let holds = |share: f64| (share * f64::from(runs)).round() as u32;
    let shares = shares(facts, one);
    let Some(least) = shares.iter().map(|(.., share)| holds(*share)).min() else {
        return level(facts, one, facts.asked()[0]);
    };
    if shares.iter().all(|(.., share)| holds(*share) == least) {
        let what = if shares.len() == 1 { "it holds" } else { "each holds" };
        return format!("{what} in {least} of {runs} runs");
    }
    let told = shares.iter().map(|(text, _, share)| {
        format!("{} holds in {} of {runs} runs", code(text), holds(*share))
    });
    told.collect::<Vec<_>>().join("; ")
}

/// What a measure comes to where a fault alone comes.
fn level(facts: &Facts<'_>, one: &Ranked, place: usize) -> String {
    let level = facts.figures.level(one.only, place);
    let worst = facts.figures.worst(one.only, place);
    format!("{} {level}, in the worst run {worst}", facts.name(place))
}

/// What is looked at, where each fault alone comes.
fn levels(facts: &Facts<'_>, ranked: &[Ranked], out: &mut Document) {
    let rows = ranked.iter().flat_map(|one| {
        let row = move |place: usize| {
            let (level, worst) =
                (facts.figures.level(one.only, place), facts.figures.worst(one.only, place));
            vec![code(&one.name), facts.name(place), level, worst]
        };
        facts.asked().into_iter().map(row)
    });
    let caption = format!("What {} comes to where each fault comes alone.", code(facts.source));
    out.table(caption, &["Fault", "Metric", "In all runs", "Worst run"], rows.collect());
}

/// Whether all that must hold does, in most runs.
pub(super) fn confirmed(facts: &Facts<'_>, one: &Ranked) -> &'static str {
    let shares = shares(facts, one);
    let least = shares.iter().map(|(.., share)| *share).fold(f64::INFINITY, f64::min);
    match least {
        least if least.is_infinite() => "not asked",
        least if CONFIRMED <= least => "yes",
        least if least <= REFUTED => "no",
        _ => "partial",
    }
}

fn findings(facts: &Facts<'_>, ranked: &[Ranked], out: &mut Document) {
    out.heading(2, "Key findings");
    let missed = facts.missed_without_faults();
    if !missed.is_empty() {
        of_itself(facts, &missed, out);
    }
    for one in ranked {
        let Some(fault) = facts.fault(&one.name) else {
            continue;
        };
        out.heading(3, plain(&title(facts, one)));
        let groups = words::groups_that_meet(facts.system, fault);
        let groups: Vec<String> =
            groups.into_iter().map(|group| code(&facts.system.agents[group].name)).collect();
        out.say(format!(
            "Impact: {}, meets {}. Without it, beside all else that comes: {}.",
            words::fault(facts.system, fault),
            listed(&groups),
            facts.effects(one.spared),
        ));
        for log in facts.logs.iter().filter(|log| log.of == one.name) {
            evidence(log, out);
        }
    }
}

fn title(facts: &Facts<'_>, one: &Ranked) -> String {
    let name = code(&one.name);
    if one.is_clear {
        return format!("{name}: {}", facts.loss_in_short(one.spared));
    }
    let losses: Vec<String> = facts.losses().into_iter().map(|place| facts.name(place)).collect();
    match facts.clear_effects(one.spared) {
        None => format!("{name}: no loss beyond chance"),
        Some(_) => format!("{name}: no loss of {} beyond chance", listed(&losses)),
    }
}

/// What the system misses by itself: no fault is to blame for it, and what ends none mends it.
fn of_itself(facts: &Facts<'_>, missed: &[Target], out: &mut Document) {
    let quiet = facts.quiet();
    let against: Vec<String> = missed.iter().map(|one| facts.against(quiet, one)).collect();
    out.heading(3, plain(&format!("Without any fault: {}", listed(&against))));
    let causes = super::failed::of_variant(facts, quiet);
    let of_calls = causes.iter().filter(|(cause, ..)| cause.of != CauseOf::Tasks);
    let told = of_calls.take(CAUSES).map(|(cause, place, _)| {
        format!("{} {}", facts.figures.level(quiet, *place), words::sign(cause))
    });
    let told: Vec<String> = told.collect();
    let seen = if told.is_empty() {
        "no call fails then: tasks take longer than they may".to_owned()
    } else {
        format!("what fails then in a run: {}", listed(&told))
    };
    out.say(format!(
        "Impact: this is there before anything is injected into {}, and stays when every fault is \
         mended; {seen}. {} shows it.",
        code(facts.source),
        code(facts.figures.command(quiet))
    ));
}

/// The log of a run, and the command that shows all of it.
fn evidence(log: &Log, out: &mut Document) {
    out.say(format!(
        "Evidence, the {} run (replication {}, seed 0x{:x}): {}",
        log.which,
        log.replication,
        log.seed,
        code(&log.command)
    ));
    out.blocks.push(Block::Log(log.lines.clone()));
}
