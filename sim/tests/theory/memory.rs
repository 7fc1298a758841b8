//! Services that remember: who writes what has changed since they read it.

use patterns::Duration;
use sim::kernel::Distribution;
use sim::model::system::{Arrivals, Cost, Does, Step, System};

use crate::support::{rate, replicate, stream_to};
use crate::table::case;
use crate::tank::{self, secs};

fn about(keys: u32, does: Does) -> Step {
    let keys = Some(keys);
    Step::Call {
        service: 0,
        times: 1,
        optional: false,
        keys,
        idempotent: true,
        does,
        cost: Cost::default(),
    }
}

/// One agent reads a record, thinks for a time drawn from this distribution, and writes it. Others
/// read and write in one instant, at the rate 0.5.
fn one_among_many(thinks: Distribution, keys: u32, refuses_stale: bool) -> System {
    let now = Distribution::constant(Duration::ZERO);
    let mut service = tank::service("service", u32::MAX, 0, now);
    service.refuses_stale = refuses_stale;
    let mut system = stream_to(service, rate(0.5), secs(100_000));
    let steps = vec![about(keys, Does::Read), about(keys, Does::Write)];
    let others = Arrivals::Open(rate(0.5));
    system.agents = vec![
        tank::agents("others", 1, others, steps.clone()),
        tank::agents("thinker", 1, tank::closed(rate(0.2)), steps),
    ];
    system.agents[1].steps.insert(1, Step::Work(thinks));
    system.edges.push(tank::edge(1, 0, None));
    system
}

/// A Poisson process of writers with the rate λ comes in between with the chance 1 − exp(−λt) if
/// that takes the time t, and λ / (λ + ν) if it takes an exponential time with the rate ν; and of
/// each of k records only every kth writer writes. Who comes too late is refused, or overwrites.
#[test]
fn another_writer_comes_in_between() {
    case!();
    let others = 0.5;
    let always = |t: f64| 1.0 - libm::exp(-others * t);
    let constant = |at| Distribution::constant(secs(at));
    let cases = [
        ("one record, 2 s, refused", constant(2), 1, true, always(2.0), 41),
        ("one record, 2 s, accepted", constant(2), 1, false, always(2.0), 42),
        ("four records, 4 s, refused", constant(4), 4, true, always(1.0), 43),
        ("one record, an exponential time, refused", rate(0.25), 1, true, others / 0.75, 44),
    ];
    for (name, thinks, keys, refuses, theory, seeds) in cases {
        let [stale] = replicate(&one_among_many(thinks, keys, refuses), seeds, |record| {
            let (writes, thinker) = (record.services[0].writes, &record.agents[1].tasks);
            let stale = if refuses { writes.conflicts } else { writes.lost_updates };
            assert_eq!(writes.conflicts + writes.lost_updates, stale);
            // No other one is ever late, and a conflict is a failure of the task.
            assert_eq!(record.agents[0].tasks.failed(), 0);
            assert!(thinker.failed().abs_diff(if refuses { stale } else { 0 }) <= 1);
            [stale as f64 / thinker.answered() as f64]
        });
        stale.is(&format!("share of writes that are stale, {name}"), theory, 0.03);
    }
}
