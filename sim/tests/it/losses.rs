//! Nothing is lost: what was begun has ended, was given up, or is still open; whatever the layers,
//! the faults and the seed.

use patterns::{Class, Duration};
use proptest::prelude::*;
use sim::fault::{Effect, Schedule};
use sim::kernel::Distribution;
use sim::model::system::{
    Abandoned, Arrivals, AtLimit, Budget, BudgetPer, BudgetThen, Caller, Context, Cost, Does, Edge,
    Fault, FindsOut, LayerFactory, Order, Overflow, Per, Pick, Place, Price, RateLimit, Replicas,
    Step, System,
};
use sim::observe::{Currency, OutcomeCounts, Record};
use sim::{Watch, run};

use crate::kinds;
use crate::tank::{self, exponential, millis, secs};

fn layer() -> impl Strategy<Value = LayerFactory> {
    let per = prop_oneof![Just(Per::Agent), Just(Per::Edge), Just(Per::Policy)];
    (kinds::any_layer(), per).prop_map(|(layer, per)| LayerFactory { per, ..layer })
}

fn effect() -> impl Strategy<Value = Effect> {
    prop::sample::select(tank::every_effect())
}

/// One service, two of them, a replica of one, or the way to one.
fn hits() -> impl Strategy<Value = Vec<Place>> {
    prop_oneof![
        (0..3_usize).prop_map(|service| vec![Place::Service(service)]),
        Just(vec![Place::Service(0), Place::Service(1)]),
        (0..2_u32).prop_map(|replica| vec![Place::Replica { service: 1, replica }]),
        (0..2_usize).prop_map(|to| vec![Place::Edge { from: Caller::Agents(0), to }]),
        Just(vec![Place::Edge { from: Caller::Service(0), to: 1 }, Place::Service(2)]),
    ]
}

fn fault() -> impl Strategy<Value = Fault> {
    (hits(), effect(), any::<bool>()).prop_map(|(hits, effect, once)| {
        let schedule = if once {
            Schedule::Once { at: tank::at(secs(5)), lasts: secs(10) }
        } else {
            Schedule::Renewal { up: exponential(secs(4)), down: exponential(secs(1)) }
        };
        Fault { name: format!("{effect:?} {hits:?} {once}"), hits, effect, schedule }
    })
}

fn replicas() -> impl Strategy<Value = Replicas> {
    let pick = [Pick::RoundRobin, Pick::Random, Pick::LeastInFlight, Pick::TwoChoices];
    let health_check = prop_oneof![Just(None), Just(Some(Duration::ZERO)), Just(Some(secs(2)))];
    (2..5_u32, prop::sample::select(pick.to_vec()), health_check, any::<bool>()).prop_map(
        |(count, pick, health_check, retry_elsewhere)| Replicas {
            count,
            pick,
            health_check,
            retry_elsewhere,
        },
    )
}

/// What agents spend, and how they are bounded.
fn spending() -> impl Strategy<Value = Vec<Budget>> {
    let every = prop_oneof![Just(None), Just(Some(millis(700))), Just(Some(secs(11)))];
    let currency = [Currency::Tokens, Currency::Usd, Currency::Calls, Currency::Time];
    let per = [BudgetPer::All, BudgetPer::Group, BudgetPer::Agent, BudgetPer::Task];
    let then = [BudgetThen::Fail, BudgetThen::Wait, BudgetThen::Skip];
    let what = (prop::sample::select(currency.to_vec()), 1..5_u64, any::<bool>(), any::<bool>());
    let who = (prop::sample::select(per.to_vec()), prop::sample::select(then.to_vec()));
    let budget =
        (what, every, who).prop_map(|((currency, amount, sets_aside, both), every, who)| {
            let unit = match currency {
                Currency::Tokens => 1000,
                Currency::Usd => 100,
                Currency::Calls => 3,
                Currency::Time => 500_000_000,
            };
            let every = every.filter(|_| who.0 != BudgetPer::Task);
            // Else a call would wait for ever.
            let then = if every.is_some() { who.1 } else { BudgetThen::Skip };
            Budget {
                name: format!("{currency:?} {who:?} {amount} {every:?} {sets_aside} {both}"),
                currency,
                amount: amount * unit,
                reserve: (sets_aside && currency == Currency::Tokens).then_some(900),
                every,
                groups: if both { vec![0, 1] } else { vec![0] },
                per: who.0,
                then,
            }
        });
    prop::collection::vec(budget, 0..4)
}

/// Two groups of agents, a front service that calls a back service, and a spare.
pub(crate) fn any_system() -> impl Strategy<Value = System> {
    let layers = || prop::collection::vec(layer(), 0..5);
    let faults = prop::collection::vec(fault(), 0..4);
    let limits = (1..4_u32, 0..3_u32, any::<bool>(), any::<bool>());
    let order = prop_oneof![Just(Order::Fifo), Just(Order::Lifo), Just(Order::Priority)];
    let overflow = prop_oneof![Just(Overflow::Newcomer), Just(Overflow::Last)];
    let lines = (order, overflow, replicas());
    let spending = (spending(), 0..3_u8);
    let all = (layers(), layers(), faults, limits, lines, spending);
    all.prop_map(|(outer, inner, faults, limits, lines, (budgets, costs))| {
        let (slots, queue, stops, limited) = limits;
        let mut system = tank::system(secs(30));
        let optional = Step::Call {
            service: 1,
            times: 2,
            optional: true,
            keys: None,
            idempotent: true,
            does: Does::Other,
            cost: Cost::default(),
        };
        system.agents = vec![
            tank::agents(
                "closed",
                4,
                tank::closed(exponential(millis(100))),
                vec![tank::call(0), optional],
            ),
            tank::agents("open", 1, Arrivals::Open(exponential(millis(200))), vec![tank::call(0)]),
        ];
        system.agents[1].priority = 1;
        system.agents[0].patience = Some(exponential(millis(400)));
        system.agents[0].gives_up = stops;
        system.agents[1].patience = Some(exponential(secs(1)));
        system.agents[1].gives_up = limited;
        let mut front = tank::service("front", slots, queue, exponential(millis(50)));
        front.steps = vec![tank::call(1)];
        (front.order, front.overflow, front.replicas) = lines;
        front.abandoned = if stops { Abandoned::Stops } else { Abandoned::RunsOn };
        let mut back = tank::service("back", 2, u32::MAX, exponential(millis(60)));
        back.errors = vec![(Class::Network, 0.1), (Class::Validation, 0.05)];
        back.rate_limit = limited.then_some(RateLimit::bucket(millis(80), 3));
        (back.order, back.replicas) = (lines.0, Replicas { count: 2, ..lines.2 });
        let spare = tank::service("spare", u32::MAX, 0, exponential(millis(20)));
        system.services = vec![front, back, spare];
        let mut outer = tank::policy(outer);
        outer.targets = vec![2, 2];
        let mut inner = tank::policy(inner);
        inner.targets = vec![2, 2];
        system.policies = vec![outer, inner];
        system.edges = vec![
            tank::edge(0, 0, Some(0)),
            tank::edge(0, 1, Some(1)),
            tank::edge(0, 2, None),
            tank::edge(1, 0, Some(0)),
            tank::edge(1, 2, None),
        ];
        for to in [1, 2] {
            let from = Caller::Service(0);
            let policy = (to == 1).then_some(1);
            system.edges.push(Edge { from, to, policy });
        }
        system.faults = faults;
        system.budgets = budgets;
        if costs > 0 {
            add_costs(&mut system, costs > 1);
        }
        system
    })
}

/// Calls of agents and of the front service cost something, and contexts have limits.
fn add_costs(system: &mut System, is_compact: bool) {
    let agents = system.agents.iter_mut().flat_map(|agents| &mut agents.steps);
    let steps = agents.chain(system.services.iter_mut().flat_map(|service| &mut service.steps));
    for step in steps {
        if let Step::Call { cost, .. } = step {
            let tokens = Some(exponential(Duration::from_nanos(500)));
            *cost = Cost { tokens, nano_usd: 3 };
        }
    }
    let compact = AtLimit::Compact { to: 200, takes: millis(30) };
    let at_limit = if is_compact { compact } else { AtLimit::Truncate };
    system.agents[0].context = Some(Context { limit: 1000, is_resent: true, at_limit });
    let after = exponential(secs(1));
    system.agents[0].finds_out = Some(FindsOut { share: 0.5, after });
    system.services[1].price = Price { call: 2, per_million_tokens: 70_000 };
    system.services[1].wrong = 0.1;
    let is_limited = system.services[1].rate_limit.is_some();
    let limit = RateLimit::bucket(Duration::from_micros(50), 3000);
    system.services[1].token_limits = if is_limited { vec![limit] } else { Vec::new() };
}

/// What was begun at all, whether or not it is still open.
fn all_counts(record: &Record) -> impl Iterator<Item = &OutcomeCounts> {
    let agents = record.agents.iter().map(|agents| &agents.tasks);
    let services = record.services.iter().map(|service| &service.requests);
    let edges = record.edges.iter().flat_map(|edge| [&edge.calls, &edge.attempts]);
    agents.chain(services).chain(edges)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_was_begun_ends_once(system in any_system(), seed in any::<u64>()) {
        let record = run(&system, seed, Watch::Counts);
        prop_assert_eq!(record.stopped, None);
        for counts in all_counts(&record) {
            prop_assert!(counts.answered() + counts.given_up <= counts.issued, "{:?}", counts);
        }
        // A closed group has at most one task open for each agent.
        prop_assert!(record.agents[0].tasks.open() <= 4);
        // Each attempt becomes a request, unless it was refused, delayed or lost on the way, or
        // given up in the instant it was sent.
        let attempts: u64 = record.edges.iter().map(|edge| edge.attempts.issued).sum();
        let requests: u64 = record.services.iter().map(|service| service.requests.issued).sum();
        let given_up: u64 = record.edges.iter().map(|edge| edge.attempts.given_up).sum();
        let is_on_way = |fault: &Fault| {
            let hits_edge = fault.hits.iter().any(|hit| matches!(hit, Place::Edge { .. }));
            hits_edge || fault.effect.info().name == "loss"
        };
        let on_way = if system.faults.iter().any(is_on_way) {
            let attempts = record.edges.iter().map(|edge| &edge.attempts);
            attempts.map(|attempts| attempts.failed() + attempts.open()).sum()
        } else {
            0
        };
        // Some become two.
        let is_twice = |fault: &Fault| fault.effect.info().name == "duplicate";
        let twice = if system.faults.iter().any(is_twice) { attempts } else { 0 };
        prop_assert!(requests <= attempts + twice);
        prop_assert!(attempts <= requests + given_up + on_way);
        // Attempts end in time or late, are open still, or were stopped with their request.
        for edge in &record.edges {
            prop_assert!(edge.late <= edge.attempts.given_up + edge.diverted.given_up);
        }
    }

    /// Once the source dries up, everything comes to its end and no frame is left behind.
    #[test]
    fn after_the_last_task_all_is_quiet(mut system in any_system(), seed in any::<u64>()) {
        // One task for each agent, then none before the horizon.
        for agents in &mut system.agents {
            agents.arrivals = tank::closed(Distribution::constant(secs(1000)));
        }
        system.faults.retain(|fault| matches!(fault.schedule, Schedule::Once { .. }));
        system.horizon = tank::at(secs(1900));
        let record = run(&system, seed, Watch::Counts);
        for counts in all_counts(&record) {
            prop_assert_eq!(counts.open(), 0, "{:?}", record);
        }
    }

    /// Watching changes nothing.
    #[test]
    fn a_traced_run_is_the_same_run(system in any_system(), seed in any::<u64>()) {
        let counted = run(&system, seed, Watch::Counts);
        let traced = run(&system, seed, Watch::Trace);
        prop_assert_eq!(counted.fingerprint, traced.fingerprint);
        prop_assert_eq!(counted, Record { trace: None, ..traced });
    }
}

#[test]
fn nothing_before_the_warm_up_counts() {
    let mut system = tank::system(secs(100));
    let arrivals = Arrivals::Open(Distribution::constant(secs(1)));
    system.agents = vec![tank::agents("a", 1, arrivals, vec![tank::call(0)])];
    system.services = vec![tank::service("s", u32::MAX, 0, Distribution::constant(millis(500)))];
    system.edges = vec![tank::edge(0, 0, None)];
    system.warmup = tank::at(secs(60));
    let record = run(&system, 1, Watch::Counts);
    // Tasks at 60, 61, …, 100; the last has no time to end.
    assert_eq!((record.agents[0].tasks.issued, record.agents[0].tasks.good()), (41, 40));
    assert_eq!(record.services[0].busy, u128::from(millis(500).as_nanos()) * 40);
    assert_eq!(record.agents[0].latency_ok.max(), Some(millis(500)));
}
