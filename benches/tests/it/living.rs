//! The full limit of W4 leaves the record that the engine leaves, to the last bit.

use patterns::{Duration, Time};
use sim::Watch;
use sim::observe::{Load, Record};
use wavetank_benches::limit::Level;
use wavetank_benches::limit::lives::{self, BudgetTotal, Full, GROUPS, SERVICES};
use wavetank_benches::{Answer, Team, engine};

/// Both draw from streams of the same names, so whatever one of them counts the other must count.
#[track_caller]
fn assert_same(name: &str, team: Team, seed: u64) -> Full {
    let system = team.system();
    let (answer, full, budgets) = lives::lives::<Full>(team, seed);
    let record = sim::run(&system, seed, Watch::Counts);
    assert_groups_alike(name, &full, &record);
    assert_services_alike(name, &full, &record);
    assert_calls_alike(name, &full, &record);
    assert_budgets_alike(name, &budgets, &record);
    assert_eq!(full.events, record.events, "{name}");
    assert_eq!(answer, engine::lives(team, seed)(), "{name}");
    full
}

fn level(load: &Load) -> Level {
    Level { now: load.at_end(), most: load.peak() }
}

#[track_caller]
fn assert_groups_alike(name: &str, full: &Full, record: &Record) {
    let (from, to) = (record.warmup, record.ended);
    let mut failed_at = full.failed_at.chunks(10);
    for (group, (own, agents)) in full.groups.iter().zip(&record.agents).enumerate() {
        let name = format!("{name}, {}", agents.name);
        assert_eq!(own.tasks, agents.tasks, "{name}");
        assert_eq!(own.process, agents.process, "{name}");
        assert_eq!(own.ok, agents.latency_ok, "{name}");
        assert_eq!(own.failed, agents.latency_failed, "{name}");
        assert_eq!((own.busy, own.overdue), (agents.busy, agents.overdue), "{name}");
        assert_eq!(own.episodes.within(from, to), agents.episodes, "{name}");
        let failed = failed_at.next().expect("there are two groups").iter().flatten().count();
        assert_eq!(failed as u64, agents.failures.agents(), "{name}");
        let calls = &full.calls[group];
        let frozen: u128 = calls.iter().map(|calls| calls.frozen).sum();
        assert_eq!(frozen, agents.frozen, "{name}");
        let spent = [0, 1].map(|of| calls.iter().map(|calls| calls.spent[of]).sum::<u64>());
        let seen = agents.spending.spent;
        assert_eq!(spent, [seen.tokens, seen.nano_usd], "{name}");
        assert_eq!(agents.spending.refused, 0, "{name}: its calls wait or are left out");
    }
}

#[track_caller]
fn assert_services_alike(name: &str, full: &Full, record: &Record) {
    for (place, own) in SERVICES.into_iter().zip(&full.services) {
        let service = record.services.iter().find(|service| service.name == place);
        let service = service.expect("it has this service");
        let name = format!("{name}, {}", service.name);
        assert_eq!(own.requests, service.requests, "{name}");
        assert_eq!(own.waiting, service.waiting, "{name}");
        assert_eq!(own.sojourn, service.sojourn, "{name}");
        assert_eq!((own.busy, own.queued), (service.busy, service.queued), "{name}");
        assert_eq!((own.wasted, own.abandoned), (service.wasted, service.abandoned), "{name}");
        assert_eq!(own.load, level(&service.load), "{name}");
        assert_eq!(own.line, level(&service.line.load), "{name}");
        assert_eq!(own.most_in_a_second, service.seconds.peak(), "{name}");
        let faults = (service.down, service.faulty, service.fault_intervals);
        assert_eq!((own.down, own.faulty, own.intervals), faults, "{name}");
    }
}

#[track_caller]
fn assert_calls_alike(name: &str, full: &Full, record: &Record) {
    let (from, to) = (record.warmup, record.ended);
    for edge in &record.edges {
        let name = format!("{name}, {} -> {}", edge.from, edge.to);
        let group = GROUPS.iter().position(|group| *group == edge.from);
        let service = SERVICES.iter().position(|service| *service == edge.to);
        let own = &full.calls[group.expect("agents call")][service.expect("services are called")];
        assert_eq!(own.calls, edge.calls, "{name}");
        assert_eq!(own.attempts, edge.attempts, "{name}");
        assert_eq!(own.ok, edge.latency_ok, "{name}");
        assert_eq!(own.failed, edge.latency_failed, "{name}");
        assert_eq!((own.frozen, own.late), (edge.frozen, edge.late), "{name}");
        assert_eq!(own.load, level(&edge.load), "{name}");
        assert_eq!(own.episodes.within(from, to), edge.episodes, "{name}");
        assert_eq!(own.spent, [edge.spent.tokens, edge.spent.nano_usd], "{name}");
    }
}

#[track_caller]
fn assert_budgets_alike(name: &str, budgets: &[BudgetTotal], record: &Record) {
    for (own, known) in ["tokens", "money"].into_iter().zip(budgets) {
        let budget = record.budgets.iter().find(|budget| budget.name == own);
        let budget = budget.expect("it has this budget");
        let seen = BudgetTotal {
            used: budget.used,
            stopped: budget.refused + budget.waits,
            left: budget.left,
            empty: budget.empty,
        };
        assert_eq!(*known, seen, "{name}, {own}");
    }
}

#[test]
fn lives_leave_the_same_record() {
    let all = Team::of(100_000);
    // Those who have little wait often; those who have next to nothing do little else. One that
    // ends soon has most of its tasks still open.
    let poor = Team { tokens: 4_000_000, usd: 1, ..all };
    let broke = Team { tokens: 20_000, ..all };
    let short = Team { horizon: Time::ZERO + Duration::from_secs(40), ..all };
    for (name, team) in [("W4", all), ("poor", poor), ("broke", broke), ("short", short)] {
        for seed in 0..3 {
            assert_same(name, team, seed);
        }
    }
}

#[test]
fn all_that_w4_is_about_happens_in_it() {
    let (_, full, [tokens, money]) = lives::lives::<Full>(Team::of(1_000_000), 1);
    for group in &full.groups {
        let process = group.process;
        let counts = [process.crashes, process.restarts, process.checkpoints, process.restored];
        assert!(counts.iter().all(|count| 100 < *count), "{process:?}");
        assert!(0 < process.lost && 0 < process.saving && 0 < process.down, "{process:?}");
        assert!(0 < group.tasks.failed() && 0 < group.tasks.degraded() + group.tasks.good());
    }
    assert!(0 < full.groups[1].process.duplicates, "mails are sent again");
    assert!(0 < tokens.stopped && 0 < money.stopped, "{tokens:?} {money:?}");
    assert!(0 < full.services[0].abandoned && 0 < full.services[0].line.most);
    for service in &full.services {
        assert!(0 < service.intervals && 0 < service.requests.failed(), "{service:?}");
    }
}

#[test]
fn lives_end_alike_without_a_record() {
    let mean = |run: &dyn Fn(u64) -> Answer| {
        let answers: Vec<Answer> = (0..4).map(run).collect();
        let figure = answers.iter().map(|answer| answer.figure).sum::<f64>() / 4.0;
        (answers.iter().map(|answer| answer.operations).sum::<u64>() as f64, figure)
    };
    let team = Team::of(400_000);
    let full = mean(&|seed| lives::lives::<Full>(team, seed).0);
    let bare = mean(&|seed| lives::lives::<wavetank_benches::limit::Bare>(team, seed).0);
    let apart = |a: f64, b: f64| (a / b - 1.0).abs();
    assert!(apart(bare.0, full.0) < 0.02 && apart(bare.1, full.1) < 0.02, "{bare:?} {full:?}");
}
