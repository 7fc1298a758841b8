//! Breaker and backoff: how many calls it takes to open, how long it takes to give up.

use patterns::backoff::{self, CapWhen, Curve, Jitter};
use patterns::retry::{self, RetryAfter, Rule};
use patterns::{Class, Duration, Time};
use sim::Record;
use sim::kernel::Distribution;
use sim::model::system::{LayerFactory, System};

use crate::support::{rate, replicate, stream_to};
use crate::table::case;
use crate::tank::{self, secs};

/// One agent that calls every 100 s a service which answers at once and fails this share.
fn calls_one_by_one(layer: LayerFactory, failing: f64, calls: u64) -> System {
    let mut service = tank::service("service", u32::MAX, 0, Distribution::constant(Duration::ZERO));
    service.errors = vec![(Class::Network, failing)];
    let mut system = stream_to(service, rate(1.0), secs(100 * calls));
    let thinking = tank::closed(Distribution::constant(secs(100)));
    system.agents = vec![tank::agents("agent", 1, thinking, vec![tank::call(0)])];
    system.policies = vec![tank::policy(vec![layer])];
    system.edges = vec![tank::edge(0, 0, Some(0))];
    system
}

fn entered(record: &Record, state: &str) -> f64 {
    record.layers[0].state(state).expect("it is one of its states").entered as f64
}

/// A breaker that takes `failures` in a row, of calls that fail with the chance `failing`.
#[track_caller]
fn opens_after_a_row(failures: u32, failing: f64, seeds: u64, calls: u64) {
    let breaker = tank::breaker(failures, Duration::from_nanos(1));
    let system = calls_one_by_one(breaker, failing, calls);
    let probes = 1.0 / (1.0 - failing);
    let [until_open, openings] = replicate(&system, seeds, |record| {
        let closed = entered(record, "closed");
        let sent = record.edges[0].attempts.issued as f64;
        assert_eq!(record.edges[0].calls.failed_as(Class::BreakerOpen), 0);
        [sent / closed - probes, entered(record, "open") / closed]
    });
    let in_a_row = libm::pow(failing, -f64::from(failures));
    until_open.is("calls until it opens", (in_a_row - 1.0) / (1.0 - failing), 0.02);
    openings.is("openings until it closes", probes, 0.015);
}

/// A closed breaker opens after (p^−k − 1) / (1 − p) calls in the mean, if it takes `k` failures
/// in a row and each call fails with the chance `p` (W. Feller, "An Introduction to Probability
/// Theory and Its Applications", volume 1, chapter XIII.7).
///
/// Its open wait is over when the next call comes, which is then a probe: 1 / (1 − p) of them,
/// and as many openings, until it is closed again.
#[test]
fn a_breaker_opens_after_three_in_a_row() {
    case!();
    opens_after_a_row(3, 0.3, 41, 100_000);
}

/// The same formula.
#[test]
fn a_breaker_opens_after_five_in_a_row() {
    case!();
    opens_after_a_row(5, 0.5, 42, 100_000);
}

/// Four retries of calls that always fail.
fn retrying(
    base: Duration,
    factor: f64,
    jitter: Jitter,
    cap: Option<(Duration, CapWhen)>,
) -> System {
    let (cap, cap_when) = cap.map_or((None, CapWhen::Before), |(cap, when)| (Some(cap), when));
    let curve = Curve::Exponential { base, factor };
    let backoff = backoff::Settings::of(curve).with(|backoff| {
        backoff.cap = cap;
        backoff.cap_when = cap_when;
        backoff.jitter = jitter;
    });
    let rule = Rule::of(RETRIES, backoff).with(|rule| rule.retry_after = Some(RetryAfter::Ignore));
    let settings = retry::Settings::of([(Class::Network, rule)].into());
    let retry = tank::from_settings::<retry::Retry>(settings);
    let mut system = calls_one_by_one(retry, 1.0, 4000);
    system.warmup = Time::ZERO;
    system
}

const RETRIES: u32 = 4;
/// The first wait and the factor, for all kinds of jitter but one.
const FIRST: f64 = 1.0;
const FACTOR: f64 = 2.0;

/// What a call waits in all: its mean, and where it must stay and nearly reach, to within the share
/// `reached` of what is between the bounds.
#[track_caller]
fn waits(system: &System, seeds: u64, mean: f64, bounds: (f64, f64), reached: f64) {
    let [measured] = replicate(system, seeds, |record| {
        let edge = &record.edges[0];
        let attempts = u64::from(RETRIES + 1) * edge.calls.answered();
        let of_last_call = edge.attempts.issued - attempts;
        assert!(of_last_call <= u64::from(RETRIES + 1), "{of_last_call}");
        let [least, most] = [edge.latency_failed.min(), edge.latency_failed.max()]
            .map(|bound| bound.expect("not empty").as_secs_f64());
        assert!(bounds.0 <= least && most <= bounds.1, "{least} to {most}");
        let near = reached * (bounds.1 - bounds.0);
        assert!(least <= bounds.0 + near && bounds.1 - near <= most, "{least} to {most}");
        [edge.latency_failed.mean_secs()]
    });
    measured.is("wait, s", mean, 0.01);
}

/// The lengths of the waits before they are spread: 1, 2, 4 and 8 seconds.
fn lengths() -> impl Iterator<Item = f64> {
    (0..RETRIES).scan(FIRST, |length, _| {
        let this = *length;
        *length *= FACTOR;
        Some(this)
    })
}

#[test]
fn waits_without_jitter_are_the_curve() {
    case!();
    let system = retrying(secs(1), FACTOR, Jitter::None, None);
    let [mean, least, most] = replicate(&system, 43, |record| {
        let waits = &record.edges[0].latency_failed;
        let ends = [waits.min(), waits.max()].map(|end| end.expect("not empty").as_secs_f64());
        [waits.mean_secs(), ends[0], ends[1]]
    });
    let sum = lengths().sum();
    for (exact, quantity) in [(mean, "wait, s"), (least, "least wait, s"), (most, "most wait, s")] {
        exact.is_near(quantity, sum, 1e-12, 1e-12);
    }
}

#[test]
fn waits_under_full_jitter_are_half_the_curve() {
    case!();
    let sum: f64 = lengths().sum();
    let system = retrying(secs(1), FACTOR, Jitter::Full, None);
    waits(&system, 44, sum / 2.0, (0.0, sum), 0.1);
}

#[test]
fn waits_under_equal_jitter_are_three_quarters_of_the_curve() {
    case!();
    let sum: f64 = lengths().sum();
    let system = retrying(secs(1), FACTOR, Jitter::Equal, None);
    waits(&system, 45, sum * 0.75, (sum / 2.0, sum), 0.1);
}

/// Each wait is uniform from the first length to `factor` times the wait before: so its mean is
/// (first + factor × mean of the one before) / 2.
#[test]
fn waits_under_decorrelated_jitter_follow_the_recursion() {
    case!();
    let factor = 3.0;
    let (mut before, mut longest, mut mean, mut most) = (FIRST, FIRST, 0.0, 0.0);
    for _ in 0..RETRIES {
        before = f64::midpoint(FIRST, factor * before);
        longest *= factor;
        mean += before;
        most += longest;
    }
    let system = retrying(secs(1), factor, Jitter::Decorrelated, None);
    waits(&system, 46, mean, (FIRST * f64::from(RETRIES), most), 0.35);
}

/// Capped before jitter, a wait is uniform up to the lesser of length and cap.
#[test]
fn waits_capped_before_jitter() {
    case!();
    let sum: f64 = lengths().map(|length| length.min(3.0)).sum();
    let cap = Some((secs(3), CapWhen::Before));
    waits(&retrying(secs(1), FACTOR, Jitter::Full, cap), 47, sum / 2.0, (0.0, sum), 0.15);
}

/// Capped after jitter, a wait of length d is longer than x with the chance 1 − x/d up to the cap
/// c, so its mean is c − c²/2d.
#[test]
fn waits_capped_after_jitter() {
    case!();
    let cap = 3.0;
    let mean = lengths().map(|length| {
        let end = length.min(cap);
        end - end * end / (2.0 * length)
    });
    let most = lengths().map(|length| length.min(cap)).sum();
    let system = retrying(secs(1), FACTOR, Jitter::Full, Some((secs(3), CapWhen::After)));
    waits(&system, 48, mean.sum(), (0.0, most), 0.15);
}
