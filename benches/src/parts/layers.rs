//! What a layer more costs a call.

use std::sync::Arc;

use patterns::report::Report;
use patterns::{Action, CallId, Context, Layer, Outcome};
use sim::System;
use sim::model::system::{LayerFactory, Per};

use crate::measuring::{Measuring, Quartiles};
use crate::systems::{cost_of_a_call, scenario};
use crate::table::{Table, nanos};

const MOST: usize = 8;

/// Calls of one run.
const CALLS: u64 = 100_000;

/// Typical layers that have nothing to do, outermost first.
const TYPICAL: [&str; MOST] = [
    r#"{ fallback = { then = "value" } }"#,
    r#"{ retry = { network = "2 x exponential(1s, jitter=full)" } }"#,
    r#"{ breaker = { failures = 5, open = "60s", per = "policy" } }"#,
    r#"{ bulkhead = { slots = 10000, per = "policy" } }"#,
    r#"{ rate-limiter = { kind = "gcra(1000000, per=1s)", per = "policy" } }"#,
    r#"{ timeout = "30s" }"#,
    r#"{ hedge = { delay = "20s" } }"#,
    r#"{ adaptive-throttle = { rule = "sre(k=2, min-requests=10, cap=50%)", per = "policy" } }"#,
];

/// A system with this number of layers and about this number of calls.
type Layered = fn(usize, u64) -> System;

const KINDS: [(&str, Layered); 3] =
    [("pass", passes), ("timeouts", timeouts), ("typical", typical)];

/// A layer that lets everything pass.
#[derive(Debug)]
struct Pass;

impl Layer for Pass {
    fn on_call(&mut self, _call: CallId, _cx: &mut Context<'_>) -> Action {
        Action::Send
    }

    fn on_reply(&mut self, _call: CallId, outcome: Outcome, _cx: &mut Context<'_>) -> Action {
        Action::Reply(outcome)
    }
}

pub(super) fn measure(measuring: &Measuring) -> Table {
    let title = "LAYERS: user time a call, by the number of layers, none of which does anything";
    let columns = ["", "0", "1", "2", "3", "4", "5", "6", "7", "8", "a layer more", "target"];
    let mut table = Table::new(title, &columns);
    let calls = measuring.size(CALLS);
    for (name, system) in KINDS {
        let systems: Vec<System> = (0..=MOST).map(|layers| system(layers, calls)).collect();
        let mut taken = vec![Vec::new(); MOST + 1];
        let mut more = Vec::new();
        for seed in 0..measuring.rounds(7) {
            let costs: Vec<f64> =
                systems.iter().map(|system| cost_of_a_call(system, seed)).collect();
            more.push((costs[MOST] - costs[0]) / MOST as f64);
            taken.iter_mut().zip(costs).for_each(|(all, one)| all.push(one));
        }
        let mut row = vec![name.to_owned()];
        row.extend(taken.into_iter().map(|all| nanos(Quartiles::of(all).median)));
        let more = Quartiles::of(more);
        row.push(format!("{:.1} ns ({:.1}-{:.1})", more.median, more.low, more.high));
        row.push("at most 30 ns".to_owned());
        table.row(row);
    }
    table
        .note("pass: the engine alone; typical: fallback, retry, breaker, bulkhead, rate-limiter,");
    table.note("timeout, hedge, adaptive-throttle; 50 agents, a service without limit");
    table
}

fn passes(layers: usize, calls: u64) -> System {
    let mut system = under("", calls);
    let make = Arc::new(|| Box::new(Pass) as Box<dyn Layer>);
    let report = &Report::NONE;
    let factory = LayerFactory { kind: "pass".to_owned(), report, per: Per::Agent, make };
    system.policies[0].layers = vec![factory; layers];
    system
}

fn timeouts(layers: usize, calls: u64) -> System {
    under(&r#"{ timeout = "30s" },"#.repeat(layers), calls)
}

fn typical(layers: usize, calls: u64) -> System {
    under(&TYPICAL[..layers].join(","), calls)
}

/// Fifty agents who call a service under a policy of these layers.
fn under(layers: &str, calls: u64) -> System {
    // Each makes a call in some 1.1 s.
    let millis = 22 * calls;
    scenario(&format!(
        r#"
        title = "Layers"
        horizon = "{millis}ms"

        [agents.clients]
        count = 50
        arrivals = "closed(think=exponential(1s))"
        steps = [{{ call = "shop" }}]

        [services.shop]
        latency = "exponential(100ms)"

        [policies]
        guarded = [{layers}]

        [edges]
        "clients -> shop" = "guarded"
        "#
    ))
}
