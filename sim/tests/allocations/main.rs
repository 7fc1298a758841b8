//! Once a run is warm, nothing is allocated: not per event, not per call.
//!
//! A binary of its own with a single test, since the count is of the whole process.

use std::alloc::System as SystemAllocator;

use patterns::Span;
use patterns::backoff::Jitter;
use sim::model::system::{Effect, LayerMaker, Per, System};
use sim::{Watch, run};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[path = "../it/tank.rs"]
mod tank;

use tank::{exponential, millis, secs};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<SystemAllocator> = &INSTRUMENTED_SYSTEM;

/// Fifty clients through every layer there is, at a service that fails, slows down and hangs.
fn system(horizon: Span) -> System {
    let mut system = tank::system(horizon);
    let arrivals = tank::closed(exponential(secs(1)));
    system.agents = vec![tank::agents("client", 50, arrivals, vec![tank::call(0)])];
    let mut shop = tank::service("shop", 10, 40, exponential(millis(100)));
    shop.errors = vec![(patterns::Class::Network, 0.2)];
    system.services = vec![shop];
    let breaker = LayerMaker { per: Per::Edge, ..tank::breaker(5, secs(10)) };
    let bulkhead = LayerMaker { per: Per::Edge, ..tank::bulkhead(30, 10, Some(secs(1))) };
    system.policies = vec![tank::policy(vec![
        tank::fallback(patterns::fallback::Instead::Value),
        tank::retry(3, millis(100), Jitter::Full),
        breaker,
        bulkhead,
        tank::timeout(secs(1)),
    ])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    // Both runs see the same trouble at the beginning: the most that is open at once comes then.
    system.faults = vec![tank::once(0, Effect::Hang { resume: false }, secs(100), secs(100))];
    system
}

#[test]
fn a_run_ten_times_as_long_allocates_no_more() {
    let allocations = |horizon| {
        let system = system(horizon);
        let region = Region::new(ALLOCATOR);
        let record = run(&system, 1, Watch::Counts);
        let change = region.change();
        (change.allocations + change.reallocations, record.events)
    };
    let (short, few) = allocations(secs(1_000));
    let (long, many) = allocations(secs(10_000));
    assert!(many > 8 * few, "{few} and {many} events");
    // Buffers double a few times more until they have seen the most that is open at once.
    assert!(long <= short + 20, "{short} allocations in {few} events, {long} in {many}");
}
