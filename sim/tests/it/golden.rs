//! Runs do not change: between builds, profiles, machines and versions.

use std::fmt::Write;

use expect_test::expect;
use patterns::backoff::Jitter;
use sim::fault::kinds::{hang::Hang, slow::Slow};
use sim::fault::{Permanent, Schedule};
use sim::model::system::{Fault, Per, Place, System};
use sim::{Watch, run};

use crate::tank::{self, exponential, millis, secs};

/// A system with a bit of everything.
fn system() -> System {
    let mut system = tank::system(secs(3600));
    let arrivals = tank::closed(exponential(secs(1)));
    system.agents = vec![tank::agents("client", 20, arrivals, vec![tank::call(0)])];
    let mut shop = tank::service("shop", 4, 20, exponential(millis(100)));
    shop.errors = vec![(patterns::Class::Network, 0.1)];
    system.services = vec![shop];
    let breaker = sim::model::system::LayerFactory { per: Per::Edge, ..tank::breaker(5, secs(20)) };
    let retry = tank::retry(3, millis(100), Jitter::Full);
    system.policies = vec![tank::policy(vec![retry, breaker, tank::timeout(secs(1))])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    system.faults = vec![
        tank::once(
            0,
            Hang { resume: false, share: 1.0, permanent: Permanent::Attempt },
            secs(600),
            secs(120),
        ),
        Fault {
            name: "slow".to_owned(),
            hits: vec![Place::Service(0)],
            effect: Slow { factor: 3.0, share: 1.0 }.into(),
            schedule: Schedule::Renewal { up: exponential(secs(300)), down: exponential(secs(60)) },
        },
    ];
    system
}

/// If this changes, so do the results of everybody's scenarios: say so under **Results** in the
/// changelog.
#[test]
fn golden_runs_are_what_they_were() {
    let mut shown = String::new();
    for seed in 1..=3 {
        let record = run(&system(), seed, Watch::Counts);
        let tasks = &record.agents[0].tasks;
        writeln!(
            shown,
            "seed {seed}: {:016x}, {} events, {} of {} tasks good",
            record.fingerprint,
            record.events,
            tasks.good(),
            tasks.issued
        )
        .expect("a string takes all");
    }
    expect![[r#"
        seed 1: aeb38738465547ce, 157623 events, 48347 of 60302 tasks good
        seed 2: 2b126b1313ec60fb, 157457 events, 47811 of 59882 tasks good
        seed 3: 0ee325ce5042b5eb, 150060 events, 57000 of 62492 tasks good
    "#]]
    .assert_eq(&shown);
}

#[test]
fn golden_runs_differ_by_seed_and_by_nothing_else() {
    let prints = |seed| run(&system(), seed, Watch::Counts);
    assert_eq!(prints(7), prints(7));
    assert_ne!(prints(7).fingerprint, prints(8).fingerprint);
}
