//! Runs that show what a finding says: small systems of the library, with the numbers of the file.

use std::collections::BTreeMap;

use sim::Watch;

use crate::library;
use crate::registry::LayerRegistry;
use crate::runner::seed_of;
use crate::scenario::measure;
use crate::scenario_file::ScenarioFile;

/// How many runs are made of a system.
const RUNS: u32 = 3;

/// Makes such runs, and keeps what came of them.
pub(super) struct Proofs<'a> {
    registry: &'a LayerRegistry,
    /// What was found, by the system with its changes and the measure.
    means: BTreeMap<String, Option<f64>>,
}

impl<'a> Proofs<'a> {
    pub(super) const fn new(registry: &'a LayerRegistry) -> Self {
        Self { registry, means: BTreeMap::new() }
    }

    pub(super) const fn registry(&self) -> &'a LayerRegistry {
        self.registry
    }

    /// The mean of a measure over a few runs of a system of the library, with some changes; nothing
    /// if the changes cannot be made.
    fn run(&self, name: &str, changes: &[(&str, String)], of: &str) -> Option<f64> {
        let mut file = ScenarioFile::parse(name, library::find(name)?.text).ok()?;
        for (path, value) in changes {
            file.set_text(self.registry, path, value).ok()?;
        }
        let system = file.scenario(self.registry).ok()?.system;
        let measure = measure(of, &system).ok()?;
        let mut sum = 0.0;
        for run in 0..RUNS {
            sum += measure.of(&sim::run(&system, seed_of(1, run), Watch::Counts));
        }
        Some(sum / f64::from(RUNS))
    }

    /// The same; it is found once for all layers that are alike.
    fn mean(&mut self, name: &str, changes: &[(&str, String)], of: &str) -> Option<f64> {
        let key = format!("{name} {changes:?} {of}");
        if let Some(mean) = self.means.get(&key) {
            return *mean;
        }
        let mean = self.run(name, changes, of);
        self.means.insert(key, mean);
        mean
    }

    /// How often a counter of all failures opens in ten days at an error share of 2 %, beside one
    /// of failures in a row.
    pub(super) fn counting(&mut self, failures: i128) -> Option<String> {
        let mut opens = |like: &str| {
            let breaker = format!("{{ like = \"{like}\", failures = {failures} }}");
            let changes = [
                ("policies.guarded.breaker", breaker),
                ("horizon", "10d".to_owned()),
                ("faults.0.for", "10d".to_owned()),
            ];
            self.mean("claims/A12", &changes, "edges.\"agent -> mcp\".breaker.opens")
        };
        let (all, in_a_row) = (opens("course-printed")?, opens("course-meant")?);
        Some(format!(
            "shown by runs of the scenario claims/A12 (seed 1, {RUNS} runs of 10 days, a call \
             every 10 s, 2 % errors): this counter opens {all:.1} times, one of {failures} \
             failures in a row {in_a_row:.1} times"
        ))
    }

    /// What a breaker that counts refusals for the rate makes of a shortage.
    pub(super) fn limited(&mut self, failures: &str, open: &str) -> Option<String> {
        let mut failed = |ignore: &str| {
            let breaker = format!(
                "{{ failures = {failures}, open = {open}, count = \"all\", ignore = {ignore} }}"
            );
            let changes = [("policies.guarded.breaker", breaker)];
            self.mean("claims/A11", &changes, "agents.agent.failed")
        };
        let (counted, left_out) = (failed("\"none\"")?, failed("[\"rate-limit\"]")?);
        // With a high threshold this shortage is too small to show it.
        (counted > left_out + 0.001).then(|| {
            format!(
                "shown by runs of the scenario claims/A11 (seed 1, {RUNS} runs of 4 h, 75 calls a \
             minute where 50 are let in): with this breaker {:.1} % of the tasks \
             fail, with 429 left out {:.1} %",
                100.0 * counted,
                100.0 * left_out
            )
        })
    }

    /// How many calls become of one through stacked retries, when nothing answers.
    pub(super) fn stacked(&mut self, retries: &[i128]) -> Option<String> {
        let layers: Vec<String> = retries
            .iter()
            .map(|times| format!("{{ retry = {{ others = \"{times} x constant(10ms)\" }} }}"))
            .collect();
        let mut calls = |policy: String| {
            let changes = [("policies.guarded", policy)];
            self.mean("claims/C9", &changes, "edges.\"agent -> llm\".amplification")
        };
        let stacked = calls(format!("[{}]", layers.join(", ")))?;
        let alone = calls(format!("[{}]", layers.first()?))?;
        Some(format!(
            "shown by runs of the scenario claims/C9 (seed 1, {RUNS} runs, a service that is \
             down): {stacked:.0} attempts of one call; with the outer layer alone {alone:.0}"
        ))
    }
}
