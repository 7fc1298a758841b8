//! Faults that come and go: availability, and what callers see of it.

use patterns::Class;
use sim::kernel::Law;
use sim::model::system::{Arrivals, Effect, Fault, Schedule};

use crate::support::{agrees, replicate};
use crate::tank::{self, exponential, millis, secs};

#[test]
fn availability_is_mtbf_by_mtbf_and_mttr() {
    for down in [exponential(secs(50)), Law::constant(secs(50))] {
        let horizon = secs(500_000);
        let mut system = tank::system(horizon);
        let arrivals = Arrivals::Open(exponential(secs(5)));
        system.agents = vec![tank::agents("a", 1, arrivals, vec![tank::call(0)])];
        system.services = vec![tank::service("s", u32::MAX, 0, Law::constant(millis(1)))];
        system.edges = vec![tank::edge(0, 0, None)];
        let schedule = Schedule::Renewal { up: exponential(secs(450)), down };
        let name = "outage".to_owned();
        system.faults = vec![Fault { name, service: 0, effect: Effect::Down, schedule }];
        let records = replicate(&system);
        agrees(&records, |r| 1.0 - r.services[0].down as f64 / 5e14, 0.9, 0.005);
        agrees(&records, |r| r.services[0].fault_episodes as f64, 1000.0, 0.03);
        // Poisson arrivals see time averages (Wolff, 1982).
        let refused = |r: &sim::Record| {
            let calls = &r.edges[0].calls;
            calls.failed_as(Class::Network) as f64 / calls.answered() as f64
        };
        agrees(&records, refused, 0.1, 0.04);
    }
}

#[test]
fn errors_and_slowness_have_the_size_they_were_given() {
    let mut system = tank::system(secs(100_000));
    let arrivals = Arrivals::Open(Law::constant(secs(1)));
    system.agents = vec![tank::agents("a", 1, arrivals, vec![tank::call(0)])];
    let mut service = tank::service("s", u32::MAX, 0, exponential(millis(100)));
    service.errors = vec![(Class::Network, 0.02), (Class::Validation, 0.01)];
    system.services = vec![service];
    system.edges = vec![tank::edge(0, 0, None)];
    let whole = secs(200_000);
    system.faults = vec![
        tank::once(0, Effect::Errors(Class::Overload, 0.3), secs(0), whole),
        Fault { name: "slow".to_owned(), ..tank::once(0, Effect::Slow(4.0), secs(0), whole) },
    ];
    let records = replicate(&system);
    let share = |class: Class| {
        move |r: &sim::Record| {
            r.edges[0].calls.failed_as(class) as f64 / r.edges[0].calls.answered() as f64
        }
    };
    agrees(&records, share(Class::Network), 0.02, 0.03);
    agrees(&records, share(Class::Validation), 0.01, 0.03);
    agrees(&records, share(Class::Overload), 0.97 * 0.3, 0.01);
    agrees(&records, |r| r.edges[0].latency().mean_secs(), 0.4, 0.01);
}

#[test]
fn a_rate_limit_lets_in_its_rate() {
    let mut system = tank::system(secs(100_000));
    let arrivals = Arrivals::Open(exponential(millis(500)));
    system.agents = vec![tank::agents("a", 1, arrivals, vec![tank::call(0)])];
    let mut service = tank::service("s", u32::MAX, 0, exponential(millis(100)));
    service.rate_limit = Some(sim::model::system::RateLimit { every: secs(1), burst: 20 });
    system.services = vec![service];
    system.edges = vec![tank::edge(0, 0, None)];
    // Twice as many come as are let in: the burst at first, and then every token as it comes back.
    for record in replicate(&system) {
        let good = record.edges[0].calls.good();
        assert!((100_000..=100_020).contains(&good), "{good} were let in");
    }
}
