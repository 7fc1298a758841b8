//! What was measured: against targets, and before and after.

use super::document::{Document, code};
use super::facts::Facts;
use super::verdict::Target;
use super::words::{self, Kept, bound};

/// What is told of every group of agents.
const OF_AGENTS: [&str; 19] = [
    "success",
    "right",
    "complete",
    "degraded",
    "failed",
    "wrong",
    "graceful",
    "ungraceful",
    "episodes",
    "mtbf",
    "mttr",
    "mttr.detect",
    "availability",
    "healed",
    "latency.p50",
    "latency.p95",
    "frozen",
    "value",
    "cost-per-good",
];

pub(super) fn add(facts: &Facts<'_>, out: &mut Document) {
    out.heading(2, "Metrics");
    targets(facts, out);
    levels(facts, out);
    consistent(facts, out);
}

fn targets(facts: &Facts<'_>, out: &mut Document) {
    let (wanted, expected) = facts.own_promises();
    let (own, expected) = (facts.promised(&wanted), facts.promised(&expected));
    let course = facts.course_targets();
    let row = |whose: &'static str| {
        move |target: &Target| {
            let measure = &facts.figures.result().measures[target.measure];
            vec![
                words::measure(measure),
                bound(&target.bound, measure.unit()),
                whose.to_owned(),
                facts.figures.level(0, target.measure),
                facts.kept(0, target).word().to_owned(),
            ]
        }
    };
    let rows = own.iter().map(row("the scenario"));
    let rows = rows.chain(expected.iter().map(row("the scenario: expected, no target")));
    let rows = rows.chain(course.iter().map(row("the course")));
    let caption = format!(
        "Targets of {}, each met only where the whole interval is on the right side.",
        code(facts.source)
    );
    out.table(caption, &["Metric", "Target", "Set by", "Current", "Status"], rows.collect());
    let is_missed = |target: &&Target| facts.kept(0, target).is_missed();
    let missed = course.iter().filter(is_missed).count();
    if missed > 0
        && !own.is_empty()
        && own.iter().all(|target| facts.kept(0, target) == Kept::Surely)
    {
        out.say(format!(
            "What {} asks of itself is met, while {} of the course {} not: whether these are asked \
             of this system is for its owner to say.",
            code(facts.source),
            words::counted(missed, "target"),
            if missed == 1 { "is" } else { "are" },
        ));
    }
}

/// Every metric, as it is and before.
fn levels(facts: &Facts<'_>, out: &mut Document) {
    let before = facts.before();
    for agents in &facts.system.agents {
        let places = OF_AGENTS.iter().filter_map(|name| {
            let place = facts.figures.of_group(&agents.name, name)?;
            let is_known = !facts.figures.estimate(0, place).mean.is_nan();
            is_known.then_some(place)
        });
        let rows = places.map(|place| {
            let measure = &facts.figures.result().measures[place];
            let mut row = vec![measure.name().into_owned(), facts.figures.level(0, place)];
            if let Some((variant, _)) = &before {
                row.push(facts.figures.level(*variant, place));
                row.push(facts.figures.change_from(*variant, place));
            }
            row
        });
        let called = before.as_ref().map(|(_, called)| {
            format!("; before means {called}, and the change is that of runs that have both")
        });
        let caption = format!(
            "Metrics of {}, in {} counted of each run{}.",
            code(&agents.name),
            facts.span_in_words(),
            called.unwrap_or_default()
        );
        let columns: &[&str] = match before {
            Some(_) => &["Metric", "Now", "Before", "Change"],
            None => &["Metric", "Now"],
        };
        out.table(caption, columns, rows.collect());
    }
}

/// What each metric means, once for all groups.
pub(super) fn definitions(facts: &Facts<'_>, out: &mut Document) {
    let Some(agents) = facts.system.agents.first() else { return };
    let rows = OF_AGENTS.iter().filter_map(|name| {
        let place = facts.figures.of_group(&agents.name, name)?;
        let measure = &facts.figures.result().measures[place];
        let definition = measure.definition().replace(
            " of that time.",
            " of the time from the arrival of a task to its end, however it ends.",
        );
        Some(vec![(*name).to_owned(), measure.unit().name().to_owned(), definition])
    });
    let caption = format!("What the metrics of {} mean.", code(facts.source));
    out.table(caption, &["Metric", "Unit", "Definition"], rows.collect());
}

/// Whether availability is what mean times say.
fn consistent(facts: &Facts<'_>, out: &mut Document) {
    for agents in &facts.system.agents {
        let mean = |name: &str| {
            let place = facts.figures.of_group(&agents.name, name)?;
            let mean = facts.figures.estimate(0, place).mean;
            (!mean.is_nan()).then_some(mean)
        };
        let (Some(mtbf), Some(mttr), Some(found)) =
            (mean("mtbf"), mean("mttr"), mean("availability"))
        else {
            continue;
        };
        let follows = mtbf / (mtbf + mttr);
        if (follows - found).abs() > 0.005 {
            out.say(format!(
                "Availability of {} does not follow from its mean times: MTBF / (MTBF + MTTR) \
                 would \
                 be {:.1} %, since episodes are cut by the ends of runs.",
                code(&agents.name),
                100.0 * follows
            ));
        }
    }
}
