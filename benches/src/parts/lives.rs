//! What it costs that agents crash, save, spend and come back.

use sim::model::World;
use sim::{RunOptions, System, Watch};

use crate::measuring::{Measuring, Quartiles, allocated, nanos_each, user_time_of};
use crate::systems::scenario;
use crate::table::{Table, bytes, nanos};

/// Hours of one run.
const HOURS: u64 = 400;

/// Agents, and more of them, by whom the bytes of one are found.
const AGENTS: u64 = 20;
const MANY: u64 = 2_000;

/// How much of it there is, each with what comes before it.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
enum Depth {
    /// Calls and work in a row, and faults of services.
    Plain,
    /// Loops, and steps side by side.
    Flow,
    /// Processes that crash and come back, checkpoints, prices and budgets.
    Lives,
}

const DEPTHS: [(&str, Depth); 3] =
    [("plain", Depth::Plain), ("steps", Depth::Flow), ("lives", Depth::Lives)];

pub(super) fn measure(measuring: &Measuring) -> Table {
    let title = "LIVES: user time a call, by what agents do besides";
    let columns = [
        "",
        "a call",
        "calls a second",
        "to plain",
        "calls",
        "crashes",
        "checkpoints",
        "bytes an agent",
    ];
    let mut table = Table::new(title, &columns);
    let systems = DEPTHS.map(|(_, depth)| system(depth, AGENTS, measuring.size(HOURS)));
    let mut taken = [const { Vec::<f64>::new() }; DEPTHS.len()];
    let mut ratios = taken.clone();
    let mut counts = [[0; 3]; DEPTHS.len()];
    for seed in 0..measuring.rounds(9) {
        // In turn, so that a neighbour who slows one of them slows the others as well.
        let costs = systems.each_ref().map(|system| cost_of_a_call(system, seed));
        for (at, (cost, of_run)) in costs.into_iter().enumerate() {
            taken[at].push(cost);
            ratios[at].push(cost / costs[0].0);
            counts[at] = of_run;
        }
    }
    let [taken, ratios] = [taken, ratios].map(|all| all.map(Quartiles::of));
    for (at, (name, depth)) in DEPTHS.into_iter().enumerate() {
        let more = bytes_of(depth, MANY) - bytes_of(depth, AGENTS);
        let cost = taken[at].median;
        let mut row = vec![name.to_owned(), nanos(cost), format!("{:.2} million", 1e3 / cost)];
        row.push(ratios[at].to_string());
        row.extend(counts[at].map(|count| count.to_string()));
        row.push(bytes(more / (MANY - AGENTS) as f64));
        table.row(row);
    }
    table.note("20 agents of two groups, 6 services; plain: calls and work in a row, 6 faults of");
    table.note("services; steps: loops and steps side by side as well; lives: crashes, restarts,");
    table.note("checkpoints, prices, budgets and 4 faults of agents as well; bytes: what a world");
    table.note("takes for half an hour, by the agents that one of 2000 has more");
    table
}

/// Nanoseconds of user time for each call that ended, in a world that is ready; and how many calls,
/// crashes and checkpoints there were.
fn cost_of_a_call(system: &System, seed: u64) -> (f64, [u64; 3]) {
    let world = World::new(system, seed, Watch::Counts);
    let (took, record) = user_time_of(|| world.run(&RunOptions::default()));
    let calls = record.edges.iter().map(|edge| edge.calls.answered()).sum();
    let lives = || record.agents.iter().map(|agents| &agents.process);
    let crashes = lives().map(|process| process.crashes).sum();
    let checkpoints = lives().map(|process| process.checkpoints).sum();
    (nanos_each(took, calls), [calls, crashes, checkpoints])
}

/// What a world with this number of agents takes, until each has done several tasks.
fn bytes_of(depth: Depth, agents: u64) -> f64 {
    let mut system = system(depth, agents, 1);
    system.horizon = patterns::Time::ZERO + patterns::Duration::from_secs(30 * 60);
    let (built, world) = allocated(|| World::new(&system, 0, Watch::Counts));
    built.held + allocated(|| world.run(&RunOptions::default())).0.bytes
}

/// Half of the agents look things up, and the others make something of it.
fn system(depth: Depth, agents: u64, hours: u64) -> System {
    let from = |least: Depth, text: &'static str| if least <= depth { text } else { "" };
    let looks_up = if depth == Depth::Plain { ROW } else { LOOP };
    let life = from(Depth::Lives, LIFE);
    let tokens = from(Depth::Lives, r#", tokens = "lognormal(median=2000, p90=5000)""#);
    let needs = from(Depth::Lives, NEEDS);
    let price = from(Depth::Lives, "price = { call = 0.001, per-million-tokens = 6.0 }");
    let [budgets, faults] = [BUDGETS, FAULTS_OF_AGENTS].map(|text| from(Depth::Lives, text));
    let half = agents / 2;
    let text = format!(
        r#"
        title = "Lives"
        horizon = "HOURSh"

        [agents.research]
        count = {half}
        arrivals = "closed(think=exponential(20s))"
        steps = [{looks_up}, {{ work = "exponential(5s)" }}, {{ call = "llm" TOKENS }}]
        {life}

        [agents.write]
        count = {half}
        arrivals = "closed(think=exponential(20s))"
        steps = [
            {needs}
            {{ call = "llm", times = 2 TOKENS }},
            {{ call = "database", keys = 100 }},
            {{ call = "mail", idempotent = false, optional = true }},
        ]
        {life}

        [services.llm]
        slots = {agents}
        latency = "lognormal(median=2s, p99=12s)"
        errors = {{ rate-limit = 0.005, overload = 0.005 }}
        {price}
        {SERVICES}
        {budgets}
        {faults}
        "#
    );
    // Enough for all but the busiest hours.
    let hourly = format!("{}k", 600 * agents);
    let text = text.replace("HOURLY", &hourly).replace("HOURS", &hours.to_string());
    scenario(&text.replace("TOKENS", tokens))
}

/// What is looked up, in a row.
const ROW: &str = r#"
    { call = "llm" }, { call = "search", keys = 200 }, { call = "web" }, { call = "files" }"#;

/// The same, two of it at once, and again until enough is known.
const LOOP: &str = r#"
    { loop = [
        { call = "llm" TOKENS },
        { parallel = [{ call = "search", keys = 200 }, { call = "web" }], need = 1 },
        { call = "files" },
    ], escape = 0.5, limit = 8 }"#;

const NEEDS: &str = r#"
    { result = "research", within = "2h", fresh = "20min", changes = "12h", wait = "2min" },"#;

const LIFE: &str = r#"
    supervise = { restarts = "unlimited", backoff = "5s", beats-within = "2min" }
    checkpoint = { when = ["steps(2)", "before-risk"], takes = "200ms", restore = "1s" }
    tries = 4
    worth = { good = 1.0, degraded = 0.6, failed = -0.2 }"#;

const SERVICES: &str = r#"
    [services.search]
    latency = "lognormal(median=400ms, p99=3s)"
    errors = { network = 0.01 }

    [services.web]
    latency = "lognormal(median=1s, p99=6s)"
    errors = { network = 0.03 }

    [services.files]
    latency = "20ms"

    [services.database]
    latency = "exponential(50ms)"

    [services.mail]
    latency = "exponential(200ms)"

    [policies]
    asking = [{ retry = { network = "3 x 1s", overload = "3 x 2s" } }, { timeout = "60s" }]

    [edges]
    "research -> llm" = "asking"
    "research -> search" = "asking"
    "research -> web" = "asking"
    "write -> llm" = "asking"
    "write -> mail" = "asking"

    [[faults]]
    hit = "llm"
    do = "errors"
    class = "overload"
    share = 0.3
    mtbf = "4h"
    mttr = "10min"

    [[faults]]
    hit = "llm"
    do = "slow"
    factor = 3.0
    mtbf = "6h"
    mttr = "10min"

    [[faults]]
    hit = "search"
    do = "hang"
    mtbf = "6h"
    mttr = "2min"

    [[faults]]
    hit = "web"
    do = "down"
    mtbf = "4h"
    mttr = "5min"

    [[faults]]
    hit = "write -> mail"
    do = "loss"
    share = 0.2
    mtbf = "4h"
    mttr = "10min"

    [[faults]]
    hit = "database"
    do = "delay"
    by = "1s"
    mtbf = "4h"
    mttr = "10min"
    "#;

const BUDGETS: &str = r#"
    [budgets.tokens]
    tokens = "HOURLY"
    every = "1h"
    for = ["research", "write"]
    then = "wait"

    [budgets.turns]
    calls = 40
    per = "task"
    for = ["research"]

    [budgets.money]
    usd = 20.0
    every = "1h"
    per = "agent"
    for = ["write"]
    then = "skip"
    "#;

const FAULTS_OF_AGENTS: &str = r#"
    [[faults]]
    hit = ["research", "write"]
    do = "crash"
    each = "30min"
    at = "0s"
    for = "HOURSh"

    [[faults]]
    hit = "write"
    do = "crash"
    mtbf = "6h"

    [[faults]]
    hit = "research"
    do = "stuck"
    share = 0.03
    at = "0s"
    for = "HOURSh"

    [[faults]]
    hit = "research"
    do = "corrupt"
    share = 0.1
    at = "0s"
    for = "HOURSh"
    "#;
