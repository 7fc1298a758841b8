//! Faults that leave a service at work: errors, refusals, slowness and delays have the size that
//! they were given.

use patterns::{Class, Duration};
use sim::fault::kinds::{delay::Delay, errors::Errors, refuse::Refuse, slow::Slow};
use sim::fault::{Effect, Permanent};
use sim::model::system::Fault;

use crate::support::{rate, replicate, stream_to, time_average};
use crate::table::case;
use crate::tank::{self, secs};

/// A fault that is on all the time.
fn always(name: &str, effect: impl Into<Effect>) -> Fault {
    Fault { name: name.to_owned(), ..tank::once(0, effect, Duration::ZERO, secs(1_000_000)) }
}

/// Shares of the service itself add up; that of a fault is of what these leave. Factors multiply.
#[test]
fn errors_and_slowness_have_their_size() {
    case!();
    let mut service = tank::service("service", u32::MAX, 0, rate(1.0));
    service.errors = vec![(Class::Network, 0.02), (Class::Validation, 0.01)];
    let mut system = stream_to(service, rate(1.0), secs(100_000));
    system.faults = vec![
        always(
            "errors",
            Errors { class: Class::Overload, share: 0.3, permanent: Permanent::Attempt },
        ),
        always("slow", Slow { factor: 4.0, share: 1.0 }),
        always("slower", Slow { factor: 1.5, share: 1.0 }),
    ];
    let [network, validation, overload, latency] = replicate(&system, 24, |record| {
        let calls = &record.edges[0].calls;
        let share = |class| calls.failed_as(class) as f64 / calls.answered() as f64;
        [
            share(Class::Network),
            share(Class::Validation),
            share(Class::Overload),
            record.edges[0].latency().mean_secs(),
        ]
    });
    network.is("share failed by the network", 0.02, 0.02);
    validation.is("share invalid", 0.01, 0.03);
    overload.is("share overloaded", 0.97 * 0.3, 0.005);
    latency.is("latency, s", 4.0 * 1.5, 0.005);
}

/// A refusal comes before all else; errors hit a share of what is let in. What is refused takes no
/// time, and no slot.
#[test]
fn refusals_have_their_size_and_take_no_time() {
    case!();
    let service = tank::service("service", u32::MAX, 0, rate(1.0));
    let mut system = stream_to(service, rate(1.0), secs(100_000));
    system.faults = vec![
        always(
            "errors",
            Errors { class: Class::Network, share: 0.2, permanent: Permanent::Attempt },
        ),
        always(
            "refuse",
            Refuse { class: Class::Overload, share: 0.3, permanent: Permanent::Attempt },
        ),
        always(
            "refuse more",
            Refuse { class: Class::RateLimit, share: 0.1, permanent: Permanent::Attempt },
        ),
    ];
    let [overload, rate_limit, network, busy] = replicate(&system, 25, |record| {
        let calls = &record.edges[0].calls;
        let share = |class| calls.failed_as(class) as f64 / calls.answered() as f64;
        let busy = time_average(record.services[0].busy, record);
        [share(Class::Overload), share(Class::RateLimit), share(Class::Network), busy]
    });
    overload.is("share overloaded", 0.3, 0.005);
    rate_limit.is("share rate-limited", 0.7 * 0.1, 0.01);
    network.is("share failed by the network", 0.7 * 0.9 * 0.2, 0.01);
    busy.is("slots taken", 0.7 * 0.9, 0.01);
}

/// A delay comes after all factors.
#[test]
fn delays_add_up_after_factors() {
    case!();
    let service = tank::service("service", u32::MAX, 0, rate(1.0));
    let mut system = stream_to(service, rate(1.0), secs(100_000));
    system.faults = vec![
        always("delay", Delay { by: secs(2), share: 1.0 }),
        always("slow", Slow { factor: 3.0, share: 1.0 }),
        always("more delay", Delay { by: tank::millis(500), share: 1.0 }),
    ];
    let [latency] = replicate(&system, 26, |record| [record.edges[0].latency().mean_secs()]);
    latency.is("latency, s", 3.0 + 2.5, 0.005);
}
