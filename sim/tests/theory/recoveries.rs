//! Recoveries: how long it takes until a human has mended something.

use patterns::Duration;
use sim::fault::kinds::{errors::Errors, fix::Fix};
use sim::fault::{Permanent, Schedule};
use sim::kernel::Distribution;
use sim::model::recovery::{Condition, Human, Trigger};
use sim::model::system::{Arrivals, Fault, Place, System};
use sim::model::week::Hours;
use sim::observe::LastResults;

use crate::support::replicate;
use crate::table::case;
use crate::tank::{self, secs};

const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60 * MINUTE;

/// Tasks that come by chance, and faults that come by chance after so many days and last for so
/// many, unless a human mends them, who is called with the first failure.
fn mended(
    (days, gap): (u64, u64),
    (up, down): (u64, u64),
    response: Distribution,
    hours: Hours,
) -> System {
    let mut system = tank::system(secs(days * DAY));
    let ticks = Arrivals::Open(tank::exponential(secs(gap)));
    system.agents = vec![tank::agents("a", 1, ticks, vec![tank::call(0)])];
    system.services =
        vec![tank::service("s", 1, 0, Distribution::constant(Duration::from_millis(1)))];
    system.edges = vec![tank::edge(0, 0, None)];
    let class = patterns::Class::Network;
    let broken = Errors { class, share: 1.0, permanent: Permanent::Attempt };
    let (up, down) = (tank::exponential(secs(up * DAY)), Distribution::constant(secs(down * DAY)));
    let hits = vec![Place::Service(0)];
    let fault = |name: &str, effect, schedule| Fault {
        name: name.to_owned(),
        hits: hits.clone(),
        effect,
        schedule,
    };
    let lasts = Duration::ZERO;
    system.faults = vec![
        fault("broken", broken.into(), Schedule::Renewal { up, down }),
        fault("mend", Fix {}.into(), Schedule::OnDemand { lasts }),
    ];
    (system.recoveries, system.humans) = tank::mended(1);
    let last = LastResults::new(1, 0);
    let condition = Condition::Results { group: 0, last };
    system.recoveries[0].when = Some(Trigger { text: String::new(), condition });
    system.humans[0] = Human { response, hours, ..system.humans[0].clone() };
    system
}

/// With a lognormal response of median m and σ the mean is m exp(σ²/2); that it has helped is seen
/// with the next task, a mean gap later.
#[test]
fn a_fault_lasts_until_a_human_has_responded() {
    case!();
    let (median, sigma, gap) = (45 * MINUTE, 0.8, 2 * MINUTE);
    let response = Distribution::lognormal(secs(median), sigma).expect("a median above zero");
    let mean = median as f64 * libm::exp(sigma * sigma / 2.0);
    let system = mended((2400, gap), (1, 2), response, Hours::default());
    let [healing, busy, failed] = replicate(&system, 821, |record| {
        let (recovery, human) = (&record.recoveries[0], &record.humans[0]);
        let healing = recovery.healing as f64 / 1e9 / recovery.healed as f64;
        let busy = human.busy as f64 / 1e9 / human.taken as f64;
        let failed = record.agents[0].tasks.failed() as f64 / recovery.healed as f64;
        [healing, busy, failed]
    });
    healing.is("time to heal, s", mean + gap as f64, 0.03);
    busy.is("a human's time for each, s", mean, 0.03);
    failed.is("failures of each", 1.0 + mean / gap as f64, 0.03);
}

/// Whoever is at work on working days from 9 to 17 is waited for: at a time that knows nothing of
/// the clock, the mean is Σ gᵢ² / 2T over the gaps gᵢ of a week of length T. S. M. Ross,
/// "Introduction to Probability Models", 11th edition, Academic Press, 2014, example 7.24 (the
/// inspection paradox).
#[test]
fn office_hours_are_waited_for() {
    case!();
    let days = [true, true, true, true, true, false, false];
    let hour = 3600.0;
    let (nights, weekend) = (16.0 * hour, 64.0 * hour);
    let theory = (4.0 * nights * nights + weekend * weekend) / (2.0 * 168.0 * hour);
    let office = Hours::new(days, (secs(9 * 3600), secs(17 * 3600)), Duration::ZERO);
    let response = Distribution::constant(secs(MINUTE));
    let system = mended((20_000, 30 * MINUTE), (28, 14), response, office);
    let [waited, calls] = replicate(&system, 822, |record| {
        let human = &record.humans[0];
        [human.waited as f64 / 1e9 / human.taken as f64, human.calls as f64]
    });
    waited.is("wait for office hours, s", theory, 0.05);
    // The run begins without a fault: of the first cycle, the time that is good is over.
    calls.is_near("calls", 20_000.0 / 42.0, 0.02, 0.05);
}
