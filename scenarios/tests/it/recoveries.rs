//! Recoveries: what is done when something is wrong, and what comes of it.

use patterns::{Duration, Time};
use scenarios::{LayerRegistry, Scenario, ScenarioFile};
use sim::observe::RecoveryRecord;
use sim::{Record, Watch, run};

/// A service that is down for ten minutes, and a breaker that does not come back by itself.
const FILE: &str = r#"
title = "A breaker that stays open"
horizon = "2h"
[agents.shop]
count = 10
arrivals = "poisson(every=10s)"
steps = [{ call = "pay" }]
[services.pay]
latency = "exponential(200ms)"
[policies]
p = [{ breaker = { failures = 5, open = "1h" } }]
[edges]
"shop -> pay" = "p"
[[faults]]
name = "x"
hit = "pay"
do = "down"
at = "10min"
for = "10min"
"#;

fn parsed(more: &str) -> Result<Scenario, String> {
    let file = ScenarioFile::parse("x.toml", &format!("{FILE}{more}"));
    let scenario = file.and_then(|file| file.scenario(&LayerRegistry::builtin()));
    scenario.map_err(|wrong| wrong.to_string())
}

fn scenario(more: &str) -> Scenario {
    parsed(more).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn record(more: &str) -> Record {
    run(&scenario(more).system, 1, Watch::Counts)
}

fn at(secs: u64) -> Time {
    Time::ZERO + Duration::from_secs(secs)
}

/// The success of all tasks.
fn success(record: &Record) -> f64 {
    let tasks = &record.agents[0].tasks;
    tasks.good() as f64 / tasks.answered() as f64
}

const RESET: &str = r#"
[[recoveries]]
name = "close"
hit = "policies.p.breaker"
do = "reset"
"#;

#[test]
fn a_recovery_resets_breakers_when_too_few_of_the_last_tasks_end_well() {
    let alone = record("");
    // Each breaker stays open for an hour from about ten minutes on.
    assert!(success(&alone) < 0.6, "{}", success(&alone));
    for when in
        ["agents.shop.success < 80% over 50 tasks", "agents.shop.failed > 20% over 50 tasks"]
    {
        let healed = record(&format!("{RESET}when = '{when}'\ncooldown = \"1min\""));
        let RecoveryRecord { triggered, done, healed: good, failed, .. } = healed.recoveries[0];
        assert_eq!(triggered, 1, "{:?}", healed.recoveries);
        // It is done again and again while the service is down.
        assert!(8 <= done && done <= 11 && good == 1 && failed == done - 1, "{done} {failed}");
        assert!(success(&healed) > 0.88, "{}", success(&healed));
        let end = healed.agents[0].episodes.all.last().and_then(|one| one.verified);
        assert!(end.is_some_and(|end| end < at(22 * 60)), "{end:?}");
    }
}
