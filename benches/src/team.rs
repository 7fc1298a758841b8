//! The system of W4: agents who crash, save, spend and come back.

use patterns::{Duration, Time};
use sim::System;

use crate::systems::scenario;

/// The settings of workload W4, for all sides; all else is the same in every run.
#[derive(Clone, Copy, Debug)]
pub struct Team {
    /// When the run ends, in whole milliseconds.
    pub horizon: Time,
    /// The tokens that all agents together may spend in an hour.
    pub tokens: u64,
    /// The dollars that each of those who write may spend in an hour.
    pub usd: u64,
}

impl Team {
    /// W4: about this number of calls, with budgets for all but the busiest hours.
    pub fn of(calls: u64) -> Self {
        let horizon = Time::ZERO + Duration::from_millis(360) * calls;
        Self { horizon, tokens: 12_000_000, usd: 5 }
    }

    /// The system that the engine runs.
    pub fn system(&self) -> System {
        let lasts = format!("{}ms", self.horizon.as_nanos() / 1_000_000);
        let text = SYSTEM.replace("HORIZON", &lasts);
        let text = text.replace("TOKENS", &self.tokens.to_string());
        scenario(&text.replace("USD", &self.usd.to_string()))
    }
}

/// Two groups of ten agents, six services, ten faults, two budgets. A crash stands for two of the
/// faults: each agent crashes by itself every half an hour, and now and then all who write do.
const SYSTEM: &str = r#"
    title = "Team"
    horizon = "HORIZON"

    [agents.research]
    count = 10
    arrivals = "closed(think=exponential(20s))"
    steps = [
        { call = "llm", tokens = "lognormal(median=2000, p90=5000)" },
        { call = "search" },
        { call = "web" },
        { call = "files" },
        { work = "exponential(5s)" },
        { call = "llm", tokens = "lognormal(median=2000, p90=5000)" },
    ]
    supervise = { restarts = "unlimited", backoff = "5s" }
    starts-in = "200ms"
    checkpoint = { when = ["steps(2)"], takes = "200ms", restore = "1s" }
    tries = 4

    [agents.write]
    count = 10
    arrivals = "closed(think=exponential(20s))"
    steps = [
        { call = "llm", tokens = "lognormal(median=2000, p90=5000)" },
        { call = "database" },
        { call = "llm", tokens = "lognormal(median=2000, p90=5000)" },
        { call = "mail", idempotent = false, optional = true },
    ]
    supervise = { restarts = "unlimited", backoff = "5s" }
    starts-in = "200ms"
    checkpoint = { when = ["steps(2)"], takes = "200ms", restore = "1s" }
    tries = 4

    [services.llm]
    slots = 8
    latency = "lognormal(median=2s, p99=12s)"
    errors = { rate-limit = 0.005, overload = 0.005 }
    price = { call = 0.001, per-million-tokens = 6.0 }

    [services.search]
    latency = "lognormal(median=400ms, p99=3s)"
    errors = { network = 0.01 }

    [services.web]
    latency = "lognormal(median=1s, p99=6s)"
    errors = { network = 0.03 }

    [services.files]
    latency = "20ms"

    [services.database]
    slots = 2
    latency = "exponential(50ms)"

    [services.mail]
    latency = "exponential(200ms)"

    [budgets.tokens]
    tokens = "TOKENS"
    every = "1h"
    for = ["research", "write"]
    then = "wait"

    [budgets.money]
    usd = USD
    every = "1h"
    per = "agent"
    for = ["write"]
    then = "skip"

    [[faults]]
    name = "llm-errors"
    hit = "llm"
    do = "errors"
    class = "overload"
    share = 0.3
    mtbf = "4h"
    mttr = "10min"

    [[faults]]
    name = "llm-down"
    hit = "llm"
    do = "down"
    mtbf = "12h"
    mttr = "2min"

    [[faults]]
    name = "search-down"
    hit = "search"
    do = "down"
    mtbf = "6h"
    mttr = "2min"

    [[faults]]
    name = "web-down"
    hit = "web"
    do = "down"
    mtbf = "4h"
    mttr = "5min"

    [[faults]]
    name = "web-errors"
    hit = "web"
    do = "errors"
    class = "network"
    share = 0.3
    mtbf = "4h"
    mttr = "10min"

    [[faults]]
    name = "files-down"
    hit = "files"
    do = "down"
    mtbf = "8h"
    mttr = "1min"

    [[faults]]
    name = "database-errors"
    hit = "database"
    do = "errors"
    class = "overload"
    share = 0.2
    mtbf = "4h"
    mttr = "10min"

    [[faults]]
    name = "mail-down"
    hit = "mail"
    do = "down"
    mtbf = "4h"
    mttr = "10min"

    [[faults]]
    name = "crashes"
    hit = ["research", "write"]
    do = "crash"
    each = "30min"
    at = "0s"
    for = "HORIZON"

    [[faults]]
    name = "write-crashes"
    hit = "write"
    do = "crash"
    mtbf = "6h"
    "#;
