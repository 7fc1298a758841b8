//! What it costs to begin and to end one run, as a sweep does a thousand times.

use std::fmt::Write as _;
use std::time::Duration;

use patterns::Time;
use sim::measure::Measure;
use sim::{System, Watch};

use crate::measuring::{Measuring, Quartiles, allocated, nanos_each, processor_time};
use crate::systems::scenario;
use crate::table::{Table, bytes, nanos};

/// Services of the large system.
const SERVICES: usize = 250;

pub(super) fn measure(measuring: &Measuring) -> Table {
    let title = "TINY RUNS: time on a processor (the system's too) and memory to begin and end one";
    let columns =
        ["", "a run", "(middle half)", "target", "its measures read", "bytes", "allocations"];
    let mut table = Table::new(title, &columns);
    let [small, large] = [small(), large()];
    let brief = |system: &System, horizon| System { horizon, ..system.clone() };
    let at_once = Time::from_nanos(1);
    let minute = Time::ZERO + patterns::Duration::from_secs(60);
    let rows = [
        ("5 agents, 2 services, nothing happens", brief(&small, at_once), ""),
        ("the same, a minute", brief(&small, minute), ""),
        ("250 services with faults, nothing happens", brief(&large, at_once), "under 1 ms"),
        ("the same, a minute", brief(&large, minute), ""),
    ];
    for (name, system, target) in rows {
        let measures = Measure::all(&system);
        let record = sim::run(&system, 0, Watch::Counts);
        let runs = repeated(measuring, || sim::run(&system, 0, Watch::Counts));
        let read = repeated(measuring, || {
            measures.iter().map(|measure| measure.of(&record)).filter(|n| n.is_finite()).count()
        });
        let memory = allocated(|| sim::run(&system, 0, Watch::Counts)).0;
        let spread = format!("{}-{}", nanos(runs.low), nanos(runs.high));
        let cells = [name.to_owned(), nanos(runs.median), spread, target.to_owned()];
        let memory = [bytes(memory.bytes), memory.times.to_string()];
        table.row(cells.into_iter().chain([nanos(read.median)]).chain(memory));
    }
    table
}

/// How long it takes on a processor, in nanoseconds, over several turns of many times.
fn repeated<T>(measuring: &Measuring, mut act: impl FnMut() -> T) -> Quartiles {
    let least = Duration::from_millis(measuring.size(40));
    let turns = (0..measuring.rounds(9)).map(|_| {
        let (begin, mut times) = (processor_time(), 0);
        loop {
            std::hint::black_box(act());
            times += 1;
            let took = processor_time().saturating_sub(begin);
            if took >= least {
                return nanos_each(took, times);
            }
        }
    });
    Quartiles::of(turns.collect())
}

/// A few agents, a policy of three layers, a fault.
fn small() -> System {
    scenario(
        r#"
        title = "Small"
        horizon = "1h"

        [agents.worker]
        count = 5
        arrivals = "closed(think=exponential(10s))"
        steps = [{ call = "llm" }, { call = "mcp", times = 3, optional = true }]

        [services.llm]
        latency = "lognormal(median=2s, p99=10s)"

        [services.mcp]
        slots = 10
        queue = 50
        latency = "lognormal(median=320ms, p99=6.2s)"
        errors = { network = 0.03 }

        [policies]
        guarded = [
            { retry = { network = "2 x exponential(1s, factor=2, jitter=full)" } },
            { breaker = { failures = 5, open = "60s" } },
            { timeout = "30s" },
        ]

        [edges]
        "worker -> mcp" = "guarded"

        [[faults]]
        hit = "mcp"
        do = "hang"
        at = "20min"
        for = "10min"
        "#,
    )
}

/// A tree of services, two below each, with a policy on every edge and a fault at every service.
fn large() -> System {
    let mut text = String::from(
        r#"
        title = "Large"
        horizon = "1h"

        [agents.worker]
        count = 5
        arrivals = "closed(think=exponential(10s))"
        steps = [{ call = "s0" }]

        [policies]
        guarded = [
            { retry = { network = "2 x exponential(1s, factor=2, jitter=full)" } },
            { breaker = { failures = 5, open = "60s" } },
            { timeout = "30s" },
        ]

        [edges]
        "worker -> s0" = "guarded"
        "#,
    );
    let below = |at: usize| [2 * at + 1, 2 * at + 2].into_iter().filter(|at| *at < SERVICES);
    for at in 0..SERVICES {
        for to in below(at) {
            let _ = writeln!(text, "\"s{at} -> s{to}\" = \"guarded\"");
        }
    }
    for at in 0..SERVICES {
        let steps = below(at).map(|to| format!("{{ call = \"s{to}\", optional = true }}"));
        let steps: Vec<String> = steps.collect();
        let _ = write!(
            text,
            r#"
            [services.s{at}]
            slots = 10
            latency = "exponential(1ms)"
            steps = [{}]

            [[faults]]
            hit = "s{at}"
            do = "down"
            mtbf = "1h"
            mttr = "1min"
            "#,
            steps.join(", ")
        );
    }
    scenario(&text)
}
