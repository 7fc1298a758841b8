//! Faults that leave a service at work: errors and slowness have the size that they were given.

use patterns::{Class, Duration};
use sim::fault::Effect;
use sim::fault::kinds::{errors::Errors, slow::Slow};
use sim::model::system::Fault;

use crate::support::{rate, replicate, stream_to};
use crate::tank::{self, secs};

/// Shares of the service itself add up; that of a fault is of what these leave. Factors multiply.
#[test]
fn errors_and_slowness_have_their_size() {
    let mut service = tank::service("service", u32::MAX, 0, rate(1.0));
    service.errors = vec![(Class::Network, 0.02), (Class::Validation, 0.01)];
    let mut system = stream_to(service, rate(1.0), secs(100_000));
    let fault = |name: &str, effect: Effect| Fault {
        name: name.to_owned(),
        ..tank::once(0, effect, Duration::ZERO, secs(1_000_000))
    };
    system.faults = vec![
        fault("errors", Errors { class: Class::Overload, share: 0.3 }.into()),
        fault("slow", Slow { factor: 4.0 }.into()),
        fault("slower", Slow { factor: 1.5 }.into()),
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
    network.is(0.02, 0.02);
    validation.is(0.01, 0.03);
    overload.is(0.97 * 0.3, 0.005);
    latency.is(4.0 * 1.5, 0.005);
}
