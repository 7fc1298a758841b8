//! Budgets as random walks to a bound, limits on tokens, contexts, and what is found out.

use patterns::Duration;
use sim::kernel::Distribution;
use sim::measure::Measure;
use sim::model::system::{
    AtLimit, Budget, BudgetPer, BudgetThen, Context, Cost, Does, FindsOut, RateLimit, Step, System,
};
use sim::observe::{Currency, Record};

use crate::support::{counted, rate, replicate, stream_to};
use crate::table::case;
use crate::tank::{self, at, exponential, millis, secs};

/// Tokens of a call, on average.
const MEAN: u64 = 1_000_000;

/// Calls that a budget lets in, each time that it is full.
const MOST: u64 = 4;

/// As many nanoseconds as there are tokens.
fn tokens(number: u64) -> Duration {
    Duration::from_nanos(number)
}

/// A call, over and over again, that takes tokens of this distribution.
fn asking(times: u32, tokens: Distribution) -> Step {
    let (keys, does, cost) = (None, Does::Other, Cost { tokens: Some(tokens), nano_usd: 0 });
    Step::Call { service: 0, times, optional: false, keys, idempotent: true, does, cost }
}

/// Tasks without end, one after the other, whose calls take a second on average, each with this
/// much to spend.
fn bounded(law: Distribution, amount: u64) -> System {
    let mut system = tank::system(secs(100_000));
    let thinking = tank::closed(Distribution::constant(millis(1)));
    system.agents = vec![tank::agents("a", 1, thinking, vec![asking(u32::MAX, law)])];
    system.services = vec![tank::service("s", u32::MAX, u32::MAX, rate(1.0))];
    system.edges = vec![tank::edge(0, 0, None)];
    system.budgets = vec![Budget {
        name: "b".to_owned(),
        currency: Currency::Tokens,
        amount,
        reserve: None,
        every: None,
        groups: vec![0],
        per: BudgetPer::Task,
        then: BudgetThen::Fail,
    }];
    system
}

fn calls_of_a_task(record: &Record) -> f64 {
    let tasks = record.agents[0].tasks.answered() as f64;
    // The last task has not ended.
    record.edges[0].calls.issued as f64 / (tasks + 0.5)
}

fn value(system: &System, record: &Record, path: &str) -> f64 {
    Measure::parse(path, system).expect(path).of(record)
}

/// Where costs have no memory, the calls that come before the bound are a Poisson process along
/// it, and one more goes beyond it, by as much as any costs (Wald).
#[test]
fn costs_without_memory_use_a_budget_up_after_a_poisson_number_of_calls() {
    case!();
    let system = bounded(exponential(tokens(MEAN)), 7 * MEAN);
    let [calls, spent, lasts] = replicate(&system, 91, |record| {
        let ended = record.agents[0].tasks.answered() as f64;
        let spent = record.agents[0].spending.spent.tokens as f64 / MEAN as f64;
        let lasts = value(&system, record, "agents.a.latency.mean");
        [calls_of_a_task(record), spent / (ended + 0.5), lasts]
    });
    calls.is("calls of a task", 1.0 + 7.0, 0.01);
    spent.is("tokens of a task, in means", 7.0 + 1.0, 0.01);
    lasts.is("mean time until it fails", 8.0, 0.015);
}

/// How many uniform draws it takes until their sum is no longer below one: e of them (W. Feller,
/// An Introduction to Probability Theory and Its Applications, vol. 2, I.13, problem 8).
#[test]
fn uniform_costs_use_a_budget_up_after_e_calls() {
    case!();
    let law = Distribution::uniform(tokens(0), tokens(MEAN)).expect("it is not empty");
    let [calls] = replicate(&bounded(law, MEAN), 92, |record| [calls_of_a_task(record)]);
    calls.is("calls of a task", core::f64::consts::E, 0.01);
}

/// Calls that come as a Poisson process spend a budget of four, which is full again every five
/// seconds: as many of them are let in as come, and no more than four.
#[test]
fn a_budget_that_becomes_full_again_lets_in_so_many_in_each_period() {
    case!();
    let (arrivals, period) = (1.0, 5.0);
    let service = tank::service("s", u32::MAX, 0, Distribution::constant(Duration::ZERO));
    let mut system = stream_to(service, rate(arrivals), secs(20_000));
    system.agents[0].name = "a".to_owned();
    let template = bounded(Distribution::constant(tokens(1)), MOST);
    system.budgets = template.budgets;
    let budget = &mut system.budgets[0];
    (budget.currency, budget.per) = (Currency::Calls, BudgetPer::All);
    budget.every = Some(secs(5));
    let [good, empty, unused] = replicate(&system, 93, |record| {
        let of = |path| value(&system, record, path);
        let good = of("agents.a.goodput") / 3600.0 * period;
        [good, of("budgets.b.empty"), of("budgets.b.unused")]
    });
    // P(N = n) of those that come in a period.
    let mean = arrivals * period;
    let mut chance = libm::exp(-mean);
    let (mut let_in, mut fewer) = (0.0, 0.0);
    for number in 0..=MOST {
        let_in += number as f64 * chance;
        fewer += chance;
        chance *= mean / (number + 1) as f64;
    }
    let_in += MOST as f64 * (1.0 - fewer);
    good.is("calls let in, by period", let_in, 0.01);
    unused.is("share that is left over", 1.0 - let_in / MOST as f64, 0.05);
    // The time T until the fourth comes has E[min(T, 5)] = 4 P(N >= 5) + 5 P(N <= 3).
    let fourth = libm::exp(-mean) * mean * mean * mean * mean / 24.0;
    let until = MOST as f64 / arrivals * (1.0 - fewer) + period * (fewer - fourth);
    empty.is("share of time in which it is used up", 1.0 - until / period, 0.02);
}

/// Of requests of 400 tokens each, a bucket of 400 loses as one slot does; and a large one lets in
/// what comes back to it.
#[test]
fn a_bucket_of_tokens_loses_as_one_of_requests_does() {
    case!();
    let arrivals = 2.0;
    let limited = |burst| {
        let service = tank::service("s", u32::MAX, 0, Distribution::constant(Duration::ZERO));
        let mut system = stream_to(service, rate(arrivals), secs(10_000));
        system.agents[0].steps = vec![asking(1, Distribution::constant(tokens(400)))];
        system.services[0].token_limits =
            vec![RateLimit::bucket(Duration::from_micros(2500), burst)];
        system
    };
    let of = |burst, seeds| {
        let [let_in] = replicate(&limited(burst), seeds, |record| {
            [record.agents[0].spending.spent.tokens as f64 / counted(record)]
        });
        let_in
    };
    of(400, 94).is("tokens by the second", 400.0 * arrivals / (1.0 + arrivals), 0.005);
    of(20_000, 95).is("tokens by the second, of a large bucket", 400.0, 1e-3);
}

/// Where each call sends what was said before, the n-th of k calls costs n times as much.
#[test]
fn what_is_sent_again_makes_a_task_cost_by_the_square_of_its_calls() {
    case!();
    let mut system = bounded(exponential(tokens(MEAN)), u64::MAX);
    system.agents[0].steps = vec![asking(9, exponential(tokens(MEAN)))];
    system.agents[0].context =
        Some(Context { limit: u64::MAX, is_resent: true, at_limit: AtLimit::Fail });
    let [spent] = replicate(&system, 96, |record| {
        let ended = record.agents[0].tasks.answered() as f64;
        let spent = record.agents[0].spending.spent.tokens as f64 / MEAN as f64;
        [spent / (ended + 0.5)]
    });
    // The half of a task that is open at the end is not worth a half: a quarter of a thousandth.
    spent.is_near("tokens of a task, in means", 45.0, 1e-4, 0.01);
}

/// Seven in ten wrong values are found out, after some time without memory: of those that came
/// evenly until now, this share by now.
#[test]
fn wrong_values_are_found_out_by_and_by() {
    case!();
    let (found, mean, lasts) = (0.7, 1000.0, 2000.0);
    let mut service = tank::service("s", u32::MAX, 0, Distribution::constant(Duration::ZERO));
    service.wrong = 1.0;
    let mut system = stream_to(service, rate(5.0), secs(2000));
    (system.warmup, system.horizon) = (at(Duration::ZERO), at(secs(2000)));
    system.agents[0].finds_out = Some(FindsOut { share: found, after: exponential(secs(1000)) });
    let [share] = replicate(&system, 97, |record| {
        let agents = &record.agents[0];
        [agents.spending.found_out as f64 / agents.tasks.wrong() as f64]
    });
    let known = 1.0 - (1.0 - libm::exp(-lasts / mean)) * mean / lasts;
    share.is("share that is found out by now", found * known, 0.01);
}
