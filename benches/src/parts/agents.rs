//! What a call costs where there are many agents, and how much memory each takes.

use patterns::Time;
use sim::model::World;
use sim::{RunOptions, Watch};

use crate::measuring::{Measuring, Quartiles, allocated};
use crate::systems::{cost_of_a_call, shop};
use crate::table::{Table, bytes, nanos};
use crate::workload::Calls;

const AGENTS: [u32; 5] = [5, 50, 500, 5_000, 50_000];

/// Calls of one run, and the least of each agent.
const CALLS: u64 = 200_000;
const CALLS_EACH: u64 = 16;

pub(super) fn measure(measuring: &Measuring) -> Table {
    let title = "AGENTS: user time a call by the number of agents, and what each more takes";
    let mut table = Table::new(title, &["agents", "a call", "to 5 agents", "bytes an agent"]);
    let settings = |agents: u32, calls: u64| {
        let all = Calls::passing(calls).with_clients(agents);
        // What an outage costs is not the question.
        Calls { down_at: Time::MAX, ..all }
    };
    let systems = AGENTS.map(|agents| {
        let calls = measuring.size(CALLS).max(measuring.size(CALLS_EACH) * u64::from(agents));
        shop(settings(agents, calls))
    });
    let mut taken = vec![Vec::new(); AGENTS.len()];
    let mut ratios = taken.clone();
    for seed in 0..measuring.rounds(3) {
        let costs = systems.each_ref().map(|system| cost_of_a_call(system, seed));
        for (at, cost) in costs.into_iter().enumerate() {
            taken[at].push(cost);
            ratios[at].push(cost / costs[0]);
        }
    }
    let [taken, ratios] = [taken, ratios].map(|all| {
        all.into_iter().map(|values| Quartiles::of(values).median).collect::<Vec<f64>>()
    });
    // Some calls of each, so that all that is made for a call is there.
    let bytes_of = AGENTS.map(|agents| {
        let system = shop(settings(agents, 4 * u64::from(agents)));
        let (built, world) = allocated(|| World::new(&system, 0, Watch::Counts));
        built.held + allocated(|| world.run(&RunOptions::default())).0.bytes
    });
    for (at, agents) in AGENTS.into_iter().enumerate() {
        let each = at.checked_sub(1).map_or("-".to_owned(), |before| {
            let more = f64::from(agents - AGENTS[before]);
            bytes((bytes_of[at] - bytes_of[before]) / more)
        });
        let cells = [agents.to_string(), nanos(taken[at]), format!("{:.2}", ratios[at]), each];
        table.row(cells);
    }
    table.row(["target", "", "at most 3", "at most 3 kB"].map(str::to_owned));
    table.note(
        "W3b without its outage, a slot for five agents; the time to build is left out; bytes:",
    );
    table.note("what a world holds after four calls each, by the agents more than a line above");
    table
}
