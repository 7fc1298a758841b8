//! Settings of a breaker that make no sense are refused, each with its name.

use std::fmt::Write;

use expect_test::expect;
use patterns::backoff::Jitter;
use patterns::breaker::{
    Breaker, Close, Compare, Evaluate, Memory, OpenWait, Permits, Settings, Trip, Window,
};
use patterns::{Classes, Classification, Duration, Invalid, Time};

use crate::breaker::{half, in_a_row};
use crate::breaker_story::growing;

const ONE: Duration = Duration::from_secs(1);

/// What was said about each of the settings, one line for each.
fn said_of(results: impl IntoIterator<Item = (&'static str, Result<(), Invalid>)>) -> String {
    let mut lines = String::new();
    for (name, result) in results {
        let said = result.map_or_else(|invalid| invalid.to_string(), |()| "fine".to_owned());
        writeln!(lines, "{name}: {said}").expect("a string takes all");
    }
    lines
}

fn with_trip(trip: Trip) -> Settings {
    in_a_row(1).with(|settings| settings.trip = trip)
}

fn rate(rate: f64, compare: Compare, min_calls: u32, window: Window) -> Settings {
    with_trip(Trip::rate(rate, window).compared(compare).at_min_calls(min_calls))
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
    let epoch = |size, buckets| rate(0.5, least, 1, Window::Epoch { size, buckets });
    let count = |failures, window| with_trip(Trip::Count { failures, window });
    let slow = |rate| Trip::slow_rate(rate, calls(1));
    let with_slow = |limit, rate| with_trip(slow(rate)).with(|s| s.slow = Some(limit));
    let average = |memory, min_calls| {
        let min_calls = Some(min_calls);
        with_trip(Trip::Average { memory, rate: 0.5, compare: least, min_calls })
    };
    let trip = with_trip;
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
        ("no time", rate(0.5, least, 1, Window::Sliding { size: Duration::ZERO })),
        ("no buckets", epoch(ONE, 0)),
        ("too many buckets", epoch(ONE, 100_001)),
        ("buckets below 1 ns", epoch(Duration::from_nanos(9), 10)),
        ("buckets of 1 ns", epoch(Duration::from_nanos(10), 10)),
        ("longest window", epoch(Duration::MAX, 7)),
        ("no conditions", trip(Trip::Any(Vec::new()))),
        ("a bad one inside", trip(Trip::All(vec![Trip::failures(0)]))),
        ("slow without a limit", trip(slow(0.5))),
        ("slow inside", trip(Trip::Any(vec![Trip::All(vec![slow(0.5)])]))),
        ("slow", with_slow(Duration::ZERO, 0.5)),
        ("slow share 0", with_slow(ONE, 0.0)),
        ("average of a share", average(Memory::Share(1.0), 1)),
        ("average of no share", average(Memory::Share(0.0), 1)),
        ("average of more", average(Memory::Share(1.1), 1)),
        ("average of no time", average(Memory::Time(Duration::ZERO), 1)),
        ("average of no calls", average(Memory::Time(ONE), 0)),
        (
            "never decided",
            in_a_row(1).with(|s| s.evaluate = Evaluate::Periodically(Duration::ZERO)),
        ),
    ];
    expect![[r#"
        plain: fine
        huge row: fine
        no row: `failures` must be at least 1, not 0
        count 0: `failures` must be at least 1, not 0
        count 2 of 1: `failures` must be no more than the calls of the window
        count 1 of 1: fine
        rate 0 at least: `rate` must be more than 0 and at most 1, as `compare` is `at-least`
        rate 0 more than: fine
        rate 1 at least: fine
        rate 1 more than: `rate` must be at least 0 and less than 1, as `compare` is `more-than`
        rate 1.1: `rate` must be from 0 to 1, not 1.1
        rate NaN: `rate` must be from 0 to 1, not NaN
        rate NaN more: `rate` must be from 0 to 1, not NaN
        no minimum: `min-calls` must be at least 1, not 0
        minimum one above: fine
        minimum above: `min-calls` must be at most one more than the calls of the window
        no calls: `window.calls` must be from 1 to 1000000, not 0
        million calls: fine
        too many calls: `window.calls` must be from 1 to 1000000, not 1000001
        no time: `window.size` must be longer than 0s, not 0s
        no buckets: `window.buckets` must be from 1 to 100000, not 0
        too many buckets: `window.buckets` must be from 1 to 100000, not 100001
        buckets below 1 ns: `window.buckets` must be so few that each is at least 1 ns long
        buckets of 1 ns: fine
        longest window: fine
        no conditions: `any` must be a list of at least 1
        a bad one inside: `all.0.failures` must be at least 1, not 0
        slow without a limit: `slow` must be given, for `slow-rate` looks at slow calls
        slow inside: `slow` must be given, for `slow-rate` looks at slow calls
        slow: fine
        slow share 0: `slow-rate` must be more than 0 and at most 1, as `compare` is `at-least`
        average of a share: fine
        average of no share: `memory.share` must be more than 0 and at most 1, not 0.0
        average of more: `memory.share` must be more than 0 and at most 1, not 1.1
        average of no time: `memory.time` must be longer than 0s, not 0s
        average of no calls: `min-calls` must be at least 1, not 0
        never decided: `evaluate.period` must be longer than 0s, not 0s
    "#]]
    .assert_eq(&said_of(cases.map(|(name, settings)| (name, Breaker::new(settings).map(drop)))));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn of_what_closes_a_breaker() {
    let open = |open| in_a_row(1).with(|s| s.open = open);
    let growing = |first, factor, cap| open(growing(first, factor, cap, Jitter::None));
    let total = Permits::Total;
    let close = |close| {
        let mut settings = half_open(total(2), 1, None);
        settings.half_open.close = close;
        settings
    };
    let rate = |probes, probe_rate, probe_slow_rate| {
        let probe_compare = Compare::AtLeast;
        close(Close::Rate { probes, probe_rate, probe_slow_rate, probe_compare })
    };
    let ramp = |first, over| in_a_row(1).with(|s| (s.ramp, s.ramp_first) = (over, first));
    let cases = [
        ("no failures", in_a_row(1).with(|s| s.count = Classes::NONE)),
        ("no open wait", open(OpenWait::from(Duration::ZERO))),
        ("longest wait", open(OpenWait::from(Duration::MAX))),
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
        ("latest of none", close(Close::Latest { latest_probes: 0, probe_rate: 0.5 })),
        ("latest of all", close(Close::Latest { latest_probes: 2, probe_rate: 0.5 })),
        ("latest NaN", close(Close::Latest { latest_probes: 1, probe_rate: f64::NAN })),
        ("ramp in no time", ramp(0.0, Duration::ZERO)),
        ("ramp from below", ramp(-0.1, ONE)),
        ("ramp from above", ramp(1.1, ONE)),
        ("ramp", ramp(0.0, Duration::MAX)),
    ];
    expect![[r#"
        no failures: `count` must be a list of at least 1
        no open wait: `open` must be longer than 0s, not 0s
        longest wait: fine
        growing from 0: `open` must be longer than 0s in the end
        growing to 0: `open` must be longer than 0s in the end
        shrinking: `open.factor` must be at least 1, not 0.5
        growing by infinity: `open.factor` must be at least 1, not inf
        no permits: `permits-total` must be at least 1, not 0
        no concurrent permits: `permits` must be at least 1, not 0
        no successes: `successes` must be at least 1, not 0
        successes above permits: `successes` must be no more than the permits
        successes one by one: fine
        no max wait: `half-open-timeout` must be longer than 0s, not 0s
        longest max wait: fine
        no share: `permits-share` must be more than 0 and at most 1, not 0.0
        share of all: fine
        share above all: `permits-share` must be more than 0 and at most 1, not 1.1
        0 of 1: `successes` must be at least 1, not 0
        2 of 1: `successes` must be no more than the probes
        2 of 3 of 2: `probes` must be no more than the permits
        rate of no probes: `probes` must be at least 1, not 0
        rate of too many probes: `probes` must be no more than the permits
        rate above all: `probe-rate` must be from 0 to 1, not 1.1
        slow rate below none: `probe-slow-rate` must be from 0 to 1, not -0.1
        latest of none: `latest-probes` must be from 1 to 1000000, not 0
        latest of all: `latest-probes` must be no more than the permits
        latest NaN: `probe-rate` must be from 0 to 1, not NaN
        ramp in no time: fine
        ramp from below: `ramp-first` must be from 0 to 1, not -0.1
        ramp from above: `ramp-first` must be from 0 to 1, not 1.1
        ramp: fine
    "#]]
    .assert_eq(&said_of(cases.map(|(name, settings)| (name, Breaker::new(settings).map(drop)))));
}

/// The largest of everything, at the end of time.
#[test]
fn nothing_overflows() {
    let growing = growing(Duration::MAX, f64::MAX, Duration::MAX, Jitter::Full);
    for open in [growing, OpenWait::from(Duration::MAX)] {
        let (size, buckets) = (Duration::MAX, 100_000);
        for window in [
            Window::Sliding { size },
            Window::Epoch { size, buckets },
            Window::FirstEvent { size, buckets },
            Window::SinceClosed { size, buckets },
        ] {
            let trip = Trip::Count { failures: 1, window };
            let mut settings = half_open(Permits::Total(u32::MAX), u32::MAX, Some(Duration::MAX));
            settings.trip = trip;
            settings.open = open.clone();
            settings.half_open.half_open_timeout = Some(Duration::MAX);
            let mut breaker = Breaker::new(settings).expect("valid");
            for now in [Time::ZERO, Time::MAX, Time::ZERO, Time::MAX] {
                if let Ok(permit) = breaker.try_acquire_with(now, &mut half) {
                    breaker.record_with(permit, Classification::Failure, now, &mut half);
                }
                let _state = (breaker.state_at(now), breaker.counts(now));
            }
        }
    }
}
