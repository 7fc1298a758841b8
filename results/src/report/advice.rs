//! What to do next, and whether the system is ready.

use sim::trial::{Trial, TrialOf};

use super::document::{Document, code, strong};
use super::facts::Facts;
use super::verdict::Readiness;
use super::words::{self, listed};

/// Recommendations of one kind beyond which no more are told.
const TOLD_MAX: usize = 5;

pub(super) fn recommend(facts: &Facts<'_>, out: &mut Document) {
    out.heading(2, "Recommendations");
    let settings = better(facts, |of| matches!(of, TrialOf::Setting { .. }));
    let settings = one_for_each(settings);
    let layers = better(facts, |of| matches!(of, TrialOf::Added { .. }));
    let without = better(facts, |of| matches!(of, TrialOf::Without { .. }));
    let points = |all: &[(usize, &Trial)]| {
        let points =
            all.iter().take(TOLD_MAX).map(|(variant, trial)| point(facts, *variant, trial));
        points.collect::<Vec<_>>()
    };
    let (settings, layers) = (points(&settings), [points(&layers), points(&without)].concat());
    out.heading(3, "Immediate: settings");
    if settings.is_empty() {
        let tried = facts.numbered(|of| matches!(of, TrialOf::Setting { .. })).len();
        out.say(format!(
            "None of {} that were tried in {} does better than what stands there without making \
             something else worse.",
            words::counted(tried, "other value"),
            code(facts.source)
        ));
    }
    if settings.len() > 1 {
        out.say(format!("Each was tried in {} by itself, and not together.", code(facts.source)));
    }
    out.list(settings);
    out.heading(3, "Within 30 days: what is built in");
    if layers.is_empty() {
        let tried =
            facts.numbered(|of| matches!(of, TrialOf::Added { .. } | TrialOf::Without { .. }));
        out.say(format!(
            "None of {} (a layer added, or one left out) makes {} better without making something \
             else worse.",
            words::counted(tried.len(), "change"),
            code(facts.source)
        ));
    }
    out.list(layers);
    out.heading(3, "Within 90 days: what has to be known");
    out.list(to_be_known(facts));
}

/// The trials that do better beyond chance, the best first.
fn better<'f>(facts: &'f Facts<'_>, is_it: impl Fn(&TrialOf) -> bool) -> Vec<(usize, &'f Trial)> {
    let all = facts.numbered(is_it).into_iter();
    let mut better: Vec<(usize, &Trial, f64)> = all
        .filter_map(|(variant, trial)| {
            let gain = facts.gain(variant).0;
            facts.is_advisable(variant).then_some((variant, trial, gain))
        })
        .collect();
    better.sort_by(|a, b| b.2.total_cmp(&a.2));
    better.into_iter().map(|(variant, trial, _)| (variant, trial)).collect()
}

/// Of several values of one setting the first.
fn one_for_each(all: Vec<(usize, &Trial)>) -> Vec<(usize, &Trial)> {
    let path = |trial: &Trial| match &trial.of {
        TrialOf::Setting { path, .. } => path.clone(),
        _ => trial.name.clone(),
    };
    let mut known: Vec<String> = Vec::new();
    let is_first = |(_, trial): &(usize, &Trial)| {
        let is_new = !known.contains(&path(trial));
        known.push(path(trial));
        is_new
    };
    all.into_iter().filter(is_first).collect()
}

fn point(facts: &Facts<'_>, variant: usize, trial: &Trial) -> String {
    let what = match &trial.of {
        TrialOf::Setting { path, own, value } => {
            format!("{} from {own} to {value}", code(path))
        }
        TrialOf::Added { to, kind, layer } if kind == "policy" => {
            format!("put {} under the policy {}", code(to), code(layer))
        }
        TrialOf::Added { to, layer, .. } => format!("add {} to {}", code(layer), code(to)),
        TrialOf::Without { policy, kind } => {
            format!("leave {} out of {}", code(kind), code(policy))
        }
        _ => code(&trial.name),
    };
    format!("{}: {}. {}", what, facts.effects(variant), code(facts.figures.command(variant)))
}

/// What the verdict hangs on and nobody has measured.
fn to_be_known(facts: &Facts<'_>) -> Vec<String> {
    let assumed = facts.numbered(|of| matches!(of, TrialOf::Assumed { .. }));
    let mut moving: Vec<(usize, &Trial, f64)> = assumed
        .into_iter()
        .filter_map(|(variant, trial)| {
            let (gain, is_clear) = facts.gain(variant);
            is_clear.then_some((variant, trial, gain.abs()))
        })
        .collect();
    moving.sort_by(|a, b| b.2.total_cmp(&a.2));
    let mut points: Vec<String> = moving
        .iter()
        .take(TOLD_MAX)
        .map(|(variant, trial, _)| {
            format!(
                "measure it on the real system, since it matters: if {}, {}",
                code(&trial.name),
                facts.effects(*variant)
            )
        })
        .collect();
    if points.is_empty() {
        points.push(format!(
            "nothing that was assumed of {} and tried otherwise moves what is looked at",
            code(facts.source)
        ));
    }
    points
}

pub(super) fn readiness(facts: &Facts<'_>, out: &mut Document) {
    out.heading(2, "Readiness");
    let now = facts.readiness(0);
    let go = match now {
        Readiness::Ready => "go",
        Readiness::WithCaveats => "go with the caveats above",
        Readiness::NotReady => "no go",
        Readiness::Undecided => "no decision",
    };
    let own = facts.own_targets();
    let by = if own.is_empty() {
        "the targets of the course, since the scenario has none".to_owned()
    } else {
        let texts: Vec<String> = facts.promises.iter().map(|one| code(&one.text)).collect();
        listed(&texts)
    };
    out.say(format!("{}, judged by {by}: {}.", strong(now.word()), strong(go)));
    let assumed = facts.numbered(|of| matches!(of, TrialOf::Assumed { .. }));
    let mut rows: Vec<(f64, Vec<String>)> = assumed
        .into_iter()
        .map(|(variant, trial)| {
            let then = facts.readiness(variant);
            let flips = if then == now { "same" } else { then.word() };
            let row = vec![code(&trial.name), facts.effects(variant), flips.to_owned()];
            let (gain, is_clear) = facts.gain(variant);
            (if is_clear { gain.abs() } else { 0.0 }, row)
        })
        .collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let caption = format!(
        "What the verdict on {} hangs on: each assumption by itself, the one that moves most \
         first.",
        code(facts.source)
    );
    let rows = rows.into_iter().map(|(_, row)| row).collect();
    out.table(caption, &["If", "Then", "Verdict"], rows);
}
