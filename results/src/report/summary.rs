//! The first page: what was done, what was found, what is to be expected.

use sim::model::system::{Caller, Edge};
use sim::trial::TrialOf;

use super::document::{Block, Document, code, strong};
use super::facts::{Facts, Ranked, is_change};
use super::verdict::Readiness;
use super::words::{self, Kept, counted, listed};

/// Losses that are named on the first page.
const NAMED: usize = 3;

pub(super) fn add(facts: &Facts<'_>, out: &mut Document) {
    let result = facts.figures.result();
    let measured = match facts.beside {
        Some(_) => "What was measured has a section of its own.".to_owned(),
        None => format!("None was measured on the real {}.", code(facts.source)),
    };
    out.blocks.push(Block::Banner(format!(
        "{} Every figure is simulated: {} of {}, seeds from 0x{:x} on, with its 95 % interval. \
         {measured}",
        strong("Simulated values."),
        counted(result.replications as usize, "run"),
        counted(facts.trials.len(), "trial"),
        result.seed,
    )));
    out.heading(2, "Executive summary");
    out.say(verdict(facts));
    out.say(scope(facts));
    out.say(losses(facts));
    before_and_after(facts, out);
}

fn scope(facts: &Facts<'_>) -> String {
    let system = facts.system;
    let span = facts.span_in_words();
    let groups = system.agents.iter().map(|agents| {
        let count = if agents.count == 1 { String::new() } else { format!("{} × ", agents.count) };
        format!("{count}{}", code(&agents.name))
    });
    let is_one = matches!(&system.agents[..], [one] if one.count == 1);
    let verb = if is_one { "calls" } else { "call" };
    let (direct, others): (Vec<usize>, Vec<usize>) =
        (0..system.services.len()).partition(|service| {
            let of_agents = |edge: &Edge| matches!(edge.from, Caller::Agents(_));
            system.edges.iter().any(|edge| edge.to == *service && of_agents(edge))
        });
    let [services, others] = [direct, others].map(|all| {
        let names = all.into_iter().map(|service| code(&system.services[service].name));
        names.collect::<Vec<String>>()
    });
    let others = if others.is_empty() {
        String::new()
    } else {
        let verb = if others.len() == 1 { "is" } else { "are" };
        format!(", behind which {verb} {},", listed(&others))
    };
    let faults: Vec<String> =
        facts.faults().into_iter().map(|one| words::fault(system, one)).collect();
    let faults = match faults.len() {
        0 => "no fault was injected".to_owned(),
        1 => format!("one fault was injected: {}", faults[0]),
        number => format!("{number} faults were injected: {}", faults.join("; ")),
    };
    format!(
        "{} {verb} {}{others} for {span} in each run; {faults}.",
        listed(&groups.collect::<Vec<_>>()),
        listed(&services),
    )
}

fn losses(facts: &Facts<'_>) -> String {
    let ranked = facts.ranked_faults();
    let (dear, others): (Vec<&Ranked>, Vec<&Ranked>) =
        ranked.iter().partition(|one| facts.clear_effects(one.spared).is_some());
    let told = dear.iter().take(NAMED).filter_map(|one| {
        let effects = facts.clear_effects(one.spared)?;
        Some(format!("without {}, {effects}", code(&one.name)))
    });
    let told: Vec<String> = told.collect();
    let more = dear.len().saturating_sub(NAMED);
    let mut said = without_faults(facts);
    said += &match told.len() {
        0 if ranked.is_empty() => {
            format!("Nothing is injected into {}, so nothing can be ranked.", code(facts.source))
        }
        0 => String::new(),
        1 => format!("What it costs: {}.", told[0]),
        _ => format!("What costs most comes first: {}.", told.join("; ")),
    };
    if 0 < more {
        said += &format!(" {} cost less.", counted(more, "other fault"));
    }
    if !others.is_empty() {
        let names: Vec<String> = others.iter().map(|one| code(&one.name)).collect();
        said += &format!(
            " Nothing that {} {} is more than chance.",
            listed(&names),
            if names.len() == 1 { "costs" } else { "cost" }
        );
    }
    said.trim_start().to_owned()
}

/// What is lost without any fault, which no fault makes.
fn without_faults(facts: &Facts<'_>) -> String {
    let missed = facts.missed_without_faults();
    let quiet = facts.quiet();
    if quiet == 0 {
        return String::new();
    }
    if !missed.is_empty() {
        let told: Vec<String> = missed.iter().map(|one| facts.against(quiet, one)).collect();
        return format!("No fault makes all of it: even without any, {}. ", listed(&told));
    }
    let of = |name: &str| facts.figures.of_group(name, "success");
    let groups = facts.system.agents.iter().take(NAMED);
    let told = groups.filter_map(|agents| {
        let level = facts.figures.level(quiet, of(&agents.name)?);
        Some(format!("{level} of the tasks of {}", code(&agents.name)))
    });
    let told: Vec<String> = told.collect();
    format!("Without any fault, {} succeed. ", listed(&told))
}

/// What the patterns change, or what the variant of the file changes that shows how it was before.
fn before_and_after(facts: &Facts<'_>, out: &mut Document) {
    let Some((variant, called)) = facts.before() else {
        return out.say(format!(
            "No call of {} passes a pattern, and nothing keeps its agents alive: there is no \
             before and after.",
            code(facts.source)
        ));
    };
    let rows = facts.asked().into_iter().map(|place| {
        let [before, after] = [variant, 0].map(|of| facts.figures.level(of, place));
        let change = facts.figures.change_from(variant, place);
        vec![capital(&facts.name(place)), before, after, change]
    });
    let caption = format!(
        "Before: {called}; after: {} as it is written; the difference is that of runs with the \
         same random numbers.",
        code(facts.source)
    );
    out.table(caption, &["Metric", "Before", "After", "Difference"], rows.collect());
    if let Some(bare) = facts.variant(|of| *of == TrialOf::Bare) {
        let (gain, is_clear) = facts.gain(bare);
        if is_clear && 0.0 < gain && facts.matters(bare) {
            out.say(format!(
                "All patterns together do harm: without any of them, {}. {}",
                facts.effects_at_price(bare),
                code(facts.figures.command(bare))
            ));
        }
    }
}

pub(super) fn verdict(facts: &Facts<'_>) -> String {
    let readiness = facts.readiness(0);
    let targets = facts.targets();
    let of = |kept: Kept| {
        let those = targets.iter().filter(|target| facts.kept(0, target) == kept);
        those.map(|target| facts.against(0, target)).collect::<Vec<_>>()
    };
    let no = [of(Kept::No), of(Kept::MissedOnAverage)].concat();
    let mean = of(Kept::OnAverage);
    let why = match readiness {
        Readiness::Undecided if facts.faults().is_empty() => {
            format!("no fault of {} was tested", code(facts.source))
        }
        Readiness::Undecided => format!("nothing of {} was measured", code(facts.source)),
        Readiness::NotReady => listed(&no),
        Readiness::WithCaveats => with_caveats(facts, &mean),
        Readiness::Ready => format!("{} met by whole intervals", counted(targets.len(), "target")),
    };
    let word = strong(format!("{}:", capital(readiness.word())));
    let assumed = assumed(facts);
    format!("{word} {why}. {assumed}{}{}", by_the_course(facts, readiness), flip(facts, readiness))
}

/// That what must hold is assumed, where the file says so of all of it.
fn assumed(facts: &Facts<'_>) -> String {
    let (own, _) = facts.own_promises();
    if own.is_empty() || !own.iter().all(|promise| promise.is_assumed) {
        return String::new();
    }
    let texts: Vec<String> = own.iter().map(|promise| code(&promise.text)).collect();
    format!(
        "What must hold is assumed ({}), and nobody has asked for it: put in what has to be true. ",
        listed(&texts)
    )
}

/// What speaks against a system that meets its targets.
fn with_caveats(facts: &Facts<'_>, on_the_mean: &[String]) -> String {
    let mut all = Vec::new();
    if !on_the_mean.is_empty() {
        all.push(format!("on the mean only: {}", listed(on_the_mean)));
    }
    for (target, right) in facts.hidden(0) {
        all.push(format!(
            "{} counts wrong answers as well: {}",
            facts.name(target.measure),
            facts.against(0, &right)
        ));
    }
    all.join("; ")
}

/// What the course would say of a system that asks less of itself.
fn by_the_course(facts: &Facts<'_>, readiness: Readiness) -> String {
    let is_met = [Readiness::Ready, Readiness::WithCaveats].contains(&readiness);
    if !is_met || facts.own_targets().is_empty() {
        return String::new();
    }
    let missed = facts.course_targets().into_iter();
    let missed = missed
        .filter(|target| facts.kept(0, target) == Kept::No)
        .map(|target| facts.against(0, &target));
    let missed: Vec<String> = missed.take(NAMED).collect();
    if missed.is_empty() {
        return String::new();
    }
    format!("By the targets of the course it would not be: {}. ", listed(&missed))
}

/// The condition that would change the verdict.
fn flip(facts: &Facts<'_>, now: Readiness) -> String {
    let those = facts.numbered(|of| matches!(of, TrialOf::Assumed(_)) || is_change(of));
    let flips = those.iter().filter(|(variant, _)| facts.is_flipped(*variant));
    let is_assumed = |of: &TrialOf| matches!(of, TrialOf::Assumed(_));
    let (assumed, set): (Vec<_>, Vec<_>) = flips.partition(|(_, trial)| is_assumed(&trial.of));
    let told = |all: &[&(usize, &sim::trial::Trial)]| {
        let told = all.iter().take(NAMED).map(|(variant, trial)| {
            let then = facts.readiness(*variant);
            let held = if then <= now || is_assumed(&trial.of) {
                None
            } else {
                facts.held_back(*variant, &trial.of)
            };
            let held = held.map_or(String::new(), |why| format!(" (not advised: {why})"));
            let second = facts.stand_ins(*variant, &trial.of);
            let second = second.map_or(String::new(), |told| format!(" ({told} with a stand-in)"));
            format!("{} with {}{second}{held}", then.word(), code(&trial.name))
        });
        let more = all.len().saturating_sub(NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        format!("{}{more}", told.collect::<Vec<_>>().join("; "))
    };
    match (assumed.is_empty(), set.is_empty()) {
        (true, true) => {
            let source = code(facts.source);
            match those.len() {
                0 => format!("Nothing of {source} could be tried otherwise."),
                1 => format!("The one change that was tried with {source} does not alter this."),
                many => {
                    format!("None of {many} changes that were tried with {source} alters this.")
                }
            }
        }
        (false, true) => format!("It would be {}.", told(&assumed)),
        (true, false) => format!("It would be {}.", told(&set)),
        (false, false) => {
            format!("If what is assumed changes: {}. By settings: {}.", told(&assumed), told(&set))
        }
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
