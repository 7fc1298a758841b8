//! Budgets, costs and worth as files describe them.

use patterns::Duration;
use scenarios::{LayerRegistry, Scenario, ScenarioFile, library};
use sim::kernel::Distribution;
use sim::measure::Measure;
use sim::model::system::{
    AtLimit, Budget, BudgetPer, BudgetThen, Context, Cost, FindsOut, Price, RateLimit, Step,
};
use sim::observe::Currency;
use sim::{System, Watch, run};

/// Two groups that share a budget of a day, in dollars.
const FILE: &str = r#"
title = "A budget"
horizon = "10h"
[agents.research]
arrivals = "every(1h)"
steps = [{ call = "llm", times = 4, tokens = 1000 }]
worth = { good = 1, failed = -0.5 }
[agents.write]
arrivals = "every(2h)"
steps = [{ call = "llm", usd = 0.002 }]
[services.llm]
latency = "1s"
price = { call = 0.001, per-million-tokens = 3 }
[budgets.daily]
tokens = "30k"
for = ["research"]
"#;

fn read(text: &str) -> Result<Scenario, String> {
    let file = ScenarioFile::parse("spending.toml", text);
    let scenario = file.and_then(|file| file.scenario(&LayerRegistry::builtin()));
    scenario.map_err(|wrong| wrong.to_string())
}

fn scenario(changes: &[(&str, &str)]) -> Result<Scenario, String> {
    let text = changes.iter().fold(FILE.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    read(&text)
}

#[track_caller]
fn check(changes: &[(&str, &str)], expected: &[(&str, f64)]) {
    let Scenario { system, .. } = scenario(changes).unwrap_or_else(|wrong| panic!("{wrong}"));
    let record = run(&system, 1, Watch::Counts);
    for (path, expected) in expected {
        let measure = Measure::parse(path, &system).unwrap_or_else(|wrong| panic!("{wrong}"));
        let value = measure.of(&record);
        assert!((value - expected).abs() < 1e-9, "{path} is {value}, not {expected}");
    }
}

/// Says what is wrong with a file, in these words, and no more than that.
#[track_caller]
fn says(changes: &[(&str, &str)], expected: &[&str]) {
    let wrong = scenario(changes).expect_err("something is wrong");
    for part in expected {
        assert!(wrong.contains(part), "{part} is not in\n{wrong}");
    }
    assert_eq!(wrong.matches("error[").count(), 1, "{wrong}");
}

#[test]
fn tokens_and_dollars_are_spent_until_a_budget_fails_tasks() {
    // 30 calls of 1000 tokens: 7 tasks, and half of an eighth.
    check(
        &[],
        &[
            ("agents.research.tokens", 30_000.0),
            ("agents.research.cost", 30.0 * 0.004),
            ("agents.research.cost-per-good", 30.0 * 0.004 / 7.0),
            ("agents.research.value", 7.0 - 1.5),
            ("agents.research.net", 5.5 - 0.12),
            ("agents.research.loss.rejected", 4.5),
            ("agents.research.budget-refused", 3.0),
            ("agents.write.cost", 5.0 * 0.003),
            ("budgets.daily.used", 30_000.0),
            ("budgets.daily.refused", 3.0),
            ("system.cost", 30.0 * 0.004 + 5.0 * 0.003),
        ],
    );
    // The same in dollars, for both: the fifth task of `write` comes when nothing is left.
    let both = [
        ("tokens = \"30k\"", "usd = 0.12"),
        ("for = [\"research\"]", "for = [\"research\", \"write\"]"),
    ];
    check(&both, &[("budgets.daily.used", 0.12 + 0.001), ("agents.write.budget-refused", 2.0)]);
    // Full again, each group has enough.
    let daily = [("for = [", "every = \"5h\"\nfor = [")];
    check(&daily, &[("agents.research.complete", 1.0), ("budgets.daily.unused", 24.0 / 60.0)]);
    let turns = [("tokens = \"30k\"", "calls = 3\nper = \"task\"")];
    check(&turns, &[("agents.research.complete", 0.0), ("budgets.daily.used", 28.0)]);
    let time = [("tokens = \"30k\"", "time = \"2s\"\nper = \"task\"\nthen = \"skip\"")];
    check(&time, &[("agents.research.degraded", 1.0), ("agents.research.tokens", 19_000.0)]);
}

#[test]
fn numbers_of_tokens_and_their_distributions_are_read() {
    for text in [
        "1000",
        "\"1000\"",
        "\"1k\"",
        "\"0.001M\"",
        "1000.0",
        "\"constant(1k)\"",
        "\"uniform(1000, 1k)\"",
        "\"lognormal(median=1000, p90=1000)\"",
        "{ lognormal = { median = 1000, sigma = 0 } }",
    ] {
        check(&[("tokens = 1000", &format!("tokens = {text}"))], &[("budgets.daily.used", 3e4)]);
    }
    let mean = |law: &str| {
        let Scenario { mut system, .. } = scenario(&[
            ("tokens = 1000", &format!("tokens = \"{law}\"")),
            ("every(1h)", "every(1s)"),
        ])
        .unwrap_or_else(|wrong| panic!("{wrong}"));
        system.budgets.clear();
        let record = run(&system, 1, Watch::Counts);
        let of = |path| Measure::parse(path, &system).expect(path).of(&record);
        of("agents.research.tokens") / of("edges.research -> llm.calls")
    };
    for (law, expected) in [
        ("exponential(800)", 800.0),
        ("uniform(100, 500)", 300.0),
        // The mean of a lognormal distribution is median · exp(σ²/2).
        ("lognormal(median=1000, sigma=0.5)", 1133.1),
        ("lognormal(median=1020, p90=2735)", 1371.6),
        ("lognormal(median=1000, p99=3200)", 1133.1),
    ] {
        let mean = mean(law);
        assert!((mean / expected - 1.0).abs() < 0.01, "{law}: {mean}, not {expected}");
    }
    says(&[("tokens = 1000", "tokens = -1")], &["`tokens` must be at least 0, not -1", ":6:"]);
    says(&[("tokens = 1000", "tokens = \"1kg\"")], &["`tokens`", ":6:"]);
    says(&[("tokens = 1000", "tokens = \"exponental(800)\"")], &["`exponential`"]);
    says(&[("tokens = 1000", "tokens = \"lognormal(median=10)\"")], &["given beside `p90`"]);
    says(&[("tokens = 1000", "tokens = \"lognormal(median=10, p90=5)\"")], &["at least `median`"]);
    says(&[("tokens = 1000", "tokens = \"uniform(10, 5)\"")], &["at least `low`"]);
}

#[test]
fn limits_on_tokens_of_a_service_hold_beside_those_on_requests() {
    let limited = |limits: &str| {
        let price = "price = { call = 0.001, per-million-tokens = 3 }";
        vec![(price.to_owned(), limits.to_owned())]
    };
    let check = |limits: &str, expected: &[(&str, f64)]| {
        let changes = limited(limits);
        let changes: Vec<_> =
            changes.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
        check(&changes, expected);
    };
    let tokens = "agents.research.tokens";
    check("token-limit = { limit = 1500, per = \"1min\" }", &[(tokens, 10_000.0)]);
    // One comes each second: a fourth token a second, up to 1500.
    check("token-limit = { limit = 90000, per = \"1min\" }", &[(tokens, 30_000.0)]);
    let quota = "token-quota = { tokens = \"5k\", per = \"30d\" }";
    check(quota, &[(tokens, 5000.0), ("agents.research.failures.rate-limit", 9.0)]);
    let both = format!("token-limit = {{ limit = 1500, per = \"1min\" }}\n{quota}");
    check(&both, &[(tokens, 5000.0)]);
    check("token-quota = { tokens = \"5k\", per = \"5h\" }", &[(tokens, 11_000.0)]);
    // Those of `write`, every other hour, come first.
    check(
        "rate-limit = { limit = 1, per = \"30min\", hint = \"fixed(60s)\" }",
        &[(tokens, 5000.0)],
    );
}

#[test]
fn what_makes_no_sense_of_a_budget_is_refused() {
    says(&[("for = [\"research\"]", "")], &["`daily` needs `for`", "spending.toml:14:"]);
    says(&[("for = [\"research\"]", "for = []")], &["at least 1", ":16:"]);
    says(
        &[("[\"research\"]", "[\"reserch\"]")],
        &["no group of agents `reserch`", "did you mean `research`?", ":16:8"],
    );
    says(&[("[\"research\"]", "[\"llm\"]")], &["no group of agents `llm`"]);
    says(&[("[\"research\"]", "[\"research\", \"research\"]")], &["`research` is there twice"]);
    says(
        &[("tokens = \"30k\"", "")],
        &["one of these must be given: `tokens`, `usd`, `calls`, `time`"],
    );
    says(&[("tokens = \"30k\"", "tokens = \"30k\"\nusd = 1")], &["usd", "tokens"]);
    says(&[("tokens = \"30k\"", "tokens = 0")], &["more than 0"]);
    says(
        &[("for = [\"research\"]", "for = [\"write\"]")],
        &["the budget `daily` is never spent: no step of its groups has `tokens`", ":14:"],
    );
    let free =
        [("price = { call = 0.001, per-million-tokens = 3 }", ""), ("tokens = \"30k\"", "usd = 1")];
    says(&free, &["no step of its groups costs money"]);
    says(
        &[("tokens = \"30k\"", "tokens = \"30k\"\nevery = \"1d\"\nper = \"task\"")],
        &["`every` must be left out where each task has a budget of its own", ":16:"],
    );
    says(
        &[("tokens = \"30k\"", "tokens = \"30k\"\nthen = \"wait\"")],
        &["`then` must be given with `every`", ":16:"],
    );
    says(
        &[("tokens = \"30k\"", "tokens = \"30k\"\nreserve = \"31k\"")],
        &["`reserve` must be at most `tokens`", ":16:"],
    );
    says(&[("tokens = \"30k\"", "usd = 1\nreserve = 10")], &["reserve"]);
    says(&[("call = 0.001", "call = -0.001")], &["from 0 to 1000000000, not -0.001"]);
    says(&[("worth = { good = 1, failed = -0.5 }", "worth = {}")], &["needs `good`"]);
    says(&[("failed = -0.5", "fialed = -0.5")], &["did you mean `failed`?"]);
    says(&[("[budgets.daily]", "[budgets.'a -> b']")], &["a -> b", "must not contain `->`"]);
    // All at once.
    let wrong = scenario(&[
        ("[\"research\"]", "[\"reserch\"]"),
        ("tokens = \"30k\"", "tokens = \"30k\"\nthen = \"wait\""),
        ("usd = 0.002", "usd = -1"),
        ("failed = -0.5", "fialed = -0.5"),
    ]);
    let wrong = wrong.expect_err("four things are wrong");
    assert!(wrong.contains("4 mistakes"), "{wrong}");
}

#[test]
fn what_has_no_effect_is_a_warning() {
    let warns = |changes: &[(&str, &str)], expected: &str| {
        let Scenario { warnings, .. } = scenario(changes).unwrap_or_else(|wrong| panic!("{wrong}"));
        let warnings = warnings.to_string();
        assert!(warnings.contains(expected), "{expected} is not in\n{warnings}");
        assert_eq!(warnings.matches("warning[").count(), 1, "{warnings}");
    };
    let worth = "worth = { good = 1, failed = -0.5 }";
    warns(
        &[("every(2h)\"", "every(2h)\"\ncontext = { limit = 100 }")],
        "no step has `tokens`, so there is never anything in it",
    );
    warns(
        &[(worth, "context = { limit = \"10k\", takes = \"1s\" }")],
        "without `at-limit = \"compact\"` nothing is put into fewer words",
    );
    warns(
        &[(worth, "finds-out = { share = 0.7, after = \"1h\" }")],
        "no answer is ever wrong, so there is nothing to find out",
    );
}

#[test]
fn measures_of_budgets_are_found_by_their_names() {
    let Scenario { system, .. } = scenario(&[]).unwrap_or_else(|wrong| panic!("{wrong}"));
    let wrong = |path| Measure::parse(path, &system).expect_err(path);
    assert_eq!(wrong("budgets.dayly.used").known, ["daily"]);
    assert!(wrong("budgets.daily.usde").known.contains(&"used".to_owned()));
    let hypothesis = "[[hypotheses]]\nthat = \"agents.research.cost <= $0.12\"\n\
                      [[hypotheses]]\nthat = \"budgets.daily.empty <= 20%\"\n";
    let with = read(&format!("{FILE}{hypothesis}")).unwrap_or_else(|wrong| panic!("{wrong}"));
    let record = run(&with.system, 1, Watch::Counts);
    assert!(with.hypotheses.iter().all(|one| one.share().of(&record) > 0.5));
    let wrong = format!("{FILE}[[hypotheses]]\nthat = \"agents.research.cost <= 1min\"\n");
    let wrong = read(&wrong).expect_err("money is no time");
    assert!(wrong.contains("`1min` is no sum of dollars"), "{wrong}");
}

/// What agents spend changes nothing as long as nothing is used up: not a bit of what is recorded
/// of the rest, in any scenario that comes with the program.
#[test]
fn what_is_spent_changes_nothing_while_there_is_enough() {
    let registry = LayerRegistry::builtin();
    for entry in library::LIBRARY {
        let file = ScenarioFile::parse(entry.name, entry.text).unwrap_or_else(|e| panic!("{e}"));
        let scenario = file.scenario(&registry).unwrap_or_else(|e| panic!("{e}"));
        let mut free = scenario.system;
        if !free.budgets.is_empty() || free.edges.is_empty() {
            continue;
        }
        // They have what is spent in them, too.
        free.windows.clear();
        free.horizon = free.horizon.min(free.warmup + Duration::from_secs(3600));
        let mut costly = free.clone();
        spend(&mut costly);
        let (without, mut with) = (run(&free, 7, Watch::Counts), run(&costly, 7, Watch::Counts));
        assert!(with.edges.iter().any(|edge| edge.spent.tokens > 0), "{}", entry.name);
        assert!(with.budgets.iter().all(|budget| budget.used > 0 && budget.empty == 0));
        with.budgets.clear();
        for (agents, same) in with.agents.iter_mut().zip(&without.agents) {
            agents.spending = same.spending;
        }
        for (edge, same) in with.edges.iter_mut().zip(&without.edges) {
            edge.spent = same.spent;
        }
        assert!(with == without, "{} is another run", entry.name);
    }
}

/// All calls cost something, and there is more than enough of everything.
fn spend(system: &mut System) {
    let steps = system.agents.iter_mut().flat_map(|agents| &mut agents.steps);
    for step in steps.chain(system.services.iter_mut().flat_map(|service| &mut service.steps)) {
        if let Step::Call { cost, .. } = step {
            let tokens = Distribution::exponential(Duration::from_nanos(500)).expect("a mean");
            *cost = Cost { tokens: Some(tokens), nano_usd: 5 };
        }
    }
    for service in &mut system.services {
        service.price = Price { call: 7, per_million_tokens: 1_000_000 };
        service.token_limits = vec![RateLimit::bucket(Duration::from_nanos(1), u32::MAX)];
    }
    for agents in &mut system.agents {
        let at_limit = AtLimit::Fail;
        agents.context = Some(Context { limit: u64::MAX, is_resent: true, at_limit });
        let after = Distribution::constant(Duration::from_secs(1));
        agents.finds_out = Some(FindsOut { share: 0.5, after });
    }
    for currency in [Currency::Tokens, Currency::Usd, Currency::Calls, Currency::Time] {
        for per in [BudgetPer::All, BudgetPer::Group, BudgetPer::Agent, BudgetPer::Task] {
            system.budgets.push(Budget {
                name: format!("{currency:?} {per:?}"),
                currency,
                amount: u64::MAX,
                reserve: None,
                every: None,
                groups: (0..system.agents.len()).collect(),
                per,
                then: BudgetThen::Fail,
            });
        }
    }
}
