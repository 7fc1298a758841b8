//! What calls cost, who pays, and what becomes of them when a budget is used up.

use patterns::backoff::Jitter;
use patterns::{Class, Duration, Target};
use proptest::prelude::*;
use sim::System;
use sim::fault::kinds::duplicate::Duplicate;
use sim::kernel::Distribution;
use sim::measure::Measure;
use sim::model::system::{
    Arrivals, AtLimit, Budget, BudgetPer, BudgetThen, Context, Cost, Does, FindsOut, Price,
    RateHint, RateLimit, RateRule, Step,
};
use sim::model::{Watch, run};
use sim::observe::{Currency, Record, Spent, TrackKind, Worth};

use crate::losses;
use crate::tank::{
    agents, at, call, edge, exponential, fallback, millis, once, policy, retry, secs, service,
    system,
};

fn constant(length: Duration) -> Distribution {
    Distribution::constant(length)
}

/// A call with so many tokens.
fn asking(service: usize, times: u32, tokens: u64) -> Step {
    let tokens = Some(Distribution::constant(Duration::from_nanos(tokens)));
    costing(service, times, Cost { tokens, nano_usd: 0 })
}

fn costing(service: usize, times: u32, cost: Cost) -> Step {
    let (keys, does) = (None, Does::Other);
    Step::Call { service, times, optional: false, keys, idempotent: true, does, cost }
}

/// One agent, to which a task of these steps comes at each of these seconds; a service takes a
/// second for each call.
fn coming(seconds: &[u64], steps: Vec<Step>) -> System {
    let mut system = system(secs(100));
    let times: Vec<_> = seconds.iter().map(|second| at(secs(*second))).collect();
    system.agents = vec![agents("a", 1, Arrivals::Trace(times.into()), steps)];
    system.services = vec![service("s", u32::MAX, u32::MAX, constant(secs(1)))];
    system.edges = vec![edge(0, 0, None)];
    system
}

fn budget(currency: Currency, amount: u64) -> Budget {
    Budget {
        name: "b".to_owned(),
        currency,
        amount,
        reserve: None,
        every: None,
        groups: vec![0],
        per: BudgetPer::All,
        then: BudgetThen::Fail,
    }
}

fn value(system: &System, record: &Record, path: &str) -> f64 {
    Measure::parse(path, system).expect(path).of(record)
}

#[track_caller]
fn check(system: &System, expected: &[(&str, f64)]) {
    let record = run(system, 1, Watch::Counts);
    for (path, expected) in expected {
        let value = value(system, &record, path);
        assert!((value - expected).abs() < 1e-9, "{path} is {value}, not {expected}");
    }
    assert_eq!(record, Record { trace: None, ..run(system, 1, Watch::Trace) });
}

#[test]
fn budget_is_used_up_when_nothing_is_left_and_not_before() {
    // Each task makes two calls of 500 tokens.
    let of = |amount| {
        let mut system = coming(&[10, 20, 30], vec![asking(0, 2, 500)]);
        system.budgets = vec![budget(Currency::Tokens, amount)];
        system
    };
    let ended = |good: f64, used: f64| {
        [
            ("budgets.b.used", used),
            ("agents.a.tokens", used),
            ("agents.a.complete", good / 3.0),
            ("agents.a.failures.rejected", 3.0 - good),
            ("agents.a.budget-refused", 3.0 - good),
            ("budgets.b.refused", 3.0 - good),
        ]
    };
    check(&of(1), &ended(0.0, 500.0));
    check(&of(999), &ended(1.0, 1000.0));
    check(&of(1000), &ended(1.0, 1000.0));
    // With one more token left, the last call takes more than there is.
    check(&of(1001), &ended(1.0, 1500.0));
    check(&of(3000), &ended(3.0, 3000.0));
    // It is empty from when the second call of the first task was let in.
    check(&of(1000), &[("budgets.b.empty", 0.89)]);
}

#[test]
fn reserve_lets_a_call_through_only_if_it_fits_and_is_settled_afterwards() {
    let of = |amount| {
        let mut system = coming(&[10, 20, 30], vec![asking(0, 1, 500)]);
        let of_tokens = budget(Currency::Tokens, amount);
        system.budgets = vec![Budget { reserve: Some(800), ..of_tokens }];
        system
    };
    for (amount, good) in [(799, 0.0), (800, 1.0), (1299, 1.0), (1300, 2.0), (1800, 3.0)] {
        let expected = [("agents.a.complete", good / 3.0), ("budgets.b.used", 500.0 * good)];
        check(&of(amount), &expected);
    }
    // The next call of a task finds what the one before has left.
    let mut twice = of(1300);
    twice.agents[0].arrivals = Arrivals::Trace(vec![at(secs(10))].into());
    twice.agents[0].steps = vec![asking(0, 2, 500)];
    check(&twice, &[("agents.a.complete", 1.0), ("budgets.b.used", 1000.0)]);
    twice.budgets[0].amount = 1299;
    check(&twice, &[("agents.a.complete", 0.0), ("budgets.b.used", 500.0)]);
    // What is set aside is not there for others, until it is known to be too much.
    let mut at_once = of(1300);
    at_once.agents[0].arrivals = Arrivals::Trace([10, 10, 11].map(|s| at(secs(s))).into());
    check(&at_once, &[("agents.a.complete", 2.0 / 3.0), ("budgets.b.refused", 1.0)]);
    // Of 1600 two can be set aside, and while they are nothing is left.
    let mut two = of(1600);
    two.agents[0].arrivals = Arrivals::Trace([10, 10].map(|s| at(secs(s))).into());
    check(&two, &[("agents.a.complete", 1.0), ("budgets.b.empty", 0.01 + 0.89)]);
}

#[test]
fn budget_is_full_again_after_each_period() {
    let mut system = coming(&[5, 6, 7, 25, 26, 27, 28], vec![asking(0, 1, 100)]);
    system.budgets = vec![Budget { every: Some(secs(20)), ..budget(Currency::Tokens, 250) }];
    // Three calls use 300 of 250; a fourth finds nothing in the second period. Three more periods
    // end full.
    check(
        &system,
        &[
            ("agents.a.tokens", 600.0),
            ("agents.a.budget-refused", 1.0),
            ("budgets.b.empty", (13.0 + 13.0) / 100.0),
            ("budgets.b.unused", 3.0 / 5.0),
        ],
    );
    // In the instant in which it is full again it can be spent.
    let mut on_time = coming(&[5, 39, 40], vec![asking(0, 1, 100)]);
    on_time.budgets = vec![Budget { every: Some(secs(20)), ..budget(Currency::Tokens, 1) }];
    check(&on_time, &[("agents.a.complete", 1.0)]);
    let mut too_soon = coming(&[25, 39, 40], vec![asking(0, 1, 100)]);
    too_soon.budgets = on_time.budgets.clone();
    check(&too_soon, &[("agents.a.budget-refused", 1.0)]);
}

#[test]
fn a_call_that_has_to_wait_is_made_when_the_budget_is_full_again() {
    let mut system = coming(&[5, 6, 7, 8], vec![asking(0, 2, 100)]);
    let waits = Budget { then: BudgetThen::Wait, ..budget(Currency::Calls, 3) };
    system.budgets = vec![Budget { every: Some(secs(20)), ..waits }];
    // Calls 1 and 3 of the first two tasks at 5 and 6, the second of the first at 6; the rest, in
    // the order in which they came, three at 20 and two at 40.
    check(
        &system,
        &[
            ("agents.a.complete", 1.0),
            ("agents.a.latency.max", 34.0),
            ("budgets.b.used", 8.0),
            // At 7 and 8, and again at 20, 21 and 21.
            ("budgets.b.refused", 0.0),
            ("budgets.b.empty", (14.0 + 20.0) / 100.0),
        ],
    );
}

#[test]
fn a_call_that_is_left_out_leaves_its_task_degraded() {
    let mut system = coming(&[10, 20], vec![asking(0, 3, 100), Step::Work(constant(secs(2)))]);
    let skips = Budget { then: BudgetThen::Skip, ..budget(Currency::Calls, 4) };
    system.budgets = vec![skips];
    check(
        &system,
        &[
            ("agents.a.complete", 0.5),
            ("agents.a.degraded", 0.5),
            // Of the second task one call and its work.
            ("agents.a.busy", 5.0 + 3.0),
            ("budgets.b.refused", 1.0),
            ("agents.a.budget-refused", 0.0),
            ("edges.a -> s.calls", 4.0),
        ],
    );
    // The failure of a call that is optional is not its task's.
    let Step::Call { cost, .. } = asking(0, 3, 100) else { unreachable!("it is a call") };
    let (keys, does, idempotent) = (None, Does::Other, true);
    let optional =
        Step::Call { service: 0, times: 3, optional: true, keys, idempotent, does, cost };
    let mut system = coming(&[10, 20], vec![optional]);
    system.budgets = vec![budget(Currency::Calls, 4)];
    check(&system, &[("agents.a.degraded", 0.5), ("agents.a.budget-refused", 0.0)]);
}

#[test]
fn a_call_that_has_waited_and_is_left_out_says_nothing_of_the_next() {
    let costly = || {
        let tokens = Some(Distribution::constant(Duration::from_nanos(100)));
        costing(0, 1, Cost { tokens, nano_usd: 1 })
    };
    let mut system = coming(&[5], vec![costly(), costly(), asking(1, 1, 70)]);
    system.services.push(service("t", u32::MAX, u32::MAX, constant(secs(1))));
    system.edges.push(edge(0, 1, None));
    let waits = Budget { then: BudgetThen::Wait, ..budget(Currency::Tokens, 100) };
    let skips = Budget { then: BudgetThen::Skip, ..budget(Currency::Usd, 1) };
    system.budgets = vec![
        Budget { every: Some(secs(20)), ..waits },
        Budget { name: "money".to_owned(), ..skips },
    ];
    // The second call waits for tokens until 20, and then there is no money: the third needs none.
    check(
        &system,
        &[
            ("edges.a -> s.calls", 1.0),
            ("budgets.money.refused", 1.0),
            ("edges.a -> t.calls", 1.0),
            ("edges.a -> t.tokens", 70.0),
        ],
    );
}

#[test]
fn who_shares_a_budget_is_said_by_it() {
    let of = |per| {
        let steps = vec![asking(0, 4, 100)];
        let mut system = coming(&[10, 20], steps.clone());
        system.agents[0].count = 2;
        let times = Arrivals::Trace([30].map(|s| at(secs(s))).into());
        system.agents.push(agents("b", 1, times, steps));
        system.edges.push(edge(1, 0, None));
        let of_calls = budget(Currency::Calls, 5);
        system.budgets = vec![Budget { groups: vec![0, 1], per, ..of_calls }];
        system
    };
    // Five tasks of four calls each.
    for (per, calls, good) in [
        (BudgetPer::All, 5.0, [0.0, 0.0]),
        (BudgetPer::Group, 5.0 + 4.0, [0.0, 1.0]),
        (BudgetPer::Agent, 5.0 + 5.0 + 4.0, [0.5, 1.0]),
        (BudgetPer::Task, 20.0, [1.0, 1.0]),
    ] {
        let [a, b] = good;
        let expected =
            [("budgets.b.used", calls), ("agents.a.complete", a), ("agents.b.complete", b)];
        check(&of(per), &expected);
    }
    let record = run(&of(BudgetPer::Task), 1, Watch::Counts);
    assert!(value(&of(BudgetPer::Task), &record, "budgets.b.empty").is_nan());
    // Each task has its own, and no more than that.
    let mut of_task = of(BudgetPer::Task);
    of_task.budgets[0].amount = 3;
    check(&of_task, &[("budgets.b.used", 15.0), ("agents.a.budget-refused", 4.0)]);
}

#[test]
fn two_budgets_of_a_step_must_both_have_something_left() {
    let mut system = coming(&[10, 20, 30], vec![asking(0, 1, 100)]);
    let of_calls = Budget { name: "calls".to_owned(), ..budget(Currency::Calls, 2) };
    system.budgets = vec![budget(Currency::Tokens, 150), of_calls];
    // A call that one of them refuses uses up none of the other.
    check(
        &system,
        &[("budgets.b.used", 200.0), ("budgets.calls.used", 2.0), ("budgets.calls.refused", 0.0)],
    );
}

#[test]
fn time_of_a_task_is_spent_by_work_and_calls_and_not_by_waiting_for_budgets() {
    let steps = vec![Step::Work(constant(secs(2))), asking(0, 3, 1)];
    let mut system = coming(&[10], steps.clone());
    // Work takes until 12, calls until 13, 14, 15: the third call comes after 4 s.
    let of_time = |amount| Budget { per: BudgetPer::Task, ..budget(Currency::Time, amount) };
    for (amount, good) in [(4_000_000_000, 0.0), (4_000_000_001, 1.0)] {
        system.budgets = vec![of_time(amount)];
        check(&system, &[("agents.a.complete", good)]);
    }
    let all = Budget { every: Some(secs(50)), ..budget(Currency::Time, 3_000_000_000) };
    let mut system = coming(&[10], steps);
    system.budgets = vec![Budget { then: BudgetThen::Wait, ..all }];
    check(&system, &[("agents.a.latency.max", 42.0), ("budgets.b.used", 5.0)]);
}

#[test]
fn only_attempts_that_a_service_lets_in_cost_something() {
    let price = Price { call: 1_000_000, per_million_tokens: 3_000_000_000 };
    let nano_usd = 5_000_000;
    let tokens = Some(Distribution::constant(Duration::from_nanos(1000)));
    let mut system = coming(&[10], vec![costing(0, 1, Cost { tokens, nano_usd })]);
    system.services[0].price = price;
    let each = 0.001 + 0.003 + 0.005;
    check(&system, &[("agents.a.cost", each), ("agents.a.tokens", 1000.0)]);
    // Attempts that fail cost as much, and each further one costs again.
    let mut retried = system.clone();
    retried.services[0].errors = vec![(Class::Network, 1.0)];
    retried.policies = vec![policy(vec![retry(2, millis(1), Jitter::None)])];
    retried.edges[0].policy = Some(0);
    check(&retried, &[("agents.a.cost", 3.0 * each), ("edges.a -> s.cost", 3.0 * each)]);
    // What is refused costs nothing: by a full queue, a limit, or one on tokens.
    let mut full = retried.clone();
    full.services[0].errors = Vec::new();
    (full.services[0].slots, full.services[0].queue) = (1, 0);
    full.agents[0].arrivals = Arrivals::Trace([10, 10].map(|s| at(secs(s))).into());
    check(&full, &[("agents.a.cost", each)]);
    let mut limited = full.clone();
    limited.services[0].slots = u32::MAX;
    limited.services[0].rate_limit = Some(RateLimit::bucket(secs(1000), 1));
    check(&limited, &[("agents.a.cost", each), ("services.s.rate-limited", 0.75)]);
}

#[test]
fn limit_on_tokens_lets_requests_in_by_their_tokens() {
    // 100 tokens a second, up to 1000 at once.
    let mut limit = RateLimit::bucket(millis(10), 1000);
    let of = |limit: RateLimit, tokens, seconds: &[u64]| {
        let mut system = coming(seconds, vec![asking(0, 1, tokens)]);
        system.services[0].token_limits = vec![limit];
        system
    };
    // After the first two, 200 and then 300 are there; 400 come back by second 14.
    let some = of(limit, 400, &[10, 10, 10, 11, 12, 13]);
    check(&some, &[("services.s.rate-limited", 3.0 / 6.0)]);
    check(&of(limit, 400, &[10, 10, 11, 12]), &[("services.s.rate-limited", 1.0 / 4.0)]);
    // Exactly what is there fits; a request that is larger than all that may come never does.
    check(&of(limit, 500, &[10, 10]), &[("services.s.rate-limited", 0.0)]);
    check(&of(limit, 1001, &[10, 90]), &[("services.s.rate-limited", 1.0)]);
    limit.rule = RateRule::Window { limit: 1000, length: secs(20) };
    check(&of(limit, 400, &[10, 10, 19, 20, 20, 39]), &[("services.s.rate-limited", 2.0 / 6.0)]);
    // A request that one limit refuses uses up nothing of the other.
    let mut both = of(RateLimit::bucket(millis(10), 1000), 400, &[10, 10, 11, 12]);
    both.services[0].rate_limit = Some(RateLimit::bucket(secs(2), 1));
    // The first at 10, the second not; at 11 none by requests; at 12 both let one in.
    check(&both, &[("services.s.rate-limited", 2.0 / 4.0)]);
    limit.hint = RateHint::Never;
    check(&of(limit, 1000, &[10, 11]), &[("services.s.rate-limited", 1.0 / 2.0)]);
}

#[test]
fn service_that_calls_spends_for_the_task_that_it_works_for() {
    let mut system = coming(&[10, 20], vec![Step::call(0)]);
    system.services[0].steps = vec![asking(1, 2, 70)];
    system.services.push(service("llm", u32::MAX, u32::MAX, constant(secs(1))));
    system.services[1].price = Price { call: 0, per_million_tokens: 1_000_000_000_000 };
    system.edges.push(sim::model::system::Edge {
        from: sim::model::system::Caller::Service(0),
        to: 1,
        policy: None,
    });
    check(
        &system,
        &[
            ("agents.a.tokens", 280.0),
            ("agents.a.cost", 0.28),
            ("edges.a -> s.tokens", 0.0),
            ("edges.s -> llm.tokens", 280.0),
        ],
    );
    // It goes on when the task is over, and the task pays all the same, but not the next one.
    let mut hasty = system.clone();
    hasty.agents[0].patience = Some(constant(millis(1500)));
    hasty.agents[0].gives_up = true;
    let of_tokens = budget(Currency::Tokens, 1000);
    hasty.budgets = vec![Budget { per: BudgetPer::Task, ..of_tokens }];
    check(&hasty, &[("agents.a.tokens", 280.0), ("budgets.b.used", 280.0)]);
}

#[test]
fn context_is_sent_with_each_call_and_makes_a_task_cost_by_the_square_of_its_calls() {
    let context = |limit, at_limit| Some(Context { limit, is_resent: true, at_limit });
    let of = |context| {
        let mut system = coming(&[10], vec![asking(0, 5, 100)]);
        system.agents[0].context = context;
        system
    };
    check(&of(None), &[("agents.a.tokens", 500.0)]);
    // 100 + 200 + … + 500.
    let all = [("agents.a.tokens", 1500.0), ("agents.a.complete", 1.0)];
    check(&of(context(500, AtLimit::Fail)), &all);
    let mut kept = of(context(500, AtLimit::Fail));
    kept.agents[0].context =
        Some(Context { limit: 500, is_resent: false, at_limit: AtLimit::Fail });
    check(&kept, &[("agents.a.tokens", 500.0), ("agents.a.context-full", 0.0)]);
    // The fifth call would make it 500.
    let fails = [
        ("agents.a.tokens", 1000.0),
        ("agents.a.failures.validation", 1.0),
        ("agents.a.context-full", 1.0),
        ("agents.a.latency.max", 4.0),
    ];
    check(&of(context(499, AtLimit::Fail)), &fails);
    let truncates = [
        ("agents.a.tokens", 100.0 + 200.0 + 250.0 * 3.0),
        ("agents.a.degraded", 1.0),
        ("agents.a.context-full", 3.0),
    ];
    check(&of(context(250, AtLimit::Truncate)), &truncates);
    // At the third call 200 become 50, at the fifth 250 do.
    let compacts = [
        ("agents.a.tokens", 100.0 + 200.0 + 150.0 + 250.0 + 150.0),
        ("agents.a.complete", 1.0),
        ("agents.a.latency.max", 5.0 + 2.0 * 3.0),
        ("agents.a.context-full", 2.0),
    ];
    check(&of(context(250, AtLimit::Compact { to: 50, takes: secs(3) })), &compacts);
    let at_once = AtLimit::Compact { to: 50, takes: Duration::ZERO };
    check(&of(context(250, at_once)), &[compacts[0], ("agents.a.latency.max", 5.0)]);
    // What does not fit by itself is cut.
    check(&of(context(60, AtLimit::Truncate)), &[("agents.a.tokens", 300.0)]);
    // No number of tokens is too large to be counted.
    let mut huge = of(context(500, AtLimit::Fail));
    huge.agents[0].steps = vec![asking(0, 1, 100), asking(0, 1, u64::MAX)];
    check(&huge, &[("agents.a.failures.validation", 1.0), ("agents.a.tokens", 100.0)]);
    // The next task begins with nothing in mind.
    let mut two = of(context(500, AtLimit::Fail));
    two.agents[0].arrivals = Arrivals::Trace([10, 15].map(|s| at(secs(s))).into());
    check(&two, &[("agents.a.tokens", 3000.0)]);
}

#[test]
fn worth_of_tasks_follows_from_how_they_end() {
    let worth = |good, degraded, late, failed, wrong, found_out| {
        let all = [good, degraded, late, failed, wrong, found_out];
        let [good, degraded, late, failed, wrong, found_out] =
            all.map(|usd: i64| usd * 1_000_000_000);
        Some(Worth { good, degraded, late, failed, wrong, found_out })
    };
    let mut system = coming(&[10, 20, 30, 40], vec![Step::call(0)]);
    system.agents[0].worth = worth(10, 5, 1, -2, -50, -20);
    check(&system, &[("agents.a.value", 40.0), ("agents.a.loss", 0.0)]);
    let mut wrong = system.clone();
    wrong.services[0].wrong = 1.0;
    let of_wrong =
        [("agents.a.value", -200.0), ("agents.a.loss", 240.0), ("agents.a.loss.wrong", 240.0)];
    check(&wrong, &of_wrong);
    // Found out 45 s after their end: those of seconds 11 and 21, and 31, but not of 41 before 86.
    let after = constant(secs(45));
    wrong.agents[0].finds_out = Some(FindsOut { share: 1.0, after: after.clone() });
    check(&wrong, &[("agents.a.found-out", 4.0), ("agents.a.value", -80.0)]);
    wrong.horizon = at(secs(76));
    check(&wrong, &[("agents.a.found-out", 2.0), ("agents.a.value", -2.0 * 70.0)]);
    wrong.agents[0].finds_out = Some(FindsOut { share: 0.0, after });
    check(&wrong, &[("agents.a.found-out", 0.0), ("agents.a.value", -200.0)]);
    // What comes late is late, wrong or not, and is not looked at any more.
    wrong.agents[0].deadline = Some(millis(999));
    wrong.agents[0].finds_out = Some(FindsOut { share: 1.0, after: constant(secs(1)) });
    check(&wrong, &[("agents.a.value", 4.0), ("agents.a.loss.late", 36.0)]);
    let mut failing = system.clone();
    failing.services[0].errors = vec![(Class::Overload, 1.0)];
    check(
        &failing,
        &[
            ("agents.a.value", -8.0),
            ("agents.a.loss", 48.0),
            ("agents.a.loss.overload", 48.0),
            ("agents.a.loss.network", 0.0),
            ("system.value", -8.0),
        ],
    );
    // Four of two seconds each are still open, of which one is overdue by then.
    let mut open = system.clone();
    open.horizon = at(secs(42));
    open.services[0].latency = constant(secs(3));
    open.agents[0].deadline = Some(millis(1500));
    check(&open, &[("agents.a.overdue", 1.0), ("agents.a.loss.overdue", 12.0)]);
}

#[test]
fn what_is_spent_in_the_warm_up_does_not_count_but_is_gone() {
    let mut system = coming(&[10, 30, 50], vec![asking(0, 1, 100)]);
    system.warmup = at(secs(20));
    system.budgets = vec![budget(Currency::Tokens, 200)];
    check(
        &system,
        &[("agents.a.tokens", 100.0), ("budgets.b.used", 100.0), ("agents.a.budget-refused", 1.0)],
    );
    // Windows add up to the whole.
    let mut parts = system;
    let window = |from, until| sim::observe::Window {
        from: Some(secs(from)),
        until: Some(secs(until)),
        anchor: sim::observe::Anchor::Run,
    };
    parts.windows = vec![window(20, 40), window(40, 100)];
    let record = run(&parts, 1, Watch::Counts);
    for path in ["agents.a.tokens", "budgets.b.used", "budgets.b.refused"] {
        let of = |window| {
            let measure = Measure::parse(path, &parts).expect(path).within(window);
            measure.of(&record)
        };
        let sum = of(window(20, 40)) + of(window(40, 100));
        assert!((sum - value(&parts, &record, path)).abs() < 1e-9, "{path}");
    }
    let empty = Measure::parse("budgets.b.empty", &parts).expect("it is there");
    let empty = |window| empty.clone().within(window).of(&record);
    assert!((empty(window(20, 40)) - 0.5).abs() < 1e-9 && empty(window(40, 100)) > 0.999_999);
}

#[test]
fn every_call_costs_as_much_whoever_had_its_place_before() {
    // Tasks and requests take each other's places.
    let seconds: Vec<u64> = (1..=90).collect();
    let mut system = coming(&seconds, vec![asking(0, 2, 100), call(1), asking(0, 1, 10)]);
    system.services.push(service("t", u32::MAX, u32::MAX, constant(millis(1500))));
    system.services[1].price = Price { call: 0, per_million_tokens: 1_000_000_000 };
    system.edges.push(edge(0, 1, None));
    check(
        &system,
        &[
            ("agents.a.complete", 1.0),
            ("edges.a -> s.tokens", 90.0 * 210.0),
            ("edges.a -> t.cost", 0.0),
        ],
    );
}

#[test]
fn every_call_of_tasks_that_come_at_random_costs_as_much() {
    let mut system = coming(&[], vec![asking(0, 2, 100), call(1), asking(0, 1, 100)]);
    // Those that wait take the places of requests that have ended.
    system.agents[0].slots = 2;
    system.agents[0].arrivals = Arrivals::Open(exponential(millis(500)));
    system.services[0].latency = exponential(millis(200));
    system.services.push(service("t", u32::MAX, u32::MAX, exponential(millis(300))));
    system.edges.push(edge(0, 1, None));
    let record = run(&system, 1, Watch::Counts);
    let [asked, plain] = [&record.edges[0], &record.edges[1]];
    assert!(asked.attempts.issued > 400);
    assert_eq!(asked.spent.tokens, 100 * asked.attempts.issued);
    assert_eq!(plain.spent.tokens, 0);
}

#[test]
fn tokens_count_elsewhere_only_where_a_service_goes_by_them() {
    let mut system = coming(&[10], vec![asking(0, 1, 500)]);
    system.services[0].errors = vec![(Class::Network, 1.0)];
    system.services.push(service("copy", u32::MAX, u32::MAX, constant(secs(1))));
    system.policies = vec![policy(vec![fallback([Target(0)])])];
    system.policies[0].targets = vec![1];
    system.edges[0].policy = Some(0);
    system.edges.push(edge(0, 1, None));
    check(&system, &[("agents.a.tokens", 500.0), ("edges.a -> copy.tokens", 0.0)]);
    let mut priced = system.clone();
    priced.services[1].price = Price { call: 0, per_million_tokens: 2_000_000_000_000 };
    check(&priced, &[("agents.a.tokens", 1000.0), ("edges.a -> copy.cost", 1.0)]);
    // The price of the step is that of the service that it calls.
    let nano_usd = 1_000_000_000;
    system.agents[0].steps = vec![costing(0, 1, Cost { tokens: None, nano_usd })];
    check(&system, &[("agents.a.cost", 1.0), ("edges.a -> copy.cost", 0.0)]);
}

#[test]
fn what_is_delivered_twice_works_for_the_same_task() {
    let mut system = coming(&[10, 20], vec![Step::call(0)]);
    system.services[0].steps = vec![asking(1, 2, 70)];
    system.services.push(service("llm", u32::MAX, u32::MAX, constant(secs(1))));
    let from = sim::model::system::Caller::Service(0);
    system.edges.push(sim::model::system::Edge { from, to: 1, policy: None });
    let twice = Duplicate { share: 1.0 };
    system.faults = vec![once(0, twice, secs(0), secs(99))];
    // Two tasks, each of which is worked for twice.
    check(&system, &[("agents.a.tokens", 560.0), ("edges.s -> llm.tokens", 560.0)]);
}

#[test]
fn many_tasks_that_are_refused_at_once_do_not_go_ever_deeper() {
    let mut system = coming(&[], vec![asking(0, 1, 100); 10_000]);
    system.agents[0].slots = 1;
    system.agents[0].arrivals = Arrivals::Trace(vec![at(secs(1)); 3000].into());
    system.budgets = vec![budget(Currency::Calls, 1)];
    check(&system, &[("agents.a.budget-refused", 3000.0)]);
    // A whole program that is left out, step by step.
    let skips = Budget { then: BudgetThen::Skip, ..budget(Currency::Calls, 1) };
    system.budgets = vec![skips];
    system.agents[0].arrivals = Arrivals::Trace(vec![at(secs(1)); 30].into());
    check(&system, &[("agents.a.degraded", 1.0), ("budgets.b.refused", 9999.0 + 29.0 * 1e4)]);
}

#[test]
fn budget_that_all_share_is_seen_when_it_is_used_up() {
    let mut system = coming(&[5, 6, 7, 25, 26, 27, 90], vec![asking(0, 1, 100)]);
    let every = Some(secs(20));
    let own = Budget { name: "own".to_owned(), every, ..budget(Currency::Tokens, 200) };
    system.budgets = vec![
        Budget { per: BudgetPer::Agent, ..own.clone() },
        Budget { name: "b".to_owned(), per: BudgetPer::All, ..own },
    ];
    system.agents[0].count = 2;
    let trace = run(&system, 1, Watch::Trace).trace.expect("it was asked for");
    let seen: Vec<_> =
        trace.tracks.iter().filter(|track| track.kind() == TrackKind::Budget).collect();
    assert_eq!(seen.len(), 2);
    // Two agents use 200 each time that a task comes.
    let spans = seen[1].intervals.iter().map(|span| (span.from, span.to, span.state));
    let expected = [(5, 20), (25, 40), (90, 100)];
    let expected = expected.map(|(from, to)| (at(secs(from)), at(secs(to)), "used up"));
    assert_eq!(spans.collect::<Vec<_>>(), expected);
    // Where each has its own, there is no one time.
    assert!(seen[0].intervals.is_empty());
    assert_eq!(seen[1].id.to_string(), "budget b");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// What is spent on edges is what tasks have paid, and what budgets were charged with.
    #[test]
    fn what_is_spent_is_paid_by_the_tasks_that_it_is_for(
        system in losses::any_system(),
        seed in any::<u64>(),
    ) {
        let record = run(&system, seed, Watch::Counts);
        let sum = |all: &mut dyn Iterator<Item = Spent>| {
            all.fold((0, 0), |(tokens, usd), one| (tokens + one.tokens, usd + one.nano_usd))
        };
        let paid = sum(&mut record.agents.iter().map(|agents| agents.spending.spent));
        prop_assert_eq!(paid, sum(&mut record.edges.iter().map(|edge| edge.spent)));
        for (budget, seen) in system.budgets.iter().zip(&record.budgets) {
            let of = budget.groups.iter().map(|group| record.agents[*group].spending.spent);
            let spent = sum(&mut of.into_iter());
            match budget.currency {
                // What is set aside is not spent yet.
                Currency::Tokens if budget.reserve.is_none() => {
                    prop_assert_eq!(seen.used, u128::from(spent.0), "{:?}", budget);
                }
                Currency::Tokens => prop_assert!(seen.used <= u128::from(spent.0)),
                Currency::Usd => prop_assert_eq!(seen.used, u128::from(spent.1), "{:?}", budget),
                Currency::Calls | Currency::Time => {}
            }
            let time = u128::from(seen.shares) * u128::from(record.counted().as_nanos());
            prop_assert!(seen.empty <= time && seen.left[0] <= seen.left[1], "{seen:?}");
        }
    }
}
