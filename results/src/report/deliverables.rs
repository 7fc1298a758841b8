//! What a course on reliability asks for beside the report: each under its name and headings, with
//! room for what is seen on the real system.

mod breakers;
mod catalogue;
mod form;
mod healing;
mod suite;

use super::document::Document;
use super::facts::Facts;

/// All of them: the name of each file, and what stands in it.
pub fn deliverables(facts: &Facts<'_>) -> Vec<(&'static str, Document)> {
    vec![
        ("chaos-testing/failure-mode-catalog", catalogue::catalogue(facts)),
        ("chaos-testing/chaos-experiment-suite", suite::suite(facts)),
        ("chaos-testing/chaos-test-results", suite::results(facts)),
        ("reliability-patterns/circuit-breaker-implementation", breakers::breakers(facts)),
        ("reliability-patterns/self-healing-implementation", healing::healing(facts)),
    ]
}
