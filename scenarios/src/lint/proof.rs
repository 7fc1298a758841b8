//! Runs that show what a finding says: small systems of the library, with the numbers of the file.

use sim::Watch;

use crate::library;
use crate::registry::LayerRegistry;
use crate::runner::seed_of;
use crate::scenario::measure;
use crate::scenario_file::ScenarioFile;

/// How many runs are made of a system.
const RUNS: u32 = 3;

/// The mean of a measure over a few runs of a system of the library, with some changes; nothing if
/// the changes cannot be made.
fn mean(name: &str, changes: &[(&str, String)], of: &str, registry: &LayerRegistry) -> Option<f64> {
    let mut file = ScenarioFile::parse(name, library::find(name)?.text).ok()?;
    for (path, value) in changes {
        file.set_text(registry, path, value).ok()?;
    }
    let system = file.scenario(registry).ok()?.system;
    let measure = measure(of, &system).ok()?;
    let mut sum = 0.0;
    for run in 0..RUNS {
        sum += measure.of(&sim::run(&system, seed_of(1, run), Watch::Counts));
    }
    Some(sum / f64::from(RUNS))
}

/// How often a counter of all failures opens in a month at an error share of 2 %, beside one of
/// failures in a row.
pub(super) fn counting(failures: i128, registry: &LayerRegistry) -> Option<String> {
    let opens = |like: &str| {
        let breaker = format!("{{ like = \"{like}\", failures = {failures} }}");
        let changes = [
            ("policies.guarded.breaker", breaker),
            ("horizon", "10d".to_owned()),
            ("faults.0.for", "10d".to_owned()),
        ];
        mean("claims/A12", &changes, "edges.\"agent -> mcp\".breaker.opens", registry)
    };
    let (all, in_a_row) = (opens("course-printed")?, opens("course-meant")?);
    Some(format!(
        "shown by runs of the scenario claims/A12 (seed 1, {RUNS} runs of 10 days, a call every \
         10 s, 2 % errors): this counter opens {all:.1} times, one of {failures} failures in a row \
         {in_a_row:.1} times"
    ))
}

/// What a breaker that counts refusals for the rate makes of a shortage.
pub(super) fn limited(failures: &str, open: &str, registry: &LayerRegistry) -> Option<String> {
    let failed = |ignore: &str| {
        let breaker = format!(
            "{{ failures = {failures}, open = {open}, count = \"all\", ignore = {ignore} }}"
        );
        let changes = [("policies.guarded.breaker", breaker)];
        mean("claims/A11", &changes, "agents.agent.failed", registry)
    };
    let (counted, left_out) = (failed("\"none\"")?, failed("[\"rate-limit\"]")?);
    Some(format!(
        "shown by runs of the scenario claims/A11 (seed 1, {RUNS} runs of 4 h, 75 calls a \
         minute where 50 are let in): with this breaker {:.1} % of the tasks \
         fail, with 429 left out {:.1} %",
        100.0 * counted,
        100.0 * left_out
    ))
}

/// How many calls become of one through stacked retries, when nothing answers.
pub(super) fn stacked(retries: &[i128], registry: &LayerRegistry) -> Option<String> {
    let layers: Vec<String> = retries
        .iter()
        .map(|times| format!("{{ retry = {{ others = \"{times} x constant(10ms)\" }} }}"))
        .collect();
    let calls = |policy: String| {
        let changes = [("policies.guarded", policy)];
        mean("claims/C9", &changes, "edges.\"agent -> llm\".amplification", registry)
    };
    let stacked = calls(format!("[{}]", layers.join(", ")))?;
    let alone = calls(format!("[{}]", layers.first()?))?;
    Some(format!(
        "shown by runs of the scenario claims/C9 (seed 1, {RUNS} runs, a service that is down): \
         {stacked:.0} attempts of one call; with the outer layer alone {alone:.0}"
    ))
}
