//! Settings that make no sense are refused, each with its name.

use std::fmt::Write;

use expect_test::expect;
use patterns::backoff::Jitter;
use patterns::breaker::{
    Align, Breaker, Close, Compare, Evaluate, Memory, OpenWait, Permits, Ramp, Settings, Trip,
    Verdict, Window,
};
use patterns::bulkhead::Bulkhead;
use patterns::fallback::{Fallback, Instead};
use patterns::timeout::Timeout;
use patterns::{Classes, Duration, Invalid, Time, bulkhead, fallback, timeout};

use crate::breaker::{half, in_a_row};
use crate::breaker_story::growing;

const ONE: Duration = Duration::from_secs(1);

/// What was said about each of the settings, one line for each.
fn told(results: impl IntoIterator<Item = (&'static str, Result<(), Invalid>)>) -> String {
    let mut lines = String::new();
    for (name, result) in results {
        let said = result.map_or_else(|invalid| invalid.to_string(), |()| "fine".to_owned());
        writeln!(lines, "{name}: {said}").expect("a string takes all");
    }
    lines
}

fn rate(rate: f64, compare: Compare, min_calls: u32, window: Window) -> Settings {
    Settings { trip: Trip::Rate { rate, compare, min_calls, window }, ..in_a_row(1) }
}

fn half_open(permits: Permits, successes: u32, max_wait: Option<Duration>) -> Settings {
    let mut settings = in_a_row(1);
    settings.half_open.permits = permits;
    settings.half_open.close = Close::Successes(successes);
    settings.half_open.half_open_timeout = max_wait;
    settings
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn of_what_opens_a_breaker() {
    let (least, more) = (Compare::AtLeast, Compare::MoreThan);
    let calls = Window::Calls;
    let time = |size, align| Window::Time { size, align };
    let epoch = |size, buckets| rate(0.5, least, 1, time(size, Align::Epoch { buckets }));
    let count =
        |failures, window| Settings { trip: Trip::Count { failures, window }, ..in_a_row(1) };
    let trip = |trip| Settings { trip, ..in_a_row(1) };
    let slow = |rate| Trip::SlowRate { rate, compare: least, min_calls: 1, window: calls(1) };
    let average =
        |memory, min_calls| trip(Trip::Average { memory, rate: 0.5, compare: least, min_calls });
    let cases = [
        ("plain", in_a_row(1)),
        ("huge row", in_a_row(u32::MAX)),
        ("no row", in_a_row(0)),
        ("count 0", count(0, calls(1))),
        ("count 2 of 1", count(2, calls(1))),
        ("count 1 of 1", count(1, calls(1))),
        ("rate 0 at least", rate(0.0, least, 1, calls(1))),
        ("rate 0 more than", rate(0.0, more, 1, calls(1))),
        ("rate 1 at least", rate(1.0, least, 1, calls(1))),
        ("rate 1 more than", rate(1.0, more, 1, calls(1))),
        ("rate 1.1", rate(1.1, least, 1, calls(1))),
        ("rate NaN", rate(f64::NAN, least, 1, calls(1))),
        ("rate NaN more", rate(f64::NAN, more, 1, calls(1))),
        ("no minimum", rate(0.5, least, 0, calls(1))),
        ("minimum one above", rate(0.5, least, 2, calls(1))),
        ("minimum above", rate(0.5, least, 3, calls(1))),
        ("no calls", rate(0.5, least, 1, calls(0))),
        ("million calls", rate(0.5, least, 1, calls(1_000_000))),
        ("too many calls", rate(0.5, least, 1, calls(1_000_001))),
        ("no time", rate(0.5, least, 1, time(Duration::ZERO, Align::Exact))),
        ("no buckets", epoch(ONE, 0)),
        ("too many buckets", epoch(ONE, 100_001)),
        ("buckets below 1 ns", epoch(Duration::from_nanos(9), 10)),
        ("buckets of 1 ns", epoch(Duration::from_nanos(10), 10)),
        ("longest window", epoch(Duration::MAX, 7)),
        ("no conditions", trip(Trip::Any(Vec::new()))),
        ("a bad one inside", trip(Trip::All(vec![Trip::Consecutive { failures: 0 }]))),
        ("slow without a limit", trip(slow(0.5))),
        ("slow inside", trip(Trip::Any(vec![Trip::All(vec![slow(0.5)])]))),
        ("slow", Settings { slow: Some(Duration::ZERO), ..trip(slow(0.5)) }),
        ("slow share 0", Settings { slow: Some(ONE), ..trip(slow(0.0)) }),
        ("average of a share", average(Memory::Share(1.0), 1)),
        ("average of no share", average(Memory::Share(0.0), 1)),
        ("average of more", average(Memory::Share(1.1), 1)),
        ("average of no time", average(Memory::Time(Duration::ZERO), 1)),
        ("average of no calls", average(Memory::Time(ONE), 0)),
        (
            "never decided",
            Settings { evaluate: Evaluate::Periodically(Duration::ZERO), ..in_a_row(1) },
        ),
    ];
    expect![[r#"
        plain: fine
        huge row: fine
        no row: `failures` must be at least 1
        count 0: `failures` must be at least 1
        count 2 of 1: `failures` must be no more than the calls of the window
        count 1 of 1: fine
        rate 0 at least: `rate` must be more than 0 and at most 1
        rate 0 more than: fine
        rate 1 at least: fine
        rate 1 more than: `rate` must be at least 0 and less than 1
        rate 1.1: `rate` must be more than 0 and at most 1
        rate NaN: `rate` must be more than 0 and at most 1
        rate NaN more: `rate` must be at least 0 and less than 1
        no minimum: `min_calls` must be at least 1
        minimum one above: fine
        minimum above: `min_calls` must be at most one more than the calls of the window
        no calls: `window` must be from 1 to 1000000 calls
        million calls: fine
        too many calls: `window` must be from 1 to 1000000 calls
        no time: `window` must be longer than zero
        no buckets: `buckets` must be from 1 to 100000, each at least 1 ns long
        too many buckets: `buckets` must be from 1 to 100000, each at least 1 ns long
        buckets below 1 ns: `buckets` must be from 1 to 100000, each at least 1 ns long
        buckets of 1 ns: fine
        longest window: fine
        no conditions: `trip` must be at least one condition
        a bad one inside: `failures` must be at least 1
        slow without a limit: `slow` must be given, for the trip condition looks at slow calls
        slow inside: `slow` must be given, for the trip condition looks at slow calls
        slow: fine
        slow share 0: `rate` must be more than 0 and at most 1
        average of a share: fine
        average of no share: `memory` must be a share of more than 0, or longer than zero
        average of more: `memory` must be a share of more than 0, or longer than zero
        average of no time: `memory` must be a share of more than 0, or longer than zero
        average of no calls: `min_calls` must be at least 1
        never decided: `evaluate` must be longer than zero
    "#]]
    .assert_eq(&told(cases.map(|(name, settings)| (name, Breaker::new(settings).map(drop)))));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn of_what_closes_a_breaker() {
    let open = |open| Settings { open, ..in_a_row(1) };
    let growing = |first, factor, cap| open(growing(first, factor, cap, Jitter::None));
    let total = Permits::Total;
    let close = |close| {
        let mut settings = half_open(total(2), 1, None);
        settings.half_open.close = close;
        settings
    };
    let rate = |probes, failures, slow| {
        close(Close::Rate { probes, failures, slow, compare: Compare::AtLeast })
    };
    let ramp = |first, over| Settings { ramp: Some(Ramp { first, over }), ..in_a_row(1) };
    let cases = [
        ("no failures", Settings { count: Classes::NONE, ..in_a_row(1) }),
        ("no open wait", open(OpenWait::Constant(Duration::ZERO))),
        ("longest wait", open(OpenWait::Constant(Duration::MAX))),
        ("growing from 0", growing(Duration::ZERO, 2.0, ONE)),
        ("growing to 0", growing(ONE, 2.0, Duration::ZERO)),
        ("shrinking", growing(ONE, 0.5, ONE)),
        ("growing by infinity", growing(ONE, f64::INFINITY, ONE)),
        ("no permits", half_open(total(0), 1, None)),
        ("no concurrent permits", half_open(Permits::Concurrent(0), 1, None)),
        ("no successes", half_open(total(1), 0, None)),
        ("successes above permits", half_open(total(1), 2, None)),
        ("successes one by one", half_open(Permits::Concurrent(1), 2, None)),
        ("no max wait", half_open(total(1), 1, Some(Duration::ZERO))),
        ("longest max wait", half_open(total(1), 1, Some(Duration::MAX))),
        ("no share", half_open(Permits::Share(0.0), 1, None)),
        ("share of all", half_open(Permits::Share(1.0), 1, None)),
        ("share above all", half_open(Permits::Share(1.1), 1, None)),
        ("0 of 1", close(Close::Of { successes: 0, probes: 1 })),
        ("2 of 1", close(Close::Of { successes: 2, probes: 1 })),
        ("2 of 3 of 2", close(Close::Of { successes: 2, probes: 3 })),
        ("rate of no probes", rate(0, 0.5, 0.5)),
        ("rate of too many probes", rate(3, 0.5, 0.5)),
        ("rate above all", rate(2, 1.1, 0.5)),
        ("slow rate below none", rate(2, 0.5, -0.1)),
        ("latest of none", close(Close::Latest { probes: 0, failures: 0.5 })),
        ("latest of all", close(Close::Latest { probes: 2, failures: 0.5 })),
        ("latest NaN", close(Close::Latest { probes: 1, failures: f64::NAN })),
        ("ramp in no time", ramp(0.0, Duration::ZERO)),
        ("ramp from below", ramp(-0.1, ONE)),
        ("ramp from above", ramp(1.1, ONE)),
        ("ramp", ramp(0.0, Duration::MAX)),
    ];
    expect![[r#"
        no failures: `count` must be at least one class
        no open wait: `open` must be longer than zero
        longest wait: fine
        growing from 0: `open` must be longer than zero
        growing to 0: `open` must be longer than zero
        shrinking: `factor` must be at least 1, not 0.5
        growing by infinity: `factor` must be a finite number
        no permits: `permits` must be at least 1
        no concurrent permits: `permits` must be at least 1
        no successes: `successes` must be at least 1
        successes above permits: `successes` must be no more than the permits
        successes one by one: fine
        no max wait: `half_open_timeout` must be longer than zero
        longest max wait: fine
        no share: `share` must be more than 0 and at most 1
        share of all: fine
        share above all: `share` must be more than 0 and at most 1
        0 of 1: `successes` must be at least 1
        2 of 1: `successes` must be no more than the probes
        2 of 3 of 2: `probes` must be no more than the permits
        rate of no probes: `probes` must be at least 1
        rate of too many probes: `probes` must be no more than the permits
        rate above all: `probe_rate` must be from 0 to 1
        slow rate below none: `probe_slow_rate` must be from 0 to 1
        latest of none: `probes` must be from 1 to 1000000
        latest of all: `probes` must be no more than the permits
        latest NaN: `probe_rate` must be from 0 to 1
        ramp in no time: `ramp` must be longer than zero
        ramp from below: `ramp_first` must be from 0 to 1
        ramp from above: `ramp_first` must be from 0 to 1
        ramp: fine
    "#]]
    .assert_eq(&told(cases.map(|(name, settings)| (name, Breaker::new(settings).map(drop)))));
}

#[test]
fn of_the_others() {
    let slots = |slots| {
        let (queue, max_wait) = (u32::MAX, Some(Duration::ZERO));
        let settings = bulkhead::Settings::of(slots);
        Bulkhead::new(settings.with(|s| (s.queue, s.max_wait) = (queue, max_wait))).map(drop)
    };
    let limit = |limit| Timeout::new(timeout::Settings::of(limit)).map(drop);
    let on = |on| Fallback::new(fallback::Settings { on, to: Instead::Value }).map(drop);
    let cases = [
        ("no slots", slots(0)),
        ("all slots", slots(u32::MAX)),
        ("no limit", limit(Duration::ZERO)),
        ("longest limit", limit(Duration::MAX)),
        ("on nothing", on(Classes::NONE)),
        ("on all", on(Classes::ALL)),
    ];
    expect![[r#"
        no slots: `slots` must be at least 1, not 0
        all slots: fine
        no limit: `limit` must be longer than 0s, not 0s
        longest limit: fine
        on nothing: `on` must be at least one class of failure
        on all: fine
    "#]]
    .assert_eq(&told(cases));
}

/// The largest of everything, at the end of time.
#[test]
fn nothing_overflows() {
    let growing = growing(Duration::MAX, f64::MAX, Duration::MAX, Jitter::Full);
    for open in [growing, OpenWait::Constant(Duration::MAX)] {
        for align in [
            Align::Exact,
            Align::Epoch { buckets: 100_000 },
            Align::FirstEvent { buckets: 100_000 },
        ] {
            let window = Window::Time { size: Duration::MAX, align };
            let trip = Trip::Count { failures: 1, window };
            let mut settings = half_open(Permits::Total(u32::MAX), u32::MAX, Some(Duration::MAX));
            settings.trip = trip;
            settings.open = open.clone();
            settings.half_open.half_open_timeout = Some(Duration::MAX);
            let mut breaker = Breaker::new(settings).expect("valid");
            for now in [Time::ZERO, Time::MAX, Time::ZERO, Time::MAX] {
                if let Ok(permit) = breaker.admit(now, half) {
                    breaker.settle(permit, Verdict::Failure, now, half);
                }
                let _state = (breaker.state_at(now), breaker.counts(now));
            }
        }
    }
}
