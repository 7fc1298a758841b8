//! The token bucket at the door of a service.

use patterns::{Action, CallId, Class, Context, Duration, Layer, Outcome, PerCall};
use sim::kernel::Distribution;
use sim::model::system::{LayerFactory, RateLimit, System};
use sim::{Watch, run};

use crate::support::{counted, rate, replicate, stream_to};
use crate::table::case;
use crate::tank::{self, at, millis, secs};

/// A service that lets in one call a second.
fn limited(burst: u32, gaps: Distribution, counted: Duration) -> System {
    let mut service = tank::service("service", u32::MAX, 0, Distribution::constant(Duration::ZERO));
    service.rate_limit = Some(RateLimit::bucket(secs(1), burst));
    stream_to(service, gaps, counted)
}

/// Under overload exactly the limit is let in.
#[test]
fn regular_overload_is_cut_to_the_limit() {
    for burst in [1, 7] {
        let record = run(
            &limited(burst, Distribution::constant(millis(250)), secs(1000)),
            51,
            Watch::Counts,
        );
        let requests = &record.services[0].requests;
        // One comes at the end of the warm-up and one at the horizon; the bucket gives a token a
        // quarter after each second, as the first call came then.
        assert_eq!((requests.issued, requests.good()), (4001, 1000));
        assert_eq!(requests.failed_as(Class::RateLimit), 3001);
    }
}

/// With a burst large enough never to fill up, the same holds if calls come at random.
#[test]
fn random_overload_is_cut_to_the_limit() {
    case!();
    let [admitted] = replicate(&limited(50, rate(2.0), secs(10_000)), 52, |record| {
        [record.services[0].requests.good() as f64 / counted(record)]
    });
    admitted.is("requests let in, by the second", 1.0, 1e-4);
}

/// From the beginning: the burst, and then every token as it comes back, but for those that come
/// while the bucket is still full.
#[test]
fn the_burst_is_let_in_once() {
    let mut system = limited(20, rate(2.0), secs(10_000));
    system.warmup = at(Duration::ZERO);
    for seed in 0..20 {
        let record = run(&system, 55_000 + seed, Watch::Counts);
        let good = record.services[0].requests.good();
        assert!((11_000..=11_020).contains(&good), "{good} were let in");
    }
}

/// Without a burst, a request within a second of the last one let in is lost: one slot, work
/// of a second, and no line.
#[test]
fn a_bucket_of_one_loses_as_one_slot_does() {
    case!();
    let arrivals = 2.0;
    let [admitted] = replicate(&limited(1, rate(arrivals), secs(20_000)), 53, |record| {
        [record.services[0].requests.good() as f64 / counted(record)]
    });
    admitted.is("requests let in, by the second", arrivals / (1.0 + arrivals), 0.003);
}

/// Comes back just before the time it was given, and then again at the next one it is given.
#[derive(Clone, Debug)]
struct Impatient {
    /// How much too early.
    early: Duration,
    refusals: PerCall<u32>,
}

impl Layer for Impatient {
    fn on_call(&mut self, call: CallId, _cx: &mut Context<'_>) -> Action {
        self.refusals.open(call, 0);
        Action::Send
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        let Some(hint) = outcome.retry_after() else { return Action::Reply(outcome) };
        self.refusals[call] += 1;
        let wait = if self.refusals[call] == 1 { hint - self.early } else { hint };
        Action::WaitUntil(cx.now + wait)
    }

    fn on_wake(&mut self, _call: CallId, _cx: &mut Context<'_>) -> Action {
        Action::Send
    }
}

/// What a refusal says is exact: at that time the call is let in, and a nanosecond earlier it is
/// not.
#[test]
fn the_hint_is_exact() {
    let back_to_back = |early: Duration| {
        let layer = Impatient { early, refusals: PerCall::default() };
        let layer: LayerFactory = tank::plain("impatient", layer);
        let mut system = limited(3, rate(1.0), secs(1));
        system.horizon = at(secs(1000));
        system.warmup = at(Duration::ZERO);
        let thinking = tank::closed(Distribution::constant(Duration::from_nanos(1)));
        system.agents = vec![tank::agents("agent", 1, thinking, vec![tank::call(0)])];
        system.policies = vec![tank::policy(vec![layer])];
        system.edges = vec![tank::edge(0, 0, Some(0))];
        let record = run(&system, 54, Watch::Counts);
        (record.services[0].requests.good(), record.services[0].requests.failed())
    };
    // Three at once, then one at each second after the first, at a nanosecond past it.
    let (good, refused) = back_to_back(Duration::ZERO);
    assert_eq!((good, refused), (1002, 1000));
    let (good, refused) = back_to_back(Duration::from_nanos(1));
    assert_eq!((good, refused), (1002, 2000));
}
