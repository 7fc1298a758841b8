//! Memory: once a run is warm, nothing more is allocated, however long it goes on.
//!
//! What is allocated is counted for the whole process, so there is but one test here.

use std::alloc::System as SystemAlloc;

use patterns::backoff::Jitter;
use patterns::cache::{self, Cache, Eviction};
use patterns::fallback::Targets;
use patterns::settings::ConfiguredLayer;
use patterns::{Duration, Outcome, Time};
use sim::fault::kinds::force::{Force, Forced};
use sim::fault::kinds::{
    errors::Errors, fix::Fix, flush::Flush, hang::Hang, restart::Restart, slow::Slow,
};
use sim::fault::{Effect, Permanent, Schedule, Scope};
use sim::kernel::{Bursts, Distribution, RateProfile};
use sim::model::system::{
    Abandoned, Arrivals, AtLimit, Budget, BudgetPer, BudgetThen, Caller, Context, Cost, Fault,
    FindsOut, LayerFactory, Order, Per, Pick, Place, Price, RateLimit, Replicas, Step, System,
};
use sim::observe::Currency;
use sim::{Watch, run};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use lives::lives;
use tank::{millis, secs};

mod lives;

#[path = "../it/tank.rs"]
#[expect(dead_code, reason = "the other test binary uses the rest")]
mod tank;

#[path = "../it/kinds.rs"]
#[expect(dead_code, reason = "the other test binary uses the rest")]
mod kinds;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<SystemAlloc> = &INSTRUMENTED_SYSTEM;

/// How many more allocations, growths of buffers included, the longer run may take: all that is
/// kept lives in slabs and buffers that double, and a longer run may see a new largest number of
/// things under way in each of them.
const MORE: usize = 16;

/// The same where agents have layers of their own: each list of open calls may grow twice.
const MORE_BY_AGENTS: usize = MORE + 2 * 50 * 2;

/// How many more bytes it may take: what doubles is small here, pages of histograms included, and
/// what leaks is not.
const MORE_BYTES: usize = 1 << 17;

/// Fifty agents under all layers before ten slots, most of the work that they can do.
fn busy() -> System {
    let mut system = tank::system(Duration::ZERO);
    let thinking = tank::closed(tank::exponential(millis(400)));
    system.agents = vec![tank::agents("agent", 50, thinking, vec![tank::call(0)])];
    let work = Distribution::lognormal_p99(millis(80), millis(400)).expect("valid");
    let mut service = tank::service("service", 10, 100, work);
    service.errors = vec![(patterns::Class::Network, 0.01)];
    system.services = vec![service];
    let mut breaker = tank::breaker(20, secs(5));
    let mut bulkhead = tank::bulkhead(40, 10, Some(millis(500)));
    breaker.per = Per::Policy;
    bulkhead.per = Per::Policy;
    let retry = tank::retry(3, millis(100), Jitter::Full);
    let fallback = tank::fallback(Targets::VALUE);
    let layers = vec![fallback, retry, breaker, bulkhead, tank::timeout(millis(300))];
    system.policies = vec![tank::policy(layers)];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    system
}

/// The same, but for most of the time nothing moves, and everything runs into its timeout.
fn outages(abandoned: Abandoned, schedule: Schedule) -> System {
    let mut system = busy();
    let effect = Hang { resume: false, share: 1.0, permanent: Permanent::Attempt }.into();
    system.faults =
        vec![Fault { name: "outage".to_owned(), hits: vec![Place::Service(0)], effect, schedule }];
    system.services[0].abandoned = abandoned;
    // Without the breaker, so that there are many of them.
    system.policies[0].layers.remove(2);
    system
}

/// The same as `busy`, but faults of every kind come and go.
fn faults_of_every_kind() -> System {
    let mut system = busy();
    let minute = || Distribution::constant(secs(60));
    system.faults.extend(tank::every_effect().into_iter().zip(1..).map(|(effect, number)| {
        // Now and then any two of them are on together.
        let schedule =
            Schedule::Renewal { up: Distribution::constant(secs(5 * number)), down: minute() };
        Fault { name: format!("{number}"), hits: vec![Place::Service(0)], effect, schedule }
    }));
    system
}

/// The same as `busy`, and what is wrong is mended by restarts, on which a fix follows.
fn mended() -> System {
    let mut system = busy();
    let minute = || Distribution::constant(secs(60));
    let hits = vec![Place::Service(0)];
    let fault = |name: &str, effect: Effect, schedule| Fault {
        name: name.to_owned(),
        hits: hits.clone(),
        effect,
        schedule,
    };
    let restart = Restart { takes: secs(5) };
    system.faults = vec![
        fault("slow", tank::slow(20.0), Schedule::Renewal { up: minute(), down: minute() }),
        fault("restart", restart.into(), Schedule::OnDemand { lasts: secs(5) }),
        fault("fix", Fix {}.into(), Schedule::After { fault: 1, lasts: Duration::ZERO }),
    ];
    (system.recoveries, system.humans) = tank::mended(1);
    system
}

/// Fifty agents behind a cache that is flushed and a breaker that is forced, by which some tasks
/// are poison, some agents slow, and some things cannot be had.
fn faults_of_layers_agents_and_scopes() -> System {
    let mut system = under(&tank::from_settings::<Cache>(cache::Settings::of(secs(1))));
    system.agents[0].steps.push(Step::Work(tank::exponential(millis(20))));
    system.policies[0].layers.push(LayerFactory { per: Per::Policy, ..tank::breaker(20, secs(5)) });
    let layer = |layer| Place::Layer { policy: 0, layer, edge: None };
    let errors = |permanent| Errors { class: patterns::Class::Network, share: 0.5, permanent };
    let edge = Place::Edge { from: Caller::Agents(0), to: 0 };
    let scope = Scope { tasks: Some(0), keys: Some((3, 9)), ..Scope::ALL };
    let faults: [(Place, Effect); 5] = [
        (layer(1), Flush {}.into()),
        (layer(3), Force { state: Forced::HalfOpen }.into()),
        (Place::Service(0), errors(Permanent::Task).into()),
        (edge, Effect::from(errors(Permanent::Call)).within(scope)),
        (Place::Agents(0), Slow { factor: 2.0, share: 0.5 }.into()),
    ];
    system.faults = faults
        .into_iter()
        .zip(3..)
        .map(|((place, effect), number)| Fault {
            name: format!("{number}"),
            hits: vec![place],
            effect,
            schedule: Schedule::Renewal {
                up: Distribution::constant(secs(number)),
                down: Distribution::constant(secs(2)),
            },
        })
        .collect();
    system
}

/// Faults of every kind, at four replicas that check on each other, by priority.
fn replicas() -> System {
    let mut system = faults_of_every_kind();
    system.services[0].replicas = Replicas {
        count: 4,
        pick: Pick::TwoChoices,
        health_check: Some(secs(5)),
        retry_elsewhere: true,
    };
    system.services[0].order = Order::Priority;
    system.agents[0].patience = Some(tank::exponential(secs(2)));
    system.agents[0].gives_up = true;
    system
}

/// The same load, of calls that cost something, under budgets that are used up again and again.
fn spending() -> System {
    let mut system = busy();
    let cost = Cost { tokens: Some(tank::exponential(Duration::from_nanos(500))), nano_usd: 7 };
    for step in &mut system.agents[0].steps {
        if let Step::Call { cost: own, .. } = step {
            *own = cost.clone();
        }
    }
    let at_limit = AtLimit::Compact { to: 100, takes: millis(1) };
    system.agents[0].context = Some(Context { limit: 900, is_resent: true, at_limit });
    let after = tank::exponential(secs(20));
    system.agents[0].finds_out = Some(FindsOut { share: 0.5, after });
    system.services[0].wrong = 0.1;
    system.services[0].price = Price { call: 3, per_million_tokens: 5_000_000 };
    let limit = RateLimit::bucket(Duration::from_micros(100), 10_000);
    system.services[0].token_limits = vec![limit];
    let budget = |name: &str, currency, amount, per, then| Budget {
        name: name.to_owned(),
        currency,
        amount,
        reserve: (currency == Currency::Tokens).then_some(300),
        every: Some(secs(7)),
        groups: vec![0],
        per,
        then,
    };
    system.budgets = vec![
        budget("tokens", Currency::Tokens, 50_000, BudgetPer::All, BudgetThen::Wait),
        budget("calls", Currency::Calls, 200, BudgetPer::Agent, BudgetThen::Skip),
        budget("time", Currency::Time, 5_000_000_000, BudgetPer::Agent, BudgetThen::Fail),
        Budget {
            every: None,
            ..budget("turns", Currency::Calls, 3, BudgetPer::Task, BudgetThen::Fail)
        },
    ];
    system
}

/// Fifty agents under two retries of one layer each: whatever it is, it is asked often.
fn under(layer: &LayerFactory) -> System {
    let mut system = busy();
    let call = tank::one_of(0, 40);
    system.agents[0].steps = vec![call];
    system.agents[0].deadline = Some(secs(3));
    system.services.push(tank::service("spare", 5, 10, tank::exponential(millis(30))));
    let layer = LayerFactory { per: Per::Policy, ..layer.clone() };
    let retry = tank::retry(2, millis(50), Jitter::Full);
    system.policies[0].layers = vec![retry, layer, tank::timeout(millis(300))];
    system.policies[0].targets = vec![1, 1];
    system.edges.push(tank::edge(0, 1, None));
    system
}

/// The same load as arrivals of this kind, and work of a mixture.
fn coming(arrivals: Arrivals) -> System {
    let mut system = busy();
    system.agents[0].arrivals = arrivals;
    let parts = [20, 200].map(|mean| (0.5, tank::exponential(millis(mean))));
    system.services[0].latency = Distribution::mixture(parts.into()).expect("valid");
    system
}

/// What a run took.
#[derive(Debug)]
struct Taken {
    /// Allocations and growths.
    allocations: usize,
    bytes: usize,
    events: u64,
    timeouts: u64,
    /// Checkpoints that were read.
    restored: u64,
}

fn taken(system: &System, horizon: Duration) -> Taken {
    let system = System { horizon: tank::at(horizon), ..system.clone() };
    let region = Region::new(ALLOCATOR);
    let record = run(&system, 1, Watch::Counts);
    let change = region.change();
    Taken {
        allocations: change.allocations + change.reallocations,
        bytes: change.bytes_allocated,
        events: record.events,
        timeouts: record.edges[0].attempts.given_up,
        restored: record.agents.iter().map(|agents| agents.process.restored).sum(),
    }
}

#[test]
fn memory_is_as_much_as_was_said_and_no_more_in_a_longer_run() {
    caches_keep_to_their_room();
    longer_runs_allocate_no_more();
}

/// A cache takes no more for each answer than its settings say. One more than a power of two is
/// when buffers have just doubled.
fn caches_keep_to_their_room() {
    for eviction in [Eviction::Lru, Eviction::Fifo, Eviction::Lfu] {
        let settings = cache::Settings::of(secs(60)).with(|settings| {
            settings.eviction = eviction;
            settings.capacity = u32::MAX;
        });
        let answers = (1 << 17) + 1;
        let region = Region::new(ALLOCATOR);
        let mut cache = Cache::new(settings).expect("valid");
        for key in 0..answers {
            let _answer = cache.answer(key, Outcome::Ok, Time::ZERO);
            let _found = cache.get(key, Time::ZERO);
        }
        let change = region.change();
        let taken = (change.bytes_allocated - change.bytes_deallocated) as u64;
        let room = Cache::room(&settings, answers.into());
        assert!(room / 2 < taken && taken <= room, "{eviction:?}: {taken} of {room}");
        drop(cache);
    }
}

fn longer_runs_allocate_no_more() {
    let one = Schedule::Once { at: tank::at(secs(60)), lasts: secs(1_000_000) };
    let minute = || Distribution::constant(secs(60));
    let many = Schedule::Renewal { up: minute(), down: minute() };
    let cases = [
        ("busy", busy()),
        ("an outage", outages(Abandoned::RunsOn, one.clone())),
        ("an outage, work stops", outages(Abandoned::Stops, one)),
        ("outages", outages(Abandoned::RunsOn, many.clone())),
        ("outages, work stops", outages(Abandoned::Stops, many)),
    ];
    let long = takes_no_more("lives", &lives(spending()), 2 * MORE, 1200);
    assert!(long.events > 100_000 && long.restored > 1_000, "lives: {long:?}");
    let wave = RateProfile::wave(1.0, 0.5, secs(100), secs(50)).expect("valid");
    let bursts = Bursts::new(0.8, 2.0, secs(5), secs(1)).expect("valid");
    let times: Vec<Time> = (0..9000).map(|n| tank::at(secs(n))).collect();
    for arrivals in
        [Arrivals::Varying(wave), Arrivals::Bursts(bursts), Arrivals::Trace(times.into())]
    {
        let name = format!("{arrivals:?}").chars().take(40).collect::<String>();
        let long = takes_no_more(&name, &coming(arrivals), MORE, 600);
        assert!(long.events > 500_000, "{name}: {long:?}");
    }
    for (name, system) in cases {
        let long = takes_no_more(name, &system, MORE, 600);
        assert!(long.events > 500_000 && long.timeouts > 500, "{name}: {long:?}");
    }
    for (name, system) in [
        ("faults of every kind", faults_of_every_kind()),
        ("replicas", replicas()),
        ("mended", mended()),
    ] {
        // The rarest of these faults comes every six minutes: it takes a while until all of them
        // have met.
        let long = takes_no_more(name, &system, MORE, 3000);
        assert!(long.events > 100_000, "{name}: {long:?}");
    }
    let long = takes_no_more("spending", &spending(), MORE, 600);
    assert!(long.events > 100_000, "spending: {long:?}");
    let name = "faults of layers, agents and scopes";
    let long = takes_no_more(name, &faults_of_layers_agents_and_scopes(), MORE_BY_AGENTS, 600);
    assert!(long.events > 20_000, "{long:?}");
    for layer in kinds::each() {
        let long = takes_no_more(&layer.kind, &under(&layer), MORE_BY_AGENTS, 100);
        assert!(long.events > 20_000, "{}: {long:?}", layer.kind);
    }
}

/// A run of a given length, and one that is ten times as long.
fn takes_no_more(name: &str, system: &System, more: usize, horizon: u64) -> Taken {
    let (short, long) = (taken(system, secs(horizon)), taken(system, secs(10 * horizon)));
    let both = format!("{name}: {short:?}, then {long:?}");
    assert!(long.events > 8 * short.events, "{both}");
    assert!(long.allocations <= short.allocations + more, "{both}");
    assert!(long.bytes <= short.bytes + MORE_BYTES, "{both}");
    long
}
