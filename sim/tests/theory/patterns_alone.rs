//! Patterns whose effect has a closed form.

use patterns::backoff::Jitter;
use patterns::{CallId, Class, Cx, Layer, Outcome, Span, Step};
use sim::kernel::Law;
use sim::model::system::{Arrivals, System};

use crate::support::{agrees, replicate};
use crate::tank::{self, exponential, millis, secs};

fn system(layers: Vec<sim::model::system::LayerMaker>, gap: Span, latency: Law) -> System {
    let mut system = tank::system(secs(100_000));
    let arrivals = Arrivals::Open(Law::constant(gap));
    system.agents = vec![tank::agents("a", 1, arrivals, vec![tank::call(0)])];
    system.services = vec![tank::service("s", u32::MAX, 0, latency)];
    system.policies = vec![tank::policy(layers)];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    system
}

#[test]
fn a_timeout_cuts_off_the_tail_of_an_exponential() {
    let system = system(vec![tank::timeout(secs(2))], secs(1), exponential(secs(1)));
    let records = replicate(&system);
    let late = |r: &sim::Record| {
        r.edges[0].calls.failed_as(Class::Timeout) as f64 / r.edges[0].calls.answered() as f64
    };
    agrees(&records, late, libm::exp(-2.0), 0.02);
}

/// Two attempts at once; the first answer counts.
#[derive(Clone, Debug)]
struct Race;

impl Layer for Race {
    fn on_call(&mut self, _: CallId, cx: &mut Cx<'_>) -> Step {
        Step::SendAndWake(cx.now)
    }
    fn on_wake(&mut self, _: CallId, _: &mut Cx<'_>) -> Step {
        Step::Send
    }
    fn on_reply(&mut self, _: CallId, outcome: Outcome, _: &mut Cx<'_>) -> Step {
        Step::Reply(outcome)
    }
}

#[test]
fn the_first_of_two_exponentials_takes_half_the_time() {
    let records =
        replicate(&system(vec![tank::maker("race", Race)], secs(1), exponential(secs(1))));
    agrees(&records, |r| r.edges[0].latency_ok.mean_secs(), 0.5, 0.005);
    assert!(records.iter().all(|r| r.edges[0].attempts.issued == 2 * r.edges[0].calls.issued));
}

/// The expected number of calls to k failures in a row is (p^−k − 1) / (1 − p) (Feller, XIII.7).
#[test]
fn failures_in_a_row_take_as_long_as_feller_says() {
    for (k, p) in [(3, 0.3), (5, 0.5)] {
        // Open for no longer than until the next call, which is the probe; it starts over.
        let breaker = tank::breaker(k, millis(1));
        let mut system = system(vec![breaker], secs(1), Law::constant(Span::from_nanos(1)));
        system.services[0].errors = vec![(Class::Network, p)];
        let records = replicate(&system);
        let opens = |r: &sim::Record| {
            let open = r.layers[0].states.iter().find(|state| state.state == "open");
            open.expect("it opens").entered as f64
        };
        // A renewal ends with an opening. After it comes a probe: if it fails the breaker opens
        // again at once, else the count of failures starts at zero.
        let row: f64 = (0..k).map(|_| p).product();
        let run = (1.0 / row - 1.0) / (1.0 - p);
        let cycle = p + (1.0 - p) * (1.0 + run);
        let each = 1e5 / cycle;
        agrees(&records, opens, each, 0.03);
    }
}

#[test]
fn backoffs_take_the_time_that_their_jitter_gives() {
    // Three retries after 1, 2 and 4 s, all in vain; the call itself takes no time worth counting.
    let total = |jitter| {
        let layer = tank::retry(3, secs(1), jitter);
        let mut system = system(vec![layer], secs(50), Law::constant(Span::ZERO));
        system.services[0].errors = vec![(Class::Network, 1.0)];
        replicate(&system)
    };
    let mean = |r: &sim::Record| r.edges[0].latency_failed.mean_secs();
    for record in total(Jitter::None) {
        assert_eq!(record.edges[0].latency_failed.min(), Some(secs(7)));
        assert_eq!(record.edges[0].latency_failed.max(), Some(secs(7)));
    }
    agrees(&total(Jitter::Full), mean, 3.5, 0.02);
    agrees(&total(Jitter::Equal), mean, 5.25, 0.01);
    // Decorrelated, with factor 2: each wait is even between the first and twice the one before,
    // so its mean is half the first and the mean of the one before: 1, then what follows from
    // where the first lies.
    let first = 1.5;
    let second = 0.5 + first;
    let third = 0.5 + second;
    agrees(&total(Jitter::Decorrelated), mean, first + second + third, 0.01);
}
