//! The first page: what was done, what was found, what is to be expected.

use sim::trial::TrialOf;

use super::document::{Block, Document, code, strong};
use super::facts::Facts;
use super::verdict::Readiness;
use super::words::{self, Kept, bound, counted, listed};

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
    out.say(scope(facts));
    out.say(losses(facts));
    for said in before_and_after(facts) {
        out.say(said);
    }
    out.say(verdict(facts));
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
    let services: Vec<String> = system.services.iter().map(|one| code(&one.name)).collect();
    let faults: Vec<String> =
        facts.faults().into_iter().map(|one| words::fault(system, one)).collect();
    let faults = match faults.len() {
        0 => "no fault was injected".to_owned(),
        1 => format!("one fault was injected: {}", faults[0]),
        number => format!("{number} faults were injected: {}", faults.join("; ")),
    };
    format!(
        "{} {verb} {} for {span} in each run; {faults}.",
        listed(&groups.collect::<Vec<_>>()),
        listed(&services),
    )
}

fn losses(facts: &Facts<'_>) -> String {
    let ranked = facts.ranked_faults();
    let told = ranked.iter().take(NAMED).map(|one| {
        let clear = if one.is_clear { "" } else { " (which may be chance)" };
        format!("without {}, {}{clear}", code(&one.name), facts.effects(one.spared))
    });
    let told: Vec<String> = told.collect();
    match told.len() {
        0 => format!("Nothing is injected into {}, so nothing can be ranked.", code(facts.source)),
        1 => format!("What it costs: {}.", told[0]),
        _ => format!("What costs most comes first: {}.", told.join("; ")),
    }
}

/// What the patterns change, or what the variant of the file changes that shows how it was before.
fn before_and_after(facts: &Facts<'_>) -> Vec<String> {
    let Some((variant, called)) = facts.before() else {
        return vec![format!(
            "No call of {} passes a pattern, and nothing keeps its agents alive: there is no \
             before \
             and after.",
            code(facts.source)
        )];
    };
    let told = facts.asked().into_iter().map(|place| {
        let [before, after] = [variant, 0].map(|of| facts.figures.level(of, place));
        let change = facts.figures.change_from(variant, place);
        let name = capital(&words::measure(&facts.figures.result().measures[place]));
        format!(
            "{name} is {after}; {called} it is {before}; run by run, with the same random numbers, \
             that is a difference of {change}."
        )
    });
    told.collect()
}

pub(super) fn verdict(facts: &Facts<'_>) -> String {
    let readiness = facts.readiness(0);
    let measures = &facts.figures.result().measures;
    let targets = facts.targets();
    let of = |kept: Kept| {
        let those = targets.iter().filter(|target| facts.kept(0, target) == kept);
        let told = those.map(|target| {
            let measure = &measures[target.measure];
            let (name, bound) = (words::measure(measure), bound(&target.bound, measure.unit()));
            format!("{name} is {} ({bound})", facts.figures.level(0, target.measure))
        });
        told.collect::<Vec<_>>()
    };
    let (no, mean) = (of(Kept::No), of(Kept::OnAverage));
    let why = match readiness {
        Readiness::Undecided if facts.faults().is_empty() => {
            format!("no fault of {} was tested", code(facts.source))
        }
        Readiness::Undecided => format!("nothing of {} was measured", code(facts.source)),
        Readiness::NotReady => listed(&no),
        Readiness::WithCaveats => format!("on the mean only: {}", listed(&mean)),
        Readiness::Ready => format!("{} met by whole intervals", counted(targets.len(), "target")),
    };
    let word = strong(format!("{}:", capital(readiness.word())));
    format!("{word} {why}. {}", flip(facts, readiness))
}

/// The condition that would change the verdict.
fn flip(facts: &Facts<'_>, now: Readiness) -> String {
    let those = facts.numbered(|of| {
        matches!(of, TrialOf::Assumed { .. } | TrialOf::Setting { .. } | TrialOf::Added { .. })
    });
    let flips = those.iter().filter(|(variant, _)| facts.readiness(*variant) != now);
    let is_assumed = |of: &TrialOf| matches!(of, TrialOf::Assumed { .. });
    let (assumed, set): (Vec<_>, Vec<_>) = flips.partition(|(_, trial)| is_assumed(&trial.of));
    let told = |all: &[&(usize, &sim::trial::Trial)]| {
        let told = all.iter().take(NAMED).map(|(variant, trial)| {
            let then = facts.readiness(*variant).word();
            format!("{then} with {}", code(&trial.name))
        });
        let more = all.len().saturating_sub(NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        format!("{}{more}", told.collect::<Vec<_>>().join("; "))
    };
    match (assumed.is_empty(), set.is_empty()) {
        (true, true) => {
            format!(
                "None of {} that were tried with {} alters this verdict",
                counted(those.len(), "change"),
                code(facts.source)
            ) + "."
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
