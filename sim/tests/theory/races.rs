//! What comes first: the least of two times.

use patterns::{Action, CallId, Class, Context, Duration, Layer, Outcome, Target};

use crate::support::{rate, replicate, stream_to, time_average};
use crate::table::case;
use crate::tank::{self, millis, secs};

/// A memoryless service under a timeout: the share e^(−μd) of calls is given up, and the others
/// are not affected by it.
#[test]
fn a_timeout_against_memoryless_work() {
    case!();
    let (arrivals, work, limit) = (10.0, 1.0, millis(700));
    let service = tank::service("service", u32::MAX, 0, rate(work));
    let mut system = stream_to(service, rate(arrivals), secs(10_000));
    system.policies = vec![tank::policy(vec![tank::timeout(limit)])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    let [timeouts, latency, wasted, late] = replicate(&system, 31, |record| {
        let edge = &record.edges[0];
        let calls = edge.calls.answered() as f64;
        [
            edge.calls.failed_as(Class::Timeout) as f64 / calls,
            edge.latency().mean_secs(),
            time_average(record.services[0].wasted, record),
            edge.late as f64 / calls,
        ]
    });

    let too_long = libm::exp(-work * limit.as_secs_f64());
    timeouts.is("share timed out", too_long, 0.005);
    latency.is("latency, s", (1.0 - too_long) / work, 0.005);
    // The service is not informed: it works on for as long as ever, by lack of memory.
    wasted.is("slots that work in vain", arrivals * too_long / work, 0.01);
    late.is("share answered late", too_long, 0.005);
}

/// Asks two services at once; the first answer counts.
#[derive(Clone, Debug)]
struct Both;

impl Layer for Both {
    fn on_call(&mut self, _call: CallId, cx: &mut Context<'_>) -> Action {
        Action::SendAndWake(cx.now)
    }

    fn on_reply(&mut self, _call: CallId, outcome: Outcome, _cx: &mut Context<'_>) -> Action {
        Action::Reply(outcome)
    }

    fn on_wake(&mut self, _call: CallId, _cx: &mut Context<'_>) -> Action {
        Action::SendTo(Target(0))
    }
}

/// The least of two memoryless times is memoryless, with the sum of the rates; and each is the
/// least with the chance of its part in that sum.
#[test]
fn two_services_race() {
    case!();
    let (first, second) = (1.0, 0.5);
    let service = tank::service("first", u32::MAX, 0, rate(first));
    let mut system = stream_to(service, rate(10.0), secs(10_000));
    system.services.push(tank::service("second", u32::MAX, 0, rate(second)));
    let mut policy = tank::policy(vec![tank::plain("both", Both)]);
    policy.targets = vec![1];
    system.policies = vec![policy];
    system.edges = vec![tank::edge(0, 0, Some(0)), tank::edge(0, 1, None)];
    let [mean, median, wins] = replicate(&system, 32, |record| {
        let latency = &record.edges[0].latency_ok;
        let [first, second] = [0, 1].map(|edge| record.edges[edge].attempts.good() as f64);
        let median = latency.quantile(0.5).expect("not empty").as_secs_f64();
        [latency.mean_secs(), median, first / (first + second)]
    });

    mean.is("latency, s", 1.0 / (first + second), 0.005);
    median.is_near("median latency, s", libm::log(2.0) / (first + second), 1.0 / 256.0, 0.005);
    wins.is("share that the first wins", first / (first + second), 0.005);
}

/// A second attempt if the first takes long; the first answer counts.
#[derive(Clone, Debug)]
struct Hedge {
    after: Duration,
}

impl Layer for Hedge {
    fn on_call(&mut self, _call: CallId, cx: &mut Context<'_>) -> Action {
        Action::SendAndWake(cx.now + self.after)
    }

    fn on_reply(&mut self, _call: CallId, outcome: Outcome, _cx: &mut Context<'_>) -> Action {
        Action::Reply(outcome)
    }

    fn on_wake(&mut self, _call: CallId, _cx: &mut Context<'_>) -> Action {
        Action::Send
    }
}

/// From the second attempt on, two memoryless times run against each other.
#[test]
fn a_second_attempt_after_a_while() {
    case!();
    let (work, after) = (1.0, millis(500));
    let service = tank::service("service", u32::MAX, 0, rate(work));
    let mut system = stream_to(service, rate(10.0), secs(10_000));
    system.policies = vec![tank::policy(vec![tank::plain("hedge", Hedge { after })])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    let [mean, attempts] = replicate(&system, 33, |record| {
        let edge = &record.edges[0];
        let attempts = edge.attempts.issued as f64 / edge.calls.issued as f64;
        [edge.latency_ok.mean_secs(), attempts]
    });

    let long = libm::exp(-work * after.as_secs_f64());
    mean.is("latency, s", (1.0 - long) / work + long / (2.0 * work), 0.005);
    attempts.is("attempts of a call", 1.0 + long, 0.005);
}
